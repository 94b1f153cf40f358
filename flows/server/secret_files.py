"""Start a program with secrets that lie in files, as `docker compose` hands them to its containers.

    python -P -m flows.server.secret_files prefect server start

Every variable `FILM_SECRET_<NAME>` names a file; the program gets the file's text in the variable `<NAME>`. So no
secret stands in compose.yaml, nor in the environment that the container engine shows. Kubernetes needs none of this: it
sets variables from its secrets itself.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path

from studio.errors import BadInput
from studio.fs import safe_open

PREFIX = "FILM_SECRET_"
"""The beginning of the variables that name a file."""
BYTES = 64 * 1024
"""The longest secret: longer than any key or password, and a certificate chain fits."""


def with_secrets(environment: Mapping[str, str]) -> dict[str, str]:
    """Return the environment with each file's text, without the white space at its end, in place of its name.

    Raises:
        BadInput: a file cannot be read, or is empty.
    """
    plain = {name: value for name, value in environment.items() if not name.startswith(PREFIX)}
    named = {name.removeprefix(PREFIX): value for name, value in environment.items() if name.startswith(PREFIX)}
    return plain | {name: _secret(name, Path(path)) for name, path in named.items()}


def _secret(name: str, path: Path) -> str:
    try:
        # A secret is a link where Kubernetes, or Docker's swarm, mounts it.
        text = safe_open.read(path, BYTES, follow=True).decode("utf-8").rstrip()
    except (OSError, ValueError) as error:
        raise BadInput(f"the secret {name} cannot be read from {str(path)!r} ({error}): put it there") from error
    if not text:
        raise BadInput(f"the secret {name} in {str(path)!r} is empty: put it there")
    return text


def main(words: list[str]) -> int:
    """Become the program that `words` call; return 2 if there is none, or a secret is not there."""
    if not words:
        print("which program? python -P -m flows.server.secret_files PROGRAM [ARGUMENT ...]", file=sys.stderr)
        return 2
    try:
        environment = with_secrets(os.environ)
    except BadInput as error:
        print(error, file=sys.stderr)
        return 2
    try:
        os.execvpe(words[0], words, environment)
    except OSError as error:
        print(f"{words[0]!r} cannot be started ({error})", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
