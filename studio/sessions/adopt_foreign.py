"""Adopt a session that another program wrote: only on request.

What that program wrote is kept under `takes/foreign/`; what this program can use is put where it expects it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from pydantic import ValidationError

from studio.errors import BadInput, BrokenPlan
from studio.fs import files, tolerant
from studio.model.brief import DEFAULT_STYLE, IDEA_CHARACTERS, Brief, FilmOptions
from studio.model.film import Stage
from studio.model.fingerprint import fingerprint
from studio.planning.plan_files import reader
from studio.status.snapshot import KEPT, PICTURE_SUFFIXES, Snapshot, read_snapshot
from studio.store.brief import write_brief
from studio.store.folder_walk import in_the_way, refuse_links
from studio.text.display import printable
from studio.text.strict_json import first_fault

_REPLACED = ("scene_graph.json", "timeline.json", "score.wav", "film.mp4", "film.srt", "film.vtt")
_SCENE_KEYS = ("location", "characters", "action", "emotion", "narration")


def adopt_foreign(folder: Path, options: FilmOptions) -> tuple[str, ...]:
    """Turn a session of another program into one of ours: write a brief, plans in our form, pictures under our names.

    Return what the film leaves out of it, in lines for a person.

    A shot's picture is the one that its `image_path` names, as in its own program, else the first of its variants; it
    may be of any kind that a person's picture may be. If shots have lines of their own, these are spoken, and the
    story's are not.

    The caller holds its lock. Its pictures count as put there by hand. Its clips and film go to `takes/foreign/`: they
    are made again from the pictures, in this film's size, rate and length. Everything that will be written is prepared
    and validated before the first file is touched. The brief is written last, so that a crash half way leaves the
    session foreign, and adopting it again goes on.

    Raises:
        BadInput: it holds no idea and no plan, so there is nothing to go on with; what it holds cannot be used;
            something is in the way. Nothing was changed.
        DiskFull: nothing is lost, and adopting it again goes on.
    """
    facts = read_snapshot(folder)
    if facts is None or not (facts.idea or facts.shots):
        raise BadInput(f"{folder.name} holds no idea and no shots: there is nothing to go on with")
    refuse_links(folder)
    for path in in_the_way(folder):
        raise BadInput(f"{folder.name}/{path.name} is in the way of a folder or file of ours: move it away, then go on")
    idea, title = _whole(facts.idea).strip(), _whole(facts.title).strip()
    title = title or idea[:60] or folder.name
    seed = int(fingerprint(session=folder.name)[:8], 16) % 2**31
    started = _whole(facts.started_at) or datetime.strptime(folder.name, "session_%Y%m%d_%H%M%S").isoformat()
    scenes = _scenes(folder)
    try:
        brief = Brief(
            idea=(idea or title)[:IDEA_CHARACTERS], options=options, seed=seed, started_at=started, version="adopted"
        )
        plans = _plans(facts, brief, title, scenes)
    except (ValidationError, BrokenPlan) as error:
        why = first_fault(error, Brief) if isinstance(error, ValidationError) else error
        raise BadInput(f"{folder.name} cannot be adopted, and was not changed: {why}") from error
    left_out = _left_out(folder, facts, scenes)
    for shot in facts.shots:
        place = folder / f"images/shot_{shot.index:03d}.png"
        if shot.image is None or folder / shot.image.path == place:
            continue
        content = files.read_or_none(place)
        if content is None or content != files.read_or_none(folder / shot.image.path):
            _keep(folder, place)
            files.keep_link(folder / shot.image.path, place)
    for stage, content in plans.items():
        # A plan that an interrupted adoption wrote is ours, not the other program's.
        if files.read_or_none(folder / f"{stage}.json") != content:
            _keep(folder, folder / f"{stage}.json", also_here=True)
            files.write_whole(folder / f"{stage}.json", content)
    # To a run, a story without scenes or an empty list of shots is not a plan.
    for name in (*_REPLACED, *(f"{stage}.json" for stage in ("story", "shots") if stage not in plans)):
        _keep(folder, folder / name)
    for shot in facts.shots:
        if shot.clip is not None:
            _keep(folder, folder / shot.clip.path)
    write_brief(folder, brief)
    return left_out


def _left_out(folder: Path, facts: Snapshot, scenes: list[dict[str, object]]) -> tuple[str, ...]:
    """Return in lines what of another program's session is not in the film."""
    used = {shot.image.path for shot in facts.shots if shot.image is not None}
    with tolerant.entered(folder) as opened:
        names = tolerant.names_at(opened, "images") if opened is not None else []
        lines = tolerant.names_at(opened, "narration") if opened is not None else []
    pictures = [name for name in names if name.startswith("shot_") and name.lower().endswith(PICTURE_SUFFIXES)]
    others = [name for name in pictures if f"images/{name}" not in used]
    notes: list[str] = []
    if others:
        notes.append(f"not used: {_counted(others, 'other picture', 'other pictures')} in images/")
    if _have_lines(facts) and any(scene["narration"] for scene in scenes):
        notes.append("not used: the narration in story.json, because the shots have lines of their own")
    if lines:
        notes.append(f"not used: {_counted(lines, 'file', 'files')} in narration/; the lines are spoken anew")
    if clips := [Path(shot.clip.path).name for shot in facts.shots if shot.clip is not None]:
        notes.append(f"not used: {_counted(clips, 'clip', 'clips')}; clips are made from the pictures")
    return tuple(notes)


