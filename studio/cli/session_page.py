"""The output of `sessions view`: one session in full.

Whatever a person or a vendor wrote is shown as plain text, as in `studio/cli/list_page.py`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from rich.console import Console
from rich.table import Table
from rich.text import Text

from studio.billing.totals import cost_text
from studio.cli.list_page import CAMERA_CELLS, MARKS, STATES, fit, moment
from studio.fs import absent, files
from studio.status.report import Report, length, seconds_taken
from studio.status.snapshot import Snapshot
from studio.status.state import cost_shown, images_done, mark, steps, videos_done
from studio.text.command_hints import command, output_name
from studio.text.display import clock, dollars, printable, size

_NAME_CELLS = 32
"""Width of the column of the characters' names."""
_MISSING_SHOWN = 12
"""Most missing pieces that are named one by one; further ones are counted."""


class _Page:
    """Prints sections, labelled values and lines: cut or wrapped to a terminal's width, whole in a pipe."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._whole = not console.is_terminal

    def section(self, title: str) -> None:
        self._console.print()
        self._console.print(Text(title, style="bold"))

    def pair(self, label: str, value: str, style: str = "") -> None:
        """Print a labelled value; on a terminal a long one is wrapped below its beginning."""
        if self._whole:
            self._console.print(Text(f"  {label:<12}{value}"), soft_wrap=True)
            return
        grid = Table.grid(padding=(0, 0))
        grid.add_column(width=14, no_wrap=True)
        grid.add_column(overflow="fold")
        grid.add_row(Text(f"  {label}", style="dim"), Text(value, style=style))
        self._console.print(grid)

    def exact(self, label: str, value: str) -> None:
        """Print a labelled value that a person will copy, without wrapping it."""
        self._console.print(Text.assemble((f"  {label:<12}", "dim"), (value, "bold")), soft_wrap=True)

    def line(self, *parts: str | tuple[str, str]) -> None:
        """Print one line, cut with an ellipsis if a terminal is narrower."""
        text = Text.assemble("  ", *parts)
        if self._whole:
            self._console.print(text, soft_wrap=True)
        else:
            self._console.print(text, no_wrap=True, overflow="ellipsis")


def show_report(report: Report, console: Console) -> None:
    """Print one session in full."""
    facts, page = report.facts, _Page(console)
    console.print(Text.assemble((facts.session_id, "bold"), "  ", (report.state, STATES[report.state])))
    if facts.name:
        page.pair("name", printable(facts.name))
    page.pair("idea", printable(facts.idea) or "-")
    if facts.title:
        page.pair("title", printable(facts.title))
    if facts.forked_from:
        page.pair("forked from", printable(facts.forked_from))
    page.pair("begun", moment(facts.started_at))
    if asked := _asked(facts):
        page.pair("asked for", asked)
    page.exact("folder", printable(output_name(report.folder)))
    _show_steps(facts, page)
    _show_cast(facts, page)
    _show_shots(facts, page)
    _show_files(report, page)
    _show_statistics(report, page)
    _show_money(report, page)
    _show_rest(report, page)


def _asked(facts: Snapshot) -> str:
    options = facts.options
    parts = [
        f"{options[name]:g} {unit}" if isinstance(options.get(name), int | float) else ""
        for name, unit in (("seconds", "s"), ("height", "px high"), ("fps", "frames/s"))
    ]
    parts += [str(options[name]) if isinstance(options.get(name), str) else "" for name in ("aspect", "style")]
    parts += [f"captions {options['captions']}" if isinstance(options.get("captions"), str) else ""]
    parts += ["no music" if options.get("music") is False else "", _script(options)]
    parts += ["your prompts" if options.get("prompts") else "", f"seed {facts.seed}" if facts.seed is not None else ""]
    parts += [f"{options['variants']} takes of each picture" if options.get("variants", 1) != 1 else ""]
    return printable(", ".join(part for part in parts if part))


def _script(options: Mapping[str, object]) -> str:
    if not options.get("script"):
        return ""
    return "your script at its captions' times" if options.get("script_times") else "your script"


def _show_steps(facts: Snapshot, page: _Page) -> None:
    total = len(facts.shots)
    counts = {
        "images": images_done(facts),
        "videos": videos_done(facts),
        "narration": sum(shot.line is not None for shot in facts.shots),
    }
    page.section("Steps")
    for name, done in steps(facts).items():
        if facts.foreign and name in ("narration", "score"):
            continue
        if name == "score" and facts.score is None and facts.options.get("music") is False:
            continue
        count = f"{counts[name]} of {total}" if name in counts and total else ""
        page.line(("✓" if done else "·", "green" if done else "dim"), f" {name.replace('_', ' '):<12}{count}".rstrip())


def _show_cast(facts: Snapshot, page: _Page) -> None:
    if not facts.cast:
        return
    page.section("Cast")
    for each in facts.cast:
        page.line(f"{each.index:3d} {fit(printable(each.name) or '-', _NAME_CELLS)}  {each.portrait.path}")
        for remark in (
            f"refused, a slate is shown instead: {each.portrait.refused}" if each.portrait.refused else "",
            "by hand: the portrait was put there by hand" if each.portrait.by_hand else "",
        ):
            if remark:
                page.line(" " * 4, (printable(remark), "yellow"))


def _show_shots(facts: Snapshot, page: _Page) -> None:
    page.section("Shots")
    if not facts.shots:
        page.line("not planned yet")
    for shot in facts.shots:
        state = f"[{mark(shot)}]"
        page.line(
            f"{shot.index:3d} ",
            (f"{state:6}", MARKS[mark(shot)]),
            f" {fit(printable(shot.camera), CAMERA_CELLS)}  {printable(shot.image_prompt)}",
        )
        for remark, words in (
            ("not drawn", shot.image.not_drawn if shot.image else ()),
            ("not moved", shot.clip.not_moved if shot.clip else ()),
            ("not spoken", (shot.line.not_spoken,) if shot.line and shot.line.not_spoken else ()),
            ("refused, a slate is shown instead", (shot.image.refused,) if shot.image and shot.image.refused else ()),
            ("by hand", ("the picture was put there by hand",) if shot.image and shot.image.by_hand else ()),
        ):
            if words:
                page.line(" " * 11, (f"{remark}: {printable(', '.join(words))}", "yellow"))


def _show_files(report: Report, page: _Page) -> None:
    page.section("Files")
    folders: Counter[str] = Counter()
    bytes_in: Counter[str] = Counter()
    for path, count in report.files:
        folder, _, name = path.partition("/")
        if name:
            folders[f"{folder}/"] += 1
            bytes_in[f"{folder}/"] += count
        else:
            page.line(f"{fit(printable(folder), 20)} {size(count):>9}")
    for folder, number in folders.items():
        page.line(f"{fit(folder, 20)} {size(bytes_in[folder]):>9}  {number} {'file' if number == 1 else 'files'}")


def _show_statistics(report: Report, page: _Page) -> None:
    facts = report.facts
    page.section("Statistics")
    seconds, frames = length(facts)
    if seconds:
        so_far = "" if facts.film else ", clips so far"
        page.pair("length", f"{clock(seconds)} ({seconds:.2f} s, {frames} frames{so_far})")
    page.pair("size", size(sum(count for _, count in report.files)))
    if taken := seconds_taken(facts):
        each = ", ".join(f"{stage} {_spent(seconds)}" for stage, seconds in taken.items())
        page.pair("time taken", f"{_spent(sum(taken.values()))} ({each})")
    if not facts.foreign and not _has_money(facts):
        page.pair("cost", cost_shown(facts))


def _has_money(facts: Snapshot) -> bool:
    return bool(facts.spent.all.calls or facts.spent.inherited.calls) or facts.budget_usd is not None


def _show_money(report: Report, page: _Page) -> None:
    facts, paid = report.facts, report.facts.spent.all
    if not _has_money(facts):
        return
    page.section("Money")
    page.pair("cost", f"{cost_shown(facts)}, {paid.calls} call{'s' * (paid.calls != 1)}")
    if (shared := facts.spent.inherited).calls:
        page.pair("shared", f"{cost_text(shared)}, paid by {printable(facts.forked_from)} and not counted here")
    if paid.unused:
        page.pair("for nothing", f"{paid.unused} of them: refused, failed, not usable, or the answer was lost")
    if facts.budget_usd is not None:
        page.pair("budget", f"{dollars(facts.budget_usd)}, {dollars(max(0.0, facts.budget_usd - paid.usd))} left")
    page.exact("in detail", command("cost", facts.session_id, report.output))


def _spent(seconds: float) -> str:
    return f"{seconds:.1f} s" if seconds < 60 else clock(seconds)


def _show_rest(report: Report, page: _Page) -> None:
    facts = report.facts
    if report.missing:
        page.section("Missing")
        for path in report.missing[:_MISSING_SHOWN]:
            # A plan whose file is there but counts as missing cannot be read; the next run says why.
            unread = path.endswith(".json") and (facts.folder / path).is_file()
            page.line(f"{path} is there, but cannot be read" if unread else path)
        if len(report.missing) > _MISSING_SHOWN:
            page.line(f"and {len(report.missing) - _MISSING_SHOWN} more")
    if facts.failure and report.state != "done":
        page.section("Last failure")
        page.pair("at", moment(facts.failed_at))
        page.pair("why", printable(facts.failure), "red")
    page.section("Now")
    if not facts.brief_reads:
        page.pair("damaged", "brief.json cannot be read", "red")
    if facts.foreign:
        page.pair("unverified", "written by another program: nothing here is checked")
    if report.held_by:
        page.pair("running", printable(report.held_by), "cyan")
    if report.state == "rejected":
        page.pair("rejected", printable(facts.rejected), "magenta")
    if report.state == "suspended":
        since = moment(facts.suspended)
        page.pair("suspended", f"since {since}: its run goes on once it is resumed in Prefect", "magenta")
    if report.answer:
        since = moment(facts.waits_since)
        page.pair("waiting", f"for approval of the {printable(facts.waits_for)} since {since}", "magenta")
        page.exact("answer with", report.answer)
        page.exact("or go on", f"{report.go_on}  (without asking)")
    elif report.go_on:
        page.exact("go on with", report.go_on)
    elif facts.film:
        film = report.folder / facts.film.path
        if (there := files.found(film)) is not None and absent.is_absent(there):
            page.exact("film", printable(output_name(film)))
            page.exact("to watch it", command("pull", facts.session_id, None, output_name(report.folder.parents[1])))
        else:
            page.exact("film", printable(str(film)))
