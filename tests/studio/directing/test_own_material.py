"""Laws of a person's own files: of any format, by command or put in place, fitted to the film; ours stay ours."""

from __future__ import annotations

import io
import os
import random
import shutil
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import av
import pytest
from PIL import Image

from studio.checks.repair import repair, survey
from studio.checks.verify import FAULTS, verify
from studio.directing.director import direct, read_plan, undo
from studio.directing.edits import (
    Edit,
    Redo,
    ShotWords,
    redo,
    reword,
    use_clip,
    use_music,
    use_picture,
    use_reference,
    use_title_card,
    use_voice,
)
from studio.directing.own_material import (
    OwnFile,
    Placed,
    fitted,
    keep,
    keep_picture,
    node_named,
    own_file,
    placed_in,
    reference_picture,
    voice_over,
)
from studio.directing.takes import takes_of
from studio.errors import BadInput, TakeGone
from studio.forecast.forecast import forecast_session
from studio.fs import checksums
from studio.input.styles import with_style_kept
from studio.model.film import Reference, Shot
from studio.planning.plan_files import read_graph
from studio.planning.scene_graph import scene_parts
from studio.store.brief import read_brief
from studio.store.folder_store import FolderStore
from studio.store.journal import Entry, Journal
from studio.store.receipts import read_receipt
from studio.video.pixels import upright_size
from tests.support.films.fake_crew import Log, fake_crew
from tests.support.films.filming import OPTIONS, PaidPainter, filmed, opened, paid_crew
from tests.support.foreign_media import CLIPS, clip, ffmpeg, named_clip, picture, sound, turned, variable_rate

