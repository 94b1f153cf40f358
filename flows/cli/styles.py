"""`film styles`: list the styles there are, or print one as a file that can be copied and edited. Makes nothing."""

from __future__ import annotations

from typing import Annotated

from cyclopts import Parameter
from rich.console import Console
from rich.table import Table
from rich.text import Text

from studio.cli.terminal import write_json
from studio.errors import BadInput
from studio.input.styles import FoundStyle, all_styles, name_of, own_folder, style_text
from studio.model.style import SECTIONS
from studio.text.display import printable

EXAMPLES = "Examples:\n  film styles\n  film styles noir\n  film styles noir > my-noir.md"


def styles(
    name: Annotated[
        str | None, Parameter(show_default=False, help="A style, to print as a file (default: all).")
    ] = None,
    /,
    *,
    json: Annotated[bool, Parameter(negative=(), show_default=False, help="Print JSON instead.")] = False,
) -> int:
    """List the styles that --style can name, with a sample of each; or print one in full, to copy and edit."""
    if name is None:
        return _listed(all_styles(), json)
    text = style_text(name)
    if text is None:
        found = ", ".join(each.name for each in all_styles() if each.style)
        raise BadInput(f"there is no style {name[:60]!r}: choose one of {found}")
    if json:
        shown = next(each for each in all_styles() if each.name == name_of(name))
        write_json({**_entry(shown), "text": text})
    else:
        print(text.rstrip("\n"))
    return 0


def _listed(found: tuple[FoundStyle, ...], json: bool) -> int:
    if json:
        write_json([_entry(each) for each in found])
        return 0
    console = Console(highlight=False)
    if console.is_terminal:
        table = Table(box=None, pad_edge=False, header_style="bold")
        for column in ("name", "what", "sample"):
            table.add_column(column, overflow="fold")
        for each in found:
            what = Text(printable(each.style.about or each.style.title)) if each.style else Text(each.fault, "red")
            sample = printable(each.style.sample) if each.style else ""
            table.add_row(Text(each.name + (" (own)" if each.own else ""), "bold"), what, Text(sample, "dim"))
        console.print(table)
        told_place = f"A style of your own is a file NAME.md in {printable(str(own_folder()))}."
        console.print(told_place, markup=False, soft_wrap=True)
    else:
        for each in found:
            told = (each.style.about or each.style.title, each.style.sample) if each.style else (each.fault,)
            print("\t".join(printable(part) for part in (each.name, *told)))
    return 0


def _entry(found: FoundStyle) -> dict[str, object]:
    """Return a style for programs."""
    style = found.style
    return {
        "name": found.name,
        "own": found.own,
        "title": style.title if style else "",
        "about": style.about if style else "",
        "sample": style.sample if style else "",
        "settings": style.settings.model_dump(mode="json", exclude_defaults=True) if style else {},
        "sections": {name: getattr(style, name) for name in SECTIONS} if style else {},
        "fault": found.fault,
    }
