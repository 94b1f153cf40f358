"""Agent nouns: who is named by what they do is a person, whether or not the painter's vocabulary lists the trade.

A trade is known by its ending ("clockmaker", "blacksmith", "pianist"), by a verb it comes from ("weaver", "sailor"), or
from a list of those that neither tells ("tailor", "nurse"). Called by `tokens.py`.
"""

from __future__ import annotations

from blocks.offline.painter.prompt import inflection


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_TRADES = _words(
    "smith tailor cobbler butcher barber plumber potter miller cooper brewer tanner saddler tinker glazier mason "
    "joiner weaver spinner knitter dyer cutler fletcher grocer vintner ferryman chef apprentice clerk lawyer "
    "surgeon dentist midwife pharmacist professor lecturer tutor pupil student scholar philosopher astronomer "
    "geographer cartographer bookbinder typesetter sculptor composer conductor actor actress author editor reporter "
    "journalist messenger courier porter waiter waitress bartender barista butler maid janitor cleaner caretaker "
    "boatman firefighter officer detective inspector agent thief pirate warrior archer knight squire prince "
    "princess emperor empress duke duchess nobleman beggar hermit priest pastor vicar bishop nun prophet wizard witch "
    "sorcerer magician juggler acrobat clown athlete runner boxer wrestler skater skier surfer diver swimmer cyclist "
    "rider jockey passenger tourist visitor guest customer trader peddler pedlar seller vendor banker owner settler "
    "pioneer nomad refugee prisoner survivor leader governor mayor ambassador sergeant lieutenant commander "
    "drummer trumpeter guitarist harpist singer-songwriter lumberjack logger miner digger welder roofer builder bride "
    "bridegroom orphan aunt uncle cousin grandparent parent baby infant newcomer helper assistant "
    "hostess teenager adolescent beekeeper forester woodcutter chimneysweep watchman"
)
_ENDINGS = (
    "smith",
    "wright",
    "maker",
    "keeper",
    "monger",
    "woman",
    "shepherd",
    "herder",
    "ologist",
    "ician",
    "grapher",
)
_NO_ISTS = _words(
    "list whitelist pricelist enlist "
    "mist wrist twist fist waist exist checklist playlist wishlist assist resist insist persist consist gist moist"
)
_NO_EERS = _words("deer reindeer beer career peer sheer veneer cheer steer sneer leer")
_THINGS = _words(
    "breaker dresser jumper header server burner cooker computer boiler opener poster cover corner counter drawer "
    "dryer fender freezer roller rubber slipper slider sleeper speaker sprinkler stroller tower shower trailer "
    "tanker cutter lighter clipper cracker cruiser hanger heater hammer ladder locker mirror motor mower pointer "
    "printer poker pepper popper puller ruler sander sharpener shutter starter sweeper sweater thriller toaster "
    "tracker tractor trigger walker washer wrapper burrow binder blower charger container conveyor divider "
    "dropper fastener feeder filler folder grinder holder lifter loader marker mixer planter player recorder "
    "reflector rocker roster scooter sinker sniper soccer spinner stapler stopper strainer streamer stretcher "
    "sucker ticker timer topper wiper zipper water winter river paper letter matter master layer liner linger "
    "offer order other over per under user finer runner-up dinner dagger flower power lower answer wonder number "
    "member ember timber cinder tinder ginger finger anger danger hunger closer fewer former later longer nearer "
    "never rather inner outer upper proper sober bitter better clever silver copper leather feather weather "
    "butter cider cooler door floor poor moor indoor outdoor color colour"
)
"""Things, not people, although a verb stands in their name."""


def is_person(word: str) -> bool:
    """Tell whether a lower-case word, singular or plural, names somebody by what they do."""
    return any(_named(form.rsplit("-", 1)[-1]) for form in inflection.singulars(word))


def _named(word: str) -> bool:
    if word in _TRADES or (word.endswith(_ENDINGS) and len(word) > 5) or (word.endswith("man") and len(word) > 5):
        return word not in ("snowman", "doberman", "talisman", "human", "ottoman", "roman", "german", "caiman")
    if word in _THINGS:
        return False
    if word.endswith("ist") and len(word) > 5:
        return word not in _NO_ISTS
    if word.endswith("eer") and len(word) > 5:
        return word not in _NO_EERS
    if len(word) < 5 or not word.endswith(("er", "or")):
        return False
    stem = word[:-2]
    # sing-er, bak-er, run-n-er, carri-er.
    stems = [
        stem,
        stem + "e",
        *([stem[:-1]] if stem[-1] == stem[-2] else []),
        *([stem[:-1] + "y"] if stem[-1] == "i" else []),
    ]
    return any(s in inflection.PLAIN_VERBS for s in stems)
