"""The commands that direct a film: redo, edit, note, pick, trim and shots.

Each makes a change of `studio/directing/edits.py` out of its arguments and has it carried out
(`flows/cli/directed_session.py`): the film is run, so that what the change asks for is made and the film is cut again.
`film plan SESSION redo ...` shows what that would be.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal

from cyclopts import Parameter

from flows.cli.command_options import Json, Output
from flows.cli.directed_session import AT_ONCE, Carrying, OneShot, Opened, Session, Shots
from studio.directing.director import own_brief
from studio.directing.edits import (
    Edit,
    NewShot,
    Redo,
    RedoStage,
    ShotWords,
    all_of,
    insert,
    join,
    move,
    redo_words,
    remove,
    retitle,
    reword,
    split,
    use_clip,
    use_music,
    use_picture,
    use_score,
    use_voice,
)
from studio.directing.edits import redo as redo_shots
from studio.directing.takes import composed_like, is_wanted, take_numbered, takes_of
from studio.errors import BadInput
from studio.model.film import Source
from studio.planning.shots_named import shots_named
from studio.text.display import printable

VERBS = ("redo", "edit", "pick", "trim", "note", "shots", "use")
"""The commands that `film plan SESSION` can be asked about."""

EXAMPLES = {
    "redo": "Examples:\n  film redo session_20250208_002238 --shot 3,5-7\n"
    '  film redo session_20250208_002238 --shot 3 --notes "at night, in the rain" --takes 4\n'
    "  film redo session_20250208_002238 --stage score\n"
    "  film plan session_20250208_002238 redo --shot 3      # what it would make and cost",
    "edit": 'Examples:\n  film edit session_20250208_002238 --shot 3 --line "No name." --seconds 4\n'
    '  film edit session_20250208_002238 --title "The letter"',
    "pick": "Examples:\n  sessions takes session_20250208_002238 --shot 3\n"
    "  film pick session_20250208_002238 --shot 3 --take 2",
    "trim": "Examples:\n  film trim session_20250208_002238 --shot 3 --in 0.5 --out 4",
    "note": 'Examples:\n  film note session_20250208_002238 --shot 3 "too dark, ask Anna"',
    "shots": "Examples:\n  film shots session_20250208_002238 move 5 --before 2\n"
    '  film shots session_20250208_002238 insert --before 3 --prompt "A gull on the rail" --seconds 2\n'
    "  film shots session_20250208_002238 remove 4,6\n  film shots session_20250208_002238 split 5 --at 2.5\n"
    "  film shots session_20250208_002238 join 5",
}
"""What the help of each command ends with."""


def redo(
    session: Session,
    /,
    *,
    shot: Shots = "",
    stage: Annotated[
        RedoStage | None,
        Parameter(help="What is made anew (default image; video if only --camera is given)."),
    ] = None,
    prompt: Annotated[str | None, Parameter(show_default=False, help="Another prompt for the picture.")] = None,
    notes: Annotated[str | None, Parameter(show_default=False, help="Words that join the picture's prompt.")] = None,
    camera: Annotated[
        str | None, Parameter(show_default=False, help="Another camera move, for example 'dolly in'.")
    ] = None,
    seed: Annotated[int | None, Parameter(show_default=False, help="The seed of the picture, 0 to 2147483647.")] = None,
    takes: Annotated[int, Parameter(help="How many new takes; the first of them is used.")] = 1,
    how: Carrying = AT_ONCE,
) -> int:
    """Make new takes of some shots, and cut the film again. The old ones stay: `sessions takes` lists them."""
    opened = Opened(session, how)
    numbers = opened.shots(shot)
    words = {"--prompt": prompt, "--notes": notes, "--camera": camera}
    for option, text in words.items():
        if text is not None and not printable(text).strip():
            raise BadInput(f"{option} is empty: say what is to be different, or leave it out")
    said = [printable(text or "") for text in words.values()]
    if stage == "score" and not own_brief(opened.folder).options.music and opened.plan.story.music is None:
        raise BadInput("the film has no music: give it some with `film resume --music --change`, or `film use --music`")
    asked = Redo(stage, said[0], said[1], said[2], seed, takes)
    return opened.carry_out("redo", redo_words(asked, numbers), redo_shots(asked, numbers))


def edit(
    session: Session,
    /,
    *,
    shot: Shots = "",
    prompt: Annotated[str | None, Parameter(show_default=False, help="What its picture shows.")] = None,
    motion: Annotated[str | None, Parameter(show_default=False, help="What moves in it.")] = None,
    camera: Annotated[str | None, Parameter(show_default=False, help="How the camera moves.")] = None,
    line: Annotated[str | None, Parameter(show_default=False, help="What the voice says; '' for silence.")] = None,
    seconds: Annotated[
        float | None, Parameter(show_default=False, help="How long it is; never shorter than its line.")
    ] = None,
    title: Annotated[str | None, Parameter(show_default=False, help="The film's title; no shot is made anew.")] = None,
    how: Carrying = AT_ONCE,
) -> int:
    """Change what shots show, say, or how long they are, or the film's title; then make what that needs."""
    opened = Opened(session, how)
    given = {"prompt": prompt, "motion": motion, "camera": camera, "line": line, "seconds": seconds}
    said = [name for name, value in given.items() if value is not None]
    if title is None and not said:
        raise BadInput("say what is changed: --prompt, --motion, --camera, --line or --seconds with --shot, or --title")
    edits: list[Edit] = []
    if said:
        words = ShotWords(prompt, motion, camera, line, seconds)
        edits.append(reword(words, opened.shots(shot)))
    elif shot:
        raise BadInput("--title is the whole film's: leave --shot out, or say what is changed of the shot")
    if title is not None:
        edits.append(retitle(title))
        said.append("title")
    return opened.carry_out("edit", f"edit {', '.join(said)}{_of(opened.shots(shot))}", all_of(edits))


