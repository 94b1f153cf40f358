"""Retrying, on the real engine: only errors that may pass are tried again."""

from __future__ import annotations

import base64
import json
import os
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from studio.errors import EngineFailed
from studio.store.prefect_records import served_receipt
from tests.support.films.fake_crew import Log
from tests.support.films.runs import Studio


class Passing(EngineFailed):
    """An error that passes a little later."""

    may_pass = True


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let retries come without waiting."""
    from tasks.images import paint_shot

    monkeypatch.setattr(paint_shot, "retry_delay_seconds", [0.0, 0.0, 0.0])
    monkeypatch.setattr(paint_shot, "retry_jitter_factor", None)


def failing(kind: type[EngineFailed], times: int) -> Log:
    left = [times]

    def hook(each: str, what: str) -> None:
        if each == "image" and left[0]:
            left[0] -= 1
            raise kind("the brush slipped")

    return Log(hook=hook)


def test_an_error_that_may_pass_is_tried_again(studio: Studio, at_once: None) -> None:
    """Two passing errors cost two attempts more, and the receipt counts them."""
    outcome = studio.film(seconds=4.0, shot_seconds=3.0, log=failing(Passing, 2))
    assert outcome.state.is_completed(), outcome.state
    assert outcome.made["image"] == len(studio.shots(outcome.report["session_id"])) + 2
    receipt = (studio.only_folder() / "images" / "shot_001.json").read_text()
    assert '"attempts": 3' in receipt


def test_an_error_that_cannot_pass_is_not(studio: Studio, at_once: None) -> None:
    """A bad key or a broken prompt stops at once, not a hundred times."""
    outcome = studio.film(seconds=4.0, shot_seconds=3.0, log=failing(EngineFailed, 99))
    assert outcome.state.is_failed()
    assert outcome.made["image"] == len(studio.shots(studio.only_folder().name))


class Harm:
    """Makes a folder where it is unpickled."""

    def __init__(self, place: Path) -> None:
        self._place = place

    def __reduce__(self) -> tuple[Any, tuple[str]]:
        return os.mkdir, (str(self._place),)


def _pickled(record: dict[str, Any], place: Path) -> None:
    record["metadata"]["serializer"] = {"type": "pickle", "picklelib": "cloudpickle"}
    record["result"] = base64.encodebytes(pickle.dumps(Harm(place))).decode()


def _inner(change: Callable[[dict[str, Any]], None]) -> Callable[[dict[str, Any], Path], None]:
    def harm(record: dict[str, Any], place: Path) -> None:
        inner = json.loads(record["result"])
        change(inner)
        record["result"] = json.dumps(inner)

    return harm


def _twice(record: dict[str, Any], place: Path) -> None:
    record["result"] = record["result"].replace(
        '"data": {', '"data": {"__class__": "os.mkdir", "data": 1}, "data": {', 1
    )


HARMS: dict[str, Callable[[dict[str, Any], Path], None]] = {
    "a pickle": _pickled,
    "another library": lambda record, place: record["metadata"]["serializer"].update(jsonlib="yaml"),
    "another decoder": lambda record, place: record["metadata"]["serializer"].update(object_decoder="os.mkdir"),
    "another class": _inner(lambda inner: inner.update(__class__="subprocess.Popen")),
    "a class within": _inner(lambda inner: inner["data"].update(x=[{"__class__": "os.mkdir", "data": "a"}])),
    "an exception within": _inner(lambda inner: inner["data"].update(x={"__exc_type__": "KeyError", "message": ""})),
    "a key twice": _twice,
}


def test_a_record_from_anywhere_runs_nothing(studio: Studio, tmp_path: Path) -> None:
    """Whatever class or program a record names, it is not read by the engine: the piece is taken over as it is."""
    studio.film()
    folder, place = studio.only_folder(), tmp_path / "harmed"
    (path,) = (folder / "results" / folder.name / "story").iterdir()
    whole = path.read_text("utf-8")
    assert served_receipt(path) is not None
    for name, harm in HARMS.items():
        record = json.loads(whole)
        harm(record, place)
        path.write_text(json.dumps(record), "utf-8")
        assert served_receipt(path) is None, name
    record = json.loads(whole)
    _pickled(record, place)
    path.write_text(json.dumps(record), "utf-8")
    outcome = studio.again(folder.name)
    assert outcome.state.is_completed()
    assert outcome.made == {}
    assert not place.exists()
