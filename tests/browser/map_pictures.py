"""Pictures that the map makes of itself, and what colours are on them or on the screen."""

import io
from collections.abc import Callable
from pathlib import Path

from PIL import Image

from tests.chromium import PATIENCE_MS

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


def seen(tab) -> bytes:
    return tab.page.locator(".map-box .canvas").screenshot()


def wait_until_drawn(tab, is_drawn: Callable[[bytes], bool]) -> None:
    """Until the map on the screen is so: it is drawn in the frames after its data came, late on a busy machine."""
    for _ in range(PATIENCE_MS // 200):
        if is_drawn(seen(tab)):
            return
        tab.page.wait_for_timeout(200)
    raise AssertionError("the map was not drawn so")


def wait_for_pin(tab, part=WHOLE) -> None:
    pin = named(tab, "--due-icon")
    wait_until_drawn(tab, lambda picture: like(colours(picture, part), pin) > 50)


def save_picture(tab) -> bytes:
    with tab.page.expect_download() as download:
        tab.page.click("[data-picture=png]")
    return Path(download.value.path()).read_bytes()
