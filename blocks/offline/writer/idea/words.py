"""Word lists for taking an idea apart: verbs, determiners, people, places. Chosen by hand; no claim to be whole.

A verb that is missing only makes an idea a topic, which is quoted and never inflected. Words that are as often nouns
('lights', 'waves', 'falls') are left out of the verbs on purpose.
"""

from __future__ import annotations

import re

from studio.text.words import word_set

DETERMINERS = word_set(
    "a an the one two three four five six seven many some these those this that my our your his her its their"
    " every each"
)

AUXILIARY = word_set(
    "must can will would could should may might has have had is are was were do does did cannot can't won't"
)

STATIVE = word_set(
    "must can will would could should may might cannot can't won't has have had is are was were lives live lived loves"
    " love loved wants want wanted dreams dream dreamed knows know knew believes believe remembers remember works work"
    " worked hopes hope needs need fears hates longs belongs never always"
    " grow grows grew learn learns learned wait waits waited keep keeps kept watch watches watched"
)
"""First words of a clause that tells a state: 'then she lives alone' is no sentence to say."""

_BASES = word_set(
    "find discover learn build meet keep save cross go become decide leave return teach hide grow sail climb lose fight"
    " hunt chase open take make bring carry follow search look wait watch try help travel wander walk run swim dive fly"
    " drive ride escape enter reach arrive begin start stop finish write read paint draw sing dance play cook bake"
    " plant repair fix mend invent study explore hear see listen speak talk tell ask answer call send receive steal"
    " borrow buy sell give trade rescue protect guard defend attack survive die wake sleep forget fail win race"
    " compete train practise practice join befriend trust betray forgive marry raise feed tame free catch collect"
    " gather"
    " count solve unlock break burn drown sink rise fall descend drift crash land launch orbit repaint rebuild restore"
    " revisit confront face haunt stalk stumble uncover witness refuse agree promise confess disappear vanish appear"
    " transform turn change move stay stand sit choose come pull push throw dig weave sew knit carve forge deliver"
    " battle outrun outwit navigate paddle row hike trek camp migrate hatch bloom"
)
PLIGHTS = word_set(
    "afraid alone lost trapped stranded obsessed forgotten abandoned adrift exiled raised born betrayed"
    " haunted caught torn"
)
"""Adjectives that may follow someone: 'a dragon afraid of fire'."""


def _third(base: str) -> str:
    if base.endswith(("s", "sh", "ch", "x", "z", "o")):
        return f"{base}es"
    return f"{base[:-1]}ies" if base[-1] == "y" and base[-2] not in "aeiou" else f"{base}s"


def _doing(base: str) -> str:
    if base in {"run", "swim", "stop", "win", "forget", "begin", "sit", "dig"}:
        return f"{base}{base[-1]}ing"
    if base in {"die", "lie"}:
        return f"{base[:-2]}ying"
    return f"{base[:-1]}ing" if base.endswith("e") and not base.endswith("ee") else f"{base}ing"


_PAST = word_set(
    "found discovered learned built met kept saved crossed went became decided left returned taught hid grew sailed"
    " climbed lost fought took made brought carried followed searched waited watched tried helped travelled walked ran"
    " swam dived flew drove rode escaped entered reached arrived began started stopped finished wrote painted drew sang"
    " danced played heard saw spoke told asked stole bought sold gave rescued survived died woke slept forgot failed"
    " won"
    " disappeared vanished came stayed stood chose"
)

NOUNS_TOO = word_set("falls lands trains looks calls turns changes plays walks rows races camps orbits faces")
"""Verbs that are as often nouns: they count only after someone who can do them."""

ACTING = frozenset(word for base in _BASES for word in (_third(base), _doing(base)) if word not in NOUNS_TOO) | _PAST
"""Verbs of something happening, in the third person, the past, or as a participle."""

PLURAL_ACTING = _BASES
"""The same verbs as a plural subject has them: 'two brothers race'."""

PEOPLE_ACTING = word_set(
    "share serve eat drink brew close pour fill wash flee whisper shout visit greet adopt bury mourn divorce hate fear"
    " doubt heal cure harvest hold lift pick measure weigh lend pay earn cheat lie smuggle photograph film record"
    " perform conduct compose translate sculpt destroy demolish jump kneel pray wish succeed beg knock release trap"
)
"""Verbs as several people have them, and as often nouns: 'a nurse and a clown share a bus'."""

PLURALS = word_set("people children women men mice geese bees wolves sheep fish cattle feet teeth firemen")

