"""Ask a crew's vendors about its accounts: keys, balance, models and their last days. Free requests only.

OpenAI's protocol: `GET /models` (https://platform.openai.com/docs/api-reference/models/list), whose entries may have a
`shutdown_date`. Stability: `GET /v1/user/balance` (https://platform.stability.ai/docs/api-reference).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from pydantic import JsonValue

from blocks.http_client.client import RequestLimits
from blocks.openai_api.account import OpenAIAccount
from blocks.openai_api.call import ask, json_of
from blocks.stability_api.account import StabilityAccount
from blocks.stability_api.grpc_painter import StabilityGrpcPainter
from studio.checks.machine import Check
from studio.errors import EngineFailed
from studio.model.engines import Crew
from studio.model.paid import VendorError

PATIENCE = RequestLimits(connect_seconds=10, read_seconds=20, total_seconds=30, body_bytes=8 * 2**20)
"""The limits of one request; a list of models is some 20 kB."""
SOON = timedelta(days=90)
"""How near a model's last day must be for a warning."""
LOW_BALANCE_USD = 1.0
"""The balance, in US dollars, below which there is a warning."""


@dataclass(frozen=True)
class _Hired:
    """An account, and the models that the crew uses there."""

    account: OpenAIAccount | StabilityAccount
    models: tuple[str, ...]
    through_grpc: bool


def vendor_checks(crew: Crew, today: date) -> list[Check]:
    """Return a check for each key, balance and model of the crew; none for a crew without vendors.

    Each request takes 30 s at most.
    """
    checks: list[Check] = []
    for hired in _accounts(crew):
        if isinstance(hired.account, OpenAIAccount):
            checks += _openai(hired.account, hired.models, today)
        elif hired.through_grpc and hired.account.grpc_vendor != hired.account.vendor:
            # The key is for another server than the one that can be asked for the balance.
            checks.append(Check(f"key {hired.account.grpc_vendor}", "warning", "a gRPC host cannot be asked about it"))
        else:
            checks += _stability(hired.account)
    return checks


def _accounts(crew: Crew) -> Iterable[_Hired]:
    found: dict[str, _Hired] = {}
    for engine in (crew.writer, crew.painter, crew.narrator, crew.animator, crew.composer):
        account = getattr(engine, "account", None)
        if not isinstance(account, OpenAIAccount | StabilityAccount):
            continue
        name = getattr(engine, "name", "")
        known = found.get(account.account)
        models = (*(known.models if known else ()), *([name] if isinstance(name, str) and name else []))
        found[account.account] = _Hired(account, tuple(dict.fromkeys(models)), isinstance(engine, StabilityGrpcPainter))
    return found.values()


def _openai(account: OpenAIAccount, models: tuple[str, ...], today: date) -> list[Check]:
    key = f"key {account.vendor}"
    try:
        answer = json_of(account, ask(account, PATIENCE, lambda client: client.models.with_raw_response.list()))
    except EngineFailed as error:
        return [_refused(key, error)]
    told = answer.get("data")
    there = {str(each.get("id")): each for each in told if isinstance(each, dict)} if isinstance(told, list) else {}
    said = "accepted" if account.api_key else "none is needed"
    return [Check(key, "ok", said), *(_model(name, account.vendor, there, today) for name in models)]


def _model(name: str, vendor: str, there: dict[str, dict[str, JsonValue]], today: date) -> Check:
    check = f"model {name}"
    if not there:
        return Check(check, "warning", f"{vendor} does not say which models it has")
    # Ollama lists what it calls 'qwen3' as 'qwen3:latest'.
    found = there.get(name) or there.get(f"{name}:latest")
    if found is None:
        return Check(check, "wrong", f"{vendor} does not have it", "choose another model, or ask for access to it")
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


def _stability(account: StabilityAccount) -> list[Check]:
    key = f"key {account.vendor}"
    try:
        usd = account.balance() / 100
    except EngineFailed as error:
        return [_refused(key, error)]
    balance = f"balance {account.vendor}"
    found = Check(balance, "ok", f"${usd:.2f}")
    if usd < LOW_BALANCE_USD:
        found = Check(balance, "warning" if usd > 0 else "wrong", f"${usd:.2f}", "top it up before a film")
    return [Check(key, "ok", "accepted"), found]


def _refused(name: str, error: EngineFailed) -> Check:
    fault = error.fault if isinstance(error, VendorError) else ""
    # The message itself says what to do, except for these faults; it never holds a secret.
    verdict: dict[str, str] = {"slow down": "try again in a minute", "passing": "check network and address, try again"}
    return Check(name, "wrong", str(error), verdict.get(fault, ""))
