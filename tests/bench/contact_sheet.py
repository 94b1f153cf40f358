"""Paint the contact sheet the offline painter is judged on: 24 fixed prompts in 16:9, then one in every aspect.

    python -m tests.bench.contact_sheet OUT.jpg [--timed]

The order never changes, so that two sheets can be laid side by side. `--timed` instead paints each prompt at
1920x1080 on one OpenCV thread, writes nothing, and tells the CPU seconds of each frame.
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

import cv2
from PIL import Image, ImageDraw

from blocks.offline.painter.painter import OfflinePainter
from studio.model.brief import FilmOptions

PROMPTS = (
    "wide shot, a red fox crosses a snowy meadow, morning",
    "wide shot, a lighthouse on the coast in a storm at night",
    "close-up, an old fisherman (grey beard, yellow raincoat), golden hour",
    "wide shot, an old violinist on a stage, a spotlight",
    "close shot, a cup of coffee on a table, morning",
    "wide shot, a brown bear by a river in the forest, overcast",
    "wide shot, a boy (red jacket) flies a kite on a hill, noon",
    "close-up, hands hold a letter, candlelight, night",
    "wide shot, a robot in a ruined city at dusk",
    "medium shot, a grandmother (blue cardigan) in a kitchen, morning",
    "wide shot, a horse runs in the desert, sunset",
    "wide shot, a forest in spring, dawn, fog",
    "close shot, an eye looks into the light",
    "medium shot, a young woman (red dress, long dark hair) in a street, rain, night",
    "wide shot, a train crosses a bridge, mountains, snow",
    "wide shot, a whale underwater, god rays",
    "wide shot, a girl (red jacket) on a bicycle on a country road, golden hour",
    "wide shot, a black cat on a windowsill, rain outside",
    "wide shot, a cathedral, dust in the light",
    "wide shot, a sailboat on a lake at noon, overcast",
    "wide shot, an astronaut on the moon",
    "wide shot, a jungle river, fog, dawn",
    "medium shot, a deer in a birch forest, morning",
    "wide shot, a quantum computer, a laboratory",
)
"""The last asks for what cannot be drawn: it must stay a words card."""

ASPECT_PROMPT = "wide shot, a fox and an old oak tree in a meadow, golden hour"
ASPECTS = ("16:9", "9:16", "1:1", "4:3", "21:9")
SEED = 7
_TILE = (384, 216)
_COLUMNS = 6
_MOST_BYTES = 400_000
"""Of a sheet, so that it may lie in a README."""


def paint_tile(prompt: str, size: tuple[int, int], folder: Path) -> Image.Image:
    """Paint at twice `size` (width, height) and reduce, as an enlarged screen would show a film's frame."""
    out = folder / "tile.png"
    OfflinePainter().paint(prompt, (size[0] * 2, size[1] * 2), SEED, out)
    with Image.open(out) as picture:
        return picture.convert("RGB").resize(size, Image.Resampling.LANCZOS)


def contact_sheet() -> Image.Image:
    """Return the sheet, RGB: four rows of six frames, and a row with the five aspects at one height."""
    width, height = _TILE
    rows = -(-len(PROMPTS) // _COLUMNS)
    sheet = Image.new("RGB", (width * _COLUMNS, height * (rows + 1)), (16, 16, 18))
    pen = ImageDraw.Draw(sheet)
    with tempfile.TemporaryDirectory() as folder:
        for i, prompt in enumerate(PROMPTS):
            at = (i % _COLUMNS * width, i // _COLUMNS * height)
            sheet.paste(paint_tile(prompt, _TILE, Path(folder)), at)
            pen.text((at[0] + 6, at[1] + 3), str(i + 1), fill=(255, 255, 255))
        left = 0
        for aspect in ASPECTS:
            across, down = FilmOptions.model_validate({"aspect": aspect, "height": 144}).size
            size = round(height * across / down), height
            sheet.paste(paint_tile(ASPECT_PROMPT, size, Path(folder)), (left, rows * height))
            left += size[0] + 4
    return sheet


def _save(sheet: Image.Image, out: Path) -> None:
    """Write the sheet at the best JPEG quality that stays under the limit."""
    for quality in range(88, 30, -6):
        sheet.save(out, "JPEG", quality=quality, optimize=True)
        if out.stat().st_size < _MOST_BYTES:
            return


def _time_frames() -> None:
    cv2.setNumThreads(1)
    taken = []
    with tempfile.TemporaryDirectory() as folder:
        for prompt in PROMPTS:
            before = time.process_time()
            OfflinePainter().paint(prompt, (1920, 1080), SEED, Path(folder) / "frame.png")
            taken.append(time.process_time() - before)
            print(f"{taken[-1]:5.2f} s  {prompt}")
    print(f"median {sorted(taken)[len(taken) // 2]:.2f} s, longest {max(taken):.2f} s")


if __name__ == "__main__":
    if "--timed" in sys.argv:
        _time_frames()
    elif len(sys.argv) == 2:
        _save(contact_sheet(), Path(sys.argv[1]))
    else:
        sys.exit(__doc__)
