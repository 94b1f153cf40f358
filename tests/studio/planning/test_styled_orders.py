"""Films that were begun before there were style files keep their briefs and fingerprints; a style enters both."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from pathlib import Path

import pytest

from blocks.offline.crew import offline_crew
from studio.input.styles import style_of, with_style_kept
from studio.model.brief import Brief, FilmOptions
from studio.model.engines import Crew
from studio.model.film import MusicCue, Shot, Source, Span, Timeline
from studio.model.receipt import Receipt
from studio.planning import orders
from studio.planning.own_orders import own_clip_order
from studio.planning.plan_files import plan_text
from studio.planning.styled_crew import in_style

GOLDEN = json.loads((Path(__file__).parent / "golden" / "unstyled_prints.json").read_text("utf-8"))
"""Of the program before there were style files, by the style's words, '' for the usual one: digests of brief and shots,
and the fingerprint of each order."""
RECEIPT = Receipt.model_construct(
    sha256="0" * 64, fingerprint="1" * 64, seconds=1.0, focus=None, engine="offline", by_hand=False, refused="", index=1
)


def brief_of(options: FilmOptions) -> Brief:
    idea = "A fox waits for the ferry"
    return Brief(idea=idea, options=options, seed=7, started_at="2026-11-22T10:00:00.000000", version="0.1.0")


def prints_of(options: FilmOptions, crew: Crew) -> dict[str, str]:
    brief = brief_of(options)
    story = crew.writer.write_story(brief)
    graph = crew.writer.map_scenes(story, 7)
    shots = crew.writer.plan_shots(story, graph, brief)
    spans = tuple(Span(index=shot.index, start=29, frames=shot.frames, line_start=30) for shot in shots)
    timeline = Timeline(fps=24, title_frames=29, spans=spans, end_frames=24, frames=288)
    cast = [node for node in graph.nodes if node.kind == "character"]
    found = {
        "story": orders.story_order("s", brief, crew),
        "scene_graph": orders.scene_graph_order("s", story, brief, crew),
        "shots": orders.shots_order("s", story, graph.model_dump_json(), brief, crew),
        "image": orders.image_order("s", shots[0], shots, options.size, crew),
        "line": orders.narration_order("s", shots[0], crew),
        "video": orders.video_order("s", shots[0], shots[0].frames, brief, crew, RECEIPT, ""),
        "timeline": orders.timeline_order("s", shots, [RECEIPT] * len(shots), brief),
        "score": orders.score_order("s", timeline, [MusicCue(start=0, mood="calm")], brief, crew),
    }
    return {
        "brief": hashlib.sha256(brief.model_dump_json(indent=2).encode()).hexdigest(),
        "shots text": hashlib.sha256(plan_text(shots).encode()).hexdigest(),
        "cast": orders.portrait_print(cast[0], story.style, brief, crew),
        **{name: order.fingerprint for name, order in found.items()},
    }


@pytest.mark.parametrize("words", GOLDEN)
def test_an_older_film_keeps_every_fingerprint(words: str) -> None:
    """A brief without a style's text stays as it is, byte for byte, and so do its plan and its orders."""
    options = FilmOptions(seconds=12, height=144, **({"style": words} if words else {}))
    crew = in_style(offline_crew(), options)
    assert crew == offline_crew()
    assert prints_of(options, crew) == GOLDEN[words]


def test_the_usual_style_has_no_text() -> None:
    """A new film in the usual style is asked for as ever."""
    assert with_style_kept(FilmOptions()) == FilmOptions()


def test_a_style_is_in_every_print_that_it_changes() -> None:
    """Story, shots, pictures and clips of a film in a style are others than those of a film without; lines are not."""
    plain = FilmOptions(seconds=12, height=144)
    styled = with_style_kept(plain.model_copy(update={"style": "picture-book"}))
    before, after = prints_of(plain, offline_crew()), prints_of(styled, in_style(offline_crew(), styled))
    changed = {name for name in before if before[name] != after[name]}
    assert changed >= {"brief", "shots text", "story", "scene_graph", "shots", "image", "video", "cast"}


def test_a_clip_of_ones_own_is_framed_in_a_style_only() -> None:
    """Without a style it has the fingerprint that it always had, and so has a take of the crew's in any film."""
    shot = Shot(index=3, image_prompt="a red door", camera="orbit", frames=48, seed=7, narration="A door.")
    mine = Source(sha256="a" * 64, start=0.5, end=2.0, name="mine.mp4")
    plain = FilmOptions(seconds=12, height=144)
    prints = {
        (style, source.name): own_clip_order("s", shot, source, 48, options, "").fingerprint
        for style in ("", "news", "picture-book")
        for options in [with_style_kept(plain.model_copy(update={"style": style})) if style else plain]
        for source in (mine, mine.model_copy(update={"name": ""}))
    }
    assert prints["", "mine.mp4"] == "0afa6a9d4238b6dcd5bda06c19ec3d59111a53dd909af12ae44d2acc5d874976"
    assert prints["", "mine.mp4"] == prints["", ""] == prints["news", ""] == prints["picture-book", ""]
    assert len(set(prints.values())) == 3


def test_a_style_s_text_outlives_its_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a brief keeps is the style, whatever becomes of the file: the same fingerprints, the same words."""
    monkeypatch.setenv("FILM_STYLES", str(tmp_path))
    (tmp_path / "mine.md").write_text("---\nname: mine\ntitle: Mine\nsettings: {palette: mono}\n---\n", "utf-8")
    options = with_style_kept(FilmOptions(seconds=12, height=144, style="mine"))
    before = prints_of(options, in_style(offline_crew(), options))
    (tmp_path / "mine.md").unlink()
    again = Brief.model_validate_json(brief_of(options).model_dump_json()).options
    style = style_of(again)
    assert style is not None
    assert style.settings.palette == "mono"
    assert prints_of(again, in_style(offline_crew(), again)) == before


def test_engines_of_others_need_no_style() -> None:
    """An engine that knows nothing of styles works on in a styled film, with its fingerprint as ever."""

    class Plain:
        engine, model, version = "other", "painter", 1

    plain = Plain()
    options = with_style_kept(FilmOptions(style="noir"))
    crew = in_style(replace(offline_crew(), composer=plain), options)  # type: ignore[arg-type]  # it composes nothing
    assert crew.composer is plain
    assert crew.painter != offline_crew().painter
