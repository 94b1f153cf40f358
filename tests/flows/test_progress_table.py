"""Laws of what is shown while a film is made: the board counts right, the table fits, lines cannot harm."""

from __future__ import annotations

import io
import threading
import time

import pytest
from rich.cells import cell_len
from rich.console import Console

from flows.progress_table import ProgressBoard, _Table, shown
from studio.model import events
from studio.model.events import Event
from studio.model.film import STAGES
from studio.model.pieces import PER_SHOT

LONG = "a note \x1b[31mthat goes on \u202e[bold]and on[/bold]\n" * 20


def board_of(shots: int, done: int = 0) -> ProgressBoard:
    """Return the board of a film whose plans are there and of whose shots so many are wholly done."""
    board = ProgressBoard()
    board.hear(
        Event("opened", f"session_20250208_002238 is new: /{'deep/' * 40}", session_id="session_20250208_002238")
    )
    for stage in ("story", "scene_graph", "shots"):
        board.hear(Event("made", stage=stage))
    board.hear(Event("planned", total=shots, frames=48 * shots))
    for shot in range(1, done + 1):
        for stage in ("images", "narration", "videos"):
            board.hear(Event("working", stage=stage, index=shot))
            if stage == "videos":
                board.hear(Event("frames", stage=stage, index=shot, frames=48, total=48))
            board.hear(Event("made", stage=stage, index=shot))
    return board


def drawn(board: ProgressBoard, width: int = 80, **options: object) -> list[str]:
    console = Console(file=io.StringIO(), width=width, height=24, record=True, **options)  # type: ignore[arg-type]  # rich's own options
    console.print(_Table(board))
    return console.export_text().splitlines()


@pytest.mark.parametrize("shots", [0, 1, 7, 28, 29, 60, 500])
@pytest.mark.parametrize("width", [60, 80, 200])
@pytest.mark.parametrize("characters", [0, 2])
def test_the_table_fits(shots: int, width: int, characters: int) -> None:
    """However many shots and whatever notes: never wider or higher than the terminal, one line a stage; the cast has
    one where there are characters to paint."""
    board = board_of(shots, shots // 2)
    board.hear(Event("planned", stage="cast", total=characters))
    for _ in range(9):
        board.hear(Event("note", LONG))
    lines = drawn(board, width)
    assert len(lines) < 24
    assert all(cell_len(line) <= width for line in lines)
    assert not any("\x1b" in line or "\u202e" in line for line in lines)
    for stage in STAGES:
        assert sum(line.startswith(stage.replace("_", " ") + " ") for line in lines) == (
            shots > 0 if stage in PER_SHOT else characters > 0 if stage == "cast" else 1
        )


def test_the_table_shows_every_shot() -> None:
    """Each shot has a cell per stage that says whether it waits, is in work, was made or failed."""
    board = board_of(4, 1)
    board.hear(Event("working", stage="images", index=2))
    board.hear(Event("failed", "no", stage="images", index=3))
    (images,) = [line for line in drawn(board) if line.startswith("images")]
    assert images.split()[-2:] == ["1/4", "█▒✗·"]


def test_the_time_left_follows_the_pace() -> None:
    """Half the clips done in ten seconds: about ten more, the cut included, and the frames per second since."""
    board = board_of(4, 2)
    board.first_frame_at = time.monotonic() - 10
    left = board.seconds_left()
    assert left is not None
    assert 10 <= left <= 12
    assert 9 <= board.frames_per_second() <= 10
    assert any("10 frames/s" in line and "left" in line for line in drawn(board))


@pytest.mark.parametrize(("shots", "done"), [(0, 0), (4, 0), (4, 4)])
def test_no_time_is_promised_that_nobody_knows(shots: int, done: int) -> None:
    """Before the first clip, and once the last is there, no time left is told."""
    assert board_of(shots, done).seconds_left() is None


def test_reused_clips_do_not_quicken_the_pace() -> None:
    """What was there already says nothing about how long the rest takes."""
    board = board_of(4, 0)
    board.hear(Event("reused", stage="videos", index=1))
    board.hear(Event("reused", stage="videos", index=2))
    board.hear(Event("frames", stage="videos", index=3, frames=48, total=48))
    board.hear(Event("made", stage="videos", index=3))
    board.first_frame_at = time.monotonic() - 10
    left = board.seconds_left()
    assert left is not None
    assert 10 <= left <= 12
    assert board.reused == 2


def test_looking_at_the_film_is_shown() -> None:
    """How much of the film was looked at, while it is, and the clips' pace does not change by it."""
    board = board_of(4, 4)
    assert not any("looking" in line for line in drawn(board))
    board.hear(Event("working", stage="film"))
    board.hear(Event("frames", stage="film", frames=48, total=192))
    assert any("looking at the film: 25%" in line for line in drawn(board))
    assert sum(board.frames.values()) == 4 * 48
    board.hear(Event("made", stage="film"))
    assert not any("looking" in line for line in drawn(board))


def test_plain_lines() -> None:
    """In a pipe each event is one plain line without anything that a terminal obeys."""
    file, board = io.StringIO(), ProgressBoard()
    with shown(Console(file=file, width=40), board):
        events.publish(Event("reused", stage="images", index=3))
        events.publish(Event("working", stage="images", index=4))
        events.publish(Event("note", LONG))
    skip, note = file.getvalue().splitlines()
    assert skip == "[SKIP] shot 3: image is there"
    assert note.startswith("a note \ufffd[31mthat goes on [bold]and on[/bold] a note")
    assert board.reused == 1


def test_the_board_is_heard_from_many_threads() -> None:
    """Events from many threads at once are all counted."""
    board = ProgressBoard()

    def hundred(first: int) -> None:
        for index in range(first, first + 100):
            board.hear(Event("made", stage="images", index=index))

    threads = [threading.Thread(target=hundred, args=(100 * n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert board.made == 800
