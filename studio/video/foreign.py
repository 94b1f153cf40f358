"""Tell what a file of a person holds that shall become part of a film: a picture, a clip or a sound.

Nothing is made and nothing is kept. `torn` reads the whole of a file, `media_of` its head, and its packets where the
head does not say how long it is.
"""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Any, Literal

import av
from av.container import InputContainer
from PIL import Image
from pydantic import Field

from studio.errors import BadInput, LinkInside
from studio.media.opening import MOST_SECONDS, open_file, opened_media, picture_in, sound_in, unusable, zero_of
from studio.media.torn import torn_media
from studio.model.frozen_model import FrozenModel
from studio.video.foreign_frames import MOST_STRETCH
from studio.video.pixels import MOST_PIXELS, UNREADABLE, check_chunks, opened

MediaKind = Literal["picture", "clip", "sound"]

_SIGNS = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF87a", b"GIF89a")
"""How files begin that are pictures and nothing else."""
_ANIMATED = ("GIF", "PNG")
"""Formats, as Pillow names them, whose animations are decoded as clips."""
_GUESSED = {
    "mp3",
    "aac",
    "ac3",
    "eac3",
    "amr",
    "m4v",
    "mpegvideo",
    "obu",
    "mpegts",
    "mpeg",
    "gif",
    "apng",
}
"""Containers that do not say how long they are: ffmpeg guesses it from the bit rate."""


class Media(FrozenModel):
    """What a file holds."""

    kind: MediaKind
    seconds: float = Field(default=0.0, ge=0, description="of the picture of a clip, or of a sound; 0 for a picture")
    has_sound: bool = False


def media_of(path: Path) -> Media:
    """Return what the file at `path` holds, whatever its name ends in.

    Of an animated WebP or AVIF the first picture counts; a cover in a sound is none.

    Raises:
        BadInput: it holds nothing that can be used, in one line that says what is wrong and what to do.
    """
    return _picture(path) or _moving(path)


def torn(path: Path) -> str:
    """Return why a picture, clip or sound is not whole, in words that follow 'it'; '' if it is.

    As `studio.media.torn.torn_media`; a picture is whole if it decodes, a PNG if its checksums hold. What cannot be
    used at all (no media, a playlist, nothing there) is not whole, either.

    Raises:
        LinkInside: a folder on the way is a link.
    """
    try:
        if _picture(path) is None:
            return torn_media(path)
        with open_file(path) as (file, _):
            check_chunks(file, MOST_PIXELS)
            with opened(file, MOST_PIXELS) as picture:
                picture.load()
    except LinkInside:
        raise
    except BadInput as error:
        return str(error).removeprefix(f"{path.name!r} ")
    except UNREADABLE as error:
        return f"does not decode whole ({error})"
    return ""


def _picture(path: Path) -> Media | None:
    """Return what a picture is; None for a file that is none."""
    with open_file(path) as (file, _):
        head = file.read(8)
        file.seek(0)
        try:
            with opened(file, MOST_PIXELS) as picture:
                if picture.format in _ANIMATED and getattr(picture, "is_animated", False):
                    return None
                return Media(kind="picture")
        except Image.DecompressionBombError as error:
            raise unusable(
                path, f"is too large a picture ({error})", "save it in a smaller size, such as 3840 x 2160"
            ) from error
        except UNREADABLE as error:
            if head.startswith(_SIGNS):
                raise unusable(
                    path, f"is a picture that cannot be read ({error})", "copy it again from where it came from"
                ) from error
            return None


def _moving(path: Path) -> Media:
    with opened_media(path) as container:
        picture, sound = picture_in(container), sound_in(container)
        if picture is not None and _first(container, picture) is not None:
            stretch = float(picture.sample_aspect_ratio or 1)
            if not 1 / MOST_STRETCH <= stretch <= MOST_STRETCH:
                raise unusable(
                    path, f"has pixels that are {stretch:.3g} times as wide as high", "save it with square pixels"
                )
            media = Media(kind="clip", has_sound=sound is not None)
        elif sound is not None and (picture is None or _rewound(container)) and _first(container, sound) is not None:
            media = Media(kind="sound", has_sound=True)
        else:
            raise unusable(
                path, "holds nothing that decodes: it is damaged or encrypted", "copy it again, or give another file"
            )
        stream = picture if media.kind == "clip" else sound
        seconds = _said(container, stream)
        index = stream.index if stream is not None else 0
    seconds = _measured(path, index) if seconds is None else seconds
    if seconds > MOST_SECONDS:
        raise unusable(
            path,
            f"lasts {seconds / 3600:.1f} hours, the most are {MOST_SECONDS / 3600:.0f}",
            "cut out the part that the film needs",
        )
    return media.model_copy(update={"seconds": seconds})


def _rewound(container: InputContainer) -> bool:
    """Go to the beginning; tell whether the container can: a Matroska file with times before its 0 cannot."""
    with suppress(av.FFmpegError):
        container.seek(0)
        return True
    return False


_TRIED_PACKETS = 500
"""Packets in which a first frame must be found: recordings of broadcasts begin anywhere."""


def _first(container: InputContainer, stream: Any) -> Any:
    """Return the first frame that decodes, from where the container is read, or None."""
    for _, packet in zip(range(_TRIED_PACKETS), container.demux(stream), strict=False):
        try:
            for frame in packet.decode():
                return frame
        except av.error.InvalidDataError:
            continue
    return None


def _said(container: InputContainer, stream: Any) -> float | None:
    """Return how long the stream is as the header says; None if it does not."""
    if container.format.name in _GUESSED or not stream.duration or not stream.time_base:
        return None
    return max(0.0, float((stream.duration + (stream.start_time or 0)) * stream.time_base - zero_of(container)))


def _measured(path: Path, index: int) -> float:
    """Return how long a stream is by its packets."""
    with opened_media(path) as container:
        stream = container.streams[index]
        base, zero = stream.time_base or 0, zero_of(container)
        end, packets = 0, 0
        for packet in container.demux(stream):
            at = packet.dts if packet.pts is None else packet.pts
            if packet.size and at is not None:
                end = max(end, at + (packet.duration or 0))
                packets += 1
            elif packets:
                # One of several frames that a program stream gives one time.
                end += packet.duration or 0
        return max(0.0, float(end * base - zero)) if packets else 0.0
