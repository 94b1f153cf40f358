"""The inputs that are committed: what a target begins with, what reaches furthest, and every fault that was found."""

from __future__ import annotations

from pathlib import Path

CORPUS = Path(__file__).with_name("corpus")
OUTPUT = Path("output/fuzz")
"""What a run of the fuzzer keeps."""
TARGETS = ("manifests", "scripts", "prompts", "captions", "voices", "sessions", "answers", "prices")

KEPT = "kept-"
"""How the names begin of inputs that `tests/fuzz/reduce.py` chose; others tell what they are, or were found."""


def inputs_of(target: str) -> list[Path]:
    """Return the committed inputs of a target, in the order of their names."""
    return sorted((CORPUS / target).iterdir())
