"""What can go wrong, by name: every error the program raises on purpose.

No wrapping, no retrying here. `tasks/` asks `may_pass` whether a retry makes sense; the commands turn
`FilmError` into one line and an exit code.
"""

from __future__ import annotations


class FilmError(Exception):
    """The root: a message for a person, in one line, that says what is wrong and what to do next.

    `exit_code` is what a command ends with: 2 for wrong use or bad input, 1 where work had begun.
    `may_pass` is True where the same call may succeed a little later.
    """

    exit_code = 1
    may_pass = False


class BadInput(FilmError):
    """The person's words, options or files cannot be used as they are; nothing was made."""

    exit_code = 2


class BrokenPlan(BadInput):
    """A plan file (`story.json`, `shots.json`, ...) does not read; it was left untouched."""


class LinkInside(BadInput):
    """A session holds a link where a folder or file of its own belongs: nothing is read or written through it."""


class Crowded(BadInput):
    """A folder of a session holds more files than any film makes: none of them is read."""


class NoSuchSession(BadInput):
    """No session has that id."""


class Contradiction(BadInput):
    """The options given differ from what the session was asked for."""


class SessionLocked(BadInput):
    """Another run works on this session at this moment."""


class DamagedPiece(FilmError):
    """A file is there but is not what its receipt says."""


class EngineFailed(FilmError):
    """An engine (painter, narrator, encoder, ...) could not make the piece."""


class Unspeakable(EngineFailed):
    """The voice cannot read this text; captions still carry it."""


class ShotsFailed(FilmError):
    """Some shots could not be made; the others were."""


class DiskFull(FilmError):
    """The disk has no room left; what was finished is kept."""


class Interrupted(FilmError):
    """The run was asked to stop; what was finished is kept."""

    exit_code = 130


class Rejected(Interrupted):
    """A person was asked and said no; what was finished is kept."""

    exit_code = 1


class CallCutOff(EngineFailed):
    """A call may have been billed and its answer is lost; nobody has agreed to pay for it again."""


class RunMustEnd(FilmError):
    """No other piece would fare better: nothing new begins, what is in hand is finished."""


class BudgetSpent(RunMustEnd):
    """The next call could pass the budget; it was not sent."""


class PriceUnknown(RunMustEnd):
    """There is a budget, and nothing tells what the next call may cost; it was not sent."""


class AccountRefused(RunMustEnd):
    """The vendor refuses the account itself: its key, or its money."""
