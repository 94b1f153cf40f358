"""Laws of the limits across processes: an account's requests in flight are counted on the server."""

from __future__ import annotations

import threading
import time
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from uuid import uuid4

import httpx
import pytest
from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.actions import GlobalConcurrencyLimitUpdate
from prefect.settings import PREFECT_API_URL, PREFECT_CLIENT_MAX_RETRIES, temporary_settings

from flows import account_slots
from flows.account_slots import limit_name, slots
from studio.errors import Interrupted
from studio.model.paid import VendorError


def _go_on() -> None:
    """A run that may go on."""


@pytest.fixture
def account(server: str) -> str:
    return f"vendor.example:8080 {uuid4().hex[:12]}"


@pytest.mark.parametrize("others", [0, 1])
def test_two_processes_share_an_accounts_slots(account: str, others: int) -> None:
    """With room for one, the second comes in when the first has left; with room for two, at once."""
    inside, left, second = threading.Event(), threading.Event(), threading.Event()
    ours, theirs = slots(1 + others, _go_on), slots(1 + others, _go_on)

    def other() -> None:
        with theirs(account):
            second.set()
            if not others:
                assert left.is_set()

    with ours(account):
        inside.set()
        thread = threading.Thread(target=other)
        thread.start()
        # With one slot the other waits for seconds: nothing to see but that it is not in.
        assert second.wait(30 if others else 2) is bool(others)
        left.set()
    thread.join(60)
    assert second.is_set()


def test_the_limit_is_made_once_and_then_the_servers_counts(account: str) -> None:
    """A number that a person sets on the pages stays."""
    name = limit_name(account)
    with slots(4, _go_on)(account), get_client(sync_client=True) as client:
        found = client.read_global_concurrency_limit_by_name(name)
        assert (found.limit, found.active_slots) == (4, 1)
        client.update_global_concurrency_limit(name, GlobalConcurrencyLimitUpdate(limit=2))
    with slots(4, _go_on)(account), get_client(sync_client=True) as client:
        assert client.read_global_concurrency_limit_by_name(name).limit == 2


def test_who_waits_for_a_slot_leaves_when_the_run_is_stopped(account: str) -> None:
    """Nobody waits out another's films for a run that is over."""

    def stopped() -> None:
        raise Interrupted("stopped")

    with slots(1, _go_on)(account), pytest.raises(Interrupted), slots(1, stopped)(account):
        pass


def test_a_server_that_is_gone_sends_nothing(account: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a slot no request: the call may be tried a little later."""
    settings = {PREFECT_API_URL: "http://127.0.0.1:9/api", PREFECT_CLIENT_MAX_RETRIES: 0}
    with (
        temporary_settings(settings),
        pytest.raises(VendorError, match="gave no slot") as caught,
        slots(1, _go_on)(account),
    ):
        pass
    assert caught.value.may_pass


def test_a_server_that_stops_answering_is_given_up(account: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who waits asks again for a while, looks meanwhile whether the run may go on, and waits for ever for nobody."""
    monkeypatch.setattr(account_slots, "AGAIN_SECONDS", 0.0)
    monkeypatch.setattr(account_slots, "POLL_SECONDS", 0.01)
    looks: list[None] = []

    def go_on() -> None:
        looks.append(None)
        if len(looks) == 3:
            monkeypatch.setattr(account_slots, "PATIENCE_SECONDS", 0.0)

    slot = slots(1, go_on)
    with slot(account):
        pass
    with (
        temporary_settings({PREFECT_API_URL: "http://127.0.0.1:9/api"}),
        pytest.raises(VendorError, match="gave no slot") as caught,
        slot(account),
    ):
        pass
    assert caught.value.may_pass
    assert len(looks) >= 3


class Slow(BaseHTTPRequestHandler):
    """Stands before the server at `api`, and gives its answers about slots a second late."""

    api = ""

    def do_GET(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        kind = {"Content-Type": "application/json"}
        answer = httpx.request(self.command, f"{self.api}{self.path}", content=body, headers=kind)
        if "increment" in self.path:
            time.sleep(1)
        self.send_response(answer.status_code)
        self.send_header("Content-Length", str(len(answer.content)))
        self.end_headers()
        with suppress(OSError):
            self.wfile.write(answer.content)

    do_POST = do_GET

    def log_message(self, format: str, *arguments: object) -> None:
        """Say nothing."""


def test_a_slot_that_is_given_late_is_taken(server: str, account: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """However often who waits looks, each answer is awaited: no slot is given that nobody holds."""
    monkeypatch.setattr(account_slots, "POLL_SECONDS", 0.3)
    looks: list[None] = []

    def go_on() -> None:
        looks.append(None)
        if len(looks) > 10:
            raise Interrupted("no slot")

    slot = slots(1, go_on)
    handler = type("SlowHere", (Slow,), {"api": server.removesuffix("/api")})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as slow:
        threading.Thread(target=slow.serve_forever, daemon=True).start()
        with temporary_settings({PREFECT_API_URL: f"http://127.0.0.1:{slow.server_port}/api"}), slot(account):
            assert looks == []
        slow.shutdown()
    with get_client(sync_client=True) as client:
        assert client.read_global_concurrency_limit_by_name(limit_name(account)).active_slots == 0


def test_a_slot_that_the_server_does_not_take_back_fails_no_call(account: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The call is done and paid for: the slot is free after its lease. What the call itself says is not lost."""

    def gone(self: object, lease_id: object) -> None:
        raise httpx.ConnectError("gone")

    monkeypatch.setattr(SyncPrefectClient, "release_concurrency_slots_with_lease", gone)
    done = []
    with slots(4, _go_on)(account):
        done.append("paid")
    assert done == ["paid"]
    with pytest.raises(VendorError, match="no picture"), slots(4, _go_on)(account):
        raise VendorError("bad answer", "no picture")
