"""F6 as a phone fills it: what is asked about each method, and what is said about dates, blood pressure and danger."""

import pytest

from tests.forms.library.contraception import AGAIN, FORM, HERS, START, fill, hers, pocket, refused
from tests.forms.library.filling import WANG, Filled, Phone, day


@pytest.mark.parametrize(
    ("method", "shown"),
    [
        ("iud_cu", {"device_type", "expiry_on_card"}),
        ("iud_lng", {"device_type", "expiry_on_card"}),
        ("implant", {"device_type", "expiry_on_card"}),
        ("dmpa", {"last_injection", "next_injection_date", "late_days"}),
        ("neten", {"last_injection", "next_injection_date", "late_days"}),
        ("cic", {"last_injection", "next_injection_date", "late_days", "bp_sys", "bp_dia"}),
        ("coc", {"packs_given", "bp_sys", "bp_dia"}),
        ("pop", {"packs_given"}),
        ("condom_m", set()),
        ("natural", set()),
    ],
)
def test_each_method_has_its_own_questions(phone: Phone, method: str, shown: set[str]) -> None:
    own = {"device_type", "expiry_on_card", "last_injection", "next_injection_date", "late_days", "packs_given"}
    own |= {"bp_sys", "bp_dia"}

    assert fill(phone, **START, method=method).shown & own == shown


def test_the_day_on_her_card_comes_after_the_start(phone: Phone) -> None:
    device = {**START, "method": "iud_cu", "start_date": day(-10)}

    assert refused(phone, **device, expiry_on_card=day(-10)) == ["expiry_on_card"]
    assert refused(phone, **device, expiry_on_card=day(-9)) == []
    known = hers(method="implant", start_date=day(-10))
    assert refused(phone, known, episode=HERS, reason="check", **AGAIN, expiry_on_card=day(-10)) == ["expiry_on_card"]


@pytest.mark.parametrize(("distance", "said"), [(-1, True), (0, False), (1, False)])
def test_a_card_that_has_run_out_is_said(phone: Phone, distance: int, said: bool) -> None:
    device = {**START, "method": "iud_cu", "start_date": day(-400), "expiry_on_card": day(distance)}

    assert ("expired_note" in fill(phone, **device).shown) is said


@pytest.mark.parametrize(
    ("packs", "end"), [(1, 28), (3, 84), (13, 364), (0, None), (None, None)], ids=["1", "3", "13", "0", "blank"]
)
def test_packs_last_four_weeks_each_from_the_visits_day(phone: Phone, packs: int | None, end: int | None) -> None:
    known = hers(method="coc", supply_end=day(5))
    filled = fill(
        phone, known, episode=HERS, visit_date=day(-2), reason="resupply", **AGAIN, method="coc", packs_given=packs
    )

    assert filled.act().properties.get("supply_end") == (None if end is None else day(end - 2))


@pytest.mark.parametrize("packs", [-1, 14])
def test_at_most_thirteen_packs_are_given(phone: Phone, packs: int) -> None:
    assert refused(phone, **START, method="coc", packs_given=packs) == ["packs_given"]


def reinjected(phone: Phone, method: str, since: int, **known: str) -> Filled:
    """An injection given today, so many days after the one that the phone knows of."""
    on = hers(method=method, last_injection=day(-since), **known)
    given = {"reason": "reinject", **AGAIN, "method": method, "last_injection": day(0)}
    return fill(phone, on, episode=HERS, **given)


LATE = {"early_note", "late_amber", "late_red", "late_very"}


