"""Keys of a manifest mean the same however people spell them, as the columns of a table do."""

from __future__ import annotations

import json
import random
import re
from pathlib import Path

import pytest
import yaml

from studio.batch.manifest import read_manifest
from studio.errors import BadInput
from studio.text.display import printable
from tests.support.texts.spellings import spelled

FILM: dict[str, object] = {
    "idea": "A lantern in fog",
    "seconds": 8,
    "shot_seconds": 2.5,
    "aspect": "1:1",
    "height": 144,
    "fps": 25,
    "music": False,
    "on_refusal": "slate",
    "budget_usd": 2,
}


def _written(kind: str, films: list[dict[str, object]]) -> str:
    if kind == "jsonl":
        return "".join(json.dumps(film) + "\n" for film in films)
    return yaml.safe_dump(films, sort_keys=False) if kind == "yaml" else json.dumps(films)


def _film(draw: random.Random) -> dict[str, object]:
    chosen = draw.sample(list(FILM)[1:], draw.randrange(len(FILM)))
    return {name: FILM[name] for name in draw.sample(["idea", *chosen], len(chosen) + 1)}


@pytest.mark.parametrize("kind", ["json", "jsonl", "yaml"])
def test_keys_in_any_spelling_are_the_same_films(tmp_path: Path, kind: str) -> None:
    """Of 100 manifests each gives ideas, options, terms and keys as if its keys were spelled as the guide does."""
    draw = random.Random(kind)
    for _ in range(100):
        film = _film(draw)
        read = []
        for item in (film, {spelled(draw, name): value for name, value in film.items()}):
            (tmp_path / f"films.{kind}").write_text(_written(kind, [item]), "utf-8")
            read += read_manifest(tmp_path / f"films.{kind}")
        assert read[0] == read[1], item


@pytest.mark.parametrize("kind", ["json", "jsonl", "yaml"])
def test_two_spellings_of_one_key_are_a_fault(tmp_path: Path, kind: str) -> None:
    """Of 100 manifests with a key in two spellings each is refused with both, whatever their values are."""
    draw = random.Random(kind)
    for _ in range(100):
        film = _film(draw)
        twice = draw.choice(list(film))
        first = spelled(draw, twice)
        second = spelled(draw, twice, than=first)
        item = {first if name == twice else name: value for name, value in film.items()}
        item[second] = draw.choice((film[twice], None))
        (tmp_path / f"films.{kind}").write_text(_written(kind, [item]), "utf-8")
        told = printable(f"1, keys: the keys {first!r} and {second!r} are the same: leave one out")
        with pytest.raises(BadInput, match=re.escape(told)):
            read_manifest(tmp_path / f"films.{kind}")


@pytest.mark.parametrize("key", ["colour", "Idea 2", "", "_", "1"])
def test_a_key_that_means_nothing_is_told_as_it_is_written(tmp_path: Path, key: str) -> None:
    """An unknown key is a fault under the name that stands in the file."""
    (tmp_path / "a.json").write_text(json.dumps([{"Idea": "A lantern", key: 1}]), "utf-8")
    with pytest.raises(BadInput, match=re.escape(f"line 1, {key}: this option is not known")):
        read_manifest(tmp_path / "a.json")


def test_a_style_s_name_is_in_the_key_and_its_text_is_not(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A film of a batch is found again whatever becomes of its style's file, as it was before there were files."""
    monkeypatch.setenv("FILM_STYLES", str(tmp_path))
    manifest = tmp_path / "films.csv"
    manifest.write_text("idea,style\nA boat,mine\n", "utf-8")
    words = read_manifest(manifest)
    style = "---\nname: mine\ntitle: Mine\n---\n"
    keys = set()
    for text in (style, style.replace("Mine", "Other")):
        (tmp_path / "mine.md").write_text(text, "utf-8")
        keys |= {line.key for line in read_manifest(manifest)}
    assert keys == {words[0].key}
    (tmp_path / "mine.md").write_text("no style", "utf-8")
    with pytest.raises(BadInput, match=r"line 2, style: .*front matter"):
        read_manifest(manifest)
