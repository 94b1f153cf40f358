"""What an idea is about: the thing, how a question asks for it, whether it is someone or somewhere, who else is in it.

All is read from the idea's own words, which are never inflected; '' wherever the words do not say. Called by
`blocks/offline/writer/writer.py` and `beat_sheets.py`.
"""

from __future__ import annotations

import re

from blocks.offline.data_files import read_tables
from blocks.offline.writer.deeds import WATER_BEASTS
from blocks.offline.writer.idea.domains import DOMAINS, TOPIC_WORDS, find_domain, singulars
from blocks.offline.writer.idea.nouns import GIVEN_NAMES, LANDS
from blocks.offline.writer.idea.parse import Idea
from blocks.offline.writer.idea.words import ACTING, AUXILIARY, DETERMINERS, PEOPLE, PLACES, PLURAL_ACTING
from blocks.offline.writer.persons import trade_of
from blocks.offline.writer.places import words_of
from studio.text.words import word_set

_TABLES = read_tables("writer/idea_subject.txt")

CORE_WORDS = 4
"""Most words of a core; a longer phrase has none, and the idea is quoted as a whole."""

_FRAMES = _TABLES["frames"].words
"""Nouns that say how a thing is looked at, as 'history' in 'the history of coffee': the thing follows their 'of'."""
_BEYOND = DOMAINS["cosmos"]
_UNSEEN = _TABLES["unseen"].words
"""Things that cannot be drawn themselves: the sights of their place are shown instead."""
_THOUGHT = re.compile(r"(?:cy|isms?|ness|ity|tion|ment|ship|hood|ology|ics|ance|ence|ing|ure)$")
"""Endings of words for thoughts and activities."""
_HOSTS = _TABLES["hosts"].pairs
"""What a small or shapeless thing is shown with, by the thing."""
_BREAKS = word_set("of to and or in with for on at by from who that as")
_PRONOUNS = word_set("i you he she it we they there anyone someone everyone people one this that these those")
_GROUND = _TABLES["ground"].words
_WILD = _TABLES["wild"].words


def core_of(idea: Idea) -> str:
    """Return the thing that a topic or a question is about: 'coffee' of 'the history of coffee'; '' where unknown."""
    if idea.kind == "question":
        return _asked_after(idea.hero)
    words = idea.hero.split()
    if not words or idea.kind != "topic":
        return ""
    for at, word in enumerate(words[1:-1], start=1):
        if word == "of" and words[at - 1].lower() in _FRAMES:
            words = words[at + 1 :]
            break
    for at, word in enumerate(words[1:], start=1):
        if word.lower() in {"and", "in", "of", "from", "at", "on", "during", "for", "to"}:
            words = words[:at]
            break
    return " ".join(words) if len(words) <= CORE_WORDS else ""


def _asked_after(question: str) -> str:
    """Return the first noun phrase of a question: 'the sky' of 'Why is the sky blue?'; '' for none that is known."""
    words = question.rstrip("?. ").split()
    low = [word.lower().strip(",") for word in words]
    at = 1 if low and low[0] not in AUXILIARY else 0
    if low[:1] == ["how"] and len(low) > 2 and low[1] not in AUXILIARY and low[2] in AUXILIARY:
        at = 2
    while at < len(low) and low[at] not in AUXILIARY and low[at] not in DETERMINERS and at < 2:
        if low[at] in TOPIC_WORDS or any(form in TOPIC_WORDS for form in singulars(low[at])):
            break
        at += 1
    while at < len(low) and (low[at] in AUXILIARY or low[at] == "there"):
        at += 1
    plural = 0 < at < len(low) and low[at - 1] in {"do", "are"} and low[at].endswith("s") and low[at] not in _PRONOUNS
    if plural and not any(word in TOPIC_WORDS for word in low[at + 1 : at + 2]):
        # 'Why are flamingos pink?': a plural without an article is what the question is about.
        return words[at]
    phrase: list[str] = []
    for word, plain in zip(words[at:], low[at:], strict=True):
        verb = plain in ACTING or plain in PLURAL_ACTING or plain in AUXILIARY
        if plain in _PRONOUNS or (verb and phrase and phrase[-1].lower() not in DETERMINERS):
            break
        if plain in {"in", "on", "of", "at", "to", "for", "from", "with", "by", "without", "and", "or", "when", "if"}:
            break
        phrase.append(plain if plain in DETERMINERS else word)
        noun = any(form in TOPIC_WORDS or form in PEOPLE for form in singulars(plain))
        if noun or len(phrase) == CORE_WORDS:
            break
    named = any(form in TOPIC_WORDS or form in PEOPLE for word in phrase for form in singulars(word.lower()))
    bare = bool(phrase) and phrase[-1].lower() not in DETERMINERS
    return " ".join(phrase) if bare and named else ""


def domain_of(idea: Idea) -> str:
    """Return the domain of a topic or a question, a key of `domains.DOMAINS`; '' for none, and for any other idea.

    A question that looks beyond the earth belongs to the domain 'cosmos', whatever it asks about: 'life on Mars'.
    """
    if idea.kind not in {"topic", "question"}:
        return ""
    named = any(form in _BEYOND for word in words_of(idea.text) for form in singulars(word))
    return "cosmos" if named and idea.kind == "question" else find_domain(core_of(idea), idea.text)


