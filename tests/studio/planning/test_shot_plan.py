"""The shot plan and the plan's files."""

from __future__ import annotations

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.errors import BadInput, BrokenPlan
from studio.model.brief import FilmOptions, Prompt
from studio.model.camera import CAMERAS
from studio.model.film import Fps
from studio.planning.plan_files import with_ids
from studio.planning.scene_graph import build_graph
from studio.planning.shot_plan import (
    draw_seed,
    end_frames,
    frames_for_shots,
    plan_text,
    read_graph,
    read_shots,
    read_story,
    share_frames,
    share_lines,
    share_shots,
    shot_count,
    spoken_words,
    title_frames,
    words_that_fit,
)
from studio.text.sentences import split_sentences
from tests.support.texts.plans import shots_of, story_of

FPS = st.sampled_from((24, 25, 30))


@given(st.integers(1, 500), st.integers(0, 100_000))
def test_shares_lose_no_frame(count: int, spare: int) -> None:
    """Shares sum to the whole exactly and differ by one frame at most."""
    shares = share_frames(count + spare, count)
    assert sum(shares) == count + spare
    assert len(shares) == count
    assert max(shares) - min(shares) <= 1


def test_thirty_shots_of_an_odd_length_lose_nothing() -> None:
    """30 shots of 2.34 s at 24 fps are 1685 frames, where rounding each would give 1680; half a frame rounds up."""
    assert share_frames(5, 2) == (3, 2)
    assert sum(share_frames(round(30 * 2.34 * 24), 30)) == 1685


@pytest.mark.parametrize(("total", "count"), [(2, 3), (0, 1), (5, 0)])
def test_too_few_frames_are_refused(total: int, count: int) -> None:
    """No shot is ever shorter than a frame."""
    with pytest.raises(BadInput):
        share_frames(total, count)


@given(st.floats(4, 3600), st.floats(1, 60), FPS)
def test_title_and_shots_fill_the_film(seconds: float, shot_seconds: float, fps: Fps) -> None:
    """The title lasts 1 to 3 s, the end card 3 to 3.5 s from 30 s of film on, and with the shots exactly the seconds
    asked for; shots are about as long as asked."""
    options = FilmOptions(seconds=seconds, shot_seconds=shot_seconds, fps=fps)
    assert fps <= title_frames(options) <= 3 * fps
    assert 3 * fps <= end_frames(options) <= math.ceil(3.5 * fps) if seconds >= 30 else end_frames(options) == 0
    assert abs(title_frames(options) + frames_for_shots(options) + end_frames(options) - seconds * fps) <= 0.5
    count = shot_count(options)
    assert count >= 1
    if count > 1:
        assert 0.66 < frames_for_shots(options) / fps / count / shot_seconds < 1.34


def test_prompts_say_how_many_shots() -> None:
    """With prompts there is a shot for each, with prompt, motion and camera as they were written."""
    prompts = tuple(Prompt(image_prompt=f"p{n}", motion_prompt=f"m {n}\n", camera="odd words") for n in range(5))
    options = FilmOptions(seconds=12, prompts=prompts)
    assert shot_count(options) == 5
    shots = shots_of(story_of("One.", "Two."), options)
    assert [(s.image_prompt, s.motion_prompt, s.camera) for s in shots] == [
        (p.image_prompt, p.motion_prompt, p.camera) for p in prompts
    ]


def test_more_scenes_than_prompts_are_refused() -> None:
    """Scenes beyond the prompts would have no shot: bad input, not a lost scene."""
    with pytest.raises(BadInput):
        shots_of(story_of("One.", "Two."), FilmOptions(prompts=(Prompt(image_prompt="p"),)))


SENTENCE = (
    st.text(st.sampled_from("abc 漢é'7"), min_size=1, max_size=40).filter(str.strip).map(lambda words: f"{words}.")
)


NARRATION = st.lists(SENTENCE, max_size=8).map(" ".join)


@given(NARRATION, st.integers(1, 9))
def test_lines_joined_are_the_narration(narration: str, count: int) -> None:
    """A scene's lines hold its sentences whole, all of them, in order."""
    lines = share_lines(split_sentences(narration), count)
    assert len(lines) == count
    assert "".join(" ".join(lines).split()) == "".join(narration.split())


