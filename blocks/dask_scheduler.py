"""A Dask scheduler as a Prefect block: its address, and the certificates by which both sides know each other."""

from __future__ import annotations

from prefect.blocks.core import Block
from pydantic import ConfigDict, Field, HttpUrl, SecretStr


class DaskScheduler(Block):
    """Where the shots of long films are made, and by which certificates."""

    _block_type_name = "Dask Scheduler"
    _block_type_slug = "dask-scheduler"
    _description = "A Dask cluster that makes shots, with its TLS certificates: make a film with --on dask=NAME."
    _documentation_url = HttpUrl("https://distributed.dask.org/en/stable/tls.html")

    model_config = ConfigDict(hide_input_in_errors=True)

    address: str = Field(max_length=200, title="Address", description="For example tls://scheduler.internal:8786.")
    ca: SecretStr = Field(
        default=SecretStr(""), title="CA", description="The certificate of the authority that signed all others, PEM."
    )
    certificate: SecretStr = Field(default=SecretStr(""), title="Certificate", description="This side's, PEM.")
    key: SecretStr = Field(default=SecretStr(""), title="Key", description="This side's, PEM.")
    trusted_network: bool = Field(
        default=False,
        title="Trusted network",
        description="Whether an address tcp:// may be on another machine: whoever reaches its port can run code there.",
    )
