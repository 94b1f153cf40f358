"""The times of a recorded voice's words, measured against the offline voice's own."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import pytest

from blocks.offline.voice.narrator import OfflineNarrator
from studio.audio import listening
from studio.audio.word_times import timed_words
from studio.errors import BadInput
from studio.lettering.caption_cues import line_cues
from studio.model.film import Word
from tests.support.foreign_media import ffmpeg
from tests.support.sampled import sampled

WHO = ["The old captain", "A girl from the harbour", "Nobody", "My grandmother's neighbour", "He", "The last engineer"]
DID = ["opened the door", "wrote a letter", "waited", "remembered the song", "walked into the forest", "asked why"]
MORE = ["before sunrise", "for thirty years", "without a word", "in 1984", "and the wind answered", "again and again"]
needs_listener = pytest.mark.skipif(not listening.is_installed(), reason="the extra 'listen' is not installed")


def a_line(draw: random.Random) -> str:
    """Return one to four sentences with pauses of several kinds."""
    told = []
    for _ in range(draw.randrange(1, 5)):
        parts = [draw.choice(WHO), draw.choice(DID)]
        ends = [draw.choice(MORE) for _ in range(draw.randrange(3))]
        told.append(
            " ".join(parts) + "".join(draw.choice([" ", ", ", ", "]) + end for end in ends) + draw.choice(".!?")
        )
    return draw.choice([" ", " ", "\n\n", " \u2014 "]).join(told)


def _spoken(draw: random.Random, folder: Path) -> tuple[str, Path, tuple[Word, ...]]:
    """Return a line, a recording of it (at another pace, with noise, quieter), and the true times of its words."""
    line, bare, wav = a_line(draw), folder / "bare.wav", folder / "line.wav"
    truth = OfflineNarrator().speak(line, draw.randrange(1000), bare).words
    pace, before = draw.choice([0.8, 1.0, 1.0, 1.25]), draw.choice([0.0, 0.4])
    noise = (
        f"anoisesrc=a={draw.choice([0.0001, 0.002])}:r=24000:seed=1[n];[0:a]atempo={pace},adelay={before * 1000:.0f}"
    )
    ffmpeg("-i", bare, "-filter_complex", f"{noise},apad=pad_dur=0.3[v];[v][n]amix=duration=first:normalize=0", wav)
    return line, wav, tuple(Word(text=w.text, start=w.start / pace + before, end=w.end / pace + before) for w in truth)


@sampled("seed", range(60), quick=1)
def test_words_are_timed_as_they_are_spoken(tmp_path: Path, seed: int) -> None:
    """Half of a line's words are timed within 0.15 s, and every caption begins within 0.4 s of its first word."""
    line, wav, truth = _spoken(random.Random(seed), tmp_path)
    timed = timed_words(line, wav)
    assert [word.text for word in timed] == line.split()
    off = [abs(a.start - b.start) for a, b in zip(timed, truth, strict=True) if b.end > b.start]
    assert np.median(off) < 0.15, sorted(off)
    ends = [0.0, *(word.start for word in timed)]
    assert ends == sorted(ends)
    place = 0
    for cue in line_cues(timed, 30, 0, 100_000):
        assert abs(cue.start / 30 - truth[place].start) < 0.4, (cue, truth[place])
        place += len(cue.text.split())