def _counted(names: list[str], one: str, many: str) -> str:
    told = ", ".join(printable(_whole(name)) for name in names[:3]) + (", ..." if len(names) > 3 else "")
    return f"{len(names):,} {one if len(names) == 1 else many} ({told})"


def _have_lines(facts: Snapshot) -> bool:
    return any(shot.narration.strip() for shot in facts.shots)


def _plans(facts: Snapshot, brief: Brief, title: str, scenes: list[dict[str, object]]) -> dict[Stage, bytes]:
    """Return the plans that there are, in our form, as the bytes to be written.

    Raises:
        BrokenPlan: one cannot be used.
    """
    plans: dict[Stage, object] = {}
    if scenes:
        plans["story"] = {"title": title, "style": DEFAULT_STYLE, "scenes": scenes, "written_by": "another program"}
    if facts.shots:
        plans["shots"] = [_shot(number, facts, scenes, brief.idea) for number in range(1, len(facts.shots) + 1)]
    texts = {stage: json.dumps(plan, indent=2, ensure_ascii=False) + "\n" for stage, plan in plans.items()}
    for stage, text in texts.items():
        reader(brief)(stage, text)
    return {stage: text.encode("utf-8") for stage, text in texts.items()}


def _whole(text: str) -> str:
    """Return the text with U+FFFD for each lone surrogate: other programs' JSON may have some, UTF-8 cannot."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _words(scene: Mapping[str, object], key: str) -> str:
    said = tolerant.text(dict(scene), key) or ", ".join(tolerant.words(dict(scene), key))
    return _whole(said)


def _scenes(folder: Path) -> list[dict[str, object]]:
    """Return the scenes of the other program's story that can be read, kept in `takes/foreign/` or in place."""
    with tolerant.entered(folder) as opened:
        for path in (f"{KEPT}/story.json", "story.json"):
            if opened is not None and (found := tolerant.as_dicts(tolerant.dict_at(opened, path).get("scenes"))):
                return [
                    {"id": number, **{key: _words(scene, key) for key in _SCENE_KEYS}}
                    for number, scene in enumerate(found, start=1)
                ]
    return []


def _shot(number: int, facts: Snapshot, scenes: list[dict[str, object]], idea: str) -> dict[str, object]:
    """Return a shot in our form. Scenes are spread evenly over the shots; each one's first shot has its narration.

    If any shot has a line of its own, every shot has just its own.
    """
    shot, count = facts.shots[number - 1], len(facts.shots)

    def scene_of(place: int) -> int:
        return min(len(scenes), 1 + (place - 1) * len(scenes) // count) if scenes else 1

    told = str(scenes[scene_of(number) - 1]["narration"]) if scenes else ""
    opens = number == 1 or scene_of(number) != scene_of(number - 1)
    return {
        "index": number,
        "image_prompt": _whole(shot.image_prompt).strip() or idea,
        "motion_prompt": _whole(shot.motion_prompt),
        "camera": _whole(shot.camera) or "static",
        "image_path": f"images/shot_{number:03d}.png",
        "scene": scene_of(number),
        "narration": _whole(shot.narration) if _have_lines(facts) else told if opens else "",
    }


def _keep(folder: Path, path: Path, also_here: bool = False) -> None:
    """Move a file of the other program to `takes/foreign/`, if it exists and was not moved before.

    Args:
        also_here: whether the file also stays until it is replaced, so that a crash in between does not lose it.
    """
    kept = folder / KEPT / path.relative_to(folder)
    if files.is_file(path) and not kept.exists():
        (files.keep_link if also_here else files.move)(path, kept)
