"""What a person can direct, as pure functions: the plan of a film in, the changed plan out.

No files and no clock. `studio/directing/director.py` carries a change out in a session, `film plan` shows what it would
make.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from pydantic import ValidationError

from studio.errors import BadInput
from studio.fs.safe_open import SHOTS
from studio.model.film import Reference, Shot, Source, Stage, Story
from studio.planning.image_prompts import in_style_of, with_notes
from studio.planning.orders import seed_for
from studio.planning.plan_files import draw_seed, image_path, with_ids
from studio.text.display import printable
from studio.text.strict_json import first_fault

RedoStage = Literal["image", "video", "narration", "score"]
STAGE_OF: dict[RedoStage, Stage] = {"image": "images", "video": "videos", "narration": "narration", "score": "score"}
"""The stage of what a person calls an image, a video, a narration or a score."""
MOST_TAKES = 9
"""The most takes that one redo asks for: they are painted at once, and paid for at once."""


def _no_takes(stage: Stage, shot: str) -> int:
    return 0


@dataclass(frozen=True)
class Plan:
    """What is directed: the story and the shots of a film.

    Attributes:
        fps: frames a second.
        seed: the film's.
        last_take: returns the highest take of a stage that was ever made for a shot (its id; '' for the score), 0 if
            none was.
    """

    story: Story
    shots: tuple[Shot, ...]
    fps: int
    seed: int
    last_take: Callable[[Stage, str], int] = field(default=_no_takes, compare=False)


Edit = Callable[[Plan], Plan]
"""A change of a plan. Raises `BadInput` if it cannot be made."""


def all_of(edits: Sequence[Edit]) -> Edit:
    """Return the change that makes all these, one after the other."""

    def edit(plan: Plan) -> Plan:
        for each in edits:
            plan = each(plan)
        return plan

    return edit


@dataclass(frozen=True)
class Redo:
    """What is asked of new takes.

    Attributes:
        stage: what is made anew; None: the clip if only a camera is given, else the picture.
        prompt: another prompt for the picture, to which its style is added; '' leaves it.
        notes: words that join the prompt, before its style.
        camera: another camera move; '' leaves it.
        seed: the seed of the picture; None leaves it.
        takes: how many new takes, 1 to `MOST_TAKES`; the first of them is used.
    """

    stage: RedoStage | None = None
    prompt: str = ""
    notes: str = ""
    camera: str = ""
    seed: int | None = None
    takes: int = 1


def redo(asked: Redo, numbers: Collection[int]) -> Edit:
    """Return the change that has new takes made of these shots or, for the score, of the film's music.

    Each gets another take, also with another prompt or seed. What a person had chosen or put in place of the crew's
    work is not used any more; it stays among the takes.

    Raises:
        BadInput: what is asked does not go together.
    """
    stage = _stage_of(asked)
    _check_redo(asked, stage, numbers)

    def edit(plan: Plan) -> Plan:
        if stage == "score":
            story = plan.story
            take = 1 + max(plan.last_take("score", ""), story.score_take + story.score_alternatives)
            return replace(plan, story=_story(story, music=None, score_take=take, score_alternatives=asked.takes - 1))
        style = plan.story.style
        return _each(
            plan, numbers, lambda shot: _redone(shot, asked, stage, plan.last_take(STAGE_OF[stage], shot.id), style)
        )

    return edit


def redo_words(asked: Redo, numbers: Collection[int]) -> str:
    """Return what a redo is, in words: 'redo the image of shots 3, 5'."""
    of = f" of shot{'s' if len(numbers) > 1 else ''} {', '.join(map(str, sorted(numbers)))}" if numbers else ""
    return f"redo the {_stage_of(asked)}{of}"


def _stage_of(asked: Redo) -> RedoStage:
    of_picture = asked.prompt or asked.notes or asked.seed is not None
    return asked.stage or ("video" if asked.camera and not of_picture else "image")


def _check_redo(asked: Redo, stage: RedoStage, numbers: Collection[int]) -> None:
    of_picture = {"--prompt": asked.prompt, "--notes": asked.notes, "--seed": asked.seed is not None}
    if stage != "image" and (wrong := [name for name, given in of_picture.items() if given]):
        raise BadInput(f"{wrong[0]} is about pictures: leave it out, or --stage {stage}")
    if asked.camera and stage not in ("image", "video"):
        raise BadInput(f"--camera is about clips: leave it out, or --stage {stage}")
    if asked.seed is not None and not 0 <= asked.seed < 2**31:
        raise BadInput(f"--seed {asked.seed} is not 0 to {2**31 - 1}")
    if not 1 <= asked.takes <= MOST_TAKES:
        raise BadInput(f"--takes {asked.takes} is not 1 to {MOST_TAKES}")
    if stage == "score" and numbers:
        raise BadInput("the score is the whole film's: leave --shot out")
    if stage != "score" and not numbers:
        raise BadInput("say which shots, for example --shot 3,5-7")


def _redone(shot: Shot, asked: Redo, stage: RedoStage, last_take: int, style: str) -> Shot:
    update: dict[str, object] = {"camera": asked.camera} if asked.camera else {}
    match stage:
        case "image":
            take = 1 + max(last_take, shot.take + shot.alternatives)
            prompt = in_style_of(shot.image_prompt, asked.prompt, style) if asked.prompt else shot.image_prompt
            update |= {
                "image_prompt": with_notes(prompt, asked.notes, style) if asked.notes else prompt,
                # Always another take, also of another prompt: a picture by hand stays until the take changes.
                "take": take,
                "seed": shot.seed if asked.seed is None else seed_for(asked.seed, take),
                "picture": "",
                "clip": None,
                "alternatives": asked.takes - 1,
            }
        case "video":
            take = _next_take(shot.video_take, shot.video_alternatives, last_take, shot.clip)
            update |= {"clip": None, "video_take": take, "video_alternatives": asked.takes - 1}
        case _:
            if not shot.narration.strip() and shot.voice is None:
                raise BadInput(f"shot {shot.index} has no line: give it one with `film edit --line`")
            take = _next_take(shot.narration_take, shot.narration_alternatives, last_take, shot.voice)
            update |= {"voice": None, "narration_take": take, "narration_alternatives": asked.takes - 1}
    return _changed(shot, **update)


def _next_take(take: int, alternatives: int, last_take: int, own: Source | None) -> int:
    """Return the number of a new take; where a file of one's own has stood from the start, the crew's first is new."""
    return take if own is not None and not last_take else 1 + max(last_take, take + alternatives)


@dataclass(frozen=True)
class ShotWords:
    """What is changed of shots, without a new take where nothing asks for one; None leaves it as it is."""

    prompt: str | None = None
    motion: str | None = None
    camera: str | None = None
    line: str | None = None
    seconds: float | None = None
    note: str | None = None


def reword(words: ShotWords, numbers: Collection[int]) -> Edit:
    """Return the change of the words, the length or the note of these shots.

    Another prompt has another picture painted, another line spoken; a choice of a take or a recording ends with them.
    """
    if not numbers:
        raise BadInput("say which shots, for example --shot 3,5-7")

    def edit(plan: Plan) -> Plan:
        def one(shot: Shot) -> Shot:
            update: dict[str, object] = {}
            if words.prompt is not None and words.prompt != shot.image_prompt:
                prompt = in_style_of(shot.image_prompt, words.prompt, plan.story.style)
                update |= {"image_prompt": prompt, "picture": "", "alternatives": 0}
            if words.motion is not None:
                update["motion_prompt"] = words.motion
            if words.camera is not None:
                update["camera"] = words.camera
            if words.line is not None and words.line != shot.narration:
                update |= {"narration": words.line, "voice": None}
            if words.seconds is not None:
                update["frames"] = _frames(words.seconds, plan.fps)
            if words.note is not None:
                update["note"] = words.note
            return _changed(shot, **update)

        return _each(plan, numbers, one)

    return edit


def retitle(title: str) -> Edit:
    """Return the change of the film's title; no shot is made anew for it.

    Raises:
        BadInput: it is blank.
    """
    shown = printable(title).strip()
    if not shown:
        raise BadInput("a title has at least one letter")
    return lambda plan: replace(plan, story=_story(plan.story, title=shown))


def use_picture(sha256: str, number: int) -> Edit:
    """Return the change that makes a take of a picture, by its SHA-256, the shot's picture.

    A clip that a person chose for the shot is not used any more: it would hide the picture.
    """
    return lambda plan: _each(plan, (number,), lambda shot: _changed(shot, picture=sha256, clip=None))


def use_clip(source: Source, number: int, seconds: float | None = None) -> Edit:
    """Return the change that makes a file the shot's clip; `seconds` is the shot's length, None leaves it."""

    def edit(plan: Plan) -> Plan:
        length = {} if seconds is None else {"frames": _frames(seconds, plan.fps)}
        return _each(plan, (number,), lambda shot: _changed(shot, clip=source, **length))

    return edit


def use_voice(source: Source, number: int, words: str | None = None) -> Edit:
    """Return the change that makes a recording the shot's line; `words` are what it says, None: as planned."""
    said = {} if words is None else {"narration": words}
    return lambda plan: _each(plan, (number,), lambda shot: _changed(shot, voice=source, **said))


