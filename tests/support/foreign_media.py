"""Make media as people have them, with the ffmpeg binary that MoviePy brings: every container, codec and oddity.

A picture has a corner of each of four colours (`CORNERS`), and a bar along its top that grows with time, so that both
its orientation and the time of a frame can be read from it.
"""

from __future__ import annotations

import subprocess
from pathlib import Path

import imageio_ffmpeg
import numpy as np
from numpy.typing import NDArray

CORNERS = {
    "top left": (220, 40, 40),
    "top right": (40, 200, 40),
    "bottom left": (40, 60, 220),
    "bottom right": (220, 210, 40),
}
"""The colours of the corners of an upright picture, RGB."""
SECONDS = 2.0
"""How long a clip is, if its name says nothing else."""


def ffmpeg(*arguments: str | Path) -> None:
    """Run ffmpeg, quietly."""
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-nostdin", "-v", "error", "-y", *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, f"{command}: {done.stderr[-2000:]}"


def picture(
    size: tuple[int, int] = (320, 180), rate: str = "25", seconds: float = SECONDS, top: float = SECONDS
) -> str:
    """Return a source of moving pictures for `-f lavfi -i`; the bar spans the width after `top` seconds."""
    wide, high = size
    colours = [f"0x{r:02x}{g:02x}{b:02x}" for r, g, b in CORNERS.values()]
    half = (wide // 2, high // 2)
    boxes = ",".join(
        f"drawbox=x={x * half[0]}:y={y * half[1]}:w={half[0] + 1}:h={half[1] + 1}:c={c}:t=fill"
        for (x, y), c in zip(((0, 0), (1, 0), (0, 1), (1, 1)), colours, strict=True)
    )
    grey = f"drawbox=x=0:y={high * 2 // 5}:w={wide}:h={high // 5}:c=0x202020:t=fill"
    return (
        f"color=black:s={wide}x{high}:r={rate}:d={seconds},format=rgb24,{boxes},{grey}[a];"
        f"color=white:s={wide}x{high // 5}:r={rate}:d={seconds},format=rgb24[b];"
        f"[a][b]overlay=x='-{wide}+{wide}*t/{top}':y={high * 2 // 5}:format=rgb[out0]"
    )


def sound(seconds: float = SECONDS, rate: int = 48_000, hz: int = 440) -> str:
    """Return a source of a steady tone, a quarter of full scale, for `-f lavfi -i`."""
    return f"aevalsrc=0.25*sin(2*PI*{hz}*t):s={rate}:d={seconds}"


_X264 = ("-c:v", "libx264", "-preset", "ultrafast", "-crf", "12")

_B_FRAMES = ("-c:v", "libx264", "-preset", "veryfast", "-crf", "12", "-bf", "3", "-pix_fmt", "yuv420p")

_X265 = ("-c:v", "libx265", "-preset", "ultrafast", "-x265-params", "log-level=none", "-crf", "12")

CLIPS: dict[str, tuple[str, ...]] = {
    "h264.mp4": (*_X264, "-pix_fmt", "yuv420p", "-c:a", "aac"),
    "h264.mov": (*_X264, "-pix_fmt", "yuv420p", "-c:a", "pcm_s16le"),
    "h264.mkv": (*_X264, "-pix_fmt", "yuv444p", "-c:a", "libopus"),
    "h264.ts": (*_X264, "-pix_fmt", "yuv420p", "-c:a", "mp2"),
    "bframes.ts": (*_B_FRAMES, "-c:a", "mp2"),
    "camera.mts": (*_B_FRAMES, "-g", "25", "-c:a", "ac3", "-f", "mpegts", "-mpegts_m2ts_mode", "1"),
    "h264.flv": (*_X264, "-pix_fmt", "yuv420p", "-c:a", "aac"),
    "gop.mp4": ("-c:v", "libx264", "-crf", "12", "-g", "250", "-bf", "3", "-pix_fmt", "yuv420p", "-c:a", "aac"),
    "full.mp4": ("-vf", "scale=out_range=full,format=yuvj420p", *_X264, "-c:a", "aac"),
    "hevc.mp4": (*_X265, "-c:a", "aac"),
    "ten.mp4": (*_X265, "-pix_fmt", "yuv420p10le", "-c:a", "aac"),
    "vp8.webm": ("-c:v", "libvpx", "-b:v", "2M", "-deadline", "realtime", "-cpu-used", "8", "-c:a", "libvorbis"),
    "vp9.webm": ("-c:v", "libvpx-vp9", "-b:v", "2M", "-deadline", "realtime", "-cpu-used", "8", "-c:a", "libopus"),
    "av1.mp4": ("-c:v", "libsvtav1", "-preset", "12", "-crf", "20", "-c:a", "aac"),
    "prores.mov": ("-c:v", "prores_ks", "-profile:v", "2", "-pix_fmt", "yuv422p10le", "-c:a", "pcm_s24le"),
    "mpeg4.avi": ("-c:v", "mpeg4", "-q:v", "2", "-c:a", "libmp3lame"),
    "mjpeg.avi": ("-c:v", "mjpeg", "-q:v", "2", "-pix_fmt", "yuvj420p", "-c:a", "pcm_s16le"),
    "mpeg2.mpg": ("-c:v", "mpeg2video", "-q:v", "2", "-c:a", "mp2"),
    "bframes.mpg": (*_B_FRAMES, "-c:a", "mp2"),
    "theora.ogv": ("-c:v", "libtheora", "-q:v", "9", "-c:a", "libvorbis"),
    "ffv1.mkv": ("-c:v", "ffv1", "-pix_fmt", "yuv420p", "-c:a", "flac"),
    "qtrle.mov": ("-c:v", "qtrle", "-an"),
    "surround.mp4": (*_X264, "-pix_fmt", "yuv420p", "-c:a", "aac", "-ac", "6"),
    "silent.mp4": (*_X264, "-pix_fmt", "yuv420p", "-an"),
    "fragments.mp4": (*_X264, "-pix_fmt", "yuv420p", "-movflags", "frag_keyframe+empty_moov", "-c:a", "aac"),
    "interlaced.mp4": (*_X264, "-vf", "interlace", "-flags", "+ilme+ildct", "-pix_fmt", "yuv420p", "-c:a", "aac"),
    "animated.gif": ("-an", "-filter_complex", "[0:v]split[x][y];[x]palettegen[p];[y][p]paletteuse"),
    "animated.apng": ("-an", "-f", "apng", "-plays", "1"),
}
"""Clips of 320 x 180 pixels, 25 frames a second and two seconds, with a tone where there may be sound."""


def clip(path: Path, *options: str, source: str = "", tone: str = "") -> Path:
    """Write a clip of the usual picture and tone, encoded as `options` say."""
    ffmpeg("-f", "lavfi", "-i", source or picture(), "-f", "lavfi", "-i", tone or sound(), *options, path)
    return path


def named_clip(folder: Path, name: str) -> Path:
    """Write one of `CLIPS`."""
    return clip(folder / name, *CLIPS[name])


def turned(path: Path, quarter: int) -> Path:
    """Write a clip that is stored on its side, with a flag that turns it upright: 90, 180 or 270 degrees."""
    stored = {90: "transpose=1", 180: "hflip,vflip", 270: "transpose=2"}[quarter]
    bare = path.with_name(f"bare-{path.name}")
    clip(bare, "-vf", stored, *CLIPS["h264.mp4"])
    ffmpeg("-display_rotation", str(quarter), "-i", bare, "-c", "copy", path)
    return path


def variable_rate(path: Path, times: list[float]) -> Path:
    """Write a clip whose frames are shown from these seconds on, with the bar as at 25 frames a second."""
    keep = "+".join(f"eq(n,{round(seconds * 25)})" for seconds in times)
    clip(path, "-vf", f"select='{keep}'", "-fps_mode", "vfr", *CLIPS["silent.mp4"])
    return path


def corner_faults(rgb: NDArray[np.uint8], near: int = 45) -> str:
    """Return which corner of a picture has another colour than it should; '' if none has."""
    high, wide = rgb.shape[:2]
    for (name, colour), (y, x) in zip(
        CORNERS.items(), ((0.2, 0.25), (0.2, 0.75), (0.8, 0.25), (0.8, 0.75)), strict=True
    ):
        seen = rgb[round(high * y) - 3 : round(high * y) + 3, round(wide * x) - 3 : round(wide * x) + 3].mean(
            axis=(0, 1)
        )
        if np.abs(seen - colour).max() > near:
            return f"{name} is {seen.round()} and not {colour}"
    return ""


def bar_seconds(rgb: NDArray[np.uint8], top: float = SECONDS) -> float:
    """Return the time that the bar of a picture shows, in seconds of its source."""
    high, wide = rgb.shape[:2]
    rows = rgb[round(high * 0.46) : round(high * 0.54)].mean(axis=(0, 2))
    return float((rows > 128).sum() / wide * top)
