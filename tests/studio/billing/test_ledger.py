"""The ledger's laws on a disk that loses and refuses: no line is lost or doubled, nothing is paid for again unasked."""

from __future__ import annotations

import json
import shutil
from collections import namedtuple
from pathlib import Path
from typing import Any

import pytest

from studio.billing import ledger
from studio.billing.calls import Call, cut_off_calls, held_answer, lost_calls, read_calls, spent_usd
from studio.billing.ledger import Ledger
from studio.billing.prices import PriceList
from studio.billing.totals import read_spent
from studio.checks.verify import verify
from studio.cli.costs_page import cost_lines
from studio.errors import BudgetSpent, CallCutOff, DiskFull
from studio.fs import files, tolerant
from studio.model.paid import CallKind, Reply, VendorError
from studio.model.pieces import Order
from studio.model.price import Price
from studio.status.costs import costs_json, read_costs
from studio.store import lock
from studio.store.folder_store import FolderDocuments
from tests.support.sessions.counter import PRICES, Vendor, content, desk_in, ledger_in, order_of, request_of
from tests.support.sessions.make_sessions import add_piece, make_session


def _paid(folder: Path, kind: CallKind = "image") -> Call:
    """Pay for one answer, and return its call."""
    reply = Reply(b"answer", {"images": 1.0} if kind == "image" else {"text out": 50.0}, "r")
    assert desk_in(folder).call(request_of(kind=kind), lambda: reply, content) == b"answer"
    (call,) = read_calls(folder)
    return call


def _light(folder: Path) -> tuple[float, int]:
    with tolerant.entered(folder) as opened:
        assert opened is not None
        paid = read_spent(opened).all
    return paid.usd, paid.unknown


@pytest.mark.parametrize("kind", ["image", "text"])
@pytest.mark.parametrize("torn", [None, b"", b"\0" * 400, b'{"stage": "im', b"[]"])
def test_a_call_whose_file_is_lost_is_as_its_answer_holds_it(
    tmp_path: Path, kind: CallKind, torn: bytes | None
) -> None:
    """Removed or garbled, the line stays in every sum, the answer in use, and the next run writes the file again."""
    call = _paid(tmp_path, kind)
    (tmp_path / call.path).unlink() if torn is None else (tmp_path / call.path).write_bytes(torn)
    told = call.model_copy(update={"text": None})
    assert (read_calls(tmp_path), lost_calls(tmp_path)) == ([told], ([told], []))
    assert _light(tmp_path) == spent_usd([call])
    vendor = Vendor(b"again")
    assert desk_in(tmp_path, run="b").call(request_of(kind=kind), vendor, content) == b"answer"
    assert vendor.asked == 0
    assert lost_calls(tmp_path) == ([], [])
    assert json.loads((tmp_path / call.path).read_text("utf-8"))["cost_usd"] == call.cost_usd


def test_an_answer_without_its_call_counts_only_where_it_is_whole_and_in_its_place(tmp_path: Path) -> None:
    """A copy of it under another name is no call, and a damaged one holds none."""
    call = _paid(tmp_path)
    place = tmp_path / call.answer_path
    shutil.copy(place, place.with_name("images-009-0123456789abcdef-1.answer"))
    assert [each.path for each in read_calls(tmp_path)] == [call.path]
    assert _light(tmp_path) == (0.04, 0)
    (tmp_path / call.path).unlink()
    place.write_bytes(place.read_bytes() + b"X")
    assert read_calls(tmp_path) == []


def test_a_copy_of_a_calls_file_is_no_call(tmp_path: Path) -> None:
    """Whoever copies files about in `calls/` has not paid twice, and is not told that something does not read."""
    folder = make_session(tmp_path)
    call = _paid(folder)
    for name in ("copy.json", f"{Path(call.path).stem} (copy).json", "images-009-0123456789abcdef-1.json"):
        shutil.copy(folder / call.path, folder / "calls" / name)
    assert read_calls(folder) == [call]
    assert _light(folder) == (0.04, 0)
    # The last one bears the name of a call, and is none.
    assert read_costs(folder).unread == 1


