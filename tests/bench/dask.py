"""What clips cost on two Dask workers, beside two threads: `python -m tests.bench.dask`.

Eight clips of 1920 x 1080 are made by both ways in turn, in one process and by one cluster of this machine, after two
clips that are not counted. Processor time, a clip, is that of this process and of every process of the cluster, idle
ones included. Needs the extra `cluster`.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import statistics
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from blocks.offline.crew import offline_crew
from flows.dask_cluster import maker as making
from flows.dask_cluster.cluster import of_this_machine
from flows.dask_cluster.maker import DaskMaker
from flows.dask_cluster.shelves import FolderShelf, ShelfAddress
from flows.dask_cluster.worker import Asked, versions
from studio.model.brief import Brief, FilmOptions
from studio.model.film import Shot
from studio.model.receipt import PieceMeasures, Receipt
from studio.production import stages
from studio.production.makers import HERE, Maker
from studio.production.work import Job, Work

CLIPS, FRAMES, AT_ONCE = 8, 60, 2
TICK = os.sysconf("SC_CLK_TCK")


def works(folder: Path) -> tuple[Job, list[Work[Any]]]:
    """Paint a picture and return the work on its clips, each with a seed of its own."""
    crew = offline_crew()
    options = FilmOptions(height=1080, seconds=CLIPS * FRAMES / 24)
    brief = Brief(idea="A lighthouse", options=options, seed=7, started_at="", version="")
    job = Job("session_20260101_000000", folder, brief, crew)
    (folder / "images").mkdir(parents=True)
    picture = folder / "images/shot_001.png"
    made = crew.painter.paint("a lighthouse above the sea at dusk", options.size, 7, picture)
    found = []
    for index in range(1, CLIPS + 1):
        shot = Shot(
            index=index,
            scene=1,
            image_prompt="a lighthouse above the sea at dusk",
            motion_prompt="slowly",
            camera="dolly in",
            narration="",
            frames=FRAMES,
            seed=index,
        )
        silence = receipt("narration", shot, f"narration/shot_{index:03d}.wav", b"", PieceMeasures(seconds=0.0))
        image = receipt("images", shot, "images/shot_001.png", picture.read_bytes(), made)
        found.append(stages.clip(job, shot, image, silence))
    return job, found


def receipt(stage: str, shot: Shot, path: str, content: bytes, made: PieceMeasures) -> Receipt:
    """Return a receipt that proves a piece of a shot."""
    digest = hashlib.sha256(content).hexdigest()
    return Receipt.model_validate(
        {
            **made.model_dump(),
            "stage": stage,
            "index": shot.index,
            "path": path,
            "sha256": digest,
            "bytes": len(content),
            "mtime_ns": 0,
            "fingerprint": digest,
            "engine": "offline",
            "model": "bench",
            "made_at": "",
        }
    ).sealed()


def processor_seconds() -> float:
    """Return the processor time of this process and all below it that live."""
    parents: dict[int, tuple[int, float]] = {}
    for place in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = place.read_text("utf-8").rpartition(")")[2].split()
        except OSError:
            continue
        parents[int(place.parent.name)] = (int(fields[1]), (int(fields[11]) + int(fields[12])) / TICK)
    ours = {os.getpid()}
    while more := {pid for pid, (parent, _) in parents.items() if parent in ours} - ours:
        ours |= more
    return sum(parents[pid][1] for pid in ours if pid in parents)


def made_by(maker: Maker, job: Job, clips: list[Work[Any]], at_once: int, place: Path) -> dict[str, Any]:
    """Make the clips, so many at once, and return what that took and what they are."""
    place.mkdir()
    began, before = time.perf_counter(), processor_seconds()
    with ThreadPoolExecutor(at_once) as pool:
        done = [
            pool.submit(maker.make, job, work, place / f"{number}.part") for number, work in enumerate(clips, start=1)
        ]
        for each in done:
            each.result()
    wall, processor = time.perf_counter() - began, processor_seconds() - before
    digests = [hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(place.iterdir())]
    return {"wall": wall, "processor": processor / len(clips), "bytes": digests}


def bench(rounds: int) -> dict[str, Any]:
    """Return the seconds of every round by each way, and whether all bytes were the same."""
    import logging

    making._task_logger = lambda: logging.getLogger("bench")  # there is no task run here
    with tempfile.TemporaryDirectory() as name, of_this_machine(print) as cluster:
        folder = Path(name)
        job, clips = works(folder / "film")
        shelf = FolderShelf(folder / "shelf")
        cluster.begin(
            Asked(shelf=ShelfAddress(folder=str(shelf.folder), mark=shelf.marked()), versions=versions()), lambda: None
        )
        ways: dict[str, Maker] = {"threads": HERE, "dask": DaskMaker(cluster, shelf, job.crew)}
        results: dict[str, list[dict[str, Any]]] = {way: [] for way in ways}
        for way, maker in ways.items():
            made_by(maker, job, clips[:AT_ONCE], AT_ONCE, folder / f"{way}-first")
        for number in range(rounds):
            for way, maker in ways.items():
                results[way].append(
                    made_by(maker, job, clips, AT_ONCE if way == "threads" else CLIPS, folder / f"{way}-{number}")
                )
    found: dict[str, Any] = {
        way: {key: [round(each[key], 2) for each in taken] for key in ("wall", "processor")}
        for way, taken in results.items()
    }
    found["same"] = len({str(each["bytes"]) for taken in results.values() for each in taken}) == 1
    for key in ("wall", "processor"):
        found[f"{key}_ratio"] = round(
            statistics.median(found["dask"][key]) / statistics.median(found["threads"][key]), 3
        )
    return found


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    print(json.dumps(bench(parser.parse_args().rounds), indent=2))
