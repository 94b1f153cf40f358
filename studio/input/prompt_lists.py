"""Read prompts as other programs and people list them: one a line, numbered, or under 'Prompt 1:'.

What only another generator understands is left out: `--ar 16:9 --v 6`, `<lora:fog:0.8>`, 'Negative prompt:' and
'Steps:' lines; `(fog:1.3)` keeps its words. Called by `studio/input/prompts_file.py`, whose own form is read as it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from studio.input.left_out import LeftOut

_LABEL = re.compile(
    r"[*_#> \t]{0,9}(?:shot|scene|prompt|image|frame|picture)[ \t]{0,3}#?\d{1,6}\b[*_ \t]{0,4}(?:[.:)\u2013\u2014-]|$)"
    r"[*_ \t]{0,5}(?P<words>.*)$",
    re.IGNORECASE,
)
_NUMBERED = re.compile(r"\d{1,4}[.:)](?:[ \t]|$)(?P<words>.*)")
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
_FENCE = re.compile(r"`{3}\w{0,20}$")


def listed_prompts(text: str, left: LeftOut | None = None) -> Iterator[tuple[int, str]]:
    """Yield (the line on which it begins, from 1; the prompt as one line, '' if nothing of it is left), in order.

    If lines are labelled or numbered, the lines below such a line belong to its prompt, and lines above the first one
    to none; otherwise each line is a prompt. Blank lines and lines that begin with '#' are none.
    """
    left = LeftOut() if left is None else left
    lines = [(number, line.strip()) for number, line in enumerate(re.split(r"\r\n|\n|\r", text), start=1)]
    lines = [(number, line) for number, line in lines if line and not _FENCE.match(line)]
    left.add("remark", sum(line[0] == "#" and not _LABEL.match(line) for _, line in lines))
    lines = [(number, line) for number, line in lines if line[0] != "#" or _LABEL.match(line)]
    for opening in (_LABEL, _NUMBERED, _BULLET):
        opened = [opening.match(line) is not None for _, line in lines]
        announced = lines[:1] and lines[0][1].endswith(":")
        if any(opened[: 2 if announced else 1]) or sum(opened) > (opening is not _LABEL):
            left.add("above", opened.index(True))
            yield from _opened(lines[opened.index(True) :], opening, left)
            return
    yield from ((number, plain_prompt(line, left)) for number, line in lines if not _is_unused(line, left))


def _is_unused(line: str, left: LeftOut) -> bool:
    if found := _UNUSED.match(line):
        left.add("negative" if found[0][0] in "nN" else "parameters")
    return found is not None


def _opened(lines: list[tuple[int, str]], opening: re.Pattern[str], left: LeftOut) -> Iterator[tuple[int, str]]:
    begun, parts = 0, list[str]()
    for number, line in lines:
        if found := opening.match(line):
            if begun:
                yield begun, plain_prompt(" ".join(parts), left)
            begun, parts = number, [found["words"]]
        elif begun and not _is_unused(line, left):
            parts.append(line)
    if begun:
        yield begun, plain_prompt(" ".join(parts), left)


def plain_prompt(line: str, left: LeftOut) -> str:
    """Return the words of a prompt without what only another generator understands, as one line."""
    words, models = _MODEL.subn("", _COMMAND.sub("", line, count=1))
    words, options = _OPTION.subn("", words)
    words, weights = _WEIGHTED.subn(lambda found: found["words"], words)
    words, parts = _PART_WEIGHT.subn("", words)
    for kind, times in (("model", models), ("parameters", options), ("weight", weights + parts)):
        left.add(kind, times)
    words = " ".join(_COMMAS.sub(",", words).split()).strip("`").strip(" ,")
    for opening, closing in (('"', '"'), ("\u201c", "\u201d"), ("**", "**")):
        if len(words) > 2 * len(opening) and words.startswith(opening) and words.endswith(closing):
            words = words[len(opening) : -len(closing)].strip()
    return words
