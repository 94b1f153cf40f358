"""Plan the shots: how many, how long each is, what it shows, what is said over it, how the camera moves.

Everything is counted in whole frames, and only a running total is rounded, so that no frame is lost to rounding.
Called by the writers and by the flows; the plan's files as text are `studio/planning/plan_files.py`.
"""

from __future__ import annotations

import math
import random
import re
from collections.abc import Sequence
from itertools import accumulate, pairwise

from studio.errors import BadInput
from studio.input.caption_times import TimedShot, timed_shots
from studio.input.script import first_sentence, parse_script
from studio.input.styles import settings_of, style_of
from studio.model.brief import Brief, FilmOptions
from studio.model.camera import Camera
from studio.model.film import LINE_CHARACTERS, SceneGraph, Shot, Story
from studio.planning.close_ups import close_action
from studio.planning.image_prompts import ShotSize, image_prompt
from studio.planning.plan_files import draw_seed, image_path, plan_text, read_graph, read_shots, read_story
from studio.planning.scene_graph import check_graph, scene_parts
from studio.planning.shot_sizes import BACK, camera_moves, shot_size
from studio.text.sentences import split_sentences

__all__ = [
    "draw_seed",
    "end_frames",
    "frames_for_shots",
    "image_path",
    "plan_shots",
    "plan_text",
    "read_graph",
    "read_shots",
    "read_story",
    "share_frames",
    "share_lines",
    "share_shots",
    "shot_count",
    "spoken_words",
    "title_frames",
    "words_that_fit",
]

TITLE_SHARE, TITLE_LEAST, TITLE_MOST = 0.1, 1.0, 3.0
"""Length of the title card: a tenth of the film, but 1 to 3 seconds, time to read eight words and no more."""

END_SHARE, END_LEAST, END_MOST = 0.1, 3.0, 3.5
"""Length of the end card: a tenth of the film, but 3 to 3.5 seconds, time to dissolve into it, read ten words and fade
out. A film under 30 seconds has none: its story needs the time."""

WORDS_PER_SECOND = 2.4
"""Narration speed, in words a second: 144 words a minute, calm for a documentary (150 is usual)."""

BREATH_SECONDS = 0.8
"""Silence kept in every shot, so that lines do not run into each other."""

FRAMES_OF_A_SHOT = 24 * 3600
"""Longest shot, in frames, as `studio.model.film.Shot` limits it."""

_SPOKEN = re.compile(r"[0-9]|[぀-ヿ㐀-鿿豈-﫿가-힣฀-๿]|[^\W\d_]+(?:['\u2019][^\W\d_]+)*")

_MOTION: dict[Camera, str] = {"static": "the camera holds still", "handheld": "the camera stays with the subject"}
_STEADY = "a steady camera"
"""The motion prompt for all other moves. The move itself is in `Shot.camera` and is not asked for a second time."""


def title_frames(options: FilmOptions) -> int:
    """Return the length of the title card in whole frames; 0 for a film whose shots follow its script's times."""
    if options.script_times:
        return 0
    seconds = min(TITLE_MOST, max(TITLE_LEAST, TITLE_SHARE * options.seconds))
    return math.floor(seconds * options.fps + 0.5)


def end_frames(options: FilmOptions) -> int:
    """Return the length of the end card in whole frames; 0 for a film under 30 seconds, which has none."""
    if END_SHARE * options.seconds < END_LEAST:
        return 0
    return math.floor(min(END_MOST, END_SHARE * options.seconds) * options.fps + 0.5)


def frames_for_shots(options: FilmOptions) -> int:
    """Return the frames left for all shots together: the film less its title and end card.

    If the shots follow the script's times, they have all of `options.seconds`, and an end card comes after it.
    """
    if options.script_times:
        return sum(shot.frames for shot in timed_shots(options))
    return math.floor(options.seconds * options.fps + 0.5) - title_frames(options) - end_frames(options)


def shot_count(options: FilmOptions) -> int:
    """Return how many shots of about `options.shot_seconds` fill the film, at least 1; with prompts, one for each.

    The pace of the film's style makes them shorter or longer.

    With a script there are never fewer shots than scenes, because each scene needs a picture; if they follow its times,
    there are as many as those make.

    Raises:
        BadInput: the script is not valid (`script.parse_script`), has more scenes than the film has frames, or more to
            say than so many shots can.
    """
    if options.prompts is not None:
        return max(1, len(options.prompts))
    if options.script_times:
        return len(timed_shots(options))
    shot_seconds = options.shot_seconds * settings_of(options).pace
    fitting = max(1, math.floor(frames_for_shots(options) / options.fps / shot_seconds + 0.5))
    if options.script is None:
        return fitting
    scenes = parse_script(options.script)
    if len(scenes) > frames_for_shots(options):
        raise BadInput(f"the script has {len(scenes)} scenes, more than the film has frames: ask for more seconds")
    count = max(fitting, len(scenes))
    # Without white space, which lines may lose. Checked here, before the story is written, rather than when the first
    # line turns out too long.
    letters = sum(len(word) for scene in scenes for word in scene.narration.split())
    if letters > count * LINE_CHARACTERS:
        raise BadInput(
            f"the script has {letters:,} letters to say, and the film {count:,} shots of at most {LINE_CHARACTERS:,}: "
            "ask for a longer film, or a shorter script"
        )
    return count


