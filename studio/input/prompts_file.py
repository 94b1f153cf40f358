r"""Write and read the prompts file: every shot's prompts as text for a person or as JSON, and back again unchanged.

The text form, in which lines that begin with `#` are comments and only `image` is required:

    Shot 1
    image: wide shot, a lighthouse keeper, a rocky shore
    motion: slow dolly in
    camera: dolly in

A value is on one line: a backslash is written `\\`, a newline `\n`, and other control characters, line ends and white
space at the edges as `\u0020`, so that every value comes back as it was. The JSON form is a list of objects with the
keys `index`, `image_prompt`, `motion_prompt`, `camera`. Read, but never written, are a session's `shots.json`, a JSON
list of texts, and lists of other programs (`studio/input/prompt_lists.py`), tables, CSV files and bold
labels (`studio/input/prompt_tables.py`).
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise

from pydantic import JsonValue, ValidationError

from studio.errors import BadInput, NothingInside
from studio.fs.safe_open import SHOTS
from studio.input.left_out import LeftOut
from studio.input.prompt_lists import listed_prompts
from studio.input.prompt_tables import Row, csv_prompts, labelled_prompts, tabled_prompts
from studio.model.brief import Prompt
from studio.model.film import Shot
from studio.text.keys import with_known_keys
from studio.text.strict_json import NotJson, first_fault, item_lines, read_json, read_model

_HEAD = re.compile(r"(?:shot\s+)?(?P<number>[0-9]{1,6})(?:\s*[.:)])?$", re.IGNORECASE)
"""The heading of a shot. Match it on a stripped line: with white space at both ends in the pattern, matching would take
quadratic time."""
_FIELD = re.compile(r"(?P<name>image|motion|camera)(?:[ _-]?prompt)?[ \t]{0,3}:(?: (?P<value>.*))?$", re.IGNORECASE)
_TIGHT_FIELD = re.compile(r"(?P<name>image|motion|camera)(?:[ _-]?prompt)?:(?P<value>\S.*)$", re.IGNORECASE)
"""A field without a blank after its colon; in a list of prompts of another form it may be a prompt's words."""
_OTHER_KEYS = {"prompt": "image_prompt", "image": "image_prompt", "motion": "motion_prompt"}
_ITEM_KEYS = ("index", *Prompt.model_fields, *_OTHER_KEYS, "image_path", "frames")
_KEYS = {"image": "image_prompt", "motion": "motion_prompt", "camera": "camera"}
_ESCAPE = re.compile(r"\\(?:(?P<plain>[\\nrt])|u(?P<code>[0-9a-fA-F]{4})|(?P<bad>.?))")
_PLAIN = {"\\": "\\", "n": "\n", "r": "\r", "t": "\t"}
_ESCAPED = {character: f"\\{letter}" for letter, character in _PLAIN.items()}


def prompts_text(shots: Sequence[Shot | Prompt]) -> str:
    """Return the text form, ending with a newline; `parse_prompts` gives the same prompts back."""
    blocks = [
        f"Shot {number}\nimage: {_escape(shot.image_prompt)}\nmotion: {_escape(shot.motion_prompt)}\n"
        f"camera: {_escape(shot.camera)}\n"
        for number, shot in enumerate(shots, start=1)
    ]
    return "# What to paint in each shot, how it moves, and the camera.\n\n" + "\n".join(blocks)


def prompts_json(shots: Sequence[Shot | Prompt]) -> str:
    """Return the JSON form, ending with a newline; `parse_prompts` gives the same prompts back."""
    items = [
        {
            "index": number,
            "image_prompt": shot.image_prompt,
            "motion_prompt": shot.motion_prompt,
            "camera": shot.camera,
        }
        for number, shot in enumerate(shots, start=1)
    ]
    return json.dumps(items, indent=2, ensure_ascii=False) + "\n"


def parse_prompts(text: str, left: LeftOut | None = None) -> tuple[Prompt, ...]:
    """Return the prompts of a prompts file in either form.

    Args:
        left: counts what of a list of another form, or of a session's shots, is left out.

    Raises:
        BadInput: in one line, the line of the file, the reason, and what to do.
    """
    left = LeftOut() if left is None else left
    text = text.removeprefix("\ufeff")
    if text.lstrip().startswith(("[", "{")):
        prompts = _from_json(text, left)
    else:
        lines = re.split(r"\r\n|\n|\r", text)
        rows = tabled_prompts(text, left)
        rows = labelled_prompts(text, left) if rows is None else rows
        if rows is None and _is_our_form(lines):
            prompts = _from_text(text)
        else:
            rows = csv_prompts(text, left) if rows is None else rows
            listed = listed_prompts(text, left)
            prompts = _from_rows(
                rows if rows is not None else (Row(at, {"image_prompt": words}) for at, words in listed)
            )
    if not prompts:
        raise NothingInside("the prompts file holds no shot: write 'Shot 1' and below it 'image: ...'")
    if len(prompts) > SHOTS:
        raise BadInput(f"the prompts file holds {len(prompts)} shots, the most is {SHOTS}: leave some out")
    return prompts


def _is_our_form(lines: Sequence[str]) -> bool:
    words = [line.strip() for line in lines]
    tight = any(_HEAD.match(head) and _TIGHT_FIELD.match(line) for head, line in pairwise(words))
    return tight or any(_FIELD.match(line.lstrip()) for line in lines)


