"""What a script or a list of prompts leaves out is counted by kind, whatever its form, and told in one line."""

from __future__ import annotations

import random
import re
from collections import Counter
from pathlib import Path

import pytest

from studio.batch.manifest import read_manifest
from studio.errors import BadInput
from studio.input.left_out import NAMES, LeftOut
from studio.input.prompts_file import parse_prompts
from studio.input.script import parse_script, script_left_out
from studio.input.text_files import prompts_left_out, read_prompts, read_script
from tests.support.sampled import sampled

FOUNTAIN = {
    "note": ("[[a note]]", "[[a note\nof two lines]]"),
    "deleted": ("/* struck\n\nout */", "/* struck */"),
    "transition": ("CUT TO:", "> SMASH TO WHITE.", "FADE OUT.", "**DISSOLVE TO:**", "(CONTINUED)", ">FADE TO:"),
    "synopsis": ("= What happens here", "=What happens next"),
    "direction": ("MARA\n(without turning)\nWho is there?", "TOM (V.O.)\n(without turning,\nto nobody)\nWho is it?"),
    "": ("===", "The sea is calm.", "MARA\nWho is there?", "# Act Two", ".THE PIER #2#", "~ A song of the sea."),
}
"""By kind, elements of a screenplay of which one thing is left out; '' for those of which nothing is."""
CHAT = {
    "visual": (
        "Visual: waves",
        "**B-roll:** a gull\nand more of it",
        "[Visual: a wave]",
        "**[Show the pier]**",
        "Camera: a pan",
    ),
    "on-screen text": ("On-screen text: THE BAY", "**Text on screen:** 1984", "[On-screen: THE BAY]"),
    "sound": (
        "Background music: soft",
        "(music swells)",
        "[Music fades in]",
        "SFX: a gull",
        "Narrator: It is here. (pause)",
    ),
    "time": ("[0:10-0:20]", "0:10 - 0:20", "(0:10 \u2013 0:20)", "Duration: 8 s"),
    "hashtags": ("#sea #shorts #ocean", "Narrator: It is late. #sea #ocean", "Hashtags: #sea"),
    "transition": ("[CUT TO: the bay]", "[Fade out]"),
    "other": ("[a lamp at dusk]", "Tone: warm"),
    "": ("The sea is calm.", "Narrator: It is here.", "**Narrator (V.O.):** A gull.", "Host: Good evening."),
}
PROMPTS = {
    "parameters": ("a mill --ar 16:9 --v 6", "a mill \u2014ar 3:2", "a mill\nSteps: 20, Sampler: Euler a"),
    "negative": ("a mill\nNegative prompt: text, hands",),
    "model": ("a mill <lora:film:1>", "<lora:fog_v2:0.8> a mill"),
    "weight": ("(a mill:1.3) at dusk", "a mill::2"),
    "remark": ("a mill\n# a remark",),
    "": ("a mill", "/imagine prompt: a mill", '"a mill"'),
}


def _drawn(draw: random.Random, kinds: dict[str, tuple[str, ...]]) -> tuple[list[str], Counter[str]]:
    """Return elements in any order, and how much of each kind is left out of them."""
    chosen = [draw.choice([*kinds, ""]) for _ in range(draw.randrange(1, 12))]
    return [draw.choice(kinds[kind]) for kind in chosen], Counter(kind for kind in chosen if kind)


def _counted(line: str) -> Counter[str]:
    """Return the counts that a line tells, by kind."""
    found: Counter[str] = Counter()
    for kind, names in NAMES.items():
        for name in names:
            if told := re.search(rf"(?<![\d,])([\d,]+) {re.escape(name)}(?=,| and \d|;)", line):
                found[kind] = int(told[1].replace(",", ""))
    return found


def _is_one_line_of_advice(line: str) -> bool:
    return "\n" not in line and "; write what should be spoken as a plain line" in line


@sampled("seed", range(6), quick=2)
def test_what_a_screenplay_leaves_out_is_counted(seed: int) -> None:
    """Of 100 screenplays each tells just what nobody speaks of it, its title page included."""
    draw = random.Random(seed)
    for _ in range(100):
        elements, wanted = _drawn(draw, FOUNTAIN)
        page = draw.choice(("", "Title: The Pier\nAuthor: A Tester\nDraft date:\n\t1/2/2026\n\n"))
        wanted += Counter({"title page": 3} if page else {})
        text = page + "\n\n".join(["INT. THE MILL - NIGHT", "It turns.", *elements, "The wheel stops."]) + "\n"
        line = script_left_out(text)
        assert _counted(line) == wanted, text
        assert bool(line) == bool(wanted)
        assert not line or _is_one_line_of_advice(line)


@sampled("seed", range(6), quick=2)
def test_what_a_chat_script_leaves_out_is_counted(seed: int) -> None:
    """Of 100 scripts as language models write them, front matter included, each tells what nobody speaks of it."""
    draw = random.Random(seed)
    for _ in range(100):
        elements, wanted = _drawn(draw, CHAT)
        front = draw.choice(("", "---\ntitle: The Bay\ndate: 2026-01-01\ntags: [a, b]\n---\n"))
        wanted += Counter({"front matter": 2} if front else {})
        text = front + "\n\n".join(["Narrator: It begins.", *elements, "**Narrator:** It ends."]) + "\n"
        line = script_left_out(text)
        assert _counted(line) == wanted, text
        assert not line or _is_one_line_of_advice(line)


