"""Captions: laws of their timing and layout, and the two formats read back."""

from __future__ import annotations

import html
import re
import unicodedata
from itertools import pairwise
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.lettering.caption_cues import GAP_FRAMES, line_cues, silent_cues, srt_text, vtt_text
from studio.lettering.linebreaks import LINE_COLUMNS, clean, columns_of, parts_of
from studio.model.film import Cue, Word

FPS = st.sampled_from([24, 25, 30])
ALPHABET = st.sampled_from("aé .,!?->&<{}\\\n\r\x00\u2028\u200f\u202e漢字。かーไทย語👨\u200d👩🇩🇪é\u0301😀…\"'")
TEXT = st.text(ALPHABET, max_size=160) | st.text(max_size=60)
STAMP = r"(\d\d):(\d\d):(\d\d)[,.](\d\d\d)"


def words_of(text: str, pace: float = 0.3) -> tuple[Word, ...]:
    """Return the words of a text, evenly spoken."""
    return tuple(Word(text=w, start=n * pace, end=(n + 0.9) * pace) for n, w in enumerate(text.split()))


@st.composite
def spoken(draw: st.DrawFn) -> tuple[Word, ...]:
    """Draw a line with times that go forward, some words without length."""
    at, words = 0.0, []
    for text in draw(TEXT).split():
        at += draw(st.sampled_from([0.0, 0.02, 0.3, 1.5]))
        length = draw(st.sampled_from([0.0, 0.1, 0.4, 2.0]))
        words.append(Word(text=text, start=at, end=at + length))
        at += length
    return tuple(words)


def squeezed(text: str) -> str:
    """Return a text without any space and without what captions drop."""
    return "".join(clean(text).split())


def frames_of(line: str, fps: int) -> tuple[int, int]:
    """Read the two times of a subtitle's line back as frames."""
    found = re.fullmatch(f"{STAMP} --> {STAMP}", line)
    assert found
    h, m, s, ms, h2, m2, s2, ms2 = map(int, found.groups())
    begin, end = ((h * 60 + m) * 60 + s) * 1000 + ms, ((h2 * 60 + m2) * 60 + s2) * 1000 + ms2
    return round(begin * fps / 1000), round(end * fps / 1000)


def lawful(cues: tuple[Cue, ...], text: str, offset: int) -> None:
    """Check what holds of any captions: order, gaps, and every word once and in order."""
    assert all(cue.start < cue.end for cue in cues)
    assert all(after.start - before.end >= GAP_FRAMES for before, after in pairwise(cues))
    assert not cues or cues[0].start >= offset
    says = any(unicodedata.category(sign)[0] not in "PZC" for sign in squeezed(text))
    assert "".join(squeezed(cue.text) for cue in cues) == (squeezed(text) if says else "")
    for cue in cues:
        assert 1 <= len(cue.text.split("\n")) <= 2
        assert all(line.strip() for line in cue.text.split("\n"))


@given(spoken(), FPS, st.integers(0, 90_000))
def test_spoken_captions_keep_the_laws(words: tuple[Word, ...], fps: int, offset: int) -> None:
    """Ordered, apart, at most two lines of 42 columns, every word exactly once and in order."""
    cues = line_cues(words, fps, offset)
    lawful(cues, " ".join(word.text for word in words), offset)
    assert all(columns_of(line) <= LINE_COLUMNS for cue in cues for line in cue.text.split("\n"))


@given(TEXT, st.integers(1, 400), FPS, st.integers(0, 90_000))
def test_silent_captions_stay_within_their_shot(text: str, frames: int, fps: int, offset: int) -> None:
    """However long the text and short the shot, its captions carry every word and end with it."""
    cues = silent_cues(text, frames, fps, offset)
    lawful(cues, text, offset)
    assert all(cue.end <= offset + frames for cue in cues)


