"""The state of a session, out of what lies in it: which steps are done, what it cost, whether it can go on. Pure.

Total on any facts, independent of their order on disk, monotone: one more valid piece never unsets a flag.
"""

from __future__ import annotations

from typing import Literal

from studio.billing.totals import cost_text
from studio.status.snapshot import ShotFacts, Snapshot
from studio.text.display import dollars

Mark = Literal["DONE", "IMG", "TODO"]
SessionState = Literal[
    "done", "running", "waiting", "rejected", "suspended", "interrupted", "failed", "done unverified", "unverified"
]
"""Of a session: 'waiting' for a person's approval; 'rejected' by one, and can be gone on with; 'suspended' by one, in
the engine, with its run; 'interrupted' is
unfinished with nobody working on it; the last two were written by other programs."""


def cost_usd(facts: Snapshot) -> float:
    """Return what the session cost, in US dollars: what its ledger says.

    Only where there is no ledger, in older sessions and those of other programs, the receipts of the pieces in place
    tell: they know nothing of refused, bad and lost answers, nor of pieces that were replaced.
    """
    if facts.spent.all.calls:
        return facts.spent.all.usd
    cast = [each.portrait for each in facts.cast]
    shots = [piece for shot in facts.shots for piece in (shot.image, shot.line, shot.clip)]
    return sum(piece.cost_usd for piece in (*facts.planning, *cast, *shots, facts.score, facts.film) if piece)


def cost_shown(facts: Snapshot) -> str:
    """Return what the session cost, for a person: '$0.14', '$0.14 and 2 calls of unknown price'."""
    return cost_text(facts.spent.all) if facts.spent.all.calls else dollars(cost_usd(facts))


def completed(facts: Snapshot) -> bool:
    """Tell whether the film is there; of a foreign session, what it says of itself is believed."""
    return facts.foreign_completed if facts.foreign else facts.film is not None


def steps(facts: Snapshot) -> dict[str, bool]:
    """Return which steps are complete, in the order they are made."""
    shots = facts.shots
    return {
        "story": "story" in facts.plans,
        "scene_graph": "scene_graph" in facts.plans,
        "shots": bool(shots),
        "images": bool(shots) and all(shot.image for shot in shots),
        "videos": bool(shots) and all(shot.clip for shot in shots),
        "narration": bool(shots) and all(shot.line for shot in shots),
        # A film asked for without music needs no score: the step is done when the film is.
        "score": facts.score is not None or (facts.options.get("music") is False and facts.film is not None),
        "film": facts.film is not None,
    }


def images_done(facts: Snapshot) -> int:
    """Count the shots whose picture is there."""
    return sum(shot.image is not None for shot in facts.shots)


def videos_done(facts: Snapshot) -> int:
    """Count the shots whose clip is there."""
    return sum(shot.clip is not None for shot in facts.shots)


def mark(shot: ShotFacts) -> Mark:
    """Return a shot's state in a word: clip there, picture there, or neither."""
    if shot.clip is not None:
        return "DONE"
    return "IMG" if shot.image is not None else "TODO"


def state_of(
    completed: bool,
    foreign: bool,
    locked: bool,
    failed: bool,
    cut_off: bool = False,
    waits: bool = False,
    rejected: bool = False,
    suspended: bool = False,
) -> SessionState:
    """Return a session's state; a run that works on it now says most, then how the last one ended, then the film.

    So a finished film that a later run was to change, and did not, is not called done. A run that waits was suspended:
    it did not fail, an earlier one did; and whether its process lived to say that it ended does not matter. Nor did one
    fail that a person rejected.
    """
    if locked:
        return "running"
    if foreign:
        return "done unverified" if completed else "unverified"
    if waits:
        return "waiting"
    if rejected:
        return "rejected"
    if suspended:
        return "suspended"
    if failed:
        return "failed"
    return "done" if completed and not cut_off else "interrupted"


def state_now(facts: Snapshot, locked: bool) -> SessionState:
    """Return the state of a session whose facts were read."""
    return state_of(
        completed(facts),
        facts.foreign,
        locked,
        bool(facts.failure),
        facts.cut_off,
        bool(facts.waits_for),
        bool(facts.rejected),
        bool(facts.suspended),
    )


def can_go_on(facts: Snapshot) -> bool:
    """Tell whether there is something to go on with, once nobody works on the session."""
    return state_now(facts, locked=False) in ("waiting", "rejected", "suspended", "failed", "interrupted")


def missing(facts: Snapshot) -> tuple[str, ...]:
    """Return the paths of the pieces that a finished session would have and this one has not, in the order of work.

    Before the shots are planned nobody knows how many there are: then the plans and what is made once are named. Of a
    foreign session only pictures, clips and the film are looked for.
    """
    plans = {*facts.plans, *(("shots",) if facts.shots else ())}
    wanted = {
        **({} if facts.foreign else {f"{name}.json": name in plans for name in ("story", "scene_graph", "shots")}),
        **{f"images/shot_{shot.index:03d}.png": shot.image is not None for shot in facts.shots},
    }
    if not facts.foreign:
        wanted |= {f"narration/shot_{shot.index:03d}.wav": shot.line is not None for shot in facts.shots}
        wanted["timeline.json"] = "timeline" in plans
    wanted |= {f"videos/shot_{shot.index:03d}.mp4": shot.clip is not None for shot in facts.shots}
    if not facts.foreign and facts.options.get("music") is not False:
        wanted["score.wav"] = facts.score is not None
    wanted["film.mp4"] = facts.film is not None
    return tuple(path for path, there in wanted.items() if not there)
