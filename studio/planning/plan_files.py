"""Write and read the text of the plans: story, scene graph, shots and timeline, also after a person edited them.

No file is opened here: text comes in and goes out. The error for a wrong file names the place and the reason.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from pathlib import PurePosixPath
from typing import TypeVar

from pydantic import JsonValue, ValidationError

from studio.errors import BrokenPlan
from studio.fs.safe_open import SHOTS
from studio.model.brief import Brief
from studio.model.film import STORY_EXTRAS, SceneGraph, Shot, Stage, Story, Timeline
from studio.model.frozen_model import FrozenModel
from studio.text.strict_json import NotJson, first_fault, item_lines, read_json, read_model
from studio.text.wrong_values import wrong_values

N = TypeVar("N", bound=FrozenModel)

_OWN_PATH = re.compile(r"^images/shot_[0-9]{3,}\.png$")


def image_path(index: int) -> str:
    """Return the path of the picture of shot `index` (1-based), relative to the session."""
    return f"images/shot_{index:03d}.png"


def draw_seed(*parts: int | str) -> int:
    """Return a seed in [0, 2**31) from `parts`: the first 31 bits of the SHA-256 of their texts, joined by ':'."""
    digest = hashlib.sha256(":".join(str(part) for part in parts).encode("utf-8", "surrogatepass")).digest()
    return int.from_bytes(digest[:4], "big") >> 1


def plan_text(plan: Story | SceneGraph | Sequence[Shot]) -> str:
    """Return the canonical JSON text of a plan, ending with a newline; shots are a bare list, `index` first."""
    value = (
        plan.model_dump(mode="json")
        if isinstance(plan, FrozenModel)
        else [shot.model_dump(mode="json") for shot in plan]
    )
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"


def read_story(text: str) -> Story:
    """Return the story of `story.json`.

    Raises:
        BrokenPlan: the text is not a story, or two scenes have the same id.
    """
    story = _read(Story, text, "story.json")
    seen: dict[int, int] = {}
    for place, scene in enumerate(story.scenes, start=1):
        if scene.id in seen:
            raise BrokenPlan(f"story.json: scenes {seen[scene.id]} and {place} both have the id {scene.id}; change one")
        seen[scene.id] = place
    return story


def tale_of(story: Story, titled: str | None) -> Story:
    """Return the part of the story that the other plans are made from: without what directs the film.

    Args:
        titled: the title that they were made for, if a person changed it since: another title changes no shot.
    """
    usual = {name: Story.model_fields[name].default for name in STORY_EXTRAS}
    return story.model_copy(update={**usual, "title": titled or story.title})


def read_graph(text: str) -> SceneGraph:
    """Return the graph of `scene_graph.json`; `studio.planning.scene_graph.check_graph` checks that it fits the story.

    Raises:
        BrokenPlan: the text is not a scene graph.
    """
    return _read(SceneGraph, text, "scene_graph.json")


@lru_cache(maxsize=2)
def read_shots(text: str, fps: int, shot_seconds: float, seed: int) -> tuple[Shot, ...]:
    """Return the shots of `shots.json`, with missing keys filled in.

    The index always follows from the place in the list, and so does an `image_path` of the usual form; missing frames
    are `shot_seconds` long; a missing seed is drawn from `seed` and the prompt, so that it moves with its shot. The
    result is cached, because a plan is read once to validate it and once to use it.

    Raises:
        BrokenPlan: the text is not a list of shots; the message names line, shot and field.
    """
    items = _json(text, "shots.json")
    if not isinstance(items, list) or not items:
        raise BrokenPlan("shots.json: expected a JSON list with at least one shot; put the shots between [ and ]")
    if len(items) > SHOTS:
        raise BrokenPlan(f"shots.json: {len(items):,} shots, the longest film has {SHOTS:,}: take some out")
    shots: list[Shot] = []
    paths: dict[str, int] = {}
    for index, (line, item) in enumerate(zip(item_lines(text), items, strict=True), start=1):
        place = f"shots.json, line {line}, shot {index}"
        if not isinstance(item, dict):
            raise BrokenPlan(f"{place}: expected an object between {{ and }}")
        try:
            shot = read_model(Shot, _filled(item, index, round(shot_seconds * fps), seed))
        except ValidationError as error:
            wrong = wrong_values(error)[0].place[:1]
            way_out = "correct it" if wrong in {(), ("image_prompt",)} else "correct it, or leave the key out"
            raise BrokenPlan(f"{place}: {first_fault(error, Shot)}; {way_out}") from error
        if not _stays_inside(shot.image_path):
            raise BrokenPlan(f"{place}: image_path {shot.image_path!r} leaves the session; leave the key out")
        if shot.image_path in paths:
            other = paths[shot.image_path]
            raise BrokenPlan(f"{place}: image_path {shot.image_path!r} is that of shot {other}; leave the key out")
        paths[shot.image_path] = index
        shots.append(shot)
    return with_ids(shots)


def with_ids(shots: Sequence[Shot]) -> tuple[Shot, ...]:
    """Return the shots with an id each: its own, or one from its seed; the second shot with an id gets another.

    A plan as a crew writes it has no ids. Those from the seeds stay the same while shots come, go and move.
    """
    own = {shot.id for shot in shots if shot.id}
    used: set[str] = set()
    found: list[Shot] = []
    for shot in shots:
        base = shot.id or f"{shot.seed:08x}"
        name, number = base, 1
        while name in used or (name in own and name != shot.id):
            number += 1
            name = f"{base[:32]}-{number}"
        used.add(name)
        found.append(shot if shot.id == name else shot.model_copy(update={"id": name}))
    return tuple(found)


def read_timeline(text: str) -> Timeline:
    """Return the timeline of `timeline.json`.

    Raises:
        BrokenPlan: the text is not a timeline; the message names the key and the reason.
    """
    try:
        return Timeline.model_validate_json(text)
    except ValidationError as error:
        raise BrokenPlan(
            f"timeline.json: {first_fault(error, Timeline)}; delete the file to have it laid out again"
        ) from error


def reader(brief: Brief) -> Callable[[Stage, str], object]:
    """Return the function that reads this brief's plans: (stage, text) -> the model; it may raise `BrokenPlan`."""

    def read(stage: Stage, text: str) -> object:
        match stage:
            case "story":
                return read_story(text)
            case "scene_graph":
                return read_graph(text)
            case "shots":
                return read_shots(text, brief.options.fps, brief.options.shot_seconds, brief.seed)
            case _:
                return read_timeline(text)

    return read


def _filled(item: dict[str, JsonValue], index: int, frames: int, seed: int) -> dict[str, JsonValue]:
    prompt = hashlib.sha256(str(item.get("image_prompt", "")).encode("utf-8", "surrogatepass")).hexdigest()
    path = item.get("image_path", "")
    own = path == "" or (isinstance(path, str) and _OWN_PATH.match(path))
    defaults: dict[str, JsonValue] = {"frames": max(1, frames), "seed": draw_seed(seed, prompt)}
    return {**defaults, **item, "index": index, "image_path": image_path(index) if own else path}


def _stays_inside(path: str) -> bool:
    parts = PurePosixPath(path).parts
    return not path.startswith("/") and ".." not in parts and not re.search(r"[\\:\x00-\x1f]", path)


def _json(text: str, name: str) -> JsonValue:
    try:
        return read_json(text)
    except NotJson as error:
        raise BrokenPlan(f"{name} is not JSON: {error}; correct it, or delete the file to have it made anew") from error


def _read(noun: type[N], text: str, name: str) -> N:
    try:
        return read_model(noun, _json(text, name))
    except ValidationError as error:
        raise BrokenPlan(
            f"{name}: {first_fault(error, noun)}; correct it, or delete the file to have it made anew"
        ) from error
