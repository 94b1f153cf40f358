"""Voices through OpenAI's protocol."""

from __future__ import annotations

import json
import wave
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from blocks.answers.sound_answers import most_seconds
from blocks.openai_api.narrator import BREATH_SECONDS, DENSE_SHARE, INPUT_CHARACTERS, OpenAINarrator, parts_of
from studio.model.fingerprint import fingerprint
from studio.model.paid import VendorError
from tests.support.adapters.contract import LINE, PATIENT
from tests.support.adapters.desk import PlainDesk
from tests.support.adapters.openai_stand import account_at
from tests.support.adapters.socket_stand import message, saying, serving
from tests.support.vendors.media import sound, streamed
from tests.support.vendors.openai_server import OpenAIServer

LONG = " ".join(f"Sentence number {n} is about the sea and the lamp." for n in range(220))


@pytest.fixture
def server() -> Iterator[OpenAIServer]:
    with OpenAIServer() as opened:
        yield opened


def narrator_at(server: OpenAIServer, desk: PlainDesk, **settings: Any) -> OpenAINarrator:
    return OpenAINarrator(account_at(server.url), limits=PATIENT, desk=desk, **settings)


def samples(path: Path) -> tuple[int, int, int, int]:
    with wave.open(str(path)) as sheet:
        return sheet.getnchannels(), sheet.getsampwidth(), sheet.getframerate(), sheet.getnframes()


@pytest.mark.parametrize("rate", [8_000, 24_000, 44_100])
@pytest.mark.parametrize("channels", [1, 2])
def test_a_line_becomes_one_kind_of_file(server: OpenAIServer, tmp_path: Path, rate: int, channels: int) -> None:
    """Whatever comes: mono, 16 bit, 24 kHz, as the offline voice has it."""
    server.manner.speak = lambda text: streamed(sound(1.5, rate, channels))
    made = narrator_at(server, PlainDesk()).speak(LINE, 1, tmp_path / ".hidden.next")
    channels_out, width, rate_out, count = samples(tmp_path / ".hidden.next")
    assert (channels_out, width, rate_out) == (1, 2, 24_000)
    assert made.seconds == count / 24_000 == pytest.approx(1.5, abs=0.01)
    assert [word.text for word in made.words] == LINE.split()
    assert made.not_spoken == ""


@pytest.mark.parametrize("line", ["", "  \n", "—", "… 🌊"])
def test_a_line_without_words_is_not_sent(server: OpenAIServer, tmp_path: Path, line: str) -> None:
    """It gives a file of no samples, with the reason where something stood there."""
    made = narrator_at(server, PlainDesk()).speak(line, 1, tmp_path / "out")
    assert samples(tmp_path / "out")[3] == 0
    assert (made.seconds, made.words) == (0, ())
    assert bool(made.not_spoken) == bool(line.strip())
    assert server.exchanges == []


def test_a_long_line_is_spoken_in_parts(server: OpenAIServer, tmp_path: Path) -> None:
    """Each part is a call of its own, parted between sentences, joined with a breath; no word is lost."""
    desk = PlainDesk()
    server.manner.speak = lambda text: sound(30)
    made = narrator_at(server, desk).speak(LONG, 1, tmp_path / "out")
    said = [json.loads(exchange.content)["input"] for exchange in server.posts]
    assert len(said) == len(desk.requests) == 3
    assert all(len(part) <= INPUT_CHARACTERS and part.endswith(".") for part in said)
    assert " ".join(said) == LONG
    assert len({request.digest for request in desk.requests}) == 3
    assert made.seconds == pytest.approx(3 * 30 + 2 * BREATH_SECONDS, abs=0.01)
    assert [word.text for word in made.words] == LONG.split()
    starts = [word.start for word in made.words]
    assert starts == sorted(starts)


@given(st.text(alphabet="abc .!?\n漢é1\u0301", max_size=300).map(lambda text: text * 40))
def test_parts_are_the_line(line: str) -> None:
    """Of any line: each part can be sent and has words in it, and none of the letters is lost."""
    parts = parts_of(line)
    for part in parts:
        assert sum(1.0 if c.isascii() else DENSE_SHARE for c in part) <= INPUT_CHARACTERS
        assert len(part) <= INPUT_CHARACTERS
    letters = [c for c in line if c.isalnum()]
    assert [c for part in parts for c in part if c.isalnum()] == letters


def spoken(answer: bytes, out: Path) -> np.ndarray[Any, Any]:
    """Return the samples of the file that the narrator makes of a whole HTTP answer."""
    with serving() as serve:
        account = account_at(f"{serve(saying(answer))}v1")
        OpenAINarrator(account, limits=PATIENT).at(PlainDesk()).speak(LINE, 1, out)
    with wave.open(str(out)) as sheet:
        return np.frombuffer(sheet.readframes(sheet.getnframes()), "<i2")


def test_a_header_that_promises_more_is_believed_if_nothing_else_says_how_much(tmp_path: Path) -> None:
    """Of a body with a length all came, whatever its header says; one that ends with the connection is cut off."""
    cut = sound(2)[:-9_000]
    assert spoken(message(cut), tmp_path / "a").size == (len(cut) - 44) // 2
    with pytest.raises(VendorError, match="cut off") as failed:
        spoken(b"HTTP/1.1 200 OK\r\n\r\n" + cut, tmp_path / "b")
    assert (failed.value.fault, bool(failed.value.usage)) == ("bad answer", True)
    assert spoken(b"HTTP/1.1 200 OK\r\n\r\n" + streamed(sound(2)), tmp_path / "c").size == 48_000


