"""Check whether a session is whole: every piece against the checksum in its receipt, and plans, brief and records.

Reads every byte once: a flipped bit that left size and time alone must be found, so no cached checksum counts. Writes
nothing; going on with the session repairs what is found, and so does `studio/checks/repair.py`.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Literal

from pydantic import ValidationError

from studio.billing.calls import lost_calls, read_calls
from studio.billing.unbooked import unbooked_pieces
from studio.errors import BadInput, NoSuchSession
from studio.fs import checksums, files, safe_open, tolerant
from studio.fs.checksums import digest_of, words_of
from studio.fs.safe_open import PLAN_BYTES
from studio.model.brief import Brief, FilmOptions
from studio.model.film import Stage
from studio.model.pieces import MATERIAL, NUMBERED, PER_SHOT, PICTURES, PLANS, piece_at, piece_path, receipt_path
from studio.model.receipt import Receipt
from studio.planning.plan_diff import same_plan
from studio.planning.plan_files import reader
from studio.status.meta import meta_of
from studio.status.snapshot import Snapshot, read_snapshot, why_not_a_session
from studio.status.state import completed
from studio.store import lock
from studio.store.brief import brief_faults, read_brief
from studio.store.folder_walk import in_the_way, linked, walk
from studio.store.material import damaged_material
from studio.store.own_files import is_given
from studio.store.picture_check import few_pixels, whole_picture
from studio.store.prefect_records import Records, all_records, receipt_in_records
from studio.store.receipts import read_receipt, receipt_places, staged_path
from studio.text.display import dollars
from studio.text.strict_json import first_fault
from studio.video.pixels import UNREADABLE, upright_size

FindingKind = Literal[
    "damaged",
    "missing",
    "torn receipt",
    "left over",
    "edited",
    "by hand",
    "stale meta",
    "torn record",
    "no record",
    "gone",
    "lost line",
    "remark",
]
FAULTS: tuple[FindingKind, ...] = ("damaged", "missing", "torn receipt", "left over")
"""The findings that make a session not whole; the other kinds are notes."""


@dataclass(frozen=True, order=True)
class Finding:
    """One thing found in a session. `path` is relative to it; `reason` is one line for a person."""

    path: str
    what: FindingKind
    reason: str


_ONCE: tuple[Stage, ...] = ("score", "film")


def verify(folder: Path) -> list[Finding]:
    """Return the findings about a session, sorted by path; none for a foreign session, because it has no receipts.

    Raises:
        NoSuchSession: nothing in the folder identifies it as a session.
    """
    facts = read_snapshot(folder)
    if facts is None:
        raise NoSuchSession(f"{folder.name} {why_not_a_session(folder)}")
    if facts.foreign:
        return []
    checksums.forget()
    brief, findings = _brief(folder)
    for stage in PLANS:
        findings += _plan(folder, stage, brief, _is_finished(folder))
    records = Records(folder)
    for path, stage in _places(folder, facts):
        place = piece_at(path)
        planned = stage not in PER_SHOT or (place is not None and place[1] <= len(facts.shots))
        findings += _piece(records, folder, path, stage, planned, _is_finished(folder) and planned)
    findings += _ground(folder)
    findings += _takes(folder)
    findings += _material(folder)
    findings += record_notes(folder)
    findings += lost_call_notes(folder)
    findings += [] if lock.is_locked(folder) else _left_over(folder)
    findings += _meta(folder, facts)
    told = {finding.path for finding in findings if finding.what != "gone"}
    return sorted(finding for finding in findings if finding.what != "gone" or finding.path not in told)


def _is_finished(folder: Path) -> bool:
    """Tell whether a film was cut here, even if it is damaged now: then every piece of the plan must be there."""
    return os.path.lexists(folder / "film.mp4") or os.path.lexists(folder / "film.json")


def _brief(folder: Path) -> tuple[Brief | None, list[Finding]]:
    try:
        return read_brief(folder), [Finding(path, what, reason) for path, what, reason in brief_faults(folder)]
    except (OSError, BadInput) as error:
        # Without it the plans are validated with the default frame rate; the other pieces do not need it.
        return None, [Finding("brief.json", "damaged", words_of(error))]


def _places(folder: Path, facts: Snapshot) -> list[tuple[str, Stage]]:
    """Return (path, stage) of every piece that is there or, if the film was cut, must be there; plans are left out."""
    planned = range(1, len(facts.shots) + 1) if _is_finished(folder) else ()
    found = {(piece_path(stage, number), stage) for stage in PER_SHOT for number in planned}
    for stage in NUMBERED:
        there = (piece_at(f"{stage}/{name}") for name in files.names(folder / stage))
        found |= {(piece_path(*place), stage) for place in there if place}
    music = facts.options.get("music") is not False
    for stage in _ONCE:
        path = piece_path(stage)
        wanted = _is_finished(folder) and (stage != "score" or music)
        if wanted or any(os.path.lexists(folder / each) for each in (path, receipt_path(path))):
            found.add((path, stage))
    return sorted(found)


# --- one piece ------------------------------------------------------------------------------------


def _piece(records: Records, folder: Path, path: str, stage: Stage, planned: bool, finished: bool) -> Iterator[Finding]:
    place, vouching = folder / path, folder / receipt_path(path)
    receipt, torn = _receipt_of(vouching, path)
    if torn:
        yield Finding(receipt_path(path), "torn receipt", torn)
        receipt = receipt_in_records(records, folder, path)
    if not os.path.lexists(place):
        # A damaged receipt for a shot that is not in the plan does not prove that there ever was a piece.
        if receipt is not None or planned:
            yield Finding(path, "missing", _why_missing(stage, bool(receipt or torn)))
        return
    staged, _ = _receipt_of(staged_path(vouching), path)
    digest, unread = digest_of(place, *(each.bytes for each in (receipt, staged) if each is not None))
    if unread:
        yield Finding(path, "damaged", unread)
        return
    proof = next((each for each in (receipt, staged) if each is not None and each.sha256 == digest), None)
    if proof is not None:
        if proof.by_hand:
            few = few_pixels(proof.width, proof.height)
            yield Finding(path, "by hand", f"a person put it there; no run replaces it{few and '; '}{few}")
        yield from _sidecars(folder, proof)
    elif stage in ("videos", "narration", "score") and _is_given(folder, records, path):
        yield Finding(path, "by hand", "a person put it there: the next run uses it")
    elif receipt is not None:
        yield from _differing(place, path, stage, receipt)
        yield from _sidecars(folder, receipt)
    elif torn:
        return
    elif stage not in PICTURES or finished:
        yield Finding(receipt_path(path), "missing", f"{path} is there, its receipt is gone: nothing proves it")
    else:
        reason = whole_picture(place)
        told = f"it has no receipt: taken as put there by hand{_few(place)}"
        yield Finding(path, "damaged" if reason else "by hand", reason or told)


def _is_given(folder: Path, records: Records, path: str) -> bool:
    place = piece_at(path)
    return place is not None and is_given(folder, records, *place)


def _why_missing(stage: Stage, has_receipt: bool) -> str:
    if has_receipt:
        return "its receipt is there, the file is gone"
    return "the plan has this shot, nothing is there" if stage in PER_SHOT else "it is gone, and its receipt too"


def _differing(place: Path, path: str, stage: Stage, receipt: Receipt) -> Iterator[Finding]:
    """Yield the finding on a file that differs from its receipt: a picture may be a person's, all else is damaged."""
    stat = safe_open.found(place)
    touched = (stat.st_size, stat.st_mtime_ns) != (receipt.bytes, receipt.mtime_ns)
    if stage in PICTURES and touched:
        if not (wrong := whole_picture(place)):
            told = f"it is another picture than its receipt's: taken as put there by hand{_few(place)}"
            yield Finding(path, "by hand", told)
            return
        yield Finding(path, "damaged", f"{wrong}; it is not the picture of its receipt")
        return
    sizes = "" if stat.st_size == receipt.bytes else f" ({stat.st_size:,} bytes, not {receipt.bytes:,})"
    yield Finding(path, "damaged", f"its checksum is not its receipt's{sizes}")


