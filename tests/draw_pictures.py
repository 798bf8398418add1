"""Draws the pictures of our forms: every SVG in forms/library/pictures as the PNG beside it, which phones can show.

`python -m tests.draw_pictures` after a source was changed. Chromium of the tests draws, and the PNG is written here, so that
the project needs no library for pictures. `tests/forms/library/test_pictures.py` draws them again and compares.
"""

import base64
import struct
import zlib
from collections import Counter
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from forms.library.pictures import FOLDER, SIDE
from tests.chromium import ARGUMENTS, CHROMIUM

COLOURS = 128
CLOSE = 400  # of two colours, the squares of their differences in red, green and blue together
Colour = tuple[int, int, int]

_DRAW = """async ([source, side]) => {
    const image = new Image(side, side)
    image.src = source
    await image.decode()
    const canvas = new OffscreenCanvas(side, side), context = canvas.getContext('2d')
    context.drawImage(image, 0, 0, side, side)
    const bytes = context.getImageData(0, 0, side, side).data
    return btoa(Array.from(bytes, one => String.fromCharCode(one)).join(''))
}"""


def draw(page: Page, source: bytes, kind: str) -> list[Colour]:
    """The pixels of a picture, SIDE by SIDE, row by row. `kind` is its media type."""
    address = f"data:{kind};base64,{base64.b64encode(source).decode()}"
    raw = base64.b64decode(page.evaluate(_DRAW, [address, SIDE]))
    return [(raw[at], raw[at + 1], raw[at + 2]) for at in range(0, len(raw), 4)]


def write_png(pixels: list[Colour]) -> bytes:
    """A PNG of SIDE by SIDE with a palette; every colour that is not in it becomes the nearest of those that are."""
    palette = choose_palette(pixels)
    nearest = {one: min(range(len(palette)), key=lambda at: _distance(one, palette[at])) for one in set(pixels)}
    rows = (bytes(nearest[one] for one in pixels[at : at + SIDE]) for at in range(0, len(pixels), SIDE))
    parts = (
        (b"IHDR", struct.pack(">IIBBBBB", SIDE, SIDE, 8, 3, 0, 0, 0)),
        (b"PLTE", b"".join(bytes(colour) for colour in palette)),
        (b"IDAT", zlib.compress(b"".join(b"\0" + row for row in rows), 9)),
        (b"IEND", b""),
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(name, data) for name, data in parts)


def choose_palette(pixels: list[Colour]) -> list[Colour]:
    """The colours met most, none close to another, so that rare ones find one of their kind."""
    palette: list[Colour] = []
    for colour, _count in Counter(pixels).most_common():
        if len(palette) < COLOURS and all(_distance(colour, one) > CLOSE for one in palette):
            palette.append(colour)
    return palette


def _distance(one: Colour, other: Colour) -> int:
    return sum((a - b) ** 2 for a, b in zip(one, other, strict=True))


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def draw_all(page: Page, folder: Path) -> None:
    for source in sorted(folder.glob("*.svg")):
        source.with_suffix(".png").write_bytes(write_png(draw(page, source.read_bytes(), "image/svg+xml")))


def main() -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        draw_all(browser.new_page(), FOLDER)
        browser.close()


if __name__ == "__main__":
    main()
