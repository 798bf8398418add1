"""Pictures of our own for who reads little: danger signs, methods, supplies, yes and no, who is in the room.

One SVG a picture is the source; Collect shows no SVG, so the PNG beside it is what forms name and phones get
(`python -m tests.draw_pictures` draws them). Two forms that name the same picture share one file in the store. No words in
a picture, nothing that frightens or shames, and a "no" as large as a "yes".
"""

from functools import cache
from pathlib import Path
from typing import Final

FOLDER: Final = Path(__file__).parent
SIDE: Final = 192  # pixels, wide and high: 96 dp on a cheap phone


@cache
def picture_names() -> frozenset[str]:
    """The file names of all pictures, as forms name them."""
    return frozenset(one.name for one in FOLDER.glob("*.png"))


@cache
def read_picture(name: str) -> bytes:
    """The PNG of that name. Raises KeyError for another."""
    if name not in picture_names():
        raise KeyError(name)
    return (FOLDER / name).read_bytes()
