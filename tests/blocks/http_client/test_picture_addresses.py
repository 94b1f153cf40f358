"""Which address a URL in an answer means, however a server writes it; and what is never fetched."""

from __future__ import annotations

import base64
import random
import socket
from dataclasses import dataclass, field

import httpx2
import pytest

from blocks.http_client.fetching import REDIRECTS, fetch, from_base64
from blocks.http_client.picture_addresses import meant, own_address
from studio.model.paid import VendorError
from tests.support.sampled import sampled
from tests.support.vendors.loopback import Answer, Exchange
from tests.support.vendors.openai_server import OpenAIServer


@dataclass
class Redirecting(OpenAIServer):
    """Redirects from paths in `moved`, and has a picture at every other path in `files`, by its whole path."""

    moved: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        super().__init__()

    def good(self, exchange: Exchange) -> Answer:
        if exchange.path in self.moved:
            return Answer(302, b"", "text/plain", {"location": self.moved[exchange.path]})
        found = self.files.get(exchange.path)
        return Answer(404, b"not here", "text/plain") if found is None else Answer(200, found, "image/png")


@sampled("seed", range(10), quick=1)
def test_an_address_of_the_own_host_is_found_in_every_form(seed: int) -> None:
    """Absolute, relative, without a scheme, by another name of this machine, at another port, redirected: the picture
    comes, without a key, and nobody else is asked."""
    draw = random.Random(seed)
    with Redirecting() as server, Redirecting() as beside:
        for number in range(60):
            at = draw.choice([server, beside])
            path = draw.choice(["/a.png", "/v1/a.png", "/v1/images/a.png", "/deep/er/a%20b.png", "/a.png?x=1&y=/v1"])
            content = f"{seed} {number}".encode()
            at.files, at.moved, port = {path: content}, {}, httpx2.URL(at.root).port
            host = draw.choice(["127.0.0.1", "localhost", "LOCALHOST", "0.0.0.0", "127.0.0.1."])
            forms = [f"http://{host}:{port}{path}", f" http://{host}:{port}{path}\n", f"{host}:{port}{path}"]
            if host != "127.0.0.1.":
                forms.append(f"//{host}:{port}{path}")
            if at is server:
                forms += [path, path[1:]] if path.startswith("/v1") else [path]
                forms += ["a.png"] if path in ("/a.png", "/v1/a.png", "/v1/images/a.png") else []
            url = draw.choice(forms)
            if url.strip().startswith(("http", "/")):
                for hop in range(draw.choice([0, 0, 1, 2, REDIRECTS])):
                    server.moved[f"/hop{hop}"] = url.strip()
                    url = draw.choice([f"/hop{hop}", f"{server.root}/hop{hop}"])
            server.exchanges.clear()
            assert fetch("acme", url, server.url) == content, (url, server.moved)
            assert not any("authorization" in map(str.lower, each.headers) for each in server.exchanges)


@sampled("seed", range(10), quick=1)
def test_no_other_host_is_taken_for_the_own_one(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the form: only the account's host, and near it only names that lead to its address."""
    known = {
        "box.lan": "192.168.1.5",
        "other.lan": "192.168.1.6",
        "painter": "192.168.1.5",
        "evil.example": "192.168.1.5",
    }

    def resolve(host: str, port: int | None, **options: object) -> list[tuple[object, ...]]:
        if host not in known:
            raise OSError(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (known[host], 0))]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    draw = random.Random(seed)
    own = {"box.lan", "painter", "192.168.1.5", "localhost", "127.0.0.1", "0.0.0.0", "[::1]"}
    others = {
        "other.lan",
        "unknown.lan",
        "evil.example",
        "8.8.8.8",
        "169.254.169.254",
        "192.168.1.6",
        "box.lan.example",
    }
    for _ in range(300):
        home = httpx2.URL(draw.choice(["http://box.lan:9/v1", "http://192.168.1.5:9", "http://painter/v1/"]))
        host = draw.choice(sorted(own | others))
        login = draw.choice(["", "", "box.lan@", "u:p@"])
        url = httpx2.URL(f"http://{login}{host}{draw.choice(['', ':9', ':1', ':65535'])}/a.png")
        place = own_address(url, home)
        assert (place is not None) == (host in own), (url, home)
        if place is not None:
            assert known.get(place.host, place.host) == "192.168.1.5", (url, home, place)
            assert place.port == url.port


@pytest.mark.parametrize(
    ("url", "home", "place"),
    [
        ("https://api.example/a", "https://api.example/v1", "https://api.example/a"),
        ("http://api.example/a", "https://api.example/v1", "https://api.example/a"),
        ("http://api.example/a", "https://api.example:8443/v1", "https://api.example:8443/a"),
        ("http://api.example:8080/a", "https://api.example/v1", None),
        ("http://localhost/a", "https://api.example/v1", None),
        ("http://127.0.0.1/a", "https://api.example/v1", None),
        ("http://10.0.0.1/a", "https://api.example/v1", None),
        ("http://api.example:8080/a", "http://api.example/v1", "http://api.example:8080/a"),
        ("ftp://127.0.0.1/a", "http://127.0.0.1/v1", None),
    ],
)
def test_a_public_host_is_only_itself(url: str, home: str, place: str | None) -> None:
    """Of a host in the internet no other port is its own, unless even its base URL is http; its http is its https."""
    found = own_address(httpx2.URL(url), httpx2.URL(home))
    assert (str(found) if found else None) == place


def test_a_redirect_leads_nowhere_else() -> None:
    """Neither to another host by http, nor round and round, nor to a file."""
    with Redirecting() as server:
        for target in ("http://10.0.0.7/a.png", "file:///etc/passwd", "gopher://x/", "/round"):
            server.moved = {"/round": target}
            with pytest.raises(VendorError) as failed:
                fetch("acme", "/round", server.url)
            assert failed.value.fault == "bad answer"
        assert len(server.exchanges) == 3 + REDIRECTS + 1


def test_what_is_no_address_means_none() -> None:
    """An empty text, or spaces, is no address."""
    assert meant(" ", httpx2.URL("http://127.0.0.1/v1")) == meant("", httpx2.URL("http://127.0.0.1/v1")) == ()


@sampled("seed", range(10), quick=1)
def test_base64_is_read_as_servers_write_it(seed: int) -> None:
    """Both alphabets, with padding or not, in lines or in one, as text or bytes: the same bytes come out."""
    draw = random.Random(seed)
    for _ in range(300):
        content = draw.randbytes(draw.choice([0, 1, 2, 3, 57, 58, draw.randrange(3_000)]))
        text = draw.choice([base64.b64encode, base64.urlsafe_b64encode])(content)
        text = text.rstrip(b"=") if draw.random() < 0.5 else text
        wide = draw.choice([0, 0, 64, 76])
        if wide:
            end = draw.choice([b"\n", b"\r\n", b" "])
            text = end.join(text[at : at + wide] for at in range(0, len(text), wide)) + draw.choice([b"", end])
        assert from_base64("acme", draw.choice([text, text.decode()]), 3_000 + len(text)) == content
        url = f"data:image/png;base64,{text.decode()}"
        assert fetch("acme", url, "") == content
