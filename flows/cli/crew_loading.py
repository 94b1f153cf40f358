"""Hiring crews for commands that make no film themselves: without the engine where that can be."""

from __future__ import annotations

import os

from blocks.crew_names import NEEDS, check_crew_name
from blocks.offline.crew import offline_crew
from flows.server.address import check_alive, find_engine, prepare_environment
from flows.server.temporary import BuiltIn
from studio.errors import BadInput
from studio.model.engines import Crew


class CrewLoader:
    """Hires crews one after the other; the engine that the first needs serves all.

    Attributes:
        engine: the one that was named when this began, or the built-in one.
        built_in: the built-in one, once it was started here; PREFECT_API_URL names it from then on.
    """

    def __init__(self, several: bool = False) -> None:
        """Begin.

        Args:
            several: whether more may be hired after the first. Prefect reads where its server is as it is imported, so
                the built-in engine is then started for crews that do not lie on it, too.
        """
        self.engine = find_engine()
        self.built_in: BuiltIn | None = None
        self._several = several
        self._silent = ""

    def hire(self, name: str) -> Crew:
        """Return the crew of that name; see `hire`."""
        check_crew_name(name)
        if name == "offline":
            return offline_crew()
        prepare_environment(self.engine)
        if name not in NEEDS:
            self._check_alive()
        if self._several or name not in NEEDS:
            self.start()
        if name not in NEEDS and self.built_in is not None:
            self.built_in.ready()
        import httpx
        from prefect.exceptions import PrefectException

        from blocks.crew import crew_named

        try:
            return crew_named(name)
        except (httpx.HTTPError, PrefectException) as error:
            raise BadInput(f"--crew {name}: the Prefect server said: {type(error).__name__}: {error}") from error

    def start(self) -> BuiltIn | None:
        """Start the built-in engine where none is named, and it was not started yet; return it."""
        if self.engine.url is None and self.built_in is None:
            self.built_in = BuiltIn()
            os.environ["PREFECT_API_URL"] = self.built_in.url
        return self.built_in

    def _check_alive(self) -> None:
        """Ask the server once: one that is silent takes seconds for each answer."""
        if self._silent:
            raise BadInput(self._silent)
        try:
            check_alive(self.engine)
        except BadInput as error:
            self._silent = str(error)
            raise


def hire(name: str) -> Crew:
    """Return the crew of that name; the offline one at once, the others by way of Prefect.

    No server is asked, but for a crew that is a saved block: it lies on one. Where none is named that is the built-in
    one, for as long as this process lives.

    Raises:
        BadInput: there is no such crew, it lacks a key, or the server that is named does not answer.
    """
    return CrewLoader().hire(name)
