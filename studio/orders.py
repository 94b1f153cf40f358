"""Work orders: one key per piece of work, tied to the session and the shot index. Pure.

An order says what is to be made, from exactly what, and where it will lie. The same brief, plan and pieces give
the same orders in every process, so an order is how a resumed run recognises what is already there.
"""

from __future__ import annotations

import zlib
from collections.abc import Container, Sequence
from dataclasses import dataclass, field

from studio.fingerprint import Ingredient, fingerprint
from studio.model import STAGES, Brief, Receipt, Shot, Stage, Story, Timeline
from studio.ports import Crew, Engine

PLANS: tuple[Stage, ...] = ("story", "scene_graph", "shots", "timeline")
"""Stages whose artefact is a text that people may edit."""

PER_SHOT: tuple[Stage, ...] = ("images", "narration", "videos")
"""Stages that make one piece per shot."""

_PLACES: dict[Stage, str] = {
    "story": "story.json", "scene_graph": "scene_graph.json", "shots": "shots.json", "timeline": "timeline.json",
    "images": "images/shot_{:03d}.png", "narration": "narration/shot_{:03d}.wav", "videos": "videos/shot_{:03d}.mp4",
    "score": "score.wav", "film": "film.mp4",
}  # fmt: skip
assert set(_PLACES) == set(STAGES)

CUT_VERSION = 2
"""Raised when the same clips and sounds would be cut into other bytes."""
TIMELINE_VERSION = 1
"""Raised when the same shots and lines would be laid out otherwise."""


def artefact_path(stage: Stage, index: int = 0) -> str:
    """Return where a piece lies, relative to the session: 'images/shot_003.png'."""
    return _PLACES[stage].format(index)


def receipt_path(path: str) -> str:
    """Return where the receipt of the artefact at `path` lies: beside it, and for plans in `receipts/`."""
    return f"receipts/{path}" if path.endswith(".json") else path.rsplit(".", 1)[0] + ".json"


@dataclass(frozen=True)
class Order:
    """One piece of work.

    `wanted` are the fingerprints that the present plan wants of this stage, by which a person's picture follows
    its shot when shots are inserted; they are no part of the key, nor of what makes two orders equal.
    """

    session_id: str
    stage: Stage
    index: int
    fingerprint: str
    wanted: Container[str] = field(default=(), compare=False)

    @property
    def path(self) -> str:
        """Where the artefact will lie, relative to the session."""
        return artefact_path(self.stage, self.index)

    def key(self, generation: int = 0) -> str:
        """Return the cache key: '<session>/<stage>/<NNN>-<fingerprint>', with '-gN' from the second record on."""
        suffix = f"-g{generation}" if generation else ""
        return f"{self.session_id}/{self.stage}/{self.index:03d}-{self.fingerprint}{suffix}"


def _who(engine: Engine) -> dict[str, Ingredient]:
    return {"engine": engine.engine, "model": engine.model, "version": engine.version}


def story_order(session_id: str, brief: Brief, crew: Crew) -> Order:
    """Order the story: it builds on the idea and on what decides its length and words."""
    wish = brief.wish
    print_ = fingerprint(
        who=_who(crew.writer), idea=brief.idea, style=wish.style, seconds=wish.seconds, fps=wish.fps,
        shot_seconds=wish.shot_seconds, script=wish.script, seed=brief.seed,
        shots=None if wish.prompts is None else len(wish.prompts),
    )  # fmt: skip
    return Order(session_id, "story", 0, print_)


def scene_graph_order(session_id: str, story: Story, brief: Brief, crew: Crew) -> Order:
    """Order the scene graph: it builds on the story as it stands in the file, edited or not."""
    print_ = fingerprint(who=_who(crew.writer), story=story.model_dump_json(), seed=brief.seed)
    return Order(session_id, "scene_graph", 0, print_)


def shots_order(session_id: str, story: Story, graph_json: str, brief: Brief, crew: Crew) -> Order:
    """Order the shot plan: it builds on story, graph, length and the person's own prompts."""
    wish = brief.wish
    print_ = fingerprint(
        who=_who(crew.writer), story=story.model_dump_json(), graph=graph_json, seconds=wish.seconds, fps=wish.fps,
        shot_seconds=wish.shot_seconds, seed=brief.seed,
        prompts=None if wish.prompts is None else tuple(prompt.model_dump_json() for prompt in wish.prompts),
    )  # fmt: skip
    return Order(session_id, "shots", 0, print_)


