"""Make the orders: one for each piece of work, with the fingerprint of everything that it builds on. Pure.

An order says what is to be made, from exactly what, and where it will be. The same brief, plan and pieces give the same
orders in every process, so an order is how a resumed run recognises what is already there.
"""

from __future__ import annotations

import zlib
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass

from studio.input.styles import settings_of
from studio.model.brief import Brief, FilmOptions
from studio.model.engines import Crew, Engine
from studio.model.film import MusicCue, Node, Shot, Story, Timeline
from studio.model.fingerprint import Ingredient, fingerprint
from studio.model.pieces import Order
from studio.model.receipt import Receipt
from studio.model.style import CARDS
from studio.planning.credits import credits_of

CUT_VERSION = 6
"""Raised when the same clips and sounds would be cut into other bytes."""
TIMELINE_VERSION = 2
"""Raised when the same shots and lines would be laid out in another way."""
PORTRAIT_VERSION = 1
"""Raised when a character's portrait would be asked for in other words."""


def _who(engine: Engine) -> dict[str, Ingredient]:
    who: dict[str, Ingredient] = {"engine": engine.engine, "model": engine.model, "version": engine.version}
    # Not `isinstance(engine, TakesStyle)`: that takes longer than all the rest of an order, and orders are made often.
    if style_print := getattr(engine, "style_print", ""):
        who["style"] = style_print
    return who


def _styled(options: FilmOptions) -> dict[str, Ingredient]:
    """Return what a style that is written out adds to a plan's fingerprint; nothing where there is none."""
    return {} if options.style_text is None else {"style_text": options.style_text}


def _carded(options: FilmOptions) -> dict[str, Ingredient]:
    """Return what of a style changes title and end card."""
    return {} if options.style_text is None else {"cards": settings_of(options).model_dump_json(include=CARDS)}


def story_order(session_id: str, brief: Brief, crew: Crew) -> Order:
    """Return the order of the story: from the idea, and the options that decide its length and words."""
    options = brief.options
    timed: dict[str, Ingredient] = {"script_times": True} if options.script_times else {}
    print_ = fingerprint(
        who=_who(crew.writer),
        idea=brief.idea,
        style=options.style,
        seconds=options.seconds,
        fps=options.fps,
        shot_seconds=options.shot_seconds,
        script=options.script,
        seed=brief.seed,
        shots=None if options.prompts is None else len(options.prompts),
        **timed,
        **_styled(options),
    )
    return Order(session_id, "story", 0, print_)


def scene_graph_order(session_id: str, story: Story, brief: Brief, crew: Crew) -> Order:
    """Return the order of the scene graph: from the story as it is in the file, edited or not."""
    print_ = fingerprint(who=_who(crew.writer), story=story.model_dump_json(), seed=brief.seed)
    return Order(session_id, "scene_graph", 0, print_)


def shots_order(session_id: str, story: Story, graph_json: str, brief: Brief, crew: Crew) -> Order:
    """Return the order of the shot plan: from story, graph, length and the person's own prompts.

    If the shots follow the script's times, the script is part of it: the story has its words, and not its times.
    """
    options = brief.options
    timed: dict[str, Ingredient] = {"script_times": options.script} if options.script_times else {}
    print_ = fingerprint(
        who=_who(crew.writer),
        story=story.model_dump_json(),
        graph=graph_json,
        seconds=options.seconds,
        fps=options.fps,
        shot_seconds=options.shot_seconds,
        seed=brief.seed,
        prompts=None if options.prompts is None else tuple(prompt.model_dump_json() for prompt in options.prompts),
        **timed,
        **_styled(options),
    )
    return Order(session_id, "shots", 0, print_)


Looks = Mapping[int, tuple[str, ...]]
"""The looks of the characters in each shot, by shot number (`cast.look_of`); a shot without any is left out."""
NO_LOOKS: Looks = {}


def portrait_print(character: Node, style: str, brief: Brief, crew: Crew) -> str:
    """Return the fingerprint of a character's portrait: from its description, the film's style, seed and painter."""
    return fingerprint(
        who=_who(crew.painter), portrait=PORTRAIT_VERSION, look=character.description, style=style, seed=brief.seed
    )


def portrait_order(
    session_id: str, character: Node, cast: Sequence[Node], style: str, brief: Brief, crew: Crew
) -> Order:
    """Return the order of a character's portrait; `cast` is all characters that get one."""
    wanted = tuple(portrait_print(each, style, brief, crew) for each in cast)
    print_ = portrait_print(character, style, brief, crew)
    return Order(session_id, "cast", character_number(character), print_, wanted)


