import pytest
from hypothesis import given
from hypothesis import strategies as st

from forms.schema import Field
from server.reports.csv_cells import CsvColumn, columns_of, guard, stretches_of

FORMULAS = [
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "\n=1",
    "=cmd|'/C calc'!A0",
    "＝1+1",
    "＋1",
    "－1",
    "＠SUM(A1)",
]


@pytest.mark.parametrize("text", FORMULAS)
def test_text_that_a_spreadsheet_would_run_is_made_text(text: str) -> None:
    assert guard(text) == "'" + text


@pytest.mark.parametrize("text", ["", "王家", "1-2", "a=b", "'=1", "(-1)"])
def test_other_text_stays(text: str) -> None:
    assert guard(text) == text


def cells(type_name: str, text: str | None, guarded: bool = True) -> list[str]:
    return list(CsvColumn(("x",), Field("x", "/x", type_name), "x").cells(text, guarded))


@pytest.mark.parametrize(
    ("type_name", "text"),
    [
        ("int", "-5"),
        ("int", "+5"),
        ("decimal", "-0.5e3"),
        ("date", "2026-01-02"),
        ("dateTime", "2026-01-02T03:04:05.000+08:00"),
        ("geotrace", "-30.5 104 0 0;-31 105 0 0"),
        ("geoshape", "-30 104 0 0; -31 105 0 0;-30 104 0 0;"),
    ],
)
def test_numbers_dates_and_places_are_never_touched(type_name: str, text: str) -> None:
    assert cells(type_name, text) == [text]


@pytest.mark.parametrize("type_name", ["string", "int", "decimal", "date", "geotrace", "geoshape", "binary"])
def test_what_only_claims_to_be_a_number_or_a_place_is_text(type_name: str) -> None:
    assert cells(type_name, "=1+1") == ["'=1+1"]
    assert cells(type_name, "=1+1", guarded=False) == ["=1+1"]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("-30.5 104.25 512.3 4.7", ["-30.5", "104.25", "512.3", "4.7"]),
        ("30 104", ["30", "104", "", ""]),
        ("30 104 0 0 and more", ["30", "104", "0", "0 and more"]),
        ("NaN NaN", ["NaN", "NaN", "", ""]),
        ("=A1 @B2", ["'=A1", "'@B2", "", ""]),
        (None, ["", "", "", ""]),
    ],
)
def test_a_point_is_four_columns_as_sent(text: str | None, wanted: list[str]) -> None:
    assert cells("geopoint", text) == wanted
    head = CsvColumn(("x",), Field("x", "/x", "geopoint"), "grp-x").heads()
    assert head == ["grp-x-Latitude", "grp-x-Longitude", "grp-x-Altitude", "grp-x-Accuracy"]


def test_a_split_select_has_a_column_for_each_choice() -> None:
    leaves = [(("grp", "how"), Field("how", "/grp/how", "string", select_multiple=True))]
    (column,) = columns_of(leaves, True, {("grp", "how"): ["a", "b"]})
    assert column.heads() == ["grp-how", "grp-how/a", "grp-how/b"]
    assert list(column.cells("b", True)) == ["b", "0", "1"]
    assert list(column.cells(None, True)) == ["", "0", "0"]
    assert columns_of(leaves, False, {})[0].heads() == ["how"]


@pytest.mark.parametrize("value", [{}, [], 3])
def test_what_is_no_text_is_an_empty_cell(value: object) -> None:
    assert list(CsvColumn(("x",), Field("x", "/x", "string"), "x").cells(value, True)) == [""]


ANSWERS = (
    st.none() | st.sampled_from([*FORMULAS, "", "-5", "-1.5 36.5 900.0 4.5", "a b", {}, [], {"x": "=1"}]) | st.text()
)
FIELDS = [
    Field("甲", "/甲", "string"),
    Field("n", "/n", "int"),
    Field("a", "/g/a", "string"),
    Field("b", "/g/b", "select"),
    Field("at", "/g/at", "geopoint"),
    Field("c", "/g/c", "decimal"),
    Field("z", "/z", "date"),
]


@given(st.lists(ANSWERS, min_size=7, max_size=7), st.booleans(), st.booleans(), st.booleans())
def test_a_stretch_has_the_cells_of_its_columns(
    answers: list[object], guarded: bool, split: bool, grouped: bool
) -> None:
    choices = {("g", "b"): ["a", "b"]} if split else {}
    leaves = [(tuple(one.path.strip("/").split("/")), one) for one in FIELDS]
    columns = columns_of(leaves, group_paths=True, choices=choices)
    said = dict(zip((one.name for one in FIELDS), answers, strict=True))
    values = {"甲": said["甲"], "n": said["n"], "g": said if grouped else "no group", "z": said["z"]}
    inner = said if grouped else {}
    one_by_one = [
        cell
        for column in columns
        for cell in column.cells((inner if len(column.path) > 1 else values).get(column.path[-1]), guarded)
    ]
    together = [cell or "" for stretch in stretches_of(columns) for cell in stretch.cells(values, guarded)]
    assert together == one_by_one
