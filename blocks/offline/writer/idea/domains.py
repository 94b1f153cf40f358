"""What kind of thing a topic or a question is about, and how the film's heart feels there.

Called by `blocks/offline/writer/beats.py` and `grammar.py`. An idea in none of the domains is told in the lines that
hold of anything.
"""

from __future__ import annotations

from collections.abc import Mapping

from studio.text.words import word_set

DOMAINS: Mapping[str, frozenset[str]] = {
    "craft": word_set(
        "coffee tea bread wine beer chocolate cheese sugar salt spice rice honey glass paper silk wool pottery"
        " ceramics porcelain furniture leather steel iron gold silver clock watch shoe cooking baking weaving knitting"
        " cuisine food pasta pizza sushi ramen soup cake perfume soap candle ink kimono carpet knife brewing cider oil"
        " whisky tofu noodle dumpling jewellery jewelry basket kite origami gardening carpentry bakery"
    ),
    "living": word_set(
        "bee honeybee butterfly bird whale wolf cat dog horse elephant tree mushroom flower fish octopus shark insect"
        " ant spider dinosaur evolution life migration cell animal coral seed plant fungus rose orchid owl penguin bear"
        " fox crow swan eagle turtle frog moss dolphin jellyfish snail salmon wildlife body heart brain blood tiger"
        " lion monkey moth bacteria virus hedgehog rabbit sheep cow goat swallow gene dna"
    ),
    "earth": word_set(
        "volcano sea ocean river mountain weather rain snow storm wind cloud desert ice glacier climate earthquake"
        " tide rainbow aurora lightning thunder island sky season winter summer autumn spring forest reef canyon fjord"
        " waterfall water fire sand stone cave monsoon avalanche tornado hurricane fog wave"
    ),
    "cosmos": word_set(
        "space star planet moon sun mars jupiter saturn venus galaxy universe cosmos comet gravity astronomy eclipse"
        " asteroid constellation nebula telescope orbit infinity relativity meteor supernova"
    ),
    "mind": word_set(
        "silence love sleep dream memory fear happiness loneliness time mathematics philosophy death"
        " friendship hope boredom grief courage joy laughter childhood solitude patience kindness"
        " forgiveness consciousness thought attention habit luck freedom beauty truth faith home nostalgia empathy"
        " economics law psychology logic learning shame anger"
    ),
    "machine": word_set(
        "quantum computing computer internet train railway car bicycle rocket airplane aeroplane robot artificial"
        " intelligence ai electricity engine bridge radio telephone camera software nuclear battery algorithm data"
        " satellite submarine elevator lighthouse microscope machine technology steam factory tram plane chemistry"
        " physics cryptography blockchain programming web vaccine windmill printing skyscraper"
    ),
    "past": word_set(
        "history ancient empire war revolution rome egypt viking medieval pyramid castle king pharaoh samurai"
        " civilization civilisation archaeology ruin renaissance knight colony dynasty tomb heritage aztec maya inca"
        " antiquity crusade plague alphabet language number zero"
    ),
    "art": word_set(
        "music jazz painting dance opera poetry cinema theatre theater photography architecture violin piano blues"
        " ballet novel book writing song art colour color sculpture tango flamenco guitar animation fashion design"
        " haiku mosaic fresco singing calligraphy literature drum hiphop rock punk choir"
    ),
}

HEARTS: Mapping[str, str] = {
    "craft": "tender",
    "living": "hopeful",
    "earth": "still",
    "cosmos": "still",
    "mind": "tender",
    "machine": "curious",
    "past": "tender",
    "art": "hopeful",
}
"""How the heart of such a film feels: one of `studio.planning.image_prompts.EMOTIONS`."""

TOPIC_WORDS = frozenset(word for words in DOMAINS.values() for word in words)


def singulars(word: str) -> tuple[str, ...]:
    """Return the forms under which a lower-case word may stand in a list: itself, and as if it were a plural."""
    forms = [word]
    for ending, stem in (("ies", "y"), ("ves", "f"), ("es", ""), ("s", "")):
        if word.endswith(ending) and len(word) > len(ending) + 1:
            forms.append(word.removesuffix(ending) + stem)
    return tuple(forms)


def find_domain(*texts: str) -> str:
    """Return the domain that most words of the first of these texts call for; '' where none of them calls for any."""
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
