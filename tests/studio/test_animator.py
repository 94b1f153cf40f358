"""The offline animator keeps the contract of `ports.Animator`."""

from pathlib import Path

from studio.model import Cue
from studio.offline.animator import OfflineAnimator
from studio.ports import Animator
from tests.studio.media import SMALL, luma, still


def test_animates_and_tells_what_it_cannot(tmp_path: Path) -> None:
    """A clip of exactly the frames asked for, with what was measured, and the words left over by name."""
    animator: Animator = OfflineAnimator()
    ticks: list[int] = []
    made = animator.animate(
        still(tmp_path / "shot.png"), "dolly in", "waves crash", 25, 25, SMALL, 5,
        (Cue(start=0, end=25, text="Light 灯"),), tmp_path / "shot.mp4.part", ticks.append,
    )  # fmt: skip
    assert (made.width, made.height, made.frames, made.seconds) == (*SMALL, 25, 1.0)
    assert made.not_moved == ("waves", "crash")
    assert made.not_drawn == ("灯",)
    assert ticks == [12, 24]
    assert len(luma(tmp_path / "shot.mp4.part")) == 25
    assert (animator.engine, animator.model, animator.version) == ("offline", "animator", 1)
