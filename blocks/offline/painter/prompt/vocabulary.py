"""The painter's vocabulary: which words it can paint, and which it need not look at.

Only tables live here; `lexicon.py` reads prompts with them. Every word is lower case and singular.
A *drawn* place is painted as such; a *hinted* one only lends its light, and is reported as not drawn.
"""

from __future__ import annotations


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


def _index(table: dict[str, str]) -> dict[str, str]:
    return {word: meaning for meaning, words in table.items() for word in words.split()}


SHOTS = _index(
    {
        "close": "close close-up closeup portrait macro detail",
        "medium": "medium mid mid-shot waist-up two-shot",
        "wide": "wide establishing panoramic aerial long full",
    }
)

HOURS = _index(
    {
        "dawn": "dawn sunrise daybreak sunup",
        "morning": "morning forenoon breakfast",
        "noon": "noon midday day daylight daytime sunny",
        "golden": "golden sunset afternoon autumn sundown",
        "dusk": "dusk twilight evening nightfall gloaming",
        "night": "night midnight candlelight candlelit moonlit moonlight starry starlit nighttime nocturnal starlight",
    }
)

WEATHERS = _index(
    {
        "storm": "storm stormy thunder lightning tempest gale thunderstorm hurricane",
        "rain": "rain rainy drizzle raining downpour",
        "fog": "fog foggy mist misty haze hazy",
        "snow": "snow snowy blizzard winter snowfall snowstorm wintry",
        "overcast": "overcast cloudy grey gray gloomy bleak",
    }
)

SKYLIGHT = _words(
    "dawn sunrise daybreak sunup sunset sundown dusk twilight nightfall gloaming moonlit moonlight starry starlit "
    "starlight sky sunny sunlit overcast cloudy"
)
"""Light that only a sky gives: a thing in it is outdoors."""
HOLDING = _words("hold holds holding carry carries carrying lift lifts lifting raise raises raising with")
UNSEEN_INSIDE = _words("fog foggy mist misty snow snowy snowfall blizzard snowstorm")

DRAWN_PLACES = _index(
    {
        "sea": "sea ocean wave water horizon",
        "shore": "shore beach coast coastline cliff seaside sand rock island",
        "lake": "lake pond tarn",
        "river": "river stream brook creek",
        "forest": "forest wood woods woodland pine grove taiga birch birchwood",
        "jungle": "jungle rainforest",
        "mountain": "mountain alps peak summit ridge valley range",
        "desert": "desert dune sahara",
        "field": "field meadow farmland prairie grassland grass plain countryside pasture hill "
        "hillside hilltop moor moorland heath",
        "road": "road path track lane",
        "village": "village hamlet",
        "street": "street alley canal",
        "station": "station platform",
        "city": "city ruin skyline town metropolis downtown skyscraper building",
        "moon": "lunar crater",
        "space": "space galaxy planet cosmos nebula universe orbit",
        "undersea": "underwater undersea seabed deep depths",
        "room": "room interior indoor indoors window windowsill sill",
        "kitchen": "kitchen bakery",
        "laboratory": "laboratory lab",
        "workshop": "workshop smithy",
        "cafe": "cafe café bistro",
        "hall": "hall cathedral church temple museum abbey nave",
        "stage": "stage theatre theater opera",
        "library": "library study bookshelf bookcase",
        "ice": "ice arctic antarctic antarctica iceberg polar",
    }
)

FEATURES = _index(
    {
        "birch": "birch birchwood",
        "spring": "spring springtime",
        "ruins": "ruin ruined abandoned derelict destroyed devastated post-apocalyptic bombed",
        "sill": "windowsill sill window",
        "canal": "canal",
        "hills": "hill hillside hilltop moor moorland",
    }
)
"""Words that shape the place about them; see `lexicon.Feature`."""

