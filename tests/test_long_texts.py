"""Every text is read in time, however long and of whatever shape; what is too long is refused before it is read."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from pydantic import ValidationError

from blocks.offline.painter.prompt.title import title_of
from blocks.offline.painter.prompt.tokens import tokens_of
from blocks.offline.voice.reading import sentences, why_silent
from blocks.offline.writer.writer import OfflineWriter
from studio.batch.manifest import read_manifest
from studio.errors import BadInput, BrokenPlan
from studio.fs.safe_open import SHOTS, TEXT_BYTES
from studio.input.prompts_file import parse_prompts
from studio.input.script import parse_script, script_title
from studio.lettering.caption_cues import silent_cues
from studio.model.brief import IDEA_CHARACTERS, SCRIPT_CHARACTERS, Brief, FilmOptions
from studio.model.film import LINE_CHARACTERS, Story
from studio.planning.image_prompts import PROMPT_CHARACTERS
from studio.planning.plan_files import read_graph, read_shots, read_story, read_timeline
from studio.planning.shot_plan import share_lines
from studio.status.storyboard import escaped
from studio.text.plain_yaml import MOST_VALUES, NotYaml, read_yaml
from studio.text.sentences import split_sentences
from studio.video.cards import still_card
from tests.support.processor_time import at_most
from tests.support.sampled import sampled
from tests.support.texts.shapes import SHAPES, hostile

SECONDS = 4.0
"""Of processor time, that a text at its limit may take: three times what is usual and more."""
WRITER = OfflineWriter()


def _film(idea: str) -> None:
    brief = Brief(idea=idea.strip() or "a", options=FilmOptions(), seed=1, started_at="", version="")
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


@sampled("share", [0.2, 1.0])
@pytest.mark.parametrize("name", READERS)
def test_a_text_is_read_in_time(name: str, share: float) -> None:
    """A text of any shape is read in time, up to its limit; half the time is allowed for a fifth of the limit."""
    read, length = READERS[name]
    for shape, text in hostile(round(length * share), seed=20_251_129, each=1 if share < 1 else 2):
        with at_most(SECONDS if share == 1 else SECONDS / 2, shape), suppress(BadInput):
            read(text)


@pytest.mark.parametrize("shape", [name for name in SHAPES if name not in ("letters",)][::4])
def test_a_card_is_lettered_in_time(shape: str) -> None:
    """A title of any length and shape is set within a few seconds of processor time; the ground is half of one."""
    text = dict(hostile(LINE_CHARACTERS, seed=1, each=1))
    with at_most(2 * SECONDS):
        still_card(next(each for name, each in text.items() if name.startswith(shape)), (1280, 720), 1)


def test_a_long_script_is_refused_before_it_is_read() -> None:
    """A script beyond the limit is refused at once, with the limit and its length."""
    with at_most(0.2), pytest.raises(BadInput, match=r"has 1,000,000 characters, at most 200,000 are read"):
        parse_script("# " * 500_000)


@sampled("entry", ["- a\n", "- idea: a\n  seed: 1\n", "- [a]\n", "- \n", "-\n  - a\n"])
def test_a_long_list_is_refused_before_it_is_read(entry: str, tmp_path: Path) -> None:
    """A YAML list of 100,000 is refused in time: nothing behind the most films is read."""
    manifest = tmp_path / "a.yaml"
    manifest.write_text((entry * 100_000)[: TEXT_BYTES // len(entry) * len(entry)], encoding="utf-8")
    with at_most(SECONDS), pytest.raises(BadInput, match="it holds more than 1,000 entries"):
        read_manifest(manifest)


@sampled("text", ["[" + "a," * 100_000 + "a]", "{" + "a: [b, c], " * 30_000 + "}", "- {x: [" + "{}," * 90_000])
def test_many_values_are_refused(text: str) -> None:
    """YAML of more values than any manifest has is refused, however they are nested."""
    with pytest.raises(NotYaml, match=f"more than {MOST_VALUES:,} values"):
        read_yaml(text, most=10**6)


@pytest.mark.parametrize(("name", "line"), [("a.jsonl", '"a"\n'), ("a.csv", "a\n"), ("a.tsv", "a\n")])
def test_a_long_table_is_refused_before_its_films_are_checked(name: str, line: str, tmp_path: Path) -> None:
    """A manifest of too many lines is refused with how many it has, in time."""
    head = "" if name.endswith("jsonl") else "idea\n"
    (tmp_path / name).write_text(head + line * 200_000, encoding="utf-8")
    with at_most(SECONDS), pytest.raises(BadInput, match=r"holds 200,000 films, the most is 1,000"):
        read_manifest(tmp_path / name)


@pytest.mark.parametrize("name", ["idea", "no option"])
def test_a_table_of_many_columns_is_refused_in_time(name: str, tmp_path: Path) -> None:
    """A header of 100,000 columns and more is refused in time, with how many it names."""
    columns = TEXT_BYTES // (len(name) + 1)
    (tmp_path / "a.csv").write_text("idea" + f",{name}" * (columns - 9) + "\na\n", encoding="utf-8")
    with at_most(SECONDS), pytest.raises(BadInput, match=r"header: it names [\d,]+ columns, at most 100 are read"):
        read_manifest(tmp_path / "a.csv")


def test_a_table_of_many_empty_columns_is_read_in_time(tmp_path: Path) -> None:
    """Columns without a name or a value at a table's end are none."""
    (tmp_path / "a.csv").write_text("idea" + "," * (TEXT_BYTES - 9) + "\na\n", encoding="utf-8")
    with at_most(SECONDS):
        assert len(read_manifest(tmp_path / "a.csv")) == 1