def character_number(character: Node) -> int:
    """Return a character's number in the scene graph: 2 for 'character_2'."""
    return int(character.id.rpartition("_")[2])


def image_print(shot: Shot, size: tuple[int, int], crew: Crew, looks: tuple[str, ...] = ()) -> str:
    """Return the fingerprint of a shot's picture; `looks` are those of the characters in it.

    Of a take that a person chose, only its bytes count.
    """
    if shot.picture:
        return fingerprint(chosen=shot.picture)
    shown: dict[str, Ingredient] = {"looks": looks} if looks else {}
    return fingerprint(
        who=_who(crew.painter),
        prompt=shot.image_prompt,
        width=size[0],
        height=size[1],
        seed=shot.seed,
        take=shot.take,
        **shown,
    )


@dataclass(frozen=True)
class _ImagePrints(Container[str]):
    """The fingerprints of all shots' pictures, computed only when one is looked for: every shot's order has them."""

    shots: Sequence[Shot]
    size: tuple[int, int]
    crew: Crew
    looks: Looks

    def __contains__(self, print_: object) -> bool:
        return any(
            image_print(each, self.size, self.crew, self.looks.get(each.index, ())) == print_ for each in self.shots
        )


def image_order(
    session_id: str, shot: Shot, shots: Sequence[Shot], size: tuple[int, int], crew: Crew, looks: Looks = NO_LOOKS
) -> Order:
    """Return the order of a shot's picture: from prompt, size, seed, take, and the looks of the characters in it."""
    print_ = image_print(shot, size, crew, looks.get(shot.index, ()))
    return Order(
        session_id,
        "images",
        shot.index,
        print_,
        _ImagePrints(shots, size, crew, looks),
        chosen=shot.picture,
        shot=shot.id,
        take=0 if shot.picture else shot.take,
        direction=shot.direction,
    )


def take_seed(shot: Shot) -> int:
    """Return the seed that a shot's picture is painted with: the shot's own, and another one for every redo."""
    return another_seed(shot.seed, shot.take)


def alternatives(shot: Shot) -> tuple[Shot, ...]:
    """Return the shot as each further take of its picture wants it; () if it wants none.

    A shot whose picture was chosen wants none, nor does one that shows a clip of a person's own.
    """
    if shot.picture or (shot.clip is not None and shot.clip.name):
        return ()
    return tuple(shot.model_copy(update={"take": shot.take + n}) for n in range(1, shot.alternatives + 1))


def clip_alternatives(shot: Shot) -> tuple[Shot, ...]:
    """Return the shot as each further take of its clip wants it, as `alternatives`."""
    if shot.clip is not None:
        return ()
    wanted = range(1, shot.video_alternatives + 1)
    return tuple(shot.model_copy(update={"video_take": shot.video_take + n}) for n in wanted)


def line_alternatives(shot: Shot) -> tuple[Shot, ...]:
    """Return the shot as each further take of its line wants it, as `alternatives`; a silent shot has no line."""
    if shot.voice is not None or not shot.narration.strip():
        return ()
    wanted = range(1, shot.narration_alternatives + 1)
    return tuple(shot.model_copy(update={"narration_take": shot.narration_take + n}) for n in wanted)


def score_alternatives(story: Story) -> tuple[Story, ...]:
    """Return the story as each further take of the film's score wants it, as `alternatives`."""
    if story.music is not None:
        return ()
    wanted = range(1, story.score_alternatives + 1)
    return tuple(story.model_copy(update={"score_take": story.score_take + n}) for n in wanted)


def another_seed(seed: int, take: int) -> int:
    """Return the seed of a take: the first take has the seed itself."""
    return (seed + 7_919 * (take - 1)) % 2**31


def seed_for(painted: int, take: int) -> int:
    """Return the seed that a shot must have for this take to be painted with the seed `painted`."""
    return (painted - 7_919 * (take - 1)) % 2**31


def _another(take: int) -> dict[str, Ingredient]:
    """Return what a take adds to a fingerprint: nothing if it is the first."""
    return {"take": take} if take > 1 else {}


def line_seed(shot: Shot) -> int:
    """Return the seed that a shot's line is spoken with, from its words: the same words sound the same in any shot."""
    return another_seed(zlib.crc32(shot.narration.encode("utf-8")) % 2**31, shot.narration_take)


