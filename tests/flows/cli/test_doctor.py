"""Laws of `film doctor`: every check can fail, says what to do, ends in time, pays nothing and tells no secret."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from pydantic import SecretStr

from blocks.crew import FilmCrew, crew_named
from blocks.offline.crew import offline_crew
from blocks.openai_api.offers import forget_lists
from blocks.stability_api.account import StabilityAccount
from flows.cli.doctor import crew_checks, engine_checks, pinned, vendor_checks
from flows.cli.film import app
from studio.checks import machine
from studio.checks.machine import machine_checks
from studio.lettering import font_packages
from studio.model.brief import FilmOptions
from studio.model.check import Check

KEY = "sk-doctor-0123456789abcdef"
TODAY = date(2026, 11, 22)


class Vendor:
    """A server of both protocols on loopback: what it answers, and what was asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.status, self.credits = 200, 500.0
        self.models: list[dict[str, Any]] = [
            {"id": name} for name in ("gpt-5.4-mini", "gpt-image-2", "gpt-4o-mini-tts")
        ]
        self.url = ""


@pytest.fixture
def vendor(monkeypatch: pytest.MonkeyPatch) -> Iterator[Vendor]:
    state = Vendor()
    forget_lists()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            state.asked.append(f"GET {self.path}")
            known = self.headers.get("authorization") == f"Bearer {KEY}"
            status = (404 if "voices" in self.path else state.status) if known else 401
            value: dict[str, Any] = {"error": {"message": f"Incorrect API key: {KEY}", "code": "invalid_api_key"}}
            if status == 200:
                models = {"object": "list", "data": [{"object": "model", **each} for each in state.models]}
                value = {"credits": state.credits} if "balance" in self.path else models
            content = json.dumps(value).encode()
            self.send_response(status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def do_POST(self) -> None:
            state.asked.append(f"POST {self.path}")
            self.send_error(500)

        def log_message(self, *_: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    state.url = f"http://127.0.0.1:{server.server_address[1]}"
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    monkeypatch.setenv("OPENAI_BASE_URL", f"{state.url}/v1")
    monkeypatch.setenv("STABILITY_API_KEY", KEY)
    monkeypatch.setenv("STABILITY_API_URL", state.url)
    yield state
    server.shutdown()
    server.server_close()
    thread.join()


def by_name(checks: list[Check]) -> dict[str, Check]:
    return {check.name: check for check in checks}


def test_what_the_crew_can_do_is_told(vendor: Vendor, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of each of the crew in a line; a negative prompt that nobody heeds is a warning, with what to do."""
    told = by_name(crew_checks(FilmOptions(crew="openai")))
    assert told["painter"].found.startswith("gpt-image-2 medium: any size up to 1536 pixels a side; no seed")
    assert {told[who].verdict for who in ("writer", "painter", "narrator")} == {"ok"}
    assert "negative prompt" not in told
    assert by_name(crew_checks(FilmOptions()))["narrator"].found == "hibari heart: speaks en; a seed"
    unheard = FilmCrew(painter="openai", negative_prompt="text").as_crew("mine")
    monkeypatch.setattr("flows.cli.doctor.load_crew", lambda name: unheard)
    warned = by_name(crew_checks(FilmOptions(crew="mine")))["negative prompt"]
    assert (warned.verdict, bool(warned.remedy)) == ("warning", True)


# --- vendors --------------------------------------------------------------------------------------


def test_a_key_that_is_accepted_and_models_that_are_there(vendor: Vendor) -> None:
    """One free request tells of the key and of each model that the crew takes; besides only voices are asked about."""
    checks = vendor_checks(crew_named("openai"), TODAY)
    assert [check.verdict for check in checks] == ["ok"] * 4
    assert vendor.asked == ["GET /v1/models", "GET /v1/audio/voices", "GET /v1/voices"]


@pytest.mark.parametrize(
    ("told", "verdict", "found"),
    [
        ("2026-12-01", "warning", "in 9 days"),
        ("2026-11-01", "warning", "was 2026-11-01"),
        ("2027-12-01", "ok", "2027-12-01"),
        (1796083200, "warning", "2026-12-0"),
        ("soon", "ok", "there"),
    ],
)
def test_a_models_last_day(vendor: Vendor, told: object, verdict: str, found: str) -> None:
    """A published last day that is past, or within 90 days, is a warning; one that does not read is none."""
    vendor.models[1]["shutdown_date"] = told
    check = by_name(vendor_checks(crew_named("openai"), TODAY))["model gpt-image-2"]
    assert check.verdict == verdict
    assert found in check.found


def test_a_model_that_is_not_there(vendor: Vendor) -> None:
    """A crew whose model the account has not cannot work."""
    del vendor.models[1]
    assert by_name(vendor_checks(crew_named("openai"), TODAY))["model gpt-image-2"].verdict == "wrong"


def test_a_model_that_is_listed_with_its_tag(vendor: Vendor, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ollama lists 'name:latest' for what may be called by its name alone."""
    vendor.models[1]["id"] = "gpt-image-2:latest"
    assert by_name(vendor_checks(crew_named("openai"), TODAY))["model gpt-image-2"].verdict == "ok"


def test_a_grpc_hosts_key_goes_nowhere_else(vendor: Vendor) -> None:
    """Balances are told by the REST service: one that is not the gRPC host's own is not shown its key."""
    account = StabilityAccount(api_key=SecretStr(KEY), rest_url=vendor.url, grpc_host="127.0.0.1:50051")
    crew = FilmCrew(painter="stability-grpc", stability=account).as_crew("mine")
    (check,) = vendor_checks(crew, TODAY)
    assert (check.name, check.verdict) == ("key 127.0.0.1:50051", "warning")
    assert vendor.asked == []


@pytest.mark.parametrize("name", ["openai", "stability"])
def test_a_key_that_is_refused(vendor: Vendor, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """It is wrong, says what to do, and names no key, though the vendor's answer does."""
    monkeypatch.setenv(f"{name.upper()}_API_KEY", "sk-another-0123456789")
    (check,) = vendor_checks(crew_named(name), TODAY)
    assert check.verdict == "wrong"
    assert "key" in check.found
    assert "sk-" not in check.found + check.remedy
    assert len(vendor.asked) == 1


@pytest.mark.parametrize(("credits", "verdict"), [(500.0, "ok"), (20.0, "warning"), (0.0, "wrong")])
def test_a_balance(vendor: Vendor, credits: float, verdict: str) -> None:
    """What is left at the account, in dollars; nothing is wrong, little is a warning."""
    vendor.credits = credits
    checks = by_name(vendor_checks(crew_named("stability"), TODAY))
    host = vendor.url.removeprefix("http://")
    assert (checks[f"balance {host}"].verdict, checks[f"key {host}"].verdict) == (verdict, "ok")
    assert checks[f"balance {host}"].found == f"${credits / 100:.2f}"
    assert vendor.asked == ["GET /v1/user/balance"]


def test_a_vendor_that_does_not_answer(vendor: Vendor, monkeypatch: pytest.MonkeyPatch) -> None:
    """A refused connection is wrong, not a traceback."""
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:9/v1")
    (check,) = vendor_checks(crew_named("openai"), TODAY)
    assert (check.verdict, check.remedy != "") == ("wrong", True)


def test_the_offline_crew_asks_nobody(vendor: Vendor) -> None:
    """No vendor, no request."""
    assert (vendor_checks(crew_named("offline"), TODAY), vendor.asked) == ([], [])


# --- this machine ---------------------------------------------------------------------------------


def test_a_sound_machine(tmp_path: Path) -> None:
    """Here everything is tried and nothing is wrong; nothing is left behind."""
    checks = by_name(machine_checks(tmp_path, offline_crew().narrator))
    assert set(checks) == {"fonts", "shaping", "encoder", "voice", "disk", "temp"}
    assert not [check for check in checks.values() if check.verdict == "wrong"]
    assert not [*tmp_path.iterdir()]


def _no_font(text: str) -> Path:
    raise OSError("cannot open resource")


def test_what_is_broken_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A font that does not open, no shaper, an encoder or a voice that fails, a full disk: each has its line."""

    def fails(*_: object, **__: object) -> None:
        raise RuntimeError("broken\nin two lines")

    monkeypatch.setattr(machine, "font_file", _no_font)
    monkeypatch.setattr(machine, "can_shape", lambda: False)
    monkeypatch.setattr("studio.video.encoder.encode", fails)
    monkeypatch.setattr("blocks.offline.voice.narrator.OfflineNarrator.speak", fails)
    monkeypatch.setattr(machine, "FEW_BYTES", 1 << 62)
    checks = by_name(machine_checks(tmp_path, offline_crew().narrator))
    assert {name: check.verdict for name, check in checks.items()} == {
        "fonts": "wrong",
        "shaping": "warning",
        "encoder": "wrong",
        "voice": "wrong",
        "disk": "warning",
        "temp": "warning",
    }
    assert checks["encoder"].found == "RuntimeError: broken"
    assert all(check.remedy for check in checks.values())
    monkeypatch.setattr(machine, "NO_BYTES", 1 << 62)
    assert by_name(machine_checks(tmp_path, offline_crew().narrator))["disk"].verdict == "wrong"


@pytest.mark.parametrize(
    ("free", "verdict", "shown"),
    [
        (2_100_000_000, "ok", "2.1 GB free"),
        (2_000_000_000, "ok", "2.0 GB free"),
        (1_999_999_999, "warning", "1.9 GB free"),
        (300_000_000, "warning", "0.3 GB free"),
        (299_999_999, "wrong", "0.2 GB free"),
    ],
)
def test_the_verdict_on_space_agrees_with_what_is_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, free: int, verdict: str, shown: str
) -> None:
    """The limits are 2 GB and 0.3 GB in the unit that is shown; just below one, no number that reaches it is shown."""
    monkeypatch.setattr("shutil.disk_usage", lambda _: SimpleNamespace(free=free))
    check = machine._room("disk", tmp_path, "it can be written")
    assert (check.verdict, check.found) == (verdict, f"it can be written, {shown}")


def test_scripts_without_a_font_are_told_with_their_extra(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Scripts that an extra brings and no font here draws are named, with how to get them; that is no fault."""
    monkeypatch.setattr(font_packages, "drawable", lambda text: ("", (text,)) if text == "\u6620" else (text, ()))
    fonts = by_name(machine_checks(tmp_path, offline_crew().narrator))["fonts"]
    assert (fonts.verdict, fonts.remedy) == ("ok", "for those: .venv/bin/python -m pip install -e '.[cjk]'")
    assert fonts.found.endswith("; not drawn: Chinese, Japanese, Korean")
    monkeypatch.setattr(font_packages, "drawable", lambda text: (text, ()))
    fonts = by_name(machine_checks(tmp_path, offline_crew().narrator))["fonts"]
    assert (fonts.remedy, "not drawn" in fonts.found) == ("", False)


def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    """A file where the films are to lie is found before a film is begun."""
    (tmp_path / "output").write_text("a file", "utf-8")
    assert by_name(machine_checks(tmp_path / "output/films", offline_crew().narrator))["disk"].verdict in (
        "ok",
        "wrong",
    )
    assert by_name(machine_checks(tmp_path / "output", offline_crew().narrator))["disk"].verdict == "wrong"


# --- the engine, the command ----------------------------------------------------------------------


def test_the_pinned_engine() -> None:
    """The version is the one that the package asks for."""
    assert pinned(["rich>=13", "prefect==3.8.8"]) == "3.8.8"
    assert pinned(["prefect>=3"]) == ""


def test_a_server_that_is_off(monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that is named and does not answer is wrong; none named is fine."""
    assert [check.verdict for check in engine_checks()] == ["ok", "ok"]
    monkeypatch.setenv("PREFECT_API_URL", "http://127.0.0.1:9/api")
    library, server = engine_checks()
    assert (library.verdict, server.verdict) == ("ok", "wrong")
    assert "prefect server start" in server.found


def test_the_command(
    vendor: Vendor, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A line for each check; exit code 1 where something is wrong, 0 for warnings; a missing key is named."""
    vendor.models[1]["shutdown_date"] = "2020-01-01"
    assert app(["doctor", "--crew", "openai", "--output", str(tmp_path)]) == 0
    out = capsys.readouterr().out
    assert "warning  model gpt-image-2" in out
    assert KEY not in out
    assert app(["doctor", "--crew", "openai", "--output", str(tmp_path), "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert {tuple(check) for check in said} == {("name", "verdict", "found", "remedy")}
    monkeypatch.delenv("STABILITY_API_KEY")
    assert app(["doctor", "--crew", "stability", "--output", str(tmp_path)]) == 1
    assert "STABILITY_API_KEY is not set" in capsys.readouterr().out
    assert [asked for asked in vendor.asked if not asked.startswith("GET")] == []
