"""The offline narrator: speaks English lines with one voice, and returns the times of the words.

The same line and seed give the same samples. The voice is hibari's 'heart', which its wheel contains. What it may read
is decided in `reading.py`. Word times come from the model itself: its durations are an inner tensor. A serialised ONNX
graph to which the description of one more output is appended is a valid graph with that output, because protobuf
concatenation merges messages (https://protobuf.dev/programming-guides/encoding/#last-one-wins).
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

import hibari
import numpy as np
from hibari import dsp
from hibari.voices import voice_path

from blocks.offline.voice.reading import Sentence, SpokenToken, sentences, why_silent
from blocks.offline.voice.silences import snap_to_silences, trimmed
from studio.audio.wav import Samples, wav_file
from studio.errors import Unspeakable
from studio.model.engines import Abilities
from studio.model.film import Word
from studio.model.receipt import PieceMeasures

# onnxruntime writes a device id and queues telemetry in the user's home, unless this is set before it is imported.
os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")

RATE_HZ = 24_000
UNIT_SECONDS = 0.025
"""One unit of the model's durations: their sum times this is the length of the sound (measured: exactly)."""
CHUNK_PHONEMES = 380
"""Most phonemes spoken in one breath; hibari itself cuts at 400."""
SENTENCE_PAUSE_SECONDS, PARAGRAPH_PAUSE_SECONDS = 0.40, 0.80
BREATH_PAUSE_SECONDS = 0.12
CLOCK_LATE_SECONDS = 0.045
"""How late the model's word times are: the median difference from the sound, over words after a pause."""
SPEECH_RMS = 10 ** (-23 / 20)
"""Level of the spoken parts, -23 dBFS. The voice itself is at -25 dBFS with 12 to 15 dB of crest: no peak clips."""
PEAK = 10 ** (-1 / 20)

_DURATIONS = "/Round_output_0"
_QUOTES = '"”) '
_PAUSES = frozenset(';:,.!?—…"()“” ')
_INFLECTIONS = (("s", ""), ("es", ""), ("ies", "y"), ("ed", ""), ("ed", "e"), ("ing", ""), ("ing", "e"))

Times = list[tuple[float, float]]


class OfflineNarrator:
    """Speaks English without a key or a network; a line in any other language stays silent, with the reason given."""

    engine = "offline"
    model = "hibari heart"
    version = 3
    abilities = Abilities(seed=True, languages=("en",))

    def speak(self, line: str, seed: int, out: Path) -> PieceMeasures:
        """Speak a line: write a WAV, mono 16 bit at 24 kHz. Speech has the same level in every line.

        Returns:
            What was measured: `words` are the words between spaces, as written and in order; those that are not said
            (an emoji, a dash) have no length. Where nothing was said, `words` is (), and unless the line is blank
            `not_spoken` says why.

        Raises:
            EngineFailed: the file cannot be written; a file left at `out` is useless.
        """
        # One voice is enough for the whole process: it speaks a hundred times faster than real time on one core.
        with _TURN:
            voice = _voice()
            try:
                silent = why_silent(line, voice.knows)
                read = () if silent else sentences(line)
                told = [voice.say(sentence.tokens, seed + n) for n, sentence in enumerate(read)]
            except Unspeakable as error:
                silent, read, told = str(error), (), []
        sound, words = _in_a_row(told, read)
        if not sound.size and line.strip() and not silent:
            silent = "the voice found nothing in it that can be said"
        with wav_file(out, channels=1, rate_hz=RATE_HZ) as append:
            if sound.size:
                append(_levelled(sound))
        seconds = len(sound) / RATE_HZ
        return PieceMeasures(seconds=seconds, words=words if sound.size else (), not_spoken=silent)


