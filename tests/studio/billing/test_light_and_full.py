"""The light reading of calls, for lists, and the full one, for the ledger, tell the same of any folder."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from studio.billing.calls import FOLDER, Call, answer_bytes, read_calls, spent_usd
from studio.billing.totals import read_spent
from studio.fs import tolerant
from studio.model.film import STAGES
from studio.model.paid import Reply

MONEY = st.none() | st.floats(0, 100, allow_nan=False).map(lambda usd: round(usd, 6))
FAULTS = st.sampled_from(("none", "none", "cut off", "zeros", "empty", "gone", "copied"))
CALLS = st.builds(
    Call,
    stage=st.sampled_from(STAGES),
    index=st.integers(0, 3),
    fingerprint=st.sampled_from(("a" * 64, "b" * 64)),
    attempt=st.integers(1, 2),
    run_id=st.just("run"),
    vendor=st.just("openai"),
    account=st.just("one"),
    model=st.just("gpt"),
    kind=st.sampled_from(("text", "image", "speech")),
    digest=st.just("d" * 64),
    state=st.sampled_from(("intent", "done", "failed", "refused", "bad answer", "ambiguous")),
    begun_at=st.just("2026-01-01T00:00:00"),
    most_usd=MONEY,
    cost_usd=MONEY,
    usage=st.sampled_from(({}, {"text in": 3.0})),
    sent=st.booleans(),
)


def _write(folder: Path, call: Call, fault: str, answered: bool) -> None:
    """Write a call as the ledger does, and do to its own file what a fault does."""
    path = folder / call.path
    content = json.dumps(call.model_dump(mode="json", exclude_defaults=True)).encode()
    if answered:
        (folder / call.answer_path).write_bytes(answer_bytes(Reply(b"bytes"), call))
    match fault:
        case "none":
            path.write_bytes(content)
        case "cut off":
            path.write_bytes(content[: len(content) // 2])
        case "zeros":
            path.write_bytes(bytes(len(content)))
        case "empty":
            path.write_bytes(b"")
        case "copied":
            path.write_bytes(content)
            path.with_name(f"{path.stem}9.json").write_bytes(content)


@given(
    st.lists(
        st.tuples(
            CALLS, st.sampled_from(("none", "none", "cut off", "zeros", "empty", "gone", "copied")), st.booleans()
        )
    )
)
def test_both_readings_count_the_same_money(written: list[tuple[Call, str, bool]]) -> None:
    """As many calls, as many dollars, as many of unknown price, whatever a fault left of their files."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / FOLDER).mkdir()
        for each in written:
            _write(folder, *each)
        calls = read_calls(folder)
        usd, unknown = spent_usd(calls)
        with tolerant.entered(folder) as opened:
            assert opened is not None
            light: Any = read_spent(opened)
        assert (light.all.calls, light.all.unknown) == (len(calls), unknown)
        assert abs(light.all.usd - usd) < 1e-6
