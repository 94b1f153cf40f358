"""A film that follows its script's times: shots begin where captions begin, and what has no times is refused."""

from __future__ import annotations

import math
import random
from fractions import Fraction

import pytest

from studio.errors import BadInput
from studio.input.caption_times import timed_shots, times_line
from studio.input.option_checks import changed_options, film_options, other_length, part_of_options
from studio.input.script import parse_script
from studio.model.brief import FilmOptions
from tests.support.sampled import sampled
from tests.support.texts.plans import brief_of
from tests.support.texts.timed_captions import timed_file

SRT = (
    "1\n00:00:00,500 --> 00:00:02,000\nThe sea is grey.\n\n2\n00:00:02,500 --> 00:00:04,000\nA boat comes\nhome.\n\n"
    "3\n00:00:12,000 --> 00:00:13,500\nThe lamp is lit.\n"
)


def frame_at(seconds: float, fps: int) -> int:
    """Return the frame nearest to a time that a file gives in thousandths; a half is rounded up."""
    return math.floor(Fraction(f"{seconds:.6f}") * fps + Fraction(1, 2))


def captioned(*captions: tuple[str, str, str]) -> str:
    """Return an SRT file of (start, end, words)."""
    return "\n\n".join(f"{n}\n{begin} --> {end}\n{words}" for n, (begin, end, words) in enumerate(captions, start=1))


@sampled("seed", range(8), quick=1)
def test_a_shot_begins_where_its_caption_begins(seed: int) -> None:
    """Of 100 files each gives a shot for each caption and for each part of a pause, end to end, to the frame."""
    draw = random.Random(seed)
    for _ in range(100):
        fps, shot_seconds = draw.choice((24, 25, 30)), draw.choice((1.0, 2.5, 5.0, 12.0))
        file = timed_file(draw, shot_seconds)
        options = film_options(script=file.text, script_times=True, fps=fps, shot_seconds=shot_seconds)
        shots = timed_shots(options)
        assert [shot.line for shot in shots] == file.lines, file.text
        starts, end = [frame_at(start, fps) for start in file.starts], frame_at(file.end, fps)
        assert [shot.start for shot in shots] == starts, file.text
        ends = [*starts[1:], end]
        assert [shot.start + shot.frames for shot in shots] == ends, file.text
        assert options.seconds == pytest.approx(file.end)


def test_pauses_have_shots_of_their_own() -> None:
    """A pause of 8 s is two shots of about 5 s without a line, which is told with the film's length."""
    options = film_options(script=SRT, script_times=True, seconds=30)
    assert [(shot.line, shot.start, shot.frames) for shot in timed_shots(options)] == [
        ("The sea is grey.", 0, 60),
        ("A boat comes home.", 60, 36),
        ("", 96, 96),
        ("", 192, 96),
        ("The lamp is lit.", 288, 36),
    ]
    assert times_line(options) == (
        "the film follows its script's times: 5 shots, 2 of them pauses, 13.5 s without an end card"
    )
    assert other_length(30, options) == "the captions' times make the film 13.5 s long, not 30: --seconds is not used"
    assert other_length(13.5, options) == "" == times_line(film_options(script=SRT))


def test_captions_that_begin_together_share_a_shot() -> None:
    """Two that begin within a frame are one shot; a film lasts four seconds at least."""
    both = captioned(("0:00:00,000", "0:00:01,000", "One."), ("0:00:00,010", "0:00:01,500", "Two."))
    assert [tuple(shot) for shot in timed_shots(film_options(script=both, script_times=True))] == [("One. Two.", 0, 96)]


def test_roll_up_captions_are_shown_as_long_as_they_stay() -> None:
    """A line that a caption only repeats is said once, and makes no pause."""
    text = captioned(
        ("0:00:00,000", "0:00:02,000", "the sea"),
        ("0:00:02,000", "0:00:09,000", "the sea"),
        ("0:00:09,000", "0:00:10,000", "the sea\nis wide."),
    )
    shots = timed_shots(film_options(script=text, script_times=True, shot_seconds=3))
    assert [(shot.line, shot.start) for shot in shots] == [("the sea", 0), ("is wide.", 216)]


