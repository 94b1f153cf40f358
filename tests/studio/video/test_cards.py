"""The title and the end card."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from studio.video.cards import end_card, title_card
from studio.video.planes import Planes
from tests.support.media import SMALL, luma

CREDITS = (("Story", "draft by template"), ("Pictures", "drawn by a program"), ("Voice", "synthetic"))
SHAPES = [(256, 144), (82, 144), (144, 144), (192, 144), (336, 144)]


def picture(size: tuple[int, int], level: int = 160) -> Planes:
    """A picture of one grey, as planes."""
    return (
        np.full((size[1], size[0]), level, np.uint8),
        np.full((size[1] // 2, size[0] // 2), 128, np.uint8),
        np.full((size[1] // 2, size[0] // 2), 128, np.uint8),
    )


@pytest.mark.parametrize("size", [(256, 144), (82, 144), (144, 144), (336, 144)])
@pytest.mark.parametrize("title", ["The Keeper of the Last Light", "Unbreakable" * 30, "many words of a title " * 40])
def test_every_title_is_whole(tmp_path: Path, size: tuple[int, int], title: str) -> None:
    """A title of any length stands inside the frame, in every aspect, and the card has its frames and size."""
    made = title_card(title, size, 24, 30, 3, tmp_path / "card.part")
    assert (made.width, made.height, made.frames) == (*size, 30)
    frame = luma(tmp_path / "card.part")[18].astype(float)
    bright = np.nonzero(frame > np.median(frame) + 45)
    assert bright[0].size > 20
    assert bright[0].min() > 3
    assert bright[0].max() < size[1] - 4
    assert bright[1].min() > 3
    assert bright[1].max() < size[0] - 4


def test_fades_from_and_to_black(tmp_path: Path) -> None:
    """The card begins and ends in black, with its light between, and never jumps."""
    title_card("Dust", (256, 144), 24, 48, 3, tmp_path / "card.part")
    light = np.array([frame.mean() for frame in luma(tmp_path / "card.part")])
    assert light[0] < 17
    assert light[-1] < 17
    assert light.max() > 30
    assert np.abs(np.diff(light)).max() < 3


def test_a_title_without_letters_is_a_card_of_light(tmp_path: Path) -> None:
    """Characters no font has are left out and told; a title of nothing else gives an untitled card."""
    made = title_card("灯台 🎬", (256, 144), 24, 12, 3, tmp_path / "card.part")
    assert made.not_drawn == ("灯台", "🎬")
    frame = luma(tmp_path / "card.part")[6].astype(float)
    assert frame.max() < np.median(frame) + 45
    assert made.frames == 12


@pytest.mark.parametrize("frames", [1, 2, 5])
def test_shortest_cards(tmp_path: Path, frames: int) -> None:
    """A card may be as short as one frame."""
    assert title_card("a=b;#\\\n<b>", (256, 144), 30, frames, 1, tmp_path / "card.part").frames == frames


def test_same_bytes(tmp_path: Path) -> None:
    """The same title and seed give the same bytes, in two threads at once; another seed gives another card."""
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda k: title_card("Dust", (256, 144), 24, 10, k // 2, tmp_path / str(k)), range(3)))
    cards = [(tmp_path / str(k)).read_bytes() for k in range(3)]
    assert cards[0] == cards[1]
    assert cards[0] != cards[2]


def test_the_last_picture_dissolves_into_the_end_card_and_that_fades_slowly(tmp_path: Path) -> None:
    """It begins with the film's last picture and ends in black, without a jump; going to black takes over a second."""
    end_card("Dust", CREDITS, picture(SMALL), SMALL, 24, 84, 3, tmp_path / "end.part")
    light = np.array([frame.mean() for frame in luma(tmp_path / "end.part")])
    assert len(light) == 84
    assert light[0] == pytest.approx(160, abs=2)
    assert light[-1] < 17
    assert np.diff(light).max() < 1.5
    assert np.abs(np.diff(light)).max() < 12
    full = np.median(light[30:50])
    fading = np.nonzero(light < 0.97 * (full - 16) + 16)[0]
    assert 84 - fading[fading > 40].min() >= 24


