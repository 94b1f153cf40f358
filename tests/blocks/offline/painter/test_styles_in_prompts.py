"""A style's words are no subject of a picture, in whatever style; a style's settings are seen."""

from __future__ import annotations

import random
from pathlib import Path
from typing import get_args

import cv2
import numpy as np
import pytest
from PIL import Image

from blocks.offline.painter.canvas.treatment import treat
from blocks.offline.painter.painter import OfflinePainter
from blocks.offline.painter.prompt.reader import read_prompt
from blocks.offline.painter.prompt.subjects import ROWS
from studio.input.styles import all_styles, style_of, with_style_kept
from studio.model.brief import FilmOptions
from studio.model.style import Light, Line, Palette, Style, StyleSettings
from studio.planning.image_prompts import part_style, with_style

SHOWN = "wide shot, a fox in a meadow"
SIZE = (160, 90)


def _styles_of_words() -> list[str]:
    dice = random.Random(11)
    kinds = [*ROWS]
    forms = (
        "{} book",
        "an old {} photograph",
        "in the manner of a {}, {}",
        "{} and {} engraving",
        "{}",
        "postcard of a {}",
    )
    drawn = []
    for _ in range(300):
        form = dice.choice(forms)
        drawn.append(form.format(*(dice.choice(kinds) for _ in range(form.count("{}")))))
    return [*drawn, "picture book", "black and white archival footage", "train poster", "comic. With a robot."]


def test_words_of_a_style_are_never_a_subject() -> None:
    """Whatever a style names, the picture shows what it would show without, and nothing more is missing in it."""
    bare = read_prompt(SHOWN)
    for words in _styles_of_words():
        shown, style = part_style(with_style(SHOWN, words))
        reading = read_prompt(shown, style)
        assert (reading.subjects, reading.biome, reading.not_drawn) == (bare.subjects, bare.biome, bare.not_drawn), (
            words
        )
        assert not reading.card


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("oil, ink etc., a red dragon in front of a castle", "oil, ink etc, a red dragon in front of a castle"),
        ("by J. Smith Co.., two dogs...", "by J. Smith Co, two dogs"),
        ("Style: a cat. Style: a dog", "a cat. a dog"),
        ("film noir, 35 mm. Hard light.", "film noir, 35 mm. Hard light"),
    ],
)
def test_marks_within_a_style_part_nothing(words: str, told: str) -> None:
    """What parts a prompt into what it shows, its style and notes may be written in a style, too."""
    prompt = with_style(SHOWN, words)
    assert part_style(prompt) == (SHOWN, told)
    assert part_style(f"{prompt}, at night") == (f"{SHOWN}, at night", told)


@pytest.mark.parametrize(("words", "hour", "weather"), [("at night", "night", ()), ("snowy winter", "noon", ("snow",))])
def test_hour_and_weather_of_free_words_count(words: str, hour: str, weather: tuple[str, ...]) -> None:
    """What words of a style said of light and weather they still say."""
    reading = read_prompt(f"{SHOWN}, noon", words)
    assert (reading.hour, reading.weather) == (hour, weather)


def test_the_notes_of_a_redo_are_not_style() -> None:
    """Notes come after the style, and belong to what is shown."""
    assert part_style(f"{with_style(SHOWN, 'ink')}, at night, closer") == (f"{SHOWN}, at night, closer", "ink")


def painted(style: Style | None, folder: Path, prompt: str = SHOWN, size: tuple[int, int] = SIZE) -> np.ndarray:
    painter = OfflinePainter() if style is None else OfflinePainter().in_style(style)
    out = folder / "picture.png"
    painter.paint(prompt, size, 7, out)
    with Image.open(out) as picture:
        return np.asarray(picture.convert("RGB"), np.float32)


def test_free_words_change_no_pixel(tmp_path: Path) -> None:
    """A style of words that say neither hour nor weather gives the picture that is painted without them."""
    style = style_of(with_style_kept(FilmOptions(style="picture of a book")))
    prompt = with_style(SHOWN, "picture of a book")
    assert np.array_equal(painted(style, tmp_path, prompt), painted(None, tmp_path))


def treated(settings: StyleSettings, plain: np.ndarray) -> np.ndarray:
    return treat(plain.astype(np.uint8), settings, np.random.default_rng(3)).astype(np.float32)


def test_every_setting_of_a_picture_is_seen(tmp_path: Path) -> None:
    """Each palette, line and light changes a picture visibly, and no two of them give the same one."""
    plain = painted(None, tmp_path)
    seen: list[np.ndarray] = []
    for key, values in (("palette", get_args(Palette)), ("line", get_args(Line)), ("light", get_args(Light))):
        for value in values[1:]:
            look = treated(StyleSettings.model_validate({key: value}), plain)
            assert look.shape == plain.shape
            assert all(np.abs(look - other).mean() > 2 for other in (plain, *seen)), (key, value)
            seen.append(look)


def test_the_program_s_styles_are_told_apart(tmp_path: Path) -> None:
    """Small and blurred, so that only colour and light are left, pictures in any two styles differ."""
    plain = painted(None, tmp_path)
    small: list[tuple[str, np.ndarray]] = []
    for each in all_styles({"XDG_CONFIG_HOME": "/nonexistent"}):
        assert each.style is not None
        look = cv2.resize(treated(each.style.settings, plain), (16, 9), interpolation=cv2.INTER_AREA)
        for other, seen in small:
            assert np.abs(look - seen).mean() > 4, (each.name, other)
        small.append((each.name, look))


def test_words_of_a_card_stay_readable(tmp_path: Path) -> None:
    """In styles with a brush, and in noir, a card has letters of one colour on another, not a brush of them."""
    for each in all_styles({"XDG_CONFIG_HOME": "/nonexistent"}):
        if each.name not in ("picture-book", "explainer", "comic", "arcade", "noir"):
            continue
        look = painted(
            each.style, tmp_path, with_style("wide shot, a quantum computer, a laboratory", "ink"), (320, 180)
        )
        middle = look[70:110, 60:260].mean(axis=2)
        assert middle.max() - middle.min() > 110, each.name
        far = np.abs(middle - np.median(middle)) > 70
        assert 0.01 < far.mean() < 0.35, each.name