def test_what_does_not_read_and_no_answer_holds_is_asked_about(tmp_path: Path) -> None:
    """The line may have been of a call that was billed: it is not overwritten, and not paid for again unasked."""
    call = _paid(tmp_path)
    (tmp_path / call.path).write_bytes(b"garbled")
    (tmp_path / call.answer_path).unlink()
    vendor = Vendor(b"picture")
    with pytest.raises(CallCutOff, match=r"up to \$0\.0400"):
        desk_in(tmp_path, run="b").call(request_of(), vendor, content)
    assert vendor.asked == 0
    assert [file.read_bytes() for file in (tmp_path / "takes/damaged").rglob("*.json")] == [b"garbled"]
    (lost,) = read_calls(tmp_path)
    assert (lost.path, lost.state, lost.booked_usd) == (call.path, "ambiguous", 0.04)
    assert desk_in(tmp_path, run="c", retry=True).call(request_of(), vendor, content) == b"picture"
    assert [(each.attempt, each.state) for each in read_calls(tmp_path)] == [(1, "ambiguous"), (2, "done")]


def test_a_line_that_does_not_read_stops_no_other_piece(tmp_path: Path) -> None:
    """Only the piece whose line it is is asked about; of another attempt it takes no name."""
    call = _paid(tmp_path)
    (tmp_path / call.path).write_bytes(b"garbled")
    (tmp_path / call.answer_path).unlink()
    assert desk_in(tmp_path, order_of(2), run="b").call(request_of("2"), Vendor(b"two"), content) == b"two"
    found = ledger_in(tmp_path, "c")
    begun = found.begin(order_of(), request_of())
    assert begun is not None
    assert begun.attempt == 2
    assert (tmp_path / call.path).read_bytes() == b"garbled"


def test_where_no_line_reads_nothing_is_said_to_be_free(tmp_path: Path) -> None:
    """A session whose calls are all garbled did not cost nothing: it is not known what."""
    folder = make_session(tmp_path)
    call = _paid(folder)
    (folder / call.path).write_bytes(b"garbled")
    (folder / call.answer_path).unlink()
    text = "\n".join(cost_lines(read_costs(folder), ""))
    assert "what it cost is not known" in text
    assert "1 file in calls/ cannot be read" in text
    assert "nothing" not in text


def test_an_answer_that_the_disk_did_not_take_is_not_asked_for_again_unasked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In the same run, too: another shot with the same words is told that it may be billed."""
    plain: Any = files.write_whole

    def full(path: Path, bytes_: bytes) -> None:
        if path.suffix == ".answer":
            raise DiskFull("no room")
        plain(path, bytes_)

    found, vendor = ledger_in(tmp_path), Vendor(b"picture")
    monkeypatch.setattr(files, "write_whole", full)
    with pytest.raises(DiskFull):
        desk_in(tmp_path, ledger=found).call(request_of(), vendor, content)
    monkeypatch.setattr(files, "write_whole", plain)
    with pytest.raises(CallCutOff, match="may be billed"):
        desk_in(tmp_path, order_of(2, "images 1"), ledger=found).call(request_of(), vendor, content)
    assert vendor.asked == 1


def test_an_answer_that_was_kept_and_not_booked_is_used_and_booked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The disk took the picture and not the line: the next shot that wants it pays nothing, and books it."""
    plain: Any = files.write_json
    found, vendor, writes = ledger_in(tmp_path), Vendor(b"picture"), iter("ab")

    def full(path: Path, value: Any) -> None:
        if next(writes, "") == "b":
            raise DiskFull("no room")
        plain(path, value)

    monkeypatch.setattr(files, "write_json", full)
    with pytest.raises(DiskFull):
        desk_in(tmp_path, ledger=found).call(request_of(), vendor, content)
    assert [call.state for call in read_calls(tmp_path)] == ["intent"]
    assert desk_in(tmp_path, order_of(2, "images 1"), ledger=found).call(request_of(), vendor, content) == b"picture"
    assert vendor.asked == 1
    assert [call.state for call in read_calls(tmp_path)] == ["done"]


