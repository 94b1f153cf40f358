"""What a film that looks at something may say, by what kind of thing it is; at least four variants a beat.

A line asks, invites, or says what holds of every such thing; none tells a fact of the topic, for none is known.
`{core}` is the thing itself ('coffee' of 'the history of coffee') and never the subject of a verb, so that it needs
no agreement. A sentence has at most ten words. Called by `blocks/offline/writer/beats.py`.
"""

from __future__ import annotations

from collections.abc import Mapping

Lines = tuple[str, ...]
Pools = Mapping[str, tuple[Lines, ...]]

DOMAIN_LINES: Mapping[str, Pools] = {
    "craft": {
        "question": (
            ("Whose hands come to mind, thinking of {core}?",),
            ("What does the hand know that the recipe leaves out?",),
            ("Who taught you about {core}?", "And who taught them?"),
            ("How much patience goes into {core}?",),
            ("When did you last slow down for {core}?",),
        ),
        "detail": (
            ("Begin with the smell.", "Words come later."),
            ("Watch the hands.", "They never explain themselves."),
            ("Time. Attention. A steady hand.",),
            ("There is a right moment.", "You learn it by missing it."),
            ("Everything made was once only a possibility.",),
        ),
        "heart": (
            ("What is made by hand keeps the hand.",),
            ("An ordinary thing, made with care, is not ordinary.",),
            ("Someone cared about the last small part.",),
            ("Half of making is waiting.",),
            ("A thing made well asks to be shared.",),
        ),
        "close": (
            ("Tomorrow, somebody starts again from nothing.",),
            ("The work is put away.", "The warmth stays a while."),
            ("Next time, take one moment longer over {core}.",),
            ("The hands rest.", "They remember what to do."),
        ),
    },
    "living": {
        "question": (
            ("What would {core} make of us?",),
            ("How close can we come without disturbing anything?",),
            ("Who was here before we began to watch?",),
            ("What do we miss by moving so fast?",),
            ("How would the world sound without {core}?",),
            ("What does a day mean to {core}?",),
            ("Whose world is this, seen from down here?",),
            ("How long since you stopped for {core}?",),
        ),
        "detail": (
            ("Hold still.", "Life goes on as soon as we do."),
            ("Small movements. Then a long pause.",),
            ("Come as close as you are allowed.",),
            ("Something moves at the edge of the picture.",),
            ("Watch the small things. They are busy.",),
            ("Nothing alive is ever quite the same twice.",),
            ("Look for a while, and the pattern comes forward.",),
            ("Breath. Hunger. Rest. We know these too.",),
        ),
        "heart": (
            ("It does not live for our sake.", "That may be the wonder."),
            ("We share one air.", "It is easy to forget."),
            ("For a moment, nobody is in charge here.",),
            ("Every living thing is in the middle of something.",),
            ("To be alive is to be on the way.",),
        ),
        "close": (
            ("We go home.", "Life goes on without an audience."),
            ("Leave the gate as you found it.",),
            ("Somewhere, it is already beginning again.",),
            ("Walk softly on the way back.",),
        ),
    },
    "earth": {
        "question": (
            ("How small do you feel in front of it?",),
            ("What was here before there were eyes?",),
            ("How do you measure {core}?", "In meters? In lifetimes?"),
            ("Why do we travel so far just to stand here?",),
            ("Can anyone own {core}?",),
        ),
        "detail": (
            ("Listen first.", "Then look again."),
            ("Nothing here was designed. All of it fits.",),
            ("Stone is slow. Water is patient. Air forgets.",),
            ("From a distance, it is a line. Come nearer.",),
            ("The scale is wrong for us.", "Perhaps we are wrong."),
        ),
        "heart": (
            ("It does not need us to be beautiful.",),
            ("Awe is what remains when the words run out.",),
            ("There is no front row. Everyone stands outside.",),
            ("Stand here long enough, and you stop being tall.",),
            ("Power and silence can be the same thing.",),
        ),
        "close": (
            ("We turn back.", "It does not notice."),
            ("Long after the last picture, it goes on.",),
            ("Take nothing home. Only the size of it.",),
            ("The ground keeps its own calendar.",),
        ),
    },
    "cosmos": {
        "question": (
            ("How far is too far to imagine?",),
            ("Who else might be looking up tonight?",),
            ("What do we hope to find out there?",),
            ("Can you think of {core} without looking up?",),
            ("How old is the light that reaches us?",),
        ),
        "detail": (
            ("Look up. Then look longer.",),
            ("The numbers have too many zeros to feel.",),
            ("A point of light. And then a thousand more.",),
            ("Darkness is mostly what we have not seen yet.",),
            ("Hold out a thumb.", "It covers more than you think."),
        ),
        "heart": (
            ("We are small. We are also the ones asking.",),
            ("The sky is the oldest thing we all share.",),
            ("Out of so much dark, one lit window.",),
            ("Distance makes everything quiet.",),
            ("It was never about us.", "We look up all the same."),
        ),
        "close": (
            ("Tonight, the sky will be there again.",),
            ("Come down slowly.", "The ground feels new."),
            ("The light goes on travelling without us.",),
            ("Keep one window open to the dark.",),
        ),
    },
    "mind": {
        "question": (
            ("Where in the body would you look for {core}?",),
            ("When did you first notice {core}?",),
            ("Could you draw {core}?", "Try. Then look at the page."),
            ("Who are we without {core}?",),
            ("Does it begin inside us, or outside?",),
        ),
        "detail": (
            ("You cannot hold it up to the light.",),
            ("It leaves no footprints. Only a change of air.",),
            ("Close your eyes.", "There. Something like that."),
            ("Everyone knows it. Nobody has seen it.",),
            ("Words go around it, like water around stone.",),
        ),
        "heart": (
            ("What cannot be seen can still be shared.",),
            ("The most familiar things are the hardest to say.",),
            ("Stay with it. It does not like hurry.",),
            ("Perhaps it has been in this room all along.",),
            ("Some things grow when we stop naming them.",),
        ),
        "close": (
            ("Take the thought outside. Let it walk beside you.",),
            ("Say nothing for a moment.",),
            ("It will find you again, when you least expect.",),
            ("Leave a chair free for {core}.",),
        ),
    },
    "machine": {
        "question": (
            ("Who trusted {core} first, and what did it cost?",),
            ("What did we do before {core}?",),
            ("What would stop, if {core} were gone?",),
            ("Do we use it, or does it use us?",),
            ("How many hands are hidden inside?",),
        ),
        "detail": (
            ("Take off the cover.", "Every part has a reason."),
            ("One part moves, and another answers.",),
            ("Somebody had to imagine it first.",),
            ("Precision is a kind of tenderness.",),
            ("Listen for it, at the edge of hearing.",),
        ),
        "heart": (
            ("Every machine is a wish with moving parts.",),
            ("Behind each clever thing, someone stayed up late.",),
            ("Machines do what we say. Did we mean it?",),
            ("The future always arrives with a small noise.",),
            ("If it saves time, where does the time go?",),
        ),
        "close": (
            ("The lights go out, one row at a time.",),
            ("What comes next is not built yet.",),
            ("Switch it off, and listen to the room.",),
            ("Tomorrow this will look simple.",),
        ),
    },
    "past": {
        "question": (
            ("Who is missing from the story as we tell it?",),
            ("What did an ordinary morning look like then?",),
            ("How much of {core} did nobody write down?",),
            ("Would they know themselves in what we say?",),
            ("Whose names did nobody keep?",),
        ),
        "detail": (
            ("Touch an old wall.", "Someone leaned here before you."),
            ("What is left is mostly what was hard to break.",),
            ("The past had weather, too. And supper.",),
            ("A date is a door. Behind it, a street.",),
            ("Dust is a slow kind of archive.",),
        ),
        "heart": (
            ("They did not know how it would end.", "Neither do we."),
            ("To them it was simply today.",),
            ("Nobody lives in history. Everyone lives in a house.",),
            ("What we forget does not stop having happened.",),
            ("Time takes the names first.",),
        ),
        "close": (
            ("One day, this too will be long ago.",),
            ("Close the book gently.", "Somebody is still in it."),
            ("The stones stay. The voices are up to us.",),
            ("What will they keep of us?",),
        ),
    },
    "art": {
        "question": (
            ("What did you feel before you understood it?",),
            ("Where does {core} go when it is over?",),
            ("Who was the first {core} meant for?",),
            ("Why do we need what we cannot use?",),
            ("What is {core} without someone to receive it?",),
        ),
        "detail": (
            ("A beat before it begins, everyone breathes in.",),
            ("Some mistakes are kept. They become the best part.",),
            ("Practice is invisible. That is the point of it.",),
            ("Between two notes, two words, two colours: a gap.",),
            ("Look where the maker hesitated.",),
        ),
        "heart": (
            ("It means more than it says. It always will.",),
            ("Strangers, in one room, feeling the same thing.",),
            ("Nothing changes. And then you are different.",),
            ("Form is how feeling learns to stand up.",),
            ("Someone made this so as not to be alone.",),
        ),
        "close": (
            ("The last note is always silence.",),
            ("Take it with you. It weighs nothing.",),
            ("The stage is dark. Somebody is still humming.",),
            ("Begin again. It will not be the same piece.",),
        ),
    },
}
"""By domain and beat; the domains and the words that call for them are `domains.DOMAINS`."""
