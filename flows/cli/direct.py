"""The commands that direct a film: redo, edit, pick, trim, note and shots.

Each makes a change of `studio/directing/edits.py` out of its arguments, has it carried out, and then runs the film, so
that what the change asks for is made and the film is cut again. `film plan SESSION redo ...` shows what that would be.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import Parameter
from rich.console import Console

from flows.cli.command_options import NO_MONEY_OPTIONS, Json, Money, Output
from flows.cli.crew_loading import load_crew
from flows.cli.running import run_on
from studio.directing.director import direct, directed_texts, own_brief, prepare_nothing, read_plan
from studio.directing.edits import (
    Edit,
    NewShot,
    Plan,
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
    use_reference,
    use_title_card,
    use_voice,
)
from studio.directing.edits import redo as redo_shots
from studio.directing.takes import take_numbered, takes_of
from studio.errors import BadInput
from studio.fs import files
from studio.fs.safe_open import PLAN_BYTES
from studio.model.film import Reference, SceneGraph, Source
from studio.planning.plan_files import read_graph
from studio.planning.shots_named import shots_named
from studio.store.folder_store import FolderStore
from studio.store.folders import output_folder, sessions_root
from studio.store.session_names import find_session
from studio.text.command_hints import command
from studio.text.display import printable

if TYPE_CHECKING:
    from studio.directing.own_material import OwnFile

Session = Annotated[str, Parameter(name="SESSION", help="A session's id, or its name.")]
Shots = Annotated[str, Parameter(show_default=False, help="Which shots, for example 3,5-7.")]
OneShot = Annotated[int, Parameter(help="Which shot.")]
Later = Annotated[
    bool,
    Parameter(negative=(), show_default=False, help="Only change the plan: make it later, with `film resume`."),
]

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
    "use": "Examples:\n  film use session_20250208_002238 --shot 3 harbour.mov --in 2 --sound\n"
    '  film use session_20250208_002238 --shot 4 my_voice.m4a --text "Nobody came."\n'
    "  film use session_20250208_002238 --music theme.mp3\n"
    "  film use session_20250208_002238 --title-card title.png",
    "shots": "Examples:\n  film shots session_20250208_002238 move 5 --before 2\n"
    '  film shots session_20250208_002238 insert --before 3 --prompt "A gull on the rail" --seconds 2\n'
    "  film shots session_20250208_002238 remove 4,6\n  film shots session_20250208_002238 split 5 --at 2.5\n"
    "  film shots session_20250208_002238 join 5",
}
"""What the help of each command ends with."""

_planning: ContextVar[bool] = ContextVar("_planning", default=False)


@contextmanager
def planning() -> Iterator[None]:
    """Let the commands of this module show what they would do, within the block, and change nothing."""
    token = _planning.set(True)
    try:
        yield
    finally:
        _planning.reset(token)


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
    takes: Annotated[int, Parameter(help="How many new takes of the picture; the first of them is used.")] = 1,
    later: Later = False,
    money: Money = NO_MONEY_OPTIONS,
    output: Output = None,
    json: Json = False,
) -> int:
    """Make new takes of some shots, and cut the film again. The old ones stay: `sessions takes` lists them."""
    opened = _Opened(session, output, json)
    numbers = opened.shots(shot)
    words = {"--prompt": prompt, "--notes": notes, "--camera": camera}
    for option, text in words.items():
        if text is not None and not printable(text).strip():
            raise BadInput(f"{option} is empty: say what is to be different, or leave it out")
    said = [printable(text or "") for text in words.values()]
    asked = Redo(stage, said[0], said[1], said[2], seed, takes)
    return opened.carry_out("redo", redo_words(asked, numbers), redo_shots(asked, numbers), later, money)


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
    later: Later = False,
    money: Money = NO_MONEY_OPTIONS,
    output: Output = None,
    json: Json = False,
) -> int:
    """Change what shots show, say, or how long they are, or the film's title; then make what that needs."""
    opened = _Opened(session, output, json)
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
    return opened.carry_out("edit", f"edit {', '.join(said)}{_of(opened.shots(shot))}", all_of(edits), later, money)


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
    opened = _Opened(session, output, json)
    number = opened.one(shot)
    change = reword(ShotWords(note=printable(text)), (number,))
    return opened.carry_out("note", f"note on shot {number}", change, True, NO_MONEY_OPTIONS, makes=False)


