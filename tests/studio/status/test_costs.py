"""Laws of what is told of money: every call has its line, the sums agree, and nothing unknown counts as free."""

from __future__ import annotations

import csv
import io
import json
import os
from pathlib import Path

import pytest
from rich.console import Console

from studio.billing.calls import read_calls, spent_usd
from studio.cli.costs_page import cost_csv, cost_lines
from studio.cli.list_page import show_table
from studio.cli.session_page import show_report
from studio.errors import CallCutOff
from studio.model.paid import VendorError
from studio.model.pieces import Order
from studio.model.terms import Terms
from studio.status.costs import costs_json, read_costs
from studio.status.listing import listings
from studio.status.meta import meta_of
from studio.status.report import read_report
from studio.status.snapshot import read_snapshot
from studio.status.state import cost_usd
from studio.store import lock
from tests.support.sessions.counter import Vendor, content, desk_in, ledger_in, order_of, request_of
from tests.support.sessions.make_sessions import add_piece, brief, make_session, snapshot
from tests.support.sessions.sessions_command import ID, run

EVIL = '=HYPERLINK("http://evil","x")'


def order_at(folder: Path, index: int) -> Order:
    """Return the order of a picture that lies in a session of `make_session`."""
    receipt = json.loads((folder / f"images/shot_{index:03d}.json").read_text("utf-8"))
    return Order(folder.name, "images", index, receipt["fingerprint"])


def card(folder: Path, run_id: str, started_at: str, mtime: int) -> None:
    path = folder / f"runs/{run_id}.json"
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps({"flow_run_id": run_id, "started_at": started_at, "ended_at": started_at}), "utf-8")
    os.utime(path, (mtime, mtime))


def spender(output: Path, budget_usd: float | None = 1.0) -> Path:
    """Write a session of three shots whose calls ended in every way there is, in two runs, and return its folder."""
    asked = brief(crew="openai").model_copy(update={"terms": Terms(budget_usd=budget_usd)})
    folder = make_session(output / "sessions", ID, shots=3, clips=1, film=False, asked=asked)
    for index in (1, 2):
        desk_in(folder, order_at(folder, index)).call(request_of(str(index)), Vendor(b"picture"), content)
    for number, fault in enumerate(("refused", "passing", "bad answer"), start=11):
        vendor = Vendor(VendorError(fault, EVIL, usage={"images": 1} if fault == "bad answer" else None))  # type: ignore[arg-type]
        with pytest.raises(VendorError):
            desk_in(folder, order_of(number), run="b").call(request_of(fault), vendor, content)
    with pytest.raises(CallCutOff):
        desk_in(folder, order_of(14), run="b").call(request_of("4"), Vendor(VendorError("unknown", "gone")), content)
    desk_in(folder, order_of(15), run="b").call(request_of("5", model="new"), Vendor(b"picture"), content)
    desk_in(folder, order_at(folder, 3), run="b").call(request_of("3"), Vendor(b"picture"), content)
    card(folder, "a", "2026-01-01T00:00:00", 1_000)
    card(folder, "b", "2026-01-01T00:00:00", 2_000)
    return folder


# --- sessions cost --------------------------------------------------------------------------------


def test_every_call_has_its_line_and_the_sums_agree(tmp_path: Path) -> None:
    """What became of each call is told, and by stage, by model and in all the ledger's own sum comes out."""
    folder = spender(tmp_path)
    costs = read_costs(folder)
    became = {line.became for line in costs.lines}
    assert became == {"done", "refused", "failed", "bad answer", "ambiguous"}
    known, unknown = spent_usd(read_calls(folder))
    assert (costs.total.usd, costs.total.unknown) == (pytest.approx(known), unknown) == (pytest.approx(0.2), 1)
    for sums in (costs.stages(), costs.models()):
        assert sum(each.usd for each in sums.values()) == pytest.approx(known)
        assert sum(each.calls for each in sums.values()) == len(costs.lines) == 8
    assert {name: (each.calls, each.usd) for name, each in costs.unused().items()} == {
        "refused": (1, 0),
        "failed": (1, 0),
        "bad answer": (1, 0.04),
        "ambiguous": (1, 0.04),
    }