def narration_order(session_id: str, shot: Shot, crew: Crew) -> Order:
    """Return the order of a shot's line: from its words, the voice and the take; its seed follows from these."""
    print_ = fingerprint(who=_who(crew.narrator), line=shot.narration, **_another(shot.narration_take))
    return Order(session_id, "narration", shot.index, print_, shot=shot.id, take=shot.narration_take)


def video_order(
    session_id: str, shot: Shot, frames: int, brief: Brief, crew: Crew, image: Receipt, burned: str
) -> Order:
    """Return the order of a shot's clip: from the picture's bytes, the move and the length.

    `burned` is the text of burned-in captions, or ''. The picture's focus is part of it, if its receipt has one: the
    bytes alone do not say what the camera aims at.
    """
    options = brief.options
    aim: dict[str, Ingredient] = {} if image.focus is None else {"focus": image.focus}
    print_ = fingerprint(
        who=_who(crew.animator),
        image=image.sha256,
        camera=shot.camera,
        motion=shot.motion_prompt,
        frames=frames,
        fps=options.fps,
        width=options.size[0],
        height=options.size[1],
        seed=shot.seed,
        burned=burned,
        **aim,
        **_another(shot.video_take),
    )
    return Order(session_id, "videos", shot.index, print_, shot=shot.id, take=shot.video_take)


def timeline_order(session_id: str, shots: Sequence[Shot], lines: Sequence[Receipt], brief: Brief) -> Order:
    """Return the order of the timeline: from the planned frames and the measured lines, in shot order."""
    timed: dict[str, Ingredient] = {"script_times": True} if brief.options.script_times else {}
    print_ = fingerprint(
        version=TIMELINE_VERSION,
        seconds=brief.options.seconds,
        fps=brief.options.fps,
        shots=tuple((shot.index, shot.frames) for shot in shots),
        lines=tuple(line.seconds for line in lines),
        **timed,
    )
    return Order(session_id, "timeline", 0, print_)


def score_order(
    session_id: str, timeline: Timeline, cues: Sequence[MusicCue], brief: Brief, crew: Crew, take: int = 1
) -> Order:
    """Return the order of the score: from its moods and where they begin, its length, seed and take."""
    print_ = fingerprint(
        who=_who(crew.composer),
        cues=tuple((cue.start, cue.mood) for cue in cues),
        frames=timeline.frames,
        fps=timeline.fps,
        seed=brief.seed,
        **_another(take),
    )
    return Order(session_id, "score", 0, print_, take=take)


def _own(story: Story, shots: Sequence[Shot], options: FilmOptions) -> dict[str, Ingredient]:
    """Return what a person's own title and the sounds of clips add to the film's fingerprint; nothing without any."""
    found: dict[str, Ingredient] = {}
    if story.title_card is not None:
        found["title_card"] = story.title_card.model_dump_json(exclude={"name"})
        if options.style_text is not None:
            found["title_framed"] = True
    if sounds := tuple(
        (shot.index, shot.clip.model_dump_json(exclude={"name"}))
        for shot in shots
        if shot.clip is not None and shot.clip.sound
    ):
        found["clip_sounds"] = sounds
    return found


def film_order(
    session_id: str,
    brief: Brief,
    story: Story,
    shots: Sequence[Shot],
    timeline: Timeline,
    clips: Sequence[Receipt],
    lines: Sequence[Receipt],
    score: Receipt | None,
    images: Sequence[Receipt],
) -> Order:
    """Return the order of the film: from clips, lines and score, the cards' words, the captions and the timeline.

    Of clips, lines and score the bytes count. `images` count only for the credits: their bytes are in the clips.
    """
    options = brief.options
    styled: dict[str, Ingredient] = {}
    if timeline.title_frames or timeline.end_frames:
        styled = _carded(options)
    credited: dict[str, Ingredient] = {"credits": credits_of(story, images, lines)} if timeline.end_frames else {}
    print_ = fingerprint(
        version=CUT_VERSION,
        title=story.title,
        size=options.size,
        captions=options.captions,
        seed=brief.seed,
        timeline=timeline.model_dump_json(),
        clips=tuple(clip.sha256 for clip in clips),
        lines=tuple(line.sha256 for line in lines),
        score=score.sha256 if score else None,
        words=tuple((shot.narration, shot.scene) for shot in shots),
        scenes=tuple((scene.id, scene.location) for scene in story.scenes),
        mood=story.mood,
        english=story.language == "en",
        **credited,
        **styled,
        **_own(story, shots, options),
    )
    return Order(session_id, "film", 0, print_)
