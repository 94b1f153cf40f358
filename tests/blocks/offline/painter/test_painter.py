"""Laws of the offline painter: the asked size, the same bytes each time, and nothing claimed that is not drawn."""

from __future__ import annotations

import hashlib
import io
import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from blocks.offline.painter import words_card
from blocks.offline.painter.canvas.noise import F32
from blocks.offline.painter.painter import OfflinePainter
from blocks.offline.painter.people.figures import look_of_person
from blocks.offline.painter.prompt.reader import read_prompt
from studio.errors import EngineFailed
from studio.model.brief import FilmOptions

SMALL = (256, 144)
KEEPER = (
    "wide shot, a lonely lighthouse keeper (grey coat, lantern, weathered face), finds a message in a bottle, "
    "the shore with grey water and salt wind, quiet, ultra cinematic documentary"
)
PLACES = (
    "the sea at noon",
    "a ship on the sea in a storm",
    "the shore at dawn",
    "a deer in the forest, fog",
    "the mountains at dusk",
    "a traveller in the desert",
    "a tree in a field, rain",
    "the city at night",
    "an astronaut in space",
    "a whale underwater",
    "an astronaut on the moon",
    "a boat on a lake",
    "a bear by a river",
    "a jungle, fog",
    "a car on a road",
    "a village in the snow",
    "a street, rain",
    "a cathedral",
    "a violinist on a stage",
    "a man in a room",
    "a child in a library at night",
    "the ice, snow",
    "close-up, a bottle on the beach",
    "a cup of coffee",
)


def paint(prompt: str, out: Path, size: tuple[int, int] = SMALL, seed: int = 7) -> F32:
    """Paint and give the picture back: (height, width, 3) float32, 0 to 255."""
    OfflinePainter().paint(prompt, size, seed, out)
    with Image.open(io.BytesIO(out.read_bytes())) as picture:
        picture.load()
        assert picture.format == "PNG"
        assert picture.mode == "RGB"
        assert picture.size == size
        return np.asarray(picture, np.float32)


@pytest.fixture
def any_threads() -> Iterator[None]:
    """Give OpenCV its threads back after a test that counts them."""
    before = cv2.getNumThreads()
    yield
    cv2.setNumThreads(before)


@pytest.mark.parametrize("aspect", ["16:9", "9:16", "1:1", "4:3", "21:9"])
def test_size_is_exact_in_every_aspect(aspect: str, tmp_path: Path) -> None:
    """A picture has exactly the asked width and height, is RGB, and is told so in `PieceMeasures`."""
    size = FilmOptions.model_validate({"aspect": aspect, "height": 144}).size
    made = OfflinePainter().paint(KEEPER, size, 1, tmp_path / "shot.part")
    assert (made.width, made.height) == size
    paint(KEEPER, tmp_path / "again.part", size)


def test_large_pictures_are_enlarged_to_the_pixel(tmp_path: Path) -> None:
    """A picture above the working resolution still has exactly the asked size."""
    picture = paint("the sea at dusk", tmp_path / "large.png", (2180, 1082))
    assert picture.shape == (1082, 2180, 3)


def test_same_bytes_on_every_thread(tmp_path: Path, any_threads: None) -> None:
    """The same prompt, size and seed give the same bytes, whatever OpenCV's threads and on several threads at once."""

    def digest(i: int) -> str:
        out = tmp_path / f"{i}.png"
        OfflinePainter().paint(PLACES[i % len(PLACES)], (512, 288), 3, out)
        return hashlib.sha256(out.read_bytes()).hexdigest()

    order = range(len(PLACES))
    cv2.setNumThreads(1)
    alone = [digest(i) for i in order]
    cv2.setNumThreads(2)
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(digest, order))
    assert alone == together


