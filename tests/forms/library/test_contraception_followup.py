"""F6 as a phone fills it: alone with her, her own choice, one of her records or a new one, and advice about dates."""

import re
import uuid

import pytest

from forms.library import read_library_form
from forms.lint import lint
from forms.media import MediaNeed
from forms.validate import read_warnings_of_validate
from forms.xform import XForm, read_xform
from tests.forms.library.filling import (
    LI,
    NO_VISITS,
    VILLAGE,
    WANG,
    Filled,
    Phone,
    Pocket,
    day,
    due_row,
    entity,
    make_pocket,
    woman,
)

FORM = "contraception_followup"
LIST = "contraception_episodes"
HERS, ANOTHER, LIS = (str(uuid.UUID(int=number, version=4)) for number in (31, 32, 33))
START = {"reason": "start", "info_given": "several_methods how_works", "choice_hers": "yes", "pressure": "no"}
AGAIN = {"choice_hers": "yes", "pressure": "no"}

BEFORE_ALL = {"start", "end", "today", "deviceid", "client", "village_code", "consent_ok", "my_role"}
BEFORE_ALL |= {
    "clinic_phones",
    "visit_date",
    "open",
    "method_before",
    "injection_before",
    "next_before",
    "start_before",
}
BEFORE_ALL |= {"goes_on", "records", "makes", "acts", "new_id"}
"""What a record holds when nothing was asked but of whom it is and when."""


def episode(name: str, her: str = WANG, **properties: str) -> dict[str, str]:
    known = {"woman": her, "village_code": VILLAGE, "method": "dmpa", "start_date": day(-200), "status": "current"}
    return entity(name, f"W-0231 王* {day(-200)}", **{**known, **properties})


def pocket(
    *due: dict[str, str], her: dict[str, str] | None = None, episodes: list[dict[str, str]] | None = None
) -> Pocket:
    return make_pocket(
        *due,
        women=[her or woman(WANG, "W-0231 王*"), woman(LI, "W-0232 李*")],
        **{LIST: [episode(LIS, LI, method="iud_cu")] if episodes is None else episodes},
    )


def answers_of(**answers: object) -> dict[str, object]:
    return {"client": WANG, "visit_date": day(0), "privacy_now": "alone", **answers}


def fill(phone: Phone, on: Pocket | None = None, **answers: object) -> Filled:
    return phone.fill(FORM, on or pocket(), answers_of(**answers))


def refused(phone: Phone, on: Pocket | None = None, **answers: object) -> list[str]:
    return phone.refuses(FORM, on or pocket(), answers_of(**answers))


def hers(**properties: str) -> Pocket:
    """A phone that knows one method of hers."""
    return pocket(episodes=[episode(HERS, **properties), episode(LIS, LI, method="iud_cu")])


@pytest.fixture(scope="module")
def form() -> XForm:
    return read_xform(read_library_form(FORM))


def test_it_converts_and_validates_without_a_word_and_asks_nothing_forbidden(form: XForm) -> None:
    assert form.warnings == []
    assert lint(form) == []
    assert read_warnings_of_validate(read_library_form(FORM)) == []


def test_it_creates_and_updates_episodes_and_nothing_else(form: XForm) -> None:
    (use,) = form.datasets

    assert (use.name, use.creates, use.updates, use.entities_version) == (LIST, True, True, "2024.1.0")
    saved = "woman village_code method start_date last_injection next_injection supply_end status"
    assert use.properties == tuple(saved.split())


def test_it_needs_the_lists_of_its_phone_and_the_towns_clinics(form: XForm) -> None:
    names = ("me", "due_visits", "women", LIST, "clinics")
    assert form.media == [MediaNeed(f"{name}.csv", "file") for name in names]


def test_every_question_and_choice_is_there_in_chinese_and_english(form: XForm) -> None:
    for field in form.schema.fields:
        assert set(field.labels) in (set(), {"zh", "en"}), field.path
        for choice in field.choices or ():
            assert set(choice.labels) == {"zh", "en"}, (field.path, choice.name)
    by_place: dict[str, set[str]] = {}
    for phrase in form.phrases:
        by_place.setdefault(phrase.where, set()).add(phrase.language)
    assert {where for where, languages in by_place.items() if languages != {"zh", "en"}} == set()