def use_music(source: Source | None) -> Edit:
    """Return the change that makes a file the film's music; None: the crew composes it."""
    return lambda plan: replace(plan, story=_story(plan.story, music=source))


def use_score(take: int) -> Edit:
    """Return the change that has the crew's score be this take: another length of the film gets it composed anew."""
    return lambda plan: replace(plan, story=_story(plan.story, music=None, score_take=take, score_alternatives=0))


def use_title_card(source: Source | None) -> Edit:
    """Return the change that makes a picture or clip the film's title; None: it is drawn."""
    return lambda plan: replace(plan, story=_story(plan.story, title_card=source))


def use_reference(reference: Reference) -> Edit:
    """Return the change that has a picture of a place or prop shown to painters that take pictures."""

    def edit(plan: Plan) -> Plan:
        others = [each for each in plan.story.references if each.node != reference.node]
        return replace(plan, story=_story(plan.story, references=(*others, reference)))

    return edit


# --- which shots there are ------------------------------------------------------------------------


@dataclass(frozen=True)
class NewShot:
    """A shot to be inserted; `seconds` None: as long as its neighbour."""

    prompt: str
    line: str = ""
    camera: str = "static"
    motion: str = ""
    seconds: float | None = None


def insert(new: NewShot, before: int) -> Edit:
    """Return the change that inserts a shot before shot `before`; one more than there are is the end."""

    def edit(plan: Plan) -> Plan:
        shots = plan.shots
        if not 1 <= before <= len(shots) + 1:
            raise BadInput(f"there is no place {before}: there are shots 1 to {len(shots)}")
        neighbour = shots[min(before, len(shots)) - 1]
        frames = neighbour.frames if new.seconds is None else _frames(new.seconds, plan.fps)
        fresh = _checked(
            {
                "index": before,
                "image_prompt": in_style_of(neighbour.image_prompt, new.prompt, plan.story.style),
                "motion_prompt": new.motion,
                "camera": new.camera,
                "scene": neighbour.scene,
                "narration": new.line,
                "frames": frames,
                "seed": draw_seed(plan.seed, new.prompt, len(shots), before),
            }
        )
        return _numbered(plan, (*shots[: before - 1], fresh, *shots[before - 1 :]))

    return edit