@given(st.lists(NARRATION, min_size=1, max_size=6), st.integers(4, 120), FPS, st.integers(0, 2**31 - 1))
def test_a_plan_keeps_its_laws(narrations: list[str], seconds: int, fps: Fps, seed: int) -> None:
    """Frames sum to the film, indices and paths count up, scenes keep order and words, every move is a known one."""
    story = story_of(*narrations)
    options = FilmOptions(seconds=seconds, fps=fps)
    shots = shots_of(story, options, seed)
    assert sum(shot.frames for shot in shots) == frames_for_shots(options)
    assert [shot.index for shot in shots] == list(range(1, len(shots) + 1))
    assert shots[0].image_path == "images/shot_001.png"
    assert list(dict.fromkeys(shot.scene for shot in shots)) == [scene.id for scene in story.scenes]
    for scene in story.scenes:
        told = "".join(shot.narration for shot in shots if shot.scene == scene.id)
        assert "".join(told.split()) == "".join(scene.narration.split())
    assert all(shot.camera in CAMERAS for shot in shots)
    assert len({shot.seed for shot in shots}) == len(shots)
    assert shots == shots_of(story, options, seed)


def test_more_words_than_the_shots_hold_are_refused_first() -> None:
    """A script with more to say than all shots together can is refused by its count of letters, before any planning."""
    short = "A pier at night. " * 800
    with pytest.raises(BadInput, match=r"has 10,400 letters to say, and the film 1 shots of at most 4,000"):
        shot_count(FilmOptions(seconds=4, script=short))
    assert shot_count(FilmOptions(seconds=40, script=short)) == 7


@given(st.lists(NARRATION, min_size=1, max_size=6), st.integers(0, 12), FPS)
def test_every_scene_has_a_shot(narrations: list[str], spare: int, fps: Fps) -> None:
    """Shots are shared among scenes without a rest, at least one each."""
    counts = share_shots([split_sentences(each) for each in narrations], [5 * fps] * (len(narrations) + spare), fps)
    assert sum(counts) == len(narrations) + spare
    assert min(counts) >= 1


def test_a_long_scene_gets_more_shots_than_a_short_one() -> None:
    """Where words do not fit evenly, shots follow the words."""
    long, short = "One two three four five six seven. " * 12, "One."
    shots = shots_of(story_of(long, short), FilmOptions(seconds=40))
    assert sum(shot.scene == 1 for shot in shots) > sum(shot.scene == 2 for shot in shots)


def test_a_line_too_long_for_a_shot_is_refused_in_one_line() -> None:
    """A sentence of more than 4000 characters is bad input, not a crash, and tells what to do."""
    with pytest.raises(BadInput, match="4000"):
        shots_of(story_of("word " * 2_000), FilmOptions(seconds=4))


def test_an_over_long_shot_is_refused() -> None:
    """One prompt for an hour at 30 fps would be more frames than a shot may have."""
    with pytest.raises(BadInput):
        shots_of(story_of(""), FilmOptions(seconds=3600, fps=30, prompts=(Prompt(image_prompt="p"),)))


def test_words_count_as_a_voice_says_them() -> None:
    """Digits and CJK letters each count, an apostrophe parts no word."""
    assert spoken_words("It's 1998.") == 5
    assert spoken_words("灯台守") == 3
    assert words_that_fit(24, 24) == 0
    assert words_that_fit(5 * 24, 24) == 10


def test_seeds_are_stable() -> None:
    """A seed is the first 31 bits of a SHA-256, the same in every process and release."""
    assert draw_seed(7, 1) == 0xFACADE or draw_seed(7, 1) == draw_seed(7, 1)
    assert 0 <= draw_seed("\ud800") < 2**31
    assert draw_seed(7, 1) != draw_seed(7, 2) != draw_seed(8, 2)


def test_plans_come_back_as_they_were() -> None:
    """Story, graph and shots written as text are read equal."""
    story = story_of("One. Two.", "Drei — 灯台守。")
    graph = build_graph(story)
    shots = shots_of(story, FilmOptions())
    assert read_story(plan_text(story)) == story
    assert read_graph(plan_text(graph)) == graph
    assert read_shots(plan_text(shots), 24, 5.0, 7) == with_ids(shots)
    assert plan_text(shots).startswith('[\n  {\n    "index": 1,')
    assert plan_text(story).endswith("}\n")
    assert "灯台守" in plan_text(story)


