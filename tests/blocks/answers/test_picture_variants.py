"""A vendor's picture in every form is seen as it was meant."""

from __future__ import annotations

import contextlib
import random
from pathlib import Path

import pytest
from PIL import Image

from blocks.answers.picture_answers import decoded_picture
from blocks.paid_engine import paint_through_desk
from studio.model.paid import Reply, Request, VendorError
from studio.video.pixels import is_one_colour
from tests.support.adapters.desk import HoldingDesk
from tests.support.picture_variants import KINDS, picture_variant
from tests.support.sampled import sampled
from tests.support.vendors.media import animation, one_colour, picture

SIZE = (320, 180)


@sampled("seed", range(20), quick=1)
def test_every_form_has_its_colours(seed: int) -> None:
    """Formats, modes, depths, transparency, orientation and animation: the size is right, and so is every quarter."""
    draw = random.Random(seed)
    drawn = [picture_variant(draw, (kind,)) for kind in KINDS for _ in range(16)]
    for each in drawn:
        seen = decoded_picture("acme", Reply(each.content), each.size)
        assert (each.name, seen.size) == (each.name, each.size)
        assert each.differs(seen) == ""


@sampled("seed", range(20), quick=1)
def test_a_cut_off_picture_never_passes_for_a_whole_one(seed: int) -> None:
    """Cut off anywhere, a picture of any form is a bad answer, or has every pixel: only its end is missing."""
    draw = random.Random(seed)
    for kind in KINDS:
        each = picture_variant(draw, (kind,))
        whole = decoded_picture("acme", Reply(each.content), each.size)
        for share in (draw.random(), draw.random() ** 0.1, 1 - 2 / len(each.content)):
            with contextlib.suppress(VendorError):
                cut = decoded_picture("acme", Reply(each.content[: int(len(each.content) * share)]), each.size)
                assert cut.tobytes() == whole.tobytes(), (each.name, share)


def test_of_an_animation_the_first_frame_is_taken() -> None:
    """It was paid for, and a person can see what is on it."""
    assert decoded_picture("acme", Reply(animation(SIZE)), SIZE).getpixel((5, 5)) == (255, 0, 0)


def painted(content: bytes, out: Path, held: bool = False) -> None:
    reply = Reply(content, {"images": 1.0}, "req_1")
    desk = HoldingDesk({"d": reply} if held else {})
    request = Request("acme", "acme", "m", "image", "d", {"images": 1.0})
    paint_through_desk(desk, request, lambda: reply, SIZE, out)


@pytest.mark.parametrize(("colour", "named"), [("black", "black"), ("white", "#f"), ((90, 0, 7), "#5")])
def test_a_picture_of_one_colour_is_a_bad_answer(
    colour: str | tuple[int, int, int], named: str, tmp_path: Path
) -> None:
    """A safety filter sends black; it is booked, and the reason names the colour and what to do."""
    with pytest.raises(VendorError, match=f"nothing but {named}.*other words") as failed:
        painted(one_colour(SIZE, colour), tmp_path / "out")
    assert (failed.value.fault, failed.value.usage) == ("bad answer", {"images": 1.0})
    assert not (tmp_path / "out").exists()


def test_an_answer_that_was_held_before_is_not_asked_for_again(tmp_path: Path) -> None:
    """A release does not spoil what was paid for: a held picture of one colour is used."""
    painted(one_colour(SIZE), tmp_path / "out", held=True)
    with Image.open(tmp_path / "out") as seen:
        assert seen.getpixel((5, 5)) == (0, 0, 0)


def test_a_dark_picture_is_a_picture() -> None:
    """Only what has nothing on it counts as one colour."""
    dark = Image.new("RGB", SIZE)
    dark.putpixel((7, 9), (0, 0, 30))
    assert not is_one_colour(dark)
    assert not is_one_colour(decoded_picture("acme", Reply(picture(SIZE, "JPEG")), SIZE))
