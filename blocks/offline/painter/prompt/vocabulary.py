"""The painter's vocabulary: which words it can paint, and which it need not look at; `data/painter/vocabulary.txt`.

Only tables live here; `reader.py` reads prompts with them. Every word is lower case and singular.
A *drawn* place is painted as such; a *hinted* one only lends its light, and is reported as not drawn.
"""

from __future__ import annotations

from blocks.offline.data_files import read_tables
from blocks.offline.painter.prompt import subjects

_TABLES = read_tables("painter/vocabulary.txt")

SHOTS = _TABLES["shots"].index
HOURS = _TABLES["hours"].index
WEATHERS = _TABLES["weathers"].index
SKYLIGHT = _TABLES["skylight"].words
"""Light that only a sky gives: a thing in it is outdoors."""
HOLDING = _TABLES["holding"].words
UNSEEN_INSIDE = _TABLES["unseen inside"].words
DRAWN_PLACES = _TABLES["drawn places"].index
FEATURES = _TABLES["features"].index
"""Words that shape the place about them; see `habitat.Feature`."""
HINTED_PLACES = _TABLES["hinted places"].index
SUBJECTS = {word: kind for kind, row in subjects.ROWS.items() for word in row.words}
SKY = _TABLES["sky"].words
"""Painted with the hour; no place and no subject."""
GARMENTS = _TABLES["garments"].index
COLOURS = _TABLES["colours"].pairs
"""Local colours as sRGB hex, chosen by eye to sit in every palette."""
STOP = _TABLES["stop"].words
DETERMINERS = _TABLES["determiners"].words
CAMERA = _TABLES["camera"].words
INVISIBLE = _TABLES["invisible"].words
"""Nouns nobody would look for in a picture: they are neither drawn nor missed."""
