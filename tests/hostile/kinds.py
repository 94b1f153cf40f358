# ruff: noqa: RUF001 - the signs of many scripts are meant
"""The kinds of hostile input, each with a generator of its variants.

A kind is what a sample of it stands for: wherever the program takes a file, a folder, a text or an answer of that
form, it may be this one.
"""

from __future__ import annotations

import json
import os
import random
import socket
from collections.abc import Callable, Iterator
from pathlib import Path

from tests.hostile.case import Case, Program
from tests.hostile.damage import BASES, NESTED, OTHERS, OURS, SPARSE_BYTES, VALUES, Base, Damage

LONG_BYTES = 990_000
"""As long as a file of text may be that is read at all."""

READING: tuple[tuple[Program, tuple[str, ...]], ...] = (
    ("sessions", ("list",)),
    ("sessions", ("list", "--json")),
    ("sessions", ("view", "{id}")),
    ("sessions", ("view", "{id}", "--json")),
    ("sessions", ("cost", "{id}")),
    ("sessions", ("cost", "{id}", "--csv")),
    ("sessions", ("prompts", "{id}")),
    ("sessions", ("verify", "{id}")),
    ("sessions", ("verify", "{id}", "--json")),
    ("film", ("plan", "{id}")),
    ("sessions", ("repair", "{id}")),
    ("sessions", ("repair", "{id}", "--json")),
    ("sessions", ("takes", "{id}")),
    ("sessions", ("takes", "{id}", "--stage", "score", "--json")),
    ("sessions", ("history", "{id}")),
    ("film", ("plan", "{id}", "redo", "--shot", "1")),
    ("sessions", ("gc",)),
    ("sessions", ("gc", "--session", "{id}", "--json")),
    ("sessions", ("export", "{id}", "{room}/packed.film")),
)
WRITING: tuple[tuple[Program, tuple[str, ...]], ...] = (
    ("sessions", ("repair", "{id}", "--yes")),
    ("sessions", ("fork", "{id}")),
    ("sessions", ("fork", "{id}", "--from-shot", "2")),
    ("film", ("redo", "{id}", "--shot", "1", "--later")),
    ("film", ("edit", "{id}", "--title", "Another", "--later")),
    ("film", ("shots", "{id}", "move", "2", "--before", "1", "--later")),
    ("sessions", ("undo", "{id}")),
    ("opening", ("{id}",)),
)

DIRECTING = ("redo", "edit", "shots", "undo")
"""Commands that change the two plans that can be directed, with their receipts; the journal holds what was there."""

_JSON = (
    "brief.json",
    "receipts/brief.json",
    "story.json",
    "shots.json",
    "scene_graph.json",
    "timeline.json",
    "images/shot_001.json",
    "film.json",
    "receipts/shots.json",
    "{record}",
    "calls/{call}",
    "runs/a.json",
    "{id}_meta.json",
    "failure.json",
    "approvals.json",
    "narration/shot_002.json",
)
_FILES = (
    *_JSON,
    "images/shot_001.png",
    "narration/shot_001.wav",
    "videos/shot_001.mp4",
    "film.mp4",
    "film.srt",
    "score.wav",
    "calls/{answer}",
    ".shot_001.json.next",
    "images/.shot_002.json.next",
    "images/.shot_002.png.1-1-abc.part",
    "takes/images/abc.json",
    "takes/images/abc.png",
    "images/shot_009.png",
    "cast/a.png",
    "film.vtt",
)
_FOLDERS = (
    "receipts",
    "takes",
    "images",
    "narration",
    "videos",
    "runs",
    "results",
    "calls",
    "cast",
    "results/{id}",
    "results/{id}/images",
    "takes/damaged",
    "takes/images",
    "takes/foreign",
    "takes/edited",
)

_SPACELESS = (
    "\u0e01",
    "\u0e40\u0e02",
    "船",
    "あ",
    "\u1780",
    "\u1000",
    "x",
    "\u0e33",
    "가",
    "👩\u200d🚀",
    "\u0301",
    "(",
    "…",
    "/",
    "a-",
    "1",
    "\u202e",
    "🇫",
    "»",
)
_MARKS = (
    "~",
    "`",
    "/*a",
    "[[",
    "[",
    "*",
    "_",
    "**",
    "&",
    "<",
    "<!--",
    "\\",
    "# ",
    "- ",
    "> ",
    "|",
    "((",
    "!",
    "![](",
    "[a](",
    "{\\",
    "=",
    "$",
    "1. ",
    "&#",
    "[^",
    "www.",
    "\t",
    "Title:",
    "(a",
    "INT. ",
    "A TO:",
    "FADE",
    ". ",
    '"',
    "'",
    "’",
    "\u2028",
    "\r",
    "\x85",
    "a\n\n",
    "https://",
    "<b ",
    "~~",
    "*_",
    "\u00a0",
    "A\n",
    "---",
)


