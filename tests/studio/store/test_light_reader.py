"""The light reading and the full one of a session's files say the same: what a list shows is what a run uses."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from studio.errors import FilmError
from studio.fs import tolerant
from studio.model.receipt import Receipt
from studio.store import light_reader
from studio.store.brief import BRIEF, COPY, read_brief, write_brief
from studio.store.receipts import read_receipt
from tests.support.sessions.make_sessions import make_session

PATH = "images/shot_001.png"
_JUNK = st.sampled_from([None, -1, 10**400, 0.5, "", [], {}])
_Fault = Callable[[bytes], bytes | None]


def _changed(key: str, junk: object) -> _Fault:
    def change(content: bytes) -> bytes:
        value: dict[str, Any] = json.loads(content)
        return json.dumps({**value, key: junk}).encode()

    return change


def _faults(*keys: str) -> st.SearchStrategy[_Fault]:
    """What may have become of a file: nothing, gone, torn, another text, the value of one of these keys changed."""
    return st.one_of(
        st.just(lambda content: content),
        st.just(lambda content: None),
        st.integers(0, 2_000).map(lambda at: lambda content: content[:at]),
        st.sampled_from([b"", b"{}", b"[]", b"null", b"\xff"]).map(lambda other: lambda content: other),
        st.tuples(st.sampled_from(keys), _JUNK).map(lambda pair: _changed(*pair)),
    )


def _suffer(path: Path, fault: _Fault) -> None:
    content = fault(path.read_bytes())
    path.unlink() if content is None else path.write_bytes(content)


@given(st.tuples(_faults("idea", "wish", "seed"), _faults("content", "sha256"), _faults("brief")))
def test_a_brief_reads_alike(faults: tuple[_Fault, _Fault, _Fault]) -> None:
    """Of brief, copy and run card both readings take the same one, whatever has become of the others."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = make_session(Path(scratch), clips=0, film=False)
        brief = read_brief(folder)
        write_brief(folder, brief.model_copy(update={"idea": "from the copy"}))
        card = folder / "runs" / "run.json"
        card.parent.mkdir(exist_ok=True)
        for name, idea in ((BRIEF, "from brief.json"), ("runs/run.json", "from the card")):
            value = brief.model_copy(update={"idea": idea}).model_dump(mode="json")
            (folder / name).write_text(json.dumps(value if name == BRIEF else {"brief": value}), "utf-8")
        for place, fault in zip((BRIEF, COPY, "runs/run.json"), faults, strict=True):
            _suffer(folder / place, fault)
        try:
            full: dict[str, Any] = read_brief(folder).model_dump(mode="json")
        except FilmError:
            return
        with tolerant.entered(folder) as opened:
            assert opened is not None
            light: dict[str, Any] = light_reader.brief_at(opened)
        # An option that is not in the file has its default.
        assert {**full, **light, "wish": {**full["wish"], **light["wish"]}} == full


@given(_faults("path", "bytes", "sha256", "stage", "cost_usd"))
def test_a_receipt_reads_alike(fault: _Fault) -> None:
    """A receipt that the full reading takes, the light one takes with the same values, if the piece has its size."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = make_session(Path(scratch), clips=1, film=False)
        place = (folder / PATH).with_suffix(".json")
        _suffer(place, fault)
        full = read_receipt(place)
        with tolerant.entered(folder) as opened:
            assert opened is not None
            light = light_reader.receipt_at(opened, PATH)
        if full is None:
            return
        fits = full.path == PATH and full.bytes == (folder / PATH).stat().st_size
        assert (light is not None) == fits
        if light is not None:
            assert Receipt.model_validate(light, strict=False) == full
