"""What the checks of vendors by `film doctor` share: the limits of a request, and the check for one that failed."""

from __future__ import annotations

from blocks.http_client.client import RequestLimits
from studio.errors import EngineFailed
from studio.model.check import Check
from studio.model.paid import VendorError

PATIENCE = RequestLimits(connect_seconds=10, read_seconds=20, total_seconds=30, body_bytes=8 * 2**20)
"""The limits of one request; a list of models is some 20 kB."""


def failed_check(name: str, error: EngineFailed) -> Check:
    """Return the check for a request that failed."""
    fault = error.fault if isinstance(error, VendorError) else ""
    # The message itself says what to do, except for these faults; it never holds a secret.
    verdict: dict[str, str] = {"slow down": "try again in a minute", "passing": "check network and address, try again"}
    return Check(name, "wrong", str(error), verdict.get(fault, ""))
