"""The plan of a film that follows its script's times, and the film that is made of it."""

from __future__ import annotations

import json
import random
from itertools import accumulate, pairwise
from pathlib import Path

import av
import pytest

from blocks.offline.crew import offline_crew
from blocks.offline.writer.writer import OfflineWriter
from studio.errors import BadInput
from studio.forecast.forecast import forecast_idea
from studio.input.caption_times import timed_shots
from studio.input.option_checks import film_options
from studio.model.brief import Brief, FilmOptions
from studio.model.film import Shot, Story
from studio.planning.orders import shots_order, story_order, timeline_order
from studio.planning.shot_plan import end_frames, frames_for_shots, shot_count, title_frames
from studio.planning.timeline import lay_out, lengthened_text
from tests.support.films.fake_crew import Log, fake_crew
from tests.support.films.filming import filmed, opened
from tests.support.sampled import sampled
from tests.support.texts.plans import brief_of, shots_of
from tests.support.texts.timed_captions import timed_file

SRT = (
    "1\n00:00:00,500 --> 00:00:02,000\nThe sea is grey.\n\n2\n00:00:04,000 --> 00:00:05,100\nA boat\n\n"
    "3\n00:00:05,540 --> 00:00:07,600\ncomes home.\n\n4\n00:00:12,960 --> 00:00:15,500\nThe lamp is lit.\n"
)


def planned(brief: Brief) -> tuple[Story, tuple[Shot, ...]]:
    writer = OfflineWriter()
    story = writer.write_story(brief)
    return story, writer.plan_shots(story, writer.map_scenes(story, brief.seed), brief)


@sampled("seed", range(8), quick=1)
def test_a_plan_has_the_captions_and_their_frames(seed: int) -> None:
    """Of 40 files each is planned with just its captions, in order, in scenes in order, and as long as its times."""
    draw = random.Random(seed)
    for _ in range(40):
        fps, shot_seconds = draw.choice((24, 25, 30)), draw.choice((1.5, 5.0, 12.0))
        file = timed_file(draw, shot_seconds)
        options = film_options(script=file.text, script_times=True, fps=fps, shot_seconds=shot_seconds)
        story, shots = planned(brief_of(options))
        timed = timed_shots(options)
        assert [(shot.narration, shot.frames) for shot in shots] == [(each.line, each.frames) for each in timed]
        assert len(shots) == shot_count(options)
        assert sum(shot.frames for shot in shots) == frames_for_shots(options)
        numbers = [shot.scene for shot in shots]
        assert sorted(set(numbers)) == [scene.id for scene in story.scenes]
        assert numbers == sorted(numbers)
        timeline = lay_out(shots, [0.0] * len(shots), options)
        assert [span.start for span in timeline.spans] == [each.start for each in timed]
        assert timeline.frames == frames_for_shots(options) + end_frames(options)
        assert lengthened_text(timeline, shots, options) == ""
        assert bool(timeline.end_frames) == (options.seconds >= 30)


def test_edited_words_keep_the_times() -> None:
    """A scene whose words a person changed has them in its own shots; with other scenes all shots share all words."""
    options = film_options(script=SRT, script_times=True)
    story, shots = planned(brief_of(options))
    frames = [shot.frames for shot in shots]
    assert [scene.narration.split("\n") for scene in story.scenes] == [
        ["The sea is grey.", "A boat", "comes home."],
        ["The lamp is lit."],
    ]
    first, second = story.scenes
    edited = story.model_copy(update={"scenes": (first, second.model_copy(update={"narration": "It is dark."}))})
    assert [shot.narration for shot in shots_of(edited, options)] == [
        "The sea is grey.",
        "A boat",
        "comes home.",
        "",
        "It is dark.",
    ]
    joined = story.model_copy(update={"scenes": (first.model_copy(update={"narration": "One. Two. Three. Four."}),)})
    again = shots_of(joined, options)
    assert [shot.narration for shot in again] == ["One.", "Two.", "Three.", "", "Four."]
    assert [shot.frames for shot in again] == frames
    many = tuple(first.model_copy(update={"id": number}) for number in range(1, 6))
    with pytest.raises(BadInput, match="5 scenes, and the script only 4 captions"):
        shots_of(story.model_copy(update={"scenes": many}), options)