NOW = "2026-11-30T12:00:00"
NOTHING = Placed({}, (), ())
SOUNDS = {
    "voice.wav": ("-c:a", "pcm_s24le"),
    "voice.mp3": ("-c:a", "libmp3lame"),
    "voice.flac": ("-c:a", "flac"),
    "voice.ogg": ("-c:a", "libvorbis"),
    "voice.opus": ("-c:a", "libopus"),
    "voice.m4a": ("-c:a", "aac"),
    "mono.wav": ("-ac", "1"),
    "surround.wav": ("-ac", "6"),
    "low.wav": ("-ar", "8000", "-c:a", "pcm_u8"),
    "float.wav": ("-c:a", "pcm_f32le"),
}


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A whole film of a few tiny shots, to be copied."""
    folder = opened(tmp_path_factory.mktemp("film"))
    filmed(folder, fake_crew(Log()))
    return folder


@pytest.fixture
def film(finished: Path, tmp_path: Path) -> Path:
    """A copy of the film."""
    folder = tmp_path / "sessions" / finished.name
    shutil.copytree(finished, folder)
    return folder


def shots(folder: Path) -> tuple[Shot, ...]:
    return read_plan(folder, read_brief(folder)).shots


def done(folder: Path, edit: Edit, prepare: Callable[[FolderStore], None]) -> None:
    direct(folder, edit, "use", "use a file", NOW, lambda line: None, prepare=prepare)


def again(folder: Path, log: Log | None = None) -> Log:
    log = log or Log()
    filmed(folder, fake_crew(log))
    return log


def frames_in(path: Path) -> int:
    with av.open(str(path)) as container:
        return sum(1 for packet in container.demux(video=0) if packet.size)


def seconds_in(path: Path) -> float:
    with av.open(str(path)) as container:
        stream = container.streams.audio[0]
        return float((stream.duration or 0) * (stream.time_base or 0))


def bytes_of(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for home in ("videos", "narration")
        for path in (folder / home).iterdir()
    }


def make_clip(folder: Path, kind: str) -> Path:
    match kind:
        case "turned":
            return turned(folder / "turned.mp4", 90)
        case "variable rate":
            return variable_rate(folder / "variable.mp4", [0.0, 0.04, 0.4, 1.0, 1.2])
        case "short":
            ffmpeg("-f", "lavfi", "-i", picture(seconds=0.2), "-c:v", "libx264", folder / "short.mp4")
            return folder / "short.mp4"
        case "odd size":
            odd = ("-c:v", "libx264", "-pix_fmt", "yuv444p", "-c:a", "aac")
            return clip(folder / "odd.mp4", *odd, source=picture((333, 187)))
        case "upright":
            return clip(folder / "upright.mp4", *CLIPS["h264.mp4"], source=picture((182, 322)))
        case "fast":
            return clip(folder / "fast.mp4", *CLIPS["h264.mp4"], source=picture(rate="60000/1001"))
        case "long":
            source = picture(rate="1", seconds=600.0)
            ffmpeg("-f", "lavfi", "-i", source, "-c:v", "libx264", "-preset", "ultrafast", folder / "long.mp4")
            return folder / "long.mp4"
        case _:
            return named_clip(folder, kind)


KINDS = ("turned", "variable rate", "short", "long", "odd size", "upright", "fast", *CLIPS)
QUICK = ("turned", "variable rate", "short")


@pytest.mark.parametrize("by_hand", [False, True], ids=["given", "put in place"])
@pytest.mark.parametrize(
    "kind", [pytest.param(kind, marks=() if kind in QUICK else pytest.mark.thorough) for kind in KINDS]
)
def test_a_clip_of_any_kind_is_fitted_to_its_shot(film: Path, tmp_path: Path, kind: str, by_hand: bool) -> None:
    """Exactly as long as planned, in the film's size, whole; only the clip and the film are made, and its own still."""
    source = make_clip(tmp_path, kind)
    before, length = bytes_of(film), read_receipt(film / "film.json")
    planned = read_receipt(film / "videos/shot_002.json")
    if by_hand:
        (film / "videos" / f"shot_002{source.suffix}").write_bytes(source.read_bytes())
    else:
        file = own_file(source)
        done(film, use_clip(file.source(), 2), keep(file))
    log = again(film)
    assert (log.count("image"), log.count("narration"), log.count("video")) == (0, 0, 0)
    receipt, cut = read_receipt(film / "videos/shot_002.json"), read_receipt(film / "film.json")
    assert receipt is not None
    assert cut is not None
    assert length is not None
    assert planned is not None
    assert (receipt.frames, receipt.width, receipt.height) == (planned.frames, 256, 144)
    assert frames_in(film / "videos/shot_002.mp4") == receipt.frames
    assert (receipt.engine, receipt.by_hand, cut.frames) == ("own", False, length.frames)
    after = bytes_of(film)
    changed = {path for path in after if not path.endswith(".json") and after[path] != before.get(path)}
    assert changed == {"videos/shot_002.mp4"}
    kept = next((film / "material").iterdir())
    assert kept.read_bytes() == source.read_bytes()
    assert again(film).calls == []


@pytest.mark.parametrize("by_hand", [False, True], ids=["given", "put in place"])
@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=() if name == "voice.mp3" else pytest.mark.thorough) for name in SOUNDS]
)
def test_a_recording_or_music_of_any_kind_is_used(film: Path, tmp_path: Path, name: str, by_hand: bool) -> None:
    """A line becomes the shot's, the shot never shorter than it; music is as long as the film to a sample."""
    source = tmp_path / name
    ffmpeg("-f", "lavfi", "-i", sound(3.0), *SOUNDS[name], source)
    if by_hand:
        (film / "narration" / f"shot_001{source.suffix}").write_bytes(source.read_bytes())
        (film / f"score{source.suffix}").write_bytes(source.read_bytes())
    else:
        file = own_file(source)
        done(film, use_voice(file.source(), 1), keep(file))
        done(film, use_music(file.source()), keep(file))
    again(film)
    line, score, cut = (read_receipt(film / name) for name in ("narration/shot_001.json", "score.json", "film.json"))
    assert line is not None
    assert score is not None
    assert cut is not None
    assert line.seconds == pytest.approx(3.0, abs=0.4)
    assert [word.text for word in line.words] == shots(film)[0].narration.split()
    assert seconds_in(film / "score.wav") == pytest.approx(cut.seconds or 0.0, abs=1e-4)
    assert {each.engine for each in (line, score)} == {"own"}
    assert sorted(path.suffix for path in film.glob("score.*")) == [".json", ".wav"]


