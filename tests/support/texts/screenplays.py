"""Screenplays in Fountain drawn from a model of their elements, each with the words that are spoken in it.

The model writes the elements of https://fountain.io/syntax in the forms that people and programs write them in. Each
spoken word occurs once in a script, so that a test can tell which one is missing or too many.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import count

SPEAKERS = {
    "NINA": "Nina",
    "JOSÉ": "José",
    "ÉLODIE": "Élodie",
    "E\u0301LODIE": "Élodie",
    "ЖЕНЯ": "Женя",
    "ΆΝΝΑ": "Άννα",
    "ØYVIND": "Øyvind",
    "R2D2": "R2D2",
    "JEAN-LUC": "Jean-Luc",
    "DR. O'NEIL": "Dr. O'Neil",
    "MAN\u2019S VOICE": "Man\u2019s Voice",
    "TOM & ANN": "Tom & Ann",
    "GUARD #2": "Guard #2",
    "McCLANE": "McClane",
    "@McGREGOR": "McGregor",
    "@灯台": "灯台",
    "@عمر": "عمر",
    "@van Dyck": "van Dyck",
}
"""A cue as it is written -> the name as it is shown."""
EXTENSIONS = {
    "": "",
    " (V.O.)": " (V.O.)",
    " (O.S.)": " (O.S.)",
    " (on the radio)": " (on the radio)",
    " (CONT'D)": "",
    " (cont\u2019d)": "",
    " (CONT.)": "",
    " (V.O.) (CONT'D)": " (V.O.)",
    " (CONT'D) (O.S.)": " (O.S.)",
    "(V.O.)(CONT'D)": " (V.O.)",
}
HEADINGS = (
    ("INT. {}", "interior, {}"),
    ("EXT. {}", "{}"),
    ("int. {}", "interior, {}"),
    ("EST. {}", "{}"),
    ("INT./EXT. {}", "{}"),
    ("INT/EXT {}", "{}"),
    ("I/E {}", "{}"),
    ("I./E. {}", "{}"),
    ("INT - {}", "interior, {}"),
    ("EXT {}", "{}"),
    (".{}", "{}"),
    ("**EXT. {}**", "{}"),
    ("12 INT. {} 12", "interior, {}"),
)
NUMBERS = ("", "", " #1#", " #12A#", " #12a#", " #I-1-A#", " #1.#")
UNSPOKEN = (
    "CUT TO:",
    "SMASH CUT TO:",
    "**DISSOLVE TO:**",
    "FADE OUT.",
    "FADE TO BLACK.",
    "CUT TO BLACK.",
    "> SMASH TO WHITE.",
    "> Burn to white.",
    ">FADE TO:",
    "> THE END <",
    "===",
    "======",
    "= What happens here",
    "=What happens next",
    "[[a note]]",
    "[[a note\nof two lines]]",
    "/* struck\n\nout */",
    "# Act One",
    "#Act Two",
    "### Sequence",
    "(CONTINUED)",
)
PAGES = (
    "",
    "",
    "Title: The Pier\nAuthor: A Tester\n\n",
    "Title:\n    _**The Pier**_\nEpisode: 3 - Low Tide\nFont: Courier Prime\nDraft date: 1/2/2026\n\n",
    "Format: Screenplay\nTitle: The Pier\nContact:\n\tSchool Road 1\n\tSpringfield\n\n",
)


@dataclass
class Screenplay:
    """A script in Fountain, and what is spoken in it.

    Attributes:
        spoken: by scene, (its place in the plan, its spoken lines), for scenes in which something is spoken.
    """

    text: str = ""
    spoken: list[tuple[str, list[str]]] = field(default_factory=list)


def screenplay(draw: random.Random, headed: bool = True) -> Screenplay:
    """Return a script of up to a dozen elements; without headings each spoken paragraph is a scene of its own."""
    numbers = count(1)
    words = (f"word{number}" for number in numbers)
    script = Screenplay(draw.choice(PAGES) if headed else "")
    if headed:
        script.text += draw.choice(("", "FADE IN:\n\n"))
        _heading(script, draw, next(numbers))
    elements: tuple[Callable[[Screenplay, random.Random, Iterator[str], bool], None], ...]
    elements = (_speech, _speech, _action, _unspoken)
    if not headed:
        _speech(script, draw, words, True)
        _speech(script, draw, words, True)
    for _ in range(draw.randrange(1, 12)):
        if headed and draw.random() < 0.2:
            _heading(script, draw, next(numbers))
        draw.choice(elements)(script, draw, words, not headed)
    if headed:
        _action(script, draw, words, False)
    script.spoken = [(place, lines) for place, lines in script.spoken if lines]
    return script


def _heading(script: Screenplay, draw: random.Random, number: int) -> None:
    written, shown = draw.choice(HEADINGS)
    place = f"PIER {number}"
    scene = "" if "12" in written or "*" in written else draw.choice(NUMBERS)
    script.text += written.format(f"{place} - DAWN") + scene + "\n\n"
    # Without the mark of a heading in small letters the place is still in capitals.
    script.spoken.append((shown.format(f"{place.lower()}, dawn"), []))


def _say(script: Screenplay, lines: list[str], apart: bool) -> None:
    if apart or not script.spoken:
        script.spoken.append(("", []))
    script.spoken[-1][1].extend(lines)


def _speech(script: Screenplay, draw: random.Random, words: Iterator[str], apart: bool) -> None:
    cue, name = draw.choice(list(SPEAKERS.items()))
    extension, shown = draw.choice(list(EXTENSIONS.items()))
    indent = draw.choice(("", "", "\t\t", "          "))
    written = [indent + cue + extension + draw.choice(("", "", "", " ^"))]
    lines: list[str] = []
    for number in range(draw.randrange(1, 4)):
        if draw.random() < 0.3:
            written.append(indent + draw.choice(("(beat)", "(without turning,\nto nobody)", "(MORE)")))
        said = draw.choice(("It is {}.", "{}, please!", "You know {}?")).format(next(words))
        said = said if number else said[0].upper() + said[1:]
        sign = draw.choice(("", "", "", "~", "~ "))
        written.append(indent + sign + draw.choice(("{}", "{}", "*{}*", "**{}**")).format(said))
        lines.append(said)
    if draw.random() < 0.1:
        written.insert(1, "[[quietly]]")
    lines[0] = f"{name}{shown}: {lines[0]}"
    script.text += "\n".join(written) + "\n\n"
    _say(script, lines, apart)


def _action(script: Screenplay, draw: random.Random, words: Iterator[str], apart: bool) -> None:
    word = next(words)
    written, told = draw.choice(
        (
            ("The fog lifts {}.", ["The fog lifts {}."]),
            ("A man\nwaits {}.", ["A man", "waits {}."]),
            ("!BANG {}", ["BANG {}"]),
            ("!INT. is said {}", ["INT. is said {}"]),
            ("> It is {} <", ["It is {}"]),
            ("... and {}.", ["... and {}."]),
            ("The page ends {}.\n===", ["The page ends {}."]),
            ("The fog [[thick]]lifts /* not */{}.", ["The fog lifts {}."]),
            ("THE {} LIGHT GOES OUT.", ["THE {} LIGHT GOES OUT."]),
            ("On {} we CUT TO: nothing.", ["On {} we CUT TO: nothing."]),
        )
    )
    script.text += written.format(word) + "\n\n"
    _say(script, [line.format(word) for line in told], apart)


def _unspoken(script: Screenplay, draw: random.Random, _: Iterator[str], apart: bool) -> None:
    left_out = draw.choice(UNSPOKEN)
    if left_out.startswith("#"):
        # A section opens a scene, which has a place if something is spoken before the next heading.
        if apart:
            return
        script.spoken.append((left_out.lstrip("# "), []))
    script.text += left_out + "\n\n"
