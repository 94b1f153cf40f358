"""Check what a film asks for that its crew cannot do, before anything is made or paid. Pure.

The only place where the declared abilities of engines (`studio.model.engines.Abilities`) are checked, except reference
pictures: they are counted where they are chosen. Sizes, seed and negative prompt are checked once crew and options are
known (`studio/sessions/opening.py`, `studio/batch/manifest.py`), the voice's language once the story is
(`Session.with_voice_for`), before the first line is spoken. `film plan` checks both (`studio/forecast/forecast.py`).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

from studio.audio.silent_narrator import SilentNarrator
from studio.errors import BadInput
from studio.model.brief import FilmOptions
from studio.model.engines import Abilities, Crew, Size
from studio.model.film import Shot, Story
from studio.model.paid import Paid
from studio.text.display import printable

MOST_ENLARGED = 8.0
"""How many times a picture may be enlarged at most. A vendor's picture that would need more is refused, after it was
billed (`blocks/answers/picture_answers.py`). With this limit a server that paints 512 x 512 can make a 4K film."""

ENLARGED_TOLD, CROPPED_TOLD = 1.5, 0.25
"""Enlargement (times) and cropping (share) above which a person is told, because they can be seen. Full HD from
pictures of 1536 pixels (1.25 times) is below. Chosen by eye."""


def check_abilities(crew: Crew, options: FilmOptions) -> tuple[str, ...]:
    """Return where the crew will not do what the options ask, one line each; () if it can do everything.

    Raises:
        BadInput: it cannot paint frames of this size, or make such clips, at all.
    """
    _check_clips(crew, options)
    return tuple(filter(None, (_of_size(crew, options), _of_seed(crew, options), of_negative_prompt(crew))))


def painted_size(abilities: Abilities, size: Size) -> Size:
    """Return the approximate (width, height) in pixels of a painter's pictures, before they are scaled to `size`."""
    if abilities.sizes:
        # The nearest aspect ratio; of equally near ones the largest size.
        return min(
            abilities.sizes, key=lambda each: (abs(math.log(each[0] * size[1] / each[1] / size[0])), -each[0], -each[1])
        )
    scale = min(1.0, (abilities.longest_px or max(size)) / max(size))
    return max(1, round(size[0] * scale)), max(1, round(size[1] * scale))


def _enlarged(crew: Crew, options: FilmOptions) -> tuple[Size, float]:
    """Return the size of the crew's pictures, and how many times they are enlarged to the film's."""
    painted = painted_size(crew.painter.abilities, options.size)
    return painted, max(options.size[0] / painted[0], options.size[1] / painted[1])


def _of_size(crew: Crew, options: FilmOptions) -> str:
    frame, who = options.size, crew.painter.model
    painted, enlarged = _enlarged(crew, options)
    shape = f"{painted[0]}x{painted[1]}"
    if enlarged > MOST_ENLARGED:
        height = math.floor(options.height * MOST_ENLARGED / enlarged) // 2 * 2
        # Sizes are whole pixels, so that a little less may be possible only.
        while height > 2 and _enlarged(crew, options.model_copy(update={"height": height}))[1] > MOST_ENLARGED:
            height -= 2
        raise BadInput(
            f"--height {options.height}: {who} paints {shape}, which would be enlarged {enlarged:.1f} times to "
            f"{frame[0]}x{frame[1]}, more than {MOST_ENLARGED:g}: choose --height {height} or less, or another model"
        )
    cropped = 1 - frame[0] * frame[1] / enlarged**2 / (painted[0] * painted[1])
    done = [f"cropped by {cropped:.0%}"] if cropped > CROPPED_TOLD else []
    done += [f"enlarged {enlarged:.1f} times"] if enlarged > ENLARGED_TOLD else []
    if not done:
        return ""
    return f"{who} paints {shape}: its pictures are {' and '.join(done)} to {frame[0]}x{frame[1]}"


def _check_clips(crew: Crew, options: FilmOptions) -> None:
    """Make sure that the animator makes clips of the film's rate, of the pictures that are painted.

    Raises:
        BadInput: it does not; the message says what it makes.
    """
    able, who = crew.animator.abilities, crew.animator.model
    if not able.first_frame:
        raise BadInput(f"{who} makes clips of words alone, so no picture would be seen: choose another animator")
    if able.rates and options.fps not in able.rates:
        rates = " or ".join(map(str, able.rates))
        raise BadInput(f"--fps {options.fps}: {who} makes clips of {rates} frames a second: choose that")


def check_shots(crew: Crew, shots: Sequence[Shot], fps: int) -> None:
    """Make sure that the animator makes clips as long as the planned shots; before anything of them is paid.

    A line that needs more time makes its shot longer still, and its animator then says whether it can.

    Raises:
        BadInput: a shot is longer; the message names the longest, and what to do.
    """
    most = crew.animator.abilities.longest_seconds
    longest = max((shot for shot in shots if shot.clip is None), key=lambda shot: shot.frames, default=None)
    if most is not None and longest is not None and longest.frames > most * fps:
        seconds = math.ceil(longest.frames / fps * 10) / 10
        raise BadInput(
            f"shot {longest.index} lasts {seconds:g} s, and {crew.animator.model} makes clips of "
            f"{most:g} s at most: choose shorter shots (--shot-seconds), or another animator"
        )