@given(spoken(), st.integers(1, 200), FPS)
def test_spoken_captions_leave_when_told(words: tuple[Word, ...], room: int, fps: int) -> None:
    """With an end given, no caption passes it, and the laws still hold."""
    cues = line_cues(words, fps, 10, 10 + room)
    lawful(cues, " ".join(word.text for word in words), 10)
    assert all(cue.end <= 10 + room for cue in cues)


@given(TEXT, st.integers(50, 2000), FPS, st.integers(0, 90_000))
def test_srt_reads_back(text: str, frames: int, fps: int, offset: int) -> None:
    """Reading the SubRip file gives the same numbers, frames and text."""
    cues = silent_cues(text, frames, fps, offset)
    srt = srt_text(cues, fps)
    assert srt.count("-->") == len(cues)
    read = []
    for number, block in enumerate([b for b in srt.split("\n\n") if b.strip()], start=1):
        first, times, *lines = block.rstrip("\n").split("\n")
        assert first == str(number)
        read.append(Cue(start=frames_of(times, fps)[0], end=frames_of(times, fps)[1], text="\n".join(lines)))
    plain = [cue.model_copy(update={"text": cue.text.replace("\u2060", "")}) for cue in read]
    assert plain == [cue.model_copy(update={"text": cue.text.replace("\u2060", "")}) for cue in cues]
    srt.encode()


@given(TEXT, st.integers(50, 2000), FPS)
def test_vtt_reads_back(text: str, frames: int, fps: int) -> None:
    """Reading the WebVTT file gives the same frames and text; no text can be taken for a tag or an arrow."""
    cues = silent_cues(text, frames, fps, 0)
    head, *blocks = vtt_text(cues, fps).split("\n\n") if cues else ["WEBVTT"]
    assert head.strip() == "WEBVTT"
    assert len(blocks) == len(cues)
    for cue, block in zip(cues, blocks, strict=True):
        times, *lines = block.rstrip("\n").split("\n")
        assert frames_of(times, fps) == (cue.start, cue.end)
        assert not set("<>") & set("".join(lines))
        assert [html.unescape(line) for line in lines] == cue.text.split("\n")


@pytest.mark.parametrize("fps", [24, 25, 30])
def test_times_do_not_drift(fps: int) -> None:
    """An hour and a frame into the film a time is still within half a millisecond of its frame."""
    frame = 3600 * fps + 1
    srt = srt_text([Cue(start=frame, end=frame + 7 * fps, text="x")], fps)
    assert f"01:00:00,{round(1000 / fps):03d} --> 01:00:07,{round(1000 / fps):03d}" in srt


def test_hostile_text_is_only_text() -> None:
    """Tags, arrows, empty lines and control signs neither end a caption nor style it; marks of direction stay."""
    cue = Cue(start=0, end=24, text="<b>a</b> --> {\\an8}\n\n1\n\x00\u200fb & \ud800c")
    srt, vtt = srt_text([cue], 24), vtt_text([cue], 24)
    assert (
        srt == "1\n00:00:00,000 --> 00:00:01,000\n<\u2060b>a<\u2060/b> --\u2060> {\u2060\\an8}\n1\n\u200fb & \ufffdc\n"
    )
    assert vtt.endswith("\n&lt;b&gt;a&lt;/b&gt; --&gt; {\\an8}\n1\n\u200fb &amp; \ufffdc\n")


def test_captions_break_where_one_breathes() -> None:
    """Captions end with sentences, not after 'Dr.'; lines break at commas and are even."""
    told = "Dr. Smith came home. The sea, which he had never liked, was quiet that night. Nobody had told him why."
    cues = line_cues(words_of(told, 0.35), 24, 0)
    assert [cue.text.replace("\n", " ")[-1] for cue in cues] == ["."] * len(cues)
    assert cues[0].text.startswith("Dr. Smith came home.")
    two = next(cue.text for cue in cues if "\n" in cue.text)
    upper, lower = two.split("\n")
    assert abs(len(upper) - len(lower)) <= 20


