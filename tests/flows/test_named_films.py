"""A film by its name, on the real engine: made once, told of afterwards, refused to another ask."""

from __future__ import annotations

import json
import signal
from pathlib import Path

import pytest

from flows.direct_run import filmed
from studio.errors import Contradiction
from tests.support.films.film_command import IDEA, TINY, Film, assert_one_line
from tests.support.films.runs import SMALL, Studio

NAME = "episode-12"


def test_a_name_is_one_film(studio: Studio) -> None:
    """The first run makes it and says so; the next one makes nothing and says that; another ask is refused."""
    first = studio.film(name=NAME, seconds=4.0)
    assert first.report["made"] is True
    assert first.report["name"] == NAME
    made = len(first.log.calls)
    # Not by `studio.film`, which waits for the tasks of every film, and here there are none.
    asked = {**SMALL, "idea": IDEA, "output": str(studio.output), "name": NAME, "seconds": 4.0}
    again = filmed(**asked)
    assert again.result() == {**first.report, "made": False}
    assert len(first.log.calls) == made
    other = studio.film(name=NAME, seconds=6.0)
    assert other.state.is_failed()
    assert isinstance(other.state.result(raise_on_failure=False), Contradiction)
    assert "seconds is 4.0, not 6.0" in other.state.message
    both = studio.film(name=NAME, session_id=first.report["session_id"])
    assert "give one of them" in both.state.message
    assert len([*(studio.output / "sessions").iterdir()]) == 1


@pytest.mark.thorough
def test_a_film_lost_is_made_again_by_name(studio: Studio) -> None:
    """A finished film whose file is gone is no finished film: the call goes on with the session and cuts it."""
    first = studio.film(name=NAME, seconds=4.0)
    (Path(first.report["film"])).unlink()
    again = studio.film(name=NAME, seconds=4.0)
    assert again.made == {}
    assert again.report["session_id"] == first.report["session_id"]
    assert Path(again.report["film"]).is_file()


@pytest.mark.thorough
def test_commands_take_the_name(film: Film) -> None:
    """Three commands at once make one film; then each answers at once; another ask is exit code 2 and one line."""
    line = ("make", IDEA, *TINY, "--name", NAME, "--json")
    started = [film.start(*line, slow="image", seconds=1) for _ in range(3)]
    ends = [(*process.communicate(timeout=120), process.returncode) for process in started]
    assert [code for _, _, code in ends] == [0, 0, 0], ends
    reports = [json.loads(out.splitlines()[-1]) for out, _, _ in ends]
    (folder,) = film.sessions
    assert {each["session_id"] for each in reports} == {folder.name}
    assert sum("waiting for it" in err for _, err, _ in ends) >= 1
    assert film.calls("story begin") == 1
    code, out, _ = film.run(*line)
    assert code == 0
    report = json.loads(out.splitlines()[-1])
    assert (report["made"], report["name"], report["state"]) == (False, NAME, "done")
    code, _, err = film.run("make", "Another", *TINY, "--name", NAME)
    assert code == 2
    assert_one_line(err)
    assert "idea is" in err
    assert film.run("resume", NAME)[0] == 0
    assert film.run("make", "--name", NAME)[0] == 2
    assert film.run("make", IDEA, *TINY, "--name", "../x")[0] == 2
    assert film.run("rename", NAME, "pilot")[0] == 0
    code, out, _ = film.run("plan", "pilot", "--json")
    assert code == 0
    assert json.loads(out)["session_id"] == folder.name
    assert film.calls("story begin") == 1


@pytest.mark.thorough
def test_waiting_ends_with_ctrl_c(film: Film) -> None:
    """A command that waits ends at once on Ctrl-C, with 130, and the film goes on."""
    line = ("make", IDEA, *TINY, "--name", NAME)
    maker = film.start(*line, slow="image", seconds=3)
    film.wait_for(maker, lambda: film.calls("image begin") > 0)
    waiter = film.start(*line)
    assert waiter.stdout is not None
    for said in waiter.stdout:
        if "waiting for it" in said:
            break
    waiter.send_signal(signal.SIGINT)
    waiter.communicate(timeout=10)
    assert waiter.returncode == 130
    assert maker.wait(timeout=120) == 0
