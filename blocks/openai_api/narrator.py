"""The narrator for OpenAI's speech API, and for servers that speak it.

https://platform.openai.com/docs/api-reference/audio/createSpeech
"""

from __future__ import annotations

import hashlib
import math
import struct
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from blocks.answers.json_answers import json_in
from blocks.answers.picture_answers import bad_answer
from blocks.answers.sound_answers import (
    RATE_HZ,
    SOUND_BYTES,
    decoded_sound,
    estimated_words,
    most_seconds,
    usual_seconds,
)
from blocks.answers.sound_parts import claims_more, with_header
from blocks.http_client.client import MEASURED, USUAL, RequestLimits
from blocks.http_client.errors import request_id_of
from blocks.openai_api.account import OpenAIAccount
from blocks.openai_api.call import LETTERS_A_TOKEN, ask, json_of
from blocks.openai_api.manners import Manner, in_its_manner
from blocks.openai_api.media import FoundSound, addresses_in, fetched, sound_in
from blocks.paid_engine import PaidEngine
from studio.audio.wav import Samples, wav_file
from studio.model.engines import Abilities
from studio.model.film import Word
from studio.model.fingerprint import fingerprint
from studio.model.paid import Reply, Request, Usage, VendorError
from studio.model.receipt import PieceMeasures
from studio.planning.shot_plan import spoken_words
from studio.text.invisible import without_invisible
from studio.text.sentences import split_sentences
from studio.text.words import clean_text, one_line

if TYPE_CHECKING:
    import httpx2

INPUT_CHARACTERS = 4_096
"""The longest input (https://platform.openai.com/docs/api-reference/audio/createSpeech#audio-createspeech-input)."""

DENSE_SHARE = 2.7
"""How many letters a letter beyond ASCII counts as in the length of an input: it is up to 1.3 tokens, and
gpt-4o-mini-tts takes at most 2,000 (https://platform.openai.com/docs/models/gpt-4o-mini-tts)."""

BREATH_SECONDS = 0.4
"""The silence between two parts of a line, as the offline narrator has it between sentences."""

AUDIO_TOKENS_A_SECOND, USUAL_AUDIO_TOKENS = 25.0, 20.8
"""Audio tokens of a second of speech: an upper bound, and the usual number, from $0.015 a minute at $12 a million
(https://platform.openai.com/docs/pricing, 2026-11)."""


_SPOKEN = (
    "af ar az be bg bs ca cs cy da de el en es et fa fi fr gl he hi hr hu hy id is it ja kk kn ko lt lv mi mk mr ms nb "
    "ne nl nn no pl pt ro ru sk sl sr sv sw ta th tl tr uk ur vi zh"
)
SPOKEN = tuple(_SPOKEN.split())
"""The languages that OpenAI's voices speak, ISO 639-1, Norwegian by all its codes
(https://platform.openai.com/docs/guides/text-to-speech#supported-languages)."""

_STAND_IN = (
    b"RIFF"
    + struct.pack("<I", 36 + 480)
    + b"WAVEfmt "
    + struct.pack("<IHHIIHH", 16, 1, 1, RATE_HZ, 2 * RATE_HZ, 2, 16)
    + b"data"
    + struct.pack("<I", 480)
    + struct.pack("<240h", *(8_000, -8_000) * 120)
)
"""A WAV of a tone of 0.01 s that stands in for an answer in estimates: the parts of a line do not depend on each other.
"""

SPEAKING = replace(USUAL, body_bytes=SOUND_BYTES)
"""The limits of a request for speech."""


