"""How high a row is that its wrapped text is seen whole: LibreOffice opens a workbook with the heights that it brings. Pure."""

import re
from collections.abc import Iterable, Sequence
from typing import Final
from unicodedata import east_asian_width

LINE: Final = 16.5
"""Points, of Microsoft YaHei in 11 points; other Chinese fonts take less."""
AROUND: Final = 3
MARGIN: Final = 2
"""Of a column's width, in digits: the indent."""

_PARTS = re.compile(r"[!-\u024f]+|\s+|.")


def height_of(texts: Iterable[str], widths: Sequence[int]) -> float:
    """In points. `widths` are those of the columns in digits, one for each text."""
    lines = [count_lines(text, width) for text, width in zip(texts, widths, strict=True)]
    return max(lines, default=1) * LINE + AROUND


def count_lines(text: str, width: int) -> int:
    """A Chinese character is as wide as two digits and breaks anywhere; words and numbers stay whole where they can."""
    room = max(2, width - MARGIN)
    lines, used = 1, 0
    for part in _PARTS.findall(text):
        wide = width_of(part)
        if used + wide <= room:
            used += wide
        elif not part.isspace():
            lines += (used > 0) + (wide - 1) // room
            used = (wide - 1) % room + 1
    return lines


def width_of(text: str) -> int:
    return sum(2 if east_asian_width(one) in "WFA" else 1 for one in text)
