"""Build commands that can be pasted as printed: for `make` if `make` started the program, else with its own path."""

from __future__ import annotations

import os
import shlex
import sys
from pathlib import Path

_TARGETS = {
    "batch": ("film", "batch"),
    "resume": ("film", "resume"),
    "view": ("sessions", "view"),
    "list": ("sessions", "list"),
    "verify": ("sessions", "verify"),
    "repair": ("sessions", "repair"),
    "make": ("film", "make"),
    "approve": ("film", "approve"),
    "cost": ("sessions", "cost"),
    "plan": ("film", "plan"),
    "rename": ("film", "rename"),
    "fork": ("sessions", "fork"),
    **{verb: ("film", verb) for verb in ("redo", "edit", "pick", "trim", "note", "shots", "use")},
    "import": ("sessions", "import"),
    "export": ("sessions", "export"),
    "gc": ("sessions", "gc"),
    "pull": ("sessions", "pull"),
}
_MAKE = {
    "batch": "batch",
    "approve": "approve",
    "resume": "resume",
    "view": "view",
    "list": "sessions",
    "verify": "verify",
    "repair": "repair",
    "make": "film",
    "cost": "cost",
    "plan": "plan",
    "rename": "rename",
    "fork": "fork",
    **{verb: verb for verb in ("redo", "edit", "pick", "trim", "note", "shots", "use")},
    "import": "import",
    "export": "export",
    "gc": "gc",
    "pull": "pull",
}
FROM_MAKE = "FILM_FROM_MAKE"
"""The environment variable that the Makefile sets, so that printed commands are lines for `make`."""


_shown: dict[str, str] = {}


def show_as(output: Path, name: str) -> None:
    """Let commands name an output folder so: the working copies of a store are shown by its URL."""
    _shown[os.path.abspath(output)] = name


def output_name(output: Path) -> str:
    """Return how a person names an output folder, or a folder in it: one in a store by its URL."""
    place = Path(os.path.abspath(output))
    for above in (place, *place.parents):
        if (name := _shown.get(str(above))) is not None:
            return "/".join((name, *place.relative_to(above).parts))
    return str(output)


def command(
    verb: str, session_id: str = "", output: Path | None = None, *more: str, idea: str = "", file: str = ""
) -> str:
    """Return the command line for `verb` (resume, approve, view, cost, plan, list, ...) on the session.

    Args:
        output: the output folder; left out of the line if it is the default.
        more: further arguments.
        idea: for `make`: what the film is about.
        file: for `batch`: the manifest.
    """
    options = list(more)
    if output is not None and not _is_usual(output):
        options += ["--output", output_name(output)]
    if os.environ.get(FROM_MAKE):
        words = ["make", _MAKE[verb], *([f"ID={session_id}"] if session_id else [])]
        if idea:
            # The Makefile passes on the raw value: a dollar stays as it is.
            words.append("IDEA=" + shlex.quote(idea))
        if file:
            words.append("FILE=" + shlex.quote(file))
        if options:
            # The shell removes one layer of quotes, make's recipe the other; make needs a dollar doubled.
            words.append("ARGS=" + shlex.quote(shlex.join(options).replace("$", "$$")))
        return " ".join(words)
    program, word = _TARGETS[verb]
    said = idea or file
    named = [session_id] if session_id else ["--", said] if said.startswith("-") else [said] if said else []
    words = [*options, *named] if said else [*named, *options]
    return shlex.join([_beside_us(program), word, *words])


def directing_line(words: list[str]) -> str:
    """Return the command line for the words of a directing command, as `film` takes them: redo SESSION --shot 3."""
    verb, *rest = words
    if os.environ.get(FROM_MAKE) and rest[-2:-1] == ["--"]:
        return command(verb, rest[-1], None, *rest[:-2])
    return shlex.join([_beside_us("film"), *words])


def _is_usual(output: Path) -> bool:
    # FILM_OUTPUT may have been set for one command only: then the line names the folder, too.
    return "FILM_OUTPUT" not in os.environ and os.path.abspath(output) == os.path.abspath("output")


def _beside_us(program: str) -> str:
    """Return how to call a program beside the running one: its bare name if that is on the PATH, else its path."""
    path = Path(sys.argv[0]).with_name(program)
    if not path.is_file():
        return program
    on_path = any(Path(folder, program) == path for folder in os.environ.get("PATH", "").split(os.pathsep))
    if on_path and "/" not in sys.argv[0]:
        return program
    relative = os.path.relpath(path)
    return relative if not relative.startswith("..") else str(path)
