"""What a deed looks like when it is hardest, when it is decided and when it is done, each with what may be said then.

A race is won or lost, a star is given back, a letter is read: the end of a tale settles the thing it is about. Called
by `blocks/offline/writer/staging.py` and `beats.py`.
"""

from __future__ import annotations

import re

from blocks.offline.writer.afloat import afloat_stage
from blocks.offline.writer.deeds import BEASTS, bases, carried_in, has_beast, shape_of
from blocks.offline.writer.idea.named import MUSIC
from blocks.offline.writer.idea.parse import Idea
from blocks.offline.writer.idea.phrases import article_for
from blocks.offline.writer.lines import Lines
from blocks.offline.writer.places import words_of
from studio.text.words import word_set

_TABLE = """
= find discover uncover collect + bottle message
trial | bent over {thing} beside a lantern
- The cork is tight. It was meant to be.
- Whose hand was it? It does not say.
climax | reading a letter by a lantern
- It was meant for someone. Why not {who}?
- Read it once. Then read it slowly.
resolve | throwing {thing} far out over the water
- An answer, and no address but the sea.
- It floats. It turns. It is on its way.

= find discover uncover collect gather
trial | turning {thing} over in the light, head bent
- Whose was it? It does not say.
- Once found, it cannot be unfound.
climax | stepping out of a door, {thing} in hand
- To keep it would be easy.
- Somebody is missing this. That decides it.
resolve | handing {thing} to someone
- It was never lost. It was on its way.
- The hands are empty. They do not mind.

= return bring deliver carry
trial | kneeling in the wind, both arms around {thing}
- It is small. It is heavier every hour.
- Both arms around it. There is nothing else to hold.
climax | on the toes, {thing} held up high
- Higher. On the toes. A little higher.
- Now comes the part that nobody can teach: let go.
resolve | empty hands, looking back at {plain} in its place
- The hands are empty. It is where it belongs.
- Look up. Nobody would know it was ever gone.

= race ride gallop
trial | bent low in the dust, {thing}, another rider ahead
- Dust in the teeth. The lead changes, and changes back.
- One is ahead. Then it is the other.
climax | neck beside neck at full gallop, {thing}
- The last hill. Nobody looks to the side.
- Neck beside neck. The ground does the counting.
resolve | at the finish, dusty and laughing, {thing}
- It is over. Nobody asks who was first.
- The dust comes down. Somebody laughs.

= paint draw repaint
trial | kneeling beside a spoiled painting
- The first one is mud. So is the second.
- It looks like nothing. It is thrown away.
climax | before a large painting, brush raised
- Not this colour. This one.
- One more line. The hand has stopped shaking.
resolve | beside a finished painting, hands at rest
- It is crooked. It looks back.
- Done. Nobody is here to see it. Still, done.

= bake cook feed
trial | shaking the last flour out of a sack
- The sacks are lighter every week.
- Less flour. The same number of names.
climax | before a fire, bread on a long board
- It rises. Whatever else happens, it rises.
- The loaves get smaller. There are enough of them.
resolve | at an open door, handing out bread
- Somebody is at the door. Then somebody else.
- Warm, in paper. No one says much.

= befriend meet rescue help save tame protect adopt raise
trial | leaning on each other, moving slowly
- One stumbles. The other has learned to stop.
- It would be faster alone. Nobody mentions it.
climax | one reaching out a hand to the other
- A hand, held out. It is a long moment.
- Not enough for one. Enough for both.
resolve | side by side, looking the same way
- Two tracks, where there was one.
- The same silence. There are two in it now.

= search seek look follow chase + dog cat horse fox bird sheep goat
trial | calling into the distance, hands at the mouth
- Call. Listen. Call again, a little less loud.
- A sound? No. A gate.
climax | running towards something small and far
- There. Something brown.
- Do not stop now. Do not fall.
resolve | kneeling, both arms around {thing}
- Wet fur. Warm breath. Nobody says a word.
- Who found whom? It does not matter now.

= search seek hunt follow chase look
trial | on the knees, looking at the ground
- Another wrong road. That makes the map smaller.
- Nothing here. Nothing there, either.
climax | running towards a far light
- There. It moved.
- Do not call out. Do not breathe.
resolve | sitting still, a small light on the face
- Not what was looked for. It will do.
- Found. Now it has to be believed.

= cross walk wander travel journey hike climb trek migrate
trial | on hands and knees, going on
- One foot. The other foot. There is no other plan.
- Look at the next step. Only that.
climax | on the last rise, looking over the edge
- There is another side. It can be seen from here.
- So close. The hardest part is not to run.
resolve | arriving, a pack on the ground
- Arriving is quiet.
- Sit down. The road ends here.

= build repair fix mend restore rebuild invent forge make
trial | among broken pieces, head in hands
- It falls apart. It has fallen apart before.
- One part is missing. It is always the same one.
climax | bent over the work by lantern light
- Hold it. Not yet. Now let go.
- One more piece. It has to fit.
resolve | a step back, looking at the finished work
- It holds. It does not even tremble.
- Finished. The silence is the best part.

= sail row fish
trial | holding on to a boat in high waves
- Salt in the eyes. Rope in the hands.
- Down, and down, and then up again.
climax | pulling at the oars of a boat, face wet
- A light. No. Yes: a light.
- Pull. Once more. Do not look round.
resolve | pulling a boat up on the sand
- Ground. It does not move. It feels wrong.
- The boat is home. Somebody ties the knot.

= play + chess checkers draughts backgammon
trial | bent over {thing}, head in both hands
- A bad move. There is no taking it back.
- Set it up again. From the beginning.
climax | one hand over {thing}, not yet down
- The hand hovers. Everything hangs on it.
- One move. Then it cannot be unmade.
resolve | leaning back from {thing}, laughing
- Again? Again.
- Nobody counts any more.

= play perform practise practice sing dance + MUSIC
trial | sitting with closed hands, head low
- The fingers remember only half.
- Again, from the top. The neighbours have given up.
climax | eyes closed in one beam of light
- One breath. It is too late to go back.
- Everybody is looking. Then nobody is.
resolve | hands at rest, a small bow
- The last note goes on a while.
- Quiet. Then one person begins to clap.

= steal smuggle escape flee run hide
trial | pressed against a wall, breath held
- A step. Not this way. This way.
- Do not look at the dog.
climax | running, looking back once
- Now. Before the thought is finished.
- The corner. The next one. The gate.
resolve | out of breath, nobody behind
- Nobody comes. It takes a while to believe it.
- It is quiet. What was it all for?

= wait watch guard
trial | sitting with a coat pulled close
- Nothing. Then, for a change, nothing.
- It could be today. It could have been yesterday.
climax | standing up suddenly, a hand over the eyes
- There. A dot, where there was none.
- Do not blink now.
resolve | one hand raised in greeting
- A hand goes up. So does another.
- It was long. It is already shorter.

= plant grow harvest sow
trial | kneeling over dry earth
- Nothing. Water it all the same.
- The earth keeps its answer.
climax | carrying water in both hands
- One handful of water. Half of it arrives.
- Cover it against the cold. Wait.
resolve | beside a small tree with wet leaves
- Two leaves. That is one more than yesterday.
- There it is. It does not know who waited.

= write
trial | among crumpled pages, head low
- No. Not that word. Not that one.
- The page is white again.
climax | writing fast by a candle
- Now it comes. Do not stop it.
- The hand can hardly keep up.
resolve | folding a letter, pen put down
- Fold it once. It is said.
- The last word was a small one.
"""

