"""No pattern runs long, whatever text it meets."""

from __future__ import annotations

import heapq
import re
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

import pytest

from tests.support.texts.patterns import Pattern, patterns, worst_texts

pytestmark = pytest.mark.patterns

FIRST, LONG = 1_500, 200_000
"""Characters of the texts among which the worst are looked for, and of the worst: the longest script that is read."""
MOST_SECONDS = 1.5
"""Of processor time at `LONG`: half of what a whole command has for its texts, and most take a fiftieth of it."""
GROWTH = 9.0
"""Four times the text may take so many times as long; 4 is a straight line, 16 a square."""

FENCE = re.compile(r"[ \t]{0,3}(?:>[ \t]?){0,3}(`{3,}|~{3,})[^`]*$")
ASIDE = re.compile(r"\[\[(?:(?!\]\]).){0,2000}\]\]|/\*(?:(?!\*/).){0,20000}\*/", re.DOTALL)
REQUEST = re.compile(r"^(?:please[, ]+|(?:can|could) you (?:please )?)*film")


class TooLong(Exception):
    """A pattern used up the time that it had."""


@contextmanager
def stopped_after(seconds: float) -> Iterator[None]:
    """Raise `TooLong` once so much processor time went by; a match looks for signals while it runs."""

    def ring(number: int, frame: FrameType | None) -> None:
        raise TooLong

    before = signal.signal(signal.SIGVTALRM, ring)
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


def _seconds(pattern: Pattern, text: str) -> float:
    begun = time.process_time()
    pattern.used(text)
    return time.process_time() - begun


def fault(pattern: Pattern) -> str:
    """Return what is wrong with how long a pattern takes at its worst texts; '' where nothing is."""
    try:
        with stopped_after(20):
            tried = worst_texts(pattern.compiled)
            some = heapq.nlargest(8, ((_seconds(pattern, worst.text(FIRST)), worst) for worst in tried))
            worst_two = heapq.nlargest(2, ((_seconds(pattern, worst.text(LONG // 32)), worst) for _, worst in some))
    except TooLong:
        return "it hangs at short texts"
    for _, worst in worst_two:
        longer = {}
        for length in (LONG // 16, LONG // 4, LONG):
            try:
                with stopped_after(MOST_SECONDS):
                    longer[length] = _seconds(pattern, worst.text(length))
            except TooLong:
                return f"{worst} takes more than {MOST_SECONDS} s at {length:,} characters"
        if longer[LONG] > GROWTH * longer[LONG // 4] and longer[LONG] > 0.1:
            return f"{worst} grows too fast: {longer}"
    return ""


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Look for the patterns only where they are tried: it takes seconds, and tests are collected in every run."""
    if "pattern" in metafunc.fixturenames:
        wanted = "patterns" in metafunc.config.option.markexpr.replace("not patterns", "")
        metafunc.parametrize("pattern", patterns() if wanted else [], ids=lambda pattern: pattern.place)


def test_every_pattern_is_linear(pattern: Pattern) -> None:
    """At 200,000 characters of the worst that its own form suggests, a pattern takes a time that grows with them."""
    assert fault(pattern) == "", pattern.compiled.pattern


@pytest.mark.parametrize(("compiled", "way"), [(FENCE, "match"), (ASIDE, "sub"), (REQUEST, "match")])
def test_patterns_that_run_long_are_found(compiled: re.Pattern[str], way: str) -> None:
    """A pattern whose time grows with the square of the text's length, or by itself doubled, is told."""
    assert fault(Pattern("here", compiled, frozenset({way})))


def test_patterns_are_found_wherever_they_stand() -> None:
    """A pattern is found by its name, in a table, and within a function."""
    places = {pattern.place.rpartition(":")[0] + ":" * pattern.place[-1].isdigit() for pattern in patterns()}
    assert {
        "studio.text.markdown",
        "blocks.offline.voice.numerals",
        "studio.input.script:",
        "blocks.openai_api.answers",
    } <= places
