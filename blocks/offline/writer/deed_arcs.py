"""Deed arcs: how a deed looks when it is hardest, when it is decided and when it is done, with lines for each.

A race is won or lost, a star is given back, a letter is read: the end of a tale settles what it is about. The arcs
themselves are in `blocks/offline/data/writer/deed_arcs.txt`. Called by `blocks/offline/writer/staging.py` and
`beat_sheets.py`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from blocks.offline.data_files import Section, read_sections
from blocks.offline.writer.boat_tales import afloat_pose
from blocks.offline.writer.deeds import BEASTS, has_beast, shape_of, thing_carried, verb_bases
from blocks.offline.writer.idea.named import MUSIC
from blocks.offline.writer.idea.parse import Idea
from blocks.offline.writer.idea.phrases import article_for
from blocks.offline.writer.lines import Lines
from blocks.offline.writer.places import words_of
from blocks.offline.writer.posed_lines import PosedLines, posed_lines_of
from studio.text.words import word_set

_MUSIC = MUSIC | word_set(
    "sing sings sang sung singing dance dances danced dancing perform performs performed performing"
)
"""Words that make playing a performance instead of a game."""


@dataclass(frozen=True)
class Arc:
    """The stages of a deed by beat. One of `verbs` chooses it, together with one of `things` where there are any."""

    verbs: frozenset[str]
    things: frozenset[str]
    stages: Mapping[str, PosedLines]


def _arc(section: Section) -> Arc:
    verbs, _, things = section.head.partition(" + ")
    return Arc(word_set(verbs), _MUSIC if things == "MUSIC" else word_set(things), posed_lines_of(section.rows))


_ARCS = tuple(map(_arc, read_sections("writer/deed_arcs.txt")))
"""All arcs; the first that a clause calls for is taken."""


def arc_pose(idea: Idea, beat: str) -> str:
    """Return the hero's pose in a beat of a tale's second half; '' for a deed without an arc, and for animals.

    Args:
        beat: 'trial', 'climax' or 'resolve'; any other gives '' except for tales in a boat (`boat_tales.py`).
    """
    pose, _ = _stage_of(idea, beat)
    thing = thing_of(idea)
    if "{" in pose and not thing:
        return ""
    words = thing.split()
    plain = " ".join([words[0], words[-1]]) if len(words) > 1 else thing
    return pose.format(thing=thing, plain=re.sub(r"^an (?=[^aeiou])", "a ", re.sub(r"^a (?=[aeiou])", "an ", plain)))


def arc_lines(idea: Idea, beat: str) -> tuple[Lines, ...]:
    """Return what may be said over `arc_pose`; () where there is none."""
    return _stage_of(idea, beat)[1] if arc_pose(idea, beat) else ()


def thing_of(idea: Idea) -> str:
    """Return the thing of the deed alone, without 'in hand' or 'close by': 'a stolen star'; '' for none.

    Where nothing is carried it is the animal that the clause names.
    """
    carried = thing_carried(idea)
    if not carried:
        beast = next((word for word in words_of(idea.clause) if word in BEASTS), "")
        return f"{article_for(beast)} {beast}" if beast else ""
    return re.sub(r"^(?:with|pushing) | (?:in hand|close by|beside|behind|above|on the table)$", "", carried)


def _stage_of(idea: Idea, beat: str) -> PosedLines:
    if (afloat := afloat_pose(idea, beat))[0]:
        return afloat
    if idea.kind != "tale" or shape_of(idea) or has_beast(idea.name):
        return "", ()
    words = words_of(idea.clause)
    named = {*words, *words_of(idea.name)}
    # The words after 'to' are tried first: 'must cross the desert to return a stolen star' is about returning it.
    aimed = words[words.index("to") :] if "to" in words and "wants" not in words else words
    for told in (aimed, words):
        for word in told:
            for arc in _ARCS:
                if any(form in arc.verbs for form in verb_bases(word)) and (not arc.things or arc.things & named):
                    return arc.stages.get(beat, ("", ()))
    return "", ()
