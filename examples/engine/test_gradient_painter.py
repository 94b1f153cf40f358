from pathlib import Path

import pytest
from gradient_painter import plugin

from studio.testing import check_engine


@pytest.mark.parametrize("direction", ["down", "across"])
def test_it_keeps_the_contract(tmp_path: Path, direction: str) -> None:
    check_engine("painter", plugin, tmp_path, settings={"direction": direction})