def test_a_shot_with_a_clip_of_ones_own_pays_for_no_picture(tmp_path: Path) -> None:
    """Its picture is the clip's first frame; a redo of the picture, or of the clip, has the crew make them again."""
    painter = PaidPainter()
    folder = opened(tmp_path)
    filmed(folder, paid_crew(painter), until="shots")
    file = own_file(named_clip(tmp_path, "h264.mp4"))
    done(folder, use_clip(file.source(), 1), keep(file))
    filmed(folder, paid_crew(painter))
    assert len(painter.asked) == len(shots(folder)) - 1
    done(folder, redo(Redo(stage="video"), {1}), lambda store: None)
    filmed(folder, paid_crew(painter))
    assert len(painter.asked) == len(shots(folder))
    undo(folder, 1, NOW, lambda line: None)
    filmed(folder, paid_crew(painter))
    assert len(painter.asked) == len(shots(folder))


def test_a_given_picture_is_a_take(film: Path, tmp_path: Path) -> None:
    """It is used byte for byte, costs nothing, and the crew's picture comes back when that is undone."""
    source = tmp_path / "mine.jpg"
    ffmpeg("-f", "lavfi", "-i", picture((300, 200)), "-frames:v", "1", source)
    file, before = own_file(source), (film / "images/shot_001.png").read_bytes()
    done(film, use_picture(file.sha256, 1), keep_picture(file, 1))
    assert again(film).count("image") == 0
    assert (film / "images/shot_001.png").read_bytes() == source.read_bytes()
    undo(film, 1, NOW, lambda line: None)
    assert again(film).count("image") == 0
    assert (film / "images/shot_001.png").read_bytes() == before


def test_a_title_of_ones_own_is_shown_and_a_clips_sound_is_heard(film: Path, tmp_path: Path) -> None:
    """Both change the film and nothing else, and neither changes its length."""
    length = read_receipt(film / "film.json")
    file = own_file(named_clip(tmp_path, "h264.mp4"))
    done(film, use_title_card(file.source()), keep(file))
    log = again(film)
    titled = read_receipt(film / "film.json")
    done(film, use_clip(file.source(sound=True), 1), keep(file))
    again(film, log)
    heard = read_receipt(film / "film.json")
    assert length is not None
    assert titled is not None
    assert heard is not None
    assert len({length.sha256, titled.sha256, heard.sha256}) == 3
    assert length.frames == titled.frames == heard.frames
    assert log.calls == []


def _banner(path: Path) -> float:
    """Return how bright the foot of a clip's sixth frame is, where the banner's paper is."""
    with av.open(str(path)) as container:
        shown = next(frame for number, frame in enumerate(container.decode(video=0)) if number == 5)
        return float(shown.to_ndarray(format="gray")[-8:, 200:].mean())


def test_a_clip_and_a_title_of_ones_own_stand_in_the_style_s_frame(tmp_path: Path) -> None:
    """As the crew's clips do; in a film without a style they are as they were given."""
    plain = OPTIONS.model_copy(update={"seconds": 4.0, "music": False})
    file = own_file(clip(tmp_path / "mine.mp4", *CLIPS["silent.mp4"], source="color=black:s=256x144:r=24:d=2"))
    styled = with_style_kept(plain.model_copy(update={"style": "news"}))
    for options, least, most in ((plain, 0, 40), (styled, 180, 255)):
        folder = opened(tmp_path, options)
        filmed(folder, fake_crew(Log()), until="shots")
        done(folder, use_clip(file.source(), 1), keep(file))
        done(folder, use_title_card(file.source()), keep(file))
        again(folder)
        for path in (folder / "videos/shot_001.mp4", folder / "film.mp4"):
            assert least <= _banner(path) <= most, (options.style, path.name)


