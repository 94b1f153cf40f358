"""Read YAML as plain values: no tags, no aliases, no key twice, and '16:9' is a text.

An alias can make ten lines stand for a billion values, and a tag can name a program's own types; a manifest needs
neither. Used by `studio/batch/manifest.py`, which turns `NotYaml` into its own error.
"""

from __future__ import annotations

from collections.abc import Hashable

import yaml


class NotYaml(ValueError):
    """The text is not plain YAML; the message gives line and reason.

    Attributes:
        entry: the number of the item of the outermost list that is wrong, from 1.
    """

    def __init__(self, message: str, entry: int = 1) -> None:
        super().__init__(message)
        self.entry = entry


MOST_VALUES = 50_000
"""Most values in a file, including keys: a manifest of the most films with every option has 40,000."""


class _Plain(yaml.SafeLoader):  # type: ignore[misc]  # PyYAML brings no types
    """A YAML loader for plain values only; `entry` is the item of the outermost list that it has reached."""

    entry = 1

    def __init__(self, text: str, most: int) -> None:
        super().__init__(text)
        self._most, self._values = most, 0

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        if isinstance(parent, yaml.SequenceNode) and parent.start_mark.index == self._top:
            self.entry = index + 1
            if self.entry > self._most:
                raise yaml.YAMLError(f"it holds more than {self._most:,} entries, the most there may be: divide it")
        self._values += 1
        if self._values > MOST_VALUES:
            raise yaml.YAMLError(f"it holds more than {MOST_VALUES:,} values, the most there may be: divide it")
        event = self.peek_event()
        if parent is None:
            self._top = event.start_mark.index
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise yaml.MarkedYAMLError(problem="anchors and aliases are not read", problem_mark=event.start_mark)
        if getattr(event, "tag", None):
            raise yaml.MarkedYAMLError(problem="tags are not read", problem_mark=event.start_mark)
        return super().compose_node(parent, index)

    def resolve(self, kind: type[yaml.Node], value: str | None, implicit: object) -> str:
        """Return the tag of a value; '16:9' is a text, not, as in YAML 1.1, a number to the base of sixty."""
        tag = str(super().resolve(kind, value, implicit))
        numeric = tag in ("tag:yaml.org,2002:int", "tag:yaml.org,2002:float")
        return self.DEFAULT_SCALAR_TAG if numeric and value is not None and ":" in value else tag

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, object]:
        names: set[str] = set()
        for key in (key for key, _ in node.value if isinstance(key, yaml.ScalarNode)):
            if key.value in names:
                raise yaml.MarkedYAMLError(problem=f"the key {key.value!r} occurs twice", problem_mark=key.start_mark)
            names.add(key.value)
        values: dict[Hashable, object] = super().construct_mapping(node, deep)
        return values

    _top = -1


def read_yaml(text: str, most: int) -> object:
    """Return the value of `text`: lists, dicts, texts, numbers, dates, booleans and None.

    Args:
        most: most items of the outermost list; more are refused without reading them.

    Raises:
        NotYaml: the text does not parse, nests too deep, holds too many values, or has a tag, an alias or a key twice.
    """
    try:
        loader = _Plain(text, most)
    except yaml.YAMLError as error:
        raise NotYaml(_reason(error)) from error
    try:
        return loader.get_single_data()
    except yaml.YAMLError as error:
        raise NotYaml(_reason(error), loader.entry) from error
    except RecursionError as error:
        raise NotYaml("it nests too deep", loader.entry) from error
    except ValueError as error:
        # A date in a thirteenth month, a number of ten thousand digits.
        raise NotYaml(f"a value cannot be read: {error}", loader.entry) from error
    finally:
        loader.dispose()


def _reason(error: yaml.YAMLError) -> str:
    if isinstance(error, yaml.MarkedYAMLError) and error.problem_mark is not None:
        mark = error.problem_mark
        return f"line {mark.line + 1}, column {mark.column + 1}: {error.problem or 'it does not parse'}"
    if isinstance(error, yaml.reader.ReaderError):
        return (
            f"character {error.position + 1} (U+{ord(error.character):04X}) is not allowed"
            if isinstance(error.character, str)
            else str(error.reason)
        )
    return str(error)
