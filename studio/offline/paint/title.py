"""What a card says: the phrase of a prompt that names its subject."""

from __future__ import annotations

import re

from studio.offline.paint import words

_TAG = re.compile(r"</?[A-Za-z][^<>]{0,300}>")


def without_tags(prompt: str) -> str:
    """The prompt with each markup tag replaced by a comma: a tag names nothing to paint."""
    return _TAG.sub(" , ", prompt)


def title_of(prompt: str, lead: str) -> str:
    """The phrase that names `lead`, or the first that is not about the camera, without brackets: what a card says."""
    plain = re.sub(r"\([^()]*\)", " ", without_tags(prompt))
    phrases = [" ".join(p.split()) for p in re.split(r"[,;\n]", plain)]
    said = [(phrase, re.findall(r"[\w'\u2019-]+", phrase.lower())) for phrase in phrases]
    spoken = [(p, ws) for p, ws in said if p and not all(w in words.CAMERA or w in words.SHOTS for w in ws)]
    first = spoken[0][0] if spoken else ""
    return next((phrase for phrase, ws in spoken if lead and lead in ws), first)
