"""A film whose reader leaves: `film make ... | head -1`."""

from __future__ import annotations

from tests.support.films.film_command import PATIENCE_SECONDS, TINY, Film, assert_one_line


def test_a_closed_pipe_is_said_and_loses_nothing(film: Film) -> None:
    """Where nobody reads the output any more, one line on standard error says so and how to go on; exit code 1."""
    process = film.start("make", "a film", *TINY, slow="image", seconds=0.5)
    assert process.stdout is not None
    assert process.stderr is not None
    assert process.stdout.readline().startswith("engine:")
    process.stdout.close()
    said = process.stderr.read()
    process.stderr.close()
    assert process.wait(PATIENCE_SECONDS) == 1
    assert_one_line(said)
    assert "nobody reads the output" in said
    assert "resume session_" in said
