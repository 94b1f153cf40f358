"""Scripts as language models, caption editors and note programs write them, each with its spoken lines."""

from __future__ import annotations

import random
from collections.abc import Iterator
from itertools import count

BEFORE = (
    *("{}",) * 8,
    "[THUNDER] {}",
    "- [DOOR SLAMS] {}",
    "- [gasps] {}",
    "-{}",
    "\u2013 {}",
    "ANNA: (laughing) {}",
    "ANNA (laughing): {}",
    "(man on radio): {}",
    "[man on radio]: {}",
    ">> BEN: {}",
    "&gt;&gt; Ben Low: {}",
    ">> {}",
    ">>> {}",
    "JANE: {}",
    "DR. O'NEIL: {}",
    "GUARD 2: {}",
    "(in Spanish) {}",
    "[M\u00fasica] {}",
    "- JOS\u00c9: {}",
)
"""What editors of captions write before the words of a line."""
Script = tuple[str, list[str]]
"""(the script, its spoken lines in order)."""

NOT_SPOKEN = (
    "Visual: {}",
    "**Visual:** {}",
    "- **Visuals:** {}",
    "Visual description: {}",
    "**Visual:**\n{}\nand more",
    "On-screen text: {}",
    "**On-Screen Text:** {}",
    "Text on screen: {}",
    "*B-roll: {}*",
    "SFX: {}",
    "**Background music:** {}",
    "Music: {}",
    "Camera: {}",
    "Shot: {}",
    "Duration: {}",
    "[Visual: {}]",
    "**[Visual: {}]**",
    "[Music swells over {}]",
    "[CUT TO: {}]",
    "[{}]",
    "(music swells)",
    "(soft music fades in)",
    "[0:10-0:20]",
    "(0:10 \u2013 0:20)",
    "0:10 - 0:20",
    "#waves",
    "#sea #shorts #ocean",
)
SAID = (
    "Narrator: {}",
    "**Narrator:** {}",
    "**Narrator (V.O.):** {}",
    "NARRATOR: {}",
    "Voiceover: {}",
    "**Voice-over:** {}",
    "VO: {}",
    "V.O.: {}",
    '**Narration:** "{}"',
    "Narrator:\n{}",
    "- Narrator: {}",
    "[0:10-0:20] **Narrator:** {}",
    "Narrator: {} (pause)",
    "Narrator: {} [Visual: a wave]",
    "Narrator: {} #sea #ocean",
    "Host: {}",
)
COLUMNS = ("Narration", "Voiceover", "Voice-over (VO)", "**Narration**", "Script", "Audio", "Dialogue", "Spoken lines")
OTHERS = ("Visual", "Time", "On-screen text", "Shot", "Camera", "Scene", "#", "**Visuals**", "Music")


def _words() -> Iterator[str]:
    return (f"The word{number} is here." for number in count(1))


def chat_script(draw: random.Random) -> Script:
    """Return a script with labels and brackets, as language models write one, with a heading here and there."""
    words = _words()
    first = next(words)
    text, spoken = f"Narrator: {first}\n\n", [first]
    for _ in range(draw.randrange(1, 14)):
        kind = draw.random()
        if kind < 0.15:
            text += draw.choice(("## Scene 2: The {}\n\n", "**[Scene 3: {}]**\n\n", "Scene 4: {}\n\n")).format("Pier")
        elif kind < 0.5:
            text += draw.choice(NOT_SPOKEN).format(draw.choice(("waves", "a lamp at dusk"))) + "\n\n"
        else:
            said = next(words)
            text += draw.choice((*SAID, "{}", "{}")).format(said) + "\n\n"
            spoken.append(said)
    return text, spoken


def table_script(draw: random.Random) -> Script:
    """Return a script in a table, one of whose columns is spoken."""
    words = _words()
    others = draw.sample(OTHERS, draw.randrange(1, 4))
    place = draw.randrange(len(others) + 1)
    names = [*others[:place], draw.choice(COLUMNS), *others[place:]]
    edge = draw.choice(("|", ""))
    rows = [names, [draw.choice(("---", ":--", ":-:")) for _ in names]]
    spoken: list[str] = []
    for number in range(draw.randrange(1, 8)):
        cells = [draw.choice((str(number), "a lamp", "0:00-0:10", "", r"this \| that", r"`a\|b`")) for _ in names]
        said = next(words)
        if draw.random() < 0.3:
            said = draw.choice(("This or that | {}", "{} | or not.", "|{}", "{} It is a|b|c.")).format(said)
            written = draw.choice((said, f"It is `a|b`. {said}")).replace("|", r"\|")
            said = written.replace("\\", "").replace("`", "")
        else:
            written = said
        cells[place] = draw.choice(("{}", '"{}"', "\u201c{}\u201d", "**{}**")).format(written)
        if draw.random() < 0.2:
            cells[place] = draw.choice(("-", "\u2014"))
        else:
            spoken.append(said)
        rows.append(cells)
    said = next(words)
    spoken.append(said)
    table = "\n".join(f"{edge} {' | '.join(cells)} {edge}".strip() if edge else " | ".join(cells) for cells in rows)
    return f"{draw.choice(('', '## The Pier', '# The Film'))}\n\n{table}\n\n{said}\n", spoken


