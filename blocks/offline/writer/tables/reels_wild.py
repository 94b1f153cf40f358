"""Reels of water, earth, sky and what lives there. How to read the table: `reels.parse_reels`."""

from __future__ import annotations

WILD = """
= deep-sea abyss deep
a dark underwater plain | light far above, almost gone
- It looks like snow. It falls like snow.
- Something drifts by. It is in no hurry.
black water, underwater | a pale fish glowing in the dark
- No sun. A light, all the same.
- A light goes on. Nobody touched it.
the dark seabed underwater | a fish waiting above the mud
- To wait, here, is a way of life.
a dark underwater plain | a fish at the edge of a small light
- A little light. Around it, everything not yet seen.
- The light reaches a little way. Then it stops.
black water above the seabed | fish passing through a beam of light
- They pass through the light once, and are gone.
the surface of the sea at night | a ship with one light on
- Up here, the rope comes in, dripping.
- Above, someone writes it down before it fades.

= ocean sea + deep
the open sea at noon | a small boat on the bright water
- A boat, a rope, a weight. That is one way to ask.
- The line goes over the side. It keeps going.
sunlit underwater blue | fish in the blue light
- Just below the surface, it is still today.
dim underwater blue | a fish alone in the dim blue
- Blue, and below the blue, another blue.
dark underwater blue | light from far above, very small
- Look back up. The day is a coin.
- Below this, no morning comes.
the black seabed underwater | a fish with one small light in the dark
- Someone down here has brought a lamp.
- Still the line runs out.
the open sea at dawn | birds over the wide water
- Let the line out a little further.
- From up here, it is all one surface.

= butterfly monarch + migration migrate journey winter
a meadow of flowers at dawn | flowers in the grass, {core} asleep on them
- Cold wings do not fly. So they wait.
- So light. And so far to go.
a meadow of flowers in the morning | flowers in the sun, {core} opening their wings
- Open. Closed. Not yet.
a road through autumn fields at noon | a single tree with {core} on every branch
- One went first. It always looks like that.
a wide river under a grey sky at sunset | birds and {core} over the water
- The river is wide. Nobody turns back.
a mountain ridge in fog at dusk | a tree bent in the wind, {core} on its lee side
- The wind is against them. They sit it out.
an old pine forest in the morning | old trees orange with {core}
- The branches bend. That is how many came.
- Another forest. How would they know the way?

= bird swallow goose stork + go migrate migration winter south fly journey
open fields with bare trees in the morning | a bare tree with an empty nest
- The nest is full of leaves now.
- Last week there was noise here.
open fields with bare trees at noon | birds in a long line over the fields
- They gather. They circle. Then the line forms.
the open sea at sunset | birds low over the water
- Below, no place to sit down.
a mountain ridge at dawn | birds above the summit
- Somebody leads. Then somebody else does.
a wide river with reeds in the morning | birds among the reeds in warm light
- Another river. The same voices.
- Somewhere it is warm, and loud with wings.
open fields with green trees in spring at dawn | birds on a branch of a green tree
- One morning, you wake before the clock.
- And then, on the old branch, a voice.

= bee honeybee bumblebee
a garden with a tree at dawn | flowers closed in the cold light
- Closed. The day has to ask twice.
a meadow of flowers in the morning | flowers in the sun with {core} inside
- Head first, and up to the knees in yellow.
a meadow of flowers at noon | a poppy bending under {core}
- It bends. It springs back. The next one bends.
an orchard with old trees at noon | a tree in blossom with {core}
- Stand under it. The whole tree hums.
old trees in the grass at sunset | a small wooden house for {core} under a tree
- Late. And still they come, heavy and low.
a kitchen with a window in the morning | a cup and a spoon of honey in the sun
- A spoonful. How many flowers was that?

= wolf fox deer bear hedgehog owl badger
a forest meadow with tall grass at dawn | an old tree, footprints in the wet grass
- Someone went through here before you woke.
a pine forest in fog in the morning | {core} between the trees
- A shape. Then only trees.
a pine forest in the morning | {core} listening, head turned
- You were heard long before you arrived.
a hill above a forest at sunset | {core} on the ridge of a hill
- Against the sky, for as long as a breath.
an old forest at dusk | {core} under an old tree
- The light goes, and the real day begins.
a forest with falling snow at night | {core} going away into the trees
- Do not follow. Somebody has somewhere to be.

= cat kitten
a kitchen with a window in the morning | a cat on a windowsill in the sun
- Warm stone, warm fur, half an eye open.
a kitchen with a window at noon | a hand on the back of a cat
- First the hand feels it. Then the ear.
- It starts before the second stroke.
a quiet room with a lamp at sunset | a cat asleep in the lap of a person
- You cannot get up now. That is understood.
a windowsill in the light at dusk | a cat at a window, ears turned
- It stops. Something was heard. It goes on.
a quiet room with a lamp at night | a cat curled on a chair
- A small engine in the dark, idling.
a bedroom with a window at dawn | a cat beside a sleeping child
- Two breaths. One of them hums.

= dog
a street with houses on both sides at dawn | a dog at a window, ears up
- Someone is coming. Only one of us knows it.
a street with houses on both sides in the morning | a dog in an open gate
- Once. A pause. Then the rest of it.
open fields with long grass at noon | a dog running ahead of a child
- A different voice now. This one means: come on.
a hill above the fields at sunset | two dogs, nose to nose
- Much is said. Nothing of it aloud.
a house in the fields at night | a dog in front of a dark house
- Something out there answers. Far off. Then farther.
a quiet room with a lamp at night | a dog asleep beside a chair
- The paws are running. Where to?

= octopus jellyfish shark coral dolphin turtle whale orca seal salmon fish
the surface of the sea at dawn | a small boat on the still water
- Nothing to be seen from here. That means little.
sunlit underwater blue | fish in the light, {core} below them
- Put your face in. Wait until the breath is quiet.
an underwater plain in blue light | fish in the blue, {core} among them
- There was only water. And then there was not.
the seabed underwater | fish by a dark stone, {core} beside it
- You are being looked at. It is only fair.
a dark underwater plain | a fish near {core}, all else dark
- No sound. Or none that is meant for us.
the open sea at sunset | birds over the wide water
- Somewhere below, the evening has been going on for hours.

= volcano lava
a volcano above a valley at dusk | a house under a smoking mountain
- It looks asleep. Everyone here whispers.
a volcano above a valley at night | a red fire on the summit
- First a glow, as if someone lit a lamp inside.
a black mountain at night | fire running down in red streams of lava
- Stone, for a moment, behaves like water.
the sea by a black rocky shore at dawn | fire and steam where red stone meets water
- Fire goes in. A shore comes out.
a grey mountain valley in the morning | a house under grey ash
- Grey on the roof. Grey on the table.
a green valley below a mountain in spring in the morning | a flower in black stone
- Something green has found the crack.

= mars martian
a hill above the fields at night | a person looking up at one red star
- One of them is red. It does not blink.
a red planet seen from space | a red planet, half in shadow
- Nearer, it is no longer a point.
the red desert of mars at dawn | a rocket on the red plain
- A door opens on a place without a sound.
the red desert of mars at noon | an astronaut kneeling in red dust
- Turn over a stone. Look under it. Wait.
a dry red canyon on mars at sunset | the shape of an old river in the dust
- Something flowed here once. Or so it looks.
the red desert of mars at dusk | a far blue star over the red plain
- From here, we are the question.

= space universe galaxy cosmos planet
a hill above the fields at dusk | a child looking up beside a house
- Wait for the first one. Then it is easy.
a hill above the fields at night | a single tree under the stars
- Further than the road. Further than the word far.
a blue planet seen from space | a blue planet with a thin bright edge
- Everyone you ever met is in this picture.
the dark of space with stars | an astronaut, small against the dark
- No up. No down. Only a rope.
the far dark of space | the far stars, one pale cloud among them
- A smudge of light. Hold out a thumb: gone.
a house in the fields at dawn | a person at a window, the last star above
- The kettle boils. It is all still up there.

= moon
open fields at dusk | a large moon behind a single tree
- It comes up larger than it should.
a still lake at night | moonlight on the still water
- One above. One below. Drop a stone.
a house in the fields at night | a child at a window in moonlight
- It follows you from room to room.
the moon seen from space | the moon, half light and half dark
- Nearer, it is grey, and full of rings.
a crater on the moon at noon | the far sun over the edge of a crater
- So bright. And not a lamp in sight.
open fields at dawn | a thin pale moon over the fields
- Day takes over. It stays, like a thumbprint.

= sky rainbow sunset cloud
open fields under a wide sky at dawn | a pale sky, pink at the edge
- It is not blue yet. Keep watching.
open fields under a wide sky in the morning | birds high in the blue sky
- There. When did it happen?
a hill above the fields at noon | a child pointing at the sky
- Point at it. Where exactly does it begin?
a room with a tall window at noon | a bottle on a table, a beam of light, colours on the wall
- Light goes in white. It does not come out so.
open fields under a wide sky at sunset | a red sky over a single tree
- The same air, and now it is red.
open fields under a wide sky at night | a house under the stars
- Dark. The blue was only ever borrowed.

= lake
a still lake at dawn | a small boat tied to a tree
- No wind yet. There are two of everything.
a still lake in the morning | birds landing on the water
- It breaks. It mends itself. Look: mended.
a still lake at noon | a child throwing a stone into the lake
- A ring. Then a wider one. Then none.
a still lake in the rain at sunset | a person with a coat over the head by the lake
- It comes back to where it was.
a still lake under hills at dusk | a house across the lake with one light
- On the other side, somebody lights a lamp.
a still lake at night | a small boat under the stars
- The oars are in. It drifts through the stars.

= river
a mountain valley at dawn | an old tree over a thin stream
- You could step across. So step across.
a narrow river through a forest in the morning | a deer by the river
- It has a voice now. Not yet a name.
a wide river through fields at noon | a bridge over the river
- The same bridge. Never the same water.
a wide river between houses at sunset | a small boat on the river
- It carries whatever is put on it.
a wide river in the rain at dusk | a house close to the high water
- It comes up one step. Then it thinks again.
the sea by a sandy shore at dawn | birds where the river meets the sea
- Which of it is still the river?

= ocean sea wave tide
a sandy shore at dawn | birds along the edge of the water
- It comes. It looks around. It goes.
a rocky shore in the morning | a child with a shell at the ear
- That is not the sea. It sounds like it.
the open sea at noon | a ship at the edge of the water
- Where it ends, another one starts. Or the same one.
a rocky shore in a storm at sunset | waves over a lighthouse
- Now it means it.
a rocky shore at night | a lantern on a stone above the water
- In the dark, it is all sound.
a sandy shore at dawn | a bottle left by the tide
- It takes. And now and then it gives back.

= rain storm thunder lightning weather
a wide field under dark clouds in the morning | a single tree under a dark sky
- The birds have stopped. That is the sign.
a street with houses on both sides in the rain at noon | people running in the rain
- Everyone is suddenly in a hurry.
a room with a window in the rain at noon | a cup on a windowsill, drops on the glass
- Pick two drops. See which one wins.
a wide river in the rain at dusk | a small boat on the swollen river
- It was in the sky this morning.
a hill above the fields in a storm at night | a house under a white flash
- Count. One. Two. Three. Now.
open fields with wet grass at dawn | a flower bent with drops
- Everything is heavier, and very clean.

= forest tree jungle rainforest
a garden with a tree in the morning | a child with a seed in the hand
- All of it is in here. Close your hand.
a forest clearing in spring in the morning | a small green tree in the grass
- It leans to where the light gets in.
an old forest at noon | an old tree, bark and moss
- Under the bark, every year is written down.
an old forest at noon | birds in the crown of a tall tree
- Up there it is windy. Down here, nothing.
an old forest in fog at dusk | a fallen tree with young shoots
- It fell. It is still the busiest tree here.
a pine forest with falling snow at night | a deer between white trees
- Snow, and each trunk alone with its own dark.
"""
