"""Laws of the commands that direct: one line and exit 2 for what cannot be done, and nothing is changed by a plan."""

from __future__ import annotations

import hashlib
import json
import shlex
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from flows.cli.film import main, planned_command
from studio.status.listing import read_listing
from studio.status.snapshot import read_snapshot
from studio.status.state import state_now
from tests.support.films.fake_crew import Log, fake_crew
from tests.support.films.filming import filmed, opened
from tests.support.foreign_media import named_clip

WRONG: dict[str, tuple[list[str], str]] = {
    "no shot": (["redo"], "say which shots"),
    "not there": (["redo", "--shot", "99"], "there is no shot 99: there are shots 1 to"),
    "no number": (["redo", "--shot", "three"], "is not a shot"),
    "a score of a shot": (["redo", "--stage", "score", "--shot", "1"], "leave --shot out"),
    "an unknown stage": (["redo", "--shot", "1", "--stage", "sound"], "sound"),
    "too many takes": (["redo", "--shot", "1", "--takes", "99"], "--takes 99 is not 1 to 9"),
    "nothing to edit": (["edit", "--shot", "1"], "say what is changed"),
    "an edit of no shot": (["edit", "--line", "Hm."], "say which shots"),
    "a title of a shot": (["edit", "--shot", "1", "--title", "X"], "leave --shot out"),
    "no length": (["edit", "--shot", "1", "--seconds", "-3"], "is not the length of a shot"),
    "an odd length": (["edit", "--shot", "1", "--seconds", "nan"], "is not the length of a shot"),
    "a blank title": (["edit", "--title", "   "], "at least one letter"),
    "no such take": (["pick", "--shot", "1", "--take", "7"], "there is no take 7 of the image of shot 1"),
    "the take in place": (["pick", "--shot", "1", "--take", "1"], "is in its place already"),
    "a take of nothing": (["pick", "--take", "1"], "say which shot"),
    "a trim outside": (["trim", "--shot", "1", "--out", "999"], "trim it within that"),
    "a trim backwards": (["trim", "--shot", "1", "--in", "1", "--out", "0.5"], "trim it within that"),
    "where to": (["shots", "move", "1"], "say where to"),
    "which": (["shots", "remove"], "say which shots"),
    "nowhere": (["shots", "move", "1", "--before", "99"], "there is no place 99"),
    "an empty shot": (["shots", "insert", "--before", "1"], "say what the new shot shows"),
    "two places": (["shots", "move", "1", "--before", "2", "--after", "2"], "give one of them"),
    "split where": (["shots", "split", "1"], "say where to split it"),
    "no file": (["use", "--shot", "1"], "give one file"),
    "two files": (["use", "a.mp4", "--shot", "1", "--music", "b.mp3"], "give one file"),
    "not a file": (["use", "nothing.mp4", "--shot", "1"], "cannot read 'nothing.mp4'"),
    "a note on nothing": (["note", "hm", "--shot", "99"], "there is no shot 99"),
    "too little money": (["redo", "--shot", "1", "--budget-usd", "-1"], "budget"),
}


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = opened(tmp_path_factory.mktemp("directed"))
    filmed(folder, fake_crew(Log()))
    return folder


def seen(folder: Path) -> dict[str, tuple[int, int]]:
    return {
        path.relative_to(folder).as_posix(): (path.stat().st_size, path.stat().st_mtime_ns)
        for path in folder.rglob("*")
        if path.is_file()
    }


def run(words: list[str]) -> int:
    with pytest.raises(SystemExit) as left:
        main(words)
    return int(left.value.code or 0)


@pytest.mark.parametrize(("words", "said"), WRONG.values(), ids=WRONG)
def test_what_cannot_be_done_is_one_line(
    film: Path, words: list[str], said: str, capfd: pytest.CaptureFixture[str]
) -> None:
    """On standard error, with exit code 2; neither the film nor its journal is touched, planned or not."""
    before = seen(film)
    for line in ([words[0], film.name, *words[1:]], ["plan", film.name, *words]):
        assert run([*line, "--output", str(film.parent.parent)]) == 2
        out, err = capfd.readouterr()
        assert err.count("\n") == 1, err
        assert said in err
        assert "\n" not in out.strip()
    assert seen(film) == before


