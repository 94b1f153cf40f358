"""The crew of the crash bench: the counted crew, whose clips and scores are rendered once and remembered.

The same inputs give the same bytes (a law of its own), so a trial need not render what an earlier one rendered: a trial
of the store takes tenths of a second. Remembered in this process and in what is forked from it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from studio.model.engines import Abilities, Crew
from studio.model.film import MusicCue
from studio.model.receipt import PieceMeasures
from studio.production import stages
from studio.video import assembly
from tests.support.films.fake_crew import Hook, Log, fake_crew

REFERENCES = 4
"""Pictures that the painter can be shown: its films have portraits of their characters."""


def _nothing(kind: str, what: str) -> None:
    pass


_rendered: dict[tuple[object, ...], tuple[PieceMeasures, bytes]] = {}


def _remembered(key: tuple[object, ...], out: Path, make: Callable[[], PieceMeasures]) -> PieceMeasures:
    if key not in _rendered:
        made = make()
        _rendered[key] = made, out.read_bytes()
        return made
    made, content = _rendered[key]
    out.write_bytes(content)
    return made


class _Animator:
    abilities = Abilities()

    def __init__(self, animator: Any, log: Log) -> None:
        self.engine, self.model, self.version = animator.engine, animator.model, animator.version
        self._animator, self._log = animator, log

    def animate(self, image: Path, *rest: Any) -> PieceMeasures:
        *asked, out, _tick = rest
        key = ("clip", image.read_bytes(), *asked)
        if key in _rendered:
            self._log.begin("video", image.name)
        return _remembered(key, out, lambda: self._animator.animate(image, *rest))


class _Composer:
    def __init__(self, composer: Any, log: Log) -> None:
        self.engine, self.model, self.version = composer.engine, composer.model, composer.version
        self._composer, self._log = composer, log

    def compose(self, cues: tuple[MusicCue, ...], seconds: float, seed: int, out: Path) -> PieceMeasures:
        self._log.begin("score", cues[0].mood)
        return _remembered(
            ("score", cues, seconds, seed), out, lambda: self._composer.compose(cues, seconds, seed, out)
        )


def crew(hook: Hook = _nothing) -> Crew:
    """Return the crew; `hook(kind, what)` is called at the beginning of every engine call."""
    log = Log(hook=hook)
    plain = fake_crew(log, REFERENCES)
    return replace(plain, animator=_Animator(plain.animator, log), composer=_Composer(plain.composer, log))


@contextmanager
def remembered_cut() -> Iterator[None]:
    """Cut the same clips and sounds only once while the block runs: the cut is most of a tiny film's time."""
    cut: dict[tuple[object, ...], tuple[Any, bytes]] = _cuts

    def assemble(*asked: Any, **own: Any) -> Any:
        # With the sound of an earlier film the bytes are the same.
        own.pop("earlier", None)
        *inputs, clips, lines, score, out = asked
        files = [*clips, *(path for path, _ in lines), *((score,) if score else ())]
        sounds = own.get("clip_sounds", ())
        files += [each.path for each in sounds] + ([own["title_file"]] if "title_file" in own else [])
        inputs += [sorted(own), [each[1:] for each in sounds]]
        key = (*(repr(each) for each in inputs), *(path.read_bytes() for path in files))
        if key not in cut:
            result = assembly.assemble(*asked, **own)
            cut[key] = result, out.read_bytes()
            return result
        result, content = cut[key]
        out.write_bytes(content)
        return result

    before, stages.assemble = stages.assemble, assemble
    try:
        yield
    finally:
        stages.assemble = before


_cuts: dict[tuple[object, ...], tuple[Any, bytes]] = {}