def captions(draw: random.Random) -> Script:
    """Return a caption file, SubRip or WebVTT, with the marks that editors and players put into it."""
    web = draw.random() < 0.5
    words = _words()
    clock = 0.0
    blocks = [draw.choice(("WEBVTT", "WEBVTT - A film", "WEBVTT\nKind: captions\nLanguage: en"))] if web else []
    if web and draw.random() < 0.5:
        blocks.append(draw.choice(("NOTE\nnot spoken", "STYLE\n::cue { color: red }", "REGION\nid:bill")))
    spoken: list[str] = []
    for number in range(1, draw.randrange(2, 12)):
        begin = clock + draw.choice((0.0, 0.2, 1.0, 4.0))
        clock = begin + 2
        times = f"{_clock(begin, web, draw)} --> {_clock(clock, web, draw)}" + draw.choice(("", " align:start line:0"))
        lines = []
        for _ in range(draw.choice((1, 1, 2))):
            said = next(words)
            lines.append(
                draw.choice(("{}", "<i>{}</i>", "{{\\an8}}{}", "<font color=red>{}</font>", "♪ {} ♪")).format(said)
            )
            if web:
                lines[-1] = draw.choice(
                    (lines[-1], f"<c.loud>{said}</c>", f"<v Ann>{said}</v>", said.replace("is", "<00:00:01.000>is"))
                )
            spoken.append(said)
            if "<v" not in lines[-1] and "is <" not in lines[-1] and "<00" not in lines[-1]:
                lines[-1] = draw.choice(BEFORE).format(lines[-1])
            lines[-1] = draw.choice(("{}", "{}", "{} (sighs)", "{} [wind\nhowls]", "{} [wind]")).format(lines[-1])
        if draw.random() < 0.3:
            lines.insert(draw.randrange(len(lines) + 1), draw.choice(("[door creaks]", "(sighs)", "- [wind]", "♪♪")))
        name = draw.choice((str(number), "intro-1", "")) if web else str(number)
        blocks.append("\n".join([*([name] if name else []), times, *lines]))
    return draw.choice(("", "\ufeff")) + "\n\n".join(blocks) + "\n", spoken


def _clock(seconds: float, web: bool, draw: random.Random) -> str:
    minutes, left = divmod(seconds, 60)
    hours = "" if web and draw.random() < 0.5 else "00:"
    clock = f"{hours}{int(minutes):02}:{left:06.3f}"
    return clock if web else clock.replace(".", ",")


def noted(draw: random.Random) -> tuple[str, str, list[str]]:
    """Return (a script with front matter, its title, its spoken lines)."""
    words = _words()
    written, title = draw.choice(
        (
            ("title: The Last Lamp", "The Last Lamp"),
            ('title: "The Last: Lamp"', "The Last: Lamp"),
            ("title: 'It''s late'", "It's late"),
            ("Title: >\n  The Last\n  Lamp", "The Last Lamp"),
            ("title:", ""),
            ("slug: last-lamp", ""),
        )
    )
    others = [
        "date: 2026-11-01",
        "tags: [sea, light]",
        "aliases:\n  - a\n  - b",
        "# a comment",
        "draft: true",
        "cover: |\n  x",
    ]
    keys = [written, *draw.sample(others, draw.randrange(len(others)))]
    draw.shuffle(keys)
    keys.append("cssclass: wide")
    spoken = [next(words) for _ in range(draw.randrange(1, 4))]
    front = "\n".join(keys)
    body = draw.choice(("\n\n", "\n\n## The Sea\n\n")).join(spoken)
    return f"---\n{front}\n{draw.choice(('---', '---  ', '...'))}\n{draw.choice(('', chr(10)))}{body}\n", title, spoken


def noted_in_toml(draw: random.Random) -> tuple[str, str, list[str]]:
    """Return (a script with front matter in TOML, its title, its spoken lines)."""
    words = _words()
    written, title = draw.choice(
        (
            ('title = "The Last Lamp"', "The Last Lamp"),
            ("title = 'The Last: Lamp'", "The Last: Lamp"),
            ('title = """\nThe Last\nLamp"""', "The Last Lamp"),
            ('slug = "last-lamp"', ""),
        )
    )
    others = [
        "date = 2026-11-01",
        'tags = ["sea", "light"]',
        'aliases = [\n"a",\n"b",\n]',
        "# a comment",
        "draft = true",
    ]
    keys = [written, *draw.sample(others, draw.randrange(len(others)))]
    draw.shuffle(keys)
    tables = [
        "[extra]\nlead = 1",
        '[params.author]\nname = "Ann"',
        "[[menu.main]]\nweight = 2",
        '[taxonomies] # all\n"a b" = []',
    ]
    keys += [draw.choice(("", "\n")) + each for each in draw.sample(tables, draw.randrange(len(tables) + 1))]
    spoken = [next(words) for _ in range(draw.randrange(1, 4))]
    front, body = "\n".join(keys), "\n\n".join(spoken)
    return f"+++\n{front}\n+++{draw.choice(('', '  '))}\n{draw.choice(('', chr(10)))}{body}\n", title, spoken