def pick(
    session: Session,
    /,
    *,
    take: Annotated[int, Parameter(help="The take's number, as `sessions takes` shows it.")],
    shot: Annotated[int | None, Parameter(show_default=False, help="Which shot; not for the score.")] = None,
    stage: Annotated[RedoStage, Parameter(help="Of what the take is.")] = "image",
    later: Later = False,
    money: Money = NO_MONEY_OPTIONS,
    output: Output = None,
    json: Json = False,
) -> int:
    """Put an earlier take in its place again, and cut the film with it. The take itself costs nothing."""
    opened = _Opened(session, output, json)
    if (stage == "score") != (shot is None):
        raise BadInput("the score is the whole film's: leave --shot out" if shot else "say which shot: --shot 3")
    number = opened.one(shot) if shot is not None else 0
    whose = f"the {stage} of shot {number}" if number else "the score"
    found = take_numbered(takes_of(opened.folder, opened.plan.shots, stage, number), take, whose)
    sha256 = found.receipt.sha256
    if found.in_place:
        raise BadInput(f"take {take} of {whose} is in its place already")
    source = Source(sha256=sha256)
    changes: dict[RedoStage, Edit] = {
        "image": use_picture(sha256, number),
        "video": use_clip(source, number),
        "narration": use_voice(source, number, found.receipt.prompt),
        "score": use_music(source),
    }
    return opened.carry_out("pick", f"pick take {take} of {whose}", changes[stage], later, money)


def trim(
    session: Session,
    /,
    *,
    shot: OneShot,
    start: Annotated[float, Parameter(name="--in", help="Where it begins, in seconds of the clip.")] = 0.0,
    end: Annotated[
        float | None, Parameter(name="--out", show_default=False, help="Where it ends, in seconds of the clip.")
    ] = None,
    later: Later = False,
    money: Money = NO_MONEY_OPTIONS,
    output: Output = None,
    json: Json = False,
) -> int:
    """Use only a part of a shot's clip; the shot becomes as long as that part, but never shorter than its line."""
    opened = _Opened(session, output, json)
    number = opened.one(shot)
    clip, length = opened.clip_of(number)
    if not start and end is None:
        raise BadInput("say which part of it is used: --in 0.5, --out 4, or both")
    last = length if end is None else end
    if not 0 <= start < last <= length + 0.001:
        raise BadInput(f"the clip of shot {number} is {length:.2f} s long: trim it within that, for example --in 0.5")
    source = clip.model_copy(update={"start": start, "end": last})
    change = use_clip(source, number, last - start)
    return opened.carry_out("trim", f"trim shot {number} to {start:g} to {last:g} s", change, later, money)


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
    later: Later = False,
    money: Money = NO_MONEY_OPTIONS,
    output: Output = None,
    json: Json = False,
) -> int:
    """Use a picture, clip, recording or music of your own. It is fitted to the film; `film redo` takes it out again."""
    # They import what reads media, which the other commands do without.
    from studio.audio.listening import is_installed
    from studio.directing.own_material import fitted, keep, keep_picture, own_file, spoken_words
    from studio.directing.own_material import voice_over as voice_over_edit

    opened = _Opened(session, output, json)
    wanted = [bool(file), bool(music), bool(voice_over), bool(title_card)]
    if sum(wanted) != 1 or bool(file) != (shot is not None or bool(place) or bool(prop)):
        raise BadInput(
            "give one file: FILE with --shot 3, --place NAME or --prop NAME; or --music FILE, --voice-over FILE, "
            "--title-card FILE"
        )
    if sum([shot is not None, bool(place), bool(prop)]) > 1:
        raise BadInput("--shot, --place and --prop say what the file is for: give one of them")
    if title_card == "none":
        return opened.carry_out("use", "have the title drawn", use_title_card(None), later, money)
    given = own_file(Path(file or music or voice_over or title_card))
    if place or prop:
        return _use_reference(opened, given, place, prop, later, money)
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
            later,
            money,
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
        words += f", {length:.1f} s" if follow else f", {fitted(given, opened.plan, number)}"
        change = use_clip(source, number, length if follow else None)
    return opened.carry_out("use", words, change, later, money, prepare=keep(given))


def _use_reference(opened: _Opened, given: OwnFile, place: str, prop: str, later: bool, money: Money) -> int:
    from studio.directing.own_material import keep, node_named, reference_picture

    node = node_named(opened.graph(), "place" if place else "prop", place or prop)
    if not load_crew(own_brief(opened.folder).options).painter.abilities.references:
        print("This crew's painter takes no pictures: it is kept for one that does, and changes nothing now.")
    with tempfile.TemporaryDirectory(prefix="film-reference-") as scratch:
        shown = reference_picture(given, Path(scratch))
        reference = Reference(node=node, sha256=shown.sha256, name=given.name)
        words = f"show {given.name} to painters as {printable(place or prop)}"
        return opened.carry_out("use", words, use_reference(reference), later, money, prepare=keep(shown))


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
    later: Later = False,
    money: Money = NO_MONEY_OPTIONS,
    output: Output = None,
    json: Json = False,
) -> int:
    """Insert, remove, move, split or join shots. Every shot keeps its pictures, clips and takes."""
    opened = _Opened(session, output, json)
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
        return opened.carry_out("insert", f"insert a shot at {place}", insert(new, place), later, money)
    numbers = shots_named(which, count)
    if not numbers:
        raise BadInput(f"say which shots, for example: film shots {session} {what} 5")
    if what == "remove":
        return opened.carry_out("remove", f"remove {_shots(numbers)}", remove(numbers), later, money)
    if what == "move":
        if before is None and after is None:
            raise BadInput("say where to: --before 2, or --after 7")
        return opened.carry_out("move", f"move {_shots(numbers)} to {place}", move(numbers, place), later, money)
    if len(numbers) > 1:
        raise BadInput(f"{what} is about one shot: name one")
    if what == "join":
        return opened.carry_out("join", f"join shots {numbers[0]} and {numbers[0] + 1}", join(numbers[0]), later, money)
    if at is None:
        raise BadInput("say where to split it: --at 2.5, in seconds of the shot")
    return opened.carry_out("split", f"split shot {numbers[0]} at {at:g} s", split(numbers[0], at), later, money)


