# ruff: noqa: RUF001 (letters of other scripts are what it is about)
"""What an idea in another language shows: a few picture words in several languages, put into the painter's English.

Nothing is told with them: they choose the place, the hour and who is seen, so that a film in a language that the
writer cannot inflect still looks like its idea. Scripts without spaces are searched as they stand. Called by
`blocks/offline/writer/writer.py`.
"""

from __future__ import annotations

import re
import unicodedata

_LISTED = """
sea: meer mer mar mare zee море 海 البحر بحر deniz hav
night: nacht nuit noche notte noite ночь ночи 夜 ليل الليل gece natt
moon: mond lune luna lua maan луна луны 月 القمر قمر ay måne
star: stern sterne étoile étoiles estrella estrellas stella stelle estrela звезда звёзды 星 نجمة النجوم
snow: schnee neige nieve neve sneeuw снег снегу 雪 ثلج الثلج kar snö
rain: regen pluie lluvia pioggia chuva дождь дождя 雨 مطر المطر yağmur regn
forest: wald forêt bosque foresta bosco floresta bos лес лесу 森 غابة الغابة orman skog
mountain: berg berge montagne montaña montagna montanha гора горы 山 جبل الجبل dağ
city: stadt ville ciudad città cidade город города городе москвы москва
city: paris stad 街 町 都市 城市 مدينة المدينة şehir
desert: wüste désert desierto deserto woestijn пустыня 砂漠 沙漠 صحراء الصحراء çöl
keeper: leuchtturmwärter 灯台守 смотритель farero
light: licht lumière luz luce свет 光 ضوء
lighthouse: leuchtturm leuchtturmwärter phare faro farol vuurtoren маяк 灯台 灯塔 منارة
field: feld wiese champ champs campo prado veld поле 畑 野原 田野 حقل tarla
river: fluss fleuve rivière río fiume rio rivier река 川 河 نهر النهر nehir
ship: schiff navire barco nave navio schip корабль 船 سفينة gemi
boat: boot bateau barca лодка ボート 小舟 قارب
train: zug tren treno trem trein поезд 電車 汽車 火车 قطار
house: haus maison casa huis дом 家 房子 بيت ev hus
window: fenster fenêtre ventana finestra janela raam окно 窓 窗 نافذة
book: buch livre libro livro boek книга 本 书 كتاب kitap
letter: brief lettre carta lettera письмо 手紙 信 رسالة
bottle: flasche flaschenpost bouteille botella bottiglia garrafa fles бутылка 瓶 زجاجة
man: mann homme hombre viejo uomo homem старик мужчина 男 老人 رجل الشيخ adam
woman: frau femme mujer donna mulher vrouw женщина 女 امرأة kadın kvinna
girl: mädchen fille niña ragazza bambina menina meisje девочка девушка 少女 女孩 فتاة kız flicka
boy: junge garçon niño ragazzo bambino menino jongen мальчик 少年 男孩 ولد pojke
grandmother: großmutter oma grand-mère abuela nonna avó бабушка 祖母 おばあさん 奶奶 جدة
grandfather: großvater opa grand-père abuelo nonno avô дедушка 祖父 おじいさん 爷爷 جد
cat: katze chat gato gatto kat кошка кот 猫 قطة kedi
dog: hund chien perro cane cachorro hond собака 犬 狗 كلب köpek
fox: fuchs renard zorro volpe raposa vos лиса 狐 狐狸 ثعلب tilki räv 🦊
bird: vogel vögel oiseau oiseaux pájaro pájaros uccello pássaro птица птицы 鳥 鸟 طائر kuş fågel
whale: wal baleine ballena balena baleia walvis кит 鯨 クジラ 鲸 حوت balina
fish: fisch poisson pez pesce peixe vis рыба 魚 鱼 سمك balık
child: kind enfant criança bambino ребёнок 子供 孩子 طفل
tree: baum arbre árbol albero árvore boom дерево 木 树 شجرة ağaç
robot: roboter robô робот ロボット 机器人 روبوت
garden: garten jardin jardín giardino jardim tuin сад 庭 花园 حديقة
street: straße strasse rue calle strada rua straat улица улицы 通り 街道 شارع sokak
old: alt alte alten vieille vieux antica velho oude старой старый старая 古い 老 eski
home: zuhause maison hogar 家 domicile
painting: gemälde tableau tableaux cuadro quadro картина 絵 画
"""

_WORDS: dict[str, tuple[str, ...]] = {}
for _line in _LISTED.strip().splitlines():
    _english, _words = _line.split(": ")
    for _word in _words.split():
        _WORDS[_word] = (*_WORDS.get(_word, ()), _english)

_SEEN: dict[str, str] = {
    "keeper": "a lighthouse keeper",
    "child": "a child",
    "man": "an old man",
    "woman": "a woman",
    "girl": "a girl",
    "boy": "a boy",
    "grandmother": "a grandmother",
    "grandfather": "a grandfather",
    "cat": "a cat",
    "dog": "a dog",
    "fox": "a fox",
    "whale": "a whale",
    "robot": "a robot",
}
"""Who may be shown as a character, in the words of the picture."""

_THINGS: dict[str, str] = {
    "bottle": "a bottle in the sand",
    "letter": "a letter on a table",
    "book": "an open book",
    "boat": "a small boat",
    "ship": "a ship far off",
    "train": "a train",
    "house": "a house with a light on",
    "window": "the light in a window",
    "painting": "a chair before a painting",
    "tree": "an old tree",
    "bird": "birds in the sky",
    "fish": "a fish",
    "garden": "flowers in a garden",
    "moon": "the moon above a house",
    "star": "stars above a single tree",
    "street": "an old street with houses",
    "home": "a house with a light on",
}
"""What may be shown without anybody, in the words of the picture."""

_SPACED = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
_SPACELESS = frozenset({"CJK", "HIRAGANA", "KATAKANA"})


def english_words(idea: str) -> tuple[str, ...]:
    """Return the picture words of an idea in English, each once, in the order of the idea where it has spaces.

    A word of one letter is found in a script without spaces only.
    """
    text = unicodedata.normalize("NFC", idea.lower())
    found = [english for word in _SPACED.findall(text) for english in _WORDS.get(word, ())]
    spans: list[tuple[int, str]] = []
    for word in sorted(_WORDS, key=lambda word: (-len(word), word)):
        if _spaceless(word) and (at := text.find(word)) >= 0:
            # The longest word counts: the sign for 'woman' is half of the one for 'girl'.
            text = text.replace(word, " " * len(word))
            spans += [(at, english) for english in _WORDS[word]]
    return tuple(dict.fromkeys([*found, *(english for _, english in sorted(spans))]))


def seen_in(words: tuple[str, ...]) -> str:
    """Return who is seen, of an idea's English picture words, as `Scene.characters` names them; '' for nobody."""
    return ", ".join(_SEEN[word] for word in words if word in _SEEN)


def things_in(words: tuple[str, ...]) -> tuple[str, ...]:
    """Return the things that an idea's English picture words name, as they are shown; each once."""
    return tuple(dict.fromkeys(_THINGS[word] for word in words if word in _THINGS))


def _spaceless(word: str) -> bool:
    first = unicodedata.name(word[0], "").split(" ")[0]
    return first in _SPACELESS or not word[0].isalpha()
