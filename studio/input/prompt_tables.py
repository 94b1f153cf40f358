"""Read prompts from a Markdown table or a CSV file by the names of its columns, or from lines with bold labels.

Called by `studio/input/prompts_file.py`; pure.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from studio.errors import BadInput
from studio.input.left_out import LeftOut
from studio.input.production_notes import table_cells
from studio.input.prompt_lists import FENCE, LABEL, NUMBERED, RULE, is_unused, opened_words, plain_prompt

_MEANT = {
    "image_prompt": ("imageprompt", "prompt", "prompts", "visualprompt", "textprompt", "image", "picture"),
    "motion_prompt": ("motionprompt", "motion", "videoprompt", "movement"),
    "camera": ("camera", "cameraprompt", "cameramovement", "cameramove", "cameramotion"),
}
"""By key, the names of a column or a label, in letters and digits alone; of more the first counts."""
_PLACES = ("", "no", "nr", "number", "index", "id", "shot", "scene", "frame")
"""Names of columns that only number the shots."""
_BREAK = re.compile(r"[ \t]{0,9}<br[ \t]?/?>[ \t]{0,9}", re.IGNORECASE)
_COLUMNS_RULE = re.compile(r"\|?(?:[ \t]*:?-+:?[ \t]*\|){1,99}[ \t]*(?::?-+:?)?$")
_BEFORE_LABEL = r"(?:[-*+\u2022][ \t]{1,4}|\d{1,4}[.:)][ \t]{1,4})?"
_BOLD = re.compile(
    _BEFORE_LABEL
    + r"(?:\*\*|__)(?P<name>[^\W\d_](?:[^\W\d_]|[ /_-]){0,38})(?::[ \t]?(?:\*\*|__)|(?:\*\*|__)[ \t]?:)[ \t]*"
    r"(?P<words>.*)$"
)
_PLAIN = re.compile(
    _BEFORE_LABEL + r"(?P<name>prompt|(?:image|motion|camera)(?:[ _-]?prompt)?)[ \t]{0,3}:[ \t]*(?P<words>.*)$",
    re.IGNORECASE,
)
_JUST_PROMPT = re.compile(_BEFORE_LABEL + r"prompt[ \t]{0,3}:", re.IGNORECASE)


class Row(NamedTuple):
    """A shot as it is listed: the line on which it begins, from 1, and its prompts by the keys of `Prompt`."""

    line: int
    fields: dict[str, str]


def _letters(name: str) -> str:
    return re.sub(r"[\W_]+", "", name).lower()


def _key(name: str) -> str | None:
    return next((key for key, names in _MEANT.items() if _letters(name) in names), None)


def _columns(line: int, names: Sequence[str]) -> dict[str, int]:
    """Return the place of each key's column.

    Raises:
        BadInput: two columns have the same name.
    """
    found: dict[str, int] = {}
    for key, known in _MEANT.items():
        plain = [_letters(name) for name in names]
        if (name := next((name for name in known if name in plain), None)) is not None:
            if plain.count(name) > 1:
                raise BadInput(f"line {line} of the prompts file: two columns are called {name!r}: leave one out")
            found[key] = plain.index(name)
    return found


def _count_columns(names: Sequence[str], used: dict[str, int], left: LeftOut) -> None:
    left.add(
        "unused column",
        sum(at not in used.values() and _letters(name) not in _PLACES for at, name in enumerate(names)),
    )


def _fields(cells: Sequence[str], columns: dict[str, int], left: LeftOut) -> dict[str, str]:
    found = {key: _BREAK.sub(" ", cells[at]) if at < len(cells) else "" for key, at in columns.items()}
    found = {key: plain_prompt(words, left) for key, words in found.items()}
    return {key: words for key, words in found.items() if words or key == "image_prompt"}


# --- Markdown tables ------------------------------------------------------------------------------


def tabled_prompts(text: str, left: LeftOut) -> list[Row] | None:
    """Return the prompts of the Markdown tables in `text` that have a column of them; None if it holds no table.

    Raises:
        BadInput: no table has a column with a name that is known.
    """
    lines = [line.strip() for line in re.split(r"\r\n|\n|\r", text)]
    heads = [
        at for at in range(len(lines) - 1) if "|" in lines[at] and any(_cells(lines[at])) and _is_rule(lines[at + 1])
    ]
    if not heads:
        return None
    rows: list[Row] = []
    taken: set[int] = set()
    for head in heads:
        names = _cells(lines[head])
        columns = _columns(head + 1, names)
        if "image_prompt" not in columns:
            continue
        _count_columns(names, columns, left)
        taken |= {head, head + 1}
        for at in range(head + 2, len(lines)):
            if "|" not in lines[at]:
                break
            taken.add(at)
            if any(cells := _cells(lines[at])):
                rows.append(Row(at + 1, _fields(cells, columns, left)))
    if not taken:
        names = [repr(name) for name in _cells(lines[heads[0]]) if name]
        raise BadInput(
            f"line {heads[0] + 1} of the prompts file: none of the table's columns ({', '.join(names)[:200]}) is "
            "called 'Prompt': give this name to the column with the prompts"
        )
    others = [at for at, line in enumerate(lines) if line and at not in taken and not FENCE.match(line)]
    left.add("above", sum(at < min(taken) for at in others))
    left.add("below", sum(at > min(taken) for at in others))
    return rows


def _is_rule(line: str) -> bool:
    return "|" in line and "-" in line and _COLUMNS_RULE.match(line) is not None


def _cells(line: str) -> list[str]:
    """Return a row's cells; '\\|' is a bar in a cell."""
    return [cell.replace("\\|", "|") for cell in table_cells(line)]


