"""Laws of a refused prompt: its shot fails with the vendor's reason, or a slate stands for it, as was said."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from studio.billing.calls import read_calls
from studio.model.paid import VendorError
from studio.model.terms import Terms
from studio.store.brief import read_brief, write_brief
from studio.store.receipts import read_receipt
from tests.support.films.filming import OPTIONS, PRICES, PaidPainter, filmed, opened, paid_crew


@pytest.fixture(autouse=True)
def _prices(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "prices.toml"
    path.write_text(PRICES, "utf-8")
    monkeypatch.setenv("FILM_PRICES", str(path))


def refuser(fault: str = "refused") -> PaidPainter:
    """A painter whose vendor does not do its first picture."""
    asked: list[str] = []

    def refuses(prompt: str) -> VendorError | None:
        asked.append(prompt)
        return VendorError(fault, "v: the prompt was refused: no lighthouses") if len(asked) == 1 else None  # type: ignore[arg-type]

    return PaidPainter(refuses=refuses)


def test_a_slate_stands_for_a_refused_shot(tmp_path: Path) -> None:
    """A picture of the film's size, its receipt with the vendor's reason and no cost; the film is made; the refusal has
    its line, and a further run asks nobody."""
    folder = opened(tmp_path / "output")
    write_brief(folder, read_brief(folder).model_copy(update={"terms": Terms(on_refusal="slate")}))
    painter = refuser()
    filmed(folder, paid_crew(painter))
    with Image.open(folder / "images/shot_001.png") as slate:
        assert (slate.size, slate.mode) == (OPTIONS.size, "RGB")
        assert slate.getcolors(1_000_000) is None or len(slate.getcolors(1_000_000) or ()) > 10
    receipt = read_receipt(folder / "images/shot_001.json")
    assert receipt is not None
    assert "no lighthouses" in receipt.refused
    assert receipt.cost_usd == 0.0
    assert (folder / "film.mp4").is_file()
    assert [call.state for call in read_calls(folder)].count("refused") == 1
    asked = len(painter.asked)
    filmed(folder, paid_crew(painter), "b")
    assert len(painter.asked) == asked


def test_without_being_said_a_refused_shot_fails(tmp_path: Path) -> None:
    """The vendor's reason comes out; no picture stands there."""
    folder = opened(tmp_path / "output")
    with pytest.raises(VendorError, match=r"no lighthouses; change the image_prompt in shots.json, or let a slate"):
        filmed(folder, paid_crew(refuser()))
    assert not (folder / "images/shot_001.png").exists()


def test_a_slate_stands_for_nothing_else(tmp_path: Path) -> None:
    """A vendor that is down is no refusal: its shot fails, and may be tried again."""
    folder = opened(tmp_path / "output")
    write_brief(folder, read_brief(folder).model_copy(update={"terms": Terms(on_refusal="slate")}))
    with pytest.raises(VendorError):
        filmed(folder, paid_crew(refuser("passing")))
    assert not (folder / "images/shot_001.png").exists()
