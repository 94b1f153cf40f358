"""Read what is in a session folder, without checksums: receipts that parse and files whose size agrees.

Writes nothing, and is light: plain dicts, no model is validated. Anything unreadable counts as not there, and meta is
never read (except that of a foreign session, which has nothing else). `studio/store/piece_store.py` checks by checksum;
`studio/status/listing.py` is the short form for `sessions list`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

from studio.billing.totals import NOTHING, Spent, read_spent
from studio.fs import safe_open, tolerant
from studio.fs.safe_open import OpenFolder
from studio.store import light_reader
from studio.store.folder_walk import walk
from studio.store.folders import SESSION_ID, session_folders

__all__ = ["SESSION_ID", "CharacterFacts", "Piece", "ShotFacts", "Snapshot", "read_snapshot", "session_folders"]

REASON_LETTERS = 300
"""Longest reason that is shown with a piece, in letters."""
KEPT = "takes/foreign"
"""The folder for what another program wrote, once its session is adopted (`studio/sessions/adopt_foreign.py`)."""
PLAN_NAMES = ("story", "scene_graph", "shots", "timeline")
PICTURE_SUFFIXES = (".png", ".apng", ".jpg", ".jpeg", ".jpe", ".jfif", ".webp", ".avif", ".avifs", ".gif")
"""How the names of the pictures end that a person's picture may be (`studio/video/pixels.py`), small letters."""
_PICTURE = re.compile(r"shot_(?P<shot>[0-9]{3,6})(?:_(?P<variant>[0-9]{1,6}))?(?P<suffix>\.[A-Za-z]{3,5})\Z")
_PORTRAIT = re.compile(r"character_([0-9]{3,6})\.png\Z")


@dataclass(frozen=True)
class Piece:
    """A finished piece: its size in bytes, measured length, cost, and whether a person put it there.

    `refused` is why the vendor refused the prompt, if the picture is a slate; `not_spoken` why a line is silent. Both
    are cut to `REASON_LETTERS`, because they may be a vendor's words.
    """

    path: str
    bytes: int = 0
    seconds: float = 0.0
    frames: int = 0
    cost_usd: float = 0.0
    seconds_taken: float = 0.0
    by_hand: bool = False
    made_at: str = ""
    not_drawn: tuple[str, ...] = ()
    not_moved: tuple[str, ...] = ()
    refused: str = ""
    not_spoken: str = ""


@dataclass(frozen=True)
class ShotFacts:
    """A shot of the plan and the pieces it has. `index` is its place in the plan, from 1."""

    index: int
    image_prompt: str = ""
    motion_prompt: str = ""
    camera: str = ""
    narration: str = ""
    image: Piece | None = None
    line: Piece | None = None
    clip: Piece | None = None


@dataclass(frozen=True)
class CharacterFacts:
    """A character of the scene graph that has a reference picture. `index` is its number there; `name` may be ''."""

    index: int
    name: str
    portrait: Piece


@dataclass(frozen=True)
class Snapshot:
    """A session folder as it was found. `foreign` means that another program wrote it: nothing in it is verified.

    Attributes:
        name: what a person calls the film; '' for none.
        forked_from: the id of the session that it is a variant of; '' for none.
        brief_reads: False if neither `brief.json` nor its copy can be read; the session is ours all the same.
        plans: which of 'story', 'scene_graph', 'timeline' are there.
        planning: the receipts of the plans, edited or not, which say what planning took.
        cast: the characters that have a reference picture.
        cut_off: whether the last run has not ended: it was killed, or works now.
        waits_for: 'shots' or 'images' if the last run is suspended until a person approves them, else ''.
        waits_since: since when it waits.
        rejected: why a person rejected what the last run showed; '' if nobody did.
        suspended: when the last run was suspended other than for an approval; '' if it was not.
        edited: whether a command changed the plans since the last run ended.
        failure: the last failure's message; '' if there was none, or a later run succeeded.
        spent: what its calls cost, by the ledger in `calls/`.
        budget_usd: what it may cost in all, in US dollars; None if nobody said.
    """

    session_id: str
    folder: Path
    foreign: bool = False
    brief_reads: bool = True
    idea: str = ""
    name: str = ""
    forked_from: str = ""
    started_at: str = ""
    seed: int | None = None
    version: str = ""
    options: dict[str, object] = field(default_factory=dict)
    title: str = ""
    plans: tuple[str, ...] = ()
    planning: tuple[Piece, ...] = ()
    cast: tuple[CharacterFacts, ...] = ()
    shots: tuple[ShotFacts, ...] = ()
    score: Piece | None = None
    film: Piece | None = None
    foreign_completed: bool = False
    cut_off: bool = False
    waits_for: str = ""
    waits_since: str = ""
    rejected: str = ""
    suspended: str = ""
    edited: bool = False
    failure: str = ""
    failed_at: str = ""
    spent: Spent = NOTHING
    budget_usd: float | None = None


