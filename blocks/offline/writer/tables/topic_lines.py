"""What the template writer may say of a topic, a question, a person or a place; at least four variants a beat.

These hold of anything; `domain_lines.py` has those of one kind of thing. The slots are those of `lines.py`, and
`{core}` is the thing itself. A sentence has at most ten words, and none tells a fact.
"""

from __future__ import annotations

from collections.abc import Mapping

Lines = tuple[str, ...]
Pools = Mapping[str, tuple[Lines, ...]]

LOOKING: Pools = {
    "name": (
        ("{Topic}.", "It sounds familiar. Look again."),
        ("Say it slowly: {topic}.",),
        ("Start with the name. {Topic}.",),
        ("{Topic}.", "We think we know. We rarely look."),
        ("One thing only, for a little while: {topic}.",),
        ("So: {topic}.", "Where to begin?"),
        ("Most days we pass it by. {Topic}.",),
        ("This is a film about {topic}.", "Or about looking."),
        ("Think of {topic}.", "What do you see first?"),
        ("There is a word for it. {Topic}.",),
        ("One thing at a time. First, {topic}.",),
        ("Put aside what you were told. {Topic}.",),
        ("{Topic}.", "We begin outside, and go in."),
        ("Where would you stand, to see {topic}?",),
    ),
    "question": (
        ("Ask the simple question first.", "What do we know?"),
        ("Where would you begin?", "We begin by looking."),
        ("How much do we never notice?",),
        ("What would be missing, if this were gone?",),
        ("What would you ask, if you could ask anything?",),
    ),
    "wonder": (
        ("The first answer comes quickly.", "Leave it."),
        ("Not knowing is where every search begins.",),
        ("We could guess. Everyone does.",),
        ("A good question is a door left open.",),
        ("There may be more than one answer.",),
        ("Hold the question lightly, and look around.",),
        ("Before the answer, there is a pause. Enjoy it.",),
        ("Someone must have wondered first.",),
    ),
    "detail": (
        ("Come nearer.", "What seems still may move."),
        ("The eye needs time.", "Give it a little more."),
        ("Look at the edges, where things meet.",),
        ("Slow down.", "Details come to those who wait."),
        ("Look once for the shape. Then for the meaning.",),
    ),
    "change": (
        ("The light changes.", "The same thing looks new."),
        ("There is always another side.", "It is worth the walk."),
        ("We bring our own stories to what we see.",),
        ("One answer opens a door.", "Behind it, another."),
        ("Step back. Now it is part of something larger.",),
        ("Seen from here, it could be something else.",),
    ),
    "care": (
        ("Attention is a form of respect.",),
        ("Somewhere, someone else is looking too.",),
        ("Curiosity asks for so little.", "A moment. An open mind."),
        ("Look at anything long enough.", "It looks back."),
        ("Wonder is where knowing starts.",),
    ),
    "heart": (
        ("Perhaps the point was never to explain it.",),
        ("Not everything has to be solved.",),
        ("This is the part that words leave out.",),
        ("For a moment, there is nothing else.",),
        ("And suddenly it is very quiet.", "We are only looking."),
        ("There is room for silence here.",),
        ("One more look, with nothing in mind.",),
        ("Some moments do not ask to be used.",),
        ("What moves us seldom raises its voice.",),
        ("The longer the look, the fewer the words.",),
        ("No one could say why this matters. It does.",),
        ("Breathe. There is no hurry now.",),
    ),
    "close": (
        ("Look once more, before the light goes.",),
        ("That is where we leave it.", "The rest is yours."),
        ("Tomorrow, look again.", "It will not be the same."),
        ("Not an ending. An invitation.",),
        ("The light moves on.", "Something stays with us."),
        ("Enough for today.", "There is always more."),
        ("Here the film stops. The looking need not.",),
        ("We began with a name. It has grown.",),
    ),
    "unanswered": (
        ("Keep asking.", "The asking is the better half."),
        ("We have looked. That is a beginning.",),
        ("Some questions are good company.",),
        ("Now the question is yours.",),
        ("Perhaps you will be the one to know.",),
        ("The answer can wait. The wondering should not.",),
        ("Ask someone tonight.", "See what they say."),
        ("Write the question down. Carry it a while.",),
    ),
    "named": (
        ("{Topic}.", "A name is a place to begin."),
        ("{Topic}.", "Let us stay a while."),
        ("First, the name. {Topic}.",),
        ("There is a story in every name. {Topic}.",),
        ("{Topic}.", "Say it, and something comes back."),
    ),
    "memory": (
        ("Memory keeps what pictures miss.",),
        ("What stays, when the rest is forgotten?",),
        ("Some things are only understood from close by.",),
        ("Everyone remembers it differently.",),
        ("Time rounds off the corners.",),
        ("What was ordinary then is precious now.",),
        ("Some mornings leave no trace. Some never leave.",),
        ("The small things are what comes back first.",),
    ),
    "farewell": (
        ("We leave quietly.", "The light stays on a while."),
        ("What we look at with care, we keep.",),
        ("And then the day moves on.", "Something of it stays."),
        ("There is more to say.", "There always is."),
        ("A last look. Then the quiet.",),
        ("Some of this will come back at night.",),
    ),
}

