"""Read a session's files leniently, without models (`studio/fs/tolerant.py`): receipts, brief, run cards, shots."""

from __future__ import annotations

import hashlib

from studio.fs import safe_open
from studio.fs.safe_open import OpenFolder
from studio.fs.tolerant import as_dict, changes_at, dict_at, dicts_at, is_there, json_at, size_at, text
from studio.text.plain_json import NotJson, read_plainly


def shots_at(opened: OpenFolder) -> list[dict[str, object]]:
    """Return the shots in `shots.json`; an empty list if there are more than a film may have."""
    return shots_within_limit(dicts_at(opened, "shots.json"))


def shots_within_limit(shots: list[dict[str, object]]) -> list[dict[str, object]]:
    """Return the shots; an empty list if there are more than a film may have."""
    return shots if len(shots) <= safe_open.SHOTS else []


def receipt_at(opened: OpenFolder, path: str) -> dict[str, object] | None:
    """Return the receipt of the piece at `path` ('images/shot_001.png') if the piece's size agrees with it, else None.

    This is the check for lists: the receipt beside the piece parses and names this path, and the size in bytes
    agrees; no checksum is computed.
    """
    receipt = json_at(opened, path.rpartition(".")[0] + ".json")
    if not isinstance(receipt, dict) or receipt.get("path") != path:
        return None
    size = receipt.get("bytes")
    return receipt if type(size) is int and size_at(opened, path) == size else None


def has_brief(opened: OpenFolder) -> bool:
    """Tell whether this program made the session; the light form of `studio.store.brief.is_own_session`."""
    # No other program writes run cards: a session that lost both briefs is still ours.
    return any(is_there(opened, name) for name in ("brief.json", "receipts/brief.json", "runs"))


def brief_at(opened: OpenFolder) -> dict[str, object]:
    """Return the brief; an empty dict if there is none that can be read.

    In the order of `studio.store.brief.read_brief`: the copy if that is whole, else `brief.json`, else the newest run
    card that has one. If none looks like a brief, what `brief.json` holds is better than nothing.
    """
    try:
        if _is_brief(brief := as_dict(read_plainly(copied_brief(opened) or "{}"))):
            return brief
    except NotJson:
        pass
    if _is_brief(filed := dict_at(opened, "brief.json")):
        return filed
    cards = sorted(changes_at(opened, "runs"), reverse=True)
    carded = (as_dict(dict_at(opened, f"runs/{name}").get("brief")) for _, name in cards if name.endswith(".json"))
    return next((brief for brief in carded if _is_brief(brief)), filed)


def _is_brief(value: dict[str, object]) -> bool:
    idea, seed = value.get("idea"), value.get("seed")
    named = isinstance(idea, str) and bool(idea) and isinstance(value.get("wish"), dict)
    return named and type(seed) is int and 0 <= seed < 2**31


def last_card(opened: OpenFolder) -> dict[str, object]:
    """Return the newest run card; an empty dict if there is none.

    For one that cannot be read, return a card without an end, as if its run had been cut off.
    """
    newest = newest_card_name(opened)
    if not newest:
        return {}
    card = json_at(opened, f"runs/{newest}")
    return card if isinstance(card, dict) and card else {"ended_at": ""}


def was_cut_off(card: dict[str, object]) -> bool:
    """Tell whether the card's run has not ended: it was cut off, or still works, which the lock tells."""
    return card.get("ended_at") == ""


def is_edited(opened: OpenFolder, card: dict[str, object]) -> bool:
    """Tell whether a command changed the plans since the run of the newest card ended; a note changes nothing.

    A change in the second in which the run ended is not seen.
    """
    ended = text(card, "ended_at")
    if not ended:
        return False
    names = sorted((name for _, name in changes_at(opened, "journal") if name[:1].isdigit()), key=_number, reverse=True)
    for name in names:
        entry = dict_at(opened, f"journal/{name}")
        if text(entry, "at") <= ended:
            return False
        if text(entry, "verb") != "note":
            return True
    return False


def _number(name: str) -> int:
    digits = name.partition(".")[0]
    return int(digits) if digits.isdecimal() and len(digits) < 10 else 0


def newest_card_name(opened: OpenFolder) -> str:
    """Return the file name of the newest run card; '' if there is none."""
    cards = (card for card in changes_at(opened, "runs") if card[1].endswith(".json"))
    return max(cards, default=(0, ""))[1]


def copied_brief(opened: OpenFolder) -> str | None:
    """Return the text of `brief.json` that `receipts/brief.json` holds, or None if its checksum does not agree."""
    copy = dict_at(opened, "receipts/brief.json")
    content = text(copy, "content")
    digest = hashlib.sha256(content.encode("utf-8", "surrogatepass")).hexdigest()
    return content if copy.get("sha256") == digest else None
