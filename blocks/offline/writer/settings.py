"""Where a story can play: places a painter can draw, and sentences that are true of any such place.

Each setting has three places, which a story moves through, openings and trials of short sentences (at most ten words,
so that one fits a shot of five seconds), things that may be seen there, and its rough weather. Those far from houses
are in `wilds.py`; how a place is chosen and told is `places.py`.
"""

from __future__ import annotations

from blocks.offline.writer.tables.interiors import INDOOR_TRIALS, INTERIORS
from blocks.offline.writer.tables.outdoors import BUILT, STREET_TRIALS
from blocks.offline.writer.tables.setting import Lines, Setting
from blocks.offline.writer.tables.wilds import WILDS
from studio.text.words import word_set

__all__ = ["EMPTY_OPENINGS", "KNOWN_WORDS", "OPEN_COUNTRY", "QUIET_ROOM", "SETTINGS", "Lines", "Setting"]

SETTINGS: tuple[Setting, ...] = (
    *INTERIORS,
    *BUILT,
    *WILDS,
    Setting(
        name="city",
        words=word_set(
            "android apartment architecture bridge bus cinema city detective electricity elevator factory hacker"
            " internet metro neon robot rooftop skyscraper spy station subway taxi thief tower traffic"
        ),
        places=("a city with lit windows", "the city skyline", "the tall city towers"),
        sights=("people in the city", "birds over the city", "the city far off", "a street in the city"),
        rough=("in the rain", "in fog"),
        openings=(
            ("The city never quite goes quiet.", "It only lowers its voice."),
            ("A thousand windows.", "Behind each of them, someone."),
            ("Before the first light, the streets belong to no one.",),
            ("Everyone here is on the way to somewhere.",),
            ("Somewhere a door closes.", "Somewhere else, a light goes on."),
        ),
        trials=STREET_TRIALS,
    ),
    Setting(
        name="room",
        words=word_set("economics lamp museum restaurant school teacher window"),
        places=("a quiet room with a lamp", "a room with a tall window", "a small room with a window"),
        sights=(
            "a chair by a window",
            "the light in a window",
            "a lamp on a table",
            "a letter on a table",
        ),
        rough=("in the rain",),
        openings=(
            ("A room. A lamp.", "Dust, turning slowly in the light."),
            ("The light comes in, and finds everything waiting.",),
            ("Some rooms keep what was said in them.",),
            ("A window, and the day moving across it.",),
            ("Whoever was here has only just left.",),
            ("Nothing moves in here but the light.",),
        ),
        trials=INDOOR_TRIALS,
    ),
    Setting(
        name="field",
        words=word_set(
            "bee beekeeper bees bird birds butterfly countryside cow farm farmer field flower garden gardener"
            " grass harvest honeybee honeybees horse horseback kite lake meadow mongolia orchard prairie rice"
            " river road scarecrow seed sheep shepherd sunflower village vineyard wheat"
        ),
        places=("open fields with long grass", "a meadow under a wide sky", "a hill above the fields"),
        sights=("a single tree", "birds over the fields", "flowers in the grass", "a house in the fields"),
        rough=("in the rain", "under a grey sky"),
        openings=(
            ("Warm wind. Long grass.", "There is nowhere to be."),
            ("The fields were here before the road.",),
            ("Early light lies down in the grass.",),
            ("It is the hour before anyone is up.",),
            ("Far off, a bird. Closer, nothing at all.",),
        ),
        trials=(
            ("The sky comes down low over the fields.",),
            ("Mud takes hold of every step.",),
            ("The road is longer than it looked.",),
            ("Not one roof, as far as one can see.",),
        ),
    ),
)

OPEN_COUNTRY = Setting(
    name="open country",
    words=word_set(
        "aurora autumn climate cloud lightning rain rainbow season sky snow spring thunder weather wind winter"
    ),
    places=("open fields under a wide sky", "rolling hills under a wide sky", "a single tree on a hill"),
    sights=("birds in a wide sky", "a house far off", "a single tree", "the shadow of a cloud"),
    rough=("under a grey sky", "in the rain"),
    openings=(
        ("It begins with light.", "It always does."),
        ("The day has not decided yet.",),
        ("A wide sky. A long road.", "Nothing is settled yet."),
        ("Look at it for a moment, before it begins.",),
        ("For now, everything is still possible.",),
    ),
    trials=(
        ("The wind picks up.", "There is no cover."),
        ("What looked near is far.",),
        ("There are no maps for this part.",),
        ("The road bends, and bends again.",),
    ),
)
"""Where a film plays that names no setting; its sentences are true anywhere."""

EMPTY_OPENINGS: tuple[Lines, ...] = (
    ("The doors stay as they were left.",),
    ("Dust has had time to settle.",),
    ("Weeds ask for very little.", "Here they have it."),
    ("Quiet moved in when the voices moved out.",),
    ("The wind goes from room to room.", "It closes nothing."),
    ("Rust is patient. So is the rain.",),
)
"""Said over a place that the idea calls abandoned, empty, deserted or forgotten."""

QUIET_ROOM = next(setting for setting in SETTINGS if setting.name == "room")
"""Where a question is asked that names no setting."""

KNOWN_WORDS = frozenset(word for setting in (*SETTINGS, OPEN_COUNTRY) for word in setting.words)