ASKING: Mapping[str, tuple[Lines, ...]] = {
    "why": (
        ("{Topic}", "Every why has another why behind it."),
        ("{Topic}", "A child would not let it go."),
        ("Some questions refuse to leave. {Topic}",),
        ("{Topic}", "It sounds small. Wait."),
    ),
    "how": (
        ("{Topic}", "Someone knows. We can watch."),
        ("One step at a time, then. {Topic}",),
        ("{Topic}", "Between before and after lies everything."),
        ("It looks simple from outside. {Topic}",),
    ),
    "what": (
        ("{Topic}", "Try answering in one word."),
        ("{Topic}", "We use the word. Do we know?"),
        ("Suppose somebody asked you today. {Topic}",),
        ("{Topic}", "The obvious answer is standing in the way."),
    ),
    "who": (
        ("{Topic}", "Behind the question, a face."),
        ("{Topic}", "Somebody was there."),
        ("A name is missing. {Topic}",),
        ("{Topic}", "Not everyone is remembered."),
    ),
    "where": (
        ("{Topic}", "Put a finger on the map."),
        ("{Topic}", "Somewhere. Let us set out."),
        ("Every place is far from somewhere. {Topic}",),
        ("{Topic}", "Follow, as far as the eye can."),
    ),
    "when": (
        ("{Topic}", "Turn the clock, and see."),
        ("{Topic}", "There must have been a day."),
        ("Time keeps its own notes. {Topic}",),
        ("{Topic}", "Sooner than we think, or later."),
    ),
    "whether": (
        ("{Topic}", "Yes is short. So is no."),
        ("{Topic}", "Wait before you answer."),
        ("It could go either way. {Topic}",),
        ("{Topic}", "Half of us have decided already."),
    ),
}
"""The first beat of a question, by its asking word."""

PORTRAITS: Mapping[str, Pools] = {
    "someone": {
        "named": (
            ("{Topic}.", "A name, and a whole life behind it."),
            ("This is for {topic}.",),
            ("{Topic}.", "Picture a face. Take your time."),
            ("Before the portrait, the name. {Topic}.",),
        ),
        "memory": (
            ("A life is longer than any film about it.",),
            ("What did the days between the great days hold?",),
            ("Nobody is only what is written about them.",),
            ("A voice is the first thing we forget.",),
            ("Was there a favourite chair? A favourite hour?",),
        ),
        "detail": (
            ("Look at the hands. They tell the years.",),
            ("The way someone stands at a window says much.",),
            ("A coat on a hook. A cup, still warm.",),
            ("Habits are a kind of handwriting.",),
        ),
        "heart": (
            ("To be known by one person is already much.",),
            ("We never see all of anyone.",),
            ("Courage mostly looks like getting up again.",),
            ("What did {topic} see, looking out?",),
        ),
        "farewell": (
            ("A person leaves. The way of looking stays.",),
            ("Keep a light in the window.",),
            ("Say the name once more, to yourself.",),
            ("What was given is still being passed on.",),
        ),
    },
    "somewhere": {
        "named": (
            ("{Topic}.", "A place to arrive in slowly."),
            ("Come in. This is {topic}.",),
            ("{Topic}.", "You hear it before you see it."),
            ("On a map, a dot. {Topic}.",),
            ("{Topic}.", "Who would know the way there?"),
        ),
        "memory": (
            ("Every place keeps the steps of those who left.",),
            ("How many mornings has it seen?",),
            ("You can leave. Part of you will not.",),
            ("Who was the last to turn off the light?",),
            ("Some of it is here. Some of it is remembered.",),
        ),
        "detail": (
            ("Walk without a plan. The corners decide.",),
            ("A door. A step, worn in the middle.",),
            ("Follow the light along the wall.",),
            ("Stop. Let the place come to you.",),
        ),
        "heart": (
            ("A place is made of those who stay.",),
            ("It was here before us. It makes no fuss.",),
            ("For a moment, you could belong here.",),
            ("Even empty, it is full of something.",),
        ),
        "farewell": (
            ("Look back once. Then go.",),
            ("The place stays. That is its gift.",),
            ("Leave by the way you came, a little slower.",),
            ("Some doors stay open long after they close.",),
        ),
    },
    "outdoors": {
        "named": (
            ("{Topic}.", "A name for something without edges."),
            ("On a map, a few lines. {Topic}.",),
            ("{Topic}.", "Stand before it. Say nothing."),
            ("We gave it a name: {topic}.",),
        ),
        "memory": (
            ("Who stood here before there were names?",),
            ("People come, look, and grow quiet.",),
            ("Every eye paints it differently.",),
            ("Everyone takes home a different one.",),
        ),
        "detail": (
            ("Wait for the wind to finish its sentence.",),
            ("Every hour paints it again.",),
            ("Close by, it is only stones, water, light.",),
            ("The colour has no name. It lasts a minute.",),
        ),
        "heart": (
            ("It does not look back. That is restful.",),
            ("Some places make us the right size.",),
            ("Nothing is asked of us here.",),
            ("It keeps its distance, even from close by.",),
        ),
        "farewell": (
            ("On the way back, everyone turns round once.",),
            ("It will be here tomorrow. Will we?",),
            ("Leave it whole. Take the silence.",),
            ("The further away, the larger it grows.",),
        ),
    },
}
"""Portraits, by what is shown: someone, somewhere built, somewhere outdoors; else `LOOKING` has what holds of all."""
