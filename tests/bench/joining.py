"""Films of many shots: what joining costs, and that memory does not grow with them.

    python -m tests.bench.joining STEP FOLDER SHOTS

Shots of 4 s, 1920x1080 at 30 frames a second; four clips and a line are made once and stand, as hard links, for all.
Prints what a step cost as JSON; `render.py` calls it, a process for each step.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator
from fractions import Fraction
from functools import partial
from pathlib import Path

import av
import numpy as np
from av.audio.stream import AudioStream

from blocks.offline.music.composer import OfflineComposer
from studio.audio.loudness import RATE_HZ
from studio.audio.mix import mix
from studio.audio.wav import wav_file
from studio.lettering.caption_cues import srt_text
from studio.model.film import Cue, MusicCue, Span, Timeline
from studio.planning.moods import MOODS
from studio.video import joining
from studio.video.encoder import encode
from studio.video.joining import AAC_BITS_PER_SECOND, join_clips
from studio.video.still_clip import draw_frames
from tests.bench.measured import apart, measured
from tests.bench.ways import FPS, MOVE, SIZE, _canvas, paint

FRAMES = 4 * FPS
CLIPS = 4
SCENE_SHOTS = 4
LINE_SECONDS = 2.5
STEPS = ("compose", "mix", "sound", "join", "cut")
"""The score; the soundtrack; its encoding as AAC; the film joined with that sound, also by copy; and all of the cut,
which encodes the sound on its way."""


def set_up(folder: Path, most: int) -> None:
    """Make the clips and a line that sounds, and link them `most` times."""
    paint(folder / "still.png")
    canvas = _canvas(folder / "still.png")
    for number in range(CLIPS):
        move = MOVE.model_copy(update={"shake": number / CLIPS})
        drawn = draw_frames(canvas, move, FRAMES, FPS, SIZE, number)
        encode(drawn, SIZE, FPS, folder / f"clip_{number}.mp4")
    seconds = np.arange(round(LINE_SECONDS * RATE_HZ)) / RATE_HZ
    # Syllables of a low voice, four a second.
    voice = 0.3 * np.sin(2 * np.pi * 140 * seconds) * np.sin(2 * np.pi * 2 * seconds) ** 2
    with wav_file(folder / "line.wav", 1, RATE_HZ) as write:
        write(voice.astype(np.float32)[:, None])
    for number in range(most):
        os.link(folder / f"clip_{number % CLIPS}.mp4", folder / f"shot_{number:03}.mp4")
        os.link(folder / "line.wav", folder / f"line_{number:03}.wav")


def timeline(shots: int) -> Timeline:
    """Return the plan of a film of so many shots, without a title."""
    spans = (Span(index=n + 1, start=n * FRAMES, frames=FRAMES, line_start=n * FRAMES + 9) for n in range(shots))
    return Timeline(fps=FPS, title_frames=0, spans=tuple(spans), frames=shots * FRAMES)


def work_of(step: str, folder: Path, shots: int) -> Callable[[], object]:
    """Return a step's work; every step needs those before it."""
    plan = timeline(shots)
    score, sound, out = (folder / name for name in ("score.wav", "sound.wav", "film.mp4"))
    if step == "compose":
        starts = range(0, shots, SCENE_SHOTS)
        moods = tuple(MusicCue(start=shot * 4.0, mood=MOODS[n % len(MOODS)]) for n, shot in enumerate(starts))
        return lambda: OfflineComposer().compose(moods, plan.seconds, 1, score)
    if step == "mix":
        lines = [(folder / f"line_{n:03}.wav", span.line_start / FPS) for n, span in enumerate(plan.spans)]
        return lambda: mix(lines, score, plan.frames, FPS, sound)
    if step == "sound":
        return lambda: _encode_sound(sound, folder / "sound.mp4")
    if step == "join":
        joining._sound_packets = partial(_encoded_before, folder / "sound.mp4")
    cues = tuple(Cue(start=span.line_start, end=span.line_start + 75, text="And so it went") for span in plan.spans)
    captions = folder / "film.srt"
    captions.write_text(srt_text(cues, FPS), encoding="utf-8")
    chapters = [(f"Scene {n}", span.start) for n, span in enumerate(plan.spans[::SCENE_SHOTS], start=1)]
    clips = [folder / f"shot_{n:03}.mp4" for n in range(shots)]
    return lambda: join_clips(None, clips, sound, captions, chapters, plan, "Many shots", out)


def _encode_sound(sound: Path, out: Path) -> None:
    with av.open(str(out), "w", format="mp4") as film:
        voice = film.add_stream("aac", rate=RATE_HZ, layout="stereo", bit_rate=AAC_BITS_PER_SECOND)
        film.start_encoding()
        for _, packet in joining._sound_packets(sound, voice):
            film.mux_one(packet)


def _encoded_before(encoded: Path, sound: Path, stream: AudioStream) -> Iterator[joining._Timed]:
    """Stands in for encoding the sound."""
    with av.open(str(encoded)) as source:
        for packet in source.demux(audio=0):
            if packet.size:
                yield joining._timed(packet, stream, Fraction(1, RATE_HZ), packet.dts or 0)


def many_shots(folder: Path, counts: list[int]) -> dict[int, dict[str, dict[str, float]]]:
    """Make a film of each number of shots and return what each step took, by number and step."""
    apart("tests.bench.joining", "set-up", folder, max(counts))
    return {shots: {step: apart("tests.bench.joining", step, folder, shots) for step in STEPS} for shots in counts}


def main() -> None:
    """Do one step and print what it took."""
    step, folder, shots = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])
    work = (lambda: set_up(folder, shots)) if step == "set-up" else work_of(step, folder, shots)
    print(json.dumps(measured(work)))


if __name__ == "__main__":
    main()
