"""Power cuts: the model of the disk, and a sample of the states it gives, rebuilt and resumed."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.crash.machine import Machine
from tests.crash.powercut import logs, recovering, try_state
from tests.crash.powercut_states import some_states, states, unread
from tests.crash.steps import Log, Step
from tests.crash.trial import pooled
from tests.support.sampled import sampled

SAMPLES = (12, 44)
"""How many states are tried by `make test` and by `make test-all`; `make crash-bench` tries them all."""


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> list[Log]:
    return logs(tmp_path_factory.mktemp("logs"))


@sampled("count", SAMPLES)
def test_after_a_power_cut_nothing_is_lost_and_nothing_made_again(
    recorded: list[Log], tmp_path: Path, count: int
) -> None:
    """Whatever a power cut leaves of a film or of an edit, running again ends as the undisturbed run ended."""
    sample = list(some_states(recorded, count, seed=1))
    trials = list(pooled(sample, lambda number, state: try_state(state, tmp_path / str(number)), jobs=2))
    assert len(trials) == count
    if count == max(SAMPLES):
        assert {trial.fault for trial in trials} == {f"power cut, {log.name}" for log in recorded}
    assert not [trial for trial in trials if trial.red]


@pytest.mark.thorough
def test_a_second_power_cut_while_a_session_is_opened_again_costs_nothing(recorded: list[Log], tmp_path: Path) -> None:
    """What is cut off while it cleans up after a cut is cleaned up by the next run."""
    again = list(itertools.islice(recovering(recorded, tmp_path / "again"), 3))
    sample = list(some_states(again, 8, seed=1))
    assert {state.log.on for state in sample} == {log.on for log in again}
    assert not [trial for n, state in enumerate(sample) if (trial := try_state(state, tmp_path / str(n))).red]


def test_every_state_is_enumerated_once(recorded: list[Log]) -> None:
    """Of a cut's states none comes twice, and the states of every step's own cut are among them."""
    log = recorded[0]
    every = list(states(log))
    keys = [(state.disk.folders, state.disk.files, state.records) for state in every]
    assert len(keys) == len(set(keys))
    assert len(every) > len(log.steps)
    assert every[-1].held >= {step.piece for step in log.steps if step.kind == "held"}


def test_bytes_count_of_hidden_files_that_a_staged_receipt_names() -> None:
    """Of a hidden file the bytes are varied only where recovery would read them."""
    piece, other = "sessions/s/.film.mp4.1-2-abc.part", "sessions/s/.film.srt.1-3-abc.part"
    assert unread({piece: b"x", other: b"y", "sessions/s/film.mp4": b"z"}) == {piece, other}
    staged = {"sessions/s/.film.json.next": b'{"path": "film.mp4"}'}
    assert unread({piece: b"x", other: b"y", **staged}) == {other}
    assert unread({"sessions/.s.1-4-abc.part/brief.json": b"x"}) == {"sessions/.s.1-4-abc.part/brief.json"}


def test_every_kind_of_change_is_recorded(recorded: list[Log]) -> None:
    """The recorded runs hold every operation that a session's life holds: links and copies, moves into `takes/`."""
    assert {step.kind for log in recorded for step in log.steps} >= {
        "create",
        "content",
        "fsync",
        "fsync_folder",
        "rename",
        "link",
        "unlink",
        "mkdir",
        "record",
        "begun",
        "held",
    }
    assert any("takes/" in step.target for log in recorded for step in log.steps)


def _after(*steps: Step) -> Machine:
    machine = Machine()
    for step in steps:
        machine.do(step)
    return machine


def _disks(machine: Machine) -> set[frozenset[tuple[str, bytes | None]]]:
    """Return the disks a cut may leave: files with their bytes, folders with None."""
    return {
        frozenset([*((path, None) for path in folders), *((file.path, file.content) for file in lying)])
        for _, folders, lying in machine.disks()
    }


def _only(*entries: tuple[str, bytes | None]) -> frozenset[tuple[str, bytes | None]]:
    return frozenset(entries)


FLUSH = Step("fsync_folder", "")
NEW = (Step("create", "a"), Step("content", "a", content=b"wxyz"))