SCENE = {"id": 1, "location": "", "characters": "", "action": "", "emotion": "", "narration": ""}
SPAN = {"index": 1, "start": 0, "frames": 1, "line_start": 0}
EDGE = {"kind": "follows", "source": "scene_2", "target": "scene_1"}


@pytest.mark.parametrize("wrong", [False, True])
@pytest.mark.parametrize(
    ("read", "plan", "entry"),
    [
        (lambda text: read_shots(text, 24, 5, 1), [], {"image_prompt": "a pier"}),
        (read_story, {"title": "A", "style": "", "scenes": []}, SCENE),
        (read_graph, {"nodes": [], "edges": []}, EDGE),
        (read_timeline, {"fps": 24, "title_frames": 1, "frames": 9, "spans": []}, SPAN),
    ],
)
def test_a_plan_of_too_many_is_refused_in_time(
    read: Callable[[str], object], plan: list[object] | dict[str, object], entry: dict[str, object], wrong: bool
) -> None:
    """A plan of 120,000 shots, scenes, edges or spans is refused with the most there may be, or the first wrong one."""
    many = [5 if wrong else entry] * 120_000
    text = json.dumps(many if isinstance(plan, list) else {**plan, list(plan)[-1]: many})
    with at_most(SECONDS):
        counted = not wrong or isinstance(plan, list)
        with pytest.raises(BrokenPlan, match=r"3,?600|108000|1,000,000 parts" if counted else "dictionary|object"):
            read(text)


def test_a_wrong_list_is_told_by_its_first_fault() -> None:
    """Of a list of wrong entries the first is told, and no complaint is made of the others."""
    with pytest.raises(ValidationError) as failed:
        Story.model_validate({"title": "A", "style": "", "scenes": [5] * 3_000})
    assert failed.value.error_count() <= 2  # and that it is too short


def test_a_script_of_more_scenes_than_a_film_has_shots_is_refused() -> None:
    """Each scene needs a shot of its own: a script of more is refused by their count."""
    assert len(parse_script("A pier.\n\n" * SHOTS)) == SHOTS
    with pytest.raises(BadInput, match=r"the script has 3,601 scenes, the most is 3,600"):
        parse_script("A pier.\n\n" * (SHOTS + 1))
