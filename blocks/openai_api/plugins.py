"""The engines of OpenAI's protocol, as crews name them: writer, painter and narrator 'openai'."""

from __future__ import annotations

from pydantic import Field

from blocks.openai_api.account import OpenAIAccount
from blocks.openai_api.checks import openai_checks
from blocks.openai_api.narrator import OpenAINarrator
from blocks.openai_api.painter import OpenAIPainter
from blocks.openai_api.sizes import Quality
from blocks.openai_api.writer import OpenAIWriter
from studio.model.engine_plugin import EnginePlugin, EngineSettings
from studio.model.engines import Narrator, Painter, Writer


class _AtAnAccount(EngineSettings):
    account: OpenAIAccount | None = Field(default=None, description="None: OPENAI_API_KEY and OPENAI_BASE_URL.")

    def paying(self) -> OpenAIAccount:
        """Return the account that pays.

        Raises:
            BadInput: there is none, or it lacks a key; the message names the variable.
        """
        if self.account is None:
            return OpenAIAccount.from_environment()
        self.account.check_key()
        return self.account


class WriterSettings(_AtAnAccount):
    """What can be chosen of a writer."""

    model: str = Field(default="gpt-5.4-mini", min_length=1, max_length=200)


class PainterSettings(_AtAnAccount):
    """What can be chosen of a painter; see the fields of the same names in `OpenAIPainter`."""

    model: str = Field(default="gpt-image-2", min_length=1, max_length=200)
    quality: Quality = "medium"
    longest_px: int = Field(default=1_536, ge=256, le=3_840)


class NarratorSettings(_AtAnAccount):
    """What can be chosen of a narrator; `languages` are ISO 639-1 codes, () for any."""

    model: str = Field(default="gpt-4o-mini-tts", min_length=1, max_length=200)
    voice: str = Field(default="onyx", min_length=1, max_length=100)
    languages: tuple[str, ...] = ()


def _writer(chosen: WriterSettings) -> Writer:
    return OpenAIWriter(chosen.paying(), chosen.model)


def _painter(chosen: PainterSettings) -> Painter:
    return OpenAIPainter(chosen.paying(), chosen.model, chosen.quality, chosen.longest_px)


def _narrator(chosen: NarratorSettings) -> Narrator:
    return OpenAINarrator(chosen.paying(), chosen.model, chosen.voice, languages=chosen.languages)


writer = EnginePlugin(WriterSettings, _writer, openai_checks)
painter = EnginePlugin(PainterSettings, _painter, openai_checks)
narrator = EnginePlugin(NarratorSettings, _narrator, openai_checks)
