"""The name under which Prefect's records of earlier releases hold a receipt: `studio.made.Receipt`."""

from studio.model.receipt import Receipt

__all__ = ["Receipt"]
