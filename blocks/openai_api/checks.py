"""Ask the accounts at OpenAI, or at servers that speak its protocol, about key, models, their last days, and voices.

One request an account, which costs nothing: `GET /models`
(https://platform.openai.com/docs/api-reference/models/list), whose entries may have a `shutdown_date`; and for a
narrator at another server one for its voices (`blocks/openai_api/offers.py`).
"""

from __future__ import annotations

from datetime import date, timedelta

from pydantic import JsonValue

from blocks.http_client.checking import PATIENCE, failed_check
from blocks.openai_api.account import OpenAIAccount
from blocks.openai_api.call import ask, json_of
from blocks.openai_api.offers import OPENAIS_VOICES, has, listed, voices_there
from studio.errors import EngineFailed
from studio.model.check import Check
from studio.model.engines import Crew

SOON = timedelta(days=90)
"""How near a model's last day must be for a warning."""


def openai_checks(crew: Crew, today: date) -> list[Check]:
    """Return a check for the key of each account that the crew's engines use, each of their models, and the voice.

    Each request takes 30 s at most.
    """
    used: dict[str, tuple[OpenAIAccount, list[str], list[str]]] = {}
    for engine in (crew.writer, crew.painter, crew.narrator):
        account = getattr(engine, "account", None)
        if isinstance(account, OpenAIAccount):
            _, models, voices = used.setdefault(account.account, (account, [], []))
            if engine_model := getattr(engine, "name", ""):
                models.append(engine_model)
            if voice := getattr(engine, "voice", ""):
                voices.append(voice)
    return [
        check
        for account, models, voices in used.values()
        for check in _openai(account, list(dict.fromkeys(models)), voices, today)
    ]


def _openai(account: OpenAIAccount, models: list[str], voices: list[str], today: date) -> list[Check]:
    key = f"key {account.vendor}"
    try:
        answer = json_of(account, ask(account, PATIENCE, lambda client: client.models.with_raw_response.list()))
    except EngineFailed as error:
        return [failed_check(key, error)]
    told = answer.get("data")
    there = {str(each.get("id")): each for each in told if isinstance(each, dict)} if isinstance(told, list) else {}
    said = "accepted" if account.api_key else "none is needed"
    checks = [Check(key, "ok", said), *(_model(name, account.vendor, there, today) for name in models)]
    return [*checks, *(check for voice in voices for check in _voice(voice, account))]


def _voice(voice: str, account: OpenAIAccount) -> list[Check]:
    """Return a check for a voice, none if the server does not list its voices."""
    there = voices_there(account)
    if not there:
        return []
    check = f"voice {voice}"
    if has(there, voice):
        return [Check(check, "ok", "there")]
    others = listed(names[0] for names in there)
    if voice.casefold() in OPENAIS_VOICES:
        found = f"{account.vendor} does not list it, though it may speak with another; it lists {others}"
        return [Check(check, "warning", found, "choose one of them")]
    return [Check(check, "wrong", f"{account.vendor} does not have it; it has {others}", "choose one of them")]


def _model(name: str, vendor: str, there: dict[str, dict[str, JsonValue]], today: date) -> Check:
    check = f"model {name}"
    if not there:
        return Check(check, "warning", f"{vendor} does not say which models it has")
    # Ollama lists what it calls 'qwen3' as 'qwen3:latest'.
    found = there.get(name) or there.get(f"{name}:latest")
    if found is None:
        return Check(
            check, "wrong", f"{vendor} does not have it; it has {listed(there)}", "choose one, or ask for access"
        )
    last = found.get("shutdown_date")
    day = _day(last)
    if day is None:
        return Check(check, "ok", "there")
    if day <= today:
        return Check(check, "warning", f"its last day was {day}", "choose another model")
    left = f"its last day is {day}, in {(day - today).days} days"
    if day - today <= SOON:
        return Check(check, "warning", left, "choose another model soon")
    return Check(check, "ok", left)


def _day(told: JsonValue) -> date | None:
    """Parse a published day: a date or a moment in ISO 8601, or seconds since 1970; return None if it is neither."""
    try:
        if isinstance(told, int | float) and not isinstance(told, bool):
            return date.fromtimestamp(told)
        return date.fromisoformat(told[:10]) if isinstance(told, str) else None
    except (ValueError, OverflowError, OSError):
        return None
