"""Read TOML that somebody else wrote: a person's file, or the front matter of a script; within bounds. Pure."""

from __future__ import annotations

import tomllib

MOST_DOTS = 200
"""Most dots in one line: a key has one or two, a web address a few. To parse a key of 20,000 parts, 40 kB, takes 1.5 GB
of memory."""


class NotToml(ValueError):
    """A text is not TOML, or costs its reader too much; the message continues 'the file ...'."""


def read_toml(text: str) -> dict[str, object]:
    """Return the keys of a text.

    Raises:
        NotToml: it is none, nests too deep, or has a key or a number that is too long.
    """
    if any(line.count(".") > MOST_DOTS for line in text.split("\n")):
        raise NotToml(f"has a line of more than {MOST_DOTS} dots")
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise NotToml(f"is not TOML: {error}") from error
    except RecursionError as error:
        raise NotToml("nests too deep") from error
    except ValueError as error:
        raise NotToml("holds a number too long to read: shorten it") from error
