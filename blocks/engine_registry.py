"""The engines that are installed: found by the entry points of their packages, imported only when a crew needs them."""

from __future__ import annotations

import re
import sys
from functools import lru_cache
from importlib.metadata import EntryPoint, entry_points
from typing import Any

from studio.errors import BadInput
from studio.model.engine_plugin import GROUP, ROLES, EnginePlugin, Role
from studio.text.display import printable

NAME = r"[a-z0-9]+([-_][a-z0-9]+)*"
"""What an engine's name looks like: small letters and digits, with single dashes or underscores between them."""


def engine_names(role: Role) -> tuple[str, ...]:
    """Return the names of the installed engines that can take this role, in order; imports none of them."""
    return tuple(sorted({name for name, _ in _registered(role)}))


def engine_plugin(role: Role, name: str) -> EnginePlugin[Any]:
    """Return the installed engine of that name.

    Raises:
        BadInput: there is none, two packages give theirs this name, or it cannot be imported; the message says what
            there is, and what to do.
    """
    found = {each.value: each for registered, each in _registered(role) if registered == name}
    if not found:
        others = [other for other in ROLES if name in engine_names(other)]
        shown = repr(printable(name[:60])) + (f", which is a {' and a '.join(others)}" if others else "")
        raise BadInput(
            f"there is no {role} {shown}: choose one of {', '.join(engine_names(role))}, or install "
            f"the package that brings it into this environment"
        )
    if len(found) > 1:
        packages = " and ".join(sorted(each.dist.name if each.dist else each.value for each in found.values()))
        raise BadInput(f"there are two engines named {role} {name!r}, of {packages}: uninstall one of the packages")
    (registered,) = found.values()
    try:
        plugin = registered.load()
    except Exception as error:  # a package of somebody else's may fail in any way while it is imported
        reason = f"{type(error).__name__}: {error}".splitlines()[0]
        raise BadInput(f"the {role} {name!r} cannot be imported ({reason[:300]}): install its package again") from error
    if not isinstance(plugin, EnginePlugin):
        raise BadInput(f"the {role} {name!r} is no EnginePlugin but {type(plugin).__name__}: its package is at fault")
    return plugin


@lru_cache(maxsize=1)
def _entry_points(path: tuple[str, ...]) -> tuple[EntryPoint, ...]:
    """Return the group's entry points on this search path; to read those of all packages takes some 50 ms."""
    return tuple(entry_points(group=GROUP))


def _registered(role: Role) -> list[tuple[str, EntryPoint]]:
    prefix = f"{role}."
    return [
        (name, each)
        for each in _entry_points(tuple(sys.path))
        if each.name.startswith(prefix) and re.fullmatch(NAME, name := each.name.removeprefix(prefix))
    ]
