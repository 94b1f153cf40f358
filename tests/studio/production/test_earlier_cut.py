"""Laws of cutting a film again: what it has in common with the film before is neither mixed nor checked anew."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import av
import pytest

from studio.directing.director import direct
from studio.directing.edits import Edit, Redo, ShotWords, move, redo, reword
from studio.model.film import Span, Timeline
from studio.production import earlier_cut as cut
from studio.store.receipts import read_receipt
from studio.video import assembly, film_faults
from tests.support.films.fake_crew import Log, fake_crew
from tests.support.films.filming import filmed, opened


@pytest.fixture
def film(tmp_path: Path) -> Path:
    folder = opened(tmp_path)
    filmed(folder, fake_crew(Log()))
    return folder


def done(folder: Path, edit: Edit) -> None:
    direct(folder, edit, "edit", "a change", "2026-11-30T12:00:00", lambda line: None)
    filmed(folder, fake_crew(Log()))


def sound_of(path: Path) -> list[tuple[int | None, bytes]]:
    with av.open(str(path)) as container:
        return [(packet.pts, bytes(packet)) for packet in container.demux(audio=0) if packet.size]


def counted(monkeypatch: pytest.MonkeyPatch, module: Any, name: str) -> list[Any]:
    calls: list[Any] = []
    before = getattr(module, name)

    def call(*asked: Any, **more: Any) -> Any:
        calls.append(asked)
        return before(*asked, **more)

    monkeypatch.setattr(module, name, call)
    return calls


def test_a_film_with_the_same_sound_is_not_mixed_again(film: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its sound is copied, and is the same, packet by packet, as if it were mixed and encoded."""
    before = sound_of(film / "film.mp4")
    mixes = counted(monkeypatch, assembly, "mix")
    done(film, redo(Redo(), {2}))
    assert mixes == []
    copied = sound_of(film / "film.mp4")
    assert copied == before
    # Without the film before, all is mixed anew: with the same outcome.
    for place in (film / "film.mp4", film / "film.json"):
        place.unlink()
    shutil.rmtree(film / "takes/film")
    shutil.rmtree(film / "results", ignore_errors=True)
    filmed(film, fake_crew(Log()))
    assert len(mixes) == 1
    assert sound_of(film / "film.mp4") == copied


def test_another_line_or_order_is_mixed_again(film: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever is heard otherwise, or at another time, is in no earlier film."""
    mixes = counted(monkeypatch, assembly, "mix")
    done(film, reword(ShotWords(line="Another line."), {1}))
    done(film, move({1}, 3))
    assert len(mixes) == 2


def test_only_what_changed_is_looked_at(film: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The redone shot and its neighbours are decoded; a damaged film before is no help, and all is looked at."""
    seen: list[frozenset[int]] = []
    before = film_faults._pictures

    def looked(path: Any, timeline: Any, shots: Any, tick: Any, known: Any) -> Any:
        seen.append(frozenset(known))
        return before(path, timeline, shots, tick, known)

    monkeypatch.setattr(film_faults, "_pictures", looked)
    receipt = read_receipt(film / "film.json")
    assert receipt is not None
    count = len(receipt.shown)
    done(film, redo(Redo(), {1}))
    assert seen == [frozenset(range(3, count + 1))]
    (film / "film.mp4").write_bytes(b"damaged")
    done(film, redo(Redo(), {2}))
    assert seen[1] == frozenset()


def test_a_shot_is_known_only_between_the_same_neighbours() -> None:
    """A stretch across a cut is found again wherever a cut is new."""
    known = cut._known
    assert known(list("abcd"), list("abcd")) == {1, 2, 3, 4}
    assert known(list("abcd"), list("abxd")) == {1}
    assert known(list("abcd"), list("acbd")) == frozenset()
    assert known(list("abcd"), list("xabcd")) == {3, 4, 5}
    assert known([], list("ab")) == frozenset()


def test_what_is_decoded_is_everything_but_the_known() -> None:
    """Title and end always; neighbouring stretches as one."""
    spans = tuple(Span(index=n, start=10 * n, frames=10, line_start=10 * n) for n in range(1, 5))
    timeline = Timeline(fps=24, title_frames=10, spans=spans, end_frames=5, frames=55)
    wanted = film_faults._wanted
    assert [(each.start, each.end) for each in wanted(timeline, ())] == [(0, 55)]
    assert [(each.start, each.end) for each in wanted(timeline, {1, 2, 4})] == [(0, 10), (30, 40), (50, 55)]
    assert film_faults._left_out(timeline, {1, 2, 4}) == 30
