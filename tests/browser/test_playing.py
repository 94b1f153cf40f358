"""The finished film in Debian's Chromium: it plays, is heard, and its captions show when they should."""

from __future__ import annotations

import html
import os
import re
import subprocess
import threading
from collections.abc import Iterator
from contextlib import suppress
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING

import av
import pytest

from tests.browser.conftest import BIN, PATIENCE_SECONDS, PROJECT

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser

PAGE = b"""<!doctype html><meta charset="utf-8"><title>film</title>
<body style="background: #222"><video id="film" src="film.mp4" width="1024" controls preload="auto">
<track kind="captions" src="film.vtt" srclang="en" default></video>"""


KINDS = {"": "text/html", "film.mp4": "video/mp4", "film.vtt": "text/vtt"}


class _House(SimpleHTTPRequestHandler):
    """Serves a session's folder, and a page with its film."""

    def do_GET(self) -> None:
        name = self.path.lstrip("/")
        if name not in KINDS:
            self.send_error(404)
            return
        content = (Path(self.directory) / name).read_bytes() if name else PAGE
        asked = re.match(r"bytes=(\d+)-(\d*)", self.headers.get("Range", ""))
        first = int(asked[1]) if asked else 0
        last = int(asked[2]) if asked and asked[2] else len(content) - 1
        self.send_response(206 if asked else 200)
        self.send_header("Content-Type", KINDS[name])
        # Without ranges a browser takes the film for a broadcast, in which it cannot jump.
        self.send_header("Accept-Ranges", "bytes")
        if asked:
            self.send_header("Content-Range", f"bytes {first}-{last}/{len(content)}")
        self.send_header("Content-Length", str(last + 1 - first))
        self.end_headers()
        with suppress(ConnectionError):  # the browser has enough
            self.wfile.write(content[first : last + 1])

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def talkie(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A film that the program made, with shots long enough to speak in; gives its session's folder."""
    home = tmp_path_factory.mktemp("talkie")
    done = subprocess.run(
        [
            BIN / "film",
            "make",
            "A lighthouse keeper finds a message in a bottle",
            "--seconds",
            "12",
            "--shot-seconds",
            "4",
            "--height",
            "144",
            "--seed",
            "7",
            "--output",
            str(home / "output"),
        ],
        cwd=PROJECT,
        env={**os.environ, "PREFECT_HOME": str(home / "prefect")},
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    (folder,) = (home / "output" / "sessions").iterdir()
    return folder


@pytest.fixture
def cinema(talkie: Path, page: Page) -> Iterator[Page]:
    """The page with the film, its first picture there."""
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(_House, directory=str(talkie))) as house:
        thread = threading.Thread(target=house.serve_forever, daemon=True)
        thread.start()
        page.goto(f"http://127.0.0.1:{house.server_address[1]}/")
        page.wait_for_function("film.readyState >= 3 || film.error", timeout=20_000)
        try:
            yield page
        finally:
            house.shutdown()
            thread.join()


def spoken(folder: Path) -> list[tuple[float, float, str]]:
    """Return the captions of `film.srt` as (start, end, text), in seconds."""
    found = []
    for block in (folder / "film.srt").read_text("utf-8").strip().split("\n\n"):
        _, times, *lines = block.splitlines()
        hours = [[float(part) for part in re.split(":", each.replace(",", "."))] for each in times.split(" --> ")]
        start, end = (3600 * h + 60 * m + s for h, m, s in hours)
        found.append((start, end, "\n".join(lines)))
    return found


def test_the_film_plays_with_its_sound(cinema: Page, talkie: Path) -> None:
    """It starts, goes on, has its size and length, and what comes out of its sound is not silence."""
    assert cinema.evaluate("film.error && film.error.message") is None
    with av.open(str(talkie / "film.mp4")) as made:
        seconds = made.duration / av.time_base if made.duration else 0.0
    assert cinema.evaluate("[film.videoWidth, film.videoHeight]") == [256, 144]
    assert abs(cinema.evaluate("film.duration") - seconds) < 0.1
    # A click: without one a browser lets no sound out.
    cinema.locator("#film").click(position={"x": 300, "y": 100})
    cinema.evaluate("""async () => {
        const context = new AudioContext();
        const ear = new AnalyserNode(context, {fftSize: 2048});
        context.createMediaElementSource(film).connect(ear).connect(context.destination);
        await context.resume();
        window.loudest = 0;
        setInterval(() => {
            const heard = new Float32Array(ear.fftSize);
            ear.getFloatTimeDomainData(heard);
            window.loudest = Math.max(window.loudest, ...heard.map(Math.abs));
        }, 30);
        film.currentTime = 0;
        await film.play();
    }""")
    cinema.wait_for_function("film.currentTime > 3", timeout=30_000)
    assert cinema.evaluate("film.webkitVideoDecodedByteCount") > 0
    assert cinema.evaluate("film.webkitAudioDecodedByteCount") > 0
    assert cinema.evaluate("film.getVideoPlaybackQuality().totalVideoFrames") > 24
    assert cinema.evaluate("window.loudest") > 0.02
    cinema.evaluate("film.pause()")


def test_it_plays_to_its_end(cinema: Page) -> None:
    """From a second before it, reached by a jump: the index comes first and says where every frame is."""
    cinema.evaluate("async () => { film.muted = true; film.currentTime = film.duration - 1; await film.play(); }")
    cinema.wait_for_function("film.ended", timeout=20_000)


def test_captions_show_when_the_words_are_said(cinema: Page, talkie: Path) -> None:
    """`film.vtt` as a track has the cues of `film.srt`; each is shown at its time, and none between two of them."""
    cinema.wait_for_function("film.textTracks[0].cues && film.textTracks[0].cues.length > 0")
    shown = cinema.evaluate("[...film.textTracks[0].cues].map(cue => [cue.startTime, cue.endTime, cue.text])")
    said = spoken(talkie)
    assert said
    assert [html.unescape(text) for _, _, text in shown] == [text for _, _, text in said]
    for place in (0, 1):
        assert [cue[place] for cue in shown] == pytest.approx([cue[place] for cue in said], abs=0.002)
    active = "[...film.textTracks[0].activeCues].map(cue => cue.text)"
    seek = "async t => { const there = new Promise(r => film.onseeked = r); film.currentTime = t; await there; }"
    for start, end, text in shown:
        cinema.evaluate(seek, (start + end) / 2)
        cinema.wait_for_function(f"t => {active}.join() === t", arg=text)
    first = said[0][0]
    cinema.evaluate(seek, max(0.0, first - 0.2))
    cinema.wait_for_function(f"{active}.length === 0")
    # Where it plays, too, and not only where one jumps to.
    cinema.evaluate("""async () => {
        film.muted = true;
        film.textTracks[0].oncuechange = () => {
            if (film.textTracks[0].activeCues.length && !window.at) window.at = film.currentTime;
        };
        await film.play();
    }""")
    cinema.wait_for_function("window.at", timeout=20_000)
    # However late a busy machine told of it: in the cue's own time.
    assert first - 0.01 <= cinema.evaluate("window.at") < said[0][1]


def test_the_film_carries_its_captions_itself(talkie: Path) -> None:
    """One mov_text track, English, with the words of `film.srt` at their times: browsers do not show it, players do."""
    said = spoken(talkie)
    with av.open(str(talkie / "film.mp4")) as made:
        (track,) = made.streams.subtitles
        assert (track.codec_context.name, track.metadata.get("language")) == ("mov_text", "eng")
        # A sample is a 16 bit length and its text (3GPP TS 26.245, 5.17); one of no text is the pause between two.
        cues = [p for p in made.demux(track) if p.size > 2]
    found = [(float((p.pts or 0) * (p.time_base or 0)), bytes(p)[2:].decode()) for p in cues]
    assert [text for _, text in found] == [text for _, _, text in said]
    assert [start for start, _ in found] == pytest.approx([start for start, _, _ in said], abs=0.002)