def _few(place: Path) -> str:
    """Return what is to be said of a whole picture that is small."""
    try:
        few = few_pixels(*upright_size(place))
    except UNREADABLE:
        return ""
    return few and f"; {few}"


def _receipt_of(place: Path, path: str) -> tuple[Receipt | None, str]:
    """Return (receipt, '') for the receipt at `place` of the piece at `path`, or (None, what is wrong with it).

    (None, '') if there is none.
    """
    if not os.path.lexists(place):
        return None, ""
    try:
        content = files.read_or_none(place)
        if content is None:
            return None, "it is not a file"
        receipt = Receipt.model_validate_json(content)
    except OSError as error:
        return None, words_of(error)
    except ValidationError as error:
        return None, f"it cannot be read ({first_fault(error, Receipt)})"
    if path and receipt.path != path:
        return None, f"it is the receipt of {receipt.path!r}"
    return receipt, ""


def _sidecars(folder: Path, receipt: Receipt) -> Iterator[Finding]:
    for sidecar in receipt.also:
        pure = PurePosixPath(sidecar.path)
        if pure.is_absolute() or ".." in pure.parts or "\0" in sidecar.path:
            yield Finding(receipt_path(receipt.path), "torn receipt", f"it names {sidecar.path!r}, outside the session")
            continue
        place = folder / sidecar.path
        if not os.path.lexists(place):
            yield Finding(sidecar.path, "missing", f"it belongs to {receipt.path}")
            continue
        digest, unread = digest_of(place, sidecar.bytes)
        if unread or digest != sidecar.sha256:
            why = unread or f"its checksum is not the one in {receipt_path(receipt.path)}"
            yield Finding(sidecar.path, "damaged", why)


