"""The timeline: no shot shorter than its line, no frame lost, and an edited one that still fits its shots."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.errors import BrokenPlan
from studio.model import Shot, Wish
from studio.plan import title_frames
from studio.timeline import LEAD_SECONDS, TAIL_SECONDS, check_laid, lay_out


def shots_of(frames: list[int]) -> tuple[Shot, ...]:
    return tuple(Shot(index=n, image_prompt="p", frames=count, seed=n) for n, count in enumerate(frames, start=1))


@given(st.lists(st.tuples(st.integers(1, 500), st.floats(0, 30)), min_size=1, max_size=20))
def test_no_line_is_cut_and_no_frame_lost(plan: list[tuple[int, float]]) -> None:
    """A shot is as long as planned, longer only for its own line; spans lie end to end after the title."""
    wish = Wish(seconds=20)
    timeline = lay_out(shots_of([frames for frames, _ in plan]), [seconds for _, seconds in plan], wish)
    at = timeline.title_frames
    assert at == title_frames(wish)
    for span, (planned, seconds) in zip(timeline.spans, plan, strict=True):
        assert span.start == at
        assert span.frames >= planned
        assert not seconds or span.frames / wish.fps >= LEAD_SECONDS + seconds + TAIL_SECONDS - 1e-9
        assert span.frames == planned or span.frames / wish.fps < LEAD_SECONDS + seconds + TAIL_SECONDS + 1 / wish.fps
        at += span.frames
    assert timeline.frames == at


def test_an_edited_timeline_of_other_shots_is_told() -> None:
    """A timeline that was edited, and is kept though a shot was inserted, stops the run in words."""
    two, three = shots_of([24, 24]), shots_of([24, 24, 24])
    timeline = lay_out(two, [0, 0], Wish())
    check_laid(timeline, two)
    with pytest.raises(BrokenPlan, match=r"2 spans.*3 shots.*delete the file"):
        check_laid(timeline, three)
