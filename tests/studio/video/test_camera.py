"""The camera vocabulary: words to moves, and what is left over."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from studio.model.camera import CAMERAS, Aim, Camera, Move, Pose
from studio.video.camera import EDGES, LINES, compile_move

WORDS = (*" ".join(CAMERAS).split(" "), "fast", "no", "the", "camera")
ways = st.text(max_size=80) | st.lists(
    st.sampled_from(WORDS),
    max_size=8,
).map(" ".join)


places = st.floats(0, 1)
ONE_WAY = ("slow pan left", "slow pan right", "tilt up", "tilt down", "crane up", "crane down")


def _seen_at(aim: Aim, pose: Pose) -> Aim:
    """Where the subject stands on the screen."""
    x, y = (
        (at - 0.5 - p * (1 - 1 / pose.zoom) / 2) * pose.zoom + 0.5 for at, p in zip(aim, (pose.x, pose.y), strict=True)
    )
    return x, y


def _off_lines(aim: Aim) -> float:
    """How far from the nearest line where a subject stands well."""
    return max(min(abs(line - at) for line in LINES) for at in aim)


def _senses(move: Move) -> str:
    """Directions of a move in words: where the view goes, and whether it narrows."""
    start, end = move.start, move.end
    parts = [
        "left" if end.x < start.x else "right" if end.x > start.x else "",
        "up" if end.y < start.y else "down" if end.y > start.y else "",
        "in" if end.zoom > start.zoom else "out" if end.zoom < start.zoom else "",
    ]
    return " ".join(part for part in parts if part)


@pytest.mark.parametrize(
    ("words", "sense"),
    [
        ("slow pan left", "left"),
        ("Slow Pan Right", "right"),
        ("pan from left to right", "right"),
        ("panning to the left", "left"),
        ("truck right", "right"),
        ("camera slides left", "left"),
        ("dolly left", "left"),
        ("tilt up", "up"),
        ("tilts slowly downward", "down"),
        ("pan up", "up"),
        ("crane up", "up out"),
        ("pedestal down", "down in"),
        ("zoom", "in"),
        ("zoom out", "out"),
        ("crash zoom in", "in"),
        ("pan left and tilt up", "left up"),
    ],
)
def test_directions(words: str, sense: str) -> None:
    """A direction in words is the direction in which the view goes."""
    assert _senses(compile_move(words, "", 1)[0]) == sense


@pytest.mark.parametrize(
    "words", ["dolly in", "push in", "push-in", "slow push forward", "camera moves closer", "track in"]
)
def test_dolly_in_words(words: str) -> None:
    """Every way of saying "dolly in" narrows the view and leaves no word over."""
    move, left = compile_move(words, "", 1)
    assert move.end.zoom > move.start.zoom
    assert left == ()


@pytest.mark.parametrize("words", ["dolly out", "pull back", "pull-out", "slowly pulling away", "camera moves back"])
def test_dolly_out_words(words: str) -> None:
    """Every way of saying "dolly out" widens the view and leaves no word over."""
    move, left = compile_move(words, "", 1)
    assert move.end.zoom < move.start.zoom
    assert left == ()


def test_every_camera_word_is_known_and_its_own() -> None:
    """The twelve words of the model give twelve different moves and leave no word over."""
    moves = {}
    for camera in CAMERAS:
        moves[camera], left = compile_move(camera, "", 3)
        assert left == (), camera
    assert len({move.model_dump_json() for move in moves.values()}) == len(CAMERAS)


def test_static_stands_still() -> None:
    """A static camera looks at the whole picture and does nothing."""
    still: Camera = "static"
    for words in (still, "locked-off tripod shot", "no camera movement", "camera remains still"):
        assert compile_move(words, "", 4) == (Move(), ()), words


def test_a_zoom_is_stronger_than_a_dolly_and_turns_its_ring_evenly() -> None:
    """A zoom magnifies more than a dolly, and by a sum where the dolly does by a ratio."""
    zoom, dolly = compile_move("zoom", "", 1)[0], compile_move("dolly in", "", 1)[0]
    assert zoom.linear
    assert not dolly.linear
    assert zoom.end.zoom > dolly.end.zoom


@pytest.mark.parametrize("words", ["pan left", "tilt up", "dolly in", "zoom", "crane up", "orbit", "handheld"])
def test_slow_and_fast(words: str) -> None:
    """Slow words move less than plain ones, and fast words more."""

    def size(move: Move) -> float:
        far = max(move.start.zoom, move.end.zoom)
        return far + abs(move.swing) + move.shake

    slow, plain, fast = (size(compile_move(f"{how} {words}", "", 1)[0]) for how in ("slow", "", "fast"))
    assert slow < plain < fast


def test_what_cannot_move_is_listed() -> None:
    """Content words that no camera can do come back in order, without stop words."""
    assert compile_move("static", "the keeper turns, waves crash", 1)[1] == ("turns", "waves", "crash")
    assert compile_move("slow pan left across rooftops", "", 1)[1] == ("rooftops",)


def test_unknown_camera_moves_gently_and_is_listed() -> None:
    """Unknown camera words give a small default move, and are named."""
    move, left = compile_move("bullet time vortex", "", 1)
    assert left == ("bullet", "time", "vortex")
    assert move.start != move.end
    assert max(move.start.zoom, move.end.zoom) < 1.12


def test_motion_prompt_adds_what_does_not_contradict() -> None:
    """A motion prompt's camera words add to the camera's; what contradicts it is listed."""
    move, left = compile_move("slow pan left", "handheld feel, the camera zooms in, pan right", 1)
    assert _senses(move) == "left in"
    assert move.shake > 0
    assert left == ("feel", "pan", "right")
    assert compile_move("static", "slow push in; mist drifts", 1)[0].end.zoom > 1


@pytest.mark.parametrize(
    ("camera", "motion"),
    [
        ("slow pan right", "a slow, steady pan to the right"),
        ("dolly in", "the camera pushes in slowly"),
        ("handheld", "a handheld camera"),
        ("orbit", "the camera circles"),
        ("static", "a static shot"),
    ],
)
def test_a_move_named_twice_is_moved(camera: str, motion: str) -> None:
    """A motion prompt that repeats the camera's own move changes nothing and leaves nothing over."""
    assert compile_move(camera, motion, 1) == (compile_move(camera, "", 1)[0], ())


