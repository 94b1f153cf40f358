"""Settings under a roof, each with its own work: bakery, cafe, library, stage... What they are for: `settings.py`."""

from __future__ import annotations

from blocks.offline.writer.tables.setting import Setting
from studio.text.words import word_set

INDOOR_TRIALS = (
    ("The hours go by. Nothing is ready.",),
    ("Again, from the beginning. And again.",),
    ("The room gets smaller every evening.",),
    ("What worked yesterday does not work now.",),
)
"""Said where a story under any roof is at its hardest."""

INTERIORS: tuple[Setting, ...] = (
    Setting(
        name="bakery",
        words=word_set("baker baker's bakery bread bake bakes pastry cake"),
        places=(
            "a small bakery in warm light",
            "a table in a bakery with fresh bread",
            "a bakery window above a dark street",
        ),
        sights=(
            "a table with bread",
            "a lamp over a table with flour",
            "a light in a window",
            "a cup beside warm bread",
        ),
        rough=("in the rain",),
        openings=(
            ("The oven is awake before the street.",),
            ("Flour in the air.", "Warmth behind a dark window."),
            ("One window is lit. The others can wait.",),
            ("Before anyone is hungry, someone is at work.",),
        ),
        trials=(
            ("The dough takes its time. It always has.",),
            ("The sacks are lighter every week.",),
            *INDOOR_TRIALS[1:3],
        ),
        details=(
            ("Bread is warm. The street is not.",),
            ("Flour on the hands. Flour in every line.",),
            ("The crust talks a little as it cools.",),
            ("Fold. Turn. Wait. Fold again.",),
        ),
    ),
    Setting(
        name="cafe",
        words=word_set("coffee tea cafe restaurant chef chocolate wine barista"),
        places=("a small cafe with a window", "a table in a cafe", "a window of a cafe above a quiet street"),
        sights=(
            "a cup on a table",
            "an empty chair at a table",
            "a cup in the light of a window",
            "a lamp over a table",
        ),
        rough=("in the rain",),
        openings=(
            ("The first chair is turned the right way up.",),
            ("Cups wait in their rows.", "So does the day."),
            ("A small bell over a door.", "Then quiet again."),
            ("Every table here has heard a secret.",),
        ),
        trials=INDOOR_TRIALS,
        details=(
            ("Dark, and warm, and a little bitter.",),
            ("A ring on the table. Someone sat here.",),
            ("Both hands around it. That is the ceremony.",),
            ("The steam writes something, and erases it.",),
        ),
    ),
    Setting(
        name="library",
        words=word_set(
            "library librarian book books bookseller bookshop alphabet language history poetry poet novel literature"
            " writing writer philosophy law"
        ),
        places=("an old library", "a table in the library", "a quiet study with a lamp"),
        sights=(
            "an open book on a table",
            "a candle beside closed books",
            "a lamp over a page",
            "a clock above the shelves",
        ),
        rough=("in the rain",),
        openings=(
            ("So many voices. Not one of them is loud.",),
            ("Shelf above shelf, and all of it waiting.",),
            ("Dust turns slowly in a beam of light.",),
            ("Someone left a page open.",),
        ),
        trials=INDOOR_TRIALS,
        details=(
            ("A pencil mark in a margin. Someone agreed.",),
            ("Ink, paper, and a great deal of patience.",),
            ("Turn the page. It makes the smallest wind.",),
            ("Some pages are softer than others.",),
        ),
    ),
    Setting(
        name="stage",
        words=word_set(
            "music jazz opera concert violin violinist piano pianist theatre theater dance ballet song singer orchestra"
            " musician tango flamenco blues choir"
        ),
        places=("a theatre stage in a spotlight", "a dark stage with one light", "an empty theatre"),
        sights=(
            "a violin on a chair",
            "a violinist in the light",
            "an empty chair on the stage",
            "a candle on a table",
        ),
        rough=("",),
        openings=(
            ("The hall is dark. It is listening.",),
            ("An empty chair, and a light on it.",),
            ("Before the first note, everything is possible.",),
            ("The stage is a floor, until somebody steps on it.",),
        ),
        trials=INDOOR_TRIALS,
        details=(
            ("Wood, breath, wire. And then something else.",),
            ("The hand knows before the head does.",),
            ("Count to four. Then let go.",),
            ("The pause is written down as well.",),
        ),
    ),
    Setting(
        name="studio",
        words=word_set("painter painting artist art color colour sculpture sculptor photograph photographer studio"),
        places=("a studio with a window", "a room with a tall window", "a studio with a lamp"),
        sights=(
            "a chair before a painting",
            "the light of a window on a painting",
            "a lamp above a painting",
            "a flower on a table",
        ),
        rough=("",),
        openings=(
            ("North light. A floor with every colour on it.",),
            ("A white surface is a kind of question.",),
            ("The brushes are clean. Nothing has begun.",),
            ("The light comes in, and starts to choose.",),
        ),
        trials=INDOOR_TRIALS,
    ),
    Setting(
        name="workshop",
        words=word_set(
            "glass clock clockmaker watchmaker carpenter carpentry pottery porcelain ceramics workshop inventor"
            " furniture paper blacksmith violin-maker shoemaker weaver"
        ),
        places=("a workshop with a lamp", "a workshop table by a window", "a dark workshop with a lantern"),
        sights=(
            "a lamp over a table",
            "a chair at a table",
            "a lantern in the dark",
            "a bottle in the light of a window",
        ),
        rough=("in the rain",),
        openings=(
            ("Every tool has its place. Most have two.",),
            ("The bench remembers what was made on it.",),
            ("Sawdust, iron, oil.", "The smell of something not yet finished."),
            ("A lamp comes on over a table.",),
        ),
        trials=INDOOR_TRIALS,
    ),
    Setting(
        name="laboratory",
        words=word_set(
            "quantum computer computing ai artificial intelligence physics physicist chemistry chemist science"
            " scientist mathematics data laboratory algorithm curie tesla einstein newton darwin"
        ),
        places=("a laboratory with a lamp", "a study with a lamp and a book", "a dark room with a window"),
        sights=(
            "a lamp over a table with papers",
            "a notebook on a table",
            "a bottle on a table",
            "a candle and a book",
        ),
        rough=("",),
        openings=(
            ("A lamp burns late. That is how it looks from outside.",),
            ("On the table, a question, in pencil.",),
            ("It is quiet here, as before an answer.",),
            ("Somebody has been awake all night.",),
        ),
        trials=INDOOR_TRIALS,
        details=(
            ("A line is crossed out. The next one stays.",),
            ("What cannot be seen is written down instead.",),
            ("Check it. Then check the checking.",),
            ("Small marks on paper. A whole world leans on them.",),
        ),
    ),
    Setting(
        name="church",
        words=word_set("silence church prayer meditation solitude cathedral temple faith"),
        places=("a quiet church", "an empty hall with tall windows", "an empty room with one chair"),
        sights=("a single candle", "an empty chair by a window", "a beam of light in the dark", "a candle gone out"),
        rough=("",),
        openings=(
            ("The door closes. The quiet is already inside.",),
            ("Light comes down, and rests on the floor.",),
            ("Stone, wood, and very little else.",),
            ("Here even a step sounds like a word.",),
        ),
        trials=INDOOR_TRIALS,
    ),
    Setting(
        name="bedroom",
        words=word_set("sleep sleeping sleepless bed bedroom dream dreams insomnia lullaby"),
        places=("a bedroom with a dark window", "a room with the moon in the window", "a quiet room with one candle"),
        sights=("a candle beside a bed", "the moon in a window", "a clock beside a bed", "a chair beside a bed"),
        rough=("",),
        openings=(
            ("The day is folded over a chair.",),
            ("One by one, the windows go dark.",),
            ("The house breathes more slowly.",),
            ("A curtain moves. Nobody sees it.",),
        ),
        trials=INDOOR_TRIALS,
        details=(
            ("A hand opens, on its own.",),
            ("The pillow keeps the shape for a while.",),
            ("Behind closed eyes, something moves.",),
            ("Breath in. A long way down. Breath out.",),
        ),
    ),
    Setting(
        name="kitchen",
        words=word_set("cat cats kitten kitchen soup cooking cook"),
        places=("a kitchen with a window", "a windowsill in the light", "a quiet room with a lamp"),
        sights=("a chair by a window", "a cup on a table", "the light in a window", "a lamp over a table"),
        rough=("in the rain",),
        openings=(
            ("A kitchen, when nobody is cooking.",),
            ("The light gets as far as the table.",),
            ("A chair pushed back. A window ajar.",),
            ("The tap drips. Nothing else does anything.",),
        ),
        trials=INDOOR_TRIALS,
    ),
)