def test_samples_have_the_rate_of_their_type(tmp_path: Path) -> None:
    """Without a header, the Content-Type says what they are, else they are at 24 kHz."""
    bare = sound(1)[44:]
    assert spoken(message(bare, "content-type: audio/pcm"), tmp_path / "a").size == 24_000
    assert spoken(message(bare, "content-type: audio/L16;rate=12000"), tmp_path / "b").size == pytest.approx(48_000, 9)
    assert spoken(message(bare, "content-type: application/octet-stream"), tmp_path / "c").size == 24_000


def test_settings_are_sent_and_told(server: OpenAIServer, tmp_path: Path) -> None:
    """Voice, speed and instructions are part of the request and of the model's name; the usual ones are not sent."""
    desk = PlainDesk()
    plain = narrator_at(server, desk)
    styled = narrator_at(server, desk, voice="coral", speed=0.8, instructions="Speak calmly.")
    plain.speak(LINE, 1, tmp_path / "a")
    styled.speak(LINE, 1, tmp_path / "b")
    first, second = (json.loads(exchange.content) for exchange in server.posts)
    assert first == {"model": "gpt-4o-mini-tts", "voice": "onyx", "input": LINE, "response_format": "wav"}
    assert (second["voice"], second["speed"], second["instructions"]) == ("coral", 0.8, "Speak calmly.")
    assert plain.model == "gpt-4o-mini-tts onyx"
    assert styled.model.startswith("gpt-4o-mini-tts coral x0.8 ")
    assert "calmly" not in styled.model


def test_characters_are_counted(server: OpenAIServer, tmp_path: Path) -> None:
    """A model billed by characters counts those; one billed by tokens an upper bound of the sound's too."""
    desk = PlainDesk()
    narrator_at(server, desk, name="tts-1").speak(LINE, 1, tmp_path / "a")
    narrator_at(server, desk).speak(LINE, 1, tmp_path / "b")
    assert desk.requests[0].most == desk.replies[0].usage == {"characters": len(LINE)}
    told, most = desk.replies[1].usage, desk.requests[1].most
    seconds = 0.07 * len(LINE) + 0.2
    assert told["audio out"] == pytest.approx(25 * seconds, abs=2)
    assert told["text in"] == most["text in"] >= len(LINE)
    assert told["audio out"] <= most["audio out"]


def test_a_silent_answer_leaves_no_claim(server: OpenAIServer, tmp_path: Path) -> None:
    """A bad answer fails with what it may have been billed."""
    server.play("silence")
    with pytest.raises(VendorError) as failed:
        narrator_at(server, PlainDesk(), name="tts-1").speak(LINE, 1, tmp_path / "a")
    assert failed.value.usage == {"characters": len(LINE)}


def test_what_is_written_is_what_was_heard(server: OpenAIServer, tmp_path: Path) -> None:
    """Samples come through as they were sent, to the last bit but rounding."""
    server.manner.speak = lambda text: sound(1.0)
    narrator_at(server, PlainDesk()).speak(LINE, 1, tmp_path / "out")
    with wave.open(str(tmp_path / "out")) as sheet:
        heard = np.frombuffer(sheet.readframes(sheet.getnframes()), "<i2").astype(int)
    sent = np.frombuffer(sound(1.0)[44:], "<i2").astype(int)
    assert np.abs(heard - sent).max() <= 1


def test_a_slow_voice_may_take_longer(server: OpenAIServer, tmp_path: Path) -> None:
    """What is asked to be spoken at a quarter of the speed is not refused for its length, and is reserved for."""
    server.manner.speak = lambda text: sound(4 * (0.1 * len(text) + 3))
    desk = PlainDesk()
    made = narrator_at(server, desk, speed=0.25).speak(LINE, 1, tmp_path / "a")
    assert made.seconds is not None
    assert made.seconds > most_seconds(LINE)
    with pytest.raises(VendorError, match="longer"):
        narrator_at(server, desk).speak(LINE, 1, tmp_path / "a")
    slow, usual = (request.most["audio out"] for request in desk.requests)
    assert slow == pytest.approx(4 * usual, abs=4)


def test_the_likely_cost_is_below_the_most(server: OpenAIServer, tmp_path: Path) -> None:
    """An estimate begins at usual speech, longer where it is slower; characters are as many as there are."""
    desk = PlainDesk()
    for settings in ({}, {"speed": 0.5}, {"name": "tts-1"}):
        narrator_at(server, desk, **settings).speak(LINE, 1, tmp_path / "a")
    usual, slow, characters = (request.likely for request in desk.requests)
    assert usual is not None
    assert slow is not None
    assert set(usual) == set(desk.requests[0].most)
    assert usual["audio out"] < desk.requests[0].most["audio out"] / 2
    assert slow["audio out"] == pytest.approx(2 * usual["audio out"])
    assert usual["text in"] == desk.requests[0].most["text in"] / 4
    assert characters == desk.requests[2].most


def test_what_nobody_sees_is_not_sent(server: OpenAIServer, tmp_path: Path) -> None:
    """A voice may spell it out; the digest is that of the line as it was before, so a held answer is found."""
    line = "\ufeffMara\u200b hears\u00ad the \u2060bell\u200e."
    desk = PlainDesk()
    narrator_at(server, desk).speak(line, 1, tmp_path / "out")
    narrator_at(server, desk).speak("Mara hears the bell.", 1, tmp_path / "out")
    assert [json.loads(exchange.content)["input"] for exchange in server.posts] == ["Mara hears the bell."] * 2
    body = {"model": "gpt-4o-mini-tts", "voice": "onyx", "input": line, "response_format": "wav"}
    assert desk.requests[0].digest == fingerprint(speech=body) != desk.requests[1].digest
