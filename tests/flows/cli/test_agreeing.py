"""Laws of asking whether a paid call whose answer was lost is made, and paid for, again."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from rich.console import Console

import flows.cli.running
from tests.support.sessions.counter import ledger_in, order_of, request_of


def _cut_off(folder: Path, calls: int) -> None:
    ledger = ledger_in(folder)
    for index in range(1, calls + 1):
        ledger.begin(order_of(index), request_of(str(index)))


@pytest.mark.parametrize(
    ("calls", "count", "price"), [(1, "1 paid call was", "$0.04"), (2, "2 paid calls were", "$0.08")]
)
def test_on_a_terminal_a_person_is_asked_and_told_the_price(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, calls: int, count: str, price: str
) -> None:
    """The question names how many calls, and the most that they may have cost; what is answered counts."""
    _cut_off(tmp_path, calls)
    console = Console(file=io.StringIO(), force_terminal=True, width=200)
    monkeypatch.setattr(flows.cli.running, "asks", lambda console: True)
    for answer in (True, False):
        asked: list[str] = []

        def says(text: str, file: object, asked: list[str] = asked, answer: bool = answer) -> bool:
            asked.append(text)
            return answer

        monkeypatch.setattr(flows.cli.running, "says_yes", says)
        assert flows.cli.running._agrees(tmp_path, console) is answer
        (question,) = asked
        assert count in question
        assert f"up to {price}" in question


def test_where_nobody_is_nothing_is_agreed_to(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In a pipe the run stops at these shots, and names the line that agrees."""
    _cut_off(tmp_path, 1)
    monkeypatch.setattr(flows.cli.running, "says_yes", lambda text, file: pytest.fail("a pipe was asked"))
    assert not flows.cli.running._agrees(tmp_path, Console(file=io.StringIO()))


def test_without_a_lost_answer_nobody_is_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A film of the offline crew never hears of it."""
    monkeypatch.setattr(flows.cli.running, "asks", lambda console: True)
    monkeypatch.setattr(flows.cli.running, "says_yes", lambda text, file: pytest.fail("asked for nothing"))
    assert not flows.cli.running._agrees(tmp_path, Console(file=io.StringIO()))