def read_snapshot(folder: Path) -> Snapshot | None:
    """Read one session folder; None if nothing in it identifies it as a session."""
    with tolerant.entered(folder) as opened:
        if opened is None:
            return None
        return _ours(opened, folder) if light_reader.has_brief(opened) else _foreign(opened, folder)


def why_not_a_session(folder: Path) -> str:
    """Return why a folder is not taken for a session, and what to do: 'is empty: ...'."""
    try:
        safe_open.names(folder)
        count = sum(len(names) for _, names in walk(folder))
    except OSError as error:
        return f"cannot be read ({(error.strerror or str(error)).lower()}): change its permissions"
    if count:
        return f"holds {count} files, but no brief, story or shots: no run can go on with it"
    return "is empty: there is nothing to show, and nothing is lost by removing it"


def _ours(opened: OpenFolder, folder: Path) -> Snapshot:
    brief, story = light_reader.brief_at(opened), tolerant.dict_at(opened, "story.json")
    failure, card = tolerant.dict_at(opened, "failure.json"), light_reader.last_card(opened)
    seed, budget = brief.get("seed"), tolerant.as_dict(brief.get("terms")).get("budget_usd")
    return Snapshot(
        session_id=folder.name,
        folder=folder,
        brief_reads=isinstance(brief.get("idea"), str),
        idea=tolerant.text(brief, "idea"),
        name=tolerant.text(brief, "name"),
        forked_from=tolerant.text(tolerant.as_dict(brief.get("forked_from")), "session"),
        started_at=tolerant.text(brief, "started_at"),
        seed=seed if isinstance(seed, int) else None,
        version=tolerant.text(brief, "version"),
        options=tolerant.as_dict(brief.get("wish")),
        title=tolerant.text(story, "title"),
        plans=_plans(opened),
        planning=tuple(
            _piece(f"{name}.json", receipt)
            for name in PLAN_NAMES
            if (receipt := tolerant.dict_at(opened, f"receipts/{name}.json"))
        ),
        cast=_cast(opened),
        shots=tuple(_shot(opened, n, shot) for n, shot in enumerate(light_reader.shots_at(opened), start=1)),
        score=_listed(opened, "score.wav"),
        film=_listed(opened, "film.mp4"),
        cut_off=light_reader.was_cut_off(card),
        waits_for=tolerant.text(card, "waits_for"),
        waits_since=tolerant.text(card, "waits_since"),
        rejected=tolerant.text(card, "rejected"),
        suspended=tolerant.text(card, "suspended"),
        edited=light_reader.is_edited(opened, card),
        failure=failure_in(opened, failure),
        failed_at=tolerant.text(failure, "at"),
        spent=read_spent(opened),
        budget_usd=None if budget is None else tolerant.number({"usd": budget}, "usd"),
    )


def failure_in(opened: OpenFolder, failure: dict[str, object]) -> str:
    """Return the message of `failure.json`, '' if there is no such file; if it cannot be read, return that."""
    unread = "failure.json cannot be read" if tolerant.is_there(opened, "failure.json") else ""
    return tolerant.text(failure, "message") or unread


def _plans(opened: OpenFolder) -> tuple[str, ...]:
    return tuple(name for name in ("story", "scene_graph", "timeline") if tolerant.json_at(opened, f"{name}.json"))


def _cast(opened: OpenFolder) -> tuple[CharacterFacts, ...]:
    numbers = [int(found[1]) for name in tolerant.names_at(opened, "cast") if (found := _PORTRAIT.match(name))]
    portraits = {n: piece for n in sorted(numbers) if (piece := _listed(opened, f"cast/character_{n:03d}.png"))}
    if not portraits:
        return ()
    nodes = tolerant.as_dicts(tolerant.dict_at(opened, "scene_graph.json").get("nodes"))
    names = {tolerant.text(node, "id"): tolerant.text(node, "name") for node in nodes}
    return tuple(CharacterFacts(n, names.get(f"character_{n}", ""), piece) for n, piece in portraits.items())


def _shot(opened: OpenFolder, number: int, shot: dict[str, object]) -> ShotFacts:
    return ShotFacts(
        index=number,
        image_prompt=tolerant.text(shot, "image_prompt"),
        motion_prompt=tolerant.text(shot, "motion_prompt"),
        camera=tolerant.text(shot, "camera"),
        narration=tolerant.text(shot, "narration"),
        image=_listed(opened, f"images/shot_{number:03d}.png"),
        line=_listed(opened, f"narration/shot_{number:03d}.wav"),
        clip=_listed(opened, f"videos/shot_{number:03d}.mp4"),
    )


