"""Turns lines into narration: fills their slots, makes verbs agree, and says no more than the shots have time for.

Called by `blocks/offline/writer/writer.py` with the lines of `lines.py` and `settings.py`.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence

from blocks.offline.writer.deeds import halves_of
from blocks.offline.writer.idea.named import things_named
from blocks.offline.writer.idea.parse import PARTED_WORDS, PHRASE_CHARACTERS, Idea
from blocks.offline.writer.idea.phrases import definite_name
from blocks.offline.writer.idea.sentence_splitting import breaths, fewer_breaths
from blocks.offline.writer.idea_subject import core_of, is_beyond
from blocks.offline.writer.lines import Lines
from blocks.offline.writer.places import fits_hour, words_of
from studio.planning.shot_plan import share_lines, spoken_words, words_that_fit
from studio.text.sentences import split_sentences
from studio.text.words import one_line, word_set

NAMED_TWICE = 2
"""Fewest sentences that name what a tale is about besides its hero: a deed told once is soon forgotten."""


def slots_of(idea: Idea) -> dict[str, str]:
    """Return the text of each slot of `lines.py`, by name; '' where the idea has no such words."""
    deed = re.match(r"(?P<deed>\S+ .*?\S) (?P<aim>to (?!the\b|a\b|an\b|his\b|her\b|their\b|my\b)\w+ .+)$", idea.clause)
    half, rest = halves_of(idea.clause)
    named = [thing if len(thing.split()) == 1 else definite_name(thing) for thing in things_named(idea)]
    plain = {
        "hero": idea.hero,
        "who": idea.short,
        "first": idea.first,
        "clause": idea.clause,
        "deed": deed["deed"] if deed and len(deed["deed"].split()) > 2 else "",
        "aim": deed["aim"] if deed and len(deed["deed"].split()) > 2 else "",
        "half": half,
        "rest": rest,
        "again": again_of(idea),
        "thing": named[0] if named else "",
        "other": named[1] if len(named) > 1 else "",
        "topic": idea.hero,
        "core": "" if is_beyond(idea) else core_of(idea),
    }
    return {**plain, **{name.title(): words[:1].upper() + words[1:] for name, words in plain.items()}}


_SHE = word_set("woman girl grandmother grandma mother aunt sister daughter wife widow queen princess nun witch")
_HE = word_set("man boy grandfather grandpa father uncle brother son husband fisherman king prince monk wizard")


def again_of(idea: Idea) -> str:
    """Return a hero's second name in a sentence: 'he', 'she' or 'they' where the words say it, else the short name."""
    head = words_of(idea.short)[-1:]
    if idea.plural:
        return "they"
    return "she" if set(head) & _SHE else "he" if set(head) & _HE else idea.short


def fill(variant: Lines, slots: Mapping[str, str], plural: bool) -> tuple[str, ...]:
    """Return the sentences of a variant with its slots filled, up to the first that has an empty slot."""
    filled: list[str] = []
    for line in variant:
        if any(not slots[name] for name in re.findall(r"\{(\w+)\}", line)):
            break
        agreed = re.sub(r"\[([^|\[\]]+)\|([^\[\]]+)\]", lambda forms: forms[2] if plural else forms[1], line)
        filled.append(agreed.format_map(slots))
    return tuple(filled)


def fit(sentences: Sequence[str], shot_frames: Sequence[int], fps: int, *, skip: bool) -> str:
    """Return the sentences that can be said in shots of these lengths in frames.

    Args:
        skip: leave out a sentence that does not fit and go on; otherwise stop at it.
    """
    kept = ""
    for sentence in sentences:
        longer = f"{kept} {sentence}".strip()
        lines = share_lines(split_sentences(longer), len(shot_frames))
        if all(spoken_words(line) <= words_that_fit(n, fps) for line, n in zip(lines, shot_frames, strict=True)):
            kept = longer
        elif not skip:
            break
    return kept


def idea_as_sentences(idea: Idea, most: int, count: int) -> tuple[str, ...]:
    """Return all words of an idea as sentences, in parts of at most `most` spoken words.

    Where that would give more than `count` parts, they are fewer and longer; () for a text that is too long even so.
    """
    told = f"{idea.hero} {idea.deed}" if idea.kind == "tale" else idea.text
    told = one_line(told).strip()
    ended = told if told[-1:] in ".!?\u2026" else f"{told}."
    ended = ended[:1].upper() + ended[1:]
    if not told or any(len(word) > PHRASE_CHARACTERS for word in told.split()):
        return ()
    parts = fewer_breaths(ended, most, count) if len(told.split()) <= PARTED_WORDS else breaths(ended, most)
    return parts if len(parts) <= count else ()


def say_next(parts: list[str], shot_frames: Sequence[int], fps: int, scenes: int) -> str:
    """Take as many parts from the front of `parts` as fit the shots, and return them joined.

    Args:
        parts: changed in place; after the last scene none is left.
        shot_frames: the lengths of the scene's shots in frames.
        scenes: how many scenes are left for the parts, this one included. Each takes at least its share, even where
            that does not fit: the timeline lengthens a shot to its line.
    """
    share = math.ceil(len(parts) / scenes)
    kept: list[str] = []
    while parts and (len(kept) < share or fit([*kept, parts[0]], shot_frames, fps, skip=False).endswith(parts[0])):
        kept.append(parts.pop(0))
    return " ".join(kept)


def count_naming(said: Iterable[str], words: str, things: Sequence[str]) -> int:
    """Return how many sentences, of those said before and of `words`, name one of the things (lower-case nouns)."""
    return sum(any(thing in words_of(line) for thing in things) for line in {*said, *split_sentences(words)})


def add_thing(
    words: str,
    lines: Sequence[Lines],
    slots: Mapping[str, str],
    shot_frames: Sequence[int],
    fps: int,
    said: set[str],
    *,
    last: bool,
) -> str:
    """Return `words` followed by a sentence of `lines` that names the thing; '' where none fits.

    Args:
        last: let the sentence replace the words where it does not fit after them.
    """
    for before in (split_sentences(words), ())[: 1 + last]:
        for variant in lines:
            added = [line for text in fill(variant, slots, plural=False) for line in split_sentences(text)]
            if added and not said & set(added):
                longer = fit([*before, *added], shot_frames, fps, skip=False)
                if longer.endswith(added[-1]):
                    return longer
    return ""


def say(
    pool: list[Lines],
    variants: int,
    slots: Mapping[str, str],
    plural: bool,
    shot_frames: Sequence[int],
    fps: int,
    said: set[str],
    hour: str,
    indoors: bool = False,
) -> str:
    """Take variants out of `pool` and return what of them fits the shots, without a sentence that was `said` before.

    Args:
        hour: the hour of the scene, a key of `places.HOURS`: a variant for another hour stays in the pool; '' for
            lines that were written for the picture.
        indoors: whether the scene is under a roof: a variant for the open stays in the pool then.
    """
    lines: list[str] = []
    for variant in tuple(pool):
        if hour and not fits_hour(variant, hour, indoors):
            continue
        filled = fill(variant, slots, plural)
        if not filled or not fit([*lines, filled[0]], shot_frames, fps, skip=False).endswith(filled[0]):
            continue
        sentences = [sentence for line in filled for sentence in split_sentences(line)]
        if any(sentence in said for sentence in sentences):
            continue
        kept = fit([*lines, *filled], shot_frames, fps, skip=False)
        pool.remove(variant)
        said.update(sentences)
        lines = list(split_sentences(kept))
        variants -= 1
        if not variants:
            break
    return " ".join(lines)