def test_captions_are_read_in_comfort() -> None:
    """At a speaker's pace captions last 1 to 7 s, begin with their first word, and ask for 20 characters a second."""
    words = words_of("The keeper lit the lamp again, as she had every night for thirty years. " * 6, 0.32)
    cues = line_cues(words, 24, 100)
    begins = {100 + int(word.start * 24) for word in words}
    for cue in cues:
        seconds = (cue.end - cue.start) / 24
        assert 1.0 <= seconds <= 7.0
        assert len(cue.text) / seconds <= 20
        assert begins & {cue.start, cue.start - 1}


@given(st.integers(0, 2**32), FPS)
def test_captions_keep_the_hard_bounds_at_a_speakers_pace(seed: int, fps: int) -> None:
    """Said at 11 to 20 letters a second, with pauses of any length, every caption lasts 0.8 to 7 s.

    Each begins within 80 ms of its first word and leaves no more than 80 ms before its last one has ended.
    """
    chance = Random(seed)
    at, words = chance.random() * 0.3, []
    for _ in range(chance.randint(1, 60)):
        stop = chance.choice(["", "", "", ",", "."])
        text = "x" * chance.randint(1, 12)
        length = len(text) * chance.uniform(0.05, 0.09)
        words.append(Word(text=text + stop, start=at, end=at + length))
        at += (
            length + (chance.uniform(0.1, 0.7) if stop else 0) + (chance.uniform(1, 9) if chance.random() < 0.03 else 0)
        )
    first = 0
    for cue in line_cues(words, fps, 10, 10 + int((at + 1.2) * fps)):
        said = words[first : first + len(cue.text.split())]
        first += len(said)
        assert 0.8 <= (cue.end - cue.start) / fps <= 7.0
        assert abs((cue.start - 10) / fps - said[0].start) <= 0.08
        assert (cue.end - 10) / fps >= said[-1].end - 0.08


def test_without_room_words_matter_more_than_time() -> None:
    """Where a line is cut off after half a second its caption is shorter than 0.8 s, and whole."""
    (cue,) = line_cues([Word(text="Go!", start=0.0, end=0.2)], 24, 0, 12)
    assert (cue.start, cue.end, cue.text) == (0, 12, "Go!")


def test_sentences_far_apart_yield_to_a_short_end() -> None:
    """Two sentences with a silence between share one caption where there is no room for two."""
    words = [Word(text="Once.", start=0, end=0.5), Word(text="Again.", start=4.5, end=5)]
    assert line_cues(words, 24, 0, 3) == (Cue(start=0, end=3, text="Once. Again."),)


def test_late_sentences_move_up_to_end_in_time() -> None:
    """Three captions whose words lie beyond the end stand in its last frames, still two frames apart."""
    words = [Word(text=text, start=at, end=at + 0.5) for text, at in (("One.", 0), ("Two.", 4.5), ("Three.", 9))]
    cues = line_cues(words, 24, 0, 7)
    assert [(cue.start, cue.end, cue.text) for cue in cues] == [(0, 1, "One."), (3, 4, "Two."), (6, 7, "Three.")]


def test_no_caption_ends_with_a_title() -> None:
    """A full stop after 'Dr.' or 'e.g.' ends no sentence."""
    told = "In 1998, Dr. Smith paid $9.99 for 3 books — at 7:30 pm, e.g. well-known ones. They cost half of it!"
    for pace in (0.3, 0.5, 0.7, 0.9):
        for cue in line_cues(words_of(told, pace), 24, 0):
            assert not cue.text.endswith(("Dr.", "e.g."))


@pytest.mark.parametrize(
    "told",
    [
        "It weighs 3.5 kg, i.e. 7 lb 11 oz, and it was there in A.D. 79, going at 10-12 km/h on the road to the sea.",
        "You will find all of it in the book that she wrote, see p. 12, fig. 3a. Nobody ever asked for more of it.",
        "They met J. Smith of the U.S. Army at 7 p.m. near no. 5, approx. 3 miles from St. Paul, on Jan. 5 of 1974.",
    ],
)
@pytest.mark.parametrize("columns", [20, 28, 36, 42])
def test_nothing_is_parted_from_its_abbreviation(told: str, columns: int) -> None:
    """At no pace a caption ends between an abbreviation and what it belongs to, and where there is room no line."""
    loose = re.compile(r"(?:i\.e|A\.D|\bp|fig|J|U\.S|\bno|approx|St|Jan)\.$")
    for pace in (0.25, 0.35, 0.5, 0.8):
        for cue in line_cues(words_of(told, pace), 24, 0, None, columns):
            lines = cue.text.split("\n") if columns > 28 else [cue.text]
            assert not [line for line in lines if loose.search(line)], cue.text