def image_print(shot: Shot, size: tuple[int, int], crew: Crew) -> str:
    """Return the fingerprint of a shot's picture."""
    return fingerprint(
        who=_who(crew.painter), prompt=shot.image_prompt, width=size[0], height=size[1], seed=shot.seed, take=shot.take
    )


@dataclass(frozen=True)
class _ImagePrints(Container[str]):
    """The fingerprints of all shots' pictures, computed when one is looked for: every shot's order has them."""

    shots: Sequence[Shot]
    size: tuple[int, int]
    crew: Crew

    def __contains__(self, print_: object) -> bool:
        return any(image_print(each, self.size, self.crew) == print_ for each in self.shots)


def image_order(session_id: str, shot: Shot, shots: Sequence[Shot], size: tuple[int, int], crew: Crew) -> Order:
    """Order a shot's picture: prompt, size, seed and take."""
    return Order(session_id, "images", shot.index, image_print(shot, size, crew), _ImagePrints(shots, size, crew))


def take_seed(shot: Shot) -> int:
    """Return the seed that a shot's picture is painted with: the shot's own, and another one for every redo."""
    return (shot.seed + 7_919 * (shot.take - 1)) % 2**31


def line_seed(shot: Shot) -> int:
    """Return the seed that a shot's line is spoken with: the same words sound the same anywhere."""
    return zlib.crc32(shot.narration.encode("utf-8")) % 2**31


def narration_order(session_id: str, shot: Shot, crew: Crew) -> Order:
    """Order a shot's line. The voice's seed is the line's own, so that the same words sound the same anywhere."""
    return Order(session_id, "narration", shot.index, fingerprint(who=_who(crew.narrator), line=shot.narration))


def video_order(
    session_id: str, shot: Shot, frames: int, brief: Brief, crew: Crew, image: Receipt, burned: str
) -> Order:
    """Order a shot's clip: the picture's bytes, the move, the length; `burned` is burned captions' text, or ''."""
    wish = brief.wish
    print_ = fingerprint(
        who=_who(crew.animator), image=image.sha256, camera=shot.camera, motion=shot.motion_prompt, frames=frames,
        fps=wish.fps, width=wish.size[0], height=wish.size[1], seed=shot.seed, burned=burned,
    )  # fmt: skip
    return Order(session_id, "videos", shot.index, print_)


def timeline_order(session_id: str, shots: Sequence[Shot], lines: Sequence[Receipt], brief: Brief) -> Order:
    """Order the timeline: the planned frames and the measured lines, in shot order."""
    print_ = fingerprint(
        version=TIMELINE_VERSION, seconds=brief.wish.seconds, fps=brief.wish.fps,
        shots=tuple((shot.index, shot.frames) for shot in shots), lines=tuple(line.seconds for line in lines),
    )  # fmt: skip
    return Order(session_id, "timeline", 0, print_)


def score_order(session_id: str, timeline: Timeline, mood: str, brief: Brief, crew: Crew) -> Order:
    """Order the score: mood, length and seed."""
    print_ = fingerprint(who=_who(crew.composer), mood=mood, frames=timeline.frames, fps=timeline.fps, seed=brief.seed)
    return Order(session_id, "score", 0, print_)


def film_order(
    session_id: str, brief: Brief, story: Story, shots: Sequence[Shot], timeline: Timeline,
    clips: Sequence[Receipt], lines: Sequence[Receipt], score: Receipt | None,
) -> Order:  # fmt: skip
    """Order the film: the bytes of every clip, line and the score, the titles and captions, and the timeline."""
    wish = brief.wish
    print_ = fingerprint(
        version=CUT_VERSION, title=story.title, size=wish.size, captions=wish.captions, seed=brief.seed,
        timeline=timeline.model_dump_json(), clips=tuple(clip.sha256 for clip in clips),
        lines=tuple(line.sha256 for line in lines), score=score.sha256 if score else None,
        words=tuple((shot.narration, shot.scene) for shot in shots),
        scenes=tuple((scene.id, scene.location) for scene in story.scenes),
    )  # fmt: skip
    return Order(session_id, "film", 0, print_)