# --- CSV ------------------------------------------------------------------------------------------


def csv_prompts(text: str, left: LeftOut) -> list[Row] | None:
    """Return the prompts of a CSV file whose header names a column of them; None if it is no such file.

    Commas, semicolons or tabs part its cells; a file with one column needs no quotation marks. It may stand in a fence,
    below one line that ends with a colon.

    Raises:
        BadInput: a row has more cells than the header, or a quotation mark in it is not closed.
    """
    lines = re.split(r"\r\n|\n|\r", text)
    told = [at for at, line in enumerate(lines) if line.strip() and not FENCE.match(line.strip())]
    if not told:
        return None
    announced = len(told) > 1 and lines[told[0]].rstrip().endswith(":")
    head = told[announced]
    parted = _header(lines[head])
    if parted is None or head == told[-1]:
        return None
    mark, names = parted
    columns = _columns(head + 1, names)
    fenced = any(FENCE.match(line.strip()) for line in lines[:head])
    end = next((at for at in range(head, len(lines)) if fenced and FENCE.match(lines[at].strip())), len(lines))
    left.add("above", announced)
    left.add("below", sum(at > end for at in told))
    _count_columns(names, columns, left)
    rows: list[Row] = []
    reader = csv.reader(
        io.StringIO("\n".join(lines[head + 1 : end]), newline=""), delimiter=mark, skipinitialspace=True, strict=True
    )
    begin = 0
    try:
        for cells in reader:
            line, begin = head + 2 + begin, reader.line_num
            cells = [" ".join(cell.split()) for cell in cells]
            if any(cells[len(names) :]):
                raise BadInput(
                    f"line {line} of the prompts file has {len(cells)} cells, its header {len(names)}: put quotation "
                    "marks around a prompt with commas"
                )
            if any(cells):
                rows.append(Row(line, _fields(cells, columns, left)))
    except csv.Error as error:
        raise BadInput(
            f"line {head + 2 + begin} of the prompts file is not CSV ({error}): put each quotation mark inside a cell "
            "twice, and close each cell that has one at its beginning"
        ) from error
    return rows


