"""Laws of the block Film Store: its keys stay secret, its settings are those of its cloud, a wrong one is one line."""

from __future__ import annotations

from pathlib import Path

import pytest
from prefect.testing.utilities import prefect_test_harness
from pydantic import SecretStr, ValidationError

from blocks.film_store import FilmStore, store_named
from studio.cli.sessions import main
from studio.errors import BadInput
from studio.object_storage import outputs
from studio.store.folders import output_folder

KEY = "secret-0123456789"


def test_settings_are_those_of_the_cloud() -> None:
    """Only what is given is set, under the names of that cloud; the variables decide the rest."""
    s3 = FilmStore(url="s3://bucket/films/", key_id=SecretStr("id"), key=SecretStr(KEY), endpoint="https://minio:9000")
    assert s3.url == "s3://bucket/films"
    assert s3.settings == {"access_key_id": "id", "secret_access_key": KEY, "endpoint": "https://minio:9000"}
    azure = FilmStore(url="az://container/films", account="mine", key=SecretStr(KEY))
    assert azure.settings == {"account_name": "mine", "account_key": KEY}
    assert FilmStore(url="s3://bucket").settings == {}


def test_no_key_is_shown() -> None:
    """Neither the block's words, nor a refusal of it, nor what it names hold its key."""
    block = FilmStore(url="s3://bucket/films", key=SecretStr(KEY))
    assert KEY not in repr(block)
    assert KEY not in repr(outputs.NamedStore(block.url, block.settings))
    with pytest.raises(ValidationError) as refused:
        FilmStore(url=f"s3://id:{KEY}@bucket/films")
    assert "into the URL" in str(refused.value)


@pytest.mark.thorough
def test_a_saved_block_is_loaded_by_its_name() -> None:
    """The name of a block leads to its URL and keys; a name that nobody saved is one line."""
    with prefect_test_harness(server_startup_timeout=60):
        FilmStore(url="s3://bucket/films", key=SecretStr(KEY)).save("mine")
        assert store_named("mine") == outputs.NamedStore("s3://bucket/films", {"secret_access_key": KEY})
        with pytest.raises(BadInput, match="film-store/other: there is no such block"):
            store_named("other")


def test_a_program_without_blocks_says_so(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """The `sessions` command, which knows no Prefect, refuses a block's name in one line that says what to give."""
    monkeypatch.setattr(outputs, "_store_named", None)
    with pytest.raises(SystemExit) as left:
        main(["list", "--output", "film-store/mine"])
    assert left.value.code == 2
    assert "give the store's URL" in capsys.readouterr().err


def test_a_file_url_is_a_folder(tmp_path: Path) -> None:
    """'file:///a%20b' is the folder '/a b', with or without the extra."""
    assert output_folder(f"file://{tmp_path}/a%20b") == tmp_path / "a b"