HINTED_PLACES = _index(
    {
        "sea": "harbor harbour port bay pier",
        "shore": "cape dock jetty fjord",
        "mountain": "canyon volcano",
        "desert": "mars canyon oasis pyramid",
        "field": "farm garden orchard park vineyard yard barn",
        "city": "rooftop factory market square suburb neon bus-station police-station fire-station "
        "gas-station petrol-station power-station radio-station weather-station research-station",
        "space": "asteroid space-station comet",
        "undersea": "reef submarine coral",
        "room": "office shop school studio bedroom attic hospital basement bar restaurant classroom",
        "ice": "glacier",
    }
)

SUBJECTS = _index(
    {
        "person": "person family man woman people keeper traveler traveller explorer scientist hero heroine farmer "
        "wanderer figure inventor fisherman sailor captain mother father friend painter writer musician "
        "baker old-timer stranger pilgrim teacher doctor worker driver nurse artist monk king queen poet "
        "hiker climber neighbor neighbour lady gentleman widow soldier ranger shepherd gardener player "
        "singer dancer engineer mechanic merchant lover couple crowd pilot guard keeper-woman hunter human "
        "photographer carpenter watchmaker librarian historian villager citizen somebody",
        "elder": "grandmother grandfather grandma grandpa elder granny",
        "child": "child girl boy kid daughter son grandson granddaughter toddler schoolboy schoolgirl children",
        "lighthouse": "lighthouse",
        "ship": "ship schooner caravel galleon frigate vessel",
        "boat": "boat sailboat rowboat dinghy yacht",
        "house": "house cabin cottage hut home farmhouse",
        "tree": "tree oak",
        "train": "train locomotive railway",
        "robot": "robot android automaton",
        "astronaut": "astronaut cosmonaut spaceman spacewoman",
        "rocket": "rocket spaceship spacecraft",
        "deer": "deer stag elk reindeer",
        "whale": "whale",
        "fish": "fish",
        "dog": "dog puppy hound",
        "fox": "fox vixen",
        "wolf": "wolf",
        "bear": "bear",
        "horse": "horse pony stallion mare",
        "rabbit": "rabbit hare bunny",
        "penguin": "penguin",
        "violinist": "violinist fiddler",
        "violin": "violin fiddle",
        "cup": "cup mug teacup coffee tea",
        "table": "table desk",
        "letter": "letter envelope postcard",
        "candle": "candle",
        "flower": "flower rose poppy tulip",
        "chair": "chair",
        "clock": "clock",
        "kite": "kite",
        "hands": "hand",
        "eye": "eye",
        "bridge": "bridge viaduct",
        "castle": "castle fortress",
        "car": "car automobile taxi",
        "cat": "cat kitten",
        "birds": "bird gull seagull goose swallow",
        "crow": "crow raven rook jackdaw",
        "bottle": "bottle",
        "lantern": "lantern lamp",
        "book": "book diary notebook",
        "bicycle": "bicycle bike",
        "balloon": "balloon",
        "tent": "tent",
        "fire": "campfire bonfire fire",
        "windmill": "windmill mill",
        "bread": "bread loaf",
        "bed": "bed",
        "butterflies": "butterfly",
        "bees": "bee honeybee bumblebee",
        "footprints": "footprint",
    }
)

SKY = _words(
    "sky sun moon star cloud stars clouds spotlight light sunlight sunbeam shadow beam glow ray sunshine aurora "
    "darkness dust mote"
)
"""Painted with the hour; no place and no subject."""

GARMENTS = _index(
    {
        "coat": "coat jacket raincoat overcoat uniform shirt sweater jumper pullover suit oilskin parka cardigan",
        "dress": "dress gown skirt robe cloak cape apron",
        "hat": "hat",
        "cap": "cap beanie",
        "hood": "hood",
        "scarf": "scarf shawl",
        "pack": "backpack rucksack",
        "umbrella": "umbrella parasol",
        "hair": "hair beard braid ponytail",
        "trousers": "trousers pants jeans boots boot shoe",
    }
)

