"""The people in a prompt: names with a look in brackets, whether two words mean one person, and who wears what.

Pure functions of the tokens of one prompt. Called by `reader.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from blocks.offline.painter.prompt import inflection, vocabulary
from blocks.offline.painter.prompt.places_in_prompt import PEOPLE
from blocks.offline.painter.prompt.subjects import kinds_with
from blocks.offline.painter.prompt.tokens import Token, lookup, subject_of

Garments = tuple[tuple[str, str], ...]


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_GENERIC = _words("person man woman figure human somebody citizen")
_HERS = _words(
    "woman lady queen widow mother daughter sister wife heroine girl schoolgirl grandmother grandma granny "
    "granddaughter aunt bride waitress actress princess empress duchess nun witch maid midwife hostess"
)
_HIS = _words(
    "man gentleman king father son brother husband boy schoolboy grandfather grandpa grandson uncle monk fisherman "
    "bridegroom waiter prince emperor duke knight priest wizard hero"
)
_SEEN = _words("seen viewed shown filmed view shot watched turned faces facing")
_PAIRS = _words("boots shoes trousers pants jeans")


SWARMS = kinds_with("many")
"""Kinds of subjects that are drawn many at once."""


def count_of(tokens: list[Token], i: int, kind: str) -> int:
    """Return how many of its kind the word at `i` names, 1 to 3."""
    before = {t.word for t in tokens[max(0, i - 3) : i] if t.phrase == tokens[i].phrase}
    word = tokens[i].word
    if kind in SWARMS:
        return 1
    if before & {"three", "four", "five", "many", "several"} or word in ("crowd", "people", "family"):
        return 3
    plural = word in ("children", "couple") or word.endswith("men") or not _one(word)
    return 2 if before & {"two", "both"} or (plural and not word.endswith(("'s", "\u2019s"))) else 1


def _one(word: str) -> bool:
    """Tell whether a subject's word is in the singular."""
    return word in vocabulary.SUBJECTS or (lookup(vocabulary.SUBJECTS, word) is None and not word.endswith("s"))


def without_names(tokens: list[Token]) -> list[Token]:
    """Return the tokens with the names of people who have a look in brackets replaced: the look is drawn, not the name.

    Every word of such a name, there and wherever it comes again, becomes 'someone', with the name kept in `Token.name`.
    """
    names: set[str] = set()
    for j in range(1, len(tokens)):
        opens = tokens[j].inside and not tokens[j - 1].inside and tokens[j - 1].proper
        if not opens or subject_of(tokens[j - 1].word) in PEOPLE or tokens[j - 1].word in vocabulary.STOP:
            continue
        if any(subject_of(t.word) in PEOPLE for t in _bracket(tokens, j)):
            k = j - 1
            while k >= 0 and tokens[k].proper and tokens[k].phrase == tokens[j - 1].phrase:
                if tokens[k].word not in vocabulary.STOP and tokens[k].word not in vocabulary.SHOTS:
                    names.add(tokens[k].word)
                k -= 1
    return [
        replace(t, word="someone", name=inflection.singulars(t.word)[0])
        if t.proper and inflection.singulars(t.word)[0] in names
        else t
        for t in tokens
    ]


def _bracket(tokens: Sequence[Token], opening: int) -> list[Token]:
    found = []
    for token in tokens[opening:]:
        if not token.inside:
            break
        found.append(token)
    return found


def describes_previous(tokens: list[Token], i: int) -> bool:
    """Tell whether the person at `i`, in brackets, only describes the one before the brackets, who is drawn already."""
    first = i
    while first > 0 and tokens[first - 1].inside:
        first -= 1
    if any(subject_of(t.word) in PEOPLE for t in tokens[first:i]):
        return True
    before = tokens[first - 1] if first else None
    if before is None or not before.name:
        return True
    return any(t.name == before.name and tokens[k + 1].inside for k, t in enumerate(tokens[: first - 1]))


