"""Laws of the limits across processes: an account's requests in flight are counted on the server."""

from __future__ import annotations

import threading
from uuid import uuid4

import pytest
from prefect.client.orchestration import get_client

from flows import limits
from flows.limits import limit_name, slots
from studio.errors import Interrupted
from studio.paid import VendorError


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
    from prefect.client.schemas.actions import GlobalConcurrencyLimitUpdate

    name = limit_name(account)
    with slots(4, _go_on)(account), get_client(sync_client=True) as client:
        found = client.read_global_concurrency_limit_by_name(name)
        assert (found.limit, found.active_slots) == (4, 1)
        client.update_global_concurrency_limit(name, GlobalConcurrencyLimitUpdate(limit=2))
    with slots(4, _go_on)(account), get_client(sync_client=True) as client:
        assert client.read_global_concurrency_limit_by_name(name).limit == 2


def test_who_waits_for_a_slot_leaves_when_the_run_is_stopped(account: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits out another's films for a run that is over."""
    monkeypatch.setattr(limits, "GLANCE_SECONDS", 0.5)

    def stopped() -> None:
        raise Interrupted("stopped")

    with slots(1, _go_on)(account), pytest.raises(Interrupted), slots(1, stopped)(account):
        pass


def test_a_server_that_is_gone_sends_nothing(account: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a slot no request: the call may be tried a little later."""
    from prefect.settings import PREFECT_API_URL, PREFECT_CLIENT_MAX_RETRIES, temporary_settings

    settings = {PREFECT_API_URL: "http://127.0.0.1:9/api", PREFECT_CLIENT_MAX_RETRIES: 0}
    with (
        temporary_settings(settings),
        pytest.raises(VendorError, match="gave no slot") as caught,
        slots(1, _go_on)(account),
    ):
        pass
    assert caught.value.may_pass


def test_a_slot_that_the_server_does_not_take_back_fails_no_call(account: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The call is done and paid for: the slot is free after its lease. What the call itself says is not lost."""
    import httpx
    from prefect.concurrency import _sync

    def gone(lease_id: object) -> None:
        raise httpx.ConnectError("gone")

    monkeypatch.setattr(_sync, "release_concurrency_slots_with_lease", gone)
    done = []
    with slots(4, _go_on)(account):
        done.append("paid")
    assert done == ["paid"]
    with pytest.raises(VendorError, match="no picture"), slots(4, _go_on)(account):
        raise VendorError("bad answer", "no picture")
