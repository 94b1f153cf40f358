"""Read text files that a person hands in, such as a script or prompts: whole, or refused with a one-line error.

Called by the `film` command for its options and by `studio/batch/manifest.py` for a manifest's columns.
"""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from studio.errors import BadInput, NothingInside
from studio.fs import safe_open
from studio.fs.safe_open import TEXT_BYTES


def read_text(path: Path, named: str) -> str:
    """Return the text of a file, without a byte order mark, with newlines as line ends.

    Args:
        named: the option that the file was given for, for the error.

    Raises:
        BadInput: it cannot be read, is not a regular file, is longer than `safe_open.TEXT_BYTES`, or is not UTF-8.
    """
    try:
        content = safe_open.read(path, TEXT_BYTES, follow=True)
    except (OSError, ValueError) as error:
        if isinstance(error, OSError) and error.errno == errno.EFBIG:
            raise BadInput(f"{named}: {str(path)!r} has more than 1 MB: that is too long for a film") from error
        reason = (getattr(error, "strerror", None) or str(error)).lower()
        raise BadInput(f"{named}: cannot read {str(path)!r} ({reason}): check the name") from error
    try:
        return content.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
    except UnicodeDecodeError as error:
        raise BadInput(f"{named}: {str(path)!r} is not UTF-8 text (byte {error.start}): save it as UTF-8") from error


def read_script(path: Path, named: str) -> str:
    """Return a person's script, checked.

    Raises:
        BadInput: as `read_text` and `script.parse_script`.
    """
    from studio.input.script import parse_script

    text = read_text(path, named)
    with _named(path, named):
        parse_script(text)
    return text


def prompts_left_out(path: Path, named: str) -> str:
    """Return in one line for a person what of a list of prompts is not used, with counts; '' if all of it is.

    Raises:
        BadInput: as `read_prompts`.
    """
    from studio.input.left_out import LeftOut, prompts_line
    from studio.input.prompts_file import parse_prompts

    left = LeftOut()
    with _named(path, named):
        parse_prompts(read_text(path, named), left)
    return prompts_line(left)


def read_prompts(path: Path, named: str) -> list[dict[str, object]]:
    """Return a person's prompts, as `FilmOptions.prompts` takes them.

    Raises:
        BadInput: as `read_text` and `prompts_file.parse_prompts`.
    """
    from studio.input.prompts_file import parse_prompts

    with _named(path, named):
        return [prompt.model_dump() for prompt in parse_prompts(read_text(path, named))]


@contextmanager
def _named(path: Path, named: str) -> Iterator[None]:
    """Tell of a file with nothing in it which file it is, and for which option it was given."""
    try:
        yield
    except NothingInside as error:
        raise NothingInside(f"{named}: {str(path)!r}: {error}") from error