def test_what_was_never_sent_is_told_apart(tmp_path: Path) -> None:
    """A call that found no connection keeps its line and costs nothing, and no sum calls it one that the vendor got."""
    folder = spender(tmp_path)
    vendor = Vendor(VendorError("passing", "no connection", sent=False))
    with pytest.raises(VendorError):
        desk_in(folder, order_of(17), run="b").call(request_of("17"), vendor, content)
    costs = read_costs(folder)
    assert (costs.total.calls, costs.total.unsent) == (9, 1)
    assert (costs.unused()["not sent"].calls, costs.unused()["not sent"].usd) == (1, 0)
    text = "\n".join(cost_lines(costs, ""))
    assert " in 8 calls and 1 that was never sent\n" in text
    assert "  not sent  " in text
    said = costs_json(costs)
    assert (said["calls"], said["unsent"]) == (9, 1)
    facts = read_snapshot(folder)
    assert facts is not None
    assert facts.spent.all == costs.total


def test_an_unknown_price_is_never_nothing(tmp_path: Path) -> None:
    """A call without a known price says so in its line, in every sum it is in, in CSV, in the list and in meta."""
    folder = spender(tmp_path)
    costs = read_costs(folder)
    text = "\n".join(cost_lines(costs, ""))
    assert "price unknown" in text
    assert "and 1 call of unknown price" in text
    assert "price unknown" in cost_csv(costs)
    facts = read_snapshot(folder)
    assert facts is not None
    stats = meta_of(facts, "")["stats"]
    assert isinstance(stats, dict)
    assert (stats["cost_usd"], stats["calls"], stats["price_unknown"]) == (pytest.approx(0.2), 8, 1)


def test_the_light_sum_is_the_ledgers(tmp_path: Path) -> None:
    """Lists and meta read calls without models, and come to what the ledger says, in flight and unreadable ones too."""
    folder = spender(tmp_path)
    ledger_in(folder, "c").begin(order_of(16), request_of("16"))
    (folder / "calls/images-009-0000000000000000-1.json").write_text("torn", "utf-8")
    facts = read_snapshot(folder)
    assert facts is not None
    paid = facts.spent.all
    assert (pytest.approx(paid.usd), paid.unknown) == spent_usd(read_calls(folder))
    assert cost_usd(facts) == paid.usd == pytest.approx(0.24)
    assert read_costs(folder).unread == 1
    assert "1 file in calls/ cannot be read" in "\n".join(cost_lines(read_costs(folder), ""))


def test_what_is_in_flight_is_told_as_it_is(tmp_path: Path) -> None:
    """An intent is in flight while its run works; of a dead run it is ambiguous, or done where the answer is here."""
    folder = make_session(tmp_path / "sessions", ID)
    held = lock.take(folder)
    ledger = ledger_in(folder)
    call = ledger.begin(order_of(1), request_of("1"))
    assert call is not None
    assert [line.became for line in read_costs(folder).lines] == ["in flight"]
    held.release()
    assert [line.became for line in read_costs(folder).lines] == ["ambiguous"]
    vendor = Vendor(b"picture")
    ledger.done(call, vendor())
    intent = json.loads((folder / call.path).read_text("utf-8")) | {"state": "intent"}
    (folder / call.path).write_text(json.dumps(intent), "utf-8")
    assert [line.became for line in read_costs(folder).lines] == ["done"]


def test_what_somebody_agreed_to_pay_again_is_told(tmp_path: Path) -> None:
    """A lost answer that was asked for again stays a line of its own."""
    folder = make_session(tmp_path / "sessions", ID)
    vendor = Vendor(VendorError("unknown", "gone"), b"picture")
    desk_in(folder, retry=True).call(request_of(), vendor, content)
    assert [line.became for line in read_costs(folder).lines] == ["agreed to make again", "done"]


