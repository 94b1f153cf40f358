"""The offline voice: what it says, when, how loud, and what it refuses to say."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import wave
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from blocks.offline.voice import narrator
from blocks.offline.voice.narrator import RATE_HZ, OfflineNarrator, _field, _voice
from blocks.offline.voice.reading import sentences, why_silent
from studio.errors import EngineFailed

LINE = "Below her, the sea kept the old rhythm, patient and immense."


def heard(path: Path) -> np.ndarray:
    """Read a WAV of the narrator as floats, checking its format."""
    with wave.open(str(path)) as sheet:
        assert (sheet.getnchannels(), sheet.getsampwidth(), sheet.getframerate()) == (1, 2, RATE_HZ)
        return np.frombuffer(sheet.readframes(sheet.getnframes()), "<i2") / 32768


def spoken_db(sound: np.ndarray) -> float:
    """Return the level of the loud parts in dBFS."""
    power = (sound[: len(sound) // 1200 * 1200].reshape(-1, 1200) ** 2).mean(axis=1)
    return 10 * float(np.log10(power[power > power.max() / 400].mean()))


@pytest.mark.parametrize(
    "line",
    [
        LINE,
        "In 1998, Dr. Smith paid $9.99 for 3 books — at 7:30 pm, e.g. well-known ones. They 😀 cost 1/2 of it!",
        "<b>Bold</b> and **starred** [words](/hɛlO/) {\\an8} with \x00nul\x07 and cafe\u0301.",
        "9" * 3000,
        "a" * 3000,
        "hello 日本 world",
        "First.\n\nSecond\u2028third.",
    ],
)
def test_every_written_word_has_a_time(line: str, tmp_path: Path) -> None:
    """The words are those between the spaces, in order; their times never go back and stay within the file."""
    made = OfflineNarrator().speak(line, 1, tmp_path / "line.wav.part")
    assert [word.text for word in made.words] == line.split()
    times = [time for word in made.words for time in (word.start, word.end)]
    assert times == sorted(times)
    assert made.seconds == len(heard(tmp_path / "line.wav.part")) / RATE_HZ
    assert times[-1] <= made.seconds
    assert not made.not_spoken


def test_words_lie_where_they_sound(tmp_path: Path) -> None:
    """Sound begins within 0.1 s of the first word, ends soon after the last; a pause between sentences is empty."""
    made = OfflineNarrator().speak("The rain came late. Nobody was there.", 3, tmp_path / "line.wav")
    sound = heard(tmp_path / "line.wav")
    loud = np.flatnonzero(np.abs(sound) > 0.05 * np.abs(sound).max()) / RATE_HZ
    assert made.words[0].start < 0.15
    assert abs(loud[0] - made.words[0].start) < 0.1
    assert made.seconds - loud[-1] < 0.3
    late, nobody = made.words[3], made.words[4]
    assert (late.text, nobody.text) == ("late.", "Nobody")
    middle = round((late.end + nobody.start) / 2 * RATE_HZ)
    assert np.abs(sound[middle - 1200 : middle + 1200]).max() < 0.01 * np.abs(sound).max()
    assert nobody.start - late.end > 0.2


def test_numbers_take_longer_than_short_words(tmp_path: Path) -> None:
    """A number that is spoken as many words has the time of all of them."""
    words = OfflineNarrator().speak("In 1998 it cost $9.99 there.", 0, tmp_path / "line.wav").words
    seconds = {word.text: word.end - word.start for word in words}
    assert seconds["1998"] > 0.7
    assert seconds["$9.99"] > 1.0
    assert max(seconds["In"], seconds["it"]) < 0.4


def test_lines_are_equally_loud(tmp_path: Path) -> None:
    """Whatever is said, speech lies at one level within 1.5 dB and does not clip."""
    levels = []
    for number, line in enumerate([LINE, "Go!", "Quantum decoherence fascinates cryptographers.", "Tea."]):
        OfflineNarrator().speak(line, number, tmp_path / "line.wav")
        sound = heard(tmp_path / "line.wav")
        levels.append(spoken_db(sound))
        assert np.abs(sound).max() < 0.9
    assert max(levels) - min(levels) < 1.5


@pytest.mark.parametrize(
    "line",
    [
        "Привет, мир",
        "日本語です",
        "مرحبا بالعالم",
        "Der Mann geht über die Straße und lacht.",
        "Guten Morgen",
        "Bonjour le monde",
        "El viejo marinero mira el mar y piensa en su infancia.",
        "Il vecchio marinaio guarda il mare e pensa alla sua infanzia.",
        "Den gamle sjömannen ser på havet och tänker på sin barndom.",
        "Watashi wa nihongo ga hanasemasu",
        "😀😀",
        "...",
    ],
)
def test_what_it_cannot_read_is_silence_with_a_reason(line: str, tmp_path: Path) -> None:
    """Another language gives a WAV without samples and says why: never English sounds for German words."""
    made = OfflineNarrator().speak(line, 0, tmp_path / "line.wav")
    assert made.not_spoken
    assert (made.seconds, made.words, heard(tmp_path / "line.wav").size) == (0.0, (), 0)


@pytest.mark.parametrize(
    "line",
    [
        "Go!",
        "Rain falls.",
        "THE END.",
        "Zoë.",
        "Los Angeles burns.",
        "Once, La Paz slept.",
        "Tea.",
        "1998.",
        "Zoë Åkesson met São Paulo's mayor; Łódź waited.",
        "The Old Man and the Sea",
        "Hello 😀 world!",
        "No.",
        "Honeybees do a waggle dance.",
        "Tyrannosaurus rex hunted hadrosaurs near Laramidia.",
        "Café naïveté.",
    ],
)
def test_english_is_never_refused(line: str) -> None:
    """Short sentences, shouting, numbers and foreign names are read."""
    assert why_silent(line, _voice().knows) == ""


@pytest.mark.parametrize("line", ["", " \n\t "])
def test_an_empty_line_is_silent_without_a_reason(line: str, tmp_path: Path) -> None:
    """No words, no samples, and nothing to explain."""
    made = OfflineNarrator().speak(line, 0, tmp_path / "line.wav")
    assert (made.seconds, made.not_spoken) == (0.0, "")
    assert heard(tmp_path / "line.wav").size == 0


def test_same_line_and_seed_give_the_same_bytes_everywhere(tmp_path: Path) -> None:
    """Four threads at once and another process with another hash seed write the same file; another seed does not."""
    speaker = OfflineNarrator()
    paths = [tmp_path / f"{n}.wav" for n in range(4)]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda path: speaker.speak(LINE, 5, path), paths))
    elsewhere = tmp_path / "elsewhere.wav"
    code = (
        "import sys, pathlib; from blocks.offline.voice.narrator import OfflineNarrator as N;"
        "N().speak(sys.argv[1], 5, pathlib.Path(sys.argv[2]))"
    )
    root = Path(__file__).parents[4]
    subprocess.run(
        [sys.executable, "-c", code, LINE, elsewhere], check=True, cwd=root, env={"PYTHONHASHSEED": "7"}, timeout=60
    )
    digests = {hashlib.sha256(path.read_bytes()).hexdigest() for path in [*paths, elsewhere]}
    assert len(digests) == 1
    speaker.speak(LINE, 6, elsewhere)
    assert hashlib.sha256(elsewhere.read_bytes()).hexdigest() not in digests


def test_a_line_sounds_the_same_at_another_place_of_the_film(tmp_path: Path) -> None:
    """What was spoken before changes no byte of a line: first, or after others in the same process."""
    paths = [tmp_path / f"{n}.wav" for n in range(2)]
    for path in paths:
        OfflineNarrator().speak("In 1998, Dr. Smith paid $9.99 \u2014 twice.", 5, path)
        OfflineNarrator().speak("Another line, zyzzyva and 1,234 words on.", 9, tmp_path / "between.wav")
    assert paths[0].read_bytes() == paths[1].read_bytes()


def test_the_voice_is_loaded_once(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """However many threads speak first, and by however many narrators, one voice is made."""
    made: list[object] = []

    class Counted(narrator._Voice):
        def __init__(self) -> None:
            made.append(self)
            super().__init__()

    monkeypatch.setattr(narrator, "_Voice", Counted)
    _voice.cache_clear()
    with ThreadPoolExecutor(3) as pool:
        list(pool.map(lambda n: OfflineNarrator().speak("Go!", 0, tmp_path / f"{n}.wav"), range(3)))
    _voice.cache_clear()
    assert len(made) == 1


def test_a_file_that_cannot_be_written_is_our_error(tmp_path: Path) -> None:
    """A missing folder becomes EngineFailed, by name and with the file's."""
    with pytest.raises(EngineFailed, match=r"line\.wav"):
        OfflineNarrator().speak("Go!", 0, tmp_path / "nowhere" / "line.wav")


