"""Read prompts as other programs and people list them: one a line, numbered, or under 'Prompt 1:'.

What only another generator understands is left out: `--ar 16:9 --v 6`, `<lora:fog:0.8>`, 'Negative prompt:' and
'Steps:' lines; `(fog:1.3)` keeps its words. Called by `studio/input/prompts_file.py`, whose own form is read as it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from studio.input.left_out import LeftOut

LABEL = re.compile(
    r"[*_#> \t]{0,9}(?:shot|scene|prompt|image|frame|picture)[ \t]{0,3}#?\d{1,6}\b[*_ \t]{0,4}(?:[.:)\u2013\u2014-]|$)"
    r"[*_ \t]{0,5}(?P<words>.*)$",
    re.IGNORECASE,
)
NUMBERED = re.compile(r"\d{1,4}[.:)](?:[ \t]|$)(?P<words>.*)")
_BULLET = re.compile(r"[-*+\u2022][ \t](?P<words>.*)")
_UNUSED = re.compile(r"(?:negative(?: prompt)?[ \t]*:|steps:[ \t]*\d)", re.IGNORECASE)
_COMMAND = re.compile(r"/imagine\b[ \t]*(?:prompt[ \t]*:)?[ \t]*", re.IGNORECASE)
_MODEL = re.compile(r"<(?:lora|lyco|lycoris|hypernet|embedding|ti|segment):[^<>]{1,200}>", re.IGNORECASE)
_COMMAS = re.compile(r"[ \t]{0,9},(?:[ \t]{0,9},){0,9}")
_OPTION = re.compile(
    r"(?:^|[ \t])(?:--|[\u2014\u2013])(?:ar|aspect|v|version|niji|style|stylize|s|q|quality|chaos|c|no|seed|iw|sref|sw"
    r"|cref|cw|oref|ow|tile|stop|weird|w|raw|hd|test|repeat|r|p|profile|fast|relax|turbo|draft|video|motion|loop|neg|negative"
    r"|negative_prompt|steps|cfg|cfg_scale|width|height|n|fps|gs|camera)(?=[ \t]|$).*$",
    re.IGNORECASE,
)
"""Options of image and video generators on a command line; they stand at its end."""
_WEIGHTED = re.compile(r"[(\[](?P<words>[^()\[\]:]{1,300}):[ \t]?\d{1,2}(?:\.\d{1,4})?[)\]]")
_PART_WEIGHT = re.compile(r"::-?(?:\d{1,3}(?:\.\d{1,3})?)?(?=[ \t,]|$)")
_BOLD = re.compile(r"(?<![\d*])\*{2,3}(?=[^\s*])(?P<words>[^*\n]{1,300})(?<=[^\s*])\*{2,3}(?![\d*])")
FENCE = re.compile(r"`{3}\w{0,20}$")
RULE = re.compile(r"(?:\*[ \t]?){3,9}$|(?:_[ \t]?){3,9}$|-[ \t]?-[ \t]?-[- \t]{0,200}$")


def listed_prompts(text: str, left: LeftOut | None = None) -> Iterator[tuple[int, str]]:
    """Yield (the line on which it begins, from 1; the prompt as one line, '' if nothing of it is left), in order.

    If lines are labelled or numbered, the lines below such a line belong to its prompt, and lines above the first one
    to none; otherwise each line is a prompt. Blank lines and lines that begin with '#' are none.
    """
    left = LeftOut() if left is None else left
    lines = [line for line in _lines(text) if not line.words.startswith("#") or LABEL.match(line.words)]
    left.add("remark", sum(line.words.startswith("#") and not LABEL.match(line.words) for line in _lines(text)))
    for opening in (LABEL, NUMBERED, _BULLET):
        opened = [opening.match(line.words) is not None for line in lines]
        announced = lines[:1] and lines[0].words.endswith(":")
        if any(opened[: 2 if announced else 1]) or sum(opened) > (opening is not LABEL):
            left.add("above", opened.index(True))
            yield from _opened(lines[opened.index(True) :], opening, left)
            return
    yield from ((line.number, plain_prompt(line.words, left)) for line in lines if not is_unused(line.words, left))


class _Line(NamedTuple):
    """A line that is not blank; `apart`: after a blank line, a rule or the end of a fence, and not indented."""

    number: int
    words: str
    apart: bool


def _lines(text: str) -> list[_Line]:
    kept: list[_Line] = []
    blank, fences = False, 0
    for number, line in enumerate(re.split(r"\r\n|\n|\r", text), start=1):
        words = line.strip()
        if FENCE.match(words):
            fences += 1
            blank = blank or fences % 2 == 0
        elif not words or RULE.match(words):
            blank = True
        else:
            kept.append(_Line(number, words, blank and not line[0].isspace()))
            blank = False
    return kept


def is_unused(line: str, left: LeftOut) -> bool:
    """Tell whether a line is a negative prompt or parameters, and count it."""
    if found := _UNUSED.match(line):
        left.add("negative" if found[0][0] in "nN" else "parameters")
    return found is not None


def _opened(lines: list[_Line], opening: re.Pattern[str], left: LeftOut) -> Iterator[tuple[int, str]]:
    """Yield the prompts of lines of which the first opens one.

    Lines below the last prompt that stand apart from it are a remark, unless other prompts go on like that.
    """
    begun: list[tuple[int, list[str], list[str]]] = []
    for line in lines:
        if found := opening.match(line.words):
            begun.append((line.number, [opened_words(line.words, found)], []))
        elif not is_unused(line.words, left):
            _, parts, apart = begun[-1]
            words = _BOLD.sub("", " ".join(parts)).strip()
            (apart if apart or (line.apart and re.search(r"\w", words)) else parts).append(line.words)
    if begun[-1][2] and not any(apart for *_, apart in begun[:-1]):
        left.add("below", len(begun[-1][2]))
        begun[-1][2].clear()
    for number, parts, apart in begun:
        yield number, plain_prompt(" ".join(parts + apart), left)


def opened_words(line: str, found: re.Match[str]) -> str:
    """Return the words behind an opening, with the stars before them if they end in the words: '**The fox** runs'."""
    words = found["words"]
    return f"**{words}" if "**" in words and line[: found.start("words")].count("**") % 2 else words


def plain_prompt(line: str, left: LeftOut) -> str:
    """Return the words of a prompt without what only another generator understands, as one line."""
    words, models = _MODEL.subn("", _COMMAND.sub("", line, count=1))
    words, options = _OPTION.subn("", words)
    words, weights = _WEIGHTED.subn(lambda found: found["words"], words)
    words, parts = _PART_WEIGHT.subn("", words)
    for kind, times in (("model", models), ("parameters", options), ("weight", weights + parts)):
        left.add(kind, times)
    words = " ".join(_COMMAS.sub(",", words).split()).strip("`").strip(" ,")
    words = _BOLD.sub(lambda found: found["words"], words)
    for opening, closing in (('"', '"'), ("\u201c", "\u201d"), ("**", "**")):
        if len(words) > 2 * len(opening) and words.startswith(opening) and words.endswith(closing):
            words = words[len(opening) : -len(closing)].strip()
    return words
