"""Laws of `film plan`: what it says is what a run then does, why, at that price; and it changes and spends nothing."""

from __future__ import annotations

import json
import os
import re
from collections import Counter
from pathlib import Path
from typing import Any, Self

import pytest
from PIL import Image

from blocks.offline.crew import offline_crew
from studio.billing.calls import read_calls, spent_usd
from studio.billing.prices import PriceList
from studio.cli.forecast_page import forecast_json, forecast_lines
from studio.errors import BrokenPlan
from studio.forecast.forecast import forecast_idea, forecast_session
from studio.forecast.forecast_model import Forecast, Step
from studio.forecast.quote import Quoter
from studio.model.brief import Brief, FilmOptions
from studio.model.engines import Crew
from studio.model.paid import CallDesk, Reply, Request, Usage
from studio.model.price import Price
from studio.model.terms import Terms
from studio.store.brief import read_brief
from tests.support.films.fake_crew import Log
from tests.support.films.filming import PaidPainter, filmed, opened, paid_crew
from tests.support.films.planned import film, finished, prices
from tests.support.sessions.make_sessions import snapshot

__all__ = ["film", "finished", "prices"]


def forecast(folder: Path, crew: Crew | None = None) -> Forecast:
    """Return the forecast, having made sure that it changed nothing."""
    before = snapshot(folder)
    found = forecast_session(folder, read_brief(folder), crew or paid_crew(PaidPainter()))
    assert snapshot(folder) == before
    return found


def made(found: Forecast) -> list[tuple[str, int, str]]:
    return [(step.stage, step.index, step.why) for step in found.steps if step.made]


def step_of(found: Forecast, stage: str, index: int = 0) -> Step:
    return next(step for step in found.steps if (step.stage, step.index) == (stage, index))


def shots_of(folder: Path) -> list[dict[str, Any]]:
    shots: list[dict[str, Any]] = json.loads((folder / "shots.json").read_text("utf-8"))
    return shots


def write_shots(folder: Path, shots: list[dict[str, Any]]) -> None:
    (folder / "shots.json").write_text(json.dumps(shots, indent=2), "utf-8")


def check_against_a_run(folder: Path, found: Forecast) -> None:
    """Make sure that a run now makes exactly what the forecast says, and pays no more than that."""
    log, painter = Log(), PaidPainter(tint=99)
    before, _ = spent_usd(read_calls(folder))
    filmed(folder, paid_crew(painter, log), "check")
    after, _ = spent_usd(read_calls(folder))
    told = Counter(step.stage for step in found.steps if step.made)
    assert Counter(kind for kind, _ in log.calls) == Counter(
        {
            {"videos": "video"}.get(stage, stage): count
            for stage, count in told.items()
            if stage in ("story", "scene_graph", "shots", "narration", "videos")
        }
    )
    assert found.total.low - 1e-9 <= after - before <= found.total.high + 1e-9
    assert made(forecast(folder)) == []


# --- a session ------------------------------------------------------------------------------------


def test_a_finished_film_needs_nothing(film: Path) -> None:
    """Everything is reused, with what it cost; nothing costs anything."""
    found = forecast(film)
    assert made(found) == []
    assert (found.total.high, found.total.unknown, found.about) == (0.0, 0, False)
    assert step_of(found, "images", 1).paid_usd == pytest.approx(0.04)
    assert found.spent_usd == pytest.approx(0.04 * found.shots)
    assert "in all     nothing" in forecast_lines(found, "")
    check_against_a_run(film, found)


def test_an_edited_prompt(film: Path) -> None:
    """One picture, its clip and the film are made, for one picture's price."""
    shots = shots_of(film)
    shots[1]["image_prompt"] = "a harbour at night"
    write_shots(film, shots)
    found = forecast(film)
    assert made(found) == [("images", 2, "edited prompt"), ("videos", 2, "new upstream"), ("film", 0, "new upstream")]
    assert step_of(found, "shots").why == "edited by hand"
    assert (found.total.low, found.total.high) == (pytest.approx(0.04), pytest.approx(0.04))
    check_against_a_run(film, found)


