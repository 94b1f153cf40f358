"""Calls on disk: one file for every call that can cost money, written before the call is sent.

`calls/<stage>-<NNN>-<fingerprint>-<attempt>.json` is written as 'intent', and once more when the call has ended. The
answer is beside it as `.answer` (a line of JSON with the checksum of the bytes after it and the call as it is booked),
flushed to the disk before the call counts as done; a text is in the call's own file, too. So a call whose answer we
hold is never made again, whatever happens to the piece made from it or to the call's own file, and a call that was cut
off in flight is known. What was spent is the sum of these files.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Literal

from pydantic import Field, ValidationError

from studio.fs import files
from studio.fs.safe_open import ANSWER_BYTES
from studio.model.film import Sha256, Stage
from studio.model.frozen_model import FrozenModel
from studio.model.paid import CallKind, Reply, Unit
from studio.store import lock

FOLDER = "calls"
LETTERS = 16
"""How many letters of the fingerprint are in a file's name."""
NAME = re.compile(r"([a-z_]+)-([0-9]{3,})-([0-9a-f]{16})-([0-9]+)\.json")
"""The name of a call's file: stage, index, beginning of the fingerprint, attempt."""

CallState = Literal["intent", "done", "failed", "refused", "bad answer", "ambiguous"]
"""The state of a call:

intent      it is in flight; or it was cut off, if its run is dead and no answer is there
done        answered, and the answer is held
failed      the vendor did not do it, and bills nothing
refused     the vendor's rules did not allow it
bad answer  answered with something that cannot be used; booked as the vendor says, or else at its highest price
ambiguous   sent, and nothing says what happened to it; booked at its highest price
"""


class Call(FrozenModel):
    """One call, as it is booked. Dollars are None if the price is not known; times are local, ISO 8601."""

    stage: Stage
    index: int = Field(ge=0, description="1-based shot, or 0 for the whole film")
    fingerprint: Sha256
    attempt: int = Field(ge=1)
    run_id: str = Field(description="the flow run that made it")
    vendor: str
    account: str
    model: str
    kind: CallKind
    digest: Sha256 = Field(description="of everything that was asked, except secrets")
    state: CallState
    begun_at: str
    ended_at: str = ""
    most_usd: float | None = Field(default=None, description="what was reserved: the most it can cost")
    cost_usd: float | None = Field(default=None, description="what is booked; None while in flight, or not known")
    usage: dict[Unit, float] = Field(default_factory=dict)
    request_id: str = ""
    seed: int | None = None
    reason: str = ""
    sent: bool = Field(default=True, description="False for a failed call that never reached the vendor")
    text: str | None = Field(default=None, description="for a text: the answer itself")
    again: str = Field(default="", description="for an ambiguous call: the run that agreed to make it again")
    prices: str = Field(default="", description="the day of the prices it was booked with")
    paid_in: str = Field(default="", description="of a fork's: the session that made it, and in whose sums it counts")

    @property
    def path(self) -> str:
        """The path of its file, relative to the session."""
        return f"{FOLDER}/{self.stage}-{self.index:03d}-{self.fingerprint[:LETTERS]}-{self.attempt}.json"

    @property
    def answer_path(self) -> str:
        """The path of the file for its answer, relative to the session."""
        return self.path.removesuffix(".json") + ".answer"

    @property
    def booked_usd(self) -> float | None:
        """What counts as spent here: its cost or, in flight, the most it can cost; 0 if not billed, or if another
        session paid it; None if not known."""
        if self.paid_in:
            return 0.0
        if self.state in ("failed", "refused") and self.cost_usd is None and not self.usage:
            return 0.0
        return self.most_usd if self.state == "intent" else self.cost_usd


class _Head(FrozenModel):
    """The first line of an `.answer` file, with the checksum of the bytes that follow."""

    sha256: Sha256
    usage: dict[Unit, float]
    request_id: str
    seed: int | None
    call: Call | None = Field(default=None, description="as it was first booked; None in older sessions")


