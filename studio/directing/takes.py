"""The takes of a shot, or of the score: every version that was made or put there, the one in use and the earlier ones.

They are numbered in the order in which the shot got them, so that a number stays the same while there are more.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from studio.directing.edits import STAGE_OF, Plan, RedoStage
from studio.errors import BadInput
from studio.fs import checksums, files
from studio.model.film import Shot, Stage
from studio.model.pieces import piece_path, receipt_path
from studio.model.receipt import Receipt
from studio.store.receipts import piece_of, read_receipt


@dataclass(frozen=True)
class Take:
    """One take.

    Attributes:
        number: from 1.
        shot: the shot's number; 0 for the score.
        path: where it is, relative to the session.
        in_place: whether it is in its place, and so in the film once that is cut.
    """

    number: int
    stage: RedoStage
    shot: int
    path: str
    in_place: bool
    receipt: Receipt


def takes_of(folder: Path, shots: Sequence[Shot], stage: RedoStage, number: int = 0) -> tuple[Take, ...]:
    """Return the takes of shot `number`, or of the score, in the order of their numbers.

    A take that is not whole any more is left out.
    """
    shot = shots[number - 1] if number else None
    found: dict[str, tuple[Path, Receipt, bool]] = {}
    since: dict[str, str] = {}
    for place, receipt, in_place in _receipts(folder, STAGE_OF[stage], number, shot.id if shot else ""):
        mine = shot is None or _is_of(receipt, shot, stage) or (in_place and not receipt.shot)
        path = piece_of(place, receipt)
        if mine and checksums.has(path, receipt.sha256, receipt.bytes):
            found.setdefault(receipt.sha256, (path, receipt, in_place))
            since[receipt.sha256] = min(since.get(receipt.sha256, "9"), _since(receipt))
    in_order = sorted(found.values(), key=lambda each: (since[each[1].sha256], each[1].sha256))
    return tuple(
        Take(count, stage, number, path.relative_to(folder).as_posix(), in_place, receipt)
        for count, (path, receipt, in_place) in enumerate(in_order, start=1)
    )


def _since(receipt: Receipt) -> str:
    """Return since when a shot has the take, local time, ISO 8601; of a picture by hand, as its file says."""
    return receipt.made_at or datetime.fromtimestamp(receipt.mtime_ns / 1e9).isoformat(timespec="microseconds")


def composed_like(take: Take, takes: Sequence[Take]) -> int:
    """Return the number of the crew's take that a score is, if the film is as it was when that was composed; else 0.

    Such a take is picked by its number: it is composed anew where the film gets another length.
    """
    now = next((each.receipt for each in takes if each.in_place), None)
    made = take.receipt
    same = now is not None and (made.prompt, made.seconds, made.model) == (now.prompt, now.seconds, now.model)
    return made.take if same else 0


def is_wanted(take: Take, plan: Plan) -> bool:
    """Tell whether a take that is in place stays there: else the next run makes what the plan wants instead."""
    made, story = take.receipt, plan.story
    if not take.shot:
        return story.music is None and made.take in (0, story.score_take)
    shot = plan.shots[take.shot - 1]
    match take.stage:
        case "image":
            mine = made.by_hand and made.direction in ("", shot.direction)
            same = made.take in (0, shot.take) and made.prompt == shot.image_prompt and not shot.picture
            return mine or same or shot.picture == made.sha256
        case "video":
            same = made.take in (0, shot.video_take) and shot.clip is None
            return same or (shot.clip is not None and shot.clip.sha256 == made.sha256)
        case _:
            same = made.take in (0, shot.narration_take) and made.prompt == shot.narration and shot.voice is None
            return same or (shot.voice is not None and shot.voice.sha256 == made.sha256)


def take_numbered(takes: Sequence[Take], number: int, whose: str) -> Take:
    """Return the take with this number.

    Raises:
        BadInput: there is none.
    """
    if not 1 <= number <= len(takes):
        there = f"takes 1 to {len(takes)}" if len(takes) > 1 else "one take" if takes else "no takes"
        raise BadInput(f"there is no take {number} of {whose}: there {'are' if len(takes) != 1 else 'is'} {there}")
    return takes[number - 1]


def _receipts(folder: Path, stage: Stage, number: int, shot_id: str) -> Iterator[tuple[Path, Receipt, bool]]:
    """Yield (path, receipt, whether it is in the place of this number), the one in place first.

    Those in other places come only if the shot's own place has another shot's piece, or none: until the next run that
    is so of a shot that was moved.
    """
    own = folder / receipt_path(piece_path(stage, number))
    if (lying := read_receipt(own)) is not None:
        yield own, lying, True
    homes = [folder / "takes" / stage]
    if number and (lying is None or lying.shot not in ("", shot_id)):
        homes.insert(0, own.parent)
    for home in homes:
        for name in files.names(home):
            if name.endswith(".json") and not name.startswith(".") and home / name != own:
                receipt = read_receipt(home / name)
                if receipt is not None and receipt.stage == stage:
                    yield home / name, receipt, False


def _is_of(receipt: Receipt, shot: Shot, stage: RedoStage) -> bool:
    """Tell whether a take is of this shot; those from before shots had ids are told by seed, or by a line's words."""
    if receipt.shot:
        return receipt.shot == shot.id
    if stage == "narration":
        return receipt.prompt == shot.narration
    return receipt.index == shot.index if receipt.seed is None else receipt.seed == shot.seed