@pytest.mark.parametrize("ending", ["jpg", "WEBP"])
def test_a_picture_beside_its_place_is_used(film: Path, ending: str) -> None:
    """As one at its place; it becomes a take of the shot, the forecast knows, and undoing gives the old one back."""
    own, path = io.BytesIO(), film / f"images/shot_002.{ending}"
    Image.new("RGB", (256, 144), (200, 30, 30)).save(own, "JPEG" if ending == "jpg" else ending)
    before = (film / "images/shot_002.png").read_bytes()
    path.write_bytes(own.getvalue())
    placed = placed_in(film)
    assert placed.notes == (f"shot 2: the picture put there by hand is used (shot_002.{ending})",)
    found = forecast_session(film, read_brief(film), fake_crew(Log()), directed=placed.texts, given=placed.pictures)
    assert [(step.stage, step.index) for step in found.steps if step.made] == [("videos", 2), ("film", 0)]
    log = again(film)
    assert (log.count("image"), log.count("video")) == (0, 1)
    assert (film / "images/shot_002.png").read_bytes() == own.getvalue()
    assert not path.exists()
    plan = read_plan(film, read_brief(film))
    assert [take.in_place for take in takes_of(film, plan.shots, "image", 2)].count(True) == 1
    undo(film, 1, NOW, lambda line: None)
    again(film)
    assert (film / "images/shot_002.png").read_bytes() == before


@pytest.mark.parametrize("name", ["videos/shot_001.mp4", "narration/shot_001.wav", "score.wav"])
@pytest.mark.parametrize("keep_time", [True, False])
def test_a_file_of_ours_that_a_fault_changed_is_damage(film: Path, name: str, keep_time: bool) -> None:
    """Cut off, overwritten with zeros, or a bit flipped: it is never taken for a person's, and is as it was again."""
    path, rng = film / name, random.Random(name)
    whole = path.read_bytes()
    for _ in range(12):
        cut = rng.randrange(1, len(whole))
        flipped = bytearray(whole)
        flipped[cut] ^= 1 << rng.randrange(8)
        for content in (whole[:cut], whole[:cut] + bytes(len(whole) - cut), bytes(flipped), b""):
            if content == whole:
                continue
            stat = path.stat()
            path.write_bytes(content)
            if keep_time:
                os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))
            assert placed_in(film) == NOTHING, len(content)
            path.write_bytes(whole)