@given(st.text(max_size=120))
def test_sentences_keep_every_word(line: str) -> None:
    """Whatever the text, its sentences' tokens are exactly its words, and what is spoken is plain."""
    told = sentences(line)
    assert [token.written for sentence in told for token in sentence.tokens] == line.split()
    spoken = "".join(token.spoken for sentence in told for token in sentence.tokens)
    assert not any(sign in "<>[]{}*_\\|\x00" or sign.isdigit() for sign in spoken)


def test_sentences_end_at_their_ends() -> None:
    """A title, an initial or a small letter after a full stop ends no sentence."""
    told = sentences("Dr. J. Smith left at 7 p.m. on foot. “Why?” He knew! Vol. 2 followed.")
    assert [" ".join(t.written for t in sentence.tokens) for sentence in told] == [
        "Dr. J. Smith left at 7 p.m. on foot.",
        "“Why?”",
        "He knew!",
        "Vol. 2 followed.",
    ]


def test_long_lines_are_spoken_in_several_breaths(tmp_path: Path) -> None:
    """A sentence longer than the model takes at once is whole, and its words still go forward."""
    line = "the keeper climbed the stairs and lit the lamp, " * 12
    made = OfflineNarrator().speak(line, 0, tmp_path / "line.wav")
    assert len(made.words) == len(line.split())
    assert all(word.end > word.start for word in made.words)
    assert all(after.start >= word.end for word, after in pairwise(made.words))
    assert 25 < made.seconds < 60


