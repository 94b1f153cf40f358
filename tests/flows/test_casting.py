"""Laws of the cast on the real engine: portraits come before pictures, are cached, follow their character, and one that
fails stops nobody else."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from studio.errors import EngineFailed
from studio.status.snapshot import read_snapshot
from tests.support.films.runs import Outcome, Studio

KEEPER = "character_001.png"


@pytest.fixture
def casting(studio: Studio) -> Studio:
    """Makes films with a painter that is shown the cast."""
    studio.references = 16
    return studio


def prompts_of(casting: Studio, folder: Path, keeper: bool) -> set[str]:
    """Return the prompts of the shots that describe the keeper, or of the others."""
    shots = casting.shots(folder.name)
    return {shot["image_prompt"] for shot in shots if ("lighthouse keeper" in shot["image_prompt"]) == keeper}


def pictures(outcome: Outcome) -> dict[str, tuple[str, ...]]:
    return {prompt: shown for prompt, shown in outcome.log.shown.items() if not prompt.startswith("Character")}


def test_a_character_is_painted_first_and_shown_for_its_shots_alone(casting: Studio) -> None:
    """One portrait; a second run finds it, as every piece, in the cache."""
    first = casting.film()
    assert first.state.is_completed(), first.state
    folder = casting.only_folder()
    kinds = [kind for kind, _ in first.log.calls if kind in ("portrait", "image")]
    assert kinds[0] == "portrait"
    assert kinds.count("portrait") == 1
    shown = pictures(first)
    assert {prompt for prompt, names in shown.items() if names == (KEEPER,)} == prompts_of(casting, folder, True)
    assert {prompt for prompt, names in shown.items() if names == ()} == prompts_of(casting, folder, False)
    again = casting.again(folder.name)
    assert again.made == {}
    assert again.names["Cached"] == sum(first.names.values())


def test_a_portrait_that_fails_stops_its_shots_alone(casting: Studio) -> None:
    """The failure names the character and the cause; all other shots are made; the next run paints what is missing."""

    def hook(kind: str, what: str) -> None:
        if kind == "portrait":
            raise EngineFailed("the model hides")

    outcome = casting.film(hook=hook)
    assert outcome.state.is_failed()
    assert "character 1 (cast): the model hides" in outcome.state.message
    folder = casting.only_folder()
    assert set(pictures(outcome)) == prompts_of(casting, folder, False)
    facts = read_snapshot(folder)
    assert facts is not None
    assert {shot.image_prompt for shot in facts.shots if shot.clip} == prompts_of(casting, folder, False)
    again = casting.film()
    assert again.state.is_completed(), again.state
    assert set(pictures(again)) == prompts_of(casting, folder, True)
    assert again.made["portrait"] == 1


@pytest.mark.thorough
def test_a_portrait_follows_its_character_to_another_number(casting: Studio) -> None:
    """A graph in which the character is another node costs no picture; what lay at its old place is kept in takes/."""
    casting.film()
    folder = casting.only_folder()
    graph = folder / "scene_graph.json"
    graph.write_text(graph.read_text("utf-8").replace("character_1", "character_12"), "utf-8")
    again = casting.again(folder.name)
    assert again.state.is_completed(), again.state
    assert "portrait" not in again.made
    assert "image" not in again.made
    names = sorted(path.name for path in (folder / "cast").iterdir())
    assert names == ["character_012.json", "character_012.png"]
    assert len([*(folder / "takes" / "cast").glob("*.png")]) == 1


@pytest.mark.thorough
def test_a_character_no_shot_shows_any_more_leaves_the_cast(casting: Studio) -> None:
    """Its portrait is kept in takes/, and comes back with the character, for nothing."""
    casting.film()
    folder = casting.only_folder()
    shots = casting.shots(folder.name)
    without = [{**shot, "image_prompt": f"a quiet shore, {shot['index']}"} for shot in shots]
    casting.write_shots(folder.name, without)
    assert casting.again(folder.name).made["image"] == len(prompts_of(casting, folder, False))
    assert [*(folder / "cast").iterdir()] == []
    casting.write_shots(folder.name, shots)
    back = casting.again(folder.name)
    assert "portrait" not in back.made
    assert "image" not in back.made
    assert (folder / "cast" / KEEPER).is_file()


@pytest.mark.thorough
def test_a_painter_without_references_leaves_a_persons_portrait_alone(casting: Studio) -> None:
    """Another crew knows no cast: what lies there stays, and the shots are its own."""
    casting.film()
    folder = casting.only_folder()
    casting.references = 0
    other = casting.again(folder.name)
    assert other.made["image"] == len(prompts_of(casting, folder, True))
    assert (folder / "cast" / KEEPER).is_file()
    assert json.loads((folder / "cast/character_001.json").read_text("utf-8"))["stage"] == "cast"