def read_calls(folder: Path) -> list[Call]:
    """Return the calls of a session in the order in which they began.

    If a call's file is gone or cannot be read, the call is taken from its answer; without an answer it is left out. A
    copy of a call's file under another name does not count.
    """
    found = _booked(folder)
    found += _held_by_answers(folder, found)
    return sorted(found, key=lambda call: (call.begun_at, call.path))


def lost_calls(folder: Path) -> tuple[list[Call], list[str]]:
    """Return the calls that are known only from their answers, and the names in `calls/` that cannot be read at all."""
    found = _booked(folder)
    held = _held_by_answers(folder, found)
    known = {call.path for call in (*found, *held)}
    names = [name for name in files.names(folder / FOLDER) if NAME.fullmatch(name)]
    return held, [name for name in names if f"{FOLDER}/{name}" not in known]


def _booked(folder: Path) -> list[Call]:
    found = []
    for name in _names(folder, ".json"):
        try:
            call = Call.model_validate_json(files.read_or_none(folder / name) or b"")
        except ValidationError:
            continue
        if call.path == name:
            found.append(call)
    return found


def _names(folder: Path, ending: str) -> list[str]:
    names = files.names(folder / FOLDER)
    return [f"{FOLDER}/{name}" for name in names if name.endswith(ending) and name[0] != "."]


def _held_by_answers(folder: Path, booked: list[Call]) -> list[Call]:
    known = {call.answer_path for call in booked}
    names = [name for name in _names(folder, ".answer") if name not in known]
    told = [(name, call) for name in names if (call := _told_by(folder / name)) is not None]
    return [call for name, call in told if call.answer_path == name]


def _told_by(path: Path) -> Call | None:
    """Return the call in the answer at `path`; None if the answer is damaged or holds no call."""
    head, _, content = (files.read_or_none(path, ANSWER_BYTES) or b"").partition(b"\n")
    try:
        told = _Head.model_validate_json(head)
    except ValidationError:
        return None
    return told.call if told.sha256 == hashlib.sha256(content).hexdigest() else None


def spent_usd(calls: Iterable[Call]) -> tuple[float, int]:
    """Return what was or may have been spent, in dollars, and how many calls of unknown price are not in that sum."""
    booked = [call.booked_usd for call in calls]
    return sum(each for each in booked if each is not None), sum(each is None for each in booked)


def cut_off_calls(folder: Path) -> list[Call]:
    """Return the calls of a session whose answer was lost, and which nobody agreed to make again.

    Calls in flight while a run works on the session are not among them.
    """
    found, at_work = [], lock.is_locked(folder)
    for call in read_calls(folder):
        lost = call.state == "intent" and not at_work and read_answer(folder / call.answer_path) is None
        if lost or (call.state == "ambiguous" and not call.again):
            found.append(call)
    return found


def held_answer(folder: Path, calls: Iterable[Call]) -> tuple[Call, Reply] | None:
    """Return the first of these calls whose answer is held and whole, and the answer; None if there is none."""
    for call in calls:
        if call.state == "done" and call.text is not None:
            return call, Reply(call.text.encode("utf-8"), call.usage, call.request_id, call.seed)
        if call.state in ("done", "intent") and (reply := read_answer(folder / call.answer_path)) is not None:
            return call, reply
    return None


def answer_bytes(reply: Reply, call: Call | None = None) -> bytes:
    """Return the content of an `.answer` file: a line of JSON, which holds the call as booked, then the answer."""
    head = _Head(
        sha256=hashlib.sha256(reply.content).hexdigest(),
        usage=dict(reply.usage),
        request_id=reply.request_id,
        seed=reply.seed,
        call=call,
    )
    return head.model_dump_json().encode("utf-8") + b"\n" + reply.content


def read_answer(path: Path) -> Reply | None:
    """Return the answer kept at `path`; None if there is none, or it is damaged."""
    head, _, content = (files.read_or_none(path, ANSWER_BYTES) or b"").partition(b"\n")
    try:
        told = _Head.model_validate_json(head)
    except ValidationError:
        return None
    if told.sha256 != hashlib.sha256(content).hexdigest():
        return None
    return Reply(content, told.usage, told.request_id, told.seed)
