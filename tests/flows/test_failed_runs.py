"""Faults that a person meets, each told on the run's page alone: what failed, why, and what to do.

The message of the run's state is all that is read here: Prefect shows it at the head of the page.
"""

from __future__ import annotations

import errno
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from studio.errors import EngineFailed, Unspeakable
from studio.store import lock
from tests.support.films.runs import IDEA, Outcome, Studio

Hook = Callable[[str, str], None]


def fails(kind: str, error: Exception, at: int = 1, times: int = 1_000) -> Hook:
    """Let the crew fail from its `at`-th call of a kind on, so many times."""
    count = 0

    def hook(called: str, what: str) -> None:
        nonlocal count
        count += called == kind
        if called == kind and at <= count < at + times:
            raise error

    return hook


def message(outcome: Outcome) -> str:
    assert outcome.state.is_failed(), outcome.state
    text = outcome.state.message
    assert isinstance(text, str)
    assert "\n" not in text
    return text


def tells(text: str, *parts: str) -> None:
    assert [part for part in parts if part not in text] == [], text


def test_one_picture(studio: Studio) -> None:
    """A painter that gives no picture for one shot."""
    text = message(studio.film(hook=fails("image", EngineFailed("the painter gave no picture"), times=1)))
    tells(text, "shot ", "(images): the painter gave no picture", "Everything finished is kept", "film resume session_")


@pytest.mark.thorough
def test_every_picture(studio: Studio) -> None:
    """A painter that gives none at all: one reason, told once, with the shots."""
    text = message(studio.film(hook=fails("image", EngineFailed("the painter gave no picture"))))
    tells(text, "shots 1, 2 and 3 (images): the painter gave no picture", "film resume session_")
    assert text.count("no picture") == 1


@pytest.mark.thorough
def test_a_line_that_cannot_be_spoken(studio: Studio) -> None:
    """A voice that cannot read a line."""
    error = Unspeakable("the voice cannot read 'ちゃん': put it in Latin letters in shots.json, or leave it out")
    text = message(studio.film(hook=fails("narration", error, times=1)))
    tells(text, "shot ", "(narration)", "put it in Latin letters in shots.json", "film resume session_")


def test_a_fault_of_our_own(studio: Studio) -> None:
    """An exception that nobody foresaw is named with its kind."""
    text = message(studio.film(hook=fails("video", ZeroDivisionError("division by zero"), times=1)))
    tells(text, "shot ", "(videos): ZeroDivisionError: division by zero", "film resume session_")


@pytest.mark.thorough
def test_a_story_that_is_refused(studio: Studio) -> None:
    """A writer that gives no story: no shot is there to be named."""
    text = message(studio.film(hook=fails("story", EngineFailed("the writer gave no story: try another idea"))))
    tells(text, "the writer gave no story: try another idea", "film resume session_")


def test_a_full_disk(studio: Studio) -> None:
    """No room left while a picture is written."""
    text = message(studio.film(hook=fails("image", OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)), at=2)))
    tells(text, "(images): no room left on the disk for", "free some space", "film resume session_")


def test_a_broken_plan(studio: Studio) -> None:
    """A slip of the pen in shots.json: line, shot and field, and the plan is left as it is."""
    session_id = studio.film().report["session_id"]
    path = studio.folder(session_id) / "shots.json"
    shots = json.loads(path.read_text("utf-8"))
    shots[1]["frames"] = -5
    path.write_text(broken := json.dumps(shots, indent=2), "utf-8")
    text = message(studio.again(session_id))
    tells(text, "shots.json, line ", "shot 2", "frames", "correct it", f"film resume {session_id}")
    assert path.read_text("utf-8") == broken


@pytest.mark.parametrize(
    ("options", "parts"),
    [
        ({"idea": " \t "}, ("the idea is empty", "say what the film is about")),
        ({"idea": "", "session_id": "session_19990101_000000"}, ("session_19990101_000000", "sessions list")),
        ({"idea": "", "session_id": "../../etc"}, ("../../etc", "session_")),
        ({"crew": "nobody"}, ("nobody", "offline")),
    ],
)
def test_words_that_cannot_be_used(studio: Studio, options: dict[str, Any], parts: tuple[str, ...]) -> None:
    """What was asked for cannot be done: said before anything is made, without a word of resuming."""
    outcome = studio.film(**{"idea": IDEA, **options})
    tells(message(outcome), *parts)
    assert outcome.made == {}


def test_a_place_that_cannot_be_written(studio: Studio, tmp_path: Path) -> None:
    """An output folder that is a file."""
    studio.output = tmp_path / "films"
    studio.output.write_text("not a folder", "utf-8")
    tells(message(studio.film()), "films", "--output")


def test_a_session_asked_for_otherwise(studio: Studio) -> None:
    """Options that contradict the session they are given with."""
    session_id = studio.film().report["session_id"]
    tells(message(studio.again(session_id, aspect="1:1")), "aspect is '16:9', not '1:1'", "change")


def test_a_session_in_work(studio: Studio) -> None:
    """Another run works on the session: its pid and its machine are named."""
    session_id = studio.film().report["session_id"]
    held = lock.take(studio.folder(session_id))
    try:
        tells(message(studio.again(session_id)), session_id, f"pid {os.getpid()} on", "wait for it, or stop it")
    finally:
        held.release()
