"""Writing a session's meta: the projection of its folder, for people's tools. The program never reads it."""

from __future__ import annotations

from pathlib import Path

from studio.billing.totals import stats_of
from studio.fs import files
from studio.status.snapshot import Snapshot, read_snapshot
from studio.status.state import completed, cost_usd, images_done, steps, videos_done


def write_meta(folder: Path, shown_folder: str) -> None:
    """Write `<id>_meta.json` as the folder is now; nothing where the folder holds nothing that says what it is.

    Args:
        shown_folder: where the session lies as people see it ('output/sessions/session_...').
    """
    facts = read_snapshot(folder)
    if facts is not None:
        files.write_json(folder / f"{folder.name}_meta.json", project(facts, shown_folder))


def project(facts: Snapshot, shown_folder: str) -> dict[str, object]:
    """Return the meta of a session, in the fixed format of `docs/sessions.md`.

    Args:
        shown_folder: where the session lies as people see it ('output/sessions/session_...'); informational only.
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
