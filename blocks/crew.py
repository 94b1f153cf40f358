"""The crews that make a film, by name: built in, or saved as a Prefect block.

The engines are in packages, here or somebody else's, and are found by name (`blocks/engine_registry.py`). They know no
sessions, write no file but the one they are given, and neither retry nor cache.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Literal

from prefect.blocks.core import Block
from pydantic import ConfigDict, Field, HttpUrl, JsonValue, ValidationError

from blocks.crew_names import check_crew_name, no_such_crew
from blocks.engine_registry import engine_names, engine_plugin
from blocks.offline.crew import offline_crew
from blocks.openai_api.account import OpenAIAccount
from blocks.stability_api.account import StabilityAccount
from studio.errors import BadInput
from studio.input.crew_file import ACCOUNTS
from studio.model.brief import UNNAMED_CREW, FilmOptions
from studio.model.check import Check
from studio.model.engine_plugin import ROLES, EnginePlugin, Role
from studio.model.engines import AT_ONCE, AccountLimits, Crew, LeavesScripts
from studio.text.display import printable
from studio.text.wrong_values import wrong_values

LOCAL_AT_ONCE, LOCAL_LONGEST_PX = 2, 1_024
"""Requests in flight at a server of this machine, which has one graphics card; and the longest side of a picture that
its painter is asked for: a usual model for such a card paints a megapixel."""
VOICES = 4
"""How many lines are spoken at once by a vendor's voice."""


def _named(role: Role, description: str) -> Any:
    # Of the names that are installed the form makes a list to choose from; that one is there is checked when hired.
    choices: dict[str, Any] = {"enum": list(engine_names(role))}
    return Field(
        default="offline",
        max_length=100,
        title=role.capitalize(),
        description=description,
        json_schema_extra=choices,
    )


