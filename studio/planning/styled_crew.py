"""Give a film's style to those engines of its crew that can follow one. Pure."""

from __future__ import annotations

from dataclasses import replace
from typing import TypeVar

from studio.input.styles import style_of
from studio.model.brief import FilmOptions
from studio.model.engines import Crew, Engine, TakesStyle
from studio.model.style import Style

E = TypeVar("E", bound=Engine)


def in_style(crew: Crew, options: FilmOptions) -> Crew:
    """Return the crew, working in the film's style; the same one if the film has none.

    Writers find the style in the brief.

    Raises:
        BadInput: the style that the film keeps cannot be read.
    """
    style = style_of(options)
    if style is None:
        return crew
    return replace(
        crew,
        painter=_styled(crew.painter, style),
        narrator=_styled(crew.narrator, style),
        animator=_styled(crew.animator, style),
        composer=_styled(crew.composer, style),
    )


def _styled(engine: E, style: Style) -> E:
    return engine.in_style(style) if isinstance(engine, TakesStyle) else engine
