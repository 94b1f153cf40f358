"""Pictures through OpenAI's protocol."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

import pytest
from PIL import Image

from blocks.openai_painter import OpenAIPainter
from studio.errors import EngineFailed
from studio.paid import VendorError
from tests.blocks.contract import PATIENT, SIZE
from tests.blocks.desk import PlainDesk
from tests.blocks.openai_stand import account_at
from tests.vendors.media import picture
from tests.vendors.openai_server import OpenAIServer


@pytest.fixture
def server() -> Iterator[OpenAIServer]:
    with OpenAIServer() as opened:
        yield opened


def painter_at(server: OpenAIServer, name: str = "gpt-image-2", **settings: Any) -> OpenAIPainter:
    return OpenAIPainter(account_at(server.url), name, limits=PATIENT, **settings)


def paint(painter: OpenAIPainter, out: Path, references: tuple[Path, ...] = (), prompt: str = "a cat") -> PlainDesk:
    desk = PlainDesk()
    painter.at(desk).paint(prompt, SIZE, 7, out, references=references)
    return desk


@pytest.mark.parametrize("manner", ["base64", "url", "data"])
@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_a_picture_comes_in_any_form(
    server: OpenAIServer, tmp_path: Path, manner: Literal["base64", "url", "data"], kind: str
) -> None:
    """Base64, a URL on the account's own server, a data: URL; one paid request each."""
    server.manner.pictures, server.manner.kind = manner, kind
    paint(painter_at(server), tmp_path / "out")
    with Image.open(tmp_path / "out") as seen:
        assert (seen.format, seen.size, seen.mode) == ("PNG", SIZE, "RGB")
    assert len(server.posts) == 1


def test_a_url_elsewhere_is_not_fetched(server: OpenAIServer, tmp_path: Path) -> None:
    """A picture that lies where no vendor's could is a bad answer that was billed."""
    with OpenAIServer() as other:
        other.files["0.png"] = picture((512, 512))
        url = f"{other.root}/files/0.png"
        server.manner.pictures = "url"
        answers = {"created": 1, "data": [{"url": url}]}
        painter = painter_at(server)
        with pytest.raises(VendorError) as failed:
            painter._content(answers, {"images": 1.0}, "req_1")
        assert (failed.value.fault, failed.value.usage) == ("bad answer", {"images": 1.0})
        assert other.exchanges == []


def test_only_openais_models_are_told_quality(server: OpenAIServer, tmp_path: Path) -> None:
    """Other models get what every server knows: no format, no quality, and never `response_format`."""
    paint(painter_at(server), tmp_path / "a")
    paint(painter_at(server, "sdxl-turbo"), tmp_path / "b")
    first, second = (json.loads(exchange.content) for exchange in server.posts)
    assert (first["quality"], first["output_format"], first["n"]) == ("medium", "png", 1)
    assert second == {"model": "sdxl-turbo", "prompt": "a cat", "n": 1, "size": "256x144"}


def test_a_model_by_tokens_is_counted_in_tokens(server: OpenAIServer, tmp_path: Path) -> None:
    """Usage is the answer's; reserved is more than the table's largest picture."""
    desk = paint(painter_at(server), tmp_path / "a")
    assert desk.replies[0].usage == {"text in": 40, "image out": 1_000}
    assert desk.requests[0].most["image out"] > 1_767


def test_any_other_model_is_counted_in_pictures(server: OpenAIServer, tmp_path: Path) -> None:
    """Whatever else the server tells."""
    desk = paint(painter_at(server, "sdxl-turbo"), tmp_path / "a")
    assert desk.requests[0].most == desk.replies[0].usage == {"images": 1}


def test_an_answer_without_usage_counts_as_the_bound(server: OpenAIServer, tmp_path: Path) -> None:
    """What a vendor keeps to itself is never counted as nothing."""
    server.manner.usage = False
    desk = paint(painter_at(server), tmp_path / "a")
    assert desk.replies[0].usage == desk.requests[0].most


