"""Laws of what the offline painter shows: focus, colours, places, and what is drawn of what a prompt names."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from blocks.offline.painter.canvas.canvas import Canvas, Painting
from blocks.offline.painter.canvas.palettes import light_for
from blocks.offline.painter.canvas.shapes import extent
from blocks.offline.painter.casting import drawing_of
from blocks.offline.painter.painter import OfflinePainter
from blocks.offline.painter.places import roads
from blocks.offline.painter.prompt import vocabulary
from blocks.offline.painter.prompt.reader import read_prompt
from blocks.offline.painter.scene import paint_scene
from tests.blocks.offline.painter.test_painter import SMALL, paint


def test_focus_lies_on_the_subject(tmp_path: Path) -> None:
    """`PieceMeasures.focus` points at what was asked for: the picture there differs from what is on both sides of
    it."""
    size = (512, 288)
    made = OfflinePainter().paint("wide shot, a black horse, the ice, noon", size, 7, tmp_path / "p.png")
    assert made.focus is not None
    x, y = made.focus
    with Image.open(tmp_path / "p.png") as picture:
        column = np.asarray(picture, np.float32)[int(y * 288), :, 0]
    body = column[int(x * 512) - 3 : int(x * 512) + 4].mean()
    assert all(abs(body - column[int((x + aside) * 512)]) > 20 for aside in (-0.2, 0.2))


@pytest.mark.parametrize("prompt", ["wide shot, the sea", "a computer", ""])
def test_without_a_drawn_subject_there_is_no_focus(prompt: str, tmp_path: Path) -> None:
    """A place alone and a words card have no focus: the camera must not aim at nothing."""
    assert OfflinePainter().paint(prompt, SMALL, 7, tmp_path / "p.png").focus is None


@pytest.mark.parametrize(("said", "hour"), [("spring morning", "morning"), ("a spring dawn", "dawn"), ("noon", "noon")])
def test_morning_is_no_sunset(said: str, hour: str, tmp_path: Path) -> None:
    """A morning has an hour of its own, and its sky is bluer than dawn's and the golden hour's."""
    assert read_prompt(f"wide shot, a field, {said}").hour == hour
    sky = [paint(f"the field, {h}", tmp_path / "m.png")[:60].mean((0, 1)) for h in ("morning", "dawn", "golden hour")]
    blue = [tone[2] - tone[0] for tone in sky]
    assert blue[0] > max(blue[1:]) + 10


@pytest.mark.parametrize("kind", sorted(k for k in set(vocabulary.SUBJECTS.values())))
def test_every_subject_of_the_lexicon_is_drawn_inside_the_frame(kind: str, tmp_path: Path) -> None:
    """Whatever the lexicon claims has a picture, in wide and tall frames, with its focus inside."""
    word = next(w for w, k in vocabulary.SUBJECTS.items() if k == kind)
    place = {"ship": "the sea", "boat": "the sea", "whale": "the sea", "fish": "underwater"}.get(kind, "")
    shot = "close shot" if kind in ("hands", "eye") else "wide shot"
    for size in (SMALL, (144, 256)):
        prompt = f"{shot}, a {word}, {place}"
        made = OfflinePainter().paint(prompt, size, 7, tmp_path / "p.png")
        assert made.not_drawn == ()
        assert made.focus is not None
        assert 0.05 < made.focus[0] < 0.95
        assert 0.05 < made.focus[1] < 0.95


def test_a_thing_has_the_colour_its_words_name(tmp_path: Path) -> None:
    """A white horse is lighter than a black one: colours of things come from the prompt, in every shot."""
    light = []
    for colour in ("white", "black"):
        made = OfflinePainter().paint(f"medium shot, a {colour} horse, noon", (512, 288), 7, tmp_path / "h.png")
        assert made.focus
        with Image.open(tmp_path / "h.png") as picture:
            x, y = int(made.focus[0] * 512), int(made.focus[1] * 288)
            light.append(np.asarray(picture, np.float32)[y - 6 : y + 6, x - 6 : x + 6].mean())
    assert light[0] > light[1] + 40


@pytest.mark.parametrize(
    ("prompt", "feature"),
    [
        ("wide shot, a jungle river, fog", "river"),
        ("wide shot, a road through the mountains", "road"),
        ("medium shot, a deer in a birch forest", "birch"),
        ("wide shot, a cat on a windowsill", "sill"),
        ("wide shot, a robot in a ruined city", "ruins"),
        ("wide shot, a forest in spring", "spring"),
    ],
)
def test_what_shapes_a_place_is_read_and_seen(prompt: str, feature: str, tmp_path: Path) -> None:
    """A way, trees, a sill or ruins that the prompt names are drawn: the same dice without them paint another place."""
    reading = read_prompt(prompt)
    assert feature in reading.features
    assert reading.not_drawn == ()
    plain = replace(reading, features=())
    shaped, bare = (paint_scene(r, prompt, SMALL, 7).picture.astype(np.float32) for r in (reading, plain))
    assert np.abs(cv2.blur(shaped, (9, 9)) - cv2.blur(bare, (9, 9))).mean() > 3


def test_overcast_is_a_closed_grey_sky(tmp_path: Path) -> None:
    """Under an overcast no sun is seen and no blue: the sky is even and nearly without colour."""
    spread, colour = [], []
    for said in ("noon", "noon, overcast"):
        sky = cv2.blur(paint(f"wide shot, a field, {said}", tmp_path / "o.png")[:70], (7, 7))
        spread.append(float(sky.mean(2).std()))
        colour.append(float((sky.max(2) - sky.min(2)).mean()))
    assert spread[1] < 0.6 * spread[0]
    assert colour[1] < 0.4 * colour[0]


def test_a_medium_shot_shows_a_face(tmp_path: Path) -> None:
    """A person in a medium shot is cut by the frame's lower edge and turned to us: there is skin in the upper half."""
    size = (512, 288)
    made = OfflinePainter().paint("medium shot, a woman (red dress), a field, noon", size, 7, tmp_path / "p.png")
    assert made.focus
    with Image.open(tmp_path / "p.png") as picture:
        seen = np.asarray(picture, np.float32)
    red = (seen[..., 0] > 1.6 * seen[..., 2]) & (seen[..., 0] > 1.6 * seen[..., 1])
    assert red[-4:].mean() > 0.08
    x, y = int(made.focus[0] * 512), int(made.focus[1] * 288)
    face = seen[y - 12 : y + 12, x - 12 : x + 12].mean((0, 1))
    assert y < 144
    assert face[0] > face[1] > face[2]


