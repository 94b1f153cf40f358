"""Open a person's own media with PyAV, whatever it is, and let it do no harm.

A media file may be a list that makes ffmpeg open other files or addresses, hold a picture of a gigapixel, or a format
that nobody has made for thirty years and whose reader nobody has tested since. So only the containers and codecs named
here are opened, from a handle that `studio/fs/safe_open.py` gave, and only after their size was read from their header.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from fractions import Fraction
from pathlib import Path
from typing import BinaryIO

import av
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.stream import Disposition
from av.video.stream import VideoStream

from studio.errors import BadInput, LinkInside
from studio.fs import safe_open
from studio.media.boxes import is_encrypted, still_brand

MOST_BYTES = 1 << 34
"""The longest file: 16 GiB, an hour of 4K at 38 Mbit/s; a film is at most an hour long."""
MOST_PIXELS = 8192 * 4320
"""The largest frame of a clip, in pixels: DCI 8K. A decoder holds some twenty of them."""
MOST_SECONDS = 6 * 3600.0
"""The longest clip or sound: six films of the greatest length; a longer one takes an hour to be read once."""
THREADS = 2
"""Threads of a decoder: those of the encoder, which works at the same time."""

CONTAINERS = (
    "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,mpegts,mpeg,flv,mxf,asf,dv,gif,apng,ivf,ogg,wav,w64,aiff,caf,au,"
    "mp3,flac,aac,ac3,eac3,amr,amrnb,amrwb,wv,m4v,mpegvideo,obu"
)
"""The demuxers that may open a file, as libavformat names them: each reads one file, and runs nothing."""

PICTURE_CODECS = (
    "h264,hevc,vp8,vp9,libvpx,libvpx-vp9,av1,libdav1d,prores,mpeg4,mpeg2video,mpeg1video,mjpeg,png,apng,gif,ffv1,dnxhd,"
    "qtrle,rawvideo,theora,msmpeg4v2,msmpeg4,msmpeg4v3,wmv1,wmv2,wmv3,vc1,dvvideo,huffyuv,ffvhuff,utvideo,cfhd,flv,"
    "h263,vp6,vp6f,v210,magicyuv"
)
SOUND_CODECS = (
    "aac,aac_fixed,aac_latm,mp3,mp3float,mp2,mp2float,mp1,mp1float,flac,alac,opus,libopus,vorbis,libvorbis,ac3,eac3,"
    "amrnb,amrwb,wavpack,wmav1,wmav2,wmapro,adpcm_ms,adpcm_ima_wav,adpcm_ima_qt,pcm_s8,pcm_u8,pcm_s16le,pcm_s16be,"
    "pcm_s24le,pcm_s24be,pcm_s32le,pcm_s32be,pcm_f32le,pcm_f32be,pcm_f64le,pcm_f64be,pcm_alaw,pcm_mulaw,pcm_u16le,"
    "pcm_bluray,pcm_dvd,pcm_s16le_planar,pcm_s24le_planar,pcm_s32le_planar"
)
"""The decoders that may run, as libavcodec names them."""

_LISTS = {
    b"#EXTM3U": "a playlist",
    b"ffconcat": "a list of files",
    b"[playlist]": "a playlist",
    b"[Reference]": "a playlist",
    b"<MPD": "a streaming manifest",
    b"<smil": "a playlist",
    b"<asx": "a playlist",
    b"<SmoothStreamingMedia": "a streaming manifest",
    b"v=0\n": "a stream's address",
    b"v=0\r": "a stream's address",
    b"file ": "a list of files",
}
"""How a text begins that names other files."""

_STREAMS = 64
"""Most streams of a file: a camera writes five, a film disc forty."""


def unusable(path: Path, wrong: str, advice: str) -> BadInput:
    """Return the error for a file of a person: what is wrong with it, and what to do."""
    return BadInput(f"{path.name!r} {wrong}: {advice}")


@contextmanager
def told_as(name: str, path: Path) -> Iterator[None]:
    """Have every `BadInput` of the block call the file at `path` by another name: nobody knows that of a copy.

    Args:
        name: '' if the file's own name is known.
    """
    try:
        yield
    except BadInput as error:
        if not name or repr(path.name) not in str(error):
            raise
        raise BadInput(str(error).replace(repr(path.name), repr(name))) from error


@contextmanager
def open_file(path: Path) -> Iterator[tuple[BinaryIO, int]]:
    """Give the file at `path`, open for reading, and its length in bytes, while the block runs.

    Raises:
        BadInput: there is none, it is a link, no regular file, empty or longer than `MOST_BYTES`.
    """
    with ExitStack() as stack:
        try:
            handle = stack.enter_context(safe_open.opened(path))
        except LinkInside:
            raise
        except FileNotFoundError as error:
            raise unusable(path, "is not there", "check its name") from error
        except OSError as error:
            why = (error.strerror or str(error)).lower().removeprefix("it ")
            why = why if why.startswith("is ") else f"cannot be opened ({why})"
            raise unusable(path, why, "give the media file itself") from error
        length = os.fstat(handle).st_size
        if not length:
            raise unusable(path, "is empty", "copy it again from where it came from")
        if length > MOST_BYTES:
            raise unusable(
                path,
                f"has {length / 1e9:.1f} GB, the most is {MOST_BYTES / 1e9:.1f}",
                "cut out the part that the film needs, or save it with a lower bit rate",
            )
        yield stack.enter_context(open(handle, "rb", closefd=False)), length


@contextmanager
def opened_media(path: Path, **options: str) -> Iterator[InputContainer]:
    """Open a clip or sound and give its container while the block runs; errors of ffmpeg's in the block are `BadInput`.

    Args:
        options: further options of the demuxer.

    Raises:
        BadInput: it cannot be opened or decoded, or is not let in: see the module's limits.
    """
    with open_file(path) as (file, _):
        _refuse_lists(path, file)
        if is_encrypted(file):
            raise unusable(path, "is encrypted", "give a copy without copy protection")
        if brand := still_brand(file):
            raise unusable(path, f"is a picture in the format {brand}", "save it as PNG or JPEG")
        try:
            # First without decoding: what the header says of the size is checked before anything has this size.
            with _opened(file, {"codec_whitelist": "none", **options}) as container:
                _check(path, container)
            with _opened(file, options) as container:
                _check(path, container)
                if picture := picture_in(container):
                    picture.thread_type, picture.codec_context.thread_count = "AUTO", THREADS
                    picture.codec_context.options = {"max_pixels": str(MOST_PIXELS)}
                yield container
        except av.FFmpegError as error:
            raise unreadable(path, error) from error


def unreadable(path: Path, error: av.FFmpegError) -> BadInput:
    """Return the error for a file that ffmpeg cannot read."""
    if isinstance(error, av.error.ArgumentError):
        return unusable(
            path, "is in a format that is not taken", "save it as MP4 (H.264), WAV or MP3, or a picture as PNG or JPEG"
        )
    return unusable(
        path,
        f"cannot be read as media ({error.strerror})",
        "copy it again from where it came from, or save it as MP4 (H.264), WAV or MP3",
    )


def _opened(file: BinaryIO, options: dict[str, str]) -> InputContainer:
    file.seek(0)
    allowed = {
        "protocol_whitelist": "none",
        "format_whitelist": CONTAINERS,
        "codec_whitelist": f"{PICTURE_CODECS},{SOUND_CODECS}",
        "max_streams": str(_STREAMS),
        "max_pixels": str(MOST_PIXELS),
    }
    # The buffer: reads through Python are slow if they are small.
    return av.open(_Nameless(file), "r", options=allowed | options, metadata_errors="replace", buffer_size=1 << 18)


class _Nameless:
    """A file without a name, so that its ending decides nothing."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.read, self.tell = file.read, file.tell

    def seek(self, offset: int, whence: int = 0) -> int:
        """Go to a place; where there is none, as a damaged file may ask, return ffmpeg's -22 (EINVAL)."""
        try:
            return self._file.seek(offset, whence)
        except OSError as error:
            if error.errno != errno.EINVAL:
                raise
            return -errno.EINVAL


