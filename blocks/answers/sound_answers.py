"""Speech that a vendor sent: whether it is a sound that says something, and when each word is said.

Judges only the reply's bytes; nothing is sent, nothing is written.
"""

from __future__ import annotations

import io
from itertools import accumulate, chain

import av
import numpy as np

from blocks.answers.picture_answers import bad_answer
from studio.audio.wav import Samples
from studio.model.film import Word
from studio.model.paid import Reply

RATE_HZ = 24_000
"""Rate of every line, as the offline voice has it; OpenAI's voices come at the same
(https://platform.openai.com/docs/guides/text-to-speech#supported-output-formats)."""

SOUND_BYTES = 64 * 2**20
RATES_HZ = (8_000, 96_000)
CHANNELS = 8
"""Most channels. Of more than that PyAV 18 counts the planes wrongly, and reading them ends the process."""

SILENT_PEAK = 10 ** (-60 / 20)
"""-60 dBFS: no voice is below it, and noise of 10 bits is."""

SPEAKING_SHARE = 10 ** (-40 / 20)
"""A voice speaks where it is less than 40 dB below its loudest moment, as in the offline narrator."""

_STREAMED = 0x7FFF_0000
"""A WAV that was written before its length was known says 0xFFFFFFFF or nearly that, or 0."""
_DENSE = (("\u0e00", "\u0e7f"), ("\u3040", "\u9fff"), ("\uac00", "\ud7a3"))
"""Thai; Kana and Han; Hangul: a letter is about a syllable."""
LETTERS_A_SECOND = 15.0
"""Of usual speech: 180 words a minute, of five letters."""
_PAUSES = {".": 6.0, "!": 6.0, "?": 6.0, "…": 6.0, ",": 3.0, ";": 4.0, ":": 4.0, "—": 3.0}
"""How long the silence after a mark is, in letters: 0.4 s and 0.2 s at 15 letters a second."""


def most_seconds(text: str) -> float:
    """Return the longest time that `text` can take to say: five seconds, and 0.2 more for every letter.

    Slow English has 12 letters a second. A digit counts as four letters and one of Han, Kana, Hangul or Thai as three.
    """
    return 5.0 + 0.2 * sum(max(1.0, _weight(character)) for character in text)


def usual_seconds(text: str) -> float:
    """Return about how long `text` takes to say: 15 letters a second, weighed as in `most_seconds`."""
    return sum(map(_weight, text)) / LETTERS_A_SECOND


def decoded_sound(vendor: str, reply: Reply, most: float) -> Samples:
    """Return the sound of a reply: (n,) float32 at `RATE_HZ`, all channels mixed to one.

    Takes WAV (also with the lengths of a streaming server), MP3 and FLAC.

    Args:
        most: seconds, > 0; a longer sound is refused.

    Raises:
        VendorError: 'bad answer': not such a sound, cut off, without samples, silent, too long.
    """
    content = reply.content
    if len(content) > SOUND_BYTES:
        raise bad_answer(vendor, reply, f"the sound has more than {SOUND_BYTES:,} bytes")
    kind = _kind(content)
    if not kind:
        raise bad_answer(vendor, reply, "the answer is neither WAV, MP3 nor FLAC")
    if kind == "wav" and _cut_off(content):
        raise bad_answer(vendor, reply, "the sound is cut off")
    try:
        sound = _samples(content, kind, most)
    except (av.FFmpegError, ValueError, OSError, LookupError, AttributeError, TypeError):
        # An AttributeError is PyAV's way to say that it has no decoder for a stream.
        raise bad_answer(vendor, reply, "the answer is not a whole sound") from None
    if sound.size > most * RATE_HZ:
        raise bad_answer(vendor, reply, f"the sound is longer than the {most:.0f} seconds its words can take")
    if not sound.size:
        raise bad_answer(vendor, reply, "the sound is empty")
    if not np.isfinite(sound).all() or np.abs(sound).max() < SILENT_PEAK:
        raise bad_answer(vendor, reply, "the sound is silent")
    return sound


