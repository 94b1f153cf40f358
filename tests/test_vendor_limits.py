"""Many shots at once against a vendor that counts: nobody is asked too early, and no budget is passed."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from blocks.openai_api.account import OpenAIAccount
from blocks.openai_api.painter import OpenAIPainter
from studio.billing.calls import read_calls, spent_usd
from studio.billing.desk import BillingContext, Desk
from studio.billing.ledger import Ledger
from studio.billing.prices import OWN, price_list
from studio.billing.rate_limit import RateLimit
from studio.errors import BudgetSpent
from studio.model.engines import AccountLimits
from studio.model.fingerprint import fingerprint
from studio.model.pieces import Order
from studio.model.receipt import PieceMeasures
from studio.store.folder_store import FolderDocuments
from tests.support.vendors.metering import Fault, Line, Meter

SIZE = (64, 48)


@pytest.fixture
def meter(tmp_path: Path) -> Iterator[Meter]:
    """A vendor of this test's own."""
    (tmp_path / "vendor").mkdir()
    with Meter(tmp_path / "vendor") as found:
        yield found


@pytest.fixture
def ledger(tmp_path: Path, meter: Meter) -> Callable[..., Ledger]:
    """Makes the ledger of a session in an empty folder."""
    folder = tmp_path / "session"
    folder.mkdir()

    def make(budget_usd: float | None = None) -> Ledger:
        prices = price_list({OWN: str(meter.prices)})
        return Ledger(FolderDocuments(folder), "a run", prices, budget_usd, lambda: time.strftime("%Y-%m-%dT%H:%M:%S"))

    return make


def _painter(meter: Meter) -> OpenAIPainter:
    account = OpenAIAccount(api_key=SecretStr("sk-metered-0123"), base_url=f"{meter.url()}/v1")
    return OpenAIPainter(account, "meter-image")


def _order(index: int) -> Order:
    return Order("session_20260101_000000", "images", index, fingerprint(shot=index))


def _paint(painter: OpenAIPainter, index: int, counter: BillingContext, folder: Path) -> PieceMeasures:
    return painter.at(Desk(counter, _order(index))).paint(f"Wide shot {index} of", SIZE, 1, folder / f"{index}.png")


@dataclass
class Heard:
    """The gate of one shot: the one that all share, with a note of when its turns were given and what it held up."""

    gate: RateLimit
    holds: list[tuple[float, float]]
    turns: list[float] = field(default_factory=list)

    @contextmanager
    def turn(self, check: Callable[[], None]) -> Iterator[None]:
        with self.gate.turn(check):
            self.turns.append(time.time())
            yield

    def pause(self, seconds: float) -> None:
        self.gate.pause(seconds)
        self.holds.append((time.time(), seconds))


def test_a_hundred_shots_heed_a_vendor_that_asks_them_to_wait(meter: Meter, ledger: Any, tmp_path: Path) -> None:
    """Half of the answers are 429: all shots are made, and whatever came before its time was in flight by then."""
    meter.play(faults=[Fault("429 seconds", times=10**6, share=0.5)])
    shots, painter, books = 100, _painter(meter), ledger()
    holds: list[tuple[float, float]] = []
    gate = RateLimit(AccountLimits(at_once=shots))
    heard = {index: Heard(gate, holds) for index in range(1, shots + 1)}

    def paint(index: int) -> PieceMeasures:
        mine: Any = heard[index]
        return _paint(painter, index, BillingContext(books, lambda account: mine, lambda: None), tmp_path)

    with ThreadPoolExecutor(shots) as pool:
        assert len([*pool.map(paint, heard)]) == shots
    assert len(meter.bills()) == shots
    seen = [line for line in meter.lines() if line.what == "seen"]
    assert sum(bool(line.fault) for line in seen) > shots / 2
    assert [line for line in seen if line.early and not _was_in_flight(line, seen, heard, holds)] == []
    # What the gate gave is what the vendor saw.
    assert sum(len(each.turns) for each in heard.values()) == len(seen)


def _was_in_flight(line: Line, seen: list[Line], heard: dict[int, Heard], holds: list[tuple[float, float]]) -> bool:
    """Tell whether a request that came too early had its turn before anybody had heard that there is a wait."""
    index = int(line.words.split()[2])
    turn = heard[index].turns[[each for each in seen if each.words == line.words].index(line)]
    return not any(held < turn < held + seconds for held, seconds in holds)


def test_two_hundred_shots_of_four_cents_never_pass_a_dollar(meter: Meter, ledger: Any, tmp_path: Path) -> None:
    """At no moment more is spent or reserved than the budget, also where calls fail and give their share back."""
    meter.play(faults=[Fault("500", times=10**6, share=0.2)])
    painter, books = _painter(meter), ledger(1.0)
    most, begin, one = [0.0], books.begin, threading.Lock()

    def watched(*asked: Any) -> Any:
        call = begin(*asked)
        with one:
            most[0] = max(most[0], spent_usd(books.calls)[0])
        return call

    books.begin = watched
    gate = RateLimit(AccountLimits(at_once=32))
    counter = BillingContext(books, lambda account: gate, lambda: None)
    with ThreadPoolExecutor(32) as pool:
        done: list[Future[PieceMeasures]] = [pool.submit(_paint, painter, n, counter, tmp_path) for n in range(1, 201)]
    ends = [type(each.exception()).__name__ for each in done]
    assert ends.count("NoneType") == len(meter.bills()) == 25
    assert set(ends) == {"NoneType", BudgetSpent.__name__, "VendorError"}
    assert 0.99 < most[0] <= 1.0 + 1e-9
    assert sum(line.usd for line in meter.bills()) == pytest.approx(1.0)
    spent, unknown = spent_usd(read_calls(tmp_path / "session"))
    assert (spent, unknown) == (pytest.approx(1.0), 0)  # type: ignore[comparison-overlap]  # `approx` has no type
