"""Laws of what a crew cannot do: each declared ability is judged, before anything is made or paid, in one line."""

from __future__ import annotations

import os
import socket
import wave
from collections.abc import Callable
from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Self

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from blocks.offline.crew import offline_crew
from studio.audio.silent_narrator import SilentNarrator
from studio.batch.manifest import read_manifest
from studio.errors import BadInput
from studio.forecast.forecast import forecast_idea
from studio.model.brief import FilmOptions
from studio.model.engines import Abilities, Crew
from studio.model.film import Scene, Shot, Story
from studio.model.paid import CallDesk
from studio.model.receipt import PieceMeasures
from studio.planning.abilities import (
    MOST_ENLARGED,
    abilities_told,
    check_abilities,
    check_shots,
    language_code,
    painted_size,
    speaks,
    voice_for,
    with_voice_for,
)
from studio.sessions.opening import FilmRequest, open_session
from studio.store.run_card import RunCard
from tests.support.films.fake_crew import Log, fake_crew
from tests.support.sessions.make_sessions import brief as make_brief


@dataclass(frozen=True)
class Able:
    """Any engine of these abilities; at a desk it costs money."""

    abilities: Abilities
    model: str = "able"
    engine: str = "v"
    version: int = 0


@dataclass(frozen=True)
class PaidVoice(Able):
    asked: list[str] = field(default_factory=list)

    def at(self, desk: CallDesk) -> Self:
        return self

    def speak(self, line: str, seed: int, out: Path) -> PieceMeasures:
        raise AssertionError("it was asked to speak")


def crew_of(abilities: Abilities = Abilities(), hand: str = "painter", **more: Any) -> Crew:  # noqa: B008 - frozen
    return replace(fake_crew(Log()), **{hand: Able(abilities)}, **more)


def story_in(language: str) -> Story:
    scene = Scene(id=1, location="", characters="", action="", emotion="", narration="Words.")
    return Story(title="A", style="", scenes=(scene,), language=language)


SHOTS = tuple(Shot(index=n, scene=1, image_prompt="a pier", frames=96 + n - 1, seed=1) for n in (1, 2))
"""One shot of 4 s, and one of a frame more."""


def refusal(judge: Callable[..., object], can: Abilities, *asked: object) -> tuple[str, ...]:
    """Return why a film is refused whose animator has these abilities; () if it is not."""
    try:
        judge(crew_of(can, "animator"), *asked)
    except BadInput as error:
        return (str(error),)
    return ()


def test_what_an_animator_makes_is_told() -> None:
    """The refusal says what it makes instead, and what to do."""
    (said,) = refusal(check_shots, Abilities(longest_seconds=4.0), SHOTS, 24)
    assert said.startswith("shot 2 lasts 4.1 s, and able makes clips of 4 s at most: choose shorter shots")
    assert refusal(check_shots, Abilities(longest_seconds=4.0), SHOTS[:1], 24) == ()
    (said,) = refusal(check_abilities, Abilities(rates=(25, 30)), FilmOptions())
    assert said == "--fps 24: able makes clips of 25 or 30 frames a second: choose that"
    can = Abilities(longest_seconds=8, rates=(24,))
    assert dict(abilities_told(crew_of(can, "animator")))["animator"] == (
        "able: clips of up to 8 s, 24 frames a second; no seed"
    )
    can = Abilities(last_frame=True, seed=True)
    assert dict(abilities_told(crew_of(can, "animator")))["animator"] == (
        "able: clips of any length, any frame rate; can end at a picture; a seed"
    )


def test_a_film_that_its_animator_cannot_make_is_forecast_as_one(tmp_path: Path) -> None:
    """`film plan` refuses what a run would refuse."""
    crew, brief = crew_of(Abilities(longest_seconds=2.0), "animator"), make_brief()
    with pytest.raises(BadInput, match="clips of 2 s at most"):
        forecast_idea(brief, crew)


ALL = Abilities(seed=True, negative_prompts=True)
JUDGED: dict[str, tuple[Abilities, Callable[[Abilities], object]]] = {
    "sizes": (replace(ALL, sizes=((1024, 1024),)), lambda can: check_abilities(crew_of(can), FilmOptions())),
    "longest_px": (replace(ALL, longest_px=1_000), lambda can: check_abilities(crew_of(can), FilmOptions())),
    "seed": (replace(ALL, seed=False), lambda can: check_abilities(crew_of(can), FilmOptions(seed=7))),
    "negative_prompts": (
        replace(ALL, negative_prompts=False),
        lambda can: check_abilities(crew_of(can, negative_prompt="text"), FilmOptions()),
    ),
    "languages": (
        replace(ALL, languages=("en",)),
        lambda can: with_voice_for(crew_of(can, "narrator"), story_in("fr"), FilmOptions())[1],
    ),
    "longest_seconds": (replace(ALL, longest_seconds=4.0), lambda can: refusal(check_shots, can, SHOTS, 24)),
    "rates": (replace(ALL, rates=(25, 30)), lambda can: refusal(check_abilities, can, FilmOptions())),
    "first_frame": (replace(ALL, first_frame=False), lambda can: refusal(check_abilities, can, FilmOptions())),
}


