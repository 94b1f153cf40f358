"""Laws of the cast: who is seen in a shot, and by what a shot is bound to a character's look."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from studio.model.brief import Brief, FilmOptions
from studio.model.engines import Crew
from studio.model.film import Edge, Node, SceneGraph, Shot
from studio.model.receipt import Receipt
from studio.planning.cast import NOBODY, Cast, cast_of, portrait_prompt
from studio.planning.orders import image_print, portrait_order, portrait_print
from tests.support.films.fake_crew import Log, fake_crew

BRIEF = Brief(idea="two friends", options=FilmOptions(), seed=3, started_at="", version="0")
MIRA = Node(id="character_1", kind="character", name="Mira", description="A girl of nine, red coat, short black hair.")
TOM = Node(id="character_2", kind="character", name="Tom", description="an old man in a straw hat")
GRAPH = SceneGraph(
    nodes=(
        Node(id="scene_1", kind="scene", name="Scene 1", description="they meet"),
        Node(id="scene_2", kind="scene", name="Scene 2", description="she leaves"),
        Node(id="place_1", kind="place", name="a pier", description="a pier"),
        MIRA,
        TOM,
    ),
    edges=(
        Edge(kind="set_in", source="scene_1", target="place_1"),
        Edge(kind="set_in", source="scene_2", target="place_1"),
        Edge(kind="follows", source="scene_2", target="scene_1"),
        Edge(kind="appears_in", source="character_1", target="scene_1"),
        Edge(kind="appears_in", source="character_2", target="scene_1"),
        Edge(kind="appears_in", source="character_1", target="scene_2"),
    ),
)


def crew(references: int = 16, portraits: bool = True) -> Crew:
    return replace(fake_crew(Log(), references), portraits=portraits)


def shot(index: int, prompt: str, scene: int = 1) -> Shot:
    return Shot(index=index, image_prompt=prompt, scene=scene, frames=48, seed=7)


def cast(*shots: Shot, of: Crew | None = None) -> Cast:
    return cast_of(GRAPH, shots, "ink", BRIEF, of or crew())


def portrait(number: int, **changes: object) -> Receipt:
    node = (MIRA, TOM)[number - 1]
    return Receipt.model_validate(
        {
            "stage": "cast",
            "index": number,
            "path": f"cast/character_{number:03d}.png",
            "sha256": f"{number}" * 64,
            "bytes": 1,
            "mtime_ns": 1,
            "fingerprint": portrait_print(node, "ink", BRIEF, crew()),
            "engine": "fake",
            "model": "painter",
            "made_at": "",
            **changes,
        }
    )


@pytest.mark.parametrize(
    ("prompt", "scene", "seen"),
    [
        ("wide shot of a pier at dawn", 1, ()),
        ("close-up, Mira looks up", 1, (1,)),
        ("MIRA's boat", 1, (1,)),
        ("Miracles at sea", 1, ()),
        ("tomorrow", 1, ()),
        ("medium shot, a girl of nine,  red coat, short black hair, waves", 1, (1,)),
        ("Tom and Mira on the pier", 1, (1, 2)),
        ("Tom waves from afar", 2, ()),
        ("Mira alone", 9, ()),
    ],
)
def test_a_shot_shows_the_characters_of_its_scene_whom_its_prompt_names_or_describes(
    prompt: str, scene: int, seen: tuple[int, ...]
) -> None:
    """Whole words, in any case; nobody from another scene, and nobody who is only a part of a word."""
    assert cast(shot(1, prompt, scene)).parts.get(1, ()) == seen


def test_a_cast_is_who_is_in_any_shot() -> None:
    """A character whom no shot shows has no portrait, and costs nothing."""
    assert cast(shot(1, "Mira"), shot(2, "a pier")).characters == (MIRA,)
    assert cast(shot(1, "Tom and Mira"), shot(2, "Mira", 2)).characters == (MIRA, TOM)


@pytest.mark.parametrize("of", [crew(references=0), crew(portraits=False)])
def test_a_crew_that_takes_no_references_has_no_cast(of: Crew) -> None:
    """Then nothing is different from a film without characters."""
    assert cast(shot(1, "Mira"), of=of) == NOBODY


def test_a_shot_shows_no_more_than_the_painter_takes() -> None:
    """The first of its scene's cast."""
    assert cast(shot(1, "Tom and Mira"), of=crew(references=1)).parts == {1: (1,)}


def test_a_shot_without_anybody_keeps_its_fingerprint() -> None:
    """What was painted before there were portraits is not painted again."""
    assert image_print(shot(1, "a pier"), (64, 36), crew(), ()) == image_print(shot(1, "a pier"), (64, 36), crew())
    assert image_print(shot(1, "Mira"), (64, 36), crew(), ("x",)) != image_print(shot(1, "Mira"), (64, 36), crew())


def test_a_shot_is_bound_to_the_look_and_not_to_the_portraits_bytes() -> None:
    """A portrait that was lost and painted again costs no shot; before it is painted the looks are the same."""
    found = cast(shot(1, "Tom and Mira"), shot(2, "a pier"))
    one, other = found.painted(portrait(1)), found.painted(portrait(1, sha256="f" * 64))
    assert found.by_shot == one.by_shot == other.by_shot
    assert set(found.by_shot) == {1}
    assert other.references(1, Path("s")) == [Path("s/cast/character_001.png")]
    assert other.references(2, Path("s")) == []


def test_a_portrait_by_hand_is_another_look() -> None:
    """Its shots are painted anew, after its bytes."""
    found = cast(shot(1, "Mira"), shot(2, "Tom"))
    one = found.painted(portrait(1, by_hand=True))
    assert one.by_shot[1] != found.by_shot[1]
    assert one.by_shot[2] == found.by_shot[2]
    assert one.by_shot != found.painted(portrait(1, by_hand=True, sha256="e" * 64)).by_shot


def test_a_refused_portrait_is_shown_to_nobody() -> None:
    """The slate at its place is no likeness: its character goes without, the others do not."""
    found = cast(shot(1, "Mira and Tom")).painted(portrait(1, refused="no girls")).painted(portrait(2))
    assert found.references(1, Path("s")) == [Path("s/cast/character_002.png")]
    assert len(found.by_shot[1]) == 1


def test_a_portraits_order_is_its_look_the_style_and_the_painter() -> None:
    """Its name, its number and the film's other characters change nothing."""
    order = portrait_order("session_20260101_000000", MIRA, (MIRA, TOM), "ink", BRIEF, crew())
    moved = MIRA.model_copy(update={"id": "character_7", "name": "Maria"})
    again = portrait_order("session_20260101_000000", moved, (moved,), "ink", BRIEF, crew())
    assert order.fingerprint == again.fingerprint
    assert (order.path, again.path) == ("cast/character_001.png", "cast/character_007.png")
    assert portrait_print(TOM, "ink", BRIEF, crew()) in order.wanted
    assert order.fingerprint != portrait_print(TOM, "ink", BRIEF, crew())
    assert order.fingerprint != portrait_print(MIRA, "oil", BRIEF, crew())
    assert MIRA.description in portrait_prompt(MIRA, "ink")
