"""Laws of the changes of a plan: pure, exact about identity, refused in one line."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.directing.edits import (
    MOST_TAKES,
    Edit,
    NewShot,
    Plan,
    Redo,
    RedoStage,
    ShotWords,
    all_of,
    insert,
    join,
    move,
    redo,
    remove,
    retitle,
    reword,
    split,
    use_clip,
    use_music,
    use_picture,
    use_voice,
)
from studio.errors import BadInput
from studio.model.film import Scene, Shot, Source, Story
from studio.planning.orders import take_seed
from studio.planning.plan_files import image_path, plan_text, read_shots, with_ids

SHA = "a" * 64
SCENE = Scene(id=1, location="a shore", characters="", action="waits", emotion="calm", narration="")


def planned(count: int = 6) -> Plan:
    shots = tuple(
        Shot(
            index=n,
            image_prompt=f"shot {n}",
            image_path=image_path(n),
            narration=f"Line {n}.",
            frames=48,
            seed=n,
        )
        for n in range(1, count + 1)
    )
    return Plan(Story(title="The Letter", style="", scenes=(SCENE,)), with_ids(shots), 24, 7)


def ids(plan: Plan) -> list[str]:
    return [shot.id for shot in plan.shots]


EDITS: st.SearchStrategy[Edit] = st.one_of(
    st.builds(lambda n, p: insert(NewShot(f"new {n}"), p), st.integers(0, 99), st.integers(1, 4)),
    st.builds(lambda n: remove({n}), st.integers(1, 3)),
    st.builds(lambda ns, p: move(ns, p), st.sets(st.integers(1, 4), min_size=1), st.integers(1, 5)),
    st.builds(lambda n, s: split(n, s), st.integers(1, 3), st.sampled_from([0.25, 0.5, 1.0])),
    st.builds(lambda n: join(n), st.integers(1, 3)),
    st.builds(lambda n, w: redo(Redo(notes=w), {n}), st.integers(1, 3), st.sampled_from(["", "at night"])),
    st.builds(lambda n: use_picture(SHA, n), st.integers(1, 3)),
    st.builds(lambda n, w: reword(ShotWords(line=w), {n}), st.integers(1, 3), st.text(max_size=5)),
)


@given(st.lists(EDITS, max_size=12))
def test_every_plan_that_a_change_gives_is_a_whole_plan(edits: list[Edit]) -> None:
    """Whatever is done, the plan is read as it was written: numbered from 1, an id for each shot, no two alike."""
    plan = planned()
    for edit in edits:
        try:
            plan = edit(plan)
        except BadInput:
            continue
        assert read_shots(plan_text(plan.shots), 24, 2.0, 7) == plan.shots
        assert [shot.index for shot in plan.shots] == list(range(1, len(plan.shots) + 1))
        assert len(set(ids(plan))) == len(plan.shots)


@given(st.sets(st.integers(1, 6), min_size=1), st.integers(1, 7))
def test_a_move_keeps_every_shot(numbers: set[int], before: int) -> None:
    """The same shots as before, the moved ones together and in their order, with nothing changed but their numbers."""
    plan = planned()
    moved = move(numbers, before)(plan)
    assert sorted(ids(moved)) == sorted(ids(plan))
    together = [plan.shots[number - 1].id for number in sorted(numbers)]
    at = ids(moved).index(together[0])
    assert ids(moved)[at : at + len(together)] == together
    kept = [each for each in ids(plan) if each not in together]
    assert [each for each in ids(moved) if each not in together] == kept
    assert at == sum(number < before for number in range(1, 7) if number not in numbers)


def test_an_inserted_shot_takes_nobodys_identity() -> None:
    """The others keep theirs, and so their takes; the new one has its neighbour's scene and length, and a seed."""
    plan = planned()
    found = insert(NewShot("shot 1", line="Hm."), 1)(plan)
    assert ids(found)[1:] == ids(plan)
    assert found.shots[0].id not in ids(plan)
    assert found.shots[0].seed != plan.shots[0].seed
    assert (found.shots[0].frames, found.shots[0].narration) == (48, "Hm.")
    assert insert(NewShot("end", seconds=1.0), 7)(plan).shots[6].frames == 24


