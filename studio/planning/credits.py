"""The credits on a film's end card: who made it, as the story and the receipts say. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from studio.model.film import Story
from studio.model.receipt import Receipt

OFFLINE = "offline"
"""The engine name of the offline crew: its pictures are credited to a program, its voice as synthetic."""
OWN = "own"
"""The engine name of what is made from a person's own files (`studio/planning/own_orders.py`)."""

MOST_LETTERS = 44
"""Longest name, in letters: a card is read in two seconds, and a local model's name may be a path."""

MOST_NAMED = 2
"""Most makers named in one line; those who made more pieces come first, the others are only in the receipts."""

Credit = tuple[str, str]
"""A label and the name beside it: ('Pictures', 'drawn by a program')."""


def credits_of(story: Story, pictures: Sequence[Receipt], lines: Sequence[Receipt]) -> tuple[Credit, ...]:
    """Return the film's credits, in English: who wrote, painted and spoke; () if the film is in another language.

    Args:
        pictures: the receipts of all shots' pictures; slates are not credited.
        lines: the receipts of all shots' lines; silent ones are not credited.
    """
    if story.language != "en":
        return ()
    rows = (
        ("Story", _writer(story.written_by)),
        ("Pictures", _named([_painter(each) for each in pictures if not each.refused])),
        ("Voice", _named([_speaker(each) for each in lines if each.seconds])),
    )
    return tuple((label, _short(who)) for label, who in rows if who)


def _short(who: str) -> str:
    return who if len(who) <= MOST_LETTERS else f"{who[: MOST_LETTERS - 1].rstrip()}\u2026"


def _writer(written_by: str) -> str:
    """Return the credit of the writer: 'draft by ...', because somebody else may have edited the plan since."""
    if written_by.startswith("your script"):
        return written_by.replace("your script", "from a script", 1)
    told = written_by.strip().removeprefix("a ")
    return told if not told or told.startswith("draft ") else f"draft by {told}"


def _painter(picture: Receipt) -> str:
    if picture.by_hand:
        return "by hand"
    if picture.engine == OWN:
        return "filmed"
    return "drawn by a program" if picture.engine == OFFLINE else _model(picture)


def _speaker(line: Receipt) -> str:
    if line.by_hand:
        return "by hand"
    if line.engine == OWN:
        return "recorded"
    return "synthetic" if line.engine == OFFLINE else f"synthetic, {_model(line)}"


def _model(piece: Receipt) -> str:
    """Return the model's name without its settings, with the engine before it unless that is 'openai'."""
    name = next(iter(piece.model.split()), "")
    return name if name and piece.engine == "openai" else f"{piece.engine} {name}".strip()


def _named(makers: Sequence[str]) -> str:
    """Return the makers in one line: who made most first; of equals, who comes first in the film."""
    once = sorted(dict.fromkeys(makers), key=lambda maker: -makers.count(maker))
    return " and ".join(once[:MOST_NAMED]) if len(once) <= MOST_NAMED else ", ".join(once[:MOST_NAMED]) + " and others"
