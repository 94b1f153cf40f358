"""Add up what a session's calls cost, read lightly from `calls/`: for lists, meta and pages.

Agrees with `studio/billing/calls.py`, where a call is a model, in what counts as spent; here no model is validated, so
that a thousand sessions list in a second. A file that is not a call is ignored.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from studio.fs import tolerant
from studio.fs.safe_open import OpenFolder
from studio.text.display import dollars

_FREE = ("failed", "refused")
_STATES = ("intent", "done", "bad answer", "ambiguous", *_FREE)
_UNUSED = ("bad answer", "ambiguous", *_FREE)


@dataclass(frozen=True)
class Tally:
    """The sum of some calls.

    Attributes:
        calls: how many.
        usd: what they cost in US dollars, without those of unknown price.
        unknown: how many have no known price.
        unused: how many gave nothing.
        unsent: how many of these were never sent.
    """

    calls: int = 0
    usd: float = 0.0
    unknown: int = 0
    unused: int = 0
    unsent: int = 0

    def plus(self, other: Tally) -> Tally:
        """Return the sum of both."""
        return Tally(
            self.calls + other.calls,
            self.usd + other.usd,
            self.unknown + other.unknown,
            self.unused + other.unused,
            self.unsent + other.unsent,
        )


UNPAID = Tally()
"""The tally of no calls."""


@dataclass(frozen=True)
class Spent:
    """What a session's calls cost, in all and by stage; a call in flight counts at the most that it can cost.

    `inherited` are the calls that the session has from the one it was forked from; they are in no other sum.
    """

    all: Tally = UNPAID
    stages: dict[str, Tally] = field(default_factory=dict)
    inherited: Tally = UNPAID

    def of(self, *stages: str) -> Tally:
        """Return the sum of the calls of these stages."""
        total = Tally()
        for stage in stages:
            total = total.plus(self.stages.get(stage, Tally()))
        return total


NOTHING = Spent()


def read_spent(opened: OpenFolder) -> Spent:
    """Return what the calls of a session cost; `opened` is its open folder."""
    total, inherited, stages = Tally(), Tally(), dict[str, Tally]()
    for name in _names(opened):
        call = _call(opened, name)
        if call.get("state") not in _STATES:
            continue
        if tolerant.text(call, "paid_in"):
            inherited = inherited.plus(_tally(call))
            continue
        stage, tally = tolerant.text(call, "stage"), _tally(call)
        total = total.plus(tally)
        stages[stage] = stages.get(stage, Tally()).plus(tally)
    return Spent(total, stages, inherited) if total.calls or inherited.calls else NOTHING


def _call(opened: OpenFolder, name: str) -> dict[str, object]:
    """Return a call from its file or, if that was lost, from its answer, else {}; see `calls.read_calls`."""
    for call in (
        tolerant.dict_at(opened, f"calls/{name}.json"),
        tolerant.as_dict(tolerant.head_at(opened, f"calls/{name}.answer").get("call")),
    ):
        if call.get("state") in _STATES and name == _name(call):
            return call
    return {}


def _name(call: dict[str, object]) -> str:
    index = call.get("index")
    number = f"{index:03d}" if type(index) is int else ""
    stage, made_from = tolerant.text(call, "stage"), tolerant.text(call, "fingerprint")
    return f"{stage}-{number}-{made_from[:16]}-{call.get('attempt')}"


def _names(opened: OpenFolder) -> list[str]:
    """Return the names of the calls and answers, without their endings."""
    names = {name.rpartition(".") for name in tolerant.names_at(opened, "calls") if name[0] != "."}
    return sorted({stem for stem, _, ending in names if ending in ("json", "answer")})


def _tally(call: dict[str, object]) -> Tally:
    """Return the tally of one call; see `studio.billing.calls.Call.booked_usd`."""
    state = call["state"]
    usd = call.get("most_usd" if state == "intent" else "cost_usd")
    if usd is None and state in _FREE and not call.get("usage"):
        usd = 0.0
    known = type(usd) in (int, float)
    unsent = state == "failed" and call.get("sent") is False
    cost = tolerant.number({"usd": usd}, "usd") if known else 0.0
    return Tally(1, cost, 0 if known else 1, int(state in _UNUSED), int(unsent))


def stats_of(tally: Tally) -> dict[str, float | int]:
    """Return the keys about calls in `stats`, for meta, `sessions list --json` and `sessions view --json`."""
    unknown = {"price_unknown": tally.unknown} if tally.unknown else {}
    return {"calls": tally.calls, **unknown}


def cost_text(tally: Tally) -> str:
    """Return what was spent as text: '$0.14', '$0.14 and 2 calls of unknown price'."""
    if not tally.unknown:
        return dollars(tally.usd)
    return f"{dollars(tally.usd)} and {tally.unknown} call{'s' * (tally.unknown != 1)} of unknown price"