@pytest.mark.parametrize("agreed", [False, True])
def test_an_answer_that_came_after_all_is_used_and_booked(tmp_path: Path, agreed: bool) -> None:
    """A call that was booked as cut off, and whose answer is there since, is not made again, agreed or not; it costs
    what it cost, though nobody asks for it."""
    call = _paid(tmp_path)
    cut_off = {"state": "ambiguous", "cost_usd": call.most_usd, "usage": {}, "again": "a" if agreed else ""}
    files.write_json(
        tmp_path / call.path, call.model_copy(update=cut_off).model_dump(mode="json", exclude_defaults=True)
    )
    vendor = Vendor(b"again")
    desk = desk_in(tmp_path, run="b", retry=True)
    if not agreed:
        assert [each.state for each in read_calls(tmp_path)] == ["done"]
    assert desk.call(request_of(), vendor, content) == b"answer"
    assert vendor.asked == 0
    (booked,) = read_calls(tmp_path)
    assert (booked.state, booked.cost_usd) == ("done", call.cost_usd)


def test_an_intent_that_the_disk_did_not_take_reserves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing was sent: the whole budget is there for the next one."""
    found, vendor = ledger_in(tmp_path, budget_usd=0.04), Vendor(b"picture")
    with monkeypatch.context() as patch:
        patch.setattr(files, "write_json", lambda *_: (_ for _ in ()).throw(DiskFull("no room")))
        with pytest.raises(DiskFull):
            desk_in(tmp_path, ledger=found).call(request_of(), vendor, content)
    assert (vendor.asked, found.calls) == (0, ())
    assert desk_in(tmp_path, ledger=found).call(request_of(), vendor, content) == b"picture"


def test_nothing_is_sent_where_an_answer_could_not_be_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Room for an answer is looked for before the call, not after it."""
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(ledger.shutil, "disk_usage", lambda _: usage(0, 0, ledger.ROOM_BYTES - 1))
    vendor = Vendor(b"picture")
    with pytest.raises(DiskFull, match="64 MiB"):
        desk_in(tmp_path).call(request_of(), vendor, content)
    assert (vendor.asked, read_calls(tmp_path)) == (0, [])


@pytest.mark.parametrize(("usage", "cost"), [({"images": 1.0}, 0.04), ({"seconds": 1.0}, 0.04), ({}, 0.0), (None, 0.0)])
def test_a_refusal_costs_what_the_vendor_says(tmp_path: Path, usage: Any, cost: float) -> None:
    """A picture that was made and blurred is billed; in units without a price, the most; where nothing is said, no."""
    with pytest.raises(VendorError):
        desk_in(tmp_path).call(request_of(), Vendor(VendorError("refused", "no", usage=usage)), content)
    assert spent_usd(read_calls(tmp_path)) == (pytest.approx(cost), 0) == _light(tmp_path)


def test_a_refusal_at_an_unknown_price_is_not_free(tmp_path: Path) -> None:
    """It is billed, nobody knows how much, and so it is said."""
    refused = Vendor(VendorError("refused", "no", usage={"images": 1.0}))
    with pytest.raises(VendorError):
        desk_in(tmp_path).call(request_of(model="new"), refused, content)
    assert spent_usd(read_calls(tmp_path)) == (0.0, 1) == _light(tmp_path)


