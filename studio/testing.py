"""The tests that every engine passes, for packages that bring one: ten lines in a test of theirs.

    from studio.testing import check_engine
    from my_package import plugin

    def test_it_keeps_the_contract(tmp_path):
        check_engine("painter", plugin, tmp_path)

The engine does its work for real, a few pieces of it. One that costs money needs a server of the test's own that plays
the vendor, named by its settings. Its calls are then booked at a desk that keeps every answer, and it is checked, too,
what it books, how it takes wrong answers, and that it never asks twice:

        with Played() as server:
            check_engine("painter", plugin, tmp_path, settings={"url": server.url}, sent=lambda: server.requests)
"""

from __future__ import annotations

import re
import wave
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from PIL import Image

from studio.errors import EngineFailed
from studio.fs import checksums
from studio.model.brief import Brief, FilmOptions
from studio.model.engine_plugin import EnginePlugin, Role
from studio.model.engines import Abilities, Animator, Composer, Narrator, Painter, Size, Tick, Writer
from studio.model.film import MusicCue
from studio.model.paid import Paid, Reply, Request, VendorError
from studio.model.receipt import PieceMeasures
from studio.planning.scene_graph import check_graph
from studio.planning.shot_plan import frames_for_shots
from studio.video.encoder import probe

SIZES = ((256, 144), (144, 256), (200, 200))
"""The sizes that are asked for, (width, height) in pixels."""
TEXTS = (
    "A lighthouse keeper finds a message in a bottle.",
    "",
    "<b>a</b> & {title} [bold]x[/bold] \"so\" 'it' `goes` $(date)\n../../etc/passwd",
    "灯台守の手紙 👩‍🚀 منارة",
    "word " * 600,
)
"""Texts that an engine may be given: an engine either makes its piece of one or refuses it in one line."""
FPS = 24
T = TypeVar("T")


def check_engine(
    role: Role,
    plugin: EnginePlugin[Any],
    folder: Path,
    *,
    settings: Mapping[str, object] | None = None,
    sent: Callable[[], int] | None = None,
    secrets: Sequence[str] = (),
) -> None:
    """Make sure that an engine keeps the contract of its role (`studio/model/engines.py`).

    Args:
        folder: an empty folder, in which the engine makes some pieces.
        settings: what is chosen; left out, each setting has its default.
        sent: returns how many requests have reached the server that plays the vendor of an engine that costs money;
            without it such an engine is asked for no piece, and only what needs no call is checked.
        secrets: what the engine was given and may tell nobody: keys, passwords.

    Raises:
        AssertionError: it does not; the message says what is wrong.
        BadInput: it refuses the settings.
    """
    engine: Any = plugin.build(plugin.settings.model_validate(dict(settings or {})))
    _check_identity(role, engine)
    if isinstance(engine, Paid):
        _require(
            getattr(engine, "version", None) == 0,
            "what costs money has version 0: no release may buy a piece again",
        )
        if sent is None:
            return
        desk = _Desk(role, plugin, sent, tuple(secrets))
        unbooked, engine = engine, engine.at(desk)
    checks: dict[Role, Callable[[Any, Path], None]] = {
        "writer": _check_writer,
        "painter": _check_painter,
        "narrator": _check_narrator,
        "animator": _check_animator,
        "composer": _check_composer,
    }
    checks[role](engine, folder)
    if isinstance(engine, Paid):
        assert sent is not None
        _check_paid(role, unbooked, engine, desk, folder)


