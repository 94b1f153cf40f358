"""Turn the words for a camera into a move: the vocabulary of moves; nothing here knows of pixels.

`compile_move` reads a shot's `camera` and `motion_prompt` and returns the `Move` that can be made with a still picture,
and the words that cannot. The animator calls it; `studio/video/camera_path.py` turns the move into geometry.

The meaning of directions: "pan left" turns the camera to the left, so the picture's content moves right on the screen;
"tilt up" makes the content move down; "dolly in" makes things grow; an orbit to the right looks from further right.

Everything that the words leave open is aimed at the subject.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from typing import Literal, NamedTuple

from studio.model.camera import CENTRE, Aim, Move, Pose

MoveKind = Literal["static", "pan", "tilt", "dolly", "zoom", "crane", "orbit", "handheld", "travel", "turn"]

_VERBS: dict[str, MoveKind] = {
    **dict.fromkeys(("static", "still", "locked", "fixed", "tripod", "stationary", "lockdown", "motionless"), "static"),
    **dict.fromkeys(("pan", "truck", "track", "slide"), "pan"),
    "tilt": "tilt",
    **dict.fromkeys(("dolly", "push", "pull", "creep"), "dolly"),
    "zoom": "zoom",
    **dict.fromkeys(("crane", "pedestal", "boom", "jib", "rise", "ascend", "lift", "lower", "descend"), "crane"),
    **dict.fromkeys(("orbit", "arc", "circle", "revolve", "rotate"), "orbit"),
    **dict.fromkeys(("handheld", "shaky", "shake", "wobble"), "handheld"),
    **dict.fromkeys(("move", "drift", "glide", "float", "travel", "fly", "go", "sweep"), "travel"),
    **dict.fromkeys(("turn", "look", "swivel", "whip"), "turn"),
}
_LOOSE = {
    "push",
    "pull",
    "creep",
    "track",
    "slide",
    "lift",
    "lower",
    "rise",
    "circle",
    "arc",
    "shake",
    "still",
    "wobble",
}
"""Verbs that may describe people or waves as well: in a motion prompt they count only if the camera is named."""

_WAYS: dict[str, tuple[str, int]] = {
    "left": ("x", -1),
    "leftward": ("x", -1),
    "leftwards": ("x", -1),
    "right": ("x", 1),
    "rightward": ("x", 1),
    "rightwards": ("x", 1),
    "up": ("y", -1),
    "upward": ("y", -1),
    "upwards": ("y", -1),
    "down": ("y", 1),
    "downward": ("y", 1),
    "downwards": ("y", 1),
    "in": ("z", 1),
    "into": ("z", 1),
    "inward": ("z", 1),
    "inwards": ("z", 1),
    "forward": ("z", 1),
    "forwards": ("z", 1),
    "toward": ("z", 1),
    "towards": ("z", 1),
    "closer": ("z", 1),
    "out": ("z", -1),
    "outward": ("z", -1),
    "outwards": ("z", -1),
    "back": ("z", -1),
    "backward": ("z", -1),
    "backwards": ("z", -1),
    "away": ("z", -1),
    "clockwise": ("x", -1),
    "anticlockwise": ("x", 1),
    "counterclockwise": ("x", 1),
}
_GOES: dict[MoveKind, dict[str, MoveKind]] = {
    "static": {},
    "pan": {"x": "pan", "y": "tilt", "z": "dolly"},
    "tilt": {"y": "tilt"},
    "dolly": {"z": "dolly", "x": "pan", "y": "crane"},
    "zoom": {"z": "zoom"},
    "crane": {"y": "crane"},
    "orbit": {"x": "orbit"},
    "handheld": {},
    "travel": {"x": "pan", "y": "crane", "z": "dolly"},
    "turn": {"x": "pan", "y": "tilt"},
}
"""Which move a verb means in which direction: a "truck in" is a dolly, a "pan up" is a tilt."""

_AXES: dict[MoveKind, str] = {
    "static": "",
    "pan": "x",
    "tilt": "y",
    "dolly": "z",
    "zoom": "z",
    "crane": "yz",
    "orbit": "o",
    "handheld": "h",
    "travel": "",
    "turn": "",
}
"""The axes that a move uses: two moves on one axis contradict each other, and the first one counts."""


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


_SLOW = _set("slow slowly gentle gently subtle subtly slight slightly soft softly smooth smoothly steady steadily")
_FAST = _set("fast quick quickly rapid rapidly swift swiftly strong strongly dramatic dramatically crash sudden")
_NAMES = {"camera", "cam", "lens"}
_NOUNS = _NAMES | {"shot", "move", "movement", "motion", "moves", "movements", "view", "frame", "take", "360", "off"}
_DETERMINERS = _set("the a an this that these those his her its their my our your")
_STOP = _DETERMINERS | _set(
    "and or but while as then with without of on onto at by for from to in into up over under off is are was were be "
    "been being it he she they we you i him them us no not never very so if when where which who through across along "
    "around about again against between there here some any each all both only own same than too can will just do does "
    "don't dont s t remain remains stay stays hold holds keep keeps held"
)
_NEGATIONS = {"no", "not", "without", "never", "don't", "dont"}

_TOKEN = re.compile(r"[^\W_]+(?:['-][^\W_]+)*")
_CLAUSES = re.compile(r"[,.;:!?\n\r()\[\]\u2013\u2014|/]|\bthen\b")
_MOTION_CLAUSES = re.compile(r"[,.;:!?\n\r()\[\]\u2013\u2014|/]|\b(?:then|and|while|as|but|with)\b")


LINES = (1 / 3, 1 / 2, 2 / 3)
"""Good places for a subject, in shares of the frame, across and down: in the middle or on a third (J. T. Smith, Remarks
on Rural Scenery, 1797, names the rule of thirds). The lowest is above two lines of captions in every aspect ratio."""

EDGES = (0.1, 0.2)
"""How near to the edge a pan or a tilt may bring the subject, in shares of the frame, across and down: across it stays
in the middle 80 %, older television's safe title area (SMPTE RP 27.3); down it stays further away, because a face has
hair."""

_ASIDE = 0.08
"""How far from the middle the subject must be for a pan or a tilt without a direction to go towards it (by eye)."""


class _Step(NamedTuple):
    kind: MoveKind
    way: int  # -1, 1, or 0 where the words leave it open
    strength: float


def compile_move(camera: str, motion_prompt: str, seed: int, aim: Aim = CENTRE) -> tuple[Move, tuple[str, ...]]:
    """Return the move that both texts ask for, and the words that it cannot do.

    `camera` is read first and has priority; `motion_prompt` may add what does not contradict it, in clauses about the
    camera. In a motion prompt the word after an article is a thing in the picture, not a movement, and is not listed.
    Text without a word of the vocabulary gives a gentle default move. `seed` decides what words and aim leave open.

    A dolly or a zoom moves straight towards the subject and has it on a line of `LINES` at its close end, or as near to
    one as the margin allows; an orbit swings around it; a pan, a tilt or a crane keeps it in the frame, and stops early
    for that, though never before half its way.

    Args:
        aim: where the subject is in the frame.

    Returns:
        The move, and `not_moved`: content words in lower case, in order, each once.
    """
    steps: list[_Step] = []
    left: list[str] = []
    taken = ""
    for text, is_motion in ((camera, False), (motion_prompt, True)):
        for clause in (_MOTION_CLAUSES if is_motion else _CLAUSES).split(text.casefold().replace("\u2019", "'")):
            words = list(_tokens(clause))
            found, used = _read_clause(words, is_motion)
            for step, places in found:
                if any(axis in taken for axis in _AXES[step.kind]):
                    # The same move said twice is done once: only a contradicting one is reported as not done.
                    if any(step.kind == held.kind and step.way in (0, held.way) for held in steps):
                        used |= places
                    continue
                taken += _AXES[step.kind]
                steps.append(step)
                used |= places
            left += [
                word
                for i, word in enumerate(words)
                if i not in used and word not in _STOP and not (is_motion and i and words[i - 1] in _DETERMINERS)
            ]
    return _combine(steps, random.Random(seed), aim), tuple(dict.fromkeys(left))


def _tokens(clause: str) -> Iterator[str]:
    """Yield the words of a clause; "push-in" is two words, "close-up" one."""
    for word in _TOKEN.findall(re.sub(r"\bhand[\s-]+held\b", "handheld", clause)):
        parts = word.split("-")
        if any(_verb(part) for part in parts):
            yield from parts
        else:
            yield word


def _verb(word: str) -> str:
    """Return the word's verb in the vocabulary, or ''."""
    forms = [word]
    for ending, instead in (("ies", "y"), ("es", ""), ("s", ""), ("ing", ""), ("ing", "e"), ("ed", ""), ("d", "")):
        if word.endswith(ending):
            forms.append(word.removesuffix(ending) + instead)
    forms += [form[:-1] for form in forms[1:] if len(form) > 3 and form[-1] == form[-2]]
    return next((form for form in forms if form in _VERBS), "")