@pytest.mark.parametrize("told", ["...", "… — ?!", '"."'])
def test_what_says_nothing_has_no_caption(told: str) -> None:
    """A line of marks alone has no caption, spoken or not; a note of music has."""
    assert silent_cues(told, 48, 24, 0) == line_cues(words_of(told), 24, 0) == ()
    assert [cue.text for cue in silent_cues("♪ ...", 48, 24, 0)] == ["♪ ..."]


@pytest.mark.parametrize("host", range(20, 60))
def test_an_address_keeps_what_closes_with_it(host: int) -> None:
    """However long an address is, no line begins with the bracket and stop behind it, nor with a mark of its own."""
    parts = parts_of(f"https://{'example'.ljust(host, 'x')}.org/log/kettle?id=3).")
    assert max(map(len, parts)) <= LINE_COLUMNS
    assert all(part[0].isalnum() for part in parts)
    assert parts[-1].endswith("3).")


def test_a_word_longer_than_a_line_is_cut() -> None:
    """200 letters without a space fill lines of 42, and none is lost."""
    cues = line_cues([Word(text="x" * 200, start=0, end=9)], 24, 0)
    lines = [line for cue in cues for line in cue.text.split("\n")]
    assert max(map(len, lines)) == LINE_COLUMNS
    assert "".join(lines) == "x" * 200


def test_words_without_time_still_part() -> None:
    """Words that all begin at once get captions one after the other."""
    told = "Nobody came that night. " * 20
    words = [Word(text=word, start=1, end=1) for word in told.split()]
    cues = line_cues(words, 24, 0)
    assert len(cues) > 3
    lawful(cues, told, 24)


def test_one_word_stays_for_a_second() -> None:
    """A short cry is still readable."""
    (cue,) = line_cues([Word(text="Go!", start=0.0, end=0.2)], 24, 5)
    assert (cue.start, cue.end) == (5, 5 + 24)
    assert line_cues([], 24, 5) == ()


def test_a_silence_parts_captions() -> None:
    """Words four seconds apart do not share a caption, and none stands through the silence."""
    words = [Word(text="Once.", start=0, end=0.5), Word(text="Again.", start=4.5, end=5)]
    first, second = line_cues(words, 24, 0)
    assert first.end < 48
    assert second.start == 108


def test_scripts_without_spaces_break_between_signs() -> None:
    """Japanese fills lines of 16 signs, never begins one with a full stop, and Thai vowels stay with their letters."""
    japanese = "吾輩は猫である。名前はまだ無い。どこで生れたかとんと見当がつかぬ。" * 2
    lines = [line for cue in silent_cues(japanese, 600, 24, 0) for line in cue.text.split("\n")]
    assert max(map(len, lines)) <= 16
    assert not [line for line in lines if line[0] in "。、ーっ"]
    thai = parts_of("เป็นแมวโตใจไม่มีน้ำ")
    assert "".join(thai) == "เป็นแมวโตใจไม่มีน้ำ"
    assert len(thai) > 8
    assert not [part for part in thai if unicodedata.category(part[0]).startswith("M") or part[-1] in "เแโใไ"]


def test_thousands_of_words_in_a_second_stay_in_their_shot() -> None:
    """What cannot be read in time is still there, within the shot, in longer lines."""
    cues = silent_cues("word " * 800, 24, 24, 100)
    assert sum(cue.text.split().count("word") for cue in cues) == 800
    assert cues[-1].end <= 124
