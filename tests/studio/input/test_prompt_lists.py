"""Lists of prompts as other programs and people write them give the prompts' words, one shot each."""

from __future__ import annotations

import csv
import io
import json
import random
import re

import pytest

from studio.errors import BadInput
from studio.input.left_out import LeftOut
from studio.input.prompts_file import parse_prompts, prompts_text
from studio.planning.plan_files import image_path
from tests.support.sampled import sampled
from tests.support.texts.spellings import spelled

WORDS = "a lantern in fog,wide shot of the sea,Mara's hands (old and thin),35 mm film,a C# chord,a 3:2 frame,fog / dusk"
LABELS = (
    "Prompt {n}: ",
    "**Prompt {n}:** ",
    "Shot {n}\n",
    "## Scene {n}\n",
    "{n}. ",
    "{n}) ",
    "Image {n} - ",
    "- ",
    "* ",
    "",
)
BEFORE = ("", "", "/imagine prompt: ", "/imagine prompt:", "<lora:fog_v2:0.8> ")
AFTER = (
    "",
    "",
    " --ar 16:9 --v 6",
    " --ar 16:9 --style raw --no text, hands",
    " \u2014ar 3:2",
    " --v 6.1 --sref https://example.org/a.png --s 250",
    " <lora:film:1>",
    ", <lora:film:0.5>, <lora:grain:1.2>",
    "::2",
)
BETWEEN = (
    "",
    "",
    "\nNegative prompt: text, hands",
    "\nSteps: 20, Sampler: Euler a, CFG scale: 7",
    "\n# a remark",
    "\n```",
)


@sampled("seed", range(6), quick=2)
def test_a_list_gives_its_prompts(seed: int) -> None:
    """Of 200 lists each gives just its prompts' words, in order, without what other generators are told."""
    draw = random.Random(seed)
    for _ in range(200):
        label = draw.choice(LABELS)
        text = draw.choice(("", "Here are your prompts:\n\n")) if label else ""
        wanted = []
        for number in range(1, draw.randrange(2, 7)):
            words = draw.choice(WORDS.split(","))
            wanted.append(words)
            first, *rest = words.split()
            if label and rest and draw.random() < 0.2:
                words = f"{first}\n{' '.join(rest)}"
            elif draw.random() < 0.2:
                words = f"({first}:1.3) {' '.join(rest)}".strip()
            text += label.format(n=number) + draw.choice(BEFORE) + words + draw.choice(AFTER) + draw.choice(BETWEEN)
            text += draw.choice(("\n", "\n\n", "\r\n"))
        assert [prompt.image_prompt for prompt in parse_prompts(text)] == wanted, text


def test_a_sessions_shots_are_prompts() -> None:
    """`shots.json` itself is read, of this program and of others: its prompts, and no other key."""
    shots = [
        {
            "index": number,
            "image_prompt": f"picture {number}",
            "motion_prompt": "it moves",
            "camera": "orbit" if number == 1 else None,
            "image_path": image_path(number),
            "narration": "said",
            "batch_number": 1,
        }
        for number in (1, 2)
    ]
    for written in (shots, {"shots": shots}):
        read = parse_prompts(json.dumps(written))
        assert [(each.image_prompt, each.motion_prompt, each.camera) for each in read] == [
            ("picture 1", "it moves", "orbit"),
            ("picture 2", "it moves", "static"),
        ]


def test_json_lists_of_texts_are_prompts() -> None:
    """A list of texts, or of objects with 'prompt', are prompts as they are written."""
    for text in (
        '["a --ar 1:1", "b"]',
        '[{"prompt": "a --ar 1:1"}, {"image_prompt": "b"}]',
        '{"prompts": ["a --ar 1:1", "b"]}',
    ):
        assert [prompt.image_prompt for prompt in parse_prompts(text)] == ["a --ar 1:1", "b"]


def test_our_own_form_is_read_as_written() -> None:
    """What stands after 'image:' is painted as it is written, whatever other programs may mean by it."""
    prompts = parse_prompts("Shot 1\nimage: a (fog:1.2) --ar 16:9 <lora:x:1>")
    assert prompts[0].image_prompt == "a (fog:1.2) --ar 16:9 <lora:x:1>"
    assert parse_prompts(prompts_text(prompts)) == prompts


@pytest.mark.parametrize("text", ["--ar 16:9", "a cat\n<lora:x:1>\n", "Prompt 1:\nPrompt 2: a cat"])
def test_a_prompt_without_words_is_refused(text: str) -> None:
    """A line that tells only other generators something is told with its line."""
    with pytest.raises(BadInput, match=r"line \d of the prompts file, shot \d: write what its picture shows"):
        parse_prompts(text)


