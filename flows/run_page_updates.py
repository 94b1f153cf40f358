"""Keep the artifacts on a run's page in Prefect up to date while it works: each is created once and changed in place.

A thread of its own looks and posts; the run never waits for it and never fails because of it. A new version for every
look would be kept for ever, and be a card of its own on the run's page. The contents are passed in as a callable.
"""

from __future__ import annotations

import contextlib
import contextvars
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from uuid import UUID

from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.actions import ArtifactCreate, ArtifactUpdate
from prefect.client.schemas.filters import ArtifactFilter, ArtifactFilterFlowRunId
from prefect.exceptions import TerminationSignal
from prefect.logging import get_run_logger
from prefect.settings import PREFECT_FLOWS_HEARTBEAT_FREQUENCY

from flows.runs.clients import client_without_retries

REST_SECONDS, LONGEST_REST_SECONDS, REST_SHARE = 2.0, 30.0, 20.0
"""After each look the page rests 20 times as long as it took, 2 to 30 s: so it uses 5 % of a core at most."""
PATIENCE_SECONDS = 5.0
"""How long the server may take to answer."""
END_SECONDS, LEAVING_SECONDS = 3.0, 0.5
"""How long the end of a run waits for the last look: at an ordinary end, and when it was told to leave."""


@dataclass(frozen=True)
class ArtifactContent:
    """The wanted state of one artifact: its name, its type, the line below its title, and its content.

    The name begins its key, and has no dash. `content` is JSON for a table, a percentage for progress.
    """

    name: str
    type: str
    line: str
    content: str | float


ReadArtifacts = Callable[[bool], Iterator[ArtifactContent]]
"""Yields the artifacts as they should be now; its argument says whether this is the last look."""


class Page:
    """The artifacts of one run. `changed` may be called from any thread.

    Args:
        key: the end of the artifacts' keys.
        look: called from the page's own thread.
    """

    def __init__(self, run_id: UUID, key: str, look: ReadArtifacts) -> None:
        self._run_id, self._key, self._look = run_id, key, look
        self._changed, self._over = threading.Event(), threading.Event()
        self._posted: dict[str, ArtifactContent] = {}
        self._ids: dict[str, UUID] | None = None
        self._complained = False
        self._log = get_run_logger()
        # The settings in force and the run belong to this thread's context.
        place = contextvars.copy_context()
        self._thread = threading.Thread(target=place.run, args=(self._keep,), name="run page", daemon=True)

    def changed(self) -> None:
        """Ask for a new look, which comes once the page has rested."""
        self._changed.set()

    def begin(self) -> None:
        """Start to post, in a thread of its own."""
        self._changed.set()
        self._thread.start()

    def end(self, patience: float) -> None:
        """Post once more, and wait for that `patience` seconds at most."""
        self._over.set()
        self._changed.set()
        self._thread.join(patience)

    @contextmanager
    def running(self) -> Iterator[None]:
        """Keep the page up to date while the block runs."""
        self.begin()
        patience = END_SECONDS
        try:
            yield
        except (KeyboardInterrupt, TerminationSignal):
            patience = LEAVING_SECONDS
            raise
        finally:
            self.end(patience)

    def _keep(self) -> None:
        with contextlib.ExitStack() as stack:
            client: SyncPrefectClient | None = None
            while True:
                self._changed.wait()
                self._changed.clear()
                last = self._over.is_set()
                began = time.monotonic()
                try:
                    client = client or stack.enter_context(client_without_retries(PATIENCE_SECONDS))
                    self._show(client, last)
                except Exception as error:  # whatever happens to the page or its server, the film goes on
                    self._complain(error)
                if last:
                    return
                taken = time.monotonic() - began
                self._over.wait(min(LONGEST_REST_SECONDS, max(REST_SECONDS, REST_SHARE * taken)))

    def _complain(self, error: Exception) -> None:
        # What is on the server is not known any more.
        self._ids = None
        self._posted.clear()
        if self._over.is_set():
            # The run is at its end, perhaps because the server is gone, so this must not say that the film goes on.
            self._log.warning(f"the run's page does not show how it ended ({type(error).__name__})")
        elif not self._complained:
            self._complained = True
            self._log.warning(
                f"the run's page could not be kept up to date ({type(error).__name__}); this stops no film"
            )

    def _show(self, client: SyncPrefectClient, last: bool) -> None:
        for artifact in self._look(last):
            if self._ids is None:
                self._ids = self._known(client)
            if self._posted.get(artifact.name) != artifact:
                self._post(client, artifact, self._ids)
                self._posted[artifact.name] = artifact

    def _known(self, client: SyncPrefectClient) -> dict[str, UUID]:
        """Return the ids of this run's artifacts by name; after a retry there are those of earlier tries."""
        mine = ArtifactFilter(flow_run_id=ArtifactFilterFlowRunId(any_=[self._run_id]))
        found = client.read_artifacts(artifact_filter=mine)
        return {each.key.partition("-")[0]: each.id for each in found if each.key}

    def _post(self, client: SyncPrefectClient, artifact: ArtifactContent, ids: dict[str, UUID]) -> None:
        if artifact.name in ids:
            # Not by `update_artifact`, which also copies the content into an event, and events are kept.
            change = ArtifactUpdate(description=artifact.line, data=artifact.content)
            client.request(
                "PATCH",
                "/artifacts/{id}",
                path_params={"id": ids[artifact.name]},
                json=change.model_dump(mode="json", exclude_unset=True),
            )
            return
        new = ArtifactCreate(
            key=f"{artifact.name}-{self._key}",
            type=artifact.type,
            description=artifact.line,
            data=artifact.content,
            flow_run_id=self._run_id,
        )
        ids[artifact.name] = client.create_artifact(new).id


def is_watched() -> bool:
    """Tell whether somebody may look at this run's page: heartbeats are off where no server outlives the run."""
    return PREFECT_FLOWS_HEARTBEAT_FREQUENCY.value() is not None
