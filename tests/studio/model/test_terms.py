"""Laws of a session's terms: what was said is kept until another is said, and `none` lifts a budget and is not kept."""

from __future__ import annotations

import os
import socket
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from prefect.utilities.callables import parameter_schema
from pydantic import TypeAdapter, ValidationError

from flows.cli.command_options import Money
from flows.make_film import make_film
from flows.parameters import BudgetUsd
from studio.batch.manifest import read_manifest
from studio.errors import BadInput
from studio.input.option_checks import make_terms
from studio.model.brief import FilmOptions
from studio.model.terms import MOST_BUDGET_USD, NO_TERMS, Terms
from studio.sessions.opening import FilmRequest, open_session
from studio.store.brief import read_brief
from studio.store.run_card import RunCard
from tests.studio.batch.test_films import begin
from tests.support.films.fake_crew import Log, fake_crew

NOW = datetime(2025, 2, 8)


def test_what_is_said_holds_until_another_is_said() -> None:
    """Of each term by itself; `none` leaves no budget, and is itself not kept."""
    terms = NO_TERMS.with_changes(make_terms(budget_usd="2.5", on_refusal="slate"))
    assert terms == Terms(budget_usd=2.5, on_refusal="slate")
    assert terms.with_changes(make_terms()) == terms
    assert terms.with_changes(make_terms(budget_usd=0)) == Terms(budget_usd=0, on_refusal="slate")
    assert terms.with_changes(make_terms(budget_usd="none")) == Terms(on_refusal="slate")
    assert NO_TERMS.with_changes(make_terms(budget_usd="none")) == NO_TERMS


def test_none_is_never_kept() -> None:
    """A brief that says so does not read: the ledger counts in numbers."""
    with pytest.raises(ValidationError):
        Terms.model_validate({"budget_usd": "none"})


@pytest.mark.parametrize("budget", [-1, "much", "nan", "inf", MOST_BUDGET_USD + 1, "nobody", [1]])
def test_a_budget_is_a_number_or_none(budget: Any) -> None:
    """Anything else is refused in one line, by its option's name."""
    with pytest.raises(BadInput, match=r"^--budget-usd .*: must be dollars") as refused:
        make_terms(budget_usd=budget)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("budget", ["abc", "", "$2", "2,5", -1, MOST_BUDGET_USD + 1])
def test_what_a_budget_is_is_told_in_a_persons_words(budget: Any) -> None:
    """Dollars, their limits, an example, what was typed; nothing of how the program reads it."""
    with pytest.raises(BadInput) as refused:
        make_terms(budget_usd=budget)
    shown = budget if budget else "''"
    said = f"--budget-usd {shown}: must be dollars from 0 to 100,000, for example 2 or 2.50, or none"
    assert str(refused.value) == said


@pytest.mark.parametrize("command", ["make", "plan"])
@pytest.mark.parametrize("budget", ["abc", "", "2,5", "-1"])
def test_the_commands_tell_it_so_too(command: str, budget: str, capsys: pytest.CaptureFixture[str]) -> None:
    """What is typed comes to the terms as it was typed: 2, and one line."""
    from flows.cli.film import app
    from studio.cli.terminal import leave

    words = [command, "An idea", f"--budget-usd={budget}"]
    assert leave(lambda: app(words, exit_on_error=False, print_error=False)) == 2
    assert "dollars from 0 to 100,000, for example 2" in capsys.readouterr().err


def test_a_changed_budget_is_told() -> None:
    """One that is raised or lifted, by its numbers; the first one said is no change."""
    two = Terms(budget_usd=2)
    assert two.with_changes(make_terms(budget_usd=5)).changed(two) == "the budget of $2.00 is $5.00 now"
    assert two.with_changes(make_terms(budget_usd="none")).changed(two).startswith("the budget of $2.00 is lifted: ")
    tiny = Terms(budget_usd=1e-9)
    assert tiny.with_changes(make_terms(budget_usd="0")).changed(tiny) == "the budget of $0.000000001 is $0.00 now"
    assert two.with_changes(make_terms(budget_usd=2.004)).changed(two) == "the budget of $2.00 is $2.004 now"
    assert two.with_changes(make_terms(on_refusal="slate")).changed(two) == two.changed(NO_TERMS) == ""


def test_a_run_lifts_the_budget_of_its_session(tmp_path: Path) -> None:
    """The session's brief has none any more, and the run says so in one line; the next run has nothing to say."""
    told: list[str] = []

    def run(name: str, **said: object) -> Path:
        card = RunCard(flow_run_id=name, pid=os.getpid(), host=socket.gethostname(), started_at="x", version="0")
        request = FilmRequest("an idea", FilmOptions(), tmp_path, terms=make_terms(**said))
        session, _ = open_session(request, card, lambda _: fake_crew(Log()), told.append, lambda: 7, NOW)
        session.store.release()
        return session.folder

    folder = run("0a", budget_usd=2.0)
    assert (read_brief(folder).terms.budget_usd, told) == (2.0, [])
    assert run("0b", budget_usd="none") == folder
    assert read_brief(folder).terms == NO_TERMS
    assert '"terms"' not in (folder / "brief.json").read_text("utf-8")
    assert told == ["the budget of $2.00 is lifted: nothing limits what it may cost"]
    run("0c", budget_usd="none")
    assert len(told) == 1


def test_a_manifest_lifts_a_budget(tmp_path: Path) -> None:
    """A line that says none takes the budget from its session, or opens one without."""
    path = tmp_path / "ideas.csv"
    root = tmp_path / "sessions"
    path.write_text("idea,budget_usd\nA fox,1\n", "utf-8")
    first = begin(root, *read_manifest(path))
    assert read_brief(root / first.session_id).terms.budget_usd == 1.0
    path.write_text("idea,budget_usd\nA fox,none\nA cat,none\n", "utf-8")
    fox, cat = read_manifest(path)
    assert begin(root, fox).session_id == first.session_id
    for outcome in (first, begin(root, cat)):
        assert read_brief(root / outcome.session_id).terms == NO_TERMS


def test_the_form_takes_a_number_none_or_nothing() -> None:
    """As the command line does; what Prefect checks before a run is the same as what is checked in it."""
    form = TypeAdapter(BudgetUsd)
    assert [form.validate_python(each) for each in (2, "none", None)] == [2.0, "none", None]
    with pytest.raises(ValidationError):
        form.validate_python(-1)
    shown = parameter_schema(make_film).properties["budget_usd"]
    assert shown["title"] == "Money · Budget"
    assert {"const": "none", "type": "string", "title": "no limit"} in shown["anyOf"]
    assert {"minimum": 0, "maximum": MOST_BUDGET_USD, "type": "number", "title": "dollars"} in shown["anyOf"]


def test_the_command_line_takes_none() -> None:
    """`--budget-usd none` is the word, and not a number that is missing."""
    from flows.cli.film import app

    _, bound, _ = app.parse_args(["make", "A fox", "--budget-usd", "none"], exit_on_error=False, print_error=False)
    money = bound.arguments["money"]
    assert isinstance(money, Money)
    assert money.terms().budget_usd == "none"
    _, bound, _ = app.parse_args(["make", "A fox", "--budget-usd", "2.5"], exit_on_error=False, print_error=False)
    assert bound.arguments["money"].terms().budget_usd == 2.5
    for command in ("make", "plan"):
        with pytest.raises(BadInput, match=r"^--budget-usd -1: must be dollars from 0 .*, or none$"):
            app([command, "A fox", "--budget-usd", "-1"], exit_on_error=False, print_error=False)