def test_references_are_shown(server: OpenAIServer, tmp_path: Path) -> None:
    """They go to `images.edit`, byte for byte, and their digests are part of the request's."""
    red, blue = tmp_path / "red.png", tmp_path / "blue.png"
    red.write_bytes(picture((64, 64)))
    blue.write_bytes(picture((48, 48)))
    one = paint(painter_at(server), tmp_path / "out", (red,))
    two = paint(painter_at(server), tmp_path / "out", (red, blue))
    again = paint(painter_at(server), tmp_path / "out", (red, blue))
    assert [exchange.path for exchange in server.posts] == ["/v1/images/edits"] * 3
    assert red.read_bytes() in server.posts[1].content
    assert blue.read_bytes() in server.posts[1].content
    assert str(tmp_path).encode() not in server.posts[1].content
    assert one.requests[0].digest != two.requests[0].digest == again.requests[0].digest
    assert two.requests[0].most["image in"] == 2 * one.requests[0].most["image in"] > 0


def test_references_that_cannot_be_shown_are_refused_first(server: OpenAIServer, tmp_path: Path) -> None:
    """Too many, no PNG, missing, or a model that takes none: nothing is sent."""
    png, text = tmp_path / "a.png", tmp_path / "b.png"
    png.write_bytes(picture((8, 8)))
    text.write_text("no picture")
    cases = [("gpt-image-2", (png,) * 17), ("gpt-image-2", (text,)), ("gpt-image-2", (tmp_path / "c.png",))]
    for name, references in [*cases, ("sdxl-turbo", (png,))]:
        with pytest.raises(EngineFailed):
            paint(painter_at(server, name), tmp_path / "out", references)
    assert server.exchanges == []
    assert painter_at(server).abilities.references == 16
    assert painter_at(server, "sdxl-turbo").abilities.references == 0


def test_the_model_tells_what_changes_the_picture(server: OpenAIServer) -> None:
    """Fingerprints are made of it: model, quality, size asked for; not the account."""
    assert painter_at(server).model == "gpt-image-2 medium"
    assert painter_at(server, quality="high").model == "gpt-image-2 high"
    assert painter_at(server, "sdxl-turbo", long_side=768).model == "sdxl-turbo 768px"


def test_a_digest_is_of_what_is_sent(server: OpenAIServer, tmp_path: Path) -> None:
    """Another prompt, quality or size is another request; another key, desk or file is not."""
    painter = painter_at(server)
    digests = {paint(painter, tmp_path / "a", prompt=prompt).requests[0].digest for prompt in ("a cat", "a dog")}
    digests.add(paint(painter_at(server, quality="low"), tmp_path / "a").requests[0].digest)
    assert len(digests) == 3
    other = OpenAIPainter(account_at(server.url).model_copy(update={"organization": "org-2"}), limits=PATIENT)
    assert paint(other, tmp_path / "b").requests[0].digest in digests


def test_nothing_of_this_machine_is_told(server: OpenAIServer, tmp_path: Path) -> None:
    """Sent are key, the account's own headers, and what HTTP needs; no telemetry, nothing from the environment."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("OPENAI_ORG_ID", "OPENAI_PROJECT_ID", "OPENAI_API_KEY", "OPENAI_BASE_URL"):
            patch.setenv(name, "http://elsewhere.test/" if name.endswith("URL") else "from-the-environment")
        paint(painter_at(server), tmp_path / "a")
    headers = {name.lower(): value for name, value in server.posts[0].headers.items()}
    assert set(headers) == {
        "host", "authorization", "x-gateway", "user-agent", "content-type", "content-length", "accept",
        "accept-encoding", "connection",
    }  # fmt: skip
    assert headers["user-agent"] == "film-studio"


def test_an_unsendable_prompt_is_wrong(server: OpenAIServer, tmp_path: Path) -> None:
    """Half of a surrogate pair is no text: nothing is sent, and it is said so."""
    with pytest.raises(VendorError) as failed:
        paint(painter_at(server), tmp_path / "a", prompt="a \ud800 cat")
    assert failed.value.fault == "wrong"


def test_the_file_is_the_pictures_bytes_only(server: OpenAIServer, tmp_path: Path) -> None:
    """The same answer gives the same file: nothing of the vendor's metadata is kept."""
    paint(painter_at(server), tmp_path / "a")
    paint(painter_at(server), tmp_path / "b")
    first, second = (hashlib.sha256((tmp_path / name).read_bytes()).hexdigest() for name in ("a", "b"))
    assert first == second
