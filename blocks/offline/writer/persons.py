"""People with a name: the trade and clothes of a few well-known ones, and how anyone else is shown.

Only what a picture needs: a trade, which chooses the reel, and a figure. People who are not listed are seen from
behind, for neither their face nor their clothes are known. Called by `blocks/offline/writer/reels.py` and `looks.py`.
"""

from __future__ import annotations

from blocks.offline.data_files import read_tables
from blocks.offline.writer.places import words_of

_TABLES = read_tables("writer/persons.txt")

_TRADES: dict[str, tuple[str, str]] = {}
"""The trade of each well-known person and 'man' or 'woman', by a word of the name."""
for _row in _TABLES["trades"].rows:
    _trade, _sex, _names = _row.split(": ")
    for _name in _names.split():
        _TRADES[_name] = (_trade, _sex)

_WORN = {sex: tuple(worn.split(" | ")) for sex, worn in _TABLES["worn"].pairs.items()}
_KIN = _TABLES["kin"].index


def trade_of(name: str) -> str:
    """Return the word that chooses a person's reel: a trade, 'father' or 'mother' for a relative, else 'stranger'."""
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
