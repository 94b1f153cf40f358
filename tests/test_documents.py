"""The documents speak true: links lead somewhere, commands and options exist, the session's tree is a real one."""

from __future__ import annotations

import fnmatch
import inspect
import json
import re
import shlex
import subprocess
from collections.abc import Iterator
from contextlib import redirect_stdout
from functools import cache
from io import StringIO
from itertools import count
from pathlib import Path

import pytest

from studio.errors import EngineFailed
from tests.support.films.runs import Studio
from tests.support.foreign_media import ffmpeg, sound
from tests.support.sessions.counter import Vendor, content, desk_in, request_of

PROJECT = Path(__file__).parents[1]
DOCUMENTS = (*sorted(PROJECT.glob("*.md")), *sorted((PROJECT / "docs").rglob("*.md")))
COMMANDS = (
    "film",
    "film make",
    "film plan",
    "film doctor",
    "film styles",
    "film batch",
    "film resume",
    "film approve",
    "film edit",
    "film note",
    "film pick",
    "film redo",
    "film rename",
    "film shots",
    "film studio",
    "film trim",
    "film use",
    "sessions",
    "sessions list",
    "sessions view",
    "sessions cost",
    "sessions prompts",
    "sessions pull",
    "sessions push",
    "sessions verify",
    "sessions repair",
    "sessions fork",
    "sessions takes",
    "sessions undo",
    "sessions redo",
    "sessions history",
    "sessions export",
    "sessions import",
    "sessions gc",
)
MADE_BY_MAKE = {
    "film": "film make",
    "plan": "film plan",
    "doctor": "film doctor",
    "styles": "film styles",
    "cost": "sessions cost",
    "batch": "film batch",
    "resume": "film resume",
    "approve": "film approve",
    "rename": "film rename",
    "redo": "film redo",
    "edit": "film edit",
    "pick": "film pick",
    "use": "film use",
    "shots": "film shots",
    "takes": "sessions takes",
    "history": "sessions history",
    "undo": "sessions undo",
    "studio": "film studio",
    "sessions": "sessions list",
    "view": "sessions view",
    "prompts": "sessions prompts",
    "verify": "sessions verify",
    "repair": "sessions repair",
    "fork": "sessions fork",
    "export": "sessions export",
    "import": "sessions import",
    "gc": "sessions gc",
}
"""What `make`'s targets run: their ARGS are that command's options."""


def text_of(document: Path) -> str:
    return document.read_text("utf-8")


def named(document: Path) -> str:
    return document.relative_to(PROJECT).as_posix()


def blocks(document: Path, *languages: str) -> list[str]:
    """Return the fenced blocks of these languages."""
    return [
        body
        for language, body in re.findall(r"^```(\w*)\n(.*?)^```", text_of(document), re.MULTILINE | re.DOTALL)
        if language in languages
    ]


# --- links ----------------------------------------------------------------------------------------


