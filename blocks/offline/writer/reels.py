"""Reels: films of six pictures with their lines, a picture and what is said over it written as one pair.

A reel goes somewhere: from raw to made, from here to far, from the surface down. It is chosen by the idea's own words
(`choose_reel`); an idea that calls for none is staged from its setting. The reels themselves are the files of
`blocks/offline/data/writer/reels/`. Called by `blocks/offline/writer/writer.py`.
"""

from __future__ import annotations

from dataclasses import dataclass

from blocks.offline.data_files import read_sections
from blocks.offline.writer.idea.domains import singulars
from blocks.offline.writer.idea.glossary import english_words, seen_in
from blocks.offline.writer.idea.parse import Idea
from blocks.offline.writer.lines import Lines
from blocks.offline.writer.matter import core_of, person_in, seen_as, sort_of
from blocks.offline.writer.persons import trade_of
from blocks.offline.writer.places import HOURS, is_empty, words_of


@dataclass(frozen=True)
class View:
    """One picture of a reel: where (with its hour), what is seen, what may be said over it, and whether who is there.

    `picture` may hold `{core}`, the thing itself. `hour` is a key of `places.HOURS`; noon where the place tells none.
    """

    location: str
    picture: str
    lines: tuple[Lines, ...]
    peopled: bool = False

    @property
    def hour(self) -> str:
        """Return the hour that the location ends with."""
        return next((hour for hour, told in HOURS.items() if self.location.endswith(told)), "noon")


@dataclass(frozen=True)
class Reel:
    """Views in their order; `words` call for it, and where `needs` has words, one of them must be there too."""

    words: frozenset[str]
    needs: frozenset[str]
    views: tuple[View, ...]

    @property
    def peopled(self) -> bool:
        """Tell whether the person that a portrait is of is seen in it."""
        return any(view.peopled for view in self.views)

    def at(self, place: int, count: int) -> View | None:
        """Return the view of scene `place` (from 0) of `count`; None where a long film has its setting's own scene.

        A short film leaves out views; a long one begins and ends as the short one, goes round those between, and
        leaves every second round to the setting, so that it does not repeat itself.
        """
        last = len(self.views) - 1
        if count <= len(self.views):
            return self.views[(2 * place * last + count - 1) // (2 * max(1, count - 1))]
        if place == count - 1:
            return self.views[last]
        if place == 0:
            return self.views[0]
        turn, step = divmod(place - 1, last - 1)
        return self.views[1 + step] if turn % 2 == 0 else None


def read_reels(name: str) -> tuple[Reel, ...]:
    """Return the reels of a file: '= words + needs', then 'place | picture' lines, each with its '- ' spoken lines.

    A picture behind '*' is seen with the person that a portrait is of.
    """
    reels: list[Reel] = []
    for section in read_sections(name):
        words, _, needs = section.head.partition(" + ")
        views: list[View] = []
        for row in section.rows:
            if row.startswith("- "):
                kept = views.pop()
                views.append(View(kept.location, kept.picture, (*kept.lines, (row[2:],)), kept.peopled))
            else:
                place, _, picture = row.partition(" | ")
                views.append(View(place, picture.removeprefix("*"), (), picture.startswith("*")))
        reels.append(Reel(frozenset(words.split()), frozenset(needs.split()), tuple(views)))
    return tuple(reels)


REELS = tuple(reel for kind in ("places", "known", "wild", "made") for reel in read_reels(f"writer/reels/{kind}.txt"))
"""All reels; of those that an idea calls for the first is taken."""


def choose_reel(idea: Idea) -> Reel | None:
    """Return the first reel whose words the idea names; None where there is none.

    The thing itself counts first, then the other words; '*' stands for any thing that can be seen. A place without
    people has only those that ask for one; a place that is somebody's has only those in which they are seen at work,
    and a place that is nobody's none of these. A tale has none.
    """
    told = " ".join(english_words(idea.text)) if idea.kind == "foreign" else idea.text
    if idea.kind in {"tale", "told"} or (idea.kind == "foreign" and seen_in(tuple(told.split()))):
        return None
    person = person_in(idea)
    if idea.kind == "portrait" and sort_of(idea) == "someone":
        told = trade_of(idea.hero)
    elif person:
        told = idea.text[len(person) :] if idea.text.lower().startswith(person.lower()) else idea.hero[len(person) :]
    reels = [reel for reel in REELS if reel.peopled == bool(person)]
    if is_empty(told):
        reels = [reel for reel in reels if is_empty(" ".join(reel.needs))]
    whole, core = _forms(told), _forms("" if person else core_of(idea))
    for named in (core, whole):
        for reel in reels:
            if reel.words & named and (not reel.needs or reel.needs & whole):
                return reel
    seen = core if seen_as(idea) else frozenset()
    return next((reel for reel in reels if "*" in reel.words and reel.needs & whole and seen), None)


def _forms(text: str) -> frozenset[str]:
    return frozenset(form for word in words_of(text) for form in singulars(word))
