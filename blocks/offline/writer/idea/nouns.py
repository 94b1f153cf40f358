"""Lists that decide how a word is written: names with a capital, things that can be counted, common adjectives.

Called by `blocks/offline/writer/idea/casing.py` and `matter.py`.
"""

from __future__ import annotations

from studio.text.words import word_set

GIVEN_NAMES = word_set(
    "marie ada albert isaac nikola leonardo vincent frida pablo claude johann ludwig wolfgang william charles emily"
    " virginia jane nelson martin rosa amelia anna maria john paul george ringo david michael mary elizabeth victoria"
    " alexander julius galileo johannes niels max richard alan grace florence clara franz frederic igor dmitri leo"
    " fyodor anton simone jean jacques rene blaise louis napoleon joan catherine peter hannah sophie thomas henry james"
    " robert joseph abraham mahatma indira akira hayao yoko rabindranath chinua toni maya james neil yuri valentina"
)
LANDS = word_set(
    "venice rome paris london tokyo lisbon istanbul mumbai shanghai vienna prague barcelona amsterdam chicago berlin"
    " york moscow kyoto taipei mongolia japan iceland norway egypt india china france italy spain portugal greece"
    " turkey kenya peru chile brazil mexico canada ireland scotland england wales sweden finland denmark poland africa"
    " asia europe america antarctica fuji everest himalaya sahara amazon nile ganges danube siberia patagonia alaska"
    " hawaii cairo delhi athens florence naples seoul beijing sydney havana marrakesh timbuktu machu petra jerusalem"
    " budapest dublin edinburgh glasgow oslo stockholm helsinki copenhagen warsaw krakow hamburg munich madrid sevilla"
    " seville granada porto milan turin genoa nepal tibet vietnam thailand indonesia bali morocco ethiopia"
)
NAMES = (
    GIVEN_NAMES
    | LANDS
    | word_set(
        "mars venus jupiter saturn neptune uranus mercury january february april june july september october november"
        " december monday tuesday wednesday thursday friday saturday sunday christmas easter god english french german"
        " italian spanish russian chinese japanese indian american african greek roman turkish arab"
    )
)
COMMON = word_set(
    "red blue green yellow black white grey gray brown orange purple pink golden silver old young new small big little"
    " tiny huge great tall long short lonely lost last first broken empty forgotten hidden secret stolen wooden paper"
    " iron steel stone glass plastic tin copper brass leather woollen silk cotton cardboard rubber clay burning frozen"
    " flying singing dancing sleeping sunken rusty dusty dark bright deep quiet silent loud wild tame blind deaf mute"
    " happy sad angry hungry stubborn brave clever lazy shy proud poor rich kind gentle strange magic enchanted cursed"
    " abandoned ancient modern slow fast hot cold warm wet dry round square flat heavy light soft hard sweet bitter"
    " unfinished invisible endless tired retired one-legged half-finished single double second third steam toy pocket"
    " city country street winter summer autumn spring night morning evening sea river mountain forest desert"
)
"""Adjectives, materials and seasons: with a capital only where an idea begins with them."""
COUNTED = word_set(
    "boat ship raft canoe kite clock watch lamp lantern candle bottle letter book map key coin ring stone star shell"
    " feather compass umbrella suitcase balloon camera telescope violin piano guitar drum flute bell box toy doll"
    " puppet button needle shoe boot hat coat dress scarf glove mirror window door chair table bed bench spoon knife"
    " cup bowl plate kettle ladder wheel cart wagon bicycle car train tram bus plane aeroplane airplane rocket tractor"
    " robot machine typewriter radio telephone lighthouse windmill tower bridge castle house cottage cabin hut tent"
    " barn garden orchard staircase room library bakery station tree flower seed leaf apple pear lemon pumpkin rose"
    " poppy butterfly bee moth spider ant snail frog toad crow raven owl swan bird fox wolf dog cat bear deer horse"
    " donkey goat sheep cow pig hen rabbit hare mouse elephant tiger lion monkey whale dolphin seal turtle snowman"
    " scarecrow statue painting photograph postcard notebook pencil pen brush crown sword shield mask flag drum"
    " carousel circus island volcano glacier waterfall river mountain comet planet desert forest"
)
"""Things of which there can be one: 'a lighthouse'."""
