"""Write the pages that show a film in the making: storyboard, table of shots, ledger and film card, as texts and rows.

Made from what is in the session's folder and what the run has reported so far; knows nothing of where it is shown.
Every word from outside is escaped, so that Markdown shows it as it was written. Each text and each table stays below a
million bytes, however many shots there are.
"""

from __future__ import annotations

import re
import shlex
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from textwrap import shorten

from studio.billing.totals import Tally
from studio.model.film import Stage
from studio.status.snapshot import Piece, ShotFacts, Snapshot
from studio.status.state import SessionState, cost_shown, cost_usd, images_done, videos_done
from studio.status.thumbnails import Thumbnails
from studio.text.command_hints import command
from studio.text.display import clock, dollars, printable, size

LISTED = 400
"""Most shots that are listed: with more, the texts would exceed a million bytes."""
CAST_SHOWN = 24
"""Most reference pictures of characters that are shown."""
POSTER_BYTES = 80_000
"""Most bytes of the film card's picture, as a `data:` URI."""

_LETTERS, _LETTERS_IN_ALL = 400, 40_000
"""Most letters of a text, and of one text of all shots together."""
_REASONS_IN_ALL = 8_000
"""Most letters of the reasons why lines are silent, of all shots together; the same for why pictures were refused."""
_PER_SHOT: tuple[tuple[Stage, str], ...] = (("images", "picture"), ("narration", "line"), ("videos", "clip"))
_THERE = ("done", "reused")
_CAMERA_LETTERS, _CELL_LETTERS = 40, 48
_MARKUP = re.compile(r"([\\`*_{}\[\]()#+\-.!|<>&~:@])")
_LINKS = re.compile(r"(?i)(https?:|ftp:|www|@)(?=//|\.|\w)")
_JOINER = "\u2060"
"""Word joiner: it is invisible, and text that it divides is not taken for a link."""


@dataclass(frozen=True)
class Reported:
    """What the run has reported so far: the state of each piece, and why it failed.

    'working'; 'done': made by this run; 'reused': found; 'failed'.
    """

    states: Mapping[tuple[Stage, int], str] = field(default_factory=dict)
    failures: Mapping[tuple[Stage, int], str] = field(default_factory=dict)


def escaped(text: str, letters: int = _LETTERS) -> str:
    """Return the text escaped for Markdown, on one line, cut to so many letters."""
    plain = shorten(printable(text), letters, placeholder=" …") if " " in text else printable(text)[:letters]
    return _MARKUP.sub(r"\\\1", _LINKS.sub(rf"\1{_JOINER}", plain))


def shot_state(shot: ShotFacts, reported: Reported) -> str:
    """Return in words how far a shot is: 'DONE', 'being painted', 'clip waits for its line', 'failed: ...'.

    What the run reports about a piece counts before the folder, which may still hold the clip of an earlier picture.
    """
    for stage, noun in _PER_SHOT:
        if reported.states.get((stage, shot.index)) == "failed":
            return f"failed: {noun}: {printable(reported.failures.get((stage, shot.index), ''))}"
    image, line, clip = (reported.states.get((stage, shot.index), "") for stage, _ in _PER_SHOT)
    if clip == "working":
        return "clip is being rendered"
    if clip in _THERE or (shot.clip and not clip and not {"working", "done"} & {image, line}):
        return "DONE"
    if image == "working":
        return "being painted"
    painted, spoken = image in _THERE or bool(not image and shot.image), line in _THERE or bool(not line and shot.line)
    match painted, spoken:
        case True, True:
            return "clip waits for its turn"
        case True, False:
            return "clip waits for its line"
        case False, True:
            return "clip waits for its picture"
    return "waits for its turn"


