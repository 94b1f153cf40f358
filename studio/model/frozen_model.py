"""The base of every data model. Pure."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class FrozenModel(BaseModel):
    """The base of every model: frozen, and an unknown key is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")
