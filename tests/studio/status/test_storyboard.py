"""Laws of the storyboard, the tables and the card: they tell the truth, hold any words as text, and stay small."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from PIL import Image

from studio.status.snapshot import Piece, ShotFacts, Snapshot
from studio.status.storyboard import (
    LISTED,
    Reported,
    escaped,
    film_card,
    ledger_rows,
    shot_rows,
    shot_state,
    storyboard,
)
from studio.status.thumbnails import PICTURES_BYTES, Thumbnails
from studio.text.display import printable

MILLION = 1_000_000
IMAGE, LINE = Piece("images/shot_001.png", cost_usd=0.04), Piece("narration/shot_001.wav", seconds=1.5)
CLIP = Piece("videos/shot_001.mp4", seconds=2.0, frames=48, seconds_taken=0.5)
HOSTILE = st.text() | st.lists(
    st.sampled_from(
        [
            "<b>",
            "</p>",
            "*",
            "__",
            "`",
            "```",
            "|",
            "[a](b)",
            "![a](b)",
            "\\",
            "&lt;",
            "&#96;",
            "~~",
            "#",
            "- ",
            "1. ",
            "> ",
            "\n\n",
            "http://a.b",
            "www.a.b",
            "a@b.de",
            "<img src=x onerror=y>",
            "[^1]",
            " ",
            "word",
        ]
    )
).map("".join)


def facts(folder: Path, *shots: ShotFacts, film: Piece | None = None, **more: str) -> Snapshot:
    return Snapshot(
        "session_20261122_164145", folder, idea="a harbour", title="The Harbour", shots=shots, film=film, **more
    )


def painted(folder: Path, index: int, size: tuple[int, int] = (320, 180), *, noisy: bool = False) -> Piece:
    """Put a picture where the shot's picture lies."""
    path = f"images/shot_{index:03d}.png"
    (folder / "images").mkdir(exist_ok=True)
    if noisy:
        pixels = np.random.default_rng(index).integers(0, 256, (size[1], size[0], 3), dtype=np.uint8)
        picture = Image.fromarray(pixels)
    else:
        picture = Image.new("RGB", size, (index % 256, 90, 90))
    picture.save(folder / path)
    return Piece(path)


def rendered(markdown: str) -> str:
    return MarkdownIt("gfm-like", {"html": True, "linkify": False}).render(markdown)


@given(HOSTILE)
def test_words_from_outside_show_as_they_are(text: str) -> None:
    """Whatever an idea, a prompt or a failure holds, Markdown makes one paragraph of text of it, letter for letter."""
    written = escaped(text, 10_000)
    tokens = MarkdownIt("gfm-like", {"html": True, "linkify": False}).parse(written)
    inline = [child for token in tokens for child in token.children or []]
    assert {token.type for token in tokens} <= {"paragraph_open", "inline", "paragraph_close"}
    assert {child.type for child in inline} <= {"text", "text_special"}
    shown = "".join(child.content for child in inline).replace("\u2060", "")
    assert shown == printable(text).replace("\u2060", "")


@pytest.mark.parametrize("link", ["http://a.b/c", "https://a.b", "www.a.b", "ada@a.de"])
def test_an_address_is_no_link(link: str) -> None:
    """Pages that make links of bare addresses find none: the word joiner parts them."""
    assert link not in escaped(f"go to {link} now").replace("\\", "")


@given(HOSTILE, HOSTILE, HOSTILE)
def test_a_shot_has_as_many_parts_whatever_it_says(prompt: str, line: str, camera: str) -> None:
    """Hostile words add no heading, no picture and no row to a storyboard."""
    shot = ShotFacts(1, image_prompt=prompt, narration=line, camera=camera)
    page = rendered(storyboard(facts(Path("/nowhere"), shot), "running", Reported(), Thumbnails()))
    assert page.count("<h") == 2
    assert "<img" not in page
    assert "<table" not in page
    assert "<a " not in page


