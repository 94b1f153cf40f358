"""The timeline: no shot shorter than its line, no frame lost, and an edited one that still fits its shots."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.errors import BrokenPlan
from studio.model.brief import FilmOptions
from studio.model.film import Shot
from studio.planning.plan_files import read_timeline
from studio.planning.shot_plan import end_frames, frames_for_shots, title_frames
from studio.planning.timeline import LEAD_SECONDS, TAIL_SECONDS, check_timeline, lay_out, lengthened_text


def shots_of(frames: list[int]) -> tuple[Shot, ...]:
    return tuple(Shot(index=n, image_prompt="p", frames=count, seed=n) for n, count in enumerate(frames, start=1))


@given(st.lists(st.tuples(st.integers(1, 500), st.floats(0, 30)), min_size=1, max_size=20))
def test_no_line_is_cut_and_no_frame_lost(plan: list[tuple[int, float]]) -> None:
    """A shot is as long as planned, longer only for its own line; spans lie end to end after the title."""
    options = FilmOptions(seconds=20)
    timeline = lay_out(shots_of([frames for frames, _ in plan]), [seconds for _, seconds in plan], options)
    at = timeline.title_frames
    assert at == title_frames(options)
    for span, (planned, seconds) in zip(timeline.spans, plan, strict=True):
        assert span.start == at
        assert span.frames >= planned
        assert not seconds or span.frames / options.fps >= LEAD_SECONDS + seconds + TAIL_SECONDS - 1e-9
        assert (
            span.frames == planned
            or span.frames / options.fps < LEAD_SECONDS + seconds + TAIL_SECONDS + 1 / options.fps
        )
        at += span.frames
    assert timeline.frames == at + timeline.end_frames
    assert bool(timeline.end_frames) == (at >= 30 * 24)


def test_the_end_card_lies_behind_the_shots_and_within_the_asked_length() -> None:
    """A film whose shots leave it room has an end card, however its shots were changed since; a short one has none."""
    options = FilmOptions(seconds=40)
    planned = shots_of([400, frames_for_shots(options) - 400])
    timeline = lay_out(planned, [0, 0], options)
    assert timeline.end_frames == end_frames(options) == 84
    assert timeline.frames == 40 * 24
    assert timeline.spans[-1].start + timeline.spans[-1].frames == timeline.frames - 84
    more = shots_of([400, frames_for_shots(options) - 400, 48])
    assert lay_out(more, [0, 0, 0], options).end_frames == 84
    assert lengthened_text(lay_out(more, [0, 0, 0], options), more, options).startswith(
        "the film is 2.00 s longer than asked: its"
    )
    assert lay_out(shots_of([48]), [0], FilmOptions(seconds=12)).end_frames == 0


def test_a_plan_of_before_there_were_end_cards_stays_as_it_was() -> None:
    """Where the shots fill the film there is no end card, and the timeline's text does not name one."""
    options = FilmOptions(seconds=40)
    filled = shots_of([40 * 24 - title_frames(options)])
    timeline = lay_out(filled, [0], options)
    assert timeline.end_frames == 0
    assert timeline.frames == 40 * 24
    assert "end_frames" not in timeline.model_dump_json()
    assert read_timeline(timeline.model_dump_json()) == timeline
    ended = lay_out(shots_of([48]), [0], options)
    assert read_timeline(ended.model_dump_json()) == ended


ADDED = "its shots are planned 3.00 s longer, because some were added or given more frames"
LINES = "some lines need more time than their shots had"


@pytest.mark.parametrize(
    ("more", "line_seconds", "said"),
    [
        (0, 0.0, ""),
        (1, 0.0, ""),
        (72, 0.0, f"the film is 3.00 s longer than asked: {ADDED}"),
        (0, 9.2, f"the film is 5.00 s longer than asked: {LINES}"),
        (72, 9.2, f"the film is 8.00 s longer than asked: {ADDED} and {LINES}"),
        (-72, 9.2, f"the film is 2.00 s longer than asked: {LINES}"),
    ],
)
def test_why_a_film_is_longer_is_told_by_what_made_it_so(more: int, line_seconds: float, said: str) -> None:
    """Shots that a person added or lengthened, lines that need more than their shots had, or both; never the other."""
    options = FilmOptions(seconds=10)
    left = 240 - title_frames(options) - 120
    shots = shots_of([120, left + more] if more <= 1 else [120, left, more])
    timeline = lay_out(shots, [line_seconds, *[0.0] * (len(shots) - 1)], options)
    assert lengthened_text(timeline, shots, options) == said


def test_a_timeline_that_a_person_made_longer_is_called_so() -> None:
    """Neither shots nor lines are blamed for its frames."""
    options = FilmOptions(seconds=10)
    shots = shots_of([240 - title_frames(options)])
    timeline = lay_out(shots, [0.0], options)
    assert lengthened_text(timeline.model_copy(update={"frames": 288}), shots, options).endswith(
        "asked: timeline.json says so"
    )


def test_a_film_that_grew_has_an_end_card() -> None:
    """Asked for shorter than films with an end card, a film of 30 s or more has one all the same, and why is told."""
    options = FilmOptions(seconds=20)
    shots = shots_of([20 * 24 - title_frames(options)])
    grown = lay_out(shots, [35.0], options)
    assert grown.end_frames == end_frames(FilmOptions(seconds=(grown.frames - grown.end_frames) / 24)) > 0
    assert lengthened_text(grown, shots, options).endswith(f"{LINES} and at this length it has an end card")
    more = [*shots, *shots_of([11 * 24])]
    assert lay_out(more, [0.0, 0.0], options).end_frames == 74
    assert lay_out(shots, [25.0], options).end_frames == 0
    check_timeline(grown, shots)


def test_a_longer_end_card_is_called_so() -> None:
    """An end card that a person lengthened is no shot that was added."""
    options = FilmOptions(seconds=40)
    shots = shots_of([frames_for_shots(options)])
    laid = lay_out(shots, [0.0], options)
    longer = laid.model_copy(update={"end_frames": laid.end_frames + 72, "frames": laid.frames + 72})
    check_timeline(longer, shots)
    assert lengthened_text(longer, shots, options) == (
        "the film is 3.00 s longer than asked: timeline.json gives it a longer end card"
    )


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"end_frames": 10_000}, r"'frames' is 960, and .* are 10876: write that"),
        ({"frames": 10_000}, r"'frames' is 10000, and .* are 960: write that"),
        ({"title_frames": 0}, r"shot 1 has 'start' 72, and what is before it ends at 0: write 0"),
    ],
)
def test_a_timeline_that_does_not_add_up_is_told_by_key(change: dict[str, int], said: str) -> None:
    """An edit of one length without the others stops the run in one line, which says what to write."""
    options = FilmOptions(seconds=40)
    shots = shots_of([frames_for_shots(options)])
    with pytest.raises(BrokenPlan, match=said):
        check_timeline(lay_out(shots, [0.0], options).model_copy(update=change), shots)


def test_an_edited_timeline_of_other_shots_is_told() -> None:
    """A timeline that was edited, and is kept though a shot was inserted, stops the run in words."""
    two, three = shots_of([24, 24]), shots_of([24, 24, 24])
    timeline = lay_out(two, [0, 0], FilmOptions())
    check_timeline(timeline, two)
    with pytest.raises(BrokenPlan, match=r"2 spans.*3 shots.*delete the file"):
        check_timeline(timeline, three)