@pytest.mark.parametrize(
    ("method", "since", "late", "note"),
    [
        ("dmpa", 76, -15, "early_note"),
        ("dmpa", 77, -14, None),
        ("dmpa", 91, 0, None),
        ("dmpa", 92, 1, "late_amber"),
        ("dmpa", 105, 14, "late_amber"),
        ("dmpa", 106, 15, "late_red"),
        ("dmpa", 119, 28, "late_red"),
        ("dmpa", 120, 29, "late_very"),
        ("neten", 41, -15, "early_note"),
        ("neten", 42, -14, None),
        ("neten", 57, 1, "late_amber"),
        ("neten", 71, 15, "late_red"),
        ("neten", 85, 29, "late_very"),
        ("cic", 20, -8, "early_note"),
        ("cic", 28, 0, None),
        ("cic", 35, 7, None),
        ("cic", 36, 8, "late_red"),
    ],
)
def test_a_late_injection_is_answered_by_how_late_it_is(
    phone: Phone, method: str, since: int, late: int, note: str | None
) -> None:
    filled = reinjected(phone, method, since)

    assert filled.values["late_days"] == str(late)
    assert filled.shown & LATE == ({note} if note else set())
    assert filled.act().properties["last_injection"] == day(0)


def test_the_day_that_the_clinic_wrote_wins(phone: Phone) -> None:
    assert reinjected(phone, "cic", 40, next_injection=day(-3)).values["late_days"] == "3"


@pytest.mark.parametrize(
    ("method", "since", "agreed", "late", "note"),
    [
        ("dmpa", 106, 98, 15, "late_red"),  # agreed a week after the thirteenth
        ("dmpa", 120, 120, 29, "late_very"),  # a slip of the pen
        ("dmpa", 100, 84, 16, "late_red"),  # agreed earlier: she goes by what she was told
        ("neten", 71, 70, 15, "late_red"),
        ("cic", 40, 35, 5, None),
    ],
)
def test_no_agreed_day_makes_an_injection_last_longer_than_it_does(
    phone: Phone, method: str, since: int, agreed: int, late: int, note: str | None
) -> None:
    filled = reinjected(phone, method, since, next_injection=day(agreed - since))

    assert filled.values["late_days"] == str(late)
    assert filled.shown & LATE == ({note} if note else set())


def test_a_first_record_of_a_running_method_goes_by_the_earlier_day_too(phone: Phone) -> None:
    days = {"last_injection": day(-110), "next_injection_date": day(-3)}
    filled = fill(phone, **{**START, "reason": "check"}, method="dmpa", **days, interval_sure="OK")

    assert (filled.values["late_days"], filled.shown & LATE) == ("19", {"late_red"})


def test_what_was_injected_or_begun_was_so_by_the_day_of_the_visit(phone: Phone) -> None:
    given = {**START, "method": "dmpa", "visit_date": day(-9)}

    assert refused(phone, **given, last_injection=day(-8), start_date=day(-8)) == ["start_date", "last_injection"]
    assert refused(phone, **given, last_injection=day(-9), start_date=day(-9)) == []


def test_a_next_day_that_was_not_agreed_again_is_forgotten(phone: Phone) -> None:
    assert reinjected(phone, "cic", 40, next_injection=day(-3)).act().properties["next_injection"] == ""


def test_a_visit_without_an_injection_counts_none_and_still_says_how_late_she_is(phone: Phone) -> None:
    on = hers(last_injection=day(-110))
    filled = fill(phone, on, episode=HERS, reason="check", **AGAIN, method="dmpa")

    assert "last_injection" not in filled.shown
    assert filled.shown & LATE == {"late_red"}
    assert not {"last_injection", "next_injection"} & filled.act().properties.keys()


def test_an_injection_of_today_is_filled_in_beforehand(phone: Phone) -> None:
    given = {"client": WANG, "privacy_now": "alone", "reason": "reinject", **AGAIN}

    assert phone.fill(FORM, hers(), given, leave_prefilled=True).values["last_injection"] == day(0)
    assert (
        phone.fill(FORM, pocket(), {**given, **START, "method": "dmpa"}, leave_prefilled=True).values["last_injection"]
        == ""
    )


def test_a_first_injection_is_late_for_nothing(phone: Phone) -> None:
    filled = fill(phone, **START, method="dmpa", last_injection=day(0))

    assert (filled.values["late_days"], filled.shown & LATE) == ("-91", set())
    assert filled.act().properties["last_injection"] == day(0)


