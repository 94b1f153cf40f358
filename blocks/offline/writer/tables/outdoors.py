"""Settings built by people and under the sky: railway, water town, streets, market; and the night sky and the volcano,
which have sights of their own. What they are for: `settings.py`.

A sight is a claim: of a town known only by its name nothing is shown but what any town has.
"""

from __future__ import annotations

from blocks.offline.writer.tables.setting import Setting
from studio.text.words import word_set

STREET_TRIALS = (
    ("So many doors, and not one of them opens.",),
    ("The crowd moves on. It does not look back.",),
    ("Every street leads back to the same corner.",),
    ("In all these windows, nobody looks up.",),
)

BUILT: tuple[Setting, ...] = (
    Setting(
        name="railway",
        words=word_set("train trains railway railways locomotive locomotives steam rail rails tram platform"),
        places=("a railway line through open fields", "a railway bridge over a river", "a railway track on a plain"),
        sights=(
            "a black locomotive in white smoke",
            "a train far off",
            "a lantern beside the track",
            "a clock over the track",
        ),
        rough=("in the rain", "in fog"),
        openings=(
            ("The rails arrive before the train does.",),
            ("A platform is a place for waiting.",),
            ("Iron, in two long lines.", "They never touch."),
            ("Somewhere down the line, a whistle.",),
        ),
        trials=(
            ("The signal stays red.",),
            ("The next stop is further than it looked.",),
            ("The smoke hides everything ahead.",),
            ("The line goes on, without a bend.",),
        ),
        details=(
            ("Fire. Water. Iron.",),
            ("First a tremble in the rail.", "Then the sound."),
            ("The wheels say the same word, over and over.",),
            ("Smoke leans back. Everything else leans forward.",),
        ),
    ),
    Setting(
        name="water town",
        words=word_set("venice amsterdam bruges canal canals gondola"),
        places=(
            "a bridge over a canal between old houses",
            "a small boat by a bridge over the canal",
            "old houses and a bridge along the canal",
        ),
        sights=(
            "a small boat",
            "a lantern on wet steps",
            "birds over the water",
            "washing on a line",
            "people at a railing",
            "a cat by a wall",
        ),
        rough=("in the rain", "in fog"),
        openings=(
            ("The water goes where streets would go.",),
            ("Every house here stands beside another, upside down.",),
            ("A bridge. A few steps up. A few steps down.",),
            ("Something knocks softly: a boat against stone.",),
        ),
        trials=STREET_TRIALS,
        details=(
            ("The light is thrown up under the bridge.",),
            ("Rope, wood, wet stone.",),
            ("Lean over. Someone looks back, and wavers.",),
            ("A door opens on nothing but water.",),
        ),
    ),
    Setting(
        name="market",
        words=word_set("market bazaar stall stalls"),
        places=("a market street with lanterns", "a narrow street with lanterns", "people in a market street"),
        sights=(
            "people under lanterns",
            "a lantern over a table of food",
            "a cup and a lantern on a table",
            "people in a narrow street",
        ),
        rough=("in the rain",),
        openings=(
            ("A lantern is lit. Then the next one.",),
            ("You smell it before you turn the corner.",),
            ("Everyone is a little hungry. That helps.",),
            ("Voices, steam, and a narrow way between.",),
        ),
        trials=STREET_TRIALS,
        details=(
            ("Something hot, wrapped in paper.",),
            ("A hand weighs it, without a scale.",),
            ("Salt, sugar, smoke. In no order.",),
            ("Coins, a nod, the next in line.",),
        ),
    ),
    Setting(
        name="streets",
        words=word_set(
            "barcelona berlin chicago istanbul kyoto lisbon london mumbai moscow paris prague rome shanghai taipei"
            " tokyo vienna york street streets alley"
        ),
        places=("a street with lit windows", "a narrow quiet street", "a street with houses on both sides"),
        sights=("people in the street", "a house with a light on", "birds over the houses", "a lantern in the street"),
        rough=("in the rain", "in fog"),
        openings=(
            ("A street is longest when it is empty.",),
            ("Somewhere a shutter goes up.",),
            ("The houses lean together, as if to listen.",),
            ("Somewhere a door closes.", "Somewhere else, a light goes on."),
        ),
        trials=STREET_TRIALS,
    ),
    Setting(
        name="night sky",
        words=word_set("moon star stars constellation eclipse moonlight starlight"),
        places=(
            "the moon over open fields at night",
            "the moon over a still lake at night",
            "the moon seen from space",
        ),
        sights=(
            "the moon above a single tree",
            "the moon above a house",
            "stars above a still lake",
            "a house under the moon",
        ),
        rough=("",),
        openings=(
            ("The dark is not empty.", "It is only very far across."),
            ("The fields turn silver, and nobody asked them.",),
            ("Night, and every roof has an edge of light.",),
            ("Put out the lamp. Now there is more to see.",),
        ),
        trials=(
            ("The clouds close, and stay closed.",),
            ("Everything bright is very far away.",),
            ("The night is longer than the road.",),
            ("No lamp, and no one awake.",),
        ),
    ),
    Setting(
        name="volcano",
        words=word_set("volcano volcanoes eruption lava crater"),
        places=(
            "a volcano above a valley",
            "fire and smoke on a dark mountain",
            "fire on a mountain summit at the crater",
        ),
        sights=(
            "fire and smoke in the dark",
            "birds far below the summit",
            "a red fire in the smoke",
            "fire and smoke under the clouds",
        ),
        rough=("in fog",),
        openings=(
            ("A mountain with a light inside.",),
            ("The ground is warm. That is a kind of warning.",),
            ("Ash, where there might have been grass.",),
            ("It looks asleep. Everyone here whispers.",),
        ),
        trials=(
            ("The ground shakes once. Then it waits.",),
            ("The air tastes of iron.",),
            ("Ash falls, as quiet as snow.",),
            ("The path is gone under black stone.",),
        ),
        details=(
            ("Red under black. Black under grey.",),
            ("Stone, for a moment, behaves like water.",),
            ("The smoke stands up taller than the mountain.",),
            ("Put a hand on the rock. It answers.",),
        ),
    ),
)
