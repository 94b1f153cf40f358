"""What a package registers so that crews can name its engine: an `EnginePlugin` under the entry point group `GROUP`.

The name of the entry point is '<role>.<name>', for example 'painter.gradient'; the object it leads to is the plugin.
The engines that come with the program are registered in the same way, in `pyproject.toml`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, Literal, TypeVar, get_args

from pydantic import BaseModel, ConfigDict

from studio.model.engines import Checker, Engine
from studio.model.price import Price

Role = Literal["writer", "painter", "narrator", "animator", "composer"]
"""What an engine does in a crew; its protocol in `studio/model/engines.py` has the same name."""
ROLES: tuple[Role, ...] = get_args(Role)
GROUP = "film_studio.engines"
"""The group of the entry points (https://packaging.python.org/en/latest/specifications/entry-points/)."""


class EngineSettings(BaseModel):
    """The base of an engine's settings: an unknown name is refused, and an error never quotes a value.

    Keys belong into the environment or into a Prefect block, not here: settings are shown and written to files.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


S = TypeVar("S", bound=BaseModel)


@dataclass(frozen=True)
class EnginePlugin(Generic[S]):
    """An engine that a crew can name.

    Attributes:
        settings: what a person can choose, each with a default: the fields of a pydantic model.
        build: returns the engine for such settings, which implements the protocol of its role; raises
            `studio.errors.BadInput`, with what to do, if a key is missing or a setting cannot be used. It asks nobody.
        checks: asks the vendor, for `film doctor`, about every engine of a crew that this plugin's package made, with
            requests that cost nothing; None if there is nothing to ask.
        prices: what its calls cost, which the price list has not; a person's own list and this program's come first.
        elsewhere: whether the work is done by somebody else's machine, so that as many pieces are made at once as the
            crew allows requests; an engine that uses this machine's cores makes two pictures or one line at once.
    """

    settings: type[S]
    build: Callable[[S], Engine]
    checks: Checker | None = None
    elsewhere: bool = True
    prices: tuple[Price, ...] = ()