def test_every_question_of_the_brief_is_there(form: XForm) -> None:
    brief = "client episode reason info_given choice_hers pressure method start_date device_type expiry_on_card"
    brief += " last_injection next_injection_date late_days packs_given supply_end mec_flags bp_sys bp_dia side_effects"
    brief += " danger_fp wish removal_request refer_to refer_urgency reminder_wish visit_key privacy_now village_code"
    names = [field.name for field in form.schema.fields]

    assert set(brief.split()) <= set(names)
    assert len(names) == len(set(names))


@pytest.mark.parametrize(
    "her",
    [
        woman(WANG, "W-0231 王*", consent="no"),
        woman(WANG, "W-0231 王*", until=day(-1)),
    ],
    ids=["no", "run out yesterday"],
)
def test_without_consent_that_holds_nothing_is_asked_or_written(phone: Phone, her: dict[str, str]) -> None:
    filled = fill(phone, pocket(her=her), **START, method="coc")

    assert filled.shown == BEFORE_ALL | {"gate_note"}
    assert filled.acts == []


@pytest.mark.parametrize("place", ["others_ok", "not_private"])
def test_unless_she_is_alone_only_another_day_is_agreed(phone: Phone, place: str) -> None:
    filled = fill(phone, privacy_now=place, reschedule_date=day(3), **START, method="coc")

    assert filled.shown == BEFORE_ALL | {"privacy_now", "not_private_note", "reschedule_date"}
    assert filled.acts == []


def test_a_new_method_makes_an_episode_under_her_masked_label(phone: Phone) -> None:
    filled = fill(phone, **START, method="iud_cu", start_date=day(-1))
    act = filled.act()

    assert (act.dataset, act.create, act.update, act.uuid) == (LIST, True, False, filled.values["new_id"])
    assert act.label == f"W-0231 王* {day(0)}"
    expected = {"woman": WANG, "village_code": VILLAGE, "method": "iud_cu", "start_date": day(-1), "status": "current"}
    assert act.properties == expected


def test_her_chosen_episode_is_updated_and_keeps_its_label(phone: Phone) -> None:
    filled = fill(phone, hers(), episode=HERS, reason="check", **AGAIN, method="dmpa")
    act = filled.act()

    assert (act.uuid, act.create, act.update, act.base_version) == (HERS, False, True, 1)
    assert act.label == f"W-0231 王* {day(-200)}"
    assert act.properties == {"woman": WANG, "village_code": VILLAGE, "method": "dmpa", "status": "current"}


def test_only_her_own_episodes_can_be_chosen(phone: Phone) -> None:
    on = pocket(episodes=[episode(HERS), episode(ANOTHER), episode(LIS, LI)])

    assert fill(phone, on, episode=LIS, reason="check").values["episode"] == ""
    assert fill(phone, on, episode=ANOTHER, reason="check").values["episode"] == ANOTHER


def test_a_woman_without_episodes_is_not_asked_for_one(phone: Phone) -> None:
    assert "episode" not in fill(phone, **START, method="coc").shown


def test_a_visit_that_is_due_brings_her_her_one_current_method_and_its_key(phone: Phone) -> None:
    due = pocket(due_row(FORM, WANG, -3, "the key"), episodes=[episode(HERS), episode(ANOTHER, status="ended")])
    given = {"due_overdue": "the key", "privacy_now": "alone", "reason": "check", **AGAIN}

    filled = phone.fill(FORM, due, given, leave_prefilled=True)

    assert (filled.values["client"], filled.values["episode"], filled.values["visit_key"]) == (WANG, HERS, "the key")
    assert (filled.values["method"], filled.act().uuid) == ("dmpa", HERS)


def test_a_visit_that_could_not_take_place_carries_no_key(phone: Phone) -> None:
    due = pocket(due_row(FORM, WANG, -3, "the key"))
    filled = phone.fill(FORM, due, {"due_overdue": "the key", "privacy_now": "others_ok"}, leave_prefilled=True)

    assert filled.values["client"] == WANG
    assert "visit_key" not in filled.shown


