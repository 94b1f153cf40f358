"""Check the idea of a film, as a person gives it, before anything is made."""

from __future__ import annotations

import unicodedata

from studio.errors import BadInput
from studio.model.brief import IDEA_CHARACTERS


def check_idea(text: str, script: str = "give it with --script") -> str:
    """Return the idea without white space around it.

    Args:
        script: how a person can give a longer text in a file, for the error.

    Raises:
        BadInput: it is empty, too long, or holds control characters other than newline and tab.
    """
    idea = text.strip()
    if not any(unicodedata.category(letter)[0] not in "CZ" for letter in idea):
        raise BadInput(
            'the idea is empty: say what the film is about, for example "A lighthouse keeper finds a letter"'
        )
    if len(idea) > IDEA_CHARACTERS:
        raise BadInput(
            f"the idea has {len(idea):,} characters, at most {IDEA_CHARACTERS:,} are read: "
            f"shorten it, or put the text into a file and {script}"
        )
    for place, letter in enumerate(idea, start=1):
        if unicodedata.category(letter) in ("Cc", "Cs") and letter not in "\n\t\r":
            raise BadInput(f"the idea holds a control character (U+{ord(letter):04X}, place {place}): take it out")
    return idea
