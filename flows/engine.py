"""Which Prefect engine a command uses, found without importing Prefect (which takes a second or two).

Either a server that is named (PREFECT_API_URL in the environment, or in the active profile), or the one built into
this program's Prefect, which starts by itself.
"""

from __future__ import annotations

import base64
import http
import os
import tomllib
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import dataclass
from pathlib import Path

from studio.errors import BadInput

PATIENCE_SECONDS = 5.0
"""How long a server may take to answer its health check."""


@dataclass(frozen=True)
class Engine:
    """The engine: a server's API address, or None for the built-in one; `said_in` is where the address comes from."""

    url: str | None
    said_in: str = ""

    def line(self) -> str:
        """Return the first line that a command prints."""
        if self.url is None:
            return "engine: built in (no Prefect server is named; set PREFECT_API_URL to use one)"
        return f"engine: Prefect server at {without_secrets(self.url)}"


def without_secrets(url: str) -> str:
    """Return the URL without a user name, password, query or fragment."""
    parts = urllib.parse.urlsplit(url)
    host = parts.netloc.rpartition("@")[2]
    return urllib.parse.urlunsplit((parts.scheme, host, parts.path, "", ""))


def find_engine() -> Engine:
    """Return the engine that Prefect will use, from the environment and the active profile.

    Raises:
        BadInput: the profile file does not read.
    """
    if named := os.environ.get("PREFECT_API_URL", "").strip():
        return Engine(named, "PREFECT_API_URL")
    home = Path(os.environ.get("PREFECT_HOME") or Path.home() / ".prefect")
    path = Path(os.environ.get("PREFECT_PROFILES_PATH") or home / "profiles.toml")
    try:
        profiles = tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return Engine(None)
    except (OSError, ValueError) as error:
        raise BadInput(f"Prefect's profiles {str(path)!r} do not read ({error}): mend or remove the file") from error
    name = os.environ.get("PREFECT_PROFILE") or profiles.get("active")
    chosen = profiles.get("profiles", {}).get(name, {})
    url = chosen.get("PREFECT_API_URL") or chosen.get("api", {}).get("url") if isinstance(chosen, dict) else None
    return Engine(str(url), f"profile {name!r}") if url else Engine(None)


def health_of(url: str) -> urllib.request.Request:
    """Return the request that asks the API at `url` whether it is well; a name and a password in it go into a header.

    urllib would take them for a part of the host, and ask name servers for it.
    """
    parts = urllib.parse.urlsplit(f"{url.rstrip('/')}/health")
    user, _, host = parts.netloc.rpartition("@")
    request = urllib.request.Request(parts._replace(netloc=host).geturl())
    if user:
        secret = base64.b64encode(urllib.parse.unquote(user).encode("utf-8")).decode("ascii")
        request.add_header("Authorization", f"Basic {secret}")
    return request


def check_alive(engine: Engine) -> None:
    """Make sure that a named server answers.

    Raises:
        BadInput: nothing answers at the address, or nothing of Prefect's.
    """
    if engine.url is None:
        return
    try:
        with urllib.request.urlopen(health_of(engine.url), timeout=PATIENCE_SECONDS) as answer:
            healthy = answer.read(64).strip() == b"true"
    except urllib.error.HTTPError as error:
        # Whether it lets us in is said by Prefect itself.
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


def prepare_environment(engine: Engine) -> None:
    """Set Prefect's environment for a command that shows its own progress. Called before Prefect is imported.

    Prefect's console log is kept to what is critical: the run's log still goes to the engine. Nothing phones home.
    What the user has set stays.
    """
    wanted = {
        "PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL": "CRITICAL",
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "DO_NOT_TRACK": "1",
        "PREFECT_CLI_PROMPT": "false",
    }
    if engine.url is None:
        # The built-in engine is on loopback: a proxy of the environment must not be asked for it.
        for name in ("NO_PROXY", "no_proxy"):
            os.environ[name] = ",".join(filter(None, (os.environ.get(name), "127.0.0.1")))
        wanted["PREFECT_SERVER_LOGGING_LEVEL"] = "CRITICAL"
    for name, value in wanted.items():
        os.environ.setdefault(name, value)
