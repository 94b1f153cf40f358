"""Find every regular expression in the program's source, and make the texts on which each takes longest.

Nothing is listed by hand, so new patterns are found, too. The texts are derived from the pattern's own parse tree: what
a repeat matches, many times, after what must come before it, and ended by something that makes the match fail.
"""

from __future__ import annotations

import ast
import importlib
import re
import re._constants as sre
import re._parser as parser
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[3]
ROOMS = ("flows", "tasks", "blocks", "studio")
_WAYS = ("match", "fullmatch", "search", "split", "findall", "finditer", "sub", "subn")
_SCANNING = frozenset(_WAYS[2:])
_UNKNOWN = "x"
"""Replaces the parts of a pattern that are inserted only while the program runs, escaped."""
_ENDS = ("", "\0", "a", "`", "\n")
"""What is put after the repeated text: one of these is not among the characters with which the pattern goes on."""
_KINDS = {
    sre.CATEGORY_DIGIT: "1",
    sre.CATEGORY_SPACE: " \n\t",
    sre.CATEGORY_WORD: "a1_A",
    sre.CATEGORY_NOT_DIGIT: "a .",
    sre.CATEGORY_NOT_SPACE: "a.1",
    sre.CATEGORY_NOT_WORD: " .\n",
}
_ANYTHING = "a1 .\n_-*[(<\"'`~/=#|\\é"


class Pattern(NamedTuple):
    """A regular expression, its module and line, and the methods by which the program uses it."""

    place: str
    compiled: re.Pattern[str]
    ways: frozenset[str]
    """The methods that the program calls; all, for a pattern that it passes on."""

    def used(self, text: str) -> None:
        """Use the pattern on a text as the program does."""
        if self.ways & _SCANNING:
            for _ in self.compiled.finditer(text):
                pass
        if "match" in self.ways:
            self.compiled.match(text)
        if "fullmatch" in self.ways:
            self.compiled.fullmatch(text)


def patterns() -> list[Pattern]:
    """Return the patterns of every module: compiled ones, in a name or a table, and those in a call."""
    trees = {
        path: ast.parse(path.read_text(encoding="utf-8")) for room in ROOMS for path in ROOT.glob(f"{room}/**/*.py")
    }
    ways: dict[str, set[str]] = {}
    for tree in trees.values():
        for name, way in _calls_by_name(tree):
            ways.setdefault(name, set()).add(way)
    found: list[Pattern] = []
    for path, tree in sorted(trees.items()):
        calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and _of_re(node)]
        if not calls:
            continue
        name = ".".join(path.relative_to(ROOT).with_suffix("").parts)
        module = importlib.import_module(name)
        names = vars(module)
        local = {way for named, way in _calls_by_name(tree) if named not in names and way != "split"}  # a text's own
        for said, value in vars(module).items():
            for compiled in _compiled(value):
                used = ways.get(said, set()) if isinstance(value, re.Pattern) else local
                found.append(Pattern(f"{name}:{said}", compiled, frozenset(used or _WAYS)))
        for call in calls:
            assert isinstance(call.func, ast.Attribute)
            if call.func.attr == "compile":
                continue
            flags = next((each.value for each in call.keywords if each.arg == "flags"), None)
            flags = call.args[2] if flags is None and len(call.args) > 2 and call.func.attr in _WAYS[:3] else flags
            place = f"{name}:{call.lineno}"
            said, with_flags = _value(call.args[0], names), _value(flags, names) if flags else 0
            assert isinstance(said, str)
            assert isinstance(with_flags, int)
            compiled = re.compile(said, with_flags)
            found.append(Pattern(place, compiled, frozenset({call.func.attr})))
    return found


def _of_re(call: ast.Call) -> bool:
    func = call.func
    named = isinstance(func, ast.Attribute) and isinstance(func.value, ast.Name) and func.value.id == "re"
    return named and isinstance(func, ast.Attribute) and func.attr in (*_WAYS, "compile")


