"""Pictures through OpenAI's protocol."""

from __future__ import annotations

import base64
import hashlib
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

import pytest
from PIL import Image

from blocks.openai_api import painter as openai_painter
from blocks.openai_api.painter import OpenAIPainter
from studio.errors import EngineFailed
from studio.model.paid import Usage, VendorError
from tests.support.adapters.contract import PATIENT, SIZE
from tests.support.adapters.desk import PlainDesk
from tests.support.adapters.openai_stand import account_at
from tests.support.vendors.loopback import Answer
from tests.support.vendors.media import picture
from tests.support.vendors.openai_server import OpenAIServer


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
        url = f"{other.root}/files/0.png".replace("127.0.0.1", "10.0.0.7")
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


@pytest.mark.parametrize("kind", ["JPEG", "WEBP", "AVIF", "GIF"])
def test_a_portrait_of_another_kind_is_sent_as_a_png(server: OpenAIServer, tmp_path: Path, kind: str) -> None:
    """A person's portrait may be of any kind that is taken; the protocol's servers all take PNG."""
    mine = tmp_path / "character_001.png"
    mine.write_bytes(picture((64, 48), kind))
    paint(painter_at(server), tmp_path / "out", (mine,))
    (exchange,) = server.posts
    begin = exchange.content.index(b"\x89PNG")
    with Image.open(io.BytesIO(exchange.content[begin:])) as seen:
        assert (seen.size, seen.mode) == ((64, 48), "RGB")


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
        "host",
        "authorization",
        "x-gateway",
        "user-agent",
        "content-type",
        "content-length",
        "accept",
        "accept-encoding",
        "connection",
    }
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


def usage_of(told: Any) -> Usage:
    return openai_painter._usage({"usage": told}, {"text in": 900.0, "image out": 900.0})


@pytest.mark.parametrize(
    ("told", "usage"),
    [
        ({"input_tokens": 1_000, "output_tokens": 500}, {"text in": 1_000, "image out": 500}),
        (
            {"input_tokens": 1_000, "output_tokens": 500, "input_tokens_details": {"text_tokens": 40}},
            {"text in": 40, "image in": 960, "image out": 500},
        ),
        (
            {"input_tokens": 1_000, "output_tokens": 500, "input_tokens_details": {"image_tokens": 960}},
            {"text in": 40, "image in": 960, "image out": 500},
        ),
        (
            {"input_tokens": 9, "output_tokens": 500, "output_tokens_details": {"text_tokens": 100}},
            {"text in": 9, "image out": 400, "text out": 100},
        ),
        (
            {
                "input_tokens": 9,
                "output_tokens": 5,
                "input_tokens_details": {"image_tokens": 10_000},
                "output_tokens_details": {"text_tokens": 10_000},
            },
            {"text in": 0, "image in": 9, "image out": 0, "text out": 5},
        ),
        ({"input_tokens": 0, "output_tokens": 0}, {"text in": 900, "image out": 900}),
        ({"input_tokens": 40}, {"text in": 900, "image out": 900}),
        (None, {"text in": 900, "image out": 900}),
    ],
)
def test_what_is_billed_is_read_part_by_part(told: Any, usage: Usage) -> None:
    """The parts make up the whole, none is below nothing, and who says 0 does not count: the bound stands."""
    assert usage_of(told) == usage


def test_a_long_prompt_is_cut(server: OpenAIServer, tmp_path: Path) -> None:
    """More than the vendor takes is never sent."""
    paint(painter_at(server), tmp_path / "a", prompt="p" * 40_000)
    assert len(json.loads(server.posts[0].content)["prompt"]) == 32_000


def test_a_reference_that_is_too_large_is_refused_first(server: OpenAIServer, tmp_path: Path) -> None:
    """50 MB and more are not sent, nor read."""
    large = tmp_path / "large.png"
    with large.open("wb") as file:
        file.write(picture((8, 8)))
        file.truncate(50_000_000)
    with pytest.raises(EngineFailed, match="50,000,000 bytes"):
        paint(painter_at(server), tmp_path / "out", (large,))
    assert server.exchanges == []


def test_a_picture_that_is_paid_for_is_fetched_again(server: OpenAIServer, tmp_path: Path) -> None:
    """Fetching costs nothing: where it fails once, it is tried once more, without another paid request."""
    server.manner.pictures = "url"
    good, refusals = server.good, iter([Answer(503, b"", "text/plain")])
    server.good = lambda e: next(refusals, good(e)) if e.method == "GET" else good(e)  # type: ignore[method-assign]
    paint(painter_at(server), tmp_path / "out")
    assert [exchange.method for exchange in server.exchanges] == ["POST", "GET", "GET"]


def test_a_data_url_may_stand_where_base64_is_due(server: OpenAIServer) -> None:
    """Some servers write one into `b64_json`: the picture is paid for, and used."""
    told = {"data": [{"b64_json": f"data:image/png;base64,{base64.b64encode(b'picture').decode()}"}]}
    assert painter_at(server)._content(told, {"images": 1.0}, "r") == b"picture"


def test_the_likely_cost_is_below_the_most(server: OpenAIServer, tmp_path: Path) -> None:
    """An estimate begins at the cheapest published picture; a model billed by pictures has one price."""
    reference = tmp_path / "a.png"
    reference.write_bytes(picture((8, 8)))
    (request,) = paint(painter_at(server), tmp_path / "out", (reference,)).requests
    assert request.likely is not None
    assert set(request.likely) == set(request.most)
    assert 1_300 < request.likely["image out"] < request.most["image out"]
    assert request.likely["text in"] < request.most["text in"]
    assert paint(painter_at(server, "sdxl-turbo"), tmp_path / "out").requests[0].likely is None


def test_an_organization_is_told(server: OpenAIServer, tmp_path: Path) -> None:
    """Where a key belongs to several, the account says which one pays."""
    account = account_at(server.url).model_copy(update={"organization": "org-2"})
    paint(OpenAIPainter(account, limits=PATIENT), tmp_path / "a")
    headers = {name.lower(): value for name, value in server.posts[0].headers.items()}
    assert headers["openai-organization"] == "org-2"
