"""Laws of the inspection: what no shot plans is told with its place, and a film as planned has nothing to tell."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from studio.audio.mix import mix
from studio.audio.wav import wav_file
from studio.errors import Interrupted
from studio.model.film import Shot, Span, Timeline
from studio.video.cards import title_card
from studio.video.encoder import encode
from studio.video.film_faults import film_faults
from studio.video.joining import join_clips
from studio.video.planes import Planes
from tests.support.media import SMALL

FRAMES = 72
"""Of a shot: three seconds."""
TITLE = 12


def _moving(frame: int, planes: Planes) -> None:
    """Draw bars that travel."""
    columns = np.arange(planes[0].shape[1]) + 3 * frame
    planes[0][:] = (60 + 100 * ((columns // 8) % 2)).astype(np.uint8)
    planes[1][:], planes[2][:] = 120, 136


def _black(frame: int, planes: Planes) -> None:
    planes[0][:], planes[1][:], planes[2][:] = 16, 128, 128


def _still(frame: int, planes: Planes) -> None:
    _moving(0, planes)


def shots(camera: str = "dolly in") -> tuple[Shot, ...]:
    return tuple(Shot(index=n, image_prompt="x", camera=camera, frames=FRAMES, seed=1) for n in (1, 2))


def timeline(frames: int = FRAMES) -> Timeline:
    spans = tuple(Span(index=n, start=TITLE + (n - 1) * frames, frames=frames, line_start=0) for n in (1, 2))
    return Timeline(fps=24, title_frames=TITLE, spans=spans, frames=TITLE + 2 * frames)


def film(folder: Path, second: object = _moving, loud: bool = True) -> Path:
    """Cut a film of two shots, the second of which is drawn by `second`."""
    title, score, sound, out = (folder / name for name in ("title.mp4", "score.wav", "sound.wav", "film.mp4"))
    title_card("Dust", SMALL, 24, TITLE, 1, title)
    clips = []
    for number, draw in enumerate((_moving, second), start=1):
        clips.append(folder / f"shot_{number}.mp4")
        encode((partial(draw, frame) for frame in range(FRAMES)), SMALL, 24, clips[-1])  # type: ignore[arg-type]
    plan = timeline()
    seconds = np.arange(round(plan.seconds * 48_000)) / 48_000
    tone = (0.2 * np.sin(2 * np.pi * 330 * seconds)).astype(np.float32) if loud else np.zeros(len(seconds), np.float32)
    with wav_file(score, 2, 48_000) as write:
        write(np.stack([tone, tone], axis=1))
    mix([], score, plan.frames, 24, sound)
    join_clips(title, clips, sound, None, [("One", 0), ("Two", TITLE + FRAMES)], plan, "Dust", out)
    return out


def test_a_film_as_planned_has_nothing_to_tell(tmp_path: Path) -> None:
    """Moving shots, sound as loud as films are, chapters and index in order."""
    assert film_faults(film(tmp_path), timeline(), shots(), silent=False) == ()


@pytest.mark.parametrize(("second", "what"), [(_black, "black"), (_still, "frozen")])
def test_a_stretch_that_no_shot_plans_is_told(tmp_path: Path, second: object, what: str) -> None:
    """From where to where; not where the shot's camera stands still, for a stretch that is frozen."""
    found = film(tmp_path, second)
    (remark,) = film_faults(found, timeline(), shots(), silent=False)
    assert remark.startswith(f"it is {what} from 3.5")
    assert "to 6.50 s" in remark
    assert film_faults(found, timeline(), shots("static"), silent=False) == ()


def test_a_camera_that_cannot_be_followed_is_named_as_the_cause(tmp_path: Path) -> None:
    """If the picture stands still under a camera that no move follows, the camera is told, not the plan."""
    found = film(tmp_path, _still)
    (remark,) = film_faults(found, timeline(), shots("bullettime"), silent=False)
    assert remark.startswith("it is frozen from 3.5")
    assert remark.endswith(": the camera of shot 2, 'bullettime', cannot be followed; name another one in shots.json")
    (remark,) = film_faults(found, timeline(), shots("dolly in past the glimmer"), silent=False)
    assert remark.endswith("which no shot plans")