def _calls_by_name(tree: ast.AST) -> Iterator[tuple[str, str]]:
    """Yield each name in a module of which a pattern's method is used, and the method's name."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr in _WAYS and isinstance(node.value, ast.Name):
            yield node.value.id, node.attr


def _compiled(value: object) -> Iterator[re.Pattern[str]]:
    if isinstance(value, re.Pattern) and isinstance(value.pattern, str):
        yield value
    elif isinstance(value, dict):
        yield from _compiled(tuple(value.values()))
    elif isinstance(value, list | tuple):
        for each in value:
            yield from _compiled(each)


def _value(node: ast.expr, names: dict[str, object]) -> object:
    """Return the value of an expression in a module, with `_UNKNOWN` for parts that only a running function knows."""
    if isinstance(node, ast.JoinedStr):
        return "".join(str(_value(part, names)) for part in node.values)
    if isinstance(node, ast.FormattedValue):
        try:
            return _value(node.value, names)
        except NameError:
            return _UNKNOWN
    return eval(compile(ast.Expression(node), "a pattern", "eval"), dict(names))


class Worst(NamedTuple):
    """A text on which a pattern may take long: its beginning, the repeated part, and its end."""

    start: str
    again: str
    end: str

    def text(self, length: int) -> str:
        """Return the text, about `length` characters long."""
        return self.start + self.again * (length // len(self.again)) + self.end


def worst_texts(pattern: re.Pattern[str]) -> Iterator[Worst]:
    """Yield the texts on which a pattern may take long."""
    seen: set[tuple[str, str]] = set()
    tree = parser.parse(pattern.pattern, pattern.flags & ~re.DEBUG)
    heads = [(lead, body) for lead, body in _repeats(tree, "") if body]
    letters = "".join(dict.fromkeys(c for _, body in heads for each in body for c in each))[:12]
    for lead, bodies in heads:
        pumps = [*bodies[:6], lead, *(f"{lead}{body}" for body in bodies[:6]), *letters]
        for start in dict.fromkeys(("", lead)):
            for pump in pumps:
                if pump and (start, pump) not in seen:
                    seen.add((start, pump))
                    for end in _ENDS:
                        yield Worst(start, pump, end)


def _repeats(tree: Iterable[tuple[object, object]], lead: str) -> Iterator[tuple[str, list[str]]]:
    """Yield for each repeat the text that must come before it, and texts that it matches."""
    for kind, value in tree:
        before = lead
        match kind, value:
            case ((sre.MAX_REPEAT | sre.MIN_REPEAT | sre.POSSESSIVE_REPEAT), (least, most, body)):
                yield before, _examples(body, 12)
                yield from _repeats(body, before)
                lead += next(iter(_examples(body, 1)), "") * min(int(least), 9)
                del most
            case sre.SUBPATTERN, (_, _, _, body):
                yield from _repeats(body, before)
                lead += next(iter(_examples(body, 1)), "")
            case sre.BRANCH, (_, branches):
                for branch in branches:
                    yield from _repeats(branch, before)
                lead += next(iter(_examples(branches[0], 1)), "")
            case ((sre.ASSERT | sre.ASSERT_NOT), (_, body)):
                yield from _repeats(body, before)
            case sre.ATOMIC_GROUP, body:
                yield from _repeats(body, before)
                lead += next(iter(_examples(body, 1)), "")
            case _:
                lead += next(iter(_examples([(kind, value)], 1)), "")


def _examples(tree: Iterable[tuple[object, object]], most: int) -> list[str]:
    """Return some texts that a part of a pattern matches; look-around is ignored."""
    texts = [""]
    for kind, value in tree:
        ways = list(islice(_one(kind, value, most), most))
        texts = [text + way for text in texts for way in ways][:most] if ways else texts
    return texts


def _one(kind: object, value: object, most: int) -> Iterator[str]:
    match kind, value:
        case sre.LITERAL, int():
            yield chr(value)
        case sre.NOT_LITERAL, int():
            yield from (c for c in _ANYTHING if ord(c) != value)
        case sre.ANY, _:
            yield from _ANYTHING
        case sre.IN, list():
            yield from _in_set(value)
        case sre.CATEGORY, _:
            yield from _KINDS[value]
        case ((sre.MAX_REPEAT | sre.MIN_REPEAT | sre.POSSESSIVE_REPEAT), (least, _, body)):
            each = _examples(body, most)
            yield from ([text * int(least) for text in each] if least else ["", *each])
        case sre.SUBPATTERN, (_, _, _, body):
            yield from _examples(body, most)
        case sre.ATOMIC_GROUP, body:
            yield from _examples(body, most)
        case sre.BRANCH, (_, branches):
            for branch in branches:
                yield from _examples(branch, 2)
        case _:
            yield ""


def _in_set(members: list[tuple[object, object]]) -> Iterator[str]:
    if members and members[0][0] is sre.NEGATE:
        held = set(_in_set(members[1:]))
        spans = [value for kind, value in members[1:] if kind is sre.RANGE]
        yield from (c for c in _ANYTHING if c not in held and not any(a <= ord(c) <= b for a, b in spans))
        return
    for kind, value in members:
        match kind, value:
            case sre.LITERAL, int():
                yield chr(value)
            case sre.RANGE, (first, _):
                yield chr(first)
            case sre.CATEGORY, _:
                yield from _KINDS[value]
