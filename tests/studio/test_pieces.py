"""The laws of the shelf: publishing, recognising, adopting and displacing pieces."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest
from PIL import Image

from studio import files
from studio.errors import BrokenPlan
from studio.fingerprint import fingerprint
from studio.model import Made, Receipt
from studio.orders import Order, receipt_path
from studio.pieces import Shelf
from studio.receipts import read_receipt, receipt_bytes, staged_path
from studio.recovery import recover

SESSION = "session_20250208_002238"


def read_plan(stage: str, text: str) -> object:
    if not text.startswith("{"):
        raise BrokenPlan(f"{stage}.json: line 1: expected an object")
    return text


class Bench:
    """A shelf with a memory of what it told."""

    def __init__(self, tmp_path: Path) -> None:
        self.folder = tmp_path / SESSION
        self.folder.mkdir()
        self.told: list[str] = []
        self.shelf = Shelf(self.folder, read_plan, self.told.append)

    def order(self, index: int, what: str, wanted: tuple[str, ...] = ()) -> Order:
        return Order(SESSION, "images", index, fingerprint(what=what), wanted)

    def paint(self, order: Order, colour: tuple[int, int, int]) -> Receipt:
        with self.shelf.fresh(order) as out:
            with open(out, "wb") as file:
                Image.new("RGB", (8, 8), colour).save(file, "PNG")
            return self.shelf.publish(order, out, Made(width=8, height=8), "fake", "painter")

    def path(self, order: Order) -> Path:
        return self.folder / order.path


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


def hand_picture(path: Path, colour: tuple[int, int, int] = (9, 9, 9)) -> None:
    path.parent.mkdir(exist_ok=True)
    Image.new("RGB", (16, 12), colour).save(path, "PNG")


def test_a_published_piece_is_adopted_at_its_own_index(bench: Bench) -> None:
    """Law 4: what is there, whole, with the same fingerprint is not made again."""
    order = bench.order(3, "a")
    receipt = bench.paint(order, (1, 2, 3))
    assert bench.shelf.adopt(order) == receipt
    assert bench.shelf.holds(order, receipt)


def test_a_failed_piece_leaves_nothing_behind(bench: Bench) -> None:
    """Law 1: after an error the old piece is there, whole, and no hidden file."""
    order = bench.order(1, "a")
    bench.paint(order, (1, 2, 3))
    before = bench.path(order).read_bytes()

    def fail() -> None:
        with bench.shelf.fresh(order) as out:
            out.write_bytes(b"half")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert bench.path(order).read_bytes() == before
    assert not list(files.hidden_files(bench.folder / "images"))


@pytest.mark.parametrize("damage", ["delete", "truncate", "flip"])
def test_a_lost_or_damaged_picture_is_not_served(bench: Bench, damage: str) -> None:
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
    assert not bench.shelf.holds(order, receipt)
    assert bench.shelf.adopt(order) is None
    kept = list((bench.folder / "takes" / "damaged").glob("*")) if damage != "delete" else ["-"]
    assert len(kept) == 1
    assert bool(bench.told) == (damage != "delete")


def test_a_flipped_bit_that_nobody_wrote_is_damage_even_in_a_picture_that_decodes(bench: Bench) -> None:
    """Law 5: the same size and mtime with other bytes is never a person's picture."""
    order = bench.order(1, "a")
    bench.paint(order, (1, 2, 3))
    path = bench.path(order)
    stat = path.stat()
    other = bench.folder / "other.png"
    Image.new("RGB", (8, 8), (3, 2, 1)).save(other)
    content = other.read_bytes()
    assert len(content) == stat.st_size
    path.write_bytes(content)
    os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    assert bench.shelf.look(order).condition == "damaged"


def test_a_picture_by_hand_is_used_marked_and_stays(bench: Bench) -> None:
    """Law 5: a person's whole picture is used, marked so, and stays even when the prompt changes."""
    order = bench.order(3, "a")
    bench.paint(order, (1, 2, 3))
    hand_picture(bench.path(order))
    receipt = bench.shelf.adopt(order)
    assert receipt is not None
    assert receipt.by_hand
    assert (receipt.width, receipt.height) == (16, 12)
    assert read_receipt(bench.folder / receipt_path(order.path)) == receipt
    changed = bench.order(3, "another prompt")
    assert bench.shelf.adopt(changed) is not None
    assert bench.path(order).read_bytes() == bench.path(changed).read_bytes()


def test_a_picture_by_hand_goes_when_the_person_removes_it(bench: Bench) -> None:
    """Law 5: a removed picture does not come back from takes/."""
    first, second = bench.order(1, "a"), bench.order(2, "a")
    hand_picture(bench.path(first))
    assert bench.shelf.adopt(first) is not None
    bench.shelf.displace(first)
    bench.path(first).unlink()
    assert bench.shelf.adopt(first) is None
    assert second.fingerprint == first.fingerprint


