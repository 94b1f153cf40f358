"""The forty ideas by which the offline writer is judged, and transcripts of their films.

    python -m tests.support.texts.ideas [KIND | IDEA]

There are ten ideas of each kind, and five languages among them. A transcript is all that a judge reads: title, places,
hours, emotions, characters, words and pictures, without the code.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping

from blocks.offline.painter.prompt.reader import read_prompt
from blocks.offline.writer.writer import OfflineWriter
from studio.model.brief import Brief, FilmOptions
from studio.model.film import Shot, Story

IDEAS: Mapping[str, tuple[str, ...]] = {
    "tale": (
        "A lonely lighthouse keeper who finds a message in a bottle",
        "a girl must cross the desert to return a stolen star",
        "Two brothers race across Mongolia on horseback",
        "An old robot learns to paint in an abandoned city",
        "A fisherman and a whale grow old together",
        "A baker wakes before dawn to bake bread for a town at war",
        "a young astronaut alone on the moon befriends a stray robot",
        "My grandfather walks into the snow and does not come back",
        "Ein Leuchtturmwärter findet eine Flaschenpost",
        "雪の夜、少女が迷子の狐を家に連れて帰る",
    ),
    "topic": (
        "the history of coffee",
        "the migration of monarch butterflies",
        "quantum computing",
        "volcanoes",
        "the art of silence",
        "honeybees and the flowers they visit",
        "steam trains",
        "Make a documentary about the deep sea",
        "Jazz",
        "la lumière dans les tableaux",
    ),
    "question": (
        "Why do cats purr?",
        "How is glass made?",
        "What happens when we sleep?",
        "Is there life on Mars?",
        "Who invented the alphabet?",
        "where do birds go in winter?",
        "Why is the sky blue?",
        "How deep is the ocean?",
        "What would the world be without music?",
        "¿Por qué brilla la luna?",
    ),
    "portrait": (
        "Venice",
        "Marie Curie",
        "my grandmother's bakery during the war",
        "the library of my childhood",
        "Mount Fuji",
        "the night market in Taipei",
        "Nikola Tesla",
        "an abandoned railway station",
        "my father",
        "Улицы старой Москвы",
    ),
}

SEED = 7
FOREIGN = frozenset(ideas[-1] for ideas in IDEAS.values()) | {IDEAS["tale"][-2]}
"""The ideas in a language that the writer cannot inflect."""


def film_of(idea: str, seed: int = SEED, seconds: float = 40) -> tuple[Story, tuple[Shot, ...]]:
    """Return the story and the shots of an idea, as `film make` plans them."""
    writer = OfflineWriter()
    options = FilmOptions(seconds=seconds)
    brief = Brief(idea=idea, options=options, seed=seed, started_at="2026-01-01T00:00:00.000000", version="0")
    story = writer.write_story(brief)
    return story, writer.plan_shots(story, writer.map_scenes(story, seed), brief)


def transcript(idea: str, seed: int = SEED) -> str:
    """Return the transcript of an idea's film as text; a shot that gets a words card is marked 'words card'."""
    story, shots = film_of(idea, seed)
    rows = [f"# {idea}", f"  {story.title} ({story.language}, {story.mood}, {story.written_by})"]
    for scene in story.scenes:
        who = scene.characters or "-"
        rows.append(f"  {scene.id}. {scene.location} | {scene.emotion} | {who} | {scene.action or '-'}")
        rows.append(f"       {scene.narration!r}")
    for shot in shots:
        reading = read_prompt(shot.image_prompt)
        drawn = "words card" if reading.card else ", ".join(reading.not_drawn)
        rows.append(f"    {shot.index}: {shot.image_prompt.removesuffix(', ' + story.style)} [{drawn}]")
    return "\n".join(rows)


if __name__ == "__main__":
    for kind in sys.argv[1:] or IDEAS:
        print(*(transcript(idea) for idea in IDEAS.get(kind, (kind,))), sep="\n\n", end="\n\n")
