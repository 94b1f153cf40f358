"""The output of `film plan`: pieces with the same outcome on one line, the total, what the budget leaves; also JSON."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from studio.forecast.forecast_model import Forecast, Step
from studio.forecast.quote import FREE, Estimate
from studio.model.film import STAGES, Stage
from studio.model.pieces import shot_or_character
from studio.text.display import dollars, printable

_NOUNS: dict[Stage, str] = {
    "story": "story",
    "scene_graph": "scene graph",
    "shots": "shot plan",
    "cast": "portrait",
    "images": "picture",
    "narration": "line",
    "timeline": "timeline",
    "videos": "clip",
    "score": "score",
    "film": "film",
}


def forecast_lines(found: Forecast, go_on: str) -> list[str]:
    """Return the lines of the forecast for a person.

    Args:
        go_on: the command that carries it out.
    """
    what = found.session_id or "a new film"
    about = f"{'about ' if found.about else ''}{found.shots} shot{'s' * (found.shots != 1)}"
    lines = [f"{what}: {about}, crew {found.crew}"]
    if found.about:
        lines.append("The shots are not planned yet: their number and words are the offline writer's guess.")
    lines += [printable(note) for note in found.notes]
    rows = [_row(list(steps)) for steps in _groups(found.steps)]
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    lines += [
        "",
        *(
            "  ".join(f"{cell:<{width}}" for cell, width in zip(row, (*widths, 0), strict=True)).rstrip()
            for row in rows
        ),
        "",
    ]
    lines.append(f"in all     {price_text(found.total)}{_date(found)}")
    if paid := sum(step.paid_usd for step in found.steps):
        lines.append(f"reused     {dollars(paid)} worth of pieces that are there")
    if found.spent_usd or found.spent_unknown:
        calls = f", and {found.spent_unknown} calls of unknown price" if found.spent_unknown else ""
        lines.append(f"spent      {dollars(found.spent_usd)} so far{calls}")
    lines += _budget(found)
    if found.lost:
        prices = [call.most_usd for call in found.lost]
        most = "at an unknown price" if None in prices else f"up to {dollars(sum(each or 0.0 for each in prices))}"
        calls = "1 call was" if len(prices) == 1 else f"{len(prices)} calls were"
        lines.append(
            f"cut off    {calls} cut off and may be billed, {most}: a run asks before it pays again "
            "(--on-ambiguous retry does not)"
        )
    lines.append(f"carry out  {go_on}")
    return lines


def _groups(steps: Sequence[Step]) -> list[list[Step]]:
    """Return the steps in the order of work, grouped by stage and outcome."""
    ordered = sorted(steps, key=lambda step: (STAGES.index(step.stage), not step.made, _fate(step), step.index))
    return [list(group) for _, group in groupby(ordered, key=lambda step: (step.stage, step.made, _fate(step)))]


def _fate(step: Step) -> str:
    return f"{step.why}, its answer is held" if step.made and _is_free(step) and step.estimate.held else step.why


def _is_free(step: Step) -> bool:
    return not (step.estimate.high or step.estimate.unknown)


def _row(steps: list[Step]) -> tuple[str, str, str, str]:
    """Return the cells of one line: the pieces, whether they are made or reused, why, what they cost."""
    first, noun = steps[0], _NOUNS[steps[0].stage]
    numbers = sorted({step.index for step in steps})
    name = f"{noun}{'s' * (len(numbers) > 1)} {_numbers(numbers)}" if first.index else noun
    if not first.made:
        paid = sum(step.paid_usd for step in steps)
        return name, "reuse", first.why, f"cost {dollars(paid)}" if paid else ""
    several = len(steps) > len(numbers)
    fate = f"{len(steps)} further takes" if several and first.why == "further take" else _fate(first)
    return name, "make", fate, price_text(_sum(steps), short=True)


def _sum(steps: Sequence[Step]) -> Estimate:
    total = FREE
    for step in steps:
        total = total.plus(step.estimate)
    return total


def _numbers(indices: list[int]) -> str:
    """Return the numbers in short form: '1-3, 5'."""
    runs: list[list[int]] = []
    for index in indices:
        if runs and runs[-1][-1] == index - 1:
            runs[-1].append(index)
        else:
            runs.append([index])
    return ", ".join(f"{run[0]}-{run[-1]}" if len(run) > 1 else str(run[0]) for run in runs)


def price_text(estimate: Estimate, short: bool = False) -> str:
    """Return an estimate as text: '$0.12 to $0.25', 'nothing', '$0.12 and 3 calls of unknown price'."""
    unknown = f"{estimate.unknown} call{'s' * (estimate.unknown != 1)} of unknown price" if estimate.unknown else ""
    if not estimate.high:
        return unknown or ("" if short else "nothing")
    low, high = dollars(estimate.low), dollars(estimate.high)
    known = high if low == high else f"{low} to {high}"
    return f"{known} and {unknown}" if unknown else known


def _date(found: Forecast) -> str:
    return f", at prices of {found.prices}" if found.prices and (found.total.high or found.total.unknown) else ""


def _budget(found: Forecast) -> list[str]:
    left = found.left_usd()
    if left is None:
        return []
    worst, best = left
    budget = f"budget     {dollars(found.budget_usd or 0.0)}: "
    if worst >= 0:
        return [f"{budget}leaves {dollars(worst)}{'' if worst == best else f' to {dollars(best)}'}"]
    if best < 0:
        return [f"{budget}too small by {dollars(-best)}{'' if worst == best else f' to {dollars(-worst)}'}"]
    return [f"{budget}may be too small, by up to {dollars(-worst)}"]


def forecast_json(found: Forecast) -> dict[str, object]:
    """Return the forecast as one JSON object, as described in docs/guide.md."""
    total, left = found.total, found.left_usd()
    return {
        "session_id": found.session_id or None,
        "crew": found.crew,
        "shots": found.shots,
        "about": found.about,
        **_price(total),
        "prices": found.prices,
        "spent_usd": round(found.spent_usd, 6),
        "spent_price_unknown": found.spent_unknown,
        "budget_usd": found.budget_usd,
        "left_usd": None if left is None else [round(left[0], 6), round(left[1], 6)],
        "notes": list(found.notes),
        "cut_off": [
            {"stage": call.stage, **shot_or_character(call.stage, call.index), "most_usd": call.most_usd}
            for call in found.lost
        ],
        "pieces": [
            {
                "stage": step.stage,
                **shot_or_character(step.stage, step.index),
                "made": step.made,
                "why": step.why,
                "held": step.estimate.held,
                **_price(step.estimate),
                "paid_usd": round(step.paid_usd, 6),
            }
            for step in found.steps
        ],
    }


def _price(estimate: Estimate) -> dict[str, object]:
    return {
        "low_usd": round(estimate.low, 6),
        "high_usd": round(estimate.high, 6),
        "price_unknown": estimate.unknown,
    }
