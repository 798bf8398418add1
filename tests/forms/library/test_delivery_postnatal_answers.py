"""F5 as a phone fills it: what it asks of whom, which answers it takes, and what it advises."""

import pytest

from tests.forms.library.delivering import BIRTH, LOSS, VISIT, WEEKS_39, fill, pocket, refused
from tests.forms.library.filling import Phone, day

ONLY_WITH_A_BIRTH = {"birth_place", "mode", "live_births"}
ONLY_AT_A_VISIT = {"temp", "bp_sys", "bp_dia", "wound", "breast", "mood2", "pp_method_talk"}
WITH_BOTH = {"birth_date", "discharge_date", "pnc_day", "danger_pp", "baby_state", "consent_pnc", "next_date"}


def test_a_birth_asks_for_the_birth_and_for_signs_of_danger(phone: Phone) -> None:
    shown = fill(phone, **BIRTH, live_births=1, baby_state="well").shown

    assert ONLY_WITH_A_BIRTH | WITH_BOTH | {"danger_nb"} <= shown
    assert not shown & (ONLY_AT_A_VISIT | {"feeding"})


def test_a_visit_asks_how_both_are(phone: Phone) -> None:
    shown = fill(phone, **VISIT, baby_state="well").shown

    assert ONLY_AT_A_VISIT | WITH_BOTH | {"danger_nb", "feeding"} <= shown
    assert not shown & ONLY_WITH_A_BIRTH


TOO_LOW = {"temp": 33.9, "bp_sys": 69, "bp_dia": 29}
TOO_HIGH = {"temp": 42.1, "bp_sys": 261, "bp_dia": 161}
BOTH_WAYS = {"danger_pp": "none fever", "danger_nb": "none cord", "mood2": "none low"}


@pytest.mark.parametrize("answers", [TOO_LOW, TOO_HIGH, BOTH_WAYS, {"mood2": "prefer_not low"}])
def test_what_cannot_be_is_refused(phone: Phone, answers: dict[str, object]) -> None:
    assert set(refused(phone, **VISIT, baby_state="well", **answers)) == answers.keys()


@pytest.mark.parametrize(
    "answers", [{"temp": 34, "bp_sys": 70, "bp_dia": 30}, {"temp": 42, "bp_sys": 260, "bp_dia": 160}]
)
def test_the_ends_of_each_range_are_taken(phone: Phone, answers: dict[str, int]) -> None:
    filled = fill(phone, **VISIT, **answers, danger_pp="fever wound")

    assert filled.refused == []
    assert {name: float(filled.values[name]) for name in answers} == answers
    assert filled.values["danger_pp"] == "fever wound"


@pytest.mark.parametrize(("number", "taken"), [(-1, False), (0, True), (5, True), (6, False)])
def test_live_born_babies_are_none_to_five(phone: Phone, number: int, taken: bool) -> None:
    assert (fill(phone, **BIRTH, live_births=number).values["live_births"] == str(number)) is taken


def test_the_lower_pressure_is_below_the_upper_one(phone: Phone) -> None:
    assert refused(phone, **VISIT, bp_sys=90, bp_dia=90) == ["bp_dia"]
    assert fill(phone, **VISIT, bp_dia=89).values["bp_dia"] == "89"


@pytest.mark.parametrize(("distance", "taken"), [(1, False), (0, True), (-133, True), (-134, False)])
def test_a_birth_is_not_after_the_visit_and_not_before_twenty_weeks(phone: Phone, distance: int, taken: bool) -> None:
    assert (fill(phone, report_type="birth", birth_date=day(distance)).values["birth_date"] == day(distance)) is taken


def test_a_birth_is_not_after_a_visit_that_is_entered_later(phone: Phone) -> None:
    assert refused(phone, visit_date=day(-10), report_type="pnc_visit", birth_date=day(-9)) == ["birth_date"]


@pytest.mark.parametrize(("distance", "taken"), [(-365, True), (-366, False)])
def test_without_known_weeks_a_birth_is_of_the_year_before_the_visit(phone: Phone, distance: int, taken: bool) -> None:
    filled = fill(phone, pocket(ga_anchor=""), report_type="birth", birth_date=day(distance))

    assert (filled.values["birth_date"] == day(distance)) is taken
    assert "birth_date_sure" not in filled.shown