Stage = tuple[str, tuple[Lines, ...]]

_MUSIC = MUSIC | word_set(
    "sing sings sang sung singing dance dances danced dancing perform performs performed performing"
)
"""What makes playing a performance, and not a game."""

_ARCS: list[tuple[frozenset[str], frozenset[str], dict[str, Stage]]] = []
for _block in re.split(r"^= ", _TABLE, flags=re.MULTILINE)[1:]:
    _head, *_rows = [row for row in _block.splitlines() if row]
    _verbs, _, _things = _head.partition(" + ")
    _stages: dict[str, Stage] = {}
    _stage = ""
    for _row in _rows:
        if _row.startswith("- "):
            _stages[_stage] = (_stages[_stage][0], (*_stages[_stage][1], (_row[2:],)))
        else:
            _stage, _, _pose = _row.partition(" | ")
            _stages[_stage] = (_pose, ())
    _ARCS.append((frozenset(_verbs.split()), _MUSIC if _things == "MUSIC" else frozenset(_things.split()), _stages))


def arc_pose(idea: Idea, beat: str) -> str:
    """Return how the hero is seen in a beat of a tale's second half; '' where its deed is in no list, or for animals.

    Args:
        beat: 'trial', 'climax' or 'resolve'; any other gives '' but to those in a boat.
    """
    pose, _ = _stage_of(idea, beat)
    thing = thing_of(idea)
    if "{" in pose and not thing:
        return ""
    words = thing.split()
    plain = " ".join([words[0], words[-1]]) if len(words) > 1 else thing
    return pose.format(thing=thing, plain=re.sub(r"^an (?=[^aeiou])", "a ", re.sub(r"^a (?=[aeiou])", "an ", plain)))


def arc_lines(idea: Idea, beat: str) -> tuple[Lines, ...]:
    """Return what may be said over `arc_pose`; () where there is none."""
    return _stage_of(idea, beat)[1] if arc_pose(idea, beat) else ()


def thing_of(idea: Idea) -> str:
    """Return the thing of the deed without the hand that holds it: 'a stolen star'; '' for none."""
    carried = carried_in(idea)
    if not carried:
        beast = next((word for word in words_of(idea.clause) if word in BEASTS), "")
        return f"{article_for(beast)} {beast}" if beast else ""
    return re.sub(r"^(?:with|pushing) | (?:in hand|close by|beside|behind|above|on the table)$", "", carried)


def _stage_of(idea: Idea, beat: str) -> Stage:
    if (afloat := afloat_stage(idea, beat))[0]:
        return afloat
    if idea.kind != "tale" or shape_of(idea) or has_beast(idea.name):
        return "", ()
    words = words_of(idea.clause)
    named = {*words, *words_of(idea.name)}
    # The purpose is the deed that the tale is about: 'must cross the desert to return a stolen star'.
    aimed = words[words.index("to") :] if "to" in words and "wants" not in words else words
    for told in (aimed, words):
        for word in told:
            for verbs, things, stages in _ARCS:
                if any(form in verbs for form in bases(word)) and (not things or things & named):
                    return stages.get(beat, ("", ()))
    return "", ()
