"""What a person finds on Prefect's pages, older and newer: the run, storyboard and tables, the parameters' form."""

from __future__ import annotations

import json
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from slugify import slugify

from tests.browser.conftest import IDEA, PAGES, Server

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

pytestmark = [pytest.mark.browser, pytest.mark.parametrize("kind", PAGES)]

NAMES = (
    "film",
    "progress",
    "shots",
    "ledger",
)
FIELDS = {
    "Idea": "What the film is about",
    "Length": "4 to 3600",
    "Aspect": "Width to height",
    "Style": "A style by name",
    "Crew": "needs no key",
    "Captions": "a track to switch on",
    "Approve": "waits for a person",
    "Details · Shot length": "1 to 60",
    "Details · Height": "144 to 2160",
    "Details · Frame rate": "Frames per second",
    "Details · Music": "score",
    "Details · Variants": "takes of every picture",
    "Details · Seed": "0 to 2147483647",
    "Details · Script": "spoken word for word",
    "Details · Script's times": "begins where its caption begins",
    "Details · Prompts": "one per shot",
    "Details · Crew's settings": "written out",
    "Details · Style's text": "prints one",
    "Money · Budget": "in US dollars",
    "Money · On refusal": "a card is shown in its place",
    "Money · On ambiguous": "paid for, again",
    "Session · Name": "made once",
    "Session · Which": "Go on with this session",
    "Session · Resume": "unfinished session",
    "Session · Change": "Apply all options",
    "Session · Output": "Folder that holds sessions/",
}
"""Of each parameter its title and some words of its description, in the order of the form."""
REQUIRED = ("Idea",)
LISTS = {
    "Aspect": ["16:9", "9:16", "1:1", "4:3", "21:9"],
    "Details · Frame rate": ["24", "25", "30"],
    "Captions": ["soft", "burned", "off"],
    "Money · On ambiguous": ["stop", "retry"],
}


def asked(server: Server, path: str, body: dict[str, Any] | None = None) -> Any:
    """Ask the server's API."""
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(f"{server.url}/api{path}", data, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=20) as answer:
        return json.load(answer)


def the_run(server: Server, film: Path) -> str:
    """Return the id of the run that made the film."""
    return next((film / "runs").glob("*.json")).stem


def open_artifact(page: Page, server: Server, film: Path, kind: str, name: str) -> None:
    """Open the page of one of the run's artifacts."""
    mine = {"artifacts": {"flow_run_id": {"any_": [the_run(server, film)]}}}
    # Prefect's own artifacts, of results, have no key.
    ids = {
        each["key"].partition("-")[0]: each["id"] for each in asked(server, "/artifacts/filter", mine) if each["key"]
    }
    page.goto(f"{server.url}{PAGES[kind]}/artifacts/artifact/{ids[name]}")


def open_form(page: Page, server: Server, kind: str) -> None:
    """Open the form that asks for the deployment's parameters."""
    deployment = asked(server, "/deployments/name/make-film/local")
    page.goto(f"{server.url}{PAGES[kind]}/deployments/deployment/{deployment['id']}/run")
    page.get_by_text("Shot length").wait_for()


def label_of(page: Page, title: str) -> Locator:
    """Return the title of a field as the form shows it."""
    return page.get_by_text(title if title in REQUIRED else f"{title} (Optional)", exact=True)


def field_of(page: Page, title: str, what: str) -> Locator:
    """Return the field below a title: an 'input', a 'textarea' or the 'button' that opens a list."""
    return label_of(page, title).locator(f"xpath=following::{what}[1]")


def choices_of(page: Page, title: str, kind: str) -> list[str]:
    """Return what the list below a title offers."""
    if kind == "newer":
        page.get_by_role("button", name=f"Select {title}").click()
        options = page.get_by_role("option")
    else:
        field_of(page, title, "button[contains(@class, 'p-select-button__control')]").press("ArrowDown")
        options = page.locator(".p-select-option")
    options.first.wait_for()
    found = [text.strip() for text in options.all_inner_texts()]
    page.keyboard.press("Escape")
    options.first.wait_for(state="hidden")
    return found


def test_the_run_has_its_cards(page: Page, pages: Server, film: Path, kind: str) -> None:
    """The run's page bears session and idea, and its artifacts are one card each, with a line that says how far."""
    page.goto(f"{pages.url}{PAGES[kind]}/runs/flow-run/{the_run(pages, film)}")
    page.get_by_text(film.name).first.wait_for()
    page.get_by_text("Completed").first.wait_for()
    page.get_by_text("Artifacts", exact=True).click()
    for name in NAMES:
        key = (
            f"{name}-{slugify(IDEA, max_length=30, word_boundary=True, save_order=True)}-{film.name.rpartition('_')[2]}"
        )
        card = page.get_by_text(key, exact=True).and_(page.locator("a, h1, h2, h3, h4, div, p, span"))
        card.last.wait_for()
    count = len(json.loads((film / "shots.json").read_text()))
    page.get_by_text(f"{count}/{count} pictures · {count}/{count} lines · {count}/{count} clips").first.wait_for()
    page.get_by_text(" s", exact=False).first.wait_for()


