"""Read a manifest: many ideas in one file, each with its options; accepted whole, or refused with all its faults.

A table with a header (CSV or TSV, as spreadsheets write them), JSON Lines, a JSON list, or a YAML list. Pure, except
that it reads the file and the scripts and prompts that it names. `studio/batch/films.py` and `flows/cli/batch.py` make
the films.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from pydantic import JsonValue

from studio.errors import BadInput
from studio.input.crew_file import crew_options, read_crew
from studio.input.idea import check_idea
from studio.input.option_checks import WrongOption, film_options, make_terms, other_length, part_of_options
from studio.input.script import script_left_out
from studio.input.styles import style_text
from studio.input.text_files import prompts_left_out, read_prompts, read_script, read_text
from studio.model.brief import IDEA_CHARACTERS, FilmOptions, is_crew_file
from studio.model.engines import Crew
from studio.model.fingerprint import fingerprint
from studio.model.terms import NO_CHANGE, TermsChange
from studio.planning.abilities import check_abilities
from studio.store.session_names import check_name
from studio.text.display import printable
from studio.text.keys import known_key, with_known_keys
from studio.text.plain_yaml import NotYaml, read_yaml
from studio.text.strict_json import NotJson, item_lines, read_json

LINES = 1_000
"""Most films in one manifest; at half a minute each, more than eight hours of work."""
COLUMNS = 100
"""Most columns of a table: more than six times as many as have a meaning."""
FAULTS_TOLD = 5

_TABLE = (".csv", ".tsv")
_JSON, _YAML = (".jsonl", ".ndjson", ".json"), (".yaml", ".yml")
_SCRIPT = "name that under 'script'"
_TERMS = tuple(TermsChange.model_fields)
_WRITTEN_OUT = ("crew_settings", "style_text")
"""Options that no column gives: the content of what another one names."""
_COLUMNS = ("idea", "name", *_TERMS, *(name for name in FilmOptions.model_fields if name not in _WRITTEN_OUT))
_YES_NO = {"yes": True, "true": True, "1": True, "no": False, "false": False, "0": False}
_SEPARATOR = re.compile(r"\"?sep=(?P<sign>[;,|\t])\"?[ \t]*\n", re.IGNORECASE)
"""The line before the header by which a spreadsheet is told how cells are separated."""
_DECIMAL = re.compile(r"[ \t]*(?P<whole>\d{1,9}),(?P<part>\d{1,2}|\d{4,9})[ \t]*$")
"""A number with a decimal comma; with three digits behind it, it may as well be thousands, and is refused."""
_CLOCK = re.compile(r"[ \t]*0?(?P<across>\d{1,2}):0?(?P<down>\d{1,2})(?::00)?[ \t]*$")
"""A ratio; spreadsheets take it for a time and write '16:09:00'."""
_WHOLE = re.compile(r"[ \t]*(?P<whole>\d{1,9})(?:[.,]0{1,6})?[ \t]*$")


@dataclass(frozen=True)
class ManifestLine:
    """One film of a manifest.

    Attributes:
        number: the line of the file on which it begins, from 1; in YAML, the number of the entry.
        terms: what it may cost; not part of the key, so that with a higher budget the same film goes on.
        key: identifies its session: 64 hex digits over the manifest's name without suffix, idea, options, and which of
            several equal lines it is.
        name: what the film's session is called when it is opened, '' for nothing; not part of the key, either.
        notes: what of its script and its list of prompts is left out, in lines for a person.
    """

    number: int
    idea: str
    options: FilmOptions
    key: str
    terms: TermsChange = NO_CHANGE
    notes: tuple[str, ...] = ()
    name: str = ""


class _Fault(NamedTuple):
    number: int
    field: str
    reason: str


_Raw = tuple[int, object]
"""(line or number of an entry, its value)."""
_Read = tuple[int, str, FilmOptions, TermsChange, tuple[str, ...], str]
"""(line or number of an entry, idea, options, terms, notes, name)."""


def read_manifest(path: Path, check_crew: Callable[[FilmOptions], object] | None = None) -> tuple[ManifestLine, ...]:
    """Return the lines of a manifest, in order.

    Args:
        check_crew: raises `BadInput` for a crew that does not exist; if it returns a `Crew`, its abilities are checked.
            Called once for each crew.

    Raises:
        BadInput: in one line: the file cannot be read at all; or how many faults it has, and the first five.
    """
    kind = path.suffix.lower()
    if kind not in (*_TABLE, *_JSON, *_YAML):
        raise BadInput(
            f"{str(path)!r} is not a manifest: its name ends with .csv, .tsv, .json, .jsonl, .ndjson, .yaml or .yml"
        )
    if _exists(path) and not path.is_file():
        raise BadInput(f"{str(path)!r} is not a file: name a manifest")
    text = read_text(path, "manifest")
    reader = _Reader(path.parent, check_crew)
    entries = (
        _yaml(text, reader)
        if kind in _YAML
        else _json_list(text, reader)
        if kind == ".json"
        else _json(text, reader)
        if kind in _JSON
        else _table(text, kind, reader)
    )
    raw = list(islice(entries, LINES))
    if more := sum(1 for _ in entries):
        raise BadInput(f"{str(path)!r} holds {LINES + more:,} films, the most is {LINES:,}: divide it")
    found = [line for number, entry in raw if (line := reader.line(number, entry)) is not None]
    word = "entry" if kind in _YAML else "line"
    if reader.faults:
        raise BadInput(_told(path, word, reader.faults))
    if not found:
        raise BadInput(f"{str(path)!r} holds no idea: write at least one")
    return tuple(_keyed(path.stem, found))


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except (OSError, ValueError):
        # The name is too long, or has a NUL: reading the file will say so.
        return False


def _told(path: Path, word: str, faults: list[_Fault]) -> str:
    shown = [f"{word} {fault.number}, {fault.field}: {fault.reason}" for fault in faults[:FAULTS_TOLD]]
    more = f"; and {len(faults) - FAULTS_TOLD} more" if len(faults) > FAULTS_TOLD else ""
    count = "1 fault" if len(faults) == 1 else f"{len(faults):,} faults"
    return printable(f"{str(path)!r} has {count}, nothing was begun: {'; '.join(shown)}{more}")


def _keyed(stem: str, found: list[_Read]) -> Iterator[ManifestLine]:
    seen: Counter[str] = Counter()
    for number, idea, options, terms, notes, name in found:
        # Without options at their default: a new option in a later version must not change the key of every film.
        asked = options.model_dump_json(exclude_defaults=True)
        # The options' name in every key so far: under another one no session would be found again.
        same = fingerprint(manifest=stem, idea=idea, wish=asked)
        seen[same] += 1
        yield ManifestLine(number, idea, options, fingerprint(line=same, occurrence=seen[same]), terms, notes, name)


class _Reader:
    """Turns entries into films and collects their faults."""

    def __init__(self, folder: Path, check_crew: Callable[[FilmOptions], object] | None) -> None:
        self.faults: list[_Fault] = []
        self._folder, self._check_crew = folder, check_crew
        self._crews: dict[str, object] = {}
        self._notes: list[str] = []
        self._names: dict[str, int] = {}

    def fault(self, number: int, field: object, reason: object) -> None:
        self.faults.append(_Fault(number, str(field)[:40], str(reason)[:300]))

    def line(self, number: int, entry: object) -> _Read | None:
        """Return what an entry asks for, or None if it has a fault."""
        before = len(self.faults)
        self._notes = []
        if isinstance(entry, str):
            entry = {"idea": entry}
        if not isinstance(entry, Mapping):
            self.fault(number, "entry", "expected an idea, or an object with the key 'idea'")
            return None
        try:
            entry = with_known_keys(entry, _COLUMNS)
        except BadInput as error:
            self.fault(number, "keys", error)
            return None
        idea = self._idea(number, entry.get("idea"))
        given: dict[str, object] = {}
        for name, value in entry.items():
            if name != "idea" and value is not None:
                try:
                    given |= self._crew_given(value) if name == "crew" else {str(name): self._option(name, value)}
                except WrongOption as error:
                    self.fault(number, name, error.told)
                except BadInput as error:
                    self.fault(number, name, str(error).removeprefix(f"--{str(name).replace('_', '-')}: "))
        if len(self.faults) > before:
            return None
        called = str(given.pop("name", ""))
        if called and self._names.setdefault(called.casefold(), number) != number:
            self.fault(number, "name", f"{called!r} is the name of {self._names[called.casefold()]}, too")
            return None
        said = {name: given.pop(name) for name in _TERMS if name in given}
        try:
            options = film_options(**given)
        except BadInput as error:
            self.fault(number, "script_times", str(error).removeprefix("--script-times: "))
            return None
        if given.get("seconds") is not None and (
            told := other_length(FilmOptions.model_validate(given).seconds, options)
        ):
            self._notes.append(told)
        try:
            self._settle(options)
        except BadInput as error:
            self.fault(number, "crew", error)
            return None
        return number, idea, options, make_terms(**said), tuple(self._notes), called

    def _settle(self, options: FilmOptions) -> None:
        """Check that the line's crew is there, and can paint frames of its size, if its abilities are known here."""
        crew = self._crew(options)
        if isinstance(crew, Crew):
            check_abilities(crew, options)

    def _crew(self, options: FilmOptions) -> object:
        """Return what `check_crew` returned for a crew; cached, because a saved one has to be asked of a server.

        Raises:
            BadInput: there is no such crew.
        """
        if self._check_crew is None:
            return None
        key = fingerprint(crew=options.crew, settings=json.dumps(options.crew_settings))
        if key not in self._crews:
            try:
                self._crews[key] = self._check_crew(options)
            except BadInput as error:
                self._crews[key] = error
        found = self._crews[key]
        if isinstance(found, BadInput):
            raise BadInput(str(found))
        return found

    def _idea(self, number: int, said: object) -> str:
        if not isinstance(said, str):
            why = "this key is missing" if said is None else "expected text: put quotes around it"
            self.fault(number, "idea", why)
            return ""
        try:
            return check_idea(said, _SCRIPT)
        except BadInput as error:
            self.fault(number, "idea", error)
            return ""

    def _option(self, name: object, value: object) -> object:
        """Return the option's value as `FilmOptions` takes it; texts of a table become numbers or booleans."""
        if name in _TERMS:
            if isinstance(value, bool | Mapping | list | tuple | set):
                raise BadInput("expected a number, or none" if name == "budget_usd" else "expected fail or slate")
            if isinstance(value, str):
                value = _as_number(str(name), value)
            return getattr(make_terms(**{str(name): value}), str(name))
        if name == "name":
            if isinstance(value, bool | Mapping | list | tuple | set):
                raise BadInput("expected a name: put quotes around it")
            return check_name(str(value).strip())
        if name not in _COLUMNS:
            raise BadInput("this option is not known")
        yes_or_no = FilmOptions.model_fields[str(name)].annotation is bool
        if isinstance(value, bool) and not yes_or_no:
            raise BadInput("yes or no has no meaning here: put quotes around it if it is a text")
        if isinstance(value, Mapping | list | tuple | set):
            raise BadInput("expected one value, found several")
        if name in ("script", "prompts"):
            return self._file(str(name), value)
        if name == "style" and isinstance(value, str):
            # A style's file is read when its film is begun; a wrong one is told now.
            style_text(value)
        if isinstance(value, str) and yes_or_no:
            value = _YES_NO.get(value.strip().lower(), value)
        if isinstance(value, str):
            value = _as_number(str(name), value)
        return getattr(part_of_options(**{str(name): value}), str(name))

    def _crew_given(self, value: object) -> dict[str, object]:
        """Return the options of a crew: a name, the name of a file, or a crew that is written out."""
        if isinstance(value, Mapping):
            given = crew_options(value)
        elif isinstance(value, str) and is_crew_file(value):
            given = read_crew(self._folder / value, "--crew")
        else:
            given = {"crew": self._option("crew", value)}
        self._crew(film_options(**given))
        return given

    def _file(self, name: str, value: object) -> object:
        if not isinstance(value, str):
            raise BadInput("expected the name of a file")
        path = self._folder / value
        if _exists(path) and not path.is_file():
            raise BadInput(f"{value!r} is not a file")
        read = (read_script if name == "script" else read_prompts)(path, f"--{name}")
        told = script_left_out(str(read)) if name == "script" else prompts_left_out(path, f"--{name}")
        if told:
            self._notes.append(told)
        return getattr(film_options(**{name: read}), name)


