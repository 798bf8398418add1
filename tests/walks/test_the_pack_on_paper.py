"""The workbook of the meeting opened by LibreOffice and printed: all its words in Chinese letters, its charts drawn."""

import io
import re
from itertools import pairwise

import pytest
from openpyxl import load_workbook
from PIL import Image

from server.clock import today
from server.reports.pack.workbook import COLOURS
from tests.conftest import MORNING
from tests.forms.offices import save_by_libreoffice
from tests.printed import fonts_of, pages_of, picture_of
from tests.server.reports.indicators.conftest import browse, compiled_catalogue, compiled_templates, counted, paged
from tests.server.web.pages.test_pack import HERE, make

__all__ = ["browse", "compiled_catalogue", "compiled_templates", "counted", "paged"]

CHINESE = re.compile("CJK|Han|WenQuanYi|MicroHei|ZenHei|DroidSansFallback|YaHei|SimSun")
TRENDS = {"zh": "一段时间以来", "en": "Over time"}
CHARTS = 3
DRAWN = {"zh": "产检 5 次以上", "en": "Five checks or more"}


@pytest.fixture
def books(counted, browse):
    """The month's workbook in both languages."""
    counted.fill_months(today(MORNING))
    with counted.database.transaction() as db:
        counted.lot(db, "2025-12-01", None, "folic_acid")
    counted.count()
    assert make(counted) == 1
    return {language[:2]: browse("lea", language).see(f"{HERE}/xlsx").data for language in ("zh_Hans", "en")}


@pytest.fixture
def printed(books, tmp_path):
    found = save_by_libreoffice(books, tmp_path, "pdf")
    assert found.keys() == books.keys()
    return found


def test_it_opens_and_prints_whole_with_its_charts(books, printed):
    for language, made in printed.items():
        pages, sheets = pages_of(made), load_workbook(io.BytesIO(books[language])).sheetnames
        check_pages(pages, sheets)
        check_words(pages, books[language])
        check_fonts(made)
        [page] = [number for number, page in enumerate(pages, start=1) if feet_of(page)[0] == TRENDS[language]]
        check_charts(pages[page - 1], picture_of(made, page), DRAWN[language])


def check_pages(pages: list[str], sheets: list[str]) -> None:
    """Each sheet begins a page and stays as wide as one; only the list of all indicators goes on over more."""
    assert [feet_of(page)[1] for page in pages] == [f"{at} / {len(pages)}" for at in range(1, len(pages) + 1)]
    feet = [feet_of(page)[0] for page in pages]
    assert list(dict.fromkeys(feet)) == sheets
    assert len(pages) - len(sheets) == feet.count(sheets[2]) - 1 <= 2


def feet_of(page: str) -> list[str]:
    return re.split(r"\s{3,}", page.rstrip().splitlines()[-1].strip())


def check_words(pages: list[str], book: bytes) -> None:
    """Each word of each cell is on paper, in whatever lines it stands."""
    paper = re.sub(r"\s", "", "".join(pages))
    cells = [cell.value for sheet in load_workbook(io.BytesIO(book)) for row in sheet.iter_rows() for cell in row]
    words = {word for cell in cells if isinstance(cell, str) for word in re.findall(r"[a-zA-Z]+|[一-鿿]", cell)}
    assert len(words) > 100
    assert not {word for word in words if word not in paper}


def check_fonts(made: bytes) -> None:
    fonts = fonts_of(made)
    assert all(one.is_inside and one.is_read for one in fonts)
    assert all(CHINESE.search(one.name) for one in fonts), fonts


def check_charts(words: str, drawn: Image.Image, title: str) -> None:
    """To the right of their numbers, each with its title; the line of the rate is seen in each, and in its legend."""
    assert words.count(title) == 2
    colour = tuple(bytes.fromhex(COLOURS["rate"][1:]))
    right = drawn.crop((drawn.width // 2, 0, drawn.width, drawn.height))
    wide = range(right.width)
    rows = [at for at in range(right.height) if any(is_near(right.getpixel((x, at)), colour) for x in wide)]
    seen = 1 + sum(later - at > 5 for at, later in pairwise(rows))
    assert seen == 2 * CHARTS, rows


def is_near(found: tuple[int, ...], colour: tuple[int, ...]) -> bool:
    return max(abs(one - other) for one, other in zip(found, colour, strict=True)) < 40