def _from_json(text: str, left: LeftOut) -> tuple[Prompt, ...]:
    try:
        items = read_json(text)
    except NotJson as error:
        raise BadInput(f"the prompts file is not JSON: {error}; correct that line") from error
    lines: tuple[int, ...] = ()
    if isinstance(items, dict):
        named = _known(1, items, ("shots", "prompts"))
        items = next((value for name in ("shots", "prompts") if isinstance(value := named.get(name), list)), None)
        lines = (1,) * len(items or ())
    if not isinstance(items, list):
        raise BadInput("line 1 of the prompts file: expected a JSON list of shots; put [ and ] around them")
    prompts: list[Prompt] = []
    unused: set[str] = set()
    for number, (line, item) in enumerate(zip(lines or item_lines(text), items, strict=True), start=1):
        if isinstance(item, str):
            item = {"image_prompt": item}
        if not isinstance(item, dict):
            raise BadInput(f"line {line} of the prompts file, shot {number}: expected an object in {{ and }}")
        item = _known(line, item, _ITEM_KEYS)
        index = item.get("index", number)
        if isinstance(index, bool) or index != number:
            raise BadInput(
                f"line {line} of the prompts file, shot {number}: index is {index!r}; number from 1 in order"
            )
        named = _prompt_keys(line, item)
        unused |= {key for key in item if key != "index" and _OTHER_KEYS.get(key, key) not in named}
        prompts.append(_prompt(line, number, named))
    left.add("key", len(unused))
    return tuple(prompts)


def _known(line: int, item: Mapping[str, JsonValue], known: tuple[str, ...]) -> dict[str, JsonValue]:
    try:
        return with_known_keys(item, known)
    except BadInput as error:
        raise BadInput(f"line {line} of the prompts file: {error}") from error


def _prompt_keys(line: int, item: Mapping[str, JsonValue]) -> dict[str, JsonValue]:
    """Return what an item says of a prompt; of a shot in `shots.json`, its other keys are left out.

    Raises:
        BadInput: two of its keys mean the same.
    """
    if {"image_path", "frames"} & item.keys():
        item = {name: value for name, value in item.items() if value is not None and _OTHER_KEYS.get(name) not in item}
        return {name: value for name, value in _meant(line, item).items() if name in Prompt.model_fields}
    return {name: value for name, value in _meant(line, item).items() if name != "index"}


def _meant(line: int, item: Mapping[str, JsonValue]) -> dict[str, JsonValue]:
    found: dict[str, JsonValue] = {}
    for written, value in item.items():
        name = _OTHER_KEYS.get(written, written)
        if name in found:
            raise BadInput(f"line {line} of the prompts file: {written!r} is {name!r}, which it has: leave one out")
        found[name] = value
    return found


def _from_rows(rows: Iterable[Row]) -> tuple[Prompt, ...]:
    prompts: list[Prompt] = []
    for line, fields in rows:
        if not fields["image_prompt"]:
            shot = len(prompts) + 1
            raise BadInput(f"line {line} of the prompts file, shot {shot}: write what its picture shows")
        if len(prompts) == SHOTS:
            raise BadInput(f"line {line} of the prompts file: it lists more than {SHOTS} shots: leave some out")
        prompts.append(_prompt(line, len(prompts) + 1, fields))
    return tuple(prompts)


def _from_text(text: str) -> tuple[Prompt, ...]:
    prompts: list[Prompt] = []
    fields: dict[str, str] = {}
    head = 0
    for line, words in enumerate(re.split(r"\r\n|\n|\r", text), start=1):
        if not words.strip() or words.startswith("#"):
            continue
        if heading := _HEAD.match(words.strip()):
            if head:
                prompts.append(_prompt(head, len(prompts) + 1, fields))
            if int(heading["number"]) != len(prompts) + 1:
                raise BadInput(
                    f"line {line} of the prompts file: shot {int(heading['number'])} comes where shot "
                    f"{len(prompts) + 1} should; number from 1 in order"
                )
            head, fields = line, {}
            continue
        field = _FIELD.match(words.lstrip()) or _TIGHT_FIELD.match(words.lstrip())
        if field is None:
            wanted = f"'Shot {len(prompts) + 2}', 'image:', 'motion:' or 'camera:'" if head else "'Shot 1'"
            raise BadInput(f"line {line} of the prompts file: expected {wanted}")
        if not head:
            raise BadInput(f"line {line} of the prompts file: no shot has begun; write 'Shot 1' above")
        name = _KEYS[field["name"].lower()]
        if name in fields:
            raise BadInput(f"line {line} of the prompts file: shot {len(prompts) + 1} has {field['name']!r} twice")
        fields[name] = _unescape(field["value"] or "", line)
    return (*prompts, _prompt(head, len(prompts) + 1, fields)) if head else ()


def _prompt(line: int, number: int, fields: Mapping[str, JsonValue]) -> Prompt:
    try:
        return read_model(Prompt, dict(fields))
    except ValidationError as error:
        raise BadInput(f"line {line} of the prompts file, shot {number}: {first_fault(error, Prompt)}") from error


def _escape(value: str) -> str:
    edge = len(value) - len(value.lstrip()), len(value.rstrip())
    return "".join(_written(c, not edge[0] <= at < edge[1]) for at, c in enumerate(value))


def _written(character: str, at_edge: bool) -> str:
    if character in _ESCAPED:
        return _ESCAPED[character]
    hidden = unicodedata.category(character) in {"Cc", "Zl", "Zp"} or character == "\ufeff"
    return f"\\u{ord(character):04x}" if hidden or (at_edge and character.isspace()) else character


def _unescape(value: str, line: int) -> str:
    def said(escape: re.Match[str]) -> str:
        if escape["bad"] is not None:
            raise BadInput(f"line {line} of the prompts file: {escape.group()!r} says nothing; a backslash is '\\\\'")
        return _PLAIN[escape["plain"]] if escape["plain"] else chr(int(escape["code"], 16))

    return _ESCAPE.sub(said, value)
