"""Reels: ready-made films of six views, each a picture and the lines that were written for it.

A reel has a direction: from raw to made, from near to far, from the surface down. It is chosen by the idea's own words
(`choose_reel`); an idea that matches none is staged from its setting. The reels themselves are the files of
`blocks/offline/data/writer/reels/`. Called by `blocks/offline/writer/writer.py`.
"""

from __future__ import annotations

from dataclasses import dataclass

from blocks.offline.data_files import read_sections
from blocks.offline.writer.idea.domains import singulars
from blocks.offline.writer.idea.foreign_words import english_words, seen_in
from blocks.offline.writer.idea.parse import Idea
from blocks.offline.writer.idea_subject import core_of, person_in, portrait_sort, shown_as
from blocks.offline.writer.lines import Lines
from blocks.offline.writer.persons import trade_of
from blocks.offline.writer.places import HOURS, is_empty, words_of


@dataclass(frozen=True)
class View:
    """One picture of a reel: where it is, what is seen, what may be said over it, and whether a person is in it.

    `location` ends with the hour. `picture` may hold `{core}`, the thing itself. `peopled` is whether the person of a
    portrait is seen.
    """

    location: str
    picture: str
    lines: tuple[Lines, ...]
    peopled: bool = False

    @property
    def hour(self) -> str:
        """Return the hour that the location ends with, a key of `places.HOURS`; 'noon' where it names none."""
        return next((hour for hour, told in HOURS.items() if self.location.endswith(told)), "noon")


@dataclass(frozen=True)
class Reel:
    """Views in their order, and the words that choose them: one of `words`, and one of `needs` unless that is empty."""

    words: frozenset[str]
    needs: frozenset[str]
    views: tuple[View, ...]

    @property
    def peopled(self) -> bool:
        """Tell whether the person of a portrait is seen in any view."""
        return any(view.peopled for view in self.views)

    def view_of(self, place: int, count: int) -> View | None:
        """Return the view of scene `place` (0-based) of `count`; None where a long film has its setting's own scene.

        A short film leaves out views. A long one begins and ends as the short one, repeats the views between, and
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
    """Return the reels of a file: '= words + needs', then 'place | picture' rows, each with spoken lines after '- '.

    A picture after '*' shows the person of a portrait.
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
"""All reels; the first that matches an idea is taken."""


def choose_reel(idea: Idea) -> Reel | None:
    """Return the first reel whose words the idea names; None where there is none, and for a tale.

    The thing itself counts first, then the other words; '*' stands for any thing that can be seen. A place without
    people takes only reels that need such a place; a place that belongs to somebody takes only reels that show them
    at work, and a place that belongs to nobody takes none of these.
    """
    told = " ".join(english_words(idea.text)) if idea.kind == "foreign" else idea.text
    if idea.kind in {"tale", "told"} or (idea.kind == "foreign" and seen_in(tuple(told.split()))):
        return None
    person = person_in(idea)
    if idea.kind == "portrait" and portrait_sort(idea) == "someone":
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
    seen = core if shown_as(idea) else frozenset()
    return next((reel for reel in reels if "*" in reel.words and reel.needs & whole and seen), None)


def _forms(text: str) -> frozenset[str]:
    return frozenset(form for word in words_of(text) for form in singulars(word))
