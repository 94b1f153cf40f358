"""The laws of the piece store: publishing, recognising, adopting and displacing pieces."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from PIL import Image

from studio.fs import files
from studio.model.fingerprint import fingerprint
from studio.model.pieces import Order, receipt_path
from studio.model.receipt import PieceMeasures, Receipt
from studio.store.receipts import read_receipt, receipt_bytes, staged_path
from studio.store.recovery import recover
from tests.support.sessions.store_bench import SESSION, StoreBench


def test_a_published_piece_is_adopted_at_its_own_index(bench: StoreBench) -> None:
    """Law 4: what is there, whole, with the same fingerprint is not made again."""
    order = bench.order(3, "a")
    receipt = bench.paint(order, (1, 2, 3))
    assert bench.store.adopt(order) == receipt
    assert bench.store.can_serve(order, receipt)


def test_a_failed_piece_leaves_nothing_behind(bench: StoreBench) -> None:
    """Law 1: after an error the old piece is there, whole, and no hidden file."""
    order = bench.order(1, "a")
    bench.paint(order, (1, 2, 3))
    before = bench.path(order).read_bytes()

    def fail() -> None:
        with bench.store.hidden_path(order) as out:
            out.write_bytes(b"half")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert bench.path(order).read_bytes() == before
    assert not list(files.hidden_files(bench.folder / "images"))


@pytest.mark.parametrize("damage", ["delete", "truncate", "flip"])
def test_a_lost_or_damaged_picture_is_not_served(bench: StoreBench, damage: str) -> None:
    """Law 3: a cached result is served only if its artefact is whole; damage is kept aside and told."""
    order = bench.order(3, "a")
    receipt = bench.paint(order, (1, 2, 3))
    path, content = bench.path(order), bytearray(bench.path(order).read_bytes())
    if damage == "delete":
        path.unlink()
    elif damage == "truncate":
        path.write_bytes(content[: len(content) // 2])
    else:
        content[len(content) // 2] ^= 1
        path.write_bytes(content)
    assert not bench.store.can_serve(order, receipt)
    assert bench.store.adopt(order) is None
    kept = list((bench.folder / "takes" / "damaged").glob("*")) if damage != "delete" else ["-"]
    assert len(kept) == 1
    assert bool(bench.told) == (damage != "delete")


def test_shots_that_shift_at_once_lose_nothing(bench: StoreBench) -> None:
    """Law 4: a shot inserted before twelve costs one picture; adopting and displacing happen under one lock."""
    names = [f"shot {n}" for n in range(12)]
    for index, name in enumerate(names, start=1):
        bench.paint(bench.order(index, name), (index, 0, 0))
    orders = [bench.order(index, name) for index, name in enumerate(["new", *names], start=1)]
    results: dict[int, Receipt | None] = {}
    barrier = threading.Barrier(len(orders))

    def run(order: Order) -> None:
        barrier.wait()
        results[order.index] = bench.store.adopt(order)
        if results[order.index] is None:
            bench.paint(order, (200, 0, 0))

    threads = [threading.Thread(target=run, args=(order,)) for order in orders]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [index for index, receipt in sorted(results.items()) if receipt is None] == [1]
    for index in range(2, 14):
        with Image.open(bench.folder / f"images/shot_{index:03d}.png") as picture:
            assert picture.getpixel((0, 0)) == (index - 1, 0, 0)


def test_a_copy_whose_original_was_replaced_meanwhile_is_fetched_from_takes(
    bench: StoreBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Law 4: a piece that is fetched while its own place gets another one is found again in `takes/`."""
    bench.paint(bench.order(1, "wanted"), (1, 0, 0))
    wanted, copied = bench.order(2, "wanted"), files.copy

    def copy(source: Path, path: Path) -> None:
        monkeypatch.setattr(files, "copy", copied)
        bench.paint(bench.order(1, "another"), (2, 0, 0))
        copied(source, path)

    monkeypatch.setattr(files, "copy", copy)
    receipt = bench.store.adopt(wanted)
    assert receipt is not None
    with Image.open(bench.folder / wanted.path) as picture:
        assert picture.getpixel((0, 0)) == (1, 0, 0)
    assert bench.store.look(wanted).condition == "ours"


def test_going_back_to_an_earlier_prompt_makes_nothing(bench: StoreBench) -> None:
    """Law 4: what was replaced lies in takes/ and is adopted from there."""
    first = bench.order(1, "old prompt")
    bench.paint(first, (1, 1, 1))
    before = bench.path(first).read_bytes()
    bench.paint(bench.order(1, "new prompt"), (2, 2, 2))
    assert bench.store.adopt(first) is not None
    assert bench.path(first).read_bytes() == before


def test_a_lost_receipt_is_written_again_from_the_cached_result(bench: StoreBench) -> None:
    """A picture whose receipt was lost is still ours where a cached result vouches for its bytes."""
    order = bench.order(1, "a")
    receipt = bench.paint(order, (1, 1, 1))
    record = bench.folder / "results" / order.key()
    files.write_json(record, {"metadata": {}, "result": receipt.model_dump_json()})
    (bench.folder / receipt_path(order.path)).unlink()
    assert bench.store.adopt(order) == receipt
    assert read_receipt(bench.folder / receipt_path(order.path)) == receipt


