"""Word times against the sound itself, measured by other means than the narrator's own."""

from __future__ import annotations

import wave
from pathlib import Path

import numpy as np
import pytest

from blocks.offline.voice.narrator import RATE_HZ, UNIT_SECONDS, OfflineNarrator, _voice
from blocks.offline.voice.silences import silences, snap_to_silences
from studio.lettering.caption_cues import line_cues
from studio.model.film import Word

PAUSED = [
    "In 1998, Dr. Smith paid $9.99. Nobody minded: money, after all, was easy \u2014 and bread was dear.",
    "Go. Away. Now. Be quiet. Do not move. You are alone. My boat. Big dogs. Two cats. Keep it. Yellow leaves.",
    "By 7:30 pm they numbered 3,000; others, e.g. Dutchmen, came on the 2nd. In 1990-95 it was 50%. Great!",
    "The U.S. Army \u2014 at -4 \u00b0C \u2014 marched 10 km. Then came the rain: mud, wind, and 1/2 a loaf.",
]
HISSING = [
    "You see a sea.",
    "They saw a seal.",
    "We saw a soldier.",
    "He knew a sailor.",
    "The sea so near.",
    "I know a city.",
    "Go say so.",
    "Me see my sister.",
]
TOLD = [
    "The keeper lit the lamp again, as she had every night for thirty years.",
    "In 1998, Dr. Smith paid $9.99. Nobody minded.",
    "Go!",
    "It never rained. Then, one morning in May, it did, and nobody knew what to do.",
    "Below her, the sea kept the old rhythm, patient and immense.",
    "Once, in a village by the sea, a keeper found a message in a bottle: it was addressed to her.",
    "Nothing was ever the same again.",
    "Why do cats purr? Nobody knows. They purr when they are calm, and when they are hurt.",
    "At 7:30 pm, 3,000 people waited; none of them spoke.",
    "Rain. Wind. Mud. And then, at last, the sun.",
    "The story might end here. It does not.",
    "He climbed, one hand after the other, until all of the valley lay beneath him like a map that someone had left.",
    "Yes. No. Maybe.",
    "She laughed.",
    "Honeybees do a waggle dance to tell the others where the flowers are, and in which direction.",
    "A city wakes; bread, coffee, a tram bell, and the first light on the river.",
    "The train left at dawn \u2014 and with it everything he knew.",
    "It begins simply enough: the keeper finds a letter.",
    "Later, people will ask what changed. It was a choice that held.",
    "The end.",
]


def spoken(line: str, seed: int, folder: Path) -> tuple[tuple[Word, ...], np.ndarray]:
    """Return the words and the samples of a line."""
    made = OfflineNarrator().speak(line, seed, folder / "line.wav")
    with wave.open(str(folder / "line.wav")) as sheet:
        return made.words, np.frombuffer(sheet.readframes(sheet.getnframes()), "<i2") / 32768


def heard(sound: np.ndarray, level: float = 0.01) -> list[tuple[float, float]]:
    """Find what is audible: an envelope of 8 ms above a share of the peak, parted by silences of 130 ms or more.

    The closure of a 't' or 'k' within a word is shorter than that.
    """
    window = RATE_HZ // 125
    envelope = np.sqrt(np.convolve(sound**2, np.ones(window) / window, mode="same"))
    audible = np.flatnonzero(envelope > level * np.abs(sound).max()) / RATE_HZ
    cuts = np.flatnonzero(np.diff(audible) > 0.13)
    begins = [audible[0], *audible[cuts + 1]]
    return list(zip(begins, [*audible[cuts], audible[-1]], strict=True))


@pytest.mark.parametrize("level", [0.01, 0.015])
@pytest.mark.parametrize("line", PAUSED)
def test_words_beside_a_pause_lie_where_they_are_heard(line: str, level: float, tmp_path: Path) -> None:
    """Digits, abbreviations and dashes or not: where a pause is audible, a word begins and ends within 25 ms of it."""
    words, sound = spoken(line, 3, tmp_path)
    said = [word for word in words if word.end > word.start]
    stretches = heard(sound, level)
    assert len(stretches) > 4
    starts = [min(abs(word.start - begin) for word in said) for begin, _ in stretches]
    ends = [min(abs(word.end - end) for word in said) for _, end in stretches]
    assert max(starts) <= 0.025
    assert max(ends) <= 0.025