def test_what_resuming_saved(tmp_path: Path) -> None:
    """It is what earlier runs paid for pieces that are in place: not what was replaced, nor a person's, nor this run's.

    Of a flow run that was retried the id is the same, and the time tells.
    """
    folder = spender(tmp_path)
    bad = Vendor(VendorError("bad answer", "half a picture", usage={"images": 1}))
    with pytest.raises(VendorError):
        desk_in(folder, order_at(folder, 1)).call(request_of("bad"), bad, content)
    assert read_costs(folder).saved_usd == pytest.approx(0.08)
    card(folder, "c", "2026-01-02T00:00:00", 3_000)
    assert read_costs(folder).saved_usd == pytest.approx(0.12)
    card(folder, "b", "2026-01-02T00:00:00", 4_000)
    assert read_costs(folder).saved_usd == pytest.approx(0.12)
    (folder / "images/shot_001.png").unlink()
    add_piece(folder, "images", 2, b"by hand", by_hand=True)
    assert read_costs(folder).saved_usd == pytest.approx(0.04)
    assert "resuming saved $0.04" in cost_lines(read_costs(folder), "")


def test_one_run_saved_nothing_by_resuming(tmp_path: Path) -> None:
    """Where there was no resuming nothing is said of it."""
    folder = make_session(tmp_path / "sessions", ID)
    card(folder, "a", "2026-01-01T00:00:00", 1_000)
    desk_in(folder, order_at(folder, 1)).call(request_of(), Vendor(b"picture"), content)
    assert read_costs(folder).saved_usd is None
    assert "saved" not in "\n".join(cost_lines(read_costs(folder), ""))


def test_the_budget_and_what_is_left_of_it(tmp_path: Path) -> None:
    """The budget of the session's terms, less what the ledger has booked, and never below nothing."""
    costs = read_costs(spender(tmp_path / "one"))
    assert (costs.facts.budget_usd, costs.left_usd) == (1.0, pytest.approx(0.8))
    assert "budget $1.00, $0.80 left" in cost_lines(costs, "")
    assert read_costs(spender(tmp_path / "two", budget_usd=0.01 * 21)).left_usd == pytest.approx(0.01)
    assert read_costs(spender(tmp_path / "three", budget_usd=None)).left_usd is None
    assert read_costs(spender(tmp_path / "four", budget_usd=0.1)).left_usd == 0.0


