"""Measure the renderer: a clip in every way, films of many shots, and the whole default film.

    clips   ours against MoviePy's idiom, MoviePy with our frames, ffmpeg's zoompan, and the encoder alone; taken in
            turn, medians; x264's build and options compared as the files tell them; SSIM to a supersampled reference
    --join  score, soundtrack and film of 10, 100, 300 and 450 shots: time, and memory that does not grow
    --film  `film make`, stage by stage, engine start apart, how busy both cores were, and the inspection's share

Each measurement is a process of its own; `peak` is its highest resident memory with that of its ffmpeg, `cpu` its
processor time and its children's. Opening and enlarging the picture is on the clock in 'whole' and zoompan only.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.bench.film import machine, measure_films, print_machine, print_table
from tests.bench.joining import STEPS, many_shots
from tests.bench.measured import apart
from tests.bench.ways import FPS, ssim, write_reference
from tests.bench.ways import paint as paint_picture

EXAMPLES = """examples:
  make bench-render                                       the clips: five rounds of 4 s, some four minutes
  make bench-render ARGS="--rounds 1 --seconds 1"         a quick try
  make bench-render ARGS="--join --shots 10,100"          two films of many shots
  make bench-render ARGS="--clips --join --film --json"   everything, for a machine
"""
TOLD = {
    "ours": "ours",
    "ours-whole": "ours, whole",
    "moviepy": "(a) MoviePy, idiomatic",
    "moviepy-frames": "(b) MoviePy, our frames",
    "zoompan": "(c) ffmpeg zoompan",
    "encoder": "(d) the encoder alone",
}
TARGETS = {"moviepy": 8.0, "moviepy-frames": 1.4, "encoder": 0.95}
"""How many times a way's time ours is to take at most: wall(way) / wall(ours) is at least this."""
JOIN_SHOTS, JOIN_SECONDS, JOIN_MB = 300, 15.0, 150.0
"""20 minutes joined by copy, beside the encoding of their sound, take no longer and hold no more."""
Took = dict[str, float]


def x264_of(clip: Path) -> dict[str, str]:
    """Return x264's build ('build') and options, as it wrote them into the file (its user data SEI)."""
    content = clip.read_bytes()
    begin = content.find(b"x264 - core ")
    if begin < 0:
        raise SystemExit(f"{clip.name} does not say how x264 made it")
    said = content[begin : content.index(b"\0", begin)].decode("ascii", "replace").rstrip("\x80")
    build, _, options = said.partition(" - options: ")
    found = {name: value for name, _, value in (word.partition("=") for word in options.split())}
    return {"build": build.split(" - H.264")[0], **found}


def differing(theirs: dict[str, str], mine: dict[str, str]) -> list[str]:
    """Return what differs between two of `x264_of`, as 'name: theirs, not mine'."""
    names = sorted(theirs.keys() | mine.keys())
    return [f"{n}: {theirs.get(n)}, not {mine.get(n)}" for n in names if theirs.get(n) != mine.get(n)]


def compare_ways(folder: Path, rounds: int, seconds: float) -> dict[str, Any]:
    """Make the clip in every way, in turn, and return the medians by way, with SSIM and what x264 says."""
    paint_picture(folder / "still.png")
    taken: dict[str, list[Took]] = {way: [] for way in TOLD}
    ways = list(TOLD)
    for number in range(rounds):
        # Each round begins with another way: what the machine's heat or a neighbour does hits all alike.
        for way in ways[number % len(ways) :] + ways[: number % len(ways)]:
            taken[way].append(apart("tests.bench.ways", way, folder, seconds))
    reference = folder / "reference.mkv"
    write_reference(folder / "still.png", round(seconds * FPS), reference)
    mine = x264_of(folder / "ours.mp4")
    found: dict[str, Any] = {}
    for way, each in taken.items():
        middle = {name: statistics.median(took[name] for took in each) for name in each[0]}
        clip = folder / f"{way}.mp4"
        found[way] = {**middle, "ssim": ssim(clip, reference), "x264": differing(x264_of(clip), mine)}
    return {"x264": mine, "ways": found}