# --- plans, takes, and what lies about ------------------------------------------------------------


def _plan(folder: Path, stage: Stage, brief: Brief | None, finished: bool) -> Iterator[Finding]:
    path = piece_path(stage)
    receipt, torn = _receipt_of(folder / receipt_path(path), path)
    if torn:
        yield Finding(receipt_path(path), "torn receipt", torn)
    if not os.path.lexists(folder / path):
        if receipt or torn or finished:
            yield Finding(path, "missing", "the plan is gone")
        return
    staged, _ = _receipt_of(staged_path(folder / receipt_path(path)), path)
    digest, unread = digest_of(folder / path, *(each.bytes for each in (receipt, staged) if each is not None))
    if unread:
        yield Finding(path, "damaged", unread)
    elif receipt is None and staged is None and not torn:
        yield Finding(
            receipt_path(path), "missing", f"{path} is there, its receipt is gone: how it was written is not known"
        )
    elif digest not in [each.sha256 for each in (receipt, staged) if each is not None]:
        wrong = _unreadable_plan(folder / path, stage, brief)
        if wrong:
            yield Finding(path, "damaged", wrong)
        elif not torn and not (
            receipt and receipt.content and same_plan(receipt.redone or receipt.content, _text(folder / path))
        ):
            yield Finding(path, "edited", "it differs from its receipt and is valid: used as edited by hand")


def _text(place: Path) -> str:
    return files.read(place, PLAN_BYTES).decode("utf-8")


def _unreadable_plan(place: Path, stage: Stage, brief: Brief | None) -> str:
    """Return what is wrong with the plan, '' if it validates."""
    try:
        reader(brief or Brief(idea="?", options=FilmOptions(), seed=0, started_at="", version=""))(stage, _text(place))
    except (OSError, UnicodeDecodeError, BadInput) as error:
        return words_of(error)
    return ""


def _ground(folder: Path) -> Iterator[Finding]:
    for place in in_the_way(folder):
        path = place.relative_to(folder).as_posix()
        yield Finding(path, "damaged", "it is not what belongs there, and is in the way")
    for place in linked(folder):
        path = place.relative_to(folder).as_posix()
        yield Finding(path, "damaged", "it is a link to a folder elsewhere: no run works with it")


def _takes(folder: Path) -> Iterator[Finding]:
    """Check the earlier versions in `takes/`; for a plan that is its receipt alone."""
    for stage in (*PLANS, *NUMBERED, *_ONCE):
        home = f"takes/{stage}"
        for name in files.names(folder / home):
            if name.startswith(".") or not name.endswith(".json"):
                continue
            receipt, torn = _receipt_of(folder / home / name, "")
            if receipt is None:
                yield Finding(f"{home}/{name}", "torn receipt", torn)
                continue
            if stage in PLANS:
                continue
            path = f"{home}/{name.removesuffix('.json')}{PurePosixPath(receipt.path).suffix}"
            if not os.path.lexists(folder / path):
                yield Finding(path, "missing", "an earlier version: its receipt is there, the file is gone")
                continue
            digest, unread = digest_of(folder / path, receipt.bytes)
            if unread or digest != receipt.sha256:
                yield Finding(path, "damaged", unread or "an earlier version: its checksum is not its receipt's")


def _material(folder: Path) -> Iterator[Finding]:
    """Check a person's own files, each of which is named by its checksum."""
    for name in damaged_material(folder):
        told = "it is not what its name says, its checksum: give it again with `film use`"
        yield Finding(f"{MATERIAL}/{name}", "damaged", told)


