"""The credits: what receipts say, and no more."""

from __future__ import annotations

from typing import Any

import pytest

from studio.model.film import Scene, Story
from studio.model.pieces import piece_path
from studio.model.receipt import Receipt
from studio.planning.credits import credits_of

SCENE = Scene(id=1, location="a pier", characters="", action="waves", emotion="calm", narration="")


def story(written_by: str = "a draft by template", language: str = "en") -> Story:
    return Story(title="Dust", style="", scenes=(SCENE,), written_by=written_by, language=language)


def piece(stage: Any, engine: str, model: str = "", **more: Any) -> Receipt:
    return Receipt(
        stage=stage,
        index=1,
        path=piece_path(stage, 1),
        sha256="a" * 64,
        bytes=1,
        mtime_ns=1,
        fingerprint="b" * 64,
        engine=engine,
        model=model,
        made_at="",
        **{"seconds": 2.0 if stage == "narration" else None, **more},
    )


PAINTED = piece("images", "offline", "painter")
SPOKEN = piece("narration", "offline", "hibari heart")


def test_nobody_mistakes_a_template_for_a_person() -> None:
    """The offline crew is called what it is; who did nothing is not named."""
    assert credits_of(story(), [PAINTED], [SPOKEN]) == (
        ("Story", "draft by template"),
        ("Pictures", "drawn by a program"),
        ("Voice", "synthetic"),
    )
    silent = piece("narration", "offline", "silence", seconds=0.0)
    assert credits_of(story(""), [piece("images", "openai", "x", refused="no")], [silent]) == ()


def test_a_film_in_another_language_has_no_english_credits() -> None:
    """Its labels would be in a language that its viewers may not read."""
    assert credits_of(story(language="other"), [PAINTED], [SPOKEN]) == ()
    assert credits_of(story(language="de"), [PAINTED], [SPOKEN]) == ()


@pytest.mark.parametrize(
    ("written_by", "said"),
    [
        ("gpt-5.4-mini", "draft by gpt-5.4-mini"),
        ("your script", "from a script"),
        ("your script, staged by a-model", "from a script, staged by a-model"),
        ("another program", "draft by another program"),
    ],
)
def test_a_writer_is_called_by_its_own_name(written_by: str, said: str) -> None:
    """A plan may be edited by hand after it was written, so what a program wrote is a draft."""
    assert credits_of(story(written_by), [], []) == (("Story", said),)


def test_models_go_without_their_settings_and_who_made_most_comes_first() -> None:
    """A server that speaks OpenAI's protocol is not called OpenAI's; what a person made is made by hand."""
    model = piece("images", "openai", "gpt-image-1 medium")
    core = piece("images", "stability", "core -blurred")
    own = piece("images", "by hand", by_hand=True)
    voice = piece("narration", "openai", "gpt-4o-mini-tts onyx 1a2b3c4d")
    assert dict(credits_of(story(), [own, model, model], [voice])) == {
        "Story": "draft by template",
        "Pictures": "gpt-image-1 and by hand",
        "Voice": "synthetic, gpt-4o-mini-tts",
    }
    long = dict(credits_of(story("a/path/" * 20), [], []))["Story"]
    assert long.startswith("draft by a/path/")
    assert len(long) == 44
    assert dict(credits_of(story(), [own, core, core, model], []))["Pictures"] == "stability core, by hand and others"
