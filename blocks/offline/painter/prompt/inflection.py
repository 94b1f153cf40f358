"""Words that are not things: adjectives and verbs, so that what remains of a prompt are its nouns.

A tagger would weigh more than the painter; these lists and endings are a floor, not a grammar. What they do not know
counts as a noun and is reported, because a false report is a smaller lie than a silent gap.
"""

from __future__ import annotations


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


ADJECTIVES = _words(
    "old young new ancient modern big small little tiny huge giant large tall short long high low deep wide narrow "
    "thick thin heavy light dark bright dim pale warm cold cool hot wet dry damp soft hard rough smooth sharp blunt "
    "clean dirty dusty muddy sandy rocky stony icy frozen windy cloudy quiet loud silent noisy calm wild gentle "
    "fierce lonely empty full open shut lost found broken whole torn worn weary tired weathered rusty wooden golden "
    "silver iron steel stone brass copper glass grassy leafy mossy salty sweet bitter sour fresh stale rich poor "
    "happy sad angry afraid brave shy proud humble kind cruel strange familiar foreign distant close near far "
    "remote hidden secret sacred holy plain simple fancy elegant shabby neat messy tidy slow fast quick sudden "
    "early late late-night last first second third next final only single double alone solitary crowded busy lazy "
    "idle slender stout lean fat plump skinny bald bearded blind deaf mute lame sick healthy strong weak fragile "
    "sturdy solid hollow flat steep round square straight crooked curved bent twisted tangled smoky foamy shiny "
    "glossy matte dull vivid muted faded neon pastel monochrome colourful colorful hopeful melancholy tense "
    "dramatic moody serene peaceful tranquil eerie haunting intimate majestic vast grand epic tender solemn somber "
    "sombre bleak gloomy cosy cozy stark lush barren rugged jagged northern southern eastern western rural urban "
    "coastal polar tropical arctic lunar solar stellar cosmic human robotic mechanical electric digital vintage "
    "antique rustic medieval victorian futuristic real true false main major minor certain sure ready free nearest "
    "farthest biggest smallest oldest older younger youngest tallest best worst better worse good bad nice fine "
    "great lovely beautiful pretty ugly handsome clever wise foolish silly funny serious curious eager patient "
    "stubborn careful different similar unknown known famous nameless endless lasting brief ordinary common rare "
    "special unique magical mysterious natural wintry summery stray spare bare naked barefoot hooded "
    "cloaked upright still alive "
    "dead asleep awake determined resolute reflective nostalgic tough raw grave graceful grim neat faint keen crisp "
    "clear blurry hazy glassy silky woolen woollen leather velvet cotton linen woolly furry fluffy feathery curly "
    "wavy grey-haired weather-beaten sun-bleached red-haired one-eyed aged middle-aged elderly teenage adult male "
    "female sole overgrown ruined abandoned forgotten derelict snowbound seaside offshore inland overhead upside "
    "half-open quantum left right red orange yellow green blue purple violet pink brown black white grey gray "
    "crimson scarlet teal navy beige tan amber ochre indigo turquoise maroon olive uneasy hot-air steam-powered blond "
    "blonde gold country"
)