@sampled("seed", range(6), quick=2)
def test_keys_of_prompts_in_any_spelling(seed: int) -> None:
    """Of 100 lists each gives the same prompts however its keys are spelled; one key twice is a fault with both."""
    draw = random.Random(seed)
    for _ in range(100):
        said = {"image_prompt": "a mill", "motion_prompt": "it turns", "camera": "orbit"}
        named = {draw.choice(SAME_KEYS.get(name, (name,))): value for name, value in said.items()}
        item: dict[str, object] = {spelled(draw, name): value for name, value in named.items()}
        if draw.random() < 0.5:
            item[spelled(draw, "index")] = 1
        listed: object = [item] if draw.random() < 0.5 else {spelled(draw, draw.choice(("shots", "prompts"))): [item]}
        assert [each.model_dump() for each in parse_prompts(json.dumps(listed))] == [said], listed
        twice = draw.choice(list(item))
        meant = next(name for name in (*named, "index") if name.replace("_", "") == re.sub("[ _-]", "", twice).lower())
        item[spelled(draw, meant, than=twice)] = None
        with pytest.raises(
            BadInput, match=r"line 1 of the prompts file: the keys .* and .* are the same: leave one out"
        ):
            parse_prompts(json.dumps([item]))
        text = f"Shot 1\n{spelled_field(draw, 'image')}a mill\n{spelled_field(draw, 'motion')}it turns\n"
        assert [(each.image_prompt, each.motion_prompt) for each in parse_prompts(text)] == [("a mill", "it turns")], (
            text
        )


SAME_KEYS = {"image_prompt": ("image_prompt", "prompt", "image"), "motion_prompt": ("motion_prompt", "motion")}


def spelled_field(draw: random.Random, name: str) -> str:
    """Return 'image: ' as people write it: 'Image Prompt: ', 'IMAGE:'."""
    words = draw.choice((name, f"{name} prompt", f"{name}_prompt", f"{name}-prompt"))
    return draw.choice((str, str.upper, str.title))(words) + draw.choice((": ", ":", " : "))


def test_a_prompt_under_two_names_is_a_fault() -> None:
    """'prompt' beside 'image_prompt' means the same; in a session's shots, the latter counts."""
    with pytest.raises(BadInput, match="'image_prompt' is 'image_prompt', which it has: leave one out"):
        parse_prompts('[{"prompt": "a", "image_prompt": "b"}]')
    assert parse_prompts('[{"prompt": "a", "image_prompt": "b", "frames": 1}]')[0].image_prompt == "b"


def drawn_shots(draw: random.Random) -> list[tuple[str, str, str]]:
    """Return the (image, motion, camera) of some shots; motion and camera may be ''."""
    cameras, motions = ("pan left", "orbit", "", "slow, low dolly"), ("it turns", "", "leaves fall, slowly")
    scenes = ("a fox, running", "the sea at dusk", 'a "red" door', "fog; a lamp", "35 mm film")
    return [
        (f"{draw.choice(scenes)} {n}", draw.choice(motions), draw.choice(cameras)) for n in range(draw.randrange(1, 6))
    ]


def as_read(text: str, left: LeftOut | None = None) -> list[tuple[str, str, str]]:
    """Return (image, motion, camera) of each prompt that is read."""
    return [(each.image_prompt, each.motion_prompt, each.camera) for each in parse_prompts(text, left)]


def by_default(shots: list[tuple[str, str, str]]) -> list[tuple[str, str, str]]:
    return [(image, motion, camera or "static") for image, motion, camera in shots]


COLUMNS = (
    ("Prompt", "Image prompt", "image_prompt", "**Prompt**", "Image Prompt"),
    ("Motion", "motion_prompt", "Motion prompt"),
    ("Camera", "camera movement", "CAMERA"),
)


def drawn_table(draw: random.Random, shots: list[tuple[str, str, str]]) -> tuple[list[str], list[list[str]]]:
    """Return the columns' names and the rows of a table of shots, in any order, with columns of no use."""
    columns = [(draw.choice(COLUMNS[at]), [shot[at] for shot in shots]) for at in range(3)]
    columns += [("Style", ["noir"] * len(shots))] * draw.randrange(2)
    draw.shuffle(columns)
    columns = [("#", [str(n) for n in range(1, len(shots) + 1)])] * draw.randrange(2) + columns
    return [name for name, _ in columns], [list(row) for row in zip(*(cells for _, cells in columns), strict=True)]


