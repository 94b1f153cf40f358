"""Reels of places: famous ones, abandoned ones, those of a childhood and those where someone works. How to read the
table: `reels.parse_reels`.

A place left behind is shown by its own fittings, each with the sign of decay; a childhood has its child in it and ends
in the present; whoever owns a place is seen at the work that is done there. No picture repeats a noun of its place.
"""

from __future__ import annotations

PLACES = """
= venice
the sea by old stone houses in fog at dawn | a small boat between mooring posts
- The water goes where streets would go.
- A sound first. Then a town, slowly.
a narrow canal between old houses in the morning | washing on a line above the water
- Somebody's shirts, above everybody's street.
- The washing has the better view.
a canal by a market street at noon | a boat full of fruit, a striped cloth above
- Lemons come by water. So does gossip.
a wide square by the sea at sunset | birds around a stone lion on a column
- He has seen them all arrive.
a flooded square of old houses at dusk | a person in wet shoes, a face in the water below
- Look down. Someone looks back, and wavers.
a dark canal at night | one lamp above a boat tied to a post
- Rope, wood, wet stone.
- A boat knocks, as if to be let in.

= amsterdam bruges canal canals
a canal between narrow houses at dawn | a small boat under a cloth
- Every house here stands beside another, upside down.
a narrow street by the water in the morning | a bicycle against a tree
- It leans there, sure that it will be fetched.
a canal with trees at noon | a child throwing bread to birds
- The loudest one gets the least.
a quiet room above the water at sunset | a cat in a window, flowers beside
- The ceiling moves. It is only the water.
a wide canal in front of lit houses at dusk | a lit boat passing, people at a table
- A table goes by. They are at the soup.
a canal in the rain at night | one lamp, its light in rings on the water
- Every drop puts it out, and fails.

= paris
a street of tall houses at dawn | a person with a broom on the wet pavement
- Before it is looked at, it is swept.
a small cafe with a window in the morning | a cup on a round table, an empty chair beside
- Here, chairs are turned to the street.
a river between stone walls at noon | people with books at a stall
- Somebody's shelf, sold by the handful.
a garden with old trees at sunset | two chairs under the leaves
- They were moved closer. Somebody had something to say.
a roof above the city at dusk | a cat between chimneys
- The best rooms have no ceiling.
a bridge over a river at night | two people at the railing, lights below
- Nobody here is in a hurry to cross.

= rome athens
a hill above old houses at dawn | a tree beside a broken column
- It holds up nothing. Still, it stands.
a narrow street of old houses in the morning | a cat asleep on a stone head
- Fame is warm at this hour.
a square of old stone at noon | a child drinking from a fountain
- Cold, even now. A hand for a cup.
a ruin with tall arches at sunset | birds in and out of the stone
- The new tenants do not ask who built it.
a street of old houses at dusk | people around a table under a lamp
- Plates, hands, and all of them talking.
a ruin under stars at night | a flower between two stones
- It found a crack. That was enough.

= station railway train platform + abandoned empty deserted forgotten disused derelict
an old ticket hall with broken windows at dawn | an empty chair under a torn timetable
- Every line of it has come and gone.
a track through tall grass in the morning | a tree growing between the rails
- It stands where nothing used to be allowed to.
an old ticket hall with broken windows at noon | a lamp above a counter, the shutter down
- Knock. There is nobody left to say no.
an old ticket hall with broken windows at sunset | a clock without hands on a wall
- No hands. It is in no hurry.
a waiting room with a broken window at dusk | a chair, a suitcase left on it, leaves all over
- Put down for a moment. A long one.
a track through tall grass at night | a rusty lantern on a post, unlit
- Neither stop nor go. Whatever you like.

= school classroom kindergarten + abandoned empty deserted forgotten disused derelict
tall grass before an old school in the morning | a tree grown through a rusty gate
- It is late. It does not ring.
a school room with broken windows at noon | rows of small chairs, one on its side
- Whose was the one at the back?
a school room with broken windows at noon | a table before a blackboard, half a word in chalk
- Half a word. The bell must have come.
a long hall full of leaves at sunset | a chair under empty hooks, one small coat
- One coat. It would fit nobody now.
a yard behind an abandoned building at dusk | a tree with half a swing, one chain broken
- The grass has grown where the feet went.
a school room at night | an open book, swollen with rain
- The rain has read it twice.

= factory mill mine mines workshop shipyard warehouse + abandoned empty deserted forgotten disused derelict
an abandoned building at dawn | a tree on top of a tall chimney
- Birds brought it up there, in pieces.
a dark hall with broken windows in the morning | a chair before rusty machines, moss on the iron
- They were so loud. Moss is not.
a dark hall with broken windows at noon | a lamp over an iron wheel, a glove on it
- Taken off for a minute.
a changing room at sunset | a cup behind an open iron door
- A cup, washed. It was going to be needed.
a field of high grass at dusk | a car under leaves, rust on the doors
- Loaded once more, and only with leaves.
an abandoned building at night | birds on a roof of broken glass, a moon above
- The night shift has feathers.

= house mansion villa farm hotel castle home hospital church + abandoned empty deserted forgotten disused derelict
tall grass at dawn | a house behind a gate on one hinge
- It is neither open nor closed. It hangs.
a room with a broken window in the morning | a chair, a plant grown through the seat
- It was left a chair, and took it.
a dusty kitchen at noon | a table with two plates, dust on them
- Two plates. The meal is taking long.
an old room with a window at sunset | a clock beside a pale square on the wall
- The wall remembers who looked down from it.
a field in the rain at dusk | a house, the roof half gone
- The rain comes in, and looks around.
an abandoned room in the moonlight at night | a bed under a hole in the roof
- There are stars over the bed now.

= library bookshop book books + childhood
a library room with tall shelves in the morning | a child on the floor, a book on the knees
- The floor was better than any chair.
a library room with tall shelves at noon | a child reaching up, on the toes
- The good ones were always one shelf higher.
a quiet room at sunset | a book beside a stamp, a card of dates in it
- Stamped. It is yours for a while.
a street with houses on both sides at dusk | a child walking along, nose in a book
- Mind the lamp post. It never minds you.
a dark bedroom at night | a child under a blanket, a lamp on a page
- One more page. The light gives it away.
a library room with tall shelves in the morning | a grown woman kneeling, a small old book in hand
- It was bigger then. So was the shelf.

= school classroom teacher + childhood
a street with houses on both sides at dawn | a child under a bag too big for the back
- The bag is almost the taller one.
a school room with a window in the morning | a child among others, one arm up
- Pick me. No. Not now.
a school room with a window at noon | a desk, a name cut into the wood
- It took a whole winter of arithmetic.
a yard with a tree at noon | children running, one behind
- Whoever is last is it. Somebody is always last.
a kitchen with a lamp at dusk | a child bent over a page, pencil in mouth
- Wrong again. The pencil tastes of wood.
a school room with a window in the morning | a grown man on a very small chair
- The knees do not fit. Everything else does.

= house home kitchen room attic farm + childhood
a house with a garden in the morning | a child on the steps, shoes in hand
- Sit here, and the whole day is in front.
a kitchen with a window at noon | a child under a table, a cat beside
- Under here is a country with four pillars.
a quiet room at sunset | a chair beside pencil marks on a wall
- This high. Then this high. Then nobody asked.
a dark room at dusk | a child on the stairs, listening
- They talk lower when they talk of you.
a bedroom with a lamp at night | a child in bed, a shadow like a bear on the wall
- It was a coat last night, too.
a house with a garden in the morning | a grown man at the gate, a key in hand
- The key still turns. That is nearly worse.

= garden orchard forest field village river lake sea beach island summer summers street city town childhood + childhood
a meadow under a wide sky in the morning | a child running, arms out
- Home is wherever the shouting comes from.
a tree in tall grass at noon | a child high up on a branch
- Up was easy. Nobody had mentioned down.
a narrow path by a lake at noon | a bottle with a small fish in it
- It was going to live for ever, in there.
a street with houses on both sides at sunset | two children, one bicycle
- It was too big. You stood on it.
a meadow under a wide sky at dusk | a child with a light in both hands
- Hold it so. Now look in, with one eye.
a tree in tall grass in the morning | an old woman with a hand on the bark
- You have grown. So it says, too.

= bakery bread baker + war
a street with dark windows at night | a lamp behind a heavy cloth
- The oven is awake before the street.
a small bakery in warm light at dawn | *hands in flour at a table
- Flour on the hands. Flour in every line.
a small bakery in warm light in the morning | *shaking the last flour out of a sack
- Bang it twice. There is always a little more.
a dark kitchen at noon | *before a glowing oven, bread on a long board
- Inside it is warm. Inside, that is enough.
a bakery window above a quiet street at sunset | *handing out bread at a door
- Half a loaf each. She counts in faces.
a small bakery in warm light at night | a table with one loaf under a cloth
- One is kept back, for a name.

= bakery bread baker
a dark street at night | a house with a light on
- One house is lit. The rest can wait.
a small bakery in warm light at dawn | *hands in flour at a table
- The dough is asked twice, and gives way.
a small bakery in warm light in the morning | *before a glowing oven, bread on a long board
- A face full of heat. Now. No: now.
a table by a window in the morning | bread in long rows, steam above
- The crust talks a little as it cools.
a bakery window above a quiet street at noon | *handing out bread at a door
- The end piece goes to the smallest.
a small bakery in warm light at dusk | a table with a broom beside, flour on the floor
- In the flour, every step leads to the oven.

= workshop garage forge smithy shed boatyard
a workshop with a window at dawn | a table of tools, a gap between two
- Each has its place. One is out.
a workshop table by a window in the morning | *bent over a piece of wood, plane in hand
- A long curl, and the smell of it.
a workshop with a lamp at noon | *hammering, sparks around
- The third blow is the one that counts.
a workshop table by a window at sunset | a cup full of screws
- There is one that fits. There always is.
a workshop with a lamp at dusk | *showing a child how to hold a hammer
- Lower. Let it do the falling.
a workshop with a window at night | a chair, a leather apron over the back
- It has kept the shape of the shoulders.

= garden orchard farm vineyard allotment
a garden at dawn | a tree, a spade in the earth below
- It marks where yesterday stopped.
a garden with a tree in the morning | *kneeling, pressing earth around a small plant
- Not too deep. It has to come up.
an orchard in the morning | *reaching up for an apple, basket below
- Turn it. If it comes, it was ready.
a quiet room with a window at noon | a table of seeds in paper bags
- All of next summer, in the drawer.
a garden with a tree at sunset | *carrying two cans of water
- Two cans. Ten steps. All evening long.
a garden in the rain at dusk | a chair by a door, wet boots under it
- Now the sky takes over.

= cafe restaurant inn tavern kitchen canteen
a small cafe with a window at dawn | chairs turned up on a table
- The day is still upside down.
a kitchen with a window in the morning | *cutting onions at a table, eyes wet
- It is the onion. It is always the onion.
a kitchen with a window at noon | *stirring an iron pot over a fire
- A spoon, a breath, a taste. More salt.
a small cafe with a window at sunset | *carrying three plates at once
- The elbow opens the door. It has learned to.
a small cafe with a window at night | people around a table under a lamp
- They came for soup. They stay for the corner.
a kitchen with a lamp at night | a chair under a row of pans on hooks
- Everything back on its hook, except the day.
"""
