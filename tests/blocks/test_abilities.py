"""What each adapter declares, and that a saved crew's own words for it arrive."""

from __future__ import annotations

import math

import pytest
from pydantic import ValidationError

from blocks.crew import FilmCrew
from blocks.openai_api.narrator import SPOKEN, OpenAINarrator
from blocks.openai_api.painter import OpenAIPainter
from blocks.openai_api.sizes import legal_size
from blocks.stability_api.account import StabilityAccount
from blocks.stability_api.grpc_painter import SIZES, StabilityGrpcPainter
from blocks.stability_api.rest_painter import SHAPES, StabilityPainter
from studio.model.brief import FilmOptions
from studio.planning.abilities import check_abilities, of_negative_prompt, painted_size
from tests.support.adapters.openai_stand import account_at

HERE = account_at("http://127.0.0.1:9/v1")
OPENAI = HERE.model_copy(update={"base_url": "https://api.openai.com/v1"})
STABILITY = StabilityAccount.model_validate({"api_key": "sk-0123456789"})


@pytest.mark.parametrize("aspect", ["16:9", "9:16", "1:1", "4:3", "21:9"])
@pytest.mark.parametrize(
    ("name", "quality"),
    [
        ("gpt-image-2", "medium"),
        ("gpt-image-2", "high"),
        ("gpt-image-1", "low"),
        ("dall-e-2", "low"),
        ("sdxl-turbo", "low"),
    ],
)
def test_a_painter_declares_the_size_that_it_asks_for(name: str, quality: str, aspect: str) -> None:
    """What is judged beforehand is what is sent, but for the step of 16 pixels."""
    painter = OpenAIPainter(HERE, name, quality)  # type: ignore[arg-type]  # one of the qualities
    frame = FilmOptions.model_validate({"aspect": aspect, "height": 2160}).size
    asked = legal_size(name, frame, painter.quality, painter.long_side)
    declared = painted_size(painter.abilities, frame)
    if name != "gpt-image-2" or quality != "high":
        assert declared == pytest.approx(asked, abs=16)
    assert max(declared) <= 3_840


def test_stabilitys_pictures_have_a_megapixel() -> None:
    """In each of the published shapes; `core` has half as many again."""
    for service, area in (("core", 1.5e6), ("ultra", 1e6)):
        sizes = StabilityPainter(STABILITY, service).abilities.sizes  # type: ignore[arg-type]  # one of the services
        for (width, height), (across, down) in zip(sizes, SHAPES, strict=True):
            assert width * height == pytest.approx(area, rel=0.01)
            assert math.isclose(width / height, across / down, rel_tol=0.01)
    assert StabilityGrpcPainter(STABILITY).abilities.sizes == SIZES


def test_openais_voices_speak_what_openai_says_they_do() -> None:
    """Elsewhere nobody knows, so any; what was said of a voice counts for more."""
    assert OpenAINarrator(OPENAI).abilities.languages == SPOKEN
    assert {"en", "de", "zh", "cy"} <= set(SPOKEN)
    assert "bn" not in SPOKEN
    assert OpenAINarrator(HERE).abilities.languages == ()
    assert OpenAINarrator(OPENAI, languages=("bn",)).abilities.languages == ("bn",)


def test_a_saved_crew_says_what_its_own_models_can() -> None:
    """The longest side and the voice's languages; they change no fingerprint of the voice. A full HD film of the usual
    crews is as it was: nothing is to be told."""
    usual = FilmCrew(painter="openai", narrator="openai", openai=OPENAI).as_crew("x")
    small = FilmCrew(painter="openai", narrator="openai", openai=HERE, longest_px=512, languages="en, de").as_crew("x")
    assert small.painter.abilities.longest_px == 512
    assert small.narrator.abilities.languages == ("en", "de")
    assert small.narrator.model == usual.narrator.model
    assert usual.painter.model == "gpt-image-2 medium"
    assert (
        check_abilities(usual, FilmOptions())
        == check_abilities(FilmCrew(painter="stability", stability=STABILITY).as_crew("x"), FilmOptions())
        == ()
    )
    with pytest.raises(ValidationError):
        FilmCrew(languages="English")


def test_a_negative_prompt_that_nobody_heeds_is_told() -> None:
    """Of OpenAI's painter and the offline one; Stability's takes it, and has it in its fingerprint."""
    for painter in ("openai", "offline"):
        crew = FilmCrew(painter=painter, openai=OPENAI, negative_prompt="text").as_crew("x")  # type: ignore[arg-type]
        assert "takes no negative prompt" in of_negative_prompt(crew)
    heeded = FilmCrew(painter="stability", stability=STABILITY, negative_prompt="text").as_crew("x")
    assert of_negative_prompt(heeded) == ""
    assert heeded.painter.model == "core without 'text'"
