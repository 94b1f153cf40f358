"""What a person finds on Prefect's pages, older and newer, when a run waits for an approval."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.browser.conftest import PAGES, PATIENCE_SECONDS, PROJECT, Server
from tests.browser.test_pages import asked

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

pytestmark = [pytest.mark.browser, pytest.mark.parametrize("kind", PAGES)]


def waiting_run(pages: Server, output: Path) -> str:
    """Let a run of the deployment work until it waits for its shots' approval, as a worker starts it; return its id."""
    deployment = asked(pages, "/deployments/name/make-film/local")["id"]
    parameters = {
        "idea": "A letter at <b>sea</b>",
        "seconds": 6,
        "shot_seconds": 2,
        "height": 144,
        "approve": "shots",
        "output": str(output),
    }
    run = str(asked(pages, f"/deployments/{deployment}/create_flow_run", {"parameters": parameters})["id"])
    asked(pages, f"/flow_runs/{run}/set_state", {"state": {"type": "PENDING"}, "force": True})
    done = subprocess.run(
        [sys.executable, "-m", "prefect.engine", run],
        cwd=PROJECT,
        env={**pages.environment, "PREFECT_FLOWS_HEARTBEAT_FREQUENCY": "30"},
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
        stdin=subprocess.DEVNULL,
    )
    assert done.returncode == 0, done.stderr
    assert asked(pages, f"/flow_runs/{run}")["state"]["name"] == "Suspended"
    return run


def open_question(page: Page, pages: Server, kind: str, run: str) -> Locator:
    """Open the form in which a run asks; return its dialog."""
    page.goto(f"{pages.url}{PAGES[kind]}/runs/flow-run/{run}")
    page.get_by_text("Suspended").first.wait_for()
    if kind == "newer":
        page.locator("button[aria-haspopup=menu]").last.click()
        page.get_by_role("menuitem", name="Resume").click()
    else:
        page.get_by_role("button", name="Resume").first.click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_text("Shots to redo").wait_for()
    return dialog


def choose(page: Page, dialog: Locator, kind: str, answer: str) -> None:
    """Choose an answer in the form's list."""
    if kind == "newer":
        dialog.get_by_role("combobox").or_(dialog.get_by_role("button", name="Select Answer")).first.click()
        page.get_by_role("option", name=answer, exact=True).click()
    else:
        dialog.locator("xpath=.//button[contains(@class, 'p-select-button__control')]").first.press("ArrowDown")
        page.locator(".p-select-option").get_by_text(answer, exact=True).click()


def submit(dialog: Locator, kind: str) -> None:
    dialog.get_by_role("button", name="Resume" if kind == "newer" else "Submit").click()


def test_a_question_is_answered_on_the_page(page: Page, pages: Server, kind: str, tmp_path: Path) -> None:
    """The form leads to the storyboard and lists each shot with its words as they are; an answer that says two things
    is refused beside the form, and one that says one thing lets the run go on."""
    run = waiting_run(pages, tmp_path / "output")
    dialog = open_question(page, pages, kind, run)
    (folder,) = (tmp_path / "output" / "sessions").iterdir()
    dialog.get_by_text(str(folder)).first.wait_for()
    link = dialog.locator("a[href*='/artifacts/artifact/']").first
    assert link.inner_text().startswith("film-a-letter-at-b-sea-b-")
    dialog.get_by_text("Shot 1", exact=True).first.wait_for()
    assert dialog.locator("b:has-text('sea')").count() == 0
    choose(page, dialog, kind, "approve")
    dialog.locator("textarea").first.fill("1")
    submit(dialog, kind)
    page.get_by_text("is expected to be empty").or_(page.get_by_text("too long")).first.wait_for()
    assert asked(pages, f"/flow_runs/{run}")["state"]["name"] == "Suspended"
    choose(page, dialog, kind, "redo")
    submit(dialog, kind)
    dialog.wait_for(state="hidden")
    assert asked(pages, f"/flow_runs/{run}")["state"]["type"] == "SCHEDULED"
