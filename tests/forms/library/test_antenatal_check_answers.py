"""F4 as a phone fills it: what it asks of whom, which answers it takes, and what it advises."""

import pytest

from tests.forms.library.antenatal import FORM, fill, pocket, refused
from tests.forms.library.filling import Phone, begun_earlier, day

EXAMINED = {"place": "clinic", "done_by": "doctor"}
SCANNED = {"us_new": "yes", "us_date": day(-1)}

TOO_LOW = {"bp_sys": 69, "bp_dia": 29, "weight_kg": 29.9, "fundal_cm": 7.9, "fhr": 89, "hb_gl": 39}
TOO_HIGH = {"bp_sys": 261, "bp_dia": 161, "weight_kg": 150.1, "fundal_cm": 45.5, "fhr": 201, "hb_gl": 181}
BOTH_WAYS = {"danger": "none fever", "supplements": "none iron"}


@pytest.mark.parametrize(
    "answers",
    [
        TOO_LOW,
        TOO_HIGH,
        BOTH_WAYS,
        {"supplements": "prefer_not iron"},
        {"us_weeks": 3, "us_days": -1},
        {"us_weeks": 43, "us_days": 7},
    ],
)
def test_what_cannot_be_is_refused(phone: Phone, answers: dict[str, object]) -> None:
    scan = SCANNED if "us_weeks" in answers else {}

    assert set(refused(phone, **EXAMINED, **scan, **answers)) == answers.keys()


LOWEST = {
    "bp_sys": 70,
    "bp_dia": 30,
    "weight_kg": 30,
    "fundal_cm": 8,
    "fhr": 90,
    "hb_gl": 40,
    "us_weeks": 4,
    "us_days": 0,
}
HIGHEST = {"bp_sys": 260, "bp_dia": 160, "weight_kg": 150, "fundal_cm": 45, "fhr": 200, "hb_gl": 180}
HIGHEST |= {"us_weeks": 42, "us_days": 6}


@pytest.mark.parametrize("answers", [LOWEST, HIGHEST])
def test_the_ends_of_each_range_are_taken(phone: Phone, answers: dict[str, int]) -> None:
    filled = fill(phone, **EXAMINED, **SCANNED, **answers, danger="fever waters_broke")

    assert filled.refused == []
    assert {name: float(filled.values[name]) for name in answers} == answers
    assert filled.values["danger"] == "fever waters_broke"


def test_the_lower_pressure_is_below_the_upper_one(phone: Phone) -> None:
    assert refused(phone, bp_sys=90, bp_dia=90) == ["bp_dia"]
    assert fill(phone, bp_sys=90, bp_dia=89).values["bp_dia"] == "89"
    assert fill(phone, bp_dia=89).values["bp_dia"] == "89"


@pytest.mark.parametrize(
    ("upper", "lower", "notes"),
    [
        (139, 89, set()),
        (140, 80, {"bp_red"}),
        (120, 90, {"bp_red"}),
        (159, 109, {"bp_red"}),
        (160, 80, {"bp_critical"}),
        (150, 110, {"bp_critical"}),
        (None, 110, {"bp_critical"}),
        (140, None, {"bp_red"}),
        (None, None, set()),
    ],
)
def test_blood_pressure_is_answered_by_its_level(
    phone: Phone, upper: int | None, lower: int | None, notes: set[str]
) -> None:
    assert fill(phone, bp_sys=upper, bp_dia=lower).shown & {"bp_red", "bp_critical"} == notes


