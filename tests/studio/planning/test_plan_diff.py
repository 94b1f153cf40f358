"""What a run says of an edited plan."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from studio.planning.plan_diff import changed_fields, edit_line

SHOTS = [{"index": n, "image_prompt": f"prompt {n}", "camera": "static"} for n in range(1, 6)]


def text(value: object) -> str:
    return json.dumps(value)


def test_an_edited_field_is_named() -> None:
    """Law 5: the run says which fields changed."""
    edited = [dict(shot) for shot in SHOTS]
    edited[2]["image_prompt"] = "a red door"
    assert changed_fields(text(SHOTS), text(edited), "shot") == ("shot 3 image_prompt",)


def test_an_inserted_shot_is_named_and_the_moved_ones_are_not() -> None:
    """An insertion is one change, not a change of every shot behind it."""
    edited = [{"image_prompt": "a red door"}, *SHOTS]
    assert changed_fields(text(SHOTS), text(edited), "shot") == ("1 shot more", "shot 1 is new")
    assert changed_fields(text(SHOTS), text(SHOTS[1:]), "shot") == ("1 shot fewer",)


def test_an_edit_beside_an_insertion_is_named_by_its_field() -> None:
    """A shot that moved and was edited is the shot that it was, not a new one."""
    shots = [{**shot, "narration": f"line {n}", "frames": 24, "seed": n} for n, shot in enumerate(SHOTS)]
    edited = [{"image_prompt": "a red door"}, *shots[:2], {**shots[2], "narration": "other"}, *shots[3:]]
    assert changed_fields(text(shots), text(edited), "shot") == ("1 shot more", "shot 1 is new", "shot 4 narration")


def test_fields_of_scenes_are_named() -> None:
    """A story's scenes are told by their number."""
    before = {"title": "a", "scenes": [{"id": 1, "narration": "x"}]}
    after = {"title": "b", "scenes": [{"id": 1, "narration": "y"}]}
    assert changed_fields(text(before), text(after), "scene") == ("scene 1 narration", "title")


def test_white_space_is_no_edit() -> None:
    """A file that was only saved anew is not called edited."""
    assert edit_line("shots.json", text(SHOTS), json.dumps(SHOTS, indent=4), "shot") == ""


def test_many_edits_are_counted() -> None:
    """The line stays readable however much was edited."""
    edited = [{**shot, "camera": "orbit", "image_prompt": "x"} for shot in SHOTS]
    line = edit_line("shots.json", text(SHOTS), text(edited), "shot")
    assert "and 2 more" in line
    assert "\n" not in line


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=12,
)


@given(json_values, json_values)
def test_any_two_values_compare(before: object, after: object) -> None:
    """Telling an edit never fails, and equal plans are never called edited."""
    fields = changed_fields(text(before), text(after), "shot")
    assert bool(fields) or json.loads(text(before)) == json.loads(text(after)) or isinstance(before, dict | list)
    assert changed_fields(text(before), text(before), "shot") == ()