def test_of_two_current_methods_none_is_chosen_beforehand(phone: Phone) -> None:
    two = pocket(episodes=[episode(HERS), episode(ANOTHER, method="condom_m")])
    given = {"client": WANG, "privacy_now": "alone", "reason": "check", **AGAIN}

    assert phone.fill(FORM, two, given, leave_prefilled=True).values["episode"] == ""


def test_a_correction_keeps_the_visit_key_and_the_episode_it_made(phone: Phone) -> None:
    due = pocket(due_row(FORM, WANG, 3, "the key"))
    given = {"due_open": "the key", "privacy_now": "alone", **START, "method": "coc", "packs_given": 3}
    first = phone.fill(FORM, due, given, leave_prefilled=True)
    later = due.with_rows("due_visits", NO_VISITS).with_rows(LIST, [episode(first.act().uuid, method="coc")])

    second = phone.fill(FORM, later, {"packs_given": 2}, edit=first, leave_prefilled=True)

    assert second.values["visit_key"] == "the key"
    assert (second.act().uuid, second.act().create) == (first.act().uuid, True)
    assert second.act().properties["supply_end"] == day(56)


def test_a_start_leaves_the_episode_blank_and_a_switch_names_the_old_one(phone: Phone) -> None:
    assert refused(phone, hers(), episode=HERS, **START) == ["reason"]
    assert refused(phone, reason="switch") == ["reason"]
    assert refused(phone, hers(), episode=None, **START, method="coc") == []


def test_a_method_is_explained_beside_others_before_it_starts(phone: Phone) -> None:
    assert refused(phone, **{**START, "info_given": "how_works"}) == ["info_given"]
    assert refused(phone, reason="check", info_given="how_works", **AGAIN) == []


@pytest.mark.parametrize("hers_it_is", ["no", "unsure", None])
def test_what_is_not_her_own_decision_is_not_recorded(phone: Phone, hers_it_is: str | None) -> None:
    filled = fill(phone, **{**START, "choice_hers": hers_it_is}, method="iud_cu", start_date=day(0), wish="stop")

    assert not filled.shown & {"method", "start_date", "device_type", "reminder_wish", "status"}
    assert ("choice_note" in filled.shown) is (hers_it_is is not None)
    assert {"danger_fp", "wish", "refer_to"} <= filled.shown
    assert filled.acts == []


def test_an_injection_that_is_not_her_own_decision_is_not_recorded_either(phone: Phone) -> None:
    filled = fill(
        phone, hers(), episode=HERS, reason="reinject", choice_hers="no", pressure="no", last_injection=day(0)
    )

    assert "last_injection" not in filled.shown
    assert filled.acts == []


@pytest.mark.parametrize("reason", ["info", "start", "check", "problem", "stop"])
def test_under_pressure_the_form_ends_and_writes_nothing(phone: Phone, reason: str) -> None:
    on = pocket() if reason == "start" else hers()
    given = {**START, "reason": reason, "pressure": "yes"}
    filled = fill(phone, on, episode=None if reason == "start" else HERS, **given, method="dmpa", wish="continue")

    after = list(filled.values)[list(filled.values).index("pressure") + 1 :]
    assert set(after) <= {"pressure_note", "goes_on", "records", "makes", "acts", "new_id"}
    assert "pressure_note" in after
    assert filled.acts == []


@pytest.mark.parametrize("pressure", ["no", "prefer_not", None])
def test_no_pressure_and_no_answer_go_on(phone: Phone, pressure: str | None) -> None:
    assert fill(phone, **{**START, "pressure": pressure}, method="coc").act().create


def test_asking_makes_no_episode_and_changes_none(phone: Phone) -> None:
    assert fill(phone, reason="info", info_given="several_methods", pressure="no").acts == []
    assert fill(phone, hers(), episode=HERS, reason="info", pressure="no").acts == []


