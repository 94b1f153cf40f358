"""Laws of the reference pictures: each character is painted once, every shot of it is painted after that picture, and
changing one thing pays for nothing else."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from PIL import Image

from studio.billing.calls import read_calls, spent_usd
from studio.checks.repair import survey
from studio.checks.verify import FAULTS, verify
from studio.forecast.forecast import UNKNOWN_CAST, forecast_session
from studio.forecast.forecast_model import Forecast
from studio.fs import checksums
from studio.model.paid import VendorError
from studio.model.terms import Terms
from studio.store.brief import read_brief, write_brief
from studio.store.receipts import read_receipt
from tests.support.films.filming import PRICES, PaidPainter, filmed, opened, paid_crew

KEEPER = "cast/character_001.png"


@pytest.fixture(autouse=True)
def _prices(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "prices.toml"
    path.write_text(PRICES, "utf-8")
    monkeypatch.setenv("FILM_PRICES", str(path))


def painter(refuses: Callable[[str], VendorError | None] = lambda prompt: None, tint: int = 0) -> PaidPainter:
    return PaidPainter(references=16, refuses=refuses, tint=tint)


@pytest.fixture
def film(tmp_path: Path) -> tuple[Path, PaidPainter]:
    """A finished film with one character in its cast, and who painted it."""
    folder, who = opened(tmp_path / "output"), painter()
    filmed(folder, paid_crew(who))
    return folder, who


def plan(folder: Path) -> Forecast:
    return forecast_session(folder, read_brief(folder), paid_crew(painter()))


def again(folder: Path, run_id: str = "b", tint: int = 50, why: Sequence[str] = ()) -> list[str]:
    """Run once more and return what was asked for, having foretold it, and why pictures of shots are made."""
    found, who = plan(folder), painter(tint=tint)
    assert [step.why for step in found.steps if step.made and step.stage == "images"] == [*why]
    before = spent_usd(read_calls(folder))[0]
    filmed(folder, paid_crew(who), run_id)
    paid = spent_usd(read_calls(folder))[0] - before
    assert found.total.low - 1e-9 <= paid <= found.total.high + 1e-9
    assert [finding for finding in verify(folder) if finding.what in FAULTS] == []
    return who.asked


def shots_with(folder: Path) -> list[int]:
    """Return the shots whose prompt describes the keeper."""
    shots = json.loads((folder / "shots.json").read_text("utf-8"))
    return [shot["index"] for shot in shots if "lighthouse keeper" in shot["image_prompt"]]


def test_each_character_is_painted_once_and_before_the_shots(film: tuple[Path, PaidPainter]) -> None:
    """One picture a shot and one a character; the portrait has a receipt and a line in the ledger."""
    folder, who = film
    shots = json.loads((folder / "shots.json").read_text("utf-8"))
    assert len(who.asked) == len(shots) + 1
    assert who.asked[0].startswith("Character reference picture: a lighthouse keeper")
    receipt = read_receipt(folder / "cast/character_001.json")
    assert receipt is not None
    assert (receipt.stage, receipt.index, receipt.cost_usd) == ("cast", 1, 0.04)
    assert [call.stage for call in read_calls(folder)].count("cast") == 1
    assert again(folder) == []


def test_a_shot_is_painted_after_the_portrait_and_another_is_not(film: tuple[Path, PaidPainter]) -> None:
    """What is sent for a shot of the keeper has the portrait's bytes in it; other shots' requests do not."""
    folder, _ = film
    calls = {call.index: call.digest for call in read_calls(folder) if call.stage == "images"}
    plain, other = folder.parent.parent.parent / "plain", PaidPainter()
    bare = opened(plain)
    filmed(bare, paid_crew(other), until="images")
    without = {call.index: call.digest for call in read_calls(bare) if call.stage == "images"}
    changed = [index for index in calls if calls[index] != without[index]]
    assert changed == shots_with(folder)
    assert 0 < len(changed) < len(calls)


def test_a_changed_shot_pays_for_itself_alone(film: tuple[Path, PaidPainter]) -> None:
    """Also where it comes to show the character, or shows it no more: nobody else's picture is bound to that."""
    folder, _ = film
    path = folder / "shots.json"
    for number, prompt in ((1, "a lighthouse keeper in a dark blue coat rows"), (2, "an empty door")):
        shots = json.loads(path.read_text("utf-8"))
        shots[number]["image_prompt"] = prompt
        path.write_text(json.dumps(shots), "utf-8")
        assert again(folder, f"run-{number}", why=["edited prompt"]) == [prompt]