def note(
    session: Session,
    text: Annotated[str, Parameter(help="The note; '' takes it away.")],
    /,
    *,
    shot: OneShot,
    output: Output = None,
    json: Json = False,
) -> int:
    """Keep a note with a shot, in shots.json. It changes nothing in the film."""
    opened = Opened(session, Carrying(True, output=output, json=json))
    number = opened.one(shot)
    change = reword(ShotWords(note=printable(text)), (number,))
    return opened.carry_out("note", f"note on shot {number}", change, makes=False)


def pick(
    session: Session,
    /,
    *,
    take: Annotated[int, Parameter(help="The take's number, as `sessions takes` shows it.")],
    shot: Annotated[int | None, Parameter(show_default=False, help="Which shot; not for the score.")] = None,
    stage: Annotated[RedoStage, Parameter(help="Of what the take is.")] = "image",
    how: Carrying = AT_ONCE,
) -> int:
    """Put an earlier take in its place again, and cut the film with it. The take itself costs nothing."""
    opened = Opened(session, how)
    if (stage == "score") != (shot is None):
        raise BadInput("the score is the whole film's: leave --shot out" if shot else "say which shot: --shot 3")
    number = opened.one(shot) if shot is not None else 0
    whose = f"the {stage} of shot {number}" if number else "the score"
    there = takes_of(opened.folder, opened.plan.shots, stage, number)
    found = take_numbered(there, take, whose)
    sha256 = found.receipt.sha256
    if found.in_place and is_wanted(found, opened.plan):
        raise BadInput(f"take {take} of {whose} is in its place already")
    source = Source(sha256=sha256)
    changes: dict[RedoStage, Edit] = {
        "image": use_picture(sha256, number),
        "video": use_clip(source, number),
        "narration": use_voice(source, number, found.receipt.prompt),
        "score": use_score(composed) if (composed := composed_like(found, there)) else use_music(source),
    }
    return opened.carry_out("pick", f"pick take {take} of {whose}", changes[stage])


