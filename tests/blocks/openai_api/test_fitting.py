"""Values that a person would understand are taken as they were meant, whatever type they have."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from typing import Any

import pytest

from blocks.openai_api.answers import read_answer
from blocks.openai_api.plans import shots_told, staged, story_of
from blocks.openai_api.prompts import GraphForm, SceneForm, ShotsForm, StagingForm, StoryForm
from studio.model import events
from studio.model.events import Event
from studio.model.film import Scene
from tests.support.adapters.openai_stand import brief_of
from tests.support.adapters.openai_writing import scene

VARIANTS = 200


def story_with(**changes: Any) -> StoryForm:
    told = {"title": "T", "language": "en", "mood": "tense", "scenes": [scene(**changes)]}
    return read_answer(json.dumps(told), StoryForm)


def people(draw: random.Random) -> Iterator[object]:
    """Yield who is seen, Mara and Tom, in the types that models use."""
    extra = {draw.choice(("role", "age", "description", "look")): draw.choice(("keeper", 40, None))}
    key = draw.choice(("name", "Name", "character"))
    yield [{key: "Mara", **extra}, {key: "Tom"}]
    yield ["Mara", {key: "Tom", **extra}]
    yield ["Mara", "Tom", None, ""]
    yield {"Mara": draw.choice(("a woman", {"age": 40})), "Tom": "a man"}
    yield "Mara; Tom"
    yield ["**Mara**", "Tom", draw.choice(("None", "N/A", "nobody", "[]", "-"))]


def test_people_are_told_by_name() -> None:
    """Objects, lists and both become names; what says that nobody is there names nobody."""
    for seed in range(VARIANTS // 6):
        for told in people(random.Random(seed)):
            story = story_of(story_with(characters=told), brief_of(), "m")
            assert story.scenes[0].characters == "Mara, Tom", told


def test_a_missing_key_is_an_empty_text() -> None:
    """Whatever of the optional keys is left out, the others count."""
    draw = random.Random(1)
    for _ in range(VARIANTS):
        whole = scene(narration="Words.")
        kept = {key: whole[key] for key in draw.sample([*whole], draw.randint(1, len(whole)))}
        told = {"scenes": [kept], **({"title": "T"} if draw.random() < 0.5 else {})}
        assert read_answer(json.dumps(told), StoryForm).scenes == [SceneForm(**dict.fromkeys(whole, "") | kept)]
    assert read_answer('{"looks": [{"id": "a", "look": "b"}]}', GraphForm).props == []


def numbered(wanted: range, draw: random.Random) -> Iterator[list[object]]:
    """Yield the numbers of as many entries, as models count them."""
    count, word = len(wanted), draw.choice(("Shot {}", "shot_{}", "{}.", "#{}", "No. {}", "Shot {} of the film"))
    yield [word.format(number) for number in wanted]
    yield [str(number) for number in wanted]
    yield [float(number) for number in wanted]
    yield [*range(count)]
    yield [number - 1 for number in wanted]
    yield [10 * number for number in range(1, count + 1)]
    yield [None] * count
    yield ["first"] * count
    yield [1] * count


@pytest.mark.parametrize("seed", range(10))
def test_numbers_are_read_or_the_order_decides(seed: int) -> None:
    """Numbers with words, from 0, with gaps or none at all: each entry lands at its shot, and that it was counted in
    another way is told."""
    draw = random.Random(seed)
    first, count = draw.choice((1, 31, 61)), draw.randint(2, 30)
    wanted = range(first, first + count)
    for numbers in numbered(wanted, draw):
        told: list[Event] = []
        entries = [{"index": n, "image_prompt": f"p{at}"} for n, at in zip(numbers, wanted, strict=True)]
        with events.listening(told.append):
            found = shots_told(read_answer(json.dumps({"shots": entries}), ShotsForm), wanted)
        assert {at: shot.image_prompt for at, shot in found.items()} == {at: f"p{at}" for at in wanted}, numbers
        right = [shot.index for shot in read_answer(json.dumps({"shots": entries}), ShotsForm).shots] == [*wanted]
        assert [event.kind for event in told] == ([] if right else ["note"])
        assert all("order counts" in event.line() for event in told)


def test_fewer_entries_are_counted_from_where_they_begin() -> None:
    """Of thirty shots from 31 on a model tells the first twenty, from 0 or 1 on."""
    for begin in (0, 1, 30):
        entries = [{"index": begin + n, "image_prompt": f"p{n}"} for n in range(20)]
        found = shots_told(read_answer(json.dumps({"shots": entries}), ShotsForm), range(31, 61))
        assert [(at, shot.image_prompt) for at, shot in found.items()] == [(31 + n, f"p{n}") for n in range(20)]


def test_lists_may_be_objects() -> None:
    """Entries by number, looks by id, a single entry: they are the list."""
    shot = {"image_prompt": "a", "motion_prompt": "b", "camera": "static"}
    by_number = read_answer(json.dumps({"shots": {"1": shot, "shot 2": shot}}), ShotsForm)
    assert [each.index for each in by_number.shots] == [1, 2]
    looks = read_answer(json.dumps({"looks": {"character_1": "tall", "place_1": "dark"}, "props": []}), GraphForm)
    assert [(each.id, each.look) for each in looks.looks] == [("character_1", "tall"), ("place_1", "dark")]
    assert read_answer(json.dumps({"index": 3, **shot}), ShotsForm).shots[0].index == 3
    assert (
        read_answer(json.dumps({"scenes": {"scene": 2, "location": "x", "action": "y"}}), StagingForm).scenes[0].scene
        == 2
    )


NOTHING = ("None", "N/A", "null", "unknown", "undefined", "-", "[]", "{}", "n.a.", "not applicable", "\u2014", "(none)")


def spoken(word: str, draw: random.Random) -> str:
    """Return a word for nothing in another case, with full stops, quotes or marks around it."""
    cased = draw.choice((str, str.lower, str.upper, str.title))(word)
    return draw.choice(("{}", "{}.", " {} ", '"{}"', "**{}**", "`{}`", "{}...", "'{}'")).format(cased)


def test_what_means_nothing_is_nothing() -> None:
    """No portrait, no line, no prompt and no title of 'None', in any field, in any writing."""
    draw = random.Random(3)
    for _ in range(VARIANTS):
        word = spoken(draw.choice(NOTHING), draw)
        form = story_with(characters=word, narration=word, emotion=word, location=word)
        story = story_of(form.model_copy(update={"title": word}), brief_of(), "m")
        told = story.scenes[0]
        assert (told.characters, told.narration, told.emotion, told.location) == ("", "", "", ""), word
        assert story.title == brief_of().idea
        kept = Scene(id=1, location="a", characters="b", action="c", emotion="d", narration="e")
        assert staged(kept, form.scenes[0]).characters == "b"


@pytest.mark.parametrize(
    "line", ["None of them came.", "Nobody.", "Nothing.", "Unknown waters, null and void.", "No.", "N."]
)
def test_a_line_with_such_a_word_is_a_line(line: str) -> None:
    """What a person could say is said."""
    assert story_of(story_with(narration=line), brief_of(), "m").scenes[0].narration == line


@pytest.mark.parametrize(
    "name", ["Nan", "Na", "Nil", "Noone Jones", "Unknown Soldier", "None-Such", "Null Island's keeper"]
)
def test_a_person_with_such_a_name_is_there(name: str) -> None:
    """A name that only holds such a word, or is a person's own, stays."""
    assert story_of(story_with(characters=name), brief_of(), "m").scenes[0].characters == name


def marked(text: str, draw: random.Random) -> str:
    """Return a text with Markdown or HTML around it or one of its words."""
    word = draw.choice(text.split())
    mark = draw.choice(("**{}**", "*{}*", "_{}_", "`{}`", "<b>{}</b>", "[{}](https://a.example)", "~~{}~~", "***{}***"))
    inner, whole = draw.choice(((mark, "{}"), (mark, "# {}"), (mark, "> {}"), (mark, "<p>{}</p>"), ("{}", "**{}**")))
    return whole.format(text.replace(word, inner.format(word), 1))


def test_marks_are_not_spoken_painted_or_shown() -> None:
    """Markdown and markup in titles, lines, names and prompts is read as in scripts: the words stay."""
    draw = random.Random(4)
    for _ in range(VARIANTS):
        form = story_with(
            narration=marked("Mara hears the bell.", draw),
            action=marked("The lamp burns low", draw),
            characters="*Mara*",
        )
        story = story_of(form.model_copy(update={"title": marked("The Bell", draw)}), brief_of(), "m")
        told = story.scenes[0]
        assert (story.title, told.narration) == ("The Bell", "Mara hears the bell.")
        assert (told.action, told.characters) == ("The lamp burns low", "Mara")
