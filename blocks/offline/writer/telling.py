"""Tells a story in a film's style: the tense and length of its sentences, and what is said first, between and last.

Only sentences of the template writer are changed, never those of a person. Called by `blocks/offline/writer/writer.py`
for a film in a style.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence

from blocks.offline.data_files import read_tables
from blocks.offline.writer.idea.words import DETERMINERS, NOUNS_TOO, PLURAL_ACTING
from blocks.offline.writer.narration import fit
from studio.model.film import Scene
from studio.model.style import StyleSettings
from studio.text.sentences import split_sentences

_TABLES = read_tables("writer/telling.txt")
_IRREGULAR = _TABLES["irregular"].pairs
_AMBIGUOUS = (_TABLES["nouns too"].words | NOUNS_TOO) - {"lives"}
_SUBJECTS = _TABLES["subjects"].words
_UNTURNED = _TABLES["unturned"].words
_BASES = (PLURAL_ACTING | _TABLES["verbs"].words) - {"found", "like"}
_WORD = re.compile(r"[A-Za-z]+(?:['\u2019-][A-Za-z]+)*")
_DOUBLED = re.compile(r"(?:^|[^aeiou])[aeiou][bdgmnpt]$")


def _third(base: str) -> str:
    if base.endswith(("s", "sh", "ch", "x", "z", "o")):
        return f"{base}es"
    return f"{base[:-1]}ies" if base[-1] == "y" and base[-2] not in "aeiou" else f"{base}s"


def _regular(base: str) -> str:
    if base.endswith("e"):
        return f"{base}d"
    if base[-1] == "y" and base[-2] not in "aeiou":
        return f"{base[:-1]}ied"
    one_beat = len(re.findall(r"[aeiouy]+", base)) == 1
    return f"{base}{base[-1]}ed" if one_beat and _DOUBLED.search(base) else f"{base}ed"


_PAST = {**{_third(base): _regular(base) for base in _BASES}, **_IRREGULAR}
"""The past of each verb, by the form that follows 'it'."""


def in_the_past(sentence: str) -> str:
    """Return a sentence in the past; as it is where it holds a verb whose past is not known, asks, or tells to do."""
    words = [word.lower().replace("\u2019", "'") for word in _WORD.findall(sentence)]
    if not words or sentence.rstrip().endswith("?") or words[0] in _BASES or set(words) & _UNTURNED:
        return sentence
    turned: dict[int, str] = {}
    for place, word in enumerate(words):
        before = words[place - 1] if place else ""
        if before in ("to", "not"):
            continue
        if before in DETERMINERS or before == "no":
            # 'The hands', 'a place': a noun.
            continue
        if word in _AMBIGUOUS and before not in _SUBJECTS:
            return sentence
        if word in ("have", "do") and before not in ("they", "people"):
            return sentence
        if word in _PAST:
            turned[place] = _PAST[word]
        elif word in _BASES:
            return sentence
    places = iter(range(len(words)))

    def told(found: re.Match[str]) -> str:
        past = turned.get(next(places))
        return found[0] if past is None else past.capitalize() if found[0][0].isupper() else past

    return _WORD.sub(told, sentence)


def _has_verb(words: str) -> bool:
    return any(word.lower() in _VERBS for word in _WORD.findall(words))


_VERBS = frozenset({*_PAST, *_PAST.values(), *_BASES} - _AMBIGUOUS)
_DIVIDED = re.compile(r"((?:[:;]| \u2014|,(?= and then | and | but ))\s+)(?=\S)")
_JOINED = re.compile(r"(?:The|A|An|It|He|She|They|Nobody|Everyone|Someone|Nothing|Everything|There|This|That|No)\b")


def divided(sentence: str) -> tuple[str, ...]:
    """Return a sentence as several short ones, where colons, semicolons, 'and' or 'but' part it."""
    pieces = _DIVIDED.split(sentence)
    parts, marks = [part.strip() for part in pieces[::2]], pieces[1::2]
    if len(parts) < 2 or any(len(part.split()) < 2 for part in parts):
        return (sentence,)
    # After a comma only what has a verb is a sentence: not 'and up to the knees'.
    if any(mark.startswith(",") and not _has_verb(part) for mark, part in zip(marks, parts[1:], strict=True)):
        return (sentence,)
    ended = [part if part[-1] in ".!?" else f"{part}." for part in parts]
    return tuple(part[:1].upper() + part[1:] for part in ended)


def joined(sentences: Sequence[str], most_words: int = 14) -> tuple[str, ...]:
    """Return neighbouring short sentences joined by 'and', two at a time, where the second begins with a small word."""
    told: list[str] = []
    whole = True
    for sentence in sentences:
        long = len(f"{told[-1]} {sentence}".split()) > most_words if told else True
        ended = bool(told) and told[-1].endswith(".") and sentence.endswith(".")
        if whole and ended and not long and _JOINED.match(sentence) and _has_verb(sentence) and _has_verb(told[-1]):
            told[-1] = f"{told[-1][:-1]}, and {sentence[:1].lower()}{sentence[1:]}"
            whole = False
        else:
            told.append(sentence)
            whole = True
    return tuple(told)


def _worded(narration: str, settings: StyleSettings) -> str:
    sentences = split_sentences(narration)
    if settings.tense == "past":
        sentences = tuple(map(in_the_past, sentences))
    if settings.sentences == "short":
        sentences = tuple(part for sentence in sentences for part in divided(sentence))
    elif settings.sentences == "long":
        sentences = joined(sentences)
    return " ".join(sentences)


def tell_in_style(
    scenes: Sequence[Scene],
    frames_by_scene: Sequence[Sequence[int]],
    fps: int,
    settings: StyleSettings,
    draw: random.Random,
    names: Callable[[str], bool],
) -> tuple[Scene, ...]:
    """Return the scenes with their narration in the style; no scene says more than its shots have time for.

    Args:
        frames_by_scene: the lengths of each scene's shots in frames.
        names: tells whether a narration says what the film is about; such a one is never replaced.
    """
    told = [_worded(scene.narration, settings) for scene in scenes]
    told = [
        words if fit(split_sentences(words), frames, fps, skip=False) == words else scene.narration
        for scene, words, frames in zip(scenes, told, frames_by_scene, strict=True)
    ]

    def add(place: int, lines: Sequence[str], *, first: bool, instead: bool) -> str:
        """Add one of the lines to a scene, and return it; '' if none fits."""
        here = split_sentences(told[place])
        for line in draw.sample(lines, len(lines)):
            parts = split_sentences(line)
            longer = (*parts, *here) if first else (*here, *parts)
            if fit(longer, frames_by_scene[place], fps, skip=False) == " ".join(longer):
                told[place] = " ".join(longer)
                return line
        if instead and not names(told[place]):
            for line in draw.sample(lines, len(lines)):
                if fit(split_sentences(line), frames_by_scene[place], fps, skip=False) == line:
                    told[place] = line
                    return line
        return ""

    add(0, settings.opening, first=True, instead=True)
    if len(told) > 1:
        add(len(told) - 1, settings.closing, first=False, instead=True)
    asides = list(settings.asides)
    for place in range(1, len(told) - 1):
        # Words between those of the story: where it is silent, and in every second scene.
        if asides and (not told[place] or place % 2 == 0):
            used = add(place, asides, first=False, instead=False)
            asides = [line for line in asides if line != used]
    return tuple(
        scene.model_copy(update={"narration": words}) if words != scene.narration else scene
        for scene, words in zip(scenes, told, strict=True)
    )
