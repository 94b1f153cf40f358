"""A session keeps the style it was begun in: through changed files, later releases, and a name that many ask for."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest

from blocks.offline.crew import offline_crew
from studio.input.styles import parse_style, style_text
from studio.model.brief import DEFAULT_STYLE, FilmOptions
from studio.sessions.find_or_make import open_new
from studio.sessions.opening import FilmRequest, open_session
from studio.store.brief import read_brief
from studio.store.run_card import RunCard

NOW = datetime(2025, 2, 8, 0, 22, 38, 123456)
MINE = "---\nname: mine\ntitle: Mine\nsettings: {palette: mono}\n---\n"
Join = Callable[..., tuple[FilmOptions, str, bool]]


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "styles"
    folder.mkdir()
    monkeypatch.setenv("FILM_STYLES", str(folder))
    (folder / "mine.md").write_text(MINE, "utf-8")
    return folder


@pytest.fixture
def join(tmp_path: Path, own: Path) -> Join:
    runs = iter(range(99))

    def joined(style: str, **more: object) -> tuple[FilmOptions, str, bool]:
        card = RunCard(
            flow_run_id=f"0{next(runs)}",
            pid=os.getpid(),
            host=socket.gethostname(),
            started_at=NOW.isoformat(),
            version="0",
        )
        request = FilmRequest("an idea", FilmOptions(style=style), tmp_path, **more)  # type: ignore[arg-type]  # test's own keywords
        session, again = open_session(request, card, lambda _: offline_crew(), lambda _: None, lambda: 7, NOW)
        try:
            look = session.crew.painter.style_print if hasattr(session.crew.painter, "style_print") else ""
            assert bool(look) == (session.brief.options.style_text is not None)
            return session.brief.options, session.id, again
        finally:
            session.store.release()

    return joined


@pytest.mark.parametrize("name", ["", "a-film"])
def test_a_film_goes_on_in_the_style_it_was_begun_in(join: Join, own: Path, name: str) -> None:
    """The file may change or be gone: the same ask is the same film, and its brief stays."""
    begun, id_, again = join("mine", name=name)
    assert not again
    assert begun.style_text == MINE
    for change in (lambda: (own / "mine.md").write_text(MINE.replace("mono", "sepia")), (own / "mine.md").unlink):
        change()
        assert join("mine", name=name) == (begun, id_, True)


def test_words_of_before_stay_words(join: Join, tmp_path: Path) -> None:
    """A film that was begun with words that are a style's name now goes on with them, and no file is read."""
    folder, held = open_new(tmp_path / "sessions", "an idea", FilmOptions(style="noir"), lambda: 1, NOW, "0")
    held.release()
    before = (folder / "brief.json").read_bytes()
    options, id_, again = join("noir")
    assert (id_, again, options.style_text) == (folder.name, True, None)
    assert (folder / "brief.json").read_bytes() == before
    assert style_text("noir") is not None


def test_a_new_film_keeps_words_as_a_style(join: Join, tmp_path: Path) -> None:
    """Free words become a style without settings; the usual style stays what it always was."""
    options, id_, _ = join("chalk on slate")
    assert options.style_text is not None
    assert parse_style(options.style_text).title == "chalk on slate"
    assert read_brief(tmp_path / "sessions" / id_).options == options
    usual, _, _ = join(DEFAULT_STYLE)
    assert usual == FilmOptions()


def test_a_changed_style_is_taken_when_asked(join: Join, own: Path) -> None:
    """Given with --change, the style's text is that of the file now."""
    begun, id_, _ = join("mine")
    (own / "mine.md").write_text(MINE.replace("mono", "sepia"), "utf-8")
    given = {"style": "mine", "style_text": style_text("mine")}
    kept, _, _ = join("mine", session_id=id_, explicit_options=given)
    assert kept == begun
    changed, _, _ = join("mine", session_id=id_, explicit_options=given, change=True)
    assert changed.style_text == MINE.replace("mono", "sepia")