@pytest.mark.parametrize("space", ["", " "])
def test_a_script_without_spaces_is_timed_by_its_pauses(tmp_path: Path, space: str) -> None:
    """What ends with a Chinese or Japanese mark is timed as a word is, and shown as it is written."""
    tone = "aevalsrc='0.3*sin(2*PI*200*t)*not(between(t,3,5))':s=24000:d=8"
    ffmpeg("-f", "lavfi", "-i", tone, tmp_path / "line.wav")
    first = "\u8001\u8239\u957f\u5728\u65e5\u51fa\u4e4b\u524d\u6253\u5f00\u4e86\u90a3\u6247\u65e7\u6728\u95e8\u3002"
    second = "\u6ca1\u6709\u4eba\u6765\uff0c\u53ea\u6709\u98ce\u5728\u9ed1\u6697\u4e2d\u56de\u7b54\u3002\u300d"
    timed = timed_words(first + space + second, tmp_path / "line.wav", language="zh")
    assert "".join(word.text for word in timed) == first + second
    assert timed[0].end == pytest.approx(3.0, abs=0.1)
    assert timed[1].start == pytest.approx(5.0, abs=0.1)
    cues = line_cues(timed, 30, 0)
    assert [cue.text.replace("\n", "") for cue in cues] == [first, second]
    short = timed_words(f"\u65e9\u3002{space}\u597d\u3002", tmp_path / "line.wav", language="zh")
    (cue,) = line_cues([word.model_copy(update={"start": 0.0, "end": 1.0}) for word in short], 30, 0, 30)
    assert cue.text == f"\u65e9\u3002{space}\u597d\u3002"


def test_words_are_timed_around_a_long_pause(tmp_path: Path) -> None:
    """Half a minute of silence between two sentences is a pause, in which nothing is said."""
    for name in ("Nobody came.", "The wind answered."):
        OfflineNarrator().speak(name, 1, tmp_path / f"{name[0]}.wav")
    both = "[0:a]apad=pad_dur=40[a];[a][1:a]concat=v=0:a=1"
    sounds = ("-i", tmp_path / "N.wav", "-i", tmp_path / "T.wav")
    ffmpeg(*sounds, "-filter_complex", both, tmp_path / "line.wav")
    timed = timed_words("Nobody came. The wind answered.", tmp_path / "line.wav")
    assert timed[1].end < 2.0
    assert timed[2].start > 40.0


def test_what_is_not_said_has_no_length(tmp_path: Path) -> None:
    """A dash has no length, and in silence no word has one."""
    path = tmp_path / "line.wav"
    OfflineNarrator().speak("Wait \u2014 now.", 1, path)
    timed = timed_words("Wait \u2014 now.", path)
    assert timed[1].start == timed[1].end
    assert timed[2].start > timed[0].start
    ffmpeg("-f", "lavfi", "-i", "anullsrc=r=24000:d=1", path)
    assert [(word.start, word.end) for word in timed_words("Not said", path)] == [(0.0, 0.0)] * 2
    assert timed_words("", path) == ()


@pytest.mark.skipif(listening.is_installed(), reason="the extra 'listen' is installed")
def test_without_a_text_and_the_extra_there_are_no_captions(tmp_path: Path) -> None:
    """One line says what is missing and how to get it."""
    with pytest.raises(BadInput, match="listen") as told:
        listening.heard(tmp_path / "mine.wav")
    assert "\n" not in str(told.value)


def test_given_words_stay_whatever_is_heard() -> None:
    """What is heard otherwise, more or less often gives its time to the given words, or none."""
    spoken = [
        Word(text=t, start=n, end=n + 0.5)
        for n, t in enumerate(["for", "30", "years", "um", "the", "captains", "waited"])
    ]
    given = ["For", "thirty", "years,", "the", "captain's", "cat", "waited."]
    times = listening.aligned(given, spoken)
    assert times[:4] == [(0, 0.5), (1, 1.5), (2, 2.5), (4, 4.5)]
    assert times[-1] == (6, 6.5)
    assert len(times) == len(given)


@needs_listener
@sampled("seed", range(12), quick=2)
def test_words_are_heard(tmp_path: Path, seed: int) -> None:
    """Most words of a clear voice are recognised, at about their times, the same each time."""
    line, wav, truth = _spoken(random.Random(seed), tmp_path)
    words = listening.heard(wav)
    assert words == listening.heard(wav)
    times = listening.aligned(line.split(), words)
    known = [abs(a[0] - b.start) for a, b in zip(times, truth, strict=True) if a and b.end > b.start]
    assert len(known) > 0.7 * len(line.split())
    assert np.median(known) < 0.25