@given(HOSTILE)
def test_a_refusal_is_told_as_text(reason: str) -> None:
    """Why a slate stands there, and why a line is silent, are each one paragraph, whatever they hold."""
    shot = ShotFacts(
        1,
        image=Piece("images/x.png", refused=f"why {reason}"),
        line=Piece("narration/x.wav", not_spoken=f"how {reason}"),
    )
    page = rendered(storyboard(facts(Path("/nowhere"), shot), "running", Reported(), Thumbnails()))
    assert page.count("<p>refused, a slate is shown instead: why") == page.count("<p>not spoken: how") == 1
    assert page.count("<h") == 2
    assert not any(mark in page for mark in ("<img", "<table", "<a "))


STATES = [
    (ShotFacts(1), {}, "waits for its turn"),
    (ShotFacts(1), {("images", 1): "working"}, "being painted"),
    (ShotFacts(1, image=IMAGE), {("images", 1): "done", ("narration", 1): "working"}, "clip waits for its line"),
    (ShotFacts(1, line=LINE), {("narration", 1): "reused"}, "clip waits for its picture"),
    (ShotFacts(1, image=IMAGE, line=LINE), {}, "clip waits for its turn"),
    (ShotFacts(1, image=IMAGE, line=LINE), {("videos", 1): "working"}, "clip is being rendered"),
    (ShotFacts(1, image=IMAGE, line=LINE, clip=CLIP), {}, "DONE"),
    (ShotFacts(1, image=IMAGE, line=LINE, clip=CLIP), {("images", 1): "reused"}, "DONE"),
    # The clip that lies there is of the picture before.
    (ShotFacts(1, image=IMAGE, line=LINE, clip=CLIP), {("images", 1): "done"}, "clip waits for its turn"),
    (ShotFacts(1, image=IMAGE, line=LINE, clip=CLIP), {("images", 1): "working"}, "being painted"),
    (ShotFacts(1, line=LINE), {("images", 1): "failed"}, "failed: picture: the power went"),
]


@pytest.mark.parametrize(("shot", "states", "said"), STATES)
def test_a_shot_says_what_it_waits_for(shot: ShotFacts, states: dict[tuple[str, int], str], said: str) -> None:
    """In words how far a shot is; a clip that waits says for which piece."""
    reported = Reported(states, {("images", 1): "the power went"})  # type: ignore[arg-type]  # stages, by the table above
    assert shot_state(shot, reported) == said


def test_the_storyboard_holds_picture_state_cost_camera_prompt_and_line(tmp_path: Path) -> None:
    """Each shot's own, its picture as one that any page can show; what it cannot show, it leaves out."""
    (tmp_path / "images").mkdir()
    (tmp_path / "images/shot_002.png").write_bytes(b"torn")
    shots = (
        ShotFacts(
            1, "a <lamp>", camera="dolly in", narration="Light!", image=painted(tmp_path, 1), line=LINE, clip=CLIP
        ),
        ShotFacts(2, "a boat", image=Piece("images/shot_002.png", by_hand=True)),
    )
    page = rendered(storyboard(facts(tmp_path, *shots), "running", Reported(), Thumbnails()))
    assert page.count('<img src="data:image/jpeg;base64,') == 1
    for said in (
        "The Harbour",
        "Shot 1 · dolly in",
        "<strong>DONE</strong> · 2.00 s · $0.00",
        "a &lt;lamp&gt;",
        "<blockquote>",
        "2 of 2 pictures",
        "1 of 2 clips",
        "Shot 2 · static",
        "put there by hand",
        "clip waits for its line",
    ):
        assert said in page, said


