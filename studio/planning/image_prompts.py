"""Image prompts: one shot of a scene put into words, always in the same order.

Every prompt quotes the canonical descriptions of the scene graph word for word, so that a character looks the same
wherever it stands. The prompts file, which carries prompts out to a person and back, is `studio/input/prompts_file.py`.
"""

from __future__ import annotations

from typing import Literal, get_args

from studio.input.prompts_file import parse_prompts, prompts_json, prompts_text
from studio.model.film import Scene
from studio.planning.scene_graph import SceneParts
from studio.text.words import one_line, word_set

__all__ = [
    "EMOTIONS",
    "PROMPT_CHARACTERS",
    "SIZES",
    "ShotSize",
    "image_prompt",
    "parse_prompts",
    "prompts_json",
    "prompts_text",
]

ShotSize = Literal["wide", "medium", "close"]
SIZES: tuple[ShotSize, ...] = get_args(ShotSize)

PROMPT_CHARACTERS = 8_000
"""Longest prompt, as `model.Shot` bounds it."""

_SIZE_WORDS: dict[ShotSize, str] = {"wide": "wide shot", "medium": "medium shot", "close": "close-up"}

_LIGHT = {
    "still": "dawn light",
    "tender": "soft morning light",
    "curious": "clear noon light",
    "uneasy": "fog",
    "lost": "night",
    "restless": "dusk",
    "brave": "storm light",
    "hopeful": "golden light",
    "at peace": "sunset light",
}
"""The light that carries an emotion; an old habit of the screen: dawn begins, night doubts, gold resolves."""

EMOTIONS: tuple[str, ...] = tuple(_LIGHT)
"""What a scene may feel like: the words that the light, the camera and the score know. Other words are kept as told."""

_TOLD_LIGHT = word_set(
    "dawn sunrise morning noon midday day sunny golden sunset evening dusk twilight night midnight moonlit storm"
    " thunder rain rainy fog foggy mist snow snowy blizzard underwater space orbit lunar moon mars"
)
"""Words that say the light or the weather already: an emotion's light would contradict them."""


def image_prompt(size: ShotSize, scene: Scene, parts: SceneParts, style: str, action: str | None = None) -> str:
    """Return the prompt of one shot: size, characters, action, props, place, emotion and light, style.

    A wide shot names the place first, for there the place is the picture; a close shot leaves out the place's
    surroundings for the same reason. Light is added where neither the place nor the action tells it. A sentence of a
    script stands between semicolons: it has commas of its own, and a reader of the prompt knows it for one thing.

    Args:
        action: what happens in this shot; the scene's action where it is None.

    Returns:
        One line of 1 to `PROMPT_CHARACTERS` characters.
    """
    doing = one_line(scene.action if action is None else action).rstrip(".。")
    cast = [one_line(node.description) for node in parts.characters]
    # A detail shows nothing beside itself.
    near = size == "close" and action is not None
    props = [] if near else [one_line(node.description) for node in parts.props]
    props = [prop for prop in props if prop.lower() not in doing.lower()]
    place = one_line(parts.place.description)
    first = next((letter for letter in doing if letter.isalnum()), "")
    sentence = action is not None and bool(first) and not first.islower()
    doing = doing.replace(";", ",") if sentence else doing
    mood = [one_line(scene.emotion), _light(scene.emotion, f"{place} {doing}")]
    before = [_SIZE_WORDS[size], *([place] if size == "wide" else []), *cast]
    after = [*props, *([] if size == "wide" else [place]), *mood]
    apart = "; " if sentence else ", "
    head, tail = (", ".join(phrase for phrase in phrases if phrase) for phrases in (before, after))
    ending = f"{', ' if tail else apart}{one_line(style)}" if one_line(style) else ""
    body = apart.join(phrase for phrase in (head, doing, tail) if phrase)
    return one_line(body, PROMPT_CHARACTERS - len(ending)) + ending


def _light(emotion: str, told: str) -> str:
    words = frozenset(told.lower().replace(",", " ").replace("-", " ").split())
    return "" if words & _TOLD_LIGHT else _LIGHT.get(emotion, "")