@pytest.mark.parametrize(("days", "asked"), [(153, True), (154, False), (308, False), (309, True)])
def test_a_birth_before_22_or_after_44_weeks_is_confirmed(phone: Phone, days: int, asked: bool) -> None:
    filled = fill(phone, pocket(ga_anchor=day(-days)), **{**BIRTH, "birth_date": day(0)}, birth_date_sure="OK")

    assert ("birth_date_sure" in filled.shown) is asked


def test_a_birth_without_its_day_is_taken(phone: Phone) -> None:
    filled = fill(phone, report_type="birth")

    assert (filled.values["birth_date"], filled.values["pnc_day"]) == ("", "")
    assert not filled.shown & {"birth_date_sure", "pnc_day_note"}


@pytest.mark.parametrize(("distance", "taken"), [(-6, False), (-5, True), (0, True), (1, False)])
def test_discharge_is_between_the_birth_and_today(phone: Phone, distance: int, taken: bool) -> None:
    assert (fill(phone, **VISIT, discharge_date=day(distance)).values["discharge_date"] == day(distance)) is taken


def test_who_gave_birth_at_home_was_not_discharged(phone: Phone) -> None:
    assert "discharge_date" not in fill(phone, **BIRTH, birth_place="home").shown
    assert "discharge_date" in fill(phone, **BIRTH, birth_place="township").shown


def test_the_day_after_the_birth_is_that_of_the_visit(phone: Phone) -> None:
    filled = fill(phone, visit_date=day(-3), report_type="pnc_visit", birth_date=day(-10))

    assert filled.values["pnc_day"] == "7"
    assert "pnc_day_note" in filled.shown


@pytest.mark.parametrize(
    ("answers", "warned"),
    [
        ({"birth_date": day(-1), "birth_place": "home"}, True),
        ({"birth_date": None, "birth_place": "home"}, True),
        ({"birth_date": day(-2), "birth_place": "home"}, False),
        ({"birth_date": day(-1), "birth_place": "township", "discharge_date": day(-1)}, True),
        ({"birth_date": day(-1), "birth_place": "township", "discharge_date": day(0)}, False),
        ({"birth_date": day(-1), "birth_place": "township"}, False),
    ],
)
def test_after_a_birth_at_home_or_an_early_discharge_both_are_seen_within_a_day(
    phone: Phone, answers: dict[str, object], warned: bool
) -> None:
    assert ("early_note" in fill(phone, report_type="birth", **answers).shown) is warned


@pytest.mark.parametrize(
    ("upper", "lower", "notes"),
    [
        (139, 89, set()),
        (140, 80, {"bp_red"}),
        (120, 90, {"bp_red"}),
        (159, 109, {"bp_red"}),
        (160, 80, {"bp_critical"}),
        (None, 110, {"bp_critical"}),
    ],
)
def test_blood_pressure_is_answered_by_its_level(
    phone: Phone, upper: int | None, lower: int | None, notes: set[str]
) -> None:
    assert fill(phone, **VISIT, bp_sys=upper, bp_dia=lower).shown & {"bp_red", "bp_critical"} == notes


ADVICE = {"temp_critical", "danger_advice", "self_harm_note", "also_note", "danger_nb_advice", "concern_note"}
ADVICE |= {"mood_note", "mood_critical", "method_note"}


@pytest.mark.parametrize(
    ("answers", "notes"),
    [
        ({"temp": 37.9, "danger_pp": "none"}, set()),
        ({"temp": 38}, {"temp_critical", "danger_advice", "also_note"}),
        ({"temp": 38, "danger_pp": "fever"}, {"temp_critical", "danger_advice"}),
        ({"wound": "pus"}, {"danger_advice", "also_note"}),
        ({"wound": "pus", "danger_pp": "wound"}, {"danger_advice"}),
        ({"wound": "sore", "breast": "sore"}, set()),
        ({"breast": "red_hot"}, {"danger_advice", "also_note"}),
        ({"breast": "red_hot", "danger_pp": "breast"}, {"danger_advice"}),
        ({"danger_pp": "bleeding"}, {"danger_advice"}),
        ({"danger_pp": "self_harm"}, {"danger_advice", "self_harm_note"}),
        ({"baby_state": "well", "danger_nb": "none"}, set()),
        ({"baby_state": "well", "danger_nb": "jaundice"}, {"danger_nb_advice"}),
        ({"baby_state": "concern"}, {"concern_note"}),
        ({"baby_state": "concern", "danger_nb": "none"}, {"concern_note"}),
        ({"baby_state": "concern", "danger_nb": "breathing"}, {"danger_nb_advice"}),
        ({"mood2": "none"}, set()),
        ({"mood2": "prefer_not"}, set()),
        ({"mood2": "no_interest"}, {"mood_note"}),
        ({"mood2": "low"}, {"mood_note"}),
        ({"mood2": "low self_harm"}, {"mood_critical"}),
        ({"pp_method_talk": "decided"}, {"method_note"}),
        ({"pp_method_talk": "wants_info"}, {"method_note"}),
        ({"pp_method_talk": "not_now"}, set()),
    ],
)
def test_advice_appears_with_its_answer(phone: Phone, answers: dict[str, object], notes: set[str]) -> None:
    assert fill(phone, **VISIT, **answers).shown & ADVICE == notes