PEOPLE = word_set(
    "man woman girl boy child children people person keeper lighthouse-keeper fisherman fisherwoman sailor captain"
    " pirate farmer shepherd baker cook chef teacher student scientist inventor clockmaker watchmaker painter artist"
    " musician violinist pianist singer dancer writer poet photographer detective thief spy soldier nurse doctor"
    " astronaut pilot driver explorer traveller traveler wanderer climber hero heroine king queen prince princess"
    " knight wizard witch monk nun aunt uncle"
    " mother father sister brother sisters brothers daughter son grandmother grandfather"
    " widow widower orphan twins friends stranger ghost giant robot android machine dragon mermaid fox wolf dog cat"
    " bear"
    " deer whale horse bird crow owl penguin elephant tiger lion rabbit mouse turtle beekeeper gardener carpenter"
    " blacksmith librarian bookseller postman mailman cartographer fireman firefighter"
    " clown acrobat neighbour neighbor cousin nephew niece husband wife couple family baby teenager twin bride groom"
    " guest passenger judge guard mayor priest shaman hermit nomad refugee prisoner athlete champion maid cowboy"
    " samurai clerk alien vampire zombie skeleton scarecrow snowman dwarf elf fairy angel devil goddess"
    " goat sheep cow donkey mule pig duck hen rooster parrot monkey squirrel hedgehog snail frog raven magpie pigeon"
    " hare badger otter camel"
)
"""Someone a tale can be about, beasts and machines too."""

_AGENT = re.compile(
    r"[a-z]{3,}(?:[^aeiou]er|[aeiou]{1,2}[^aeiou]er|eer|[^aeiou]or|[td]or|ist|smith|wright|herd|monger)$|[a-z]{2,}(?:man|woman|ician|arian|tress)$"
)
"""Endings of words for those who do something."""
_NO_AGENT = word_set(
    "mattress fortress buttress distress"
    " river tower computer flower water winter summer paper letter ladder power weather number corner silver thunder"
    " butter pepper ginger feather leather mirror harbor motor color meteor error door floor spider otter beaver oyster"
    " lobster hamster center theater order matter december november september october chapter quarter helicopter"
    " printer scanner server router poster shower boulder cancer cover danger dinner supper drawer fever fiber finger"
    " shoulder filter folder hammer hunger layer lever lighter liver locker meter murder offer plaster prayer rubber"
    " roller saucer shelter sticker sweater temper timber toaster trailer tractor transistor reactor elevator escalator"
    " calculator refrigerator generator vector sector factor terror horror honor humor labor rumor vapor tumor flavor"
    " favor armor anchor odor splendor corridor parlor decor equator crater mist list fist wrist twist waist gist heist"
    " german roman ottoman talisman caiman after over under other another never ever together either neither rather"
    " whether whatever however forever later earlier better older younger higher lower former inner outer upper longer"
    " shorter bigger smaller darker brighter deeper stronger faster slower warmer colder richer poorer greater super"
    " proper bitter clever tender eager sober utter super counter container blender mixer cooker burner heater cooler"
    " freezer boiler steamer grater opener cutter lawnmower mower bulldozer skyscraper wrapper paperweight cucumber"
    " lavender clover heather amber ember copper canister banner barrier border bumper bunker buffer cylinder diameter"
    " disaster encounter fender gutter hangar holder jumper lantern ledger litter lumber luster marker member miter"
    " monitor newsletter padlock ladder pointer polyester propeller puncher register ruler scooter screwdriver shutter"
    " slipper slippers spatter speaker stapler starter supper tanker teleprinter thermometer barometer timer"
    " typewriter underwater vinegar wafer whisper wonder projector radiator accelerator ventilator indicator"
    " conveyor semiconductor conductor-rail alligator predator panther tiger plover kingfisher woodpecker sandpiper"
    " grasshopper caterpillar oyster cloister cluster monster-truck semester trimester easter adviser-board future"
)
"""Things, beasts and other words that end so."""


def is_someone(word: str) -> bool:
    """Tell whether a lower-case noun, in either number, is a person or a beast that a tale can be about."""
    word = word.rsplit("-", 1)[-1]
    forms = (word, word.removesuffix("s"))
    if any(form in PEOPLE for form in forms):
        return True
    return any(bool(_AGENT.match(form)) and form not in _NO_AGENT for form in forms)


PLACES = word_set(
    "city town village street square harbour harbor port bridge market island coast shore beach valley mountain river"
    " lake forest garden park house home farm bakery cafe school church temple library museum theatre theater cinema"
    " station railway factory mill lighthouse castle palace room kitchen workshop bookshop shop hotel hospital desert"
    " canyon reef neighbourhood neighborhood grandmother grandfather mother father sister brother"
)
"""Heads of a phrase that names somewhere, or someone of one's own."""
