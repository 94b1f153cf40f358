"""Law 2: one key per piece of work, from exactly what changes its bytes."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from typing import Any

import pytest

from studio.model.brief import Brief, FilmOptions
from studio.model.film import Scene, Shot, Span, Story, Timeline
from studio.model.pieces import receipt_path
from studio.model.receipt import Receipt
from studio.planning.orders import film_order, image_order, image_print, narration_order, story_order, video_order
from studio.store.receipts import receipt_bytes
from tests.support.films.fake_crew import Log, fake_crew

CREW = fake_crew(Log())
SESSION = "session_20250208_002238"
SHOT = Shot(index=3, image_prompt="a red door", camera="orbit", frames=48, seed=7, narration="A door.")
BRIEF = Brief(idea="an idea", options=FilmOptions(), seed=1, started_at="2025-02-08T00:22:38", version="0")
SIZE = (1920, 1080)
PICTURE = Receipt(
    stage="images",
    index=3,
    path="images/shot_003.png",
    sha256="a" * 64,
    bytes=1,
    mtime_ns=1,
    fingerprint="b" * 64,
    engine="fake",
    model="painter",
    made_at="",
)


def with_(model: Any, **changes: Any) -> Any:
    return model.model_copy(update=changes)


def test_the_key_is_tied_to_session_and_shot() -> None:
    """Keys are '<session>/<stage>/<NNN>-<fingerprint>[-gN]'."""
    order = image_order(SESSION, SHOT, [SHOT], SIZE, CREW)
    assert re.fullmatch(rf"{SESSION}/images/003-[0-9a-f]{{64}}", order.key())
    assert order.key(2) == order.key() + "-g2"
    assert (order.path, receipt_path(order.path)) == ("images/shot_003.png", "images/shot_003.json")
    assert receipt_path("shots.json") == "receipts/shots.json"


def test_a_pictures_order_knows_every_picture_of_the_plan() -> None:
    """What the plan wants holds each shot's picture and no other; it does not tell two orders apart."""
    other, third = with_(SHOT, index=4, image_prompt="a blue door"), with_(SHOT, index=5, seed=9)
    order = image_order(SESSION, SHOT, [SHOT, other], SIZE, CREW)
    wanted = [image_print(each, SIZE, CREW) in order.wanted for each in (SHOT, other, third)]
    assert wanted == [True, True, False]
    assert order == image_order(SESSION, SHOT, [SHOT], SIZE, CREW)


@pytest.mark.parametrize(
    "changes", [{"image_prompt": "a blue door"}, {"seed": 8}, {"take": 2}], ids=lambda changes: next(iter(changes))
)
def test_what_changes_a_picture_changes_its_fingerprint(changes: dict[str, Any]) -> None:
    """Prompt, seed, take and size are what a picture is made from."""
    assert image_print(with_(SHOT, **changes), SIZE, CREW) != image_print(SHOT, SIZE, CREW)
    assert image_print(SHOT, (1280, 720), CREW) != image_print(SHOT, SIZE, CREW)


@pytest.mark.parametrize(
    "changes",
    [{"index": 4}, {"camera": "static"}, {"motion_prompt": "x"}, {"narration": "x"}, {"frames": 9}, {"scene": 2}],
    ids=lambda changes: next(iter(changes)),
)
def test_what_does_not_change_a_picture_does_not(changes: dict[str, Any]) -> None:
    """Neither the index nor camera, words and length are in a picture's fingerprint."""
    assert image_print(with_(SHOT, **changes), SIZE, CREW) == image_print(SHOT, SIZE, CREW)


