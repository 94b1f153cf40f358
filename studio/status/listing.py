"""One line of `sessions list`: a session's state in short.

Agrees with `studio/status/snapshot.py` and `studio/status/state.py` in everything it says, but reads only what a line
needs, so that a thousand sessions list in a second. Writes nothing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, cast, get_args

from studio.billing.totals import UNPAID, Tally, read_spent
from studio.fs import tolerant
from studio.fs.safe_open import OpenFolder
from studio.object_storage import outputs
from studio.status.snapshot import Snapshot, read_snapshot
from studio.status.state import SessionState, cost_usd, images_done, state_now, state_of, videos_done
from studio.store import light_reader, lock
from studio.store.folders import session_folders
from studio.text.display import clock, dollars, printable

if TYPE_CHECKING:
    from studio.object_storage.index import StoredSession

IDEA_LETTERS = 300
"""How much of an idea a store's line has, in letters."""
RUNS = 8
"""How many of a session's last runs a store's line names."""


@dataclass(frozen=True)
class Listing:
    """A session in one line.

    Attributes:
        images, clips, shots: how many pictures and clips there are, and how many shots.
        seconds: length of the film in seconds, > 0; 0 while there is no film, or if another program made it.
        seconds_asked: the length that was asked for; 0 if the brief does not say.
        cost_usd: what it cost; `paid` is the sum of its calls.
        name: what a person calls the film; '' for none.
        held_by: who works on a session in a store, where, since when: 'by pid 4711 on host since ...'; '' for nobody.
    """

    session_id: str
    state: SessionState
    idea: str
    started_at: str
    images: int
    clips: int
    shots: int
    seconds: float
    seconds_asked: float
    foreign: bool
    cost_usd: float = 0.0
    paid: Tally = UNPAID
    name: str = ""
    held_by: str = ""


def listings(root: Path) -> list[Listing]:
    """Return a line for every session in `root`, newest first; folders that hold nothing are left out.

    Raises:
        BadInput: `root` exists and cannot be read.
    """
    if (output := outputs.output_of(root)) is not None:
        return [_of_line(each) for each in output.sessions() if each.line]
    return [found for folder in session_folders(root) if (found := read_listing(folder)) is not None]


def line_of(folder: Path) -> dict[str, object]:
    """Return the session in `folder` in short, as its head in a store has it; {} if it is none.

    The state is what it is once nobody works on it. Beside what a list shows it holds what sessions are looked for by:
    the checksum of the idea, the batch's key, and the last runs.
    """
    with tolerant.entered(folder) as opened:
        if opened is None:
            return {}
        brief = light_reader.brief_at(opened)
        runs = [name.removesuffix(".json") for _, name in sorted(tolerant.changes_at(opened, "runs"))[-RUNS:]]
        if light_reader.has_brief(opened):
            found: Listing | None = _ours(opened, folder, False)
        else:
            found = None if (facts := read_snapshot(folder)) is None else listing_of(facts, False)
    if found is None:
        return {}
    told = {key: value for key, value in vars(found).items() if key not in ("session_id", "held_by", "paid")}
    return {
        **told,
        "idea": found.idea[:IDEA_LETTERS],
        "idea_sha256": idea_digest(found.idea),
        "paid": vars(found.paid),
        "batch": tolerant.text(brief, "batch"),
        "runs": runs,
    }


def idea_digest(idea: str) -> str:
    """Return what a session in a store is found by that is about exactly this idea."""
    return hashlib.sha256(idea.encode("utf-8", "surrogatepass")).hexdigest()


def can_be_resumed(line: Mapping[str, object]) -> bool:
    """Tell whether the line of a session in a store says that a run may resume it, once nobody works on it."""
    return line.get("state") in ("edited", "rejected", "suspended", "failed", "interrupted")


def _of_line(each: StoredSession) -> Listing:
    """Return the listing of a session in a store from its line, which may be anybody's words."""
    line = dict(each.line)
    state, paid = tolerant.text(line, "state"), tolerant.as_dict(line.get("paid"))
    held = each.holder is not None
    known = state in get_args(SessionState)
    return Listing(
        each.session_id,
        "running" if held else cast(SessionState, state) if known else "unverified",
        tolerant.text(line, "idea"),
        tolerant.text(line, "started_at"),
        images=int(tolerant.number(line, "images")),
        clips=int(tolerant.number(line, "clips")),
        shots=int(tolerant.number(line, "shots")),
        seconds=tolerant.number(line, "seconds"),
        seconds_asked=tolerant.number(line, "seconds_asked"),
        foreign=line.get("foreign") is True,
        cost_usd=tolerant.number(line, "cost_usd"),
        paid=Tally(
            calls=int(tolerant.number(paid, "calls")),
            usd=tolerant.number(paid, "usd"),
            unknown=int(tolerant.number(paid, "unknown")),
            unused=int(tolerant.number(paid, "unused")),
            unsent=int(tolerant.number(paid, "unsent")),
        ),
        name=tolerant.text(line, "name"),
        held_by=each.holder.words if each.holder is not None else "",
    )


