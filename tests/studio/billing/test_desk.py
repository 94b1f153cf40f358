"""The desk's laws: what is held is not asked for again, what was cut off is not hidden, no budget is passed."""

from __future__ import annotations

import itertools
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from studio.billing.calls import answer_bytes, read_calls, spent_usd
from studio.billing.rate_limit import RateLimit
from studio.errors import AccountRefused, BudgetSpent, CallCutOff, Interrupted, PriceUnknown
from studio.fs import files
from studio.model.engines import AccountLimits
from studio.model.paid import Reply, VendorError
from tests.support.sessions.counter import Vendor, content, desk_in, ledger_in, order_of, request_of


def test_an_answer_that_is_held_is_never_asked_for_again(tmp_path: Path) -> None:
    """A run that begins after the answer came, however the one before ended, pays nothing for it."""
    vendor = Vendor(b"picture")
    assert desk_in(tmp_path).call(request_of(), vendor, content) == b"picture"
    again = desk_in(tmp_path, run="b")
    assert again.call(request_of(), vendor, content) == b"picture"
    assert vendor.asked == 1
    assert again.cost_usd == pytest.approx(0.04)
    (call,) = read_calls(tmp_path)
    assert (call.state, call.cost_usd, call.request_id, call.run_id) == ("done", 0.04, "req-1", "a")


def test_a_kill_between_keeping_the_answer_and_booking_it_costs_nothing(tmp_path: Path) -> None:
    """The answer's file vouches for itself, and says what it costs."""
    vendor = Vendor(b"picture")
    desk_in(tmp_path).call(request_of(), vendor, content)
    (call,) = read_calls(tmp_path)
    (tmp_path / call.path).write_text(
        call.model_copy(update={"state": "intent", "cost_usd": None, "usage": {}}).model_dump_json(), "utf-8"
    )
    assert desk_in(tmp_path, run="b").call(request_of(), vendor, content) == b"picture"
    (call,) = read_calls(tmp_path)
    assert (vendor.asked, call.state, call.cost_usd) == (1, "done", 0.04)


def _killed_before_booking(folder: Path, answer: bytes) -> None:
    call = ledger_in(folder).begin(order_of(), request_of())
    assert call is not None
    files.write_whole(folder / call.answer_path, answer_bytes(Reply(answer, {"images": 1.0}, "req-1")))


def test_a_bad_answer_whose_run_died_before_booking_it_has_its_price(tmp_path: Path) -> None:
    """What a dead run was billed for a bad answer is booked by the next one, to the cent."""
    _killed_before_booking(tmp_path, b"bad")
    assert desk_in(tmp_path, run="b").call(request_of(), Vendor(b"picture"), content) == b"picture"
    assert [(call.state, call.cost_usd) for call in read_calls(tmp_path)] == [("bad answer", 0.04), ("done", 0.04)]
    assert spent_usd(read_calls(tmp_path)) == (pytest.approx(0.08), 0)


def test_an_answer_that_nobody_asks_for_any_more_is_booked(tmp_path: Path) -> None:
    """Of a dead run's answers none stays in flight, also where the prompt was changed since."""
    _killed_before_booking(tmp_path, b"picture")
    ledger_in(tmp_path, "b")
    (call,) = read_calls(tmp_path)
    assert (call.state, call.cost_usd, call.request_id) == ("done", 0.04, "req-1")


def test_an_answer_that_a_fault_changed_is_asked_for_again(tmp_path: Path) -> None:
    """Damage is not served: one flipped byte, and the answer counts as gone."""
    vendor = Vendor(b"picture")
    desk_in(tmp_path).call(request_of(), vendor, content)
    (call,) = read_calls(tmp_path)
    path = tmp_path / call.answer_path
    path.write_bytes(path.read_bytes()[:-1] + b"X")
    assert desk_in(tmp_path, run="b").call(request_of(), vendor, content) == b"picture"
    assert vendor.asked == 2
    assert [each.attempt for each in read_calls(tmp_path)] == [1, 2]


def _killed_in_flight(folder: Path) -> None:
    ledger_in(folder).begin(order_of(), request_of())


def test_a_call_that_was_cut_off_is_priced_and_asked_about(tmp_path: Path) -> None:
    """Whoever was killed between asking and hearing may have to pay: it is booked, and not asked for again unasked."""
    _killed_in_flight(tmp_path)
    assert [call.state for call in read_calls(tmp_path)] == ["intent"]
    vendor = Vendor(b"picture")
    with pytest.raises(CallCutOff, match=r"up to \$0\.0400; agree to pay again: film resume x"):
        desk_in(tmp_path, run="b").call(request_of(), vendor, content)
    (call,) = read_calls(tmp_path)
    assert (vendor.asked, call.state, call.booked_usd) == (0, "ambiguous", 0.04)