_VERBS = _words(
    "find look walk run sail fly stand sit lie wait watch see hear listen speak talk say tell ask answer call shout "
    "cry laugh smile sing dance play work build make break fix mend repair open close shut lock unlock hold carry "
    "lift drop throw catch take give get put set bring send receive write read draw paint cook bake bake eat drink "
    "pour fill empty sleep wake dream hope wish want need love hate fear remember forget learn teach know think "
    "believe understand discover search seek hunt follow lead chase flee escape hide show reveal appear disappear "
    "vanish arrive leave go come return enter exit climb fall rise sink float swim dive jump leap crawl creep slip "
    "slide roll spin turn twist bend reach touch feel grab pull push drag press knock strike hit fight win lose "
    "live die grow shrink change become begin start stop end finish continue keep stay remain rest pause move "
    "travel wander roam drift cross pass ride drive steer row land launch burn light glow shine gleam glitter "
    "sparkle flicker fade darken brighten blow howl roar crash break wash pour drip flow freeze melt thaw cover "
    "gather collect join meet part share save rescue help protect guard serve feed plant harvest dig bury count "
    "measure study examine inspect notice stare gaze glance point wave nod kneel bow lean rest settle gain face "
    "greet hug kiss marry raise lower hang tie untie cut sew wear dress wrap unwrap pack unpack trade sell buy pay "
    "owe try fail succeed decide choose refuse accept agree refuse promise swear lie admit explain describe imagine "
    "invent create destroy explore guide signal warn stalk purr bark bite sniff lick wag sweep scrub polish tend "
    "rattle rumble whistle echo surround circle hover glide soar perch nest breathe sigh whisper murmur mutter "
    "tremble shiver shake stretch yawn hurry rush stumble limp march stroll hike head arise awaken linger loom "
    "tower spread scatter fold unfold reflect mirror tell knead stir seem happen belong exist matter let use cast"
)
_IRREGULAR = _words(
    "found ran flew stood sat lay saw heard spoke said told sang made broke held threw caught took gave got put set "
    "brought sent wrote read drew ate drank slept woke dreamt knew thought understood sought hid went came fell "
    "rose sank swam dove leapt crept slid spun bent felt struck fought won lost grew shrank became began kept left "
    "rode drove burnt lit shone blew froze met fed dug hung cut wore swept bit torn known seen done gone taken "
    "given written broken frozen hidden stolen fallen risen drawn thrown blown grown flown woken spoken forgot "
    "forgotten chose chosen swung stuck led lies lying tying dying"
)


def _inflected() -> frozenset[str]:
    forms: set[str] = set()
    for verb in sorted(_VERBS):
        stem = verb[:-1] if verb.endswith("e") else verb
        third = verb[:-1] + "ies" if verb.endswith("y") and verb[-2] not in "aeou" else verb + "s"
        forms |= {verb, third, verb + "es", stem + "ed", stem + "ing", verb + verb[-1] + "ed", verb + verb[-1] + "ing"}
    return frozenset(forms) | _IRREGULAR


VERBS = _inflected()
PLAIN_VERBS = _VERBS
"""As a dictionary lists them."""

_ENDINGS = ("ous", "ful", "less", "ish", "able", "ible", "ive", "ward", "like", "est")
_NOT_ADJECTIVES = _words(
    "fish dish radish table cable vegetable bible stable syllable archive olive hive detective native locomotive "
    "reward forward award steward chest nest guest harvest priest contest vest pest rest handful mouthful nest west "
    "east test forest crest quest request goldfish jellyfish starfish bullish ship"
)
_ING_NOUNS = _words(
    "king ring wing spring string sling building painting ceiling wedding pudding drawing clothing earring sibling "
    "duckling sapling seedling viking railing stocking offspring dumpling herring"
)
_ED_NOUNS = _words("bed seed shed sled weed reed feed breed steed speed hundred bobsled seaweed wed")
_LY_NOUNS = _words("fly butterfly dragonfly firefly family lily jelly belly ally bully assembly monopoly holly")


def is_adjective(word: str) -> bool:
    """Tell whether a lower-case word describes rather than names, by list or by ending."""
    last = word.rsplit("-", 1)[-1]
    if word in ADJECTIVES or last in ADJECTIVES:
        return True
    if last.endswith("ly"):
        return last not in _LY_NOUNS
    if last.endswith("ing"):
        return last not in _ING_NOUNS and len(last) > 4
    if last.endswith("ed"):
        return last not in _ED_NOUNS and len(last) > 3
    return len(last) > 4 and last.endswith(_ENDINGS) and last not in _NOT_ADJECTIVES


def singulars(word: str) -> tuple[str, ...]:
    """Give the word and what it may be the plural or possessive of, likeliest first."""
    base = word.removesuffix("'s").removesuffix("\u2019s").rstrip("'\u2019")
    forms = [base]
    if base.endswith("ies"):
        forms.append(base[:-3] + "y")
    if base.endswith("ves"):
        forms += [base[:-3] + "f", base[:-3] + "fe"]
    if base.endswith("men"):
        forms.append(base[:-3] + "man")
    if base.endswith("es"):
        forms.append(base[:-2])
    if base.endswith("s") and not base.endswith("ss"):
        forms.append(base[:-1])
    return tuple(forms)
