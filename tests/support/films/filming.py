"""Make whole films by the tasks' own bodies, without Prefect: for tests of costs, which need many runs."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Self

from PIL import Image

from studio.directing.own_material import take_in
from studio.fs import checksums
from studio.model.brief import FilmOptions
from studio.model.engines import Abilities, Crew
from studio.model.fingerprint import fingerprint
from studio.model.paid import CallDesk, Reply, Request, Usage, VendorError
from studio.model.receipt import PieceMeasures, Receipt
from studio.planning.cast import cast_of
from studio.planning.orders import alternatives, clip_alternatives, line_alternatives, score_alternatives
from studio.sessions.find_or_make import open_new
from studio.sessions.session import Session
from tasks.cast import paint_portrait
from tasks.film import cut_film
from tasks.images import paint_shot, paint_take
from tasks.narration import narrate_shot, speak_take
from tasks.scene_graph import map_scenes
from tasks.score import compose_score, compose_take
from tasks.shots import plan_shots
from tasks.story import write_story
from tasks.timeline import lay_timeline
from tasks.videos import animate_shot, animate_take
from tests.support.films.fake_crew import Log, fake_crew
from tests.support.sessions.opened import opened_session

OPTIONS = FilmOptions(seconds=8, shot_seconds=2, height=144, music=True, seed=3)
PRICES = """
checked = 2026-01-01
[[price]]
vendor = "v"
model = "m"
per = { "images" = 0.04 }
"""


@dataclass(frozen=True)
class PaidPainter:
    """A painter at $0.04 a picture.

    `asked` are the prompts that it was asked for, `refuses` decides which prompts it refuses; with another tint its
    pictures have other bytes.
    """

    asked: list[str] = field(default_factory=list)
    refuses: Callable[[str], VendorError | None] = lambda prompt: None
    model: str = "m"
    tint: int = 0
    desk: CallDesk | None = None
    references: int = 0
    engine = "v"
    version = 0

    @property
    def abilities(self) -> Abilities:
        return Abilities(seed=True, references=self.references)

    def at(self, desk: CallDesk) -> Self:
        return replace(self, desk=desk)

    def paint(
        self, prompt: str, size: tuple[int, int], seed: int, out: Path, references: Sequence[Path] = ()
    ) -> PieceMeasures:
        assert self.desk is not None
        most: Usage = {"images": 1.0}
        request = Request("v", "v:1", self.model, "image", _digest(prompt, seed, references), most)

        def send() -> Reply:
            if error := self.refuses(prompt):
                raise error
            self.asked.append(prompt)
            content = io.BytesIO()
            Image.new("RGB", size, (len(self.asked) * 20 % 256, 90, self.tint)).save(content, "PNG")
            return Reply(content.getvalue(), most, f"req-{len(self.asked)}")

        out.write_bytes(self.desk.call(request, send, lambda reply: reply.content))
        return PieceMeasures(width=size[0], height=size[1])


def _digest(prompt: str, seed: int, references: Sequence[Path]) -> str:
    shown = tuple(checksums.sha256_of(path) for path in references)
    return fingerprint(prompt=prompt, seed=seed, **({"references": shown} if shown else {}))


def paid_crew(painter: PaidPainter, log: Log | None = None) -> Crew:
    return replace(fake_crew(log or Log()), painter=painter)


def opened(output: Path, options: FilmOptions = OPTIONS, idea: str = "A lighthouse keeper finds a letter") -> Path:
    """Open a session and return its folder; nothing is made."""
    folder, held = open_new(output / "sessions", idea, options, lambda: 3, datetime(2026, 1, 1), "0")
    held.release()
    return folder


def filmed(folder: Path, crew: Crew, run_id: str = "a", until: str = "film") -> None:
    """Carry out every stage up to `until` on the session, as one run."""
    now = datetime.now().isoformat(timespec="seconds")
    session = opened_session(folder, crew, run_id=run_id, at=now)
    try:
        film_open(session, until)
    finally:
        session.close(now)


def film_open(session: Session, until: str = "film") -> None:
    """Carry out every stage up to `until` on an open session."""
    if until == "nothing":
        return
    take_in(session.store, "2026-01-01T00:00:00", session.tell)
    _receipt(write_story.fn(session))
    if until == "story":
        return
    story = session.plans.story()
    tale = session.plans.tale()
    _receipt(map_scenes.fn(session, tale))
    _receipt(plan_shots.fn(session, tale, session.plans.graph()))
    if until == "shots":
        return
    shots = session.plans.shots()
    lines = tuple(_receipt(narrate_shot.fn(session, shot)) for shot in shots)
    cast = cast_of(session.plans.graph(), shots, story.style, session.brief, session.crew, story.references)
    for character in cast.characters:
        portrait = paint_portrait.fn(session, character, cast.characters, story.style)
        cast = cast.painted(_receipt(portrait))
    images = tuple(_receipt(paint_shot.fn(session, shot, shots, cast)) for shot in shots)
    for take in [take for shot in shots for take in alternatives(shot)]:
        paint_take.fn(session, take, shots, cast)
    if until == "images":
        return
    clips = tuple(
        _receipt(animate_shot.fn(session, shot, image, line))
        for shot, image, line in zip(shots, images, lines, strict=True)
    )
    _receipt(lay_timeline.fn(session, shots, lines))
    timeline = session.plans.timeline()
    for shot, image, line in zip(shots, images, lines, strict=True):
        for take in clip_alternatives(shot):
            animate_take.fn(session, take, image, line)
        for take in line_alternatives(shot):
            speak_take.fn(session, take)
    for retold in score_alternatives(story):
        compose_take.fn(session, retold, shots, timeline)
    score = _receipt(compose_score.fn(session, story, shots, timeline))
    _receipt(cut_film.fn(session, story, shots, timeline, clips, lines, score, images))


def _receipt(outcome: Any) -> Receipt:
    receipt = outcome if isinstance(outcome, Receipt) else outcome.data
    assert isinstance(receipt, Receipt)
    return receipt
