"""How characters look and which things are used: small lexicons of what the embedded painter can draw.

A look is drawn from the name and the climate of the film, never from a seed: in a film everyone looks the same
throughout.
Called by `blocks/offline/writer/writer.py`.
"""

from __future__ import annotations

import zlib

from blocks.offline.writer.idea.phrases import article_for
from blocks.offline.writer.idea.words import DETERMINERS, is_someone
from blocks.offline.writer.persons import figure_of
from blocks.offline.writer.places import words_of
from studio.model.film import Scene, Story
from studio.text.words import word_set

_COATS = ("grey", "dark blue", "red", "brown", "green", "black", "ochre", "white")

_MADE = word_set("robot android machine")
_METALS = ("grey", "rusty", "white", "green")
_NUMBERS = word_set("two three four five six seven many some")
_MANY = word_set("brothers sisters children twins friends men women people girls boys")
_CLIMATE_WORDS = {
    "snow": word_set("snow ice arctic"),
    "desert": word_set("desert dunes"),
    "room": word_set("room kitchen library study workshop laboratory studio stage theatre cafe bedroom church hall"),
}

_BEASTS = word_set(
    "ghost giant robot android machine dragon mermaid fox wolf dog cat bear deer whale horse bird crow owl penguin"
    " elephant tiger lion rabbit mouse turtle astronaut goat sheep cow donkey mule pig duck hen rooster parrot monkey"
    " squirrel hedgehog snail frog raven magpie pigeon hare badger otter camel"
)
"""Those who wear no coat, or a suit of their own."""

_PLAIN = word_set(
    "man woman girl boy child person keeper traveller traveler farmer sailor fisherman fisherwoman grandmother"
    " grandfather father mother baker astronaut king queen monk son daughter captain doctor painter poet widow"
)
"""People whom any painter knows by their name; others are told to be people."""

_TRADES = {
    "fisherman": "a yellow oilskin",
    "fisherwoman": "a yellow oilskin",
    "sailor": "a blue jumper",
    "captain": "a dark blue uniform",
    "baker": "a white apron",
    "cook": "a white apron",
    "chef": "a white apron",
    "monk": "an orange robe",
    "nun": "a black robe",
    "king": "a red cloak",
    "queen": "a red cloak",
    "wizard": "a dark blue cloak",
    "witch": "a black cloak",
    "prince": "a green cloak",
    "princess": "a pale dress",
    "dancer": "a white dress",
    "nurse": "a white dress",
    "doctor": "a white coat",
    "scientist": "a white coat",
    "chemist": "a white coat",
    "painter": "a grey shirt",
    "blacksmith": "a leather apron",
    "carpenter": "a brown apron",
    "gardener": "a green apron",
    "soldier": "a grey uniform",
    "father": "a grey sweater",
    "mother": "a blue cardigan",
    "grandfather": "a brown cardigan",
    "grandmother": "a blue shawl",
    "farmer": "a straw hat",
    "climber": "a red jacket and a backpack",
    "traveller": "a cloak and a backpack",
    "astronaut": "a white suit",
}
"""What someone of a trade wears, whatever the weather."""

_CLIMATES = {
    "snow": "a {colour} parka with a hood",
    "desert": "a {colour} robe and a scarf",
    "room": "a {colour} sweater",
    "warm": "a {colour} shirt",
}

_PROPS = (
    "bottle",
    "lantern",
    "lamp",
    "book",
    "letter",
    "map",
    "key",
    "clock",
    "violin",
    "piano",
    "boat",
    "ship",
    "bicycle",
    "kite",
    "umbrella",
    "candle",
    "balloon",
    "suitcase",
    "camera",
    "telescope",
    "rocket",
    "train",
    "bell",
    "compass",
)


def climate_of(story: Story) -> str:
    """Return the climate of most of a story's places, which clothes its people: 'snow', 'desert', 'room' or ''."""
    places = " ".join(scene.location for scene in story.scenes)
    words = words_of(places)
    counts = {name: sum(word in called for word in words) for name, called in _CLIMATE_WORDS.items()}
    best = max(counts, key=lambda name: counts[name])
    return best if 2 * counts[best] >= len(story.scenes) else ""


def character_look(name: str, climate: str = "") -> str:
    """Return the one visual description of a character: its name as written, and for a person what is worn.

    Args:
        climate: of `climate_of`.
    """
    words = words_of(name)
    if any(word in _BEASTS or word.removesuffix("s") in _BEASTS for word in words) and "astronaut" not in words:
        made = any(word.removesuffix("s") in _MADE for word in words)
        return f"{name} ({_METALS[len(name) % len(_METALS)]}, dented)" if made else name
    colour = _COATS[zlib.crc32(name.lower().encode("utf-8", "surrogatepass")) % len(_COATS)]
    trade = next((_TRADES[word] for word in words if word in _TRADES), "") if climate != "snow" else ""
    worn = trade or _CLIMATES.get(climate, "a {colour} coat").format(colour=colour)
    worn = f"{article_for(worn.split()[1])} {worn.split(' ', 1)[1]}"
    if any(word in _PLAIN for word in words):
        return f"{name} in {worn}"
    if words and (words[0] in _NUMBERS or any(word in _MANY for word in words)):
        pair = "two people" if words[0] == "two" or name.count(" and ") == 1 else "people"
        kept = worn.split(" ", 1)[1].split(" and ")[0].split(" with ")[0]
        return f"{name} ({pair} in {kept if kept.endswith('s') else kept + 's'})"
    if any(map(is_someone, words)):
        return f"{name} (a person in {worn})"
    named = bool(words) and name[:1].isupper() and words[0] not in DETERMINERS and len(words) <= 3
    return f"{name} ({figure_of(name)})" if named else name


def props_of(scene: Scene) -> tuple[str, ...]:
    """Return the things that the scene's action names, each once, in its order."""
    words = words_of(scene.action)
    things = (prop for word in words for prop in _PROPS if word in {prop, f"{prop}s"})
    return tuple(dict.fromkeys(things))