@pytest.mark.parametrize("count", [1, 60, 240, LISTED, LISTED + 1, 3600])
def test_nothing_passes_a_million_bytes(count: int) -> None:
    """However many shots, and whatever they say: each text and each table stays below a million bytes."""
    worst = "\N{PILE OF POO}*" * 4000
    shots = tuple(
        ShotFacts(
            n,
            worst,
            worst,
            worst[:200],
            worst[:4000],
            image=Piece("images/x.png", not_drawn=(worst,), refused=worst),
            line=Piece("narration/x.wav", not_spoken=worst),
        )
        for n in range(1, count + 1)
    )

    class Full(Thumbnails):
        def of(self, path: Path, shots: int) -> str:
            return "x" * (PICTURES_BYTES // shots) if shots <= 240 else ""

    reported = Reported(
        {("images", n): "failed" for n in range(1, count + 1)}, {("images", n): worst for n in range(count)}
    )
    found = facts(Path("/nowhere"), *shots, failure=worst)
    assert len(storyboard(found, "failed", reported, Full()).encode()) < MILLION
    assert len(json.dumps(shot_rows(found, reported))) < MILLION


@pytest.mark.parametrize("count", [3, 60, 200])
def test_thumbnails_share_what_there_is(tmp_path: Path, count: int) -> None:
    """Even of noise, which no JPEG makes small, all of a film's thumbnails keep to their bytes; 300 have none."""
    picture = tmp_path / painted(tmp_path, 1, (640, 360), noisy=True).path
    assert 100 < len(Thumbnails().of(picture, count)) <= PICTURES_BYTES // count or count == 200
    assert len(Thumbnails().of(tmp_path / painted(tmp_path, 2).path, count)) > 100
    assert Thumbnails().of(picture, 300) == ""


def test_a_thumbnail_is_made_once_and_again_where_the_picture_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A look costs a stat for each picture; one that was replaced is seen."""
    picture = tmp_path / painted(tmp_path, 1).path
    thumbnails, opened = Thumbnails(), []
    real = Image.open
    monkeypatch.setattr("studio.status.thumbnails.Image.open", lambda path: opened.append(path) or real(path))
    first = thumbnails.of(picture, 8)
    assert thumbnails.of(picture, 8) == first
    assert len(opened) == 1
    Image.new("RGB", (64, 36), (250, 0, 0)).save(picture)
    assert thumbnails.of(picture, 8) != first
    picture.unlink()
    assert thumbnails.of(picture, 8) == ""


def test_the_ledger_adds_up() -> None:
    """The last row is the sum of the others; what this run made and found are counted apart; free work costs 0.00."""
    shot = ShotFacts(1, image=IMAGE, line=LINE, clip=CLIP)
    reported = Reported({("images", 1): "done", ("narration", 1): "reused", ("videos", 1): "working"})
    rows = ledger_rows(facts(Path("/nowhere"), shot), reported)
    by_stage = {row["stage"]: row for row in rows}
    assert by_stage["pictures"] == {
        "stage": "pictures",
        "in place": 1,
        "made by this run": 1,
        "found": 0,
        "seconds of work": "0.0",
        "USD": "0.04",
    }
    assert by_stage["clips"]["USD"] == "0.00"
    assert by_stage["all"] == {
        "stage": "all",
        "in place": 3,
        "made by this run": 1,
        "found": 1,
        "seconds of work": "0.5",
        "USD": "0.04",
    }


def test_who_is_asked_is_told_how_to_answer(tmp_path: Path) -> None:
    """While the run waits for approval, the storyboard says so, and what answers it."""
    page = storyboard(facts(tmp_path, ShotFacts(1), waits_for="images"), "waiting", Reported({}, {}), Thumbnails())
    assert "asked to approve the images" in page
    assert "approve session_" in page
    assert "asked to approve" not in storyboard(
        facts(tmp_path, ShotFacts(1)), "running", Reported({}, {}), Thumbnails()
    )


def test_the_card_names_the_film(tmp_path: Path) -> None:
    """Poster from the middle, path, length, size and the command that shows more; without a film there is no card."""
    shots = tuple(ShotFacts(n, image=painted(tmp_path, n)) for n in (1, 2, 3))
    film = Piece("film.mp4", bytes=2_000_000, seconds=65.0, frames=1560)
    page = film_card(facts(tmp_path, *shots, film=film), tmp_path, 1920, 1080, Thumbnails())
    expected = Thumbnails().poster(tmp_path / "images/shot_002.png", 80_000)
    assert expected in page
    for said in (
        "1:05 min",
        "1560 frames, 1920 x 1080, 2.0 MB",
        f"`{tmp_path / 'film.mp4'}`",
        "sessions view",
    ):
        assert said in page, said
    with pytest.raises(ValueError, match="no film yet"):
        film_card(facts(tmp_path), tmp_path, 1920, 1080, Thumbnails())