@sampled("seed", range(6), quick=1)
def test_a_table_is_read_by_its_columns(seed: int) -> None:
    """Of 100 Markdown tables and CSV files each gives what its columns say, and counts a column that is not used."""
    draw = random.Random(seed)
    for _ in range(100):
        shots, left = drawn_shots(draw), LeftOut()
        names, rows = drawn_table(draw, shots)
        above = draw.choice(("", "Here are your prompts:\n"))
        if draw.random() < 0.5:
            edge = draw.choice(("|", "| "))
            rule = draw.choice(("---", ":--", "--:", " --- "))
            table = [names, [rule] * len(names), *([cell.replace("|", r"\|") for cell in row] for row in rows)]
            text = above + "\n".join(edge + " | ".join(row) + " |" for row in table) + "\n"
        else:
            file = io.StringIO()
            mark = draw.choice(",;\t")
            csv.writer(file, delimiter=mark, lineterminator=draw.choice(("\n", "\r\n"))).writerows([names, *rows])
            text = file.getvalue()
            text = above + (f"```csv\n{text}```\n" if draw.random() < 0.3 else text)
        assert as_read(text, left) == by_default(shots), text
        assert left.counted["unused column"] == names.count("Style")
        assert left.counted["above"] == bool(above)


LABELLED = ("**{name}:** {words}", "- **{name}**: {words}", "* **{name}:** {words}", "__{name}:__ {words}")


@sampled("seed", range(6), quick=1)
def test_bold_labels_are_read_as_plain_ones(seed: int) -> None:
    """Of 100 lists with labels of any form and order each gives what they say; other labels are counted."""
    draw = random.Random(seed)
    for _ in range(100):
        shots, left = drawn_shots(draw), LeftOut()
        head = draw.choice(("### Shot {n}\n", "**Shot {n}: The Fox**\n\n", "{n}. **The Fox**\n", ""))
        form, styled = draw.choice(LABELLED), draw.random() < 0.5
        text = "Here they are:\n\n"
        for number, (image, motion, camera) in enumerate(shots, start=1):
            lines = [(draw.choice(("Motion", "Motion prompt")), motion), ("Camera", camera)] + [
                ("Style", "noir")
            ] * styled
            draw.shuffle(lines)
            lines.insert(0, (draw.choice(("Prompt", "Image prompt", "Image")), image))
            text += head.format(n=number) + "".join(
                form.format(name=name, words=words) + "\n" for name, words in lines if words
            )
            text += draw.choice(("", "\n", "\n---\n\n"))
        text += "\nHope it helps!\n"
        assert as_read(text, left) == by_default(shots), text
        assert left.counted["label"] == len(shots) * styled
        assert (left.counted["above"], left.counted["below"]) == (1, 1)


@sampled("seed", range(6), quick=1)
def test_titles_lose_their_stars_and_a_closing_remark_is_left_out(seed: int) -> None:
    """Of 100 lists each gives its prompts, however they are titled and whatever is said below them."""
    draw = random.Random(seed)
    for _ in range(100):
        wanted, left = [image for image, *_ in drawn_shots(draw)], LeftOut()
        title = draw.choice(("**The fox** \u2013 ", "**The fox:** ", "**Fox**: ", "**The fox**\n\n", ""))
        bare = title.replace("**", "").replace("\n\n", " ")
        opening = draw.choice(("{n}. ", "{n}) ", "Shot {n}: ", "- "))
        between = draw.choice(("\n", "\n\n"))
        text = between.join(opening.format(n=n) + title + words for n, words in enumerate(wanted, start=1))
        closing = draw.choice(("", "\n\nHope it helps!", "\n\n---\nTell me if you want more.", "\n\nGood luck!\nBye."))
        read = [image for image, *_ in as_read(text + closing, left)]
        assert read == [(bare + words) for words in wanted], text + closing
        assert left.counted["below"] == (0 if not closing else 1 + ("Bye" in closing))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("| # | Text |\n|---|---|\n| 1 | a fox |", "line 1 .*columns \\('#', 'Text'\\) is called 'Prompt'"),
        ("| Prompt | Camera |\n|---|---|\n| | pan |", "line 3 of the prompts file, shot 1: write what its picture"),
        ("prompt,camera\na fox, running,pan\n", "line 2 of the prompts file has 3 cells, its header 2: put quot"),
        ('prompt,camera\n"a fox,pan\n', "line 2 of the prompts file is not CSV"),
        ("### Shot 1\n**Prompt:** a\n**Prompt:** b", "line 3 .* the shot of line 1 has 'prompt' twice"),
    ],
)
def test_a_table_that_cannot_be_read_is_told(text: str, told: str) -> None:
    """In one line, with the line of the file and what to do."""
    with pytest.raises(BadInput, match=told) as error:
        parse_prompts(text)
    assert "\n" not in str(error.value)


def test_a_label_with_a_number_is_no_header() -> None:
    """'**Prompt 1:** 35' labels a prompt; it is not the header of a file with one column."""
    assert as_read("**Prompt 1:** 35\nmm film\n") == by_default([("35 mm film", "", "")])


def test_one_column_of_prompts_needs_no_quotation_marks() -> None:
    """A file whose only column is 'prompt' holds a prompt a line, with or without them."""
    assert as_read('prompt\na fox, running\n"the sea, at dusk"\n') == by_default(
        [("a fox, running", "", ""), ("the sea, at dusk", "", "")]
    )