@dataclass(frozen=True)
class OpenAINarrator(PaidEngine):
    """Speaks a line with a named voice, in any language that the model reads.

    Attributes:
        name: the model's name, for example 'gpt-4o-mini-tts', or a model of a compatible server.
        voice: 'alloy', 'ash', 'ballad', 'coral', 'echo', 'fable', 'onyx', 'nova', 'sage', 'shimmer', 'verse', 'marin',
            'cedar', or a voice of a compatible server.
        instructions: how to speak, for models that take it; '' sends none.
        speed: 0.25 to 4.0; 1.0 is not sent.
        languages: ISO 639-1 codes of the languages it speaks; empty: those of `SPOKEN` at OpenAI, any elsewhere.
    """

    account: OpenAIAccount
    name: str = "gpt-4o-mini-tts"
    voice: str = "onyx"
    instructions: str = ""
    speed: float = 1.0
    languages: tuple[str, ...] = ()
    limits: RequestLimits = SPEAKING

    engine = "openai"

    @property
    def abilities(self) -> Abilities:
        """The languages that it speaks; empty for any."""
        return Abilities(languages=self.languages or (SPOKEN if self.account.vendor == "openai" else ()))

    @property
    def model(self) -> str:
        """Model, voice and every setting that changes the sound; of `instructions` a digest, 8 hex digits."""
        told = hashlib.sha256(self.instructions.encode()).hexdigest()[:8] if self.instructions else ""
        return " ".join(
            part for part in (self.name, self.voice, f"x{self.speed:g}" if self.speed != 1 else "", told) if part
        )

    def speak(self, line: str, seed: int, out: Path) -> PieceMeasures:
        """Speak the line into a WAV at `out`, mono 16 bit PCM at 24 kHz; `seed` changes nothing: the API takes none.

        The vendor sends no word times: those in `words` are estimated from the measured length, see
        `blocks.answers.sound_answers.estimated_words`. A line too long for one request is spoken in parts, a call each.

        Raises:
            VendorError: a call failed, or what came is not speech; a file at `out` is not usable then.
            EngineFailed: no desk, or the file cannot be written.
        """
        pieces: list[Samples] = []
        words: list[Word] = []
        length = 0
        for part in parts_of(line):
            sound = self._say(part)
            if pieces:
                pieces.append(np.zeros(round(BREATH_SECONDS * RATE_HZ), np.float32))
                length += pieces[-1].size
            shift = length / RATE_HZ
            pieces.append(sound)
            length += sound.size
            end = length / RATE_HZ
            words += [
                Word(text=word.text, start=min(shift + word.start, end), end=min(shift + word.end, end))
                for word in estimated_words(part, sound)
            ]
        with wav_file(out, channels=1, rate_hz=RATE_HZ) as append:
            for piece in pieces:
                append(piece)
        silent = "there is nothing in it that can be said" if line.strip() and not pieces else ""
        return PieceMeasures(seconds=length / RATE_HZ, words=tuple(words), not_spoken=silent)

    def _say(self, text: str) -> Samples:
        body: dict[str, Any] = {"model": self.name, "voice": self.voice, "input": text, "response_format": "wav"}
        if self.instructions:
            body["instructions"] = self.instructions
        if self.speed != 1:
            body["speed"] = self.speed
        longest = most_seconds(text) / min(1.0, self.speed)
        request = Request(
            self.account.vendor,
            self.account.account,
            self.name,
            "speech",
            # Of the speech wanted, however it is asked for: a held answer is found in every manner.
            fingerprint(speech=body),
            self._usage(text, longest),
            self._likely(text),
            _STAND_IN,
        )
        optional = {name: str(value) for name, value in body.items() if name not in ("model", "voice", "input")}

        def say_in(manner: Manner) -> Samples:
            put = {name: value for name, value in body.items() if name not in manner.left_out}
            # Some voices spell out what nobody sees.
            put["input"] = without_invisible(text)
            return self._called(put, request, text, longest)

        return in_its_manner(self.account, self.name, "speech", optional, say_in, self.voice)

    def _called(self, body: dict[str, Any], request: Request, text: str, longest: float) -> Samples:
        def send() -> Reply:
            response = ask(
                self.account, self.limits, lambda client: client.audio.speech.with_raw_response.create(**body)
            )
            written = self._written(response, request)
            kind = response.headers.get("content-type", "") if written is None else written.kind
            content = with_header(response.content if written is None else written.content, kind)
            reply = Reply(content, request.most, request_id_of(response.headers, self.account.secrets))
            if written is None and not response.extensions.get(MEASURED) and claims_more(content):
                raise bad_answer(self.account.vendor, reply, "the sound is cut off")
            try:
                seconds = check(reply).size / RATE_HZ
            except VendorError:
                # Whether and how a bad answer is billed is not known: the upper bound is booked.
                return reply
            return replace(reply, usage=self._usage(text, seconds))

        def check(reply: Reply) -> Samples:
            return decoded_sound(self.account.vendor, reply, longest)

        return self.required_desk().call(request, send, check)

    def _written(self, response: httpx2.Response, request: Request) -> FoundSound | None:
        """Return the sound that an answer holds as text: in JSON, or at an address there; None if it is no JSON.

        Raises:
            VendorError: 'bad answer': it is JSON without a sound, or an error.
        """
        account = self.account
        if response.content[:1_000].lstrip()[:1] not in (b"{", b"[", b'"'):
            return None
        try:
            json_in(response.content)
        except ValueError:
            return None
        answer = json_of(account, response, wrapped=True)
        if (found := sound_in(account.vendor, answer)) is not None:
            return found
        try:
            addresses = addresses_in(answer)
            content = fetched(account.vendor, addresses, account.base_url, account.secrets, account.login, "sound")
        except VendorError as error:
            request_id = request_id_of(response.headers, account.secrets)
            raise VendorError("bad answer", str(error), request_id=request_id, usage=request.most) from None
        return FoundSound(content, "")

    def _usage(self, text: str, seconds: float) -> Usage:
        """Return what is billed for `text` spoken in `seconds`; the API reports no usage: tokens are upper bounds."""
        characters: dict[Any, float] = {"characters": float(len(text))}
        if not self.name.startswith("gpt-"):
            return characters
        said = len((text + self.instructions).encode("utf-8", "replace")) + 50.0
        return characters | {"text in": said, "audio out": float(math.ceil(seconds * AUDIO_TOKENS_A_SECOND))}

    def _likely(self, text: str) -> Usage:
        usage = {**self._usage(text, 0.0)}
        if "text in" in usage:
            usage["text in"] /= LETTERS_A_TOKEN
            usage["audio out"] = usual_seconds(text) / self.speed * USUAL_AUDIO_TOKENS
        return usage


def parts_of(line: str) -> tuple[str, ...]:
    """Split a line into parts that each fit into one request: between sentences, within one only if it is too long.

    Joined again the parts are the line, apart from white space and control characters.
    """
    parts: list[str] = []
    held = 0.0
    for sentence in split_sentences(clean_text(line)):
        for piece in _pieces(one_line(sentence)):
            load = _load(piece)
            if parts and held + 1 + load <= INPUT_CHARACTERS:
                parts[-1] += f" {piece}"
                held += 1 + load
            else:
                parts.append(piece)
                held = load
    return tuple(part for part in parts if spoken_words(part))


def _load(text: str) -> float:
    return sum(1.0 if character.isascii() else DENSE_SHARE for character in text)


def _pieces(sentence: str) -> list[str]:
    """Split a sentence between words, or anywhere if a word is too long itself, as in Thai or Chinese."""
    if _load(sentence) <= INPUT_CHARACTERS:
        return [sentence]
    half = len(sentence) // 2
    space = sentence.rfind(" ", len(sentence) // 4, half)
    cut = space if space > 0 else half
    return [*_pieces(sentence[:cut].strip()), *_pieces(sentence[cut:].strip())]
