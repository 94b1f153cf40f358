"""One clip, made in every way that is compared: ours, MoviePy's two, ffmpeg's zoompan, and the encoder alone.

    python -m tests.bench.ways WAY FOLDER SECONDS

All show the same picture by the same move, 1920x1080 at 30 frames a second, to x264 with the same options and threads.
Prints what the clip cost as JSON; `render.py` calls it, a process for each clip.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable
from fractions import Fraction
from functools import partial
from pathlib import Path

import av
import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from studio.model.camera import Move, Pose
from studio.video import encoder
from studio.video.camera_path import EASE_SHARE, Maps, ease, frame_maps
from studio.video.planes import Pixels, Planes, crop_to, open_picture, to_planes
from studio.video.still_clip import draw_frames, render_still
from tests.bench.measured import measured

SIZE, FPS = (1920, 1080), 30
MOVE = Move(start=Pose(zoom=1.02, x=-0.6, y=-0.4), end=Pose(zoom=1.15, x=0.6, y=0.3), linear=True)
"""A pan and a zoom without an arc, so that it can be said in MoviePy's and zoompan's words, too."""
CANVAS = (2400, 1350)
"""The picture that moves, a little larger than the film, as `studio/video/still_clip.py` makes it."""
OVER = 3
"""How many times finer the reference is sampled, each way."""

_X264 = [word for name, value in encoder._OPTIONS.items() if name != "preset" for word in (f"-{name}", value)]
_BT709 = ["-colorspace", "bt709", "-color_primaries", "bt709", "-color_trc", "bt709", "-color_range", "tv"]
_ENCODER = [*_X264, "-g", str(2 * FPS), *_BT709, "-movflags", "+faststart"]
_TO_YUV = "scale=out_color_matrix=bt709:out_range=tv"


def paint(out: Path) -> None:
    """Write the picture: noise whose amplitude falls with frequency as nature's does, little of it in colour, and
    hard edges over it."""
    rng = np.random.default_rng(1)
    wide, high = SIZE
    cycles = np.maximum(np.hypot(np.fft.fftfreq(high)[:, None], np.fft.rfftfreq(wide)[None]), 1 / wide)
    layers = [np.fft.irfft2(np.exp(2j * np.pi * rng.random(cycles.shape)) / cycles**1.4, (high, wide)) for _ in "YRGB"]
    light, *colours = (layer / layer.std() for layer in layers)
    pixels = np.stack([128 + 40 * light + 8 * colour for colour in colours], axis=2)
    image = Image.fromarray(pixels.clip(0, 255).astype(np.uint8))
    pen = ImageDraw.Draw(image)
    for _ in range(60):
        x, y, reach = rng.integers(0, wide), rng.integers(0, high), rng.integers(20, 160)
        corners = [(int(x + reach * np.cos(a)), int(y + reach * np.sin(a))) for a in np.sort(rng.uniform(0, 6.28, 3))]
        colour = tuple(int(value) for value in rng.integers(0, 256, 3))
        if rng.random() < 0.5:
            pen.polygon(corners, fill=colour)
        else:
            pen.line(corners, fill=colour, width=3)
    image.save(out)


def _view(share: float) -> tuple[float, float, float]:
    """Return (zoom, left, top) of the move after a share of its time; left and top in shares of the picture."""
    start, end, done = MOVE.start, MOVE.end, float(ease(np.array(share)))
    zoom, x, y = (a + (b - a) * done for a, b in ((start.zoom, end.zoom), (start.x, end.x), (start.y, end.y)))
    spare = (1 - 1 / zoom) / 2
    return zoom, spare * (1 + x), spare * (1 + y)


def _canvas(picture: Path) -> Planes:
    return to_planes(crop_to(open_picture(picture), CANVAS))


def ours(picture: Path, frames: int, out: Path) -> Callable[[], object]:
    """The hot path of `studio/video/still_clip.py`: draw and encode."""
    canvas = _canvas(picture)
    return lambda: encoder.encode(draw_frames(canvas, MOVE, frames, FPS, SIZE, 1), SIZE, FPS, out)


def ours_whole(picture: Path, frames: int, out: Path) -> Callable[[], object]:
    """A clip as a film has it made: the picture is opened and made into a canvas on the clock, too."""
    return lambda: render_still(open_picture(picture), MOVE, frames, FPS, SIZE, 1, (), out)


def encoder_alone(picture: Path, frames: int, out: Path) -> Callable[[], object]:
    """The same frames, drawn before the clock runs and held in memory: what no renderer can pass."""
    drawn = []
    for draw in draw_frames(_canvas(picture), MOVE, frames, FPS, SIZE, 1):
        drawn.append(av.VideoFrame(*SIZE, "yuv420p"))
        draw(encoder.planes_of(drawn[-1]))

    def work() -> None:
        options = {"movflags": "+faststart", "video_track_timescale": str(encoder.TIMESCALE)}
        with av.open(str(out), "w", format="mp4", options=options) as container:
            stream = container.add_stream("libx264", rate=FPS, options=dict(encoder._OPTIONS))
            stream.width, stream.height, stream.pix_fmt = *SIZE, "yuv420p"
            context = stream.codec_context
            context.color_primaries = context.color_trc = context.colorspace = context.color_range = 1
            context.gop_size = 2 * FPS
            context.thread_type, context.thread_count = "FRAME", encoder.THREADS
            for number, frame in enumerate(drawn):
                frame.pts, frame.time_base = number, Fraction(1, FPS)
                container.mux(stream.encode(frame))
            container.mux(stream.encode(None))

    return work


def moviepy_idiom(picture: Path, frames: int, out: Path) -> Callable[[], object]:
    """MoviePy as its documentation does it: a still whose size and position are functions of time."""
    from moviepy import CompositeVideoClip, ImageClip

    seconds, last = frames / FPS, max(1, frames - 1)

    def corner(t: float) -> tuple[float, float]:
        zoom, left, top = _view(t * FPS / last)
        return -left * zoom * SIZE[0], -top * zoom * SIZE[1]

    still = ImageClip(str(picture)).with_duration(seconds)
    moving = still.resized(lambda t: _view(t * FPS / last)[0]).with_position(corner)
    return partial(_written, CompositeVideoClip([moving], size=SIZE).with_duration(seconds), out)


def moviepy_frames(picture: Path, frames: int, out: Path) -> Callable[[], object]:
    """MoviePy with our frames: the same warp, of RGB, as its pipe wants it."""
    from moviepy import VideoClip

    canvas = crop_to(open_picture(picture), CANVAS)
    maps = frame_maps(MOVE, frames, FPS, CANVAS, SIZE, 1)
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP

    def frame(t: float) -> NDArray[np.uint8]:
        seen = maps[min(frames - 1, round(t * FPS))]
        return cv2.warpAffine(canvas, seen[:2], SIZE, flags=flags, borderMode=cv2.BORDER_REPLICATE)

    return partial(_written, VideoClip(frame, duration=frames / FPS), out)


def _written(clip: object, out: Path) -> None:
    # Told the matrix: by itself the pipe converts by BT.601, whose colours would be wrong and the comparison unfair.
    clip.write_videofile(  # type: ignore[attr-defined]  # MoviePy has no types
        str(out),
        fps=FPS,
        codec="libx264",
        preset=encoder._OPTIONS["preset"],
        audio=False,
        threads=encoder.THREADS,
        ffmpeg_params=["-vf", _TO_YUV, *_ENCODER],
        logger=None,
    )


def zoompan(picture: Path, frames: int, out: Path) -> Callable[[], object]:
    """ffmpeg's own filter for a moving still, by MoviePy's ffmpeg."""
    from imageio_ffmpeg import get_ffmpeg_exe

    start, end, share = MOVE.start, MOVE.end, f"(on/{max(1, frames - 1)})"
    # `camera_path.ease` in ffmpeg's words.
    ramp, top = f"/{2 * EASE_SHARE}*{1 / (1 - EASE_SHARE):.9f}", f"{1 / (1 - EASE_SHARE):.9f}"
    late = f"if(gt({share},{1 - EASE_SHARE}),1-(1-{share})^2{ramp},{top}*({share}-{EASE_SHARE / 2}))"
    share = f"if(lt({share},{EASE_SHARE}),{share}^2{ramp},{late})"
    zoom = f"{start.zoom}+{end.zoom - start.zoom:.6f}*{share}"
    left, top = (
        f"(1-1/zoom)/2*(1+({a})+({b - a:.6f})*{share})*{side}"
        for a, b, side in ((start.x, end.x, "iw"), (start.y, end.y, "ih"))
    )
    filters = f"{_TO_YUV},format=yuv420p,zoompan=z='{zoom}':x='{left}':y='{top}'"
    filters += f":d={frames}:s={SIZE[0]}x{SIZE[1]}:fps={FPS}"
    command = [
        get_ffmpeg_exe(),
        "-loglevel",
        "error",
        "-y",
        "-i",
        str(picture),
        "-vf",
        filters,
        "-frames:v",
        str(frames),
        "-c:v",
        "libx264",
        "-preset",
        encoder._OPTIONS["preset"],
        "-threads",
        str(encoder.THREADS),
        *_ENCODER,
        "-pix_fmt",
        "yuv420p",
        str(out),
    ]
    return lambda: subprocess.run(command, check=True)


WAYS: dict[str, Callable[[Path, int, Path], Callable[[], object]]] = {
    "ours": ours,
    "ours-whole": ours_whole,
    "moviepy": moviepy_idiom,
    "moviepy-frames": moviepy_frames,
    "zoompan": zoompan,
    "encoder": encoder_alone,
}


def write_reference(picture: Path, frames: int, out: Path) -> None:
    """Write what the move shows at its best, losslessly: RGB sampled three times finer by cubics, then averaged, then
    converted."""
    source = crop_to(open_picture(picture), SIZE)
    finer = np.array([[1 / OVER, 0, (1 / OVER - 1) / 2], [0, 1 / OVER, (1 / OVER - 1) / 2], [0, 0, 1]])
    with av.open(str(out), "w") as container:
        stream = container.add_stream("ffv1", rate=FPS)
        stream.width, stream.height, stream.pix_fmt = *SIZE, "yuv420p"
        for number, seen in enumerate(frame_maps(MOVE, frames, FPS, SIZE, SIZE, 1)):
            frame = av.VideoFrame(*SIZE, "yuv420p")
            for target, plane in zip(encoder.planes_of(frame), to_planes(_averaged(source, seen @ finer)), strict=True):
                target[:] = plane
            frame.pts, frame.time_base = number, Fraction(1, FPS)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))


def _averaged(rgb: Pixels, seen: Maps) -> Pixels:
    fine = (OVER * SIZE[0], OVER * SIZE[1])
    flags = cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP
    warped = cv2.warpAffine(rgb, seen[:2], fine, flags=flags, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(cv2.resize(warped, SIZE, interpolation=cv2.INTER_AREA), np.uint8)


def ssim(clip: Path, reference: Path) -> float:
    """Return the structural similarity of a clip to the reference, all planes, 1 at best: ffmpeg's `ssim` filter."""
    from imageio_ffmpeg import get_ffmpeg_exe

    said = subprocess.run(
        [
            get_ffmpeg_exe(),
            "-hide_banner",
            "-i",
            clip,
            "-i",
            reference,
            "-lavfi",
            "[0:v]settb=1/30,setpts=N[a];[1:v]settb=1/30,setpts=N[b];[a][b]ssim",
            "-f",
            "null",
            "-",
        ],
        capture_output=True,
        text=True,
        check=True,
    ).stderr
    found = re.search(r"SSIM .*All:([\d.]+)", said)
    assert found, said
    return float(found[1])


def main() -> None:
    """Make one clip and print what it took."""
    way, folder, seconds = sys.argv[1], Path(sys.argv[2]), float(sys.argv[3])
    frames, out = round(seconds * FPS), folder / f"{way}.mp4"
    took = measured(WAYS[way](folder / "still.png", frames, out))
    print(json.dumps({**took, "frames": encoder.probe(out).frames, "bytes": out.stat().st_size}))


if __name__ == "__main__":
    main()