def test_a_plan_of_a_change_changes_nothing(film: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """It says what the change would make, and why; the film is as it was."""
    before = seen(film)
    place = ["--output", str(film.parent.parent)]
    assert run(["plan", film.name, "redo", "--shot", "1", "--json", *place]) == 0
    told = json.loads(capfd.readouterr().out)
    assert told["change"] == "redo the image of shot 1"
    made = {(piece["stage"], piece["shot"]) for piece in told["pieces"] if piece["made"]}
    assert {("images", 1), ("videos", 1), ("film", None)} <= made
    assert run(["plan", "note", film.name, "hm", "--shot", "1", *place]) == 0
    told = capfd.readouterr().out
    assert "If you note on shot 1" in told
    line = shlex.split(
        next(line for line in told.splitlines() if line.startswith("carry out")).removeprefix("carry out")
    )
    assert line[1:] == ["note", film.name, "hm", "--shot", "1", *place], told
    assert seen(film) == before


def test_a_change_for_later_changes_the_plan_alone(film: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """It is written down, and the command that makes it is told; undoing it leaves the plans as they were."""
    plans = {name: (film / name).read_bytes() for name in ("story.json", "shots.json")}
    place = ["--output", str(film.parent.parent)]
    assert run(["edit", film.name, "--shot", "1", "--line", "Hm.", "--title", "X", "--later", *place]) == 0
    assert "film resume" in capfd.readouterr().out
    assert json.loads((film / "shots.json").read_text("utf-8"))[0]["narration"] == "Hm."
    from studio.cli.sessions import main as sessions

    with pytest.raises(SystemExit):
        sessions(["undo", film.name, *place])
    assert {name: (film / name).read_bytes() for name in plans} == plans


def ended(words: list[str]) -> int:
    """Run `film` and return its exit code."""
    with pytest.raises(SystemExit) as left:
        main(words)
    assert isinstance(left.value.code, int)
    return left.value.code


def test_a_take_in_place_can_be_picked_if_the_plan_wants_another(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """After a redo for later, the take that is still there is picked instead; picked again, it is there already."""
    folder = opened(tmp_path)
    filmed(folder, fake_crew(Log()))
    words = [folder.name, "--shot", "1", "--later", "--output", str(folder.parent.parent)]
    assert ended(["redo", *words]) == 0
    assert ended(["pick", *words, "--take", "1"]) == 0
    assert ended(["pick", *words, "--take", "1"]) == 2
    assert "is in its place already" in capfd.readouterr().err


def test_a_film_behind_its_plan_is_called_edited(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """Until the next run; a note changes nothing that is made."""
    folder = opened(tmp_path)
    filmed(folder, fake_crew(Log()))
    _ended_an_hour_ago(folder)
    words = [folder.name, "--shot", "1", "--output", str(folder.parent.parent)]

    def state() -> str:
        listing, facts = read_listing(folder), read_snapshot(folder)
        assert listing is not None
        assert facts is not None
        assert listing.state == state_now(facts, locked=False)
        return listing.state

    assert state() == "done"
    assert ended(["note", *words, "too dark"]) == 0
    assert state() == "done"
    assert ended(["redo", *words, "--later"]) == 0
    assert ended(["note", *words, "still too dark"]) == 0
    assert state() == "edited"
    filmed(folder, fake_crew(Log()), "b")
    assert state() == "done"


def _ended_an_hour_ago(folder: Path) -> None:
    for path in (folder / "runs").iterdir():
        card = json.loads(path.read_text("utf-8"))
        earlier = (datetime.now() - timedelta(hours=1)).isoformat(timespec="seconds")
        path.write_text(json.dumps({**card, "ended_at": earlier}), "utf-8")


def test_what_a_change_leaves_out_is_told(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """A clip of one's own that a redo of the picture takes out is named, by the plan, too."""
    folder = opened(tmp_path)
    filmed(folder, fake_crew(Log()))
    where = ["--output", str(folder.parent.parent)]
    clip = named_clip(tmp_path, "silent.mp4")
    assert ended(["use", folder.name, str(clip), "--shot", "2", "--later", *where]) == 0
    line = "shot 2: the clip that was chosen (silent.mp4) is not used any more"
    for words in (["plan", folder.name, "redo", "--shot", "2"], ["redo", folder.name, "--shot", "2", "--later"]):
        capfd.readouterr()
        assert ended([*words, *where]) == 0
        assert line in capfd.readouterr().out


def test_a_directing_command_can_be_planned_in_either_order() -> None:
    """`film plan SESSION redo ...`, as one says it, and `film plan redo SESSION ...`, as make passes it on."""
    assert planned_command(["plan", "s", "redo", "--shot", "1"]) == ["redo", "s", "--shot", "1"]
    assert planned_command(["plan", "redo", "--shot", "1", "--", "s"]) == ["redo", "--shot", "1", "--", "s"]
    assert planned_command(["plan", "s"]) == planned_command(["redo", "s", "--shot"]) == []


def test_a_trim_of_ones_own_clip_is_of_the_file_that_was_given(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """Not of what was made of it: the whole file can be used again, with its own name and sound."""
    folder = opened(tmp_path)
    filmed(folder, fake_crew(Log()))
    source, place = named_clip(tmp_path, "h264.mp4"), ["--output", str(tmp_path)]
    assert run(["use", folder.name, str(source), "--shot", "1", "--sound", "--later", *place]) == 0
    filmed(folder, fake_crew(Log()))
    assert run(["trim", folder.name, "--shot", "1", "--in", "0.5", "--out", "1.75", "--later", *place]) == 0
    clip = json.loads((folder / "shots.json").read_text("utf-8"))[0]["clip"]
    assert clip == {
        "sha256": hashlib.sha256(source.read_bytes()).hexdigest(),
        "start": 0.5,
        "end": 1.75,
        "sound": True,
        "name": "h264.mp4",
    }
