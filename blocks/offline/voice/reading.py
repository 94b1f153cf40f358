# ruff: noqa: RUF001 - curly quotes and dashes are meant, not mistaken
"""Prepares a line before it is spoken: refuses what the offline voice cannot read, cleans the rest and splits it.

No sound is made here. The voice speaks English only: it would read other languages with English sounds, spell Cyrillic
letter by letter, and say nothing of Japanese (all three measured). Silence with a reason is better than gibberish: the
captions still show the line.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from typing import NamedTuple

from blocks.offline.voice.markup_blanking import REMOVED, unmarked
from blocks.offline.voice.spelling import spelled
from studio.text.sentences import ends_sentence

FOREIGN_LETTERS = 0.25
"""Largest share of letters outside the Latin script, 0 to 1, in a line that is still read; they are left out."""
ENGLISH_WORDS = 0.55
"""Least share of known words, 0 to 1. Measured on a sentence in each of 15 languages: English 0.9, others below 0.5."""
WORD_CHARACTERS = 60
"""Most characters of one word that are read: the voice's network for unknown words reads no more, and the time of its
tokenizer grows with the square of the length."""

# Words of other languages which the voice's lexicon also lists (mostly as names), and unmistakable greetings.
_FOREIGN_WORDS = (
    "guten danke bitte und der das den dem ist nicht ein eine wir bonjour merci le les des une est et avec dans pour "
    "que qui son hola gracias el los las una por con sin mar en es y ciao grazie il della che di e na per sono mare "
    "obrigado dos um uma het een niet van zee och jag ett pa att det dan masa si la lo w z se je ne du au"
)
_FOREIGN = frozenset(_FOREIGN_WORDS.split())
_NAME_PARTS = "los las la le el il der das di de du da do dos san santa saint van von al"
_ARTICLES = frozenset(_NAME_PARTS.split())

_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_PARAGRAPH = re.compile(r"[ \t\r]*\n[ \t\r]*\n")
_LINE_MARK = re.compile(r"[ \t\r]{0,9}\n[ \t]{0,12}(?:#{1,6}|[-*+•>]|\d{1,3}[.)])(?=[ \t])")
"""The beginning of a heading, a list item or a quotation: the paragraph before it has ended."""
_SENTENCE_END = re.compile(r"[.!?…][\"'”’)\]]*$")
_PUNCTUATION = frozenset(".,;:!?…—–-―−'\"‘’“”()/&%+@#=$£€¥₩₹₽₿°¢½¼¾×÷±≈→<>~*§№²³‰′″•")


class SpokenToken(NamedTuple):
    """A word as it is written in the line, and the text that the voice speaks for it ('' where nothing is said)."""

    written: str
    spoken: str


class Sentence(NamedTuple):
    """The words of one sentence, and whether a paragraph ends with it."""

    tokens: tuple[SpokenToken, ...]
    ends_paragraph: bool


def why_silent(line: str, known: Callable[[str], bool]) -> str:
    """Return why the voice must not read `line`; '' where it may.

    Args:
        line: any text.
        known: tells whether a lower-case word is in the voice's English lexicon.
    """
    text = unicodedata.normalize("NFKC", unmarked(line).replace(REMOVED, ""))
    letters = [c for c in text if c.isalpha()]
    if not line.strip():
        return ""
    if not letters and not any(c.isdigit() for c in text):
        return "there is no word in it"
    foreign = [c for c in letters if not _latin(c)]
    if len(foreign) > FOREIGN_LETTERS * len(letters):
        script = unicodedata.name(foreign[0], "another").split()[0]
        script = script if script == "CJK" else script.capitalize()
        return f"the offline voice reads English only; this line is in {script} script"
    judged = _judged_words(text)
    strange = sum(word in _FOREIGN for word in judged)
    english = sum(word not in _FOREIGN and known(word) for word in judged)
    if (strange or len(judged) >= 3) and english < ENGLISH_WORDS * len(judged):
        return "the offline voice reads English only; this line seems to be in another language"
    return ""


def sentences(line: str) -> tuple[Sentence, ...]:
    """Split a line into sentences of tokens; all their tokens in order are exactly the words between its spaces."""
    bare = "".join(c if c == REMOVED or _readable(c) else " " for c in unmarked(line))
    found = list(re.finditer(r"\S+", line))
    said = spelled([_plain(bare[m.start() : m.end()].replace(REMOVED, "")) for m in found])
    told: list[Sentence] = []
    first = 0
    for place, word in enumerate(found, start=1):
        following = found[place] if place < len(found) else None
        between = line[word.end() : following.start()] if following else ""
        paragraph = ("\n" in between and _ends_paragraph(line, word.end())) or "\u2029" in between
        if not following or paragraph or ends_sentence(word[0][-WORD_CHARACTERS:], following[0]):
            tokens = [
                SpokenToken(m[0], spoken) for m, spoken in zip(found[first:place], said[first:place], strict=True)
            ]
            told.append(Sentence(_ended(tokens), paragraph))
            first = place
    return tuple(told)


def _ends_paragraph(line: str, place: int) -> bool:
    """Tell whether a paragraph ends before the newline at or after `place`: a blank line, heading or list item follows.

    A heading ends there too.
    """
    heading = line[(begin := line.rfind("\n", 0, place) + 1) : begin + 40].lstrip().startswith("#")
    return heading or bool(_PARAGRAPH.match(line, place) or _LINE_MARK.match(line, place))


def _ended(tokens: list[SpokenToken]) -> tuple[SpokenToken, ...]:
    """Return the tokens with a full stop after the last spoken word, which spelling or a heading may lack."""
    for place in reversed(range(len(tokens))):
        written, spoken = tokens[place]
        if spoken:
            if not _SENTENCE_END.search(spoken) and (place + 1 == len(tokens) or spoken != "—"):
                tokens[place] = SpokenToken(written, spoken.rstrip(",;:— ") + ".")
            break
    return tuple(tokens)


def _judged_words(text: str) -> list[str]:
    """Return the words that show the language of a text, in lower case: no names, no single letters but 'a' and 'i'."""
    found = list(_WORD.finditer(text.lower() if text.isupper() else text))
    judged = []
    for place, match in enumerate(found):
        word, before = match[0], text[: match.start()].rstrip()
        opens = not before or before[-1] in ".!?…\"“'‘(—"
        next_is_name = place + 1 < len(found) and found[place + 1][0][0].isupper()
        of_a_name = word[0].isupper() and (not opens or next_is_name)
        article_of_a_name = next_is_name and word.lower() in _ARTICLES
        greeting = opens and word.lower() in ("guten", "bonjour", "hola", "ciao")
        single = len(word) == 1 and word.lower() not in "ai"
        if greeting or not (of_a_name or article_of_a_name or single):
            judged.append(word.lower())
    return judged


def _latin(character: str) -> bool:
    return "LATIN" in unicodedata.name(character, "") or character in "ªº"


def _readable(character: str) -> bool:
    """Tell whether the voice can read a character: Latin letters, their accents, digits, plain punctuation."""
    kind = unicodedata.category(character)
    if character.isascii():
        return character.isalnum() or character in _PUNCTUATION
    if kind.startswith("L"):
        return all(_latin(c) for c in unicodedata.normalize("NFKC", character))
    return kind in ("Mn", "Nd") or character in _PUNCTUATION


def _plain(word: str) -> str:
    """Return one word in plain characters: composed accents, ASCII digits, fractions as '1/2'; only its beginning."""
    composed = unicodedata.normalize("NFC", word[: 4 * WORD_CHARACTERS])
    plain = "".join(
        str(unicodedata.digit(c)) if c.isdecimal() else unicodedata.normalize("NFKC", c) if c.isalpha() else c
        for c in composed
        if unicodedata.category(c) != "Mn"
    )
    plain = re.sub(r"(?<=\d)(?=[¼½¾])", " ", plain)
    plain = re.sub(r"(?<=\d)([²³])", lambda m: " squared" if m[1] == "²" else " cubed", plain)
    for sign, reading in (("½", " 1/2"), ("¼", " 1/4"), ("¾", " 3/4")):
        plain = plain.replace(sign, reading)
    return " ".join(plain.split())[:WORD_CHARACTERS]