def test_a_staged_receipt_finishes_an_interrupted_publication(bench: StoreBench) -> None:
    """Law 1: a crash between staging and naming loses nothing, and leaves no hidden file."""
    order = bench.order(1, "a")
    receipt = bench.paint(order, (1, 1, 1))
    path, place = bench.path(order), bench.folder / receipt_path(order.path)
    path.rename(files.hidden_beside(path))
    place.rename(staged_path(place))
    (bench.folder / "images" / ".shot_002.png.1-2-3.part").write_bytes(b"half")
    (bench.folder / ".notes").write_bytes(b"a person's own")
    recover(bench.store)
    assert bench.store.adopt(order) == receipt
    assert [p.name for p in bench.folder.rglob(".*")] == [".notes"]


def test_a_torn_staged_receipt_is_swept(bench: StoreBench) -> None:
    """Law 1: left-over hidden files are swept at the next opening."""
    place = bench.folder / "images" / "shot_001.json"
    place.parent.mkdir()
    staged_path(place).write_bytes(b'{"stage": "ima')
    recover(bench.store)
    assert not [p for p in bench.folder.rglob(".*")]


def test_a_later_plan_is_not_served_as_an_earlier_one(bench: StoreBench) -> None:
    """Law 3: going back to what a plan built on before brings that plan back, not the one that lies there now."""
    receipts = {}
    for what in ("five shots", "four shots"):
        order = Order(SESSION, "timeline", 0, fingerprint(what=what))
        with bench.store.hidden_path(order) as out:
            out.write_text(f'{{"of": "{what}"}}\n')
            receipts[order] = bench.store.publish(order, out, PieceMeasures(), "fake", "studio")
    first, second = receipts
    assert bench.store.can_serve(second, receipts[second])
    assert not bench.store.can_serve(first, receipts[first])
    assert bench.store.adopt(first) is not None
    assert bench.path(first).read_text() == '{"of": "five shots"}\n'


def test_pieces_of_shots_taken_out_of_the_plan_are_retired(bench: StoreBench) -> None:
    """What no shot of the plan needs lies in takes/, not among the film's pictures."""
    for index in (1, 2, 3):
        bench.paint(bench.order(index, f"{index}"), (index, 0, 0))
    bench.store.retire("images", (1, 2))
    assert sorted(p.name for p in (bench.folder / "images").glob("*.png")) == ["shot_001.png", "shot_002.png"]
    assert bench.store.adopt(bench.order(2, "3")) is not None


def test_a_receipt_reads_back_as_it_was_written(bench: StoreBench) -> None:
    """Receipts leave out defaults, and lose nothing by it."""
    receipt = bench.paint(bench.order(1, "a"), (1, 1, 1))
    assert Receipt.model_validate_json(receipt_bytes(receipt)) == receipt


def test_a_piece_is_published_in_the_order_that_survives_a_crash(
    bench: StoreBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Law 1: the artefact's bytes are sealed, its receipt staged, the artefact named, and only then the receipt."""
    told: list[str] = []
    seal, write, place = files.seal, files.write_whole, files.place

    def short(path: Path) -> str:
        return "hidden" if path.suffix == ".part" else path.name

    monkeypatch.setattr(files, "seal", lambda path: (told.append(f"seal {short(path)}"), seal(path))[1])
    monkeypatch.setattr(files, "write_whole", lambda path, b: (told.append(f"write {short(path)}"), write(path, b))[1])
    monkeypatch.setattr(files, "place", lambda a, path: (told.append(f"name {short(path)}"), place(a, path))[1])
    bench.paint(bench.order(1, "a"), (1, 1, 1))
    steps = [step for step in told if step != "name .shot_001.json.next"]
    assert steps == ["seal hidden", "write .shot_001.json.next", "name shot_001.png", "name shot_001.json"]


def test_a_displaced_film_keeps_its_caption_files(bench: StoreBench) -> None:
    """Law 4: going back to an earlier film brings back its captions too, and makes nothing."""

    def cut(order: Order, film: bytes, captions: bytes) -> Receipt:
        with bench.store.hidden_path(order) as out:
            out.write_bytes(film)
            return bench.store.publish(order, out, PieceMeasures(), "studio", "", also=(("film.srt", captions),))

    first, second = (Order(SESSION, "film", 0, fingerprint(film=n)) for n in (1, 2))
    cut(first, b"one", b"captions one")
    cut(second, b"two", b"captions two")
    assert (bench.folder / "film.srt").read_bytes() == b"captions two"
    assert bench.store.adopt(first) is not None
    assert (bench.folder / "film.mp4").read_bytes() == b"one"
    assert (bench.folder / "film.srt").read_bytes() == b"captions one"
    assert bench.store.adopt(second) is not None
    assert (bench.folder / "film.srt").read_bytes() == b"captions two"
