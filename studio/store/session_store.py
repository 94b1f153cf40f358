"""The protocol of a session's store, through which an open session reaches its files.

`FolderStore` (`studio/store/folder_store.py`) is a folder of this machine: the session itself, or the working copy of
one in object storage, published from there. What a run writes into its session goes through here; reading uses the
paths below `folder`. `docs/architecture.md` says who else writes.
"""

from __future__ import annotations

from collections.abc import Callable, Container
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol

from studio.model.brief import Brief
from studio.model.film import Stage
from studio.model.pieces import Order
from studio.model.receipt import PieceMeasures, Receipt
from studio.store.documents import Documents
from studio.store.piece_state import PieceState
from studio.store.reuse_or_make import Decision


class Pieces(Protocol):
    """The pieces of a session with their receipts. May be used from several threads at once."""

    def decide(self, order: Order) -> Decision:
        """Return what `adopt` would do, and why. Changes nothing.

        Raises:
            BrokenPlan: the plan that is there does not validate.
        """

    def adopt(self, order: Order) -> Receipt | None:
        """Return the receipt of a finished piece for `order`, or None if it has to be made.

        A piece found elsewhere in the session is copied to its place.

        Raises:
            BrokenPlan: as `decide`; the plan is left untouched.
        """

    def look(self, order: Order) -> PieceState:
        """Find out whose piece is at the order's place. Changes nothing."""

    def is_whole(self, receipt: Receipt, path: str) -> bool:
        """Tell whether the piece at `path`, relative to the session, is the one that the receipt proves."""

    def by_hand(self, order: Order) -> Receipt:
        """Return the receipt of a picture that a person put at the order's place. Changes nothing."""

    def can_serve(self, order: Order, record: Receipt) -> bool:
        """Tell whether `record`, a cached result of `order`, may be used: piece and receipt are there, whole."""

    def hidden_path(self, order: Order) -> AbstractContextManager[Path]:
        """Give a hidden path at which to make the piece; whatever is left there afterwards is removed."""

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
        aside: bool = False,
    ) -> Receipt:
        """Publish the finished file at `out` as the order's piece and return its receipt.

        Args:
            aside: keep it among the takes only; what is in the order's place stays there.

        Raises:
            DiskFull, BadInput: it cannot be written; what was there before is still there.
        """

    def adopt_aside(self, order: Order) -> Receipt | None:
        """Return the receipt of the further take that the order wants, wherever it is; None if it has to be made."""

    def has_take(self, stage: Stage, sha256: str) -> bool:
        """Tell whether the session holds a whole piece of a stage with these bytes, in place or among the takes."""

    def keep_given(self, order: Order, out: Path) -> Receipt:
        """Keep the picture at the hidden path `out`, which a person gave, among the takes; return its receipt."""

    def was_made(self, order: Order) -> bool:
        """Tell whether a piece of this stage and fingerprint was published since the session was opened."""

    def retire(self, stage: Stage, wanted: Container[int]) -> None:
        """Move the pieces of a stage to `takes/`, except the `wanted` numbers: their shots have left the plan."""


class SessionStore(Documents, Protocol):
    """Everything that is kept of one session; this process owns it until `release`."""

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
        """Replace the brief: write what the session is asked for from now on."""

    def publish_card(self, flow_run_id: str, content: dict[str, object]) -> None:
        """Write the run's card, `runs/<flow_run_id>.json`, as the session's newest."""

    def release(self) -> None:
        """Release the session.

        Raises:
            StoreDown, SessionLost: what changed last could not be published; it is released all the same.
        """

    def wait_while(self, why_stopped: Callable[[], str]) -> None:
        """Let an object store that does not answer be waited for only while `why_stopped` returns ''."""

    def why_lost(self) -> str:
        """Return why the session is not this process's any more; '' while it is."""