def remove(numbers: Collection[int]) -> Edit:
    """Return the change that takes shots out; their pieces stay in `takes/`."""

    def edit(plan: Plan) -> Plan:
        _check_numbers(plan, numbers)
        if len(set(numbers)) == len(plan.shots):
            raise BadInput("a film has at least one shot: insert another before you remove these")
        return _numbered(plan, tuple(shot for shot in plan.shots if shot.index not in numbers))

    return edit


def move(numbers: Collection[int], before: int) -> Edit:
    """Return the change that moves shots, in their order, before shot `before`; one more than there are is the end."""

    def edit(plan: Plan) -> Plan:
        _check_numbers(plan, numbers)
        if not 1 <= before <= len(plan.shots) + 1:
            raise BadInput(f"there is no place {before}: there are shots 1 to {len(plan.shots)}")
        moved = [shot for shot in plan.shots if shot.index in numbers]
        rest = [shot for shot in plan.shots if shot.index not in numbers]
        at = sum(shot.index < before for shot in rest)
        return _numbered(plan, (*rest[:at], *moved, *rest[at:]))

    return edit


def split(number: int, seconds: float) -> Edit:
    """Return the change that cuts a shot in two, `seconds` after its beginning.

    Both halves show the same picture; the line stays with the first.
    """

    def edit(plan: Plan) -> Plan:
        _check_numbers(plan, (number,))
        shot = plan.shots[number - 1]
        first = round(seconds * plan.fps)
        if not 0 < first < shot.frames:
            raise BadInput(
                f"shot {number} is {shot.frames / plan.fps:.2f} s long: split it after more than 0 s and before that"
            )
        clips = _halves(shot.clip, first / plan.fps)
        # The second half is a shot of its own, for which no further takes were asked.
        own = {"id": "", "narration": "", "voice": None, "note": "", "alternatives": 0}
        own |= {"video_alternatives": 0, "narration_alternatives": 0}
        halves = (
            _changed(shot, frames=first, clip=clips[0]),
            _changed(shot, frames=shot.frames - first, clip=clips[1], **own),
        )
        return _numbered(plan, (*plan.shots[: number - 1], *halves, *plan.shots[number:]))

    return edit


