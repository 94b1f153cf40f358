"""From a still and a move to a clip: directions, smoothness, colours, captions, bytes."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from studio.errors import EngineFailed
from studio.model.camera import Move
from studio.model.film import Cue
from studio.video.burned_captions import set_cues
from studio.video.camera import compile_move
from studio.video.planes import crop_to, open_picture, to_planes
from studio.video.still_clip import draw_frames, render_still
from tests.support.media import SMALL, drift_and_growth, follow, luma, still


@pytest.fixture(scope="module")
def picture(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A still whose brightness is known at every point."""
    return still(tmp_path_factory.mktemp("still") / "still.png")


def _clip(picture: Path, camera: str, out: Path, cues: tuple[Cue, ...] = (), frames: int = 72) -> list[np.ndarray]:
    render_still(open_picture(picture), compile_move(camera, "", 3)[0], frames, 24, SMALL, 3, cues, out)
    return luma(out)


@pytest.mark.parametrize(
    ("camera", "right", "down", "growth"),
    [
        ("static", 0, 0, 0),
        ("slow pan left", 1, 0, 0),
        ("slow pan right", -1, 0, 0),
        ("tilt up", 0, 1, 0),
        ("tilt down", 0, -1, 0),
        ("dolly in", None, None, 1),
        ("dolly out", None, None, -1),
        ("crane up", 0, 1, -1),
        ("crane down", 0, -1, 1),
        ("zoom", 0, 0, 1),
    ],
)
def test_content_moves_against_the_camera(
    picture: Path, tmp_path: Path, camera: str, right: int | None, down: int | None, growth: int
) -> None:
    """Content runs right when the camera turns left, down when it tilts up, and grows when it comes closer."""
    across, along, scale = drift_and_growth(_clip(picture, camera, tmp_path / "c.part"))
    for measured, sign, least in ((across, right, 15.0), (along, down, 12.0), (100 * (scale - 1), growth, 8.0)):
        if sign is not None:
            assert measured * sign >= least if sign else abs(measured) < 0.5, (camera, across, along, scale)


def test_zoom_is_stronger_than_dolly_and_on_one_spot(picture: Path, tmp_path: Path) -> None:
    """A zoom grows things more than a dolly does; both start softly."""
    zoom, dolly = (_clip(picture, camera, tmp_path / "c.part") for camera in ("zoom", "dolly in"))
    assert drift_and_growth(zoom)[2] > drift_and_growth(dolly)[2] + 0.1
    for film in (zoom, dolly):
        assert drift_and_growth(film[:7])[2] - 1 < 0.4 * (drift_and_growth(film[33:40])[2] - 1)


def test_orbit_swings_the_perspective(picture: Path, tmp_path: Path) -> None:
    """An orbit makes one side of the picture grow and the other shrink: no shift, zoom or roll does that."""
    start, end = follow(_clip(picture, "orbit right", tmp_path / "c.part"))
    tall = {}
    for side in (-1, 1):
        part = start[:, 0] * side > 30
        tall[side] = np.polyfit(start[part, 1], end[part, 1], 1)[0]
    assert tall[1] - tall[-1] > 0.05


def test_handheld_wanders_and_comes_back(picture: Path, tmp_path: Path) -> None:
    """Handheld unrest moves the picture a little, to and fro, not away."""
    frames = _clip(picture, "handheld", tmp_path / "c.part", frames=48)
    path = np.array([drift_and_growth([frames[0], frame])[:2] for frame in frames[1:]])
    assert 0.5 < np.abs(path).max() < 12
    steps = np.diff(path[:, 0])
    assert (steps > 0.02).any()
    assert (steps < -0.02).any()


