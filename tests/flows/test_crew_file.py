"""Laws of a film whose crew is written out: the session has it, and needs neither file nor block afterwards."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from blocks import engine_registry
from blocks.crew import FIELDS, crew_of
from flows.cli.command_options import GivenOptions
from flows.cli.film import app
from flows.cli.plan import plan
from flows.direct_run import filmed
from studio.errors import BadInput, Contradiction
from studio.model.brief import FilmOptions
from studio.model.engine_plugin import GROUP
from studio.store.brief import read_brief
from tests.support.films.runs import SMALL

EXAMPLE = Path(__file__).parents[2] / "examples" / "engine"
CREW = """
painter = "gradient"

[settings.painter]
direction = "across"
"""


@pytest.fixture
def gradients(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The example's engine, installed; returns a crew's file that names it, in a folder of its own."""
    (metadata := tmp_path / "packages" / "gradient_painter-1.0.dist-info").mkdir(parents=True)
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: gradient-painter\nVersion: 1.0\n")
    (metadata / "entry_points.txt").write_text(f"[{GROUP}]\npainter.gradient = gradient_painter:plugin\n")
    monkeypatch.syspath_prepend(str(tmp_path / "packages"))
    monkeypatch.syspath_prepend(str(EXAMPLE))
    engine_registry._entry_points.cache_clear()
    (tmp_path / "crews").mkdir()
    (tmp_path / "crews" / "mine.toml").write_text(CREW, "utf-8")
    return tmp_path / "crews" / "mine.toml"


def painted_by(session: Path) -> dict[str, str]:
    return {
        path.stem: json.loads(path.read_text("utf-8"))["model"] for path in sorted(session.glob("images/[!.]*.json"))
    }


def receipts(session: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in sorted(session.glob("*/[!.]*.json")) if "runs" not in path.parts}


def test_a_film_of_a_crew_that_is_written_out(
    server: str, tmp_path: Path, gradients: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is made by the engines and settings of the file, and resumed without it; another content is a change, told
    before it is made."""
    given = GivenOptions(crew=str(gradients)).given()
    state = filmed(idea="A quiet harbour", output=str(tmp_path), **SMALL, **given)
    assert state.is_completed(), state.message
    (session,) = (tmp_path / "sessions").iterdir()
    assert set(painted_by(session).values()) == {"gradient across"}
    kept = json.loads((session / "brief.json").read_text("utf-8"))["wish"]
    assert (kept["crew"], kept["crew_settings"]) == (
        "mine.toml",
        {"painter": "gradient", "settings": {"painter": {"direction": "across"}}},
    )
    gradients.unlink()
    before = receipts(session)
    (session / "film.mp4").unlink()
    assert filmed(session_id=session.name, output=str(tmp_path)).is_completed()
    assert receipts(session) == before

    gradients.write_text(CREW.replace("across", "down"), "utf-8")
    other = GivenOptions(crew=str(gradients))
    with pytest.raises(Contradiction, match=r"\(crew_settings.settings.painter.direction is 'across', not 'down'\)"):
        app(
            ["resume", session.name, "--crew", str(gradients), "--output", str(tmp_path)],
            exit_on_error=False,
            print_error=False,
        )
    assert plan(session.name, shape=other, output=str(tmp_path)) == 0
    told = capsys.readouterr().out
    assert "crew mine.toml" in told
    assert f"--crew {gradients} --change" in told
    assert plan(session.name, output=str(tmp_path)) == 0
    assert f"film resume {session.name}" in capsys.readouterr().out
    changed = filmed(session_id=session.name, output=str(tmp_path), change=True, **SMALL, **other.given())
    assert changed.is_completed(), changed.message
    assert set(painted_by(session).values()) == {"gradient down"}

    # A crew that is named anew is not written out any more.
    offline: dict[str, Any] = {**SMALL, "crew": "offline"}
    assert filmed(session_id=session.name, output=str(tmp_path), change=True, **offline).is_completed()
    assert read_brief(session).options.crew_settings is None
    assert "gradient" not in str(painted_by(session))
    assert "crew_settings" not in (session / "brief.json").read_text("utf-8")


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"printer": "gradient"}, f"'printer' is no field of a Film Crew: they are {', '.join(FIELDS)}"),
        ({"openai": {"api_key": "sk-secret-1"}}, "'openai' is no field of a Film Crew"),
        ({"at_once": 0}, "at_once: must be 1 to 100"),
        ({"quality": "best"}, "quality: must be low, medium, high or auto"),
        ({"painter": "nobody"}, "there is no painter 'nobody': choose one of"),
        ({"settings": {"painter": {"steps": 3}}}, "the settings of painter 'offline': steps: this key is not known"),
        ({"settings": {"pianter": {}}}, "settings"),
        ({"settings": 3}, "settings: must be an object of keys and values"),
    ],
)
def test_settings_that_no_crew_has(settings: dict[str, Any], told: str) -> None:
    """One line that names the crew, the setting and what it may be, and never a value."""
    with pytest.raises(BadInput) as refused:
        crew_of(FilmOptions(crew="mine.toml", crew_settings=settings))
    said = str(refused.value)
    assert said.startswith("--crew mine.toml: ")
    assert told in said
    assert "\n" not in said
    assert "sk-secret-1" not in said
    assert refused.value.__cause__ is refused.value.__context__ is None


def test_a_crew_of_no_file_is_told_by_its_option() -> None:
    """A run of a deployment, or a manifest, that writes a crew out has no file that could be named."""
    with pytest.raises(BadInput, match=r"^crew_settings: at_once: must be 1 to 100"):
        crew_of(FilmOptions(crew_settings={"at_once": 0}))
    with pytest.raises(BadInput, match="there is no composer 'openai', which is a writer and a painter and a narrator"):
        crew_of(FilmOptions(crew_settings={"composer": "openai"}))
    with pytest.raises(BadInput, match="there is no painter 'with space': choose one of offline"):
        crew_of(FilmOptions(crew_settings={"painter": "with space"}))


def test_a_file_that_only_a_command_can_read(tmp_path: Path) -> None:
    """A run of a deployment has no folder of the person's: it is told where a crew's content goes."""
    with pytest.raises(BadInput, match=r"no crew 'mine.toml'.*given as crew_settings"):
        crew_of(FilmOptions(crew="mine.toml"))
    with pytest.raises(BadInput, match=r"--crew: cannot read 'no.toml'"):
        app(["make", "a", "--crew", "no.toml", "--output", str(tmp_path)], exit_on_error=False, print_error=False)
    assert os.listdir(tmp_path) == []