class _Voice:
    """The speech model and its pronunciation, loaded once. Only one thread may use it at a time."""

    def __init__(self) -> None:
        # The 'model' argument goes unchanged to onnxruntime, which takes a path or the graph's bytes.
        graph = Path(voice_path("heart")).read_bytes() + _field(7, _field(12, _field(1, _DURATIONS.encode())))
        self._speech = hibari.Hibari(model=graph, threads=1)
        self._lexicon = self._speech.g2p.lexicon.golds

    def knows(self, word: str) -> bool:
        """Tell whether a lower-case word, or the word that it is a form of, is in the lexicon."""
        stems = [word, word.replace("\u2019", "'"), word.replace("\u2019", "'").removesuffix("'s")]
        for ending, instead in _INFLECTIONS:
            if len(word) > len(ending) + 2 and word.endswith(ending):
                stem = word[: -len(ending)] + instead
                stems += [stem, stem[:-1]] if stem[-2:-1] == stem[-1:] else [stem]
        return any(stem in self._lexicon for stem in stems)

    def say(self, sentence: Sequence[SpokenToken], seed: int) -> tuple[Samples, tuple[Word, ...]]:
        """Return the sound of one sentence, without silence around it, and its words, timed from its start."""
        groups = self._pronounce([token.spoken for token in sentence])
        pieces: list[Samples] = []
        times: Times = []
        length = 0.0
        noise = np.random.default_rng(seed)
        for chunk in _breaths(groups):
            sound, spans = self._breathe(chunk, noise)
            if sound.size and pieces:
                pieces.append(np.zeros(round(BREATH_PAUSE_SECONDS * RATE_HZ), np.float32))
                length += len(pieces[-1]) / RATE_HZ
            times += [(length + start, length + end) for start, end in spans]
            pieces.append(sound)
            length += len(sound) / RATE_HZ
        words = tuple(Word(text=t.written, start=a, end=b) for t, (a, b) in zip(sentence, _forward(times), strict=True))
        return np.concatenate(pieces) if pieces else np.zeros(0, np.float32), words

    def _pronounce(self, words: Sequence[str]) -> list[str]:
        """Return the phonemes of each word, as it sounds among the others; '' for a word that is not said.

        Raises:
            Unspeakable: hibari cannot pronounce the text.
        """
        text = " ".join(filter(None, words))
        try:
            # hibari's own normalisation is skipped: it moves words, and `spelling.py` has done its work already.
            tokens = self._speech.g2p.phonemize_tokens(self._speech.g2p.tokenize(text))
        except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
            raise Unspeakable(f"the offline voice cannot pronounce {text[:60]!r}; write it otherwise") from error
        said = [""]
        for token in tokens:
            said[-1] += token.phonemes or ""
            if token.whitespace:
                said.append("")
        chunks = iter(said)
        groups = []
        for word in words:
            of_word = (next(chunks).strip() for _ in word.split())
            groups.append(" ".join(filter(None, of_word)))
        return groups

    def _breathe(self, groups: Sequence[str], noise: np.random.Generator) -> tuple[Samples, Times]:
        """Speak groups of phonemes in one breath; return the trimmed sound and the (start, end) of each group."""
        if all(c in _PAUSES for group in groups for c in group):
            return np.zeros(0, np.float32), [(0.0, 0.0)] * len(groups)
        ids = self._speech.ids(" ".join(filter(None, groups)))
        order = {"ids": np.asarray([ids], np.int64), "speed": np.ones(1, np.float32)}
        *spectrum, durations = self._speech.sess.run(None, order)
        sound: Samples = dsp.synth(*(part[0] for part in spectrum), noise)
        clock = np.concatenate([[0.0], np.cumsum(durations.ravel(), dtype=np.float64)]) * UNIT_SECONDS
        spans: Times = []
        at = 1  # id 0 is the model's own pad
        for group in groups:
            known = [c for c in group if c in self._speech.vocab]
            voiced = [place for place, c in enumerate(known) if c not in _PAUSES]
            # A word's first sound begins during the blank before it: in running speech the blank belongs to the word.
            blank = int(at > 1 and voiced[:1] == [0])
            begin, end = (at + voiced[0] - blank, at + voiced[-1] + 1) if voiced else (at, at)
            spans.append((float(clock[begin]) - CLOCK_LATE_SECONDS, float(clock[end]) - CLOCK_LATE_SECONDS))
            at += len(known) + 1 if group else 0
        return trimmed(sound, snap_to_silences(sound, spans))


