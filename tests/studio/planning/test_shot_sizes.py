"""The sizes of the shots and the moves of their cameras."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from studio.model.brief import FilmOptions
from studio.model.film import Mood, Scene, Story
from studio.planning.image_prompts import EMOTIONS
from tests.support.texts.plans import shots_of


def _cut(seed: int, seconds: int, scenes: list[tuple[str, bool]], mood: Mood) -> tuple[list[str], list[str], list[int]]:
    """Sizes, cameras and scenes of a planned film; a scene is its emotion, and whether anybody is there."""
    told = tuple(
        Scene(
            id=number,
            location="a shore",
            characters="Anna" * peopled,
            action="walks" * peopled,
            emotion=emotion,
            narration="One. Two. Three.",
        )
        for number, (emotion, peopled) in enumerate(scenes, start=1)
    )
    shots = shots_of(Story(title="T", style="plain", scenes=told, mood=mood), FilmOptions(seconds=seconds), seed)
    sizes = [next(size for size in SIZE_WORDS if shot.image_prompt.startswith(size)) for shot in shots]
    return sizes, [shot.camera for shot in shots], [shot.scene for shot in shots]


SIZE_WORDS = ("wide", "medium", "close")


ACROSS, DOWN, ALONG = {"slow pan left", "slow pan right", "orbit"}, {"tilt", "crane"}, {"dolly in", "dolly out", "zoom"}


SCENES = st.lists(st.tuples(st.sampled_from(EMOTIONS), st.booleans()), min_size=1, max_size=6)


FILM = (st.integers(0, 2**31 - 1), st.integers(4, 120), SCENES, st.sampled_from(("calm", "tense")))


@given(*FILM)
def test_neighbours_differ_as_an_editor_cuts(
    seed: int, seconds: int, scenes: list[tuple[str, bool]], mood: Mood
) -> None:
    """No two neighbours have one size, nor one move, nor a move on one axis: no camera turns back over a cut, and the
    pans of a scene all go one way."""
    sizes, cameras, of = _cut(seed, seconds, scenes, mood)
    for before, after in pairwise(sizes):
        assert before != after
    for before, after in pairwise(cameras):
        assert before != after
        assert not any(before in axis and after in axis for axis in (ACROSS, ALONG))
        assert not (before.split()[0] in DOWN and after.split()[0] in DOWN)
    for scene in set(of):
        assert not {"slow pan left", "slow pan right"} <= {
            move for move, its in zip(cameras, of, strict=True) if its == scene
        }


@given(*FILM)
def test_a_film_opens_up_and_comes_to_rest(seed: int, seconds: int, scenes: list[tuple[str, bool]], mood: Mood) -> None:
    """The first shot is wide; the last is wide, too, and draws back or holds still."""
    sizes, cameras, _ = _cut(seed, seconds, scenes, mood)
    assert sizes[0] == "wide"
    assert cameras[0] != "static"
    if len(sizes) > 2:
        assert sizes[-1] == "wide"
    if len(sizes) > 1:
        assert cameras[-1] in ("dolly out", "static")


@given(*FILM)
def test_a_close_shot_comes_nearer_where_it_moves_us(
    seed: int, seconds: int, scenes: list[tuple[str, bool]], mood: Mood
) -> None:
    """A camera comes nearer in a close shot only to a moving emotion; elsewhere it holds still or breathes."""
    sizes, cameras, of = _cut(seed, seconds, scenes, mood)
    for size, camera, scene in zip(sizes, cameras, of, strict=True):
        if size == "close":
            assert camera in ("static", "handheld", "dolly in", "orbit")
            if scenes[scene - 1][0] in ("still", "curious", "restless", "at peace"):
                assert camera != "dolly in"


def test_close_emotional_beats_are_pushed_in_on() -> None:
    """Of the close shots of tender scenes most come nearer."""
    found = []
    for seed in range(20):
        sizes, cameras, _ = _cut(seed, 60, [("tender", True)] * 4, "calm")
        found += [camera for size, camera in zip(sizes, cameras, strict=True) if size == "close"]
    assert found.count("dolly in") > len(found) / 2
