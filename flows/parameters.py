"""The parameters of the flows, as the form and the command line show them: title, description, limits.

The limits are defined in `studio.model.brief.FilmOptions`; they are repeated here only so that Prefect can check them
before a run.

A form shows them in the order of its flow's function. What few people change comes last; the first word of a title is
then the group that it belongs to.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, WithJsonSchema
from pydantic.fields import FieldInfo

from blocks.crew_names import NEEDED_VARIABLES
from flows.dask_cluster.place import PATTERN
from flows.dask_cluster.place import THREADS as THREADS
from studio.directing.edits import RedoStage
from studio.model.brief import IDEA_CHARACTERS, Prompt
from studio.model.brief import Aspect as AspectRatio
from studio.model.brief import Captions as CaptionMode
from studio.model.film import Fps as FrameRate
from studio.model.terms import LIFTED, MOST_BUDGET_USD, Budget
from studio.model.terms import OnRefusal as WhatOnRefusal
from studio.sessions.approvals import Approve as WhatToApprove
from studio.store.session_names import NAME_PATTERN

_SESSION_ID = "^session_[0-9]{8}_[0-9]{6}$"


def shown(title: str, description: str, form: dict[str, Any] | None = None, **limits: Any) -> FieldInfo:
    """Return a pydantic field for a flow's parameter, with the title and the description that its form shows.

    Args:
        form: further keywords of the form's JSON schema, which Prefect checks before a run, and pydantic does not.
        limits: as for pydantic's `Field`.
    """
    # Prefect replaces the title by the parameter's name and drops the description, but keeps extras of the schema.
    extra = {"title": title, "description": description, **(form or {})}
    field: FieldInfo = Field(title=title, description=description, json_schema_extra=extra, **limits)
    return field


def _text_of_scalar(value: object) -> object:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, int | float) else value


Idea = Annotated[
    str,
    # The command line reads `-p idea=1984` as a JSON number: a scalar is taken as its text.
    BeforeValidator(_text_of_scalar),
    # `anyOf`, because Prefect's older pages show nothing for a list of types. Its titles name the kinds on the form.
    WithJsonSchema(
        {
            "anyOf": [
                {"title": "text", "type": "string", "minLength": 1, "maxLength": IDEA_CHARACTERS, "pattern": r"\S"},
                {"title": "number", "type": "number"},
                {"title": "yes or no", "type": "boolean"},
            ]
        }
    ),
    shown("Idea", f"What the film is about: a line or a few sentences, at most {IDEA_CHARACTERS:,} letters."),
]
Seconds = Annotated[float, shown("Length", "Length of the film in seconds: 4 to 3600.", ge=4, le=3600)]
ShotSeconds = Annotated[
    float, shown("Details · Shot length", "About how long a shot is, in seconds: 1 to 60.", ge=1, le=60)
]
Aspect = Annotated[AspectRatio, shown("Aspect", "Width to height of the frame.")]
Height = Annotated[
    int, shown("Details · Height", "Height of the frame in pixels: 144 to 2160, even.", ge=144, le=2160, multiple_of=2)
]
Fps = Annotated[FrameRate, shown("Details · Frame rate", "Frames per second.")]
Style = Annotated[
    str,
    shown(
        "Style",
        "A style by name, as 'film styles' lists them, or the look of pictures in words; at most 500 letters.",
        max_length=500,
    ),
]
StyleText = Annotated[
    str | None,
    shown(
        "Details · Style's text",
        "A style that is written out, as 'film styles NAME' prints one. Style is then a name for it.",
        max_length=20_000,
    ),
]
Captions = Annotated[CaptionMode, shown("Captions", "soft: a track to switch on; burned: in the picture; off: none.")]
Music = Annotated[bool, shown("Details · Music", "Whether a score is composed.")]
Variants = Annotated[
    int,
    shown(
        "Details · Variants",
        "How many takes of every picture are made, 1 to 9, before its clip is: each is paid for.",
        ge=1,
        le=9,
    ),
]
Seed = Annotated[
    int | None,
    shown("Details · Seed", "0 to 2147483647: the same seed gives the same film. Empty: one is drawn.", ge=0, lt=2**31),
]
Script = Annotated[
    str | None,
    shown("Details · Script", "Your own script's text: its lines are spoken word for word.", max_length=200_000),
]
ScriptTimes = Annotated[
    bool,
    shown(
        "Details · Script's times",
        "For a script that is captions (SRT, WebVTT): each shot begins where its caption begins.",
    ),
]
Prompts = Annotated[
    list[Prompt] | None,
    shown("Details · Prompts", "Your own prompts, one per shot, as 'sessions prompts --json' gives them."),
]
CrewName = Annotated[
    str,
    shown(
        "Crew",
        "Who works: 'offline' needs no key and spends nothing; 'openai', 'stability', 'local'; or a saved Film Crew.",
        form={"examples": list(NEEDED_VARIABLES), "pattern": r"^([a-z0-9]+(-[a-z0-9]+)*|.+\.[a-z]+)$"},
        max_length=200,
    ),
]
CrewSettings = Annotated[
    dict[str, Any] | None,
    shown(
        "Details · Crew's settings",
        'A crew that is written out: {"painter": "openai", "quality": "low"}. Crew is then a name for it.',
    ),
]
Name = Annotated[
    str | None,
    BeforeValidator(_text_of_scalar),
    WithJsonSchema(
        {"anyOf": [{"type": "string", "maxLength": 64, "pattern": f"{NAME_PATTERN}|^$"}, {"type": "number"}]}
    ),
    shown(
        "Session · Name",
        "What you call the film, for example episode-12: under a name it is made once, however often it is asked for.",
    ),
]
SessionId = Annotated[
    str | None,
    shown(
        "Session · Which",
        "Go on with this session: session_YYYYMMDD_HHMMSS. To change none of its options, use make-film/resume.",
        form={"pattern": _SESSION_ID},
        max_length=200,
    ),
]
ItsSession = Annotated[
    str,
    shown(
        "Session", "Go on with this session: session_YYYYMMDD_HHMMSS.", form={"pattern": _SESSION_ID}, max_length=200
    ),
]
RedoShots = Annotated[
    str,
    # The command line reads `-p shots=3` as a JSON number.
    BeforeValidator(_text_of_scalar),
    WithJsonSchema(
        {"anyOf": [{"title": "text", "type": "string", "maxLength": 2_000}, {"title": "number", "type": "integer"}]}
    ),
    shown("Shots", "Which shots, for example 3,5-7. Empty only for the score."),
]
RedoWhat = Annotated[
    RedoStage, shown("What", "What is made anew: the image (and its clip), the video, the narration, or the score.")
]
RedoNotes = Annotated[
    str, shown("Notes", "Words that join the prompts of these pictures, for example: at night.", max_length=2_000)
]
RedoPrompt = Annotated[
    str, shown("Prompt", "Another prompt for these pictures. Empty: another take of the same.", max_length=8_000)
]
Resume = Annotated[bool, shown("Session · Resume", "Go on with an unfinished session that asks for the same film.")]
Change = Annotated[
    bool,
    shown("Session · Change", "Apply all options above to the named session, where they differ from its own."),
]
Approve = Annotated[
    WhatToApprove,
    shown(
        "Approve",
        "What the run waits for a person to approve: shots, before pictures are painted; images, before "
        "clips are made; both; or no: nothing.",
    ),
]
BudgetUsd = Annotated[
    Budget | None,
    WithJsonSchema(
        {
            "anyOf": [
                {"title": "dollars", "type": "number", "minimum": 0, "maximum": MOST_BUDGET_USD},
                {"title": "no limit", "type": "string", "const": LIFTED},
            ]
        }
    ),
    shown(
        "Money · Budget",
        "The most that the film may cost in all, in US dollars, over all its runs. Empty: as set before, else "
        "without limit.",
    ),
]
OnRefusal = Annotated[
    WhatOnRefusal | None,
    shown(
        "Money · On refusal",
        "What is done with a shot whose prompt the vendor refuses. fail: it fails, with the reason; slate: "
        "a card is shown in its place. Empty: as set before, else fail.",
    ),
]
OnAmbiguous = Annotated[
    Literal["stop", "retry"],
    shown(
        "Money · On ambiguous",
        "What is done about a paid call whose answer was lost, and that may be billed. stop: its shot "
        "fails and names the price; retry: it is made, and paid for, again.",
    ),
]
On = Annotated[
    str,
    shown(
        "Session · Machines",
        f"Where shots are made: {THREADS} of this run; dask: all cores of its machine; dask=tls://host:8786, or "
        "dask=NAME of a saved Dask Scheduler: a cluster.",
        form={"pattern": PATTERN},
        max_length=300,
    ),
]
Output = Annotated[
    str | None,
    shown(
        "Session · Output",
        "Folder that holds sessions/, or a store such as s3://bucket/films. Empty: FILM_OUTPUT, else 'output'.",
    ),
]
