"""Secrets from files: a program gets their text in its environment, and does not start without one."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from flows.server.secret_files import BYTES, with_secrets
from studio.errors import BadInput

TELL = "import json, os; print(json.dumps(dict(os.environ)))"


def test_a_program_gets_the_text_and_not_the_files_name(tmp_path: Path) -> None:
    """The variable is the file's text without the line break that editors add; the others stay as they are."""
    (tmp_path / "key").write_text('s3cret "word"\n')
    done = subprocess.run(
        [sys.executable, "-P", "-m", "flows.server.secret_files", sys.executable, "-c", TELL],
        env={**os.environ, "FILM_SECRET_AWS_KEY": str(tmp_path / "key"), "OTHER": "stays"},
        capture_output=True,
        text=True,
        timeout=60,
    )
    told = json.loads(done.stdout)
    assert told["AWS_KEY"] == 's3cret "word"'
    assert told["OTHER"] == "stays"
    assert "FILM_SECRET_AWS_KEY" not in told


def test_a_link_is_followed(tmp_path: Path) -> None:
    """Kubernetes mounts a secret as a link to a file beside it."""
    (tmp_path / "data").write_text("word")
    (tmp_path / "key").symlink_to("data")
    assert with_secrets({"FILM_SECRET_KEY": str(tmp_path / "key")}) == {"KEY": "word"}


@pytest.mark.parametrize("content", [None, b"", b" \n", b"\xff\xfe", b"x" * (BYTES + 1)])
def test_a_secret_that_is_not_there_is_told(tmp_path: Path, content: bytes | None) -> None:
    """Missing, empty, no text or endless: one line names the secret and its file, and tells nothing of its text."""
    path = tmp_path / "key"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(BadInput, match="the secret KEY") as error:
        with_secrets({"FILM_SECRET_KEY": str(path)})
    assert str(path) in str(error.value)
    assert "xx" not in str(error.value)


@pytest.mark.parametrize("words", [[], ["no-such-program"], [sys.executable, "-c", "raise SystemExit(7)"]])
def test_what_cannot_be_started_is_told(tmp_path: Path, words: list[str]) -> None:
    """Without a program, or with one that is not there: exit 2 and one line; a program's own exit code is kept."""
    done = subprocess.run(
        [sys.executable, "-P", "-m", "flows.server.secret_files", *words], capture_output=True, text=True, timeout=60
    )
    assert (done.returncode, len(done.stderr.splitlines())) == ((7, 0) if len(words) == 3 else (2, 1))
