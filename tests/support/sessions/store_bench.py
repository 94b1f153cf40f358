"""A piece store in a folder of a test, which remembers the lines that it reported."""

from __future__ import annotations

from pathlib import Path

from PIL import Image

from studio.errors import BrokenPlan
from studio.model.fingerprint import fingerprint
from studio.model.pieces import Order
from studio.model.receipt import PieceMeasures, Receipt
from studio.store.piece_store import PieceStore

SESSION = "session_20250208_002238"


def read_plan(stage: str, text: str) -> object:
    if not text.startswith("{"):
        raise BrokenPlan(f"{stage}.json: line 1: expected an object")
    return text


class StoreBench:
    """A piece store (`store`), its folder, and the lines that it reported (`told`)."""

    def __init__(self, tmp_path: Path) -> None:
        self.folder = tmp_path / SESSION
        self.folder.mkdir()
        self.told: list[str] = []
        self.store = PieceStore(self.folder, read_plan, self.told.append)

    def order(self, index: int, what: str, wanted: tuple[str, ...] = ()) -> Order:
        return Order(SESSION, "images", index, fingerprint(what=what), wanted)

    def paint(self, order: Order, colour: tuple[int, int, int]) -> Receipt:
        with self.store.hidden_path(order) as out:
            with open(out, "wb") as file:
                Image.new("RGB", (8, 8), colour).save(file, "PNG")
            return self.store.publish(order, out, PieceMeasures(width=8, height=8), "fake", "painter")

    def path(self, order: Order) -> Path:
        return self.folder / order.path


def hand_picture(path: Path, colour: tuple[int, int, int] = (9, 9, 9)) -> None:
    path.parent.mkdir(exist_ok=True)
    Image.new("RGB", (16, 12), colour).save(path, "PNG")