def _as_number(name: str, value: str) -> object:
    """Return a cell's text as a spreadsheet means it: a decimal comma is a point, '24.0' a whole number of frames."""
    if name in ("seconds", "shot_seconds", "budget_usd") and (number := _DECIMAL.match(value)):
        return f"{number['whole']}.{number['part']}"
    if name in ("fps", "height", "seed") and (whole := _WHOLE.match(value)):
        return int(whole["whole"])
    if name == "aspect" and (ratio := _CLOCK.match(value)):
        return f"{ratio['across']}:{ratio['down']}"
    return value


def _json_list(text: str, reader: _Reader) -> Iterator[_Raw]:
    """Yield the items of a JSON list; a file without '[' at its beginning is read as JSON Lines."""
    if not text.lstrip().startswith("["):
        yield from _json(text, reader)
        return
    try:
        value = read_json(text)
    except NotJson as error:
        reader.fault(1, "JSON", error)
        return
    if isinstance(value, list):
        yield from zip(item_lines(text), value, strict=True)


def _json(text: str, reader: _Reader) -> Iterator[_Raw]:
    for number, words in enumerate(text.split("\n"), start=1):
        if not words.strip():
            continue
        try:
            value: JsonValue = read_json(words)
        except NotJson as error:
            reader.fault(number, "JSON", str(error).removeprefix("line 1, "))
            continue
        yield number, value