def test_without_a_picture_the_end_card_comes_out_of_black(tmp_path: Path) -> None:
    """As where a film has no shots."""
    end_card("Dust", (), None, SMALL, 24, 60, 3, tmp_path / "end.part")
    light = [frame.mean() for frame in luma(tmp_path / "end.part")]
    assert max(light[0], light[-1]) < 17
    assert max(light) > 25


@pytest.mark.parametrize("size", SHAPES)
@pytest.mark.parametrize("credits", [(), CREDITS, (("Story", "draft by a-model-of-a-very-long-name-" * 3),) * 3])
def test_every_end_card_is_whole(tmp_path: Path, size: tuple[int, int], credits: tuple[tuple[str, str], ...]) -> None:
    """Title and credits stand inside the frame, in every shape."""
    end_card("The Keeper of the Last Light", credits, None, size, 24, 60, 3, tmp_path / "end.part")
    frame = luma(tmp_path / "end.part")[32].astype(float)
    rows, columns = np.nonzero(frame > np.median(frame) + 45)
    assert rows.size > 20
    assert min(rows.min(), columns.min()) > 3
    assert rows.max() < size[1] - 4
    assert columns.max() < size[0] - 4


def test_credits_stand_in_rows_under_the_title(tmp_path: Path) -> None:
    """Title, rule, and under them a row for each of who made the film; without credits title and rule alone."""
    for credits, rows in ((CREDITS, 5), ((), 2)):
        end_card("Dust", credits, None, (640, 360), 24, 60, 3, tmp_path / "end.part")
        frame = luma(tmp_path / "end.part")[32].astype(float)
        lit = (frame > np.median(frame) + 70).any(axis=1).astype(int)
        assert (np.diff(lit) == 1).sum() == rows
    for label in ("Story", "Voice"):
        end_card("Dust", ((label, "by hand"),), None, SMALL, 24, 48, 3, tmp_path / label)
    assert (tmp_path / "Story").read_bytes() != (tmp_path / "Voice").read_bytes()


def test_what_no_font_has_is_told_of_the_credits_too(tmp_path: Path) -> None:
    """A name that loses letters is named; one that loses all of them has no row."""
    made = end_card("Dust", (("Story", "灯台"),), None, SMALL, 24, 12, 3, tmp_path / "end.part")
    assert made.not_drawn == ("灯台",)
    end_card("Dust", (), None, SMALL, 24, 12, 3, tmp_path / "bare.part")
    assert (tmp_path / "end.part").read_bytes() == (tmp_path / "bare.part").read_bytes()


@pytest.mark.parametrize("frames", [1, 2, 5])
def test_shortest_end_cards(tmp_path: Path, frames: int) -> None:
    """A card may be as short as one frame."""
    out = tmp_path / "end.part"
    assert end_card("Dust", CREDITS, picture(SMALL), SMALL, 30, frames, 1, out).frames == frames


def test_the_mood_grades_the_card_and_a_card_is_the_same_every_time(tmp_path: Path) -> None:
    """Another mood gives another card; the same one, and the same words, the same bytes."""
    cards = []
    for place, mood in enumerate(("brave", "calm", "brave")):
        end_card("Dust", CREDITS, picture(SMALL), SMALL, 24, 10, 1, tmp_path / str(place), mood=mood)  # type: ignore[arg-type]
        cards.append((tmp_path / str(place)).read_bytes())
    assert cards[0] == cards[2] != cards[1]


def test_quotation_marks_are_set_as_in_the_films_language(tmp_path: Path) -> None:
    """In English typewriters' marks are as good as typesetters'; elsewhere they stay as they are."""
    for place, (title, english) in enumerate([("“Dust”", True), ('"Dust"', True), ('"Dust"', False)]):
        title_card(title, SMALL, 24, 10, 1, tmp_path / str(place), english=english)
    cards = [(tmp_path / str(place)).read_bytes() for place in range(3)]
    assert cards[0] == cards[1] != cards[2]
