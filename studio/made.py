"""The old name of the receipt, `studio.made.Receipt`, under which Prefect's records of earlier releases hold it."""

from studio.model.receipt import Receipt

__all__ = ["Receipt"]
