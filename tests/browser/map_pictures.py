"""Pictures that the map makes of itself, and what colours are on them or on the screen, as the browser reads them."""

import base64
from pathlib import Path

READ = """async ([url, part]) => {
    const image = new Image(); image.src = url; await image.decode();
    const sheet = document.createElement('canvas'); sheet.width = image.width; sheet.height = image.height;
    const pen = sheet.getContext('2d', { willReadFrequently: true }); pen.drawImage(image, 0, 0);
    const [x, y, w, h] = part.map((edge, index) => Math.round(edge * (index % 2 ? image.height : image.width)));
    const data = pen.getImageData(x, y, w, h).data, found = {};
    for (let at = 0; at < data.length; at += 4) { const key = data.slice(at, at + 3).join(); found[key] = (found[key] ?? 0) + 1; }
    return [image.width, image.height, found];
}"""
WHOLE = (0, 0, 1, 1)


def colours(tab, picture: bytes, part=WHOLE) -> dict[tuple[int, ...], int]:
    """How many pixels of a part (left, top, width and height as fractions) have which colour, as the browser reads them."""
    url = "data:image/png;base64," + base64.b64encode(picture).decode()
    _, _, found = tab.page.evaluate(READ, [url, part])
    return {tuple(map(int, key.split(","))): count for key, count in found.items()}


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
