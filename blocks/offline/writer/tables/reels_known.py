"""Reels of people, and of places with a name. How to read the table: `reels.parse_reels`."""

from __future__ import annotations

KNOWN = """
= chemist
a laboratory room with tall windows in the morning | a bottle on a table in the first light
- The glass is clean. Nothing has happened yet.
- Everything is in its place. The question is not.
a laboratory room with tall windows at noon | *standing at a table, a glass flask in front
- Glass, and a great deal of patience.
a laboratory room with tall windows at sunset | *bent over a notebook, pencil in hand
- A number. A line through it. Another number.
- The pencil is short. It was not short yesterday.
a dark shed room at dusk | a bottle with a faint glow on a table
- Put out the lamp. Now look again.
- So little light. So much waiting behind it.
a dark shed room at night | a chair in front of a row of glowing bottles
- One chair, and the whole night to sit in it.
a quiet room with a window at dawn | *looking out of the window
- What did it feel like, to be first?
- Outside, nobody knew yet.

= electrician
a dark hall at night | a lamp above a tall coil of copper wire
- Dark, and a faint hum. Stand back a little.
- The air itself seems to wait.
a dark hall at night | *hand on a switch, a lamp beside
- One hand on the switch. The other in a pocket.
a dark hall at night | a lamp struck by a white spark
- There. And already gone.
- You blink, and it is over.
a street with lit windows at dusk | people under the first lamps
- One window. Then the next one.
- Look up. The whole street does.
a small room with an open window in the morning | a chair by a window, birds outside
- Morning, and other company.
a long road under wires at sunset | *walking alone along a road
- Between the poles, a line that sags a little.
- A long way for a thought to travel.

= thinker
a study with books at dusk | a clock over a table of papers
- The clock is louder than the thinking.
a study with books at dusk | *seated at a table, chin in hand
- From outside, it looks like doing nothing.
a road through open fields at noon | *walking slowly, hands behind the back
- Some sentences only come on foot.
- The feet go on. The thought stands still.
a study with books at night | a table with a page of symbols in lamp light
- Strike it out. Begin the line again.
- The page is full. The answer is short.
a dark hill under stars at night | a single tree under the stars
- What holds it all up there?
a study with books in the morning | a notebook left open on a table
- The page stays open at the place.
- The rest of the page is for others.

= stargazer
a hill above the fields at dusk | a small house on a hill
- Wait for the last light to leave.
a hill above the fields at night | *standing on a hill, face to the sky
- Look up until the neck hurts.
the dark of space with stars | the far stars, one of them bright
- One of them moves. Or seems to.
- Count them. Lose count. Begin again.
a study with a lamp at night | a notebook with drawn circles on a table
- A small circle. Beside it, a smaller one.
the moon seen from space | the moon, half in the dark
- From here, it has an edge.
a hill above the fields at dawn | *walking down the hill, hands in pockets
- The stars go out. The notes stay.

= artist
a studio room with a window in the morning | a chair before an empty white canvas
- White, and nothing to hide behind.
a studio room with a window at noon | *standing before a painting, brush in hand
- A step back. A step forward. A step back.
an open field with flowers at noon | a single tree in the yellow field
- The same tree. It is never the same green.
- Quick, before the wind changes it.
a studio room with a window at sunset | a flower on a table, paint all around
- Blue on the cup. Yellow on the sleeve.
a studio room with a lamp at night | a lamp above a half-finished painting
- Is it done? Who could say?
a quiet museum hall in the morning | people before a painting
- Strangers, standing where someone once stood.

= composer
a room with a tall window in the morning | a chair before an open piano
- The lid is open. Nobody has said anything.
a room with a tall window at noon | *seated at a piano, head bent
- Three notes. Again, the same three.
a room with a tall window at sunset | hands over a table of written music
- A dot. A stem. A rest, and the rest matters.
a street with houses on both sides at dusk | *walking, lips moving a little
- It comes along, whether asked or not.
a theatre stage in a spotlight at night | a violinist in the light
- Somebody else breathes in, and begins.
an empty theatre stage at night | a violin on a chair
- The hall is dark. It is still in the air.

= poet
a study with a lamp at dawn | a candle beside a blank sheet on a table
- Nothing on the page. The best moment, and the worst.
a study with a lamp in the morning | *writing at a table, head low
- One word. Then a long look at it.
a street with houses on both sides at noon | people in the street
- They walk past. Some of them stay in the ink.
a room with a tall window at sunset | a letter folded on a windowsill
- A letter, addressed to nobody yet.
a study with a lamp at night | a lamp over crossed-out lines in a notebook
- Four lines gone. One kept.
an old library at noon | a child bent over an open book
- Someone turns the page, and is not here at all.

= naturalist
a forest clearing with tall grass at dawn | birds in the trees
- Sit down. Be nobody for a while.
a forest clearing with tall grass in the morning | *kneeling in the grass, notebook in hand
- The knees are wet. The notebook is dry.
a forest clearing with tall grass at noon | a single flower in the grass
- One of these, drawn from every side.
the sea by a rocky shore at sunset | a ship far off
- What would be different on the other shore?
a study with a lamp at night | a table with leaves and shells
- All of it on one table, asking to be sorted.
an old forest in the morning | *standing under an old tree, looking up
- Look for long enough, and it looks like kin.

= walker
a long road through open fields at dawn | an empty road to the horizon
- A road does not say where it ends.
a long road through open fields in the morning | *walking on, a small bag in hand
- One step is not much. It was enough to start.
a street with houses on both sides at noon | people standing along the street
- Some wave. Some only look.
a small room with a window at dusk | a chair beside a narrow bed
- A night like this has many hours.
a small room with a window at night | a letter under a lamp
- Write it down. Someone may need it.
a hill above the fields at sunset | *standing still, seen from behind
- How do you keep going, when nobody follows?

= stranger
a street with houses on both sides in the morning | a house with a door ajar
- Behind some door like this one.
a quiet room with a window at noon | *standing at a window, seen from behind
- We only ever see a part of anyone.
a table in a room at sunset | a cup beside a folded coat on a chair
- A cup. A coat. The rest has to be asked.
- What people leave on a table says a little.
a long road in the fields at dusk | *walking, a dark shape on the road
- From here it could be anyone.
a quiet room with a lamp at night | a letter beside a lamp
- Who would have written? Who would have kept it?
a quiet room with a window at dawn | an empty chair by a window
- The chair keeps its place.

= father
a kitchen with a window at dawn | a chair by the window, a coat over the back
- Soon the coat is gone. Nobody else is awake.
- The coat is still a little wet.
a workshop table by a window in the morning | *bent over a table, repairing a clock
- Ask him how it works. Stay for the answer.
a workshop table by a window at noon | a table with an open box and small screws
- Everything saved. It might be of use.
a long road in the fields at sunset | *on a bicycle, a child behind
- Hold on. Not so tight. There.
a kitchen with a window at night | a lamp over a folded newspaper on a table
- The paper is folded the way he folds it.
a garden with a tree in the morning | *under a tree, looking up into the leaves
- It was this high when it was planted.

= mother
a kitchen with a window in the morning | a cup on a windowsill
- The window first. Then the kettle.
a garden with a tree at noon | *kneeling beside flowers, earth on the hands
- She says their names as if they could hear.
a quiet room with a lamp at dusk | a chair with a half-knitted scarf
- The needles are crossed at the same row.
a quiet room with a lamp at night | *reading to a child by a lamp
- One more page. It was never one more page.
a street with houses on both sides at dusk | a house with a light on
- You could find that window from anywhere.
a kitchen with a window at dawn | two cups on a table
- Two cups, out of habit.

= fuji everest kilimanjaro matterhorn
a still lake under a mountain at dawn | a small boat on the water
- Somebody is already looking at it.
- Twice: once above the water, once below.
a single cloud over a mountain in the morning | birds under the summit
- Try to draw it from memory. One line will do.
a road below a mountain at noon | a single house below the slope
- Wherever the road turns, it is there.
- You hang the washing, and it is behind you.
a mountain ridge of dark stone at sunset | two people climbing, very small
- From up here, it cannot be seen at all.
a mountain summit above the clouds at dawn | the sun over the edge of the clouds
- Everybody stops talking at the same moment.
a field below a mountain at dusk | a child drawing on a bench, a mountain behind
- One line up. One line down. It is enough.

= street city + old
a narrow street of old houses at dawn | an old house with a wooden door
a street of old houses with domes behind in the morning | birds over the roofs
a street of old stone houses at noon | a tree in a courtyard
a street of old houses at sunset | an old woman with a bag in the street
a bridge over a river between old houses at dusk | people on a bridge
a narrow street of old houses at night | a lantern over a wet pavement
"""
"""Trades of people (`persons.trade_of`), then places that have a name of their own."""
