"""Play one trial of the layer for two hosts with a mistake in the program: it must be red.

    python -m tests.crash.hosts_mutations NAME

A process of its own, because hosts are forked from it: a process in which the store's client has run may not fork.
Exits 3 where the trial is red, 0 where it is green: without a NAME the same trials are played without a mistake.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from studio.billing import ledger
from studio.object_storage import bucket, ownership, publisher, store_output
from studio.store import folder_store
from tests.crash.hosts import attempt, hosts
from tests.crash.hosts_run import Blow
from tests.crash.hosts_trial import Case
from tests.crash.trial import Trial
from tests.crash.vendor_run import Strike

RED = 3


def _asleep(then: Any, kill: Any = "after publication") -> Case:
    blow = Blow(asleep=True, strike=Strike(kill=kill, at=("images", 2)))
    return Case("asleep", "Stability", blow, then=then, seed="red")


def _killed(kill: Any) -> Case:
    return Case("killed", "Stability", Blow(strike=Strike(kill=kill, at=("images", 2))), seed="red")


def _swap_without_condition() -> None:
    store: Any = bucket.Bucket
    plain = store.swap

    def swap(self: Any, key: str, content: bytes, tag: Any) -> Any:
        if not key.startswith("heads/"):
            # The probe of a store would find it out.
            return plain(self, key, content, tag)
        self.put(key, content)
        return self.get(key).tag

    store.swap = swap


def _prove_nothing() -> None:
    owner: Any = publisher.Publisher
    owner.prove = lambda self: None


def _take_over_with_the_same_epoch() -> None:
    def same(head: Any, **changes: Any) -> Any:
        return replace(head, **{name: value for name, value in changes.items() if name != "epoch"})

    owners: Any = ownership
    owners.replace = same


def _take_over_who_is_alive() -> None:
    owners: Any = ownership
    owners._silent = lambda bucket, session_id, head, found: (head, found)


def _keep_no_answer_for_the_next() -> None:
    kept: Any = folder_store.outputs
    kept.keep_answer = lambda *_: None


def _ask_for_no_answer_that_came_late() -> None:
    book, output, store = ledger.Ledger, store_output.StoreOutput, folder_store.FolderDocuments
    changed: Any = (book, output, store)
    changed[0].found_after_all = lambda self, call: False
    changed[1]._fetch_answers = lambda self, folder, tree: None


def _name_contents_that_were_not_sent() -> None:
    put = bucket.Bucket.put

    def putting(self: Any, key: str, content: Any) -> None:
        if not (key.startswith("blobs/") and isinstance(content, bytes) and content[:4] == b"RIFF"):
            put(self, key, content)

    store: Any = bucket.Bucket
    store.put = putting


def _bring_nothing() -> None:
    copies: Any = store_output.working_copy
    copies.bring = lambda *_: None


MUTATIONS: dict[str, tuple[Callable[[], None], Case]] = {
    "swap without condition": (_swap_without_condition, _asleep("while B works")),
    "prove nothing": (_prove_nothing, _killed("billed")),
    "take over with the same epoch": (_take_over_with_the_same_epoch, _killed("after publication")),
    "keep no answer for the next": (_keep_no_answer_for_the_next, _asleep("after B stopped", "before the request")),
    "ask for no late answer": (_ask_for_no_answer_that_came_late, _asleep("after B stopped", "before the request")),
    "name contents that were not sent": (_name_contents_that_were_not_sent, _killed("after publication")),
    "bring nothing": (_bring_nothing, _killed("after publication")),
}
"""Mistakes, each with a trial that finds it."""


def play(name: str) -> Trial:
    """Play the trial of a mutation, with the mistake."""
    mutate, case = MUTATIONS[name]
    with hosts() as (houses, seen, scratch):
        mutate()
        return attempt(0, case, houses=houses, seen=seen, scratch=Path(scratch))


def play_right() -> list[Trial]:
    """Play the same trials without a mistake."""
    with hosts() as (houses, seen, scratch):
        cases = {case.__repr__(): case for _, case in MUTATIONS.values()}
        return [
            attempt(number, case, houses=houses, seen=seen, scratch=Path(scratch))
            for number, case in enumerate(cases.values())
        ]


if __name__ == "__main__":
    trials = [play(sys.argv[1])] if len(sys.argv) > 1 else play_right()
    for trial in trials:
        print(trial)
    raise SystemExit(RED if any(trial.red for trial in trials) else 0)
