"""The film itself, from the offline crew, by measuring: length, loudness, captions, chapters, layout."""

from __future__ import annotations

import json
import math
import re
import wave
from itertools import pairwise
from pathlib import Path
from typing import Any

import av
import pytest

from studio.planning.timeline import LEAD_SECONDS, TAIL_SECONDS
from studio.video.joining import top_boxes
from tests.support.films.runs import IDEA

SCRIPT = """INT. LIGHTHOUSE - NIGHT
The lamp turns. Nobody comes.

EXT. SHORE - DAWN
A bottle lies in the sand; "open me", it says.
"""


def make(output: Path, **options: Any) -> Path:
    from flows.direct_run import filmed

    state: Any = filmed(
        idea=IDEA,
        output=str(output),
        **{"seconds": 9.0, "shot_seconds": 2.5, "height": 144, "seed": 3, **options},
    )
    assert state.is_completed(), state.message
    return Path(state.result()["film"])


@pytest.fixture(scope="module")
def film(server: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make(tmp_path_factory.mktemp("film"))


def timeline_of(film: Path) -> dict[str, Any]:
    value = json.loads((film.parent / "timeline.json").read_text())
    assert isinstance(value, dict)
    return value


def test_length_is_the_timeline_to_the_frame(film: Path) -> None:
    """Video frames equal the timeline: what was asked and, to the frame, what lines need beyond their shots; audio ends
    within one AAC frame of it; pts are strictly regular."""
    timeline = timeline_of(film)
    with av.open(str(film)) as container:
        video = container.streams.video[0]
        pts = sorted(packet.pts for packet in container.demux(video) if packet.pts is not None)
    assert len(pts) == timeline["frames"]
    assert len({b - a for a, b in pairwise(pts)}) == 1
    with av.open(str(film)) as container:
        audio = container.streams.audio[0]
        samples = sum(frame.samples for frame in container.decode(audio))
    assert abs(samples - timeline["frames"] / timeline["fps"] * 48_000) <= 1024
    grown = 0
    for shot in json.loads((film.parent / "shots.json").read_text()):
        with wave.open(str(film.parent / f"narration/shot_{shot['index']:03}.wav")) as line:
            needed = math.ceil((LEAD_SECONDS + line.getnframes() / line.getframerate() + TAIL_SECONDS) * 24)
            grown += max(0, needed - shot["frames"]) if line.getnframes() else 0
    assert timeline["frames"] == 9 * 24 + grown


def test_loudness_is_that_of_films(film: Path) -> None:
    """-14 LUFS within 1, measured on the film's own sound track."""
    graph = av.filter.Graph()
    with av.open(str(film)) as container:
        stream = container.streams.audio[0]
        source = graph.add_abuffer(template=stream)
        meter = graph.add("ebur128", "metadata=1")
        sink = graph.add("abuffersink")
        source.link_to(meter)
        meter.link_to(sink)
        graph.configure()
        loudness = None
        for frame in container.decode(stream):
            graph.push(frame)
            while True:
                try:
                    heard = graph.pull()
                except (av.BlockingIOError, av.EOFError):
                    break
                loudness = float(heard.metadata.get("lavfi.r128.I", loudness or -70))
    assert loudness is not None
    assert abs(loudness + 14) <= 1


def test_streams_are_tagged_and_start_at_once(film: Path) -> None:
    """H.264 high, yuv420p, BT.709; AAC stereo; a caption track; moov before mdat; chapters by scene."""
    with av.open(str(film)) as container:
        video, audio = container.streams.video[0], container.streams.audio[0]
        assert (video.codec_context.name, video.profile, video.pix_fmt) == ("h264", "High", "yuv420p")
        assert (video.codec_context.colorspace, video.codec_context.color_primaries) == (1, 1)
        assert (audio.codec_context.name, audio.codec_context.layout.name, audio.rate) == ("aac", "stereo", 48_000)
        assert [stream.type for stream in container.streams].count("subtitle") == 1
        chapters = container.chapters()
    names = top_boxes(film)
    assert names.index("moov") < names.index("mdat")
    scenes = {shot["scene"] for shot in json.loads((film.parent / "shots.json").read_text())}
    assert len(chapters) == len(scenes)


def test_caption_files_carry_the_narration_word_for_word(film: Path) -> None:
    """film.srt and film.vtt hold every word that is spoken, in order."""
    spoken = " ".join(shot["narration"] for shot in json.loads((film.parent / "shots.json").read_text())).split()
    srt = (film.parent / "film.srt").read_text("utf-8")
    lines = [line for line in srt.splitlines() if line and not line.isdecimal() and "-->" not in line]
    assert " ".join(lines).split() == spoken
    assert (film.parent / "film.vtt").read_text("utf-8").startswith("WEBVTT")


def test_a_script_is_spoken_word_for_word(server: str, tmp_path: Path) -> None:
    """With --script the person's own lines become the narration, nothing added, nothing lost."""
    film = make(tmp_path, script=SCRIPT, music=False, captions="burned")
    shots = json.loads((film.parent / "shots.json").read_text("utf-8"))
    said = " ".join(shot["narration"] for shot in shots).split()
    wanted = [word for line in SCRIPT.splitlines() if not re.match(r"(INT|EXT)\.", line) for word in line.split()]
    assert said == wanted
    for shot, receipt in ((shot, film.parent / f"narration/shot_{shot['index']:03d}.json") for shot in shots):
        words = [word["text"] for word in json.loads(receipt.read_text("utf-8")).get("words", [])]
        assert words == shot["narration"].split()
    assert not (film.parent / "score.wav").exists()


@pytest.mark.thorough
def test_two_films_of_one_seed_are_the_same_bytes(server: str, film: Path, tmp_path: Path) -> None:
    """Law 11: on one machine the same brief gives the same film, byte for byte, from the offline crew."""
    again = make(tmp_path)
    assert again.read_bytes() == film.read_bytes()
    assert (again.parent / "score.wav").read_bytes() == (film.parent / "score.wav").read_bytes()
