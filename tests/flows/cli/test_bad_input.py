"""Laws of bad input to the `film` command: one clear line, exit code 2, and nothing left behind."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.films.film_command import IDEA, Film, assert_one_line
from tests.support.servers.another_server import another_server
from tests.support.sessions.make_sessions import snapshot

DEAD = "http://127.0.0.1:9/api"

BAD = {
    "an option and its opposite": ([IDEA, "--resume", "--new"], "--new is given twice, or beside its opposite"),
    "an option twice": ([IDEA, "--seconds", "4", "--seconds", "5"], "--seconds is given twice"),
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
    "an unknown crew": ([IDEA, "--crew", "No Body"], "choose one of offline"),
    "an unknown option": ([IDEA, "--lenght", "3"], "--lenght"),
    "two ideas": ([IDEA, "and another"], "'and another' is more than this command takes: put quotes around a text"),
    "a missing script": ([IDEA, "--script", "nowhere.txt"], "nowhere.txt"),
    "a script without text": ([IDEA, "--script", "blank.txt"], "script"),
    "a script that is no text": ([IDEA, "--script", "bytes.bin"], "UTF-8"),
    "a folder for a script": ([IDEA, "--script", "."], "--script"),
    "a script without times": ([IDEA, "--script", "plain.txt", "--script-times"], "the script has no times"),
    "times without a script": ([IDEA, "--script-times"], "there is no script"),
    "prompts without prompts": ([IDEA, "--prompts", "blank.txt"], "prompts"),
    "a file for an output folder": ([IDEA, "--output", "blank.txt"], "--output"),
    "an output folder nobody can make": ([IDEA, "--output", "/proc/films"], "--output"),
    "an output folder with NUL's place taken": ([IDEA, "--output", "/dev/null"], "--output"),
}


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


def test_a_server_that_is_not_prefects(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """Where something else answers at PREFECT_API_URL: 2, one line that says so, and no session."""

    with another_server() as port:
        for path in ("page", "nothing"):
            code, _, err = in_process(tmp_path, monkeypatch, capfd, "make", IDEA, url=f"http://127.0.0.1:{port}/{path}")
            assert code == 2
            assert_one_line(err)
            assert "is no Prefect server" in err
    assert not list(tmp_path.rglob("session_*"))


def in_process(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], *arguments: str, url: str = DEAD
) -> tuple[int, str, str]:
    """Run the command in this process, in `folder`; return (exit code, standard output, standard error)."""
    from flows.cli.film import main

    (folder / "blank.txt").write_text(" \n\t\n")
    (folder / "plain.txt").write_text("It is cold.", "utf-8")
    (folder / "bytes.bin").write_bytes(b"\xff\xfe\x00\x80")
    monkeypatch.chdir(folder)
    monkeypatch.setenv("PREFECT_API_URL", url)
    monkeypatch.setattr("sys.argv", ["film", *arguments])
    with pytest.raises(SystemExit) as left:
        main(list(arguments))
    out, err = capfd.readouterr()
    assert isinstance(left.value.code, int)
    return left.value.code, out, err


def test_an_empty_id_is_no_id(film: Film) -> None:
    """An unset variable in a script must not go on with whatever is newest."""
    code, out, err = film.run("resume", "")
    assert (code, out) == (2, "")
    assert "is not a session id" in err
