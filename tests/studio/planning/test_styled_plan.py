"""A style's pace, moves and sizes are those of its shots, whatever the film's length; its words end every prompt."""

from __future__ import annotations

import random
from itertools import pairwise
from typing import get_args

from blocks.offline.crew import offline_crew
from studio.input.styles import parse_style
from studio.model.brief import Brief, FilmOptions
from studio.model.camera import CAMERAS
from studio.model.film import Shot
from studio.model.style import ShotSize
from studio.planning.image_prompts import part_style
from studio.planning.shot_plan import frames_for_shots, shot_count
from tests.support.sampled import sampled

SIZES = get_args(ShotSize)
WORDS = {"wide": "wide shot", "medium": "medium shot", "close": "close-up"}


def options_of(settings: str, seconds: float) -> FilmOptions:
    text = f"---\ntitle: T\nsettings: {{{settings}}}\n---\n## Picture\n\nThick ink. A book, a train.\n"
    parse_style(text)
    return FilmOptions(seconds=seconds, height=144, style="x", style_text=text)


def shots_of(options: FilmOptions, seed: int) -> tuple[Shot, ...]:
    brief = Brief(idea="A fox waits for the ferry", options=options, seed=seed, started_at="", version="")
    writer = offline_crew().writer
    story = writer.write_story(brief)
    return writer.plan_shots(story, writer.map_scenes(story, seed), brief)


@sampled("seed", range(10))
def test_only_a_style_s_moves_and_sizes_are_used(seed: int) -> None:
    """Of drawn styles and lengths: no other move or size, none twice in a row if there are two, no frame lost."""
    dice = random.Random(seed)
    for _ in range(20):
        moves = dice.sample(CAMERAS, dice.randint(1, 4))
        sizes = dice.sample(SIZES, dice.randint(1, 3))
        options = options_of(
            f"moves: [{', '.join(moves)}], sizes: [{', '.join(sizes)}]", dice.choice((8.0, 21.0, 60.0))
        )
        shots = shots_of(options, dice.randrange(99))
        assert {shot.camera for shot in shots} <= {*moves}
        found = [next(size for size in SIZES if shot.image_prompt.startswith(WORDS[size])) for shot in shots]
        assert {*found} <= {*sizes}
        if len(sizes) > 1:
            assert all(one != other for one, other in pairwise(found))
        if len(moves) > 1:
            assert all(one.camera != other.camera for one, other in pairwise(shots))
        assert sum(shot.frames for shot in shots) == frames_for_shots(options)


def test_the_pace_is_the_length_of_the_shots() -> None:
    """A pace of a half makes twice as many shots, of two half as many; of one as many as ever."""
    plain = shot_count(FilmOptions(seconds=120))
    for pace in (0.25, 0.5, 1.0, 2.0, 4.0):
        count = shot_count(options_of(f"pace: {pace}", 120))
        assert abs(count - plain / pace) <= max(1, 0.1 * count)


def test_every_prompt_ends_with_the_style() -> None:
    """It is a sentence of its own, and what comes before says nothing of it."""
    for shot in shots_of(options_of("pace: 1", 40), 3):
        shown, style = part_style(shot.image_prompt)
        assert style == "Thick ink. A book, a train"
        assert shown
        assert "ink" not in shown