def test_a_lost_portrait_costs_no_shot(film: tuple[Path, PaidPainter]) -> None:
    """Its answer is held and paid for; where that is lost too, the portrait alone is paid again."""
    folder, _ = film
    (folder / KEEPER).unlink()
    assert again(folder) == []
    (folder / KEEPER).write_bytes(b"damaged")
    for call in read_calls(folder):
        if call.stage == "cast":
            (folder / call.answer_path).unlink()
    assert [prompt[:9] for prompt in again(folder, "c")] == ["Character"]
    assert again(folder, "d") == []


def test_a_portrait_put_there_by_hand_is_used_and_its_shots_are_painted_after_it(
    film: tuple[Path, PaidPainter],
) -> None:
    """A person's picture of a character is never replaced; its shots are paid for anew, once, and no other."""
    folder, _ = film
    Image.new("RGB", (300, 500), (200, 10, 10)).save(folder / KEEPER)
    mine = checksums.sha256_of(folder / KEEPER)
    asked = again(folder, why=["new upstream"] * len(shots_with(folder)))
    assert len(asked) == len(shots_with(folder))
    assert all("lighthouse keeper" in prompt and not prompt.startswith("Character") for prompt in asked)
    assert checksums.sha256_of(folder / KEEPER) == mine
    assert again(folder, "c") == []


def test_a_refused_portrait_fails_or_its_shots_do_without(tmp_path: Path) -> None:
    """As `--on-refusal` says; a slate at its place is shown to no painter, and nothing is asked twice."""
    folder = opened(tmp_path / "output")

    def refuses(prompt: str) -> VendorError | None:
        return VendorError("refused", "v: no keepers") if prompt.startswith("Character") else None

    advice = r"no keepers; change the character's description in scene_graph.json, .* at cast/character_001.png, or do "
    with pytest.raises(VendorError, match=advice):
        filmed(folder, paid_crew(painter(refuses)))
    write_brief(folder, read_brief(folder).model_copy(update={"terms": Terms(on_refusal="slate")}))
    who = painter(refuses)
    filmed(folder, paid_crew(who), "b")
    receipt = read_receipt(folder / "cast/character_001.json")
    assert receipt is not None
    assert "no keepers" in receipt.refused
    assert len(who.asked) == len(json.loads((folder / "shots.json").read_text("utf-8")))
    assert again(folder, "c") == []


def test_a_new_film_is_foretold_with_its_portraits(tmp_path: Path) -> None:
    """The price of a film that is not begun has the portraits in it, too."""
    folder = opened(tmp_path / "output")
    found = plan(folder)
    assert [step.stage for step in found.steps].count("cast") == 1
    assert UNKNOWN_CAST in found.notes
    again(folder, "a", why=["new"] * found.shots)
    assert plan(folder).notes == ()


def test_a_picture_that_cannot_be_used_is_told_before_the_run(film: tuple[Path, PaidPainter]) -> None:
    """A TIFF in a portrait's or a picture's place: the plan and `sessions verify` say why not, and what to do. Of a
    JPEG, WebP, AVIF or GIF under our name plan, verify, repair and run agree that it is the person's."""
    folder, _ = film
    mine = folder / "images/shot_001.png"
    for kind in ("JPEG", "WEBP", "AVIF", "GIF"):
        Image.new("RGB", (300, 500), (200, 10, 10)).save(mine, kind)
        assert [step.why for step in plan(folder).steps if (step.stage, step.index) == ("images", 1)] == ["by hand"]
        assert {finding.path: finding.what for finding in verify(folder)}["images/shot_001.png"] == "by hand"
        assert "images/shot_001.png" not in {mend.finding.path for mend in survey(folder)}
    content = mine.read_bytes()
    assert again(folder) == []
    receipt = read_receipt(folder / "images/shot_001.json")
    assert receipt is not None
    assert (receipt.by_hand, receipt.width, receipt.height, mine.read_bytes()) == (True, 300, 500, content)
    for path in (KEEPER, "images/shot_001.png"):
        Image.new("RGB", (300, 500), (200, 10, 10)).save(folder / path, "TIFF")
        why = "it is not a picture that can be used: save it as PNG, JPEG, WebP, AVIF or GIF"
        assert f"{path} cannot be used: {why}" in plan(folder).notes
        told = {finding.path: finding.reason for finding in verify(folder)}
        assert told[path].startswith(why)


def test_an_inserted_shot_is_new(film: tuple[Path, PaidPainter]) -> None:
    """What lies under its number is another shot's."""
    folder, _ = film
    shots = json.loads((folder / "shots.json").read_text("utf-8"))
    shots.insert(1, {"image_prompt": "close-up, a lantern in fog, dusk", "camera": "dolly in"})
    (folder / "shots.json").write_text(json.dumps(shots), "utf-8")
    assert again(folder, why=["new"]) == ["close-up, a lantern in fog, dusk"]
