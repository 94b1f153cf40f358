"""What a crash left in a session: finished where that can be proved, swept otherwise.

Called once, at the opening of a session, under its lock.
"""

from __future__ import annotations

from pathlib import Path

from studio import files
from studio.orders import Order, receipt_path
from studio.pieces import Shelf
from studio.receipts import read_receipt

_OURS = (".part", ".next")


def recover(shelf: Shelf) -> None:
    """Finish what a crash interrupted, then sweep our hidden files; a person's own are left alone.

    A staged receipt whose bytes are in place, or in a hidden file beside it, proves a finished piece: it is
    published. All other hidden files of ours ('.<name>.<unique>.part', '.<name>.next') are worthless.
    """
    folder = shelf.folder
    for name in ("receipts", "images", "narration", "videos", "."):
        for staged in sorted((folder / name).glob(".*.json.next")):
            _finish(shelf, staged)
    for holder in sorted({folder, *(path.parent for path in folder.rglob(".*"))}):
        for hidden in files.hidden_files(holder):
            if hidden.name.endswith(_OURS) and files.is_file(hidden):
                files.remove(hidden)


def _finish(shelf: Shelf, staged: Path) -> None:
    folder, receipt = shelf.folder, read_receipt(staged)
    place = staged.with_name(staged.name.removeprefix(".").removesuffix(".next"))
    if receipt is None or receipt_path(receipt.path) != str(place.relative_to(folder)):
        return
    path = folder / receipt.path
    if not (files.is_file(path) and files.sha256_of(path) == receipt.sha256):
        # The name of a hidden file may be all that was lost: its bytes were sealed before the receipt was staged.
        beside = [each for each in path.parent.glob(f".{path.name}.*.part") if files.is_file(each)]
        sealed = next((each for each in beside if files.sha256_of(each) == receipt.sha256), None)
        if sealed is None:
            return
        shelf.displace(Order(folder.name, receipt.stage, receipt.index, receipt.fingerprint))
        files.place(sealed, path)
    files.place(staged, place)
