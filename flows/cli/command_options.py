"""The options of `film make` and `film resume`, with the texts that their help shows."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from studio.billing.desk import OnAmbiguous
from studio.input.crew_file import read_crew
from studio.input.option_checks import film_options, make_terms, other_length
from studio.input.styles import nearly_named, style_text
from studio.input.text_files import prompts_left_out, read_prompts, read_script
from studio.model.brief import Aspect, Captions, is_crew_file
from studio.model.terms import OnRefusal, TermsChange
from studio.sessions.approvals import Approve

Output = Annotated[
    str | None,
    Parameter(
        help="Folder that holds sessions/, or a store such as s3://bucket/films (default: FILM_OUTPUT, else 'output')."
    ),
]
Dollars = str
"""An amount of dollars as it was typed; `studio.model.terms` parses it and words the error."""
Approving = Annotated[
    Approve,
    Parameter(help="Ask on this terminal: shots, before painting; images, before clips; both (default no: nothing)."),
]
On = Annotated[
    str,
    Parameter(
        help="Where shots are made: threads here; dask: Dask on all cores of this machine; dask=tls://host:8786 or "
        "dask=NAME, a saved block: a cluster."
    ),
]
Json = Annotated[
    bool,
    Parameter(negative=(), show_default=False, help="Print one JSON object as the last line; progress goes to stderr."),
]


@Parameter(name="*")
@dataclass(frozen=True)
class Money:
    """The options about money; None for one that was not given."""

    budget_usd: Annotated[
        Dollars | None,
        Parameter(help="What the film may cost in all, over all its runs; none lifts it (default: no limit)."),
    ] = None
    on_refusal: Annotated[
        OnRefusal | None,
        Parameter(
            help="For a prompt that the vendor refuses: fail, or slate: show a card in its place (default: fail)."
        ),
    ] = None
    on_ambiguous: Annotated[
        OnAmbiguous | None,
        Parameter(
            help="For a paid call whose answer was lost: ask, stop, or retry and pay again "
            "(default: ask on a terminal, else stop)."
        ),
    ] = None

    def terms(self) -> TermsChange:
        """Return the terms that are kept with the session."""
        return make_terms(budget_usd=self.budget_usd, on_refusal=self.on_refusal)


NO_MONEY_OPTIONS = Money()
"""No option about money was given."""


@Parameter(name="*")
@dataclass(frozen=True)
class GivenOptions:
    """The options that shape the film; None for one that was not given."""

    seconds: Annotated[float | None, Parameter(help="Length of the film, 4 to 3600 (default 40).")] = None
    shot_seconds: Annotated[float | None, Parameter(help="About how long a shot is, 1 to 60 (default 5).")] = None
    aspect: Annotated[Aspect | None, Parameter(help="Width to height (default 16:9).")] = None
    height: Annotated[int | None, Parameter(help="Pixels, even, 144 to 2160 (default 1080).")] = None
    fps: Annotated[int | None, Parameter(help="Frames per second: 24, 25 or 30 (default 24).")] = None
    style: Annotated[
        str | None, Parameter(help="A style by name, as `film styles` lists them, or the look of pictures in words.")
    ] = None
    captions: Annotated[
        Captions | None, Parameter(help="soft: a track to switch on; burned: in the picture; off (default soft).")
    ] = None
    music: Annotated[bool | None, Parameter(help="Whether a score is composed (default yes).")] = None
    variants: Annotated[
        int | None, Parameter(help="Takes of every picture, 1 to 9, made before its clip (default 1).")
    ] = None
    seed: Annotated[int | None, Parameter(help="The same seed gives the same film (default: drawn).")] = None
    script: Annotated[Path | None, Parameter(help="Your own script: its lines are spoken word for word.")] = None
    script_times: Annotated[
        bool | None, Parameter(help="Whether shots follow the times of a script that is captions (default no).")
    ] = None
    prompts: Annotated[Path | None, Parameter(help="Your own prompts, as `sessions prompts` prints them.")] = None
    crew: Annotated[
        str | None, Parameter(help="Who works, by name or as a FILE.toml (default offline: no key, spends nothing).")
    ] = None

    def given(self) -> dict[str, object]:
        """Return the options that were given, by name; of files their content."""
        files = {"script": _script(self.script), "prompts": _prompts(self.prompts), **crew_given(self.crew)}
        if self.style is not None:
            files["style_text"] = style_text(self.style)
        given = {**vars(self), **files}
        return {name: value for name, value in given.items() if value is not None}

    def notes(self) -> tuple[str, ...]:
        """Return what of prompts and length is not used, and which style was perhaps meant, in lines for a person.

        A script's session tells of itself.
        """
        told = "" if self.prompts is None else prompts_left_out(self.prompts, "--prompts")
        longer = ""
        if self.script_times and self.script is not None and self.seconds is not None:
            longer = other_length(self.seconds, film_options(**self.given()))
        near = "" if self.style is None else nearly_named(self.style)
        words = f"there is no style {self.style!r}: it is taken as words; did you mean {near!r}?" if near else ""
        return tuple(filter(None, (told, longer, words)))


NO_OPTIONS = GivenOptions()
"""No option that shapes the film was given."""


def crew_given(crew: str | None) -> dict[str, object]:
    """Return the options that `--crew` gives: a name, or a file's name and content; {} if it was not given."""
    if crew is None:
        return {}
    if is_crew_file(crew):
        return read_crew(Path(crew).expanduser(), "--crew")
    return {"crew": crew}


def _script(path: Path | None) -> str | None:
    return None if path is None else read_script(path, "--script")


def _prompts(path: Path | None) -> list[dict[str, object]] | None:
    return None if path is None else read_prompts(path, "--prompts")
