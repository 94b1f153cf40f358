"""Carry out one work order: reuse the piece if it exists, else make it at a hidden path, publish it whole, report it.

The body of every task is one call of `carry_out`. No cached task is called from here.
"""

from __future__ import annotations

import time
from datetime import datetime
from typing import Any

from prefect.client.schemas.objects import State
from prefect.context import TaskRunContext
from prefect.states import Completed

from studio.lettering.font_packages import remedy_for
from studio.model import events
from studio.model.events import Event
from studio.model.film import Stage
from studio.model.paid import Paid, VendorError
from studio.model.pieces import receipt_path
from studio.model.receipt import Receipt
from studio.production.makers import Delivered
from studio.production.work import Work
from studio.sessions.session import Session
from studio.store.receipts import read_receipt

Outcome = Receipt | State[Any]
"""What a task body returns: a receipt, or a Prefect state with a name of its own that carries one."""


_REFUSED: dict[Stage, str] = {
    "story": "ask with another idea or script",
    "scene_graph": "change story.json",
    "shots": "change story.json or scene_graph.json",
    "cast": "change the character's description in scene_graph.json, put a picture of your own at {path}, or do "
    "without it (--on-refusal slate)",
    "images": "change the image_prompt in shots.json, or let a slate stand for it (--on-refusal slate)",
    "narration": "change the narration in shots.json",
}
"""What a person can do after a vendor refused a prompt, by stage."""


def carry_out(session: Session, work: Work[Any], *, aside: bool = False) -> Outcome:
    """Return the receipt of a newly made piece, or a state named 'Adopted' with the receipt of one that was there.

    An engine that costs money works at the order's desk.

    Args:
        aside: whether the piece is a further take: it is kept among the takes, and what is in the place stays there.

    Raises:
        Interrupted: the run was asked to stop before the work began.
        FilmError: the engine's error; the file that was at the piece's path before is still there.
    """
    order, engine = work.order, work.engine
    session.control.check_running()
    adopted = session.pieces.adopt_aside(order) if aside else session.pieces.adopt(order)
    if adopted is not None:
        session.meta.touch()
        if aside:
            return Completed(name="Adopted", message=f"another take of {order.path} was there", data=adopted)
        if session.pieces.was_made(order) and not adopted.by_hand:
            # Two shots have the same line, which this run has just made.
            events.publish(Event("made", _left_out(adopted), order.stage, order.index))
            return adopted
        events.publish(Event("adopted", stage=order.stage, index=order.index))
        return Completed(name="Adopted", message=f"{order.path} was there", data=adopted)
    if not aside:
        events.publish(Event("working", stage=order.stage, index=order.index))
    cost_usd = 0.0
    with session.pieces.hidden_path(order) as out:
        if isinstance(engine, Paid):
            desk, began = session.billing.desk(order), time.perf_counter()
            try:
                result = work.make(engine.at(desk), out)
            except VendorError as error:
                if error.fault != "refused" or order.stage not in _REFUSED:
                    raise
                raise VendorError(
                    "refused",
                    f"{error}; {_REFUSED[order.stage].format(path=order.path)}",
                    request_id=error.request_id,
                    usage=error.usage,
                ) from error
            cost_usd = desk.cost_usd
            delivered = Delivered(result, time.perf_counter() - began)
        else:
            delivered = session.maker.make(session.job, work, out)
        made, also = delivered.made if isinstance(delivered.made, tuple) else (delivered.made, ())
        taken = delivered.seconds
        before = read_receipt(session.folder / receipt_path(order.path))
        receipt = session.pieces.publish(
            order,
            out,
            made,
            engine.engine,
            engine.model,
            seed=work.seed,
            prompt=work.prompt,
            attempts=_attempt(),
            cost_usd=cost_usd,
            made_at=datetime.now().isoformat(timespec="microseconds"),
            seconds_taken=round(taken, 3),
            also=also,
            aside=aside,
        )
    session.meta.touch()
    same = order.stage in ("videos", "narration", "score") and before is not None and before.sha256 == receipt.sha256
    no_other = "this crew has no other take of it"
    if aside:
        what = f"the further take is the same: {no_other}" if same else f"another take is made ({taken:.1f} s)"
        events.publish(Event("note", f"{events.subject_text(order.stage, order.index)}: {what}"))
        return receipt
    if delivered.was_there:
        events.publish(Event("adopted", stage=order.stage, index=order.index))
        return Completed(name="Adopted", message=f"{order.path} was made for an earlier run", data=receipt)
    told = _left_out(receipt)
    if same:
        told = "; ".join(filter(None, (told, f"the same as before: {no_other}")))
    events.publish(Event("made", told, order.stage, order.index, seconds=taken))
    return receipt


def _left_out(receipt: Receipt) -> str:
    """Return in words what the piece lacks of what was asked for: nothing is left out without a report."""
    lacking = [("not drawn", ", ".join(receipt.not_drawn)), ("not moved", ", ".join(receipt.not_moved))]
    lacking += [("found wrong in it", ", ".join(receipt.remarks))]
    if receipt.stage in ("videos", "film") and (remedy := remedy_for(receipt.not_drawn)):
        lacking.append(("for those letters", remedy))
    lacking += [("not spoken", receipt.not_spoken), ("refused, a slate is shown instead", receipt.refused)]
    return "; ".join(f"{what}: {words}" for what, words in lacking if words)


def _attempt() -> int:
    """Return which attempt this is, from 1; it is 1 where a test calls a body without Prefect."""
    context = TaskRunContext.get()
    return max(1, context.task_run.run_count) if context else 1