def test_a_redo_asks_for_another_picture() -> None:
    """Every redo is another take, with another prompt too; what was chosen before is not used any more."""
    plan = use_picture(SHA, 2)(planned())
    shot = redo(Redo(), {2})(plan).shots[1]
    assert (shot.take, shot.picture, shot.image_prompt) == (2, "", "shot 2")
    shot = redo(Redo(notes="at night"), {2})(plan).shots[1]
    assert (shot.take, shot.image_prompt) == (2, "shot 2, at night")
    shot = redo(Redo(prompt="a boat", seed=42, takes=4), {2})(plan).shots[1]
    assert (shot.image_prompt, take_seed(shot), shot.alternatives) == ("a boat", 42, 3)
    assert [shot.take for shot in redo(Redo(), {1, 3})(plan).shots] == [2, 1, 2, 1, 1, 1]


def test_a_redo_of_a_clip_a_line_or_the_score_leaves_the_picture() -> None:
    """Each raises its own take; a camera alone is about the clip; own material goes back to the crew's work."""
    plan = use_voice(Source(sha256=SHA), 3)(use_music(Source(sha256=SHA))(planned()))
    clip = redo(Redo(stage="video"), {2})(plan).shots[1]
    assert (clip.video_take, clip.take) == (2, 1)
    camera = redo(Redo(camera="dolly in"), {2})(plan).shots[1]
    assert (camera.camera, camera.video_take, camera.take) == ("dolly in", 2, 1)
    assert redo(Redo(stage="narration"), {2})(plan).shots[1].narration_take == 2
    spoken = redo(Redo(stage="narration"), {3})(plan).shots[2]
    assert (spoken.voice, spoken.narration_take) == (None, 1)
    story = redo(Redo(stage="score"), ())(plan).story
    assert (story.music, story.score_take) == (None, 2)
    own = use_clip(Source(sha256=SHA), 1)(plan)
    assert redo(Redo(), {1})(own).shots[0].clip is None


@pytest.mark.parametrize(
    ("before", "style", "ending"),
    [
        ("a pier, dawn light. Style: Film noir, hard shadows.", "noir", ". Style: Film noir, hard shadows."),
        ("a pier, ultra cinematic documentary", "ultra cinematic documentary", ", ultra cinematic documentary"),
        ("a pier", "ultra cinematic documentary", ""),
    ],
)
def test_another_prompt_keeps_the_style(before: str, style: str, ending: str) -> None:
    """Of a redo, an edit and a new shot, however the style is told; notes come before it; one's own style stays."""
    plan = planned()
    shots = tuple(shot.model_copy(update={"image_prompt": before}) for shot in plan.shots)
    plan = replace(plan, shots=shots, story=plan.story.model_copy(update={"style": style}))
    assert redo(Redo(prompt="a boat."), {2})(plan).shots[1].image_prompt == ("a boat" + ending if ending else "a boat.")
    assert reword(ShotWords(prompt="a boat"), {2})(plan).shots[1].image_prompt == "a boat" + ending
    assert insert(NewShot("a boat"), 2)(plan).shots[1].image_prompt == "a boat" + ending
    noted = redo(Redo(notes="at night"), {2})(plan)
    assert noted.shots[1].image_prompt == f"{before.removesuffix(ending)}, at night{ending}"
    again = redo(Redo(notes="in rain"), {2})(noted).shots[1].image_prompt
    assert again == f"{before.removesuffix(ending)}, at night, in rain{ending}"
    own = "a boat. Style: pencil."
    assert redo(Redo(prompt=own), {2})(plan).shots[1].image_prompt == own


def test_takes_of_a_clip_a_line_or_the_score_are_numbered_on() -> None:
    """A number is given once: after those that are wanted, and after those that were made and undone since."""
    plan = planned()
    stages: tuple[tuple[RedoStage, str, str], ...] = (
        ("video", "video_take", "video_alternatives"),
        ("narration", "narration_take", "narration_alternatives"),
    )
    for stage, take, more in stages:
        asked = Redo(stage=stage, takes=3)
        once = redo(asked, {2})(plan)
        assert (getattr(once.shots[1], take), getattr(once.shots[1], more)) == (2, 2)
        assert getattr(redo(asked, {2})(once).shots[1], take) == 5
        undone = replace(plan, last_take=lambda stage, shot: 7)
        assert getattr(redo(asked, {2})(undone).shots[1], take) == 8
        assert getattr(split(2, 0.5)(once).shots[2], more) == 0
    story = redo(Redo(stage="score", takes=2), ())(plan).story
    assert (story.score_take, story.score_alternatives) == (2, 1)


