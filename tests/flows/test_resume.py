"""Resuming on the real engine: what is there is never made again, what is missing is, and nothing else."""

from __future__ import annotations

import hashlib
import json
import shutil
import threading
from pathlib import Path

import pytest
from PIL import Image

from studio.status.snapshot import read_snapshot
from studio.status.state import completed
from studio.store import lock
from tests.support.films.fake_crew import Log
from tests.support.films.runs import IDEA, Studio
from tests.support.sampled import sampled

WHOLE_FILM_TASKS = 6
"""Story, scene graph, shots, timeline, score and film."""


def tree(folder: Path) -> dict[str, str]:
    """Return the SHA-256 of every artefact of a session, by path."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.suffix in (".png", ".mp4", ".wav", ".srt", ".vtt") and "takes" not in path.parts
    }


def test_a_finished_session_is_served_from_the_cache(studio: Studio) -> None:
    """A re-run of a finished session makes nothing, and every task is Cached on the server."""
    first = studio.film()
    assert first.state.is_completed(), first.state
    session_id = first.report["session_id"]
    count = len(studio.shots(session_id))
    assert first.made["image"] == first.made["video"] == first.made["narration"] == count
    before = tree(studio.folder(session_id))
    again = studio.again(session_id)
    assert again.state.is_completed()
    assert again.made == {}
    assert again.names == {"Cached": WHOLE_FILM_TASKS + 3 * count}
    assert tree(studio.folder(session_id)) == before


@sampled("fault", ["flip", "by hand", "delete", "truncate"])
def test_a_picture_that_is_lost_damaged_or_replaced(studio: Studio, fault: str) -> None:
    """Law 5: lost and damaged pictures are made again, a person's is used; nothing else is painted."""
    session_id = studio.film().report["session_id"]
    picture = studio.folder(session_id) / "images" / "shot_003.png"
    before, whole = tree(studio.folder(session_id)), picture.read_bytes()
    if fault == "delete":
        picture.unlink()
    elif fault == "truncate":
        picture.write_bytes(whole[: len(whole) // 2])
    elif fault == "flip":
        picture.write_bytes(whole[:60] + bytes([whole[60] ^ 1]) + whole[61:])
    else:
        Image.new("RGB", (300, 300), (250, 10, 10)).save(picture)
    mine = picture.read_bytes() if fault == "by hand" else b""
    outcome = studio.again(session_id)
    assert outcome.state.is_completed()
    if fault == "by hand":
        assert outcome.made == {"video": 1}
        assert picture.read_bytes() == mine
        facts = read_snapshot(studio.folder(session_id))
        assert facts is not None
        assert facts.shots[2].image is not None
        assert facts.shots[2].image.by_hand
    else:
        assert outcome.made == {"image": 1}
        assert tree(studio.folder(session_id)) == before
    assert studio.again(session_id).names["Cached"] == sum(outcome.names.values())


def test_an_edited_prompt_remakes_its_picture_its_clip_and_the_film(studio: Studio) -> None:
    """An edit costs one picture and one clip, is not overwritten, and going back makes nothing."""
    session_id = studio.film().report["session_id"]
    before = tree(studio.folder(session_id))
    path = studio.folder(session_id) / "shots.json"
    original = path.read_bytes()
    shots = studio.shots(session_id)
    shots[1]["image_prompt"] = "wide shot, a red door in the snow"
    studio.write_shots(session_id, shots)
    edited = path.read_bytes()
    outcome = studio.again(session_id)
    assert outcome.made == {"image": 1, "video": 1}
    assert path.read_bytes() == edited
    changed = {name for name, sha in tree(studio.folder(session_id)).items() if before[name] != sha}
    assert changed == {"images/shot_002.png", "videos/shot_002.mp4", "film.mp4"}
    path.write_bytes(original)
    back = studio.again(session_id)
    assert back.made == {}
    assert tree(studio.folder(session_id)) == before


def test_a_shot_inserted_in_front_of_twelve_costs_one_picture_and_one_clip(studio: Studio) -> None:
    """Every other shot is taken over under its new number."""
    session_id = studio.film(seconds=14.0, shot_seconds=1.0).report["session_id"]
    shots = studio.shots(session_id)
    assert len(shots) >= 12
    studio.write_shots(session_id, [{**shots[0], "image_prompt": "a red door", "narration": "", "seed": 7}, *shots])
    outcome = studio.again(session_id, seconds=14.0, shot_seconds=1.0)
    assert outcome.state.is_completed(), outcome.state
    assert outcome.made.get("image") == 1
    assert outcome.made.get("video") == 1
    assert outcome.names["Adopted"] >= 2 * len(shots)


def test_a_clip_does_not_wait_for_slower_shots(studio: Studio) -> None:
    """With shots 1 and 2 slow, clip 3 is made before either picture is done."""
    clip_3_done = threading.Event()
    order: list[str] = []

    def hook(kind: str, what: str) -> None:
        if kind == "image" and what in [shot["image_prompt"] for shot in studio.shots(studio.only_folder().name)[:2]]:
            # The first two pictures wait for the third shot's clip: a deadlock if the flow waited for them.
            assert clip_3_done.wait(60)
        if kind == "video":
            order.append(what)
            clip_3_done.set()

    log = Log(hook=hook)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("tests.support.films.fake_crew.PAINTERS", 3)
        outcome = studio.film(log=log)
    assert outcome.state.is_completed()
    assert order[0] == "shot_003.png"


def test_a_failed_shot_does_not_stop_the_others(studio: Studio) -> None:
    """The flow fails in the end, with a message that names the shot, the cause and the command that resumes."""
    from studio.errors import EngineFailed

    def hook(kind: str, what: str) -> None:
        if kind == "image" and what == studio.shots(studio.only_folder().name)[1]["image_prompt"]:
            raise EngineFailed("the brush broke")

    log = Log(hook=hook)
    outcome = studio.film(log=log)
    assert outcome.state.is_failed()
    folder = studio.only_folder()
    message = outcome.state.message
    assert "shot 2" in message
    assert "the brush broke" in message
    assert f"film resume {folder.name}" in message
    facts = read_snapshot(folder)
    assert facts is not None
    assert [shot.clip is not None for shot in facts.shots] == [shot.index != 2 for shot in facts.shots]
    assert "brush broke" in facts.failure
    again = studio.film()
    assert again.state.is_completed()
    assert again.report["session_id"] == folder.name
    assert again.made == {"image": 1, "video": 1}
    assert not (folder / "failure.json").exists()


@pytest.mark.thorough
def test_two_sessions_in_one_second_do_not_meet(studio: Studio) -> None:
    """Two films begun in one second get two folders."""
    first, second = studio.film("one idea", seconds=4.0), studio.film("another idea", seconds=4.0)
    assert first.report["session_id"] != second.report["session_id"]


@pytest.mark.thorough
def test_a_finished_film_asked_for_again_is_a_new_film(studio: Studio) -> None:
    """Only an unfinished session is gone on with."""
    first, second = studio.film(seconds=4.0), studio.film(seconds=4.0)
    assert first.report["session_id"] != second.report["session_id"]


@pytest.mark.thorough
def test_a_second_run_on_a_locked_session_names_the_pid(studio: Studio) -> None:
    """One run per session: the second is told which pid holds it since when."""
    import os

    session_id = studio.film(seconds=4.0).report["session_id"]
    held = lock.take(studio.folder(session_id))
    try:
        outcome = studio.again(session_id, seconds=4.0)
    finally:
        held.release()
    assert outcome.state.is_failed()
    assert f"pid {os.getpid()}" in str(outcome.state.result(raise_on_failure=False))


def test_a_moved_session_resumes_where_it_is_now(
    studio: Studio, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Law 7: a copied session is served from its cache in its new place."""
    session_id = studio.film(seconds=4.0).report["session_id"]
    there = Studio(tmp_path / "elsewhere", monkeypatch)
    there.output.mkdir()
    shutil.move(studio.output / "sessions", there.output / "sessions")
    outcome = there.again(session_id, seconds=4.0)
    assert outcome.made == {}
    assert set(outcome.names) == {"Cached"}


def test_lost_prefect_records_cost_nothing(studio: Studio) -> None:
    """Law 4: with every cached result torn or gone, the pieces are adopted, not made."""
    session_id = studio.film(seconds=4.0).report["session_id"]
    folder = studio.folder(session_id)
    before = tree(folder)
    for number, record in enumerate(sorted(p for p in (folder / "results").rglob("*") if p.is_file())):
        record.unlink() if number % 2 else record.write_bytes(record.read_bytes()[:40])
    outcome = studio.again(session_id, seconds=4.0)
    assert outcome.made == {}
    assert set(outcome.names) == {"Adopted"}
    assert tree(folder) == before
    assert set(studio.again(session_id, seconds=4.0).names) == {"Cached"}


def test_the_same_brief_gives_the_same_bytes(studio: Studio) -> None:
    """Law 11: two sessions with one seed hold the same artefacts, byte for byte."""
    first = studio.film(seed=5).report["session_id"]
    second = studio.film(seed=5).report["session_id"]
    assert first != second
    assert tree(studio.folder(first)) == tree(studio.folder(second))


@pytest.mark.thorough
def test_contradicting_options_are_refused_and_change_applies_them(studio: Studio) -> None:
    """Options that differ from the brief are refused by name, unless --change says to apply them."""
    session_id = studio.film(seconds=4.0, shot_seconds=3.0).report["session_id"]
    refused = studio.again(session_id, seconds=4.0, shot_seconds=3.0, captions="burned")
    assert "captions is 'soft', not 'burned'" in str(refused.state.result(raise_on_failure=False))
    outcome = studio.again(session_id, seconds=4.0, shot_seconds=3.0, captions="burned", change=True)
    assert outcome.state.is_completed()
    assert "image" not in outcome.made
    assert outcome.made["video"] == len(studio.shots(session_id))


@pytest.mark.thorough
def test_a_foreign_session_is_adopted_on_request(studio: Studio) -> None:
    """A session of another program keeps its pictures and becomes a finished film of ours."""
    folder = studio.folder("session_20250208_002238")
    (folder / "images").mkdir(parents=True)
    shots = [
        {"index": n, "image_prompt": f"prompt {n}", "motion_prompt": "", "camera": "dolly", "video_path": None}
        for n in (1, 2)
    ]
    meta = {"session_id": folder.name, "idea": IDEA, "completed": False, "steps": {}, "stats": {}}
    (folder / f"{folder.name}_meta.json").write_text(json.dumps(meta))
    (folder / "shots.json").write_text(json.dumps(shots))
    Image.new("RGB", (64, 36), (10, 200, 10)).save(folder / "images" / "shot_001_001.png")
    outcome = studio.again(folder.name)
    assert outcome.state.is_completed(), outcome.state
    assert outcome.made["image"] == 1
    facts = read_snapshot(folder)
    assert facts is not None
    assert completed(facts)
    assert facts.shots[0].image is not None
    assert facts.shots[0].image.by_hand
