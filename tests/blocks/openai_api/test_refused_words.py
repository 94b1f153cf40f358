"""Pictures and speech are asked for in the way that a server takes, paid for once, and recognised by one digest."""

from __future__ import annotations

import json
import math
import random
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blocks.openai_api.manners import forget
from blocks.openai_api.narrator import OpenAINarrator
from blocks.openai_api.offered_sizes import best_offered, offered_sizes
from blocks.openai_api.painter import OpenAIPainter
from studio.model import events
from studio.model.events import Event
from studio.model.paid import VendorError
from tests.support.adapters.contract import LINE, PATIENT, SIZE
from tests.support.adapters.desk import HoldingDesk, PlainDesk
from tests.support.adapters.openai_stand import account_at
from tests.support.sampled import sampled
from tests.support.vendors.refusing_server import Refusal, RefusingServer, bodies_of, random_refusals

PICTURE_WORDS = ("quality", "output_format", "n", "size")
SPEECH_WORDS = ("response_format", "instructions", "speed")

DIGESTS = (
    "92e2a38955cf827b8421dce2fc1c7f355a813a24fc3b0a5654154fc47734bc82",
    "09f65ab568297b614a11f094d642b3415e0882936f84de42acd5ccf2e056d131",
    "d577a5591cf2dc35c8086f628d11dbf51b0935a826577db0b0bb898abe2ae350",
)
"""Of a picture by OpenAI's model, of one by another, and of a line, as they are in the calls of people's sessions."""


def paint(server: RefusingServer, out: Path, desk: PlainDesk | HoldingDesk, name: str = "gpt-image-2") -> None:
    made = OpenAIPainter(account_at(server.url), name, limits=PATIENT).at(desk).paint("a cat", SIZE, 7, out / "a")
    assert (made.width, made.height) == SIZE


def speak(server: RefusingServer, out: Path, desk: PlainDesk | HoldingDesk) -> None:
    narrator = OpenAINarrator(account_at(server.url), instructions="slowly", speed=0.9, limits=PATIENT).at(desk)
    assert narrator.speak(LINE, 7, out / "a").seconds == pytest.approx(1.0, abs=0.01)


def test_the_digests_of_older_releases_are_found(tmp_path: Path) -> None:
    """What a session holds from before is not paid for again."""
    desk = PlainDesk()
    with RefusingServer() as server:
        paint(server, tmp_path, desk)
        paint(server, tmp_path, desk, "sdxl-turbo")
        speak(server, tmp_path, desk)
    assert tuple(request.digest for request in desk.requests) == DIGESTS


@sampled("seed", range(300), quick=6)
def test_a_refused_word_is_left_out_once(seed: int, tmp_path: Path) -> None:
    """Whichever words of a picture or of speech are refused, in whatever words: one paid answer, under one digest."""
    draw = random.Random(f"refused {seed}")
    make, words = draw.choice(((paint, PICTURE_WORDS), (speak, SPEECH_WORDS)))
    refusals, desk, told = random_refusals(draw, words), PlainDesk(), list[Event]()
    with RefusingServer(refusals) as server, events.listening(told.append):
        make(server, tmp_path, desk)
        first = server.bodies[0]
        # A server may make just the size that is asked for.
        refused = [refusal for refusal in refusals if refusal.refuses(first)]
        assert (server.paid, len(server.posts)) == (1, 1 + len(refused))
        make(server, tmp_path, desk)
        assert (server.paid, len(server.posts)) == (2, 2 + len(refused))
        last = server.bodies[-1]
    assert desk.requests[0].digest in DIGESTS
    assert len({request.digest for request in desk.requests}) == 1
    assert [event.kind for event in told] == ["note"] * bool(refused)
    gone = {refusal.word for refusal in refused if not refusal.sizes and not refusal.step}
    assert first.keys() - last.keys() == gone
    assert all(repr(word) in told[0].line() for word in gone)
    assert not any(refusal.refuses(last) for refusal in refused)


@pytest.mark.parametrize(
    ("message", "takes", "asked"),
    [
        ("size must be one of 512x512, 1024x1024", ("512x512", "1024x1024"), "512x512"),
        ("Supported sizes: 1344*768, 1024*1024", ("1344*768", "1024*1024"), "1344*768"),
        ("aspect_ratio must be one of 1:1, 16:9, 9:16", ("1:1", "16:9", "9:16"), "16:9"),
        ("size is not supported", (), None),
    ],
)
def test_the_best_of_the_sizes_that_a_server_names_is_asked_for(
    message: str, takes: tuple[str, ...], asked: str | None, tmp_path: Path
) -> None:
    """It is spelled as the server spells it; where none is named, the server's own is taken."""
    with RefusingServer((Refusal("size", bodies_of(message, "size")[0], 400, takes),)) as server:
        paint(server, tmp_path, PlainDesk(), "sdxl-turbo")
        assert [body.get("size") for body in server.bodies] == [f"{SIZE[0]}x{SIZE[1]}", asked]


