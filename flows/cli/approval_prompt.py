"""Ask for approval on the terminal: show what is to be approved, ask, and repeat until the answer is usable.

The import of `Question` imports Prefect, so the command imports this module only when it runs a film.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import AbstractContextManager

from rich.console import Console
from rich.text import Text

from flows.approval import Question
from studio.cli.terminal import typed_answer
from studio.errors import BadInput
from studio.sessions.approvals import Answer, answered
from studio.text.display import printable

QUESTION = "Approve? (y / n / redo 3,5 [notes]) "
_NUMBERS = r"\d+(?:\s*-\s*\d+)?"
_REDO = re.compile(rf"redo\s+({_NUMBERS}(?:\s*,\s*{_NUMBERS})*)(?:\s+(.*))?", re.IGNORECASE)
_NO = re.compile(r"(?:n|no)(?:\s+(.*))?", re.IGNORECASE)


def asker(console: Console, freed: Callable[[], AbstractContextManager[None]]) -> Callable[[Question], Answer]:
    """Return a function that asks a question on `console`, and meanwhile keeps it free of other output by `freed`.

    The function raises KeyboardInterrupt if the person leaves (Ctrl-C, Ctrl-D).
    """

    def ask(question: Question) -> Answer:
        with freed():
            _show(question, console)
            while True:
                reply = reply_of(typed_answer(QUESTION, console.file))
                if reply is None:
                    _say(console, "y goes on, n ends the run, redo 3,5 makes these shots anew; notes may follow")
                    continue
                try:
                    answered(question.asked, reply, question.shots, "")
                except BadInput as wrong:
                    _say(console, str(wrong))
                    continue
                return reply

    return ask


def reply_of(line: str) -> Answer | None:
    """Parse a typed line, such as 'y', 'n too dark' or 'redo 3,5-7 more rain'; return None if it is none of these."""
    if line.lower() in ("y", "yes"):
        return Answer(True)
    if match := _NO.fullmatch(line):
        return Answer(False, notes=match[1] or "")
    if match := _REDO.fullmatch(line):
        return Answer(False, match[1], match[2] or "")
    return None


def _show(question: Question, console: Console) -> None:
    what = "Shots to be painted" if question.step == "shots" else "Pictures to be made clips of"
    _say(console, "")
    _say(console, f"{what}, in {question.session.folder}")
    for shot in question.shots:
        where = f"  {printable(shot.image_path)}" if question.step == "images" else ""
        _say(console, f"{shot.index:4d}  {printable(shot.camera)}{where}")
        _say(console, f"      {printable(shot.image_prompt)}")
        if shot.narration:
            _say(console, f"      says: {printable(shot.narration)}")


def _say(console: Console, text: str) -> None:
    console.print(Text(text), soft_wrap=True)
