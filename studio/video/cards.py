"""Make the title card and the end card: layers composed with MoviePy, faded and encoded like every clip.

A dark background, coloured after the film's mood, with a soft light on it; the title in Noto Sans, a thin rule under
it. The title card fades in and out. The last picture dissolves into the end card, which shows title and credits and
slowly fades to black. Nothing on a card moves: MoviePy composes it twice, without and with its letters, and each frame
is a blend of the two.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np
from moviepy import CompositeVideoClip, ImageClip
from numpy.typing import NDArray

from studio.lettering.fonts import baseline, drawable, set_block, set_line, text_width
from studio.lettering.typography import title_lines, typographic
from studio.model.film import Mood
from studio.model.receipt import PieceMeasures
from studio.model.style import Frame, Lettering, StyleSettings
from studio.planning.credits import Credit
from studio.video.encoder import Draw, encode
from studio.video.planes import Pixels, Planes, blend_planes, fade_planes, to_planes
from studio.video.style_frame import colour_of, frame_for

FADE_SECONDS = 1.0
"""Longest fade of a title card, in and out; each is at most a third of the card."""

DISSOLVE_SECONDS, LAST_FADE_SECONDS = 1.0, 1.2
"""How long the last picture dissolves into the end card, and the end card fades to black; each is at most a third of
the card. A shot's move comes to rest with its last frame, so a still picture may dissolve."""

_WORDS_IN, _RULE_IN = 1.2, 1.6
"""When the title, and what is below it, are fully visible, in lengths of the fade: a little after the light."""

_Grade = tuple[tuple[int, int, int], tuple[int, int, int], tuple[int, int, int]]
_TEAL: _Grade = ((9, 13, 22), (30, 46, 66), (255, 214, 160))
_EMBER: _Grade = ((13, 12, 17), (52, 40, 46), (255, 205, 150))
_SEA: _Grade = ((8, 17, 18), (24, 56, 56), (240, 224, 180))
_DUSK: _Grade = ((14, 11, 21), (46, 38, 72), (246, 208, 190))
_GRADES = (_TEAL, _EMBER, _SEA, _DUSK)
"""RGB of the background at the edge, in the middle, and of the light: teal and amber as in documentaries (by eye)."""

_MOODS: dict[Mood, _Grade] = {
    "calm": _SEA,
    "tender": _EMBER,
    "wonder": _DUSK,
    "hopeful": _TEAL,
    "brave": ((16, 11, 9), (62, 40, 28), (255, 208, 140)),
    "playful": ((17, 13, 10), (60, 48, 30), (255, 222, 150)),
    "restless": ((13, 13, 15), (50, 48, 50), (255, 200, 150)),
    "melancholy": ((10, 13, 18), (36, 44, 54), (214, 220, 226)),
    "tense": ((12, 9, 10), (48, 30, 32), (250, 190, 160)),
    "mysterious": ((8, 12, 14), (26, 42, 50), (206, 226, 214)),
}

MOST_CHARACTERS = 1_000
"""Most characters of a title that are used; in readable letters a card has room for fewer."""
_LETTERS = (240, 236, 228)
_SMALLEST = 0.35
"""The smallest size of a title as a share of the normal one: a word that is still too long is broken."""
_WEIGHT, _TRACKING = 300, 0.015
"""Weight and tracking of the title: large letters are light, with a little space between them."""
_CREDIT, _SMALL_WEIGHT, _SMALL_TRACKING, _LABEL_TRACKING = 0.032, 400, 0.02, 0.14
"""Size, weight and tracking of the credits: small letters are heavier, and capitals have much space between them
(Bringhurst, The Elements of Typographic Style, 2.1.6)."""


def title_card(
    title: str,
    size: tuple[int, int],
    fps: int,
    frames: int,
    seed: int,
    out: Path,
    *,
    mood: Mood | None = None,
    english: bool = True,
    settings: StyleSettings | None = None,
) -> PieceMeasures:
    """Write the clip of a title card.

    Args:
        title: of any length and script; it is wrapped and shrunk to fit. What no installed font can show is left out;
            if nothing is left, the card has no letters.
        size: (width, height) in pixels, even.
        frames: length of the card, >= 1.
        seed: chooses where the light falls, and the colours if there is no mood.
        mood: the film's mood, which chooses the colours.
        english: whether quotation marks are set as in English.
        settings: of the film's style, which then chooses colours, letters and frame.

    Returns:
        Size, frames and seconds as measured; `not_drawn` are the words of the title that lost a letter.

    Raises:
        EngineFailed: the encoder failed. DiskFull: there is no room left.
    """
    text, lost = drawable(typographic(title[:MOST_CHARACTERS], english=english))
    card = _compose(_one_line(text), (), size, seed, mood, settings)
    fade = min(FADE_SECONDS, frames / fps / 3)
    made = encode(_titled(card, frames, fps, fade), size, fps, out)
    return made.model_copy(update={"not_drawn": lost})


