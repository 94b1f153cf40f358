"""Task: paint a portrait per character. Key: its look, the style, painter. Cost: a picture's price, or nothing."""

from __future__ import annotations

from prefect import task

from studio.model.film import Node
from studio.production import stages
from studio.sessions.session import Session
from tasks.policy import RULES, PieceOfWork
from tasks.work import Outcome, carry_out


@task(
    name="paint portrait",
    task_run_name="portrait · {character.name:.60}",
    cache_policy=PieceOfWork(work=stages.portrait),
    **RULES,
)
def paint_portrait(session: Session, character: Node, cast: tuple[Node, ...], style: str) -> Outcome:
    """Paint a character's portrait, `cast/character_NNN.png`, and return its receipt.

    `cast` lists every character that has a portrait: a picture that a person put there is found by it.
    """
    return carry_out(session, stages.portrait(session.job, character, cast, style))
