"""Reels of what is made, played, written, driven and thought. How to read the table: `reels.parse_reels`."""

from __future__ import annotations

MADE = """
= coffee
a green hill in fog at dawn | a tree with red berries on a branch
- Red, and small, and not yet anything.
- Somebody had to try it first. But who?
a stone yard under the sun at noon | people turning beans with long rakes
- Turn it. Wait. Turn it again.
the sea by a rocky shore in the morning | a ship with sacks on deck
- Sacks, and salt, and weeks of water.
a dark kitchen at dusk | a person before a fire, an old iron pot on it
- It crackles twice. The second time is the one.
an old coffee room with candles at night | people around a candle on a table
- One cup, and the talk gets longer.
- How many plans began at such a table?
a small cafe room with a window in the morning | a cup with steam in the light of a window
- Here it is. It took only a moment.

= tea
a green hill in fog at dawn | people picking leaves on a hill
- Two leaves and a bud. Then the next.
a long room with tables at noon | a table with leaves drying in the shade
- The leaf curls. Nobody tells it how.
a road over a mountain pass at sunset | a horse with bundles on a mountain path
- So light a thing, on so steep a road.
a quiet room at dusk | a person with both hands around a bowl
- First the bowl. Then the water. Then the wait.
a kitchen with a window at night | a cup under a lamp
- The leaf opens again, as if remembering.
a garden with a tree in the morning | two cups on a garden table
- One for you. One for whoever comes.

= bread wine cheese beer
open fields with long grass at dawn | a person walking through tall wheat
- All summer to get this high.
a mill by a river in the morning | a windmill on a hill
- Stone on stone, and something soft between.
a kitchen with a window at noon | a table with flour and two hands
- Fold. Turn. Wait. Fold again.
a dark kitchen at dusk | a person before a glowing oven
- Now it is out of our hands.
a kitchen with a lamp at night | a lamp over a table with a cloth
- It is working, under there, while we sleep.
a kitchen with a window in the morning | people around a table, passing a plate
- Broken, and passed on. It does not keep.

= glass steel iron porcelain pottery ceramics sword bell
a sandy shore at dawn | a person kneeling in the wet sand, hands full
- This is all there is, to begin with.
a dark workshop room in the morning | a lamp beside a glowing furnace
- The fire has been burning since yesterday.
a dark workshop room in the morning | a person before a fire, a long iron rod in hand
- Orange. Soft. There is a minute, not more.
a dark workshop room at noon | a person turning a glowing shape, a fire behind
- Turn it. If you stop turning, it falls.
a workshop table by a window at sunset | a table with a cooling shape of {core}
- Now nobody touches it. That is work, too.
a room with a tall window in the morning | a table in the sun with a piece of {core}
- It stands in the light, as if it were nothing.

= quantum computing computer algorithm ai intelligence data software internet cryptography
a dark room with rows of small lights at night | a chair before rows of small lights
- Row upon row. Something hums, and it is thinking.
- Nobody is here. It is busy all the same.
a cold white room at dawn | a lamp over gold wires in a glass case
- Gold, and cold, and very still.
a dark room with a screen at dawn | a person before a wall of blue figures
- The figures scroll. A cup goes cold beside them.
a room with a table by a window in the morning | a table with one coin spinning in the light
- Neither yes nor no. Not yet.
- As long as it spins, it is both.
a room with a tall window at noon | a person drawing a long line of symbols
- A line is crossed out. The next one stays.
a dark room with rows of small lights at dusk | a lamp switched off beside rows of lights
- The lights go out, one row at a time.

= music song opera orchestra + without
an empty theatre stage in a spotlight at dusk | an empty chair on the stage
- One chair. Nobody is coming to sit in it.
a room with a window at dusk | a violin on a table, its case closed
- The case is closed. What was in it?
a street with lit windows at night | people walking past each other
- Everyone walks at a different speed.
a quiet room with a table at night | people around a table, looking down
- A cake, the candles, and nobody knows what comes next.
a bedroom with a lamp at night | a child awake beside a lamp
- Nothing to fall asleep to but the clock.
a kitchen with a window at dawn | a person at a window, tapping on a cup
- A finger on a cup. Again. There it is.

= jazz blues swing saxophone trumpet
a small dark club room at dusk | a chair turned up on a table
- The chairs are still on the tables.
a small club room in low light at night | a chair with a trumpet on it
- It is cold metal. It has to be breathed on.
a small club room in low light at night | a musician with both hands on the keys of a piano
- The hand knows before the head does.
a small club room in low light at night | a musician with a saxophone in a beam of light
- Nobody planned this part. It is going well.
- Four bars to say it. Then somebody else.
a small club room in low light at night | a musician with a double bass in the shadow
- You do not hear it. You would miss it.
an empty street in the rain at dawn | a musician with a case under a street lamp
- The street is still in four.
- It is over. The foot has not noticed.

= music song piano violin guitar tango flamenco opera
a room with a tall window in the morning | a child with a violin
- The first hour. Everyone closes a door.
a room with a tall window at noon | a violin under the chin of a musician
- Wood, breath, wire. And then something else.
a theatre stage with one light at dusk | an empty chair on the stage
- An empty chair, and a light on it.
a theatre stage in a spotlight at night | a violinist in the light
- Before the first note, everything is possible.
a dark theatre hall at night | people listening in the dark, one row lit
- Nobody coughs. It is a kind of agreement.
a street with lit windows at night | a person walking home, humming
- Half the street will have it by tomorrow.

= alphabet writing script calligraphy language
a dark desert cave at night | a person with a hand on a stone wall, a fire beside
- I was here. It says no more than that.
a desert village in the morning | a person pressing a reed into wet clay
- A mark for a sheep. A mark for a jar.
- Three strokes. And somebody far away will know.
a rocky shore with a ship at noon | a ship with jars in the harbour
- A sign is light. It travels with the cargo.
a quiet room with a candle at dusk | a monk bent over a page by a candle
- The same letter, a thousand times, and never bored.
a workshop room at noon | a table with rows of small letters in lead
- Backwards, in lead, and all of them waiting.
a school room with a window in the morning | a child writing one letter, tongue out
- A stroke down. A round one. There.
- Whose names did nobody keep?

= train railway locomotive tram
a railway line through open fields at dawn | a lantern on an empty platform
- A platform is a place for waiting.
a railway line through open fields in the morning | a train far off, white smoke above
- First a tremble in the rail. Then the sound.
a small railway station at noon | a locomotive in white steam, people beside
- Everyone steps back, and leans forward.
a dark cab of an engine at noon | a fire behind an iron door, a man with a shovel
- Fire. Water. Iron.
a railway bridge over a river at sunset | a train on a bridge, smoke leaning back
- Smoke leans back. Everything else leans forward.
a railway line through open fields at night | a small red light of a train, going away
- A red light. A smaller one. Nothing.

= silence solitude loneliness meditation patience boredom
a street with lit windows at dusk | people in the street
- Begin here, where there is none of it.
a bare wooden room at dusk | a person with a hand on a closed door
- The door closes. Wait until it has finished closing.
a quiet church hall at dawn | an empty chair in a beam of light
- Here even a step sounds like a word.
open fields in falling snow in the morning | a single tree in the snow
- Snow has a way of asking everyone to stop.
a small room with a window at night | a person sitting with a candle
- Now there is only breath, and then the gap.
a still lake at dawn | a small boat without oars on the lake
- Say nothing for a moment.

= sleep sleeping dream insomnia
a bedroom with a dark window at dusk | a lamp beside a bed
- The day is folded over a chair.
a bedroom with a dark window at night | a child with eyes closed, head on a pillow
- Breath in. A long way down. Breath out.
a bedroom with a dark window at night | a person asleep, one hand open in the moonlight
- A hand opens, on its own.
a wide field under a strange moon at night | a person floating above a field
- Are those stairs? Is that the sea?
a bedroom with a dark window at night | a clock beside a bed, its hands at three
- The clock goes on. Nobody is using it.
a bedroom with a window at dawn | a person sitting up in a bed, light on the face
- Where have you been? It is gone already.

= light painting + painting
a studio room with a window at dawn | a chair before an empty white canvas
a studio room with a tall window in the morning | a chair in the long light of a window
a studio room with a window at noon | a person with a brush before a painting
a quiet museum room at noon | a candle painted in a dark frame
a quiet museum hall at sunset | people before a painting in golden light
a studio room with a lamp at dusk | a lamp above a painting

= * + history
an old library in the morning | an open book with a drawing of {core}
- A drawing, in ink, by someone patient.
- Turn back far enough, and there is a first page.
a workshop room with a lamp in the morning | a person bent over the parts of {core}
- Somebody tried. It did not work. It nearly did.
a village with a house at noon | people around {core}, a child in front
- The neighbours came out to look.
a quiet room with a window at sunset | a lamp beside an old photograph of {core}
- Everyone in it looks straight at us.
a quiet museum hall at dusk | people before {core} behind glass
- Now it has a label and a lamp.
a street with houses on both sides in the morning | a child beside {core}
- For someone, this is the first time.

= * + made make making built
a workshop room with a lamp at dawn | a lamp over an empty table
- An empty table. That is the first step.
a workshop table by a window in the morning | a table with rough pieces for {core}
- Nobody could guess yet what this will be.
a workshop table by a window at noon | hands at work on a table
- Watch the hands. They never explain themselves.
a workshop room at sunset | a table with tools in the red light
- There is a right moment. You learn it by missing it.
a dark workshop room with a lamp at night | a lamp over {core}, half finished
- Half done. It looks worse than nothing.
a room with a window in the morning | a table with {core} in the morning light
- Done. The table is empty again by noon.
"""
