"""The title card."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from studio.cards import title_card
from tests.studio.media import luma


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
