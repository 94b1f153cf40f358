"""The painter's vocabulary: the words that it can paint, and those that it ignores; `data/painter/vocabulary.txt`.

Only tables are here; `reader.py` reads prompts with them. Every word is lower case and singular.
A *drawn* place is painted as such; a *hinted* one is painted as a similar place, and is reported as not drawn.
"""

from __future__ import annotations

from blocks.offline.data_files import read_tables
from blocks.offline.painter.prompt import subjects

_TABLES = read_tables("painter/vocabulary.txt")

SHOTS = _TABLES["shots"].index
HOURS = _TABLES["hours"].index
WEATHERS = _TABLES["weathers"].index
SKYLIGHT = _TABLES["skylight"].words
"""Words for light that only the sky gives: a thing in it is outdoors."""
HOLDING = _TABLES["holding"].words
UNSEEN_INSIDE = _TABLES["unseen inside"].words
DRAWN_PLACES = _TABLES["drawn places"].index
FEATURES = _TABLES["features"].index
"""The feature of a place that each word names; see `places_in_prompt.Feature`."""
HINTED_PLACES = _TABLES["hinted places"].index
SUBJECTS = {word: kind for kind, row in subjects.ROWS.items() for word in row.words}
SKY = _TABLES["sky"].words
"""Words for what is painted with the hour: they are neither a place nor a subject."""
GARMENTS = _TABLES["garments"].index
COLOURS = _TABLES["colours"].pairs
"""Colours of things as sRGB hex, by word, chosen by eye to fit every palette."""
STOP = _TABLES["stop"].words
DETERMINERS = _TABLES["determiners"].words
CAMERA = _TABLES["camera"].words
INVISIBLE = _TABLES["invisible"].words
"""Nouns that nobody expects to see in a picture: they are neither drawn nor reported."""
