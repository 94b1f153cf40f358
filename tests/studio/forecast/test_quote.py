"""Laws of the estimate of a piece that takes several calls: each is in it, and what the ledger then has is no more."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from blocks.offline.writer.writer import OfflineWriter
from blocks.openai_api.account import OpenAIAccount
from blocks.openai_api.narrator import OpenAINarrator
from blocks.openai_api.writer import OpenAIWriter
from studio.billing.calls import read_calls, spent_usd
from studio.billing.desk import BillingContext, Desk
from studio.billing.ledger import Ledger
from studio.billing.prices import PriceList, price_list
from studio.billing.rate_limit import RateLimit
from studio.errors import EngineFailed
from studio.forecast.quote import Estimate, Quoter
from studio.model.brief import Brief, FilmOptions
from studio.model.engines import AccountLimits
from studio.model.film import Stage
from studio.model.fingerprint import fingerprint
from studio.model.paid import Reply, Request, VendorError
from studio.model.pieces import Order
from studio.store.folder_store import FolderDocuments
from tests.support.vendors.metering import Meter

SCRIPT = "\n\n".join(f"INT. ROOM {number} - NIGHT\n\nMara counts match number {number}." for number in range(1, 65))
BRIEF = Brief(
    idea="A keeper", options=FilmOptions(seconds=400, shot_seconds=4, script=SCRIPT), seed=1, started_at="", version="0"
)
LINE = " ".join(f"This is sentence number {number} of a very long line that nobody can say." for number in range(150))
STORY = OfflineWriter().write_story(BRIEF)
GRAPH = OfflineWriter().map_scenes(STORY, 1)

PIECES: dict[Stage, Callable[[Any, Path], object]] = {
    "story": lambda writer, _: writer.write_story(BRIEF),
    "scene_graph": lambda writer, _: writer.map_scenes(STORY, 1),
    "shots": lambda writer, _: writer.plan_shots(STORY, GRAPH, BRIEF),
    "narration": lambda narrator, out: narrator.speak(LINE, 1, out),
}


@pytest.fixture(scope="module")
def meter(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Meter]:
    with Meter(tmp_path_factory.mktemp("vendor")) as found:
        yield found


@pytest.fixture
def prices(meter: Meter) -> PriceList:
    return price_list({"FILM_PRICES": str(meter.prices)})


def engine_of(stage: Stage, meter: Meter) -> Any:
    account = OpenAIAccount(api_key=SecretStr("sk-x"), base_url=f"{meter.url()}/v1")
    return (
        OpenAINarrator(account, "tts-1")
        if stage == "narration"
        else OpenAIWriter(account, "meter-text", script_writer=OfflineWriter())
    )


def order_of(stage: Stage) -> Order:
    return Order("session_20260101_000000", stage, int(stage == "narration"), fingerprint(piece=stage))


def desk_in(folder: Path, prices: PriceList, stage: Stage, budget_usd: float | None = None) -> Desk:
    folder.mkdir(exist_ok=True)
    ledger = Ledger(FolderDocuments(folder), "a", prices, budget_usd, lambda: "2026-01-01T00:00:00")
    gate = RateLimit(AccountLimits())
    return Desk(BillingContext(ledger, lambda account: gate, lambda: None), order_of(stage))


@pytest.mark.parametrize("stage", PIECES)
def test_every_call_of_a_piece_is_quoted(meter: Meter, prices: PriceList, tmp_path: Path, stage: Stage) -> None:
    """The upper end is what the ledger reserves for all calls of the piece, and a budget of just that is enough."""
    engine, make = engine_of(stage, meter), PIECES[stage]
    asked = len(meter.lines())
    estimate = Quoter(prices, tmp_path).quote(engine, make)
    assert len(meter.lines()) == asked
    make(engine.at(desk_in(tmp_path / "s", prices, stage, budget_usd=estimate.high)), tmp_path / "piece")
    calls = read_calls(tmp_path / "s")
    assert len(calls) > 1
    assert estimate.unknown == 0
    assert estimate.high == pytest.approx(sum(call.most_usd or 0.0 for call in calls))
    assert 0 < spent_usd(calls)[0] <= estimate.high + 1e-9


@pytest.mark.parametrize("stage", PIECES)
def test_of_a_piece_that_was_cut_off_the_rest_is_quoted(
    meter: Meter, prices: PriceList, tmp_path: Path, stage: Stage
) -> None:
    """Answers that are held cost nothing again: what is left is quoted, wherever in the piece it is."""
    folder, engine, make = tmp_path / "s", engine_of(stage, meter), PIECES[stage]
    make(engine.at(desk_in(folder, prices, stage)), tmp_path / "piece")
    calls = read_calls(folder)
    gone = calls[0]
    for path in (gone.path, gone.answer_path):
        (folder / path).unlink(missing_ok=True)
    estimate = Quoter(prices, tmp_path, folder, read_calls(folder)).quote(engine, make, order_of(stage))
    assert (estimate.held, estimate.high) == (True, pytest.approx(gone.most_usd))


class _Parts:
    """An engine of four requests, two of which are the same, and the last of which follows from the one before."""

    engine, model, version, desk = "v", "m", 0, None

    def at(self, desk: Any) -> Any:
        self.desk = desk
        return self

    def make(self, fails: bool = False) -> None:
        for sent, stand_in in ((0, b"ok"), (0, b"ok"), (1, b"ok"), (2, None), (3, b"never asked")):
            self._ask(Request("v", "v", "m", "text", fingerprint(sent=sent), {"images": 1.0}, stand_in=stand_in))
            if fails and sent == 1:
                raise EngineFailed("not with what is known yet")

    def _ask(self, request: Request) -> None:
        assert self.desk is not None

        def check(reply: Reply) -> bytes:
            if reply.content != b"ok":
                raise VendorError("bad answer", "no")
            return reply.content

        self.desk.call(request, lambda: pytest.fail("sent"), check)


def test_the_same_request_is_quoted_once(tmp_path: Path) -> None:
    """A desk sends it once; one without a stand-in is the last."""
    prices = PriceList.model_validate({"price": [{"vendor": "v", "model": "m", "per": {"images": 0.04}}]})
    found = Quoter(prices, tmp_path).quote(_Parts(), lambda parts, _: parts.make())
    assert (found.high, found.unknown) == (pytest.approx(0.12), 0)


def test_an_engine_that_fails_in_between_is_not_quoted_too_low(tmp_path: Path) -> None:
    """What it asked for so far is in the estimate, and that more may come is said."""
    prices = PriceList.model_validate({"price": [{"vendor": "v", "model": "m", "per": {"images": 0.04}}]})
    found = Quoter(prices, tmp_path).quote(_Parts(), lambda parts, _: parts.make(fails=True))
    assert found == Estimate(0.08, 0.08, unknown=1)
