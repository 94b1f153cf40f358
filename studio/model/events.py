"""Events: what the work reports while it runs, for whoever shows it.

The task bodies and the flow publish; the flow's log and the terminal's table listen. A listener must return quickly
and may be called from any thread.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal

from studio.model.film import Stage
from studio.model.pieces import owner_text

EventKind = Literal["opened", "planned", "working", "frames", "made", "reused", "adopted", "failed", "note"]

_NOUNS: dict[Stage, str] = {
    "story": "story",
    "scene_graph": "scene graph",
    "shots": "shot plan",
    "cast": "portrait",
    "images": "image",
    "narration": "narration",
    "timeline": "timeline",
    "videos": "clip",
    "score": "score",
    "film": "film",
}


@dataclass(frozen=True)
class Event:
    """One thing that happened.

    `index` is the shot or, for the stage 'cast', the character; 0 for the whole film. `frames` counts those rendered
    so far or, for the stage 'film', those checked. An event 'planned' says how many shots there are or, for the stage
    'cast', how many characters.
    """

    kind: EventKind
    text: str = ""
    stage: Stage | None = None
    index: int = 0
    frames: int = 0
    total: int = 0
    seconds: float = 0.0
    session_id: str = ""

    def line(self) -> str:
        """Return the event as one line for a person, or '' if it is only for a live table."""
        subject = subject_text(self.stage, self.index) if self.stage else ""
        match self.kind:
            case "reused":
                return f"[SKIP] {subject} is there"
            case "adopted":
                return f"[SKIP] {subject} is there, taken over"
            case "made":
                return f"[DONE] {subject} ({self.seconds:.1f} s){f' · {self.text}' if self.text else ''}"
            case "failed":
                return f"[FAIL] {subject}: {self.text}"
            case "working" | "frames":
                return ""
            case _:
                return self.text


def subject_text(stage: Stage, index: int) -> str:
    """Return which piece it is, in words: 'shot 3: clip', 'score'."""
    whose = owner_text(stage, index)
    return f"{whose}: {_NOUNS[stage]}" if whose else _NOUNS[stage]


Listener = Callable[[Event], None]
_listeners: list[Listener] = []
_lock = threading.Lock()


def publish(event: Event) -> None:
    """Hand an event to every listener, in the order in which they subscribed."""
    with _lock:
        listeners = list(_listeners)
    for listener in listeners:
        listener(event)


@contextmanager
def listening(listener: Listener) -> Iterator[None]:
    """Let `listener` hear every event while the block runs."""
    with _lock:
        _listeners.append(listener)
    try:
        yield
    finally:
        with _lock:
            _listeners.remove(listener)