def test_words_in_running_speech_lie_where_they_are_heard(tmp_path: Path) -> None:
    """Between a vowel and an 's' no pause helps: there the clock alone is within 25 ms of the hiss's beginning."""
    errors = []
    block = RATE_HZ // 200
    for number, line in enumerate(HISSING):
        words, sound = spoken(line, number, tmp_path)
        frames = sound[: len(sound) // block * block].reshape(-1, block) * np.hanning(block)
        power = np.abs(np.fft.rfft(frames, axis=1)) ** 2
        hiss = power[:, 20:].sum(axis=1) > power[:, :20].sum(axis=1)  # above 4 kHz
        begins = np.flatnonzero(hiss[1:] & ~hiss[:-1]) * 0.005 + 0.005
        errors += [np.abs(begins - word.start).min() for word in words[1:] if word.text[0] in "sS"]
    assert len(errors) >= 12
    assert round(max(errors), 3) <= 0.025


def test_the_models_clock_is_the_sound() -> None:
    """The durations of one breath, 25 ms each, sum to the length of its sound, exactly."""
    voice = _voice()
    for text in ("One thousand words.", "Bread, wine, and a cold wind from the sea."):
        ids = voice._speech.ids(voice._speech.g2p(text))
        order = {"ids": np.asarray([ids], np.int64), "speed": np.ones(1, np.float32)}
        *spectrum, durations = voice._speech.sess.run(None, order)
        assert spectrum[0].shape[-1] * 300 == round(float(durations.sum()) * UNIT_SECONDS * RATE_HZ)


def test_silences_are_found_and_words_moved_to_them() -> None:
    """A tone, 0.2 s of nothing, a tone: the words around the hole end and begin at its edges, others stay."""
    tone = np.sin(np.arange(RATE_HZ // 2) * 0.1).astype(np.float32)
    sound = np.concatenate([tone, np.zeros(RATE_HZ // 5, np.float32), tone])
    assert silences(sound) == [(0.5, 0.7)]
    moved = snap_to_silences(sound, [(0.02, 0.25), (0.25, 0.55), (0.6, 0.6), (0.66, 1.15)])
    assert moved == [(0.02, 0.25), (0.25, 0.5), (0.6, 0.6), (0.7, 1.15)]


def test_pauses_grow_with_what_they_part(tmp_path: Path) -> None:
    """One hears a breath after a dash and a colon, more after a sentence, and most after a paragraph."""
    words, sound = spoken(
        "The sea was calm \u2014 she slept well: nobody came. They left.\n\nMorning broke.", 1, tmp_path
    )
    holes = [after[0] - before[1] for before, after in zip(heard(sound), heard(sound)[1:], strict=False)]
    dash, colon, sentence, paragraph = holes
    assert 0.2 < dash < 0.4
    assert 0.2 < colon < 0.4
    assert 0.45 < sentence < 0.7
    assert 0.85 < paragraph < 1.1
    assert sum(word.end > word.start for word in words) == len(words) - 1


def test_captions_lie_within_80_ms_of_the_spoken_words(tmp_path: Path) -> None:
    """On twenty real lines each caption begins with its first word, lasts 0.8 to 7 s, and outlasts its last word."""
    for number, line in enumerate(TOLD):
        words, sound = spoken(line, number, tmp_path)
        first = 0
        for cue in line_cues(words, 24, 6, 6 + round((len(sound) / RATE_HZ + 1) * 24)):
            said = words[first : first + len(cue.text.split())]
            first += len(said)
            assert abs((cue.start - 6) / 24 - said[0].start) <= 0.08
            assert (cue.end - 6) / 24 >= said[-1].end - 0.08
            assert 0.8 <= (cue.end - cue.start) / 24 <= 7.0
        assert first == len(words)
