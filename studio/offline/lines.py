"""What the template writer may say, beat by beat. At least four variants each; a sentence has at most ten words.

Slots: `{hero}` 'the lonely keeper', `{who}` 'the keeper', `{first}` 'a lonely keeper', `{clause}` 'finds a message',
`{deed}` and `{aim}` the same parted before its purpose, `{part}` its first part, `{topic}` the subject of a film that
looks at something; with a capital letter they begin a sentence. `[goes|go]` agrees with the hero or topic. Nothing
here asserts a fact of a topic.
"""

from __future__ import annotations

from collections.abc import Mapping

Lines = tuple[str, ...]

TALE: Mapping[str, tuple[Lines, ...]] = {
    "meet": (
        ("This is where we meet {first}.", "It would be easy to look away."),
        ("And here, small against all of it: {first}.",),
        ("Somewhere in all this, there is {first}.", "Easy to overlook. Most of the world does."),
        ("{First}.", "No one is watching. Not yet."),
        ("Look closer, and you find {first}.", "Stay with that small shape a moment."),
        ("Every story needs someone to happen to. This one happens to {hero}.",),
        ("{First}.", "You could pass by and never know."),
    ),
    "ordinary": (
        ("It looks like an ordinary day.", "Most beginnings do."),
        ("Yesterday was like this. So was the day before.",),
        ("There is a rhythm to these days.", "It has held for a long time."),
        ("Nothing here asks to be noticed.",),
        ("Habit is a kind of shelter.", "It keeps the weather out, and the world."),
    ),
    "turn": (
        ("Then {hero} {clause}.", "Nothing announces it. Nothing has to."),
        ("And then, one day, {hero} {clause}.", "The world goes quiet, as if listening."),
        ("One day, {hero} {clause}.", "After that, no road leads back."),
        ("{Hero} {clause}.", "It takes a moment. It changes everything after."),
        ("{Who} {clause}.", "From here on, nothing is as it was."),
        ("{Hero} {part}.", "It does not end there."),
        ("{Who} {part}.", "That is only where it begins."),
        ("{Hero} {deed}. All of it, {aim}.",),
        ("{Who} {deed}. All of it, {aim}.",),
    ),
    "state": (
        ("{Hero} {clause}.", "It sounds like a small thing."),
        ("{Hero} {clause}.", "That is where all of this begins."),
        ("{Hero} {clause}.", "Everything else follows from that."),
        ("{Who} {clause}.", "There is no simple way to say it."),
        ("{Who} {clause}.", "Some things are decided like that."),
        ("{Hero} {part}.", "It does not end there."),
        ("{Who} {part}.", "That is only where it begins."),
        ("{Hero} {deed}. All of it, {aim}.",),
        ("{Who} {deed}. All of it, {aim}.",),
    ),
    "unsaid": (
        ("Then something happens.", "It takes a moment. It changes everything after."),
        ("It begins without a sound.", "Most true things do."),
        ("One day is not like the others.", "{Who} [is|are] the first to know."),
        ("Something has shifted.", "{Who} [feels|feel] it before seeing it."),
    ),
    "trial": (
        ("It is never as easy as it sounds.", "The light changes. The way grows longer."),
        ("Then the weather turns.", "Every step costs more than the last."),
        ("What looked near is far.", "What looked simple is not."),
        ("Doubt arrives quietly, like evening.", "It takes a seat, and stays."),
        ("There are no maps for this part.",),
        ("The first attempt comes to nothing.", "The second takes more courage."),
    ),
    "journey": (
        ("The way goes on.", "So [does|do] {who}."),
        ("A day passes. Then another.", "Nobody counts them."),
        ("Not every hour has a meaning.", "Some are only for passing through."),
        ("Distance teaches patience.", "Patience teaches the rest."),
        ("What was strange is becoming familiar.",),
        ("Far away, small lights come and go.",),
    ),
    "rise": (
        ("Then, something gives.", "A little. Enough."),
        ("Help comes from where no one was looking.",),
        ("Small things begin to add up.",),
        ("The fear is still here.", "It has stopped leading."),
        ("For the first time, the way ahead is clear.",),
    ),
    "low": (
        ("For a while, it could end here.", "No one would blame {who}."),
        ("There comes a moment when turning back makes sense.",),
        ("The silence gets very large.", "Hope gets very small. It does not leave."),
        ("Some things are too heavy to carry alone.", "{Who} [carries|carry] them anyway."),
        ("Nothing moves. Not even the doubt.",),
    ),
    "climax": (
        ("But {who} [does|do] not turn back.", "Not out of courage. Something quieter, and harder to break."),
        ("And still {who} [goes|go] on.", "One more step. And one more."),
        ("Now there is nothing left to lose.", "There is a strange freedom in that."),
        ("This is what everything was leading to.", "{Who} [knows|know] it. You can see it."),
        ("The world holds still.", "{Who} [does|do] not."),
    ),
    "resolve": (
        ("When the light returns, all of it looks the same. Only {who} [has|have] changed.",),
        ("Everything looks the same. Only {who} [has|have] changed.",),
        ("What happened is small. A choice, and it held.",),
        ("Nothing here will be quite the same again.", "That is not a loss."),
        ("The place is the same. The eyes are not.",),
        ("The story ends here.", "{Who} [does|do] not."),
        ("And so the day begins again.", "This time, it is a different day."),
    ),
}

