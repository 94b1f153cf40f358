"""What the template writer may say in a tale, beat by beat: at least four variants each.

A sentence without a slot has at most ten words.

Slots: `{hero}` 'the lonely keeper', `{who}` 'the keeper', `{first}` 'a lonely keeper', `{clause}` 'finds a message',
`{deed}` and `{aim}` the same parted before its purpose, `{half}` and `{rest}` two parts that each have a verb,
`{again}` 'he', or the hero where the words do not say, `{thing}` and `{other}` what else the idea names, `{topic}` the
subject of a film that looks at something; with a capital letter they begin a sentence. `[goes|go]` agrees with the
hero or topic. Nothing here asserts a fact of a topic.
"""

from __future__ import annotations

from collections.abc import Mapping

Lines = tuple[str, ...]

TALE: Mapping[str, tuple[Lines, ...]] = {
    "meet": (
        ("This is where we meet {first}.", "It would be easy to look away."),
        ("And here, small against all of it: {first}.",),
        ("Somewhere in all this: {first}.", "Easy to overlook. Most of the world does."),
        ("{First}.", "No one is watching. Not yet."),
        ("Look closer, and you find {first}.", "Stay with that small shape a moment."),
        ("Every story needs someone to happen to. This one happens to {hero}.",),
        ("{First}.", "You could pass by and never know."),
        ("Among all the stories: {first}.",),
        ("It could be anyone. It is {first}.",),
    ),
    "ordinary": (
        ("It looks like an ordinary day.", "Most beginnings do."),
        ("Yesterday was like this. So was the day before.",),
        ("There is a rhythm to these days.", "It has held for a long time."),
        ("Nothing here asks to be noticed.",),
        ("Habit is a kind of shelter.", "It keeps the weather out, and the world."),
    ),
    "turn": (
        ("Then {hero} {clause}.", "Nothing announces it. It simply happens."),
        ("And then, one day, {hero} {clause}.", "The world goes quiet, as if listening."),
        ("One day, {hero} {clause}.", "After that, no road leads back."),
        ("{Hero} {clause}.", "Everything after is different."),
        ("{Who} {clause}.", "From here on, nothing is as it was."),
        ("{Hero} {half}. {Again} {rest}.",),
        ("{Hero} {deed}. Why? {Aim}.",),
        ("{Who} {deed}. Why? {Aim}.",),
    ),
    "state": (
        ("{Hero} {clause}.", "It sounds like a small thing."),
        ("{Hero} {clause}.", "That is where all of this begins."),
        ("{Hero} {clause}.", "Everything else follows from that."),
        ("{Who} {clause}.", "There is no simple way to say it."),
        ("{Who} {clause}.", "Some things are decided like that."),
        ("{Hero} {half}. {Again} {rest}.",),
        ("{Hero} {deed}. Why? {Aim}.",),
        ("{Who} {deed}. Why? {Aim}.",),
    ),
    "leaving": (
        ("{Hero} {clause}.",),
        ("{Hero} {half}. {Again} {rest}.",),
        ("{Who} {clause}.",),
        ("One day, {who} {clause}.",),
    ),
    "trace": (
        ("For a while, there is still a trace.",),
        ("Someone was just here. You can tell.",),
        ("The footprints fill, one after another.",),
        ("What is left can be seen only from close by.",),
        ("The way out is marked. No way back is.",),
    ),
    "waiting": (
        ("A lamp is left burning. Nobody says why.",),
        ("Someone listens for the door.",),
        ("There is one cup too many on the table.",),
        ("The night is long. The light stays on.",),
        ("Nobody says the name. Everyone hears it.",),
    ),
    "after": (
        ("In the morning, nothing has moved.",),
        ("The day comes back. Only the day.",),
        ("Some goings have no end. They only get quieter.",),
        ("What is missing has a shape by now.",),
        ("It is an ordinary morning. That is the hard part.",),
    ),
    "seasons": (
        ("Summer. Then the leaves. Then the next summer.",),
        ("The seasons change places. Nothing else does.",),
        ("The days are short now. They still find each other.",),
        ("Another winter. It is not the first together.",),
        ("Weather comes and goes, like an old joke.",),
    ),
    "years": (
        ("Years, and the same sky.",),
        ("Hair turns grey. The habit does not.",),
        ("Slower now. There is no hurry anyway.",),
        ("What began by chance has become a life.",),
        ("Nobody counted. It was many.",),
    ),
    "unsaid": (
        ("Today, {who} [stops|stop] and [looks|look] up.",),
        ("It begins without a sound.", "Most true things do."),
        ("One day is not like the others.", "{Who} [is|are] the first to know."),
        ("Something has shifted.", "{Who} [feels|feel] it before seeing it."),
    ),
    "thing": (
        ("{Thing}, and {other}. Who would have thought?",),
        ("All this for {thing}?",),
        ("Ask what it was about. {Thing}.",),
        ("And in the middle of it all, {thing}.",),
        ("It always comes back to {thing}.",),
    ),
    "trial": (
        ("It is never as easy as it sounds.",),
        ("What looked simple is not.", "It seldom is."),
        ("Doubt arrives quietly.", "It takes a seat, and stays."),
        ("The first attempt comes to nothing.", "So does the second."),
        ("Nobody said how long this would take.",),
    ),
    "journey": (
        ("It goes on.", "So [does|do] {who}."),
        ("A day passes. Then another.", "Nobody counts them."),
        ("Not every hour has a meaning.", "Some only pass."),
        ("Patience is learned slowly, like everything else.",),
        ("What was strange is becoming familiar.",),
        ("Some days bring nothing. Some bring a little more.",),
    ),
    "together": (
        ("Two are less alone than one.",),
        ("Nobody says much. Nobody has to.",),
        ("From now on, there is someone to look for.",),
        ("Trust is slow. Then it is simply there.",),
        ("They learn each other's silences first.",),
    ),
    "rise": (
        ("Then, something gives.", "A little. Enough."),
        ("A small thing goes right. It is enough.",),
        ("Help comes from where no one was looking.",),
        ("Small things begin to add up.",),
        ("The fear is still here.", "It has stopped leading."),
        ("For the first time, it seems possible.",),
    ),
    "low": (
        ("For a while, it could end here.", "No one would blame {who}."),
        ("There comes a moment when giving up makes sense.",),
        ("The silence gets very large.", "Hope gets very small. It does not leave."),
        ("Some things are too heavy to carry alone.", "{Who} [carries|carry] them anyway."),
        ("Nothing moves. Not even the doubt.",),
    ),
    "climax": (
        ("But {who} [does|do] not give up.", "Something quieter than courage."),
        ("And still {who} [goes|go] on.", "Once more. And once more."),
        ("Now there is nothing left to lose.", "There is a strange freedom in that."),
        ("Everything was leading to this.", "{Who} [knows|know] it."),
        ("The world holds still.", "{Who} [does|do] not."),
        ("No one would know. {Who} would know.",),
        ("There is one more thing to try.",),
        ("Now, or not at all.",),
        ("Fear says wait. {Who} [has|have] waited enough.",),
        ("A deep breath. Then the hard part.",),
    ),
    "resolve": (
        ("When the light returns, all of it looks the same. Only {who} [has|have] changed.",),
        ("Everything looks the same. Only {who} [has|have] changed.",),
        ("What happened is small. A choice, and it held.",),
        ("Nothing here will be quite the same again.", "That is not a loss."),
        ("The same place. It looks larger now.",),
        ("This is how it went. Not otherwise.",),
        ("The day is new. {Who} [is|are] not.",),
        ("The story ends here.", "{Who} [does|do] not."),
        ("And so the day begins again.", "This time, it is a different day."),
        ("Nobody will write this down.", "It happened all the same."),
        ("It could have gone otherwise. It went like this.",),
        ("Later, it will sound simple.", "It was not."),
        ("Something is over. Something else may begin.",),
        ("For now, that is enough.",),
    ),
}