def _kind(content: bytes) -> str:
    """Return the demuxer for these bytes, '' for none; ffmpeg's own guess could be a playlist, which opens URLs."""
    if content[:4] in (b"RIFF", b"RF64") and content[8:12] == b"WAVE":
        return "wav"
    if content[:4] == b"fLaC":
        return "flac"
    # ID3 tag, or the eleven bits that begin an MPEG audio frame (ISO/IEC 11172-3, 2.4.1.3).
    frame = len(content) > 1 and content[0] == 0xFF and content[1] & 0xE0 == 0xE0
    return "mp3" if content[:3] == b"ID3" or frame else ""


def _cut_off(content: bytes) -> bool:
    """Tell whether a WAV's samples are fewer than its header says, where the header can be believed."""
    at = 12
    while at + 8 <= len(content):
        name, length = content[at : at + 4], int.from_bytes(content[at + 4 : at + 8], "little")
        if name == b"data":
            return length < _STREAMED and at + 8 + length > len(content)
        at += 8 + length + length % 2
    return False


def _samples(content: bytes, kind: str, most: float) -> Samples:
    """Decode until `most` seconds are passed; what follows is not unpacked."""
    blocks: list[Samples] = []
    length = 0
    with av.open(io.BytesIO(content), "r", format=kind) as box:
        if not box.streams.audio:
            return np.zeros(0, np.float32)
        stream = box.streams.audio[0]
        if not RATES_HZ[0] <= stream.rate <= RATES_HZ[1]:
            raise ValueError("its rate is no voice's")
        # Mixed here: ffmpeg's own way from two channels to one is 3 dB louder, and may pass full scale.
        resampler = av.AudioResampler(format="fltp", rate=RATE_HZ)
        decoded = map(_heard, box.decode(stream))
        frames = (block for frame in chain(decoded, (None,)) for block in resampler.resample(frame))
        for block in frames:
            blocks.append(block.to_ndarray().mean(axis=0, dtype=np.float32))
            length += blocks[-1].size
            if length > most * RATE_HZ:
                break
    return np.concatenate(blocks) if blocks else np.zeros(0, np.float32)


def _heard(frame: av.AudioFrame) -> av.AudioFrame:
    if frame.layout.nb_channels > CHANNELS:
        raise ValueError("it has more channels than a voice")
    return frame


def estimated_words(text: str, sound: Samples) -> tuple[Word, ...]:
    """Return when each word between spaces is said, as good as it can be told without listening.

    The spoken part of the sound, silence at both ends left out, is shared out by letters, a digit counting as four and
    a letter of Han, Kana, Hangul or Thai as three; marks that end a sentence or a phrase are silences of their own.
    Measured against the offline voice's own word times this is off by a fraction of a second.
    """
    words = text.split()
    if not words or not sound.size:
        return ()
    loud = np.flatnonzero(np.abs(sound) > np.abs(sound).max() * SPEAKING_SHARE)
    begin, end = float(loud[0]) / RATE_HZ, float(loud[-1] + 1) / RATE_HZ
    lengths = [sum(map(_weight, word)) for word in words]
    pauses = [max((_PAUSES.get(mark, 0.0) for mark in word[-2:]), default=0.0) for word in words]
    pauses[-1] = 0.0
    whole = sum(lengths) + sum(pauses)
    if not whole:
        return ()
    marks = list(accumulate((a + b for a, b in zip(lengths, pauses, strict=True)), initial=0.0))
    scale = (end - begin) / whole
    return tuple(
        Word(text=word, start=round(begin + scale * mark, 6), end=round(begin + scale * (mark + length), 6))
        for word, mark, length in zip(words, marks, lengths, strict=False)
    )


def _weight(character: str) -> float:
    if not character.isalnum():
        return 0.0
    if character.isdigit():
        return 4.0
    return 3.0 if any(first <= character <= last for first, last in _DENSE) else 1.0