LOOKING: Mapping[str, tuple[Lines, ...]] = {
    "name": (
        ("{Topic}.", "It sounds familiar. Look again."),
        ("{Topic}.", "Say it slowly. Hear how much is in it."),
        ("Start with the name. {Topic}.",),
        ("{Topic}.", "We think we know. We rarely look."),
        ("The name comes first. Then the looking.",),
        ("Let us look at one thing only. {Topic}.",),
    ),
    "named": (
        ("{Topic}.", "A name is a place to begin."),
        ("{Topic}.", "Let us stay a while."),
        ("The name is only the beginning.",),
        ("First, the name. {Topic}.",),
        ("There is a story in every name. {Topic}.",),
        ("{Topic}.", "Some names are worth saying slowly."),
    ),
    "ask": (
        ("{Topic}", "It is a fair question."),
        ("{Topic}", "A child could ask it. Few of us do."),
        ("Some questions refuse to leave. {Topic}",),
        ("{Topic}", "It sounds small. Wait."),
        ("You have read the question.", "Let it stand a moment."),
        ("Say it out loud, and listen. {Topic}",),
    ),
    "question": (
        ("Ask the simple question first.", "What is it we think we know?"),
        ("Where would you begin?", "We begin by looking."),
        ("How much do we never notice?",),
        ("What do we really see when we look?",),
        ("What would be missing, if this were gone?",),
    ),
    "wonder": (
        ("The first answer comes quickly.", "Leave it. Wait for the second."),
        ("Not knowing is where every search begins.",),
        ("We could guess. Everyone does.", "Let us look instead."),
        ("A good question is a door left open.",),
        ("There may be more than one answer.", "There usually is."),
    ),
    "memory": (
        ("Memory keeps what pictures miss.",),
        ("What stays, when the rest is forgotten?", "A light. A sound. A way of standing."),
        ("Some things are only understood from close by.",),
        ("Everyone remembers it differently.", "Everyone remembers the light."),
        ("Time passes here, as it does everywhere.",),
    ),
    "detail": (
        ("Come nearer.", "What seems still may be full of movement."),
        ("The eye needs time.", "Give it a little more."),
        ("Look at the edges, where things meet.",),
        ("Slow down.", "The details only come to those who wait."),
        ("Look once for the shape.", "Look twice for the meaning."),
        ("Every surface keeps a little of the light.",),
    ),
    "change": (
        ("Seen from far away, everything looks simple.", "Then we come closer."),
        ("The light changes.", "The same thing looks new."),
        ("There is always another side.", "It is worth the walk around."),
        ("We bring our own stories to what we see.",),
        ("One answer opens a door.", "Behind it is another room."),
    ),
    "care": (
        ("Attention is a form of respect.",),
        ("Somewhere, someone else is looking too.",),
        ("Curiosity asks for so little.", "A moment. An open mind."),
        ("Look at anything long enough.", "It begins to look back."),
        ("Wonder is not the opposite of knowing.", "It is where knowing starts."),
    ),
    "heart": (
        ("Perhaps the point was never to explain it.", "Perhaps it was to stay a while."),
        ("Not everything has to be solved.", "Some things are there to be met."),
        ("This is the part that words leave out.",),
        ("For a moment, there is nothing else.",),
        ("And suddenly it is very quiet.", "We are only looking now."),
    ),
    "close": (
        ("{Topic}.", "Look once more, before the light goes."),
        ("That is where we leave it.", "The rest is yours to find."),
        ("Tomorrow, look again.", "It will not be the same. Neither will you."),
        ("{Topic}.", "Not an ending. An invitation."),
        ("The light moves on.", "Something of it stays with us."),
    ),
    "unanswered": (
        ("Keep asking.", "The asking is the better half."),
        ("We may not have the answer. We have looked.", "That is something."),
        ("Some questions are good company.", "Take this one with you."),
        ("Now the question is yours.",),
        ("Perhaps you will be the one to know.",),
    ),
    "farewell": (
        ("{Topic}.", "Some names are worth saying twice."),
        ("We leave quietly.", "The light stays on a while."),
        ("What we look at with care, we keep.",),
        ("{Topic}.", "Remember the light."),
        ("And then the day moves on.", "Something of it stays."),
    ),
}
