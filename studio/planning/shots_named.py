"""Read which shots a person names: '3, 5-7'. Pure."""

from __future__ import annotations

import re

from studio.errors import BadInput
from studio.text.display import printable

_SHOTS = re.compile(r"(\d{1,6})(?:-(\d{1,6}))?")


def shots_named(text: str, count: int) -> tuple[int, ...]:
    """Return the numbers of the shots named in '3, 5-7', in order, each once; () for ''.

    Raises:
        BadInput: it is not a list of shots, or one of them is not in 1 to `count`.
    """
    found: set[int] = set()
    for part in re.findall(r"[^,;\s]+", "-".join(part.strip() for part in text.split("-"))):
        match = _SHOTS.fullmatch(part)
        if match is None:
            raise BadInput(f"{printable(part)[:40]!r} is not a shot: name shots as in '3, 5-7'")
        first, last = int(match[1]), int(match[2] or match[1])
        if not 1 <= first <= last <= count:
            raise BadInput(f"there is no shot {part}: there are shots 1 to {count}")
        found.update(range(first, last + 1))
    return tuple(sorted(found))