def anchors(document: Path) -> set[str]:
    """Return the anchors of a document's headings, as GitHub makes them."""
    headings = re.findall(r"^#+ (.+)$", text_of(document), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("document", DOCUMENTS, ids=named)
def test_links_lead_somewhere(document: Path) -> None:
    """Every relative link and picture leads to a file in the project, and to a heading where it names one."""
    for link in re.findall(r"\]\(([^)\s]+)\)", text_of(document)):
        if re.match(r"[a-z]+://", link):
            continue
        path, _, anchor = link.partition("#")
        target = (document.parent / path).resolve() if path else document
        assert target.exists(), f"{named(document)}: {link} leads nowhere"
        assert target.is_relative_to(PROJECT), f"{named(document)}: {link} leads out of the project"
        assert not anchor or anchor in anchors(target), f"{named(document)}: {link}: there is no such heading"


# --- commands and options -------------------------------------------------------------------------


@cache
def help_of(command: str) -> str:
    from flows.cli.film import app as film
    from studio.cli.sessions import app as sessions

    program, *words = command.split()
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(StringIO()) as printed:
        patch.setenv("COLUMNS", "200")
        patch.setenv("NO_COLOR", "1")
        {"film": film, "sessions": sessions}[program]([*words, "--help"])
    return printed.getvalue()


def options_of(command: str) -> set[str]:
    return set(re.findall(r"(?<![\w-])--[a-z][a-z-]*", help_of(command)))


def test_every_command_is_known_here() -> None:
    """`COMMANDS` is all that the two programs offer, so that no command goes without its line in the guide."""
    for program in ("film", "sessions"):
        offered = set(re.findall(r"^[│ ]*([a-z]+) {2,}\S", help_of(program).partition("Commands")[2], re.MULTILINE))
        assert offered == {name.partition(" ")[2] for name in COMMANDS if name.startswith(f"{program} ")}


def makefile(pattern: str) -> set[str]:
    return set(re.findall(pattern, text_of(PROJECT / "Makefile"), re.MULTILINE))


def lines_to_type(document: Path) -> Iterator[str]:
    """Yield what a reader types: the lines of shell blocks, and commands quoted in a sentence."""
    for block in blocks(document, "sh"):
        yield from block.replace("\\\n", " ").splitlines()
    yield from re.findall(r"`((?:film|sessions|make|prefect) [^`]+)`", text_of(document))


def said(document: Path) -> Iterator[tuple[str, ...]]:
    """Yield the words of each command in `lines_to_type`; comments, pipes and files written to are left out."""
    for line in lines_to_type(document):
        words = list(shlex.shlex(line, posix=True, punctuation_chars=True))
        words = list(shlex.split(line, comments=True)) if words else []
        end = next((at for at, word in enumerate(words) if word in ("|", ">", "&&", "||")), len(words))
        if words[:end]:
            yield tuple(words[:end])


def check_options(where: str, command: str, words: tuple[str, ...]) -> None:
    for word in words:
        if word.startswith("--") and word != "--":
            assert word.partition("=")[0] in options_of(command), f"{where}: {command} has no option {word}"


@pytest.mark.parametrize("document", DOCUMENTS, ids=named)
def test_commands_and_options_exist(document: Path) -> None:
    """Every `film`, `sessions` and `make` line can be typed: command, options, targets and variables exist."""
    for program, *rest in said(document):
        where, words = f"{named(document)}: {shlex.join([program, *rest])}", tuple(rest)
        if program in ("film", "sessions"):
            command = f"{program} {words[0]}"
            if command == "film plan" and len(words) > 2 and f"film {words[2]}" in COMMANDS:
                # Of a directing command, with its options.
                command = f"film {words[2]}"
            assert words[0].startswith("--") or command in COMMANDS, f"{where}: there is no such command"
            check_options(where, program if words[0].startswith("--") else command, words)
        elif program == "make":
            targets = [word for word in words if "=" not in word]
            assert set(targets) <= makefile(r"^([a-z-]+):"), f"{where}: there is no such target"
            for name, _, value in (word.partition("=") for word in words if "=" in word):
                known = makefile(r"\b(IDEA|ID|FILE|ARGS|PYTHON|N|SEED|TARGET|SECONDS)\b")
                assert name in known, f"{where}: the Makefile knows no {name}"
                if name == "ARGS" and targets[0] in MADE_BY_MAKE:
                    check_options(where, MADE_BY_MAKE[targets[0]], tuple(shlex.split(value)))


def test_the_guide_has_every_option() -> None:
    """No option of a command is missing in the guide, and the guide's tables name none that is not there."""
    there = set().union(*(options_of(command) for command in COMMANDS)) - {"--help"}
    guide = text_of(PROJECT / "docs/guide.md")
    assert there == set(re.findall(r"`(--[a-z-]+)(?: [A-Z]+)?`", guide))


def test_run_parameters_exist() -> None:
    """Every `-p name=value` of a deployment's run is a parameter of a flow."""
    from flows.make_film import make_film
    from flows.make_films import make_films
    from flows.redo_film import redo_film

    there = {name for flow in (make_film, make_films, redo_film) for name in inspect.signature(flow.fn).parameters}
    told = {
        name
        for document in (*DOCUMENTS, PROJECT / "prefect.yaml")
        for name in re.findall(r" -p (\w+)=", text_of(document))
    }
    assert "idea" in told
    assert told <= there


@pytest.mark.parametrize("document", DOCUMENTS, ids=named)
def test_json_reads(document: Path) -> None:
    """Every JSON example is JSON."""
    for block in blocks(document, "json"):
        json.loads(block)


# --- what lies where ------------------------------------------------------------------------------


def tree(document: Path) -> list[str]:
    """Return the patterns of a tree block, relative to the session; '<...>' stands for any name."""
    (block,) = blocks(document, "tree")
    session, *lines = block.splitlines()
    session_id = session.rstrip("/").rpartition("/")[2]
    paths = [re.split(r"\s{2,}", line.strip())[0] for line in lines]
    return [
        re.sub(r"<[^>]+>", "*", path).replace(session_id, "SESSION") for group in paths for path in group.split(", ")
    ]


@pytest.fixture
def lived(studio: Studio) -> set[str]:
    """Return every path that a session had in its life: failed, edited, damaged, finished."""

    def breaks(kind: str, what: str) -> None:
        if kind == "image" and next(numbers) == 2:
            raise EngineFailed("the power went")

    numbers = count(1)
    studio.references = 2
    assert studio.film(hook=breaks).state.is_failed()
    folder = studio.only_folder()
    paths = paths_in(folder)
    shots = studio.shots(folder.name)
    shots[0]["image_prompt"] = "a harbour"
    studio.write_shots(folder.name, shots)
    (folder / "narration/shot_001.wav").write_bytes(b"torn")
    assert studio.again(folder.name).state.is_completed()
    shots[0]["image_prompt"] = "a forest"
    studio.write_shots(folder.name, shots)
    assert studio.again(folder.name).state.is_completed()
    paths |= paths_in(folder)
    # A file that a person put there is kept as it was, and the journal tells of it.
    ffmpeg("-f", "lavfi", "-i", sound(2.0), folder / "score.mp3")
    assert studio.again(folder.name).state.is_completed()
    paths |= paths_in(folder)
    # An edited plan that is removed is put back as it was planned; the edit is kept.
    (folder / "shots.json").unlink()
    assert studio.again(folder.name).state.is_completed()
    # The offline crew makes no call that costs money.
    desk_in(folder).call(request_of(), Vendor(b"picture"), content)
    return paths | paths_in(folder)


def paths_in(folder: Path) -> set[str]:
    return {
        path.relative_to(folder).as_posix().replace(folder.name, "SESSION")
        for path in folder.rglob("*")
        if path.is_file() and not path.name.startswith(".")
    }


@pytest.mark.thorough
def test_the_trees_are_those_of_a_real_session(lived: set[str]) -> None:
    """What the trees name a session has, and no file of a session is missing in the format's tree."""
    for name in ("README.md", "docs/sessions.md"):
        for pattern in tree(PROJECT / name):
            found = [path for path in lived if fnmatch.fnmatch(path, f"{pattern}*" if pattern[-1] == "/" else pattern)]
            assert found, f"{name}: a session has no {pattern}"
    patterns = [re.sub(r"shot_001", "shot_*", pattern) for pattern in tree(PROJECT / "docs/sessions.md")]
    untold = [path for path in sorted(lived) if not any(fnmatch.fnmatch(path, pattern) for pattern in patterns)]
    assert untold == [], "docs/sessions.md does not name them"


def test_files_and_tests_that_are_named_exist() -> None:
    """Every module and every test that a document names is there."""
    tests = "\n".join(path.read_text("utf-8") for path in (PROJECT / "tests").rglob("test_*.py"))
    for document in DOCUMENTS:
        for path in re.findall(r"`((?:flows|tasks|blocks|studio|tests)/[\w/]+\.py)`", text_of(document)):
            assert (PROJECT / path).is_file(), f"{named(document)}: there is no {path}"
        for name in re.findall(r"`(test_\w+)`", text_of(document)):
            assert re.search(rf"^def {name}\(", tests, re.MULTILINE), f"{named(document)}: there is no {name}"


# --- what no file says ----------------------------------------------------------------------------

MACHINE = r"(?<![\w.$}*])/(?:work|root|mnt|Users|home/(?!ada\b)\w+)/\w"
"""A path of somebody's machine; /home/ada is the reader of the examples."""
INDEX = r"\b(?:py" + r"pi|python" + r"hosted)\b|https?://\S+/simple\b|index" + r"[-_]url\s*[=:]"


def text_files() -> Iterator[Path]:
    done = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard", "-z"], cwd=PROJECT, capture_output=True, timeout=60
    )
    if done.returncode:
        pytest.skip("not a git checkout")
    for name in done.stdout.decode().split("\0"):
        path = PROJECT / name
        if name and path.is_file() and b"\0" not in path.read_bytes():
            yield path


def test_no_file_names_a_machine_or_an_index() -> None:
    """The project stands alone: no line of it names a path of the machine it was made on, or a package index."""
    found = [
        f"{named(path)}:{number}: {line.strip()[:100]}"
        for path in text_files()
        for number, line in enumerate(path.read_text("utf-8", "replace").splitlines(), start=1)
        if re.search(MACHINE, line) or re.search(INDEX, line, re.IGNORECASE)
    ]
    assert found == []
