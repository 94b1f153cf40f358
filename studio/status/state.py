"""Work out the state of a session from its snapshot: which steps are done, what it cost, whether it can go on. Pure.

Works for every snapshot, does not depend on the order of files on disk, and one more valid piece never undoes a step.
"""

from __future__ import annotations

from typing import Literal

from studio.billing.totals import cost_text
from studio.status.snapshot import ShotFacts, Snapshot
from studio.text.display import dollars

Mark = Literal["DONE", "IMG", "TODO"]
SessionState = Literal[
    "done",
    "edited",
    "running",
    "waiting",
    "rejected",
    "suspended",
    "interrupted",
    "failed",
    "done unverified",
    "unverified",
]
"""The state of a session.

'edited': a command changed the plan of a finished film, and the film is not cut anew yet; 'waiting': for a person's
approval; 'rejected': by a person, and it can be resumed; 'suspended': a person suspended its run in Prefect;
'interrupted': unfinished, and nobody is working on it; the last two are sessions that other programs wrote."""


def cost_usd(facts: Snapshot) -> float:
    """Return what the session cost, in US dollars, by its ledger.

    If there is no ledger, as in older sessions and those of other programs, it is the sum of the receipts of the pieces
    in place; they know nothing of refused, bad and lost answers, nor of pieces that were replaced. A fork costs what it
    paid itself.
    """
    if facts.spent.all.calls or facts.forked_from:
        return facts.spent.all.usd
    cast = [each.portrait for each in facts.cast]
    shots = [piece for shot in facts.shots for piece in (shot.image, shot.line, shot.clip)]
    return sum(piece.cost_usd for piece in (*facts.planning, *cast, *shots, facts.score, facts.film) if piece)


def cost_shown(facts: Snapshot) -> str:
    """Return what the session cost, as text: '$0.14', '$0.14 and 2 calls of unknown price'."""
    return cost_text(facts.spent.all) if facts.spent.all.calls else dollars(cost_usd(facts))


def completed(facts: Snapshot) -> bool:
    """Tell whether the film is there; for a foreign session, whether its meta says so."""
    return facts.foreign_completed if facts.foreign else facts.film is not None


def steps(facts: Snapshot) -> dict[str, bool]:
    """Return for each step, in the order of the format, whether it is complete."""
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
    """Return a shot's state in a word: 'DONE' if its clip is there, 'IMG' if only its picture is, else 'TODO'."""
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
    edited: bool = False,
) -> SessionState:
    """Return a session's state: by whether a run works on it now, then by how the last one ended, then by the film.

    So a finished film that a later run was meant to change, and did not, is not called done. For a run that waits or
    was rejected, `failed` and `cut_off` are ignored: it did not fail, an earlier one did, and its process need not have
    lived to record its end.
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
    if not completed or cut_off:
        return "interrupted"
    return "edited" if edited else "done"


def state_now(facts: Snapshot, locked: bool) -> SessionState:
    """Return the state of a session from its snapshot; `locked` says whether a run is working on it."""
    return state_of(
        completed(facts),
        facts.foreign,
        locked,
        bool(facts.failure),
        facts.cut_off,
        bool(facts.waits_for),
        bool(facts.rejected),
        bool(facts.suspended),
        facts.edited,
    )


def can_go_on(facts: Snapshot) -> bool:
    """Tell whether a run can go on with the session, once nobody is working on it."""
    return state_now(facts, locked=False) in ("edited", "waiting", "rejected", "suspended", "failed", "interrupted")


def missing(facts: Snapshot) -> tuple[str, ...]:
    """Return the paths of the pieces that are missing from a finished session, in the order of work.

    Before the shots are planned their number is not known: then only the plans, the score and the film are named. In a
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