def test_a_clip_builds_on_its_picture_and_its_move() -> None:
    """A clip's fingerprint holds the picture's bytes, camera, motion, length, rate and size; not the music."""

    def print_of(
        shot: Shot = SHOT, frames: int = 48, brief: Brief = BRIEF, image: Receipt = PICTURE, burned: str = ""
    ) -> str:
        return video_order(SESSION, shot, frames, brief, CREW, image, burned).fingerprint

    options = BRIEF.options
    others = [
        print_of(image=with_(PICTURE, sha256="c" * 64)),
        print_of(frames=49),
        print_of(burned="x"),
        print_of(with_(SHOT, camera="static")),
        print_of(with_(SHOT, motion_prompt="x")),
        print_of(brief=with_(BRIEF, options=with_(options, fps=25))),
        print_of(brief=with_(BRIEF, options=with_(options, height=720))),
    ]
    assert len({print_of(), *others}) == len(others) + 1
    assert print_of(brief=with_(BRIEF, options=with_(options, music=False))) == print_of()
    assert print_of(image=with_(PICTURE, made_at="later", mtime_ns=9)) == print_of()


def test_a_clip_builds_on_where_its_subject_is() -> None:
    """The picture's focus is in the clip's fingerprint, the same when its receipt is read again; a picture without one
    has the fingerprint that it had before there were any."""

    def print_of(image: Receipt) -> str:
        return video_order(SESSION, SHOT, 48, BRIEF, CREW, image, "").fingerprint

    aimed = with_(PICTURE, focus=(0.3512, 0.2386))
    again = Receipt.model_validate_json(receipt_bytes(aimed))
    assert print_of(aimed) == print_of(again)
    assert len({print_of(PICTURE), print_of(aimed), print_of(with_(PICTURE, focus=(0.3512, 0.2387)))}) == 3
    assert print_of(PICTURE) == "471128f21e83d462225d31ce05ef2801cc95b3eea000e57d0b8e64591ef1294d"


def test_options_that_do_not_concern_the_story_do_not_write_it_again() -> None:
    """Height, captions and music leave the story as it is; idea, length and seed do not."""

    def print_of(brief: Brief) -> str:
        return story_order(SESSION, brief, CREW).fingerprint

    same = with_(
        BRIEF, options=with_(BRIEF.options, height=720, captions="burned", music=False), version="9", started_at="later"
    )
    assert print_of(same) == print_of(BRIEF)
    for other in (with_(BRIEF, idea="x"), with_(BRIEF, seed=2), with_(BRIEF, options=with_(BRIEF.options, seconds=20))):
        assert print_of(other) != print_of(BRIEF)


def test_own_work_carries_its_version_and_session_does_not_matter() -> None:
    """A new version of an engine of our own makes anew; the same line is the same work in every session."""
    newer = fake_crew(Log())
    newer.painter.version = 2  # type: ignore[misc]  # the fake's field may be set, the port's property not
    assert image_print(SHOT, SIZE, newer) != image_print(SHOT, SIZE, CREW)
    other = narration_order("session_20250101_000000", SHOT, CREW)
    assert other.fingerprint == narration_order(SESSION, SHOT, CREW).fingerprint


def test_who_is_credited_is_part_of_the_film_where_a_card_says_it() -> None:
    """Another painter's name cuts the film anew; one without an end card has no names in it."""
    scene = Scene(id=1, location="", characters="", action="x", emotion="", narration="")
    story = Story(title="T", style="", scenes=(scene,))
    span = Span(index=1, start=24, frames=48, line_start=24)
    for end, same in ((84, False), (0, True)):
        timeline = Timeline(fps=24, title_frames=24, spans=(span,), end_frames=end, frames=72 + end)
        prints = {
            film_order(SESSION, BRIEF, story, [SHOT], timeline, [PICTURE], [], None, [painted])
            for painted in (PICTURE, PICTURE.model_copy(update={"model": "another", "engine": "openai"}))
        }
        assert (len(prints) == 1) is same


def test_the_same_in_every_process() -> None:
    """Fingerprints do not depend on the process or on PYTHONHASHSEED."""
    code = (
        "from tests.studio.planning.test_orders import *; "
        "print(image_print(SHOT, SIZE, CREW), story_order(SESSION, BRIEF, CREW).fingerprint)"
    )
    told = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
            timeout=60,
        ).stdout
        for seed in ("0", "7")
    }
    assert told == {f"{image_print(SHOT, SIZE, CREW)} {story_order(SESSION, BRIEF, CREW).fingerprint}\n"}