@pytest.mark.parametrize(
    "motion", ["she tilts her head up", "planets orbit a star", "the dog pushes the door in", "he looks left"]
)
def test_motion_of_things_is_not_the_cameras(motion: str) -> None:
    """Verbs of people and things in a motion prompt do not move a static camera."""
    move, left = compile_move("static", motion, 1)
    assert move == Move()
    assert left


def test_negations_hold() -> None:
    """What is asked not to move does not."""
    assert compile_move("no zoom", "", 1)[0] == Move()
    assert compile_move("dolly in without panning", "", 1)[0].end.zoom > 1


def test_seed_decides_what_words_leave_open() -> None:
    """A pan without a direction goes either way, by its seed alone."""
    found = {_senses(compile_move("pan", "", seed)[0]) for seed in range(16)}
    assert found == {"left", "right"}
    assert compile_move("pan", "", 7) == compile_move("pan", "", 7)


@given(st.sampled_from(("dolly in", "zoom", "fast push in")), places, places)
def test_the_camera_comes_to_the_subject(camera: str, across: float, down: float) -> None:
    """A dolly or zoom in ends with the subject on a third or in the middle, or nearer to it than the whole picture has
    it, and runs there on a straight line; a dolly out is the same way back."""
    aim = (across, down)
    move = compile_move(camera, "", 1, aim)[0]
    back = compile_move(camera.replace("in", "out") if "in" in camera else "zoom out", "", 1, aim)[0]
    assert (move.start.x, move.start.y) == (move.end.x, move.end.y)
    assert (back.start, back.end) == (move.end, move.start)
    end = _seen_at(aim, move.end)
    assert _off_lines(end) < 0.001 or (max(abs(move.end.x), abs(move.end.y)) == 1)
    for before, after in zip(aim, end, strict=True):
        assert abs(after - 0.5) <= abs(before - 0.5) + 1e-9 or min(abs(after - line) for line in LINES) < 0.001


@given(st.sampled_from(ONE_WAY), st.floats(0.15, 0.85), st.floats(0.15, 0.85))
def test_a_pan_keeps_the_subject_in_the_frame(camera: str, across: float, down: float) -> None:
    """A pan, tilt or crane goes its way, at least half of it, and leaves its subject off the screen's edge, or no
    nearer to it than the middle of the picture would."""
    aim = (across, down)
    move, free = compile_move(camera, "", 1, aim)[0], compile_move(camera, "", 1)[0]
    assert _senses(move) == _senses(free)
    for pose in (move.start, move.end):
        for edge, whole, at in zip(EDGES, aim, _seen_at(aim, pose), strict=True):
            middle = 0.5 + (whole - 0.5) * pose.zoom
            assert min(edge, middle) - 1e-9 <= at <= max(1 - edge, middle) + 1e-9
    for start, end, start_free, end_free in (
        (move.start.x, move.end.x, free.start.x, free.end.x),
        (move.start.y, move.end.y, free.start.y, free.end.y),
    ):
        assert abs(end - start) >= abs(end_free - start_free) / 2 - 1e-9


@given(places, st.integers(0, 99))
def test_a_pan_without_a_direction_goes_to_the_subject(across: float, seed: int) -> None:
    """Where the words name no direction, the view goes to the side on which the subject is."""
    assume(abs(across - 0.5) > 0.1)
    assert _senses(compile_move("pan", "", seed, (across, 0.5))[0]) == ("left" if across < 0.5 else "right")


@given(places, places)
def test_a_still_camera_does_not_aim(across: float, down: float) -> None:
    """Wherever the subject is, a static camera shows the whole picture."""
    move = compile_move("static", "", 1, (across, down))[0]
    assert (move.start, move.end, move.shake, move.swing) == (Pose(), Pose(), 0, 0)


@given(camera=ways, motion=ways, seed=st.integers(0, 2**31 - 1))
def test_any_text_compiles(camera: str, motion: str, seed: int) -> None:
    """Any two texts give a valid move, the same each time, and only words that stand in them, each once."""
    move, left = compile_move(camera, motion, seed)
    assert (move, left) == compile_move(camera, motion, seed)
    assert Pose.model_validate(move.end.model_dump()) == move.end
    assert len(set(left)) == len(left)
    text = f"{camera} {motion}".casefold().replace("\u2019", "'")
    assert all(word in text for word in left)
    assert not {"the", "and", "of"} & set(left)