class _Desk:
    """Books calls as a session's desk does, holds every answer, and finds fault with what an engine books."""

    def __init__(
        self, role: Role, plugin: EnginePlugin[Any], sent: Callable[[], int], secrets: tuple[str, ...]
    ) -> None:
        self.held: dict[str, Reply] = {}
        self.asked: list[str] = []
        self.spoils: Callable[[Reply], Reply] | None = None
        self._kind = _KINDS.get(role)
        self._prices, self._sent, self._secrets = plugin.prices, sent, secrets

    def call(self, request: Request, send: Callable[[], Reply], check: Callable[[Reply], T]) -> T:
        self._look_at(request)
        self.asked.append(request.digest)
        reply = self.held.get(request.digest)
        if reply is None:
            before = self._sent()
            reply = send()
            _require(self._sent() - before == 1, f"a call is {self._sent() - before} requests, not one")
            _require(isinstance(reply, Reply), f"`send` returns {type(reply).__name__}, not Reply")
            beyond = {unit: count for unit, count in reply.usage.items() if count > request.most.get(unit, 0)}
            _require(not beyond, f"the reply is billed for {beyond}, more than the request reserved: {request.most}")
            self.held[request.digest] = reply
        if self.spoils is not None:
            return check(self.spoils(reply))
        check(reply)
        # A reply may be checked again, in another process, from what was stored.
        return check(Reply(reply.content, dict(reply.usage), reply.request_id, reply.seed))

    def _look_at(self, request: Request) -> None:
        _require(re.fullmatch("[0-9a-f]{64}", request.digest), f"a digest is 64 hex digits, not {request.digest!r}")
        _require(request.most, "a request reserves nothing: say the most that it can be billed for")
        _require(all(count >= 0 for count in request.most.values()), f"a request reserves {request.most}")
        _require(self._kind in (None, request.kind), f"a {self._kind} call is booked as {request.kind!r}")
        told = [number for number, secret in enumerate(self._secrets) if secret in repr(request)]
        _require(not told, f"what is booked tells secret number {told}")
        for price in self._prices:
            if (price.vendor, price.model) == (request.vendor, request.model):
                _require(price.of(request.most) is not None, f"its price has no unit for {dict(request.most)}")


_KINDS: Mapping[str, str] = {"writer": "text", "painter": "image", "narrator": "speech"}
_WRONG_ANSWERS = (b"", b"<html><body>502 Bad Gateway</body></html>", b"{}", b"\x00\xff" * 100)


def _check_paid(role: Role, unbooked: Any, engine: Any, desk: _Desk, folder: Path) -> None:
    """Check how an engine that costs money works at its desk, and without one."""

    def work(hired: Any, out: Path) -> object:
        match role:
            case "writer":
                return hired.write_story(_brief(TEXTS[0]))
            case "painter":
                return hired.paint(TEXTS[0], SIZES[0], 7, out)
            case _:
                return hired.speak(TEXTS[0], 7, out)

    if role not in _KINDS:
        return
    held = len(desk.held)
    work(engine, folder / "held")
    _require(len(desk.held) == held, "the same order is booked as another request, so a held answer is bought again")
    for number, wrong in enumerate(_WRONG_ANSWERS):
        desk.spoils = lambda reply, wrong=wrong: replace(reply, content=wrong)
        out = folder / f"wrong-{number}"
        try:
            work(engine, out)
        except VendorError as error:
            _require(error.fault == "bad answer", f"a wrong answer is called {error.fault!r}")
            _check_one_line(error)
            _require(not any(secret in str(error) for secret in desk._secrets), "a failure tells a secret")
        except Exception as error:
            raise AssertionError(f"a wrong answer ends in {type(error).__name__}: {error}") from error
        else:
            raise AssertionError(f"it takes {wrong[:20]!r} for a piece")
        _require(not out.exists(), "it leaves a file of an answer that it refuses")
    before = desk._sent()
    try:
        work(unbooked, folder / "unbooked")
    except EngineFailed:
        _require(desk._sent() == before, "it sends a request that is booked nowhere")
    except Exception as error:
        what = f"{type(error).__name__}: {error}"
        raise AssertionError(f"without a desk it ends in {what}: raise EngineFailed, for nothing is booked") from error
    else:
        raise AssertionError("it works without a desk: what it sends is booked nowhere")


def _check_identity(role: Role, engine: Any) -> None:
    for name in ("engine", "model"):
        value = getattr(engine, name, None)
        _require(isinstance(value, str), f"{name!r} is {value!r}, not a text")
        _require(value, f"{name!r} is empty")
    _require(type(engine.version) is int, f"'version' is {engine.version!r}, not a number")
    _require(engine.version >= 0, "'version' is below 0")
    if role != "composer":
        _require(isinstance(engine.abilities, Abilities), "'abilities' are no studio.model.engines.Abilities")


