"""Where frames look: never past the picture, smoothly, chroma with luma."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.model.camera import CAMERAS, Move, Pose
from studio.video.camera import compile_move
from studio.video.camera_path import CALM, EASE_SHARE, calm, chroma_map, ease, frame_maps, top_speed

poses = st.builds(Pose, x=st.floats(-1, 1), y=st.floats(-1, 1), zoom=st.floats(1, 4), roll=st.floats(-15, 15))
aims = st.tuples(st.floats(0, 1), st.floats(0, 1))
moves = st.builds(
    Move, start=poses, end=poses, shake=st.floats(0, 1), swing=st.floats(-1, 1), linear=st.booleans(), aim=aims
)
SIZES = ((1920, 1080), (608, 1080), (256, 256), (192, 144), (840, 360))
sizes = st.sampled_from(SIZES)
CORNERS = ((0.0, 0.0), (1.0, 0.0), (0.0, 1.0), (1.0, 1.0))
PHRASES = (*CAMERAS, "fast pan left", "whip pan right", "crash zoom in", "fast crane down", "fast orbit, fast handheld")


def _apply(maps: np.ndarray, points: np.ndarray) -> np.ndarray:
    seen = maps @ np.vstack([points, np.ones(points.shape[1])])
    return np.asarray(seen[..., :2, :] / seen[..., 2:, :])


@given(move=moves, frames=st.integers(1, 60), size=sizes, seed=st.integers(0, 99))
def test_no_frame_looks_past_the_picture(move: Move, frames: int, size: tuple[int, int], seed: int) -> None:
    """Whatever the move, every corner of every frame lies on the picture."""
    canvas = (round(size[0] * 1.5), round(size[1] * 1.5))
    edges = np.array([(x, y) for x in (-0.5, size[0] - 0.5) for y in (-0.5, size[1] - 0.5)]).T
    seen = _apply(frame_maps(move, frames, 24, canvas, size, seed), edges)
    limits = np.array(canvas)[:, None] - 0.5
    assert (seen > -0.501).all()
    assert (seen < limits + 0.001).all()


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("camera", PHRASES)
def test_no_aim_shows_the_edge(camera: str, size: tuple[int, int]) -> None:
    """Aimed at a corner of the picture, no move in any shape looks past it, before and after it is calmed."""
    canvas = (round(size[0] * 1.5), round(size[1] * 1.5))
    edges = np.array([(x, y) for x in (-0.5, size[0] - 0.5) for y in (-0.5, size[1] - 0.5)]).T
    for aim in CORNERS:
        move = compile_move(camera, "", 3, aim)[0]
        for each in (move, calm(move, 48, 24, size, 3)):
            seen = _apply(frame_maps(each, 48, 24, canvas, size, 3), edges)
            assert (seen > -0.501).all()
            assert (seen < np.array(canvas)[:, None] - 0.499).all()


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("camera", PHRASES)
def test_every_move_is_calm(camera: str, size: tuple[int, int]) -> None:
    """In shots of 1 to 20 s nothing crosses the screen in less than seven seconds, and what is calm stays as it is."""
    for seconds in (1, 2, 3, 5, 8, 20):
        for aim in ((0.5, 0.5), (0.3, 0.7), (1.0, 0.0)):
            move = compile_move(camera, "", 3, aim)[0]
            calmed = calm(move, 24 * seconds, 24, size, 3)
            assert top_speed(calmed, 24 * seconds, 24, size, 3) <= CALM
            if top_speed(move, 24 * seconds, 24, size, 3) <= CALM:
                assert calmed == move
            elif camera != "static":
                assert top_speed(calmed, 24 * seconds, 24, size, 3) > 0.9 * CALM


def test_speed_is_measured_on_the_screen() -> None:
    """A tenth of the width in a second at an even speed is a tenth, and a ramp's top is what it adds."""
    zoom = 1 / 0.9
    move = Move(start=Pose(x=-1, zoom=zoom), end=Pose(x=1, zoom=zoom))
    # Of the screen's width, which shows nine tenths of the picture's.
    assert top_speed(move, 25, 24, (640, 360), 0) == pytest.approx(0.1 * zoom / (1 - EASE_SHARE), rel=0.02)
    assert top_speed(move, 1, 24, (640, 360), 0) == 0


