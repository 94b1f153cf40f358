"""A picture or a sound that is paid for is found in an answer, wherever the server put it."""

from __future__ import annotations

import base64
import random
import wave
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from blocks.openai_api.media import NODES, addresses_in, picture_in, sound_in
from blocks.openai_api.narrator import OpenAINarrator
from blocks.openai_api.painter import OpenAIPainter
from studio.model.paid import VendorError
from tests.support.adapters.contract import LINE, PATIENT, SIZE
from tests.support.adapters.desk import PlainDesk
from tests.support.adapters.openai_stand import KEY, account_at
from tests.support.sampled import sampled
from tests.support.vendors.media import picture, sound
from tests.support.vendors.media_shapes import ENCODINGS, PICTURE_KEYS, SOUND_KEYS, MediaServer, random_shape

LOGIN = f"Bearer {KEY}"
WAV = sound(1.0)


def paint(server: MediaServer, out: Path) -> PlainDesk:
    desk = PlainDesk()
    OpenAIPainter(account_at(server.url), "a-model", limits=PATIENT).at(desk).paint("a cat", SIZE, 7, out)
    with Image.open(out) as seen:
        assert seen.size == SIZE
    assert len(server.posts) == len(desk.replies) == 1
    return desk


def speak(server: MediaServer, out: Path) -> float:
    desk = PlainDesk()
    made = OpenAINarrator(account_at(server.url), limits=PATIENT).at(desk).speak(LINE, 7, out)
    with wave.open(str(out)) as sheet:
        assert sheet.getnframes() == round(made.seconds * 24_000)
    assert len(server.posts) == len(desk.replies) == 1
    return made.seconds


@sampled("seed", range(300), quick=5)
def test_a_picture_is_found_in_any_shape(seed: int) -> None:
    """Whatever its key, its level, its encoding, its kind and what stands beside it."""
    draw = random.Random(f"picture {seed}")
    kind = draw.choice(("PNG", "JPEG", "WEBP", "GIF", "AVIF"))
    content = picture((96, 64), kind)
    text = draw.choice(ENCODINGS)(content, f"image/{kind.lower()}")
    assert picture_in("acme", random_shape(draw, text, PICTURE_KEYS)) == content


@sampled("seed", range(300), quick=5)
def test_a_sound_is_found_in_any_shape(seed: int) -> None:
    """Whatever its key and encoding; the parts of a list follow each other, and none vanishes."""
    draw = random.Random(f"sound {seed}")
    parts = [sound(draw.uniform(0.2, 0.6)) for _ in range(draw.choice((1, 1, 2, 3)))]
    encode = draw.choice(ENCODINGS)
    texts = [encode(part, "audio/wav") for part in parts]
    found = sound_in("acme", random_shape(draw, texts if texts[1:] else texts[0], SOUND_KEYS))
    assert found is not None
    assert found.content == b"".join(parts)


@pytest.mark.parametrize(
    "value",
    [
        {"images": [base64.b64encode(picture((320, 240))).decode()]},
        {"data": base64.b64encode(picture((320, 240))).decode()},
        {"output": f"data:image/png;base64,{base64.b64encode(picture((320, 240))).decode()}"},
        {"data": [{"b64_json": "", "url": None}], "artifacts": [{"base64": picture((320, 240)).hex()}]},
        picture((320, 240)),
        picture((320, 240), "JPEG"),
    ],
)
def test_a_painter_uses_what_it_paid_for(value: Any, tmp_path: Path) -> None:
    """One paid request each, and a picture of the frame's size."""
    with MediaServer(value=value) as server:
        paint(server, tmp_path / "a")


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ({"audio": base64.b64encode(WAV).decode()}, 1.0),
        ({"data": [{"b64_json": base64.b64encode(WAV).decode()}]}, 1.0),
        ({"output": [f"data:audio/wav;base64,{base64.b64encode(WAV).decode()}"] * 2}, 2.0),
        ({"audio": base64.b64encode(WAV[44:]).decode(), "format": "pcm"}, 1.0),
        ({"audio": base64.b64encode(WAV[44:]).decode(), "format": "pcm", "sample_rate": 12_000}, 2.0),
        (base64.b64encode(WAV).decode(), 1.0),
    ],
)
def test_a_narrator_uses_what_it_paid_for(value: Any, seconds: float, tmp_path: Path) -> None:
    """One paid request each, and the whole sound."""
    with MediaServer(value=value) as server:
        assert speak(server, tmp_path / "a") == pytest.approx(seconds, abs=0.02)


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ({"error": {"message": "no such voice today"}}, "no such voice today"),
        ({"status": "queued", "id": "abcdef0123456789abcdef0123456789"}, "holds no sound"),
        ([], "holds no sound"),
        ({"audio": base64.b64encode(picture((320, 240))).decode()}, "holds no sound"),
    ],
)
def test_json_without_a_sound_is_one_line(value: Any, words: str, tmp_path: Path) -> None:
    """It is a bad answer, with the server's own words if it has some."""
    with MediaServer(value=value) as server, pytest.raises(VendorError, match=words) as failed:
        speak(server, tmp_path / "a")
    assert failed.value.fault == "bad answer"