def _check_painter(painter: Painter, folder: Path) -> None:
    for number, size in enumerate(SIZES):
        made = _made(folder, f"{number}.png", partial(painter.paint, TEXTS[0], size, 7), "a plain prompt")
        with Image.open(folder / f"{number}.png") as picture:
            picture.load()
            shown = (picture.format, picture.mode, picture.size)
        _require(shown == ("PNG", "RGB", size), f"asked for a PNG, RGB, of {size} it makes {shown}")
        _require((made.width, made.height) == size, f"it measures {made.width}x{made.height} of a picture of {size}")
        if made.focus is not None:
            _require(all(0 <= share <= 1 for share in made.focus), f"its focus is {made.focus}: shares are 0 to 1")
    _check_any_text(folder, ".png", lambda text, out: painter.paint(text, SIZES[0], 7, out))
    if painter.abilities.seed:
        _check_same(folder, ".png", lambda out: painter.paint(TEXTS[0], SIZES[0], 7, out))


def _check_narrator(narrator: Narrator, folder: Path) -> None:
    made = _made(folder, "line.wav", partial(narrator.speak, TEXTS[0], 7), "a plain line")
    _check_line(made, folder / "line.wav")
    _require(made.seconds, "a plain line is silent")
    silent = _made(folder, "silent.wav", partial(narrator.speak, "", 7), "an empty line")
    _require(silent.seconds == 0, f"an empty line lasts {silent.seconds} s")
    for number in _check_any_text(folder, ".wav", lambda text, out: narrator.speak(text, 7, out)):
        _check_line(number[0], number[1])
    if narrator.abilities.seed:
        _check_same(folder, ".wav", lambda out: narrator.speak(TEXTS[0], 7, out))


def _check_line(made: PieceMeasures, path: Path) -> None:
    with wave.open(str(path)) as sound:
        form, frames, rate = (sound.getnchannels(), sound.getsampwidth()), sound.getnframes(), sound.getframerate()
    _require(form == (1, 2), f"a line is mono, 16 bit, not {form[0]} channels of {8 * form[1]} bit")
    seconds = frames / rate
    _require(made.seconds is not None, "it does not measure 'seconds'")
    _require(abs((made.seconds or 0.0) - seconds) < 0.001, f"it measures {made.seconds} s of a line of {seconds} s")
    begins = [word.start for word in made.words]
    _require(begins == sorted(begins), "its words are not in order")
    _require(all(word.start <= word.end <= seconds + 0.05 for word in made.words), "a word ends after the line")


def _check_animator(animator: Animator, folder: Path) -> None:
    x, y = np.meshgrid(np.arange(320), np.arange(240))
    Image.fromarray(np.stack([x % 256, y % 256, (x + y) % 256], axis=2).astype(np.uint8)).save(folder / "picture.png")
    picture = folder / "picture.png"
    for number, (size, frames) in enumerate(zip(SIZES, (1, 25, 40), strict=True)):
        ticks: list[int] = []

        def animate(out: Path, size: Size = size, frames: int = frames, tick: Tick = ticks.append) -> PieceMeasures:
            return animator.animate(picture, "dolly in", "waves roll", frames, FPS, size, 7, (), None, out, tick)

        made = _made(folder, f"{number}.mp4", animate, "a plain picture")
        found = probe(folder / f"{number}.mp4")
        shown = (found.width, found.height, found.frames)
        _require(shown == (*size, frames), f"asked for {size} and {frames} frames it makes {shown}")
        _require((made.width, made.height, made.frames) == shown, "what it measures is not what it made")
        _require(abs((found.seconds or 0.0) - frames / FPS) < 0.001, f"its clip is not {FPS} frames a second")
        _require(ticks == sorted(ticks), "its ticks go back")
        _require(all(0 <= tick <= frames for tick in ticks), "it ticks beyond the last frame")


