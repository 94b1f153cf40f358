"""Laws of directing on the real engine: only what a change needs is made, and every take is kept."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from flows.redo_film import redo_film
from studio.directing.director import direct, read_plan
from studio.directing.edits import NewShot, Redo, insert, move, redo
from studio.directing.takes import takes_of
from studio.errors import EngineFailed
from studio.model.events import listening
from studio.planning.orders import alternatives, take_seed
from studio.store.brief import read_brief
from studio.store.receipts import read_receipt
from tests.support.films.fake_crew import FakePainter
from tests.support.films.runs import Studio

NOW = "2026-11-30T12:00:00"


def done(folder: Path, edit: Any) -> None:
    direct(folder, edit, "edit", "a change", NOW, lambda line: None)


def number_of(folder: Path, shot_id: str) -> int:
    return next(shot.index for shot in read_plan(folder, read_brief(folder)).shots if shot.id == shot_id)


def takes(folder: Path, number: int) -> list[bool]:
    shots = read_plan(folder, read_brief(folder)).shots
    return sorted(take.in_place for take in takes_of(folder, shots, "image", number))


def test_a_change_makes_what_it_needs_and_nothing_else(studio: Studio) -> None:
    """A redone shot makes a picture, a clip and the film; an inserted one a line, too; a move none of these."""
    assert studio.film(variants=2).made["image"] == 2 * len(studio.shots(studio.only_folder().name))
    folder = studio.only_folder()
    count = len(studio.shots(folder.name))
    assert [takes(folder, number) for number in range(1, count + 1)] == [[False, True]] * count
    done(folder, redo(Redo(takes=2), {2}))
    again = studio.again(folder.name)
    assert again.made == {"image": 2, "video": 1}
    assert takes(folder, 2) == [False, False, False, True]
    second = read_plan(folder, read_brief(folder)).shots[1].id
    done(folder, insert(NewShot("a gull", line="Hm."), 1))
    assert studio.again(folder.name).made == {"image": 1, "narration": 1, "video": 1}
    done(folder, move({1}, count))
    assert studio.again(folder.name).made == {}
    assert takes(folder, number_of(folder, second)) == [False, False, False, True]


def test_takes_of_every_stage_are_made_beside_the_first(studio: Studio) -> None:
    """Three takes of a clip, a line and the score: one of each is in the film, the others beside it, each made once."""
    studio.film()
    folder = studio.only_folder()
    spoken = next(shot for shot in read_plan(folder, read_brief(folder)).shots if shot.narration)
    for stage in ("video", "narration", "score"):
        done(folder, redo(Redo(stage=stage, takes=3), () if stage == "score" else {spoken.index}))
    assert studio.again(folder.name).made == {"video": 3, "narration": 3}
    for stage, name in (
        ("videos", f"shot_{spoken.index:03d}"),
        ("narration", f"shot_{spoken.index:03d}"),
        ("score", ""),
    ):
        place = folder / (f"{stage}/{name}.json" if name else "score.json")
        kept = [read_receipt(path) for path in (folder / "takes" / stage).glob("*.json")]
        assert read_receipt(place).take == 2
        assert sorted(receipt.take for receipt in kept if receipt is not None) == [1, 3, 4]
    assert studio.again(folder.name).made == {}


def test_a_further_take_that_fails_does_not_keep_the_film(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    """The film is cut with the take that is used; the next run asks for the other one again."""
    studio.film()
    folder = studio.only_folder()
    done(folder, redo(Redo(takes=2), {2}))
    further = take_seed(alternatives(read_plan(folder, read_brief(folder)).shots[1])[0])
    paint = FakePainter.paint

    def refuse(self: FakePainter, prompt: str, size: Any, seed: int, *more: Any) -> Any:
        if seed == further:
            raise EngineFailed("the brush slipped")
        return paint(self, prompt, size, seed, *more)

    told: list[str] = []
    with monkeypatch.context() as patch, listening(lambda event: told.append(event.line())):
        patch.setattr(FakePainter, "paint", refuse)
        assert studio.again(folder.name).state.is_completed()
    assert "shot 2: image: a further take was not made: the brush slipped" in told
    assert takes(folder, 2) == [False, True]
    assert studio.again(folder.name).made == {"image": 1}
    assert takes(folder, 2) == [False, False, True]


def test_the_flow_behind_the_form_redoes_shots(studio: Studio, monkeypatch: Any) -> None:
    """A session and shots in, the film with new takes of them out; a wrong shot fails the run and changes nothing."""
    studio.film()
    folder = studio.only_folder()
    before = (folder / "shots.json").read_bytes()
    call: Any = redo_film
    wrong = call(session_id=folder.name, shots="99", output=str(studio.output), return_state=True)
    assert wrong.is_failed()
    assert "there is no shot 99" in str(wrong.message)
    assert (folder / "shots.json").read_bytes() == before
    state = call(session_id=folder.name, shots="1", output=str(studio.output), return_state=True)
    assert state.is_completed()
    assert takes(folder, 1) == [False, True]
