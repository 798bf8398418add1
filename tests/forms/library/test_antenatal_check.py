"""F4 as a phone fills it: whom it may ask, what it asks of whom, what it advises, what it writes to her pregnancy."""

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

FORM = "antenatal_check"
HERS, OTHERS, OVER = (str(uuid.UUID(int=number, version=4)) for number in (21, 22, 23))
ASKED_ALONE = {"privacy_now": "alone", "still_pregnant": "ongoing"}

BEFORE_ALL = {"start", "end", "today", "deviceid", "pregnancy", "woman", "village_code", "consent_ok"}
BEFORE_ALL |= {"my_role", "visit_date", "open", "goes_on", "clinic_phones", "examined", "weight_before"}
"""What a record holds when nothing was asked but of whom it is and when."""


def pregnancy(name: str, her: str, weeks_in_days: int = 150, **properties: str) -> dict[str, str]:
    known = {
        "woman": her,
        "village_code": VILLAGE,
        "ga_anchor": day(-weeks_in_days),
        "preg_no": "1",
        "status": "ongoing",
    }
    return entity(name, "W-0231 #1", **{**known, **properties})


def pocket(*due: dict[str, str], her: dict[str, str] | None = None, days: int = 150, **properties: str) -> Pocket:
    return make_pocket(
        *due,
        women=[her or woman(WANG, "W-0231 王*"), woman(LI, "W-0232 李*")],
        pregnancies=[
            pregnancy(HERS, WANG, days, **properties),
            pregnancy(OTHERS, LI),
            pregnancy(OVER, LI, status="ended"),
        ],
    )


def fill(phone: Phone, on: Pocket | None = None, **answers: object) -> Filled:
    given = {"pregnancy": HERS, "visit_date": day(0), **ASKED_ALONE, **answers}
    return phone.fill(FORM, on or pocket(), given)


def refused(phone: Phone, **answers: object) -> list[str]:
    return phone.refuses(FORM, pocket(), {"pregnancy": HERS, "visit_date": day(0), **ASKED_ALONE, **answers})


@pytest.fixture(scope="module")
def form() -> XForm:
    return read_xform(read_library_form(FORM))


def test_it_converts_and_validates_without_a_word_and_asks_nothing_forbidden(form: XForm) -> None:
    assert form.warnings == []
    assert lint(form) == []
    assert read_warnings_of_validate(read_library_form(FORM)) == []


def test_it_updates_pregnancies_and_nothing_else(form: XForm) -> None:
    (use,) = form.datasets

    assert (use.name, use.creates, use.updates, use.entities_version) == ("pregnancies", False, True, "2024.1.0")
    assert use.properties == ("status", "last_weight")


def test_it_needs_the_lists_of_its_phone_and_the_towns_clinics(form: XForm) -> None:
    names = ("me", "women", "due_visits", "pregnancies", "clinics")
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
    brief = "pregnancy still_pregnant visit_date place done_by ga_now bp_sys bp_dia weight_kg fundal_cm fhr hb_gl"
    brief += " urine_protein movement danger tests_done us_new us_date us_weeks us_days supplements mood birth_plan"
    brief += " fp_talk refer refer_urgency refer_to refer_reason next_date satisfied_today visit_key privacy_now"
    names = [field.name for field in form.schema.fields]

    assert set(brief.split()) <= set(names)
    assert len(names) == len(set(names))


def test_a_visit_that_is_due_brings_her_record_and_its_key(phone: Phone) -> None:
    due = pocket(due_row(FORM, WANG, -3, "key of the overdue one"), due_row(FORM, LI, 5, "key of the open one"))

    late = phone.fill(FORM, due, {"due_overdue": "key of the overdue one", **ASKED_ALONE}, leave_prefilled=True)
    open_one = phone.fill(FORM, due, {"due_open": "key of the open one", **ASKED_ALONE}, leave_prefilled=True)

    assert (late.values["pregnancy"], late.values["visit_key"]) == (HERS, "key of the overdue one")
    assert (late.act().uuid, late.values["visit_date"]) == (HERS, day(0))
    assert (open_one.values["pregnancy"], open_one.values["visit_key"]) == (OTHERS, "key of the open one")


def test_overdue_visits_have_a_question_of_their_own(phone: Phone) -> None:
    due = pocket(
        due_row(FORM, WANG, -3, "overdue"), due_row(FORM, LI, 5, "open"), due_row("woman_consent", LI, -3, "other")
    )

    shown = fill(phone, due, due_overdue="overdue", due_open="open")

    assert (shown.values["due_overdue"], shown.values["due_open"]) == ("overdue", "open")


def test_a_visit_that_could_not_take_place_carries_no_key(phone: Phone) -> None:
    due = pocket(due_row(FORM, WANG, -3, "the key"))
    filled = phone.fill(FORM, due, {"due_overdue": "the key", "privacy_now": "not_private"}, leave_prefilled=True)

    assert filled.values["pregnancy"] == HERS
    assert "visit_key" not in filled.shown


def test_without_visits_for_this_form_the_page_of_due_visits_is_not_there(phone: Phone) -> None:
    filled = fill(phone, pocket(due_row("woman_consent", WANG, -3)))

    assert not filled.shown & {"due_overdue", "due_open"}
    assert filled.values["visit_key"] == ""