def kinds() -> dict[str, Callable[[random.Random], Case]]:
    """Return every kind by name, each a generator of one variant."""
    return {
        "a link in place of a file or folder": _links,
        "a FIFO, device or socket in place of a file": _special,
        "a sparse file of 10 GB": _sparse,
        "JSON that nests 100,000 deep": _nested,
        "numbers and texts that are none": _values,
        "lone surrogates of another program": _surrogates,
        "a vendor's answer that costs its reader": _bombs,
        "a line without spaces": _spaceless,
        "a script of marks": _scripts,
        "a film of many scenes": _scenes,
        "a standard stream that is closed": _closed,
        "many files and deep folders": _folders,
        "a manifest, prices, prompts": _handed_in,
        "bytes changed at random": _bytes,
    }


def cases(count: int, seed: int) -> Iterator[Case]:
    """Give so many cases, of every kind in turn; the same for the same seed."""
    there = list(kinds().items())
    for number in range(count):
        name, generate = there[number % len(there)]
        yield generate(random.Random(f"{seed} {name} {number}"))


# --- sessions -------------------------------------------------------------------------------------


def _on_session(draw: random.Random, kind: str, *damages: Damage, base: Base | None = None, true: bool = False) -> Case:
    """Return a case of a session: any command that looks at one, or a writing one."""
    base = base or draw.choice(BASES)
    session = OTHERS if "foreign" in base else OURS
    program, words = draw.choice((*READING, *WRITING, *WRITING))
    record = f"results/{session}/images/001-0"
    names = {"{id}": session, "{record}": record, "{call}": "images-001-0-1.json", "{answer}": "images-001-0-1.answer"}
    placed = tuple(
        Damage(each.kind, _named(each.path, names), each.at, each.content, _named(each.other, names))
        for each in damages
    )
    words = tuple(_named(word, names) for word in words)
    told = f"{base}; {'; '.join(f'{each.kind} {each.path} {each.at} {each.content[:20]!r}' for each in placed)}"
    return Case(
        kind,
        told,
        program,
        (*words, "--output", "{room}/output"),
        base,
        placed,
        true=true and program != "opening",
        reads=program != "opening" and words[0] not in ("fork", *DIRECTING) and "--yes" not in words,
    )


def _any(draw: random.Random, *paths: str) -> str:
    """Return one of the paths or, as often, '#' and a number: whatever file or folder is there."""
    return draw.choice(paths) if draw.random() < 0.5 else f"#{draw.randrange(1 << 16)}"


def _named(text: str, names: dict[str, str]) -> str:
    for name, meant in names.items():
        text = text.replace(name, meant)
    return text


def _links(draw: random.Random) -> Case:
    kind = draw.choice(("link to a folder", "link to a folder", "link to a file", "link to itself"))
    path = _any(draw, *_FOLDERS, *_FOLDERS, *_FILES)
    return _on_session(draw, "a link in place of a file or folder", Damage(kind, path), true=draw.random() < 0.05)  # type: ignore[arg-type]


def _special(draw: random.Random) -> Case:
    name = "a FIFO, device or socket in place of a file"
    kind = draw.choice(("fifo", "fifo", "device", "socket"))
    if draw.random() < 0.15:
        return _file_case(draw, name, kind, {"fifo": os.mkfifo, "device": _device, "socket": _bound}[kind])
    path = _any(draw, *_FILES, *_FOLDERS)
    return _on_session(draw, name, Damage(kind, path), true=draw.random() < 0.05)  # type: ignore[arg-type]


def _sparse(draw: random.Random) -> Case:
    name = "a sparse file of 10 GB"
    if draw.random() < 0.15:
        return _file_case(draw, name, "sparse", SPARSE_BYTES)
    return _on_session(draw, name, Damage("sparse", _any(draw, *_FILES)), true=draw.random() < 0.05)