def test_a_picture_by_hand_follows_its_shot(bench: Bench) -> None:
    """Law 5: when a shot is inserted before it, a person's picture moves with the shot it stands for."""
    old = bench.order(1, "a")
    bench.paint(old, (1, 1, 1))
    hand_picture(bench.path(old), (7, 7, 7))
    assert bench.shelf.adopt(old) is not None
    mine = bench.path(old).read_bytes()
    wanted = tuple(fingerprint(what=what) for what in ("new", "a"))
    inserted, moved = bench.order(1, "new", wanted), bench.order(2, "a", wanted)
    assert bench.shelf.adopt(inserted) is None
    bench.paint(inserted, (5, 5, 5))
    receipt = bench.shelf.adopt(moved)
    assert receipt is not None
    assert receipt.by_hand
    assert bench.path(moved).read_bytes() == mine


def test_shots_that_shift_at_once_lose_nothing(bench: Bench) -> None:
    """Law 4: a shot inserted before twelve costs one picture; adopting and displacing happen under one lock."""
    names = [f"shot {n}" for n in range(12)]
    for index, name in enumerate(names, start=1):
        bench.paint(bench.order(index, name), (index, 0, 0))
    orders = [bench.order(index, name) for index, name in enumerate(["new", *names], start=1)]
    results: dict[int, Receipt | None] = {}
    barrier = threading.Barrier(len(orders))

    def run(order: Order) -> None:
        barrier.wait()
        results[order.index] = bench.shelf.adopt(order)
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


def test_going_back_to_an_earlier_prompt_makes_nothing(bench: Bench) -> None:
    """Law 4: what was replaced lies in takes/ and is adopted from there."""
    first = bench.order(1, "old prompt")
    bench.paint(first, (1, 1, 1))
    before = bench.path(first).read_bytes()
    bench.paint(bench.order(1, "new prompt"), (2, 2, 2))
    assert bench.shelf.adopt(first) is not None
    assert bench.path(first).read_bytes() == before


def test_a_lost_receipt_is_written_again_from_the_cached_result(bench: Bench) -> None:
    """A picture whose receipt was lost is still ours where a cached result vouches for its bytes."""
    order = bench.order(1, "a")
    receipt = bench.paint(order, (1, 1, 1))
    record = bench.folder / "results" / order.key()
    files.write_json(record, {"metadata": {}, "result": receipt.model_dump_json()})
    (bench.folder / receipt_path(order.path)).unlink()
    assert bench.shelf.adopt(order) == receipt
    assert read_receipt(bench.folder / receipt_path(order.path)) == receipt


def test_a_staged_receipt_finishes_an_interrupted_publication(bench: Bench) -> None:
    """Law 1: a crash between staging and naming loses nothing, and leaves no hidden file."""
    order = bench.order(1, "a")
    receipt = bench.paint(order, (1, 1, 1))
    path, place = bench.path(order), bench.folder / receipt_path(order.path)
    path.rename(files.hidden_beside(path))
    place.rename(staged_path(place))
    (bench.folder / "images" / ".shot_002.png.1-2-3.part").write_bytes(b"half")
    (bench.folder / ".notes").write_bytes(b"a person's own")
    recover(bench.shelf)
    assert bench.shelf.adopt(order) == receipt
    assert [p.name for p in bench.folder.rglob(".*")] == [".notes"]


def test_a_torn_staged_receipt_is_swept(bench: Bench) -> None:
    """Law 1: left-over hidden files are swept at the next opening."""
    place = bench.folder / "images" / "shot_001.json"
    place.parent.mkdir()
    staged_path(place).write_bytes(b'{"stage": "ima')
    recover(bench.shelf)
    assert not [p for p in bench.folder.rglob(".*")]


def test_an_edited_plan_is_kept_and_a_broken_one_stops_the_run_untouched(bench: Bench) -> None:
    """Law 5: a plan that validates is a person's edit; one that does not is never overwritten."""
    order = Order(SESSION, "story", 0, fingerprint(idea="a"))
    with bench.shelf.fresh(order) as out:
        out.write_text('{"title": "a"}\n')
        receipt = bench.shelf.publish(order, out, Made(), "fake", "writer")
    assert receipt.content == '{"title": "a"}\n'
    path = bench.folder / "story.json"
    path.write_text('{"title": "mine"}\n')
    assert bench.shelf.holds(order, receipt)
    rebuilt = Order(SESSION, "story", 0, fingerprint(idea="b"))
    kept = bench.shelf.adopt(rebuilt)
    assert kept is not None
    assert kept.by_hand
    assert "edited by hand" in bench.told[-1]
    path.write_text("title: mine")
    with pytest.raises(BrokenPlan, match="line 1"):
        bench.shelf.adopt(order)
    assert path.read_text() == "title: mine"


