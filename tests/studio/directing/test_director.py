"""Laws of directing a session: written down first, carried out once, undone byte for byte, and paid for once."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from studio.archive.clearing import _removable
from studio.directing.director import direct, read_plan, undo
from studio.directing.edits import (
    Edit,
    NewShot,
    Redo,
    ShotWords,
    insert,
    join,
    move,
    redo,
    remove,
    retitle,
    reword,
    split,
    use_picture,
    use_score,
)
from studio.directing.takes import Take, composed_like, take_numbered, takes_of
from studio.errors import BadInput, BrokenPlan, SessionLocked
from studio.model.film import Shot
from studio.store import lock
from studio.store.brief import read_brief
from studio.store.journal import BY_HAND, Entry, Journal, history, read_journal
from studio.store.receipts import read_receipt
from tests.support.films.fake_crew import Log, fake_crew
from tests.support.films.filming import OPTIONS, PaidPainter, filmed, opened, paid_crew
from tests.support.sessions.make_sessions import picture

NOW = "2026-11-30T12:00:00"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A session whose plans are written, with five shots and nothing else."""
    folder = opened(tmp_path, OPTIONS.model_copy(update={"seconds": 12.0}))
    filmed(folder, fake_crew(Log()), until="shots")
    assert len(shots(folder)) >= 5
    return folder


@pytest.fixture
def film(tmp_path: Path) -> tuple[Path, PaidPainter]:
    """A session with a paid picture for each of its shots, and the painter who counts."""
    painter = PaidPainter()
    folder = opened(tmp_path)
    filmed(folder, paid_crew(painter), until="images")
    return folder, painter


def told(line: str) -> None:
    """Hear a line, for nobody."""


def done(folder: Path, edit: Edit, verb: str = "edit", words: str = "a change") -> None:
    direct(folder, edit, verb, words, NOW, told)


def texts(folder: Path) -> tuple[bytes, bytes]:
    return (folder / "story.json").read_bytes(), (folder / "shots.json").read_bytes()


def shots(folder: Path) -> tuple[Shot, ...]:
    return read_plan(folder, read_brief(folder)).shots


def any_edits(rng: random.Random) -> Iterator[Edit]:
    """Yield changes of any kind, most of which can be made."""
    while True:
        n = rng.randint(1, 4)
        yield rng.choice(
            [
                redo(Redo(), {n}),
                redo(Redo(stage="score"), ()),
                redo(Redo(notes="at night"), {n, n + 1}),
                reword(ShotWords(line=f"No. {rng.random()}", seconds=rng.choice([1.0, 2.5])), {n}),
                reword(ShotWords(note=f"né {rng.random()}"), {n}),
                retitle(f"The letter {rng.random()}"),
                insert(NewShot(f"a gull {rng.random()}"), n),
                remove({n}),
                move({n}, rng.randint(1, 5)),
                split(n, 0.5),
                join(n),
            ]
        )


@pytest.mark.parametrize("seed", range(6))
def test_undos_bring_every_plan_back_byte_for_byte(folder: Path, seed: int) -> None:
    """After any changes as many undos restore each state in turn, byte for byte, and as many redos bring them back."""
    rng = random.Random(seed)
    states = [texts(folder)]
    for edit in any_edits(rng):
        if rng.random() < 0.2:
            # A hand writes, too; whatever it leaves is a state of its own.
            path = folder / "shots.json"
            path.write_text(
                path.read_text("utf-8").replace('"camera": "', f'"camera": "by hand {len(states)} '), "utf-8"
            )
            states.append(texts(folder))
        try:
            done(folder, edit)
        except BadInput:
            continue
        if texts(folder) != states[-1]:
            states.append(texts(folder))
        if len(states) > 9:
            break
    for state in reversed(states[:-1]):
        undo(folder, 1, NOW, told)
        assert texts(folder) == state
    with pytest.raises(BadInput, match="there are no changes that can be undone"):
        undo(folder, 1, NOW, told)
    undo(folder, len(states) - 1, NOW, told, again=True)
    assert texts(folder) == states[-1]
    undo(folder, len(states) - 1, NOW, told)
    assert texts(folder) == states[0]


def test_an_edit_by_hand_is_undone_too(folder: Path) -> None:
    """What a hand wrote before a command is an entry of its own: undoing both gives back the plan as written."""
    before = texts(folder)
    (folder / "shots.json").write_text(before[1].decode().replace(shots(folder)[1].image_prompt, "a boat"), "utf-8")
    by_hand = texts(folder)
    done(folder, retitle("The Gale"))
    assert [entry.verb for entry in read_journal(folder)] == [BY_HAND, "edit"]
    undo(folder, 1, NOW, told)
    assert texts(folder) == (before[0], by_hand[1])
    undo(folder, 1, NOW, told)
    assert texts(folder) == before


