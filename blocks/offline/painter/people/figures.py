"""Figures: people seen whole and from behind, and the look that each of them keeps.

A person's look comes from the words that describe them, never from a shot's seed: the same words give the same coat,
build and hair in every shot of a film.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from random import Random
from typing import Literal

from blocks.offline.painter.canvas.shapes import Drawing, Shape, bar, blob, limb, moved, oval, poly
from blocks.offline.painter.prompt.reader import Reading, Subject


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_COATS = ("8c3b32", "3c5876", "6d6a3e", "9a6a2f", "4d6b5e", "6b4a66", "a8894f", "525c66")
_HAIR = ("241c19", "3f2b1f", "5c3c22", "1a191f")
_SKIN = ("d9ab86", "c08a63", "8f5f40", "e3bd9c", "6e4730")
_FEMALE = _words(
    "woman women girl mother grandmother grandma granny lady queen widow daughter sister wife heroine schoolgirl "
    "granddaughter her she actress female"
)
_MALE = _words(
    "man men boy father grandfather grandpa king son brother husband fisherman gentleman monk schoolboy grandson his "
    "he male bearded"
)
_STOUT = _words("fat stout plump heavy portly burly chubby stocky")
_SLIM = _words("thin slender slim skinny lean gaunt lanky")
AGED = _words("old elderly aged grandmother grandfather grandma grandpa granny elder old-timer ancient")


FIST = (0.185, 1.0)
"""Where the raised right fist of a figure is, (x, y) in its own coordinates; for a child see `_as_child`."""


@dataclass(frozen=True)
class Look:
    """How a person looks in every shot: clothes, hair, skin, build. Colours are 'rrggbb'; '' means not worn."""

    coat: str
    hair: str
    skin: str
    trousers: str
    cut: Literal["coat", "dress", "jacket"]
    style: Literal["short", "long", "bun"]
    head: Literal["", "hat", "cap", "hood"]
    head_tone: str
    scarf: str
    pack: str
    build: float
    child: bool
    knit: bool = False
    """Whether an open cardigan over a blouse is worn instead of a coat."""
    glasses: bool = False


def look_of(subject: Subject, garments: tuple[tuple[str, str], ...] = ()) -> Look:
    """Return the look of a person: chosen by the words of the subject, then changed by the garments of the prompt."""
    words = frozenset(subject.words)
    built = 1.16 if words & _STOUT else 0.86 if words & _SLIM else 1.0
    dice = Random(zlib.crc32(" ".join(subject.words).encode()))
    coat, hair, skin = dice.choice(_COATS), dice.choice(_HAIR), dice.choice(_SKIN)
    build, scarf, accent = dice.uniform(0.92, 1.1), dice.random(), dice.choice(_COATS)
    female = bool(words & _FEMALE) or (not words & _MALE and dice.random() < 0.4)
    worn = dict(garments)
    child = subject.kind == "child"
    aged = bool(words & AGED) or subject.kind == "elder"
    if aged:
        hair = "b9b6b0"
    cut: Literal["coat", "dress", "jacket"] = "jacket" if child and not female else "coat"
    if "dress" in worn:
        cut = "dress"
    body = worn.get("coat") or worn.get("dress") or coat
    head = next((k for k in ("hood", "hat", "cap") if k in worn), "")
    return Look(
        coat=body,
        hair=worn.get("hair") or hair,
        skin=skin,
        trousers=worn.get("trousers") or "2f3138",
        cut=cut,
        style=("bun" if aged else dice.choice(("long", "bun"))) if female else "short",
        head="hood" if head == "hood" else "hat" if head == "hat" else "cap" if head == "cap" else "",
        head_tone=worn.get(head, "") or (body if head == "hood" else accent),
        scarf=(worn["scarf"] or "a8322d") if "scarf" in worn else (accent if scarf < 0.25 else ""),
        pack=(worn["pack"] or "6a5238") if "pack" in worn else "",
        build=build * built * (1.06 if not female else 0.95),
        child=child,
        knit=bool(words & {"cardigan"}),
        glasses=subject.kind == "elder" and female,
    )


def look_of_person(reading: Reading, subject: Subject) -> Look:
    """Return the look of a person of this prompt."""
    return look_of(subject, worn_by(reading, subject))


def worn_by(reading: Reading, subject: Subject) -> tuple[tuple[str, str], ...]:
    """Return what a person wears: their own garments where there are several people, else all that the prompt names."""
    return reading.garments if subject.garments is None else subject.garments


def darker(tone: str, share: float) -> str:
    """Return a tone 'rrggbb' multiplied by `share`, 0 to 1."""
    return "".join(f"{int(int(tone[i : i + 2], 16) * share):02x}" for i in (0, 2, 4))


def person(
    look: Look,
    stride: float,
    held: Drawing = (),
    arms: bool = True,
    head: bool = True,
    raised: bool = False,
    umbrella: str = "",
) -> Drawing:
    """Draw a figure from behind, 1 high, standing or walking.

    Args:
        stride: 0 for feet together to 1 for walking.
        held: a small drawing for the right hand, which hangs from (0, 0).
        arms: False where a pose draws its own arms.
        head: False where a pose draws its own head.
        raised: both arms up, the right fist at `FIST`.
        umbrella: tone of an umbrella held over the head; '' for none.
    """
    w, step = look.build, 0.045 * stride
    coat, dark, deep = look.coat, darker(look.coat, 0.72), darker(look.coat, 0.5)
    shapes: list[Shape] = []
    for side in (-1, 1):
        lift = step if side > 0 else 0.0
        hip, foot = 0.045 * side * w, (0.047 + step) * side * w
        shapes += [
            poly(
                look.trousers,
                (hip - 0.042, 0.46),
                (hip + 0.042, 0.46),
                (foot + 0.028, 0.05 + lift),
                (foot - 0.028, 0.05 + lift),
            ),
            blob(
                "1f1d1f",
                (foot - 0.032, 0.07 + lift),
                (foot + 0.032, 0.07 + lift),
                (foot + 0.042, 0.012 + lift),
                (foot, lift),
                (foot - 0.04, 0.012 + lift),
            ),
        ]
    if raised:
        shapes += [*_raised_arm(look, -1), *_raised_arm(look, 1)]
    elif umbrella:
        shapes += _arm(look, -1, ())
    elif arms:
        shapes += _arm(look, -1, ()) + _arm(look, 1, held)
    hem, flare = {"coat": (0.27, 0.150), "dress": (0.16, 0.190), "jacket": (0.45, 0.108)}[look.cut]
    waist = 0.094 if look.cut != "jacket" else 0.104
    shapes += [
        poly(
            coat,
            (-0.042 * w, 0.838),
            (-0.098 * w, 0.808),
            (-0.126 * w, 0.765),
            (-0.116 * w, 0.66),
            (-waist * w, 0.56),
            (-(waist + flare) / 2 * w, 0.45),
            (-flare * w, hem),
            (-flare * 0.35 * w, hem - 0.014),
            (flare * 0.35 * w, hem - 0.014),
            (flare * w, hem),
            ((waist + flare) / 2 * w, 0.45),
            (waist * w, 0.56),
            (0.116 * w, 0.66),
            (0.126 * w, 0.765),
            (0.098 * w, 0.808),
            (0.042 * w, 0.838),
        ),
        poly(
            dark,
            (-0.118 * w, 0.70),
            (-0.1 * w, 0.72),
            (-0.066 * w, 0.56),
            (-0.105 * w, hem + 0.01),
            (-flare * 0.97 * w, hem),
            (-(waist + flare) / 2 * w, 0.45),
            (-waist * w, 0.56),
        ),
        bar(deep, (0.004, 0.53), (0.012, hem - 0.008), 0.006),
        *([] if look.cut == "jacket" else [bar(deep, (-waist * w, 0.567), (waist * w, 0.567), 0.020)]),
    ]
    if look.pack:
        shapes += [
            blob(
                darker(look.pack, 0.75),
                (-0.088, 0.80),
                (0.088, 0.80),
                (0.105, 0.68),
                (0.095, 0.53),
                (-0.095, 0.53),
                (-0.105, 0.68),
            ),
            blob(look.pack, (-0.08, 0.81), (0.08, 0.81), (0.086, 0.74), (0.0, 0.705), (-0.086, 0.74)),
            oval("8d8069", 0, 0.835, 0.10, 0.024),
        ]
    if head:
        shapes += _head(look)
    if umbrella:
        shapes += _umbrella(look, umbrella)
    drawing = tuple(shapes)
    return _as_child(drawing) if look.child else drawing


def _umbrella(look: Look, cloth: str) -> list[Shape]:
    """Draw the right arm bent, and the umbrella it holds, seen from behind and a little above."""
    dark, fold = darker(cloth, 0.72), darker(cloth, 0.55)
    return [
        bar("2a2320", (0.142, 0.66), (0.118, 1.16), 0.010),
        limb(look.coat, (0.092, 0.765, 0.040), (0.188, 0.655, 0.034), (0.152, 0.728, 0.024)),
        oval(look.skin, 0.139, 0.738, 0.024, 0.026),
        blob(
            cloth,
            (-0.20, 0.985),
            (-0.145, 1.085),
            (-0.03, 1.155),
            (0.112, 1.178),
            (0.255, 1.150),
            (0.365, 1.075),
            (0.415, 0.970),
            (0.345, 1.000),
            (0.268, 0.975),
            (0.190, 1.005),
            (0.105, 0.980),
            (0.02, 1.008),
            (-0.06, 0.985),
            (-0.13, 1.010),
        ),
        blob(
            dark,
            (0.112, 1.176),
            (0.255, 1.150),
            (0.365, 1.075),
            (0.415, 0.970),
            (0.345, 1.000),
            (0.268, 0.976),
            (0.235, 1.09),
        ),
        *(bar(fold, (0.112, 1.172), (x, y), 0.005) for x, y in ((-0.06, 0.99), (0.105, 0.985), (0.268, 0.98))),
        bar("2a2320", (0.112, 1.17), (0.111, 1.205), 0.010),
    ]


def _raised_arm(look: Look, side: int) -> list[Shape]:
    sleeve = look.coat if side > 0 else darker(look.coat, 0.82)
    x, y = FIST[0] * side, FIST[1] - (0.0 if side > 0 else 0.05)
    return [
        oval(look.skin, x, y, 0.023, 0.026),
        limb(sleeve, (0.092 * side, 0.765, 0.040), (0.172 * side, 0.865, 0.034), (x, y - 0.030, 0.022)),
    ]


def _arm(look: Look, side: int, held: Drawing) -> list[Shape]:
    w, out = look.build * side, 0.05 * side if held else 0.0
    sleeve = look.coat if side > 0 else darker(look.coat, 0.82)
    hand_x, hand_y = 0.152 * w + out, 0.47 + (0.04 if held else 0)
    shapes = [
        blob(
            look.skin,
            (hand_x - 0.017, hand_y),
            (hand_x + 0.017, hand_y),
            (hand_x + 0.019, hand_y - 0.035),
            (hand_x, hand_y - 0.055),
            (hand_x - 0.017, hand_y - 0.035),
        ),
        blob(
            sleeve,
            (0.082 * w, 0.790),
            (0.123 * w, 0.776),
            (0.144 * w + out * 0.3, 0.67),
            (0.160 * w + out * 0.7, 0.58),
            (hand_x + 0.022 * side, hand_y - 0.008),
            (hand_x - 0.022 * side, hand_y - 0.008),
            (0.116 * w + out * 0.6, 0.58),
            (0.098 * w, 0.70),
        ),
    ]
    return [*moved(held, hand_x, hand_y - 0.045, 1.0), *shapes]


def _head(look: Look) -> list[Shape]:
    hair, dark = look.hair, darker(look.hair, 0.7)
    shapes = [poly(darker(look.skin, 0.8), (-0.026, 0.815), (0.026, 0.815), (0.024, 0.885), (-0.024, 0.885))]
    collar = darker(look.coat, 0.85)
    shapes.append(oval(look.skin, 0, 0.915, 0.044, 0.060))
    if look.style == "short":
        shapes += [oval(look.skin, x, 0.912, 0.009, 0.016) for x in (-0.045, 0.045)]
    if look.head != "hood":
        shapes.append(
            blob(
                collar,
                (-0.064, 0.832),
                (-0.034, 0.858),
                (0.0, 0.852),
                (0.034, 0.858),
                (0.064, 0.832),
                (0.05, 0.802),
                (0, 0.79),
                (-0.05, 0.802),
            )
        )
    if look.style == "long":
        shapes.append(
            blob(
                hair,
                (-0.047, 0.93),
                (-0.035, 0.968),
                (0, 0.984),
                (0.035, 0.968),
                (0.047, 0.93),
                (0.057, 0.86),
                (0.060, 0.76),
                (0.032, 0.715),
                (0.004, 0.705),
                (-0.030, 0.715),
                (-0.060, 0.76),
                (-0.056, 0.86),
            )
        )
        shapes += [bar(dark, (x, 0.94), (x * 1.4, 0.74), 0.004) for x in (-0.02, 0.004, 0.026)]
    else:
        shapes.append(
            blob(
                hair,
                (-0.046, 0.915),
                (-0.045, 0.95),
                (-0.028, 0.976),
                (0, 0.985),
                (0.028, 0.976),
                (0.045, 0.95),
                (0.046, 0.915),
                (0.032, 0.882),
                (0.0, 0.874),
                (-0.032, 0.882),
            )
        )
        if look.style == "bun":
            shapes += [oval(dark, 0.002, 0.968, 0.031, 0.026), oval(hair, 0, 0.973, 0.029, 0.024)]
    if look.scarf:
        deep = darker(look.scarf, 0.8)
        shapes += [
            blob(deep, (0.01, 0.84), (0.045, 0.83), (0.062, 0.74), (0.072, 0.62), (0.03, 0.61), (0.022, 0.73)),
            blob(
                look.scarf,
                (-0.06, 0.845),
                (-0.03, 0.875),
                (0.03, 0.875),
                (0.06, 0.845),
                (0.05, 0.812),
                (0, 0.80),
                (-0.05, 0.812),
            ),
        ]
    tone = look.head_tone
    if look.head == "hat":
        shapes += [
            blob(tone, (-0.052, 0.945), (-0.046, 0.992), (-0.02, 1.008), (0.02, 1.008), (0.046, 0.992), (0.052, 0.945)),
            oval(darker(tone, 0.82), 0, 0.944, 0.094, 0.017),
            bar(darker(tone, 0.5), (-0.049, 0.962), (0.049, 0.962), 0.014),
        ]
    if look.head == "cap":
        shapes += [
            blob(tone, (-0.048, 0.94), (-0.045, 0.975), (-0.02, 0.998), (0.02, 0.998), (0.045, 0.975), (0.048, 0.94)),
            bar(darker(tone, 0.7), (-0.049, 0.943), (0.049, 0.943), 0.022),
        ]
    if look.head == "hood":
        shapes.append(
            blob(
                tone,
                (-0.062, 0.83),
                (-0.060, 0.91),
                (-0.042, 0.972),
                (0, 1.0),
                (0.042, 0.972),
                (0.060, 0.91),
                (0.062, 0.83),
                (0.07, 0.80),
                (0, 0.775),
                (-0.07, 0.80),
            )
        )
        shapes.append(bar(darker(tone, 0.7), (0, 0.995), (0, 0.80), 0.005))
    return shapes


def _as_child(drawing: Drawing) -> Drawing:
    """Return a figure with a child's proportions: a shorter body under a larger head (about 5.5 heads high)."""

    def shrink(x: float, y: float) -> tuple[float, float]:
        return (x * 1.18, y * 0.94) if y < 0.83 else (x * 1.38, 0.78 + (y - 0.83) * 1.38)

    return tuple(s._replace(points=tuple(shrink(x, y) for x, y in s.points)) for s in drawing)