def _nested(draw: random.Random) -> Case:
    name = "JSON that nests 100,000 deep"
    opened, closed = draw.choice(((b"[", b""), (b'{"a":', b""), (b"[", b"]"), (b'{"scenes":[', b"]}"), (b"[[1],", b"")))
    depth = draw.choice((900, 1_100, 10_000, NESTED))
    inner = opened * depth + (b"1" + closed * depth if closed else b"")
    before, after = draw.choice(((b"", b""), (b'{"result":', b"}"), (b'[{"index":1,"image_prompt":', b"}]")))
    if draw.random() < 0.2:
        return _file_case(draw, name, f"{opened!r} {depth}", before + inner + after)
    return _on_session(draw, name, Damage("replaced", _any(draw, *_JSON), 0, before + inner + after))


def _values(draw: random.Random) -> Case:
    damages = [
        Damage("value", _any(draw, *_JSON), draw.randrange(400), bytes([draw.randrange(len(VALUES))]))
        for _ in range(draw.choice((1, 1, 3)))
    ]
    return _on_session(draw, "numbers and texts that are none", *damages)


def _surrogates(draw: random.Random) -> Case:
    said = draw.choice(('"\\ud83c"', '"a \\udc00 b"', '"\\ud800\\ud800"', '"\\udfff"'))
    path = draw.choice(("{id}_meta.json", "story.json", "shots.json", "scene_graph.json"))
    text = json.dumps({"title": "A", "idea": "B", "scenes": [{"location": "C", "narration": "D"}], "shots": []})
    if path == "shots.json":
        text = json.dumps([{"index": n, "image_prompt": "C", "motion_prompt": "A", "camera": "B"} for n in (1, 2, 3)])
    value = draw.choice([each for each in ('"A"', '"B"', '"C"', '"D"') if each in text])
    damage = Damage("replaced", path, 0, text.replace(value, said).encode())
    return _on_session(
        draw, "lone surrogates of another program", damage, base=draw.choice(("foreign", "older foreign"))
    )


def _folders(draw: random.Random) -> Case:
    path = draw.choice((*_FOLDERS[:8], "{id}"))
    if draw.random() < 0.3:
        shots = [
            {
                "index": n,
                "image_prompt": "a pier",
                "motion_prompt": "slow",
                "camera": "static",
                "image_path": f"images/shot_{n:03d}.png",
            }
            for n in range(1, draw.choice((3_600, 20_000)) + 1)
        ]
        damage = Damage("replaced", "shots.json", 0, json.dumps(shots).encode())
    elif path == "{id}":
        damage = Damage("deep", draw.choice(_FOLDERS[:8]), draw.randrange(9))
    else:
        damage = Damage(draw.choice(("many", "deep")), path, draw.randrange(1 << 16))  # type: ignore[arg-type]
    return _on_session(draw, "many files and deep folders", damage)


def _bytes(draw: random.Random) -> Case:
    kinds_ = ("truncated", "flipped", "inserted", "deleted", "folder", "copied", "moved", "appended")
    damages = [
        Damage(
            draw.choice(kinds_),
            _any(draw, *_FILES),
            draw.randrange(3_000),
            draw.randbytes(draw.randrange(40)),  # type: ignore[arg-type]
            _any(draw, *_FILES),
        )
        for _ in range(draw.randrange(1, 5))
    ]
    return _on_session(draw, "bytes changed at random", *damages)


def _closed(draw: random.Random) -> Case:
    session = _on_session(draw, "a standard stream that is closed", base=draw.choice(BASES))
    closed = draw.choice(((0,), (1,), (2,), (0, 1), (1, 2), (0, 1, 2), (0, 2)))
    program = "sessions" if session.program == "opening" else session.program
    words = ("list", *session.words[1:]) if session.program == "opening" else session.words
    reads = session.reads or session.program == "opening"
    return Case(
        session.kind,
        f"{session.told}{closed} closed",
        program,
        words,
        session.base,
        closed=closed,
        reads=reads,
        true=draw.random() < 0.3,
    )


# --- files that a person hands in -----------------------------------------------------------------


def _device(path: Path) -> None:
    path.symlink_to("/dev/zero")


def _bound(path: Path) -> None:
    here = os.getcwd()
    os.chdir(path.parent)
    try:
        with socket.socket(socket.AF_UNIX) as bound:
            bound.bind(path.name)
    finally:
        os.chdir(here)


