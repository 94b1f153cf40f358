"""A crew that was saved as a block by an earlier release is still hired, with every setting it had."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import blocks.crew
from blocks.openai_api.narrator import OpenAINarrator
from blocks.openai_api.painter import OpenAIPainter
from studio.model.engines import AccountLimits

PROJECT = Path(__file__).parents[2]
BEFORE = """
from typing import Literal

from prefect.blocks.core import Block

from blocks.openai_api.account import OpenAIAccount


class FilmCrew(Block):
    _block_type_name = "Film Crew"
    _block_type_slug = "film-crew"

    writer: Literal["offline", "openai"] = "offline"
    writer_model: str = "gpt-5.4-mini"
    painter: Literal["offline", "openai", "stability", "stability-grpc"] = "offline"
    painter_model: str = ""
    longest_px: int = 1_536
    quality: Literal["low", "medium", "high", "auto"] = "medium"
    portraits: bool = True
    negative_prompt: str = ""
    style_preset: str = ""
    animator: Literal["offline"] = "offline"
    narrator: Literal["offline", "openai"] = "offline"
    narrator_model: str = "gpt-4o-mini-tts"
    voice: str = "onyx"
    languages: str = ""
    openai: OpenAIAccount | None = None
    at_once: int = 8
    per_minute: int | None = None


FilmCrew(
    painter="openai",
    painter_model="flux",
    longest_px=512,
    quality="low",
    portraits=False,
    narrator="openai",
    voice="alloy",
    languages="en, de",
    openai=OpenAIAccount(api_key="sk-saved-0123", base_url="http://127.0.0.1:9/v1"),
    at_once=3,
    per_minute=40,
).save("from-before")
"""
"""The block with its fields as they were when the names of engines were a closed list, and one that is saved."""


def test_a_crew_of_an_earlier_release(server: str, tmp_path: Path) -> None:
    """It loads, its engines have the settings it was saved with, and a block of that name can be saved again."""
    environment = os.environ | {"PREFECT_API_URL": server, "PREFECT_HOME": str(tmp_path)}
    subprocess.run([sys.executable, "-c", BEFORE], cwd=PROJECT, env=environment, check=True, timeout=60)
    crew = blocks.crew.crew_named("from-before")
    assert isinstance(crew.painter, OpenAIPainter)
    assert isinstance(crew.narrator, OpenAINarrator)
    assert (crew.painter.name, crew.painter.long_side, crew.painter.quality) == ("flux", 512, "low")
    assert crew.painter.account.host == "127.0.0.1:9"
    assert (crew.narrator.voice, crew.narrator.languages) == ("alloy", ("en", "de"))
    assert (crew.limits, crew.painters, crew.voices, crew.portraits) == (AccountLimits(3, 40), 3, 3, False)
    assert crew.writer.engine == crew.animator.engine == crew.composer.engine == "offline"

    load: Any = blocks.crew.FilmCrew.load
    again = load("from-before", _sync=True).model_copy(update={"quality": "high"})
    again.save("from-before", overwrite=True, _sync=True)
    changed = blocks.crew.crew_named("from-before").painter
    assert isinstance(changed, OpenAIPainter)
    assert changed.quality == "high"
