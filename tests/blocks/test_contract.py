"""The laws of every adapter (`tests/support/adapters/contract.py`), for every vendor in `VENDORS`."""

from __future__ import annotations

import importlib.util
import logging
import traceback
import wave
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from studio.model.film import Story
from studio.model.paid import VendorError
from studio.model.receipt import PieceMeasures
from tests.support.adapters import openai_stand, stability_stand
from tests.support.adapters.contract import FAULTS, HASTY, PATIENT, SIZE, Stand, Vendor
from tests.support.adapters.desk import PlainDesk

VENDORS: dict[str, Vendor] = {
    "openai painter": openai_stand.painter,
    "openai painter with references": openai_stand.edits,
    "openai narrator": openai_stand.narrator,
    "openai writer": openai_stand.writer,
    "stability painter": stability_stand.painter,
}
# The SDK exists for Python 3.11 and 3.12 only.
if importlib.util.find_spec("stability_sdk"):
    VENDORS["stability grpc painter"] = stability_stand.grpc_painter


def _faults(name: str) -> tuple[str, ...]:
    with VENDORS[name](PATIENT) as stand:
        return tuple(fault for fault in FAULTS if fault in stand.faults)


CASES = [(name, fault) for name in VENDORS for fault in _faults(name)]


@pytest.fixture(params=VENDORS)
def stand(request: pytest.FixtureRequest) -> Iterator[Stand]:
    with VENDORS[request.param](PATIENT) as opened:
        yield opened


def everything_told(error: BaseException, log: str) -> str:
    """Return all that a person, a log or a record could see of an error, down to its causes."""
    seen: list[str] = [log]
    todo: list[BaseException | None] = [error]
    while todo:
        each = todo.pop()
        if each is not None:
            seen += [str(each), repr(each), repr(each.__dict__), "".join(traceback.format_exception(each))]
            todo += [each.__cause__, each.__context__]
    return "\n".join(seen)


def test_a_good_answer_becomes_the_piece(stand: Stand, tmp_path: Path) -> None:
    """A picture has exactly the size asked for, RGB of 8 bit; a line is mono 16 bit; a story has scenes."""
    out = tmp_path / ".out.png.next"
    made = stand.work(PlainDesk(), out)
    match stand.kind:
        case "image":
            assert isinstance(made, PieceMeasures)
            assert (made.width, made.height) == SIZE
            with Image.open(out) as picture:
                picture.load()
                assert (picture.format, picture.mode, picture.size) == ("PNG", "RGB", SIZE)
        case "speech":
            assert isinstance(made, PieceMeasures)
            assert made.words
            with wave.open(str(out)) as sheet:
                assert (sheet.getnchannels(), sheet.getsampwidth()) == (1, 2)
                assert made.seconds == pytest.approx(sheet.getnframes() / sheet.getframerate())
        case "text":
            assert isinstance(made, Story)
            assert made.scenes


def test_one_call_is_one_request(stand: Stand, tmp_path: Path) -> None:
    """What passes over the desk once reaches the vendor once."""
    desk = PlainDesk()
    stand.work(desk, tmp_path / "out")
    assert (len(desk.requests), stand.server.sent) == (1, 1)


def test_a_request_is_booked_as_it_is_sent(stand: Stand, tmp_path: Path) -> None:
    """The same work has the same digest, no secret in what is booked, and usage within the bound that was reserved."""
    desk = PlainDesk()
    stand.work(desk, tmp_path / "one")
    stand.work(desk, tmp_path / "two")
    first, second = desk.requests
    assert first == second
    assert first.kind == stand.kind
    assert not any(secret in repr(first) for secret in stand.secrets)
    usage = desk.replies[0].usage
    assert usage
    assert all(count <= first.most[unit] for unit, count in usage.items()), (usage, first.most)
    assert desk.replies[0].request_id


@pytest.mark.parametrize(("name", "fault"), CASES, ids=[f"{name}: {fault}" for name, fault in CASES])
def test_a_fault_is_told_by_its_kind(name: str, fault: str, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Each fault fails with its own kind, after one request, in one line, and tells no secret."""
    limits = HASTY if fault == "no answer" else PATIENT
    with VENDORS[name](limits) as stand, caplog.at_level(logging.DEBUG):
        stand.server.play(fault)
        desk = PlainDesk()
        with pytest.raises(VendorError) as failed:
            stand.work(desk, tmp_path / "out")
        error = failed.value
        assert error.fault in FAULTS[fault], error
        assert stand.server.sent == (fault != "connection refused")
        assert error.may_pass == (error.fault == "passing")
        assert len(str(error)) < 700
        assert "\n" not in str(error)
        told = everything_told(error, caplog.text)
        assert not [secret for secret in stand.secrets if secret in told]
        if error.fault == "slow down" and fault.startswith("429"):
            assert error.retry_after is not None
            assert 4 <= error.retry_after <= 8


@pytest.mark.parametrize("name", [name for name in VENDORS if "half a picture" in _faults(name)])
def test_a_picture_of_another_size_is_cropped_and_scaled(name: str, tmp_path: Path) -> None:
    """A vendor that makes another size than was asked for gives the film's size all the same."""
    with VENDORS[name](PATIENT) as stand:
        stand.server.play("other size")
        stand.work(PlainDesk(), tmp_path / "out")
        with Image.open(tmp_path / "out") as picture:
            assert (picture.size, picture.mode) == (SIZE, "RGB")


def test_an_adapter_shows_no_secret(stand: Stand) -> None:
    """Neither an adapter's repr nor its account's tells a secret."""
    shown = repr(stand.adapter) + repr(getattr(stand.adapter, "account", "")) + str(stand.adapter)
    assert not [secret for secret in stand.secrets if secret in shown]