def _left_over(folder: Path) -> Iterator[Finding]:
    for place, names in walk(folder):
        for name in names:
            if name.startswith(".") and name.endswith((".part", ".next")):
                path = (place / name).relative_to(folder).as_posix()
                yield Finding(path, "left over", "a crash left it: the next run uses what it proves and removes it")


def _meta(folder: Path, facts: Snapshot) -> Iterator[Finding]:
    """Yield a finding if meta does not agree with the folder; nothing reads meta, and it may be deleted at any time."""
    path = f"{folder.name}_meta.json"
    with tolerant.entered(folder) as opened:
        if opened is None or not tolerant.is_there(opened, path):
            return
        meta = tolerant.dict_at(opened, path)
    if _without_paths(meta) != _without_paths(json.loads(json.dumps(meta_of(facts, "")))):
        yield Finding(path, "stale meta", "it does not say what the folder holds: the next run writes it anew")


def _without_paths(meta: dict[str, object]) -> dict[str, object]:
    """Return meta without the pictures' paths, which depend on how the output folder was given."""
    shots = [{key: shot[key] for key in shot if key != "image_path"} for shot in tolerant.as_dicts(meta.get("shots"))]
    return {**meta, "shots": shots}


def verdict(folder: Path, findings: list[Finding], go_on: str, repair: str) -> str:
    """Return the closing line for a person: whole, or how many faults and how to repair them.

    Args:
        go_on: the command that resumes the session, which makes again what is not whole.
        repair: the command that only puts back, also a plan that cannot be read.
    """
    facts = read_snapshot(folder)
    if facts is not None and facts.foreign:
        return f"{folder.name}: nothing to verify: written by another program"
    busy = (
        f" A run works on it now ({lock.holder_text(folder)}): look again when it is done."
        if lock.is_locked(folder)
        else ""
    )
    faults = sum(finding.what in FAULTS for finding in findings)
    if faults:
        return f"{folder.name}: {faults} {'fault' if faults == 1 else 'faults'}. To repair: {go_on}; or: {repair}{busy}"
    done = facts is not None and completed(facts)
    return f"{folder.name}: whole, every checksum agrees{'' if done else '; not finished yet'}.{busy}"


def record_notes(folder: Path) -> Iterator[Finding]:
    """Compare Prefect's records with the receipts; differences are notes, not faults."""
    held: set[tuple[str, str]] = set()
    kept: set[str] = set()
    recorded: dict[tuple[str, str], Receipt] = {}
    for place in receipt_places(folder):
        if (receipt := read_receipt(place)) is not None:
            kept.add(receipt.fingerprint)
            if "takes" not in place.relative_to(folder).parts:
                held.add((receipt.path, receipt.fingerprint))
    for path, record in all_records(folder):
        if record is None:
            name = path.relative_to(folder).as_posix()
            yield Finding(name, "torn record", "Prefect's record cannot be read: it is ignored")
        else:
            recorded[record.path, record.fingerprint] = record
    if held and not recorded:
        yield Finding("results", "no record", "Prefect's records are gone: the next run takes over every piece")
        return
    for name, print_ in sorted(held - recorded.keys()):
        yield Finding(name, "no record", f"Prefect has no record of it ({print_[:16]}): the next run takes it over")
    for (name, print_), record in sorted(recorded.items(), key=lambda each: each[0]):
        if print_ in kept or name.endswith(".json"):
            continue
        if digest_of(folder / name, record.bytes)[0] != record.sha256:
            yield Finding(
                name,
                "gone",
                f"a piece that was made ({print_[:16]}) is lost: the next run makes it again if it is needed",
            )


def lost_call_notes(folder: Path) -> Iterator[Finding]:
    """Yield notes on paid calls whose file is lost or unreadable, and on receipts that cost more than `calls/` has."""
    held, unread = lost_calls(folder)
    for call in held:
        yield Finding(
            call.path, "lost line", "a paid call's record is lost; its answer holds it, a run writes it again"
        )
    for name in unread:
        said = "a paid call's record cannot be read, and no answer holds it: what it cost is in no sum"
        yield Finding(f"calls/{name}", "lost line", said)
    for gap in unbooked_pieces(folder, read_calls(folder)):
        said = f"by its receipt it cost at least {dollars(gap.usd)} more than calls/ has: the record of that is lost"
        yield Finding(gap.path, "lost line", said)
