"""What the session system promises to people, a test per promise, named after it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

from studio.cli.list_page import summary
from studio.sessions.find_or_make import unfinished
from studio.status.snapshot import read_snapshot
from studio.status.state import completed
from tests.support.films.runs import IDEA, Outcome, Studio

SESSIONS = str(Path(sys.executable).with_name("sessions"))


def meta_of(folder: Path) -> dict[str, object]:
    value = json.loads((folder / f"{folder.name}_meta.json").read_text("utf-8"))
    assert isinstance(value, dict)
    return value


def sessions(studio: Studio, *arguments: str) -> str:
    """Run the `sessions` command as a person does."""
    done = subprocess.run(
        [SESSIONS, *arguments, "--output", str(studio.output)],
        capture_output=True,
        text=True,
        env=dict(os.environ),
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def broken_film(studio: Studio, kind: str, which: int) -> tuple[Path, Outcome]:
    """Make a film whose `which`th call of `kind` fails, and return its folder."""
    from studio.errors import EngineFailed

    # Calls come from several threads: each takes its own number.
    numbers = count(1)

    def hook(each: str, what: str) -> None:
        if each == kind and next(numbers) == which:
            raise EngineFailed("the power went")

    outcome = studio.film(hook=hook)
    assert outcome.state.is_failed()
    return studio.only_folder(), outcome


@pytest.fixture(scope="module")
def finished(server: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Studio]:
    """A studio that has made one film; nothing of it is changed."""
    with pytest.MonkeyPatch.context() as patch:
        studio = Studio(tmp_path_factory.mktemp("finished") / "output", patch)
        studio.film()
        yield studio


@pytest.fixture
def film(finished: Studio) -> Path:
    """A finished session's folder."""
    return finished.only_folder()


def test_creates_new_sessions(finished: Studio, film: Path) -> None:
    """A run opens a session of its own, named by its date and time, with the idea in it."""
    meta = meta_of(film)
    assert meta["session_id"] == film.name
    assert meta["timestamp"] == film.name.removeprefix("session_")
    assert meta["idea"] == IDEA
    assert str(meta["started_at"])[:4] == film.name[8:12]


def test_saves_story_data(film: Path) -> None:
    """The story lies in story.json: title, style and scenes with their keys."""
    story = json.loads((film / "story.json").read_text("utf-8"))
    assert story["title"]
    assert story["style"] == "ultra cinematic documentary"
    for number, scene in enumerate(story["scenes"], start=1):
        assert scene["id"] == number
        assert {"location", "characters", "action", "emotion", "narration"} <= scene.keys()


def test_saves_shots_data(film: Path) -> None:
    """The shots lie in shots.json, a list, each with its prompts, camera and the path of its picture."""
    for number, shot in enumerate(json.loads((film / "shots.json").read_text("utf-8")), start=1):
        assert shot["index"] == number
        assert shot["image_path"] == f"images/shot_{number:03d}.png"
        assert {"image_prompt", "motion_prompt", "camera"} <= shot.keys()


def test_tracks_image_generation(studio: Studio) -> None:
    """Each picture that lands is marked; the ones that are missing are not."""
    folder, _ = broken_film(studio, "image", 2)
    meta = meta_of(folder)
    marks = [shot["image_generated"] for shot in meta["shots"]]  # type: ignore[attr-defined]  # a list by format
    assert marks.count(False) == 1
    assert meta["stats"]["images_generated"] == marks.count(True)  # type: ignore[index]  # an object by format
    assert meta["steps"]["images"] is False  # type: ignore[index]  # an object by format


def test_tracks_video_rendering(studio: Studio) -> None:
    """Each clip that lands is marked, and the step is complete only when every clip is there."""
    folder, _ = broken_film(studio, "video", 1)
    meta = meta_of(folder)
    marks = [shot["video_rendered"] for shot in meta["shots"]]  # type: ignore[attr-defined]  # a list by format
    assert marks.count(False) == 1
    assert meta["stats"]["videos_rendered"] == marks.count(True)  # type: ignore[index]  # an object by format
    assert meta["steps"]["images"] is True  # type: ignore[index]  # an object by format
    assert meta["steps"]["videos"] is False  # type: ignore[index]  # an object by format
    assert meta["completed"] is False


def test_marks_steps_complete(film: Path) -> None:
    """A finished film has every step marked, and says when it was completed."""
    meta = meta_of(film)
    assert all(meta["steps"].values())  # type: ignore[attr-defined]  # an object by format
    assert list(meta["steps"])[:5] == ["story", "scene_graph", "shots", "images", "videos"]  # type: ignore[call-overload]
    assert meta["completed"] is True
    assert str(meta["completed_at"]) > str(meta["started_at"])


def test_lists_sessions(finished: Studio, film: Path) -> None:
    """`sessions list` shows a line per session: state, id, images, clips, idea."""
    (line,) = [line for line in sessions(finished, "list").splitlines() if film.name in line]
    assert "done" in line
    assert IDEA in line
    (listed,) = json.loads(sessions(finished, "list", "--json"))
    assert listed["session_id"] == film.name


def test_views_a_session_with_file_places_and_statistics(finished: Studio, film: Path) -> None:
    """`sessions view` shows idea, shots, where the files are, and statistics."""
    shown = sessions(finished, "view", film.name)
    count = len(list((film / "images").glob("*.png")))
    for wanted in (IDEA, "images/", "videos/", str(film / "film.mp4"), f"{count} of {count}", f"{count} files"):
        assert wanted in shown, shown
    assert shown.count("[DONE]") == count


def test_crash_recovery_asks(studio: Studio) -> None:
    """An unfinished session is offered with what was done and what is missing."""
    folder, _ = broken_film(studio, "image", 2)
    assert unfinished(studio.output / "sessions") == [folder]
    offered = summary(folder)
    assert "INCOMPLETE SESSION FOUND" in offered
    assert IDEA in offered
    assert "[DONE]" in offered
    assert "[TODO]" in offered


def test_continuing_skips_completed_shots(studio: Studio) -> None:
    """Going on makes the missing shot and no other."""
    folder, first = broken_film(studio, "image", 2)
    again = studio.film()
    assert again.report["session_id"] == folder.name
    assert again.made == {"image": 1, "video": 1}
    assert first.made["image"] == len(studio.shots(folder.name))
    assert again.names["Cached"] >= 2 * (len(studio.shots(folder.name)) - 1)


def test_all_previous_data_is_preserved(studio: Studio) -> None:
    """Going on leaves every finished file as it was, byte for byte, and unset no mark."""
    folder, _ = broken_film(studio, "video", 2)
    kept = {
        path: path.read_bytes() for stage in ("images", "narration", "videos") for path in (folder / stage).iterdir()
    } | {
        folder / name: (folder / name).read_bytes()
        for name in ("brief.json", "story.json", "scene_graph.json", "shots.json")
    }
    assert studio.film().state.is_completed()
    assert {path: path.read_bytes() for path in kept} == kept
    facts = read_snapshot(folder)
    assert facts is not None
    assert completed(facts)
