"""Domains: the kinds of things that a topic or a question can be about, and the emotion of the beat 'heart' in each.

Called by `blocks/offline/writer/beat_sheets.py` and `parse.py`. An idea in none of the domains gets lines that are true
of anything.
"""

from __future__ import annotations

from collections.abc import Mapping

from blocks.offline.data_files import read_sections

_SECTIONS = {section.head.partition(": ")[0]: section for section in read_sections("writer/idea/domains.txt")}

DOMAINS: Mapping[str, frozenset[str]] = {domain: section.words for domain, section in _SECTIONS.items()}
"""The words that call for each domain."""

HEARTS: Mapping[str, str] = {domain: section.head.partition(": ")[2] for domain, section in _SECTIONS.items()}
"""The emotion of the beat 'heart' in each domain: one of `studio.planning.image_prompts.EMOTIONS`."""

TOPIC_WORDS = frozenset(word for words in DOMAINS.values() for word in words)


def singulars(word: str) -> tuple[str, ...]:
    """Return the forms under which a lower-case word may be listed: itself, and its singulars if it is a plural."""
    forms = [word]
    for ending, stem in (("ies", "y"), ("ves", "f"), ("es", ""), ("s", "")):
        if word.endswith(ending) and len(word) > len(ending) + 1:
            forms.append(word.removesuffix(ending) + stem)
    return tuple(forms)


def find_domain(*texts: str) -> str:
    """Return the domain that most words of the first text call for, else of the next; '' where none calls for any."""
    for text in texts:
        words = [word.strip(".,;:!?'\"()").removesuffix("'s") for word in text.lower().split()]
        counts = {
            name: sum(any(form in called for form in singulars(word)) for word in words)
            for name, called in DOMAINS.items()
        }
        best = max(counts, key=lambda name: counts[name])
        if counts[best]:
            return best
    return ""
