"""F11 as a phone fills it: whom it may ask, blindly, and what ends it."""

import re

import pytest

from forms.library import read_library_form
from forms.media import MediaNeed
from forms.xform import XForm, read_xform
from tests.forms.library.backchecks import (
    BEFORE_ALL,
    ELSEWHERE,
    FORM,
    HERS,
    OF_THE_SERVICE,
    OWN,
    TOOK_PLACE,
    WILLING,
    answers_of,
    fill,
    pocket,
    refused,
)
from tests.forms.library.filling import NO_VISITS, VILLAGE, Phone, begun_earlier, day, due_row, empty


@pytest.fixture(scope="module")
def form() -> XForm:
    return read_xform(read_library_form(FORM))


def test_it_writes_to_no_list_and_reads_none_about_anybodys_health(form: XForm) -> None:
    names = ("clinics", "me", "due_visits", "backcheck_sample")

    assert form.datasets == []
    assert {one for one in form.media if one.type == "file"} == {MediaNeed(f"{name}.csv", "file") for name in names}


def test_every_question_of_the_brief_is_there(form: XForm) -> None:
    brief = "sample consent_bc reached visit_happened date_match service_match explained_match consent_was_asked"
    brief += " felt_free_to_refuse paid location verdict visit_date visit_key privacy_now"
    names = [field.name for field in form.schema.fields]

    assert set(brief.split()) <= set(names)
    assert len(names) == len(set(names))
    assert [one.path for one in form.schema.geo_fields()] == ["/location"]


def test_no_choice_of_it_says_a_word_on_pregnancy_or_a_method(form: XForm) -> None:
    words = " ".join(
        label for one in form.schema.fields for pick in one.choices or () for label in pick.labels.values()
    )

    assert not any(word in words for word in ("孕", "产", "避孕", "叶酸", "pregnan", "method", "birth", "contracep"))


def test_of_the_record_that_is_checked_the_phone_reads_whose_and_where_alone() -> None:
    asked = set(re.findall(r"/data/sample \]/(\w+)", read_library_form(FORM).decode()))

    assert asked == {"village_code", "subject_list", "label"}


def test_what_is_due_brings_its_record_and_its_key(phone: Phone) -> None:
    on = pocket(due_row(FORM, HERS, -3, "late", "women"), due_row(FORM, ELSEWHERE, 5, "in time", "households"))

    late = phone.fill(FORM, on, {"due_overdue": "late", **WILLING}, leave_prefilled=True)
    in_time = phone.fill(FORM, on, {"due_open": "in time", **WILLING}, leave_prefilled=True)

    assert (late.values["sample"], late.values["visit_key"]) == (HERS, "late")
    assert (in_time.values["sample"], in_time.values["visit_key"]) == (ELSEWHERE, "in time")
    assert late.values["visit_date"] == day(0)


@pytest.mark.parametrize(("question", "row"), [("due_overdue", "open"), ("due_overdue", "other"), ("due_open", "late")])
def test_each_list_holds_its_own_tasks_of_this_form_only(phone: Phone, question: str, row: str) -> None:
    rows = [
        due_row(FORM, HERS, -3, "late"),
        due_row(FORM, HERS, 5, "open"),
        due_row("household_visit", HERS, -3, "other"),
    ]

    assert phone.fill(FORM, pocket(*rows), {question: row}, leave_prefilled=True).values[question] == ""


def test_without_tasks_for_this_form_the_page_of_what_is_due_is_not_there(phone: Phone) -> None:
    assert not fill(phone, **TOOK_PLACE).shown & {"due_overdue", "due_open"}


def test_a_village_worker_is_not_offered_her_own_village(phone: Phone) -> None:
    for _ in range(4):
        assert phone.fill(FORM, pocket(), {"reached": "absent", "visit_date": day(0)}).values["sample"] != OWN


def test_what_is_due_in_her_own_village_is_left_to_somebody_else(phone: Phone) -> None:
    on = pocket(due_row(FORM, OWN, -3, "late", "households"))
    filled = phone.fill(FORM, on, {"due_overdue": "late", **TOOK_PLACE}, leave_prefilled=True)

    assert filled.values["sample"] == "", "the engine takes back what its list leaves out"
    assert "own_village_note" in filled.shown
    assert not filled.shown & {"visit_date", "mode", "reached", "verdict"}