def test_looking_tells_how_far_it_is_and_can_be_stopped(tmp_path: Path) -> None:
    """The frames seen so far once a second of film, and what the listener raises ends it."""
    found, seen = film(tmp_path), list[int]()
    assert film_faults(found, timeline(), shots(), silent=False, tick=seen.append) == ()
    assert seen == [24, 48, 72, 96, 120, 144]

    def stop(frames: int) -> None:
        raise Interrupted("enough")

    with pytest.raises(Interrupted):
        film_faults(found, timeline(), shots(), silent=False, tick=stop)


def test_a_card_at_the_end_may_be_dark_and_still(tmp_path: Path) -> None:
    """Of a black and still end only what is the end card's is planned."""
    found = film(tmp_path, _black)
    ended = timeline().model_copy(update={"spans": timeline().spans[:1], "end_frames": FRAMES})
    assert film_faults(found, ended, shots()[:1], silent=False) == ()


def test_a_film_of_another_length_than_its_timeline_is_told(tmp_path: Path) -> None:
    """Its frames, and its sound."""
    told = film_faults(film(tmp_path), timeline(FRAMES + 48), shots(), silent=False)
    assert "it has 156 frames, 252 are planned" in told
    assert any(remark.startswith("its sound lasts 6.5") for remark in told)


def test_silence_is_told_where_something_should_be_heard(tmp_path: Path) -> None:
    """A film without lines and music may be silent."""
    found = film(tmp_path, loud=False)
    assert film_faults(found, timeline(), shots(), silent=False) == ("it is silent, though it has lines or music",)
    assert film_faults(found, timeline(), shots(), silent=True) == ()


def test_what_does_not_decode_is_told(tmp_path: Path) -> None:
    """Half a film is no film; nothing is raised."""
    found = film(tmp_path)
    content = found.read_bytes()
    found.write_bytes(content[: len(content) // 2])
    assert film_faults(found, timeline(), shots(), silent=False) != ()


def test_what_is_no_film_is_told(tmp_path: Path) -> None:
    """Sound alone, pictures alone, a picture and 32 bytes in the film's place: nothing is raised."""
    made = film(tmp_path)
    picture = tmp_path / "picture.png"
    Image.new("RGB", SMALL).save(picture)
    few = tmp_path / "few"
    few.write_bytes(bytes(range(32)))
    told = [
        film_faults(each, timeline(), shots(), silent=False)
        for each in (tmp_path / "sound.wav", tmp_path / "shot_1.mp4", picture, few)
    ]
    assert told[:3] == [("it holds no picture",), ("it holds no sound",), ("it holds no sound",)]
    assert told[3][0].startswith("it does not decode whole")
    assert film_faults(made, timeline(), shots(), silent=False) == ()


def test_a_film_of_other_samples_is_looked_at(tmp_path: Path) -> None:
    """A person's own film of 10 bit samples is judged by its pictures like any other."""
    own = tmp_path / "own.mp4"
    with av.open(str(own), "w") as container:
        stream = container.add_stream("libx264", rate=24)
        sound = container.add_stream("aac", rate=48_000, layout="stereo")
        stream.width, stream.height, stream.pix_fmt = *SMALL, "yuv420p10le"
        # 512 is a middle grey whose lower byte, taken alone, is black.
        planes = np.full((SMALL[1] * 3 // 2, SMALL[0]), 512, np.uint16)
        for _ in range(96):
            container.mux(stream.encode(av.VideoFrame.from_ndarray(planes, format="yuv420p10le")))
        container.mux(stream.encode(None))
        quiet = av.AudioFrame.from_ndarray(np.zeros((2, 1024), np.float32), format="fltp", layout="stereo")
        quiet.rate = 48_000
        container.mux([*sound.encode(quiet), *sound.encode(None)])
    told = film_faults(own, timeline(), shots(), silent=False)
    assert [line for line in told if "frames" in line] != []
    assert not [line for line in told if "black" in line]