@sampled("seed", range(20), quick=2)
def test_captions_without_full_stops_can_be_told(seed: int) -> None:
    """However long speech goes on without one, each caption has its shot."""
    draw = random.Random(seed)
    words = [
        f"word{number} and so on {'more ' * draw.randrange(9)}".strip() for number in range(draw.randrange(2, 700))
    ]
    if draw.random() < 0.5:
        words = [f"{each}{draw.choice(('', '', '', '', '.'))}" for each in words]
    times = [(f"0:{at // 60:02}:{at % 60:02},0", f"0:{at // 60:02}:{at % 60:02},9") for at in range(len(words))]
    text = captioned(*((begin, end, said) for (begin, end), said in zip(times, words, strict=True)))
    shots = timed_shots(film_options(script=text, script_times=True))
    assert [shot.line for shot in shots][: len(words)] == words
    told = " ".join(scene.narration for scene in parse_script(text)).split()
    assert told == " ".join(words).split()


REFUSED = {
    "no script": ({}, "there is no script"),
    "prose": ({"script": "The sea is grey."}, "the script has no times"),
    "times in brackets": ({"script": "[0:10-0:20] Narrator: It is late."}, "the script has no times"),
    "times that go back": (
        {"script": captioned(("0:00:05,0", "0:00:06,0", "One."), ("0:00:01,0", "0:00:02,0", "Two."))},
        "the caption at 0:00:01.0 begins before the one above it",
    ),
    "an end before its beginning": (
        {"script": captioned(("0:00:05,0", "0:00:04,0", "One."))},
        "the caption at 0:00:05.0 ends before it begins",
    ),
    "an hour too late": (
        {"script": captioned(("1:00:01,0", "1:00:02,0", "One."))},
        "the captions end after 1:00:02.0",
    ),
    "a caption too long to say": (
        {"script": captioned(("0:00:01,0", "0:00:02,0", "It is late. " * 1_000))},
        "the caption at 0:00:00.0 has 11,999 characters",
    ),
    "another number of prompts": (
        {"script": SRT, "prompts": [{"image_prompt": "a lamp"}]},
        "the captions make 5 shots, and there are 1 prompts",
    ),
}


@pytest.mark.parametrize("kind", REFUSED)
def test_what_has_no_usable_times_is_refused(kind: str) -> None:
    """In one line that says what to do."""
    options, reason = REFUSED[kind]
    with pytest.raises(BadInput) as refused:
        film_options(**options, script_times=True)
    assert str(refused.value).startswith(f"--script-times: {reason}")
    assert "\n" not in str(refused.value)


def test_a_session_keeps_the_length_of_its_captions() -> None:
    """Another length is no contradiction, another script gives another length, and without times it may be any."""
    brief = brief_of(film_options(script=SRT, script_times=True))
    assert brief.options.seconds == 13.5
    assert changed_options(brief, {"seconds": 30}, apply=False, session_id="s") == brief.options
    assert changed_options(brief, {"script_times": True}, apply=False, session_id="s") == brief.options
    longer = captioned(("0:00:01,0", "0:00:21,0", "One."))
    assert changed_options(brief, {"script": longer}, apply=True, session_id="s").seconds == 21
    free = changed_options(brief, {"script_times": False, "seconds": 30.0}, apply=True, session_id="s")
    assert (free.script_times, free.seconds) == (False, 30)
    assert part_of_options(script_times=True).script is None


def test_a_brief_without_times_is_filed_as_before() -> None:
    """The key is in the brief only while it is true."""
    assert "script_times" not in brief_of(FilmOptions(script=SRT)).model_dump_json()
    timed = brief_of(film_options(script=SRT, script_times=True))
    assert '"script_times":true' in timed.model_dump_json()
    assert type(timed).model_validate_json(timed.model_dump_json()) == timed
