"""Receipts: what an engine measured of a piece, and the receipt that proves the piece."""

from __future__ import annotations

import json

from pydantic import ConfigDict, Field, JsonValue, field_validator, model_validator

from studio.model.film import Sha256, Stage, Word
from studio.model.fingerprint import fingerprint
from studio.model.frozen_model import FrozenModel
from studio.model.pieces import piece_at, piece_path


class PieceMeasures(FrozenModel):
    """What an engine measured of the piece it just made; `tasks/` turns it into a receipt."""

    width: int | None = None
    height: int | None = None
    frames: int | None = None
    seconds: float | None = None
    words: tuple[Word, ...] = ()
    not_drawn: tuple[str, ...] = Field(default=(), description="words of the prompt the painter cannot draw")
    not_moved: tuple[str, ...] = Field(default=(), description="words of camera and motion the move cannot do")
    not_spoken: str = Field(default="", description="why the line is silent; '' if it is spoken")
    looks: tuple[str, ...] = Field(default=(), description="for a shot's picture: the looks of the characters it shows")
    remarks: tuple[str, ...] = Field(default=(), description="for the film: what is wrong with its picture or sound")
    heard: str = Field(default="", description="of the film: the fingerprint of all that is heard in it, and when")
    shown: tuple[str, ...] = Field(default=(), description="of the film: 16 digits of each clip's SHA-256, in order")
    refused: str = Field(default="", description="the vendor's reason, if the picture is a slate for a refused prompt")
    focus: tuple[float, float] | None = Field(
        default=None,
        description="where the subject is, as shares of width and height from the left and the top, 0 to 1; "
        "None if it is not known",
    )


class Sidecar(FrozenModel):
    """A further file of a piece, for example `film.srt` beside `film.mp4`.

    The piece's receipt holds its whole text, so that it can be written again.
    """

    path: str = Field(pattern=r"^film\.(srt|vtt)$")
    sha256: Sha256
    bytes: int = Field(ge=0)
    content: str = Field(description="its text, UTF-8")


class Receipt(PieceMeasures):
    """The proof of a finished piece: where it is, what it was made from, by whom, and what that cost.

    `check` protects the receipt itself: one that was damaged does not validate. `sealed` computes the check, and must
    be called again after every change of a receipt.
    """

    stage: Stage
    index: int = Field(ge=0, description="1-based shot or character, or 0 for a piece of the whole film")
    path: str = Field(description="where the piece belongs, relative to the session, with '/'")
    sha256: Sha256
    bytes: int = Field(ge=0)
    mtime_ns: int
    fingerprint: Sha256
    engine: str
    model: str
    seed: int | None = None
    prompt: str | None = None
    attempts: int = Field(default=1, ge=1)
    cost_usd: float = Field(default=0.0, ge=0)
    made_at: str = Field(description="local time, ISO 8601")
    seconds_taken: float = Field(default=0.0, ge=0)
    by_hand: bool = Field(default=False, description="a person put it there; no engine will replace it")
    also: tuple[Sidecar, ...] = ()
    take: int = Field(default=0, ge=0, description="which take of a shot, or of the score, it is; 0: not known")
    direction: str = Field(default="", description="of a picture by hand: what it replaced (`Shot.direction`)")
    shot: str = Field(default="", description="the id of the shot that it was made for; '' for a piece of the film")
    content: str | None = Field(default=None, description="for a plan: its text as it was written")
    edited: str | None = Field(default=None, description="for a plan edited by hand: its text as it was last used")
    redone: str | None = Field(default=None, description="for a plan that was directed: its text after that")
    entry: int = Field(default=0, ge=0, description="for a plan: the last entry of the journal that it was given")
    titled: str | None = Field(default=None, description="for the story: the title that the other plans were made for")
    check: str = Field(default="", description="over all other keys that are not at their default")

    # A key that a later version added is not an error; the check covers it like every other.
    model_config = ConfigDict(frozen=True, extra="ignore")

    @model_validator(mode="before")
    @classmethod
    def _vouches_for_itself(cls, data: object) -> object:
        if isinstance(data, dict) and data.get("check") and data["check"] != cls._check_of(data):
            raise ValueError("the receipt is not what was written: its check does not agree")
        return data

    @field_validator("path")
    @classmethod
    def _is_of_a_piece(cls, path: str) -> str:
        # A take's file is found by the ending of this path, which anybody may have written.
        place = piece_at(path)
        if place is None or path != piece_path(*place):
            raise ValueError("no piece has this path")
        return path

    @classmethod
    def _check_of(cls, data: dict[str, JsonValue]) -> str:
        usual = {name: field.default for name, field in cls.model_fields.items()}
        said = {
            key: value for key, value in data.items() if key != "check" and not _is_usual(value, usual.get(key, ...))
        }
        return fingerprint(receipt=json.dumps(said, sort_keys=True))[:32]

    def sealed(self) -> Receipt:
        """Return a copy of the receipt with its check computed."""
        return self.model_copy(update={"check": self._check_of(json.loads(self.model_dump_json()))})


def _is_usual(value: JsonValue, usual: object) -> bool:
    """Tell whether a JSON value is its key's default, so that it need not be written."""
    return value == (list(usual) if isinstance(usual, tuple) else usual)