def trim(
    session: Session,
    /,
    *,
    shot: OneShot,
    start: Annotated[float, Parameter(name="--in", help="Where it begins, in seconds of the clip.")] = 0.0,
    end: Annotated[
        float | None, Parameter(name="--out", show_default=False, help="Where it ends, in seconds of the clip.")
    ] = None,
    how: Carrying = AT_ONCE,
) -> int:
    """Use only a part of a shot's clip; the shot becomes as long as that part, but never shorter than its line."""
    opened = Opened(session, how)
    number = opened.one(shot)
    clip, length = opened.clip_of(number)
    if not start and end is None:
        raise BadInput("say which part of it is used: --in 0.5, --out 4, or both")
    last = length if end is None else end
    if not 0 <= start < last <= length + 0.001:
        raise BadInput(f"the clip of shot {number} is {length:.2f} s long: trim it within that, for example --in 0.5")
    source = clip.model_copy(update={"start": start, "end": last})
    change = use_clip(source, number, last - start)
    return opened.carry_out("trim", f"trim shot {number} to {start:g} to {last:g} s", change)


def shots(
    session: Session,
    what: Annotated[Literal["insert", "remove", "move", "split", "join"], Parameter(name="WHAT", help="What is done.")],
    which: Annotated[str, Parameter(name="WHICH", show_default=False, help="The shots, for example 5 or 3,5-7.")] = "",
    /,
    *,
    before: Annotated[int | None, Parameter(show_default=False, help="Where to: before this shot.")] = None,
    after: Annotated[int | None, Parameter(show_default=False, help="Where to: after this shot.")] = None,
    at: Annotated[float | None, Parameter(show_default=False, help="Of split: after so many seconds.")] = None,
    prompt: Annotated[str, Parameter(show_default=False, help="Of insert: what its picture shows.")] = "",
    line: Annotated[str, Parameter(show_default=False, help="Of insert: what the voice says.")] = "",
    camera: Annotated[str, Parameter(show_default=False, help="Of insert: how the camera moves.")] = "static",
    seconds: Annotated[
        float | None, Parameter(show_default=False, help="Of insert: how long it is (default: as its neighbour).")
    ] = None,
    how: Carrying = AT_ONCE,
) -> int:
    """Insert, remove, move, split or join shots. Every shot keeps its pictures, clips and takes."""
    opened = Opened(session, how)
    count = len(opened.plan.shots)
    if (before is not None or after is not None) and what not in ("insert", "move"):
        raise BadInput(f"--before and --after say where to insert or move: leave them out of {what}")
    if before is not None and after is not None:
        raise BadInput("--before and --after say the same in two ways: give one of them")
    of_new = {"--prompt": prompt, "--line": line, "--camera": camera != "static", "--seconds": seconds is not None}
    for option, given in of_new.items():
        if given and what != "insert":
            raise BadInput(f"{option} is of a new shot: leave it out of {what}; `film edit` changes a shot")
    if at is not None and what != "split":
        raise BadInput(f"--at says where to split a shot: leave it out of {what}")
    place = before if before is not None else count + 1 if after is None else after + 1
    if what == "insert":
        if which:
            raise BadInput(f"insert makes a new shot: leave {which!r} out, and say where with --before or --after")
        if not printable(prompt).strip():
            raise BadInput('say what the new shot shows: --prompt "A gull on the rail"')
        new = NewShot(printable(prompt), printable(line), printable(camera), seconds=seconds)
        return opened.carry_out("insert", f"insert a shot at {place}", insert(new, place))
    numbers = shots_named(which, count)
    if not numbers:
        raise BadInput(f"say which shots, for example: film shots {session} {what} 5")
    if what == "remove":
        return opened.carry_out("remove", f"remove {_shots(numbers)}", remove(numbers))
    if what == "move":
        if before is None and after is None:
            raise BadInput("say where to: --before 2, or --after 7")
        return opened.carry_out("move", f"move {_shots(numbers)} to {place}", move(numbers, place))
    if len(numbers) > 1:
        raise BadInput(f"{what} is about one shot: name one")
    if what == "join":
        return opened.carry_out("join", f"join shots {numbers[0]} and {numbers[0] + 1}", join(numbers[0]))
    if at is None:
        raise BadInput("say where to split it: --at 2.5, in seconds of the shot")
    return opened.carry_out("split", f"split shot {numbers[0]} at {at:g} s", split(numbers[0], at))


def _shots(numbers: Sequence[int]) -> str:
    return f"shot{'s' if len(numbers) > 1 else ''} {', '.join(map(str, numbers))}"


def _of(numbers: Sequence[int]) -> str:
    return f" of {_shots(numbers)}" if numbers else ""
