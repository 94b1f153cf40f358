"""Check and decode speech that a vendor sent, and estimate when each word is said.

It looks only at the reply's bytes; it sends and writes nothing.
"""

from __future__ import annotations

import io
from itertools import accumulate, chain

import av
import numpy as np

from blocks.answers.picture_answers import bad_answer
from blocks.answers.sound_parts import NotWhole, SoundPart, sound_parts
from studio.audio.wav import Samples
from studio.model.film import Word
from studio.model.paid import Reply

RATE_HZ = 24_000
"""The sample rate of every line, as of the offline voice; OpenAI's voices have the same
(https://platform.openai.com/docs/guides/text-to-speech#supported-output-formats)."""

SOUND_BYTES = 64 * 2**20
"""The largest sound, in bytes."""
RATES_HZ = (8_000, 96_000)
"""The lowest and the highest sample rate that is taken."""
CHANNELS = 8
"""The most channels. With more, PyAV 18 counts the planes wrongly, and reading them ends the process."""

SILENT_PEAK = 10 ** (-60 / 20)
"""-60 dBFS, as a sample value: every voice is louder, and the noise of 10 bits is quieter."""

SPEAKING_SHARE = 10 ** (-40 / 20)
"""-40 dB, as a ratio to the loudest sample: a voice speaks where it is above that, as in the offline narrator."""

MISSING_SECONDS = 0.15
"""By how much a decoded sound may be shorter than it says: what encoders add to its beginning and end is less."""

_DENSE = (("\u0e00", "\u0e7f"), ("\u3040", "\u9fff"), ("\uac00", "\ud7a3"))
"""Thai; Kana and Han; Hangul: in these scripts a letter is about a syllable."""
LETTERS_A_SECOND = 15.0
"""The pace of usual speech: 180 words a minute, of five letters each."""
_PAUSES = {".": 6.0, "!": 6.0, "?": 6.0, "…": 6.0, ",": 3.0, ";": 4.0, ":": 4.0, "—": 3.0}
"""How long the silence after a punctuation mark is, in letters: 0.4 s for six, 0.2 s for three."""


def most_seconds(text: str) -> float:
    """Return the most seconds that `text` can take to say: five, and 0.2 for every letter.

    Slow English has 12 letters a second. A digit counts as four letters, and a letter of Han, Kana, Hangul or Thai as
    three.
    """
    return 5.0 + 0.2 * sum(max(1.0, _weight(character)) for character in text)


def usual_seconds(text: str) -> float:
    """Estimate how many seconds `text` takes to say, at 15 letters a second, counted as in `most_seconds`."""
    return sum(map(_weight, text)) / LETTERS_A_SECOND


def decoded_sound(vendor: str, reply: Reply, most: float) -> Samples:
    """Decode the sound of a reply: (n,) float32 at `RATE_HZ`, all channels mixed to one.

    WAV, MP3, AAC, Ogg, FLAC, MP4 and samples without a header are taken, also several in a row: see
    `blocks.answers.sound_parts`.

    Args:
        most: the longest sound, in seconds, > 0.

    Raises:
        VendorError: 'bad answer': not such a sound, cut off, without samples, silent, or longer than `most`.
    """
    content = reply.content
    if len(content) > SOUND_BYTES:
        raise bad_answer(vendor, reply, f"the sound has more than {SOUND_BYTES:,} bytes")
    try:
        sound = _joined(sound_parts(content), most)
    except NotWhole as error:
        raise bad_answer(vendor, reply, str(error)) from None
    except (av.FFmpegError, ValueError, OSError, LookupError, AttributeError, TypeError):
        # PyAV raises AttributeError if it has no decoder for a stream.
        raise bad_answer(vendor, reply, "the answer is not a whole sound") from None
    if sound.size > most * RATE_HZ:
        raise bad_answer(vendor, reply, f"the sound is longer than the {most:.0f} seconds its words can take")
    if not sound.size:
        raise bad_answer(vendor, reply, "the sound is empty")
    if not np.isfinite(sound).all() or np.abs(sound).max() < SILENT_PEAK:
        raise bad_answer(vendor, reply, "the sound is silent")
    return sound


def _joined(parts: tuple[SoundPart, ...], most: float) -> Samples:
    """Decode sounds one after the other, and stop once `most` seconds are exceeded."""
    sounds: list[Samples] = []
    length = 0
    for part in parts:
        sounds.append(_samples(part.content, part.kind, most, part.seconds))
        length += sounds[-1].size
        if length > most * RATE_HZ:
            break
    return np.concatenate(sounds) if sounds else np.zeros(0, np.float32)


def _samples(content: bytes, kind: str, most: float, told: float = 0.0) -> Samples:
    """Decode the first audio stream, and stop once `most` seconds are exceeded.

    Raises:
        NotWhole: it is shorter than the `told` seconds, or than its container says.
    """
    blocks: list[Samples] = []
    length = 0
    with av.open(io.BytesIO(content), "r", format=kind) as box:
        if not box.streams.audio:
            return np.zeros(0, np.float32)
        stream = box.streams.audio[0]
        if not RATES_HZ[0] <= stream.rate <= RATES_HZ[1]:
            raise ValueError("its rate is no voice's")
        # The channels are averaged here: ffmpeg's own mix of two channels is 3 dB louder, and may exceed full scale.
        resampler = av.AudioResampler(format="fltp", rate=RATE_HZ)
        decoded = map(_heard, box.decode(stream))
        frames = (block for frame in chain(decoded, (None,)) for block in resampler.resample(frame))
        for block in frames:
            blocks.append(block.to_ndarray().mean(axis=0, dtype=np.float32))
            length += blocks[-1].size
            if length > most * RATE_HZ:
                return np.concatenate(blocks)
        if kind == "mov" and stream.duration and stream.time_base:
            told = float(stream.duration * stream.time_base)
    if length / RATE_HZ < told - MISSING_SECONDS:
        raise NotWhole(f"the sound is cut off: {length / RATE_HZ:.1f} of {told:.1f} seconds came")
    return np.concatenate(blocks) if blocks else np.zeros(0, np.float32)


def _heard(frame: av.AudioFrame) -> av.AudioFrame:
    if frame.layout.nb_channels > CHANNELS:
        raise ValueError("it has more channels than a voice")
    return frame


def estimated_words(text: str, sound: Samples) -> tuple[Word, ...]:
    """Estimate when each word (between spaces) is said, in seconds from the beginning of the sound, without listening.

    The spoken part of the sound, without silence at both ends, is divided by letters, counted as in `most_seconds`;
    punctuation marks that end a sentence or a phrase are silences of their own. Compared with the offline voice's own
    word times this is off by a fraction of a second.

    Args:
        sound: (n,) float32 at `RATE_HZ`.
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