def end_card(
    title: str,
    credits: Sequence[Credit],
    last: Planes | None,
    size: tuple[int, int],
    fps: int,
    frames: int,
    seed: int,
    out: Path,
    *,
    mood: Mood | None = None,
    english: bool = True,
    settings: StyleSettings | None = None,
) -> PieceMeasures:
    """Write the clip of an end card; results, errors and other arguments as `title_card`.

    Args:
        credits: the labels and names under the title, one row each; () for the title alone.
        last: the film's last picture, of the film's size, which dissolves into the card; None: it fades in from black.
    """
    text, lost = drawable(typographic(title[:MOST_CHARACTERS], english=english))
    rows, more = [], []
    for label, name in credits:
        (shown, gone), (who, unknown) = drawable(label), drawable(name)
        more += [*gone, *unknown]
        if shown and who:
            rows.append((shown, who))
    card = _compose(_one_line(text), rows, size, seed, mood, settings)
    made = encode(_ended(card, last, frames, fps), size, fps, out)
    return made.model_copy(update={"not_drawn": tuple(dict.fromkeys([*lost, *more]))})


def still_card(text: str, size: tuple[int, int], seed: int) -> Pixels:
    """Return a card with `text` on it as one picture, (height, width, 3) uint8 RGB; letters no font has are left out.

    Args:
        size: (width, height) in pixels, even.
        seed: chooses the colours and where the light falls.
    """
    return _painted(drawable(text[:MOST_CHARACTERS])[0], (), size, seed, None)[1]


class _Card(NamedTuple):
    """A card's two pictures, without and with letters.

    What is from row `below` on, which is even, appears a little after the title.
    """

    ground: Planes
    lettered: Planes
    below: int


def _titled(card: _Card, frames: int, fps: int, fade: float) -> Iterator[Draw]:
    """Yield one drawing per frame, for the middle of its time, so that rounding cannot reach the next frame."""
    for i in range(frames):
        seconds = (i + 0.5) / fps
        light = min(1.0, seconds / fade, (frames / fps - seconds) / fade)
        inks = tuple(min(1.0, seconds / (slower * fade)) for slower in (_WORDS_IN, _RULE_IN))
        yield partial(_draw, card, inks, None, 1.0, _eased(light))


def _ended(card: _Card, last: Planes | None, frames: int, fps: int) -> Iterator[Draw]:
    dissolve, fade = (min(most, frames / fps / 3) for most in (DISSOLVE_SECONDS, LAST_FADE_SECONDS))
    for i in range(frames):
        seconds = (i + 0.5) / fps
        come = _eased(min(1.0, seconds / dissolve))
        light = _eased(min(1.0, (frames / fps - seconds) / fade))
        # The words come while the picture goes, so that there is time to read them.
        inks = tuple(_eased(min(1.0, max(0.0, seconds / dissolve - late) / 0.7)) for late in (0.3, 0.5))
        yield partial(_draw, card, inks, last, come, light if last is not None else light * come)


def _eased(share: float) -> float:
    return share * share * (3 - 2 * share)


def _draw(
    card: _Card, inks: tuple[float, ...], picture: Planes | None, come: float, light: float, planes: Planes
) -> None:
    """Draw one frame of the card into the planes.

    The title, and what is below it, have the opacities `inks`, 0 to 1; over them is `picture`, faded out by `come`,
    0 to 1; all of it is at a share `light` of its brightness.
    """
    for ground, lettered, target in zip(card.ground, card.lettered, planes, strict=True):
        split = card.below * len(ground) // len(card.ground[0])
        for rows, ink in zip((slice(split), slice(split, None)), inks, strict=True):
            cv2.addWeighted(lettered[rows], ink, ground[rows], 1 - ink, 0, dst=target[rows])
    if picture is not None and come < 1:
        blend_planes(picture, planes, come, planes)
    if light < 1:
        fade_planes(planes, light, planes)


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _compose(
    text: str,
    rows: Sequence[Credit],
    size: tuple[int, int],
    seed: int,
    mood: Mood | None,
    settings: StyleSettings | None = None,
) -> _Card:
    """Return the card: background and light, and over them title, rule and credits; in a style also its frame."""
    bare, whole, below = _painted(text, rows, size, seed, mood, settings)
    ground = to_planes(bare)
    lettered = to_planes(whole) if text or rows else ground
    if settings is not None and (around := frame_for(settings, size)) is not None:
        around.draw(ground)
        if lettered is not ground:
            around.draw(lettered)
    return _Card(ground, lettered, below)