def test_the_disks_of_a_small_log_are_those_written_out_by_hand() -> None:
    """A file of four bytes that nobody flushed may be missing, empty, half there, zeros, or there."""
    assert _disks(_after(*NEW)) == {
        _only(),
        _only(("a", b"")),
        _only(("a", b"wx")),
        _only(("a", bytes(4))),
        _only(("a", b"wxyz")),
    }


def test_publishing_a_file_leaves_the_old_one_or_the_new_one() -> None:
    """Sealed, renamed, folder not flushed: the old bytes or the new ones, and perhaps the hidden name."""
    old = (Step("create", "f"), Step("content", "f", content=b"old"), Step("fsync", "f"), FLUSH)
    new = (Step("create", ".f"), Step("content", ".f", content=b"new"), Step("fsync", ".f"), Step("rename", ".f", "f"))
    assert _disks(_after(*old, *new)) == {
        _only(("f", b"old")),
        _only(("f", b"old"), (".f", b"new")),
        _only(("f", b"new")),
    }
    assert _disks(_after(*old, *new, FLUSH)) == {_only(("f", b"new"))}


def test_a_flushed_file_may_lack_its_name_and_a_named_one_its_bytes() -> None:
    """fsync of a file makes its bytes durable and not its name; fsync of its folder the name and not the bytes."""
    assert _disks(_after(*NEW, Step("fsync", "a"))) == {_only(), _only(("a", b"wxyz"))}
    assert _only() not in _disks(_after(*NEW, FLUSH))
    assert _only(("a", b"wx")) in _disks(_after(*NEW, FLUSH))


def test_a_folder_that_is_lost_takes_what_is_in_it() -> None:
    """What was flushed inside a folder is gone where the folder's own name was not flushed."""
    inside = (Step("create", "d/a"), Step("fsync", "d/a"), Step("fsync_folder", "d"))
    assert _disks(_after(Step("mkdir", "d"), *inside)) == {_only(), _only(("d", None), ("d/a", b""))}


def test_a_removal_and_a_second_name_are_durable_with_their_folder() -> None:
    """A name that was removed may come back, a second name may be missing, until their folder is flushed."""
    file = (Step("create", "a"), FLUSH, Step("mkdir", "d"), FLUSH)
    linked = (Step("link", "a", "d/b"), Step("unlink", "a"))
    both, kept = _only(("d", None), ("a", b""), ("d/b", b"")), _only(("d", None), ("d/b", b""))
    assert _disks(_after(*file, *linked)) == {both, kept, _only(("d", None), ("a", b"")), _only(("d", None))}
    assert _disks(_after(*file, *linked, Step("fsync_folder", "d"))) == {both, kept}


def test_a_rename_between_folders_is_one_change() -> None:
    """A file that moves between two folders is in one of them, never in both, never in none."""
    file = (Step("mkdir", "d"), Step("create", "a"), FLUSH)
    here, there = _only(("d", None), ("a", b"")), _only(("d", None), ("d/a", b""))
    assert _disks(_after(*file, Step("rename", "a", "d/a"))) == {here, there}
    assert _disks(_after(*file, Step("rename", "a", "d/a"), Step("fsync_folder", "d"))) == {there}


@given(st.lists(st.sampled_from(["create", "content", "fsync", "unlink", "flush"]), max_size=6))
def test_once_all_is_flushed_one_disk_is_possible(kinds: Iterable[str]) -> None:
    """The disk as it is seen now is always among the possible ones, and the only one once everything is flushed."""
    machine, there, size = Machine(), False, 0
    for kind in kinds:
        if kind == "flush":
            machine.do(FLUSH)
        elif kind == "create" and not there:
            machine.do(Step("create", "a"))
            there = True
        elif kind != "create" and there:
            size += 1
            machine.do(Step("content", "a", content=b"x" * size) if kind == "content" else Step(kind, "a"))  # type: ignore[arg-type]  # one of the kinds sampled above
            there = kind != "unlink"
    now = {_only(*(("a", machine.nodes[number].whole) for _, number in machine.now.items()))}
    assert now <= _disks(machine)
    if there:
        machine.do(Step("fsync", "a"))
    machine.do(FLUSH)
    assert _disks(machine) == now
