"""Burned captions: two lines in every shape of frame, inside it, readable on any brightness."""

from __future__ import annotations

import numpy as np
import pytest

from studio.lettering.caption_cues import line_cues
from studio.model.film import Cue, Word
from studio.video.burned_captions import burned_columns, set_cues

LONGEST = "of the valley lay beneath him like the map\nthat someone had left behind in the grass,"
SHAPES = [(1280, 720), (720, 1280), (720, 720), (960, 720), (1680, 720)]


def burned(text: str, size: tuple[int, int], grey: int) -> np.ndarray:
    """Return the luma of a grey frame with a caption in it."""
    planes = tuple(np.full((size[1] // n, size[0] // n), grey if n == 1 else 128, np.uint8) for n in (1, 2, 2))
    (caption,), lost = set_cues([Cue(start=0, end=24, text=text)], size)
    assert not lost
    caption.draw(planes)
    return planes[0]


@pytest.mark.parametrize("size", SHAPES)
@pytest.mark.parametrize("text", [LONGEST, "Go!", "A short line,\nand another."])
def test_no_caption_has_more_than_two_lines(text: str, size: tuple[int, int]) -> None:
    """Two lines of 42 columns stay two in any frame, inside its middle 90 %, and no letter is tiny."""
    luma = burned(text, size, 16)
    rows, columns = (np.flatnonzero((luma > 120).any(axis=axis)) for axis in (1, 0))
    letters = luma > 120
    # A line of letters has many lit columns; the row between two lines has few or none.
    share = letters.sum(axis=1) / letters.sum(axis=1).max()
    tall = np.flatnonzero(share > 0.35)
    assert 1 + np.count_nonzero(np.diff(tall) > 0.012 * size[1]) <= text.count("\n") + 1
    assert columns.min() > 0.05 * size[0]
    assert columns.max() < 0.95 * size[0]
    assert rows.max() < 0.95 * size[1]
    assert np.ptp(rows) > 0.014 * min(size)


@pytest.mark.parametrize("grey", [16, 60, 128, 190, 235])
def test_letters_stand_out_on_any_brightness(grey: int) -> None:
    """A fifth of what a caption paints is so dark that letters have 4.5 : 1 against it (WCAG 2.2, 1.4.3)."""
    luma = burned("Below her, the sea", (1280, 720), grey).astype(float)
    changed = luma[np.abs(luma - grey) > 3]

    def light(value: float) -> float:
        return float(max(0.0, (value - 16) / 219) ** 2.4)

    assert (light(228) + 0.05) / (light(np.percentile(changed, 20)) + 0.05) > 4.5
    assert changed.max() >= 215


@pytest.mark.parametrize("size", SHAPES)
def test_narrow_frames_have_shorter_lines_rather_than_smaller_letters(size: tuple[int, int]) -> None:
    """Captions laid out for a frame's own columns are set in the letters of a caption of one word."""
    words = [Word(text=word, start=n * 0.3, end=n * 0.3 + 0.25) for n, word in enumerate(LONGEST.split())]
    cues = line_cues(words, 24, 0, None, burned_columns(size))
    assert " ".join(LONGEST.split()) == " ".join(" ".join(cue.text for cue in cues).split())
    assert max(len(line) for cue in cues for line in cue.text.split("\n")) <= burned_columns(size) <= 42
    two_lined = [cue for cue in cues if "\n" in cue.text]
    short = Cue(start=0, end=1, text="Hg\nHg")
    (model, *laid), _ = set_cues([short, *two_lined], size)
    rows = [caption.rows.stop - caption.rows.start for caption in laid]
    assert rows == [model.rows.stop - model.rows.start] * len(two_lined) != []
