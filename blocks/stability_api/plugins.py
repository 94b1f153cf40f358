"""Stability's painters, as crews name them: 'stability' is the REST service, 'stability-grpc' for hosts without it."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from blocks.stability_api.account import StabilityAccount
from blocks.stability_api.checks import stability_checks
from blocks.stability_api.grpc_painter import StabilityGrpcPainter
from blocks.stability_api.rest_painter import StabilityPainter
from studio.model.engine_plugin import EnginePlugin, EngineSettings
from studio.model.engines import Painter


class _Settings(EngineSettings):
    account: StabilityAccount | None = Field(default=None, description="None: STABILITY_API_KEY.")
    negative_prompt: str = Field(default="", max_length=2_000)
    style_preset: str = Field(default="", max_length=50, description="One of Stability's, for example 'cinematic'.")

    def paying(self) -> StabilityAccount:
        """Return the account that pays.

        Raises:
            BadInput: there is none; the message names the variable.
        """
        return self.account or StabilityAccount.from_environment()


class PainterSettings(_Settings):
    """What can be chosen of the REST service's painter."""

    model: str = Field(default="core", description="core, ultra, sd3.5-large, sd3.5-large-turbo or sd3.5-medium.")


class GrpcPainterSettings(_Settings):
    """What can be chosen of the gRPC service's painter."""

    model: str = Field(default=StabilityGrpcPainter.engine_id, description="An engine of the server.")


def _painter(chosen: PainterSettings) -> Painter:
    # `Any`: the painter checks style and service itself when it is made, before the first picture.
    service: Any = chosen.model
    style: Any = chosen.style_preset or None
    return StabilityPainter(chosen.paying(), service, chosen.negative_prompt, style)


def _grpc_painter(chosen: GrpcPainterSettings) -> Painter:
    style: Any = chosen.style_preset or None
    return StabilityGrpcPainter(chosen.paying(), chosen.model, chosen.negative_prompt, style)


painter = EnginePlugin(PainterSettings, _painter, stability_checks)
grpc_painter = EnginePlugin(GrpcPainterSettings, _grpc_painter, stability_checks)
