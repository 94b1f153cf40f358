"""Sessions that another program wrote: adopted on request, never before.

What that program wrote is kept under `takes/foreign/`; what we can use is put where ours lies.
"""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

from studio import files
from studio.briefs import write_brief
from studio.errors import BadInput
from studio.facts import Facts, read_facts
from studio.fingerprint import fingerprint
from studio.model import DEFAULT_STYLE, IDEA_CHARACTERS, Brief, Wish

_REPLACED = ("scene_graph.json", "timeline.json", "score.wav", "film.mp4", "film.srt", "film.vtt")
_SCENE_KEYS = ("location", "characters", "action", "emotion", "narration")


def adopt_foreign(folder: Path, wish: Wish) -> None:
    """Make a foreign session ours: a brief, plans in our form, pictures under our names. The caller holds its lock.

    Its pictures are taken as put there by hand. Its clips and film go to `takes/foreign/`: they are made again from the
    pictures, in this film's size, rate and length. The brief is written last, so that a crash half way leaves the
    session foreign, and adopting it again goes on.

    Raises:
        BadInput: it holds no idea and no plan, so there is nothing to go on with.
    """
    facts = read_facts(folder)
    if facts is None or not (facts.idea or facts.shots):
        raise BadInput(f"{folder.name} holds no idea and no shots: there is nothing to go on with")
    title = facts.title.strip() or facts.idea.strip()[:60] or folder.name
    scenes = _scenes(folder)
    shots = [_shot(number, facts, scenes) for number in range(1, len(facts.shots) + 1)]
    for name in _REPLACED:
        _keep(folder, folder / name)
    _keep(folder, folder / "story.json", also_here=bool(scenes))
    if scenes:
        story = {"title": title, "style": DEFAULT_STYLE, "scenes": scenes, "written_by": "another program"}
        files.write_json(folder / "story.json", story)
    if shots:
        _keep(folder, folder / "shots.json", also_here=True)
        files.write_json(folder / "shots.json", shots)
    for shot in facts.shots:
        place = folder / f"images/shot_{shot.index:03d}.png"
        if shot.image is not None and folder / shot.image.path != place:
            files.keep_link(folder / shot.image.path, place)
        if shot.clip is not None:
            _keep(folder, folder / shot.clip.path)
    idea = (facts.idea.strip() or title)[:IDEA_CHARACTERS]
    started = facts.started_at or datetime.strptime(folder.name, "session_%Y%m%d_%H%M%S").isoformat()
    seed = int(fingerprint(session=folder.name)[:8], 16) % 2**31
    brief = Brief(idea=idea, wish=wish, seed=seed, started_at=started, version="adopted")
    write_brief(folder, brief)


def _scenes(folder: Path) -> list[dict[str, object]]:
    """Return the scenes of a foreign story, as far as they read; a half-adopted session's story is already ours."""
    for path in (folder / "takes/foreign/story.json", folder / "story.json"):
        try:
            story = json.loads(files.read_or_none(path) or b"null")
        except ValueError:
            continue
        found = story.get("scenes") if isinstance(story, dict) else None
        if isinstance(found, list) and found:
            return [
                {"id": number, **{key: str(scene.get(key) or "") for key in _SCENE_KEYS}}
                for number, scene in enumerate((s for s in found if isinstance(s, dict)), start=1)
            ]
    return []


def _shot(number: int, facts: Facts, scenes: list[dict[str, object]]) -> dict[str, object]:
    """Return a shot in our form. Scenes are spread evenly over the shots; the first shot of each speaks."""
    shot, count = facts.shots[number - 1], len(facts.shots)

    def scene_of(place: int) -> int:
        return min(len(scenes), 1 + (place - 1) * len(scenes) // count) if scenes else 1

    opens = number == 1 or scene_of(number) != scene_of(number - 1)
    return {
        "index": number,
        "image_prompt": shot.image_prompt.strip() or facts.idea.strip() or "a quiet place",
        "motion_prompt": shot.motion_prompt,
        "camera": shot.camera or "static",
        "image_path": f"images/shot_{number:03d}.png",
        "scene": scene_of(number),
        "narration": str(scenes[scene_of(number) - 1]["narration"]) if scenes and opens else "",
    }


def _keep(folder: Path, path: Path, also_here: bool = False) -> None:
    """Move a file of the other program to `takes/foreign/`, where it is there and none was moved before.

    Args:
        also_here: whether the file stays until it is replaced; a crash in between must not take away what it says.
    """
    kept = folder / "takes" / "foreign" / path.relative_to(folder)
    if files.is_file(path) and not kept.exists():
        (files.keep_link if also_here else files.move)(path, kept)