def test_both_halves_of_a_split_shot_show_its_picture() -> None:
    """The frames add up, the first keeps identity and line, and joining them gives the shot back but for the second."""
    plan = planned()
    halves = split(2, 0.5)(plan)
    first, second = halves.shots[1:3]
    assert (first.frames, second.frames) == (12, 36)
    assert (first.id, first.narration, second.narration) == (plan.shots[1].id, "Line 2.", "")
    assert (second.seed, second.take, second.image_prompt) == (2, 1, "shot 2")
    assert join(2)(halves).shots == plan.shots
    clip = split(2, 0.5)(use_clip(Source(sha256=SHA, start=1.0, end=3.0), 2)(plan))
    assert [shot.clip for shot in clip.shots[1:3]] == [
        Source(sha256=SHA, start=1.0, end=1.5),
        Source(sha256=SHA, start=1.5, end=3.0),
    ]


def test_other_words_end_a_choice_that_was_made_for_the_old_ones() -> None:
    """Another prompt ends the choice of a picture, another line that of a recording; a note ends nothing."""
    plan = use_voice(Source(sha256=SHA), 2)(use_picture(SHA, 2)(planned()))
    assert reword(ShotWords(prompt="a boat"), {2})(plan).shots[1].picture == ""
    assert reword(ShotWords(line="No."), {2})(plan).shots[1].voice is None
    noted = reword(ShotWords(note="too dark", seconds=3.5), {2})(plan).shots[1]
    assert (noted.picture, noted.voice, noted.note, noted.frames) == (SHA, Source(sha256=SHA), "too dark", 84)


REFUSED: dict[str, tuple[Callable[[], Edit], str]] = {
    "no such shot": (lambda: redo(Redo(), {9}), "no shot 9: there are shots 1 to 6"),
    "no shot named": (lambda: redo(Redo(), ()), "say which shots"),
    "shots of the score": (lambda: redo(Redo(stage="score"), {1}), "leave --shot out"),
    "a line of silence": (
        lambda: all_of([reword(ShotWords(line=""), {1}), redo(Redo(stage="narration"), {1})]),
        "no line",
    ),
    "notes on a clip": (lambda: redo(Redo(stage="video", notes="dark"), {1}), "--notes is about pictures"),
    "too many takes": (lambda: redo(Redo(takes=MOST_TAKES + 1), {1}), "not 1 to 9"),
    "a camera of a line": (lambda: redo(Redo(stage="narration", camera="zoom"), {1}), "--camera is about clips"),
    "a long prompt": (lambda: reword(ShotWords(prompt="x" * 9_000), {1}), "image_prompt"),
    "no length": (lambda: reword(ShotWords(seconds=0), {1}), "0 s is not the length of a shot"),
    "endless": (lambda: reword(ShotWords(seconds=float("nan")), {1}), "nan s is not the length"),
    "a blank title": (lambda: retitle(" \n"), "at least one letter"),
    "all of them": (lambda: remove({1, 2, 3, 4, 5, 6}), "at least one shot"),
    "nowhere": (lambda: move({1}, 9), "no place 9"),
    "outside": (lambda: split(1, 5.0), "shot 1 is 2.00 s long"),
    "the last": (lambda: join(6), "is the last"),
}


@pytest.mark.parametrize(("edit", "said"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_done_is_refused(edit: Callable[[], Edit], said: str) -> None:
    """One line says what is wrong."""
    with pytest.raises(BadInput, match=said):
        edit()(planned())


def test_a_shots_identity_comes_from_its_seed_until_it_is_written_down() -> None:
    """Without ids in the file, a shot that moves keeps its identity; of two alike the second has another."""
    one = Shot(index=1, image_prompt="x", frames=48, seed=5)
    other, third = one.model_copy(update={"index": 2}), one.model_copy(update={"index": 3, "seed": 6})
    assert [shot.id for shot in with_ids((one, other, third))] == ["00000005", "00000005-2", "00000006"]
    assert with_ids((third, one))[1].id == "00000005"
    named = one.model_copy(update={"id": "00000006"})
    assert [shot.id for shot in with_ids((third, named))] == ["00000006-2", "00000006"]
