"""Laws of the `film` command, a real process on a real engine: what it prints, how it leaves, what it leaves behind."""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from flows.leaving import PATIENCE_SECONDS as PATIENCE_SECONDS_OF_THE_COMMAND
from tests.make_sessions import snapshot

PATIENCE_SECONDS = 120
IDEA = "A lighthouse keeper finds a message in a bottle"
TINY = ("--seconds", "4", "--height", "144")
REPORT = {
    "session_id", "state", "film", "seconds", "frames", "width", "height", "shots", "images", "videos", "reused",
    "elapsed_seconds",
}  # fmt: skip
DEAD = "http://127.0.0.1:9/api"


class Film:
    """Starts the command on the tests' server, in a folder of its own."""

    def __init__(self, folder: Path, server: str) -> None:
        self.folder, self.log = folder, folder / "calls.log"
        keep = {name: value for name, value in os.environ.items() if not name.startswith(("FILM_", "PREFECT_"))}
        self.environment = keep | {
            "PREFECT_HOME": str(folder / "prefect"), "PREFECT_API_URL": server, "FILM_TEST_LOG": str(self.log),
            "PREFECT_FLOWS_HEARTBEAT_FREQUENCY": "30", "PYTHONPATH": str(Path(__file__).parents[2]),
        }  # fmt: skip
        self._started: list[subprocess.Popen[str]] = []

    @property
    def sessions(self) -> list[Path]:
        root = self.folder / "output" / "sessions"
        return sorted(root.iterdir()) if root.is_dir() else []

    def start(self, *arguments: str, slow: str = "nothing", seconds: float = 0) -> subprocess.Popen[str]:
        """Start `film` with the fake crew; calls of the kind `slow` take so many seconds."""
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.flows.filmed", slow, str(seconds), *arguments], cwd=self.folder,
            env=self.environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            start_new_session=True,
        )  # fmt: skip
        self._started.append(process)
        return process

    def run(self, *arguments: str, slow: str = "nothing", seconds: float = 0) -> tuple[int, str, str]:
        """Run `film` and return (exit code, standard output, standard error)."""
        process = self.start(*arguments, slow=slow, seconds=seconds)
        out, err = process.communicate(timeout=PATIENCE_SECONDS)
        return process.returncode, out, err

    def calls(self, start: str) -> int:
        lines = self.log.read_text("utf-8").splitlines() if self.log.exists() else []
        return sum(line.startswith(start) for line in lines)

    def wait_for(self, process: subprocess.Popen[str], what: Callable[[], bool]) -> None:
        """Wait until `what` is true, while the process runs."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not what():
            assert process.poll() is None, process.stderr and process.stderr.read()
            assert time.monotonic() < deadline
            time.sleep(0.02)

    def end(self) -> None:
        for process in self._started:
            if process.poll() is None:
                process.kill()
            process.communicate()


@pytest.fixture
def film(tmp_path: Path, server: str) -> Iterator[Film]:
    film = Film(tmp_path, server)
    yield film
    film.end()


def assert_one_line(text: str) -> None:
    assert text.count("\n") == 1, text
    assert "Traceback" not in text
    assert "\x1b" not in text


# --- bad input ------------------------------------------------------------------------------------

BAD = {
    "no idea": ([], "no idea given"),
    "an empty idea": ([""], "the idea is empty"),
    "a blank idea": ([" \t\n "], "the idea is empty"),
    "a zero-width idea": (["\u200b\u200d"], "the idea is empty"),
    "50,000 characters": (["x" * 50_000], "50,000 characters"),
    "a control character": (["a\x1b[31mred"], "U+001B"),
    "a lone surrogate": (["a\udcff"], "U+DCFF"),
    "no length": ([IDEA, "--seconds", "0"], "--seconds"),
    "no number": ([IDEA, "--seconds", "soon"], "seconds"),
    "not a number": ([IDEA, "--seconds", "nan"], "--seconds"),
    "an odd height": ([IDEA, "--height", "145"], "--height"),
    "an unknown rate": ([IDEA, "--fps", "23"], "--fps"),
    "an unknown aspect": ([IDEA, "--aspect", "2:1"], "aspect"),
    "an unknown crew": ([IDEA, "--crew", "nobody"], "choose one of offline"),
    "an unknown option": ([IDEA, "--lenght", "3"], "--lenght"),
    "two ideas": ([IDEA, "and another"], "another"),
    "a missing script": ([IDEA, "--script", "nowhere.txt"], "nowhere.txt"),
    "a script without text": ([IDEA, "--script", "blank.txt"], "script"),
    "a script that is no text": ([IDEA, "--script", "bytes.bin"], "UTF-8"),
    "a folder for a script": ([IDEA, "--script", "."], "--script"),
    "prompts without prompts": ([IDEA, "--prompts", "blank.txt"], "prompts"),
    "a file for an output folder": ([IDEA, "--output", "blank.txt"], "--output"),
    "an output folder nobody can make": ([IDEA, "--output", "/proc/films"], "--output"),
    "an output folder with NUL's place taken": ([IDEA, "--output", "/dev/null"], "--output"),
}  # fmt: skip


@pytest.mark.parametrize("case", BAD)
def test_bad_input(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], case: str
) -> None:
    """Bad input ends with 2 and one line that names it, before any engine is looked for, and leaves no session."""
    arguments, said = BAD[case]
    code, out, err = in_process(tmp_path, monkeypatch, capfd, "make", *arguments)
    assert code == 2
    assert out == ""
    assert_one_line(err)
    assert said in err
    assert not list(tmp_path.rglob("session_*"))


@pytest.mark.parametrize("session_id", ["../../etc", "/etc", "session_20250208_002238", "x" * 5_000, "a\x1b[31m", "."])
def test_a_session_is_named_by_its_id_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], session_id: str
) -> None:
    """A path, or an id that nobody has, is refused with 2 and one line; nothing is read or written for it."""
    before = snapshot(tmp_path)
    code, out, err = in_process(tmp_path, monkeypatch, capfd, "resume", session_id)
    assert (code, out) == (2, "")
    assert_one_line(err)
    assert "session" in err
    assert {k: v for k, v in snapshot(tmp_path).items() if k in before} == before


def test_a_dead_server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
    """Where PREFECT_API_URL names a server that does not answer: 2, one line that names both, and no session."""
    code, out, err = in_process(tmp_path, monkeypatch, capfd, "make", IDEA, url="http://me:secret@127.0.0.1:9/api")
    assert code == 2
    assert out == f"engine: Prefect server at {DEAD}\n"
    assert_one_line(err)
    assert DEAD in err
    assert "PREFECT_API_URL" in err
    assert "secret" not in out + err
    assert not list(tmp_path.rglob("session_*"))


def in_process(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], *arguments: str, url: str = DEAD
) -> tuple[int, str, str]:
    """Run the command in this process, in `folder`; return (exit code, standard output, standard error)."""
    from flows.command import main

    (folder / "blank.txt").write_text(" \n\t\n")
    (folder / "bytes.bin").write_bytes(b"\xff\xfe\x00\x80")
    monkeypatch.chdir(folder)
    monkeypatch.setenv("PREFECT_API_URL", url)
    monkeypatch.setattr("sys.argv", ["film", *arguments])
    with pytest.raises(SystemExit) as left:
        main(list(arguments))
    out, err = capfd.readouterr()
    assert isinstance(left.value.code, int)
    return left.value.code, out, err


def test_help_shows_examples(capfd: pytest.CaptureFixture[str]) -> None:
    """--help ends with examples, one a line, as they are typed."""
    from flows.command import app

    app(["make", "--help"])
    out, _ = capfd.readouterr()
    assert '  film make "A lighthouse keeper finds a message in a bottle" --seconds 20\n' in out


# --- a whole film ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "idea",
    [
        "<b>a</b> & {title} [bold]x[/bold] \"so\" 'it' `goes` $(date)\nnext\tline",
        "灯台守の手紙 👩\u200d🚀 منارة على البحر",
    ],
)  # fmt: skip
def test_any_text_is_an_idea(film: Film, idea: str) -> None:
    """Markup, quotes, newlines, emoji, right-to-left and CJK text make a film; the brief has the idea unchanged."""
    code, out, err = film.run("make", idea, *TINY, "--json")
    assert code == 0, err
    assert set(json.loads(out)) == REPORT
    (folder,) = film.sessions
    assert json.loads((folder / "brief.json").read_text("utf-8"))["idea"] == idea


def test_a_film_and_its_report(film: Film) -> None:
    """With --json the last line of standard output is one object with exactly the promised fields, all true."""
    code, out, err = film.run("make", IDEA, *TINY, "--json")
    assert code == 0, err
    assert out.count("\n") == 1
    report = json.loads(out)
    assert set(report) == REPORT
    (folder,) = film.sessions
    assert report["session_id"] == folder.name
    assert report["state"] == "done"
    assert Path(report["film"]) == folder / "film.mp4"
    assert (report["width"], report["height"]) == (256, 144)
    assert report["frames"] == round(report["seconds"] * 24)
    assert report["shots"] == report["images"] == report["videos"] >= 1
    assert report["reused"] == 0
    assert 0 < report["elapsed_seconds"] < PATIENCE_SECONDS
    assert err.startswith("engine: Prefect server at ")
    # Prefect's own voice stays in its log.
    for noise in ("Traceback", "prefect.", "INFO", "ERROR", "temporary server"):
        assert noise not in err


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


def test_a_failure_is_1_and_names_the_command_that_goes_on(film: Film) -> None:
    """A run that cannot end says so in one line with the command that resumes, and --json still reports; that command
    then finishes the film."""
    code, out, err = film.run("make", IDEA, *TINY, "--json", slow="fail:video")
    assert code == 1
    report = json.loads(out.splitlines()[-1])
    assert set(report) == REPORT
    assert (report["state"], report["film"], report["images"], report["videos"]) == ("unfinished", None, 1, 0)
    last = err.splitlines()[-1]
    assert f"film resume {report['session_id']}" in last
    assert "Traceback" not in err
    code, out, err = film.run("resume", report["session_id"], "--json")
    assert code == 0, err
    assert json.loads(out)["reused"] >= 4


@pytest.mark.parametrize(
    ("number", "code", "said"), [(signal.SIGINT, 130, "interrupted"), (signal.SIGTERM, 143, "terminated")]
)  # fmt: skip
def test_stopped_during_images(film: Film, number: signal.Signals, code: int, said: str) -> None:
    """SIGINT and SIGTERM: no new picture begins, the process leaves within seconds with 130 or 143 and one line that
    names the command; the same line run again finishes the film and paints no finished picture again."""
    line = ("make", IDEA, "--seconds", "12", "--shot-seconds", "2", "--height", "144")
    process = film.start(*line, slow="image", seconds=1.0)
    film.wait_for(process, lambda: film.calls("image end") >= 1 and film.calls("image begin") >= 3)
    began = film.calls("image begin")
    sent = time.monotonic()
    os.kill(process.pid, number)
    out, err = process.communicate(timeout=PATIENCE_SECONDS)
    taken = time.monotonic() - sent
    assert process.returncode == code, err
    assert taken < 8
    # One more may have been past its check when the signal came.
    assert film.calls("image begin") <= began + 1
    assert_one_line(err)
    (folder,) = film.sessions
    assert err.startswith(said)
    assert f"film resume {folder.name}" in err
    assert "Traceback" not in out
    kept = len(list((folder / "images").glob("shot_*.png")))
    painted = film.calls("image begin")
    code, out, err = film.run(*line, "--json")
    assert code == 0, err
    report = json.loads(out)
    assert report["session_id"] == folder.name
    assert film.calls("image begin") - painted == report["shots"] - kept


def test_a_second_interrupt_leaves_at_once(film: Film) -> None:
    """A second Ctrl-C does not wait for what is in hand; the one line and the exit code are the same."""
    process = film.start("make", IDEA, *TINY, slow="image", seconds=60)
    film.wait_for(process, lambda: film.calls("image begin") >= 1)
    sent = time.monotonic()
    while process.poll() is None:
        # Two signals that come too close are one to the system: press until it leaves.
        os.kill(process.pid, signal.SIGINT)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(0.2)
    _, err = process.communicate(timeout=PATIENCE_SECONDS)
    assert time.monotonic() - sent < PATIENCE_SECONDS_OF_THE_COMMAND - 0.5
    assert process.returncode == 130
    assert_one_line(err)
    assert f"film resume {film.sessions[0].name}" in err


def test_an_interrupt_waits_seconds_not_minutes(film: Film) -> None:
    """What is in hand and takes long does not hold the process after Ctrl-C: it leaves after a few seconds."""
    process = film.start("make", IDEA, *TINY, "--json", slow="image", seconds=60)
    film.wait_for(process, lambda: film.calls("image begin") >= 1)
    sent = time.monotonic()
    os.kill(process.pid, signal.SIGINT)
    out, err = process.communicate(timeout=PATIENCE_SECONDS)
    assert time.monotonic() - sent < 8
    assert process.returncode == 130
    assert_one_line(err.removeprefix(err[: err.index("interrupted")]))
    assert json.loads(out)["state"] == "unfinished"


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


def test_two_runs_of_one_session(film: Film) -> None:
    """A second run on a session that is being worked on: 2, one line that names the pid that holds it."""
    process = film.start("make", IDEA, *TINY, slow="image", seconds=60)
    film.wait_for(process, lambda: film.calls("image begin") >= 1)
    code, _, err = film.run("resume", film.sessions[0].name)
    assert code == 2
    assert_one_line(err)
    assert f"pid {process.pid}" in err


def test_an_empty_id_is_no_id(film: Film) -> None:
    """An unset variable in a script must not go on with whatever is newest."""
    code, out, err = film.run("resume", "")
    assert (code, out) == (2, "")
    assert "is not a session id" in err
