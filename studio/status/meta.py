"""Write a session's meta: a summary of its folder for other programs. This program never reads it."""

from __future__ import annotations

import threading
import time

from studio.billing.totals import stats_of
from studio.status.snapshot import Snapshot, read_snapshot
from studio.status.state import completed, cost_usd, images_done, steps, videos_done
from studio.store.documents import Documents

META_SHARE, META_SECONDS = 50.0, 30.0
"""After writing, meta pauses 50 times as long as that took, at most 30 s: it reads the whole folder, so this keeps it
to about 2 % of the time, also with a thousand shots."""


def meta_of(facts: Snapshot, shown_folder: str) -> dict[str, object]:
    """Return the meta of a session, in the fixed format of `docs/sessions.md`.

    Args:
        shown_folder: the session's folder as a person would write it ('output/sessions/session_...'); for information.
    """
    shots, total = facts.shots, len(facts.shots)
    images, clips = images_done(facts), videos_done(facts)
    done = completed(facts)
    return {
        "session_id": facts.session_id,
        "timestamp": facts.session_id.removeprefix("session_"),
        "idea": facts.idea,
        "started_at": facts.started_at,
        "completed": done,
        "completed_at": facts.film.made_at if done and facts.film else None,
        "steps": steps(facts),
        "shots": [
            {
                "index": shot.index,
                "image_prompt": shot.image_prompt,
                "motion_prompt": shot.motion_prompt,
                "camera": shot.camera,
                "image_generated": shot.image is not None,
                "image_path": f"{shown_folder}/images/shot_{shot.index:03d}.png",
                "video_rendered": shot.clip is not None,
            }
            for shot in shots
        ],
        "stats": {
            "total_shots": total,
            "images_generated": images,
            "videos_rendered": clips,
            "cost_usd": round(cost_usd(facts), 6),
            **stats_of(facts.spent.all),
        },
    }


class Meta:
    """The meta of an open session: written as pieces are finished, but not so often that the work waits for it.

    Args:
        shown_folder: the session's folder as a person would write it ('output/sessions/session_...').
    """

    def __init__(self, store: Documents, shown_folder: str) -> None:
        self._store, self._shown_folder = store, shown_folder
        self._lock = threading.Lock()
        self._rests_until = 0.0

    def write(self) -> None:
        """Write `<id>_meta.json` as the folder is now; write nothing if nothing identifies it as a session."""
        with self._lock:
            began = time.monotonic()
            facts = read_snapshot(self._store.folder)
            if facts is not None:
                self._store.write_json(f"{self._store.folder.name}_meta.json", meta_of(facts, self._shown_folder))
            ended = time.monotonic()
            self._rests_until = ended + min(META_SECONDS, META_SHARE * (ended - began))

    def touch(self) -> None:
        """Write the meta after a piece was finished, unless it was written just now; a run's end writes it anyway."""
        if not self._lock.locked() and time.monotonic() >= self._rests_until:
            self.write()
