"""People with a name: what a few well-known ones did and wore, and how anyone else is shown.

Only what a picture needs: a trade, which chooses the reel, and a figure. Whoever is not listed is seen from behind, for
no face or coat of theirs is known. Called by `blocks/offline/writer/reels.py` and `looks.py`.
"""

from __future__ import annotations

from blocks.offline.writer.places import words_of

_LISTED = """
chemist: woman: curie franklin hodgkin
chemist: man: pasteur lavoisier nobel mendeleev fleming
electrician: man: tesla edison faraday volta marconi maxwell
thinker: man: einstein newton turing bohr planck feynman hawking euler gauss pythagoras archimedes descartes kant
thinker: woman: lovelace noether hypatia hopper meitner johnson germain
stargazer: man: galileo copernicus kepler hubble gagarin armstrong sagan
stargazer: woman: leavitt herschel tereshkova mitchell
artist: man: vinci leonardo vincent gogh monet picasso rembrandt vermeer hokusai michelangelo matisse cezanne dali klimt
artist: woman: kahlo frida morisot gentileschi cassatt hilma
composer: man: mozart beethoven bach chopin vivaldi schubert brahms verdi debussy satie tchaikovsky stravinsky mahler
composer: woman: clara hildegard boulanger
poet: man: shakespeare dickens kafka tolstoy dostoevsky goethe cervantes borges neruda chekhov tagore homer dante
poet: woman: austen woolf dickinson bronte plath angelou morrison shelley sappho
naturalist: man: darwin humboldt linnaeus audubon mendel thoreau muir
naturalist: woman: goodall merian carson
walker: man: gandhi mandela king lincoln shackleton amundsen scott livingstone polo
walker: woman: parks nightingale joan earhart tubman
"""

_TRADES: dict[str, tuple[str, str]] = {}
for _line in _LISTED.strip().splitlines():
    _trade, _sex, _names = _line.split(": ")
    for _name in _names.split():
        _TRADES[_name] = (_trade, _sex)

_WORN = {
    "man": ("a thin man in a dark suit", "a man in a long black coat", "a man in a brown coat"),
    "woman": ("a woman in a long dark dress", "a woman in a grey dress", "a woman in a dark green dress"),
}
_KIN = {
    "father": "father",
    "grandfather": "father",
    "grandpa": "father",
    "uncle": "father",
    "brother": "father",
    "son": "father",
    "husband": "father",
    "mother": "mother",
    "grandmother": "mother",
    "grandma": "mother",
    "aunt": "mother",
    "sister": "mother",
    "daughter": "mother",
    "wife": "mother",
}


def trade_of(name: str) -> str:
    """Return the word that chooses a person's reel: a trade, 'father' or 'mother' of a relation, else 'stranger'."""
    words = words_of(name)
    proper = words_of(" ".join(word for word in name.split() if word[:1].isupper()))
    kin = next((_KIN[word] for word in words if word in _KIN), "")
    return kin or next((_TRADES[word][0] for word in proper if word in _TRADES), "stranger")


def figure_of(name: str) -> str:
    """Return how a person with a name is drawn: 'a woman in a long dark dress', or a figure seen from behind."""
    found = next((_TRADES[word] for word in words_of(name) if word in _TRADES), None)
    if found is None:
        return "a figure in a dark coat, seen from behind"
    choices = _WORN[found[1]]
    return choices[0 if found[0] in {"chemist", "electrician"} else len(found[0]) % len(choices)]