def share_frames(total_frames: int, count: int) -> tuple[int, ...]:
    """Return `count` lengths in frames that differ by at most one and sum to `total_frames`.

    The running total is rounded, never a single share, so that no frame is lost or gained (error diffusion).

    Raises:
        BadInput: there are fewer frames than shots.
    """
    if not 1 <= count <= total_frames:
        raise BadInput(f"{total_frames} frames cannot be shared among {count} shots: ask for a longer film")
    ends = [(2 * total_frames * place + count) // (2 * count) for place in range(count + 1)]
    return tuple(end - start for start, end in pairwise(ends))


def spoken_words(text: str) -> int:
    """Return about how many words a voice says: each digit, and each CJK or Thai letter, counts as a word."""
    return len(_SPOKEN.findall(text))


def words_that_fit(frames: int, fps: int) -> int:
    """Return how many words fit into a shot of `frames`: at `WORDS_PER_SECOND`, less `BREATH_SECONDS` of silence."""
    return max(0, math.floor(WORDS_PER_SECOND * (frames / fps - BREATH_SECONDS) + 1e-9))


def share_lines(sentences: Sequence[str], count: int) -> tuple[str, ...]:
    """Return the sentences of a scene's narration as `count` lines, one for each shot, without dividing a sentence.

    If there are no more sentences than shots, each has a shot of its own, evenly spread; otherwise they are shared out
    by the running count of words. Joined again the lines are the narration, except for white space.
    """
    lines: list[list[str]] = [[] for _ in range(count)]
    spoken = [max(1, spoken_words(sentence)) for sentence in sentences]
    total = sum(spoken)
    before = 0
    for place, (sentence, words) in enumerate(zip(sentences, spoken, strict=True)):
        few = len(sentences) <= count
        shot = place * count // len(sentences) if few else (2 * before + words) * count // (2 * total)
        lines[shot].append(sentence)
        before += words
    return tuple(" ".join(line) for line in lines)


def share_shots(told: Sequence[Sequence[str]], frames: Sequence[int], fps: int) -> tuple[int, ...]:
    """Return how many shots each scene gets, at least one: the same for all, or by words if a line would not fit.

    Args:
        told: the sentences of each scene.
        frames: the length of each shot; at least as many as scenes.
    """
    even = share_frames(len(frames), len(told))
    first = 0
    tight = False
    for sentences, count in zip(told, even, strict=True):
        room = frames[first : first + count]
        lines = share_lines(sentences, count)
        tight |= any(spoken_words(line) > words_that_fit(n, fps) for line, n in zip(lines, room, strict=True))
        first += count
    if not tight:
        return even
    spare = len(frames) - len(told)
    words = [sum(map(spoken_words, sentences)) for sentences in told]
    total, running, given = max(1, sum(words)), 0, 0
    counts: list[int] = []
    for count in words:
        running += count
        due = (2 * spare * running + total) // (2 * total)
        counts.append(1 + due - given)
        given = due
    return tuple(counts)


def plan_shots(story: Story, graph: SceneGraph, brief: Brief) -> tuple[Shot, ...]:
    """Return the shots of the film, in order; with the title and end card they have the length asked for.

    With prompts, each gives one shot and is used as it was written. The length does not depend on the script, unless
    the shots follow its times: the timeline lengthens a shot to its measured line.

    Raises:
        BrokenPlan: the graph does not fit this story.
        BadInput: more scenes than shots or frames, or a line or a shot that is too long.
    """
    check_graph(graph, story)
    options, style, settings = brief.options, style_of(brief.options), settings_of(brief.options)
    prompts = options.prompts or ()
    frames, lines_by_scene = _timed_lines(story, options) if options.script_times else _shared_lines(story, options)
    count = len(frames)
    if max(frames) > FRAMES_OF_A_SHOT:
        raise BadInput(f"a shot would last {max(frames)} frames, the most is {FRAMES_OF_A_SHOT}: ask for more shots")
    parts = scene_parts(graph)
    cameras = random.Random(draw_seed(brief.seed, "camera"))
    shots: list[Shot] = []
    sizes: list[ShotSize] = []
    used: list[Camera] = []
    for number, (scene, lines) in enumerate(zip(story.scenes, lines_by_scene, strict=True), start=1):
        its_shots = len(lines)
        panned: Camera | None = None
        for place, line in enumerate(lines):
            index = len(shots) + 1
            if len(line) > LINE_CHARACTERS:
                raise BadInput(
                    f"shot {index} would have {len(line)} characters to say, the most is {LINE_CHARACTERS}: "
                    "ask for a longer film, a shorter script, or shorter sentences"
                )
            prompt = prompts[index - 1] if prompts else None
            size = shot_size(number, place, its_shots, scene, sizes, count, settings.sizes)
            moves = camera_moves(size, scene.emotion, story.mood, used, count, settings.moves)
            moves = tuple(move for move in moves if move != BACK.get(panned or "static")) or moves
            camera = moves[cameras.randrange(len(moves))]
            panned = camera if camera in BACK else panned
            sizes.append(size)
            used.append(camera)
            said = first_sentence(line) if options.script and line else None
            if said is None and size == "close" and place:
                said = close_action(scene.action, scene.characters)
            if said is None and options.script:
                said = scene.action
            shots.append(
                Shot(
                    index=index,
                    image_prompt=(
                        prompt.image_prompt
                        if prompt
                        else image_prompt(
                            size, scene, parts[scene.id], story.style, said, style_apart=style is not None
                        )
                    ),
                    motion_prompt=prompt.motion_prompt if prompt else _MOTION.get(camera, _STEADY),
                    camera=prompt.camera if prompt else camera,
                    image_path=image_path(index),
                    scene=scene.id,
                    narration=line,
                    frames=frames[index - 1],
                    seed=draw_seed(brief.seed, index),
                )
            )
    return tuple(shots)


_Lines = Sequence[tuple[str, ...]]
"""Of each scene the lines of its shots."""


def _shared_lines(story: Story, options: FilmOptions) -> tuple[tuple[int, ...], _Lines]:
    """Return the length of each shot, and what is said in each scene's shots, shared out over the film."""
    prompts = options.prompts or ()
    count = len(prompts) or max(shot_count(options), len(story.scenes))
    if len(story.scenes) > count:
        raise BadInput(f"{len(story.scenes)} scenes and only {count} prompts: add prompts, or join scenes")
    frames = share_frames(frames_for_shots(options), count)
    told = [split_sentences(scene.narration) for scene in story.scenes]
    counts = share_shots(told, frames, options.fps)
    return frames, [share_lines(sentences, count) for sentences, count in zip(told, counts, strict=True)]


def _timed_lines(story: Story, options: FilmOptions) -> tuple[tuple[int, ...], _Lines]:
    """Return as `_shared_lines`, by the times of the script's captions.

    A scene whose words are no longer those of the script has them shared out over its shots; a story with other scenes
    than the script has all of them shared out over the film's.
    """
    shots = timed_shots(options)
    frames = tuple(shot.frames for shot in shots)
    spoken = [shot for shot in shots if shot.line]
    told = [split_sentences(scene.narration) for scene in story.scenes]
    if len(told) > len(spoken):
        raise BadInput(f"the story has {len(told)} scenes, and the script only {len(spoken)} captions: join scenes")
    written = parse_script(options.script or "")
    counts = _captions_of_scenes(spoken, [scene.narration for scene in written])
    whole = counts is not None and len(written) == len(told)
    if counts is None or not whole:
        counts = share_shots(told, [shot.frames for shot in spoken], options.fps)
    lines: list[str] = []
    for sentences, count, scene in zip(told, counts, story.scenes, strict=True):
        its = [shot.line for shot in spoken[len(lines) : len(lines) + count]]
        kept = whole and _letters("".join(its)) == _letters(scene.narration)
        lines += its if kept else share_lines(sentences, count)
    return frames, _with_pauses(shots, lines, counts)


def _captions_of_scenes(spoken: Sequence[TimedShot], narrations: Sequence[str]) -> tuple[int, ...] | None:
    """Return how many captions each scene has, by their letters; None if the scenes' words are not the captions'."""
    counts = [0] * len(narrations)
    ends = list(accumulate(len(_letters(narration)) for narration in narrations))
    if "".join(_letters(shot.line) for shot in spoken) != "".join(map(_letters, narrations)):
        return None
    at = scene = 0
    for shot in spoken:
        while at >= ends[scene] and scene < len(ends) - 1:
            scene += 1
        counts[scene] += 1
        at += len(_letters(shot.line))
    return tuple(counts) if all(counts) else None


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, text))


def _with_pauses(shots: Sequence[TimedShot], lines: Sequence[str], counts: Sequence[int]) -> _Lines:
    """Return the scenes' lines with '' for each pause, which belongs to the scene before it, or to the first one."""
    scenes: list[list[str]] = [[] for _ in counts]
    ends = list(accumulate(counts))
    at = scene = 0
    for shot in shots:
        if shot.line:
            scene += at == ends[scene]
            scenes[scene].append(lines[at])
            at += 1
        else:
            scenes[scene].append("")
    return [tuple(each) for each in scenes]


def scene_count(shots: int) -> int:
    """Return how many scenes a film of so many shots has: 2.2 times the square root, so 6 for 7 shots, 24 for 119."""
    return max(1, min(shots, math.floor(2.2 * math.sqrt(shots) + 0.5)))