def test_same_bytes_in_another_process(tmp_path: Path) -> None:
    """Neither the process nor PYTHONHASHSEED changes a byte."""
    code = (
        "import sys; from pathlib import Path; from blocks.offline.painter.painter import OfflinePainter as P; "
        "P().paint(sys.argv[1], (256, 144), 7, Path(sys.argv[2]))"
    )
    digests = set()
    for number in ("0", "4711"):
        out = tmp_path / number
        environment = {**os.environ, "PYTHONHASHSEED": number}
        subprocess.run([sys.executable, "-c", code, KEEPER, str(out)], check=True, env=environment)
        digests.add(hashlib.sha256(out.read_bytes()).hexdigest())
    assert len(digests) == 1


def test_another_seed_is_another_picture(tmp_path: Path) -> None:
    """A redo with another seed changes the composition, not just the grain."""
    first, second = (paint(KEEPER, tmp_path / "a.png", seed=seed) for seed in (1, 2))
    assert np.abs(cv2.blur(first, (9, 9)) - cv2.blur(second, (9, 9))).mean() > 4


@pytest.mark.parametrize("prompt", PLACES)
def test_no_picture_is_flat(prompt: str, tmp_path: Path) -> None:
    """Every place has light and dark: its tones spread, even after the grain is blurred away."""
    tones = cv2.blur(paint(prompt, tmp_path / "p.png"), (5, 5)).mean(2)
    assert np.percentile(tones, 98) - np.percentile(tones, 2) > 40
    assert 12 < tones.mean() < 225


@pytest.mark.parametrize("place", ["the sea", "the forest", "the mountains", "a city", "a room", "a field in the snow"])
def test_night_is_darker_than_noon(place: str, tmp_path: Path) -> None:
    """The hour rules the light, whatever the place and weather."""
    assert (
        paint(f"{place} at night", tmp_path / "n.png").mean()
        < 0.7 * paint(f"{place} at noon", tmp_path / "d.png").mean()
    )


def test_weather_bends_the_hour_and_does_not_replace_it(tmp_path: Path) -> None:
    """Fog at dawn differs from clear dawn by contrast, and from fog at night by light."""
    clear, dawn, night = (paint(f"the forest at {p}", tmp_path / "w.png") for p in ("dawn", "dawn, fog", "night, fog"))
    assert dawn.mean(2).std() < clear.mean(2).std()
    assert night.mean() < 0.6 * dawn.mean()


def test_a_subject_changes_the_picture_where_it_stands(tmp_path: Path) -> None:
    """What is claimed as drawn is there: each shot size shows more of the figure."""
    empty = paint("wide shot, the desert", tmp_path / "e.png")
    shares = []
    for shot in ("wide", "medium", "close"):
        picture = paint(f"{shot} shot, a man (black coat), the desert, noon", tmp_path / "s.png")
        shares.append(float((picture.mean(2) < 60).mean()))
    assert empty.shape == (144, 256, 3)
    assert shares[0] < shares[1] < shares[2]


@pytest.mark.parametrize(
    ("prompt", "missing"),
    [
        (KEEPER, ("face",)),
        ("close shot, a steaming cup of coffee on a kitchen table at dawn", ()),
        ("wide shot, a polar bear and a walrus on the ice, ultra cinematic documentary", ("walrus",)),
        ("wide shot, a woman traveller by an old oak tree, the field, hopeful", ()),
        ("medium shot, the Violin and its strings, a violin, dusk", ("strings",)),
        ("wide shot, a ship in the library", ("ship",)),
        ("wide shot, a steam train, the valley, golden hour", ("steam",)),
        ("wide shot, a boy eats bread, a city", ("bread",)),
        ("close-up, the history of quantum computing", ("computing",)),
        ("a robot (red coat), a city", ("coat",)),
        ("a house, a tree, a train, a dog, a cat, a tent, a bicycle, a windmill", ("bicycle", "windmill")),
        ("close-up, a woman (grey hair, weathered face), the sea", ()),
        ("wide shot, a lantern in her hand", ("hand",)),
        ("wide shot, a jungle river, fog", ()),
        ("wide shot, a village by a lake", ("lake",)),
        ("wide shot, a ruined castle", ("ruined",)),
        ("\U0001f43b\U0001f43b", ()),
    ],
)
def test_nouns_without_a_picture_are_listed(prompt: str, missing: tuple[str, ...]) -> None:
    """Each noun is drawn or listed: in prompt order, lower case, once, without adjectives, verbs, camera and style."""
    assert read_prompt(prompt).not_drawn == missing


