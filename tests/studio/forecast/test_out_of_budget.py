"""Laws of a film whose budget would be exceeded: what was spent, what is missing, and what finishing costs."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from studio.billing.calls import read_calls, spent_usd
from studio.errors import BudgetSpent
from studio.forecast import out_of_budget as module
from studio.forecast.out_of_budget import finishing_usd, out_of_budget
from studio.model.terms import Terms
from studio.store.brief import read_brief, write_brief
from tests.support.films.filming import PRICES, PaidPainter, filmed, opened, paid_crew


@pytest.fixture(autouse=True)
def _prices(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "prices.toml"
    path.write_text(PRICES, "utf-8")
    monkeypatch.setenv("FILM_PRICES", str(path))


def test_finishing_is_told_when_the_budget_is_used_up(tmp_path: Path) -> None:
    """What was spent, what is missing, what finishing costs, and a line with a budget that is enough."""
    folder = opened(tmp_path / "output")
    brief = read_brief(folder)
    filmed(folder, paid_crew(PaidPainter()), until="shots")
    session_brief = brief.model_copy(update={"terms": Terms(budget_usd=0.1)})
    write_brief(folder, session_brief)
    crew = paid_crew(PaidPainter())
    with pytest.raises(BudgetSpent) as stopped:
        filmed(folder, crew, "b")
    low, high, unknown = finishing_usd(folder, crew)
    assert (low, high, unknown) == (pytest.approx(0.08), pytest.approx(0.08), 0)
    said = out_of_budget(folder, 0.1, crew, str(stopped.value))
    assert said.startswith(
        "the budget of $0.10 would be exceeded: $0.08 spent; 2 pictures and 4 clips are missing; finishing costs "
        "about $0.08 more: "
    )
    assert f"resume {folder.name} --budget-usd 0.20" in said
    write_brief(folder, brief.model_copy(update={"terms": Terms(budget_usd=0.2)}))
    filmed(folder, crew, "c")
    assert spent_usd(read_calls(folder))[0] == pytest.approx(0.16)


def test_a_run_whose_budget_is_used_up_says_what_finishing_costs(
    server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On the engine, too: one message with the line that goes on, and no other that would end the same way."""
    import blocks.crew
    from flows.direct_run import filmed as run_flow

    monkeypatch.setitem(blocks.crew.CREWS, "offline", lambda: paid_crew(PaidPainter()))
    output = tmp_path / "output"
    state = run_flow(idea="A letter", output=str(output), seconds=8, shot_seconds=2, height=144, budget_usd=0.1)
    assert state.is_failed()
    assert state.message is not None
    assert "the budget of $0.10 would be exceeded: $0.08 spent; 2 pictures" in state.message
    assert state.message.count(" resume ") == 1
    assert "--budget-usd 0.20" in state.message
    (folder,) = (output / "sessions").iterdir()
    assert json.loads((folder / "failure.json").read_text("utf-8"))["message"] in state.message


def test_the_budget_that_is_proposed_holds_the_dearest_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rounded up to tenths, of what was spent and the upper end of what is left."""
    folder = opened(tmp_path / "output")
    monkeypatch.setattr(module, "finishing_usd", lambda *_: (0.02, 0.31, 2))
    said = out_of_budget(folder, 0.1, paid_crew(PaidPainter()), "?")
    assert "about $0.02 to $0.31 more, and 2 calls whose price is not known: " in said
    assert "--budget-usd 0.40 " in said