def _halves(clip: Source | None, seconds: float) -> tuple[Source | None, Source | None]:
    if clip is None:
        return None, None
    at = clip.start + seconds
    if clip.end is not None and at >= clip.end:
        return clip, clip
    return clip.model_copy(update={"end": at}), clip.model_copy(update={"start": at})


def join(number: int) -> Edit:
    """Return the change that makes one shot of a shot and the next: the first's picture, both lines, both lengths."""

    def edit(plan: Plan) -> Plan:
        _check_numbers(plan, (number,))
        if number == len(plan.shots):
            raise BadInput(f"shot {number} is the last: there is none to join it with")
        first, second = plan.shots[number - 1 : number + 1]
        if second.voice is not None or (first.voice is not None and second.narration.strip()):
            raise BadInput(f"shots {number} and {number + 1} have recordings: give the joined shot one of its own")
        line = " ".join(each for each in (first.narration.strip(), second.narration.strip()) if each)
        note = "\n".join(each for each in (first.note, second.note) if each)
        one = _changed(first, frames=first.frames + second.frames, narration=line, note=note)
        return _numbered(plan, (*plan.shots[: number - 1], one, *plan.shots[number + 1 :]))

    return edit


# --- helpers --------------------------------------------------------------------------------------


def _each(plan: Plan, numbers: Collection[int], change: Callable[[Shot], Shot]) -> Plan:
    _check_numbers(plan, numbers)
    shots = tuple(change(shot) if shot.index in numbers else shot for shot in plan.shots)
    return replace(plan, shots=shots)


def _check_numbers(plan: Plan, numbers: Collection[int]) -> None:
    for number in numbers:
        if not 1 <= number <= len(plan.shots):
            raise BadInput(f"there is no shot {number}: there are shots 1 to {len(plan.shots)}")


def _numbered(plan: Plan, shots: Sequence[Shot]) -> Plan:
    if len(shots) > SHOTS:
        raise BadInput(f"{len(shots):,} shots, the longest film has {SHOTS:,}: take some out")
    numbered = [
        shot.model_copy(update={"index": number, "image_path": _path(shot, number)})
        for number, shot in enumerate(shots, start=1)
    ]
    return replace(plan, shots=with_ids(numbered))


def _path(shot: Shot, number: int) -> str:
    usual = shot.image_path in ("", image_path(shot.index))
    return image_path(number) if usual else shot.image_path


def _frames(seconds: float, fps: int) -> int:
    if not 0 < seconds <= 3600:
        raise BadInput(f"{seconds:g} s is not the length of a shot: more than 0 and at most 3600")
    return max(1, round(seconds * fps))


def _changed(shot: Shot, **update: object) -> Shot:
    return _checked({**{name: getattr(shot, name) for name in type(shot).model_fields}, **update})


def _checked(content: dict[str, object]) -> Shot:
    try:
        return Shot.model_validate(content)
    except ValidationError as error:
        raise BadInput(f"shot {content['index']}: {first_fault(error, Shot)}") from error


def _story(story: Story, **update: object) -> Story:
    try:
        return Story.model_validate({**{name: getattr(story, name) for name in type(story).model_fields}, **update})
    except ValidationError as error:
        raise BadInput(f"the story: {first_fault(error, Story)}") from error