def is_beyond(idea: Idea) -> bool:
    """Tell whether a question asks about an earthly thing beyond the earth: 'life' in 'Is there life on Mars?'."""
    core = words_of(core_of(idea))
    return domain_of(idea) == "cosmos" and not any(form in _BEYOND for word in core for form in singulars(word))


def shown_as(idea: Idea) -> str:
    """Return how the thing itself is shown: 'flowers, honeybees' for honeybees; '' for a thing that nobody can see.

    A small thing is shown with what it lives on, and a colour that the question names is kept: 'a blue sky'.
    """
    core = core_of(idea)
    words = words_of(core)
    forms = [form for word in words for form in singulars(word)]
    if idea.kind not in {"topic", "question"} or (idea.kind == "question" and question_word(idea) == "whether"):
        # The question is whether the thing exists, so it is not shown.
        return ""
    if not words or find_domain(core) == "mind" or any(form in _UNSEEN for form in forms) or is_beyond(idea):
        return ""
    known = any(form in TOPIC_WORDS | PLACES | PEOPLE for form in forms)
    if not known and _THOUGHT.search(words[-1]):
        return ""
    asked = re.match(r"why (?:is|are) (?:the )?(\w+) (\w+)$", idea.hero.lower().rstrip("?. "))
    if asked and asked[1] in words and asked[2] not in DETERMINERS:
        core = f"the {asked[2]} {asked[1]}" if core.lower().startswith("the ") else f"{asked[2]} {core}"
    host = next((_HOSTS[form] for form in forms if form in _HOSTS), "")
    return f"{host}, {core}" if host else core


def question_word(idea: Idea) -> str:
    """Return how a question asks: a key of `lines.ASKING`; 'whether' for a question that wants a yes or a no."""
    word = (words_of(idea.text) or ("",))[0]
    word = {"whose": "who", "whom": "who", "which": "what"}.get(word, word)
    return word if word in {"why", "how", "what", "who", "where", "when"} else "whether"


def portrait_sort(idea: Idea) -> str:
    """Return what a portrait is of: 'someone', 'somewhere' or 'outdoors'; '' where its words do not say.

    Any other kind of idea gives ''.
    """
    if idea.kind != "portrait":
        return ""
    words = words_of(idea.text)
    head = idea.hero.split(" of ")[0].split(" in ")[0].split(" during ")[0].lower().removesuffix("s").split(" ")[-1]
    if idea.hero.lower().startswith(("mount ", "mt ", "lake ", "the mountain", "the lake", "the sea")):
        return "outdoors"
    if head in PEOPLE:
        return "someone"
    if re.match(r"[A-Z]\w+ [A-Z]", idea.hero) and words[0] in GIVEN_NAMES and not set(words) & (_WILD | _GROUND):
        # 'Rosa Parks' is a person, not a park.
        return "someone"
    if head in _WILD or set(words) & _WILD:
        return "outdoors"
    if head in PLACES or set(words) & (LANDS | _GROUND):
        return "somewhere"
    known = trade_of(idea.hero) not in {"stranger", "father", "mother"}
    return "someone" if words and (known or words[0] in GIVEN_NAMES) else ""


def person_in(idea: Idea) -> str:
    """Return who is shown in a portrait: its person, or the person its place belongs to; '' for nobody.

    'Marie Curie' gives itself, 'my grandmother's bakery' gives 'my grandmother'.
    """
    if portrait_sort(idea) == "someone":
        return idea.hero
    owned = re.match(r"^((?:my|our|her|his|their) (?:\w+ )?(\w+))['\u2019]s? ", idea.hero)
    return owned[1] if owned and owned[2].lower() in PEOPLE else ""


_MET = PEOPLE | WATER_BEASTS - {"fish", "salmon"}
"""Words for whoever can be met. Fish and salmon are left out: they are caught, not met."""


def companion_of(idea: Idea) -> str:
    """Return whom the hero of a tale meets, as the clause names them: 'a stray dog' of 'finds a stray dog'; else ''.

    The noun has an article or a possessive no more than three words before it.
    """
    words = [word.strip(",;") for word in idea.clause.split()]
    for at, word in enumerate(words):
        if word.lower() not in {"a", "an", "the", "his", "her", "their", "two", "three"}:
            continue
        for end in range(at + 1, min(at + 4, len(words))):
            if words[end].lower() in _BREAKS or words[end].lower() in DETERMINERS | ACTING:
                break
            owner = words[end].endswith(("'s", "\u2019s"))
            if not owner and any(form in _MET for form in singulars(words[end].lower())):
                return " ".join([word.lower(), *words[at + 1 : end + 1]])
    return ""


def named_place(idea: Idea) -> str:
    """Return the place that a portrait names with a common noun: 'an abandoned railway station'; '' for any other."""
    words = idea.hero.split()
    if (
        portrait_sort(idea) not in {"somewhere", "outdoors"}
        or not words
        or words[0].lower() not in {"a", "an", "the", "this", "that"}
    ):
        return ""
    for at, word in enumerate(words[1:], start=1):
        if word.lower() in {"of", "in", "at", "on", "near", "from", "where", "that", "during"}:
            words = words[:at]
            break
    proper = any(word[:1].isupper() for word in words)
    return " ".join(words) if words[-1].lower() in PLACES and not proper else ""
