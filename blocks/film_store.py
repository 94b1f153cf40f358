"""A place in object storage where films are kept, with its keys, as a Prefect block. Nothing here spends money.

Prefect stores the block; its secrets are `SecretStr` and appear nowhere else. A run names it as its output:
'film-store/my-films'. Without a block the URL is named, and keys come from the usual variables.
"""

from __future__ import annotations

from typing import Any

from prefect.blocks.core import Block
from pydantic import ConfigDict, Field, HttpUrl, SecretStr, ValidationError, field_validator

from studio.errors import BadInput
from studio.object_storage.bucket import check_url
from studio.object_storage.outputs import BLOCK, NamedStore
from studio.text.display import printable
from studio.text.wrong_values import wrong_values


class FilmStore(Block):
    """A bucket, or a prefix in one, and the keys for it."""

    _block_type_name = "Film Store"
    _block_type_slug = BLOCK.rstrip("/")
    _description = "Where films are kept in object storage: S3 and what speaks its protocol, Azure, Google."
    _documentation_url = HttpUrl("https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html")

    # A value that does not validate may be a key: pydantic's message must not quote it.
    model_config = ConfigDict(hide_input_in_errors=True)

    url: str = Field(max_length=500, title="URL", description="For example s3://bucket/films")
    key_id: SecretStr | None = Field(default=None, title="Key id", description="S3: the access key's id.")
    key: SecretStr | None = Field(
        default=None, title="Key", description="S3: the secret access key. Azure: the account's key."
    )
    account: str = Field(default="", max_length=100, title="Account", description="Azure: the storage account's name.")
    region: str = Field(default="", max_length=60, title="Region", description="S3: for example eu-central-1")
    endpoint: str = Field(
        default="",
        max_length=500,
        title="Endpoint",
        description="The server's address, where it is not the cloud's own: MinIO, Ceph.",
    )
    allow_http: bool = Field(
        default=False, title="Allow HTTP", description="Whether the address may be a plain one, without TLS."
    )

    @field_validator("url")
    @classmethod
    def _is_a_url(cls, url: str) -> str:
        try:
            return check_url(url)
        except BadInput as error:
            raise ValueError(str(error)) from None

    @property
    def settings(self) -> dict[str, str]:
        """The settings by obstore's names; of what is left out the variables or the machine's role decide."""
        key_id, key = (each.get_secret_value() if each else "" for each in (self.key_id, self.key))
        cloud = self.url.partition("://")[0]
        told = {
            "s3": {"access_key_id": key_id, "secret_access_key": key, "region": self.region, "endpoint": self.endpoint},
            "az": {"account_name": self.account, "account_key": key, "endpoint": self.endpoint},
            "gs": {"service_account_key": key},
        }[cloud]
        return {name: value for name, value in told.items() if value}


def store_named(name: str) -> NamedStore:
    """Return where the saved block `film-store/<name>` keeps films, and with which settings.

    Raises:
        BadInput: there is no such block, or a field of it has a value that it cannot have; the message quotes none.
    """
    load: Any = FilmStore.load
    shown = printable(name)[:80]
    try:
        # `_sync`: called within a flow that is a coroutine, `load` would return a coroutine.
        block: FilmStore = load(name, _sync=True)
    except ValueError:
        told = "there is no such block: make one on the Prefect pages (Blocks, Film Store)"
    except RuntimeError as error:
        if not isinstance(error.__cause__, ValidationError):
            raise
        faults = wrong_values(error.__cause__, FilmStore, secret=True)
        told = "; ".join(f"{'.'.join(map(str, fault.place))}: {fault.reason}" for fault in faults)
    else:
        return NamedStore(block.url, block.settings, block.allow_http)
    # Raised here, without a cause, which would hold what did not validate.
    raise BadInput(f"--output {BLOCK}{shown}: {told}")
