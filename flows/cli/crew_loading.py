"""Load crews for commands that make no film themselves, without starting Prefect where possible."""

from __future__ import annotations

import os

from blocks.crew_names import NEEDED_VARIABLES, check_crew
from blocks.offline.crew import offline_crew
from flows.server.address import check_alive, find_engine, prepare_environment
from flows.server.built_in_server import BuiltIn
from studio.errors import BadInput
from studio.model.brief import FilmOptions
from studio.model.engines import Crew


class CrewLoader:
    """Loads crews one after the other; an engine that the first one needs serves them all.

    Attributes:
        engine: the Prefect engine that was configured when this was made, or the built-in one.
        built_in: the built-in one, once it was started here; PREFECT_API_URL names it from then on.
    """

    def __init__(self, several: bool = False) -> None:
        """Make a loader.

        Args:
            several: whether more crews may be loaded after the first. Prefect reads its server's address when it is
                imported, so the built-in engine is then started even for crews that are not saved on it.
        """
        self.engine = find_engine()
        self.built_in: BuiltIn | None = None
        self._several = several
        self._silent = ""

    def load(self, options: FilmOptions) -> Crew:
        """Return the crew that these options ask for; see the function `load_crew`."""
        check_crew(options)
        name, saved = options.crew, options.crew_settings is None and options.crew not in NEEDED_VARIABLES
        if name == "offline":
            return offline_crew()
        prepare_environment(self.engine)
        if saved:
            self._check_alive()
        if self._several or saved:
            self.start()
        if saved and self.built_in is not None:
            self.built_in.ready()
        import httpx
        from prefect.exceptions import PrefectException

        from blocks.crew import crew_of

        try:
            return crew_of(options)
        except (httpx.HTTPError, PrefectException) as error:
            raise BadInput(f"--crew {name}: the Prefect server said: {type(error).__name__}: {error}") from error

    def start(self) -> BuiltIn | None:
        """Start the built-in engine, unless another one is configured or it is started already; return it or None."""
        if self.engine.url is None and self.built_in is None:
            self.built_in = BuiltIn()
            os.environ["PREFECT_API_URL"] = self.built_in.url
        return self.built_in

    def _check_alive(self) -> None:
        """Check only once that the server answers: one that is silent would cost seconds for each crew.

        Raises:
            BadInput: it does not answer.
        """
        if self._silent:
            raise BadInput(self._silent)
        try:
            check_alive(self.engine)
        except BadInput as error:
            self._silent = str(error)
            raise


def load_crew(options: FilmOptions) -> Crew:
    """Return the crew that these options ask for; the offline one at once, the others by importing Prefect.

    A server is asked only for a crew that is a saved block: the configured one, else the built-in one, which then runs
    as long as this process.

    Raises:
        BadInput: there is no such crew, it lacks a key, or the configured server does not answer.
    """
    return CrewLoader().load(options)
