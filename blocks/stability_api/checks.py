"""Ask the account at Stability about key and balance: `GET /v1/user/balance`, which costs nothing
(https://platform.stability.ai/docs/api-reference).
"""

from __future__ import annotations

from datetime import date

from blocks.http_client.checking import failed_check
from blocks.stability_api.account import StabilityAccount
from blocks.stability_api.grpc_painter import StabilityGrpcPainter
from studio.errors import EngineFailed
from studio.model.check import Check
from studio.model.engines import Crew

LOW_BALANCE_USD = 1.0
"""The balance, in US dollars, below which there is a warning."""


def stability_checks(crew: Crew, today: date) -> list[Check]:
    """Return a check for the key and for the balance of the crew's painter; the request takes 30 s at most."""
    account = getattr(crew.painter, "account", None)
    if not isinstance(account, StabilityAccount):
        return []
    if isinstance(crew.painter, StabilityGrpcPainter) and account.grpc_vendor != account.vendor:
        # The key is for another server than the one that can be asked for the balance.
        return [Check(f"key {account.grpc_vendor}", "warning", "a gRPC host cannot be asked about it")]
    return _stability(account)


def _stability(account: StabilityAccount) -> list[Check]:
    key = f"key {account.vendor}"
    try:
        usd = account.balance() / 100
    except EngineFailed as error:
        return [failed_check(key, error)]
    balance = f"balance {account.vendor}"
    found = Check(balance, "ok", f"${usd:.2f}")
    if usd < LOW_BALANCE_USD:
        found = Check(balance, "warning" if usd > 0 else "wrong", f"${usd:.2f}", "top it up before a film")
    return [Check(key, "ok", "accepted"), found]