_SCRIPT, _PROMPTS = b"## A pier\n\nHe waits.\n", b"Shot 1\nimage: a pier\n"
_PRICES = b'[[price]]\nvendor = "a"\nmodel = "b"\nper = { images = 0.04 }\n'
_MANIFEST = b"- idea: A pier\n  fps: 0\n"
"""Of its one film an option is wrong, so that none is begun."""


def _file_case(
    draw: random.Random,
    kind: str,
    told: str,
    content: bytes | int | Callable[[Path], None],
    what: str = "",
    seconds: str = "8",
) -> Case:
    """Return a case of a file that is handed in: a script, prompts, prices, a manifest."""
    what = what or draw.choice(("script", "prompts", "prices", "manifest.yaml", "manifest.jsonl", "manifest.csv"))
    name = f"mine.{what.removeprefix('manifest.')}"
    place, environment = f"{{room}}/{name}", {}
    plan = ("plan", "A pier at night", "--seconds", seconds, "--output", "{room}/output")
    if what in ("script", "prompts"):
        words, usual = (*plan, f"--{what}", place), _SCRIPT if what == "script" else _PROMPTS
    elif what == "prices":
        words, usual, environment = plan, _PRICES, {"FILM_PRICES": place}
    else:
        words, usual = ("batch", place, "--output", "{room}/output"), _MANIFEST
    return Case(
        kind,
        f"{what}: {told}",
        "film",
        words,
        files={name: content},
        harmless={name: usual},
        environment=environment,
        true=draw.random() < 0.05,
        reads=True,
    )


