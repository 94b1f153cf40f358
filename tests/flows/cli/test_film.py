"""Laws of the `film` command, a real process on a real engine: what it prints, how it leaves, what it leaves behind."""

from __future__ import annotations

import json
import re
import time
from pathlib import Path

import pytest

from tests.support.films.film_command import IDEA, PATIENCE_SECONDS, TINY, Film, assert_one_line
from tests.support.sampled import sampled

REPORT = {
    "session_id",
    "state",
    "film",
    "seconds",
    "frames",
    "width",
    "height",
    "shots",
    "images",
    "videos",
    "reused",
    "elapsed_seconds",
}


def test_help_shows_examples(capfd: pytest.CaptureFixture[str]) -> None:
    """--help ends with examples, one a line, as they are typed."""
    from flows.cli.film import app

    app(["make", "--help"])
    out, _ = capfd.readouterr()
    assert '  film make "A lighthouse keeper finds a message in a bottle" --seconds 20\n' in out


# --- a whole film ---------------------------------------------------------------------------------


@pytest.mark.thorough
@sampled(
    "idea",
    [
        "<b>a</b> & {title} [bold]x[/bold] \"so\" 'it' `goes` $(date)\nnext\tline",
        "灯台守の手紙 👩\u200d🚀 منارة على البحر",
    ],
)
def test_any_text_is_an_idea(film: Film, idea: str) -> None:
    """Markup, quotes, newlines, emoji, right-to-left and CJK text make a film; the brief has the idea unchanged."""
    code, out, err = film.run("make", idea, *TINY, "--json")
    assert code == 0, err
    assert set(json.loads(out)) == REPORT
    (folder,) = film.sessions
    assert json.loads((folder / "brief.json").read_text("utf-8"))["idea"] == idea


def test_piped_lines_and_a_resume(film: Film) -> None:
    """In a pipe each line is plain; a resume says [SKIP] for what is there and ends with what was reused."""
    film.environment["NO_COLOR"] = "1"
    code, out, err = film.run("make", IDEA, *TINY)
    assert (code, err) == (0, ""), err
    (folder,) = film.sessions
    assert "\x1b" not in out
    assert re.search(r"^\[DONE\] shot 1: image \(\d+\.\d s\)$", out, re.M)
    (folder / "film.mp4").unlink()
    code, out, err = film.run("resume")
    assert (code, err) == (0, ""), err
    assert "[SKIP] shot 1: image is there\n" in out
    assert "[SKIP] shot 1: clip is there\n" in out
    assert f"film     output/sessions/{folder.name}/film.mp4\n" in out
    assert re.search(r"^length   \d+\.\d\d s, \d+ frames, [\d.]+ kB$", out, re.M)
    assert re.search(r"^took     \d+ s; 1 pieces? made, \d+ reused$", out, re.M)
    assert film.sessions == [folder]


def test_without_a_server(film: Film) -> None:
    """With no server named the built-in engine makes the film, says nothing of its own, and is gone afterwards."""
    del film.environment["PREFECT_API_URL"]
    process = film.start("make", IDEA, *TINY)
    assert process.stdout is not None
    first = process.stdout.readline()
    assert first.startswith("engine: built in")
    while "is new" not in process.stdout.readline():
        assert process.poll() is None
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    assert children
    out, err = process.communicate(timeout=PATIENCE_SECONDS)
    # Not even that a log line found nobody to take it.
    assert (process.returncode, err) == (0, "")
    assert "film.mp4" in out
    deadline = time.monotonic() + 30
    while any(Path(f"/proc/{child}").exists() for child in children):
        assert time.monotonic() < deadline
        time.sleep(0.05)


# --- not finished ---------------------------------------------------------------------------------


def test_a_failure_and_a_film_with_their_reports(film: Film) -> None:
    """A run that cannot end is 1 and says so in one line with the command that resumes; that command then finishes the
    film. With --json the last line of standard output is one object with exactly the promised fields, all true."""
    code, out, err = film.run("make", IDEA, *TINY, "--json", slow="fail:video")
    assert code == 1
    report = json.loads(out.splitlines()[-1])
    assert set(report) == REPORT
    assert (report["state"], report["film"], report["images"], report["videos"]) == ("unfinished", None, 1, 0)
    assert report["reused"] == 0
    last = err.splitlines()[-1]
    assert f"film resume {report['session_id']}" in last
    assert "Traceback" not in err

    code, out, err = film.run("resume", report["session_id"], "--json")
    assert code == 0, err
    assert out.count("\n") == 1
    report = json.loads(out)
    assert set(report) == REPORT
    (folder,) = film.sessions
    assert (report["session_id"], report["state"]) == (folder.name, "done")
    assert Path(report["film"]) == folder / "film.mp4"
    assert (report["width"], report["height"]) == (256, 144)
    assert report["frames"] == round(report["seconds"] * 24)
    assert report["shots"] == report["images"] == report["videos"] == 1
    assert report["reused"] >= 4
    assert 0 < report["elapsed_seconds"] < PATIENCE_SECONDS
    assert err.startswith("engine: Prefect server at ")
    # Prefect's own voice stays in its log.
    for noise in ("Traceback", "prefect.", "INFO", "ERROR", "temporary server"):
        assert noise not in err


@pytest.mark.thorough
def test_a_full_disk(film: Film) -> None:
    """A disk that fills up while pictures are painted: 1, one line that says so, and nothing that a later run trusts
    wrongly: with room again the same line finishes."""
    code, _, err = film.run("make", IDEA, *TINY, slow="full:image")
    assert code == 1
    assert_one_line(err)
    assert "disk" in err
    assert "film resume" in err
    (folder,) = film.sessions
    assert not list((folder / "images").glob("shot_*"))
    code, _, err = film.run("make", IDEA, *TINY)
    assert code == 0, err
    assert film.sessions == [folder]


@pytest.mark.thorough
def test_two_runs_of_one_session(film: Film) -> None:
    """A second run on a session that is being worked on: 2, one line that names the pid that holds it."""
    process = film.start("make", IDEA, *TINY, slow="image", seconds=60)
    film.wait_for(process, lambda: film.calls("image begin") >= 1)
    code, _, err = film.run("resume", film.sessions[0].name)
    assert code == 2
    assert_one_line(err)
    assert f"pid {process.pid}" in err


@pytest.mark.parametrize(
    ("script", "said", "idea"),
    [
        ("# The *Cold* Kettle\n\n## Kitchen\nIt is cold.", "", "The Cold Kettle"),
        ("It is cold.", "", "my script"),
        ("# The Cold Kettle\nIt is cold.", "Tea", "Tea"),
    ],
)
def test_a_scripts_title_is_the_idea_that_is_not_said(
    script: str, said: str, idea: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without an idea a script's own title is the idea, and without that the file's name."""
    from flows.cli import film as command
    from flows.cli.command_options import GivenOptions

    asked: dict[str, object] = {}
    monkeypatch.setattr(command, "run_on", lambda *_, **ask: asked.update(ask) or 0)
    (tmp_path / "my_script.md").write_text(script, "utf-8")
    command.make(said, shape=GivenOptions(script=tmp_path / "my_script.md"), output=str(tmp_path))
    assert asked["idea"] == idea
