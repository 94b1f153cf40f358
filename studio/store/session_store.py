"""Where a session lies: the one port by which an open session reaches its files.

`FolderStore` (`studio/store/folder_store.py`) is the one implementation, a folder of this machine. Whoever writes into
a session goes through here; reading may go by the paths below `folder`.
"""

from __future__ import annotations

from collections.abc import Container
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol

from studio.model.film import Brief, Stage
from studio.model.receipt import PieceMeasures, Receipt
from studio.model.stages import Order
from studio.store.decisions import Decision
from studio.store.documents import Documents


class Pieces(Protocol):
    """The pieces of a session with their receipts. May be used from several threads at once."""

    def decide(self, order: Order) -> Decision:
        """Return what `adopt` would do, and why. Changes nothing.

        Raises:
            BrokenPlan: a plan lies there that does not validate.
        """

    def adopt(self, order: Order) -> Receipt | None:
        """Return the receipt of a valid piece for `order`, put at its place if it lay elsewhere; None to make it.

        Raises:
            BrokenPlan: as `decide`; the plan is left untouched.
        """

    def holds(self, order: Order, record: Receipt) -> bool:
        """Tell whether `record`, a cached result of `order`, may be served: the piece and its receipt are there."""

    def fresh(self, order: Order) -> AbstractContextManager[Path]:
        """Lend a hidden path to make the piece at; nothing is left there afterwards unless it was published."""

    def publish(
        self,
        order: Order,
        out: Path,
        made: PieceMeasures,
        engine: str,
        model: str,
        *,
        seed: int | None = None,
        prompt: str | None = None,
        attempts: int = 1,
        cost_usd: float = 0.0,
        made_at: str = "",
        seconds_taken: float = 0.0,
        also: tuple[tuple[str, bytes], ...] = (),
    ) -> Receipt:
        """Publish the finished file at `out` as the order's piece, with its receipt, and return that."""

    def was_made(self, order: Order) -> bool:
        """Tell whether a piece made from the same was published since the session was opened."""

    def retire(self, stage: Stage, wanted: Container[int]) -> None:
        """Move the pieces of a stage but the `wanted` to `takes/`: their shots were taken out of the plan."""


class SessionStore(Documents, Protocol):
    """All that lasts of one session, owned by this process until `release`."""

    @property
    def id(self) -> str:
        """The session's id: 'session_20250208_002238'."""

    @property
    def brief(self) -> Brief:
        """What the session is asked for."""

    @property
    def pieces(self) -> Pieces:
        """Its pieces."""

    def change_brief(self, brief: Brief) -> None:
        """Publish what the session is asked for from now on."""

    def publish_card(self, flow_run_id: str, content: dict[str, object]) -> None:
        """Publish who runs the session, as its newest card: `runs/<flow_run_id>.json`."""

    def release(self) -> None:
        """Give the session back."""