@pytest.mark.parametrize(
    ("prompt", "first"),
    [
        ("wide shot, a lonely lighthouse keeper, the shore", "person"),
        ("wide shot, a keeper by a lighthouse, dusk", "person"),
        ("wide shot, a lighthouse and its keeper, dusk", "lighthouse"),
    ],
)
def test_focus_is_the_subject_named_first(prompt: str, first: str, tmp_path: Path) -> None:
    """The camera looks at what a prompt names first: at the keeper, not at the tower their calling is named after."""
    reading = read_prompt(prompt)
    assert reading.subjects[0].kind == first
    made = OfflinePainter().paint(prompt, (512, 288), 7, tmp_path / "p.png")
    assert made.focus
    assert (made.focus[1] > 0.65) is (first == "person")


def test_focus_of_a_lighthouse_is_its_tower(tmp_path: Path) -> None:
    """The keeper's house beside it does not count: the focus is on the tower's stripes."""
    for seed in (7, 8, 9):
        made = OfflinePainter().paint("wide shot, a lighthouse, the coast, noon", (512, 288), seed, tmp_path / "p.png")
        assert made.focus
        with Image.open(tmp_path / "p.png") as picture:
            seen = np.asarray(picture, np.float32)
        x, y = int(made.focus[0] * 512), int(made.focus[1] * 288)
        # Red above and white below, or the other way round: the stripes.
        stripes = seen[y - 30 : y + 30, x - 6 : x + 7]
        red = stripes[..., 0] - stripes[..., 2]
        assert (red.max(0) > 20).all()


@pytest.mark.parametrize(
    ("prompt", "biome", "card"),
    [
        ("wide shot, a house with a lit window, a pine forest", "forest", False),
        ("wide shot, lit windows, a village in the snow", "village", False),
        ("wide shot, a train with lit windows, the mountains", "mountain", False),
        ("wide shot, a woman at a window, rain", "room", False),
        ("wide shot, a cat on a windowsill, the sea", "room", False),
    ],
)
def test_a_window_seen_from_outside_is_no_room(prompt: str, biome: str, card: bool) -> None:
    """A window belongs to the house that is in the picture, and makes a room only where one looks out of it."""
    reading = read_prompt(prompt)
    assert (reading.biome, reading.card) == (biome, card)