def _check_composer(composer: Composer, folder: Path) -> None:
    cues = (MusicCue(start=0.0, mood="hopeful"), MusicCue(start=3.0, mood="tense"))
    _made(folder, "score.wav", partial(composer.compose, cues, 6.5, 7), "a plain score")
    with wave.open(str(folder / "score.wav")) as sound:
        shown = (sound.getnchannels(), sound.getsampwidth(), sound.getframerate(), sound.getnframes())
    _require(shown == (2, 2, 48_000, 312_000), f"6.5 s are stereo, 16 bit, 48 kHz, 312000 samples, not {shown}")


def _brief(idea: str) -> Brief:
    options = FilmOptions(seconds=12.0, shot_seconds=3.0, height=144)
    return Brief(idea=idea, options=options, seed=7, started_at="2025-02-08T00:22:38.000000", version="0")


def _check_writer(writer: Writer, folder: Path) -> None:
    for number, idea in enumerate(text for text in TEXTS if text):
        brief = _brief(idea)
        try:
            story = writer.write_story(brief)
        except EngineFailed as error:
            _require(number, f"it refuses a plain idea: {error}")
            _check_one_line(error)
            continue
        graph = writer.map_scenes(story, brief.seed)
        check_graph(graph, story)
        shots = writer.plan_shots(story, graph, brief)
        _require([shot.index for shot in shots] == list(range(1, len(shots) + 1)), "shots are not numbered from 1 on")
        frames, wanted = sum(shot.frames for shot in shots), frames_for_shots(brief.options)
        _require(frames == wanted, f"its shots have {frames} frames together, the film {wanted} for them")
        _require({shot.scene for shot in shots} <= {scene.id for scene in story.scenes}, "a shot is of no scene")


def _made(folder: Path, name: str, make: Callable[[Path], PieceMeasures], what: str) -> PieceMeasures:
    """Let the engine make one piece, which it may not refuse."""
    try:
        return _made_somewhere(folder, name, make)
    except EngineFailed as error:
        raise AssertionError(f"it refuses {what}: {error}") from error


def _made_somewhere(folder: Path, name: str, make: Callable[[Path], PieceMeasures]) -> PieceMeasures:
    """Let the engine make one piece at a place of its own, then move that to its name."""
    place = folder / f".making-{name}"
    place.mkdir()
    hidden = place / f".{name}.next"
    made = make(hidden)
    _require(isinstance(made, PieceMeasures), f"it returns {type(made).__name__}, not PieceMeasures")
    left = sorted(path.name for path in place.iterdir())
    _require(left == [hidden.name], f"it leaves {left}: its piece belongs at the path it is given, nothing beside it")
    hidden.replace(folder / name)
    place.rmdir()
    return made


def _check_any_text(
    folder: Path, kind: str, make: Callable[[str, Path], PieceMeasures]
) -> list[tuple[PieceMeasures, Path]]:
    """Let the engine work on texts that people and models write; return the pieces that it made."""
    found = []
    for number, text in enumerate(TEXTS):
        name = f"text-{number}{kind}"
        try:
            made = _made_somewhere(folder, name, partial(make, text))
        except EngineFailed as error:
            _check_one_line(error)
        else:
            found.append((made, folder / name))
    return found


def _check_same(folder: Path, kind: str, make: Callable[[Path], PieceMeasures]) -> None:
    """Make sure that the same order gives the same piece, also when several threads ask at once."""

    def one(number: int) -> str:
        _made(folder, f"same-{number}{kind}", make, "an order that it took before")
        return checksums.sha256_of(folder / f"same-{number}{kind}")

    with ThreadPoolExecutor(3) as threads:
        _require(len(set(threads.map(one, range(3)))) == 1, "it takes a seed, and the same seed gives another piece")


def _check_one_line(error: EngineFailed) -> None:
    _require(str(error), "it fails without a word")
    _require("\n" not in str(error), f"its failure is more than one line: {error}")
    _require(len(str(error)) < 1_500, "its failure is more than a line")


def _require(kept: object, fault: str) -> None:
    # Not `assert`, which python -O leaves out.
    if not kept:
        raise AssertionError(fault)