def test_made_tells_what_the_reading_found(tmp_path: Path) -> None:
    """`PieceMeasures.not_drawn` is the reading's, not an empty promise."""
    made = OfflinePainter().paint("close shot, a computer on a table", SMALL, 1, tmp_path / "p.png")
    assert made.not_drawn == ("computer",)


@pytest.mark.parametrize(
    ("prompt", "card"),
    [
        (KEEPER, False),
        ("close shot, a cup of coffee at dawn", False),
        ("close shot, a computer at dawn", True),
        ("wide shot, a walrus on the ice", True),
        ("wide shot, the shore with grey water", False),
        ("wide shot, a trumpet, the house", True),
        ("wide shot, a man with a trumpet", False),
        ("", True),
    ],
)
def test_a_card_stands_in_for_a_subject_that_cannot_be_drawn(prompt: str, card: bool) -> None:
    """Never a wrong picture: a card where the leading noun has none, a scene where a figure can carry it."""
    assert read_prompt(prompt).card is card


def test_a_card_says_what_and_where() -> None:
    """The phrase of the subject, and on a second line the next that names a thing or place; markup is neither."""
    said = {
        "wide shot, a quantum computer, a laboratory": "a quantum computer\na laboratory",
        "a zorb, standing tall, in a village at noon, uneasy, cinematic": "a zorb\nin a village at noon",
        "a zorb, lonely, cinematic documentary": "a zorb",
        "if a<b and c>d, noon": "if a<b and c>d",
        "<b>a zorb</b>, noon": "a zorb",
    }
    assert {prompt: read_prompt(prompt).title for prompt in said} == said


def test_a_card_says_a_scripts_sentence_whole() -> None:
    """Of a sentence between semicolons no word is lost to its commas; its place, before or after it, stands apart."""
    told = "The kettle has been cold since Tuesday, 4 June 1974, one by one"
    said = {
        f"wide shot, open fields under a wide sky; {told}; ultra cinematic": "open fields under a wide sky",
        f"wide shot, harbour, dawn, Marta (in a coat, seen from behind); {told}; at peace, cinematic": "harbour",
        f"close-up; {told}; interior, workshop, night, at peace, cinematic": "workshop",
    }
    assert [read_prompt(prompt).title for prompt in said] == [f"{told}\n{place}" for place in said.values()]
    assert read_prompt(f"medium shot; {told}; at peace, cinematic").title == told


def test_a_card_sets_what_and_where_apart() -> None:
    """However long a sentence is, its place is a block of its own and smaller, and both lie within the picture."""
    for size in ((640, 360), (360, 640)):
        page = words_card._type(
            *size, float(min(size)), "The kettle has been cold since Tuesday. " * 6 + "\nthe kitchen"
        )
        filled = np.flatnonzero(page.max(axis=1) > 0.5)
        lines = np.split(filled, np.flatnonzero(np.diff(filled) > 1) + 1)
        widths = [int(np.ptp(np.flatnonzero(page[rows].max(axis=0) > 0.5))) for rows in lines]
        assert widths[-2] < 0.6 * widths[0]  # above the rule stands the place, and nothing else
        assert filled[0] > 0
        assert filled[-1] < size[1] - 1