@pytest.mark.parametrize(
    ("answers", "note"),
    [
        ({"danger": "fever"}, "danger_advice"),
        ({"danger": "bleeding convulsion"}, "danger_advice"),
        ({"movement": "less"}, "danger_advice"),
        ({"movement": "none"}, "danger_advice"),
        ({"danger": "none"}, None),
        ({"movement": "normal", "danger": None}, None),
        ({"fhr": 109}, "fhr_note"),
        ({"fhr": 161}, "fhr_note"),
        ({"fhr": 110}, None),
        ({"fhr": 160}, None),
        ({"hb_gl": 109}, "hb_low"),
        ({"hb_gl": 70}, "hb_low"),
        ({"hb_gl": 69.9}, "hb_critical"),
        ({"hb_gl": 110}, None),
        ({"mood": "very_low"}, "mood_note"),
        ({"mood": "low"}, None),
    ],
)
def test_advice_appears_with_its_answer(phone: Phone, answers: dict[str, object], note: str | None) -> None:
    shown = fill(phone, **EXAMINED, **answers).shown

    advice = {"danger_advice", "fhr_note", "hb_low", "hb_critical", "mood_note"}
    assert shown & advice == ({note} if note else set())


@pytest.mark.parametrize(
    ("movement", "danger", "asked"),
    [("less", None, True), ("none", "fever", True), ("less", "less_movement", False), ("normal", None, False)],
)
def test_fewer_movements_are_named_among_the_danger_signs_too(
    phone: Phone, movement: str, danger: str | None, asked: bool
) -> None:
    assert ("movement_note" in fill(phone, movement=movement, danger=danger).shown) is asked


def test_advice_names_the_clinics_numbers_or_says_that_there_are_none(phone: Phone) -> None:
    bare = pocket().with_rows("clinics", [{"name": "none", "label": "名单还没有填", "phone": ""}])

    assert fill(phone).values["clinic_phones"] == "0825-5550120"
    told = fill(phone, bare).values
    assert (told["clinic_phones"], told["clinic_phones_en"]) == ("（镇里还没有填）", "(not filled in yet)")


@pytest.mark.parametrize(
    ("days", "ga", "from_20", "from_28"),
    [(139, "19+6", False, False), (140, "20+0", True, False), (195, "27+6", True, False), (196, "28+0", True, True)],
)
def test_the_weeks_decide_what_is_asked(phone: Phone, days: int, ga: str, from_20: bool, from_28: bool) -> None:
    filled = fill(phone, pocket(days=days), **EXAMINED)

    assert filled.values["ga_now"] == ga
    assert ({"fundal_cm", "movement"} <= filled.shown) is from_20
    assert ("fp_talk" in filled.shown) is from_28


def test_the_weeks_are_those_of_the_visits_day(phone: Phone) -> None:
    assert fill(phone, pocket(days=150), visit_date=day(-10)).values["ga_now"] == "20+0"


def test_unknown_weeks_leave_out_no_question_of_safety(phone: Phone) -> None:
    filled = fill(phone, pocket(ga_anchor=""), **EXAMINED)

    assert (filled.values["ga_days"], filled.values["ga_now"]) == ("", "")
    assert {"fundal_cm", "movement"} <= filled.shown and not {"fp_talk", "ga_note"} & filled.shown


@pytest.mark.parametrize(
    ("answers", "examined"),
    [
        ({"place": "clinic", "done_by": "midwife"}, True),
        ({"place": "home", "done_by": "village_doctor"}, True),
        ({"place": "home", "done_by": "worker"}, False),
        ({"place": "phone", "done_by": "doctor"}, False),
        ({}, False),
    ],
)
def test_who_only_reports_or_calls_is_asked_for_no_examination(
    phone: Phone, answers: dict[str, str], examined: bool
) -> None:
    only_there = {"fundal_cm", "fhr", "hb_gl", "urine_protein"}

    assert fill(phone, **answers).shown & only_there == (only_there if examined else set())


def test_offers_of_tests_for_infections_are_for_the_clinics_phones_only(phone: Phone) -> None:
    answer = "blood hiv_offered"

    assert fill(phone, tests_done=answer).values["tests_done"] == "blood"
    assert fill(phone, pocket().as_role("clinician"), tests_done=answer).values["tests_done"] == answer


@pytest.mark.parametrize(("weight", "asked"), [(65, False), (65.1, True), (55, False), (54.9, True)])
def test_a_weight_far_from_the_last_one_is_confirmed(phone: Phone, weight: float, asked: bool) -> None:
    filled = fill(phone, pocket(last_weight="60"), place="home", weight_kg=weight, weight_sure="OK")

    assert ("weight_sure" in filled.shown) is asked
    assert float(filled.act().properties["last_weight"]) == weight