def _read_clause(words: list[str], is_motion: bool) -> tuple[list[tuple[_Step, set[int]]], set[int]]:
    """Return the steps of a clause with the places of their words, and those of other words that are understood."""
    verbs = [i for i, word in enumerate(words) if _verb(word)]
    named = any(word in _NAMES for word in words) or not is_motion
    first = next((i for i, w in enumerate(words) if w not in _SLOW | _FAST | _DETERMINERS | _NEGATIONS), -1)
    if not named and not (first in verbs or ("shot" in words and verbs)):
        return [], set()
    found: list[tuple[_Step, set[int]]] = []
    used: set[int] = set()
    strength = 0.65 if _SLOW & set(words) else 1.6 if _FAST & set(words) else 1.0
    for turn, i in enumerate(verbs):
        if i in used:
            continue
        verb = _verb(words[i])
        if verb == "move" and i and (_verb(words[i - 1]) or words[i - 1] in _NAMES | {"no"}) and i + 1 == len(words):
            continue
        end = verbs[turn + 1] if turn + 1 < len(verbs) else len(words)
        if _NEGATIONS & set(words[max(0, i - 3) : i]):
            found.append((_Step("static", 0, 1.0), set(range(max(0, i - 3), end))))
            continue
        step, places = _read_verb(words, i, end, verb, strength)
        if step is not None and (named or places - {i} or verb not in _LOOSE):
            found.append((step, places))
    if found:
        used |= {i for i, word in enumerate(words) if word in _NOUNS | _SLOW | _FAST}
    elif named and any(word in _NAMES for word in words):
        used |= {i for i, word in enumerate(words) if word in _NOUNS}
        if _NEGATIONS & set(words):
            found.append((_Step("static", 0, 1.0), set()))
    return found, used