class _Opened:
    """A session that a command directs.

    Attributes:
        folder: the session's folder.
        plan: its plan as it is now.
    """

    def __init__(self, session: str, output: str | None, json: bool) -> None:
        self.place = output_folder(output)
        self.folder: Path = find_session(sessions_root(self.place), session)
        self.plan: Plan = read_plan(self.folder, own_brief(self.folder))
        self._json = json

    def graph(self) -> SceneGraph:
        """Return the film's scene graph.

        Raises:
            BrokenPlan: it does not validate.
        """
        content = files.read_or_none(self.folder / "scene_graph.json", PLAN_BYTES) or b""
        return read_graph(content.decode("utf-8", "replace"))

    def shots(self, text: str) -> tuple[int, ...]:
        """Return the numbers of the shots that `text` names; () for ''."""
        return shots_named(text, len(self.plan.shots))

    def one(self, number: int) -> int:
        """Return the number of a shot, checked."""
        return shots_named(str(number), len(self.plan.shots))[0]

    def clip_of(self, number: int) -> tuple[Source, float]:
        """Return the file of a shot's clip, and its length in seconds.

        Raises:
            BadInput: the shot has no clip yet.
        """
        takes = takes_of(self.folder, self.plan.shots, "video", number)
        there = next((take for take in takes if take.in_place), None)
        chosen = self.plan.shots[number - 1].clip
        if chosen is not None:
            own = next((take for take in takes if take.receipt.sha256 == chosen.sha256), None)
            if own is not None:
                return chosen, own.receipt.seconds or 0.0
            from studio.store.material import find_file
            from studio.video.foreign import media_of

            if (path := find_file(self.folder, chosen.sha256)) is None:
                raise BadInput(f"the clip of shot {number} ({chosen.name!r}) is gone: give it again with `film use`")
            return chosen, media_of(path).seconds
        if there is None:
            raise BadInput(f"shot {number} has no clip yet: make it first, with {self._command('resume')}")
        return Source(sha256=there.receipt.sha256), there.receipt.seconds or 0.0

    def carry_out(
        self,
        verb: str,
        words: str,
        change: Edit,
        later: bool,
        money: Money,
        *,
        makes: bool = True,
        prepare: Callable[[FolderStore], None] = prepare_nothing,
        given: Sequence[str] = (),
    ) -> int:
        """Carry out a change and run the film, or show what that would do; return the exit code.

        Args:
            later: whether the film is left as it is for now.
            makes: whether the change has anything to do with what is made.
            prepare: brings files into the session before the plan names them.
            given: the SHA-256 of pictures that it brings.
        """
        console = Console(stderr=self._json, highlight=False)
        if _planning.get():
            from flows.cli.plan import show_plan

            return show_plan(self.folder, directed_texts(self.folder, change), words, money, self._json, given)
        if not later and makes:
            money.terms()
        now = datetime.now().isoformat(timespec="seconds")

        def tell(line: str) -> None:
            console.print(printable(line), markup=False, soft_wrap=True)

        direct(self.folder, change, verb, words, now, tell, prepare=prepare)
        console.print(f"{words}: noted in the plan", markup=False, soft_wrap=True)
        if not later:
            code = run_on(console, self._json, self.place, session_id=self.folder.name, money=money)
            # The plan was changed: a run that was refused, because another one was quicker, is not wrong use.
            return 1 if code == 2 else code
        if makes:
            console.print(f"to make it: {self._command('resume')}", markup=False, soft_wrap=True)
        return 0

    def _command(self, verb: str) -> str:
        return command(verb, self.folder.name, self.place)


def _shots(numbers: Sequence[int]) -> str:
    return f"shot{'s' if len(numbers) > 1 else ''} {', '.join(map(str, numbers))}"


def _of(numbers: Sequence[int]) -> str:
    return f" of {_shots(numbers)}" if numbers else ""