def _header(line: str) -> tuple[str, list[str]] | None:
    """Return (what parts the cells, the columns' names) if a line is a header with a column of prompts."""
    for mark in (",", ";", "\t", "\x1f"):
        names = [name.strip().strip('"*_ ') for name in line.split(mark)]
        keys = [_key(name) for name in names]
        if (len(names) == 1) != (mark == "\x1f") or "image_prompt" not in keys or max(map(len, names)) > 40:
            continue
        if len(names) > 1 or _letters(names[0]) in ("prompt", "prompts", "imageprompt"):
            return mark, names
    return None


# --- labels ---------------------------------------------------------------------------------------


def labelled_prompts(text: str, left: LeftOut) -> list[Row] | None:
    """Return the prompts of lines such as '**Prompt:** a fox', '- **Camera**: pan left'; None if there is no such line.

    A shot begins with a heading ('### Shot 2', '2. **The fox**'), or where a label comes again if there is none. A
    heading's words are the prompt of a shot without one. What other labels say is left out, and so is a line
    without a label after a blank line.

    Raises:
        BadInput: a shot has a label twice.
    """
    lines = [line.strip() for line in re.split(r"\r\n|\n|\r", text)]
    if not any(_JUST_PROMPT.match(line) or ((bold := _BOLD.match(line)) and _key(bold["name"])) for line in lines):
        return None
    return list(_labelled(lines, left))


def _heads(lines: Sequence[str]) -> dict[int, str]:
    """Return the words of the lines that begin a shot, by their places: 'Shot 2: ...', or else '2. ...'."""
    for opening in (LABEL, NUMBERED):
        found = {
            at: opened_words(line, head)
            for at, line in enumerate(lines)
            if (head := opening.match(line))
            and not (opening is NUMBERED and (label := _label_of(line)) and _key(label["name"]))
        }
        if found:
            return found
    return {}


def _label_of(line: str) -> re.Match[str] | None:
    return _BOLD.match(line) or _PLAIN.match(line)


def _labelled(lines: Sequence[str], left: LeftOut) -> Iterator[Row]:
    heads = _heads(lines)
    begun, title, last, blank = 0, "", "", False
    fields: dict[str, list[str]] = {}
    for number, line in enumerate(lines, start=1):
        if not line or RULE.match(line) or FENCE.match(line):
            blank = blank or not FENCE.match(line)
            continue
        after_blank, blank = blank, False
        label = _label_of(line)
        key = _key(label["name"]) if label else None
        head = heads.get(number - 1)
        if head is not None or (key and (not begun or (key in fields and not heads))):
            if begun:
                yield _shot(begun, title, fields, left)
            begun, title, last, fields = number, head or "", "title", {}
            if head is not None:
                continue
        bare = line.lstrip("-*+\u2022_ \t")
        if is_unused(bare, left):
            last = "unused"
        elif not begun:
            left.add("above")
        elif label is None and line[0] == "#":
            left.add("remark")
        elif label is None and (not after_blank or not any(fields.get(last, ["x"]))) and last != "title":
            if last != "unused":
                fields[last].append(line)
        elif label is None:
            left.add("below")
        elif key is None:
            left.add("label")
            last = "unused"
        elif key in fields:
            name = label["name"].lower()
            raise BadInput(f"line {number} of the prompts file: the shot of line {begun} has {name!r} twice")
        else:
            last, fields[key] = key, [label["words"]]
    if begun:
        yield _shot(begun, title, fields, left)


def _shot(line: int, title: str, fields: dict[str, list[str]], left: LeftOut) -> Row:
    found = {key: plain_prompt(" ".join(parts), left) for key, parts in fields.items()}
    if title and found.get("image_prompt"):
        left.add("title", bool(re.search(r"\w", title)))
    elif title:
        found["image_prompt"] = plain_prompt(title, left)
    return Row(line, {"image_prompt": "", **{key: words for key, words in found.items() if words}})
