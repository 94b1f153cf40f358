"""Prefect's client for what a film does not wait for: each request is sent once, with a few seconds' patience.

Such a client is made several times a film, so it is made without what takes Prefect thirty milliseconds each time: a
copy of all settings, and the reading of certificates that a server without TLS has no use for.
"""

from __future__ import annotations

import functools
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.context import SettingsContext, get_settings_context
from prefect.settings import PREFECT_API_URL, PREFECT_CLIENT_MAX_RETRIES, Settings

_copied: tuple[Settings, Settings] | None = None
"""The settings that were copied last, and their copy without retries."""


@contextmanager
def client_without_retries(patience: float) -> Iterator[SyncPrefectClient]:
    """Yield a client that sends each request once, without retries, and waits `patience` seconds for the answer."""
    settings: dict[str, Any] = {"timeout": patience}
    if (PREFECT_API_URL.value() or "").startswith("http:"):
        settings["verify"] = _trusts_nobody()
    with _no_retries(), get_client(sync_client=True, httpx_settings=settings) as client:
        yield client


@contextmanager
def _no_retries() -> Iterator[None]:
    # Prefect looks the number up whenever it sends, so it has to hold for the whole block.
    global _copied
    now = get_settings_context()
    if _copied is None or _copied[0] is not now.settings:
        _copied = now.settings, now.settings.copy_with_update(updates={PREFECT_CLIENT_MAX_RETRIES: 0})
    with SettingsContext(profile=now.profile, settings=_copied[1]):
        yield


@functools.cache
def _trusts_nobody() -> ssl.SSLContext:
    """Return a context without certificates: a server without TLS that redirected to one with it would be refused."""
    return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