def test_a_card_sets_the_subjects_words(tmp_path: Path) -> None:
    """A card's title is the phrase of its subject; words of it that the font has are set in bright, sharp type."""
    prompt = "wide shot, the kitchen at night, a coil of wire (white), quiet"
    assert read_prompt(prompt).title == "a coil of wire"
    lettered = paint(prompt, tmp_path / "a.png", (512, 288)).mean(2)
    unlettered = paint(prompt.replace("a coil of wire", "一杯のコーヒー"), tmp_path / "b.png", (512, 288)).mean(2)
    middle = np.s_[100:188, 100:412]
    sharp = [
        np.abs(cv2.Laplacian(cv2.GaussianBlur(p[middle], (0, 0), 1), cv2.CV_32F)).max() for p in (lettered, unlettered)
    ]
    assert sharp[0] > 3 * sharp[1]


def test_a_character_looks_the_same_in_every_shot() -> None:
    """A figure's look comes from its description alone, not from the shot's size, place or action."""
    looks = set()
    for shot in ("wide shot, the sea, {}, waits", "medium shot, {}, runs, a city at night", "close-up, {}, quiet"):
        reading = read_prompt(shot.format("a lonely keeper (grey coat, red scarf, weathered face)"))
        (subject,) = (s for s in reading.subjects if s.kind == "person")
        looks.add(look_of_person(reading, subject))
    assert len(looks) == 1
    (look,) = looks
    assert (look.coat, look.scarf) == ("757b82", "a8322d")


def test_the_coat_has_the_colour_the_prompt_names(tmp_path: Path) -> None:
    """A red coat is redder than a blue one: the described colour reaches the picture."""

    def warmth(coat: str) -> float:
        picture = paint(f"close shot, a man ({coat} coat), the desert, noon", tmp_path / "c.png")
        rows = picture[90:]
        return float((rows[..., 0] - rows[..., 2]).mean())

    assert warmth("red") > warmth("blue") + 10


HOSTILE = (
    "\U0001f469\u200d\U0001f680\U0001f3f4\u200d\u2620\ufe0f close shot of \U0001f41d",
    "<script>alert(1)</script><b>a house</b> & <img src=x onerror=y>",
    "\u202e\u0645\u0631\u062d\u0628\u0627 \u0628\u0627\u0644\u0639\u0627\u0644\u0645\u202c, "
    "שלום עולם, 日本語の物語、静かな海",
    "a\x00b\x07c\x1b[31m\r\n\t\ufeff\ud800, the sea",
    "x" * 8000,
    "wide shot, " + "a very long tale of lighthouses and coffee, " * 180,
    "((((((((( )))) ) ,,,, ;;; -- ' \u2019 \u201c\u201d",
)


@pytest.mark.parametrize("prompt", HOSTILE)
def test_hostile_prompts_are_painted(prompt: str, tmp_path: Path) -> None:
    """No text makes the painter fail or paint nothing."""
    assert paint(prompt, tmp_path / "h.png").std() > 5


@given(st.text(max_size=300))
def test_reading_is_total(prompt: str) -> None:
    """Any text reads; what is listed as missing is lower case, stands in the prompt, and is listed once."""
    missing = read_prompt(prompt).not_drawn
    assert len(set(missing)) == len(missing)
    assert all(word == word.lower() and word.casefold() in prompt.casefold() for word in missing)


def test_unwritable_path_is_an_oserror(tmp_path: Path) -> None:
    """A path that cannot be written lets the system's error pass and leaves nothing."""
    with pytest.raises(OSError, match="nowhere"):
        OfflinePainter().paint("the sea", SMALL, 1, tmp_path / "nowhere" / "p.png")


@pytest.mark.parametrize("size", [(0, 144), (256, -2), (8, 8), (10_000, 10_000)])
def test_impossible_sizes_are_refused(size: tuple[int, int], tmp_path: Path) -> None:
    """A size that is no picture's is refused by name before any work."""
    with pytest.raises(EngineFailed, match="cannot paint"):
        OfflinePainter().paint("the sea", size, 1, tmp_path / "p.png")
