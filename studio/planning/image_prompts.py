"""Write image prompts: one shot of a scene in words, always in the same order.

Every prompt quotes the canonical descriptions of the scene graph word for word, so that a character looks the same
everywhere. The prompts file, in which a person reads and edits prompts, is `studio/input/prompts_file.py`.
"""

from __future__ import annotations

import re
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
"""Longest prompt, in characters, as `studio.model.film.Shot` limits it."""

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
"""The light that goes with an emotion, by an old habit of films: dawn begins, night doubts, gold resolves."""

EMOTIONS: tuple[str, ...] = tuple(_LIGHT)
"""The emotions that light, camera and score know. A scene may have other words for its emotion; they are kept."""

_TOLD_LIGHT = word_set(
    "dawn sunrise morning noon midday day sunny golden sunset evening dusk twilight night midnight moonlit storm"
    " thunder rain rainy fog foggy mist snow snowy blizzard underwater space orbit lunar moon mars"
)
"""Words that already say the light or the weather: an emotion's light could contradict them."""


STYLE_MARK = " Style: "
"""What parts a prompt's style from what the picture shows, in films that keep their style's text."""


def image_prompt(
    size: ShotSize, scene: Scene, parts: SceneParts, style: str, action: str | None = None, *, style_apart: bool = False
) -> str:
    """Return the prompt of one shot: size, characters, action, props, place, emotion and light, style.

    A wide shot names the place first, because there the place is the picture; a close shot of a detail leaves out the
    props. Light is added if neither the place nor the action says it. A sentence of a script is put between semicolons,
    because it has commas of its own.

    Args:
        action: what happens in this shot; None for the scene's action.
        style_apart: whether the style is a sentence of its own, so that a painter can tell it from what it shows.

    Returns:
        One line of 1 to `PROMPT_CHARACTERS` characters.
    """
    doing = one_line(scene.action if action is None else action).rstrip(".。")
    cast = [one_line(node.description) for node in parts.characters]
    # A close shot of a detail shows nothing else.
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
    return with_style(body, style) if style_apart else one_line(body, PROMPT_CHARACTERS - len(ending)) + ending


def with_style(body: str, style: str) -> str:
    """Return a prompt with its style as a last sentence: '..., dawn light. Style: film noir.'

    What parts a prompt's sentences, and the notes of a redo from the style, is left out of the style's own words.
    """
    words = re.sub(r"(?<!\.)\.+, ", ", ", one_line(one_line(style).replace(STYLE_MARK.strip(), "")))
    words = one_line(words, PROMPT_CHARACTERS // 2).rstrip(" .")
    if not words:
        return one_line(body, PROMPT_CHARACTERS)
    ending = f".{STYLE_MARK}{words}."
    return one_line(body, PROMPT_CHARACTERS - len(ending)).rstrip(" .,;") + ending


def part_style(prompt: str) -> tuple[str, str]:
    """Return (what a picture shows, its style) of a prompt; the style is '' where none is set apart."""
    shown, mark, told = prompt.rpartition(f".{STYLE_MARK}")
    if not mark:
        return prompt, ""
    # The notes of a redo are at the prompt's end, after the style's full stop.
    style, _, notes = told.partition("., ")
    return f"{shown}, {notes}" if notes else shown, style.rstrip(".")


def in_style_of(before: str, prompt: str, style: str) -> str:
    """Return a person's prompt for a picture with the style of the prompt that it takes the place of.

    Args:
        before: the prompt that was there.
        prompt: what the person wrote; one that names the style, or sets one apart itself, stays as it is.
        style: the film's style, in words.
    """
    ending = _ending(before, style)
    if not ending or STYLE_MARK.strip() in prompt or one_line(style).lower() in prompt.lower():
        return prompt
    return prompt.rstrip(" .,;") + ending


def with_notes(prompt: str, notes: str, style: str) -> str:
    """Return a prompt with a person's notes at the end of what it shows, before its style."""
    ending = _ending(prompt, style)
    return f"{prompt.removesuffix(ending)}, {notes}{ending}"


def _ending(prompt: str, style: str) -> str:
    """Return with which words of the style a prompt ends, with what sets them apart; '' if with none."""
    _, mark, words = prompt.rpartition(f".{STYLE_MARK}")
    if mark and "., " not in words:
        return mark + words
    usual = f", {one_line(style)}"
    return usual if one_line(style) and prompt.endswith(usual) else ""


def _light(emotion: str, told: str) -> str:
    words = frozenset(told.lower().replace(",", " ").replace("-", " ").split())
    return "" if words & _TOLD_LIGHT else _LIGHT.get(emotion, "")
