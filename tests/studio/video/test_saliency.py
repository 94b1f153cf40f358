"""Where the subject of a picture is: told, or estimated."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from studio.model.camera import CENTRE, Aim
from studio.video.planes import crop_to
from studio.video.saliency import find_aim

SHAPES = ((256, 144), (108, 192), (144, 144), (192, 144), (280, 120))
sides = st.integers(40, 200)


def _scene(size: tuple[int, int], aim: Aim | None) -> Image.Image:
    """A sky that brightens over a rough ground, and a red ball on it, if any."""
    wide, high = size
    y, x = np.mgrid[0:high, 0:wide].astype(np.float64)
    rough = np.random.default_rng(3).normal(0, 6, (high, wide)) * (y > 0.6 * high)
    rgb = np.stack([90 + 60 * y / high + rough, 110 + 40 * y / high + rough, 150 - 40 * y / high + rough], axis=2)
    if aim is not None:
        ball = np.hypot(x - aim[0] * wide, y - aim[1] * high) < min(size) / 14
        rgb[ball] = (200, 50, 40)
    return Image.fromarray(rgb.clip(0, 255).astype(np.uint8))


@pytest.mark.parametrize("size", SHAPES)
@pytest.mark.parametrize("aim", [(0.3, 0.4), (0.68, 0.6), (0.5, 0.3), (0.35, 0.7)])
def test_what_stands_out_is_found(size: tuple[int, int], aim: Aim) -> None:
    """The one thing that is unlike the rest is found to a tenth of the frame, in every shape."""
    found = find_aim(_scene(size, aim), size)
    assert np.abs(np.subtract(found, aim)).max() < 0.1
    assert found == find_aim(_scene(size, aim), size)


@pytest.mark.parametrize("size", SHAPES)
def test_where_nothing_stands_out_it_is_the_middle(size: tuple[int, int]) -> None:
    """A grey card and even noise have no subject: the camera keeps to the middle."""
    noise = np.random.default_rng(1).integers(0, 256, (size[1], size[0], 3), np.uint8)
    assert find_aim(Image.new("RGB", size, (90, 90, 90)), size) == CENTRE
    assert np.abs(np.subtract(find_aim(Image.fromarray(noise), size), CENTRE)).max() < 0.1


@given(sides, sides, sides, sides, st.floats(0, 1), st.floats(0, 1))
def test_a_told_focus_is_cut_with_the_picture(
    wide: int, high: int, film_wide: int, film_high: int, across: float, down: float
) -> None:
    """A focus in shares of the picture becomes the same place in the film's cut of it, or its nearest edge."""
    film = (film_wide, film_high)
    aim = find_aim(Image.new("RGB", (wide, high)), film, (across, down))
    share = min(wide / film_wide, high / film_high)
    for at, told, whole, cut in zip(aim, (across, down), (wide, high), film, strict=True):
        place = (at - 0.5) * cut * share + 0.5 * whole
        assert 0 <= at <= 1
        assert at in (0, 1) or place == pytest.approx(told * whole, abs=1e-6)


def test_the_cut_and_the_aim_agree() -> None:
    """What is painted at the focus lies at the aim in the film's frame."""
    picture = _scene((400, 200), (0.6, 0.4))
    for film in ((100, 100), (160, 90), (60, 110)):
        x, y = find_aim(picture, film, (0.6, 0.4))
        frame = crop_to(picture, film)
        assert frame[int(y * film[1]), int(x * film[0]), 0] > 150
        assert frame[int(y * film[1]), int(x * film[0]), 1] < 100