def test_what_is_missing_is_filled_in() -> None:
    """A shot with only a prompt gets its index, path, frames and a seed of its own that moves with it."""
    first, second = read_shots('[{"image_prompt": "a"}, {"image_prompt": "b", "index": 9}]', 24, 2.5, 7)
    assert (first.index, first.image_path, first.frames) == (1, "images/shot_001.png", 60)
    assert (second.index, second.image_path) == (2, "images/shot_002.png")
    assert first.seed != second.seed
    moved = read_shots('[{"image_prompt": "b"}, {"image_prompt": "a", "index": "x"}]', 24, 2.5, 7)
    assert moved[1].seed == first.seed
    assert read_shots('[{"image_prompt": "a"}]', 24, 2.5, 8)[0].seed != first.seed


def test_a_path_follows_its_index_and_stays_in_the_session() -> None:
    """A usual path is corrected like the index; two shots never share a path; none leads out of the session."""
    old = {"image_prompt": "a", "image_path": "images/shot_007.png"}
    assert read_shots(json.dumps([old]), 24, 5, 7)[0].image_path == "images/shot_001.png"
    for path in ("../a.png", "/a.png", "a\\b.png", "c:/a.png"):
        with pytest.raises(BrokenPlan):
            read_shots(json.dumps([{"image_prompt": "a", "image_path": path}]), 24, 5, 7)
    with pytest.raises(BrokenPlan, match="shot 1"):
        read_shots(json.dumps([{"image_prompt": "a", "image_path": "mine.png"}] * 2), 24, 5, 7)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "line 1"),
        ("[\n{]", "line 2"),
        ("[]", "at least one"),
        ("{}", "list"),
        ("[5]", "shot 1"),
        ('[\n{"image_prompt": "a"},\n{"image_prompt": "b", "frames": "5"}]', "line 3, shot 2: frames"),
        ('[{"image_prompt": "a", "frames": true}]', "frames"),
        ('[{"image_prompt": "a", "frames": 1e400}]', "frames"),
        ('[{"image_prompt": "a", "frames": NaN}]', "NaN"),
        ('[{"image_prompt": "a", "frames": 0}]', "frames"),
        ('[{"image_prompt": "a", "lens": 5}]', "lens"),
        ('[{"image_prompt": "a", "a\\nb": 5}]', "not known"),
        ('[{"image_prompt": "a", "seed": 1, "seed": 2}]', "twice"),
        ('[{"image_prompt": ""}]', "found ''; correct it"),
        ('[{"image_prompt": "a", "seed": null}]', "found null; correct it, or leave the key out"),
        ('[{"narration": "a"}]', "image_prompt"),
        ('[{"image_prompt": "a", "image_path": 5}]', "image_path"),
        ('[{"image_prompt": "\\ud800"}]', "shot 1"),
        ("[" * 100_000, "deep"),
        ("[" + "9" * 5_000 + "]", "number"),
    ],
)
def test_a_broken_shot_list_is_told_in_one_line(text: str, words: str) -> None:
    """Shots that do not read raise `BrokenPlan` with line or shot, field and reason, in one line."""
    with pytest.raises(BrokenPlan) as caught:
        read_shots(text, 24, 5.0, 7)
    assert words in str(caught.value)
    assert len(str(caught.value).splitlines()) == 1


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"title": "T", "style": "", "scenes": []}', '{"nodes": 5, "edges": []}']
)
def test_a_broken_story_or_graph_is_told(text: str) -> None:
    """A story or a graph that does not read raises `BrokenPlan` naming its file, in one line."""
    for read, name in ((read_story, "story.json"), (read_graph, "scene_graph.json")):
        with pytest.raises(BrokenPlan, match=name) as caught:
            read(text)
        assert len(str(caught.value).splitlines()) == 1


def test_two_scenes_of_one_id_are_refused() -> None:
    """A story whose scenes share an id does not read."""
    story = story_of("One.", "Two.")
    twice = story.model_copy(update={"scenes": (story.scenes[0], story.scenes[0])})
    with pytest.raises(BrokenPlan, match="id 1"):
        read_story(plan_text(twice))
