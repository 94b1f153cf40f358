"""Find out which Prefect engine a command uses, without importing Prefect (which takes a second or two).

It is either a configured server (PREFECT_API_URL in the environment, or in the active profile), or the one built into
this program's Prefect, which starts by itself.
"""

from __future__ import annotations

import base64
import http
import ipaddress
import os
import socket
import tomllib
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from studio.errors import BadInput
from studio.fs import safe_open

PATIENCE_SECONDS = 5.0
"""How long a server may take to answer its health check."""


@dataclass(frozen=True)
class PrefectEngine:
    """A Prefect engine: a server, or the built-in one.

    Attributes:
        url: the address of the server's API; None for the built-in engine.
        said_in: where that address comes from: a variable, a profile, an option.
    """

    url: str | None
    said_in: str = ""

    def line(self) -> str:
        """Return the line about the engine that a command prints first."""
        if self.url is None:
            return "engine: built in (no Prefect server is named; set PREFECT_API_URL to use one)"
        return f"engine: Prefect server at {without_secrets(self.url)}"


def without_secrets(url: str) -> str:
    """Return the URL without a user name, password, query or fragment."""
    parts = urllib.parse.urlsplit(url)
    host = parts.netloc.rpartition("@")[2]
    return urllib.parse.urlunsplit((parts.scheme, host, parts.path, "", ""))


def find_engine() -> PrefectEngine:
    """Return the engine that Prefect will use, from the environment and the active profile.

    Raises:
        BadInput: the profile file cannot be read.
    """
    if named := os.environ.get("PREFECT_API_URL", "").strip():
        return PrefectEngine(named, "PREFECT_API_URL")
    name, chosen = _profile()
    url = _setting(chosen, "url")
    return PrefectEngine(url, f"profile {name!r}") if url else PrefectEngine(None)


def _profile() -> tuple[str, dict[str, Any]]:
    """Return the name of Prefect's active profile and its settings; empty ones if there is none.

    Raises:
        BadInput: the profile file cannot be read.
    """
    home = Path(os.environ.get("PREFECT_HOME") or Path.home() / ".prefect")
    path = Path(os.environ.get("PREFECT_PROFILES_PATH") or home / "profiles.toml")
    try:
        profiles = tomllib.loads(safe_open.read(path, safe_open.TEXT_BYTES, follow=True).decode("utf-8"))
    except FileNotFoundError:
        return "", {}
    except (OSError, ValueError, RecursionError) as error:
        raise BadInput(f"Prefect's profiles {str(path)!r} cannot be read ({error}): mend or remove the file") from error
    name = str(os.environ.get("PREFECT_PROFILE") or profiles.get("active"))
    known = profiles.get("profiles")
    chosen = known.get(name) if isinstance(known, dict) else None
    return name, chosen if isinstance(chosen, dict) else {}


def _setting(profile: dict[str, Any], name: str) -> str:
    """Return a setting of Prefect's API in a profile, which has two forms; '' if it is not set."""
    api = profile.get("api")
    return str(profile.get(f"PREFECT_API_{name.upper()}") or (api.get(name) if isinstance(api, dict) else "") or "")


def health_of(url: str) -> urllib.request.Request:
    """Return the request for the health of the API at `url`; a name and a password in the URL go into a header.

    urllib would take them for a part of the host, and ask name servers for it.
    """
    return _asking(url, "health")


def _asking(url: str, what: str, authorization: str = "") -> urllib.request.Request:
    parts = urllib.parse.urlsplit(f"{url.rstrip('/')}/{what}")
    user, _, host = parts.netloc.rpartition("@")
    request = urllib.request.Request(parts._replace(netloc=host).geturl())
    if user and not authorization:
        authorization = _basic(urllib.parse.unquote(user))
    if authorization:
        request.add_header("Authorization", authorization)
    return request


def _basic(secret: str) -> str:
    return f"Basic {base64.b64encode(secret.encode('utf-8')).decode('ascii')}"