def _painted(
    text: str,
    rows: Sequence[Credit],
    size: tuple[int, int],
    seed: int,
    mood: Mood | None,
    settings: StyleSettings | None = None,
) -> tuple[Pixels, Pixels, int]:
    """Return the background, the background with its letters, and the row between the title and what is below it."""
    if settings is not None:
        # The colours of a style count before those of a mood.
        mood = mood or "calm"
    rng = np.random.default_rng(seed)
    by_seed = _GRADES[int(rng.integers(len(_GRADES)))]
    edge, middle, light = (np.array(colour, dtype=np.float32) for colour in (_MOODS[mood] if mood else by_seed))
    face = _Face()
    if settings is not None:
        face = _face_of(settings)
        light = colour_of(settings.accent) if settings.accent else light
    if settings is not None and settings.paper:
        # Paper is evenly lit; a colour that is nearly black keeps the spot of light.
        middle = colour_of(settings.paper)
        edge = middle * np.float32(0.93 if middle.mean() > 90 else 0.6)
    bare = _ground(size, edge, middle, light if edge.mean() < 90 else np.zeros(3, np.float32), rng)
    if not text and not rows:
        return bare, bare, 0
    layers, below = _layers(text.upper() if face.capitals else text, rows, size, light, face)
    whole = CompositeVideoClip([ImageClip(bare), *layers], size=size).get_frame(0)
    if settings is not None and settings.frame == "screen":
        # The letters of an old game are square dots, too.
        small = cv2.resize(np.asarray(whole, np.uint8), (size[0] * 180 // size[1], 180), interpolation=cv2.INTER_AREA)
        whole = cv2.resize(small, size, interpolation=cv2.INTER_NEAREST)
    return bare, np.ascontiguousarray(whole, dtype=np.uint8), below


class _Face(NamedTuple):
    """How the letters of a card look: their RGB, the title's weight, tracking, size and width, and whether in capitals.

    `width` is the title's longest line, as a share of the card's width.
    """

    letters: tuple[float, ...] = _LETTERS
    weight: int = _WEIGHT
    tracking: float = _TRACKING
    scale: float = 1.0
    capitals: bool = False
    width: float = 0.84


_FACES: dict[Lettering, _Face] = {
    "light": _Face(),
    "plain": _Face(weight=500, tracking=0.0),
    "heavy": _Face(weight=850, tracking=0.0, scale=1.12),
    "wide": _Face(weight=400, tracking=0.26, scale=0.74),
}


_WIDTHS: dict[Frame, float] = {"gate": 0.60, "badge": 0.56, "page": 0.72, "board": 0.72, "panel": 0.78}
"""The width of titles in frames that leave less room."""


def _face_of(settings: StyleSettings) -> _Face:
    face = _FACES[settings.lettering]._replace(capitals=settings.capitals, width=_WIDTHS.get(settings.frame, 0.84))
    return face._replace(letters=tuple(colour_of(settings.ink).tolist())) if settings.ink else face


def _layers(
    text: str, rows: Sequence[Credit], size: tuple[int, int], light: NDArray[np.float32], face: _Face
) -> tuple[list[ImageClip], int]:
    """Return the layers title, rule and credits, from top to bottom, and the row `_Card.below`.

    That row is even; it is between title and rule or, if there are credits, between rule and credits.
    """
    width, height = size
    # In a narrow frame letters may be larger for its width, because a title then has more lines.
    unit = min(width * 1.3, height * 1.25)
    block = _title(text, size, unit * face.scale * (0.06 if rows else 0.105 if len(text) <= 24 else 0.085), face)
    below = _credit_block(rows, size)
    rule_wide, rule_high = max(8, round(unit * 0.09)), max(1, round(height / 540))
    gap = round(unit * 0.03)
    parts = block.shape[0] + gap + rule_high + ((round(gap * 1.4) + below[0].shape[0]) if below else 0)
    # A block in the exact middle looks too low.
    top = max(0, round((height - parts) / 2 - height * 0.012))
    bow = np.sin(np.linspace(0.01, np.pi - 0.01, rule_wide)).astype(np.float32) ** 0.6
    rule = np.repeat(bow[None] * np.float32(0.8), rule_high, axis=0)
    end = top + block.shape[0]
    layers = [
        _inked(block, np.array(face.letters, dtype=np.float32)).with_position(((width - block.shape[1]) // 2, top)),
        _inked(rule, light).with_position(((width - rule_wide) // 2, end + gap)),
    ]
    if not below:
        return layers, (end + gap // 2) // 2 * 2
    under = end + gap + rule_high + round(gap * 1.4)
    for mask, colour in zip(below, (light * np.float32(0.82), np.array(face.letters, dtype=np.float32)), strict=True):
        layers.append(_inked(mask, colour).with_position(((width - mask.shape[1]) // 2, under)))
    return layers, (under - gap // 2) // 2 * 2


def _title(text: str, size: tuple[int, int], asked: float, face: _Face) -> NDArray[np.float32]:
    """Return the mask of the title, divided into good lines, at the wanted size or smaller."""
    if not text:
        return np.zeros((2, 2), np.float32)
    width, height = size
    box, letter = (round(width * face.width), round(height * 0.6)), max(4, round(asked))
    if "\n" not in text:
        wide = partial(text_width, size_px=letter, weight=face.weight, tracking=face.tracking)
        lines, share = title_lines(text, wide, box[0] - letter / 2 - 4, max(1, int(box[1] / letter / 1.3)))
        text, letter = "\n".join(lines), max(4, int(letter * max(share, _SMALLEST)))
    return set_block(text, box, letter, face.weight, face.tracking)


def _credit_block(
    rows: Sequence[Credit], size: tuple[int, int]
) -> tuple[NDArray[np.float32], NDArray[np.float32]] | tuple[()]:
    """Return two masks of one size, as film credits are set: the labels, right-aligned, and the names, left-aligned."""
    if not rows:
        return ()
    letter, most = max(8, round(min(size[0] * 2.1, size[1] * 1.25) * _CREDIT)), round(size[0] * 0.86)
    while True:
        capitals = round(letter * 0.78)
        labels = [set_line(label.upper(), capitals, _SMALL_WEIGHT, _LABEL_TRACKING) for label, _ in rows]
        names = [set_line(name, letter, _SMALL_WEIGHT, _SMALL_TRACKING) for _, name in rows]
        left, right = (max(mask.shape[1] for mask in masks) for masks in (labels, names))
        wide = left + letter + right
        if wide <= most or letter <= 6:
            break
        letter = max(6, min(letter - 1, letter * most // wide))
    pitch = round(letter * 1.6)
    blocks = [np.zeros((pitch * (len(rows) - 1) + names[0].shape[0], min(most, wide)), np.float32) for _ in range(2)]
    for row, (label, name) in enumerate(zip(labels, names, strict=True)):
        # Both on one baseline.
        _put(label, blocks[0], left - label.shape[1], row * pitch + baseline(letter) - baseline(capitals))
        _put(name, blocks[1], left + letter, row * pitch)
    return blocks[0], blocks[1]


def _put(mask: NDArray[np.float32], block: NDArray[np.float32], x: int, y: int) -> None:
    """Copy the mask into the block; what is beyond the block's right edge is cut off."""
    part = mask[:, : max(0, block.shape[1] - x)]
    block[y : y + part.shape[0], x : x + part.shape[1]] = part


def _inked(mask: NDArray[np.float32], colour: NDArray[np.float32]) -> ImageClip:
    """Return a layer of one colour with a mask of 0 to 1."""
    ink = np.broadcast_to(colour.astype(np.uint8), (*mask.shape, 3)).copy()
    return ImageClip(ink).with_mask(ImageClip(mask, is_mask=True))


def _ground(
    size: tuple[int, int],
    edge: NDArray[np.float32],
    middle: NDArray[np.float32],
    light: NDArray[np.float32],
    rng: np.random.Generator,
) -> Pixels:
    """Return the background: a soft spot of the middle colour, a faint light from above, and grain against banding."""
    width, height = size
    side = float(rng.choice((-1, 1)))
    x = np.linspace(-1, 1, width, dtype=np.float32)[None, :]
    y = np.linspace(-1, 1, height, dtype=np.float32)[:, None]
    pool = np.exp(-((x / 0.95) ** 2 + ((y + 0.05) / 0.85) ** 2))[:, :, None]
    beam = np.exp(-(((x - 0.75 * side) / 0.9) ** 2 + ((y + 1.05) / 0.7) ** 2))[:, :, None]
    ground = edge + (middle - edge) * pool + light * 0.16 * beam
    grain = rng.normal(0, 1.1, (height, width, 1)).astype(np.float32)
    return np.asarray(np.clip(ground + grain + 0.5, 0, 255), dtype=np.uint8)
