"""Laws of the command `film plan`: it needs no engine, leaves no trace, and goes by a session's id."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from flows.cli.command_options import GivenOptions
from flows.cli.plan import plan
from studio.errors import NoSuchSession
from tests.support.films.planned import film, finished, prices

__all__ = ["film", "finished", "prices"]


def run(*words: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    code = "import sys; from flows.cli.film import app; print(app(sys.argv[1:]), 'prefect' in sys.modules)"
    return subprocess.run([sys.executable, "-c", code, *words], cwd=cwd, capture_output=True, text=True, timeout=120)


def test_the_command_opens_no_session_and_needs_no_engine(tmp_path: Path) -> None:
    """A plan of an idea leaves no trace on the disk, and of the offline crew it does not even import the engine."""
    done = run("plan", "A lighthouse", "--seconds", "20", "--height", "360", cwd=tmp_path)
    assert done.stdout.splitlines()[-1] == "0 False", done.stderr
    assert "film make --seconds 20 --height 360 'A lighthouse'" in done.stdout
    assert [*tmp_path.iterdir()] == [tmp_path / "prices.toml"]


@pytest.mark.parametrize("mistyped", ["session_nope", "session_2025020_002238", "session_"])
def test_a_mistyped_id_is_no_idea(tmp_path: Path, mistyped: str, capsys: pytest.CaptureFixture[str]) -> None:
    """It is refused in one line, and no film of that name is planned."""
    with pytest.raises(NoSuchSession, match="is not a session id"):
        plan(mistyped, output=str(tmp_path))
    assert capsys.readouterr().out == ""
    plan("session musicians meet", output=str(tmp_path))
    assert "a new film" in capsys.readouterr().out


@pytest.mark.thorough
def test_the_command_plans_a_session(film: Path, tmp_path: Path) -> None:
    """By its id; another crew can be asked about, other options cannot."""
    done = run("plan", film.name, "--json", cwd=tmp_path)
    assert done.stdout.rstrip().endswith("0 False"), done.stderr
    said = json.loads(done.stdout.rpartition("}")[0] + "}")
    assert (said["session_id"], said["crew"]) == (film.name, "offline")
    assert {piece["why"] for piece in said["pieces"] if piece["made"]} >= {"other crew"}
    assert "only --crew can be given" in run("plan", film.name, "--seconds", "9", cwd=tmp_path).stderr


def test_the_command_tells_what_is_left_out(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What a script or a list of prompts leaves out is a line of the plan, and a note of its JSON."""
    (tmp_path / "a.txt").write_text("Narrator: It begins.\n\n[Visual: a wave]\n\nNarrator: It ends.\n", "utf-8")
    (tmp_path / "p.txt").write_text("a mill --ar 16:9\na gull\n", "utf-8")
    for shape, told in (
        (GivenOptions(script=tmp_path / "a.txt"), "not spoken of the script: 1 visual note; write what should be"),
        (GivenOptions(prompts=tmp_path / "p.txt"), "not painted of the prompts: 1 set of parameters such as --ar; say"),
    ):
        plan("The mill", shape=shape, output=str(tmp_path))
        assert sum(line.startswith(told) for line in capsys.readouterr().out.splitlines()) == 1
        plan("The mill", shape=shape, output=str(tmp_path), json=True)
        assert [note.startswith(told) for note in json.loads(capsys.readouterr().out)["notes"]] == [True]