COLOURS: dict[str, str] = {
    "red": "a8322d",
    "crimson": "8f1f2e",
    "scarlet": "b8342a",
    "orange": "c96a2b",
    "yellow": "d6a83a",
    "gold": "c79a3c",
    "golden": "c79a3c",
    "green": "3f6b48",
    "olive": "66683c",
    "teal": "2e6e72",
    "blue": "2f5590",
    "navy": "24365c",
    "indigo": "3a3a78",
    "purple": "63407c",
    "violet": "6f4a8e",
    "pink": "c77f92",
    "brown": "6b4a34",
    "tan": "a98a63",
    "beige": "b7a483",
    "white": "d8d6cf",
    "black": "23242a",
    "grey": "757b82",
    "gray": "757b82",
    "silver": "9aa3ab",
    "ochre": "b07d35",
    "cream": "d9cfb4",
    "dark": "30333b",
    "blond": "c8a768",
    "blonde": "c8a768",
    "pale": "cfc8bb",
}
"""Local colours as sRGB hex, chosen by eye to sit in every palette."""

STOP = _words(
    "to a an the this that these those some any no every each all both either neither one two three four five six "
    "seven eight nine ten many few several more most much other another such same own his her its their our my your "
    "of in on at by for with without from into onto over under above below beneath between among across through "
    "along around behind beside before after against toward towards upon off out up down near past during until "
    "till since about as than like via and or but nor so yet if then when while where who whom whose which what why "
    "how because though although i you he she it we they me him us them mine yours theirs is are was were be been "
    "being am has have had do does did will would can could may might must shall should not never always only just "
    "very too also again still once here there now ever even almost perhaps maybe quite rather away back forth "
    "together alone apart ahead everywhere nowhere inside outside nearby far everything nothing something anything "
    "someone anyone nobody everyone everybody itself himself herself themselves s t d ll re ve m ii iii"
)
DETERMINERS = _words("a an the this that these those his her its their our my your one every each no some another")

CAMERA = _words(
    "shot view angle lens camera frame framing foreground background composition focus bokeh scene still take pan "
    "tilt dolly crane zoom orbit handheld static establishing shoulder eye-level low-angle high-angle bird's-eye "
    "cinematic documentary ultra style photo photograph photography picture image film movie footage 35mm 70mm 16mm "
    "4k 8k hdr realism realistic photorealistic hyperrealistic illustration art artwork painting render rendering "
    "quality lighting exposure colour color tone palette grain texture anamorphic depth noir animation anime "
    "cartoon watercolor watercolour oil sketch storyboard masterpiece rim backlit backlight silhouette widescreen "
    "trailer mood atmosphere atmospheric shallow drama epic aesthetic vibe look tones hues hue fps imax panavision "
    "technicolor kodak"
)

INVISIBLE = _words(
    "time moment hour minute second year decade century week month past future present history story tale legend "
    "memory dream hope fear love joy grief sorrow sadness loneliness silence quiet sound noise music song voice "
    "word name idea thought question answer secret truth lie lesson life death birth end ending beginning start "
    "change chance choice way thing place world nature wind breeze air heat cold warmth smell scent breath peace "
    "war freedom courage wonder mystery beauty power strength energy distance depth height edge center centre "
    "middle side part piece half corner top bottom front rest kind sort lot bit hand-held feeling emotion sense "
    "spirit soul heart mind god tension calm solitude longing regret relief danger adventure journey trip quest search "
    "discovery return arrival departure work job task day-dream season spring summer fall weather climate home- "
    "coming number step turn walk run fall ride climb look gaze glance smile laughter tear whisper shout cry echo "
    "motion movement stillness speed rhythm pause surface detail pattern shape form line colour color scale size "
    "space-time reality fact figure-of-speech message beginning world-view company friendship family-tie promise "
    "goodbye farewell greeting luck fate fortune miracle magic myth theme topic subject event case problem trouble "
    "reason result effect cause purpose meaning age youth childhood tomorrow yesterday today tonight midwinter loss "
    "gain hunger thirst sleep rain-song melancholy hopefulness tenderness determination curiosity awe reflection "
    "resolve despair triumph doubt trust faith pride shame guilt anger excitement nostalgia serenity anticipation "
    "sight scenery landscape setting location surroundings view-point opening aftermath climax resolution crisis "
    "conflict struggle effort attempt first last finally"
)
"""Nouns nobody would look for in a picture: they are neither drawn nor missed."""