@pytest.mark.parametrize(
    "ability", [each.name for each in fields(Abilities) if each.name not in ("references", "last_frame")]
)
def test_every_declared_ability_is_judged(ability: str) -> None:
    """Who can do all has nothing to be told; who lacks this one ability does, in one line that names who it is."""
    lacking, judge = JUDGED[ability]
    assert judge(ALL) == ()
    (said,) = judge(lacking)  # type: ignore[misc]  # a tuple of lines
    assert "able" in said
    assert "\n" not in said


def test_the_offline_crew_does_what_is_asked() -> None:
    """Of any size, with a seed; only other languages than English it does not speak."""
    for height in (144, 1080, 2160):
        assert check_abilities(offline_crew(), FilmOptions(height=height, aspect="21:9", seed=7)) == ()
    assert voice_for(offline_crew(), story_in("en"), FilmOptions()) == (offline_crew(), "")


# --- sizes ----------------------------------------------------------------------------------------


def test_what_is_seen_of_another_size_is_told() -> None:
    """How much is cut off and how far it is enlarged; full HD from 1536 pixels is not worth a word."""
    assert check_abilities(crew_of(Abilities(longest_px=1_536)), FilmOptions()) == ()
    (said,) = check_abilities(crew_of(Abilities(longest_px=1_536)), FilmOptions(height=2160))
    assert said == "able paints 1536x864: its pictures are enlarged 2.5 times to 3840x2160"
    (said,) = check_abilities(crew_of(Abilities(((1024, 1024),))), FilmOptions(aspect="9:16"))
    assert said == "able paints 1024x1024: its pictures are cropped by 44% to 608x1080"


@example((), 65, "16:9", 147)
@given(
    st.lists(st.tuples(st.integers(64, 4096), st.integers(64, 4096)), max_size=4).map(tuple),
    st.none() | st.integers(64, 4096),
    st.sampled_from(["16:9", "9:16", "1:1", "4:3", "21:9"]),
    st.integers(72, 1080),
)
def test_a_size_is_refused_just_where_it_cannot_be_made(
    sizes: tuple[tuple[int, int], ...], longest: int | None, aspect: Any, half: int
) -> None:
    """A picture that a vendor is refused for, and paid, is never asked for; the height that is proposed is possible."""
    crew, options = crew_of(Abilities(sizes, longest)), FilmOptions(aspect=aspect, height=2 * half)
    painted = painted_size(crew.painter.abilities, options.size)
    enlarged = max(options.size[0] / painted[0], options.size[1] / painted[1])
    if enlarged <= MOST_ENLARGED:
        check_abilities(crew, options)
        return
    with pytest.raises(BadInput, match="choose --height") as refused:
        check_abilities(crew, options)
    assert refused.value.exit_code == 2
    proposed = int(str(refused.value).split("choose --height ")[1].split()[0])
    if proposed >= 144:
        check_abilities(crew, options.model_copy(update={"height": proposed}))


def enlisted(tmp_path: Path, crew: Crew, told: list[str], options: FilmOptions) -> None:
    card = RunCard(flow_run_id="0a", pid=os.getpid(), host=socket.gethostname(), started_at="x", version="0")
    session, _ = open_session(
        FilmRequest("an idea", options, tmp_path), card, lambda _: crew, told.append, lambda: 7, datetime.now()
    )
    session.store.release()


def test_a_size_that_cannot_be_made_opens_no_session(tmp_path: Path) -> None:
    """Nothing is begun, and nothing is left."""
    with pytest.raises(BadInput, match=r"able paints 512x219, which would be enlarged 9\.9 times to 5040x2160"):
        enlisted(tmp_path, crew_of(Abilities(longest_px=512)), [], FilmOptions(aspect="21:9", height=2160))
    assert not list(tmp_path.rglob("session_*"))


def test_what_is_done_otherwise_is_told_once_before_the_work(tmp_path: Path) -> None:
    """As the run opens its session, a line each."""
    told: list[str] = []
    enlisted(tmp_path, crew_of(Abilities(longest_px=1_536)), told, FilmOptions(height=2160, seed=7))
    assert [line.split(":")[0] for line in told] == ["able paints 1536x864", "--seed 7"]


def test_a_manifest_whose_crew_cannot_paint_its_size_is_refused_whole(tmp_path: Path) -> None:
    """By its line, where the crew's abilities are known."""
    path = tmp_path / "ideas.csv"
    path.write_text("idea,height,aspect\nA fox,360,16:9\nA cat,2160,21:9\n", "utf-8")
    with pytest.raises(BadInput, match=r"has 1 fault.*line 3, crew: --height 2160: able paints"):
        read_manifest(path, lambda _: crew_of(Abilities(longest_px=512)))
    assert len(read_manifest(path, lambda _: crew_of(ALL))) == 2


