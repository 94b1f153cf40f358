"""Laws of the projection: fixed format, pure, independent of order, monotone; meta is not among its sources."""

from __future__ import annotations

import copy
import itertools
import random
import shutil
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.status.meta import meta_of
from studio.status.snapshot import Piece, ShotFacts, Snapshot, read_snapshot
from studio.status.state import completed, mark, missing, state_of, steps
from tests.support.sessions.make_sessions import make_foreign, make_session

_maybe_piece = st.none() | st.builds(
    Piece, path=st.just("x"), bytes=st.integers(1, 9), made_at=st.just("2025-02-08T00:30:00")
)
_shots = st.lists(st.tuples(_maybe_piece, _maybe_piece, _maybe_piece), max_size=5).map(
    lambda rows: tuple(ShotFacts(n, "p", "m", "c", "", *row) for n, row in enumerate(rows, start=1))
)
_plans = st.sets(st.sampled_from(["story", "scene_graph", "timeline"])).map(lambda found: tuple(sorted(found)))
_facts = st.builds(
    Snapshot,
    session_id=st.just("session_20250208_002238"),
    folder=st.just(Path("x")),
    foreign=st.booleans(),
    idea=st.text(max_size=9),
    started_at=st.just("2025-02-08T00:22:38.123456"),
    options=st.sampled_from([{}, {"music": False}, {"music": True}]),
    plans=_plans,
    shots=_shots,
    score=_maybe_piece,
    film=_maybe_piece,
    foreign_completed=st.booleans(),
)


def _with_one_more(facts: Snapshot) -> list[Snapshot]:
    """Return the facts with one more valid piece, for every piece that can be added."""
    piece = Piece(path="new", bytes=1)
    more = [
        replace(facts, plans=(*facts.plans, name)) for name in {"story", "scene_graph", "timeline"} - {*facts.plans}
    ]
    for at, shot in enumerate(facts.shots):
        images, lines, clips = replace(shot, image=piece), replace(shot, line=piece), replace(shot, clip=piece)
        for there, grown in ((shot.image, images), (shot.line, lines), (shot.clip, clips)):
            if there is None:
                more.append(replace(facts, shots=(*facts.shots[:at], grown, *facts.shots[at + 1 :])))
    more += [] if facts.score else [replace(facts, score=piece)]
    more += [] if facts.film else [replace(facts, film=piece)]
    return more


def _flags(meta: dict[str, Any]) -> dict[str, int]:
    shots = {
        f"{shot['index']} {key}": shot[key] for shot in meta["shots"] for key in ("image_generated", "video_rendered")
    }
    return {"completed": meta["completed"], **meta["steps"], **shots, **meta["stats"]}


@given(_facts)
def test_monotone(facts: Snapshot) -> None:
    """One more valid piece never unsets a flag or lowers a count."""
    before = _flags(meta_of(facts, "shown"))
    for grown in _with_one_more(facts):
        after = _flags(meta_of(grown, "shown"))
        assert all(after[name] >= before[name] for name in before)


@given(_facts)
def test_pure(facts: Snapshot) -> None:
    """The same facts give the same meta, and are left as they were."""
    kept = copy.deepcopy(facts)
    assert meta_of(facts, "shown") == meta_of(kept, "shown")
    assert facts == kept


@given(_facts.filter(lambda facts: not facts.foreign))
def test_missing_is_what_is_not_there(facts: Snapshot) -> None:
    """A piece that comes is no longer missing, nothing else changes; nothing is missing only of a completed session."""
    before = set(missing(facts))
    for grown in _with_one_more(facts):
        after = set(missing(grown))
        assert after <= before
        assert len(before - after) <= 1
    if not before:
        assert completed(facts)
        assert all(steps(facts).values())


@given(st.randoms(use_true_random=False))
def test_independent_of_order(rng: random.Random) -> None:
    """The order in which the files came to the disk does not matter, and half a copy only lacks what it lacks."""
    with tempfile.TemporaryDirectory() as scratch:
        source = make_session(Path(scratch, "a"), shots=3)
        target = Path(scratch, "b", source.name)
        paths = sorted(path for path in source.rglob("*") if path.is_file())
        rng.shuffle(paths)
        for path in paths:
            place = target / path.relative_to(source)
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, place)
        one, other = read_snapshot(source), read_snapshot(target)
        assert one is not None
        assert other is not None
        assert meta_of(one, "shown") == meta_of(other, "shown")


