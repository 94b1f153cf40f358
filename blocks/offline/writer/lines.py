"""All lines of the template writer: the files of `blocks/offline/data/writer/lines/`, each of which lists its slots.

Called by `blocks/offline/writer/beat_sheets.py` and `writer.py`.
"""

from __future__ import annotations

from collections.abc import Mapping

from blocks.offline.data_files import read_sections

Lines = tuple[str, ...]
"""One variant: what is said in one scene, divided at its pauses."""
Pools = Mapping[str, tuple[Lines, ...]]
"""Variants by beat."""


def lines_of(row: str) -> Lines:
    """Return the lines of a row of a file; ' | ' separates them."""
    return tuple(row.split(" | "))


def read_pools(name: str) -> Pools:
    """Return the variants of a file of lines by the heads of its sections."""
    return {section.head: tuple(map(lines_of, section.rows)) for section in read_sections(name)}


def read_groups(name: str) -> Mapping[str, Pools]:
    """Return the variants of a file of lines whose heads are 'group / beat', by group and beat."""
    groups: dict[str, dict[str, tuple[Lines, ...]]] = {}
    for head, variants in read_pools(name).items():
        group, _, beat = head.partition(" / ")
        groups.setdefault(group, {})[beat] = variants
    return groups


TALE = read_pools("writer/lines/tale.txt")
"""Lines of a tale, by beat."""
LOOKING = read_pools("writer/lines/looking.txt")
"""Lines of any other film, by beat: true of anything."""
ASKING = read_pools("writer/lines/asking.txt")
"""Lines of the first beat of a question, by its question word, or 'whether'."""
PORTRAITS = read_groups("writer/lines/portraits.txt")
"""Lines of a portrait, by what it is of (`core.portrait_sort`) and beat."""
DOMAIN_LINES = read_groups("writer/lines/domains.txt")
"""Lines by domain and beat; the domains are the keys of `domains.DOMAINS`."""