def is_new_person(tokens: list[Token], i: int, known: list[int]) -> bool:
    """Tell whether the word at `i` names a further person, besides those named at the positions `known`, at least one.

    "A man and a woman" are two; "an old man, a bearded fisherman" is one named twice, and so is "the woman" later on.
    """
    word = _head(tokens[i].word)
    if tokens[i].word.endswith(("'s", "\u2019s")):
        return False
    if tokens[i].inside:
        return True
    first = i
    while first > 0 and tokens[first - 1].phrase == tokens[i].phrase and tokens[first - 1].word not in vocabulary.STOP:
        first -= 1
    determiner = tokens[first - 1].word if first and tokens[first - 1].phrase == tokens[i].phrase else ""
    at = first - 1 if determiner in vocabulary.DETERMINERS or determiner in ("two", "three", "four", "five") else first
    linked = tokens[at - 1].word if at > 0 and tokens[at - 1].phrase == tokens[i].phrase else ""
    if linked in ("of", "like", "as", "than", "without") or determiner in ("of", "like", "as", "than", "without", "no"):
        return False
    if determiner in ("another", "two", "three"):
        return True
    heads = [_head(tokens[k].word) for k in known]
    if linked == "and" and determiner in ("a", "an"):
        return True
    if word in heads:
        return False
    sex = _sex(word)
    if sex and all(_sex(h) and _sex(h) != sex for h in heads):
        return True
    if linked in ("and", "with", "beside", "by", "to", "behind", "near", "meets", "sees", "greets", "hugs"):
        return at < first
    if determiner not in ("a", "an", "his", "her", "their"):
        return False
    retold = tokens[i].phrase == tokens[known[-1]].phrase + 1 and determiner in ("a", "an")
    return not (retold and (word in _GENERIC or heads[-1] in _GENERIC))


def person_named_again(tokens: list[Token], i: int, known: list[tuple[int, str]]) -> str:
    """Return the key of the person whom the word at `i` names again, of those named at `known` as (position, key)."""
    word = _head(tokens[i].word)
    return next((key for at, key in known if _head(tokens[at].word) == word), known[-1][1])


def _head(word: str) -> str:
    return next((f for f in inflection.singulars(word) if f in vocabulary.SUBJECTS), inflection.singulars(word)[-1])


def _sex(word: str) -> str:
    return "f" if word in _HERS or word.endswith("woman") else "m" if word in _HIS or word.endswith("man") else ""


def from_behind(tokens: list[Token], i: int) -> bool:
    """Tell whether the word at `i` shows somebody from behind: "seen from behind", "from the back"."""
    if tokens[i].word not in ("behind", "back") or (
        i + 1 < len(tokens) and tokens[i + 1].phrase == tokens[i].phrase and tokens[i + 1].word not in vocabulary.STOP
    ):
        return False
    before = [t.word for t in tokens[max(0, i - 3) : i] if t.phrase == tokens[i].phrase]
    if before[-1:] != ["from"] and before[-2:] != ["from", "the"]:
        return False
    said = [w for w in before if w not in ("from", "the")]
    return (
        not said or said[-1] in _SEEN or subject_of(said[-1]) in PEOPLE or bool(lookup(vocabulary.GARMENTS, said[-1]))
    )


def garments_of(tokens: list[Token]) -> Garments:
    """Return the garments in prompt order, (garment, colour as hex or '') each; the first of each kind counts."""
    worn: dict[str, str] = {}
    for _, kind, tone in _garments(tokens):
        worn.setdefault(kind, tone)
    return tuple(worn.items())


def _garments(tokens: list[Token]) -> list[tuple[int, str, str]]:
    worn: list[tuple[int, str, str]] = []
    for i, token in enumerate(tokens):
        if kind := lookup(vocabulary.GARMENTS, token.word):
            near = [t.word for t in tokens[max(0, i - 2) : i] if t.phrase == token.phrase]
            worn.append((i, kind, next((vocabulary.COLOURS[w] for w in reversed(near) if w in vocabulary.COLOURS), "")))
        if token.word.endswith(("-haired", "-bearded")) and token.word.split("-")[0] in vocabulary.COLOURS:
            worn.append((i, "hair", vocabulary.COLOURS[token.word.split("-")[0]]))
    return worn


def owner_of(tokens: list[Token], i: int, mentions: list[tuple[int, str]], before_noun: bool = False) -> str:
    """Return the key of the person whom the word at `i` describes: the one named last before it.

    Args:
        mentions: (position, key) of the people in prompt order, at least one.
        before_noun: whether the word precedes its noun, as an adjective does: then it is the next one in its phrase.
    """
    if before_noun:
        following = [key for at, key in mentions if at > i and tokens[at].phrase == tokens[i].phrase]
        if following:
            return following[0]
    return next((key for at, key in reversed(mentions) if at < i), mentions[0][1])


def wardrobe(tokens: list[Token], mentions: list[tuple[int, str]]) -> dict[str, Garments]:
    """Return the garments of each of several people, by key; a garment in the plural is worn by all of its phrase."""
    worn: dict[str, dict[str, str]] = {key: {} for _, key in mentions}
    for i, kind, tone in _garments(tokens):
        word = tokens[i].word
        owners = [owner_of(tokens, i, mentions, word.endswith(("-haired", "-bearded")))]
        if word.endswith("s") and not word.endswith("ss") and word not in _PAIRS:
            owners += [key for at, key in mentions if at < i and tokens[at].phrase == tokens[i].phrase]
        for owner in owners:
            worn[owner].setdefault(kind, tone)
    return {key: tuple(dressed.items()) for key, dressed in worn.items()}