def test_danger_is_answered_with_a_birth_too(phone: Phone) -> None:
    shown = fill(phone, **BIRTH, danger_pp="bleeding", baby_state="concern", danger_nb="not_feeding").shown

    assert shown & ADVICE == {"danger_advice", "danger_nb_advice"}


def test_advice_names_the_clinics_numbers_or_says_that_there_are_none(phone: Phone) -> None:
    bare = pocket().with_rows("clinics", [{"name": "none", "label": "名单还没有填", "phone": ""}])

    assert fill(phone, **LOSS).values["clinic_phones"] == "0825-5550120"
    told = fill(phone, bare, **LOSS).values
    assert (told["clinic_phones"], told["clinic_phones_en"]) == ("（镇里还没有填）", "(not filled in yet)")


@pytest.mark.parametrize(
    ("state", "signs", "feeding"),
    [("well", True, True), ("concern", True, True), (None, False, True), ("prefer_not", False, False)],
)
def test_who_would_rather_not_speak_of_the_baby_is_asked_no_more_about_it(
    phone: Phone, state: str | None, signs: bool, feeding: bool
) -> None:
    shown = fill(phone, **VISIT, baby_state=state).shown

    assert ("danger_nb" in shown, "feeding" in shown) == (signs, feeding)


@pytest.mark.parametrize("reported", [BIRTH, VISIT])
def test_who_wants_no_home_visits_says_how_else(phone: Phone, reported: dict[str, object]) -> None:
    filled = fill(phone, **reported, consent_pnc="no", pnc_other="clinic")

    assert filled.values["pnc_other"] == "clinic"
    assert "pnc_other" not in fill(phone, **reported, consent_pnc="yes").shown
    assert "pnc_other" not in fill(phone, **reported).shown


@pytest.mark.parametrize(("distance", "taken"), [(1, False), (0, True), (-365, True), (-366, False)])
def test_the_day_of_a_loss_is_of_the_year_before_the_visit(phone: Phone, distance: int, taken: bool) -> None:
    assert (fill(phone, **LOSS, loss_date=day(distance)).values["loss_date"] == day(distance)) is taken


def test_the_day_of_a_loss_need_not_be_told_and_is_not_before_the_birth(phone: Phone) -> None:
    assert fill(phone, **LOSS).values["loss_date"] == ""
    assert refused(phone, **VISIT, baby_state="died", loss_date=day(-6)) == ["loss_date"]
    assert fill(phone, **VISIT, baby_state="died", loss_date=day(-5)).values["loss_date"] == day(-5)


@pytest.mark.parametrize(("distance", "kept"), [(-1, False), (0, True), (70, True), (71, False)])
def test_the_next_date_is_within_seventy_days(phone: Phone, distance: int, kept: bool) -> None:
    assert (fill(phone, **VISIT, next_date=day(distance)).values["next_date"] == day(distance)) is kept


@pytest.mark.parametrize(("distance", "kept"), [(1, False), (0, True), (-365, True), (-366, False)])
def test_the_visits_day_is_of_the_last_year(phone: Phone, distance: int, kept: bool) -> None:
    assert (fill(phone, visit_date=day(distance)).values["visit_date"] == day(distance)) is kept


def test_everything_that_is_sensitive_may_be_left_out(phone: Phone) -> None:
    """An answer that nobody gave stays blank: the filler gives one only where a question insists."""
    for given in ({"report_type": "birth"}, {"report_type": "pnc_visit"}, LOSS):
        values = fill(phone, **given).values
        answered = {name for name in ONLY_WITH_A_BIRTH | ONLY_AT_A_VISIT | WITH_BOTH if values.get(name)}
        assert answered == set()


def test_these_tests_speak_of_a_pregnancy_of_39_weeks() -> None:
    assert WEEKS_39 == 133 + 140
