"""A process that paints over TLS: `python -m tests.support.adapters.stability_tls_child HOST KEY OUT`.

It is a process of its own because gRPC decides once, when it is loaded, which certificates it trusts
(GRPC_DEFAULT_SSL_ROOTS_FILE_PATH). It prints 'painted', or the fault and the message.
"""

from __future__ import annotations

import sys
from pathlib import Path

from pydantic import SecretStr

from blocks.stability_api.account import StabilityAccount
from blocks.stability_api.grpc_painter import StabilityGrpcPainter
from studio.model.paid import VendorError
from tests.support.adapters.desk import PlainDesk


def main(host: str, key: str, out: str) -> None:
    """Paint one picture."""
    account = StabilityAccount(api_key=SecretStr(key), grpc_host=host)
    try:
        StabilityGrpcPainter(account, seconds=20).at(PlainDesk()).paint("a lighthouse", (320, 180), 7, Path(out))
    except VendorError as error:
        print(error.fault, error)
    else:
        print("painted")


if __name__ == "__main__":
    main(*sys.argv[1:])
