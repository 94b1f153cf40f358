"""Settings far from houses: space, the deep, ice, desert, sea, mountain, forest. What they are for: `settings.py`."""

from __future__ import annotations

from blocks.offline.writer.tables.setting import Setting
from studio.text.words import word_set

WILDS: tuple[Setting, ...] = (
    Setting(
        name="space",
        words=word_set(
            "alien asteroid astronaut astronauts astronomy comet cosmos earth galaxy gravity hole mars moon orbit"
            " planet planets rocket satellite space spaceship telescope universe"
        ),
        places=("a blue planet seen from space", "the dark of space with stars", "the moon seen from space"),
        sights=("a rocket", "an astronaut", "the far stars", "a blue planet"),
        rough=("",),
        openings=(
            ("Up here there is no weather.", "Only the light, going round."),
            ("Out here, every direction is up.",),
            ("Seen from here, every border is gone.",),
            ("Silence has a size.", "Out here, you can see it."),
            ("The stars do not hurry.", "They never did."),
        ),
        trials=(
            ("No sound. No up. No down.",),
            ("Far is a different word out here.",),
            ("Every breath is counted now.",),
            ("The smallest light is very far off.",),
        ),
    ),
    Setting(
        name="underwater",
        words=word_set("coral deep diver dolphin jellyfish mermaid octopus reef seabed shark submarine underwater"),
        places=("an underwater reef in blue light", "an underwater plain in blue light", "the seabed underwater"),
        sights=("fish in the blue light", "a fish alone", "a fish in the dark", "light from far above"),
        rough=("",),
        openings=(
            ("Below the surface, the day turns blue.",),
            ("Down here, sound travels far.", "Light does not."),
            ("The deep keeps its own time.",),
            ("Everything here moves.", "Nothing here is in a hurry."),
            ("Above, there may be a storm.", "Here, only a shimmer."),
        ),
        trials=(
            ("Every meter down, the blue gets heavier.",),
            ("The current does not ask where you are going.",),
            ("Down here, up is only a rumour.",),
            ("The light thins out, and keeps thinning.",),
        ),
    ),
    Setting(
        name="ice",
        words=word_set("antarctic antarctica arctic blizzard fjord frozen glacier ice iceberg penguin polar sled"),
        places=("arctic ice with icebergs", "a white plain of arctic ice", "a snow field"),
        sights=(
            "a tent in the snow",
            "birds over the ice",
            "the shadow of a cloud on the ice",
            "a cabin in the snow",
        ),
        rough=("in falling snow", "in fog"),
        openings=(
            ("The cold makes everything clear.",),
            ("White, as far as the eye can go.", "And then more white."),
            ("In this light, distance means nothing.",),
            ("The wind has been here first.", "It smoothed every trace away."),
            ("Here, breath is the only cloud.",),
        ),
        trials=(
            ("The cold finds every seam.",),
            ("Snow fills each step as it is made.",),
            ("White ahead. White behind. Choose.",),
            ("The wind leans in, and does not let up.",),
        ),
    ),
    Setting(
        name="desert",
        words=word_set("camel canyon caravan desert dune egypt mirage nomad oasis pharaoh pyramid sahara sand"),
        places=("high desert dunes", "red desert dunes", "a wide desert plain"),
        sights=("a tent", "a traveller far off", "the long shadow of a dune", "birds over the dunes"),
        rough=("in haze",),
        openings=(
            ("The sand remembers nothing.", "Every footprint is on loan."),
            ("Heat lies over everything, like a hand.",),
            ("Out here, a line can be a road.", "Or only a line."),
            ("There is nothing to hide behind.", "Only light, and more light."),
            ("The horizon moves back, one step at a time.",),
        ),
        trials=(
            ("The water runs low. The sand does not.",),
            ("Each dune hides another dune.",),
            ("The heat erases the road ahead.",),
            ("Thirst makes every shadow look like rest.",),
        ),
    ),
    Setting(
        name="sea",
        words=word_set(
            "beach boat bottle captain coast fish fisherman fishing harbor harbour island lighthouse ocean pirate"
            " port sail sailor sea seagull ship shore storm tide turtle wave whale"
        ),
        places=("a rocky shore with grey water", "the open sea", "a sandy shore"),
        sights=(
            "a small boat",
            "birds over the water",
            "waves on the rocks",
            "a ship far off",
        ),
        rough=("in a storm", "in the rain", "in fog"),
        openings=(
            ("Morning comes slowly to the shore.", "Grey water. Salt wind."),
            ("The tide goes out.", "The tide comes in. Nobody counts."),
            ("Before anything happens, there is only the sea.",),
            ("The sea has no memory.", "So we tell it things."),
            ("Every wave arrives as if it were the first.",),
        ),
        trials=(
            ("The wind turns.", "The water is on nobody's side."),
            ("The sea rises, and the shore is far.",),
            ("Salt in the eyes. Rope in the hands.",),
            ("Every wave takes a little more.",),
        ),
    ),
    Setting(
        name="mountain",
        words=word_set(
            "alps andes avalanche climber dragon eagle everest fuji goat hill himalaya monastery monk mountain"
            " mountaineer peak summit valley"
        ),
        places=("a mountain valley", "a high mountain ridge", "a mountain summit above the clouds"),
        sights=("an old tree", "birds below the summit", "a cabin", "a house in the valley"),
        rough=("in fog", "in falling snow"),
        openings=(
            ("The mountain is older than its name.",),
            ("Up here, the air has edges.", "Every sound arrives alone."),
            ("The path is narrow.", "It has always been narrow."),
            ("First light touches the summit.", "Everyone else has to wait."),
            ("From below, it looks like a wall.", "From here, like a question."),
        ),
        trials=(
            ("The path ends. The mountain does not.",),
            ("Every step up takes two breaths.",),
            ("A stone moves. Then the whole slope listens.",),
            ("The summit hides, as if on purpose.",),
        ),
    ),
    Setting(
        name="forest",
        words=word_set(
            "bear deer elf fairy forest fox hedgehog hunter jungle moss mushroom owl pine rabbit tree witch wolf woods"
        ),
        places=("a pine forest", "a forest clearing with tall grass", "an old forest"),
        sights=("a deer", "an old tree", "birds in the trees", "a cabin among the trees"),
        rough=("in the rain", "in fog"),
        openings=(
            ("The forest wakes from the top down.",),
            ("Under the trees, time has moss on it.",),
            ("Old pines. Wet leaves.", "A silence full of small sounds."),
            ("No path here was made on purpose.",),
            ("Light comes down in pieces.",),
        ),
        trials=(
            ("Every tree looks like the last one.",),
            ("The path is gone. Perhaps it never was.",),
            ("Something moves, and then does not.",),
            ("The branches close in behind.",),
        ),
    ),
)
