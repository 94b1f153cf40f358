"""How a film and its scenes feel: one mood for the film, one emotion for each scene, of
`studio.planning.image_prompts.EMOTIONS`.

Called by `blocks/offline/writer/writer.py` and `beats.py`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from blocks.offline.writer.places import words_of
from studio.text.words import word_set

Mood = Literal["hopeful", "melancholy", "tense"]

_MOODS: Mapping[Mood, frozenset[str]] = {
    "tense": word_set(
        "war storm murder murders thief chase chased hunt hunted escape escapes danger monster disaster crisis fire"
        " flood spy killer dark fear battle survive survives survival trapped race bomb crime detective robbery"
        " enemy shark heist volcano volcanoes earthquake avalanche tornado hurricane lightning thunder races stolen"
        " steals strange horseback"
    ),
    "melancholy": word_set(
        "lonely alone last lost old grief death dying dies farewell memory memories autumn rain rainy widow widower"
        " forgotten goodbye sad empty abandoned orphan loses ghost grandmother grandfather remembers silence sleep"
        " moon ancient childhood father mother winter snow deep without ruins whale"
    ),
    "hopeful": word_set(
        "rescue rescues rescued save saves saved befriend befriends learn learns learned teach teaches taught win wins"
        " won laugh laughs laughter wedding birthday spring summer sunrise morning gift hope hopes heal heals returns"
        " friend friends friendship dance dances sing sings love loves together home joy baby born plant"
        " plants flower flowers garden celebrate festival reunion reunited kindness"
    ),
}
_ORDER: tuple[Mood, ...] = ("tense", "hopeful", "melancholy")
"""Of two moods that as many words call for, the first."""
_FAINT = word_set(
    "grandmother grandfather mother father childhood old ancient moon winter snow deep sleep whale fire race races dark"
    " silence autumn rain lightning strange"
)
"""Words that only colour a film: they count half."""

_FEELINGS: Mapping[str, frozenset[str]] = {
    "lost": word_set(
        "lost loses lose dies died death dead grief alone lonely cries cried tears buries forgets forgotten never"
        " goodbye gone empty abandoned weeps funeral mourns misses"
    ),
    "uneasy": word_set(
        "afraid fear fears scared dark shadow shadows storm danger strange whispers creaks trapped threat night"
        " watches hides hidden secret suspects wrong silence stops"
    ),
    "restless": word_set(
        "runs ran run chases chased hurries hurried escapes escaped argues fights fought search searches searching"
        " leaves left shouts races works cannot must wind"
    ),
    "brave": word_set(
        "climbs climbed jumps jumped fights dares decides decided stands stood faces faced saves saved rescues"
        " refuses returns crosses promise promises"
    ),
    "tender": word_set(
        "loves love loved kisses kiss holds held mother father grandmother grandfather child baby hand hands warm"
        " smiles smiled gentle hugs sings sleeps together letter"
    ),
    "curious": word_set(
        "finds found discovers discovered opens opened sees saw looks looked asks asked wonders learns notices hears"
        " heard reads question map key door bottle"
    ),
    "hopeful": word_set(
        "hope hopes light sun spring begins began plants grows dreams dream new blooms wins morning laughs laughed"
        " dances keeps builds"
    ),
    "at peace": word_set("home peace rest rests quiet calm end ends finally forgives sleep sunset"),
}


def find_mood(text: str) -> Mood:
    """Return the mood most words of an idea call for; hopeful where none does."""
    words = words_of(text)
    counts = {
        mood: sum((1 if word in _FAINT else 2) for word in words if word in called) for mood, called in _MOODS.items()
    }
    best = max(_ORDER, key=lambda mood: counts[mood])
    return best if counts[best] else "hopeful"


def find_feeling(text: str) -> str:
    """Return the emotion most words of a sentence call for, of `studio.planning.image_prompts.EMOTIONS`; '' where none
    does."""
    words = words_of(text)
    counts = {feeling: sum(word in called for word in words) for feeling, called in _FEELINGS.items()}
    best = max(counts, key=lambda feeling: counts[feeling])
    return best if counts[best] else ""
