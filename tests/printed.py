"""A PDF as poppler reads it: its words, the fonts in it, and how a page looks."""

import io
import subprocess
from typing import NamedTuple

from PIL import Image

PATIENCE = 60


class Font(NamedTuple):
    """`is_inside`: its letters are in the file and look alike everywhere. `is_read`: they can be searched and copied."""

    name: str
    is_inside: bool
    is_read: bool


def pages_of(made: bytes) -> list[str]:
    """The words of each page, as they stand in lines."""
    return poppler(made, "pdftotext", "-layout", "-", "-").decode().split("\f")[:-1]


def fonts_of(made: bytes) -> set[Font]:
    lines = poppler(made, "pdffonts", "-").decode().splitlines()[2:]
    return {Font(line.split()[0], *(word == "yes" for word in (line.split()[-5], line.split()[-3]))) for line in lines}


def picture_of(made: bytes, page: int, dots: int = 100) -> Image.Image:
    """`page` from 1; so many dots an inch."""
    number = str(page)
    drawn = poppler(made, "pdftoppm", "-r", str(dots), "-f", number, "-l", number, "-png", "-")
    return Image.open(io.BytesIO(drawn)).convert("RGB")


def poppler(made: bytes, *command: str) -> bytes:
    return subprocess.run(command, input=made, capture_output=True, timeout=PATIENCE, check=True).stdout
