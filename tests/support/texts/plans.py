"""Stories and briefs for tests of the shot plan."""

from __future__ import annotations

from studio.model.brief import Brief, FilmOptions
from studio.model.film import Scene, Shot, Story
from studio.planning.scene_graph import build_graph
from studio.planning.shot_plan import plan_shots


def brief_of(options: FilmOptions, seed: int = 7) -> Brief:
    return Brief(idea="a keeper", options=options, seed=seed, started_at="2026-01-01T00:00:00.000000", version="0")


def story_of(*narrations: str) -> Story:
    scenes = tuple(
        Scene(id=number, location="a shore", characters="Anna", action="walks", emotion="still", narration=words)
        for number, words in enumerate(narrations, start=1)
    )
    return Story(title="T", style="plain", scenes=scenes)


def shots_of(story: Story, options: FilmOptions, seed: int = 7) -> tuple[Shot, ...]:
    return plan_shots(story, build_graph(story), brief_of(options, seed))