def read_listing(folder: Path) -> Listing | None:
    """Return the line of one session folder; None if nothing in it identifies it as a session."""
    locked = lock.is_locked(folder)
    with tolerant.entered(folder) as opened:
        if opened is None:
            return None
        if light_reader.has_brief(opened):
            return _ours(opened, folder, locked)
    facts = read_snapshot(folder)
    return None if facts is None else listing_of(facts, locked)


def _ours(opened: OpenFolder, folder: Path, locked: bool) -> Listing:
    brief, film = light_reader.brief_at(opened), light_reader.receipt_at(opened, "film.mp4")
    shots = len(light_reader.shots_at(opened))
    numbers = range(1, shots + 1)
    done, failed, card = film is not None, tolerant.is_there(opened, "failure.json"), light_reader.last_card(opened)
    state = state_of(
        done,
        False,
        locked,
        failed,
        light_reader.was_cut_off(card),
        bool(tolerant.text(card, "waits_for")),
        bool(tolerant.text(card, "rejected")),
        bool(tolerant.text(card, "suspended")),
        done and light_reader.is_edited(opened, card),
    )
    images, clips = (
        [found for number in numbers if (found := light_reader.receipt_at(opened, path.format(number))) is not None]
        for path in ("images/shot_{:03d}.png", "videos/shot_{:03d}.mp4")
    )
    paid = read_spent(opened).all
    cost = paid.usd if paid.calls or brief.get("forked_from") else _by_receipts(folder, [*images, *clips])
    return Listing(
        folder.name,
        state,
        tolerant.text(brief, "idea"),
        tolerant.text(brief, "started_at"),
        images=len(images),
        clips=len(clips),
        shots=shots,
        seconds=tolerant.number(film, "seconds") if film else 0.0,
        seconds_asked=tolerant.number(tolerant.as_dict(brief.get("wish")), "seconds"),
        foreign=False,
        cost_usd=cost,
        paid=paid,
        name=tolerant.text(brief, "name"),
    )


def _by_receipts(folder: Path, receipts: Sequence[dict[str, object]]) -> float:
    """Return the cost of a session without a ledger, in US dollars; if no picture or clip cost anything, it is 0."""
    if not any(tolerant.number(receipt, "cost_usd") for receipt in receipts):
        return 0.0
    facts = read_snapshot(folder)
    return cost_usd(facts) if facts else 0.0


def listing_of(facts: Snapshot, locked: bool) -> Listing:
    """Return the line of a session whose snapshot was read."""
    return Listing(
        facts.session_id,
        state_now(facts, locked),
        facts.idea,
        facts.started_at,
        images=images_done(facts),
        clips=videos_done(facts),
        shots=len(facts.shots),
        seconds=facts.film.seconds if facts.film else 0.0,
        seconds_asked=tolerant.number(facts.options, "seconds"),
        foreign=facts.foreign,
        cost_usd=cost_usd(facts),
        paid=facts.spent.all,
        name=facts.name,
    )


def any_cost(found: Sequence[Listing]) -> bool:
    """Tell whether any session cost something, or may have: only then does the list show a column of costs."""
    return any(each.cost_usd or each.paid.unknown for each in found)


def any_name(found: Sequence[Listing]) -> bool:
    """Tell whether any session has a name: only then does the list show a column of names."""
    return any(each.name for each in found)


def any_holder(found: Sequence[Listing]) -> bool:
    """Tell whether anybody works on a session in a store: only then does the list show who, where and since when."""
    return any(each.held_by for each in found)


def line_cells(listing: Listing, paid: bool = False, named: bool = False, held: bool = False) -> dict[str, str]:
    """Return the cells of a session's line by the names of their columns, in order.

    A length of '~40 s' was asked for and is not made yet. With `paid` the cost comes before the idea; ' +?' after it
    means further calls of unknown price. With `named` the name comes after the id. With `held` who works on it comes
    before the idea.
    """
    planned = f"~{clock(listing.seconds_asked)}" if listing.seconds_asked else "-"
    return {
        "state": listing.state,
        "id": listing.session_id,
        **({"name": printable(listing.name) or "-"} if named else {}),
        "img": f"{listing.images}/{listing.shots}",
        "clips": f"{listing.clips}/{listing.shots}",
        "length": clock(listing.seconds) if listing.seconds else planned,
        **({"cost": _cost(listing)} if paid else {}),
        **({"held": listing.held_by or "-"} if held else {}),
        "idea": printable(listing.idea),
    }


def _cost(listing: Listing) -> str:
    if not listing.cost_usd:
        return "?" if listing.paid.unknown else "-"
    return dollars(listing.cost_usd) + (" +?" if listing.paid.unknown else "")


outputs.lines_by(line_of)