def test_a_first_weight_has_nothing_to_be_compared_with_and_none_clears_nothing(phone: Phone) -> None:
    assert "weight_sure" not in fill(phone, place="home", weight_kg=90).shown
    assert fill(phone, pocket(last_weight="60"), place="home").act().properties == {"status": "ongoing"}


def test_a_new_scan_needs_its_day_and_its_weeks(phone: Phone) -> None:
    scan = {"us_date": day(-2), "us_weeks": 21, "us_days": 3}
    filled = fill(phone, us_new="yes", **scan)

    assert {name: filled.values[name] for name in scan} == {name: str(value) for name, value in scan.items()}
    assert not scan.keys() & fill(phone, us_new="no", **scan).shown
    assert refused(phone, us_new="yes", **{**scan, "us_date": day(1)}) == ["us_date"]


def test_a_scan_of_before_the_visit_stands_when_the_record_is_corrected_later(phone: Phone) -> None:
    first = begun_earlier(fill(phone, us_new="yes", us_date=day(-301), us_weeks=8, us_days=0), 40)

    assert phone.fill(FORM, pocket(), {"bp_sys": 120}, edit=first, leave_prefilled=True).refused == []
    assert refused(phone, us_new="yes", us_date=day(-302), us_weeks=8, us_days=0) == ["us_date"]


def test_a_referral_says_how_urgent_and_where(phone: Phone) -> None:
    referral = {"refer_urgency": "urgent", "refer_to": "town", "refer_reason": "bp"}
    filled = fill(phone, refer="yes", **referral)

    assert {name: filled.values[name] for name in referral} == referral
    assert not referral.keys() & fill(phone, refer="no", **referral).shown


@pytest.mark.parametrize(("distance", "kept"), [(-1, False), (0, True), (70, True), (71, False)])
def test_the_next_date_is_within_seventy_days(phone: Phone, distance: int, kept: bool) -> None:
    assert (fill(phone, next_date=day(distance)).values["next_date"] == day(distance)) is kept


def test_a_correction_keeps_the_next_date_though_it_has_passed(phone: Phone) -> None:
    first = begun_earlier(fill(phone, next_date=day(3)), 10)

    again = phone.fill(FORM, pocket(), {"bp_sys": 120}, edit=first, leave_prefilled=True)

    assert (again.refused, again.values["next_date"], again.values["bp_sys"]) == ([], day(-7), "120")


@pytest.mark.parametrize(("distance", "kept"), [(1, False), (0, True), (-365, True), (-366, False)])
def test_the_visits_day_is_of_the_last_year(phone: Phone, distance: int, kept: bool) -> None:
    assert (fill(phone, visit_date=day(distance)).values["visit_date"] == day(distance)) is kept


def test_the_towns_lists_say_from_where_on_advice_shows_and_whom_to_call(phone: Phone) -> None:
    limits = {"bp_sys_red": "130", "bp_dia_critical": "100", "fhr_low": "115", "hb_critical": "80"}
    rows = [{"name": name, "label": name, "value": value} for name, value in limits.items()]
    careful = pocket().with_rows("thresholds", rows)
    careful = careful.with_rows("hotlines", [{"name": "helpline", "label": "县热线", "phone": "0825-5550199"}])

    notes = {"bp_red", "bp_critical", "fhr_note", "hb_low", "hb_critical"}
    for answers, note in (
        ({"bp_sys": 130, "bp_dia": 80}, "bp_red"),
        ({"bp_sys": 120, "bp_dia": 100}, "bp_critical"),
        ({"fhr": 114}, "fhr_note"),
        ({"hb_gl": 79}, "hb_critical"),
    ):
        assert fill(phone, careful, **EXAMINED, **answers).shown & notes == {note}
    assert fill(phone, careful, mood="very_low").values["helpline"] == "0825-5550199"
    assert fill(phone).values["helpline"] == "12356"