@pytest.mark.parametrize("method", ["none", "prefer_not", None])
def test_without_a_method_there_is_no_episode(phone: Phone, method: str | None) -> None:
    filled = fill(phone, **START, method=method, reminder_wish="phone")

    assert filled.acts == []
    assert not filled.shown & {"start_date", "reminder_wish"}


def test_an_episode_stays_with_its_method(phone: Phone) -> None:
    assert refused(phone, hers(), episode=HERS, reason="check", **AGAIN, method="coc") == ["method"]


@pytest.mark.parametrize(
    ("answers", "status"),
    [
        ({"reason": "stop"}, "ended"),
        ({"reason": "switch"}, "ended"),
        ({"reason": "check", "choice_hers": "yes", "wish": "stop"}, "ended"),
        ({"reason": "check", "choice_hers": "yes", "wish": "switch"}, "ended"),
        ({"reason": "check", "choice_hers": "yes", "wish": "remove_device"}, "current"),
        ({"reason": "check", "choice_hers": "yes", "wish": "continue"}, "current"),
        ({"reason": "check", "choice_hers": "yes"}, "current"),
    ],
)
def test_stopping_and_switching_end_the_episode_without_a_reason(
    phone: Phone, answers: dict[str, str], status: str
) -> None:
    filled = fill(phone, hers(), episode=HERS, **answers)

    assert filled.act().properties["status"] == status
    assert ("choice_hers" in filled.shown) is ("choice_hers" in answers)


def test_a_device_is_taken_out_on_request_within_a_week(phone: Phone) -> None:
    filled = fill(phone, hers(method="implant"), episode=HERS, reason="check", **AGAIN, wish="remove_device")

    assert filled.values["removal_request"] == "1"
    assert "removal_note" in filled.shown
    assert fill(phone, hers(), episode=HERS, reason="check", **AGAIN, wish="continue").values["removal_request"] == "0"


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


def test_advice_is_in_the_form_with_the_emergency_number(form: XForm) -> None:
    texts = [one.text for one in form.phrases if one.where.split(":")[0].endswith(("/danger_advice", "/bp_critical"))]

    assert len(texts) == 4
    assert all("120" in text and "color:#c62828" in text for text in texts)


@pytest.mark.parametrize("name", ["danger_fp", "side_effects"])
def test_none_of_these_stands_alone(phone: Phone, name: str) -> None:
    first = {"danger_fp": "calf_pain", "side_effects": "pain"}[name]
    assert refused(phone, hers(), episode=HERS, reason="problem", **{name: f"none {first}"}) == [name]


def test_a_reminder_is_none_unless_she_wants_one(phone: Phone) -> None:
    given = {"client": WANG, "privacy_now": "alone"}
    new = phone.fill(FORM, pocket(), {**given, **START, "method": "coc"}, leave_prefilled=True)
    known = phone.fill(FORM, hers(), {**given, "reason": "check", **AGAIN}, leave_prefilled=True)

    assert new.values["reminder_wish"] == "none"
    assert known.values["reminder_wish"] == "", "an answer that was not asked for changes nothing"
    assert fill(phone, **START, method="coc", reminder_wish="visit").values["reminder_wish"] == "visit"


def test_who_wants_no_reminders_is_not_asked_for_a_way(phone: Phone) -> None:
    her = woman(WANG, "W-0231 王*", consent_reminder="no")
    assert "reminder_wish" not in fill(phone, pocket(her=her), **START, method="coc").shown


def test_a_referral_says_how_urgent(phone: Phone) -> None:
    filled = fill(phone, reason="info", refer_to="town", refer_urgency="urgent")

    assert (filled.values["refer_to"], filled.values["refer_urgency"]) == ("town", "urgent")
    assert "refer_urgency" not in fill(phone, reason="info").shown


def test_no_label_and_no_name_of_a_record_tells_the_method(phone: Phone, form: XForm) -> None:
    for method in ("iud_cu", "dmpa", "coc"):
        filled = fill(phone, **START, method=method)
        name = re.search(rb"<instanceName>(.*)</instanceName>", filled.xml)
        assert name is not None
        assert filled.act().label == name[1].decode() == f"W-0231 王* {day(0)}"
