"""What is wrong with which cell of a list of the town."""

import pytest

from server.publishing.list_checking import check_rows, find_red_lines
from server.publishing.list_kinds import (
    CLINICS,
    DESTINATIONS,
    HOTLINES,
    NOT_FILLED,
    SUPPLY_POINTS,
    THRESHOLDS,
    TOWN_LISTS,
    TownList,
)

Rows = list[dict[str, str]]


def ours(kind: TownList, **changed: str) -> Rows:
    """The rows as they come, with other last cells by the name of the row."""
    rows = [dict(zip(kind.header, row, strict=True)) for row in kind.rows]
    return [{**row, kind.header[-1]: changed.get(row["name"], row[kind.header[-1]])} for row in rows]


def wrong_of(kind: TownList, rows: Rows) -> list[tuple[int | None, str, str]]:
    return [(one.row, one.column, one.why) for one in check_rows(kind, rows, {"01"})]


def a_clinic(**cells: str) -> dict[str, str]:
    return {"name": "town", "label": "镇卫生院", "phone": "0825-5550120", **cells}


@pytest.mark.parametrize(
    ("cells", "column", "why"),
    [
        ({"label": ""}, "label", "required"),
        ({"label": "长" * 61}, "label", "long"),
        ({"label": "a\x00b"}, "label", "control"),
        ({"label": "a\nb"}, "label", "control"),
        ({"label": "＝1"}, "label", "formula"),
        ({"label": "@a"}, "label", "formula"),
        ({"label": NOT_FILLED}, "label", "placeholder"),
        ({"name": "none"}, "name", "placeholder"),
        ({"name": ""}, "name", "required"),
        ({"name": "镇"}, "name", "name"),
        ({"name": "a b"}, "name", "name"),
        ({"name": "-a"}, "name", "formula"),
        ({"name": "a" * 41}, "name", "long"),
        ({"phone": "热线"}, "phone", "phone"),
        ({"phone": "+8612356"}, "phone", "formula"),
        ({"phone": "1<b>"}, "phone", "phone"),
    ],
)
def test_a_cell_that_no_phone_should_get_is_named(cells: dict[str, str], column: str, why: str) -> None:
    assert wrong_of(CLINICS, [a_clinic(name="ok"), a_clinic(**cells)]) == [(1, column, why)]


def test_a_clinic_needs_no_phone_and_two_rows_have_two_codes() -> None:
    assert wrong_of(CLINICS, [a_clinic(phone=""), a_clinic(name="TOWN")]) == [(1, "name", "twice")]
    assert wrong_of(CLINICS, []) == [(None, "name", "no_rows")]


def test_what_comes_with_fangshi_is_right_but_for_the_rows_that_are_to_be_filled() -> None:
    for kind in TOWN_LISTS:
        assert bool(wrong_of(kind, ours(kind))) is kind.has_note, kind.name


def test_rows_that_forms_read_by_name_stay() -> None:
    (wrong,) = check_rows(HOTLINES, ours(HOTLINES)[:1], ())
    assert (wrong.row, wrong.why, wrong.values) == (None, "lacking", {"names": "police"})
    more = [*ours(THRESHOLDS), {"name": "own", "label": "a", "value": "1"}]
    assert wrong_of(THRESHOLDS, more) == [(10, "name", "unknown")]


@pytest.mark.parametrize(
    ("value", "why"),
    [
        ("161", "bounds"),
        ("abc", "number"),
        ("NaN", "number"),
        ("Infinity", "number"),
        ("１５０", "number"),
    ],
)
def test_a_threshold_moves_to_the_careful_side_only(value: str, why: str) -> None:
    assert wrong_of(THRESHOLDS, ours(THRESHOLDS, bp_sys_critical=value)) == [(2, "value", why)]
    assert wrong_of(THRESHOLDS, ours(THRESHOLDS, bp_sys_critical="150")) == []


def test_what_is_urgent_lies_above_what_is_only_shown() -> None:
    assert wrong_of(THRESHOLDS, ours(THRESHOLDS, bp_sys_critical="140")) == [(2, "value", "order")]


def test_a_supply_point_lies_in_a_village_of_the_town() -> None:
    rows = [{"name": name, "label": "点", "village_code": code} for name, code in (("a", "01"), ("b", ""), ("c", "02"))]
    assert wrong_of(SUPPLY_POINTS, rows) == [(2, "village_code", "village")]


def test_a_county_lies_in_a_province_and_a_place_in_a_county() -> None:
    told = [
        ("44", "prov", ""),
        ("4401", "county", "44"),
        ("s", "site", "4401"),
        ("t", "site", "44"),
        ("45", "prov", "44"),
    ]
    told += [("4402", "county", "none"), ("x", "town", "44")]
    rows = [{"name": name, "label": "地", "level": level, "parent": parent} for name, level, parent in told]

    found = [(6, "level", "level"), (3, "parent", "parent"), (4, "parent", "no_parent"), (5, "parent", "parent")]
    assert wrong_of(DESTINATIONS, rows) == found


def test_a_word_that_we_never_show_is_told_with_its_cell_and_why() -> None:
    rows = [a_clinic(), a_clinic(name="b", label="计划生育罚款处")]
    (wrong,) = find_red_lines(CLINICS, rows)

    assert (wrong.row, wrong.column, wrong.why) == (1, "label", "red_line")
    assert wrong.values["zh"] and wrong.values["en"]