def test_a_redo_and_an_edited_move(film: Path) -> None:
    """A raised take is a redo; another camera makes the clip alone, and costs nothing."""
    shots = shots_of(film)
    shots[0]["take"], shots[2]["camera"] = 2, "static" if shots[2]["camera"] != "static" else "orbit"
    write_shots(film, shots)
    found = forecast(film)
    assert made(found) == [
        ("images", 1, "redo"),
        ("videos", 1, "new upstream"),
        ("videos", 3, "edited prompt"),
        ("film", 0, "new upstream"),
    ]
    check_against_a_run(film, found)


def test_further_takes_are_counted_once(film: Path) -> None:
    """Each further take of a picture, clip, line or score is a step; one of a clip is kept, whatever changes after."""
    shots = shots_of(film)
    shots[1] |= {"alternatives": 1, "video_alternatives": 2, "narration_alternatives": 1}
    write_shots(film, shots)
    story = json.loads((film / "story.json").read_text("utf-8")) | {"score_alternatives": 2}
    (film / "story.json").write_text(json.dumps(story, indent=2), "utf-8")
    found = forecast(film)
    steps = Counter((stage, index) for stage, index, _ in made(found))
    assert steps == {("images", 2): 1, ("videos", 2): 2, ("narration", 2): 1, ("score", 0): 2}
    assert {why for _, _, why in made(found)} == {"further take"}
    told = "\n".join(forecast_lines(found, "go on"))
    assert re.search(r"clip 2 +make +2 further takes", told)
    assert re.search(r"line 2 +make +further take", told)
    assert found.total.high == pytest.approx(0.04)
    check_against_a_run(film, found)
    shots = shots_of(film)
    shots[1]["image_prompt"] = "another pier"
    write_shots(film, shots)
    found = forecast(film)
    assert made(found) == [
        ("images", 2, "further take"),
        ("images", 2, "edited prompt"),
        ("videos", 2, "new upstream"),
        ("film", 0, "new upstream"),
    ]
    check_against_a_run(film, found)


def test_an_edited_line(film: Path) -> None:
    """A line of other words is spoken, and whatever follows from its length may be another."""
    shots = shots_of(film)
    shots[0]["narration"] = "Altogether other words, and many more of them than there were before, are said here now."
    write_shots(film, shots)
    found = forecast(film)
    assert ("narration", 1, "edited prompt") in made(found)
    assert {stage for stage, _, _ in made(found)} == {"narration", "timeline", "videos", "score", "film"}
    assert found.total.high == 0


def test_a_shot_inserted_in_front(film: Path) -> None:
    """The others take their new numbers: one picture and one clip are made."""
    shots = shots_of(film)
    write_shots(film, [{"image_prompt": "a lantern in fog"}, *shots])
    found = forecast(film)
    assert [step for step in made(found) if step[0] in ("images", "videos")] == [
        ("images", 1, "new"),
        ("videos", 1, "new"),
    ]
    assert step_of(found, "images", 2).why == "kept elsewhere"
    check_against_a_run(film, found)


def test_what_is_held_costs_nothing_again(film: Path) -> None:
    """A picture that was lost or damaged is made again of the answer that lies here; its clip stays as it is."""
    (film / "images/shot_001.png").unlink()
    path = film / "images/shot_002.png"
    stat = path.stat()
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    found = forecast(film)
    assert made(found) == [("images", 1, "missing"), ("images", 2, "damaged")]
    assert all(step_of(found, "images", index).estimate.held for index in (1, 2))
    assert found.total.high == 0
    assert any("its answer is held" in line for line in forecast_lines(found, ""))
    check_against_a_run(film, found)


def test_what_is_not_held_costs_its_price_again(film: Path) -> None:
    """Where the answer is gone too, the picture is paid for, and its clip is made of another picture."""
    (film / "images/shot_001.png").unlink()
    for call in read_calls(film):
        (film / call.answer_path).unlink()
    found = forecast(film)
    assert made(found) == [("images", 1, "missing"), ("videos", 1, "new upstream"), ("film", 0, "new upstream")]
    assert found.total.high == pytest.approx(0.04)
    check_against_a_run(film, found)


