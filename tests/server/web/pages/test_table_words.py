"""What a mark stands for: a cluster's number, a village's, one of a window before; hidden ones in words."""

from datetime import date
from types import SimpleNamespace

import pytest

from geo.month_ends import Rate
from server.reports.indicators.definitions import BY_ID
from server.reports.indicators.told import ToldIndicator, Window
from server.reports.pack.paper import Hidden, Percent
from server.reports.tables.marks import read_mark
from server.reports.tables.workbooks import Value
from server.web.pages.table_words import Places, Told, as_value, cell_of, fill_text

JANUARY, DECEMBER = date(2026, 1, 31), date(2025, 12, 31)
WINDOWS = [
    Window(DECEMBER, DECEMBER, Rate(10, 40), {"N": Rate(1, 2)}),
    Window(JANUARY, JANUARY, Rate(30, 40), {"N": Rate(15, 20)}),
]
TOLD = Told(
    project=SimpleNamespace(name="禾川镇"),
    month=date(2026, 3, 2),
    as_of="2 Mar 2026 09:00",
    indicators={"I9": ToldIndicator(BY_ID["I9"], WINDOWS), "I2": ToldIndicator(BY_ID["I2"], ())},
    places=Places(frozenset("N"), frozenset({"A1"})),
    villages={JANUARY: {"A1": Rate(9, 12)}},
    phones=3,
    synced=2,
)


@pytest.fixture(autouse=True)
def english(app):
    with app.test_request_context("/", headers={"Cookie": "language=en", "Accept-Language": "en"}):
        yield


@pytest.mark.parametrize(
    ("mark", "cell"),
    [
        ("I9.rate", Percent(75)),
        ("I9.numerator", 30),
        ("I9.denominator before=1", 40),
        ("I9.rate cluster=N", Percent(75)),
        ("I9.rate village=A1", Percent(75)),
        ("phones", 3),
        ("上传", 2),
        ("镇", "禾川镇"),
    ],
)
def test_a_mark_stands_for_a_number_or_a_word(mark, cell):
    assert cell_of(read_mark(mark), TOLD) == cell


@pytest.mark.parametrize("mark", ["I9.rate before=2", "I2.rate", "I9.rate village=A1 before=1", "I9.rate cluster=S"])
def test_where_nothing_is_told_a_word_stands(mark):
    found = cell_of(read_mark(mark), TOLD)
    assert isinstance(found, Hidden) and found.why


def test_a_text_that_looks_like_a_formula_is_none():
    assert as_value("=1+1") == Value("'=1+1")
    assert as_value(Percent(57)) == Value("57%", 0.57, percent=True)
    assert as_value(20) == Value("20", 20)


def test_what_takes_a_marks_place_is_no_mark_itself():
    values = {"town": Value("{{month}}"), "month": Value("2026")}
    assert fill_text("{{town}} {{month}} {{cut", values) == "{{month}} 2026 {{cut"
