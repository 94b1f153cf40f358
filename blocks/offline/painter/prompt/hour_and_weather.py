"""The hour and the weather of a prompt: of two that exclude each other, the one named last wins.

The note of a redo is at the end of a prompt ("..., at dusk, still, ..., at night"), so it must outweigh what is before
it. Called by `reader.py`.
"""

from __future__ import annotations

from typing import cast

from blocks.offline.painter.prompt import vocabulary
from blocks.offline.painter.prompt.places_in_prompt import Hour, Weather
from blocks.offline.painter.prompt.tokens import Token, lookup

_HINTS = frozenset(
    ("day", "golden", "sunny", "candlelight", "candlelit", "starry", "starlit", "starlight", "breakfast", "daylight")
)
"""Words that may mean an hour, or only a light or a thing: any other word for an hour counts before them."""
_SEASONS = ("autumn",)
_OTHER_TIMES = frozenset(("for", "until", "till", "towards", "toward", "of", "since", "another", "last"))
"""Words before an hour that is not the present one: "waiting for the morning" is at night."""
_EXCLUDED: dict[str, frozenset[str]] = {
    "snow": frozenset(("rain", "storm", "clear")),
    "rain": frozenset(("snow", "clear")),
    "storm": frozenset(("snow", "clear")),
    "fog": frozenset(("clear",)),
    "overcast": frozenset(("clear",)),
    "clear": frozenset(("storm", "rain", "fog", "snow", "overcast")),
}
"""The weathers that each weather excludes."""
_CLEARED = frozenset(
    ("sky", "skies", "weather", "day", "night", "morning", "noon", "evening", "sunset", "dawn", "dusk")
)
_WITHOUT = ("no", "without", "not")


def _alone(tokens: list[Token], i: int) -> bool:
    """Tell whether the phrase of a word says nothing but the hour: "by day", "golden hour"."""
    phrase = [t.word for t in tokens if t.phrase == tokens[i].phrase]
    return all(w in vocabulary.STOP or lookup(vocabulary.HOURS, w) or w in ("hour", "light", "time") for w in phrase)


def _decides(tokens: list[Token], i: int) -> bool:
    word = tokens[i].word
    if word in _SEASONS or (i and tokens[i - 1].word in _OTHER_TIMES):
        return False
    if i > 1 and tokens[i - 1].word == "the" and tokens[i - 2].word in _OTHER_TIMES:
        return False
    golden_hour = word == "golden" and i + 1 < len(tokens) and tokens[i + 1].word == "hour"
    return word not in _HINTS or golden_hour or _alone(tokens, i)


def hour_of(tokens: list[Token]) -> Hour | None:
    """Return the hour named last; where there is none, the first that is hinted at; None where there is neither."""
    told = [(m, _decides(tokens, i)) for i, t in enumerate(tokens) if (m := lookup(vocabulary.HOURS, t.word))]
    named = [m for m, decides in told if decides]
    # The first hint counts: those after it describe it.
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
    return lookup(vocabulary.WEATHERS, word)


def weather_of(tokens: list[Token]) -> tuple[Weather, ...]:
    """Return the weathers that a prompt names, in its order, without those that a later one excludes."""
    found: dict[str, None] = {}
    for i in range(len(tokens)):
        if weather := _weather_at(tokens, i):
            found = {w: None for w in found if w not in _EXCLUDED[weather]}
            found[weather] = None
    found.pop("clear", None)
    return cast("tuple[Weather, ...]", tuple(found))
