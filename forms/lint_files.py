"""The words of the files beside a form: the choices of select_one_from_file, and whatever else a form looks up in a table.

What a phone shows from such a file is asked as if it stood in the form (domain.md 6.5). CSV is read cell by cell; of XML and
GeoJSON, which a choice may come from as well, the words between the marks.
"""

import codecs
import csv
import html
import io
import re
from collections.abc import Generator, Iterable, Iterator
from contextlib import closing
from itertools import islice
from typing import BinaryIO, Final

from forms.lint import Finding, Words, find_in, might_hold, terms_in
from forms.lint_places import Located, Place

MOST: Final = 100  # findings told of one file
LONGEST: Final = 500  # characters of a cell that are told
CELLS_TOGETHER: Final = 2000
PIECE: Final = 1 << 20
_READ: Final = (".csv", ".xml", ".geojson", ".json")
_BETWEEN_MARKS: Final = re.compile(r"[<>\"={}\[\]]+")
_ESCAPED: Final = re.compile(r"\\u(?!d[89a-f])([0-9a-f]{4})", re.IGNORECASE)
_NO_WORDS: Final = "0123456789.,:+-/ \t"

Cell = tuple[int, str]  # the line on which it begins, counted from 1, and what it says


def is_read(name: str) -> bool:
    """Whether a file of this name holds words that the linter reads."""
    return name.lower().endswith(_READ)


def lint_file(name: str, source: BinaryIO) -> list[Located]:
    """What breaks a red line or may hurt in a file, each term once a cell, with its line; the first hundred.

    A source that can be read from its start again. None of it can be waived: it is what is asked, not a text to read.
    """
    with closing(cells_of(name, source)) as cells:
        found = islice(find_all(name, cells), MOST)
        return [(finding, Place(line=line, file=name)) for finding, line in found]


def find_all(name: str, cells: Iterator[Cell]) -> Iterator[tuple[Finding, int]]:
    """By some thousands of cells: most files hold nothing, and then no cell is looked at for itself."""
    told: set[Finding] = set()
    while together := list(islice(cells, CELLS_TOGETHER)):
        if not might_hold(text for _, text in together):
            continue
        for line, text in together:
            for term, rule in terms_in(text):
                finding = find_in(Words(name, text[:LONGEST]), term, rule)
                if finding not in told:
                    told.add(finding)
                    yield finding, line


def cells_of(name: str, source: BinaryIO) -> Generator[Cell]:
    text = io.TextIOWrapper(source, encoding_of(source), errors="replace", newline="")
    try:
        rows = rows_of(text) if name.lower().endswith(".csv") else between_marks(text)
        for line, row in rows:
            yield from ((line, cell) for cell in row if cell.strip(_NO_WORDS))
    finally:
        text.detach()


def encoding_of(source: BinaryIO) -> str:
    """UTF-8 as phones read it, else what Excel in China saves."""
    source.seek(0)
    start, decoder = source.read(2), codecs.getincrementaldecoder("utf-8")()
    source.seek(0)
    if start in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        return "utf-16"
    try:
        for piece in iter(lambda: source.read(PIECE), b""):
            decoder.decode(piece)
        decoder.decode(b"", True)
    except UnicodeDecodeError:
        return "gb18030"
    finally:
        source.seek(0)
    return "utf-8-sig"


def rows_of(text: io.TextIOWrapper) -> Iterator[tuple[int, Iterable[str]]]:
    """The rows of a table with the line on which each begins; by its lines where it is no table that can be read.

    A semicolon in the head separates, as ODK Collect takes it.
    """
    head = text.readline(LONGEST)
    text.seek(0)
    line, table = 1, csv.reader(text, delimiter=";" if ";" in head else ",")
    try:
        for row in table:
            yield line, row
            line = table.line_num + 1
    except csv.Error:
        text.seek(0)
        yield from ((at, re.split(r"[,;\"]", one)) for at, one in enumerate(text, 1) if at >= line)


def between_marks(text: Iterable[str]) -> Iterator[tuple[int, Iterable[str]]]:
    for line, one in enumerate(text, 1):
        words = _ESCAPED.sub(lambda code: chr(int(code[1], 16)), html.unescape(one))
        yield line, _BETWEEN_MARKS.split(words)