@sampled("seed", range(6), quick=2)
def test_what_captions_leave_out_is_counted(seed: int) -> None:
    """Of 50 caption files each tells how many sounds, and how many lines that only repeat, are left out."""
    draw = random.Random(seed)
    for _ in range(50):
        web = draw.random() < 0.5
        blocks, wanted, before = ["WEBVTT"] if web else [], Counter[str](), ""
        for number in range(1, draw.randrange(3, 9)):
            lines = [f"The word{number} is here."]
            if before and draw.random() < 0.3:
                lines.insert(0, before)
                wanted["repeated"] += 1
            before = lines[-1]
            if draw.random() < 0.3:
                lines.append(draw.choice(("[door creaks]", "(sighs)", "\u266a\u266a")))
                wanted["sound"] += 1
            if draw.random() < 0.3:
                lines[-1] = f"{lines[-1]} [wind]"
                wanted["sound"] += 1
            if draw.random() < 0.3:
                lines.append(draw.choice((">> BEN: He is here.", "JANE: He is here.", "<v Ann>He is here.</v>")))
                before = "He is here."
                wanted["name"] += 1
            if web and draw.random() < 0.3:
                blocks.append(draw.choice(("NOTE a remark", "NOTE\nof two\nlines", "STYLE\n::cue { }", "REGION\nid:a")))
                wanted["block"] += 1
            blocks.append(f"{number}\n00:00:{number:02d},000 --> 00:00:{number + 1:02d},000\n" + "\n".join(lines))
        assert _counted(script_left_out("\n\n".join(blocks))) == wanted


@pytest.mark.parametrize("others", [("Visual",), ("Time", "Visual"), ("#", "Camera", "On-screen text", "Music")])
def test_the_columns_that_are_not_spoken_are_counted(others: tuple[str, ...]) -> None:
    """Of a table with one spoken column, the others are told; that of who speaks is used."""
    for who in ((), ("Speaker",)):
        names = [*others, *who, "Narration"]
        rows = [names, ["---"] * len(names), [*("x" for _ in names[:-1]), "It is here."]]
        text = "\n".join(f"| {' | '.join(row)} |" for row in rows)
        assert _counted(script_left_out(text)) == Counter(column=len(others))


@sampled("seed", range(6), quick=2)
def test_what_a_list_of_prompts_leaves_out_is_counted(seed: int) -> None:
    """Of 100 lists each tells what only another generator understands."""
    draw = random.Random(seed)
    for _ in range(100):
        elements, wanted = _drawn(draw, PROMPTS)
        above = draw.choice(("", "Here are your prompts:\n\n"))
        wanted += Counter({"above": 1} if above else {})
        left = LeftOut()
        parse_prompts(above + "\n".join(f"Prompt {n}: {each}" for n, each in enumerate(elements, start=1)), left)
        assert left.counted == wanted, elements
    left = LeftOut()
    parse_prompts('[{"image_prompt": "a", "frames": 5, "narration": "x"}, {"image_prompt": "b", "frames": 5}]', left)
    assert left.counted == Counter(key=2)


def test_all_that_is_used_is_told_nothing_of(tmp_path: Path) -> None:
    """Plain paragraphs, and our own form of prompts, give no line."""
    assert script_left_out("The sea is calm (here) [and there].\n\nA gull comes.") == ""
    (tmp_path / "mine.txt").write_text("# a remark\nShot 1\nimage: a mill --ar 1:1\n", "utf-8")
    assert prompts_left_out(tmp_path / "mine.txt", "--prompts") == ""


def test_a_manifest_tells_it_of_each_film(tmp_path: Path) -> None:
    """Each film has the lines of its own script and prompts."""
    script = "Narrator: It begins.\n\n[Visual: a wave]\n\n[Visual: a gull]\n\nNarrator: It ends."
    told = "not spoken of the script: 2 visual notes; write what should be spoken as a plain line"
    (tmp_path / "a.txt").write_text(script, "utf-8")
    (tmp_path / "p.txt").write_text("a mill --ar 16:9\na gull\n", "utf-8")
    (tmp_path / "films.csv").write_text("idea,script,prompts\nA,a.txt,\nB,,p.txt\nC,,\n", "utf-8")
    notes = [line.notes for line in read_manifest(tmp_path / "films.csv")]
    assert notes[0] == (told,)
    assert notes[1] == (
        "not painted of the prompts: 1 set of parameters such as --ar; "
        "say in the prompt's own words what should be seen",
    )
    assert notes[2] == ()
    assert parse_script(script)[0].narration.startswith("It begins.")


@sampled("seed", range(6), quick=1)
def test_a_file_with_nothing_in_it_is_told_by_name(tmp_path: Path, seed: int) -> None:
    """Blank in any way, or with remarks alone: the option and the file's name come first."""
    draw = random.Random(seed)
    for number in range(40):
        path = tmp_path / f"mine{number}.txt"
        blank = "".join(draw.choice((" ", "\n", "\r\n", "\t", "\u3000")) for _ in range(draw.randrange(5)))
        path.write_text(draw.choice(("", "\ufeff")) + blank, "utf-8")
        with pytest.raises(BadInput, match=rf"^--script: '.*mine{number}\.txt': the script has no text to speak: "):
            read_script(path, "--script")
        path.write_text(blank + draw.choice(("", "\n# a remark\n")), "utf-8")
        for read in (read_prompts, prompts_left_out):
            with pytest.raises(BadInput, match=rf"^--prompts: '.*mine{number}\.txt': the prompts file holds no shot: "):
                read(path, "--prompts")