def test_a_later_plan_is_not_served_as_an_earlier_one(bench: Bench) -> None:
    """Law 3: going back to what a plan built on before brings that plan back, not the one that lies there now."""
    receipts = {}
    for what in ("five shots", "four shots"):
        order = Order(SESSION, "timeline", 0, fingerprint(what=what))
        with bench.shelf.fresh(order) as out:
            out.write_text(f'{{"of": "{what}"}}\n')
            receipts[order] = bench.shelf.publish(order, out, Made(), "fake", "studio")
    first, second = receipts
    assert bench.shelf.holds(second, receipts[second])
    assert not bench.shelf.holds(first, receipts[first])
    assert bench.shelf.adopt(first) is not None
    assert bench.path(first).read_text() == '{"of": "five shots"}\n'


def test_pieces_of_shots_taken_out_of_the_plan_are_retired(bench: Bench) -> None:
    """What no shot of the plan needs lies in takes/, not among the film's pictures."""
    for index in (1, 2, 3):
        bench.paint(bench.order(index, f"{index}"), (index, 0, 0))
    bench.shelf.retire("images", 2)
    assert sorted(p.name for p in (bench.folder / "images").glob("*.png")) == ["shot_001.png", "shot_002.png"]
    assert bench.shelf.adopt(bench.order(2, "3")) is not None


def test_a_receipt_reads_back_as_it_was_written(bench: Bench) -> None:
    """Receipts leave out defaults, and lose nothing by it."""
    receipt = bench.paint(bench.order(1, "a"), (1, 1, 1))
    assert Receipt.model_validate_json(receipt_bytes(receipt)) == receipt


def test_a_decompression_bomb_is_not_taken_for_a_picture(bench: Bench) -> None:
    """A picture of absurd size is damage, found from its header, before it is decoded."""
    order = bench.order(1, "a")
    path = bench.path(order)
    path.parent.mkdir()
    Image.new("1", (20_000, 20_000)).save(path, "PNG")
    found = bench.shelf.look(order)
    assert found.condition == "damaged"


def test_a_piece_is_published_in_the_order_that_survives_a_crash(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
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


def test_a_displaced_film_keeps_its_caption_files(bench: Bench) -> None:
    """Law 4: going back to an earlier film brings back its captions too, and makes nothing."""

    def cut(order: Order, film: bytes, captions: bytes) -> Receipt:
        with bench.shelf.fresh(order) as out:
            out.write_bytes(film)
            return bench.shelf.publish(order, out, Made(), "studio", "", also=(("film.srt", captions),))

    first, second = (Order(SESSION, "film", 0, fingerprint(film=n)) for n in (1, 2))
    cut(first, b"one", b"captions one")
    cut(second, b"two", b"captions two")
    assert (bench.folder / "film.srt").read_bytes() == b"captions two"
    assert bench.shelf.adopt(first) is not None
    assert (bench.folder / "film.mp4").read_bytes() == b"one"
    assert (bench.folder / "film.srt").read_bytes() == b"captions one"
    assert bench.shelf.adopt(second) is not None
    assert (bench.folder / "film.srt").read_bytes() == b"captions two"


def test_an_edited_caption_file_is_kept(bench: Bench) -> None:
    """Captions that a person edited are put aside and told, never overwritten in silence; the film is not cut again."""
    order = Order(SESSION, "film", 0, fingerprint(film=1))
    with bench.shelf.fresh(order) as out:
        out.write_bytes(b"film")
        bench.shelf.publish(order, out, Made(), "studio", "", also=(("film.srt", b"captions"),))
    (bench.folder / "film.srt").write_bytes(b"my captions")
    assert bench.shelf.adopt(order) is not None
    assert (bench.folder / "film.srt").read_bytes() == b"captions"
    assert (bench.folder / "takes" / "damaged" / "film.srt").read_bytes() == b"my captions"
    assert any("film.srt" in line for line in bench.told)


def test_a_plan_that_was_only_saved_anew_is_not_an_edit(bench: Bench) -> None:
    """Other white space is no edit: the plan is ours, and planned again where what it builds on changes."""
    order = Order(SESSION, "story", 0, fingerprint(idea="a"))
    with bench.shelf.fresh(order) as out:
        out.write_text('{"title": "a"}\n')
        receipt = bench.shelf.publish(order, out, Made(), "fake", "writer")
    (bench.folder / "story.json").write_text('{\n    "title": "a"}')
    assert bench.shelf.look(order).condition == "ours"
    assert bench.shelf.holds(order, receipt)
    changed = Order(SESSION, "story", 0, fingerprint(idea="b"))
    assert bench.shelf.adopt(changed) is None
    with bench.shelf.fresh(changed) as out:
        out.write_text('{"title": "b"}\n')
        bench.shelf.publish(changed, out, Made(), "fake", "writer")
    assert bench.shelf.adopt(order) is not None