class FilmCrew(Block):
    """Who writes, paints, animates, narrates and composes a film, with which models, and how many requests at once."""

    _block_type_name = "Film Crew"
    _block_type_slug = "film-crew"
    _description = "Who writes, paints and narrates a film, with which models and limits: make a film with --crew NAME."
    _documentation_url = HttpUrl("https://docs.prefect.io/v3/concepts/blocks")

    # An account in it that does not validate may hold a key, and only the outermost model decides what an error quotes.
    model_config = ConfigDict(hide_input_in_errors=True)

    writer: str = _named("writer", "Of story and shots.")
    writer_model: str = Field(
        default="gpt-5.4-mini", max_length=200, title="Writer's model", description="Where OpenAI's protocol is spoken."
    )
    painter: str = _named(
        "painter",
        "stability is the REST service; stability-grpc for hosts that speak only that (Python below 3.13).",
    )
    painter_model: str = Field(
        default="",
        max_length=200,
        title="Painter's model",
        description="Empty for the usual one: gpt-image-2; core (ultra, sd3.5-large, sd3.5-large-turbo, sd3.5-medium).",
    )
    longest_px: int = Field(
        default=1_536,
        ge=256,
        le=3_840,
        title="Longest side",
        description="Pixels a side that OpenAI's protocol is asked for at most; less for a small model of your own.",
    )
    quality: Literal["low", "medium", "high", "auto"] = Field(
        default="medium", title="Quality", description="Of OpenAI's pictures; it decides their price."
    )
    portraits: bool = Field(
        default=True,
        title="Portraits",
        description="Paint a portrait of every character and show it for each of its shots; OpenAI's painters only.",
    )
    negative_prompt: str = Field(
        default="", max_length=2_000, title="Negative prompt", description="What must not be seen; Stability's only."
    )
    style_preset: str = Field(
        default="", max_length=50, title="Style preset", description="One of Stability's, for example 'cinematic'."
    )
    animator: str = _named("animator", "Who makes the clips. OpenAI's and Stability's video services are shut down.")
    narrator: str = _named("narrator", "Who speaks.")
    narrator_model: str = Field(default="gpt-4o-mini-tts", max_length=200, title="Narrator's model", description="")
    voice: str = Field(default="onyx", max_length=100, title="Voice", description="Of the model, for example 'onyx'.")
    languages: str = Field(
        default="",
        max_length=500,
        pattern=r"^([a-z]{2}([ ,]+[a-z]{2})*)?$",
        title="Voice's languages",
        description="ISO 639-1 codes, 'en de': lines in others are not sent. Empty: OpenAI's own, elsewhere any.",
    )
    composer: str = _named("composer", "Of the score.")
    settings: dict[Role, dict[str, JsonValue]] = Field(
        default_factory=dict,
        title="Further settings",
        description="Of engines that this form has no fields for: {'painter': {'steps': 30}}. No keys here.",
    )
    openai: OpenAIAccount | None = Field(
        default=None, title="OpenAI account", description="None: OPENAI_API_KEY and OPENAI_BASE_URL."
    )
    stability: StabilityAccount | None = Field(
        default=None, title="Stability account", description="None: STABILITY_API_KEY."
    )
    at_once: int = Field(
        default=AT_ONCE, ge=1, le=100, title="At once", description="Requests in flight at one account."
    )
    per_minute: int | None = Field(
        default=None, ge=1, le=100_000, title="Per minute", description="Requests begun within a minute, per account."
    )

    def as_crew(self, name: str) -> Crew:
        """Return the crew, ready to work.

        Raises:
            BadInput: an engine is not installed, a setting cannot be used, or an account is missing; the message says
                what to do.
        """
        hired: dict[Role, Any] = {role: self._hired(role) for role in ROLES}
        scripts = offline_crew().writer
        if isinstance(writer := hired["writer"], LeavesScripts):
            hired["writer"] = writer.leaving_scripts_to(scripts)
        return Crew(
            name,
            stand_in=scripts,
            **hired,
            limits=AccountLimits(self.at_once, self.per_minute),
            painters=self.at_once if self._elsewhere("painter") else Crew.painters,
            portraits=self.portraits,
            voices=min(VOICES, self.at_once) if self._elsewhere("narrator") else Crew.voices,
            negative_prompt=self.negative_prompt,
            prices=tuple(price for role in ROLES for price in self._plugin(role).prices),
            checkers=tuple(dict.fromkeys(checks for role in ROLES if (checks := self._plugin(role).checks))),
        )

    def _plugin(self, role: Role) -> EnginePlugin[Any]:
        return engine_plugin(role, getattr(self, role))

    def _elsewhere(self, role: Role) -> bool:
        return self._plugin(role).elsewhere

    def _hired(self, role: Role) -> Any:
        """Return the engine of that role; `Any`, because its package alone knows that it keeps the role's protocol."""
        plugin = self._plugin(role)
        given = self._of_fields(role) | self.settings.get(role, {})
        try:
            return plugin.build(plugin.settings.model_validate(given))
        except ValidationError as error:
            faults = [
                f"{'.'.join(map(str, fault.place))}: {fault.reason}"
                for fault in wrong_values(error, plugin.settings, secret=True)
            ]
        # Raised here, without a cause, which would hold what did not validate.
        raise BadInput(f"the settings of {role} {getattr(self, role)!r}: {'; '.join(faults)}")

    def _of_fields(self, role: Role) -> dict[str, Any]:
        """Return the settings that this form has fields for; an empty field leaves an engine's own default."""
        match role, getattr(self, role):
            case "writer", "openai":
                given: dict[str, Any] = {"account": self.openai, "model": self.writer_model}
            case "painter", "openai":
                given = {
                    "account": self.openai,
                    "model": self.painter_model,
                    "quality": self.quality,
                    "longest_px": self.longest_px,
                }
            case "painter", "stability" | "stability-grpc":
                given = {
                    "account": self.stability,
                    "model": self.painter_model,
                    "negative_prompt": self.negative_prompt,
                    "style_preset": self.style_preset,
                }
            case "narrator", "openai":
                given = {
                    "account": self.openai,
                    "model": self.narrator_model,
                    "voice": self.voice,
                    "languages": tuple(self.languages.replace(",", " ").split()),
                }
            case _:
                given = {}
        return {key: value for key, value in given.items() if value not in ("", None)}