@pytest.mark.parametrize(
    ("prompt", "missing"),
    [
        ("wide shot, butterflies over a meadow", ()),
        ("close shot, bees on a flower", ()),
        ("close shot, bread on a table, a kitchen", ()),
        ("wide shot, a bed in a room, night", ()),
        ("wide shot, footprints in the snow", ()),
        ("wide shot, a boat on a canal", ()),
        ("wide shot, a scientist in a laboratory", ()),
        ("wide shot, a woman in a cafe", ()),
        ("wide shot, footprints in a library", ("footprints",)),
    ],
)
def test_what_the_writer_shows_often_is_drawn(prompt: str, missing: tuple[str, ...], tmp_path: Path) -> None:
    """Insects, traces, a bed, bread, canals, laboratories and cafes have a picture, where they can be."""
    assert read_prompt(prompt).not_drawn == missing
    assert paint(prompt, tmp_path / "p.png").std() > 15


def test_a_child_has_a_childs_proportions() -> None:
    """In a medium shot a child's head takes a larger share of the figure, and its eyes sit lower in it."""

    def head(kind: str) -> tuple[float, float]:
        prompt = f"medium shot, a {kind} (red jacket), a field"
        reading = read_prompt(prompt)
        drawing = drawing_of(reading, reading.subjects[0], (), np.random.default_rng(1))
        white = [s for s in drawing if s.tone == "ece6dc"]
        top = extent(drawing)[3]
        shoulders = max(p[0] for s in drawing for p in s.points if -0.5 < p[1] < 0) - min(
            p[0] for s in drawing for p in s.points if -0.5 < p[1] < 0
        )
        high = top - 0.40
        return high / shoulders, (top - float(np.mean([p[1] for s in white for p in s.points]))) / high

    (grown, eyes), (child, low) = head("woman"), head("girl")
    assert child > 1.2 * grown
    assert low > 1.04 * eyes


def test_content_does_not_change_with_the_size(tmp_path: Path) -> None:
    """The same prompt and seed give the same picture at another size: reduced to a thumbnail, both look alike."""
    for prompt in (
        "wide shot, a forest in spring, dawn",
        "wide shot, a train crosses a bridge, mountains, snow",
        "wide shot, a jungle river",
    ):
        small, large = (paint(prompt, tmp_path / "s.png", size) for size in ((480, 270), (960, 540)))
        alike = cv2.resize(large, (48, 27), interpolation=cv2.INTER_AREA)
        assert np.abs(cv2.resize(small, (48, 27), interpolation=cv2.INTER_AREA) - alike).mean() < 6


def _by_a_river(seed: int, size: tuple[int, int]) -> Painting:
    painting = Painting(Canvas(*size), light_for(read_prompt("a bear by a river")), np.random.default_rng(seed), 0.64)
    roads.paint_river_along(painting, painting.canvas.height * 0.70, roads.winding(painting, 0.40))
    return painting


@pytest.mark.parametrize("size", [(480, 270), (270, 480)])
def test_what_stands_by_a_river_has_dry_feet(size: tuple[int, int]) -> None:
    """Wherever a beast is wanted, it stands on the bank: no water is under its length, in wide and tall frames."""
    for seed in range(12):
        painting = _by_a_river(seed, size)
        width, height = size
        for share in (0.3, 0.5, 0.7):
            tall = painting.canvas.unit * 0.29
            spot = roads.on_bank(painting, roads.Spot(width * share, height * 0.94, tall), -0.71, 1.02)
            left, right = spot.x - 0.71 * spot.height, spot.x + 1.02 * spot.height
            assert painting.water is not None
            assert painting.water[int(spot.foot), max(0, int(left)) : int(right)].max() < 0.5
            assert left >= 0
            assert right <= width
            assert spot.height > 0.45 * tall


def test_a_way_narrows_and_never_lies_level() -> None:
    """A road or river, as seen, rises with every bend and ends in a point: level it would be a line in the grass."""
    for seed in range(24):
        painting = _by_a_river(seed, (480, 270))
        path = roads.winding(painting, 0.40)
        rise = 1 / path.depth
        assert np.abs(np.diff(path.across * rise) / np.diff(rise)).max() < 0.9
        assert painting.water is not None
        wide = (painting.water > 0.5).sum(1)
        assert wide[int(270 * 0.70) + 6] < 0.055 * wide.max()


def test_rain_draws_the_lamps_out_on_the_stones() -> None:
    """A street in rain is wet: its road holds more of the lamps' warm light than the same street's when dry."""
    wet, dry = (
        paint_scene(replace(read_prompt("wide shot, a street, night"), weather=weather), "x", (480, 270), 3)
        for weather in (("rain",), ("overcast",))
    )
    warm = [np.sort((p.picture[200:265, 170:310].astype(int) @ (1, 0, -1)).ravel())[-200:].mean() for p in (wet, dry)]
    assert warm[0] > warm[1] + 20