def test_agreeing_pays_once_more_and_only_once(tmp_path: Path) -> None:
    """Consent is of one run: it stands in the ledger, and a plain run after it does not ask again."""
    _killed_in_flight(tmp_path)
    vendor = Vendor(b"picture")
    assert desk_in(tmp_path, run="b", retry=True).call(request_of(), vendor, content) == b"picture"
    assert desk_in(tmp_path, run="c").call(request_of(), vendor, content) == b"picture"
    assert vendor.asked == 1
    assert [(each.state, each.again) for each in read_calls(tmp_path)] == [("ambiguous", "b"), ("done", "")]
    assert spent_usd(read_calls(tmp_path)) == (pytest.approx(0.08), 0)


def test_an_answer_lost_in_this_run_is_booked_and_asked_about(tmp_path: Path) -> None:
    """A timeout after the request was taken is as a kill: at most the agreed repeats, each with its line."""
    lost = VendorError("unknown", "no answer in 60 s")
    with pytest.raises(CallCutOff, match="may be billed"):
        desk_in(tmp_path).call(request_of(), Vendor(lost), content)
    assert [each.state for each in read_calls(tmp_path)] == ["ambiguous"]
    vendor = Vendor(lost)
    with pytest.raises(CallCutOff):
        desk_in(tmp_path, order_of(2), retry=True).call(request_of("2"), vendor, content)
    assert vendor.asked == 3


@pytest.mark.parametrize(
    ("fault", "state", "cost"),
    [
        ("passing", "failed", 0.0),
        ("refused", "refused", 0.0),
        ("wrong", "failed", 0.0),
        ("bad answer", "bad answer", 0.04),
    ],
)
def test_every_failure_has_its_line(tmp_path: Path, fault: str, state: str, cost: float) -> None:
    """Refused, failed and bad calls are booked as such; only a bad answer may be billed."""
    vendor = Vendor(VendorError(fault, "so it is", request_id="r"))  # type: ignore[arg-type]
    with pytest.raises(VendorError, match="so it is"):
        desk_in(tmp_path).call(request_of(), vendor, content)
    (call,) = read_calls(tmp_path)
    assert (call.state, call.cost_usd, call.reason, call.request_id) == (state, cost, "so it is", "r")


def test_a_bad_answer_is_paid_for_twice_at_most_in_a_run(tmp_path: Path) -> None:
    """The first may be tried again, the second not: a person decides, for each is billed."""
    vendor, ledger = Vendor(b"bad"), ledger_in(tmp_path)
    may_pass = []
    for _ in range(2):
        with pytest.raises(VendorError) as caught:
            desk_in(tmp_path, ledger=ledger).call(request_of(), vendor, content)
        may_pass.append(caught.value.may_pass)
    assert (vendor.asked, may_pass) == (2, [True, False])
    assert [each.cost_usd for each in read_calls(tmp_path)] == [0.04, 0.04]


@pytest.mark.parametrize("fault", ["quota", "key"])
def test_a_refused_account_ends_the_run(tmp_path: Path, fault: str) -> None:
    """No other shot would fare better."""
    with pytest.raises(AccountRefused, match="pay first"):
        desk_in(tmp_path).call(request_of(), Vendor(VendorError(fault, "pay first")), content)  # type: ignore[arg-type]


def test_slow_down_is_waited_for_and_never_comes_out(tmp_path: Path) -> None:
    """Nothing is sent before the moment that the vendor named; each try has its line, and costs nothing."""
    limit = RateLimit(AccountLimits())
    slow = VendorError("slow down", "429", retry_after=0.05)
    vendor = Vendor(slow, slow, b"picture")
    assert desk_in(tmp_path, limit=limit).call(request_of(), vendor, content) == b"picture"
    assert [each.state for each in read_calls(tmp_path)] == ["failed", "failed", "done"]
    assert spent_usd(read_calls(tmp_path)) == (pytest.approx(0.04), 0)


def test_no_budget_is_passed_however_many_ask_at_once(tmp_path: Path) -> None:
    """200 pictures of $0.04 on $1: never more than $1.00 spent and reserved, 25 made, the others not sent."""
    ledger = ledger_in(tmp_path, budget_usd=1.0)
    seen: list[float] = []
    lock = threading.Lock()

    def one(index: int) -> str:
        def send() -> Reply:
            with lock:
                seen.append(spent_usd(ledger.calls)[0])
            return Reply(b"picture", {"images": 1.0})

        try:
            desk_in(tmp_path, order_of(index), ledger=ledger).call(request_of(str(index)), send, content)
        except BudgetSpent:
            return "not sent"
        return "made"

    with ThreadPoolExecutor(32) as pool:
        ended = list(pool.map(one, range(1, 201)))
    assert (ended.count("made"), ended.count("not sent")) == (25, 175)
    assert max(seen) <= 1.0 + 1e-9
    assert spent_usd(read_calls(tmp_path)) == (pytest.approx(1.0), 0)