def test_a_damaged_clip_is_made_again(film: Path) -> None:
    """As before there were own files: it is kept as damaged, and the film is whole again for nothing of one's own."""
    path = film / "videos/shot_001.mp4"
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    again(film)
    assert path.read_bytes() == whole
    assert not (film / "material").exists()
    assert next((film / "takes/damaged").iterdir()).read_bytes() == whole[: len(whole) // 2]


def test_a_file_that_is_gone_fails_its_shot_and_costs_nothing(tmp_path: Path) -> None:
    """Nobody is paid in its stead: the message names the file and both ways out."""
    painter = PaidPainter()
    folder = opened(tmp_path)
    filmed(folder, paid_crew(painter), until="shots")
    file = own_file(named_clip(tmp_path, "h264.mp4"))
    done(folder, use_clip(file.source(), 1), keep(file))
    next((folder / "material").iterdir()).unlink()
    with pytest.raises(Exception, match=r"the clip of shot 1 \('h264.mp4'\) is gone: give it again with `film use`"):
        filmed(folder, paid_crew(painter))
    assert painter.asked == []


def test_a_file_that_cannot_be_used_is_told_by_the_name_that_it_was_given_under(film: Path, tmp_path: Path) -> None:
    """And not by the name of the copy in `material/`, or of the part that was cut out of it."""
    ffmpeg("-f", "lavfi", "-i", "anullsrc=r=48000:d=2", tmp_path / "mine.wav")
    quiet, moving = own_file(tmp_path / "mine.wav"), own_file(named_clip(tmp_path, "silent.mp4"))
    late = moving.source().model_copy(update={"start": 5.0})
    edits = (
        (use_voice(quiet.source(0.5, 1.5), 1), quiet, "'mine.wav' is silent"),
        (use_clip(late, 1), moving, "'silent.mp4' ends at 2.00 s"),
        (use_title_card(late), moving, "'silent.mp4' ends at 2.00 s"),
    )
    for edit, file, told in edits:
        done(film, edit, keep(file))
        with pytest.raises(BadInput, match=f"^{told}"):
            again(film)
        undo(film, 1, NOW, lambda line: None)


def test_one_recording_of_all_lines_is_cut_between_them(film: Path, tmp_path: Path) -> None:
    """Each shot with a line gets the part that is said there, cut in the pauses; a silent one between gets none."""
    plan = read_plan(film, read_brief(film))
    assert len(plan.shots) >= 3
    for number in range(1, len(plan.shots) + 1):
        plan = reword(ShotWords(line="" if number == 2 else f"Line number {number} here."), {number})(plan)
    spoken = len(plan.shots) - 1
    joined = "".join(f"[{n}]apad=pad_dur=0.7[a{n}];" for n in range(spoken))
    inputs = [option for n in range(spoken) for option in ("-f", "lavfi", "-i", sound(1.5, hz=300 + 40 * n))]
    ends = "".join(f"[a{n}]" for n in range(spoken))
    ffmpeg(*inputs, "-filter_complex", f"{joined}{ends}concat=n={spoken}:v=0:a=1", tmp_path / "over.wav")
    file = own_file(tmp_path / "over.wav")
    parts = [shot.voice for shot in voice_over(file, plan, "en")(plan).shots]
    assert parts[1] is None
    said = [part for part in parts if part is not None]
    assert len(said) == spoken
    assert said[0].start == 0
    for number, (before, after) in enumerate(pairwise(said), start=1):
        assert before.end == after.start
        assert 2.2 * number - 0.75 <= after.start <= 2.2 * number + 0.05
    assert said[-1].end == pytest.approx(file.media.seconds, abs=0.001)


@pytest.mark.parametrize(
    ("content", "said"),
    [(b"", "empty"), (b"#EXTM3U\nfile:///etc/passwd\n", "m3u"), (bytes(range(256)) * 40, "")],
    ids=["empty", "playlist", "noise"],
)
def test_what_is_no_media_is_refused(film: Path, tmp_path: Path, content: bytes, said: str) -> None:
    """In one line, by a command; put in place it is left alone, which is said, and nothing is opened through it."""
    path = tmp_path / "file.mp4"
    path.write_bytes(content)
    with pytest.raises(BadInput) as refused:
        own_file(path)
    assert "\n" not in str(refused.value)
    (film / "videos/shot_001.mov").write_bytes(content)
    (note,) = placed_in(film).notes
    assert note.startswith("shot_001.mov is not used: it ")
    assert placed_in(film).texts == {}
    again(film)
    assert (film / "videos/shot_001.mov").read_bytes() == content


def test_a_file_that_another_takes_the_place_of_is_not_lost(
    film: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody saves another one while the first is taken in: that one is used, and the next run takes the newer in."""
    first, newer = (clip(tmp_path / f"{hz}.mp4", *CLIPS["h264.mp4"], tone=sound(hz=hz)) for hz in (300, 500))
    path = film / "videos/shot_002.mov"
    path.write_bytes(first.read_bytes())
    record = Journal.record

    def saved_meanwhile(journal: Journal, *asked: Any, **more: Any) -> Entry:
        entry = record(journal, *asked, **more)
        path.write_bytes(newer.read_bytes())
        return entry

    with monkeypatch.context() as patch:
        patch.setattr(Journal, "record", saved_meanwhile)
        again(film)
    assert path.read_bytes() == newer.read_bytes()
    again(film)
    assert not path.exists()
    kept = {each.read_bytes() for each in (film / "material").iterdir()}
    assert kept == {first.read_bytes(), newer.read_bytes()}


def test_how_a_clip_is_fitted_is_said(film: Path, tmp_path: Path) -> None:
    """Trimmed, held, or as it is."""
    plan = read_plan(film, read_brief(film))
    file = own_file(named_clip(tmp_path, "h264.mp4"))
    planned = plan.shots[0].frames / plan.fps
    assert (fitted(file, plan, 1) == "as it is") == (abs(planned - file.media.seconds) < 1 / plan.fps)
    longer = OwnFile(file.path, file.sha256, file.media.model_copy(update={"seconds": 60.0}))
    assert fitted(longer, plan, 1) == f"trimmed from 60.0 to {planned:.1f} s"
    part = f"1.0 s, its last frame held for {planned - 1:.1f} s more"
    assert fitted(longer, plan, 1, 58.5, 59.5) == fitted(longer, plan, 1, 59.0) == part
    assert checksums.sha256_of(file.path) == file.sha256


def test_verify_and_repair_know_a_persons_files(film: Path, tmp_path: Path) -> None:
    """One put in place is no damage, and left alone by a repair; one whose bytes changed is named, and put aside."""
    source = named_clip(tmp_path, "h264.mp4")
    (film / "videos/shot_001.mp4").write_bytes(source.read_bytes())
    assert [(each.path, each.what) for each in verify(film) if each.path.startswith("videos")] == [
        ("videos/shot_001.mp4", "by hand")
    ]
    repair(film, str(film), lambda line: None)
    assert (film / "videos/shot_001.mp4").read_bytes() == source.read_bytes()
    again(film)
    assert [each for each in verify(film) if each.what in FAULTS] == []
    kept = next((film / "material").iterdir())
    kept.write_bytes(kept.read_bytes()[:-9])
    (fault,) = [each for each in verify(film) if each.what in FAULTS]
    assert (fault.path, fault.what) == (f"material/{kept.name}", "damaged")
    assert any("film use" in mend.remedy for mend in survey(film))
    repair(film, str(film), lambda line: None)
    assert [each for each in verify(film) if each.what in FAULTS] == []
    assert again(film).calls == []


def test_a_picture_of_a_place_is_shown_to_a_painter_that_takes_pictures(tmp_path: Path) -> None:
    """The shots of its scenes are painted anew, after it, and no others; for another painter nothing changes."""
    painter = PaidPainter(references=4)
    folder = opened(tmp_path)
    filmed(folder, paid_crew(painter), until="images")
    before, graph = len(painter.asked), read_graph((folder / "scene_graph.json").read_text("utf-8"))
    place = next(node for node in graph.nodes if node.kind == "place")
    assert node_named(graph, "place", place.name.upper()) == node_named(graph, "place", place.id) == place.id
    source = tmp_path / "place.jpg"
    ffmpeg("-f", "lavfi", "-i", picture((3000, 200)), "-frames:v", "1", source)
    shown = reference_picture(own_file(source), tmp_path)
    assert upright_size(shown.path) == (2048, 137)
    done(folder, use_reference(Reference(node=place.id, sha256=shown.sha256)), keep(shown))
    filmed(folder, paid_crew(painter), until="images")
    there = scene_parts(graph)
    seen = [shot for shot in shots(folder) if there[shot.scene].place.id == place.id]
    assert len(painter.asked) - before == len(seen) > 0
    plain = PaidPainter()
    other = opened(tmp_path / "plain")
    filmed(other, paid_crew(plain), until="images")
    painted = len(plain.asked)
    done(other, use_reference(Reference(node=place.id, sha256=shown.sha256)), keep(shown))
    filmed(other, paid_crew(plain), until="images")
    assert len(plain.asked) == painted
    with pytest.raises(BadInput, match="there is no prop 'nothing'"):
        node_named(graph, "prop", "nothing")


def test_a_reference_that_is_gone_is_not_paid_around(tmp_path: Path) -> None:
    """Its shots fail with one line, and nothing is painted without it."""
    painter = PaidPainter(references=4)
    folder = opened(tmp_path)
    filmed(folder, paid_crew(painter), until="shots")
    graph = read_graph((folder / "scene_graph.json").read_text("utf-8"))
    place = next(node for node in graph.nodes if node.kind == "place")
    source = tmp_path / "place.png"
    ffmpeg("-f", "lavfi", "-i", picture(), "-frames:v", "1", source)
    shown = reference_picture(own_file(source), tmp_path)
    done(folder, use_reference(Reference(node=place.id, sha256=shown.sha256)), keep(shown))
    next((folder / "material").iterdir()).unlink()
    with pytest.raises(TakeGone, match="reference picture"):
        filmed(folder, paid_crew(painter), until="images")