def test_fixed_format(tmp_path: Path) -> None:
    """Meta has the keys that people's tools read, with their types; keys are added, never removed or renamed."""
    facts = read_snapshot(make_session(tmp_path, shots=2, clips=1, film=False))
    assert facts is not None
    meta: dict[str, Any] = meta_of(facts, "output/sessions/session_20250208_002238")
    assert meta["session_id"] == "session_20250208_002238"
    assert meta["timestamp"] == "20250208_002238"
    assert meta["idea"] == "A lighthouse keeper finds a letter"
    assert meta["started_at"] == "2025-02-08T00:22:38.123456"
    assert (meta["completed"], meta["completed_at"]) == (False, None)
    assert meta["steps"] == {
        "story": True,
        "scene_graph": True,
        "shots": True,
        "images": True,
        "videos": False,
        "narration": True,
        "score": False,
        "film": False,
    }
    assert meta["shots"][1] == {
        "index": 2,
        "image_prompt": "a rocky shore, shot 2",
        "motion_prompt": "slowly",
        "camera": "slow pan left",
        "image_generated": True,
        "image_path": "output/sessions/session_20250208_002238/images/shot_002.png",
        "video_rendered": False,
    }
    assert meta["stats"] == {
        "total_shots": 2,
        "images_generated": 2,
        "videos_rendered": 1,
        "cost_usd": 0.0,
        "calls": 0,
    }


def test_completed_at_is_when_the_film_was_made(tmp_path: Path) -> None:
    """`completed` comes with its time: that of the film's receipt."""
    facts = read_snapshot(make_session(tmp_path, shots=1))
    assert facts is not None
    meta = meta_of(facts, "shown")
    assert (meta["completed"], meta["completed_at"]) == (True, "2025-02-08T00:23:00.000000")


def test_a_step_is_complete_when_every_shot_has_its_piece(tmp_path: Path) -> None:
    """A picture, or a clip, that is missing leaves its step open; the count says how many there are."""
    facts = read_snapshot(make_session(tmp_path, shots=3, images=2, clips=1, film=False))
    assert facts is not None
    meta = meta_of(facts, "shown")
    assert (meta["steps"]["images"], meta["steps"]["videos"]) == (False, False)  # type: ignore[index]  # of the format
    assert (meta["stats"]["images_generated"], meta["stats"]["videos_rendered"]) == (2, 1)  # type: ignore[index]


def test_no_music_needs_no_score(tmp_path: Path) -> None:
    """A film asked for without music counts its score as done with the film, and never misses it."""
    facts = read_snapshot(make_session(tmp_path, shots=1))
    assert facts is not None
    silent = replace(facts, score=None, options={"music": False})
    assert steps(silent)["score"]
    assert missing(silent) == ()
    assert missing(replace(facts, score=None)) == ("score.wav",)


def test_missing_in_the_order_of_work(tmp_path: Path) -> None:
    """What is missing is named in the order in which it is made; before the plan, what every film has."""
    facts = read_snapshot(make_session(tmp_path, shots=2, images=1, clips=0, film=False))
    assert facts is not None
    assert missing(facts) == (
        "images/shot_002.png",
        "narration/shot_002.wav",
        "timeline.json",
        "videos/shot_001.mp4",
        "videos/shot_002.mp4",
        "score.wav",
        "film.mp4",
    )
    bare = replace(facts, plans=(), shots=())
    assert missing(bare) == ("story.json", "scene_graph.json", "shots.json", "timeline.json", "score.wav", "film.mp4")


def test_missing_of_a_foreign_session(tmp_path: Path) -> None:
    """Of another program's session only pictures, clips and the film are missed: it has no lines and no timeline."""
    facts = read_snapshot(make_foreign(tmp_path))
    assert facts is not None
    assert missing(facts) == ("images/shot_003.png", "videos/shot_002.mp4", "videos/shot_003.mp4", "film.mp4")


@pytest.mark.parametrize(("image", "clip", "said"), [(0, 0, "TODO"), (1, 0, "IMG"), (1, 1, "DONE"), (0, 1, "DONE")])
def test_mark(image: bool, clip: bool, said: str) -> None:
    """A shot is done with its clip, on the way with its picture."""
    piece = Piece(path="x")
    assert mark(ShotFacts(1, image=piece if image else None, clip=piece if clip else None)) == said


def test_state_of() -> None:
    """A running session is running whatever else holds; another program's is never 'done' without 'unverified'."""
    for done, foreign, failed in itertools.product((False, True), repeat=3):
        assert state_of(done, foreign, True, failed) == "running"
        assert state_of(done, True, False, failed) == ("done unverified" if done else "unverified")
        assert state_of(done, False, False, failed, cut_off=done, waits=True) == "waiting"
        assert state_of(done, foreign, True, failed, waits=True) == "running"
        assert state_of(done, False, False, failed, rejected=True) == "rejected"
        assert state_of(done, False, False, failed) == ("failed" if failed else "done" if done else "interrupted")
        assert state_of(done, False, False, failed, cut_off=True) == ("failed" if failed else "interrupted")
