"""Whose file is it? A person's pictures and edits are used and kept, damage is not taken for them."""

from __future__ import annotations

import os

import pytest
from PIL import Image

from studio.errors import BrokenPlan
from studio.fs.checksums import sha256_of
from studio.model.fingerprint import fingerprint
from studio.model.pieces import Order, receipt_path
from studio.model.receipt import PieceMeasures
from studio.store.receipts import read_receipt
from tests.support.sessions.store_bench import SESSION, StoreBench, hand_picture


def test_a_flipped_bit_that_nobody_wrote_is_damage_even_in_a_picture_that_decodes(bench: StoreBench) -> None:
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
    assert bench.store.look(order).condition == "damaged"


def test_a_picture_by_hand_is_used_marked_and_stays(bench: StoreBench) -> None:
    """Law 5: a person's whole picture is used, marked so, and stays even when the prompt changes."""
    order = bench.order(3, "a")
    bench.paint(order, (1, 2, 3))
    hand_picture(bench.path(order))
    receipt = bench.store.adopt(order)
    assert receipt is not None
    assert receipt.by_hand
    assert (receipt.width, receipt.height) == (16, 12)
    assert read_receipt(bench.folder / receipt_path(order.path)) == receipt
    changed = bench.order(3, "another prompt")
    assert bench.store.adopt(changed) is not None
    assert bench.path(order).read_bytes() == bench.path(changed).read_bytes()


def test_a_picture_by_hand_in_place_of_another_is_used(bench: StoreBench) -> None:
    """Law 5: a person may think again: the second picture is the one that its clip is made of."""
    order = bench.order(3, "a")
    for colour in ((9, 9, 9), (200, 9, 9)):
        hand_picture(bench.path(order), colour)
        receipt = bench.store.adopt(order)
        assert receipt is not None
        assert receipt.by_hand
        assert receipt.sha256 == sha256_of(bench.path(order))
        assert read_receipt(bench.folder / receipt_path(order.path)) == receipt


def test_a_picture_by_hand_goes_when_the_person_removes_it(bench: StoreBench) -> None:
    """Law 5: a removed picture does not come back from takes/."""
    first, second = bench.order(1, "a"), bench.order(2, "a")
    hand_picture(bench.path(first))
    assert bench.store.adopt(first) is not None
    bench.store.displace(first)
    bench.path(first).unlink()
    assert bench.store.adopt(first) is None
    assert second.fingerprint == first.fingerprint


def test_a_picture_by_hand_follows_its_shot(bench: StoreBench) -> None:
    """Law 5: when a shot is inserted before it, a person's picture moves with the shot it stands for."""
    old = bench.order(1, "a")
    bench.paint(old, (1, 1, 1))
    hand_picture(bench.path(old), (7, 7, 7))
    assert bench.store.adopt(old) is not None
    mine = bench.path(old).read_bytes()
    wanted = tuple(fingerprint(what=what) for what in ("new", "a"))
    inserted, moved = bench.order(1, "new", wanted), bench.order(2, "a", wanted)
    assert bench.store.adopt(inserted) is None
    bench.paint(inserted, (5, 5, 5))
    receipt = bench.store.adopt(moved)
    assert receipt is not None
    assert receipt.by_hand
    assert bench.path(moved).read_bytes() == mine


def test_an_edited_plan_is_kept_and_a_broken_one_stops_the_run_untouched(bench: StoreBench) -> None:
    """Law 5: a plan that validates is a person's edit; one that does not is never overwritten."""
    order = Order(SESSION, "story", 0, fingerprint(idea="a"))
    with bench.store.hidden_path(order) as out:
        out.write_text('{"title": "a"}\n')
        receipt = bench.store.publish(order, out, PieceMeasures(), "fake", "writer")
    assert receipt.content == '{"title": "a"}\n'
    path = bench.folder / "story.json"
    path.write_text('{"title": "mine"}\n')
    assert bench.store.can_serve(order, receipt)
    rebuilt = Order(SESSION, "story", 0, fingerprint(idea="b"))
    kept = bench.store.adopt(rebuilt)
    assert kept is not None
    assert kept.by_hand
    assert "edited by hand" in bench.told[-1]
    path.write_text("title: mine")
    with pytest.raises(BrokenPlan, match="line 1"):
        bench.store.adopt(order)
    assert path.read_text() == "title: mine"


def test_a_decompression_bomb_is_not_taken_for_a_picture(bench: StoreBench) -> None:
    """A picture of absurd size is damage, found from its header, before it is decoded."""
    order = bench.order(1, "a")
    path = bench.path(order)
    path.parent.mkdir()
    Image.new("1", (20_000, 20_000)).save(path, "PNG")
    found = bench.store.look(order)
    assert found.condition == "damaged"


def test_an_edited_caption_file_is_kept(bench: StoreBench) -> None:
    """Captions that a person edited are put aside and told, never overwritten in silence; the film is not cut again."""
    order = Order(SESSION, "film", 0, fingerprint(film=1))
    with bench.store.hidden_path(order) as out:
        out.write_bytes(b"film")
        bench.store.publish(order, out, PieceMeasures(), "studio", "", also=(("film.srt", b"captions"),))
    (bench.folder / "film.srt").write_bytes(b"my captions")
    assert bench.store.adopt(order) is not None
    assert (bench.folder / "film.srt").read_bytes() == b"captions"
    assert (bench.folder / "takes" / "damaged" / "film.srt").read_bytes() == b"my captions"
    assert any("film.srt" in line for line in bench.told)


def test_a_plan_that_was_only_saved_anew_is_not_an_edit(bench: StoreBench) -> None:
    """Other white space is no edit: the plan is ours, and planned again where what it builds on changes."""
    order = Order(SESSION, "story", 0, fingerprint(idea="a"))
    with bench.store.hidden_path(order) as out:
        out.write_text('{"title": "a"}\n')
        receipt = bench.store.publish(order, out, PieceMeasures(), "fake", "writer")
    (bench.folder / "story.json").write_text('{\n    "title": "a"}')
    assert bench.store.look(order).condition == "ours"
    assert bench.store.can_serve(order, receipt)
    changed = Order(SESSION, "story", 0, fingerprint(idea="b"))
    assert bench.store.adopt(changed) is None
    with bench.store.hidden_path(changed) as out:
        out.write_text('{"title": "b"}\n')
        bench.store.publish(changed, out, PieceMeasures(), "fake", "writer")
    assert bench.store.adopt(order) is not None
