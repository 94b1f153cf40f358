"""Read Markdown into lines of plain words, and tell which of them are headings. No word is lost.

The syntax is CommonMark's (https://spec.commonmark.org/0.31.2/) with tables, strike-through, tasks and footnotes as
GitHub has them, read cautiously: what only looks like markup ('3 * 4', 'C#', '#5', 'snake_case') is text. Every pattern
is bounded: it takes linear time in the text's length. The offline voice reads Markdown of models in its own way
(`blocks/offline/voice/markup_blanking.py`).
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections import deque
from collections.abc import Callable
from itertools import pairwise
from typing import NamedTuple

_TAG_NAMES = (
    "a abbr b big blockquote br center cite code dd del details div dl dt em figcaption figure font h[1-6] hr i img ins"
    " kbd li mark ol p pre q s section small span strike strong sub summary sup table tbody td tfoot th thead tr tt u"
    " ul|audio break emphasis lang paragraph phoneme prosody say-as sentence speak token voice w"
).replace(" ", "|")
"""HTML elements that people put into a text, and those of SSML 1.1 (https://www.w3.org/TR/speech-synthesis11/)."""
_ATTRIBUTE = r"""\s{1,9}[\w:.-]{1,40}\s{0,3}=\s{0,3}(?:"[^"<>]{0,300}"|'[^'<>]{0,300}'|[^\s"'<>=]{1,300})"""
TAG = re.compile(rf"</?(?:{_TAG_NAMES})(?:{_ATTRIBUTE}){{0,12}}\s{{0,9}}/?>|<!--[^<>]{{0,500}}-->", re.IGNORECASE)
STYLE = re.compile(r"\{\\[^{}\n]{0,100}\}")
"""A style override of SubStation Alpha captions, '{\\an8}'."""
LINK = re.compile(
    r"!?\[((?:[^\[\]]|\[[^\[\]]{0,99}\]){0,300})\]\([^()\s]{0,500}(?:\([^()\s]{0,100}\)[^()\s]{0,100})?(?:\s\"[^\"]{0,200}\")?\)"
)
ADDRESS = re.compile(r"(?:(?:https?|ftp)://|www\.)[^\s<>\"()\[\]|]+", re.IGNORECASE)
ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
ESCAPE = re.compile(r"\\([\\`*_{}\[\]()#+.!|~<>-])")

_FENCE = re.compile(r"[ \t]{0,3}(?:>[ \t]?){0,3}(`{3,}+|~{3,}+)[^`]*$")
_QUOTE = re.compile(r"[ \t]{0,3}(?:>[ \t]{0,3}){1,9}")
_ATX = re.compile(r"[ \t]{0,3}(#{1,6})[ \t]+(\S.*)$")
_UNDERLINE = re.compile(r"[ \t]{0,3}={3,}[ \t]*$")
_RULE = re.compile(r"[ \t]{0,3}([-*_])(?:[ \t]{0,9}\1){2,}[ \t]*$")
_ITEM = re.compile(r"[ \t]{0,12}(?:[-*+•][ \t]+){1,3}(?:\[[ xX]\][ \t]+)?(?=\S)")
_BEGINNING = ">-*+•#=_[|"
"""A line that is more than words begins with one of these or a digit, unless it is a table's row."""
_NUMBER = re.compile(r"[ \t]{0,12}(\d{1,3})[.)][ \t]+(?=\S)")
_COLUMNS = re.compile(r"[ \t]{0,3}(?=[^|]*\|)\|?(?:[ \t]*:?-+:?[ \t]*\|){0,99}[ \t]*(?::?-+:?)?[ \t]*$")
_DEFINED = re.compile(r"[ \t]{0,3}\[(?!\^)([^\[\]]{1,99})\]:[ \t]+<?(?:\w+://|mailto:|www\.|[./#])\S*(?:[ \t]+\S.*)?$")
_FOOTNOTE = re.compile(r"[ \t]{0,3}\[\^[^\[\]\s]{1,40}\]:[ \t]*")
_REFERENCE = re.compile(r"!?\[([^\[\]]{1,300})\](?:\[([^\[\]]{0,100})\])?")
_NOTE = re.compile(r"\[\^[^\[\]\s]{1,40}\]")
_ANGLED = re.compile(r"<((?:https?|ftp|mailto):[^\s<>]{1,500})>", re.IGNORECASE)

_Pair = tuple[re.Pattern[str], re.Pattern[str], int]
"""(opening marks, closing marks, which are the same again, most characters between them)."""
_CODE: _Pair = (re.compile(r"(?<![`\w])`{1,3}(?!`)"), re.compile(r"(?<!`)`{1,3}(?!`)"), 500)
_EMPHASES: tuple[tuple[str, _Pair], ...] = (
    ("**", (re.compile(r"(?<![\d*])\*{2,3}(?=[^\s*])"), re.compile(r"(?<=[^\s*])\*{2,3}(?![\d*])"), 600)),
    ("*", (re.compile(r"(?<![\w*])\*(?=[^\s*])"), re.compile(r"(?<=[^\s*])\*(?![\w*])"), 600)),
    ("_", (re.compile(r"(?<!\w)_{1,3}(?=[^\s_])"), re.compile(r"(?<=[^\s_])_{1,3}(?!\w)"), 600)),
    ("~~", (re.compile(r"(?<!~)~~(?=[^\s~])"), re.compile(r"(?<=[^\s~])~~(?!~)"), 600)),
)
"""Marks of emphasis. One or two stars between digits, or one between letters, are multiplication: 'a*b*c'."""
_STOPPED = re.compile(r"[^\w\s\"'\u201d\u2019)\]\u00bb][\"'\u201d\u2019)\]\u00bb]*$")

_SIGNS = "\\`*_{}[]()#+.!|~<>-&:"
_HIDDEN = {ord(sign): 0xFDD0 + place for place, sign in enumerate(_SIGNS)}
_SHOWN = {hidden: sign for sign, hidden in _HIDDEN.items()}
_NEVER = dict.fromkeys(range(0xFDD0, 0xFDF0))
"""Removes Unicode's noncharacters from the input: while it is read they stand for signs that are not markup (escaped,
in code, in a web address)."""


class MarkdownLine(NamedTuple):
    """One line in plain words; `level` is 1 to 6 for a heading, else 0."""

    text: str
    level: int = 0
    row: bool = False
    """Whether it is a table's row; while it is read, its cells are still separated by '|'."""
    ends: bool = False
    """Whether a list's item, or a table's row, ends here: it gets a full stop if it has no mark at the end."""


_EMPTY = MarkdownLine("")


def read_markdown(text: str) -> tuple[MarkdownLine, ...]:
    """Return the lines of a text in plain words; plain text is not changed.

    The marks of emphasis, links, quotes, lists, tags, fences and rules are removed and their words kept; code is kept
    as it is. Instead of the layout, a list's item and a table's row end with a full stop, and commas separate a row's
    cells.

    Args:
        text: any text; newlines separate its lines.
    """
    lines = _unfenced((text if text.isascii() else text.translate(_NEVER)).split("\n"))
    defining = {line: found[1].lower() for line in lines if "]:" in line and (found := _DEFINED.match(line))}
    defined = frozenset(defining.values())
    told: list[MarkdownLine] = []
    run: list[MarkdownLine] = []
    for line in [*_blocks([line for line in lines if line not in defining]), MarkdownLine("", level=1)]:
        if not line.level and line.text and not line.text.isspace():
            run.append(line)
            continue
        if run:
            bare = _inline("\n".join(each.text for each in run), defined).split("\n")
            told += [_laid(each, words) for each, words in zip(run, bare, strict=False)]
            run = []
        told.append(_laid(line, _inline(line.text, defined).replace("\n", " ")) if line.text else line)
    return tuple(told[:-1])


def _unfenced(lines: list[str]) -> list[str]:
    """Remove the lines that fence code, and keep the code from being read as markup; an unclosed fence is ignored."""
    plain: list[str] = []
    closing: dict[str, list[int]] = {"`": [], "~": []}
    for place in reversed(range(len(lines))):
        mark = lines[place].strip(" \t>")
        if len(mark) > 2 and mark[0] in closing and not mark.strip(mark[0]):
            closing[mark[0]].append(place)
    until, fence = -1, ""
    for place, line in enumerate(lines):
        if place < until:
            plain.append(_hidden(line))
            continue
        if place == until or not (found := _FENCE.match(line)):
            plain += [line] if place != until else []
            continue
        fence = found[1]
        ends = closing[fence[0]]
        while ends and (ends[-1] <= place or lines[ends[-1]].count(fence[0]) < len(fence)):
            ends.pop()
        until = ends[-1] if ends else -1
        if not ends:
            plain.append(line.replace(fence, "", 1))
    return plain


def _blocks(lines: list[str]) -> list[MarkdownLine]:
    """Recognise headings, list items and table rows; remove their marks, and those of quotes and rules."""
    told: list[MarkdownLine] = []
    item = -1
    numbered = _numbered(lines)
    for place, line in enumerate(lines):
        if not line or line.isspace():
            if item >= 0:
                told[item] = told[item]._replace(ends=True)
                item = -1
            told.append(MarkdownLine(line) if line else _EMPTY)
            continue
        first = line.lstrip(" \t")[0]
        if first not in _BEGINNING and not first.isdecimal() and "|" not in line:
            told.append(MarkdownLine(line))
            item = len(told) - 1 if item >= 0 else -1
            continue
        quoted = _QUOTE.match(line)
        words = line[quoted.end() :] if quoted else line
        words = words.rstrip(" \t<") if quoted and words.rstrip().endswith("<") else words
        mark = _NUMBER.match(words) if place in numbered else _ITEM.match(words)
        heading, row = _ATX.match(words), words.strip()
        tabled = bool(told) and told[-1].row and "|" in row
        bars = row.startswith("|") and row.endswith("|") and row.count("|") > 2
        if _COLUMNS.match(words) and told and "|" in told[-1].text:
            told[-1] = told[-1]._replace(text=_piped(told[-1].text), row=True, ends=True)
            continue
        under = _UNDERLINE.match(words)
        if under and told and told[-1].text.strip() and not told[-1].level:
            told[-1] = told[-1]._replace(level=1, ends=False)
            item = -1
            continue
        going_on = bool(row) and not (heading or mark or bars or tabled or under or _RULE.match(words))
        if item >= 0 and not going_on:
            told[item] = told[item]._replace(ends=True)
            item = -1
        if under or _RULE.match(words):
            told.append(MarkdownLine(""))
        elif heading:
            told.append(MarkdownLine(_unclosed(heading[2]), level=len(heading[1])))
        elif bars or tabled:
            told.append(MarkdownLine(_piped(row), row=True, ends=True))
        else:
            words = words[mark.end() :] if mark else words
            note = _FOOTNOTE.match(words)
            told.append(MarkdownLine(words[note.end() :] if note else words))
            item = len(told) - 1 if mark or item >= 0 else -1
    if item >= 0:
        told[item] = told[item]._replace(ends=True)
    return told


def _piped(row: str) -> str:
    """Return a table's row whose escaped '|' are signs of their cells, also in code."""
    return row.replace("\\|", _hidden("|"))


def _unclosed(heading: str) -> str:
    """Return a heading's words without the signs that may close it, as in '## Night ##'."""
    words = heading.rstrip(" \t")
    bare = words.rstrip("#")
    return bare.rstrip(" \t") if bare.endswith((" ", "\t")) else words


def _numbered(lines: list[str]) -> set[int]:
    """Return the places of the items of numbered lists; a single number, '7. Then', is text."""
    found = [(place, int(number[1])) for place, line in enumerate(lines) if (number := _NUMBER.match(line))]
    pairs = [(one[0], other[0]) for one, other in pairwise(found) if other[1] == one[1] + 1]
    return {place for pair in pairs for place in pair if not any(map(_ATX.match, lines[pair[0] : pair[1]]))}


def _inline(text: str, defined: frozenset[str]) -> str:
    """Remove the markup from a paragraph without changing its number of lines."""
    if not re.search(r"[\\`*_\[<&~{]", text):
        return text
    # Search for each kind only if its sign occurs: a script may have as many paragraphs as words.
    if "`" in text:
        text = _unpaired(text, _CODE, _hidden)
    if "\\" in text:
        text = ESCAPE.sub(lambda m: _hidden(m[1]), text)
        text = STYLE.sub("", text)
    if "[" in text:
        for _ in range(2):  # a link may contain a picture
            text = LINK.sub(lambda m: _kept(m, m[1]), text)
        text = _NOTE.sub("", text)
        text = _REFERENCE.sub(lambda m: _referred(m, defined), text)
    if "<" in text:
        text = _ANGLED.sub(lambda m: _hidden(m[1].removeprefix("mailto:")), text)
    if "://" in text or "www." in text.lower():
        text = ADDRESS.sub(lambda m: _address(m[0]), text)
    if "<" in text:
        text = TAG.sub(lambda m: _kept(m, " " if _parts_words(m[0]) else ""), text)
    for _ in range(3):  # emphasis may be nested
        before = text
        for sign, pair in _EMPHASES:
            if sign in text:
                text = _unpaired(text, pair, str)
        if text == before:
            break
    if "\\" in text:
        text = re.sub(r"\\(?=\n)", "", text)
    return ENTITY.sub(lambda m: _hidden(_meant(m[0])), text) if "&" in text else text


def _unpaired(text: str, pair: _Pair, told: Callable[[str], str]) -> str:
    """Remove paired marks, each with the next that closes it; `told` transforms the words between them."""
    opening, closing, longest = pair
    ends: dict[str, deque[int]] = {}
    for found in closing.finditer(text):
        ends.setdefault(found[0], deque()).append(found.start())
    kept: list[str] = []
    begin = 0
    for found in opening.finditer(text) if ends else ():
        places = ends.get(found[0], deque())
        while places and places[0] <= found.end():
            places.popleft()
        if found.start() >= begin and places and places[0] - found.end() <= longest:
            kept += [text[begin : found.start()], told(text[found.end() : places[0]])]
            begin = places[0] + len(found[0])
    return "".join([*kept, text[begin:]])


def _kept(found: re.Match[str], words: str) -> str:
    return words + "\n" * (found[0].count("\n") - words.count("\n"))


def _hidden(text: str) -> str:
    return text.translate(_HIDDEN)


def _address(text: str) -> str:
    """Protect the signs in a web address, except marks at its end, which may close an emphasis."""
    bare = text.rstrip("*_~`")
    return _hidden(bare) + text[len(bare) :]


def _referred(found: re.Match[str], defined: frozenset[str]) -> str:
    """Return the words of a link whose address is defined elsewhere; brackets without a known address are text."""
    name = (found[2] or found[1]).lower()
    return _kept(found, found[1]) if name in defined else found[0]


def _parts_words(tag: str) -> bool:
    name = re.sub(r"\W+", " ", tag[:12]).split()[:1]
    inline = "a abbr b big cite code del em font i ins kbd mark q s small span strike strong sub sup tt u w"
    return not name or name[0].lower() not in inline.split()


def _meant(entity: str) -> str:
    """Return the character of an entity, a space instead of a line's end."""
    meant = html.unescape(entity)
    return "".join(" " if unicodedata.category(c) in ("Cc", "Zl", "Zp") else c for c in meant).translate(_NEVER)


def _laid(line: MarkdownLine, text: str) -> MarkdownLine:
    """Return a line with its final words: commas between a row's cells, a full stop where something ends.

    Scripts without capitals have stops of their own and get none. Protected signs get back their own characters.
    """
    if line.row:
        text = ", ".join(cell for each in text.split("|") if (cell := each.strip()))
    last = next((c for c in reversed(text) if c.isalnum()), "") if line.ends else ""
    if line.ends and (last.isdigit() or last.lower() != last.upper()) and not _STOPPED.search(text.rstrip()):
        text = text.rstrip() + "."
    text = text if text.isascii() else text.translate(_SHOWN)
    return line if text is line.text else line._replace(text=text)
