"""The kinds of ideas; `parse.py` finds which an idea is, `blocks/offline/writer/beat_sheets.py` has their scenes."""

from __future__ import annotations

from typing import Literal

IdeaKind = Literal["tale", "topic", "question", "portrait", "told", "foreign"]
"""What an idea is. tale: someone does something. topic: a thing to look at. question: it asks one. portrait: a person
or a place. told: it is a story already, in sentences. foreign: not English, or without words."""
