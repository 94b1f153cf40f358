"""Run the `sessions` command in this process, on sessions of every kind."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from studio.cli.sessions import main
from tests.support.sessions.make_sessions import brief, make_foreign, make_session

ID = "session_20250208_002238"

HOSTILE = (
    "[bold]a[/bold] [link=file:///etc]b[/link] :smile:\n\x1b[31mred\x1b[0m \u202eevil\u202c 灯台守の物語 👩\u200d🚀"
)

SHOWN = "[bold]a[/bold] [link=file:///etc]b[/link] :smile: \ufffd[31mred\ufffd[0m evil 灯台守の物語 👩\u200d🚀"


def run(capsys: pytest.CaptureFixture[str], *argv: str) -> tuple[int, str, str]:
    """Run the command and return (exit code, standard output, standard error)."""
    with pytest.raises(SystemExit) as left:
        main(list(argv))
    out, err = capsys.readouterr()
    assert isinstance(left.value.code, int)
    return left.value.code, out, err


def a_few(output: Path) -> Path:
    """Write five sessions, one of each kind, and return the folder that holds them."""
    root = output / "sessions"
    make_session(root, "session_20250208_002238", shots=3)
    make_session(
        root, "session_20250208_002239", 3, images=2, clips=1, film=False, asked=brief(HOSTILE), prompt=HOSTILE
    )
    failed = make_session(root, "session_20250208_002240", shots=0, film=False)
    (failed / "failure.json").write_text(json.dumps({"message": "the painter said no", "at": "2025-02-08T01:02:03"}))
    make_foreign(root, "session_20240101_120000", done=True)
    make_foreign(root, "session_20240101_120001", older=True)
    return root