def _read_verb(words: list[str], i: int, end: int, verb: str, strength: float) -> tuple[_Step | None, set[int]]:
    """Return the step of the verb at place `i`, and the places of the words it uses.

    Its direction is after it, up to `end`, or just before it.
    """
    kind, goes = _VERBS[verb], _GOES[_VERBS[verb]]
    near = [*range(i + 1, min(end, i + 6)), *range(i - 1, max(-1, i - 3), -1)]
    ways = [n for n in near if words[n] in _WAYS and _WAYS[words[n]][0] in goes and words[n - 1 if n else n] != "from"]
    if verb in ("track", "truck", "pan", "slide"):
        ways = [n for n in ways if _WAYS[words[n]][0] != "z" or verb in ("track", "truck")]
    if not ways:
        if kind in ("travel", "turn"):
            return None, set()
        way = {"pull": -1, "lower": 1, "descend": 1}.get(verb, 0)
        return _Step(kind, way, strength), {i}
    axis, way = _WAYS[words[ways[0]]]
    same = {n for n in near if words[n] in _WAYS and _WAYS[words[n]][0] == axis}
    return _Step(goes[axis], way, strength), {i, *same}


def _combine(steps: list[_Step], rng: random.Random, aim: Aim) -> Move:
    """Combine the steps into one move. Distances are shares of the frame, chosen by eye for 3 to 8 s."""
    side, other = (rng.choice((-1, 1)) if abs(at - 0.5) < _ASIDE else -1 if at < 0.5 else 1 for at in aim)
    if not steps:
        x, y = _toward(aim[0], 1.09), _toward(aim[1], 1.09)
        return Move(start=Pose(x=x, y=y, zoom=1.03), end=Pose(x=x, y=y, zoom=1.09), aim=aim)
    to_x = to_y = 0
    roll = shake = swing = travel = 0.0
    from_zoom = to_zoom = 1.0
    linear = False
    for kind, way, strength in steps:
        if kind == "pan":
            to_x, travel = way or side, max(travel, 0.15 * strength)
        elif kind == "tilt":
            to_y, travel = way or other, max(travel, 0.15 * strength)
        elif kind == "crane":
            to_y, travel = way or -1, max(travel, 0.12 * strength)
            wide, close = 1.0, 1.0 + 0.09 * strength
            from_zoom, to_zoom = (close, wide) if to_y < 0 else (wide, close)
        elif kind in ("dolly", "zoom"):
            near, linear = 1.0 + (0.17 if kind == "dolly" else 0.35) * strength, linear or kind == "zoom"
            from_zoom, to_zoom = (1.0, near) if way >= 0 else (near, 1.0)
        elif kind == "orbit":
            swing = (way or side) * min(1.0, 0.75 * strength)
            roll = 0.8 * swing
        elif kind == "handheld":
            shake = min(1.0, 0.65 * strength)
    # With a zoom of z the spare margin is 1 - 1/z of the frame: this base makes -1 to 1 exactly `travel` wide.
    base = 1 / (1 - travel)
    from_zoom, to_zoom = base * from_zoom, base * to_zoom
    near = max(from_zoom, to_zoom)
    ends = [
        tuple(_kept(way * to, at, zoom, edge) for way, zoom in ((-1, from_zoom), (1, to_zoom)))
        if to
        else (_toward(at, near),) * 2
        for to, at, edge in ((to_x, aim[0], EDGES[0]), (to_y, aim[1], EDGES[1]))
    ]
    return Move(
        start=Pose(x=ends[0][0], y=ends[1][0], zoom=from_zoom, roll=-roll),
        end=Pose(x=ends[0][1], y=ends[1][1], zoom=to_zoom, roll=roll),
        shake=shake,
        swing=swing,
        linear=linear and not travel,
        aim=aim,
    )


def _toward(at: float, zoom: float) -> float:
    """Return the pose, -1 to 1, that brings what is at `at` closest to the nearest line of `LINES`.

    A pose p at zoom z shows the place a at 1/2 + (a - 1/2 - p (1 - 1/z) / 2) z of the screen. If p is constant while
    the zoom changes, everything moves straight to or from one spot, as for a camera on rails.
    """
    if zoom <= 1:
        return 0.0
    line = min(LINES, key=lambda line: abs(line - at))
    return min(1.0, max(-1.0, (at - 0.5 - (line - 0.5) / zoom) / ((1 - 1 / zoom) / 2)))


def _kept(pose: float, at: float, zoom: float, edge: float) -> float:
    """Return the pose, or the nearest one on the same side of the middle that keeps what is at `at` off the edge."""
    spare, half = (1 - 1 / zoom) / 2, (0.5 - edge) / zoom
    least, most = min(0.0, (at - 0.5 - half) / spare), max(0.0, (at - 0.5 + half) / spare)
    return min(most, max(least, pose))
