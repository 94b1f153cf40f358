"""The crews that make a film, by name: built in, or saved as a Prefect block.

The vendors' adapters are in the packages beside this file; they know no sessions, write no file but the one they are
given, and neither retry nor cache. They are imported only when a crew needs them.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Literal, assert_never

from prefect.blocks.core import Block
from pydantic import ConfigDict, Field, HttpUrl

from blocks.crew_names import check_crew_name, no_such_crew
from blocks.offline.crew import offline_crew
from blocks.openai_api.account import OpenAIAccount
from blocks.stability_api.account import StabilityAccount
from studio.model.engines import AT_ONCE, AccountLimits, Crew, Narrator, Painter, Writer

VOICES = 4
"""How many lines are spoken at once by a vendor's voice."""


class FilmCrew(Block):
    """Who writes, paints, animates and narrates a film, with which models, and how many requests at once.

    The offline crew always composes the score, makes the cut, and renders the clips, for which there is no vendor left.
    """

    _block_type_name = "Film Crew"
    _block_type_slug = "film-crew"
    _description = "Who writes, paints and narrates a film, with which models and limits: make a film with --crew NAME."
    _documentation_url = HttpUrl("https://docs.prefect.io/v3/concepts/blocks")

    # An account in it that does not validate may hold a key, and only the outermost model decides what an error quotes.
    model_config = ConfigDict(hide_input_in_errors=True)

    writer: Literal["offline", "openai"] = Field(default="offline", title="Writer", description="Of story and shots.")
    writer_model: str = Field(
        default="gpt-5.4-mini", max_length=200, title="Writer's model", description="Where OpenAI's protocol is spoken."
    )
    painter: Literal["offline", "openai", "stability", "stability-grpc"] = Field(
        default="offline",
        title="Painter",
        description="stability is the REST service; stability-grpc for hosts that speak only that (Python below 3.13).",
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
    animator: Literal["offline"] = Field(
        default="offline",
        title="Animator",
        description="Who makes the clips: the offline one. OpenAI's and Stability's video services are shut down.",
    )
    narrator: Literal["offline", "openai"] = Field(default="offline", title="Narrator", description="Who speaks.")
    narrator_model: str = Field(default="gpt-4o-mini-tts", max_length=200, title="Narrator's model", description="")
    voice: str = Field(default="onyx", max_length=100, title="Voice", description="Of the model, for example 'onyx'.")
    languages: str = Field(
        default="",
        max_length=500,
        pattern=r"^([a-z]{2}([ ,]+[a-z]{2})*)?$",
        title="Voice's languages",
        description="ISO 639-1 codes, 'en de': lines in others are not sent. Empty: OpenAI's own, elsewhere any.",
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
            BadInput: an account is missing; the message names the variable.
        """
        sold = self.painter != "offline"
        return replace(
            offline_crew(),
            name=name,
            writer=self._writer(),
            painter=self._painter(),
            narrator=self._narrator(),
            limits=AccountLimits(self.at_once, self.per_minute),
            painters=self.at_once if sold else Crew.painters,
            portraits=self.portraits,
            voices=min(VOICES, self.at_once) if self.narrator != "offline" else Crew.voices,
            negative_prompt=self.negative_prompt,
        )

    def _openai(self) -> OpenAIAccount:
        if self.openai is None:
            return OpenAIAccount.from_environment()
        self.openai.check_key()
        return self.openai

    def _stability(self) -> StabilityAccount:
        return self.stability or StabilityAccount.from_environment()

    def _writer(self) -> Writer:
        if self.writer == "offline":
            return offline_crew().writer
        if self.writer == "openai":
            from blocks.openai_api.writer import OpenAIWriter

            return OpenAIWriter(self._openai(), self.writer_model, script_writer=offline_crew().writer)
        assert_never(self.writer)

    def _painter(self) -> Painter:
        if self.painter == "offline":
            return offline_crew().painter
        if self.painter == "openai":
            from blocks.openai_api.painter import OpenAIPainter

            return OpenAIPainter(self._openai(), self.painter_model or "gpt-image-2", self.quality, self.longest_px)
        # `Any`: the painter checks style and service itself when it is made, before the first picture.
        style: Any = self.style_preset or None
        if self.painter == "stability":
            from blocks.stability_api.rest_painter import StabilityPainter

            service: Any = self.painter_model or "core"
            return StabilityPainter(self._stability(), service, self.negative_prompt, style)
        if self.painter == "stability-grpc":
            from blocks.stability_api.grpc_painter import StabilityGrpcPainter

            model = self.painter_model or StabilityGrpcPainter.engine_id
            return StabilityGrpcPainter(self._stability(), model, self.negative_prompt, style)
        assert_never(self.painter)

    def _narrator(self) -> Narrator:
        if self.narrator == "offline":
            return offline_crew().narrator
        if self.narrator == "openai":
            from blocks.openai_api.narrator import OpenAINarrator

            spoken = tuple(self.languages.replace(",", " ").split())
            return OpenAINarrator(self._openai(), self.narrator_model, self.voice, languages=spoken)
        assert_never(self.narrator)


CREWS: dict[str, Any] = {
    "offline": offline_crew,
    "openai": lambda: FilmCrew(writer="openai", painter="openai", narrator="openai").as_crew("openai"),
    "stability": lambda: FilmCrew(painter="stability").as_crew("stability"),
}
"""The built-in crews, each as a function that returns it. 'offline' needs neither keys nor network, and spends nothing;
'openai' and 'stability' read their keys from the environment. Any other name is that of a saved block."""


def crew_named(name: str) -> Crew:
    """Return the crew of that name: built in, or the saved block `film-crew/<name>`.

    Raises:
        BadInput: there is no such crew, or it lacks a key; the message says what to do.
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
    crew = block.as_crew(name)
    return crew