def test_a_field_of_protobuf_is_written_as_the_format_says() -> None:
    """Field 2 holding 'testing' is 12 07 74 65 73 74 69 6e 67 (protobuf.dev, Encoding, length-delimited records)."""
    assert _field(2, b"testing") == bytes.fromhex("120774657374696e67")
    assert _field(2, bytes(300))[:3] == bytes.fromhex("12ac02")


def test_nothing_is_left_in_the_persons_home(tmp_path: Path) -> None:
    """The voice's runtime neither keeps a device id nor queues telemetry."""
    home = tmp_path / "home"
    home.mkdir()
    code = (
        "import sys; from pathlib import Path; from blocks.offline.voice.narrator import OfflineNarrator; "
        "OfflineNarrator().speak('Hello there.', 1, Path(sys.argv[1]))"
    )
    ours = ("ORT_", "XDG_", "DO_NOT_")
    environment = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    command = [sys.executable, "-c", code, str(tmp_path / "line.wav")]
    subprocess.run(command, env={**environment, "HOME": str(home)}, check=True, timeout=60)
    assert [path.relative_to(home) for path in home.rglob("*")] == []


@pytest.mark.parametrize("name", ["Marta:", "Mara O'Neil:", "Jonas (O.S.):"])
def test_who_speaks_is_named_apart(name: str, tmp_path: Path) -> None:
    """Between the name of who speaks and the speech is a silence that a listener hears, 0.15 s at the least."""
    made = OfflineNarrator().speak(f"{name} The boats come home.", 1, tmp_path / "line.wav.part")
    last = len(name.split()) - 1
    assert made.words[last + 1].start - made.words[last].end >= 0.15
