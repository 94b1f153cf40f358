"""Every text is read in time, however long and of whatever shape; what is too long is refused before it is read."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from studio.captions import silent_cues
from studio.cards import still_card
from studio.errors import BadInput
from studio.manifest import read_manifest
from studio.model import IDEA_CHARACTERS, LINE_CHARACTERS, SCRIPT_CHARACTERS, Brief, Wish
from studio.offline.paint.title import title_of
from studio.offline.paint.tokens import tokens_of
from studio.offline.reading import sentences, why_silent
from studio.offline.writer import OfflineWriter
from studio.opening import TEXT_BYTES
from studio.plan import share_lines
from studio.prompt_files import parse_prompts
from studio.prompts import PROMPT_CHARACTERS
from studio.script import parse_script, script_title, split_sentences
from studio.storyboard import escaped
from studio.yaml_text import MOST_VALUES, NotYaml, read_yaml
from tests.studio.shapes import SHAPES, hostile

SECONDS = 2.0
"""Of processor time, that a text at its limit may take."""
WRITER = OfflineWriter()


def _film(idea: str) -> None:
    brief = Brief(idea=idea.strip() or "a", wish=Wish(), seed=1, started_at="", version="")
    story = WRITER.write_story(brief)
    WRITER.plan_shots(story, WRITER.map_scenes(story, 1), brief)


READERS: dict[str, tuple[Callable[[str], object], int]] = {
    "script": (parse_script, SCRIPT_CHARACTERS),
    "screenplay": (lambda text: parse_script(f"INT. A\n{text}"[:SCRIPT_CHARACTERS]), SCRIPT_CHARACTERS),
    "script's title": (script_title, SCRIPT_CHARACTERS),
    "lines of a scene": (lambda text: share_lines(split_sentences(text), 10), SCRIPT_CHARACTERS),
    "prompts": (parse_prompts, TEXT_BYTES),
    "a prompt": (lambda text: parse_prompts(f"Shot 1\nimage: {text}"), TEXT_BYTES),
    "idea": (_film, IDEA_CHARACTERS),
    "line to speak": (lambda text: (why_silent(text, str.isascii), sentences(text)), LINE_CHARACTERS),
    "captions": (lambda text: silent_cues(text, 100, 24, 0), LINE_CHARACTERS),
    "captions of one frame": (lambda text: silent_cues(text, 1, 24, 0, 20), LINE_CHARACTERS),
    "prompt to paint": (lambda text: (tokens_of(text), title_of(text, "a")), PROMPT_CHARACTERS),
    "storyboard": (lambda text: escaped(text, LINE_CHARACTERS), LINE_CHARACTERS),
}
"""Who reads a text, and how many characters it has at most."""


@pytest.mark.parametrize("name", READERS)
def test_a_text_is_read_in_time(name: str) -> None:
    """A text at its limit is read in time, whatever it is made of."""
    read, length = READERS[name]
    for shape, text in hostile(length, seed=20_251_129, each=2):
        begun = time.process_time()
        with suppress(BadInput):
            read(text)
        assert time.process_time() - begun < SECONDS, shape


@pytest.mark.parametrize("shape", [name for name in SHAPES if name not in ("letters",)][::4])
def test_a_card_is_lettered_in_time(shape: str) -> None:
    """A title of any length and shape is set within a few seconds of processor time; the ground is half of one."""
    text = dict(hostile(LINE_CHARACTERS, seed=1, each=1))
    begun = time.process_time()
    still_card(next(each for name, each in text.items() if name.startswith(shape)), (1280, 720), 1)
    assert time.process_time() - begun < 3 * SECONDS


def test_a_long_script_is_refused_before_it_is_read() -> None:
    """A script beyond the limit is refused at once, with the limit and its length."""
    begun = time.process_time()
    with pytest.raises(BadInput, match=r"the script has 1,000,000 characters, at most 200,000 are read"):
        parse_script("# " * 500_000)
    assert time.process_time() - begun < 0.1


@pytest.mark.parametrize("entry", ["- a\n", "- idea: a\n  seed: 1\n", "- [a]\n", "- \n", "-\n  - a\n"])
def test_a_long_list_is_refused_before_it_is_read(entry: str, tmp_path: Path) -> None:
    """A YAML list of 100,000 is refused within two seconds: nothing behind the most films is read."""
    manifest = tmp_path / "a.yaml"
    manifest.write_text((entry * 100_000)[: TEXT_BYTES // len(entry) * len(entry)], encoding="utf-8")
    begun = time.process_time()
    with pytest.raises(BadInput, match="it holds more than 1,000 entries"):
        read_manifest(manifest)
    assert time.process_time() - begun < SECONDS


@pytest.mark.parametrize(
    "text", ["[" + "a," * 100_000 + "a]", "{" + "a: [b, c], " * 30_000 + "}", "- {x: [" + "{}," * 90_000]
)
def test_many_values_are_refused(text: str) -> None:
    """YAML of more values than any manifest has is refused, however they are nested."""
    with pytest.raises(NotYaml, match=f"more than {MOST_VALUES:,} values"):
        read_yaml(text, most=10**6)


@pytest.mark.parametrize(("name", "line"), [("a.jsonl", '"a"\n'), ("a.csv", "a\n"), ("a.tsv", "a\n")])
def test_a_long_table_is_refused_before_its_films_are_checked(name: str, line: str, tmp_path: Path) -> None:
    """A manifest of too many lines is refused with how many it has, within two seconds."""
    head = "" if name.endswith("jsonl") else "idea\n"
    (tmp_path / name).write_text(head + line * 200_000, encoding="utf-8")
    begun = time.process_time()
    with pytest.raises(BadInput, match=r"holds 200,000 films, the most is 1,000"):
        read_manifest(tmp_path / name)
    assert time.process_time() - begun < SECONDS
