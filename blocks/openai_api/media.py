"""Find the picture or the sound in an answer, wherever its server put it.

OpenAI's own keys are read by the adapters; other servers write base64, hexadecimal digits, `data:` URLs or addresses
under keys of their own, alone, in lists or some levels down. What an answer holds is taken for a picture or a sound by
its first bytes, not by its key.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal, NamedTuple

from pydantic import JsonValue

from blocks.answers.sound_answers import SOUND_BYTES
from blocks.http_client.fetching import FETCH, fetch, from_base64
from studio.model.paid import VendorError

What = Literal["picture", "sound"]

NODES, LEVELS = 2_000, 8
"""How many values of an answer are looked at, and how deep."""
ADDRESSES = 3
"""How many addresses of an answer are tried."""
LEAST_BYTES = 500
"""The fewest bytes that are a sound if their first bytes do not say so: samples, or frames of MP3 or AAC."""

_PICTURE = re.compile(
    rb"\x89PNG\r\n|\xff\xd8\xff|GIF8[79]a|RIFF....WEBP|....ftyp(?:avi[fs]|mi[fa]1|hei[cxs])", re.DOTALL
)
_SOUND = re.compile(
    rb"(?:RIFF|RF64)....WAVE|ID3[\x02-\x04]|OggS\x00|fLaC\x00|....ftyp(?:M4A|isom|mp4|iso|dash)", re.DOTALL
)
_FRAME = re.compile(rb"\xff[\xe2-\xff]")
_BASE64 = re.compile(r"[A-Za-z0-9+/_=\-\s]{32,}")
_HEX = re.compile(r"[0-9A-Fa-f]{32,}")
_SAID = re.compile(r"audio|sound|speech|voice|wav|pcm|mp3|samples", re.I)
_ADDRESS_KEY = re.compile(
    r"(?:^|_|\b)(?:ur[li]s?|href|link|src|location|(?:image|picture|output|result|data|file|audio|sound|speech)s?)(?:$|_)",
    re.I,
)
_ADDRESS = re.compile(
    r"(?:https?:)?//\S{3,4000}|/[^\s/]\S{0,4000}|[\w.%-][\w./%-]{0,300}\.\w{2,5}(?:\?\S{0,2000})?", re.I
)
_RATES = ("sample_rate", "samplerate", "sampling_rate", "sample_rate_hz", "rate")


class FoundSound(NamedTuple):
    """A sound, and its media type as far as the answer says it: '' if it does not."""

    content: bytes
    kind: str


@dataclass(frozen=True)
class _Text:
    """A text in an answer: its key, the place without numbers of lists, and what stands beside it."""

    key: str
    place: tuple[str, ...]
    beside: Mapping[str, JsonValue]
    text: str


def is_picture(content: bytes) -> bool:
    """Tell by the first bytes whether an answer is a picture itself: some servers send it without JSON around it."""
    return _PICTURE.match(content) is not None


def picture_in(vendor: str, answer: JsonValue) -> bytes | None:
    """Return the first picture that an answer's JSON holds, None if there is none."""
    for told in _texts(answer):
        content = _decoded(vendor, told.text)
        if content is not None and is_picture(content):
            return content
    return None


def sound_in(vendor: str, answer: JsonValue) -> FoundSound | None:
    """Return the sound that an answer's JSON holds, several of one list one after the other; None if there is none."""
    parts: dict[tuple[str, ...], list[FoundSound]] = {}
    for told in _texts(answer):
        content = _decoded(vendor, told.text)
        if content is None or not _is_sound(content, told):
            continue
        kind = told.text.lstrip()[5:].partition(",")[0] if told.text.lstrip()[:5].lower() == "data:" else ""
        parts.setdefault(told.place, []).append(FoundSound(content, _kind(kind, content, told)))
    if not parts:
        return None
    # The same sound may stand there in several formats; the parts of one have the same place.
    first = next(iter(parts.values()))
    return FoundSound(b"".join(part.content for part in first), first[0].kind)


def addresses_in(answer: JsonValue) -> tuple[str, ...]:
    """Return what may be the address of a picture or sound in an answer, at most `ADDRESSES`."""
    told = (each for each in _texts(answer) if _ADDRESS_KEY.search(each.key) and _ADDRESS.fullmatch(each.text.strip()))
    return tuple(dict.fromkeys(each.text.strip() for each in told))[:ADDRESSES]


def _texts(answer: JsonValue) -> Iterator[_Text]:
    """Yield the texts of an answer in order, at most `NODES` values and `LEVELS` deep."""
    left = NODES
    waiting: list[tuple[str, tuple[str, ...], Mapping[str, JsonValue], JsonValue]] = [("", (), {}, answer)]
    while waiting and left:
        left -= 1
        key, place, beside, value = waiting.pop()
        if isinstance(value, str):
            yield _Text(key, place, beside, value)
        elif len(place) >= LEVELS:
            continue
        elif isinstance(value, dict):
            waiting += [(name, (*place, name), value, inner) for name, inner in reversed([*value.items()][:NODES])]
        elif isinstance(value, list):
            waiting += [(key, (*place, ""), beside, inner) for inner in reversed(value[:NODES])]


def _decoded(vendor: str, text: str) -> bytes | None:
    """Return the bytes of a data: URL, of hexadecimal digits or of base64; None if a text is none of them."""
    text = text.strip()
    try:
        if text[:5].lower() == "data:":
            return fetch(vendor, text, "")
        if _HEX.fullmatch(text) and len(text) % 2 == 0:
            content = bytes.fromhex(text)
            if _PICTURE.match(content) or _SOUND.match(content) or _FRAME.match(content):
                return content
        return from_base64(vendor, text, SOUND_BYTES) if _BASE64.fullmatch(text) else None
    except VendorError:
        return None


def _is_sound(content: bytes, told: _Text) -> bool:
    if _SOUND.match(content):
        return True
    if len(content) < LEAST_BYTES or _PICTURE.match(content):
        return False
    beside = " ".join(f"{key} {value}" for key, value in [*told.beside.items()][:20] if len(str(value)[:60]) < 60)
    said = " ".join((*told.place[-3:], told.text.lstrip()[:40], beside))
    return bool(_SAID.search(said))


def _kind(kind: str, content: bytes, told: _Text) -> str:
    """Return the media type of a sound; of samples without a header by the rate that stands beside them."""
    if kind or _SOUND.match(content) or _FRAME.match(content):
        return kind
    rates = (value for key, value in told.beside.items() if key.lower().replace("-", "_") in _RATES)
    rate = next((value for value in rates if isinstance(value, int) and not isinstance(value, bool)), None)
    return f"audio/pcm; rate={rate}" if rate else ""


def fetched(
    vendor: str, addresses: tuple[str, ...], own: str, secrets: tuple[str, ...], login: str, what: What
) -> bytes:
    """Return what is at the first of the addresses that can be fetched, each tried twice, which costs nothing.

    Raises:
        VendorError: 'bad answer': none can be fetched, or there is none.
    """
    failure = VendorError("bad answer", f"{vendor}: the answer holds no {what}")
    for address in addresses:
        for _ in range(2):
            try:
                return fetch(vendor, address, own, FETCH, secrets, login, what)
            except VendorError as error:
                failure = error
    raise failure