@pytest.mark.parametrize("role", ["clinician", "town_lead", ""])
def test_who_is_no_village_worker_may_check_anywhere(phone: Phone, role: str) -> None:
    filled = fill(phone, pocket().as_role(role), sample=OWN, **TOOK_PLACE)

    assert (filled.values["sample"], filled.values["village_code"]) == (OWN, VILLAGE)
    assert filled.shown >= OF_THE_SERVICE


@pytest.mark.parametrize(
    ("answer", "more"),
    [("absent", {"absent_note", "again_on"}), ("moved", {"visit_key"}), ("declined", {"visit_key", "declined_note"})],
)
def test_who_was_not_reached_or_wants_none_is_asked_nothing(phone: Phone, answer: str, more: set[str]) -> None:
    filled = fill(phone, **{**TOOK_PLACE, "reached": answer}, location_ok="yes")

    assert filled.shown == BEFORE_ALL | more


def test_where_it_is_not_private_only_another_day_is_agreed(phone: Phone) -> None:
    filled = fill(phone, **{**TOOK_PLACE, "privacy_now": "not_private"}, again_on=day(3))

    assert filled.shown == BEFORE_ALL | {"privacy_now", "again_on"}
    assert filled.values["again_on"] == day(3)


@pytest.mark.parametrize(("distance", "taken"), [(-1, False), (0, True)])
def test_another_day_is_not_before_today(phone: Phone, distance: int, taken: bool) -> None:
    assert refused(phone, reached="absent", again_on=day(distance)) == ([] if taken else ["again_on"])


def test_a_correction_keeps_a_day_that_was_agreed_though_it_has_passed(phone: Phone) -> None:
    first = begun_earlier(fill(phone, reached="absent", again_on=day(3)), 10)

    again = phone.fill(FORM, pocket(), {"mode": "phone"}, edit=first, leave_prefilled=True)

    assert (again.refused, again.values["again_on"]) == ([], day(-7))


def test_a_no_ends_it_with_thanks_and_is_an_answer(phone: Phone) -> None:
    due = pocket(due_row(FORM, ELSEWHERE, -3, "the key"))
    filled = fill(phone, due, due_overdue="the key", **{**TOOK_PLACE, "consent_bc": "no"})

    assert filled.shown == BEFORE_ALL | {
        "due_overdue",
        "due_open",
        "privacy_now",
        "consent_bc",
        "declined_note",
        "visit_key",
    }
    assert filled.values["visit_key"] == "the key"


def test_who_is_willing_may_skip_every_question_but_the_checkers_own_judgement_stands(phone: Phone) -> None:
    filled = fill(phone, **TOOK_PLACE)

    assert {filled.values[name] for name in OF_THE_SERVICE} == {""}
    assert filled.values["verdict"] == "ok"
    assert filled.acts == []
    assert "visit_happened" in fill(phone, **{**WILLING, "privacy_now": "others_ok"}).shown


def test_a_correction_keeps_the_visit_key_after_the_task_left_the_list(phone: Phone) -> None:
    due = pocket(due_row(FORM, ELSEWHERE, -3, "the key"))
    first = fill(phone, due, due_overdue="the key", **TOOK_PLACE)

    second = phone.fill(FORM, due.with_rows("due_visits", NO_VISITS), {"verdict": "minor"}, edit=first)

    assert (second.values["visit_key"], second.values["sample"]) == ("the key", ELSEWHERE)
    assert second.values["verdict"] == "minor"


def test_without_a_list_of_samples_there_is_nothing_to_check(phone: Phone) -> None:
    none = pocket().with_rows("backcheck_sample", empty(("name", "label", "village_code", "subject_list")))

    filled = phone.fill(FORM, none, {}, leave_prefilled=True)

    assert filled.shown.isdisjoint({"visit_date", "reached", "verdict"})


def test_the_name_of_a_record_is_a_neutral_label_and_the_day(phone: Phone) -> None:
    assert f"<instanceName>W-0231 王* {day(0)}</instanceName>".encode() in fill(phone, sample=HERS, **WILLING).xml


@pytest.mark.parametrize(("distance", "taken"), [(0, True), (1, False), (-365, True), (-366, False)])
def test_it_is_of_today_or_of_the_last_year(phone: Phone, distance: int, taken: bool) -> None:
    found = phone.refuses(FORM, pocket(), answers_of(**WILLING, visit_date=day(distance)))

    assert found == ([] if taken else ["visit_date"])
