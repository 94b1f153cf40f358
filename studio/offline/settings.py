"""Where a story can play: places a painter can draw, and sentences that are true of any such place.

Each setting has three places, which a story moves through, and openings of short sentences (at most ten words, so
that one fits a shot of five seconds). Called by `studio/offline/writer.py`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

Lines = tuple[str, ...]


@dataclass(frozen=True)
class Setting:
    """A world to tell in: `words` call for it; `places` are near, far and deep; `openings` are spoken over them."""

    name: str
    words: frozenset[str]
    places: tuple[str, str, str]
    openings: tuple[Lines, ...]


def _setting(name: str, words: str, places: tuple[str, str, str], *openings: Lines) -> Setting:
    return Setting(name=name, words=frozenset(words.split()), places=places, openings=openings)


SETTINGS: tuple[Setting, ...] = (
    _setting(
        "space",
        "space astronaut astronauts planet star galaxy moon rocket satellite comet orbit universe cosmos spaceship"
        " mars alien telescope asteroid earth hole planets stars",
        ("a blue planet seen from space", "the dark of space with stars", "the moon seen from space"),
        ("Up here there is no morning.", "Only the light, going round and round."),
        ("The dark is not empty.", "It is only very far across."),
        ("Seen from here, every border is gone.",),
        ("Silence has a size.", "Out here, you can see it."),
        ("The stars do not hurry.", "They have been this patient all along."),
    ),
    _setting(
        "underwater",
        "underwater reef submarine octopus diver coral seabed shark mermaid jellyfish turtle",
        ("an underwater reef in blue light", "an underwater plain in blue light", "the seabed underwater"),
        ("Below the surface, the day turns blue.",),
        ("Down here, sound travels far.", "Light does not."),
        ("The deep keeps its own time.",),
        ("Everything here moves.", "Nothing here is in a hurry."),
        ("Above, there may be a storm.", "Down here, it is only a shimmer."),
    ),
    _setting(
        "ice",
        "arctic antarctic ice iceberg penguin polar glacier snow winter frozen blizzard eskimo sled",
        ("arctic ice with icebergs", "a white plain of arctic ice", "a snow field under pale light"),
        ("The cold makes everything clear.",),
        ("White, as far as the eye can go.", "And then more white."),
        ("In this light, distance means nothing.",),
        ("The wind has been here first.", "It has smoothed every trace away."),
        ("Here, breath is the only cloud.",),
    ),
    _setting(
        "desert",
        "desert dune sand canyon oasis camel caravan sahara nomad mirage",
        ("desert dunes with long shadows", "red desert dunes", "a wide desert plain"),
        ("The sand remembers nothing.", "By evening, every footprint is gone."),
        ("The heat arrives before the sun does.",),
        ("Out here, a line can be a road.", "Or only a line."),
        ("There is nothing to hide behind.", "Only light, and more light."),
        ("The horizon moves back, one step at a time.",),
    ),
    _setting(
        "sea",
        "sea ocean lighthouse coast ship boat island harbour harbor whale sailor fisherman captain pirate"
        " fish fishing beach shore"
        " tide wave bottle seagull sail storm port",
        ("a rocky shore with grey water", "the open sea", "a sandy shore"),
        ("Morning comes slowly to the shore.", "Grey water. Salt wind."),
        ("The tide goes out.", "The tide comes in. Nobody keeps count."),
        ("Before anything happens, there is only the sea.",),
        ("The sea has no memory.", "That is why we tell it things."),
        ("Every wave arrives as if it were the first.",),
    ),
    _setting(
        "mountain",
        "mountain alps summit climber valley everest peak goat monk monastery avalanche eagle hill volcano dragon",
        ("a mountain valley", "a high mountain ridge", "a mountain summit above the clouds"),
        ("The mountain is older than its name.",),
        ("Up here, the air has edges.", "Every sound arrives alone."),
        ("The path is narrow.", "It has been narrow for a very long time."),
        ("First light touches the summit.", "Everyone else has to wait."),
        ("From below, it looks like a wall.", "From here, like a question."),
    ),
    _setting(
        "forest",
        "forest woods tree deer wolf fox bear owl rabbit jungle pine mushroom hunter witch fairy elf hedgehog",
        ("a pine forest in morning mist", "a forest clearing with tall grass", "an old forest"),
        ("The forest wakes from the top down.",),
        ("Under the trees, it is still yesterday.",),
        ("Old pines. Wet leaves.", "A silence that is full of small sounds."),
        ("No path here was made on purpose.",),
        ("Light comes down in pieces.", "It takes the whole morning."),
    ),
    _setting(
        "city",
        "city street robot detective train factory tower metro subway taxi skyscraper traffic neon rooftop tokyo"
        " london paris york berlin apartment spy thief android bus station bridge market hacker"
        " venice rome lisbon istanbul mumbai shanghai vienna prague barcelona amsterdam chicago",
        ("a city with lit windows", "the city skyline", "the tall city towers"),
        ("The city never quite goes quiet.", "It only lowers its voice."),
        ("A thousand windows.", "Behind each of them, someone."),
        ("Before the first train, the streets belong to no one.",),
        ("Everyone here is on the way to somewhere.",),
        ("Somewhere a door closes.", "Somewhere else, a light goes on."),
    ),
    _setting(
        "room",
        "library inventor clock clockmaker watchmaker workshop bakery baker violin violinist piano pianist coffee"
        " tea book kitchen museum school teacher writer painter letter bookshop bookseller librarian"
        " cafe restaurant chef science quantum computing computer mathematics physics chemistry artificial intelligence"
        " ai internet data history music philosophy economics law language cat cats paper photograph lamp bread sleep",
        ("a quiet room with a lamp", "a room with a tall window", "an old library"),
        ("A room. A lamp.", "Dust, turning slowly in the light."),
        ("The light comes in, and finds everything waiting.",),
        ("It is quiet enough to hear the clock.",),
        ("Some rooms keep what was said in them.",),
        ("Nothing moves in here but the light.",),
    ),
    _setting(
        "field",
        "field meadow farm farmer prairie village garden road grass bee honeybee bees honeybees beekeeper horse cow"
        " sheep shepherd flower butterfly scarecrow countryside vineyard orchard gardener seed harvest railway river"
        " bird birds lake kite wheat",
        ("open fields with long grass", "a meadow under a wide sky", "a hill above the fields"),
        ("Warm wind. Long grass.", "The morning has nowhere to be."),
        ("The fields were here before the road.",),
        ("Early light lies down in the grass.",),
        ("It is the hour before anyone is up.",),
        ("Far off, a bird. Closer, nothing at all.",),
    ),
)

OPEN_COUNTRY = _setting(
    "open country",
    "",
    ("open fields under a wide sky", "rolling hills under a wide sky", "a single tree on a hill"),
    ("It begins with light.", "It always does."),
    ("The day has not decided yet.",),
    ("A wide sky. A long road.", "Nothing is settled yet."),
    ("Look at it for a moment, before it begins.",),
    ("For now, everything is still possible.",),
)
"""Where a film plays that names no setting; its sentences are true anywhere."""

QUIET_ROOM = next(setting for setting in SETTINGS if setting.name == "room")
"""Where a question is asked that names no setting."""

KNOWN_WORDS = frozenset(word for setting in SETTINGS for word in setting.words)

_WEATHER = {
    "rain": "in the rain",
    "rainy": "in the rain",
    "storm": "in a storm",
    "stormy": "in a storm",
    "snow": "in falling snow",
    "snowy": "in falling snow",
    "fog": "in fog",
    "foggy": "in fog",
    "mist": "in fog",
    "night": "at night",
    "midnight": "at night",
    "sunset": "at sunset",
    "dawn": "at dawn",
}
_UNWEATHERED = frozenset({"space", "underwater", "room"})


def words_of(text: str) -> tuple[str, ...]:
    """Return the lower-case words of `text`, possessive endings taken off."""
    return tuple(re.findall(r"[a-z]+(?:-[a-z]+)*", re.sub(r"['\u2019]s\b", "", text.lower())))


def find_setting(text: str) -> Setting | None:
    """Return the setting that most words of `text` call for, the first named among equals; None where none does."""
    words = words_of(text)
    counts: dict[str, int] = {}
    found: dict[str, Setting] = {}
    for word in words:
        for setting in SETTINGS:
            if word in setting.words or (word.endswith("s") and word[:-1] in setting.words):
                counts[setting.name] = counts.get(setting.name, 0) + 1
                found.setdefault(setting.name, setting)
    best = max(counts.values(), default=0)
    return next((setting for name, setting in found.items() if counts[name] == best), None)


def place_at(setting: Setting, number: int, text: str) -> str:
    """Return place `number` (0 to 2) of a setting, in the weather that `text` names."""
    place = setting.places[number]
    if setting.name in _UNWEATHERED:
        return place
    return next((f"{place} {_WEATHER[word]}" for word in words_of(text) if word in _WEATHER), place)
