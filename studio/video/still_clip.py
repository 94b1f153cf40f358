"""Render a clip from a still picture and a move: the hot path of the offline animator.

The picture is converted to YUV planes once, a little larger than the film, and each frame is one sub-pixel warp of them
straight into the encoder's memory. `encode` and `probe`, from `studio/video/encoder.py`, can be imported from here as
well.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

import cv2
from PIL import Image

from studio.model.camera import Move
from studio.model.engines import Tick
from studio.model.film import Cue
from studio.model.receipt import PieceMeasures
from studio.model.style import StyleSettings
from studio.video.burned_captions import BurnedCaption, set_cues
from studio.video.camera_path import Maps, calm, chroma_map, frame_maps
from studio.video.encoder import Draw, encode, probe
from studio.video.planes import Pixels, Planes, crop_to, to_planes
from studio.video.style_frame import StyleFrame, frame_for

__all__ = ["draw_frames", "encode", "probe", "render_still"]

_LEAST_CANVAS, _MOST_CANVAS = 1.25, 2.0
"""Size of the canvas as a multiple of the frame. Below 1.15 the sharpness of linear sampling pulses by 1 % (0.02 %
above it, measured); from 1.25 on a warp of planes is as faithful as a warp of RGB (`make bench-render`); above 2 it
skips pixels at the wide end."""


def render_still(
    picture: Image.Image,
    move: Move,
    frames: int,
    fps: int,
    size: tuple[int, int],
    seed: int,
    cues: Sequence[Cue],
    out: Path,
    tick: Tick = lambda _: None,
    settings: StyleSettings | None = None,
) -> PieceMeasures:
    """Write the clip of one picture.

    Args:
        picture: RGB, of any size and aspect ratio; it is cropped around its centre to the film's.
        move: the part that does not fit into the frames at a calm speed (`camera_path.CALM`) is left out.
        frames: length of the clip, >= 1.
        size: (width, height) in pixels, even.
        seed: of handheld shake.
        cues: captions to burn in, in frames of this clip.
        out: may have any ending; the container is MP4.
        settings: of a style, whose frame is drawn around the picture, and whose captions are burned in.

    Returns:
        Size, frames and seconds as measured; `not_drawn` are words of the cues that no installed font can show.

    Raises:
        EngineFailed: the encoder failed.
        DiskFull: there is no room left. After any error, ignore whatever is at `out`.
    """
    move = calm(move, frames, fps, size, seed)
    canvas = _canvas(picture, move, size)
    burned, lost = set_cues(cues, size, settings)
    around = frame_for(settings, size) if settings is not None else None
    made = encode(draw_frames(canvas, move, frames, fps, size, seed, burned, around), size, fps, out, tick)
    return made.model_copy(update={"not_drawn": lost})


def draw_frames(
    canvas: Planes,
    move: Move,
    frames: int,
    fps: int,
    size: tuple[int, int],
    seed: int,
    burned: Sequence[BurnedCaption] = (),
    around: StyleFrame | None = None,
) -> Iterator[Draw]:
    """Yield one drawing per frame, for `encode`: the canvas as the move shows it, and the captions of that frame.

    `around` is drawn between the two.
    """
    high, wide = canvas[0].shape
    for i, luma_map in enumerate(frame_maps(move, frames, fps, (wide, high), size, seed)):
        yield partial(_draw, canvas, luma_map, [b for b in burned if b.start <= i < b.end], around)


def _canvas(picture: Image.Image, move: Move, size: tuple[int, int]) -> Planes:
    """Return the picture's planes, large enough for the closest view."""
    scale = min(_MOST_CANVAS, max(_LEAST_CANVAS, move.start.zoom, move.end.zoom))
    wide, high = (2 * round(side * scale / 2) for side in size)
    return to_planes(crop_to(picture, (wide, high)))


def _draw(
    canvas: Planes, luma_map: Maps, burned: Sequence[BurnedCaption], around: StyleFrame | None, planes: Planes
) -> None:
    half_map = chroma_map(luma_map)
    for source, target, matrix in zip(canvas, planes, (luma_map, half_map, half_map), strict=True):
        _warp(source, target, matrix)
    if around is not None:
        around.draw(planes)
    for caption in burned:
        caption.draw(planes)


def _warp(source: Pixels, target: Pixels, matrix: Maps) -> None:
    """Fill `target` with `source` seen through `matrix` (target index -> source index)."""
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    size = (target.shape[1], target.shape[0])
    if matrix[2, 0] == 0 and matrix[2, 1] == 0:
        cv2.warpAffine(source, matrix[:2], size, dst=target, flags=flags, borderMode=cv2.BORDER_REPLICATE)
    else:
        cv2.warpPerspective(source, matrix, size, dst=target, flags=flags, borderMode=cv2.BORDER_REPLICATE)