def check_alive(engine: PrefectEngine) -> None:
    """Make sure that a configured server answers and lets us in; do nothing for the built-in engine.

    Raises:
        BadInput: nothing answers at the address, what answers is not Prefect, or it wants another password.
    """
    if engine.url is None:
        return
    try:
        with urllib.request.urlopen(health_of(engine.url), timeout=PATIENCE_SECONDS) as answer:
            healthy = answer.read(64).strip() == b"true"
    except urllib.error.HTTPError as error:
        healthy = error.code != http.HTTPStatus.NOT_FOUND
    except (OSError, ValueError) as error:
        reason = getattr(error, "reason", error)
        raise BadInput(
            f"no Prefect server answers at {without_secrets(engine.url)} ({engine.said_in}; {reason}): "
            "start it with `prefect server start`, or unset it to use the built-in engine"
        ) from error
    if not healthy:
        raise BadInput(
            f"what answers at {without_secrets(engine.url)} ({engine.said_in}) is no Prefect server: an API address "
            "ends with /api; mend it, or unset it to use the built-in engine"
        )
    _check_admitted(engine.url)


def _check_admitted(url: str) -> None:
    """Make sure that the server lets us in, which its health, open to everybody, does not show.

    Raises:
        BadInput: it asks for a password, and none is set, or the one that is set is wrong.
    """
    if not _refused(url):
        return
    profile = {} if os.environ.get("PREFECT_API_AUTH_STRING") else _profile()[1]
    password = os.environ.get("PREFECT_API_AUTH_STRING") or _setting(profile, "auth_string")
    key = os.environ.get("PREFECT_API_KEY") or _setting(profile, "key")
    given = _basic(password) if password else f"Bearer {key}" if key else ""
    if given and not _refused(url, given):
        return
    if not given and any(Path(name).is_file() for name in (".env", "prefect.toml")):
        # Prefect reads these, too, and may find the password there.
        return
    shown, name = without_secrets(url), "PREFECT_API_KEY" if key and not password else "PREFECT_API_AUTH_STRING"
    right = f"set {name} to what the server was started with (PREFECT_SERVER_API_AUTH_STRING)"
    if name == "PREFECT_API_KEY":
        right = "set PREFECT_API_KEY to one that is valid there"
    said = f"does not take {name}" if given else "asks for a password"
    raise BadInput(f"the Prefect server at {shown} {said}: {right}")


def _refused(url: str, authorization: str = "") -> bool:
    try:
        with urllib.request.urlopen(_asking(url, "admin/version", authorization), timeout=PATIENCE_SECONDS):
            return False
    except urllib.error.HTTPError as error:
        return error.code in (http.HTTPStatus.UNAUTHORIZED, http.HTTPStatus.FORBIDDEN)
    except (OSError, ValueError):
        # It answered a moment ago; the next use of it reports what is wrong.
        return False


def is_this_machine(url: str) -> bool:
    """Tell whether the host of a URL is this machine: loopback, one of its own addresses, or a name for one of them."""
    host = urllib.parse.urlsplit(url).hostname or ""
    try:
        found = {each[4][0] for each in socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)}
    except (OSError, UnicodeError):
        return host.lower() == socket.gethostname().lower()
    return bool(found) and all(_is_own(str(address)) for address in found)


def _is_own(address: str) -> bool:
    """Tell whether this machine has the IP address, by trying to bind to it."""
    bare = address.partition("%")[0]
    if ipaddress.ip_address(bare).is_loopback:
        return True
    family = socket.AF_INET6 if ":" in bare else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as door:
        try:
            door.bind((bare, 0))
        except OSError:
            return False
    return True


def prepare_environment(engine: PrefectEngine) -> None:
    """Set Prefect's environment for a command that shows its own progress. Called before Prefect is imported.

    Prefect's console log is limited to critical lines; a run's log still goes to the engine. Telemetry is turned off.
    Variables that the user has set keep their values.
    """
    wanted = {
        "PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL": "CRITICAL",
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "DO_NOT_TRACK": "1",
        "PREFECT_CLI_PROMPT": "false",
    }
    if engine.url is None:
        # The built-in engine is on loopback.
        keep_from_proxies("127.0.0.1")
        wanted["PREFECT_SERVER_LOGGING_LEVEL"] = "CRITICAL"
    for name, value in wanted.items():
        os.environ.setdefault(name, value)


def keep_from_proxies(*hosts: str) -> None:
    """Exempt these hosts from the proxies that the environment names."""
    for name in ("NO_PROXY", "no_proxy"):
        os.environ[name] = ",".join(filter(None, (os.environ.get(name), *hosts)))