def _refuse_lists(path: Path, file: BinaryIO) -> None:
    file.seek(0)
    head = file.read(4096).removeprefix(b"\xef\xbb\xbf").lstrip()
    for sign, what in _LISTS.items():
        if head[: len(sign)].lower() == sign.lower() or (sign[:1] == b"<" and sign in head and head[:1] == b"<"):
            raise unusable(path, f"is {what}, which only names other files", "give the media file itself")


def _check(path: Path, container: InputContainer) -> None:
    picture, sound = picture_in(container), sound_in(container)
    if picture is None and sound is None:
        raise unusable(
            path, "holds neither picture nor sound that can be decoded", "save it as MP4 (H.264), WAV or MP3"
        )
    if picture is not None:
        context = picture.codec_context
        if context.width * context.height > MOST_PIXELS:
            raise unusable(
                path,
                f"has frames of {context.width} x {context.height} pixels, the most are {MOST_PIXELS:,}",
                "save it in a smaller size, such as 3840 x 2160",
            )
    seconds = (container.duration or 0) / av.time_base
    if seconds > MOST_SECONDS:
        raise unusable(
            path,
            f"lasts {seconds / 3600:.1f} hours, the most are {MOST_SECONDS / 3600:.0f}",
            "cut out the part that the film needs",
        )


def picture_in(container: InputContainer) -> VideoStream | None:
    """Return the stream of moving pictures; a cover or a preview is none."""
    covers = Disposition.attached_pic | Disposition.timed_thumbnails
    for stream in container.streams.video:
        context = stream.codec_context
        if not stream.disposition & covers and context is not None and context.codec.name in PICTURE_CODECS.split(","):
            return stream
    return None


def sound_in(container: InputContainer) -> AudioStream | None:
    """Return the stream of sound that a player would play."""
    streams = [
        s for s in container.streams.audio if s.codec_context and s.codec_context.codec.name in SOUND_CODECS.split(",")
    ]
    chosen = [stream for stream in streams if stream.disposition & Disposition.default]
    return next(iter(chosen or streams), None)


def zero_of(container: InputContainer) -> Fraction:
    """Return the time at which picture and sound begin, in seconds of the container: cameras and discs begin at any."""
    starts = [
        stream.start_time * stream.time_base
        for stream in (picture_in(container), sound_in(container))
        if stream is not None and stream.start_time is not None and stream.time_base is not None
    ]
    return min(starts, default=Fraction(0))