def storyboard(facts: Snapshot, state: SessionState, reported: Reported, thumbnails: Thumbnails, card: str = "") -> str:
    """Return the storyboard as Markdown: for each shot its picture, state, cost, camera, prompt and line.

    Args:
        card: of a film that is finished, which then comes first (`film_card`).
    """
    total = len(facts.shots)
    letters = min(_LETTERS, _LETTERS_IN_ALL // max(1, total))
    parts = [card.rstrip() or f"# {escaped(facts.title or facts.idea)}", escaped(facts.idea), summary(facts, state)]
    if facts.waits_for:
        answer = command("approve", facts.session_id, facts.folder.parent.parent)
        parts.append(
            f"**You are asked to approve the {escaped(facts.waits_for)}:** Resume on this run's page opens a form; or "
            f'{code_span(answer)}, with `--redo 3,5 --notes "at night"` to have shots made anew, or `--reject`.'
        )
    if facts.failure and state != "done":
        parts.append(f"why: {escaped(facts.failure)}")
    if not facts.shots:
        parts.append("The shots are not planned yet.")
    parts += _cast(facts, thumbnails)
    for shot in facts.shots[:LISTED]:
        parts += _shot(facts, shot, reported, letters, thumbnails)
    if total > LISTED:
        parts.append(f"and {total - LISTED} more shots")
    return "\n\n".join(parts) + "\n"


def summary(facts: Snapshot, state: SessionState) -> str:
    """Return one line on how far the film is: 'running · 3 of 8 pictures · 2 of 8 lines · 1 of 8 clips · $0.00'."""
    total = len(facts.shots)
    said = sum(shot.line is not None for shot in facts.shots)
    counts = (
        [
            f"{count} of {total} {noun}"
            for count, noun in (
                (images_done(facts), "pictures"),
                (said, "lines"),
                (videos_done(facts), "clips"),
            )
        ]
        if total
        else []
    )
    return " · ".join([state, *counts, cost_shown(facts)])


def _shot(facts: Snapshot, shot: ShotFacts, reported: Reported, letters: int, thumbnails: Thumbnails) -> list[str]:
    parts = [f"### Shot {shot.index} · {escaped(shot.camera, _CAMERA_LETTERS) or 'static'}"]
    picture = thumbnails.of(facts.folder / shot.image.path, _sharing(facts)) if shot.image else ""
    if picture:
        parts.append(f"![shot {shot.index}]({picture})")
    pieces = _pieces(shot)
    remarks = [f"**{escaped(shot_state(shot, reported), letters)}**"]
    remarks += [f"{shot.clip.seconds:.2f} s"] if shot.clip and shot.clip.seconds else []
    remarks += [f"${sum(piece.cost_usd for piece in pieces):.2f}"] if pieces else []
    remarks += ["picture put there by hand"] if shot.image and shot.image.by_hand else []
    parts += [" · ".join(remarks), escaped(shot.image_prompt, letters)]
    if shot.narration:
        parts.append(f"> {escaped(shot.narration, letters)}")
    missed = [*(shot.image.not_drawn if shot.image else ()), *(shot.clip.not_moved if shot.clip else ())]
    if missed:
        parts.append(f"not drawn or moved: {escaped(', '.join(missed), letters)}")
    reasons = min(letters, _REASONS_IN_ALL // max(1, len(facts.shots)))
    if shot.line and shot.line.not_spoken:
        parts.append(f"not spoken: {escaped(shot.line.not_spoken, reasons)}")
    if shot.image and shot.image.refused:
        parts.append(f"refused, a slate is shown instead: {escaped(shot.image.refused, reasons)}")
    return parts


def _cast(facts: Snapshot, thumbnails: Thumbnails) -> list[str]:
    """Return the characters' reference pictures, side by side."""
    pictures = [
        f"![{escaped(each.name, _CELL_LETTERS) or each.index}]({picture})"
        for each in facts.cast[:CAST_SHOWN]
        if (picture := thumbnails.of(facts.folder / each.portrait.path, _sharing(facts)))
    ]
    more = len(facts.cast) - CAST_SHOWN
    remarks = [f"and {more} more"] if more > 0 else []
    return ["### The cast", " ".join([*pictures, *remarks])] if pictures else []


def _sharing(facts: Snapshot) -> int:
    """Return how many pictures share `PICTURES_BYTES`."""
    return len(facts.shots) + min(len(facts.cast), CAST_SHOWN)


def _pieces(shot: ShotFacts) -> list[Piece]:
    return [piece for piece in (shot.image, shot.line, shot.clip) if piece]


def shot_rows(facts: Snapshot, reported: Reported) -> list[dict[str, str | float]]:
    """Return the table of shots: a row for each, with its number, state, camera, seconds, cost in USD and prompt."""
    return [
        {
            "shot": shot.index,
            "state": _cell(shot_state(shot, reported)),
            "camera": _cell(shot.camera),
            "seconds": round(shot.clip.seconds, 2) if shot.clip else "",
            "USD": f"{sum(piece.cost_usd for piece in _pieces(shot)):.2f}",
            "prompt": _cell(shot.image_prompt),
        }
        for shot in facts.shots[:LISTED]
    ]


def _cell(text: str) -> str:
    return shorten(printable(text), _CELL_LETTERS, placeholder=" …")


def ledger_rows(facts: Snapshot, reported: Reported) -> list[dict[str, str | int]]:
    """Return the rows of the ledger: for each stage its pieces, how many this run made or found, work and cost.

    Seconds are the sums over the receipts of the pieces in place, whichever run made them. Calls, dollars, and how many
    calls gave nothing (refused, failed, bad answer, answer lost) cover all calls ever made for the session.
    """
    shots = facts.shots
    stages: dict[str, tuple[tuple[Stage, ...], list[Piece | None]]] = {
        "plans": (("story", "scene_graph", "shots", "timeline"), [*facts.planning]),
        "portraits": (("cast",), [each.portrait for each in facts.cast]),
        "pictures": (("images",), [shot.image for shot in shots]),
        "lines": (("narration",), [shot.line for shot in shots]),
        "clips": (("videos",), [shot.clip for shot in shots]),
        "score": (("score",), [facts.score]),
        "film": (("film",), [facts.film]),
    }
    booked = facts.spent.all.calls > 0 or facts.forked_from != ""
    rows = [
        _ledger_row(
            noun,
            there := [piece for piece in pieces if piece],
            _count(reported, names),
            facts.spent.of(*names) if booked else _by_receipts(there),
            booked,
        )
        for noun, (names, pieces) in stages.items()
        if noun != "portraits" or facts.cast or _count(reported, names) != (0, 0) or facts.spent.of(*names).calls
    ]
    everything = [piece for _, pieces in stages.values() for piece in pieces if piece]
    every_stage = tuple(name for names, _ in stages.values() for name in names)
    paid = facts.spent.all if booked else Tally(usd=cost_usd(facts))
    return [*rows, _ledger_row("all", everything, _count(reported, every_stage), paid, booked)]


def _by_receipts(pieces: list[Piece]) -> Tally:
    return Tally(usd=sum(piece.cost_usd for piece in pieces))


def _ledger_row(
    noun: str, pieces: list[Piece], counts: tuple[int, int], paid: Tally, booked: bool
) -> dict[str, str | int]:
    calls = {"paid calls": paid.calls, "of these for nothing": paid.unused} if booked else {}
    calls |= {"price unknown": paid.unknown} if paid.unknown else {}
    return {
        "stage": noun,
        "in place": len(pieces),
        "made by this run": counts[0],
        "found": counts[1],
        "seconds of work": f"{sum(piece.seconds_taken for piece in pieces):.1f}",
        **calls,
        "USD": dollars(paid.usd).removeprefix("$"),
    }


def _count(reported: Reported, stages: tuple[Stage, ...]) -> tuple[int, int]:
    states = [state for (stage, _), state in reported.states.items() if stage in stages]
    return states.count("done"), states.count("reused")


def film_card(facts: Snapshot, output: Path, width: int, height: int, thumbnails: Thumbnails) -> str:
    """Return the film's card as Markdown: a picture from its middle, its path, how long and how large it is.

    Args:
        output: the output folder, for the command that shows the session.
        width, height: of a frame, in pixels.

    Raises:
        ValueError: there is no film.
    """
    film = facts.film
    if film is None:
        raise ValueError(f"{facts.session_id} has no film yet")
    middle = facts.shots[len(facts.shots) // 2].image if facts.shots else None
    poster = thumbnails.poster(facts.folder / middle.path, POSTER_BYTES) if middle else ""
    parts = [
        f"# {escaped(facts.title or facts.idea)}",
        f"![a picture from the middle of the film]({poster})" if poster else "",
        f"**{clock(film.seconds)}** · {film.frames} frames, {width} x {height}, {size(film.bytes)} · "
        f"{cost_shown(facts)}",
        f"film {code_span(str(facts.folder / film.path))}",
        f"play {code_span(_play(facts.folder / film.path))}",
        f"look {code_span(command('view', facts.session_id, output))}",
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _play(path: Path) -> str:
    """Return the command that opens a film on this machine in the program that its owner chose for films."""
    return shlex.join(["open" if sys.platform == "darwin" else "xdg-open", str(path)])


def code_span(text: str) -> str:
    """Return the text as a Markdown code span, in which nothing is markup."""
    plain = printable(text)
    fence = "`" * (1 + max((len(run) for run in re.findall("`+", plain)), default=0))
    return f"{fence} {plain} {fence}" if "`" in plain else f"{fence}{plain}{fence}"