def test_only_what_may_be_an_address_is_one() -> None:
    """Prose, a prompt's link and a vendor's home are not fetched; a long answer is not searched for ever."""
    assert addresses_in({"images": ["/a/b.png", "c.png"], "image_url": {"url": "https://x.test/d"}}) == (
        "/a/b.png",
        "c.png",
        "https://x.test/d",
    )
    assert addresses_in({"revised_prompt": "https://x.test/a.png", "website": "https://x.test/", "id": "/a"}) == ()
    assert addresses_in({"output": "a lovely picture of a cat"}) == ()
    assert picture_in("acme", [[]] * NODES + [picture((96, 64)).hex()]) is None


@pytest.mark.parametrize("status", [401, 403])
@pytest.mark.parametrize("address", ["/v1/files/a", "files/a.png", "{root}/v1/files/a"])
def test_a_file_behind_the_servers_own_login_is_fetched(status: int, address: str, tmp_path: Path) -> None:
    """It is asked for without the key first, and with it only after a refusal."""
    with MediaServer(login=LOGIN, status=status) as server:
        server.files = dict.fromkeys(("/v1/files/a", "/v1/images/files/a.png"), picture((320, 240)))
        server.value = {"data": [{"url": address.format(root=server.root)}]}
        paint(server, tmp_path / "a")
        assert server.logins == ["", LOGIN]
    with MediaServer(login=LOGIN, status=status) as server:
        server.files = dict.fromkeys(("/v1/files/a", "/v1/images/files/a.png"), WAV)
        server.value = {"audio": {"url": address.format(root=server.root)}}
        assert speak(server, tmp_path / "b") == pytest.approx(1.0, abs=0.01)
        assert server.logins == ["", LOGIN]


def test_the_key_goes_to_no_other_origin(tmp_path: Path) -> None:
    """Not to another port of this machine, nor anywhere after a redirect by way of one, even back home."""
    with MediaServer(login=LOGIN) as home, MediaServer(login=LOGIN) as other:
        home.files = other.files = {"/v1/a": picture((320, 240))}
        for address, moved in (
            (f"{other.root}/v1/a", {}),
            (f"{home.root}/v1/away", {"/v1/away": f"{other.root}/v1/a"}),
            (f"{other.root}/v1/back", {}),
            (f"{home.root}/v1/round", {"/v1/round": f"{other.root}/v1/back"}),
        ):
            home.moved, other.moved = moved, {"/v1/back": f"{home.root}/v1/a"}
            home.value = {"data": [{"url": address}]}
            home.exchanges.clear()
            with pytest.raises(VendorError, match="401"):
                paint(home, tmp_path / "a")
            assert set(home.logins) | set(other.logins) <= {""}


def test_a_redirect_within_the_origin_keeps_the_login(tmp_path: Path) -> None:
    """Each address of the account's own origin may ask for it."""
    with MediaServer(login=LOGIN) as server:
        server.files, server.moved = {"/v1/b": picture((320, 240))}, {"/v1/a": "/v1/b"}
        server.value = {"data": [{"url": "/v1/a"}]}
        paint(server, tmp_path / "a")
        assert server.logins == ["", "", LOGIN]
