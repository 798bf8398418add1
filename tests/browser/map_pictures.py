"""Pictures that the map makes of itself, and what colours are on them or on the screen."""

import io
from pathlib import Path

from PIL import Image

WHOLE = (0, 0, 1, 1)


def colours(picture: bytes, part=WHOLE) -> dict[tuple[int, ...], int]:
    """How many pixels of a part (left, top, width and height as fractions) have which colour."""
    image = Image.open(io.BytesIO(picture)).convert("RGB")
    left, top, width, height = (round(edge * image.size[index % 2]) for index, edge in enumerate(part))
    found = image.crop((left, top, left + width, top + height)).getcolors(image.width * image.height)
    return {colour: count for count, colour in found or ()}


def named(tab, name: str) -> tuple[int, ...]:
    """A colour of the page's own, by its name."""
    script = """name => { const pen = document.createElement('canvas').getContext('2d');
        pen.fillStyle = getComputedStyle(document.documentElement).getPropertyValue(name).trim(); pen.fillRect(0, 0, 1, 1);
        return Array.from(pen.getImageData(0, 0, 1, 1).data.slice(0, 3)); }"""
    return tuple(tab.page.evaluate(script, name))


def like(found: dict[tuple[int, ...], int], colour: tuple[int, ...]) -> int:
    near = (count for one, count in found.items() if max(abs(a - b) for a, b in zip(one, colour, strict=True)) <= 4)
    return sum(near)


def save_picture(tab) -> bytes:
    with tab.page.expect_download() as download:
        tab.page.click("[data-picture=png]")
    return Path(download.value.path()).read_bytes()