def test_a_new_change_ends_what_could_be_done_again(folder: Path) -> None:
    """As in every editor: after an undo and a new change nothing is left to redo, and the undone one stays undone."""
    done(folder, retitle("One"))
    done(folder, retitle("Two"))
    undo(folder, 1, NOW, told)
    done(folder, retitle("Three"))
    with pytest.raises(BadInput, match="no undone changes"):
        undo(folder, 1, NOW, told, again=True)
    known = history(read_journal(folder))
    assert [entry.number for entry in known.done] == [1, 4]


def test_a_change_that_a_crash_cut_off_is_made_by_the_next_opening(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Once the journal has it, it counts, whatever was written of it."""

    class Crash(BaseException):
        pass

    write = Journal._write

    def crash_after_writing(journal: Journal, entry: Entry) -> Entry:
        write(journal, entry)
        raise Crash

    before = texts(folder)
    title = read_plan(folder, read_brief(folder)).story.title
    with monkeypatch.context() as patch:
        patch.setattr(Journal, "_write", crash_after_writing)
        with pytest.raises(Crash):
            done(folder, retitle("The Gale"))
    assert texts(folder) == before
    filmed(folder, fake_crew(Log()), until="shots")
    assert read_plan(folder, read_brief(folder)).story.title == "The Gale"
    receipt = read_receipt(folder / "receipts/story.json")
    assert receipt is not None
    assert (receipt.titled, receipt.redone) == (title, texts(folder)[0].decode())


def test_a_refused_change_changes_nothing(folder: Path) -> None:
    """Not the plans, not the journal, not what a fault took: also where a run has the session."""
    (folder / "receipts/story.json").unlink()
    before = {path: path.stat() for path in folder.rglob("*")}
    for edit in (
        remove(set(range(1, len(shots(folder)) + 1))),
        reword(ShotWords(prompt=shots(folder)[0].image_prompt), {1}),
    ):
        with pytest.raises(BadInput):
            done(folder, edit)
    held = lock.take(folder)
    with pytest.raises(SessionLocked, match="being worked on"):
        done(folder, retitle("The Gale"))
    held.release()
    after = {path: path.stat() for path in folder.rglob("*") if path.name != ".lock"}
    assert {path: (stat.st_size, stat.st_mtime_ns) for path, stat in before.items() if path in after} == {
        path: (stat.st_size, stat.st_mtime_ns) for path, stat in after.items()
    }


def test_a_broken_plan_is_left_to_its_writer(folder: Path) -> None:
    """A command never writes over a plan that does not validate."""
    (folder / "shots.json").write_text("[{]", "utf-8")
    before = texts(folder)
    with pytest.raises(BrokenPlan):
        done(folder, retitle("The Gale"))
    assert texts(folder) == before


def test_a_run_that_is_tried_again_directs_once(folder: Path) -> None:
    """A flow run that failed after its change finds it done: no second take is asked for."""
    for _ in range(3):
        direct(folder, redo(Redo(), {2}), "redo", "redo 2", NOW, told, run="run-1")
    assert [shot.take for shot in shots(folder)[:3]] == [1, 2, 1]
    assert len(read_journal(folder)) == 1


# --- what it costs --------------------------------------------------------------------------------


def painted(folder: Path, painter: PaidPainter) -> list[str]:
    """Run the film up to its pictures and return the prompts that were paid for in that run."""
    before = len(painter.asked)
    filmed(folder, paid_crew(painter), until="images")
    return painter.asked[before:]


def test_a_redo_pays_for_its_shots_alone_and_loses_no_take(film: tuple[Path, PaidPainter]) -> None:
    """One picture is paid for; the old one is listed, can be picked, and picking either way is free."""
    folder, painter = film
    prompts = [shot.image_prompt for shot in shots(folder)]
    done(folder, redo(Redo(), {2}))
    assert painted(folder, painter) == [prompts[1]]
    takes = takes_of(folder, shots(folder), "image", 2)
    assert [(take.number, take.in_place) for take in takes] == [(1, False), (2, True)]
    first = (folder / takes[0].path).read_bytes()
    done(folder, use_picture(takes[0].receipt.sha256, 2))
    assert painted(folder, painter) == []
    assert (folder / "images/shot_002.png").read_bytes() == first
    undo(folder, 1, NOW, told)
    assert painted(folder, painter) == []
    assert (folder / "images/shot_002.png").read_bytes() != first
    undo(folder, 1, NOW, told)
    assert painted(folder, painter) == []
    assert (folder / "images/shot_002.png").read_bytes() == first
    assert len(takes_of(folder, shots(folder), "image", 2)) == 2


def test_a_picked_take_stays_when_another_crew_works(film: tuple[Path, PaidPainter]) -> None:
    """It is chosen by its bytes: whoever paints now, it is not painted again."""
    folder, painter = film
    done(folder, redo(Redo(), {1}))
    painted(folder, painter)
    done(folder, use_picture(takes_of(folder, shots(folder), "image", 1)[0].receipt.sha256, 1))
    painted(folder, painter)
    other = PaidPainter(model="another", tint=99)
    assert len(painted(folder, other)) == len(shots(folder)) - 1
    assert takes_of(folder, shots(folder), "image", 1)[0].in_place


def test_shots_that_come_go_and_move_are_not_paid_for_again(film: tuple[Path, PaidPainter]) -> None:
    """An inserted shot costs one picture; moving, splitting, removing and joining cost none."""
    folder, painter = film
    done(folder, insert(NewShot("a gull"), 1))
    assert painted(folder, painter) == ["a gull, ultra cinematic documentary"]
    for edit in (move({1}, 4), split(2, 0.5), remove({1}), join(1)):
        done(folder, edit)
        assert painted(folder, painter) == []
    assert undo(folder, 5, NOW, told)
    assert painted(folder, painter) == []


def test_takes_follow_their_shot(film: tuple[Path, PaidPainter]) -> None:
    """A shot keeps its takes when it gets another number; a new shot in its place has none of them."""
    folder, painter = film
    done(folder, redo(Redo(), {1}))
    painted(folder, painter)
    done(folder, insert(NewShot("a gull"), 1))
    painted(folder, painter)
    assert len(takes_of(folder, shots(folder), "image", 1)) == 1
    assert [take.in_place for take in takes_of(folder, shots(folder), "image", 2)] == [False, True]


@pytest.mark.parametrize("reworded", [False, True])
def test_a_picture_by_hand_leaves_with_its_shot_and_comes_back_with_it(
    film: tuple[Path, PaidPainter], reworded: bool
) -> None:
    """The shot that gets the number of a removed one shows its own picture; undoing shows the person's again, free."""
    folder, painter = film
    mine, third = picture("red"), (folder / "images/shot_003.png").read_bytes()
    (folder / "images/shot_002.png").write_bytes(mine)
    assert painted(folder, painter) == []
    if reworded:
        done(folder, reword(ShotWords(prompt="a quay"), {2}))
    done(folder, remove({2}))
    assert painted(folder, painter) == []
    assert (folder / "images/shot_002.png").read_bytes() == third
    undo(folder, 1, NOW, told)
    assert painted(folder, painter) == []
    assert (folder / "images/shot_002.png").read_bytes() == mine
    assert (folder / "images/shot_003.png").read_bytes() == third


def test_shots_with_the_same_picture_each_keep_it_as_a_take(film: tuple[Path, PaidPainter]) -> None:
    """Both halves of a split shot are redone: each still has the picture that they shared, which was paid for once."""
    folder, painter = film
    shared = read_receipt(folder / "images/shot_002.json")
    done(folder, split(2, 0.5))
    assert painted(folder, painter) == []
    done(folder, redo(Redo(), {2, 3}))
    assert len(painted(folder, painter)) == 1
    assert shared is not None
    for number in (2, 3):
        first = takes_of(folder, shots(folder), "image", number)[0]
        assert (first.receipt.sha256, first.in_place) == (shared.sha256, False)
    (paid,) = [item for item in _removable(folder) if item.kind == "paid versions"]
    kept = [path for path in paid.paths if shared.sha256[:16] in path.path]
    # Four takes of three pictures.
    assert (len(kept), len(paid.paths), paid.unknown) == (4, 8, 3)


def test_a_redo_replaces_a_picture_by_hand_and_undoing_it_brings_it_back(film: tuple[Path, PaidPainter]) -> None:
    """A person's picture stays until that person asks for a redo; then it is a take like any other."""
    folder, painter = film
    mine = picture("red")
    (folder / "images/shot_002.png").write_bytes(mine)
    assert painted(folder, painter) == []
    done(folder, reword(ShotWords(note="mine"), {2}))
    assert painted(folder, painter) == []
    assert (folder / "images/shot_002.png").read_bytes() == mine
    done(folder, redo(Redo(), {2}))
    assert len(painted(folder, painter)) == 1
    takes = takes_of(folder, shots(folder), "image", 2)
    assert [take.receipt.by_hand for take in takes].count(True) == 1
    undo(folder, 1, NOW, told)
    assert painted(folder, painter) == []
    assert (folder / "images/shot_002.png").read_bytes() == mine


def test_a_picture_by_hand_that_no_run_has_seen_is_not_lost_to_a_redo(film: tuple[Path, PaidPainter]) -> None:
    """Also where the redo comes before any run: the picture is kept as a take."""
    folder, painter = film
    mine = picture("red")
    (folder / "images/shot_003.png").write_bytes(mine)
    done(folder, redo(Redo(), {3}))
    assert len(painted(folder, painter)) == 1
    kept = [take for take in takes_of(folder, shots(folder), "image", 3) if take.receipt.by_hand]
    assert [(folder / take.path).read_bytes() for take in kept] == [mine]


def test_another_title_makes_no_other_plan(film: tuple[Path, PaidPainter]) -> None:
    """Story, graph and shots stay as they are, whether a command or a hand changes the title."""
    folder, painter = film
    log = Log()
    done(folder, retitle("The Gale"))
    filmed(folder, paid_crew(painter, log), until="images")
    story = json.loads((folder / "story.json").read_text("utf-8"))
    (folder / "story.json").write_text(json.dumps(story | {"title": "By Hand"}), "utf-8")
    filmed(folder, paid_crew(painter, log), until="images")
    assert log.count("scene_graph") == log.count("shots") == 0


def test_a_hand_that_writes_after_a_crash_keeps_the_history(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A change that was cut off is not made over what a hand wrote since; what was done before can be undone."""

    class Crash(BaseException):
        """The process ends here."""

    done(folder, retitle("One"))
    done(folder, reword(ShotWords(camera="pan left"), {1}))
    before, write = texts(folder), Journal._write

    def end(journal: Journal, entry: Entry) -> None:
        write(journal, entry)
        raise Crash

    with monkeypatch.context() as patch:
        patch.setattr(Journal, "_write", end)
        with pytest.raises(Crash):
            done(folder, reword(ShotWords(camera="pan right"), {2}))
    path = folder / "shots.json"
    path.write_text(path.read_text("utf-8").replace('"camera": "pan left"', '"camera": "tilt up"'), "utf-8")
    by_hand = texts(folder)
    done(folder, retitle("Two"))
    entries = history(read_journal(folder)).done
    assert [entry.words for entry in entries[-2:]] == ["shots.json edited by hand", "a change"]
    undo(folder, 1, NOW, told)
    assert texts(folder) == by_hand
    undo(folder, 1, NOW, told)
    assert texts(folder) == before
    undo(folder, 2, NOW, told)
    assert read_plan(folder, read_brief(folder)).story.title != "One"
    undo(folder, 4, NOW, told, again=True)
    assert read_plan(folder, read_brief(folder)).story.title == "Two"


def test_a_journal_of_a_high_number_goes_on(folder: Path) -> None:
    """A damaged entry with the last number of six digits keeps nothing from being changed, and undone."""
    done(folder, retitle("One"))
    before = texts(folder)
    (folder / "journal/999999.json").write_text("{}", "utf-8")
    done(folder, retitle("Two"))
    assert [entry.number for entry in read_journal(folder)][-2:] == [999_999, 1_000_000]
    undo(folder, 1, NOW, told)
    assert texts(folder) == before


def test_the_number_of_a_take_stays(film: tuple[Path, PaidPainter]) -> None:
    """Whatever comes later, of whatever age: another shot's picture, one by hand, further takes made in any order."""
    folder, painter = film
    (folder / "images/shot_001.png").write_bytes(picture("red"))
    painted(folder, painter)
    numbers: dict[str, int] = {}

    def check() -> None:
        painted(folder, painter)
        for take in takes_of(folder, shots(folder), "image", 2):
            assert numbers.setdefault(take.receipt.sha256, take.number) == take.number

    check()
    done(folder, redo(Redo(takes=4), {2}))
    check()
    mine = read_receipt(folder / "images/shot_001.json")
    theirs = read_receipt(folder / "images/shot_003.json")
    assert mine is not None
    assert theirs is not None
    for sha256 in (theirs.sha256, mine.sha256, takes_of(folder, shots(folder), "image", 2)[0].receipt.sha256):
        done(folder, use_picture(sha256, 2))
        check()
    (folder / "images/shot_002.png").write_bytes(picture("blue"))
    check()
    done(folder, redo(Redo(takes=2), {2}))
    check()
    assert len(numbers) == 10


@pytest.mark.parametrize(
    ("other", "number"), [({}, 1), ({"seconds": 9.0}, 0), ({"prompt": "grave from 0.00 s"}, 0), ({"take": 0}, 0)]
)
def test_a_score_of_the_same_film_is_picked_by_its_number(
    film: tuple[Path, PaidPainter], other: dict[str, object], number: int
) -> None:
    """So that it is composed anew for another length; music of another length or other moods is used as it was."""
    folder, _ = film
    made = read_receipt(folder / "images/shot_001.json")
    assert made is not None
    receipt = made.model_copy(update={"stage": "score", "take": 1, "seconds": 8.0, "prompt": "calm from 0.00 s"})
    now = Take(2, "score", 0, "score.wav", True, receipt.model_copy(update={"take": 2}))
    earlier = Take(1, "score", 0, "takes/score/a.wav", False, receipt.model_copy(update=other))
    assert composed_like(earlier, (earlier, now)) == number
    story = use_score(1)(read_plan(folder, read_brief(folder))).story
    assert (story.score_take, story.music) == (1, None)


def test_a_take_is_named_by_its_number(film: tuple[Path, PaidPainter]) -> None:
    """A number that there is not is refused, and says which there are."""
    folder, _ = film
    takes = takes_of(folder, shots(folder), "image", 2)
    assert take_numbered(takes, 1, "the image of shot 2").path == "images/shot_002.png"
    with pytest.raises(BadInput, match="no take 2 of the image of shot 2: there is one take"):
        take_numbered(takes, 2, "the image of shot 2")


def test_a_crew_without_money_directs_the_same(tmp_path: Path) -> None:
    """A redo of a line, a clip and the score is another take, and the old ones are kept."""
    folder = opened(tmp_path)
    filmed(folder, fake_crew(Log()))
    spoken = next(shot.index for shot in shots(folder) if shot.narration)
    pieces = {f"narration/shot_{spoken:03d}.json": redo(Redo(stage="narration"), {spoken})}
    pieces |= {"videos/shot_001.json": redo(Redo(stage="video"), {1}), "score.json": redo(Redo(stage="score"), ())}
    for name, edit in pieces.items():
        before = {each: read_receipt(folder / each) for each in pieces}
        done(folder, edit)
        filmed(folder, fake_crew(Log()))
        after = {each: read_receipt(folder / each) for each in pieces}
        assert [each for each in pieces if after[each] != before[each]] == [name]


def journal_of(folder: Path) -> list[Path]:
    return sorted((folder / "journal").iterdir())


def directed(folder: Path, rng: random.Random, count: int) -> list[tuple[bytes, bytes]]:
    """Make `count` changes, and return the plans before the first and after each."""
    states = [texts(folder)]
    for edit in any_edits(rng):
        if len(states) > count:
            return states
        try:
            done(folder, edit)
        except BadInput:
            continue
        states.append(texts(folder))
    return states


@pytest.mark.parametrize("seed", range(12))
def test_a_damaged_entry_costs_the_undo_of_what_lies_before_it_and_nothing_else(folder: Path, seed: int) -> None:
    """A bit flipped anywhere, a torn or a lost entry: the plans stay, later changes are undone byte for byte."""
    rng = random.Random(seed)
    states = directed(folder, rng, 5)
    number = rng.randrange(5) if seed % 3 else 4
    path = journal_of(folder)[number]
    content = bytearray(path.read_bytes())
    content[rng.randrange(len(content))] ^= 1 << rng.randrange(8)
    match seed % 4:
        case 0:
            path.unlink()
        case 1:
            path.write_bytes(content[:40])
        case _:
            path.write_bytes(content)
    # A flipped bit in the name of the check damages nothing that is read.
    after = 5 if len(history(read_journal(folder)).done) == 5 and path.exists() else 4 - number
    filmed(folder, fake_crew(Log()), until="shots")
    assert texts(folder) == states[-1]
    for state in states[::-1][1 : after + 1]:
        undo(folder, 1, NOW, told)
        assert texts(folder) == state
    with pytest.raises(BadInput):
        undo(folder, 1, NOW, told)
    assert texts(folder) == states[-after - 1]
    done(folder, retitle("What comes after"))
    undo(folder, 1, NOW, told)
    assert texts(folder) == states[-after - 1]


@pytest.mark.parametrize("lose", [False, True])
def test_a_change_is_carried_out_once(folder: Path, lose: bool) -> None:
    """A hand that puts the plan back as it was before, or an undo whose entry is lost, is not undone by the opening."""
    before = texts(folder)
    done(folder, move({2}, 1))
    if lose:
        undo(folder, 1, NOW, told)
        journal_of(folder)[-1].unlink()
    else:
        (folder / "shots.json").write_bytes(before[1])
    filmed(folder, fake_crew(Log()), until="shots")
    assert texts(folder) == before
    done(folder, retitle("The Gale"))
    assert texts(folder)[1] == before[1]


def test_a_plan_that_is_planned_anew_gets_no_old_change(folder: Path) -> None:
    """Taken away to have it planned anew, it comes back as it was written, also at every later opening."""
    written = texts(folder)[1]
    done(folder, move({2}, 1))
    (folder / "shots.json").unlink()
    for _ in range(2):
        filmed(folder, fake_crew(Log()), until="shots")
        assert texts(folder)[1] == written


def test_takes_are_listed_by_their_shot_before_a_run_moved_them(film: tuple[Path, PaidPainter]) -> None:
    """After a move that no run has carried out every take is one of its own shot, wherever its file is."""
    folder, _ = film
    before = {
        shot.id: [t.receipt.sha256 for t in takes_of(folder, shots(folder), "image", shot.index)]
        for shot in shots(folder)
    }
    for edit in (move({3}, 1), remove({2}), insert(NewShot("a gull"), 2), move({1}, 4)):
        done(folder, edit)
        for shot in shots(folder):
            found = [take.receipt.sha256 for take in takes_of(folder, shots(folder), "image", shot.index)]
            assert found == before.get(shot.id, [])


def test_a_damaged_take_is_not_offered(film: tuple[Path, PaidPainter]) -> None:
    """Also if only one bit of it is another one: it could not be put in its place."""
    folder, painter = film
    done(folder, redo(Redo(), {1}))
    filmed(folder, paid_crew(painter), until="images")
    assert len(takes_of(folder, shots(folder), "image", 1)) == 2
    kept = next((folder / "takes/images").glob("*.png"))
    content = bytearray(kept.read_bytes())
    content[-20] ^= 1
    kept.unlink()
    kept.write_bytes(content)
    assert [take.in_place for take in takes_of(folder, shots(folder), "image", 1)] == [True]


def test_a_picture_by_hand_stands_for_what_it_stood_for_when_an_undo_is_cut_off(
    film: tuple[Path, PaidPainter], monkeypatch: pytest.MonkeyPatch
) -> None:
    """An undo that a crash cut off right after its entry is whole after the next run, also for that picture."""
    folder, painter = film
    before = (folder / "images/shot_001.png").read_bytes()
    done(folder, redo(Redo(), {1}))
    filmed(folder, paid_crew(painter), until="images")
    (folder / "images/shot_001.png").write_bytes(picture("teal"))

    def crash(*asked: object) -> None:
        raise KeyboardInterrupt

    write = Journal._write
    with monkeypatch.context() as patch:
        patch.setattr(Journal, "_write", lambda journal, entry: (write(journal, entry), crash()))
        with pytest.raises(KeyboardInterrupt):
            undo(folder, 1, NOW, told)
    filmed(folder, paid_crew(painter), until="images")
    assert (folder / "images/shot_001.png").read_bytes() == before


def test_what_lies_in_a_takes_place_is_kept_aside(film: tuple[Path, PaidPainter]) -> None:
    """A folder where a take or its receipt belongs stops no run."""
    folder, painter = film
    receipt = read_receipt(folder / "images/shot_001.json")
    assert receipt is not None
    name = f"{receipt.fingerprint[:16]}-{receipt.sha256[:16]}"
    for suffix in ("png", "json"):
        (folder / f"takes/images/{name}.{suffix}").mkdir(parents=True)
        (folder / f"takes/images/{name}.{suffix}/mine.txt").write_text("mine")
    done(folder, redo(Redo(), {1}))
    filmed(folder, paid_crew(painter), until="images")
    assert len(takes_of(folder, shots(folder), "image", 1)) == 2
    assert len(list((folder / "takes/damaged").rglob("mine.txt"))) == 2