@pytest.mark.parametrize("aim", [(0.5, 0.5), (0.3, 0.6), (0.8, 0.35)])
def test_an_orbit_swings_about_its_aim(aim: tuple[float, float]) -> None:
    """While an orbit turns, the subject stays where it was to within 3 % of the frame, and the far side of it moves."""
    size = (640, 360)
    maps = frame_maps(compile_move("fast orbit right", "", 1, aim)[0], 48, 24, size, size, 1)
    there = np.array([[aim[0] * size[0] - 0.5], [aim[1] * size[1] - 0.5]])
    subject = _apply(np.linalg.inv(maps), there)[:, :, 0]
    assert (np.ptp(subject, axis=0) < 0.05 * np.array(size)).all()
    assert (np.abs(subject / size - aim) < 0.06).all()
    side = 0.0 if aim[0] > 0.5 else 1.0
    far = _apply(np.linalg.inv(maps), np.array([[side * size[0]], [0.0]]))[:, :, 0]
    assert np.ptp(far[:, 1]) > 0.05 * size[1]


def test_a_still_camera_maps_pixels_to_themselves() -> None:
    """Without a move and at the canvas's own size nothing is shifted or scaled."""
    assert np.allclose(frame_maps(Move(), 3, 24, (64, 36), (64, 36), 0), np.eye(3))


def test_chroma_follows_luma() -> None:
    """A chroma sample looks at the place where luma looks, chroma being sited at the left and between two rows."""
    for luma_map in frame_maps(compile_move("orbit, handheld", "", 2)[0], 5, 24, (300, 200), (240, 160), 2):
        samples = np.array([(3.0, 7.0), (100.0, 60.0)]).T
        on_luma = _apply(luma_map, np.array([2 * samples[0], 2 * samples[1] + 0.5]))
        on_chroma = _apply(chroma_map(luma_map), samples)
        assert np.allclose([2 * on_chroma[0], 2 * on_chroma[1] + 0.5], on_luma)


@pytest.mark.parametrize("camera", CAMERAS)
def test_paths_have_no_jerk(camera: str) -> None:
    """At 1080p over five seconds no move changes its speed by more than 2 pixels a frame from one frame to the next."""
    move = compile_move(camera, "", 5)[0]
    maps = frame_maps(move, 120, 24, (2400, 1350), (1920, 1080), 5)
    corners = np.array([(0.0, 0.0), (1919.0, 0.0), (960.0, 540.0), (1919.0, 1079.0)]).T
    places = _apply(maps, corners)
    assert np.abs(np.diff(places, n=2, axis=0)).max() < 2


@given(st.lists(st.floats(0, 1), min_size=2, max_size=9).map(sorted))
def test_easing_never_turns_back(shares: list[float]) -> None:
    """Eased time runs forward only, from 0 to 1."""
    done = ease(np.array([0.0, *shares, 1.0]))
    assert (np.diff(done) >= -1e-12).all()
    assert done[0] == 0
    assert done[-1] == 1


@pytest.mark.parametrize("camera", [camera for camera in CAMERAS if camera not in ("static", "handheld")])
def test_every_move_begins_and_ends_softly(camera: str) -> None:
    """The first and the last frames of every move, a zoom's too, go at less than a third of its top speed."""
    maps = frame_maps(compile_move(camera, "", 5, (0.35, 0.6))[0], 120, 24, (1920, 1080), (1920, 1080), 5)
    corners = np.array([(0.0, 0.0), (1919.0, 0.0), (0.0, 1079.0), (1919.0, 1079.0)]).T
    steps = np.hypot(*np.moveaxis(np.diff(_apply(maps, corners), axis=0), 1, 0)).max(axis=1)
    assert steps[:4].max() < steps.max() / 3
    assert steps[-4:].max() < steps.max() / 3


def test_handheld_differs_by_seed_only() -> None:
    """Handheld unrest is another for another seed, and the same for the same."""
    move = Move(shake=1)
    one, again, other = (frame_maps(move, 24, 24, (240, 160), (240, 160), seed) for seed in (1, 1, 2))
    assert (one == again).all()
    assert not np.allclose(one, other)
