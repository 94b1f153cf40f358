"""The errors that the program raises on purpose.

No wrapping, no retrying here. `tasks/` uses `may_pass` to decide whether a retry makes sense; the commands turn a
`FilmError` into one line and an exit code.
"""

from __future__ import annotations


class FilmError(Exception):
    """The base of all errors. Its message is one line for a person: what is wrong and what to do next.

    `exit_code` is a command's exit code: 2 for wrong use or bad input, 1 if work had begun.
    `may_pass` is True if the same call may succeed a little later.
    """

    exit_code = 1
    may_pass = False


class BadInput(FilmError):
    """The person's words, options or files cannot be used as they are; nothing was made."""

    exit_code = 2


class NothingInside(BadInput):
    """A script or a list of prompts holds nothing that a film can be made of."""


class BrokenPlan(BadInput):
    """A plan file (`story.json`, `shots.json`, ...) is not valid; it was left untouched."""


class LinkInside(BadInput):
    """A session holds a link where a folder or file of its own belongs: nothing is read or written through it."""


class Crowded(BadInput):
    """A folder of a session holds more files than any film makes: none of them is read."""


class NoSuchSession(BadInput):
    """No session has that id."""


class Contradiction(BadInput):
    """The options given contradict what the session was asked for."""


class SessionLocked(BadInput):
    """Another run is working on this session."""


class DamagedPiece(FilmError):
    """A file is there but is not what its receipt says."""


class EngineFailed(FilmError):
    """An engine (painter, narrator, encoder, ...) could not make the piece."""


class TakeGone(FilmError):
    """A take or a file that a person chose for a shot is not in the session any more."""


class Unspeakable(EngineFailed):
    """The voice cannot read this text; captions still carry it."""


class ShotsFailed(FilmError):
    """Some shots could not be made; the others were."""


class DiskFull(FilmError):
    """The disk has no room left; what was finished is kept."""


class StoreDown(FilmError):
    """The object store does not answer; what was finished is kept on this machine."""

    may_pass = True


class Interrupted(FilmError):
    """The run was asked to stop; what was finished is kept."""

    exit_code = 130


class SessionLost(Interrupted):
    """Another machine took the session over: this one publishes nothing more."""

    exit_code = 1


class Rejected(Interrupted):
    """A person was asked and said no; what was finished is kept."""

    exit_code = 1


class CallCutOff(EngineFailed):
    """A call may have been billed and its answer is lost; nobody has agreed to pay for it again."""


class RunMustEnd(FilmError):
    """An error that every other piece would meet, too: nothing new is begun, and pieces in the making are finished."""


class BudgetSpent(RunMustEnd):
    """The next call could exceed the budget; it was not sent."""


class PriceUnknown(RunMustEnd):
    """There is a budget, and it is not known what the next call may cost; it was not sent."""


class AccountRefused(RunMustEnd):
    """The vendor refuses the account itself: its key is wrong, or it has no money left."""