def print_ways(compared: dict[str, Any], rounds: int, seconds: float) -> None:
    """Print the clips' table and whether the targets are met."""
    ways, ours = compared["ways"], compared["ways"]["ours"]
    print(f"\n{seconds:g} s of 1920x1080 at {FPS} fps, median of {rounds} in turn, {compared['x264']['build']}\n")
    print(f"{'':26}{'wall s':>8}{'fps':>7}{'cpu ms/f':>10}{'peak MB':>9}{'MB':>7}{'SSIM':>9}{'times ours':>12}")
    for way, told in TOLD.items():
        took = ways[way]
        frames = took["frames"]
        print(
            f"{told:26}{took['wall']:8.2f}{frames / took['wall']:7.1f}{1000 * took['processor'] / frames:10.1f}"
            f"{took['peak_mb']:9.0f}{took['bytes'] / 1e6:7.2f}{took['ssim']:9.4f}{took['wall'] / ours['wall']:12.2f}"
        )
    print()
    for way, least in TARGETS.items():
        times = ways[way]["wall"] / ours["wall"]
        print(f"{TOLD[way]}: {times:.2f} times our time, {least:g} at least: {_verdict(times >= least)}")
    for way in ("moviepy", "moviepy-frames", "zoompan"):
        better = ours["ssim"] >= ways[way]["ssim"]
        print(f"{TOLD[way]}: SSIM {ways[way]['ssim']:.4f}, ours {ours['ssim']:.4f}: {_verdict(better)}")
    for way, told in TOLD.items():
        print(f"{told}: x264 {'as ours' if not ways[way]['x264'] else '; '.join(ways[way]['x264'])}")


def print_joined(films: dict[int, dict[str, Took]]) -> None:
    """Print the films of many shots, and whether joining meets its targets."""
    print("\nfilms of 4 s shots, 1920x1080: seconds and peak; 'cut' is 'join' with 'AAC' on its way\n")
    heads = ("score", "mix", "AAC", "join", "cut")
    print(f"{'shots':>6}{'film':>8}" + "".join(f"{head + ' s':>11}{'MB':>5}" for head in heads))
    for shots, steps in films.items():
        cells = "".join(f"{steps[step]['wall']:11.1f}{steps[step]['peak_mb']:5.0f}" for step in STEPS)
        print(f"{shots:6}{shots * 4 / 60:4.0f} min{cells}")
    if JOIN_SHOTS in films:
        join = films[JOIN_SHOTS]["join"]
        fits = join["wall"] < JOIN_SECONDS and join["peak_mb"] < JOIN_MB
        print(f"\n{JOIN_SHOTS} clips joined: under {JOIN_SECONDS:g} s and {JOIN_MB:g} MB: {_verdict(fits)}")


def _verdict(met: bool) -> str:
    return "met" if met else "NOT MET"


def main(words: Sequence[str] | None = None) -> None:
    """Measure and print."""
    asks = argparse.ArgumentParser(
        prog="make bench-render",
        description=__doc__,
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    asks.add_argument("--clips", action="store_true", help="the clips; what is measured where nothing is said")
    asks.add_argument("--join", action="store_true", help="films of many shots")
    asks.add_argument("--film", action="store_true", help="the whole default film")
    asks.add_argument("--rounds", type=int, default=5, help="rounds of the clips (default 5) and, at most 3, the film")
    asks.add_argument("--seconds", type=float, default=4.0, help="length of a clip (default 4)")
    asks.add_argument("--shots", default="10,100,300,450", help="of --join: numbers of shots (default 10,100,300,450)")
    asks.add_argument("--json", action="store_true", help="print one JSON object instead of the tables")
    asked = asks.parse_args(words)
    if asked.rounds < 1 or asked.seconds * FPS < 2:
        asks.error("--rounds must be 1 or more, --seconds 0.1 or more")
    counts = sorted({int(count) for count in asked.shots.split(",")})
    found: dict[str, Any] = {"machine": machine()}
    if not asked.json:
        print_machine(found["machine"])
    with tempfile.TemporaryDirectory(prefix="render-bench-") as scratch:
        if asked.clips or not (asked.join or asked.film):
            home = Path(scratch) / "clips"
            home.mkdir()
            found["clips"] = compare_ways(home, asked.rounds, asked.seconds)
            if not asked.json:
                print_ways(found["clips"], asked.rounds, asked.seconds)
        if asked.join:
            home = Path(scratch) / "join"
            home.mkdir()
            found["join"] = many_shots(home, counts)
            if not asked.json:
                print_joined(found["join"])
        if asked.film:
            rounds = min(3, asked.rounds)
            command, taken = measure_films(40.0, 1080, rounds)
            found["film"] = taken._asdict()
            if not asked.json:
                print()
                print_table(command, taken, rounds)
    if asked.json:
        print(json.dumps(json.loads(json.dumps(found), parse_float=lambda text: round(float(text), 4))))


if __name__ == "__main__":
    main(sys.argv[1:])
