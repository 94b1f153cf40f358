"""Clips, on the real engine: the camera is told where the painter put the subject."""

from __future__ import annotations

from PIL import Image

from tests.support.films.fake_crew import FOCUS, Log
from tests.support.films.runs import Studio


def test_the_camera_aims_where_the_painter_put_the_subject(studio: Studio) -> None:
    """The focus in a picture's receipt reaches the animator; a person's own picture has none, and only its clip is made
    again."""
    log = Log()
    outcome = studio.film(seconds=8.0, shot_seconds=2.0, log=log)
    assert outcome.state.is_completed(), outcome.state
    names = {f"shot_{shot['index']:03d}.png" for shot in studio.shots(outcome.report["session_id"])}
    assert len(names) > 1
    assert log.aimed == dict.fromkeys(names, FOCUS)
    Image.new("RGB", (64, 64), (9, 90, 200)).save(studio.only_folder() / "images" / "shot_001.png")
    log.aimed.clear()
    again = studio.film(seconds=8.0, shot_seconds=2.0, log=log, session_id=outcome.report["session_id"])
    assert again.state.is_completed(), again.state
    assert log.aimed == {"shot_001.png": None}