@pytest.mark.parametrize("message", ["Bad Request", "Extra inputs are not permitted", "unprocessable entity", ""])
def test_who_does_not_say_what_is_refused_is_asked_plainly(message: str, tmp_path: Path) -> None:
    """All that is optional is left out at once, and a second refusal is the last."""
    refusals = tuple(Refusal(word, bodies_of(message, "")[2]) for word in ("quality", "output_format"))
    with RefusingServer(refusals) as server:
        paint(server, tmp_path, PlainDesk())
        assert (server.paid, len(server.posts)) == (1, 2)
    with RefusingServer((Refusal("prompt", bodies_of(message, "")[2]),)) as server:
        with pytest.raises(VendorError):
            paint(server, tmp_path, PlainDesk())
        assert (server.paid, len(server.posts)) == (0, 2)


@pytest.mark.parametrize(
    ("status", "message"),
    [(400, "The model 'x' does not exist"), (500, "'quality' broke it"), (404, "no quality here"), (429, "n: slow")],
)
def test_nothing_else_is_asked_again(status: int, message: str, tmp_path: Path) -> None:
    """Only a refusal that names what can be left out is followed by another request."""
    with RefusingServer((Refusal("prompt", bodies_of(message, "")[2], status),)) as server:
        with pytest.raises(VendorError):
            paint(server, tmp_path, PlainDesk())
        assert len(server.posts) == 1


def test_a_held_answer_is_found_however_it_was_asked_for(tmp_path: Path) -> None:
    """A new process, which has to learn the manner again, pays nothing."""
    desk = HoldingDesk()
    refused = Refusal("quality", bodies_of("Unknown parameter: 'quality'", "quality")[0])
    with RefusingServer((refused,)) as server:
        paint(server, tmp_path, desk)
        forget()
        paint(server, tmp_path, desk)
        assert (server.paid, len(server.posts)) == (1, 2)


SIZES = st.tuples(st.integers(64, 4_096), st.integers(64, 4_096))


@given(st.lists(SIZES, min_size=1, max_size=8, unique=True), SIZES, st.sampled_from("x*X"))
def test_the_best_size_is_chosen(offered: list[tuple[int, int]], wanted: tuple[int, int], mark: str) -> None:
    """None has a nearer aspect; of about that aspect none is smaller and covers, and none larger if none covers."""
    said = f"size must be one of {', '.join(f'{across}{mark}{down}' for across, down in offered)}"
    sizes = offered_sizes(said, ())
    assert len(sizes) == len(offered)
    chosen = best_offered(sizes, wanted)
    across, down = map(int, re.findall(r"\d+", chosen))

    def apart(size: tuple[int, int]) -> float:
        return abs(math.log(size[0] / size[1]) - math.log(wanted[0] / wanted[1]))

    nearest = min(map(apart, offered))
    assert apart((across, down)) <= nearest + 0.021
    alike = [size for size in offered if apart(size) <= nearest + 0.019]
    covering = [size for size in alike if size[0] >= wanted[0] and size[1] >= wanted[1]]
    if covering:
        assert (across, down) >= wanted or across * down <= min(a * b for a, b in covering)
        assert across * down <= min(a * b for a, b in covering)
    else:
        assert across * down >= max(a * b for a, b in alike) or (across >= wanted[0] and down >= wanted[1])


@pytest.mark.parametrize(
    ("offered", "wanted", "best"),
    [
        (("512x512", "1024x1024"), (256, 144), "512x512"),
        (("512x512", "1024x1024"), (1_536, 864), "1024x1024"),
        (("1024x1024", "1792x1024", "1024x1792", "1344x768"), (1_280, 720), "1344x768"),
        (("1024*1024", "720*1280", "1280*720"), (608, 1_080), "720*1280"),
        (("1:1", "16:9", "9:16"), (1_536, 864), "16:9"),
    ],
)
def test_sizes_as_servers_offer_them(offered: tuple[str, ...], wanted: tuple[int, int], best: str) -> None:
    """The nearest aspect, then the smallest that covers."""
    assert best_offered(offered, wanted) == best


def test_a_size_of_another_word_is_none() -> None:
    """A version, a time and the size that was asked for are no sizes that are offered."""
    assert offered_sizes("size 640x360 is too small; see 12:30:00, v1.5x2, 2x2 and 0x0", ("640x360",)) == ()
    assert json.dumps(offered_sizes("use 1024 x 1024 or 512\u00d7768", ())) == json.dumps(["1024x1024", "512\u00d7768"])
