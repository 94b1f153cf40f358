"""Check whether this machine can make films: fonts, shaping, encoder, voice, disk. Tries each for real, spends nothing.

`film doctor` adds the checks of Prefect and of the crew's vendors.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np

from studio.errors import FilmError
from studio.fs import files
from studio.lettering.font_packages import install, lacking_extras
from studio.lettering.fonts import FAMILY, can_shape, font_file, set_block
from studio.model.check import Check
from studio.model.engines import Narrator
from studio.object_storage import outputs
from studio.store.folders import sessions_root

FEW_BYTES, NO_BYTES = 2_000_000_000, 300_000_000
"""Free bytes below which space is tight, and below which no film should be begun, in tenths of the GB that are shown.
Chosen, not measured: a picture of 1920 x 1080 has some MB, the score has 0.2 MB a second, and paid calls stop at 64 MiB
(`studio/billing/ledger.py`)."""
WORD = "Hello"
FRAMES, SIZE, FPS = 12, (256, 144), 24


def machine_checks(output: Path, narrator: Narrator) -> list[Check]:
    """Return the results of all checks of this machine.

    Args:
        output: the folder that holds, or will hold, the films.
        narrator: the voice that comes with the program; it is made to speak.
    """
    checks: list[tuple[str, Callable[[], Check], str]] = [
        ("fonts", _fonts, "make the environment again"),
        ("shaping", _shaping, "make the environment again"),
        ("encoder", _encoder, "make the environment again: PyAV brings libx264 and the AAC encoder"),
        ("voice", lambda: _voice(narrator), "make the environment again"),
        ("disk", lambda: _disk(output), "choose another folder with --output"),
        *_store_check(output),
        ("temp", _temp, "name a folder that can be written with TMPDIR"),
    ]
    return [run_check(name, look, remedy) for name, look, remedy in checks]


def run_check(name: str, look: Callable[[], Check], remedy: str) -> Check:
    """Return the check that `look` returns or, if it raises anything, a check 'wrong' with the remedy."""
    try:
        return look()
    except Exception as error:  # a broken library may raise anything; that is what is looked for
        said = (str(error).strip().splitlines() or [""])[0]
        reason = said if isinstance(error, FilmError) else f"{type(error).__name__}: {said}"
        return Check(name, "wrong", reason[:300], remedy)


def _fonts() -> Check:
    path = font_file("A film")
    if not set_block("A film", (200, 60), 24).any():
        return Check("fonts", "wrong", f"{path.name} draws nothing", "make the environment again")
    lacking = lacking_extras()
    without = f"; not drawn: {', '.join(extra.draws for extra in lacking)}" if lacking else ""
    # Not a warning: most films need none of them, and a film that lacks some says so.
    extras = f"for those: {install(extra.name for extra in lacking)}" if lacking else ""
    return Check("fonts", "ok", f"{FAMILY} ({path.name}){without}", extras)


def _shaping() -> Check:
    if can_shape():
        return Check("shaping", "ok", "raqm: right-to-left and Indic scripts are drawn")
    return Check(
        "shaping",
        "warning",
        "no raqm: right-to-left and Indic scripts are not drawn on cards and burned captions",
        "install the system's fribidi (Debian: libfribidi0); soft captions carry such scripts all the same",
    )


def _encoder() -> Check:
    import av

    from studio.video.encoder import encode, probe
    from studio.video.planes import Planes

    def grey(planes: Planes) -> None:
        for plane in planes:
            plane[:] = 128

    with tempfile.TemporaryDirectory(prefix="film-doctor-") as scratch:
        clip, sound = Path(scratch, "clip.mp4"), Path(scratch, "sound.mp4")
        encode((grey for _ in range(FRAMES)), SIZE, FPS, clip)
        made = probe(clip)
        with av.open(str(sound), "w", format="mp4") as container:
            stream = container.add_stream("aac", rate=48_000, layout="stereo")
            silence = av.AudioFrame.from_ndarray(np.zeros((2, 1024), np.float32), format="fltp", layout="stereo")
            silence.sample_rate = 48_000
            container.mux(stream.encode(silence))
            container.mux(stream.encode(None))
        sounds = sound.stat().st_size
    if made.frames != FRAMES or not sounds:
        return Check("encoder", "wrong", f"{made.frames} of {FRAMES} frames came out", "make the environment again")
    return Check("encoder", "ok", f"H.264 and AAC, {FRAMES} frames of {SIZE[0]} x {SIZE[1]} (PyAV {av.__version__})")


def _voice(narrator: Narrator) -> Check:
    import wave

    with tempfile.TemporaryDirectory(prefix="film-doctor-") as scratch:
        out = Path(scratch, "word.wav")
        made = narrator.speak(WORD, 0, out)
        with wave.open(str(out)) as sound:
            samples = np.frombuffer(sound.readframes(sound.getnframes()), np.int16)
    if not samples.size or int(np.abs(samples.astype(np.int32)).max()) < 1_000:
        return Check("voice", "wrong", f"it is silent: {made.not_spoken or 'silence'}", "make the environment again")
    return Check("voice", "ok", f"the offline one speaks: {made.seconds or 0.0:.2f} s for {WORD!r}")


def _disk(output: Path) -> Check:
    there = next(folder for folder in (output.absolute(), *output.absolute().parents) if os.path.lexists(folder))
    if not there.is_dir():
        return Check("disk", "wrong", f"{str(there)!r} is not a folder", "choose another one with --output")
    _write_and_flush(there)
    return _room("disk", there, f"{str(output)!r} can be written")


def _store_check(output: Path) -> list[tuple[str, Callable[[], Check], str]]:
    """Return the check of the store whose working copies are in `output`; none for a folder."""
    store = outputs.output_of(sessions_root(output))
    if store is None:
        return []

    def look() -> Check:
        store.check_store()
        return Check("store", "ok", f"{store.url} keeps conditions: one machine at a time owns a session")

    return [("store", look, "see docs/scale.md for what a store must do")]


def _temp() -> Check:
    folder = Path(tempfile.gettempdir())
    _write_and_flush(folder)
    return _room("temp", folder, f"{str(folder)!r} can be written")


def _write_and_flush(folder: Path) -> None:
    """Write a few bytes into the folder, flush them to the disk, and remove them."""
    with tempfile.TemporaryDirectory(prefix=".film-doctor-", dir=folder) as scratch:
        path = Path(scratch, "try")
        files.write_whole(path, os.urandom(64))


def _room(name: str, folder: Path, found: str) -> Check:
    free = shutil.disk_usage(folder).free
    # Rounded down: what is shown is never more than there is, and so on the same side of the limits.
    said = f"{found}, {free // 100_000_000 / 10:.1f} GB free"
    if free < NO_BYTES:
        return Check(name, "wrong", said, "free some space")
    if free < FEW_BYTES:
        return Check(name, "warning", said, "free some space before a long film")
    return Check(name, "ok", said)
