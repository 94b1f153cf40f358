"""Laws of what a batch finds out before it begins: crews that are not there, prices that do not read."""

from __future__ import annotations

import pytest

from tests.support.films.film_command import Film, assert_one_line
from tests.support.sampled import sampled

CREWS = "idea,crew,seconds\nA,no-such,4\nB,offline,4\nC,openai,4\nD,offline,3\n"
"""An unknown crew, one that can be made, one whose address is wrong, one that is too short."""


@sampled("named", [True, False])
def test_an_unknown_crew_is_told_before_anything_is_begun(film: Film, named: bool) -> None:
    """A crew that is neither built in nor saved, or that cannot work, is a fault of its line, told with all others;
    no session is opened, be the server that saved crews lie on a named one or the built-in one."""
    if not named:
        del film.environment["PREFECT_API_URL"]
    film.environment["OPENAI_BASE_URL"] = "localhost/v1"
    (film.folder / "ideas.csv").write_text(CREWS, "utf-8")
    code, out, err = film.run("batch", "ideas.csv")
    assert (code, out) == (2, ""), err
    assert_one_line(err)
    assert "has 3 faults, nothing was begun: line 2, crew: " in err
    for said in ("there is no crew 'no-such'", "line 4, crew: OPENAI_BASE_URL: ", "line 5, seconds: "):
        assert said in err
    assert film.sessions == []


@pytest.mark.thorough
def test_a_price_list_that_does_not_read_stops_a_batch_before_it_begins(film: Film) -> None:
    """As it stops one film: 2, one line, no session."""
    (film.folder / "ideas.csv").write_text("idea,seconds,height\nA,4,144\n", "utf-8")
    (film.folder / "prices.toml").touch()
    film.environment["FILM_PRICES"] = "prices.toml"
    code, out, err = film.run("batch", "ideas.csv")
    assert (code, out, err.startswith("FILM_PRICES: 'prices.toml' holds no price: ")) == (2, "", True)
    assert film.sessions == []


@pytest.mark.thorough
def test_a_saved_crew_is_found_before_the_films_begin(film: Film) -> None:
    """A crew that is saved on the server is none that is missing: its film is made."""
    from blocks.crew import FilmCrew

    FilmCrew().save("saved-for-a-batch", overwrite=True, _sync=True)  # type: ignore[call-arg]  # of Prefect's dispatcher
    (film.folder / "ideas.csv").write_text("idea,crew,seconds,height\nA,saved-for-a-batch,4,144\n", "utf-8")
    code, out, err = film.run("batch", "ideas.csv")
    assert (code, err) == (0, ""), out + err
    assert len(film.sessions) == 1


@pytest.mark.thorough
def test_no_server_answers_where_a_saved_crew_is_named(film: Film) -> None:
    """It is a fault of the line, in one line with all others; nothing is begun."""
    film.environment["PREFECT_API_URL"] = "http://127.0.0.1:9/api"
    (film.folder / "ideas.csv").write_text(CREWS.replace("C,openai", "C,another"), "utf-8")
    code, out, err = film.run("batch", "ideas.csv")
    assert (code, out) == (2, ""), err
    assert_one_line(err)
    assert err.count("no Prefect server answers") == 2
    assert "line 5, seconds: " in err
    assert film.sessions == []
