# ruff: noqa: SIM905 - a table
"""Texts of shapes that can hang a parser: one long word, all quotes, nested marks, chains of emoji.

A text of a shape has the length that is asked for; the marks that it is made of are drawn from a seed.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator

_SIGNS = "\\`*_{}[]()#+-.!|<>~:@&\"'/?,;=$%^ \t\n"
_WORDS = (
    'a the keeper Mara finds letter sea night. "Who?" said (low) Mr. Dr. U.S. e.g. p. 12 3.5 1,000 $4 café don\'t '
    "INT. EXT. # - > ``` ~~~ [x](y) <b> </b> &amp; **bold** _low_ ~~gone~~ /* */ [[ ]] Shot image: motion: \n \n\n"
).split(" ")


def _again(*units: str) -> Callable[[random.Random, int], str]:
    def text(draw: random.Random, length: int) -> str:
        unit = draw.choice(units)
        return (unit * (length // len(unit) + 1))[:length]

    return text


def _mixed(signs: str | list[str]) -> Callable[[random.Random, int], str]:
    def text(draw: random.Random, length: int) -> str:
        return "".join(draw.choices(signs, k=length))[:length]

    return text


def _nested(draw: random.Random, length: int) -> str:
    opening, closing = draw.choice((("*", "*"), ("_", "_"), ("**", "**"), ("~~", "~~"), ("[", "](x)"), ("<b>", "</b>")))
    count = length // (len(opening) + len(closing))
    return opening * (count - 1) + "word" + closing * (count - 1)


def _counted(draw: random.Random, length: int) -> str:
    unit = draw.choice(("{}. ", "Shot {}\nimage: x\n", "{}\n", "- {}\n", "#{} ", "{},"))
    text = ""
    parts = []
    for number in range(1, length):
        parts.append(unit.format(number))
        if (length := length - len(parts[-1])) <= 0:
            break
    return text.join(parts)[: sum(map(len, parts)) + min(0, length)]


SHAPES: dict[str, Callable[[random.Random, int], str]] = {
    "one word": _again("a", "é", "W", "word-", "it's", "a.b", "x/", "a_b", "1a"),
    "short words": _again("a ", "I ", "so ", "A man. ", "word\n", "The End "),
    "newlines": _again("\n", "\r\n", "\r", " \n", "\u2028", "\u2029", "\x0b"),
    "spaces": _again(" ", "\t", "\u00a0", "\u3000", "\u200b", " \t"),
    "paragraphs": _again("a\n\n", "a\n \n", "A. B.\n\n", "# a\n\n", "\n\n\na"),
    "quotes": _again('"', "'", "\u201c", "\u2019", "\u00ab", ' "', '"a" ', "'a ", ': "a', '."'),
    "brackets": _again(
        "(", ")", "[", "]", "{", "<", "[[", "()", "[a", "(a", "<a ", "[a](", "[^a", "\u300c", "]]", "[]"
    ),
    "marks": _again(
        ".", "!", "?", "\u2026", ",", ";", ":", "-", "\u2014", ". ", "a. ", ".a", "- ", "..", "?!", "\u3002"
    ),
    "capitals": _again("A", "AB ", "MARA\n", "MARA (O.S.)\n", "INT. A\n", "A. ", "A.B.", "CUT TO:\n", "A\n\n"),
    "combining": _again("\u0301", "a\u0301", "\u0e31", "\u20e3", "\ufe0f", "\u093f", "\u0327\u0301 ", "e\u0301\u0301"),
    "emoji": _again("\U0001f468\u200d\U0001f469\u200d", "\U0001f600", "\U0001f1e9", "\U0001f44d\U0001f3fb", "\u200d"),
    "directions": _again("\u202e", "\u2067a", "\u200f", "\u05d0", "\u05d0 \u05d1. ", "\u202ea\u202c ", "\u0644\u0627"),
    "emphasis": _again(
        "*", "_", "~", "`", "**", "*a", "*a ", "_a ", "~~a ", "`a ", "**a", "__a", "* a", "`` a", "***a*"
    ),
    "nested": _nested,
    "fences": _again("~~~\n", "```\n", "~", "~~~a\n", "```a\n", "> ~~~\n", "~~~`\n", "~~~~ a`\n"),
    "asides": _again(
        "/*a", "[[", "[[a", "/* *", "*/", "[[a]", "/*a*/", "<!--", "<!-- -->", "<b ", "<a b=c ", "&a", "&#1"
    ),
    "headings": _again(
        "# ", "#", "#a\n", "# a\n", "## a #\n", "INT. ", "a\n===\n", "===\n", "EXT. A - B\n", "=", "= a\n"
    ),
    "lists": _again(
        "- a\n", "* ", "1. a\n", "1. ", "> ", ">", "- - - a\n", "- [ ] a\n", "+ a\n  b\n", "|a|b|\n", "|", "|-"
    ),
    "addresses": _again(
        "http://a", "www.a.b ", "a@b.", "a.b.c", "http://", "[a]: http://b\n", "<http://a", "@", "a.", "w."
    ),
    "escapes": _again(
        "\\", "\\*", "\\\n", "\\u0041", "\\u", "\\n", "\\\\", "{\\", "{\\a}", "&amp;", "&", "\x1b[", "%s{0}"
    ),
    "numbers": _again(
        "1", "1 ", "1.", "1,", "1-", "1/", "1:", "1. ", "$1 ", "12:30 ", "0", "1.1 ", "1a", "\u0661", "\u00bd"
    ),
    "abbreviations": _again(
        "Mr.", "Mr. ", "e.g.", "U.S. ", "p. 1 ", "etc. A ", "a.m. ", "No. ", "Mr.Mr. ", "vs. ", "J. "
    ),
    "speech": _again('A: "b" ', "Mara: Who? ", '"a," said b. ', "MARA\na\n\n", "MARA\n(a)\nb\n", "a: b: ", "said "),
    "thai": _again("\u0e2a", "\u0e2a\u0e27\u0e31\u0e2a\u0e14\u0e35", "\u0e40", "\u0e17\u0e30\u0e40\u0e25 ", "\u0e33"),
    "chinese": _again(
        "\u4e2d", "\u706f\u5854\u3002", "\u3042", "\u30fc", "\u300c\u706f\u300d", "\uff0c", "\ud55c\uae00 "
    ),
    "prompts": _again(
        "Shot 1\n", "image: a\n", "image:", "Shot", "camera: pan left ", "motion: ", "pan left, ", "(a:1.2) "
    ),
    "tale": _again(
        "a man ", "and ", "who ", "the sea and the sky ", "to be or not to be ", "in a ", "of the ", "she runs "
    ),
    "counted": _counted,
    "signs": _mixed(_SIGNS),
    "letters": _mixed("abAB \n.\u0301\u0e2a\u4e2d\u05d0\U0001f600\u200d1"),
    "words": _mixed([f"{word} " for word in _WORDS]),
}
"""Makes a text of each shape, from a generator of random numbers and a length."""


def hostile(length: int, seed: int, each: int = 3) -> Iterator[tuple[str, str]]:
    """Yield the names of all shapes with texts of `length` characters, `each` per shape, drawn from the seed."""
    for name, shape in SHAPES.items():
        for number in range(each):
            text = shape(random.Random(f"{seed} {name} {number}"), length)
            yield f"{name} {number}: {text[:12]!r}", text
