"""When a prompt plays, and in which weather: of two that exclude each other, the one named last wins.

A note of a redo stands at a prompt's end ("..., at dusk, still, ..., at night"): it must outweigh what stood there
before. Called by `reader.py`.
"""

from __future__ import annotations

from typing import cast

from blocks.offline.painter.prompt import vocabulary
from blocks.offline.painter.prompt.habitat import Hour, Weather
from blocks.offline.painter.prompt.tokens import Token, meaning

_HINTS = frozenset(
    ("day", "golden", "sunny", "candlelight", "candlelit", "starry", "starlit", "starlight", "breakfast", "daylight")
)
"""These may tell of an hour, or of a light or a thing: one that is named beside them decides."""
_SEASONS = ("autumn",)
_OTHER_TIMES = frozenset(("for", "until", "till", "towards", "toward", "of", "since", "another", "last"))
"""Whoever waits for the morning is still in the night."""
_EXCLUDED: dict[str, frozenset[str]] = {
    "snow": frozenset(("rain", "storm", "clear")),
    "rain": frozenset(("snow", "clear")),
    "storm": frozenset(("snow", "clear")),
    "fog": frozenset(("clear",)),
    "overcast": frozenset(("clear",)),
    "clear": frozenset(("storm", "rain", "fog", "snow", "overcast")),
}
"""What cannot be in the sky together with each weather."""
_CLEARED = frozenset(
    ("sky", "skies", "weather", "day", "night", "morning", "noon", "evening", "sunset", "dawn", "dusk")
)
_WITHOUT = ("no", "without", "not")


def _alone(tokens: list[Token], i: int) -> bool:
    """Tell whether a word's phrase says nothing else: "by day", "golden hour"."""
    phrase = [t.word for t in tokens if t.phrase == tokens[i].phrase]
    return all(w in vocabulary.STOP or meaning(vocabulary.HOURS, w) or w in ("hour", "light", "time") for w in phrase)


def _decides(tokens: list[Token], i: int) -> bool:
    word = tokens[i].word
    if word in _SEASONS or (i and tokens[i - 1].word in _OTHER_TIMES):
        return False
    if i > 1 and tokens[i - 1].word == "the" and tokens[i - 2].word in _OTHER_TIMES:
        return False
    golden_hour = word == "golden" and i + 1 < len(tokens) and tokens[i + 1].word == "hour"
    return word not in _HINTS or golden_hour or _alone(tokens, i)


def hour_of(tokens: list[Token]) -> Hour | None:
    """Give the hour named last; one that is only hinted at counts where none is named. None where neither is."""
    told = [(m, _decides(tokens, i)) for i, t in enumerate(tokens) if (m := meaning(vocabulary.HOURS, t.word))]
    named = [m for m, decides in told if decides]
    # Of hints the first counts: what follows describes it.
    return cast("Hour | None", named[-1] if named else next((m for m, _ in told), None))


def _weather_at(tokens: list[Token], i: int) -> str | None:
    word = tokens[i].word
    if i and tokens[i - 1].word in _WITHOUT:
        return None
    if word in ("cloudless", "sunny"):
        return "clear"
    if word == "clear":
        after = tokens[i + 1] if i + 1 < len(tokens) else None
        alone = sum(t.phrase == tokens[i].phrase for t in tokens) == 1
        return "clear" if alone or (after and after.phrase == tokens[i].phrase and after.word in _CLEARED) else None
    return meaning(vocabulary.WEATHERS, word)


def weather_of(tokens: list[Token]) -> tuple[Weather, ...]:
    """Give the weathers a prompt names, in its order, without those that a later one excludes."""
    found: dict[str, None] = {}
    for i in range(len(tokens)):
        if weather := _weather_at(tokens, i):
            found = {w: None for w in found if w not in _EXCLUDED[weather]}
            found[weather] = None
    found.pop("clear", None)
    return cast("tuple[Weather, ...]", tuple(found))