def test_the_offline_crew_cost_nothing(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """Of a session of the offline crew one line says so; as JSON there are no lines."""
    make_session(tmp_path / "sessions", ID)
    code, out, _ = run(capsys, "cost", ID, "--output", str(tmp_path))
    assert (code, out) == (0, f"{ID} cost nothing: the offline crew made it\n")
    said = json.loads(run(capsys, "cost", ID, "--output", str(tmp_path), "--json")[1])
    assert (said["cost_usd"], said["calls"], said["lines"]) == (0.0, 0, [])


def test_receipts_tell_where_there_is_no_ledger(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """A session without calls/ costs what its receipts say, everywhere the same; with calls they count no more."""
    folder = make_session(tmp_path / "sessions", ID)
    add_piece(folder, "images", 1, b"dear", cost_usd=0.5)
    facts = read_snapshot(folder)
    assert facts is not None
    assert cost_usd(facts) == listings(tmp_path / "sessions")[0].cost_usd == 0.5
    assert "cost $0.50 by its receipts" in run(capsys, "cost", ID, "--output", str(tmp_path))[1]
    desk_in(folder).call(request_of(), Vendor(b"picture"), content)
    facts = read_snapshot(folder)
    assert facts is not None
    assert cost_usd(facts) == listings(tmp_path / "sessions")[0].cost_usd == pytest.approx(0.04)


def test_the_csv_is_read_as_it_was_written_and_runs_nowhere(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """One header line, a row for each call, and no cell that a spreadsheet takes for a formula."""
    folder = spender(tmp_path)
    code, out, _ = run(capsys, "cost", ID, "--output", str(tmp_path), "--csv")
    assert code == 0
    head, *rows = csv.reader(io.StringIO(out))
    assert len(rows) == len(read_calls(folder))
    assert head[:7] == ["shot", "character", "stage", "vendor", "model", "became", "cost_usd"]
    assert not [cell for row in rows for cell in row if cell[:1] in ("=", "+", "-", "@")]
    assert [row[-1] for row in rows if EVIL in row[-1]] == ["'" + EVIL] * 3
    sums = sum(float(row[6]) for row in rows if row[6] != "price unknown")
    assert sums == pytest.approx(0.2)


def test_costs_as_json(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """As JSON there is every line, every sum, the budget, what was saved; two forms at once are refused."""
    spender(tmp_path)
    code, out, _ = run(capsys, "cost", ID, "--output", str(tmp_path), "--json")
    said = json.loads(out)
    assert code == 0
    assert {key: said[key] for key in ("session_id", "calls", "price_unknown", "budget_usd", "prices", "unread")} == {
        "session_id": ID,
        "calls": 8,
        "price_unknown": 1,
        "budget_usd": 1.0,
        "prices": ["2026-01-01"],
        "unread": 0,
    }
    assert (said["cost_usd"], said["saved_usd"], said["left_usd"]) == (0.2, 0.08, 0.8)
    assert said["stages"]["images"]["calls"] == 8
    assert said["models"]["v new"] == {"cost_usd": 0.0, "calls": 1, "unsent": 0, "price_unknown": 1}
    assert said["unused"]["ambiguous"]["cost_usd"] == 0.04
    assert said["lines"][0]["usage"] == {"images": 1.0}
    assert run(capsys, "cost", ID, "--output", str(tmp_path), "--json", "--csv")[0] == 2


def test_telling_costs_changes_nothing(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """`sessions cost` only looks, calls that were cut off included."""
    folder = spender(tmp_path)
    ledger_in(folder, "c").begin(order_of(16), request_of("16"))
    before = snapshot(folder)
    for form in ((), ("--json",), ("--csv",)):
        assert run(capsys, "cost", ID, "--output", str(tmp_path), *form)[0] == 0
    assert snapshot(folder) == before


# --- totals elsewhere -----------------------------------------------------------------------------


def test_the_list_has_costs_only_where_there_are_some(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """Without money the list is as it was; with it each session has its cost before the idea."""
    make_session(tmp_path / "sessions", "session_20250208_002239")
    (before,) = run(capsys, "list", "--output", str(tmp_path))[1].splitlines()
    assert "$" not in before
    spender(tmp_path)
    free, dear = run(capsys, "list", "--output", str(tmp_path))[1].splitlines()
    assert free.split()[6] == "-"
    assert "  $0.20 +?  " in dear
    console = Console(file=io.StringIO(), width=120, record=True)
    show_table(listings(tmp_path / "sessions"), console)
    assert "cost" in console.export_text().splitlines()[0]
    first, second = json.loads(run(capsys, "list", "--output", str(tmp_path), "--json")[1])
    assert (first["cost_usd"], first["calls"], second["cost_usd"], second["calls"]) == (0.0, 0, 0.2, 8)


def test_the_view_shows_money(tmp_path: Path) -> None:
    """What it cost, what was for nothing, what is left, and where more is told; nothing of it where all is free."""
    spender(tmp_path)
    make_session(tmp_path / "sessions", "session_20250208_002239")
    texts = []
    for name in (ID, "session_20250208_002239"):
        console = Console(file=io.StringIO(), width=200, record=True)
        show_report(read_report(tmp_path / "sessions" / name, tmp_path), console)
        texts.append(console.export_text())
    assert "$0.20 and 1 call of unknown price, 8 calls" in texts[0]
    assert "$1.00, $0.80 left" in texts[0]
    assert f"cost {ID}" in texts[0]
    assert "Money" not in texts[1]
