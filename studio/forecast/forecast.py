"""What a run would do, piece by piece, why, and what it would cost. Spends nothing and changes nothing.

The orders are those of a run, as far as they can be known. Where a plan must be written first, the plan of the
crew's stand-in, a writer that costs nothing, is used: then shots and lines are about so many, and their words about so
long.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from studio.billing.calls import cut_off, read_calls, spent_usd
from studio.billing.prices import PriceList, price_list
from studio.forecast.lookahead import NEVER, Lookahead, Prediction
from studio.forecast.outlook import Forecast, Step
from studio.forecast.quote import FREE, Estimate, Quoter
from studio.model.engines import Crew, Engine
from studio.model.film import Brief, Node, SceneGraph, Shot, Stage, Story, Timeline
from studio.model.paid import Paid
from studio.model.receipt import Receipt
from studio.model.stages import Order
from studio.planning import orders
from studio.planning.capabilities import with_voice_for
from studio.planning.cast import PORTRAIT_SIZE, Cast, cast_of, portrait_prompt
from studio.planning.moods import music_cues
from studio.planning.orders import line_seed, take_seed
from studio.planning.plan_diff import same_plan
from studio.planning.plan_files import read_graph, read_shots, read_story, read_timeline
from studio.planning.timeline import HOUSE, check_laid, lay_out, shot_frames
from studio.store.layout import refuse_links, walk
from studio.video.assembly import burned_cues

P = TypeVar("P")

UNKNOWN_CAST = "a portrait for each character comes to it, or to another number of them: the story is not written yet"


def forecast_idea(brief: Brief, crew: Crew, prices: PriceList | None = None) -> Forecast:
    """Return what a new film of this brief would take; no session is opened.

    Raises:
        BadInput: the film cannot be planned, as the writer would say, or not be painted, as
        `studio.planning.capabilities.check_capabilities`.
    """
    prices = prices or price_list()
    with tempfile.TemporaryDirectory(prefix="film-plan-") as scratch:
        found = _Forecaster("session_00000000_000000", brief, crew, Quoter(prices, Path(scratch)), None).run()
    return replace(found, prices=prices.checked, budget_usd=brief.terms.budget_usd)


def forecast_session(folder: Path, brief: Brief, crew: Crew, prices: PriceList | None = None) -> Forecast:
    """Return what a run on the session in `folder` would do. The session may be at work meanwhile.

    Raises:
        BrokenPlan: a plan does not read, or a timeline does not add up: a run would stop.
        LinkInside, Crowded: a folder is a link, or holds more than any film's: no run would begin.
    """
    refuse_links(folder)
    for _ in walk(folder):
        pass
    prices, calls = prices or price_list(), read_calls(folder)
    with tempfile.TemporaryDirectory(prefix="film-plan-") as scratch:
        quoter = Quoter(prices, Path(scratch), folder, calls)
        found = _Forecaster(folder.name, brief, crew, quoter, Lookahead(folder, brief)).run()
    spent, unknown = spent_usd(calls)
    return replace(
        found,
        prices=prices.checked,
        session_id=folder.name,
        spent_usd=spent,
        spent_unknown=unknown,
        budget_usd=brief.terms.budget_usd,
        lost=tuple(cut_off(folder)),
    )


class _Forecaster:
    """Walks the stages as the flow does; `_sure` tells whether the plans so far are those of the run, `_redone`
    whether what differs in the shots from what was planned is what a person had redone."""

    def __init__(self, session_id: str, brief: Brief, crew: Crew, quoter: Quoter, sight: Lookahead | None) -> None:
        self._id, self._brief, self._crew, self._quoter, self._sight = session_id, brief, crew, quoter, sight
        self._sure, self._redone = True, False
        self._steps: list[Step] = []
        self._asked: set[tuple[Stage, str]] = set()
        self._notes: list[str] = []

    def run(self) -> Forecast:
        story = self._story()
        self._crew, notes = with_voice_for(self._crew, story, self._brief.wish)
        self._notes += notes
        graph = self._graph(story)
        shots = self._shots(story, graph)
        lines = [self._line(shot) for shot in shots]
        if not self._sure and self._crew.portraits and self._crew.painter.abilities.references:
            self._notes.append(UNKNOWN_CAST)
        cast = self._cast(cast_of(graph, shots, story.style, self._brief, self._crew), story.style)
        images = [self._image(shot, shots, cast) for shot in shots]
        clips = [self._clip(shot, image, line) for shot, image, line in zip(shots, images, lines, strict=True)]
        known = _all(lines) if self._sure else None
        timeline = self._timeline(shots, known)
        score = self._score(story, shots, timeline) if self._brief.wish.music else None
        self._film(story, shots, timeline, _all(clips), known, score, _all(images))
        return Forecast(
            self._brief, self._crew.name, tuple(self._steps), len(shots), not self._sure, "", notes=tuple(self._notes)
        )

    # --- plans ------------------------------------------------------------------------------------

    def _story(self) -> Story:
        brief, writer = self._brief, self._crew.writer
        seen = self._told(self._look(order := orders.story_order(self._id, brief, self._crew)), writer, None)
        self._step(order, seen, writer, lambda: self._quoter.quote(writer, lambda w, _: w.write_story(brief), order))
        return read_story(seen.text) if seen.used else self._unsure(self._crew.stand_in.write_story(brief))

    def _graph(self, story: Story) -> SceneGraph:
        seed, writer = self._brief.seed, self._crew.writer
        order = orders.scene_graph_order(self._id, story, self._brief, self._crew)
        seen = self._look(order)
        self._step(
            order,
            seen,
            writer,
            lambda: self._quoter.quote(writer, lambda w, _: w.map_scenes(story, seed), self._known(order)),
        )
        return read_graph(seen.text) if seen.used else self._unsure(self._crew.stand_in.map_scenes(story, seed))

    def _shots(self, story: Story, graph: SceneGraph) -> tuple[Shot, ...]:
        brief, wish, writer = self._brief, self._brief.wish, self._crew.writer
        order = orders.shots_order(self._id, story, graph.model_dump_json(), brief, self._crew)
        seen = self._look(order)
        if not seen.used and not self._sure:
            # A graph that was edited is one of a story that will be another.
            graph = self._crew.stand_in.map_scenes(story, brief.seed)
        self._step(
            order,
            seen,
            writer,
            lambda: self._quoter.quote(writer, lambda w, _: w.plan_shots(story, graph, brief), self._known(order)),
        )
        if seen.used:
            # Shots edited by hand are kept, whatever becomes of the plans before them.
            self._sure = True
            redone = seen.receipt.redone if seen.receipt else None
            self._redone = bool(redone) and same_plan(redone or "", seen.text)
            return read_shots(seen.text, wish.fps, wish.shot_seconds, brief.seed)
        return self._unsure(self._crew.stand_in.plan_shots(story, graph, brief))

    def _unsure(self, plan: P) -> P:
        self._sure = False
        return plan

    # --- pieces of a shot -------------------------------------------------------------------------

    def _line(self, shot: Shot) -> Receipt | None:
        narrator, order = self._crew.narrator, orders.narration_order(self._id, shot, self._crew)
        seen, words, seed = self._told(self._look(order), narrator, shot.narration), shot.narration, line_seed(shot)
        return self._step(
            order,
            seen,
            narrator,
            lambda: self._quoter.quote(narrator, lambda n, out: n.speak(words, seed, out), self._known(order)),
        )

    def _cast(self, cast: Cast, style: str) -> Cast:
        """Look at the characters' portraits and return the cast with those that are there."""
        for character in cast.characters:
            if (portrait := self._portrait(character, cast.characters, style)) is not None:
                cast = cast.painted(portrait)
        return cast

    def _portrait(self, character: Node, cast: Sequence[Node], style: str) -> Receipt | None:
        painter, seed, prompt = self._crew.painter, self._brief.seed, portrait_prompt(character, style)
        order = orders.portrait_order(self._id, character, cast, style, self._brief, self._crew)
        seen = self._told(self._look(order), painter, prompt)
        made = self._step(
            order,
            seen,
            painter,
            lambda: self._quoter.quote(
                painter, lambda p, out: p.paint(prompt, PORTRAIT_SIZE, seed, out), self._known(order)
            ),
        )
        return made if seen.used else None

    def _image(self, shot: Shot, shots: Sequence[Shot], cast: Cast) -> Receipt | None:
        painter, size = self._crew.painter, self._brief.wish.size
        order = orders.image_order(self._id, shot, shots, size, self._crew, cast.by_shot())
        shown = self._quoter.pictures(
            cast.portraits[each].path if each in cast.portraits else None
            for each in cast.parts.get(shot.index, ())
            if each in cast.looks
        )
        seen, prompt = self._told(self._look(order), painter, shot.image_prompt), shot.image_prompt
        if seen.why == "other options" and seen.receipt and seen.receipt.looks != cast.by_shot().get(shot.index, ()):
            seen = replace(seen, why="new upstream")
        if (seen.why == "other options" and shot.take > 1) or (seen.why == "edited prompt" and self._redone):
            seen = replace(seen, why="redo")
        seed = take_seed(shot)
        return self._step(
            order,
            seen,
            painter,
            lambda: self._quoter.quote(
                painter, lambda p, out: p.paint(prompt, size, seed, out, shown), self._known(order)
            ),
        )

    def _clip(self, shot: Shot, image: Receipt | None, line: Receipt | None) -> Receipt | None:
        brief, wish, animator = self._brief, self._brief.wish, self._crew.animator
        if not self._sure or image is None or line is None:
            order = Order(self._id, "videos", shot.index, "")
            seen = self._sight.unknown("videos", shot.index) if self._sight else NEVER
            return self._step(order, seen, animator, lambda: self._untold(animator))
        frames = shot_frames(shot.frames, line.seconds or 0.0, wish.fps)
        burned = "\n".join(cue.model_dump_json() for cue in burned_cues(shot, line, frames, wish))
        order = orders.video_order(self._id, shot, frames, brief, self._crew, image, burned)
        seen = self._look(order)
        if not seen.used and seen.receipt and seen.receipt.prompt != f"{shot.camera}; {shot.motion_prompt}":
            seen = replace(seen, why="edited prompt" if seen.why == "new upstream" else seen.why)
        return self._step(order, seen, animator, lambda: self._untold(animator))

    def _untold(self, engine: Engine) -> Estimate:
        """Return what a clip costs: its request needs the picture, which may not be there yet."""
        return Estimate(unknown=1) if isinstance(engine, Paid) else FREE

    # --- the whole film ---------------------------------------------------------------------------

    def _timeline(self, shots: Sequence[Shot], lines: list[Receipt] | None) -> Timeline | None:
        if lines is None:
            self._step(Order(self._id, "timeline", 0, ""), self._behind("timeline"), HOUSE)
            return None
        order = orders.timeline_order(self._id, shots, lines, self._brief)
        seen = self._look(order)
        self._step(order, seen, HOUSE)
        if seen.used:
            timeline = read_timeline(seen.text)
            check_laid(timeline, shots)
            return timeline
        return lay_out(shots, [line.seconds or 0.0 for line in lines], self._brief.wish)

    def _score(self, story: Story, shots: Sequence[Shot], timeline: Timeline | None) -> Receipt | None:
        composer = self._crew.composer
        if timeline is None:
            return self._step(Order(self._id, "score", 0, ""), self._behind("score"), composer)
        cues = music_cues(story, shots, timeline)
        order = orders.score_order(self._id, timeline, cues, self._brief, self._crew)
        seed, seconds = self._brief.seed, timeline.seconds
        return self._step(
            order,
            self._look(order),
            composer,
            lambda: self._quoter.quote(composer, lambda c, out: c.compose(cues, seconds, seed, out), order),
        )

    def _film(
        self,
        story: Story,
        shots: Sequence[Shot],
        timeline: Timeline | None,
        clips: list[Receipt] | None,
        lines: list[Receipt] | None,
        score: Receipt | None,
        images: list[Receipt] | None,
    ) -> None:
        unscored = self._brief.wish.music and score is None
        if timeline is None or clips is None or lines is None or images is None or unscored:
            self._step(Order(self._id, "film", 0, ""), self._behind("film"), HOUSE)
            return
        order = orders.film_order(self._id, self._brief, story, shots, timeline, clips, lines, score, images)
        self._step(order, self._look(order), HOUSE)

    # --- looking and noting -----------------------------------------------------------------------

    def _known(self, order: Order) -> Order | None:
        return order if self._sure else None

    def _behind(self, stage: Stage) -> Prediction:
        return self._sight.unknown(stage) if self._sight else NEVER

    def _look(self, order: Order) -> Prediction:
        if self._sight is None:
            return NEVER
        if self._sure:
            return self._sight.look(order)
        return self._sight.unknown(order.stage, order.index)

    def _told(self, seen: Prediction, engine: Engine, words: str | None) -> Prediction:
        """Say more exactly why a piece of a shot is made anew: what of its own order is another now."""
        if seen.why != "new upstream" or seen.receipt is None or not self._sure or _by_others(seen.receipt, engine):
            return seen
        return replace(
            seen, why="edited prompt" if words is not None and seen.receipt.prompt != words else "other options"
        )

    def _step(
        self, order: Order, seen: Prediction, engine: Engine, quote: Callable[[], Estimate] = lambda: FREE
    ) -> Receipt | None:
        """Note what becomes of a piece; return its receipt where it will have the bytes that it has, or had."""
        receipt = seen.receipt
        if seen.used:
            paid = receipt.cost_usd if receipt and not receipt.by_hand else 0.0
            self._steps.append(Step(order.stage, order.index, False, seen.why, paid_usd=paid))
            return receipt
        if seen.reason:
            self._notes.append(f"{order.path} cannot be used: {seen.reason}")
        key = (order.stage, order.fingerprint)
        if self._sure and order.fingerprint and key in self._asked:
            self._steps.append(Step(order.stage, order.index, False, "as another shot"))
            return None
        self._asked.add(key)
        estimate = quote()
        others = seen.why == "new upstream" and self._sure and receipt is not None and _by_others(receipt, engine)
        self._steps.append(Step(order.stage, order.index, True, "other crew" if others else seen.why, estimate))
        again = seen.same and (estimate.held or not isinstance(engine, Paid)) and not estimate.high
        return receipt if again else None


def _by_others(receipt: Receipt, engine: Engine) -> bool:
    """Tell whether a piece was made by another crew's engine."""
    return not receipt.by_hand and (receipt.engine, receipt.model) != (engine.engine, engine.model)


def _all(receipts: Sequence[Receipt | None]) -> list[Receipt] | None:
    """Return the receipts where none is missing."""
    known = [receipt for receipt in receipts if receipt is not None]
    return known if len(known) == len(receipts) else None
