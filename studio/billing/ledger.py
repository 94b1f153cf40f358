"""The ledger of an open session: reserve money, book calls, and return answers that are held already.

`studio/billing/calls.py` has the format of its files; `studio/billing/desk.py` calls it, in the right order.
"""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from studio.billing.calls import (
    FOLDER,
    LETTERS,
    NAME,
    Call,
    CallState,
    answer_bytes,
    held_answer,
    lost_calls,
    read_answer,
    read_calls,
    spent_usd,
)
from studio.billing.prices import PriceList
from studio.errors import BudgetSpent, DiskFull, PriceUnknown
from studio.model.paid import Reply, Request, Usage, VendorError
from studio.model.pieces import Order
from studio.store.documents import Documents
from studio.text.display import dollars

ROOM_BYTES = 64 * 2**20
"""Free space, in bytes, without which nothing is sent: an answer that cannot be kept is paid for nothing."""


class Ledger:
    """The calls of an open session. May be used from any thread.

    Making one puts in order what earlier runs left; they have ended, because this run holds the session. A call in
    flight is ended: as done if its answer is there, whole, else as ambiguous. A call whose file was lost is written
    again from its answer; without an answer `presume` treats it as cut off. A call whose price was not known is booked
    anew if it is known now, because a budget holds over all runs.

    Args:
        store: the session's files.
        run_id: the id of this flow run.
        budget_usd: what the session may cost in all; None for no limit.
        now: returns the local time, ISO 8601.
    """

    def __init__(
        self, store: Documents, run_id: str, prices: PriceList, budget_usd: float | None, now: Callable[[], str]
    ) -> None:
        folder = store.folder
        self._store, self._folder, self._run_id, self._prices, self._now = store, folder, run_id, prices, now
        self._budget_usd = budget_usd
        self._changed = threading.Condition()
        held, self._unread = lost_calls(folder)
        for call in held:
            store.write_json(call.path, call.model_dump(mode="json", exclude_defaults=True))
        self._calls = {call.path: call for call in read_calls(folder)}
        self._in_flight: set[str] = set()
        self._busy: set[str] = set()
        for call in [*self._calls.values()]:
            if call.booked_usd is None and (cost := prices.cost_usd(call.vendor, call.model, call.usage)) is not None:
                self._book(call.model_copy(update={"cost_usd": cost, "prices": prices.checked}))
            if call.state not in ("intent", "ambiguous") or call.again:
                continue
            if (reply := read_answer(folder / call.answer_path)) is not None:
                # Its run died after keeping the answer and before booking it, or it came on another machine after the
                # call was booked as cut off. Book it now: perhaps nobody asks again.
                self._end(call, "done", reply.usage, request_id=reply.request_id, seed=reply.seed)
                continue
            if call.state == "ambiguous":
                continue
            reason = "the run was cut off while it was in flight"
            self._book(
                call.model_copy(
                    update={
                        "state": "ambiguous",
                        "cost_usd": call.most_usd,
                        "reason": reason,
                        "ended_at": now(),
                    }
                )
            )

    @property
    def calls(self) -> tuple[Call, ...]:
        """All calls of the session."""
        with self._changed:
            return tuple(self._calls.values())

    def is_mine(self, call: Call) -> bool:
        """Tell whether this run made the call."""
        return call.run_id == self._run_id

    def of(self, order: Order, digest: str = "") -> list[Call]:
        """Return the calls made for pieces with the order's stage and fingerprint, whatever the shot.

        With a `digest` only those of that request.
        """
        with self._changed:
            found = [each for each in self._calls.values() if each.fingerprint == order.fingerprint]
        return [each for each in found if each.stage == order.stage and digest in ("", each.digest)]

    # --- answers ----------------------------------------------------------------------------------

    def held(self, order: Order, request: Request) -> tuple[Call, Reply] | None:
        """Return a call of this request whose answer is held and whole, and the answer; None if there is none."""
        calls = [call for call in self.of(order, request.digest) if call.path not in self._in_flight]
        return held_answer(self._folder, calls)

    @contextmanager
    def one_at_a_time(self, digest: str, go_on: Callable[[], None]) -> Iterator[None]:
        """Hold the digest while the block runs: two shots with the same request wait for each other and pay once.

        Args:
            go_on: called while waiting; raises if the run may not go on.
        """
        with self._changed:
            while digest in self._busy:
                self._changed.wait(0.25)
                go_on()
            self._busy.add(digest)
        try:
            yield
        finally:
            with self._changed:
                self._busy.discard(digest)
                self._changed.notify_all()

    # --- booking ----------------------------------------------------------------------------------

    def wait_for_room(self, request: Request, go_on: Callable[[], None]) -> None:
        """Return once the call fits the budget, waiting for calls in flight if they may leave room.

        Raises:
            BudgetSpent: it could exceed the budget.
            PriceUnknown: there is a budget, and no known price.
            Interrupted: what `go_on` raises while waiting.
        """
        most = self._most(request)
        with self._changed:
            while not self._fits(request, most):
                self._changed.wait(0.25)
                go_on()

    def begin(self, order: Order, request: Request) -> Call | None:
        """Reserve the most that the call can cost and write its intent. After this it may be sent.

        Returns None if it does not fit the budget while others are in flight; nothing was written. The caller then
        waits for room before it takes a turn, not during it: a 'slow down' of the vendor would make the turn invalid.

        Raises:
            BudgetSpent: it could exceed the budget; nothing was written.
            PriceUnknown: there is a budget, and no known price; nothing was written.
            DiskFull: an answer could not be kept; nothing was written.
        """
        most = self._most(request)
        if shutil.disk_usage(self._folder).free < ROOM_BYTES:
            raise DiskFull(f"less than {ROOM_BYTES // 2**20} MiB are free: nothing is sent; free some and run again")
        with self._changed:
            if not self._fits(request, most):
                return None
            attempt = 1 + max(
                (each.attempt for each in self._calls.values() if self._same_place(each, order)), default=0
            )
            while self._path(order, attempt).name in self._unread:
                attempt += 1
            call = Call(
                stage=order.stage,
                index=order.index,
                fingerprint=order.fingerprint,
                attempt=attempt,
                run_id=self._run_id,
                vendor=request.vendor,
                account=request.account,
                model=request.model,
                kind=request.kind,
                digest=request.digest,
                state="intent",
                begun_at=self._now(),
                most_usd=most,
                prices=self._prices.checked,
            )
            self._calls[call.path] = call
            self._in_flight.add(call.path)
        try:
            self._book(call)
            # Nothing is sent before it is proved that no other machine can send it, too.
            self._store.prove()
        except BaseException:
            self._store.remove(call.path)
            with self._changed:
                del self._calls[call.path]
                self._in_flight.discard(call.path)
                self._changed.notify_all()
            raise
        return call

    def _path(self, order: Order, attempt: int) -> Path:
        print_ = order.fingerprint[:LETTERS]
        return self._folder / FOLDER / f"{order.stage}-{order.index:03d}-{print_}-{attempt}.json"

    def _most(self, request: Request) -> float | None:
        return self._prices.cost_usd(request.vendor, request.model, request.most)

    @staticmethod
    def _same_place(call: Call, order: Order) -> bool:
        return (call.stage, call.index, call.fingerprint) == (order.stage, order.index, order.fingerprint)

    def _fits(self, request: Request, most: float | None) -> bool:
        """Tell whether the call fits the budget now; False if it may fit once the calls in flight have ended."""
        if self._budget_usd is None:
            return True
        if most is None:
            raise PriceUnknown(
                f"the price of {request.vendor}'s {request.model!r} is not known, so this film's budget of "
                f"{dollars(self._budget_usd)} cannot be kept: give the price in a file that FILM_PRICES names, or lift "
                "the budget with --budget-usd none"
            )
        booked, _ = spent_usd(self._calls.values())
        if booked + most <= self._budget_usd + 1e-9:
            return True
        flying, _ = spent_usd(self._calls[path] for path in self._in_flight)
        if flying > 0 and booked - flying + most <= self._budget_usd + 1e-9:
            return False
        raise BudgetSpent(
            f"the budget of {dollars(self._budget_usd)} would be exceeded: ${booked:.4f} spent or reserved, "
            f"and the next call may cost ${most:.4f}"
        )

    def done(self, call: Call, reply: Reply) -> Call:
        """Write the answer to the disk, then book that the call is done and what it cost.

        Raises:
            DiskFull, BadInput: it could not be kept or booked; if it is not kept, the call is ambiguous from now on.
        """
        try:
            text = reply.content.decode("utf-8", "replace") if call.kind == "text" else None
            ended = self._ended(call, "done", reply.usage, text=text, request_id=reply.request_id, seed=reply.seed)
            told = ended.model_copy(update={"text": None})
            self._store.write_answer(call.answer_path, answer_bytes(reply, told))
            self._book(ended)
            return ended
        finally:
            self._land(call)

    def failed(self, call: Call, state: CallState, error: VendorError) -> Call:
        """Book how a call failed; if it is not billed, what was reserved is free again."""
        try:
            return self._end(
                call, state, error.usage or {}, reason=str(error), request_id=error.request_id, sent=error.sent
            )
        finally:
            self._land(call)

    def spoiled(self, call: Call, error: VendorError) -> Call:
        """Book that the answer of a call cannot be used; it is billed all the same, and kept for inspection."""
        ended = call.model_copy(update={"state": "bad answer", "reason": str(error)})
        self._book(ended)
        return ended

    def _end(self, call: Call, state: CallState, usage: Usage, **told: str | int | None) -> Call:
        ended = self._ended(call, state, usage, **told)
        self._book(ended)
        return ended

    def _ended(self, call: Call, state: CallState, usage: Usage, **told: str | int | None) -> Call:
        known = self._prices.cost_usd(call.vendor, call.model, usage)
        if state in ("failed", "refused") and not usage:
            cost: float | None = 0.0
        else:
            # The vendor did not say what it bills, or said it in units without a price: book the most it can be.
            cost = call.most_usd if known is None else known
        return call.model_copy(
            update={"state": state, "cost_usd": cost, "usage": dict(usage), "ended_at": self._now(), **told}
        )

    def _land(self, call: Call) -> None:
        with self._changed:
            self._in_flight.discard(call.path)
            left = self._calls[call.path]
            if left.state == "intent" and read_answer(self._folder / left.answer_path) is None:
                # Its end could not be written: the next run will find it cut off, and this one must not send it again
                # either.
                self._calls[call.path] = left.model_copy(
                    update={
                        "state": "ambiguous",
                        "cost_usd": left.most_usd,
                        "reason": "its answer could not be kept",
                    }
                )
            self._changed.notify_all()

    def presume(self, order: Order, request: Request) -> None:
        """Book the unreadable files in `calls/` for this piece as cut off: each may have been this request, and billed.

        The files are moved to `takes/damaged/`.
        """
        for name in [*self._unread]:
            told = NAME.fullmatch(name)
            if told is None or (told[1], told[3]) != (order.stage, order.fingerprint[:LETTERS]):
                continue
            most = self._most(request)
            self._store.put_aside(f"{FOLDER}/{name}")
            self._book(
                Call(
                    stage=order.stage,
                    index=int(told[2]),
                    fingerprint=order.fingerprint,
                    attempt=int(told[4]),
                    run_id=self._run_id,
                    vendor=request.vendor,
                    account=request.account,
                    model=request.model,
                    kind=request.kind,
                    digest=request.digest,
                    state="ambiguous",
                    begun_at=self._now(),
                    ended_at=self._now(),
                    most_usd=most,
                    cost_usd=most,
                    reason="what was booked of it is lost",
                    prices=self._prices.checked,
                )
            )
            self._unread.remove(name)

    def found_after_all(self, call: Call) -> bool:
        """Look whether the answer of a call that was cut off came after all, here or elsewhere; if so, book it."""
        self._store.fetch_answer(call.answer_path)
        reply = read_answer(self._folder / call.answer_path)
        if reply is not None:
            self._end(call, "done", reply.usage, request_id=reply.request_id, seed=reply.seed)
        return reply is not None

    def agree(self, call: Call) -> None:
        """Book that a person agreed to make, and pay for, an ambiguous call again."""
        self._book(call.model_copy(update={"again": self._run_id}))

    def ambiguous(self) -> list[Call]:
        """Return the calls that were cut off and that nobody has agreed to make again."""
        return [each for each in self.calls if each.state == "ambiguous" and not each.again]

    def _book(self, call: Call) -> None:
        self._store.write_json(call.path, call.model_dump(mode="json", exclude_defaults=True))
        with self._changed:
            self._calls[call.path] = call
