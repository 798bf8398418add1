"""What was critical on the phone is critical here; a record's own limits only ever make it more careful."""

from typing import Final

import pytest

from forms.library import read_library_form, read_library_outline
from server.publishing.list_kinds import THRESHOLDS
from server.registry import danger_limits
from server.registry.danger_limits import has_high_pressure, is_feverish, lacks_haemoglobin
from server.registry.telling import KEPT

READ: Final = {
    "fever_from": ("fever", danger_limits.FEVER),
    "sys_critical_from": ("bp_sys_critical", danger_limits.HIGH_UPPER),
    "dia_critical_from": ("bp_dia_critical", danger_limits.HIGH_LOWER),
    "hb_critical_below": ("hb_critical", danger_limits.LOW_HAEMOGLOBIN),
}
"""The fields in which forms write the limits they went by: the row of the town's list, and our own number."""


@pytest.mark.parametrize(
    ("answers", "critical"),
    [
        ({"temp": "37.4", "fever_from": "37.5"}, False),
        ({"temp": "37.5", "fever_from": "37.5"}, True),
        ({"temp": "37.5"}, False),
        ({"temp": "38.0", "fever_from": "39"}, True),  # no record makes us less careful
        ({"temp": "38", "fever_from": ""}, True),
        ({"temp": "38", "fever_from": "warm"}, True),
        ({"fever_from": "37.5"}, False),
    ],
)
def test_a_fever_is_one_from_the_limit_that_the_phone_went_by(answers: dict[str, str], critical: bool) -> None:
    assert is_feverish(answers) is critical


@pytest.mark.parametrize(
    ("answers", "critical"),
    [
        ({"bp_sys": "149", "bp_dia": "99", "sys_critical_from": "150", "dia_critical_from": "100"}, False),
        ({"bp_sys": "150", "sys_critical_from": "150"}, True),
        ({"bp_dia": "100", "dia_critical_from": "100"}, True),
        ({"bp_sys": "160", "bp_dia": "110", "sys_critical_from": "170", "dia_critical_from": "120"}, True),
        ({"bp_sys": "159", "bp_dia": "109"}, False),
    ],
)
def test_a_pressure_is_critical_from_the_limit_that_the_phone_went_by(answers: dict[str, str], critical: bool) -> None:
    assert has_high_pressure(answers) is critical


@pytest.mark.parametrize(
    ("answers", "critical"),
    [
        ({"hb_gl": "80", "hb_critical_below": "80"}, False),
        ({"hb_gl": "79.9", "hb_critical_below": "80"}, True),
        ({"hb_gl": "69.9", "hb_critical_below": "60"}, True),
        ({"hb_gl": "70"}, False),
        ({}, False),
    ],
)
def test_haemoglobin_is_critical_below_the_limit_that_the_phone_went_by(
    answers: dict[str, str], critical: bool
) -> None:
    assert lacks_haemoglobin(answers) is critical


@pytest.mark.parametrize("form_id", ["antenatal_check", "contraception_followup", "delivery_postnatal"])
def test_our_numbers_are_those_that_the_list_comes_with_and_every_limit_of_a_form_is_kept(form_id: str) -> None:
    ours = {name: float(value) for name, _label, value in THRESHOLDS.rows}
    written = {row.name for row in read_library_outline(form_id).rows} & READ.keys()

    assert written and written <= set(KEPT[form_id].split())
    for field in written:
        row, number = READ[field]
        assert ours[row] == number
        assert f"[name = '{row}']/value, '{number:g}')" in read_library_form(form_id).decode()