# --- seed and negative prompt ---------------------------------------------------------------------


def test_a_seed_that_is_not_taken_is_told_where_one_was_said() -> None:
    """Everybody who takes none is named once; a seed that was drawn was asked by nobody."""
    deaf = Able(Abilities(), "a"), Able(Abilities(), "b"), Able(Abilities(), "c")
    crew = replace(fake_crew(Log()), writer=deaf[0], painter=deaf[1], narrator=deaf[2])  # type: ignore[arg-type]
    assert check_abilities(crew, FilmOptions()) == ()
    assert check_abilities(crew, FilmOptions(seed=0)) == (
        "--seed 0: a, b and c take no seed: what is made anew differs each time",
    )
    assert check_abilities(
        replace(crew, writer=fake_crew(Log()).writer, narrator=fake_crew(Log()).narrator), FilmOptions(seed=0)
    ) == ("--seed 0: b takes no seed: what is made anew differs each time",)


# --- languages ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("en", "en"),
        ("English", "en"),
        ("en-GB", "en"),
        ("pt_BR", "pt"),
        (" FR ", "fr"),
        ("German", "other"),
        ("", "other"),
        ("other", "other"),
        ("日本", "other"),
        ("d1", "other"),
    ],
)
def test_a_language_is_a_code_or_another(said: str, code: str) -> None:
    """Whatever a model or a person calls it."""
    assert language_code(said) == code


def test_who_speaks_what() -> None:
    """Nothing declared is any language; of 'other' only an English voice is known not to speak it."""
    assert speaks(Abilities(), "bn")
    assert speaks(Abilities(languages=("en", "de")), "de")
    assert speaks(Abilities(languages=("en", "de")), "other")
    assert not speaks(Abilities(languages=("en", "de")), "bn")
    assert not speaks(Abilities(languages=("en",)), "other")


def test_silence_takes_the_place_of_a_paid_voice_that_does_not_speak_it(tmp_path: Path) -> None:
    """Never a call that gives gibberish; the line's file is one without samples, with the reason; a free voice judges
    for itself, and captions that are off are said to be."""
    voice = PaidVoice(Abilities(languages=("en",)), "voice")
    crew, said = voice_for(replace(fake_crew(Log()), narrator=voice), story_in("fr-CA"), FilmOptions())
    assert isinstance(crew.narrator, SilentNarrator)
    assert said == (
        "the story is in the language 'fr', which voice does not speak: its lines are not sent, and cost nothing; "
        "captions carry them, timed by reading speed"
    )
    made = crew.narrator.speak("Bonjour.", 1, tmp_path / "line")
    assert (made.seconds, made.not_spoken) == (0.0, "the story is in the language 'fr', which voice does not speak")
    assert crew.narrator.speak(" ", 1, tmp_path / "line").not_spoken == ""
    with wave.open(str(tmp_path / "line")) as sound:
        assert (sound.getnframes(), sound.getnchannels(), sound.getsampwidth()) == (0, 1, 2)
    free, said = voice_for(
        crew_of(Abilities(languages=("en",)), "narrator"), story_in("other"), FilmOptions(captions="off")
    )
    assert isinstance(free.narrator, Able)
    assert said == (
        "the story is not in English, and able speaks nothing else: lines that it cannot read stay silent; "
        "with --captions off nothing carries them"
    )


def test_a_story_without_lines_says_what_carries_it() -> None:
    """An idea that the writer can only quote gives no lines: no caption is promised, and what to do is told; a paid
    voice gets none that are written later in a language it does not speak."""
    mute = story_in("other").model_copy(
        update={"scenes": (story_in("other").scenes[0].model_copy(update={"narration": ""}),)}
    )
    for crew in (offline_crew(), replace(fake_crew(Log()), narrator=PaidVoice(Abilities(languages=("en",)), "voice"))):
        hired, said = voice_for(crew, mute, FilmOptions())
        assert said.startswith("the story is not in English and has no lines: its title, pictures and music carry it")
        assert "captions" not in said
        assert isinstance(hired.narrator, SilentNarrator) == isinstance(crew.narrator, PaidVoice)


def test_what_a_crew_can_do_is_told() -> None:
    """Each ability in words, for `film doctor`."""
    told = dict(abilities_told(offline_crew()))
    assert told["painter"] == "painter: any size; a seed; no negative prompt; no reference pictures"
    assert told["narrator"] == "hibari heart: speaks en; a seed"
    told = dict(abilities_told(crew_of(Abilities(((4, 3),), references=1, negative_prompts=True))))
    assert told["painter"] == "able: paints 4x3; no seed; a negative prompt; 1 reference picture"
