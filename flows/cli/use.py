"""`film use`: bring a picture, a clip, a recording, music or a title of one's own into a film."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from flows.cli.crew_loading import load_crew
from flows.cli.directed_session import AT_ONCE, Carrying, Opened, Session
from studio.audio.listening import is_installed
from studio.directing.director import own_brief
from studio.directing.edits import use_clip, use_music, use_picture, use_reference, use_title_card, use_voice
from studio.directing.own_material import (
    OwnFile,
    fitted,
    keep,
    keep_picture,
    node_named,
    own_file,
    reference_picture,
    spoken_words,
)
from studio.directing.own_material import voice_over as voice_over_edit
from studio.errors import BadInput
from studio.model.film import Reference, Source
from studio.text.display import printable

EXAMPLES = (
    "Examples:\n  film use session_20250208_002238 --shot 3 harbour.mov --in 2 --sound\n"
    '  film use session_20250208_002238 --shot 4 my_voice.m4a --text "Nobody came."\n'
    "  film use session_20250208_002238 --music theme.mp3\n"
    "  film use session_20250208_002238 --title-card title.png"
)


def use(
    session: Session,
    file: Annotated[
        str, Parameter(name="FILE", show_default=False, help="With --shot: a picture, a clip or a recording.")
    ] = "",
    /,
    *,
    shot: Annotated[int | None, Parameter(show_default=False, help="Which shot.")] = None,
    music: Annotated[str, Parameter(show_default=False, help="A file that is the film's music.")] = "",
    voice_over: Annotated[
        str, Parameter(show_default=False, help="One recording of all lines: each shot gets the part with its line.")
    ] = "",
    title_card: Annotated[
        str, Parameter(show_default=False, help="A picture or clip that is the title; none: the card is drawn.")
    ] = "",
    place: Annotated[
        str, Parameter(show_default=False, help="With FILE: which place of the story the picture shows to painters.")
    ] = "",
    prop: Annotated[
        str, Parameter(show_default=False, help="With FILE: which prop of the story the picture shows to painters.")
    ] = "",
    start: Annotated[float, Parameter(name="--in", help="Where the part of the file begins, in seconds.")] = 0.0,
    end: Annotated[
        float | None, Parameter(name="--out", show_default=False, help="Where it ends (default: at its end).")
    ] = None,
    follow: Annotated[
        bool,
        Parameter(negative=(), show_default=False, help="Of a clip: the shot becomes as long as it is."),
    ] = False,
    sound: Annotated[
        bool, Parameter(negative=(), show_default=False, help="Of a clip: keep its own sound, under the voice.")
    ] = False,
    text: Annotated[
        str | None, Parameter(show_default=False, help="Of a recording: what it says (default: the shot's line).")
    ] = None,
    how: Carrying = AT_ONCE,
) -> int:
    """Use a picture, clip, recording or music of your own. It is fitted to the film; `film redo` takes it out again."""
    opened = Opened(session, how)
    wanted = [bool(file), bool(music), bool(voice_over), bool(title_card)]
    if sum(wanted) != 1 or bool(file) != (shot is not None or bool(place) or bool(prop)):
        raise BadInput(
            "give one file: FILE with --shot 3, --place NAME or --prop NAME; or --music FILE, --voice-over FILE, "
            "--title-card FILE"
        )
    if sum([shot is not None, bool(place), bool(prop)]) > 1:
        raise BadInput("--shot, --place and --prop say what the file is for: give one of them")
    if title_card == "none":
        return opened.carry_out("use", "have the title drawn", use_title_card(None))
    given = own_file(Path(file or music or voice_over or title_card))
    if place or prop:
        return _use_reference(opened, given, place, prop)
    kind, number = given.media.kind, opened.one(shot) if shot is not None else 0
    if (follow or sound) and kind != "clip":
        raise BadInput(f"{given.name!r} is a {kind}: --follow and --sound are about clips")
    if text is not None and not (shot is not None and kind == "sound"):
        raise BadInput("--text is what a recording says: leave it out, or give a recording with --shot")
    if music:
        if not given.media.has_sound:
            raise BadInput(f"{given.name!r} has no sound: it cannot be the music")
        words, change = f"use {given.name} as the music", use_music(given.source(start, end))
    elif voice_over:
        if not given.media.has_sound:
            raise BadInput(f"{given.name!r} has no sound: it cannot be the voice-over")
        if start or end is not None:
            raise BadInput("--in and --out are about one shot: the voice-over is used as a whole")
        words = f"use {given.name} as the voice-over"
        change = voice_over_edit(given, opened.plan, opened.plan.story.language)
    elif title_card:
        if kind == "sound":
            raise BadInput(f"{given.name!r} is a sound: the title is a picture or a clip")
        whole = Source(sha256=given.sha256, name=given.name)
        words = f"use {given.name} as the title"
        change = use_title_card(whole if kind == "picture" else given.source(start, end))
    elif kind == "picture":
        words = f"use {given.name} as the picture of shot {number}"
        return opened.carry_out(
            "use",
            words,
            use_picture(given.sha256, number),
            prepare=keep_picture(given, number),
            given=(given.sha256,),
        )
    elif kind == "sound":
        words = f"use {given.name} as the line of shot {number}"
        said = None if text is None else printable(text)
        if said is None and not opened.plan.shots[number - 1].narration.strip() and is_installed():
            said = spoken_words(given)
        change = use_voice(given.source(start, end), number, said)
    else:
        if sound and not given.media.has_sound:
            raise BadInput(f"{given.name!r} has no sound of its own: leave --sound out")
        source = given.source(start, end, sound=sound)
        length = (given.media.seconds if end is None else end) - start
        words = f"use {given.name} as the clip of shot {number}"
        words += f", {length:.1f} s" if follow else f", {fitted(given, opened.plan, number, start, end)}"
        change = use_clip(source, number, length if follow else None)
    return opened.carry_out("use", words, change, prepare=keep(given))


def _use_reference(opened: Opened, given: OwnFile, place: str, prop: str) -> int:
    node = node_named(opened.graph(), "place" if place else "prop", place or prop)
    if not load_crew(own_brief(opened.folder).options).painter.abilities.references:
        opened.tell("This crew's painter takes no pictures: it is kept for one that does, and changes nothing now.")
    with tempfile.TemporaryDirectory(prefix="film-reference-") as scratch:
        shown = reference_picture(given, Path(scratch))
        reference = Reference(node=node, sha256=shown.sha256, name=given.name)
        words = f"show {given.name} to painters as {printable(place or prop)}"
        return opened.carry_out("use", words, use_reference(reference), prepare=keep(shown))
