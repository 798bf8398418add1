"""Rows of a file are villages by code first, then by name, then by an alias, then as somebody chose."""

import json

import pytest
import shapely

from geo.boundaries import read_boundaries
from geo.boundary_match import known_villages, plain_name
from geo.errors import InvalidBoundary

A, B, C = "510000000001", "510000000002", "510000000003"
TITLES = {A: "上河村", B: "下河村", C: "石桥村"}


def a_file(*rows: tuple[str | None, str], code_column: str = "code") -> bytes:
    features = [
        {
            "type": "Feature",
            "properties": {code_column: code, "name": name},
            "geometry": shapely.geometry.mapping(shapely.box(105 + number / 100, 30, 105.01 + number / 100, 30.01)),
        }
        for number, (code, name) in enumerate(rows)
    ]
    return json.dumps({"type": "FeatureCollection", "features": features}).encode()


def read(*rows: tuple[str | None, str], aliases=(), chosen=None, **options):
    known = known_villages(TITLES, aliases, chosen)
    return read_boundaries(a_file(*rows, **options), "v.json", "EPSG:4490", known)


def test_a_code_decides_whatever_the_name_says() -> None:
    found = read((A, "下河村"), (B, "上河村"))
    assert [(one.code, one.name) for one in found.villages] == [(A, "下河村"), (B, "上河村")]
    assert (found.matched, found.unmatched) == ([], [])


def test_a_row_without_a_code_is_told_by_its_name_and_keeps_our_name_for_it() -> None:
    found = read((A, "上河村"), (None, "下河"), ("7", " 石桥 村委会 "))
    assert [(one.code, one.name) for one in found.villages] == [(A, "上河村"), (B, "下河村"), (C, "石桥村")]
    assert [(one.row, one.code, one.how) for one in found.matched] == [(2, B, "name"), (3, C, "name")]


def test_an_alias_is_asked_after_the_names() -> None:
    found = read((None, "大坪村"), (None, "下河村"), aliases=[(A, "大坪"), (C, "下河")])
    assert [(one.code, one.how) for one in found.matched] == [(A, "alias"), (B, "name")]


def test_what_two_villages_are_called_tells_neither() -> None:
    found = read((None, "大坪"), aliases=[(A, "大坪"), (B, "大坪村")])
    assert [(one.row, one.said, one.code) for one in found.unmatched] == [(1, "大坪", "")]
    assert found.villages == []


def test_somebody_may_choose_the_village_of_a_row() -> None:
    found = read((A, "上河村"), (None, "无名"), chosen={2: C})
    assert [(one.row, one.code, one.how) for one in found.matched] == [(2, C, "chosen")]
    assert read((None, "无名"), chosen={1: "519999999999"}).unmatched  # no village of ours


def test_two_rows_of_one_village_are_refused() -> None:
    with pytest.raises(InvalidBoundary, match="already"):
        read((A, "上河村"), (None, "上河"))


def test_a_file_without_any_codes_is_told_by_names() -> None:
    found = read(("1", "上河村"), ("2", "下河村"), code_column="number")
    assert [one.code for one in found.villages] == [A, B]


def test_without_known_villages_a_code_is_asked_for() -> None:
    with pytest.raises(InvalidBoundary, match="12 digits"):
        read_boundaries(a_file(("7", "上河村")), "v.json", "EPSG:4490", known_villages({}, []))


@pytest.mark.parametrize(
    ("name", "plain"), [("上河村", "上河"), ("上河村村民委员会", "上河"), ("村", "村"), (" A b ", "ab"), ("", "")]
)
def test_a_name_is_compared_without_what_lists_write_differently(name: str, plain: str) -> None:
    assert plain_name(name) == plain
