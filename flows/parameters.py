"""The parameters of the flow, as the form and the command line show them: title, description, limits.

The limits themselves are `studio.model.Wish`'s; here they are only repeated where Prefect checks them before a run.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import BeforeValidator, Field, WithJsonSchema

from studio.model import Aspect as AspectRatio
from studio.model import Captions as CaptionMode
from studio.model import Fps as FrameRate
from studio.model import Prompt, Wish

_FIELDS = Wish.model_fields


def _text_of_scalar(value: object) -> object:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, int | float) else value


Idea = Annotated[
    str,
    # The command line reads `-p idea=1984` as a JSON number: a scalar is taken as its text.
    BeforeValidator(_text_of_scalar),
    WithJsonSchema({"type": ["string", "number", "boolean"]}),
    Field(title="Idea", description="What the film is about. May be left out where a session is named."),
]
Seconds = Annotated[float, Field(ge=4, le=3600, title="Length", description="Length of the film in seconds.")]
ShotSeconds = Annotated[
    float, Field(ge=1, le=60, title="Shot length", description="About how long a shot is, in seconds.")
]
Aspect = Annotated[AspectRatio, Field(title="Aspect", description="Width to height of the frame.")]
Height = Annotated[
    int, Field(ge=144, le=2160, multiple_of=2, title="Height", description="Height of the frame in pixels; even.")
]
Fps = Annotated[FrameRate, Field(title="Frame rate", description="Frames per second.")]
Style = Annotated[str, Field(max_length=500, title="Style", description="The look that every picture shares.")]
Captions = Annotated[
    CaptionMode, Field(title="Captions", description="soft: a track to switch on; burned: in the picture; off: none.")
]
Music = Annotated[bool, Field(title="Music", description="Whether a score is composed.")]
Seed = Annotated[
    int | None, Field(ge=0, lt=2**31, title="Seed", description="The same seed gives the same film; empty draws one.")
]
Script = Annotated[
    str | None,
    Field(
        max_length=200_000, title="Script", description="Your own script's text: its lines are spoken word for word."
    ),
]
Prompts = Annotated[
    list[Prompt] | None,
    Field(title="Prompts", description="Your own prompts, one per shot, as `sessions prompts` gives."),
]
CrewName = Annotated[str, Field(max_length=200, title="Crew", description="Who works: 'offline' needs no key.")]
SessionId = Annotated[
    str | None, Field(max_length=200, title="Session", description="Go on with this session: session_YYYYMMDD_HHMMSS.")
]
Resume = Annotated[
    bool, Field(title="Resume", description="Go on with an unfinished session that asks for the same film.")
]
Change = Annotated[
    bool,
    Field(title="Change", description="Apply all options above to the named session, where they differ from its own."),
]
Output = Annotated[
    str | None, Field(title="Output", description="Folder that holds sessions/; empty: FILM_OUTPUT, else 'output'.")
]
