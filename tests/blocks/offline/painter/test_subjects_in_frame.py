"""The subjects in the frame: who stands where, measured by what the brushes are asked to draw."""

from __future__ import annotations

from typing import Any

import pytest

from blocks.offline.painter import closeup, subjects_in_frame
from blocks.offline.painter.canvas.shapes import extent
from blocks.offline.painter.prompt.reader import read_prompt
from blocks.offline.painter.scene import paint_scene

SIZES = [(256, 144), (144, 256), (144, 144)]


def asked(
    prompt: str, size: tuple[int, int], of: str, monkeypatch: pytest.MonkeyPatch, module: Any = subjects_in_frame
) -> list[tuple[Any, ...]]:
    """Paint and return the positional arguments of every call of one function of `module`, in order."""
    calls: list[tuple[Any, ...]] = []
    real = getattr(module, of)

    def record(*arguments: Any, **named: Any) -> Any:
        calls.append(arguments)
        return real(*arguments, **named)

    monkeypatch.setattr(module, of, record)
    paint_scene(read_prompt(prompt), prompt, size, 7)
    return calls


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("who", ["an astronaut, the moon seen from space", "an old man, the shore", "a robot, a field"])
def test_a_close_figure_keeps_its_head(who: str, size: tuple[int, int], monkeypatch: pytest.MonkeyPatch) -> None:
    """However near, a figure's head lies inside the frame."""
    module = closeup if "old" in who else subjects_in_frame
    ((_, drawing, _, foot, height, *_),) = asked(f"close-up, {who}", size, "draw", monkeypatch, module)
    assert 0 < foot - extent(drawing)[3] * height < size[1] / 2


@pytest.mark.parametrize("size", SIZES)
def test_what_a_close_figure_finds_is_seen(size: tuple[int, int], monkeypatch: pytest.MonkeyPatch) -> None:
    """In a close shot a small thing is drawn over the figure, which would hide it in a narrow frame."""
    calls = asked("close-up, a keeper finds a bottle, the shore", size, "_paint_one", monkeypatch)
    assert [subject.kind for _, _, subject, *_ in calls] == ["person", "bottle"]


def test_brackets_name_nobody_new() -> None:
    """Someone in the brackets after a person is that person's description, and is not painted beside them."""
    (children,) = read_prompt("medium shot, two children (a person in a dark blue coat), a field").subjects
    assert (children.kind, children.count) == ("child", 2)
    assert "blue" in children.words