def test_a_picture_by_hand_is_used(film: Path) -> None:
    """It costs nothing, and its clip is made."""
    Image.new("RGB", (16, 12), "red").save(film / "images/shot_001.png")
    found = forecast(film)
    assert step_of(found, "images", 1).why == "by hand"
    assert made(found) == [("videos", 1, "new upstream"), ("film", 0, "new upstream")]
    check_against_a_run(film, found)


def test_a_plan_that_is_gone_is_put_back(film: Path) -> None:
    """Its receipt holds it: nothing is written again."""
    (film / "story.json").unlink()
    found = forecast(film)
    assert made(found) == []
    assert step_of(found, "story").why == "kept elsewhere"
    check_against_a_run(film, found)


def test_an_edited_story_is_planned_from(film: Path) -> None:
    """Graph and shots follow an edited story; what the new shots will be is not known, and said to be a guess."""
    story = json.loads((film / "story.json").read_text("utf-8"))
    story["scenes"][0]["action"] = "climbs the stairs and looks out over the black water for a long time"
    (film / "story.json").write_text(json.dumps(story), "utf-8")
    found = forecast(film)
    assert found.about
    assert step_of(found, "story").why == "edited by hand"
    assert made(found)[:2] == [("scene_graph", 0, "new upstream"), ("shots", 0, "new upstream")]
    assert {why for _, _, why in made(found)} == {"new upstream"}
    assert found.total.high == pytest.approx(0.04 * found.shots)


def test_edited_shots_are_kept_though_the_story_is_another(film: Path) -> None:
    """What a person wrote stays: the shots are known, and so is what they cost."""
    story, shots = json.loads((film / "story.json").read_text("utf-8")), shots_of(film)
    story["scenes"][0]["action"] = "climbs the stairs and looks out over the black water for a long time"
    (film / "story.json").write_text(json.dumps(story), "utf-8")
    shots[0]["image_prompt"] = "a harbour at night"
    write_shots(film, shots)
    found = forecast(film)
    assert (found.about, step_of(found, "shots").why) == (False, "edited by hand")
    assert [step for step in made(found) if step[0] in ("scene_graph", "images")] == [
        ("scene_graph", 0, "new upstream"),
        ("images", 1, "edited prompt"),
    ]
    check_against_a_run(film, found)


def test_another_crew(film: Path) -> None:
    """Whatever another crew would make is made, and said to be for that reason."""
    found = forecast(film, paid_crew(PaidPainter(model="other")))
    assert made(found)[0] == ("images", 1, "other crew")
    assert found.total.unknown == found.shots
    assert any("calls of unknown price" in line for line in forecast_lines(found, ""))


def test_an_unfinished_film(tmp_path: Path) -> None:
    """What was never made is new; of a session of which nothing is planned yet the shots are about so many."""
    folder = opened(tmp_path / "output")
    found = forecast(folder)
    assert found.about
    assert {why for _, _, why in made(found)} == {"new"}
    filmed(folder, paid_crew(PaidPainter()), until="shots")
    found = forecast(folder)
    assert not found.about
    assert made(found)[0] == ("narration", 1, "new")
    assert found.total.high == pytest.approx(0.04 * found.shots)
    check_against_a_run(folder, found)


def test_a_plan_that_does_not_read_stops_the_forecast(film: Path) -> None:
    """As it would stop a run."""
    timeline = film / "timeline.json"
    laid = timeline.read_text("utf-8")
    timeline.write_text(json.dumps({**json.loads(laid), "frames": 7}), "utf-8")
    with pytest.raises(BrokenPlan, match="'frames' is 7"):
        forecast(film)
    timeline.write_text(laid, "utf-8")
    (film / "shots.json").write_text("[{", "utf-8")
    with pytest.raises(BrokenPlan):
        forecast(film)