def _of_seed(crew: Crew, options: FilmOptions) -> str:
    if options.seed is None:
        return ""
    deaf = [each.model for each in (crew.writer, crew.painter, crew.narrator) if not each.abilities.seed]
    if not deaf:
        return ""
    names = " and ".join(filter(None, (", ".join(deaf[:-1]), deaf[-1])))
    return f"--seed {options.seed}: {names} take{'s' * (len(deaf) == 1)} no seed: what is made anew differs each time"


def of_negative_prompt(crew: Crew) -> str:
    """Return one line that says that the crew's negative prompt is not used; '' if it is, or there is none."""
    if not crew.negative_prompt or crew.painter.abilities.negative_prompts:
        return ""
    return (
        f"{crew.painter.model} takes no negative prompt, so the crew's is not sent: say what should be seen in --style"
    )


# --- languages ------------------------------------------------------------------------------------


def language_code(said: str) -> str:
    """Return the ISO 639-1 code of a language as a model or a person said it: 'pt' for 'pt-BR', else 'other'."""
    code = said.strip().lower().replace("_", "-").split("-")[0]
    if code.startswith("en"):
        return "en"
    return code if len(code) == 2 and code.isascii() and code.isalpha() else "other"


def speaks(abilities: Abilities, language: str) -> bool:
    """Tell whether a voice speaks a language; of 'other' only one thing is known, that it is not English."""
    if not abilities.languages or language in abilities.languages:
        return True
    return language == "other" and any(each != "en" for each in abilities.languages)


def voice_for(crew: Crew, story: Story, options: FilmOptions) -> tuple[Crew, str]:
    """Return the crew for a story in this language, and one line that a person should know about it, or ''.

    If the voice does not speak the language and costs money, silence takes its place: nothing is sent. A free voice
    decides for each line whether it can read it. Either way the captions show the words, timed by reading speed.
    """
    narrator, language = crew.narrator, language_code(story.language)
    silent = ""
    if language != "en" and not any(scene.narration.strip() for scene in story.scenes):
        silent = (
            "the story is not in English and has no lines: its title, pictures and music carry it; "
            "for lines give a --script, or write them into shots.json"
        )
    if speaks(narrator.abilities, language):
        return crew, silent
    voice = printable(narrator.model)
    why = f"the story is in the language {language!r}, which {voice} does not speak"
    if language == "other":
        why = f"the story is not in English, and {voice} speaks nothing else"
    paid = isinstance(narrator, Paid)
    what = "its lines are not sent, and cost nothing" if paid else "lines that it cannot read stay silent"
    shown = "captions carry them, timed by reading speed"
    if options.captions == "off":
        shown = "with --captions off nothing carries them"
    return replace(crew, narrator=SilentNarrator(why)) if paid else crew, silent or f"{why}: {what}; {shown}"


def with_voice_for(crew: Crew, story: Story, options: FilmOptions) -> tuple[Crew, tuple[str, ...]]:
    """Return the crew for the story, and the notes of both `check_abilities` and `voice_for`.

    Raises:
        BadInput: as `check_abilities`.
    """
    voiced, note = voice_for(crew, story, options)
    return voiced, (*check_abilities(crew, options), *filter(None, (note,)))


# --- what a crew can do ---------------------------------------------------------------------------


def abilities_told(crew: Crew) -> tuple[tuple[str, str], ...]:
    """Return the optional abilities of writer, painter, narrator and animator: (role, abilities in one line)."""
    painter, narrator = crew.painter.abilities, crew.narrator.abilities
    sizes = "any size"
    if painter.sizes:
        sizes = "paints " + ", ".join(f"{width}x{height}" for width, height in painter.sizes)
    elif painter.longest_px:
        sizes = f"any size up to {painter.longest_px} pixels a side"
    references = f"{painter.references or 'no'} reference picture{'s' * (painter.references != 1)}"
    negative = "a negative prompt" if painter.negative_prompts else "no negative prompt"
    spoken = "speaks any language"
    if narrator.languages:
        few = len(narrator.languages) <= 5
        spoken = f"speaks {', '.join(narrator.languages) if few else f'{len(narrator.languages)} languages'}"
    return (
        ("writer", f"{crew.writer.model}: {_seed(crew.writer.abilities)}"),
        ("painter", f"{crew.painter.model}: {sizes}; {_seed(painter)}; {negative}; {references}"),
        ("narrator", f"{crew.narrator.model}: {spoken}; {_seed(narrator)}"),
        ("animator", f"{crew.animator.model}: {_clips(crew.animator.abilities)}; {_seed(crew.animator.abilities)}"),
    )


def _clips(abilities: Abilities) -> str:
    length = "clips of any length"
    if abilities.longest_seconds is not None:
        length = f"clips of up to {abilities.longest_seconds:g} s"
    rates = f"{' or '.join(map(str, abilities.rates))} frames a second" if abilities.rates else "any frame rate"
    return f"{length}, {rates}" + ("; can end at a picture" if abilities.last_frame else "")


def _seed(abilities: Abilities) -> str:
    return "a seed" if abilities.seed else "no seed"
