"""One lane of the engine layer: a process that has imported the flow and opened nothing, and strikes, trial by trial.

python -m tests.crash.engine_lane FOLDER, with PREFECT_API_URL set: reads an order a line, {"fault", "seed", "number"},
and answers each with one line, a trial. One thread, so that it may fork.
"""

from __future__ import annotations

import gc
import json
import random
import shutil
import sys
import time
from collections.abc import Callable
from dataclasses import asdict
from functools import cached_property
from pathlib import Path

from tests.crash import judge
from tests.crash.engine_life import Commanded, Deployed, Forked, Life, deploy, remember, wait_for
from tests.crash.engine_scene import Scene, judged
from tests.crash.engine_server import Server
from tests.crash.engine_trial import EngineTrial, Fault

RUNS = 3
"""How often the command is run again at most."""
RUN_SECONDS = 60.0
"""How long a run may take on a healthy engine; a run whose server died must end by itself within it, or is killed."""
DRAWS = 8
"""How often a moment is drawn anew because the film was finished before the kill came."""


class TooLate(Exception):
    """The run ended before the kill came: no trial."""


class Lane:
    """Carries out trials in `folder`, against the server of the environment and servers of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._count = 0
        # What the first run renders is remembered: only the second one is as long as those that are struck.
        remember(self._undisturbed().lives[0].told)
        scene = self._undisturbed()
        told = scene.lives[0].told
        marks, opened = told.marks(), told.moment("opened")
        assert opened is not None
        self.span = marks[-1][0] - opened
        """Seconds of an undisturbed run from its opened session to its last event."""
        self.events = len(marks) - 1
        self._made = judge.made(scene.sessions[0])

    def _undisturbed(self) -> Scene:
        scene = self._scene()
        self._begin(scene, Forked(scene.told(), scene.output, None))
        if not self._to_the_end(scene):
            raise RuntimeError(f"the undisturbed run made no film: {scene.folder}")
        return scene

    @cached_property
    def _own(self) -> Server:
        """A second server, to be killed: nobody else is on it."""
        server = Server(self.folder / "server")
        server.start()
        return server

    @cached_property
    def _deployed(self) -> Server:
        deploy(self._own, self.folder)
        return self._own

    def close(self) -> None:
        """Leave no process behind."""
        if "_own" in self.__dict__:
            self._own.kill()

    def trial(self, fault: Fault, seed: int, number: int) -> EngineTrial:
        """Strike once, go on until the film is there, and judge."""
        rng = random.Random(f"{seed} {fault} {number}")
        for _ in range(DRAWS):
            scene = self._scene()
            try:
                self._strike(scene, fault, rng, number)
                return self._judged(scene, fault, seed, number)
            except TooLate:
                scene.late = True
            finally:
                for life in scene.lives:
                    life.close()
                if scene.late:
                    shutil.rmtree(scene.folder)
        raise RuntimeError(f"{fault} {number}: every kill came too late")

    # --- striking ---------------------------------------------------------------------------------

    def _strike(self, scene: Scene, fault: Fault, rng: random.Random, number: int) -> None:
        match fault:
            case "kill -9, flow":
                self._kill(scene, self._flow, rng, self.span)
            case "kill -9, its group":
                self._kill(scene, self._flow, rng, self.span, group=True)
            case "kill -9, twice":
                share = rng.uniform(0.1, 0.6)
                self._kill(scene, self._flow, rng, self.span * share)
                self._kill(scene, self._flow, rng, self.span * (1 - share))
            case "kill -9, at a boundary":
                self._at_a_boundary(scene, number % self.events + 1)
            case "kill -9, worker and flow":
                self._kill(scene, self._on_a_worker, rng, self.span)
            case "kill -9, command without a server":
                self._kill(scene, self._command, rng, self.span)
            case "kill -9, server":
                self._server(scene, rng)

    def _kill(
        self, scene: Scene, live: Callable[[Scene], Life], rng: random.Random, span: float, group: bool = False
    ) -> None:
        life = self._begin(scene, live(scene))
        wait = rng.uniform(0, span)
        self._wait_until(life, wait)
        life.kill(group)
        scene.what.append(f"{wait:.3f} s after the session was opened")
        scene.note_held()
        scene.wrong += life.close()

    def _at_a_boundary(self, scene: Scene, event: int) -> None:
        life = self._begin(scene, Forked(scene.told(), scene.output, None, die_at=event))
        if not wait_for(life.ended, RUN_SECONDS) or life.by_itself():
            raise TooLate
        scene.what.append(f"at event {event}, {life.told.marks()[-1][1]!r}")
        scene.note_held()

    def _server(self, scene: Scene, rng: random.Random) -> None:
        url = self._own.url
        life = self._begin(scene, Forked(scene.told(), scene.output, None, url=url))
        wait = rng.uniform(0, self.span)
        self._wait_until(life, wait)
        self._own.kill()
        died = time.monotonic()
        ends = wait_for(life.ended, RUN_SECONDS)
        after = time.monotonic() - died
        how = f"the flow ended by itself after {after:.1f} s" if ends else f"the flow hung for {after:.0f} s: killed"
        life.kill()
        scene.what.append(f"{wait:.3f} s after the session was opened; {how}")
        scene.note_held()
        self._own.start()

    def _wait_until(self, life: Life, seconds: float) -> None:
        """Wait until so many seconds have passed since the session was opened.

        Raises:
            TooLate: the run ended before.
        """
        wait_for(lambda: life.ended() or life.told.moment("opened"))
        opened = life.told.moment("opened")
        if opened is None:
            raise RuntimeError(f"the run ended before it opened a session: {life.told.folder}")
        wait_for(lambda: life.ended() or time.monotonic() >= opened + seconds)
        if life.ended():
            raise TooLate

    # --- living -----------------------------------------------------------------------------------

    def _scene(self) -> Scene:
        self._count += 1
        return Scene(self.folder / f"trial-{self._count}")

    def _begin(self, scene: Scene, life: Life) -> Life:
        scene.lives.append(life)
        return life

    def _flow(self, scene: Scene) -> Life:
        return Forked(scene.told(), scene.output, scene.session_id())

    def _on_own_server(self, scene: Scene) -> Life:
        return Forked(scene.told(), scene.output, scene.session_id(), url=self._own.url)

    def _command(self, scene: Scene) -> Life:
        return Commanded(scene.told(), scene.output, scene.session_id())

    def _on_a_worker(self, scene: Scene) -> Life:
        return Deployed(scene.told(), scene.output, scene.session_id(), self._deployed)

    def _to_the_end(self, scene: Scene) -> bool:
        """Wait for the last life's end; tell whether there is a film and it ended by itself."""
        life = scene.lives[-1]
        ends = wait_for(life.ended, RUN_SECONDS)
        by_itself = ends and life.by_itself()
        scene.wrong += life.close()
        return by_itself and scene.session_id() is not None

    def _judged(self, scene: Scene, fault: Fault, seed: int, number: int) -> EngineTrial:
        live = {
            "kill -9, command without a server": self._command,
            "kill -9, worker and flow": self._on_a_worker,
            "kill -9, server": self._on_own_server,
        }.get(fault, self._flow)
        finished, runs = False, 0
        while not finished and runs < RUNS:
            self._begin(scene, live(scene))
            finished, runs = self._to_the_end(scene), runs + 1
        trial = judged(scene, self._made, fault, f"seed {seed}, number {number}: {'; then '.join(scene.what)}")
        trial = EngineTrial(**{**asdict(trial), "finished": finished, "runs": runs})
        if trial.red:
            print(f"kept for a look: {scene.folder}", file=sys.stderr, flush=True)
        else:
            shutil.rmtree(scene.folder)
        return trial


def main(folder: Path) -> None:
    """Answer every order of standard input."""
    # What was imported is never collected: so a child does not copy it page by page.
    gc.freeze()
    lane = Lane(folder)
    print(json.dumps({"events": lane.events, "span": lane.span}), flush=True)
    try:
        for line in sys.stdin:
            print(json.dumps(asdict(lane.trial(**json.loads(line)))), flush=True)
    finally:
        lane.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
