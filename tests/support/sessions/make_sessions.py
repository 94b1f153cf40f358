"""Write session folders for tests and measurements: ours, in the program's own formats, and those of other programs.

Pieces are a few bytes, not media, but pictures are real PNGs; the checksum and the size in every receipt are right.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
from pathlib import Path

from PIL import Image

from studio.model.brief import Brief, FilmOptions
from studio.model.film import Edge, Node, Scene, SceneGraph, Shot, Span, Stage, Story, Timeline
from studio.model.pieces import piece_path, receipt_path
from studio.model.receipt import Receipt, Sidecar
from studio.planning.plan_files import plan_text
from studio.store.receipts import receipt_bytes


def picture(colour: str = "navy") -> bytes:
    """Return a whole PNG of 4 x 4 pixels."""
    buffer = io.BytesIO()
    Image.new("RGB", (4, 4), colour).save(buffer, "PNG")
    return buffer.getvalue()


PNG = picture()


def brief(idea: str = "A lighthouse keeper finds a letter", **options: object) -> Brief:
    """Return a brief of seed 7, asked for in February 2025."""
    return Brief(
        idea=idea,
        options=FilmOptions.model_validate(options),
        seed=7,
        started_at="2025-02-08T00:22:38.123456",
        version="0.1.0",
    )


def make_session(
    root: Path,
    session_id: str = "session_20250208_002238",
    shots: int = 3,
    images: int | None = None,
    clips: int | None = None,
    film: bool = True,
    asked: Brief | None = None,
    prompt: str = "a rocky shore, shot {}",
) -> Path:
    """Write a session with the given number of shots, pictures and clips (None: all), and return its folder."""
    folder = root / session_id
    folder.mkdir(parents=True)
    asked = asked or brief()
    (folder / "brief.json").write_text(asked.model_dump_json(indent=2), "utf-8")
    story = Story(
        title="The Letter",
        style="",
        scenes=(
            Scene(
                id=1, location="a shore", characters="a keeper", action="waits", emotion="calm", narration="He waits."
            ),
        ),
    )
    graph = SceneGraph(
        nodes=(
            Node(id="scene_1", kind="scene", name="a shore", description="a shore"),
            Node(id="place_1", kind="place", name="a shore", description="a rocky shore"),
        ),
        edges=(Edge(kind="set_in", source="scene_1", target="place_1"),),
    )
    plan = tuple(
        Shot(
            index=n,
            image_prompt=prompt.format(n),
            motion_prompt="slowly",
            camera="slow pan left",
            frames=48,
            seed=n,
            image_path=piece_path("images", n),
            narration=f"Line {n}.",
        )
        for n in range(1, shots + 1)
    )
    texts: dict[Stage, str] = {
        "story": plan_text(story),
        "scene_graph": plan_text(graph),
        "shots": plan_text(plan),
    }
    for stage, text in texts.items():
        add_piece(folder, stage, 0, text.encode("utf-8"))
    for n in range(1, (shots if images is None else images) + 1):
        add_piece(folder, "images", n, PNG, not_drawn=("letter",))
        add_piece(folder, "narration", n, b"spoken %d" % n, seconds=1.5)
    if film or clips:
        spans = tuple(Span(index=n, start=48 * n, frames=48, line_start=48 * n + 6) for n in range(1, shots + 1))
        timeline = Timeline(fps=24, title_frames=48, spans=spans, frames=48 * (shots + 1))
        add_piece(folder, "timeline", 0, (timeline.model_dump_json(indent=2) + "\n").encode("utf-8"))
    for n in range(1, (shots if clips is None else clips) + 1):
        add_piece(folder, "videos", n, b"moving %d" % n, seconds=2.0, frames=48)
    if film:
        add_piece(folder, "score", 0, b"music", seconds=8.0)
        (folder / "film.srt").write_bytes(b"1\n")
        sidecar = Sidecar(path="film.srt", sha256=hashlib.sha256(b"1\n").hexdigest(), bytes=2, content="1\n")
        add_piece(folder, "film", 0, b"the film", seconds=8.0, frames=192, also=(sidecar,))
    return folder


def add_piece(folder: Path, stage: Stage, index: int, content: bytes, place: str = "", **more: object) -> Receipt:
    """Write a piece and its correct receipt; `place` puts both elsewhere: 'takes/images/abc' (without suffix)."""
    path = piece_path(stage, index)
    suffix = Path(path).suffix
    artefact = folder / (f"{place}{suffix}" if place else path)
    artefact.parent.mkdir(parents=True, exist_ok=True)
    artefact.write_bytes(content)
    stat = os.stat(artefact)
    if place and suffix == ".json":
        artefact.unlink()
    receipt = Receipt.model_validate(
        {
            "stage": stage,
            "index": index,
            "path": path,
            "sha256": hashlib.sha256(content).hexdigest(),
            "bytes": stat.st_size,
            "mtime_ns": stat.st_mtime_ns,
            "fingerprint": hashlib.sha256(f"{stage}{index}{place}".encode()).hexdigest(),
            "engine": "offline",
            "model": "test",
            "seed": index,
            "made_at": "2025-02-08T00:23:00.000000",
            "seconds_taken": 0.25,
            **more,
        }
    )
    beside = folder / (f"{place}.json" if place else receipt_path(path))
    beside.parent.mkdir(parents=True, exist_ok=True)
    beside.write_bytes(receipt_bytes(receipt))
    record = folder / "results" / folder.name / stage / f"{index:03d}-{receipt.fingerprint}"
    record.parent.mkdir(parents=True, exist_ok=True)
    record.write_text(json.dumps({"metadata": {}, "result": json.dumps({"data": receipt.sealed().model_dump()})}))
    return receipt


def make_foreign(
    root: Path, session_id: str = "session_20240101_120000", older: bool = False, done: bool = False
) -> Path:
    """Write a session as another program does: three shots, pictures of two, a clip of one; no brief, no receipts.

    Args:
        older: names pictures 'shot_001_001.png' and keeps the shots out of meta.
    """
    folder = root / session_id
    (folder / "images").mkdir(parents=True)
    (folder / "videos").mkdir()
    shots = [
        {
            "index": n,
            "image_prompt": f"a harbour, shot {n}",
            "motion_prompt": "mist drifts",
            "camera": "slow pan",
            "image_path": f"images/shot_{n:03d}.png",
        }
        for n in (1, 2, 3)
    ]
    meta: dict[str, object] = {
        "session_id": session_id,
        "timestamp": session_id[8:],
        "idea": "A harbour wakes",
        "completed": done,
        "started_at": "2024-01-01T12:00:00.000001",
        "completed_at": "2024-01-01T12:30:00.000001" if done else None,
        "steps": {"story": True, "scene_graph": True, "shots": True, "images": False, "videos": False},
        "stats": {"total_shots": 3, "images_generated": 2, "videos_rendered": 1},
    }
    if not older:
        meta["shots"] = [
            {
                **shot,
                "image_path": f"output/sessions/{session_id}/{shot['image_path']}",
                "image_generated": True,
                "video_rendered": False,
            }
            for shot in shots
        ]
    (folder / f"{session_id}_meta.json").write_text(json.dumps(meta, indent=2), "utf-8")
    (folder / "story.json").write_text(json.dumps({"title": "Harbour", "style": "documentary", "scenes": []}), "utf-8")
    (folder / "scene_graph.json").write_text(json.dumps({"nodes": [], "edges": []}), "utf-8")
    (folder / "shots.json").write_text(json.dumps(shots, indent=2), "utf-8")
    for n in (1, 2):
        (folder / "images" / (f"shot_{n:03d}_001.png" if older else f"shot_{n:03d}.png")).write_bytes(PNG)
    (folder / "videos/shot_001.mp4").write_bytes(b"a clip")
    return folder


def snapshot(root: Path) -> dict[str, tuple[int, int, bytes]]:
    """Return every path below `root` with mode, time of change and bytes: equal as long as nothing was written."""
    found = {}
    for place in sorted(root.rglob("*")):
        stat = place.lstat()
        found[str(place.relative_to(root))] = (
            stat.st_mode,
            stat.st_mtime_ns,
            place.read_bytes() if place.is_file() and not place.is_symlink() else b"",
        )
    return found