def test_a_longer_line_makes_its_shot_longer() -> None:
    """And it is told by how much the film is longer than its captions."""
    options = film_options(script=SRT, script_times=True)
    _, shots = planned(brief_of(options))
    timeline = lay_out(shots, [0.0, 3.0, 0.0, 0.0, 0.0], options)
    assert timeline.spans[1].frames == 92
    assert lengthened_text(timeline, shots, options) == (
        "the film is 2.29 s longer than its captions: some lines need more time than their shots had"
    )


def test_only_a_film_with_times_has_them_in_its_fingerprints() -> None:
    """Without them every order is as it was; with them other times make another plan, though the words are the same."""
    crew = fake_crew(Log())
    free, timed = brief_of(FilmOptions(script=SRT)), brief_of(film_options(script=SRT, script_times=True))
    other = brief_of(film_options(script=SRT.replace("00:00:04,000", "00:00:03,900"), script_times=True))
    assert timed.options.seconds == other.options.seconds
    story, shots = planned(timed)
    assert planned(other)[0] == story

    def prints(brief: Brief) -> list[str]:
        return [
            story_order("s", brief, crew).fingerprint,
            shots_order("s", story, "{}", brief, crew).fingerprint,
            timeline_order("s", shots, (), brief).fingerprint,
        ]

    assert prints(free) == BEFORE
    assert all(one != two for one, two in zip(prints(free), prints(timed), strict=True))
    assert prints(timed)[:2] != prints(other)[:2]
    assert prints(timed)[1] != prints(other)[1]


BEFORE = [
    "798195a0c906f5f3304f6fa99ad186d2fe2a084879718f67cfb946ba5c43624f",
    "21a07af8556f58f4225fb39fb7e4aebd4817abd97a2f1fd66c84275866b05070",
    "fa72272b17ce07f39ba0a51adfbec2257235967af144fc4472889b7724df72ce",
]
"""The fingerprints of story, shots and timeline before a film could follow its script's times."""


@pytest.mark.thorough
def test_a_film_begins_its_clips_at_the_captions_times(tmp_path: Path) -> None:
    """To the frame, in the clips as in the film; `film plan` foretells as many shots."""
    options = film_options(script=SRT, script_times=True, height=144, fps=25, seed=3, shot_seconds=5, music=False)
    assert title_frames(options) == 0
    folder = opened(tmp_path, options)
    filmed(folder, offline_crew())
    clips = sorted((folder / "videos").glob("shot_*.mp4"))
    lengths = [_frames(path) for path in clips]
    starts = [0, *accumulate(lengths)]
    assert starts == [0, 100, 139, 190, 324, 388]
    spans = json.loads((folder / "timeline.json").read_text("utf-8"))["spans"]
    assert [span["start"] for span in spans] == starts[:-1]
    assert _frames(folder / "film.mp4") == starts[-1] == round(options.seconds * 25)
    assert _cuts(folder / "film.mp4", lengths) == starts[1:-1]
    steps = forecast_idea(brief_of(options, seed=3), offline_crew()).steps
    assert sum(step.stage == "videos" for step in steps) == len(clips)


def _frames(path: Path) -> int:
    with av.open(str(path)) as container:
        return sum(1 for _ in container.decode(video=0))


def _cuts(path: Path, lengths: list[int]) -> list[int]:
    """Return the frames at which the picture changes most, as many as there are cuts."""
    with av.open(str(path)) as container:
        lumas = [frame.to_ndarray(format="gray").astype(float) for frame in container.decode(video=0)]
    changes = [abs(after - before).mean() for before, after in pairwise(lumas)]
    most = sorted(range(len(changes)), key=changes.__getitem__)[-(len(lengths) - 1) :]
    return sorted(place + 1 for place in most)
