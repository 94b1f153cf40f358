"""Where frames look: never past the picture, smoothly, chroma with luma."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studio.camera import compile_move
from studio.lens import chroma_map, ease, frame_maps
from studio.model import CAMERAS, Move, Pose

poses = st.builds(Pose, x=st.floats(-1, 1), y=st.floats(-1, 1), zoom=st.floats(1, 4), roll=st.floats(-15, 15))
moves = st.builds(Move, start=poses, end=poses, shake=st.floats(0, 1), swing=st.floats(-1, 1), linear=st.booleans())
sizes = st.sampled_from([(1920, 1080), (608, 1080), (256, 256), (840, 360), (192, 144)])


def _apply(maps: np.ndarray, points: np.ndarray) -> np.ndarray:
    seen = maps @ np.vstack([points, np.ones(points.shape[1])])
    return np.asarray(seen[..., :2, :] / seen[..., 2:, :])


@settings(max_examples=30, deadline=None)
@given(move=moves, frames=st.integers(1, 60), size=sizes, seed=st.integers(0, 99))
def test_no_frame_looks_past_the_picture(move: Move, frames: int, size: tuple[int, int], seed: int) -> None:
    """Whatever the move, every corner of every frame lies on the picture."""
    canvas = (round(size[0] * 1.5), round(size[1] * 1.5))
    edges = np.array([(x, y) for x in (-0.5, size[0] - 0.5) for y in (-0.5, size[1] - 0.5)]).T
    seen = _apply(frame_maps(move, frames, 24, canvas, size, seed), edges)
    limits = np.array(canvas)[:, None] - 0.5
    assert (seen > -0.501).all()
    assert (seen < limits + 0.001).all()


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


def test_handheld_differs_by_seed_only() -> None:
    """Handheld unrest is another for another seed, and the same for the same."""
    move = Move(shake=1)
    one, again, other = (frame_maps(move, 24, 24, (240, 160), (240, 160), seed) for seed in (1, 1, 2))
    assert (one == again).all()
    assert not np.allclose(one, other)
