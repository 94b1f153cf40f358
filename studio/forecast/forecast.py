"""Forecast what a run would do, piece by piece, why, and what it would cost. Spends nothing and changes nothing.

The orders are those of a run, as far as they can be known. If a plan must be written first, that of the crew's
stand-in, a writer that costs nothing, is used: then the number of shots and lines and their lengths are approximate.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

from studio.billing.calls import cut_off_calls, read_calls, spent_usd
from studio.billing.prices import PriceList, price_list
from studio.forecast.forecast_model import Forecast, Step
from studio.forecast.quote import FREE, UNKNOWN_PRICE, Estimate, Quoter
from studio.fs import files
from studio.fs.safe_open import PLAN_BYTES
from studio.input.caption_times import times_line
from studio.input.script import script_left_out
from studio.model.brief import Brief
from studio.model.engines import Crew, Engine
from studio.model.film import SceneGraph, Shot, Stage, Story, Timeline
from studio.model.paid import Paid
from studio.model.pieces import PICTURES, Order
from studio.model.receipt import Receipt
from studio.planning.abilities import check_shots, with_voice_for
from studio.planning.cast import Cast, cast_of
from studio.planning.orders import alternatives, clip_alternatives, line_alternatives, score_alternatives
from studio.planning.own_orders import OWN_ENGINE
from studio.planning.plan_diff import same_plan
from studio.planning.plan_files import read_graph, read_shots, read_story, read_timeline, reader, tale_of
from studio.planning.styled_crew import in_style
from studio.planning.timeline import PROGRAM_ENGINE, check_timeline, lay_out
from studio.production import stages
from studio.production.work import Job, Work
from studio.store.folder_walk import refuse_links, walk
from studio.store.picture_check import few_pixels
from studio.store.piece_store import PieceStore
from studio.store.reuse_or_make import NEW, Decision

P = TypeVar("P")

Directed = Mapping[Stage, str]
"""The text of each plan that a change would write, by stage."""
AS_IT_IS: Directed = {}
"""No plan is changed."""

UNKNOWN_CAST = "the number of portraits, one for each character, may change: the story is not written yet"


def forecast_idea(brief: Brief, crew: Crew, prices: PriceList | None = None) -> Forecast:
    """Return the forecast for a new film of this brief; no session is opened.

    Raises:
        BadInput: the film cannot be planned, for the reason the writer gives, or not painted, for the reason
            `studio.planning.abilities.check_abilities` gives.
    """
    prices = prices or price_list().with_more(crew.prices)
    with tempfile.TemporaryDirectory(prefix="film-plan-") as scratch:
        folder = Path(scratch)
        found = _Forecaster("session_00000000_000000", folder, brief, crew, Quoter(prices, folder), None).run()
    return replace(found, prices=prices.checked, budget_usd=brief.terms.budget_usd)


def forecast_session(
    folder: Path,
    brief: Brief,
    crew: Crew,
    prices: PriceList | None = None,
    directed: Directed = AS_IT_IS,
    given: Container[str] = (),
) -> Forecast:
    """Return the forecast for a run on the session in `folder`. A run may be working on it meanwhile.

    Args:
        directed: the texts that a change would give to plans, by stage: what a run would do after that change.
        given: the SHA-256 of pictures that the change would bring into the session.

    Raises:
        BrokenPlan: a plan does not validate, or a timeline does not add up: a run would stop.
        LinkInside, Crowded: a folder is a link, or holds more than any film's: no run would begin.
    """
    refuse_links(folder)
    for _ in walk(folder):
        pass
    prices, calls = prices or price_list().with_more(crew.prices), read_calls(folder)
    with tempfile.TemporaryDirectory(prefix="film-plan-") as scratch:
        quoter, pieces = Quoter(prices, Path(scratch), folder, calls), PieceStore(folder, reader(brief), _say_nothing)
        found = _Forecaster(folder.name, folder, brief, crew, quoter, pieces, directed, given).run()
    spent, unknown = spent_usd(calls)
    return replace(
        found,
        prices=prices.checked,
        session_id=folder.name,
        spent_usd=spent,
        spent_unknown=unknown,
        budget_usd=brief.terms.budget_usd,
        lost=tuple(cut_off_calls(folder)),
    )


def _say_nothing(line: str) -> None:
    """Ignore the line: a forecast changes nothing, so there is nothing to tell."""


class _Forecaster:
    """Walks through the stages as the flow does.

    `_sure` tells whether the plans so far are those that the run will use; `_redone` whether the shots differ from the
    plan only by what a person had redone.
    """

    def __init__(
        self,
        session_id: str,
        folder: Path,
        brief: Brief,
        crew: Crew,
        quoter: Quoter,
        pieces: PieceStore | None,
        directed: Directed = AS_IT_IS,
        given: Container[str] = (),
    ) -> None:
        crew = in_style(crew, brief.options)
        self._job = Job(session_id, folder, brief, crew, blank=quoter.blank())
        self._quoter, self._pieces, self._directed, self._given = quoter, pieces, directed, given
        self._sure, self._redone = True, False
        self._steps: list[Step] = []
        self._asked: set[tuple[Stage, str]] = set()
        told = script_left_out(brief.options.script) if brief.options.script else ""
        self._notes: list[str] = list(filter(None, (told, times_line(brief.options))))

    def run(self) -> Forecast:
        story, tale = self._story()
        brief = self._job.brief
        crew, notes = with_voice_for(self._job.crew, story, brief.options)
        self._job = replace(self._job, crew=crew, language=story.language)
        self._notes += notes
        graph = self._graph(tale)
        shots = self._shots(tale, graph)
        check_shots(crew, shots, brief.options.fps)
        lines = [self._line(shot) for shot in shots]
        if not self._sure and crew.portraits and crew.painter.abilities.references:
            self._notes.append(UNKNOWN_CAST)
        cast = self._cast(cast_of(graph, shots, story.style, brief, crew, story.references), story.style)
        images = [self._image(shot, shots, cast) for shot in shots]
        clips = [self._clip(shot, image, line) for shot, image, line in zip(shots, images, lines, strict=True)]
        known = _all(lines) if self._sure else None
        timeline = self._timeline(shots, known)
        score = self._score(story, shots, timeline) if _scored(story, brief) else None
        self._film(story, shots, timeline, _all(clips), known, score, _all(images))
        return Forecast(brief, crew.name, tuple(self._steps), len(shots), not self._sure, "", notes=tuple(self._notes))

    # --- plans ------------------------------------------------------------------------------------

    def _story(self) -> tuple[Story, Story]:
        """Return the story, and the part of it that the other plans are made from."""
        work = stages.story(self._job)
        seen = self._exact(self._look(work.order), work)
        self._step(work, seen)
        if not seen.used:
            story = self._unsure(self._job.crew.stand_in.write_story(self._job.brief))
            return story, story
        now = read_story(self._text(work.order, seen))
        story = read_story(self._directed["story"]) if "story" in self._directed else now
        titled = (seen.receipt.titled if seen.receipt else None) or now.title
        return story, tale_of(story, titled)

    def _graph(self, story: Story) -> SceneGraph:
        work = stages.scene_graph(self._job, story)
        seen = self._look(work.order)
        self._step(work, seen)
        if seen.used:
            return read_graph(self._text(work.order, seen))
        return self._unsure(self._job.crew.stand_in.map_scenes(story, self._job.brief.seed))

    def _shots(self, story: Story, graph: SceneGraph) -> tuple[Shot, ...]:
        brief, crew = self._job.brief, self._job.crew
        seen = self._look(stages.shots(self._job, story, graph).order)
        if not seen.used and not self._sure:
            # An edited graph belongs to the old story, and the story will be written anew.
            graph = crew.stand_in.map_scenes(story, brief.seed)
        work = stages.shots(self._job, story, graph)
        self._step(work, seen)
        if not seen.used:
            return self._unsure(stages.with_variants(crew.stand_in.plan_shots(story, graph, brief), brief.options))
        # Shots edited by hand are kept, even if the plans before them change.
        text = self._directed.get("shots") or self._text(work.order, seen)
        self._sure = True
        redone = seen.receipt.redone if seen.receipt else None
        self._redone = bool(redone) and same_plan(redone or "", text)
        return read_shots(text, brief.options.fps, brief.options.shot_seconds, brief.seed)

    def _unsure(self, plan: P) -> P:
        self._sure = False
        return plan

    # --- pieces of a shot -------------------------------------------------------------------------

    def _line(self, shot: Shot) -> Receipt | None:
        work = stages.line(self._job, shot)
        for take in line_alternatives(shot):
            self._take(stages.line(self._job, take))
        return self._step(work, self._exact(self._look(work.order), work))

    def _cast(self, cast: Cast, style: str) -> Cast:
        """Look at the characters' portraits and return the cast with those that are there."""
        for character in cast.characters:
            work = stages.portrait(self._job, character, cast.characters, style)
            seen = self._exact(self._look(work.order), work)
            portrait = self._step(work, seen)
            if portrait is not None and seen.used:
                cast = cast.painted(portrait)
        return cast

    def _image(self, shot: Shot, shots: Sequence[Shot], cast: Cast) -> Receipt | None:
        if shot.picture in self._given:
            # The change brings it into the session.
            self._steps.append(Step("images", shot.index, False, "by hand"))
            return None
        work = stages.picture(self._job, shot, shots, cast)
        seen = self._exact(self._look(work.order), work)
        if seen.why == "other options" and seen.receipt and seen.receipt.looks != cast.by_shot.get(shot.index, ()):
            seen = replace(seen, why="new upstream")
        if (seen.why == "other options" and shot.take > 1) or (seen.why == "edited prompt" and self._redone):
            seen = replace(seen, why="redo")
        for take in alternatives(shot):
            self._take(stages.picture(self._job, take, shots, cast))
        return self._step(work, seen)

    def _take(self, work: Work[Any]) -> None:
        """Note that a further take would be made; nothing if it is there."""
        if not (kept := self._kept(work.order)).used:
            self._step(work, kept)

    def _take_behind(self, stage: Stage, shot: Shot | None, take: int, engine: Engine) -> None:
        """Note what would be done about a further take whose order cannot be known, as `_behind`."""
        number, its_id = (shot.index, shot.id) if shot else (0, "")
        order = Order(self._job.session_id, stage, number, "", shot=its_id, take=take)
        if not (kept := self._kept(order)).used:
            self._note(order, engine, kept, lambda: _untold(engine))

    def _kept(self, order: Order) -> Decision:
        kept = self._pieces.kept(order) if self._pieces is not None and self._sure else None
        return Decision("make", "further take") if kept is None else Decision("copy", "kept elsewhere", receipt=kept)

    def _clip(self, shot: Shot, image: Receipt | None, line: Receipt | None) -> Receipt | None:
        if shot.clip is not None and line is not None:
            # Made of a person's file: its picture does not matter.
            image = image or line
        if not self._sure or image is None or line is None:
            own = shot.clip is not None
            for take in clip_alternatives(shot):
                self._take_behind("videos", shot, take.video_take, self._job.crew.animator)
            engine = OWN_ENGINE if own else self._job.crew.animator
            return self._behind("videos", engine, shot.index, shot.id, 0 if own else shot.video_take)
        work = stages.clip(self._job, shot, image, line)
        for take in clip_alternatives(shot):
            further = stages.clip(self._job, take, image, line)
            if not (kept := self._kept(further.order)).used:
                self._clip_step(further, kept)
        seen = self._look(work.order)
        if not seen.used and seen.receipt and seen.receipt.prompt != work.prompt:
            seen = replace(seen, why="edited prompt" if seen.why == "new upstream" else seen.why)
        return self._clip_step(work, seen)

    def _clip_step(self, work: Work[Any], seen: Decision) -> Receipt | None:
        return self._note(work.order, work.engine, seen, lambda: _untold(work.engine))

    # --- the whole film ---------------------------------------------------------------------------

    def _timeline(self, shots: Sequence[Shot], lines: list[Receipt] | None) -> Timeline | None:
        if lines is None:
            self._behind("timeline", PROGRAM_ENGINE)
            return None
        work = stages.timeline(self._job, shots, lines)
        seen = self._look(work.order)
        self._step(work, seen)
        if seen.used:
            timeline = read_timeline(self._text(work.order, seen))
            check_timeline(timeline, shots)
            return timeline
        return lay_out(shots, [line.seconds or 0.0 for line in lines], self._job.brief.options)

    def _score(self, story: Story, shots: Sequence[Shot], timeline: Timeline | None) -> Receipt | None:
        if timeline is None:
            for take in score_alternatives(story):
                self._take_behind("score", None, take.score_take, self._job.crew.composer)
            return self._behind("score", OWN_ENGINE if story.music is not None else self._job.crew.composer)
        work = stages.score(self._job, story, shots, timeline)
        for take in score_alternatives(story):
            self._take(stages.score(self._job, take, shots, timeline))
        return self._step(work, self._look(work.order))

    def _film(
        self,
        story: Story,
        shots: tuple[Shot, ...],
        timeline: Timeline | None,
        clips: list[Receipt] | None,
        lines: list[Receipt] | None,
        score: Receipt | None,
        images: list[Receipt] | None,
    ) -> None:
        unscored = _scored(story, self._job.brief) and score is None
        if timeline is None or clips is None or lines is None or images is None or unscored:
            self._behind("film", PROGRAM_ENGINE)
            return
        work = stages.film(self._job, story, shots, timeline, clips, lines, score, images)
        self._step(work, self._look(work.order))

    # --- looking and noting -----------------------------------------------------------------------

    def _look(self, order: Order) -> Decision:
        if self._pieces is None:
            return NEW
        if self._sure:
            return self._pieces.decide(order)
        return self._pieces.decide_unknown(order.stage, order.index)

    def _text(self, order: Order, seen: Decision) -> str:
        """Return the text of a plan that is used."""
        receipt = seen.receipt
        if seen.action == "put back" and receipt is not None and receipt.edited is not None:
            return receipt.edited
        if seen.action == "copy" and receipt is not None:
            return receipt.content or ""
        return (files.read_or_none(self._job.folder / order.path, PLAN_BYTES) or b"").decode("utf-8", "replace")

    def _was_directed(self, order: Order, seen: Decision) -> bool:
        """Tell whether a plan differs from what was written by what a command changed, and not by a hand."""
        if order.stage in self._directed:
            return True
        redone = seen.receipt.redone if seen.receipt and seen.why == "edited by hand" else None
        return redone is not None and same_plan(redone, self._text(order, seen))

    def _exact(self, seen: Decision, work: Work[Any]) -> Decision:
        """Return the decision with a more exact reason why a piece is made anew: what in its own order has changed."""
        if seen.why != "new upstream" or seen.receipt is None or not self._sure:
            return seen
        if _by_others(seen.receipt, work.engine):
            return seen
        other_words = work.prompt is not None and seen.receipt.prompt != work.prompt
        return replace(seen, why="edited prompt" if other_words else "other options")

    def _behind(self, stage: Stage, engine: Engine, index: int = 0, shot: str = "", take: int = 0) -> Receipt | None:
        """Note a piece whose order cannot be known, because what it builds on will be made in the run."""
        seen = self._pieces.decide_unknown(stage, index) if self._pieces else NEW
        order = Order(self._job.session_id, stage, index, "", shot=shot, take=take)
        return self._note(order, engine, seen, lambda: _untold(engine))

    def _step(self, work: Work[Any], seen: Decision) -> Receipt | None:
        """Note what would be done about a piece; return its receipt if its bytes will be those it has, or had."""
        # If the plans are not sure, its order is not either: no answer can be recognised as held.
        known = work.order if self._sure or work.order.stage == "story" else None
        return self._note(work.order, work.engine, seen, lambda: self._quoter.quote(work.engine, work.make, known))

    def _note(self, order: Order, engine: Engine, seen: Decision, quote: Callable[[], Estimate]) -> Receipt | None:
        receipt = seen.receipt
        if seen.used:
            if self._was_directed(order, seen):
                seen = replace(seen, why="directed")
            if receipt is None and seen.action == "keep picture" and self._pieces is not None:
                receipt = self._pieces.by_hand(order)
            if receipt is not None and receipt.by_hand and (few := few_pixels(receipt.width, receipt.height)):
                self._notes.append(f"{order.path} is used, though {few}")
            paid = receipt.cost_usd if receipt and not receipt.by_hand else 0.0
            self._steps.append(Step(order.stage, order.index, False, seen.why, paid_usd=paid))
            return receipt
        if seen.found.condition == "damaged" and seen.found.reason and order.stage in PICTURES:
            self._notes.append(f"{order.path} cannot be used: {seen.found.reason}")
        key = (order.stage, order.fingerprint)
        if self._sure and order.fingerprint and key in self._asked:
            self._steps.append(Step(order.stage, order.index, False, "as another shot"))
            return None
        self._asked.add(key)
        estimate = quote()
        if receipt is not None and seen.why not in ("missing", "damaged", "further take"):
            if order.shot and receipt.shot not in ("", order.shot):
                # What is there is another shot's.
                seen, receipt = replace(seen, why="new"), None
            elif order.take > 1 and receipt.take != order.take:
                seen = replace(seen, why="redo")
        if engine == OWN_ENGINE and seen.why not in ("missing", "damaged"):
            seen = replace(seen, why="own file")
        others = seen.why == "new upstream" and self._sure and receipt is not None and _by_others(receipt, engine)
        self._steps.append(Step(order.stage, order.index, True, "other crew" if others else seen.why, estimate))
        again = seen.same and (estimate.held or not isinstance(engine, Paid)) and not estimate.high
        return receipt if again else None


def _scored(story: Story, brief: Brief) -> bool:
    """Tell whether the film has music: the crew's, or a person's own."""
    return brief.options.music or story.music is not None


def _untold(engine: Engine) -> Estimate:
    """Return the estimate for a piece whose request cannot be prepared yet: unknown, or free if the engine is."""
    return UNKNOWN_PRICE if isinstance(engine, Paid) else FREE


def _by_others(receipt: Receipt, engine: Engine) -> bool:
    """Tell whether a piece was made by another crew's engine."""
    return not receipt.by_hand and (receipt.engine, receipt.model) != (engine.engine, engine.model)


def _all(receipts: Sequence[Receipt | None]) -> list[Receipt] | None:
    """Return the receipts, or None if one is missing."""
    known = [receipt for receipt in receipts if receipt is not None]
    return known if len(known) == len(receipts) else None
