"""Which sizes are asked for."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blocks.openai_api.sizes import LEAST_PIXELS, MOST_PIXELS, legal_size, likely_tokens, most_tokens
from studio.model.brief import Aspect, FilmOptions

ASPECTS: tuple[Aspect, ...] = ("16:9", "9:16", "1:1", "4:3", "21:9")


@given(
    st.sampled_from(ASPECTS),
    st.integers(72, 1080),
    st.sampled_from(["low", "medium", "high", "auto"]),
    st.integers(256, 3840),
)
def test_every_size_is_legal(aspect: Aspect, half: int, quality: str, long_side: int) -> None:
    """Both sides a multiple of 16, within 1:3 to 3:1, no side beyond 3840, as many pixels as the model takes."""
    frame = FilmOptions(aspect=aspect, height=half * 2).size
    across, down = legal_size("gpt-image-2", frame, quality, long_side)  # type: ignore[arg-type]
    assert across % 16 == down % 16 == 0
    assert max(across, down) <= 3840
    assert max(across, down) <= 3 * min(across, down)
    assert LEAST_PIXELS <= across * down <= MOST_PIXELS
    # Nearly the film's aspect: cropping takes little.
    assert across / down == pytest.approx(frame[0] / frame[1], rel=0.06)


@pytest.mark.parametrize(
    ("name", "frame", "quality", "size"),
    [
        ("gpt-image-2", (1920, 1080), "medium", (1536, 864)),
        ("gpt-image-2", (1920, 1080), "high", (1920, 1088)),
        ("gpt-image-2", (1280, 720), "low", (1280, 720)),
        ("gpt-image-2", (1080, 1080), "medium", (1088, 1088)),
        ("gpt-image-2", (3840, 2160), "high", (3840, 2160)),
        ("gpt-image-1.5", (1920, 1080), "medium", (1536, 1024)),
        ("gpt-image-1-mini", (608, 1080), "medium", (1024, 1536)),
        ("dall-e-3", (1920, 1080), "medium", (1792, 1024)),
        ("a-local-model", (256, 144), "medium", (256, 144)),
        ("a-local-model", (3840, 800), "high", (3840, 1280)),
        ("a-local-model", (80, 400), "high", (144, 400)),
    ],
)
def test_the_smallest_size_that_covers_is_asked_for(
    name: str, frame: tuple[int, int], quality: str, size: tuple[int, int]
) -> None:
    """No more than about 1536 pixels on the long side unless quality is high; old models have their own sizes."""
    assert legal_size(name, frame, quality, 1_536) == size  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("size", "quality", "usd"),
    [
        ((1024, 1024), "low", 0.006),
        ((1024, 1024), "medium", 0.053),
        ((1024, 1024), "high", 0.211),
        ((1536, 1024), "low", 0.005),
        ((1536, 1024), "medium", 0.041),
        ((1536, 1024), "high", 0.165),
    ],
)
def test_the_bound_is_above_the_published_price(size: tuple[int, int], quality: str, usd: float) -> None:
    """A budget reserves more than OpenAI's own examples, at $30 a million image tokens; an estimate begins below."""
    assert most_tokens(size, quality) * 30e-6 > usd  # type: ignore[arg-type]
    assert likely_tokens(size, quality) * 30e-6 <= usd + 5e-5  # type: ignore[arg-type]


def test_no_side_is_asked_for_that_is_too_long() -> None:
    """However long a side is wanted: 3840 pixels are the most, and a larger picture takes more tokens."""
    across, down = legal_size("gpt-image-2", (7_680, 4_320), "medium", 9_999)
    assert (across, down) == (3840, 2160)
    assert likely_tokens((across, down), "medium") > 5 * likely_tokens((1536, 1024), "medium")
