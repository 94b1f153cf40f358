"""The music of each mood: its chords, its pace and its sounds. Tables, and what a style changes in them.

All moods share one home tone, the step 0 of every chord, so that any may follow any without a change of key: they are
modes on it, as film scores change colour by modal mixture. Steps are semitones above home; the lowest is the bass.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from studio.model.film import Mood
from studio.model.style import Instruments, StyleSettings

HOME = 50
"""MIDI note of the home tone before the film's own transposition: D3, 147 Hz."""


class MoodMusic(NamedTuple):
    """The music of one mood.

    Attributes:
        chords: in order; the first is the home chord, with which a film begins and ends.
        cadence: index of the chord before the film's last.
        bar_seconds: about how long a chord lasts; bars are stretched to fill their scene.
        beats: number of beats in a bar.
        bells: probability of a bell on a beat, 0 to 1.
        plucks: probability of a pluck on a beat, 0 to 1; plucks run up and down the chord.
        pulse: loudness of a low heartbeat on every second beat, 0 to 1.
        dark: how fast the overtones of the pads fall: the amplitude of the n-th is n ** -dark.
        spread_cents: how far the voices of a pad are out of tune with each other.
        trim_db: change of the pads' loudness, so that all moods, with their struck notes, are equally loud.
    """

    chords: tuple[tuple[int, ...], ...]
    cadence: int
    bar_seconds: float
    beats: int
    bells: float
    plucks: float
    pulse: float
    dark: float
    spread_cents: float
    trim_db: float


MOOD_MUSIC: Mapping[Mood, MoodMusic] = {
    # Ionian, at rest: Dadd9, Gmaj9, Bm7, Asus4.
    "calm": MoodMusic(
        ((-12, 0, 7, 14, 16), (-7, 4, 9, 14, 19), (-3, 7, 12, 16, 21), (-5, 2, 7, 12, 14)),
        1,
        8.6,
        8,
        0.16,
        0.0,
        0.0,
        2.0,
        14,
        0.0,
    ),
    # Ionian, on the subdominant side: Dmaj9, Em9, Gmaj9, G over A.
    "tender": MoodMusic(
        ((-12, 4, 7, 11, 14), (-10, 5, 12, 16, 21), (-7, 4, 9, 12, 21), (-5, 5, 9, 12, 14)),
        3,
        7.8,
        8,
        0.40,
        0.0,
        0.0,
        1.9,
        16,
        0.0,
    ),
    # Lydian, whose raised fourth gives the sense of wonder: D with G sharp, E over D, Bm11, Amaj9.
    "wonder": MoodMusic(
        ((-12, 4, 7, 14, 18), (-12, 6, 9, 14, 18), (-3, 7, 14, 16, 23), (-5, 2, 11, 14, 18)),
        3,
        7.0,
        8,
        0.55,
        0.0,
        0.0,
        1.7,
        20,
        0.0,
    ),
    # Ionian with its leading note: Dmaj9, Bm7, G6/9, A7.
    "hopeful": MoodMusic(
        ((-12, 7, 14, 16, 23), (-3, 7, 12, 16, 19), (-7, 5, 12, 14, 21), (-5, 7, 11, 14, 17)),
        3,
        7.3,
        8,
        0.42,
        0.0,
        0.0,
        1.6,
        16,
        0.0,
    ),
    # Mixolydian, in fifths: D, C, G, Asus.
    "brave": MoodMusic(
        ((-12, 0, 7, 12, 16), (-2, 5, 10, 14, 17), (-7, 5, 9, 12, 17), (-5, 2, 7, 12, 14)),
        3,
        5.6,
        8,
        0.20,
        0.0,
        0.7,
        1.25,
        18,
        -0.2,
    ),
    # Ionian with sixths, quick: D6/9, Bm7, Em7, A7.
    "playful": MoodMusic(
        ((-12, 4, 9, 14, 16), (-3, 4, 7, 12, 16), (-10, 5, 9, 14, 17), (-5, 5, 11, 14, 19)),
        3,
        4.6,
        16,
        0.12,
        0.62,
        0.0,
        1.9,
        14,
        -0.7,
    ),
    # Dorian, driven: Dm11, G over D, C add 9, Am7.
    "restless": MoodMusic(
        ((-12, 0, 7, 15, 17), (-12, 5, 9, 14, 17), (-2, 5, 10, 14, 17), (-5, 2, 7, 10, 14)),
        3,
        4.2,
        16,
        0.06,
        0.85,
        0.35,
        1.6,
        18,
        -1.0,
    ),
    # Aeolian: Dm9, Bb maj7, Fmaj7, Gm9.
    "melancholy": MoodMusic(
        ((-12, 3, 7, 14, 19), (-4, 3, 7, 12, 14), (-9, 3, 7, 10, 14), (-7, 5, 8, 12, 21)),
        3,
        8.3,
        8,
        0.24,
        0.0,
        0.0,
        2.0,
        16,
        0.0,
    ),
    # Phrygian with its minor second, and the tritone, over a low pulse.
    "tense": MoodMusic(
        ((-12, 0, 3, 7, 13), (-11, 1, 5, 8, 12), (-12, 0, 3, 6, 11), (-14, -2, 1, 7, 13)),
        1,
        6.2,
        8,
        0.08,
        0.0,
        0.9,
        1.3,
        26,
        0.0,
    ),
    # Minor with the major seventh, and chords a third apart that share no key.
    "mysterious": MoodMusic(
        ((-12, 3, 7, 11, 14), (-4, 3, 8, 12, 18), (-11, 4, 8, 13, 16), (-5, 5, 8, 10, 14)),
        3,
        7.6,
        8,
        0.30,
        0.0,
        0.0,
        1.8,
        34,
        0.0,
    ),
}


class _Played(NamedTuple):
    bells: float
    plucks: float
    pulse: float


_PLAYED: Mapping[Instruments, _Played | None] = {
    "as told": None,
    "pads": _Played(0.0, 0.0, 0.0),
    "bells": _Played(0.7, 0.0, 0.0),
    "plucks": _Played(0.06, 0.85, 0.0),
    "pulse": _Played(0.04, 0.25, 1.0),
    "full": _Played(0.35, 0.7, 0.8),
}
"""What the instruments of a style play, in every mood."""


def styled_music(settings: StyleSettings) -> Mapping[Mood, MoodMusic]:
    """Return the music of the moods, in the tempo and with the instruments of a style; the chords stay."""
    played = _PLAYED[settings.instruments]
    return {
        mood: music._replace(
            bar_seconds=music.bar_seconds / settings.tempo,
            # Plucks on eight beats of a slow bar would be single notes.
            beats=16 if played is not None and played.plucks > 0.5 else music.beats,
            bells=music.bells if played is None else played.bells,
            plucks=music.plucks if played is None else played.plucks,
            pulse=music.pulse if played is None else played.pulse,
        )
        for mood, music in MOOD_MUSIC.items()
    }
