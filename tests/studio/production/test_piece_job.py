"""A shot's piece as plain data: the same work again, or none."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from blocks.offline.crew import offline_crew
from studio.errors import BadInput
from studio.model.brief import Brief, FilmOptions
from studio.model.film import Shot, Source
from studio.model.receipt import Receipt
from studio.production import stages
from studio.production.piece_job import PieceJob, piece_job
from studio.production.work import Job

SHOT = Shot(
    index=3, image_prompt="a lighthouse at dusk", camera="dolly in", narration="The sea is calm.", frames=30, seed=9
)


def job(tmp_path: Path, **options: object) -> Job:
    asked = FilmOptions.model_validate({"height": 144, "script": "A line.\n", "crew": "openai", **options})
    brief = Brief(idea="A secret", options=asked, seed=4, started_at="2026", version="1")
    return Job("session_20260101_000000", tmp_path, brief, offline_crew())


def receipt(stage: str, path: str, **measures: object) -> Receipt:
    told = {"stage": stage, "index": 3, "path": path, "sha256": "1" * 64, "bytes": 1, "mtime_ns": 0} | measures
    return Receipt.model_validate({**told, "fingerprint": "2" * 64, "engine": "offline", "model": "", "made_at": ""})


IMAGE = receipt("images", "images/shot_003.png", focus=(0.4, 0.6))
LINE = receipt("narration", "narration/shot_003.wav", seconds=2.5)


@pytest.mark.parametrize("captions", ["soft", "burned"])
def test_the_work_is_put_together_again(tmp_path: Path, captions: str) -> None:
    """Picture, line and clip have the same fingerprint and engine after a way as JSON, without what is private."""
    here = job(tmp_path, captions=captions)
    for work in (
        stages.picture(here, SHOT, (SHOT,)),
        stages.line(here, SHOT),
        stages.clip(here, SHOT, IMAGE, LINE),
    ):
        said = piece_job(here, work, offline_crew())
        assert said is not None
        text = said.model_dump_json()
        assert "secret" not in text
        assert "A line." not in text
        again = PieceJob.model_validate_json(text).work(tmp_path / "elsewhere", offline_crew())
        assert again.order.fingerprint == work.order.fingerprint
        assert again.engine == work.engine


def test_what_data_cannot_say_is_not_said(tmp_path: Path) -> None:
    """An engine that is not the embedded one, a person's own clip, and a film's own stages are made here."""
    here = job(tmp_path)

    class Other(type(offline_crew().animator)):  # type: ignore[misc]  # a class that is made here
        version = 99

    foreign = replace(here, crew=replace(here.crew, animator=Other()))
    own = SHOT.model_copy(update={"clip": Source(sha256="3" * 64, name="mine.mp4")})
    for work in (
        stages.clip(foreign, SHOT, IMAGE, LINE),
        stages.clip(here, own, IMAGE, LINE),
        stages.timeline(here, (SHOT,), (LINE,)),
    ):
        assert piece_job(here, work, offline_crew()) is None


def test_another_program_s_data_is_refused(tmp_path: Path) -> None:
    """Data whose fingerprint this program does not come to is refused, rather than made into something else."""
    here = job(tmp_path)
    said = piece_job(here, stages.clip(here, SHOT, IMAGE, LINE), offline_crew())
    assert said is not None
    with pytest.raises(BadInput, match="another piece"):
        said.model_copy(update={"fingerprint": "4" * 64}).work(tmp_path, offline_crew())
    with pytest.raises(BadInput, match="without its picture"):
        said.model_copy(update={"line": None}).work(tmp_path, offline_crew())
