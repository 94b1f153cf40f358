"""Word lists that decide how a word is written: names with a capital, countable things, common adjectives.

Called by `blocks/offline/writer/idea/casing.py` and `blocks/offline/writer/idea_subject.py`.
"""

from __future__ import annotations

from blocks.offline.data_files import read_tables

_TABLES = read_tables("writer/idea/nouns.txt")

GIVEN_NAMES = _TABLES["given names"].words
LANDS = _TABLES["lands"].words
NAMES = GIVEN_NAMES | LANDS | _TABLES["other names"].words
COMMON = _TABLES["common"].words
"""Adjectives, materials and seasons: words that have a capital only where an idea begins with them."""
COUNTED = _TABLES["counted"].words
"""Countable nouns: 'a lighthouse'."""