def test_a_correction_keeps_the_visit_key_after_the_visit_left_the_list(phone: Phone) -> None:
    due = pocket(due_row(FORM, WANG, -3, "the key"))
    first = phone.fill(FORM, due, {"due_overdue": "the key", "bp_sys": 120, **ASKED_ALONE}, leave_prefilled=True)

    second = phone.fill(FORM, due.with_rows("due_visits", NO_VISITS), {"bp_sys": 130}, edit=first)

    assert (second.values["visit_key"], second.values["pregnancy"]) == ("the key", HERS)
    assert (second.values["bp_sys"], second.values["still_pregnant"]) == ("130", "ongoing")


@pytest.mark.parametrize(
    "her",
    [
        woman(WANG, "W-0231 王*", consent="no"),
        woman(WANG, "W-0231 王*", consent=""),
        woman(WANG, "W-0231 王*", until=day(-1)),
        {**woman(WANG, "W-0231 王*"), "consent_until": ""},
        woman(LI, "W-0232 李*"),
    ],
    ids=["refused", "never asked", "run out yesterday", "no day", "not on this phone"],
)
def test_without_consent_that_holds_nothing_about_health_is_asked_or_written(phone: Phone, her: dict[str, str]) -> None:
    filled = fill(phone, pocket(her=her), bp_sys=150, danger="fever", next_date=day(3))

    assert filled.shown == BEFORE_ALL | {"gate_note"}
    assert filled.acts == []


def test_consent_holds_on_its_last_day(phone: Phone) -> None:
    filled = fill(phone, pocket(her=woman(WANG, "W-0231 王*", until=day(0))))

    assert "gate_note" not in filled.shown and "bp_sys" in filled.shown


def test_where_it_is_not_private_only_another_day_is_agreed(phone: Phone) -> None:
    filled = fill(phone, privacy_now="not_private", next_date=day(3), danger="fever")

    assert filled.shown == BEFORE_ALL | {"privacy_now", "not_private_note", "next_date"}
    assert filled.values["next_date"] == day(3)
    assert filled.acts == []


def test_others_may_be_there_if_she_agrees(phone: Phone) -> None:
    assert "danger" in fill(phone, privacy_now="others_ok").shown


@pytest.mark.parametrize(
    ("answer", "note"), [("ended", "ended_note"), ("gave_birth", "birth_note"), ("prefer_not", "prefer_not_note")]
)
def test_after_an_end_there_is_a_kind_word_and_nothing_else_is_asked(phone: Phone, answer: str, note: str) -> None:
    filled = fill(phone, still_pregnant=answer, bp_sys=150, danger="fever", next_date=day(3), refer="yes")

    extra = {"status"} if answer != "prefer_not" else set()
    assert filled.shown == BEFORE_ALL | {"visit_key", "privacy_now", "still_pregnant", note} | extra
    assert list(filled.values).index(note) > list(filled.values).index("visit_date")


@pytest.mark.parametrize("answer", ["ended", "gave_birth", "ongoing"])
def test_her_pregnancy_is_told_how_it_stands(phone: Phone, answer: str) -> None:
    act = fill(phone, still_pregnant=answer).act()

    assert (act.dataset, act.uuid, act.create, act.update, act.base_version) == ("pregnancies", HERS, False, True, 1)
    assert act.properties == {"status": answer}
    assert act.label == ""


@pytest.mark.parametrize("answer", ["prefer_not", None])
def test_no_answer_changes_nothing(phone: Phone, answer: str | None) -> None:
    assert fill(phone, still_pregnant=answer).acts == []


def test_a_pregnancy_that_is_over_cannot_be_chosen_but_a_correction_keeps_it(phone: Phone) -> None:
    on = pocket()
    ended = fill(phone, on, still_pregnant="ended")
    over = on.with_rows("pregnancies", [pregnancy(HERS, WANG, status="ended"), pregnancy(OTHERS, LI)])

    assert phone.fill(FORM, over, {"still_pregnant": "gave_birth"}, edit=ended).act().properties == {
        "status": "gave_birth"
    }
    assert phone.fill(FORM, pocket(), {"visit_date": day(0)}).values["pregnancy"] != OVER


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


def test_advice_is_in_the_form_with_the_emergency_number_and_the_clinics(form: XForm, phone: Phone) -> None:
    texts = [one for one in form.phrases if one.where.split(":")[0].endswith(("/danger_advice", "/bp_critical"))]

    assert len(texts) == 4
    for one in texts:
        assert "120" in one.text and "color:#c62828" in one.text
    assert fill(phone).values["clinic_phones"] == "0825-5550120"


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


def test_a_referral_says_how_urgent_and_where(phone: Phone) -> None:
    referral = {"refer_urgency": "urgent", "refer_to": "town", "refer_reason": "bp"}
    filled = fill(phone, refer="yes", **referral)

    assert {name: filled.values[name] for name in referral} == referral
    assert not referral.keys() & fill(phone, refer="no", **referral).shown


@pytest.mark.parametrize(("distance", "kept"), [(-1, False), (0, True), (70, True), (71, False)])
def test_the_next_date_is_within_seventy_days(phone: Phone, distance: int, kept: bool) -> None:
    assert (fill(phone, next_date=day(distance)).values["next_date"] == day(distance)) is kept


@pytest.mark.parametrize(("distance", "kept"), [(1, False), (0, True), (-365, True), (-366, False)])
def test_the_visits_day_is_of_the_last_year(phone: Phone, distance: int, kept: bool) -> None:
    assert (fill(phone, visit_date=day(distance)).values["visit_date"] == day(distance)) is kept


def test_the_name_of_a_record_is_her_masked_label_and_the_day(phone: Phone) -> None:
    assert f"<instanceName>W-0231 王* {day(0)}</instanceName>".encode() in fill(phone).xml
