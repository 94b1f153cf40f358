"""The music of a style is heard: its tempo, its instruments, and only its moods."""

from __future__ import annotations

import random
import wave
from pathlib import Path
from typing import get_args

import numpy as np

from blocks.offline.music import composer
from blocks.offline.music.composer import OfflineComposer
from blocks.offline.music.mood_music import MOOD_MUSIC, styled_music
from blocks.offline.music.orchestra import RATE_HZ
from studio.input.styles import all_styles
from studio.model.film import Mood, MusicCue
from studio.model.style import Instruments, Style, StyleSettings
from studio.planning.moods import MOODS, nearest_mood


def score(settings: StyleSettings | None, folder: Path) -> np.ndarray:
    maker = OfflineComposer()
    if settings is not None:
        maker = maker.in_style(Style(title="T", settings=settings))
    maker.compose((MusicCue(start=0, mood="hopeful"),), 6.0, 7, folder / "score.wav")
    with wave.open(str(folder / "score.wav")) as sound:
        return np.frombuffer(sound.readframes(sound.getnframes()), np.int16).astype(np.float64)


def test_a_style_without_settings_changes_nothing() -> None:
    """By the defaults of all settings every mood has the music that it has without a style."""
    assert styled_music(StyleSettings()) == MOOD_MUSIC


def test_instruments_are_heard(tmp_path: Path) -> None:
    """Other instruments are another score of the same length; no two choices play alike."""
    assert len({styled_music(StyleSettings(instruments=each))["tense"] for each in get_args(Instruments)}) == 6
    plain, plucked = score(None, tmp_path), score(StyleSettings(instruments="plucks"), tmp_path)
    assert len(plucked) == len(plain)
    assert np.sqrt(((plucked - plain) ** 2).mean()) > 0.1 * np.sqrt((plain**2).mean())


def test_the_tempo_is_the_number_of_bars() -> None:
    """Twice as fast there are twice as many chords in a minute, in every mood."""
    for mood in MOODS:
        cues, samples = (MusicCue(start=0, mood=mood),), 60 * RATE_HZ
        plain = composer._bars(cues, samples)
        fast = composer._bars(cues, samples, styled_music(StyleSettings(tempo=2.0)))
        assert abs(len(fast) - 2 * len(plain)) <= 1


def test_only_the_moods_of_a_style_are_heard() -> None:
    """Whatever a scene's mood, the one that is chosen is allowed; an allowed one stays as it is."""
    dice = random.Random(2)
    for _ in range(300):
        only: tuple[Mood, ...] = tuple(dice.sample(MOODS, dice.randint(0, 4)))
        mood = dice.choice(MOODS)
        found = nearest_mood(mood, only)
        assert found in (only or MOODS)
        assert found == mood or mood not in only
    assert nearest_mood("melancholy", ("brave", "mysterious")) == "mysterious"


def test_no_two_of_the_program_s_styles_sound_alike() -> None:
    """Moods, tempo and instruments together differ from style to style."""
    found = [each.style for each in all_styles({"XDG_CONFIG_HOME": "/nonexistent"}) if each.style]
    music = {(each.settings.moods, each.settings.tempo, each.settings.instruments) for each in found}
    assert len(music) == len(found)