def test_calls_that_were_cut_off_are_told(film: Path) -> None:
    """A run asks before it pays again: the forecast says how many, and up to what."""
    call = read_calls(film)[0]
    intent = json.loads((film / call.path).read_text("utf-8")) | {"state": "intent"}
    (film / call.path).write_text(json.dumps(intent), "utf-8")
    (film / call.answer_path).unlink()
    found = forecast(film)
    assert [each.path for each in found.lost] == [call.path]
    assert any("1 call was cut off" in line and "$0.04" in line for line in forecast_lines(found, ""))


# --- an idea --------------------------------------------------------------------------------------


def brief_of(**options: Any) -> Brief:
    return Brief(idea="A lighthouse", options=FilmOptions(**options), seed=0, started_at="", version="0")


def test_an_idea_is_counted_by_the_offline_writers_plan() -> None:
    """As many pictures as the offline writer would plan shots, each at its price; all of it is new."""
    found = forecast_idea(brief_of(seconds=20), paid_crew(PaidPainter()))
    assert (found.about, found.session_id) == (True, "")
    assert found.total.high == pytest.approx(0.04 * found.shots)
    assert {step.why for step in found.steps} == {"new"}
    assert f"about {found.shots} shots" in forecast_lines(found, "")[0]
    one = forecast_idea(brief_of(seconds=4, shot_seconds=10), paid_crew(PaidPainter()))
    assert one.shots == 1
    assert "about 1 shot:" in forecast_lines(one, "")[0].replace(",", ":").replace(" ·", ":")


def test_the_offline_crew_costs_nothing() -> None:
    """No call, no unknown price, no date of prices."""
    found = forecast_idea(brief_of(), offline_crew())
    assert (found.total.high, found.total.unknown) == (0.0, 0)
    assert "in all     nothing" in forecast_lines(found, "")


@pytest.mark.parametrize(
    ("budget", "says"),
    [(1.0, "leaves $0.84"), (0.1, "too small by $0.06"), (None, "")],
)
def test_what_a_budget_would_leave(budget: float | None, says: str) -> None:
    """The difference to the estimate, or by how much it is too small."""
    brief = brief_of(seconds=8, shot_seconds=2).model_copy(update={"terms": Terms(budget_usd=budget)})
    found = forecast_idea(brief, paid_crew(PaidPainter()))
    assert found.shots == 4
    lines = [line for line in forecast_lines(found, "") if line.startswith("budget")]
    assert lines == ([f"budget     ${budget:.2f}: {says}"] if budget else [])


@pytest.mark.parametrize(("likely", "low"), [(None, 1.0), ({"text in": 60.0}, 0.6), ({"text in": 300.0}, 1.0)])
def test_the_lower_end_is_what_the_adapter_says(likely: Usage | None, low: float, tmp_path: Path) -> None:
    """An adapter's own estimate counts, never above its bound; where it has none, the bound is both ends."""

    class Engine:
        engine, model, version = "v", "m", 0
        request = Request("v", "v", "m", "text", "0" * 64, {"text in": 100.0}, likely)

        def at(self, desk: CallDesk) -> Self:
            desk.call(self.request, Reply, lambda reply: None)  # type: ignore[arg-type]  # nothing is sent
            return self

    prices = PriceList(price=(Price(vendor="v", model="m", per={"text in": 0.01}),))
    found = Quoter(prices, tmp_path).quote(Engine(), lambda engine, out: engine)
    assert (found.low, found.high) == (pytest.approx(low), pytest.approx(1.0))


def test_as_json(film: Path) -> None:
    """Every piece with what becomes of it, why and at what price; the total, the budget, what was spent."""
    (film / "images/shot_001.png").unlink()
    said = json.loads(json.dumps(forecast_json(forecast(film))))
    assert said["session_id"] == film.name
    assert said["spent_usd"] == pytest.approx(0.16)
    assert len(said["pieces"]) == 5 + 1 + 3 * said["shots"]
    (lost,) = [piece for piece in said["pieces"] if piece["made"]]
    assert lost == {
        "stage": "images",
        "shot": 1,
        "character": None,
        "made": True,
        "why": "missing",
        "held": True,
        "low_usd": 0.0,
        "high_usd": 0.0,
        "price_unknown": 0,
        "paid_usd": 0.0,
    }
