"""What a card says: the phrase of a prompt that names its subject, and the one that tells where."""

from __future__ import annotations

import re

from studio.offline.markup import tags_as
from studio.offline.paint import words

_PLACES = frozenset(
    ["a", "an", "the", "in", "on", "at", "by", "near", "under", "over", "inside", "outside", "beneath", "behind"]
)
"""How a phrase begins that names a thing or a place, and no mood or style."""


def without_tags(prompt: str) -> str:
    """The prompt with each markup tag replaced by a comma: a tag names nothing to paint."""
    return tags_as(" , ", prompt)


def title_of(prompt: str, lead: str) -> str:
    """The phrase that names `lead`, or the first that is not about the camera, without brackets: what a card says.

    On a line of its own follows the next phrase that names a thing or a place.
    """
    plain = re.sub(r"\([^()]*\)", " ", without_tags(prompt))
    phrases = [" ".join(p.split()) for p in re.split(r"[,;\n]", plain)]
    said = [(phrase, re.findall(r"[\w'\u2019-]+", phrase.lower())) for phrase in phrases]
    spoken = [(p, ws) for p, ws in said if p and not all(w in words.CAMERA or w in words.SHOTS for w in ws)]
    at = next((i for i, (_, ws) in enumerate(spoken) if lead and lead in ws), 0)
    named = [phrase for phrase, ws in spoken[at + 1 :] if ws and ws[0] in _PLACES]
    return "\n".join([*(phrase for phrase, _ in spoken[at : at + 1]), *named[:1]])