def test_the_storyboard_shows_every_shot(page: Page, pages: Server, film: Path, kind: str) -> None:
    """Each shot has a heading, a picture that loaded, its state and its prompt; hostile words show as they are."""
    open_artifact(page, pages, film, kind, "film")
    shots = json.loads((film / "shots.json").read_text())
    for shot in shots:
        page.get_by_role("heading", name=f"Shot {shot['index']} · {shot['camera']}", exact=True).wait_for()
    pictures = page.locator("img[src^='data:image/jpeg']")
    page.wait_for_function("[...document.images].every(each => each.complete)")
    # And the poster of the film, which comes first.
    assert pictures.evaluate_all("all => all.map(each => each.naturalWidth > 0)") == [True] * (1 + len(shots))
    assert page.get_by_text("DONE", exact=True).count() == len(shots)
    page.get_by_text(IDEA.replace("http", "http\u2060").replace("http\u2060:", "http:\u2060")).wait_for()
    assert page.locator("a[href*='sea.example']").count() == 0
    assert page.locator("main b, article b, main em, article em").count() == 0


def test_the_tables_show_their_columns(page: Page, pages: Server, film: Path, kind: str) -> None:
    """Shots and ledger: all columns stand within the page, a row for each shot and each stage, free work costs 0.00."""
    shots = json.loads((film / "shots.json").read_text())
    for name, headings, rows in (
        ("shots", ("shot", "state", "camera", "seconds", "USD", "prompt"), len(shots)),
        ("ledger", ("stage", "in place", "made by this run", "found", "seconds of work", "USD"), 7),
    ):
        open_artifact(page, pages, film, kind, name)
        for heading in headings:
            page.get_by_role("columnheader", name=heading, exact=True).wait_for()
        assert page.locator("tbody tr").count() == rows
        table = page.locator("table").first
        assert table.evaluate("e => e.scrollWidth <= e.parentElement.clientWidth + 1"), f"{name} is too wide"
        assert "0.00" in table.inner_text()


def test_the_card_shows_the_film(page: Page, pages: Server, film: Path, kind: str) -> None:
    """Poster, length, the film's path and the line that opens it."""
    open_artifact(page, pages, film, kind, "film")
    page.get_by_text(str(film / "film.mp4"), exact=True).wait_for()
    page.get_by_text(f"xdg-open {film / 'film.mp4'}").wait_for()
    page.get_by_text("256 x 144").wait_for()
    assert page.locator("img[src^='data:image/jpeg']").first.evaluate("e => e.naturalWidth") > 200


def test_the_form_says_what_each_parameter_is(page: Page, pages: Server, kind: str) -> None:
    """Every parameter has a title, in its place, and a description, and a field to fill; choices are lists."""
    open_form(page, pages, kind)
    heights = []
    for title, words in FIELDS.items():
        label_of(page, title).wait_for()
        heights.append((label_of(page, title).bounding_box() or {"y": 0})["y"])
        assert page.get_by_text(words).count() >= 1, title
    assert heights == sorted(heights)
    assert page.get_by_text("Property is type").count() == 0
    field_of(page, "Idea", "textarea").fill("A boat")
    for title, choices in LISTS.items():
        assert choices_of(page, title, kind) == choices


def test_a_wrong_value_is_refused_in_words(page: Page, pages: Server, kind: str) -> None:
    """A film of no length is refused on the form, and no run is made."""
    open_form(page, pages, kind)
    field_of(page, "Idea", "textarea").fill("A boat")
    before = len(asked(pages, "/flow_runs/filter", {}))
    field = field_of(page, "Length", "input")
    field.fill("0")
    page.get_by_role("button", name="Submit").click()
    if kind == "older":
        page.get_by_text("0 is less than the minimum of 4").first.wait_for()
    else:
        # The browser itself says it beside the field; such a bubble is no part of the page.
        assert field.evaluate("e => e.validationMessage") == "Value must be greater than or equal to 4."
    assert len(asked(pages, "/flow_runs/filter", {})) == before


def test_a_film_of_nothing_is_refused(page: Page, pages: Server, kind: str) -> None:
    """The form asks for an idea: without one, or with blanks, it says so beside the field, and no run is made."""
    before = len(asked(pages, "/flow_runs/filter", {}))
    for idea in ("", "  "):
        open_form(page, pages, kind)
        field_of(page, "Idea", "textarea").fill(idea)
        page.get_by_role("button", name="Submit").click()
        page.get_by_text("is a required property" if not idea else "is not valid under any").first.wait_for()
    assert len(asked(pages, "/flow_runs/filter", {})) == before


def test_a_film_of_words_is_begun(page: Page, pages: Server, kind: str) -> None:
    """An idea alone begins a run, to which nothing is given that may stay empty."""
    open_form(page, pages, kind)
    field_of(page, "Idea", "textarea").fill(f"A boat on the {kind} pages")
    page.get_by_role("button", name="Submit").click()
    page.wait_for_url("**/deployment/*")
    runs = asked(pages, "/flow_runs/filter", {"sort": "START_TIME_DESC"})
    (given,) = [run["parameters"] for run in runs if run["parameters"].get("idea") == f"A boat on the {kind} pages"]
    assert given["seconds"] == 40
    assert None not in given.values()