def _scripts(draw: random.Random) -> Case:
    size = draw.choice((20_000, 199_000, LONG_BYTES))
    parts = ["", draw.choice(("## A\n", "INT. KITCHEN - NIGHT\n", "He waits.\n\n", ""))]
    told = []
    for _ in range(draw.choice((1, 1, 2))):
        mark = draw.choice(_MARKS) + draw.choice(("", "", "a", "\n", " "))
        parts.append(mark * (size // 2 // len(mark.encode()) + 1))
        told.append(mark)
    parts.append(draw.choice(("`", "\n", "]", ")", "*/", " x", "He waits.")))
    text = "".join(parts).encode()[:size]
    return _file_case(draw, "a script of marks", f"{size:,} bytes of {told}", text, "script")


def _scenes(draw: random.Random) -> Case:
    count = draw.choice((900, 3_600, 3_601, 9_000))
    scene = draw.choice(
        (
            "## {}\n\nHe waits.\n\n",
            "INT. PIER {} - NIGHT\n\nIt rains.\n\n",
            "## The harbour at dawn\n\nMara sees boat {}.\n\n",
            "Boat {} leaves.\n\n",
            '## {}\n\n"Who goes there?" says Mara. Nobody answers.\n\n',
        )
    )
    text = "".join(scene.format(number) for number in range(1, count + 1)).encode()[:199_000]
    return _file_case(draw, "a film of many scenes", f"{count:,} of {scene!r}", text, "script", "3600")


def _spaceless(draw: random.Random) -> Case:
    sign = draw.choice(_SPACELESS)
    other = draw.choice(_SPACELESS)
    count = draw.choice((1_000, 4_000))
    line = ((sign + other) if draw.random() < 0.4 else sign) * count
    line = line[:4_000]
    if draw.random() < 0.4:
        return _file_case(draw, "a line without spaces", f"{len(line):,} of {sign}", line.encode(), "script")
    frames = str(draw.choice((1, 24, 100, 240, 5_000)))
    return Case(
        "a line without spaces",
        f"{len(line):,} of {sign}{other} in {frames} frames",
        "captions",
        ("{room}/line", frames, draw.choice(("42", "20", "1"))),
        files={"line": line.encode()},
        harmless={"line": b"He waits."},
    )


def _handed_in(draw: random.Random) -> Case:
    kind = "a manifest, prices, prompts"
    what, content, told = draw.choice(_HANDED_IN)(draw)
    if what.startswith("manifest"):
        # Whatever it is, no film of it is begun.
        content = content[:LONG_BYTES] + _WRONG[what]
    return _file_case(draw, kind, told, content[: LONG_BYTES + 100], what)


def _prices(draw: random.Random) -> tuple[str, bytes, str]:
    value = draw.choice(
        (
            "9" * 5_000,
            "-" + "9" * 5_000,
            "1e999",
            "nan",
            "inf",
            "[" * 5_000,
            "{a=" * 2_000,
            "0x" + "f" * 9_000,
            "1979-13-01",
            '"""',
            "[[[[",
            "'" + "a" * 100_000 + "'",
            "1_" * 5_000,
            "true",
            "1" * 4_301,
        )
    )
    form = draw.choice(
        (
            "checked = {}\n",
            "{} = 1\n",
            '[[price]]\nvendor = "a"\nmodel = {}\nper = {{ images = 0.1 }}\n',
            '[[price]]\nvendor = "a"\nmodel = "b"\nper = {{ images = {} }}\n',
            "[[price]]\nfree = {}\n",
        )
    )
    return "prices", form.format(value).encode(), f"{value[:12]} in {form[:20]!r}"


def _dotted(draw: random.Random) -> tuple[str, bytes, str]:
    return "prices", b"a" + b".a" * draw.choice((1_000, 20_000)) + b" = 1\n", "a key of many parts"


def _prompts(draw: random.Random) -> tuple[str, bytes, str]:
    unit = draw.choice(("image: ", "\\u0041", "Shot 1\n", "#\n", "\\", "[", "{", "1.\nimage: a\n", "\r", " ", "9"))
    head = draw.choice(("", "Shot 1\nimage: ", '[{"image_prompt": "', "[{", '[{"index": '))
    return "prompts", (head + unit * (LONG_BYTES // len(unit))).encode(), f"{head!r} and {unit!r} repeated"


def _manifest(draw: random.Random) -> tuple[str, bytes, str]:
    suffix = draw.choice(("yaml", "yaml", "jsonl", "csv"))
    unit = draw.choice(
        {
            "yaml": (
                "- a\n",
                "[",
                "{a: ",
                "- ",
                "? ",
                "&a ",
                "- *a\n",
                "!!python/name:os ",
                "- |\n",
                "'",
                '"\\u0041',
                "a: ",
                "  - a\n",
                "- {idea: a}\n",
                "-\t",
                "# a\n",
                "---\n",
                "%YAML 1.1\n",
                "- 2001-01-01\n",
                "<<: ",
                "\ufeff",
                "- 9" + "9" * 4_500 + "\n",
                "- [a, b]\n",
                "a, ",
            ),
            "jsonl": (
                "[",
                '{"a":',
                '{"idea": "a"}\n',
                '"a"\n',
                "9",
                "null\n",
                '{"idea": "\\ud83c"}\n',
                "\n",
                '{"idea": "a", "script": "' + "x" * 5_000 + '"}\n',
            ),
            "csv": ("idea,", "a\n", '"', '"a""', "a,b\n", "\r", ";", '"a\n', "\0"),
        }[suffix]
    )
    head = {"yaml": "", "jsonl": "", "csv": draw.choice(("", "idea\n", "idea,script\n"))}[suffix]
    return f"manifest.{suffix}", (head + unit * (LONG_BYTES // len(unit.encode()))).encode(), f"{unit[:20]!r} repeated"


def _long_name(draw: random.Random) -> tuple[str, bytes, str]:
    name = draw.choice(("x" * 300, "x/" * 3_000, "\\0", "../" * 50 + "etc/hostname", "/dev/zero", "/dev/stdin"))
    column = draw.choice(("script", "prompts"))
    return "manifest.yaml", f'- idea: A pier\n  {column}: "{name}"'.encode(), f"{column} {name[:20]}"


_WRONG = {"manifest.yaml": b"\n- {idea: x, fps: 0}", "manifest.jsonl": b"\n{", "manifest.csv": b"\n{,{,{,{"}
_HANDED_IN = (_prices, _dotted, _prompts, _manifest, _manifest, _long_name)


# --- answers --------------------------------------------------------------------------------------


def _bombs(draw: random.Random) -> Case:
    from tests.support.adapters.bombs import SIZES

    engine = draw.choice(tuple(SIZES))
    number = draw.randrange(1, 1 << 20)
    return Case(
        "a vendor's answer that costs its reader",
        f"bombs({number}, {engine!r}, 1)",
        "vendor",
        (engine, str(number), "{room}/output"),
        reads=False,
        usual=(engine, "0", "{room}/output"),
    )
