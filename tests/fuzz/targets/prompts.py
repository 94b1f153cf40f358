"""Prompts files, as a text for a person and as JSON."""

from __future__ import annotations

from studio.fs.safe_open import SHOTS
from studio.input.prompts_file import parse_prompts, prompts_json, prompts_text
from tests.fuzz.judge import stretched


def check(data: bytes) -> None:
    """Prompts that read come back the same, written in either form."""
    prompts = parse_prompts(stretched(data))
    assert 0 < len(prompts) <= SHOTS
    assert parse_prompts(prompts_text(prompts)) == prompts
    assert parse_prompts(prompts_json(prompts)) == prompts
