"""Which models and voices a server has, by its free lists, for who asked for one that it lacks.

`GET /models` is the protocol's own (https://platform.openai.com/docs/api-reference/models/list). Voices have no list
there; servers that have one answer at `/audio/voices` or `/voices`. Each list is asked for once a process.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Iterable
from functools import partial
from typing import TYPE_CHECKING, cast

from pydantic import JsonValue

from blocks.http_client.client import RequestLimits
from blocks.openai_api.account import OpenAIAccount
from blocks.openai_api.call import RawAnswer, ask, json_of
from blocks.openai_api.local import Work, work_of
from studio.model.paid import VendorError
from studio.text.display import printable

if TYPE_CHECKING:
    from openai import OpenAI

LOOKING = RequestLimits(connect_seconds=5, read_seconds=8, total_seconds=10, body_bytes=2**20)
"""The limits of one request for a list."""
NAMES, NAME_CHARACTERS = 1_000, 100
"""The most entries of a list that are looked at, and the longest name."""
SHOWN = 8
"""How many names are shown."""
OPENAIS_VOICES = frozenset(
    ("alloy", "ash", "ballad", "cedar", "coral", "echo", "fable", "marin", "nova", "onyx", "sage", "shimmer", "verse")
)
"""OpenAI's voices (https://platform.openai.com/docs/guides/text-to-speech#voice-options). Servers that list only their
own often have others under these names."""

Names = tuple[tuple[str, ...], ...]
"""A list: of each entry all its names, that by which it is asked for first."""

_lists: dict[tuple[str, str, str], Names] = {}
_lock = threading.Lock()

_MISSING = (
    r"not[ _]found|n[o']t exist|unknown|no such|invalid|un(?:available|supported|recogni[sz]ed)"
    r"|not (?:available|supported|loaded|installed|recogni[sz]ed|known|valid|served)|isn't|pull(?:ing)? it|must be"
)
_GAP = r"[^;]{0,120}?"
_LACKS_VOICE = re.compile(
    rf"\b(?:voice|speaker)s?\b{_GAP}(?:{_MISSING})|(?:{_MISSING}){_GAP}\b(?:voice|speaker)s?\b", re.I
)
_LACKS_MODEL = re.compile(rf"\bmodels?\b{_GAP}(?:{_MISSING})|(?:{_MISSING}){_GAP}\bmodels?\b", re.I)
_LISTED = re.compile(
    r"\b(?:available|valid|supported|allowed|known|existing|possible|choices?|options?)\b[^.;]{0,40}(?::|\bare\b|\[)"
    r"|\b(?:one of|choose from|did you mean)\b",
    re.I,
)


def forget_lists() -> None:
    """Forget all lists, as a new process has."""
    with _lock:
        _lists.clear()


def models_there(account: OpenAIAccount) -> Names:
    """Return the models that a server lists, () if it does not say."""
    return _once(account, "models", ("/models",))


def voices_there(account: OpenAIAccount) -> Names:
    """Return the voices that a server lists, () if it does not say; a second address is asked if the first is none."""
    return () if account.is_openais else _once(account, "voices", ("/audio/voices", "/voices"))


def has(there: Names, name: str) -> bool:
    """Tell whether a name is in a list, in any case; also a mix of voices, as 'af_bella+af_sky(2)'."""
    known = {each.casefold() for names in there for each in names}
    if name.casefold() in known:
        return True
    parts = [part for part in re.split(r"[+,|]", re.sub(r"\([\d.]*\)|:[\d.]+", "", name)) if part.strip()]
    return len(parts) > 1 and all(part.strip().casefold() in known for part in parts)


def listed(names: Iterable[str]) -> str:
    """Return names for a message, the first `SHOWN` in alphabetical order."""
    told = sorted({printable(name)[:60] for name in names if name.isprintable()})
    return ", ".join(told[:SHOWN]) + (", ..." if len(told) > SHOWN else "")


def tell_what_is_there(error: VendorError, account: OpenAIAccount, model: str, work: Work, voice: str = "") -> None:
    """Add to the line of an error which models or voices there are, if it says that the one asked for is not there.

    Nothing is asked if the server lists them itself.
    """
    if error.fault != "wrong" or error.status not in (400, 404, 422) or _LISTED.search(error.reason):
        return
    if voice and _LACKS_VOICE.search(error.reason):
        asked, names = voice, voices_there(account)
    elif _LACKS_MODEL.search(error.reason) or "model_not_found" in str(error):
        asked, names = model, models_there(account)
    else:
        return
    all_ = [each[0] for each in names]
    there = [name for name in all_ if work_of(name) == work] or all_ if asked == model else all_
    if there and not has(names, asked):
        told = str(error).removesuffix("; check model, settings and address")
        error.args = (f"{told}; it has {listed(there)}: choose one",)


def _once(account: OpenAIAccount, what: str, paths: tuple[str, ...]) -> Names:
    key = (account.base_url, account.account, what)
    with _lock:
        if key not in _lists:
            _lists[key] = _asked(account, paths)
        return _lists[key]


def _asked(account: OpenAIAccount, paths: tuple[str, ...]) -> Names:
    for path in paths:
        try:
            return _names(json_of(account, ask(account, LOOKING, partial(_get, path)), wrapped=True))
        except VendorError as error:
            if error.status not in (404, 405) and error.fault != "bad answer":
                return ()
    return ()


def _get(path: str, client: OpenAI) -> RawAnswer:
    from openai._constants import RAW_RESPONSE_HEADER

    return cast(RawAnswer, client.get(path, cast_to=object, options={"headers": {RAW_RESPONSE_HEADER: "true"}}))


def _names(value: JsonValue, levels: int = 3) -> Names:
    """Return the names in a list: of texts, of objects with an id or a name, or of an object by name."""
    if isinstance(value, dict) and levels:
        inner = next((value[key] for key in ("data", "voices", "models", "speakers", "items") if value.get(key)), None)
        if inner is not None:
            return _names(inner, levels - 1)
        return tuple((name,) for name, each in [*value.items()][:NAMES] if isinstance(each, dict))
    entries = (_entry(each) for each in value[:NAMES]) if isinstance(value, list) else iter(())
    return tuple(names for names in entries if names)


def _entry(each: JsonValue) -> tuple[str, ...]:
    if isinstance(each, dict):
        told = [each.get(key) for key in ("id", "voice_id", "name", "voice", "short_name", "model")]
    else:
        told = [each]
    return tuple(dict.fromkeys(name for name in told if isinstance(name, str) and 0 < len(name) <= NAME_CHARACTERS))