def test_a_price_that_is_known_later_counts_in_the_budget(tmp_path: Path) -> None:
    """What was spent at an unknown price is booked when it is said, so that no budget is passed by it."""
    desk_in(tmp_path).call(request_of(model="new"), Vendor(b"picture"), content)
    assert spent_usd(read_calls(tmp_path)) == (0.0, 1)
    said = PriceList(checked="2026-02-02", price=(*PRICES.price, Price(vendor="v", model="new", per={"images": 0.05})))
    found = Ledger(FolderDocuments(tmp_path), "b", said, 0.08, lambda: "2026-02-02T00:00:00")
    (call,) = read_calls(tmp_path)
    assert (call.cost_usd, call.prices, call.state) == (0.05, "2026-02-02", "done")
    with pytest.raises(BudgetSpent, match=r"\$0\.0500 spent or reserved"):
        desk_in(tmp_path, order_of(2), ledger=found).call(request_of("2"), Vendor(b"picture"), content)


def test_what_a_run_has_in_flight_is_not_cut_off(tmp_path: Path) -> None:
    """While a run works on the session its intents are its own; when it is dead they are lost."""
    ledger_in(tmp_path).begin(order_of(), request_of())
    held = lock.take(tmp_path)
    assert cut_off_calls(tmp_path) == []
    held.release()
    (lost,) = cut_off_calls(tmp_path)
    with pytest.raises(CallCutOff):
        desk_in(tmp_path, run="b").call(request_of(), Vendor(b"x"), content)
    assert [call.path for call in cut_off_calls(tmp_path)] == [lost.path]
    ledger_in(tmp_path, "c").agree(ledger_in(tmp_path, "c").ambiguous()[0])
    assert cut_off_calls(tmp_path) == []


def test_answers_are_of_their_own_stage(tmp_path: Path) -> None:
    """The same words asked for by another stage are another piece."""
    _paid(tmp_path)
    vendor = Vendor(b"line")
    order = order_of(1, "images 1", stage="narration")
    assert desk_in(tmp_path, order).call(request_of(), vendor, content) == b"line"


def test_a_refused_or_failed_call_holds_no_answer(tmp_path: Path) -> None:
    """A bad answer is kept for whoever looks, and is used for nothing."""
    with pytest.raises(VendorError):
        desk_in(tmp_path).call(request_of(), Vendor(b"bad"), content)
    (call,) = read_calls(tmp_path)
    assert (call.state, (tmp_path / call.answer_path).is_file()) == ("bad answer", True)
    assert held_answer(tmp_path, [call]) is None
    assert desk_in(tmp_path, run="b").call(request_of(), Vendor(b"picture"), content) == b"picture"
    assert [each.state for each in read_calls(tmp_path)] == ["bad answer", "done"]


def test_a_gap_between_receipts_and_the_ledger_is_named(tmp_path: Path) -> None:
    """Where call and answer are gone the receipt tells of the money: verify and cost name it, once for a piece."""
    folder = make_session(tmp_path)
    call = _paid(folder)
    receipt = add_piece(folder, "images", 2, b"dear", cost_usd=0.11)
    add_piece(folder, "images", 3, b"by hand", cost_usd=0.5, by_hand=True)
    order = Order(folder.name, "images", 2, receipt.fingerprint)
    desk_in(folder, order).call(request_of("2"), Vendor(b"picture"), content)
    costs = read_costs(folder)
    (gap,) = costs.gaps
    assert (gap.stage, gap.index, gap.usd) == ("images", 2, pytest.approx(0.07))
    assert "images, shot 2: at least $0.07 more by its receipt" in "\n".join(cost_lines(costs, ""))
    assert costs_json(costs)["gaps"] == [{"stage": "images", "shot": 2, "at_least_usd": 0.07}]
    assert costs.total.usd == pytest.approx(0.08)
    (folder / call.path).unlink()
    torn = next(each for each in read_calls(folder) if each.index == 2)
    (folder / torn.path).write_bytes(b"garbled")
    (folder / torn.answer_path).unlink()
    found = {each.path: each.reason for each in verify(folder) if each.what == "lost line"}
    assert set(found) == {call.path, torn.path, "images/shot_002.png"}
    assert "its answer holds it" in found[call.path]
    assert "$0.11 more" in found["images/shot_002.png"]
    shutil.rmtree(folder / "calls")
    assert read_costs(folder).gaps == ()