def _listed(opened: OpenFolder, path: str) -> Piece | None:
    receipt = light_reader.receipt_at(opened, path)
    return None if receipt is None else _piece(path, receipt)


def _piece(path: str, receipt: dict[str, object]) -> Piece:
    return Piece(
        path=path,
        bytes=int(tolerant.number(receipt, "bytes")),
        seconds=tolerant.number(receipt, "seconds"),
        frames=int(tolerant.number(receipt, "frames")),
        cost_usd=tolerant.number(receipt, "cost_usd"),
        seconds_taken=tolerant.number(receipt, "seconds_taken"),
        by_hand=receipt.get("by_hand") is True,
        made_at=tolerant.text(receipt, "made_at"),
        not_drawn=tolerant.words(receipt, "not_drawn"),
        not_moved=tolerant.words(receipt, "not_moved"),
        refused=tolerant.text(receipt, "refused")[:REASON_LETTERS],
        not_spoken=tolerant.text(receipt, "not_spoken")[:REASON_LETTERS],
    )


def _foreign(opened: OpenFolder, folder: Path) -> Snapshot | None:
    """Read a session that another program wrote from its meta and files; its `completed` is trusted."""
    meta = tolerant.dict_at(opened, f"{folder.name}_meta.json")
    # In a half-adopted session, the story may be all that identifies it.
    story = tolerant.dict_at(opened, "story.json") or tolerant.dict_at(opened, f"{KEPT}/story.json")
    # Older programs write no shots into meta, others no plan into the folder.
    shots = light_reader.shots_at(opened) or light_reader.shots_within_limit(tolerant.as_dicts(meta.get("shots")))
    if not meta and not story and not shots:
        return None
    images = _foreign_pictures(opened)
    return Snapshot(
        session_id=folder.name,
        folder=folder,
        foreign=True,
        idea=tolerant.text(meta, "idea") or tolerant.text(story, "title"),
        started_at=tolerant.text(meta, "started_at"),
        title=tolerant.text(story, "title"),
        plans=_plans(opened),
        shots=tuple(
            ShotFacts(
                index=number,
                image_prompt=tolerant.text(shot, "image_prompt"),
                motion_prompt=tolerant.text(shot, "motion_prompt"),
                camera=tolerant.text(shot, "camera"),
                narration=tolerant.text(shot, "narration"),
                image=_named_piece(opened, folder.name, tolerant.text(shot, "image_path"), "images", PICTURE_SUFFIXES)
                or next(iter(images.get(number, ())), None),
                clip=_named_piece(opened, folder.name, tolerant.text(shot, "video_path"), "videos", (".mp4",))
                or _foreign_piece(opened, f"videos/shot_{number:03d}", ".mp4"),
            )
            for number, shot in enumerate(shots, start=1)
        ),
        film=_foreign_piece(opened, "film", ".mp4"),
        foreign_completed=meta.get("completed") is True,
    )


def _named_piece(opened: OpenFolder, session_id: str, named: str, kind: str, suffixes: tuple[str, ...]) -> Piece | None:
    """Return the file that a shot names as the one it uses, wherever the folder lay when that was written."""
    parts = named.replace("\\", "/").split("/")
    inside = parts[parts.index(session_id) + 1 :] if session_id in parts else parts
    path = "/".join(inside)
    if len(inside) != 2 or inside[0] != kind or not path.lower().endswith(suffixes) or not inside[1].isprintable():
        return None
    size = tolerant.size_at(opened, path)
    return Piece(path=path, bytes=size) if size else None


def _foreign_pictures(opened: OpenFolder) -> dict[int, list[Piece]]:
    """Return the pictures that are not empty of each shot: 'shot_001.png', then 'shot_001_001.jpg', 'shot_001_002.png'.

    Of several with one number, that comes first whose suffix does in `PICTURE_SUFFIXES`.
    """
    found: dict[int, list[tuple[int, int, str]]] = {}
    for name in tolerant.names_at(opened, "images"):
        if (named := _PICTURE.match(name)) and (suffix := named["suffix"].lower()) in PICTURE_SUFFIXES:
            order = (int(named["variant"] or -1), PICTURE_SUFFIXES.index(suffix), f"images/{name}")
            found.setdefault(int(named["shot"]), []).append(order)
    sized = {
        shot: [(path, tolerant.size_at(opened, path)) for *_, path in sorted(each)] for shot, each in found.items()
    }
    return {shot: [Piece(path=path, bytes=size) for path, size in each if size] for shot, each in sized.items()}


def _foreign_piece(opened: OpenFolder, stem: str, suffix: str) -> Piece | None:
    """Return the first file that is not empty, named 'shot_001.png' or, as by older programs, 'shot_001_001.png'."""
    for path in (stem + suffix, f"{stem}_001{suffix}"):
        if size := tolerant.size_at(opened, path):
            return Piece(path=path, bytes=size)
    return None