def test_who_waits_for_room_in_the_budget_heeds_a_slow_down(tmp_path: Path) -> None:
    """The budget is full of a call in flight that ends with 'slow down': who waited for its room waits on."""
    moment = 0.0
    limit = RateLimit(AccountLimits(), lambda: moment)
    ledger, asked = ledger_in(tmp_path, budget_usd=0.04), threading.Event()
    first, second = Vendor(b"picture"), Vendor(b"picture")

    def slow() -> Reply:
        asked.set()
        assert waiting.wait(30)
        first.answers.insert(0, VendorError("slow down", "wait", retry_after=60))
        return first()

    waiting, looks, calls = threading.Event(), threading.Semaphore(0), itertools.count(1)

    def go_on() -> None:
        # The first one is in its call now; at its second look the other one waits for room.
        if asked.is_set() and next(calls) == 2:
            waiting.set()
        if limit.not_before:
            looks.release()

    def call(index: int, send: Any) -> bytes:
        order, request = order_of(index), request_of(str(index))
        return desk_in(tmp_path, order, ledger=ledger, limit=limit, go_on=go_on).call(request, send, content)

    with ThreadPoolExecutor(2) as pool:
        one = pool.submit(call, 1, lambda: first() if first.asked else slow())
        assert asked.wait(30)
        two = pool.submit(call, 2, second)
        # Both look three times whether they may go on.
        assert all(looks.acquire(timeout=30) for _ in range(6))
        before = first.asked, second.asked
        moment = 61.0
        assert {type(each.exception(30)) for each in (one, two)} == {type(None), BudgetSpent}
    assert before == (1, 0)
    assert first.asked + second.asked == 2


def test_what_failed_unbilled_gives_its_share_of_the_budget_back(tmp_path: Path) -> None:
    """A reservation is for the time of the call."""
    ledger = ledger_in(tmp_path, budget_usd=0.04)
    with pytest.raises(VendorError):
        desk_in(tmp_path, ledger=ledger).call(request_of(), Vendor(VendorError("passing", "503")), content)
    assert desk_in(tmp_path, ledger=ledger).call(request_of(), Vendor(b"picture"), content) == b"picture"
    with pytest.raises(BudgetSpent, match=r"\$0\.04 would be exceeded"):
        desk_in(tmp_path, order_of(2), ledger=ledger).call(request_of("2"), Vendor(b"picture"), content)


def test_a_budget_holds_over_runs(tmp_path: Path) -> None:
    """What an earlier run spent counts: a resumed film does not get its budget anew."""
    desk_in(tmp_path, budget_usd=0.05).call(request_of(), Vendor(b"picture"), content)
    with pytest.raises(BudgetSpent):
        desk_in(tmp_path, order_of(2), run="b", budget_usd=0.05).call(request_of("2"), Vendor(b"x"), content)


def test_an_unknown_price_is_never_nothing(tmp_path: Path) -> None:
    """Without a budget it is booked as unknown; with one, nothing is sent."""
    desk_in(tmp_path).call(request_of(model="new"), Vendor(b"picture"), content)
    assert spent_usd(read_calls(tmp_path)) == (0.0, 1)
    vendor = Vendor(b"picture")
    with pytest.raises(PriceUnknown, match="price of v's 'new' is not known"):
        desk_in(tmp_path, order_of(2), budget_usd=9.0).call(request_of("2", model="new"), vendor, content)
    assert vendor.asked == 0


def test_two_shots_with_the_same_words_pay_once(tmp_path: Path) -> None:
    """At the same time, too: the second waits for the first's answer."""
    ledger, vendor = ledger_in(tmp_path), Vendor(b"line")
    begun = threading.Barrier(2, timeout=30)

    def one(index: int) -> bytes:
        begun.wait()
        return desk_in(tmp_path, order_of(index, "same words"), ledger=ledger).call(request_of(), vendor, content)

    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(one, (1, 2))) == [b"line", b"line"]
    assert vendor.asked == 1


def test_a_stopped_run_sends_nothing_more(tmp_path: Path) -> None:
    """Who waits at the rate limit when the run is stopped leaves without a call, and without a line."""

    def stopped() -> None:
        raise Interrupted("stopped")

    vendor = Vendor(b"picture")
    with pytest.raises(Interrupted):
        desk_in(tmp_path, go_on=stopped).call(request_of(), vendor, content)
    assert (vendor.asked, read_calls(tmp_path)) == (0, [])


def test_ctrl_c_in_the_middle_of_a_call_is_booked(tmp_path: Path) -> None:
    """The request was sent: it may be billed."""
    with pytest.raises(KeyboardInterrupt):
        desk_in(tmp_path).call(request_of(), Vendor(KeyboardInterrupt()), content)
    (call,) = read_calls(tmp_path)
    assert (call.state, call.cost_usd) == ("ambiguous", 0.04)


def test_a_text_is_kept_in_its_line(tmp_path: Path) -> None:
    """A lost plan is written again from the ledger, without a call."""
    text = Reply("Größe".encode(), {"text out": 50.0}, "r")
    order = order_of(0, stage="story")
    assert desk_in(tmp_path, order).call(request_of(kind="text"), lambda: text, content) == text.content
    (call,) = read_calls(tmp_path)
    assert (call.text, call.cost_usd, call.most_usd) == ("Größe", pytest.approx(0.05), pytest.approx(0.1))
    assert desk_in(tmp_path, order, run="b").call(request_of(kind="text"), Vendor(b"?"), content) == text.content