def test_colours_survive(tmp_path: Path) -> None:
    """A colour of the picture is that colour in the film, to within three levels of 255."""
    colours = np.array([[(200, 40, 30), (30, 160, 60)], [(40, 60, 190), (235, 235, 235)]], np.uint8)
    Image.fromarray(colours.repeat(72, 0).repeat(128, 1)).save(tmp_path / "patches.png")
    planes = to_planes(crop_to(open_picture(tmp_path / "patches.png"), SMALL))
    y, u, v = (cv2.resize(p, SMALL, interpolation=cv2.INTER_NEAREST).astype(float) for p in planes)
    y, u, v = (y - 16) / 219, (u - 128) / 224, (v - 128) / 224
    rgb = 255 * np.stack([y + 1.5748 * v, y - 0.1873 * u - 0.4681 * v, y + 1.8556 * u], axis=2)
    for row, column in ((36, 64), (36, 192), (108, 64), (108, 192)):
        assert np.abs(rgb[row, column] - colours[row // 72, column // 128]).max() <= 3


def test_halved_colours_lie_where_they_belong_and_keep_their_strength() -> None:
    """Chroma c, r is the picture's at 2c, 2r + 0.5, and waves of 16 pixels keep their height."""
    y, x = np.mgrid[0:96, 0:128].astype(np.float64)

    def blue(across: np.ndarray, down: np.ndarray) -> np.ndarray:
        return 128 + 60 * np.sin(2 * np.pi * across / 16) + 60 * np.cos(2 * np.pi * down / 16)

    pixels = np.zeros((96, 128, 3))
    pixels[..., 2] = blue(x, y)
    u = to_planes(np.rint(pixels).astype(np.uint8))[1]
    wanted = 128 + 0.5 * 224 / 255 * blue(x[::2, ::2], y[::2, ::2] + 0.5)
    assert np.abs(u - wanted)[3:-3, 3:-3].max() < 1.5


@pytest.mark.parametrize("size", [(300, 100), (100, 300), (37, 41), (256, 144)])
def test_any_aspect_is_cut_at_its_centre(tmp_path: Path, size: tuple[int, int]) -> None:
    """A picture of any shape fills the frame, undistorted, its centre in the middle."""
    y, x = np.mgrid[0 : size[1], 0 : size[0]]
    disc = ((x + 0.5 - size[0] / 2) ** 2 + (y + 0.5 - size[1] / 2) ** 2 < (min(size) / 5) ** 2) * np.uint8(255)
    Image.fromarray(disc).save(tmp_path / "disc.png")
    frame = crop_to(open_picture(tmp_path / "disc.png"), SMALL)[:, :, 0]
    ys, xs = np.nonzero(frame > 128)
    assert (xs.mean(), ys.mean()) == pytest.approx((127.5, 71.5), abs=0.6)
    assert np.ptp(xs) == pytest.approx(np.ptp(ys), abs=2)


def test_same_bytes_in_every_thread(picture: Path, tmp_path: Path) -> None:
    """The same order gives the same bytes, alone or with two clips rendered at once."""
    orders = ("orbit", "handheld", "orbit", "handheld")
    cues = (Cue(start=2, end=9, text="As it was written"),)
    for i in (0, 1):
        _clip(picture, orders[i], tmp_path / f"alone{i}", cues)
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda i: _clip(picture, orders[i], tmp_path / f"both{i}", cues), range(4)))
    for i in range(4):
        assert (tmp_path / f"both{i}").read_bytes() == (tmp_path / f"alone{i % 2}").read_bytes()


@pytest.mark.parametrize("size", [(256, 144), (144, 256)])
def test_burned_caption_changes_only_its_place_and_time(picture: Path, size: tuple[int, int]) -> None:
    """A caption changes pixels in the lower safe area, in its own frames, and no other pixel."""
    canvas = to_planes(crop_to(open_picture(picture), size))
    canvas = (canvas[0], canvas[1] - np.uint8(40), canvas[2] + np.uint8(40))
    burned, lost = set_cues((Cue(start=1, end=3, text="The light\nstill burns"),), size)
    assert lost == ()
    drawn = []
    for captions in ((), burned):
        shots = []
        for draw in draw_frames(canvas, Move(), 4, 24, size, 0, captions):
            planes = tuple(np.zeros((size[1] // k, size[0] // k), np.uint8) for k in (1, 2, 2))
            draw(planes)  # type: ignore[arg-type]  # a tuple of three, built in a loop
            shots.append(planes)
        drawn.append(shots)
    for i, (plain, captioned) in enumerate(zip(*drawn, strict=True)):
        changed = [np.nonzero(a.astype(int) != b) for a, b in zip(plain, captioned, strict=True)]
        if not 1 <= i < 3:
            assert all(rows.size == 0 for rows, _ in changed)
            continue
        for k, (rows, columns) in zip((1, 2, 2), changed, strict=True):
            assert rows.size > 20
            assert rows.min() * k > size[1] * 0.5
            assert rows.max() * k < size[1] * 0.97
            assert columns.min() * k > size[0] * 0.03
            assert columns.max() * k < size[0] * 0.97
        assert captioned[1].max() > 120
        assert captioned[0].max() > 190
        assert captioned[0].min() < 40


def test_undrawable_captions_are_told(picture: Path, tmp_path: Path) -> None:
    """Words that no font can show are named, and the clip is made without them."""
    cues = (Cue(start=0, end=2, text="灯台 light"), Cue(start=2, end=3, text="🎬"))
    made = render_still(open_picture(picture), Move(), 3, 24, SMALL, 0, cues, tmp_path / "c.part")
    assert made.not_drawn == ("灯台", "🎬")
    assert made.frames == 3


@pytest.mark.parametrize("harm", ["cut", "flip", "empty", "text", "missing"])
def test_damaged_picture_is_named(picture: Path, tmp_path: Path, harm: str) -> None:
    """A picture that is not whole is refused by its name, even where it could be decoded in part."""
    whole = picture.read_bytes()
    middle = len(whole) // 2
    harmed = {
        "cut": whole[:middle],
        "flip": whole[:middle] + bytes([whole[middle] ^ 1]) + whole[middle + 1 :],
        "empty": b"",
        "text": b"not a picture",
    }
    path = tmp_path / "shot_007.png"
    if harm in harmed:
        path.write_bytes(harmed[harm])
    with pytest.raises(EngineFailed, match="shot_007"):
        open_picture(path)