@pytest.mark.parametrize(
    ("method", "apart", "asked"),
    [
        ("dmpa", 76, True), ("dmpa", 77, False), ("dmpa", 98, False), ("dmpa", 99, True),
        ("neten", 41, True), ("neten", 42, False), ("neten", 70, False), ("neten", 71, True),
        ("cic", 20, True), ("cic", 21, False), ("cic", 35, False), ("cic", 36, True),
    ],
)  # fmt: skip
def test_an_unusual_interval_is_confirmed(phone: Phone, method: str, apart: int, asked: bool) -> None:
    days = {"last_injection": day(-1), "next_injection_date": day(apart - 1)}
    filled = fill(phone, **START, method=method, **days, interval_sure="OK")

    assert ("interval_sure" in filled.shown) is asked
    assert filled.act().properties["next_injection"] == day(apart - 1)


def test_the_next_injection_comes_after_the_last(phone: Phone) -> None:
    days = {"last_injection": day(-1), "next_injection_date": day(-1)}
    assert refused(phone, **START, method="dmpa", **days) == ["next_injection_date"]


@pytest.mark.parametrize(("reason", "said"), [("start", True), ("info", True), ("check", False), ("resupply", False)])
def test_who_asks_or_starts_hears_what_suits_when_after_a_birth(phone: Phone, reason: str, said: bool) -> None:
    assert ("after_birth_note" in fill(phone, **{**START, "reason": reason}).shown) is said


@pytest.mark.parametrize(
    ("method", "notes"),
    [("male_ster_done", {"vasectomy_note"}), ("lam", {"lam_note"}), ("coc", set()), ("dmpa", set())],
)
def test_until_or_from_when_a_method_protects_is_said_with_it(phone: Phone, method: str, notes: set[str]) -> None:
    assert fill(phone, **START, method=method).shown & {"vasectomy_note", "lam_note"} == notes


def test_screening_is_on_the_clinics_phones_only(phone: Phone) -> None:
    answers = {**START, "method": "coc", "mec_flags": "clot"}
    clinic = fill(phone, pocket().as_role("clinician"), **answers)

    assert not {"mec_flags", "mec_note"} & fill(phone, **answers).shown
    assert {"mec_flags", "mec_note"} <= clinic.shown
    assert "mec_note" not in fill(phone, pocket().as_role("clinician"), **{**answers, "mec_flags": "none"}).shown


@pytest.mark.parametrize(
    ("upper", "lower", "notes"),
    [
        (139, 89, set()),
        (140, 80, {"bp_red"}),
        (120, 90, {"bp_red"}),
        (160, 80, {"bp_critical"}),
        (130, 110, {"bp_critical"}),
    ],
)
def test_blood_pressure_is_answered_by_its_level(phone: Phone, upper: int, lower: int, notes: set[str]) -> None:
    shown = fill(phone, **START, method="coc", bp_sys=upper, bp_dia=lower).shown

    assert shown & {"bp_red", "bp_critical"} == notes


DANGER = {"danger_advice", "danger_stop_note", "danger_iud_note"}


@pytest.mark.parametrize(
    ("method", "notes"),
    [
        ("coc", {"danger_advice", "danger_stop_note"}),
        ("dmpa", {"danger_advice", "danger_stop_note"}),
        ("iud_cu", {"danger_advice", "danger_iud_note"}),
        ("condom_m", {"danger_advice"}),
    ],
)
def test_danger_is_answered_at_once_and_by_her_method(phone: Phone, method: str, notes: set[str]) -> None:
    on = hers(method=method)

    for given in ({"reason": "problem", **AGAIN}, {"reason": "stop", "pressure": "no"}, {"reason": "problem"}):
        assert fill(phone, on, episode=HERS, **given, danger_fp="calf_pain").shown & DANGER == notes
    assert fill(phone, on, episode=HERS, reason="problem", danger_fp="none").shown & DANGER == set()
