"""The words on a words card: the phrase of a prompt that names its subject, and the one that says where."""

from __future__ import annotations

import re

from blocks.offline.painter.prompt import inflection, vocabulary
from studio.planning.image_prompts import EMOTIONS
from studio.text.markup import tags_as

_PLACES = frozenset(
    ["a", "an", "the", "in", "on", "at", "by", "near", "under", "over", "inside", "outside", "beneath", "behind"]
)
"""First words of a phrase that names a thing or a place, not a mood or style."""


def without_tags(prompt: str) -> str:
    """Return the prompt with each markup tag replaced by a comma: a tag names nothing to paint."""
    return tags_as(" , ", prompt)


def title_of(prompt: str, lead: str) -> str:
    """Return the words of a card: the phrase that names `lead`, or the first that is not about the camera.

    The next phrase that names a thing or a place follows on a second line. A sentence between two semicolons, as
    `studio.planning.image_prompts` writes it for a script, is kept whole, followed by the place before or after it.
    """
    if len(parts := prompt.split(";")) == 3 and parts[1].strip():
        before, after = (_named(part, places=True) for part in (parts[0], parts[2]))
        return "\n".join([" ".join(parts[1].split()), *[*before, *after][:1]])
    plain = re.sub(r"\([^()]*\)", " ", without_tags(prompt))
    phrases = [" ".join(p.split()) for p in re.split(r"[,;\n]", plain)]
    said = [(phrase, re.findall(r"[\w'\u2019-]+", phrase.lower())) for phrase in phrases]
    spoken = [(p, ws) for p, ws in said if p and not all(w in vocabulary.CAMERA or w in vocabulary.SHOTS for w in ws)]
    at = next((i for i, (_, ws) in enumerate(spoken) if lead and lead in ws), 0)
    named = _named(",".join(phrase for phrase, _ in spoken[at + 1 :]))
    return "\n".join([*(phrase for phrase, _ in spoken[at : at + 1]), *named[:1]])


def _named(part: str, *, places: bool = False) -> list[str]:
    """Return the phrases of a part that name a thing or a place, as their first word shows.

    Args:
        places: return those too that hold the name of a known place.
    """
    phrases = [" ".join(phrase.split()) for phrase in re.sub(r"\([^()]*\)", " ", part).split(",")]
    named = []
    for last, phrase in zip(["", *phrases], phrases, strict=False):
        told = phrase.lower().split()
        forms = [form for word in told for form in inflection.singulars(word)] if places else []
        known = last == "interior" or any(
            form in vocabulary.DRAWN_PLACES or form in vocabulary.HINTED_PLACES for form in forms
        )
        if told and phrase not in (*EMOTIONS, "interior") and (told[0] in _PLACES or known):
            named.append(phrase)
    return named