def _yaml(text: str, reader: _Reader) -> Iterator[_Raw]:
    try:
        value = read_yaml(text, LINES)
    except NotYaml as error:
        reader.fault(error.entry, "YAML", error)
        return
    if value is None:
        return
    if not isinstance(value, list):
        reader.fault(1, "YAML", "expected a list: begin each film with '- '")
        return
    yield from enumerate(value, start=1)


def _table(text: str, kind: str, reader: _Reader) -> Iterator[_Raw]:
    began = 1
    if told := _SEPARATOR.match(text):
        text, began = text[told.end() :], 2
    rows = csv.reader(
        io.StringIO(text, newline=""), delimiter=told["sign"] if told else _delimiter(text, kind), strict=True
    )
    above = began - 1
    names: list[str] = []
    nameless: list[int] = []
    try:
        for row in rows:
            number, began = began, above + rows.line_num + 1
            if not any(cell.strip() for cell in row):
                continue
            if not names:
                names = [_column(cell) for cell in row]
                while len(names) > 1 and not names[-1]:
                    names.pop()
                if not _head_reads(names, number, reader):
                    return
                nameless = [place for place, name in enumerate(names) if not name]
                names = [name if name in _COLUMNS else "" for name in names]  # the others were recorded as faults
                continue
            if any(cell.strip() for cell in row[len(names) :]):
                reader.fault(number, "cells", f"it has {len(row)}, the header names {len(names)}: quote texts")
                continue
            if (lost := next((p for p in nameless if p < len(row) and row[p].strip()), None)) is not None:
                reader.fault(number, f"column {lost + 1}", "the header does not name this column: name it")
                continue
            yield number, {n: cell for n, cell in zip(names, row, strict=False) if n == "idea" or (n and cell.strip())}
    except csv.Error as error:
        if "field limit" in str(error):
            what = (
                f"a cell of more than {csv.field_size_limit():,} characters: an idea has at most {IDEA_CHARACTERS:,}; "
            )
            reader.fault(began, "cells", f"{what}shorten it, or put the text into a file and {_SCRIPT}")
        else:
            reader.fault(began, "cells", f"{error}: quote texts with commas, quotes or line ends")


def _delimiter(text: str, kind: str) -> str:
    """Return what separates a table's cells, as its header shows; in half of Europe spreadsheets take semicolons."""
    head = text.lstrip("\n").split("\n", 1)[0]
    if "\t" in head or (kind == ".tsv" and not {";", ","} & set(head)):
        return "\t"
    return ";" if ";" in head and "," not in head else ","


def _column(cell: str) -> str:
    """Return a column's name as an option's: 'shot_seconds' for 'Shot Seconds'; '' if it has none."""
    return known_key(cell, _COLUMNS) or "_".join(re.split(r"[\s_-]+", cell.strip().strip("*").lower()))


def _head_reads(names: list[str], number: int, reader: _Reader) -> bool:
    """Record every fault of a header, and tell whether the rows under it can be read."""
    if len(names) > COLUMNS:
        reader.fault(number, "header", f"it names {len(names):,} columns, at most {COLUMNS} are read")
        return False
    if "idea" not in names:
        reader.fault(number, "header", "no column is named 'idea'")
    for place, name in enumerate(names):
        if name and name not in _COLUMNS:
            reader.fault(number, name, "this option is not known")
        elif name and name in names[:place]:
            reader.fault(number, name, "this column occurs twice")
    return "idea" in names