_TURN = threading.Lock()


@cache
def _voice() -> _Voice:
    """Return the voice; loading it takes 0.7 s. Called only while `_TURN` is held, so it is loaded once."""
    return _Voice()


def _varint(number: int) -> bytes:
    low, rest = number & 127, number >> 7
    return bytes([low | 128]) + _varint(rest) if rest else bytes([low])


def _field(number: int, content: bytes) -> bytes:
    """Return a length-delimited protobuf field. In onnx.proto: ModelProto.graph 7, GraphProto.output 12, its name 1."""
    return _varint(number << 3 | 2) + _varint(len(content)) + content


def _breaths(groups: Sequence[str]) -> Iterator[list[str]]:
    """Yield the breaths of a sentence: it is cut after a dash, a colon or a semicolon, and where it gets too long.

    Where it gets too long it is cut after a comma, if there is one in the second half. A single word is not a breath,
    unless a colon ends it: then it names the speaker, 'Mara: Who is there?'.
    """
    breath: list[str] = []
    for place, group in enumerate(groups):
        if breath and sum(map(len, breath)) + len(breath) + len(group) > CHUNK_PHONEMES:
            commas = [n for n, said in enumerate(breath, start=1) if said.endswith(",")]
            cut = commas[-1] if commas and commas[-1] > len(breath) / 2 else len(breath)
            yield breath[:cut]
            breath = breath[cut:]
        breath.append(group[:CHUNK_PHONEMES])
        rest = sum(any(c not in _PAUSES for c in each) for each in groups[place + 1 : place + 3])
        end = group.rstrip(_QUOTES)
        if end.endswith((";", ":", "—")) and (len(breath) > 1 or end.endswith(":")) and rest > 1:
            yield breath
            breath = []
    if breath:
        yield breath


def _forward(times: Times) -> Times:
    """Return the times made non-decreasing, within a word and from one word to the next."""
    edges = np.maximum.accumulate(np.asarray(times, np.float64).reshape(-1)).reshape(-1, 2)
    return [(float(start), float(end)) for start, end in edges]


def _in_a_row(
    told: Sequence[tuple[Samples, tuple[Word, ...]]], read: Sequence[Sentence]
) -> tuple[Samples, tuple[Word, ...]]:
    """Join sentences with pauses between them, and shift their words; nothing is before the first or after the last."""
    pieces: list[Samples] = []
    words: list[Word] = []
    samples, pause = 0, 0.0
    for (sound, spoken), sentence in zip(told, read, strict=True):
        if sound.size and samples:
            pieces.append(np.zeros(round(pause * RATE_HZ), np.float32))
            samples += len(pieces[-1])
        pause = SENTENCE_PAUSE_SECONDS if sound.size else pause
        pause = PARAGRAPH_PAUSE_SECONDS if sentence.ends_paragraph else pause
        shift = samples / RATE_HZ
        pieces.append(sound)
        samples += len(sound)
        # A rounded sum of floats may pass the end of the file; no word may.
        end = samples / RATE_HZ
        words += [Word(text=w.text, start=min(shift + w.start, end), end=min(shift + w.end, end)) for w in spoken]
    return np.concatenate(pieces) if pieces else np.zeros(0, np.float32), tuple(words)


def _levelled(sound: Samples) -> Samples:
    """Return the sound with its spoken parts at `SPEECH_RMS`, and no peak above `PEAK`."""
    block = RATE_HZ // 20
    padded = np.pad(sound, (0, -len(sound) % block)).astype(np.float64)
    power = (padded.reshape(-1, block) ** 2).mean(axis=1)
    spoken = power[power > power.max() * 10 ** (-26 / 10)]
    gain = min(SPEECH_RMS / np.sqrt(spoken.mean()), PEAK / np.abs(padded).max()) if spoken.size else 1.0
    return (sound * np.float32(gain)).astype(np.float32)