def _local_crew() -> Crew:
    """Return the crew of the servers that run on this machine, with offline engines for what none of them does.

    Raises:
        BadInput: none of them runs, or none has a model that a film needs; the message names their ports.
    """
    from blocks.openai_api.checks import openai_checks
    from blocks.openai_api.local import PORTS, find_servers, first_model, local_checks
    from blocks.openai_api.narrator import OpenAINarrator
    from blocks.openai_api.painter import OpenAIPainter
    from blocks.openai_api.writer import OpenAIWriter

    servers = find_servers()
    text, image, speech = (first_model(servers, work) for work in ("text", "image", "speech"))
    if text is image is speech is None:
        usual = ", ".join(f"{program} ({port})" for program, port in PORTS.items())
        raise BadInput(
            f"--crew local: no server with a model for films answers at the usual ports of {usual}: start one, or name "
            "its address in OPENAI_BASE_URL and use --crew openai"
        )
    offline = offline_crew()
    return replace(
        offline,
        name="local",
        writer=OpenAIWriter(*text, script_writer=offline.writer) if text else offline.writer,
        painter=OpenAIPainter(*image, long_side=LOCAL_LONGEST_PX) if image else offline.painter,
        narrator=OpenAINarrator(*speech) if speech else offline.narrator,
        limits=AccountLimits(LOCAL_AT_ONCE),
        painters=LOCAL_AT_ONCE if image else Crew.painters,
        checkers=(local_checks, openai_checks),
    )


def checks_without(name: str) -> list[Check]:
    """Return what was found of a built-in crew that cannot be loaded, and what to do; nothing of other crews."""
    from blocks.openai_api.local import program_checks

    return program_checks("start it and load a model, or leave it if another one runs") if name == "local" else []


FIELDS = tuple(name for name in FilmCrew.model_fields if name not in ACCOUNTS)
"""What a crew that is written out may say: all but its accounts."""
CREWS: dict[str, Any] = {
    "offline": offline_crew,
    "openai": lambda: FilmCrew(writer="openai", painter="openai", narrator="openai").as_crew("openai"),
    "stability": lambda: FilmCrew(painter="stability").as_crew("stability"),
    "local": _local_crew,
}
"""The built-in crews, each as a function that returns it. 'offline' needs neither keys nor network, and spends nothing;
'openai' and 'stability' read their keys from the environment; 'local' looks for servers on this machine. Any other name
is that of a saved block."""


def crew_of(options: FilmOptions) -> Crew:
    """Return the crew that a film's options ask for: by its name, or written out.

    Raises:
        BadInput: there is no such crew, it lacks a key, or a setting cannot be used; the message says what to do.
    """
    if options.crew_settings is None:
        return crew_named(options.crew)
    named = "crew_settings" if options.crew == UNNAMED_CREW else f"--crew {printable(options.crew)}"
    if unknown := next((name for name in options.crew_settings if name not in FIELDS), None):
        raise BadInput(f"{named}: {printable(unknown[:60])!r} is no field of a Film Crew: they are {', '.join(FIELDS)}")
    try:
        return FilmCrew.model_validate(options.crew_settings).as_crew(options.crew)
    except ValidationError as error:
        first = wrong_values(error, FilmCrew, secret=True)[0]
        told = f"{'.'.join(map(str, first.place))}: {first.reason}"
    except BadInput as error:
        told = str(error)
    # Raised here, without a cause, which would hold what did not validate.
    raise BadInput(f"{named}: {told}")


def crew_named(name: str) -> Crew:
    """Return the crew of that name: built in, or the saved block `film-crew/<name>`.

    Raises:
        BadInput: there is no such crew, it lacks a key, or a field of its block has a value that it cannot have; the
            message says what to do.
    """
    check_crew_name(name)
    if name in CREWS:
        crew: Crew = CREWS[name]()
        return crew
    # `_sync`: called within a flow that is a coroutine, `load` would return a coroutine; its declaration lacks `_sync`.
    load: Any = FilmCrew.load
    try:
        block = load(name, _sync=True)
    except ValueError as error:
        raise no_such_crew(name) from error
    except RuntimeError as error:
        if not isinstance(error.__cause__, ValidationError):
            raise
        faults = [
            f"{'.'.join(map(str, fault.place))}: {fault.reason}"
            for fault in wrong_values(error.__cause__, FilmCrew, secret=True)
        ]
    else:
        crew = block.as_crew(name)
        return crew
    # Raised here, without a cause, which would hold what did not validate.
    raise BadInput(f"--crew {name}: correct the block film-crew/{name} on the Prefect pages: {'; '.join(faults)}")
