"""Parses an idea: what kind it is, who it is about, and what happens, so that sentences can be built from it.

The idea's own words are quoted, never inflected: 'finds a message in a bottle' stays as it was written. Where the
parse is unsure it returns less: a topic needs no verb, and a long idea is quoted only as a title.
Called by `blocks/offline/writer/writer.py`.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from blocks.offline.writer.idea.casing import (
    OPENS_WITH_DATE,
    OPENS_WITH_PLACE,
    has_second_subject,
    sentence_case,
    with_article,
    without_opening,
)
from blocks.offline.writer.idea.domains import TOPIC_WORDS, singulars
from blocks.offline.writer.idea.kind import IdeaKind
from blocks.offline.writer.idea.language import is_english
from blocks.offline.writer.idea.phrases import (
    definite_name,
    head_noun,
    introduced,
    is_plural,
    lowercase_article,
    short_name,
    someone_in,
)
from blocks.offline.writer.idea.sentence_splitting import breaths
from blocks.offline.writer.idea.speech import named_by, speech_lead, whole_speech
from blocks.offline.writer.idea.titles import SMALL, TITLE_CHARACTERS, TITLE_WORDS, shown, tale_title, title_case
from blocks.offline.writer.idea.words import (
    ACTING,
    ADJECTIVES_AFTER_NOUN,
    AUXILIARY,
    DETERMINERS,
    NOUNS_TOO,
    PEOPLE,
    PEOPLE_ACTING,
    PLACES,
    PLURAL_ACTING,
    STATIVE,
    is_someone,
)
from studio.text.markup import without_markup
from studio.text.sentences import split_sentences
from studio.text.words import clean_text, one_line, word_set

SUBJECT_WORDS = 9
"""Most words of a subject that is put into a sentence."""

CLAUSE_WORDS = 16
"""Most words of a clause that is put into a sentence."""

PARTED_WORDS = 24
"""Most words of a one-sentence idea from which sentences are built; a longer one is told as it was written."""

PART_WORDS = 9
"""Most words of a part of such an idea: what a shot of the usual length, 4.8 s, holds (`shot_plan.words_that_fit`)."""

PHRASE_CHARACTERS = 120
"""Most characters of a phrase that is put into a sentence, however few its words: a single word may be endless."""

_REQUEST = re.compile(
    r"^(?:please[, ]+|(?:can|could) you (?:please )?|i(?: want|'d like| would like)(?: you)? (?:to )?)*+"
    r"(?:make|create|tell|write|show|generate|film|produce|shoot|give)?(?:\s+(?:me|us))?"
    r"\s*+(?:an?|the)?\s*+(?:\w+[- ]){0,2}?(?:film|video|story|documentary|movie|clip|tale)s?"
    r"\s+(?:about|on|of|in which|where|showing)\s+",
    re.IGNORECASE,
)
_ASKING = re.compile(r"^(?:why|how|what|who|whose|where|when|which)\b", re.IGNORECASE)
_INVERTED = re.compile(rf"^(?:\w+\s+)?(?:{'|'.join(sorted(AUXILIARY))}|if)\b", re.IGNORECASE)
_DIRECTION = re.compile(
    r"^(?:make|use|show|keep|include|end|start|begin|think|add|avoid|please|no(?= \w+ing\b| voice| music| text)|"
    r"film|shoot|give|let|put|set|write|"
    r"tell|create|cut|it should|the film should|the style|style)\b",
    re.IGNORECASE,
)
_PRONOUNS = word_set(
    "there it this that these those he she they we i you once somebody someone everybody everyone nobody"
)
_OWN = word_set("my our his her their your")


@dataclass(frozen=True)
class Idea:
    """A parsed idea. Its phrases are written as in the middle of a sentence; each is '' where the idea has none.

    `hero` is the subject with 'the' ('the lonely lighthouse keeper'), `name` the subject as it is introduced ('a lonely
    lighthouse keeper'), `first` the same with its 'whose ...', `short` its last noun ('the keeper'), `clause` what it
    does where that can be put into a sentence, `deed` the same however long, `sentences` the idea's own sentences.
    """

    kind: IdeaKind
    text: str
    title: str
    hero: str = ""
    first: str = ""
    name: str = ""
    short: str = ""
    clause: str = ""
    deed: str = ""
    stative: bool = False
    plural: bool = False
    sentences: tuple[str, ...] = ()


def plain_idea(text: str) -> str:
    """Return an idea as one line without markup, control or direction characters, emoji or double spaces.

    Where nothing would be left (an idea in emoji), only control characters are removed; at worst it is ''.
    """
    text = one_line(clean_text(text))
    kept = _without(text, {"Cf", "Co", "Cn"}, but="\u200c\u200d")
    words = _without(without_markup(text), {"Cf", "Co", "Cn", "So", "Sk"}, but="\u200c").replace("\ufe0f", "")
    words = one_line(words)
    return words if re.search(r"\w", words) else one_line(kept)


def _without(text: str, categories: set[str], but: str) -> str:
    return "".join(c for c in text if unicodedata.category(c) not in categories or c in but)


def parse_idea(text: str, known: frozenset[str] = frozenset()) -> Idea:
    """Parse an idea. Every text, of any script and length, gives an `Idea`.

    Args:
        known: words that count as English, as for `is_english`.
    """
    whole = plain_idea(text)
    said = whole.lower() if whole.isupper() and len(whole.split()) > 1 else whole
    said = said if said[:1].isupper() or not whole[:1].isupper() else said[:1].upper() + said[1:]
    said = sentence_case(said, known | TOPIC_WORDS | PEOPLE | PLACES)
    sentences = whole_speech(split_sentences(said))
    asked = _REQUEST.sub("", said, count=1) if _REQUEST.match(said) else said
    bare = asked.strip(' .!…,;:-"“”')
    if not is_english(said, known | ACTING | PEOPLE):
        return Idea(kind="foreign", text=whole, title=shown(whole.strip(" .。!\uff01")) or "Untitled")
    told = tuple(sentence for sentence in sentences if not _DIRECTION.match(sentence))
    parts = told
    lead = speech_lead(told[0]) if told else ""
    if not lead and len(told) < 2 and len(asked.split()) > PARTED_WORDS and not bare.endswith("?"):
        # A sentence this long is a story already.
        told = (f"{bare[:1].upper()}{bare[1:]}.",)
        parts = breaths(told[0], PART_WORDS)
    if len(parts) >= 2 or lead:
        bare = parts[0].rstrip(".!?… ")
        tale = _tale(lead or bare, bare)
        if tale and tale.hero.lower() in _PRONOUNS:
            tale = None
        name = tale.name if tale else someone_in(lead or " ".join(parts))
        # The first sentence may be punctuation only: '! ~ The ferry stopped.'
        title = tale.title if tale and not lead else shown(bare) or shown(whole)
        return Idea(kind="told", text=whole, title=title, name=name, sentences=told)
    if len(sentences) > 1:
        asked = _REQUEST.sub("", told[0] if told else sentences[0], count=1)
        bare = asked.strip(' .!…,;:-"“”')
    if bare.endswith("?") or _ASKING.match(bare):
        return _question(bare, whole)
    return _tale(bare, whole) or _subject(bare, whole)


def _question(bare: str, whole: str) -> Idea:
    asked = bare.rstrip("? ")
    mark = "?" if bare.endswith("?") or _INVERTED.match(asked) else ""
    asked = asked[:1].upper() + asked[1:]
    short = asked + (mark or ".") if _sayable(asked, CLAUSE_WORDS) else ""
    return Idea(kind="question", text=whole, title=shown(asked + mark), hero=short)


def _tale(bare: str, whole: str) -> Idea | None:
    """Return the idea as a tale, in which someone does something; None where it is none."""
    bare, dated = without_opening(bare), title_case(bare) if OPENS_WITH_DATE.match(bare) else ""
    if OPENS_WITH_PLACE.match(bare):
        # 'When the ferry stopped' has no hero.
        return None
    words = bare.split()
    at = _verb_at(words) if words else None
    if at is None:
        return None
    subject, clause = named_by(" ".join(words[:at])).split(), words[at:]
    if not subject or has_second_subject(subject) or (dated and not is_someone(head_noun(subject))):
        return None
    if clause and clause[0].lower() in {"who", "that", "which"}:
        clause = clause[1:]
    plural = is_plural(subject)
    if clause and (clause[0].lower().endswith("ing") or clause[0].lower() in ADJECTIVES_AFTER_NOUN):
        clause = ["are" if plural else "is", *clause]
    if not _sayable(" ".join(subject), SUBJECT_WORDS):
        return None
    name = introduced(subject, plural)
    first = name
    main = _main_verb(clause) if clause != words[at:] else None
    if clause and clause[0].lower() == "whose":
        first, clause = " ".join([name, *clause[:CLAUSE_WORDS]]), []
    elif main:
        # 'alone on the moon' follows its noun without a pronoun; a relative clause keeps its 'who'.
        between = (
            clause[1:main] if words[at].lower() in ADJECTIVES_AFTER_NOUN or len(clause) > len(words[at:]) else None
        )
        first = " ".join([name, *([words[at], *clause[:main]] if between is None else between)])
        clause = clause[main:]
    said = " ".join(clause) if _sayable(" ".join(clause), CLAUSE_WORDS) else _shortened(clause)
    hero = definite_name(name)
    is_title = clause != words[at:] and main is None and len(words) <= TITLE_WORDS
    title = title_case(" ".join([hero, *words[at:]])) if is_title else tale_title(hero, said)
    return Idea(
        kind="tale",
        text=whole,
        title=dated or (title if first == name or len(first) > TITLE_CHARACTERS else title_case(first)),
        hero=hero,
        first=first,
        name=name,
        short=short_name(hero),
        clause=said,
        deed=" ".join(clause),
        stative=bool(clause) and clause[0].lower() in STATIVE,
        plural=plural,
    )


def _main_verb(clause: list[str]) -> int | None:
    """Return the index of the main verb after a relative clause; None where there is none.

    It is that of 'plays' in 'who has lost her hearing plays a concert'.
    """
    for at in range(2, len(clause)):
        before = clause[at - 1].lower()
        verb = clause[at].lower() in ACTING | NOUNS_TOO and clause[at].lower().endswith("s")
        if verb and before not in DETERMINERS and before not in {"and", "or", "to", "of", "in", "that", "who", "then"}:
            return at
    return None


def _subject(bare: str, whole: str) -> Idea:
    """Return the idea as a topic, or as a portrait where it names a person or a place.

    An idea that becomes a tale once it has an article is returned as that tale.
    """
    words = with_article(bare.split())
    head = head_noun(words)
    plural = is_plural(words)
    given = len(words) > len(bare.split())
    if given and is_someone(head) and (tale := _tale(" ".join(words), whole)):
        return tale
    names = [word for word in words if word.lower() not in SMALL]
    owned = words[0].lower() in {"my", "our", "her", "his", "their"} or words[0].lower().endswith(("'s", "\u2019s"))
    named = (
        not given and len(words) <= 4 and all(word[:1].isupper() for word in names) and words[0].lower() not in SMALL
    )
    thing = all(_is_thing(word) for word in names)
    someone = words[0].lower() in DETERMINERS and (head in PLACES or is_someone(head))
    portrait = owned or someone or (named and not thing)
    first = words[0].lower() if _is_thing(words[0]) else lowercase_article(words[0])
    short = " ".join([first, *words[1:]]) if _sayable(bare, SUBJECT_WORDS) else ""
    return Idea(
        kind="portrait" if portrait else "topic",
        text=whole,
        title=title_case(bare),
        hero=short,
        plural=plural,
    )


def _is_thing(word: str) -> bool:
    """Tell whether a word with a capital is a common noun, at the start of an idea: 'Jazz', 'Volcanoes'."""
    return any(form in TOPIC_WORDS for form in singulars(word.lower()))


def _verb_at(words: list[str]) -> int | None:
    """Return the index where the predicate begins: a relative pronoun, an auxiliary, a known verb, or a likely one.

    It is `len(words)` for someone who does nothing, and None where no predicate is found.
    """
    low = [word.lower().strip(",.;:") for word in words]
    article = low[0] in DETERMINERS
    for at in range(1, min(len(words), SUBJECT_WORDS + 1)):
        word, before, after = low[at], low[at - 1], low[at + 1] if at + 1 < len(low) else ""
        if before in DETERMINERS or before in {"of", "and", "very", "in", "from", "for"} or words[at - 1][-1] in ",;:":
            continue
        if word in {"who", "that", "which", "whose"} and after:
            return at
        if word in AUXILIARY and after and word not in {"do", "did", "does"}:
            return at
        if word in ADJECTIVES_AFTER_NOUN and is_someone(head_noun(words[:at])):
            return at
        if after == "of":
            continue
        if word in NOUNS_TOO and is_someone(head_noun(words[:at])):
            return at
        if word in ACTING or word in STATIVE:
            if word.endswith("ing") and not is_someone(head_noun(words[:at])):
                continue
            return at
        if word in PLURAL_ACTING and is_plural(words[:at]):
            return at
        if word in PEOPLE_ACTING and after and is_plural(words[:at]) and is_someone(head_noun(words[:at])):
            return at
        likely = word.endswith("s") and not word.endswith(("ss", "us", "is", "'s", "\u2019s"))
        opens = after in DETERMINERS or after in {"to", "into", "through", "across", "his", "her", "its", "their"}
        if article and at >= 2 and likely and opens and low[0] in {"a", "an"}:
            return at
    someone = low[0] in DETERMINERS - _OWN and is_someone(head_noun(words))
    return len(words) if someone else None


def _sayable(phrase: str, words: int) -> bool:
    return len(phrase) <= PHRASE_CHARACTERS and len(phrase.split()) <= words


def _shortened(clause: list[str]) -> str:
    """Return the clause up to its last natural break within `CLAUSE_WORDS`, or '' where it has none."""
    for at in range(min(CLAUSE_WORDS, len(clause) - 1), 2, -1):
        if clause[at - 1].endswith((",", ";")) or clause[at].lower() in {"and", "but", "while", "when", "before"}:
            short = " ".join(clause[:at]).rstrip(",;")
            return short if _sayable(short, CLAUSE_WORDS) else ""
    return ""
