"""F12 as a phone fills it: whose case it is, what ends it, and what is written to the list of cases."""

import pytest

from forms.library import read_library_form
from forms.media import MediaNeed
from forms.xform import XForm, read_xform
from tests.forms.library.benefits import (
    ASKED,
    BEFORE_ALL,
    CASE,
    FORM,
    GOES_ON,
    HOME,
    LIST,
    NEIGHBOUR,
    NEIGHBOURS,
    NEW,
    SECOND,
    case,
    fill,
    known,
    pocket,
)
from tests.forms.library.filling import NO_VISITS, VILLAGE, Phone, day, due_row, returned_row


@pytest.fixture(scope="module")
def form() -> XForm:
    return read_xform(read_library_form(FORM))


def test_it_makes_and_updates_cases_and_nothing_else(form: XForm) -> None:
    (use,) = form.datasets

    assert (use.name, use.creates, use.updates, use.entities_version) == (LIST, True, True, "2024.1.0")
    assert set(use.properties) == {*ASKED, "village_code", "household", "renewal_date", "status"}


def test_it_reads_homes_and_cases_and_no_list_about_women(form: XForm) -> None:
    assert {one for one in form.media if one.type == "file"} == {
        MediaNeed(f"{name}.csv", "file") for name in (LIST, "to_correct", "due_visits", "households")
    }


def test_every_question_of_the_brief_is_there_and_no_person_no_amount_and_no_place(form: XForm) -> None:
    names = [field.name for field in form.schema.fields]
    words = {word for name in names for word in name.split("_")}

    assert {"household", *ASKED, "amount_ok", "problem", "renewal_date", "visit_key"} <= set(names)
    assert len(names) == len(set(names))
    assert words.isdisjoint(
        {"woman", "person", "child", "children", "birth", "age", "method", "card", "yuan", "spouse"}
    )
    assert form.schema.geo_fields() == []


def test_a_household_that_asks_makes_a_case(phone: Phone) -> None:
    filled = fill(phone, **NEW)
    act = filled.act()

    assert (act.dataset, act.create, act.update, act.uuid) == (LIST, True, False, filled.values["new_id"])
    assert act.label == "A-0231 #1", "no word of what it is about"
    assert act.properties == {
        "village_code": VILLAGE,
        "household": HOME,
        "benefit_type": "hardship",
        "step": "asked",
        "step_date": day(0),
        "status": "open",
    }
    assert f"<instanceName>A-0231 {day(0)}</instanceName>".encode() in filled.xml


def test_another_case_of_the_same_home_has_the_next_number(phone: Phone) -> None:
    act = fill(phone, known(status="done"), **NEW).act()

    assert (act.create, act.label) == (True, "A-0231 #2")


def test_the_only_open_case_of_a_home_goes_on_of_itself(phone: Phone) -> None:
    two = pocket(cases=[case(CASE), case(SECOND, number=2)])

    assert fill(phone, known(), household=HOME).values["case"] == CASE
    assert fill(phone, two, household=HOME).values["case"] == ""
    assert fill(phone, known(status="ended"), household=HOME).values["case"] == ""
    assert "case" not in fill(phone, household=HOME).shown


def test_only_open_cases_of_this_home_are_offered_and_a_correction_keeps_its_own(phone: Phone) -> None:
    xml = " ".join(read_library_form(FORM).decode().split())

    assert "[household = /data/household and (status = 'open' or status = '' or name = /data/case )]" in xml
    assert fill(phone, known(), household=HOME, case=NEIGHBOURS).values["case"] == ""


def test_what_is_due_brings_its_home_its_case_and_its_key(phone: Phone) -> None:
    due = [due_row(FORM, CASE, -3, "of a case", LIST), due_row(FORM, NEIGHBOUR, 5, "of a home", "households")]
    on = pocket(*due, cases=[case(CASE), case(SECOND, number=2), case(NEIGHBOURS, NEIGHBOUR)])

    late, in_time = fill(phone, on, due_overdue="of a case"), fill(phone, on, due_open="of a home")

    for filled, key, household, its in ((late, "of a case", HOME, CASE), (in_time, "of a home", NEIGHBOUR, NEIGHBOURS)):
        assert (filled.values["household"], filled.values["case"]) == (household, its)
        assert (filled.values["visit_key"], filled.act().uuid) == (key, its)
        assert filled.values["benefit_type"] == "special"


@pytest.mark.parametrize(("question", "row"), [("due_overdue", "open"), ("due_overdue", "hers"), ("due_open", "late")])
def test_each_list_holds_its_own_tasks_of_this_form_only(phone: Phone, question: str, row: str) -> None:
    rows = [due_row(FORM, CASE, -3, "late", LIST), due_row(FORM, CASE, 5, "open", LIST)]

    on = pocket(*rows, due_row("household_visit", HOME, -3, "hers"))

    assert fill(phone, on, **{question: row}).values[question] == ""


def test_without_tasks_for_this_form_the_page_of_what_is_due_is_not_there(phone: Phone) -> None:
    filled = fill(phone, pocket(due_row("household_visit", HOME, -3)), **NEW)

    assert not filled.shown & {"due_overdue", "due_open"}
    assert filled.values["visit_key"] == ""


def test_where_it_is_not_private_nothing_is_asked_or_kept(phone: Phone) -> None:
    filled = fill(phone, **{**NEW, "privacy_now": "not_private"})

    assert filled.shown == BEFORE_ALL | {"privacy_now", "not_private_note"}
    assert filled.acts == []


def test_without_consent_nothing_is_asked_or_kept(phone: Phone) -> None:
    filled = fill(phone, **{**NEW, "consent_case": "no"})

    assert filled.shown == BEFORE_ALL | {"privacy_now", "consent_case", "no_consent_note"}
    assert filled.acts == []
    assert fill(phone, **{**NEW, "consent_case": None}).acts == [], "no answer is no consent"


def test_others_may_be_there_if_the_household_agrees(phone: Phone) -> None:
    assert fill(phone, **{**NEW, "privacy_now": "others_ok"}).act().create


def test_a_known_case_goes_on_and_keeps_its_label_and_kind(phone: Phone) -> None:
    filled = fill(phone, known(), **GOES_ON, step="approved", amount_ok="yes")
    act = filled.act()

    assert (act.create, act.update, act.uuid, act.label) == (False, True, CASE, "A-0231 #1")
    assert (act.properties["step"], act.properties["benefit_type"], act.properties["status"]) == (
        "approved",
        "special",
        "open",
    )
    assert filled.shown.isdisjoint({"privacy_now", "consent_case"})


def test_its_kind_can_be_corrected(phone: Phone) -> None:
    filled = fill(phone, known(), **GOES_ON, step="submitted", benefit_type="other")

    assert filled.act().properties["benefit_type"] == "other"


def test_who_does_not_want_it_any_more_gives_no_reason_and_it_ends(phone: Phone) -> None:
    answers = {**GOES_ON, "still_wanted": "no", "step": "problem", "problem": "不该留下"}
    filled = fill(phone, known(), **answers)

    assert filled.act().properties == {"village_code": VILLAGE, "household": HOME, "status": "ended"}
    assert "stopped_note" in filled.shown
    assert filled.shown.isdisjoint(ASKED | {"problem", "amount_ok", "renewal_date"})


@pytest.mark.parametrize("answer", ["yes", None])
def test_otherwise_it_goes_on(phone: Phone, answer: str | None) -> None:
    filled = fill(phone, known(), **GOES_ON, still_wanted=answer, step="docs_ok")

    assert filled.act().properties["status"] == "open"
    assert "stopped_note" not in filled.shown


def test_a_correction_keeps_the_case_its_number_its_key_and_its_kind(phone: Phone) -> None:
    new = fill(phone, **NEW)
    own = pocket(cases=[case(new.act().uuid, benefit_type="special")])
    due = known()
    due = due.with_rows("due_visits", [due_row(FORM, CASE, -3, "the key", LIST)])
    old = fill(phone, due, due_overdue="the key", step="submitted")

    again = phone.fill(FORM, own, {"step": "docs_ok"}, edit=new, leave_prefilled=True)
    late = phone.fill(FORM, due.with_rows("due_visits", NO_VISITS), {"step": "paid"}, edit=old, leave_prefilled=True)

    assert (again.act().uuid, again.act().create, again.act().label) == (new.act().uuid, True, "A-0231 #1")
    assert again.act().properties["benefit_type"] == "hardship"
    assert (late.values["visit_key"], late.act().uuid) == ("the key", CASE)
    assert b'client-editable="true"' in read_library_form(FORM)


def test_a_new_case_that_was_returned_stays_that_case_with_all_that_was_answered(phone: Phone) -> None:
    sent = fill(phone, **NEW)
    row = returned_row(sent, "种类不对")
    known_now = [case(sent.values["new_id"], step="asked", step_date=day(0)), case(NEIGHBOURS, NEIGHBOUR)]
    on = pocket(cases=known_now).with_rows("to_correct", [row])

    again = fill(phone, on, to_fix=row["name"], benefit_type="special")

    kept = {
        name: sent.values[name]
        for name in ("household", "step", "step_date", "new_id", "case_no", "privacy_now", "consent_case")
    }
    assert {name: again.values[name] for name in kept} == kept
    assert (again.values["benefit_type"], again.values["corrects"]) == ("special", row["name"])
    assert (again.act().uuid, again.act().create) == (sent.act().uuid, True)


def test_a_step_that_was_returned_stays_with_its_case_and_what_stood_before_it(phone: Phone) -> None:
    sent = fill(phone, known(), **GOES_ON, step="approved", amount_ok="yes", renewal_date=day(100))
    row = returned_row(sent, "日期不对")
    on = known(step="approved", step_date=day(0), renewal_date=day(100)).with_rows("to_correct", [row])

    again = fill(phone, on, to_fix=row["name"], step_date=day(-1))

    kept = ("household", "case", "benefit_type", "step", "amount_ok", "renewal_date", "date_before", "renewal_before")
    assert [again.values[name] for name in kept] == [sent.values[name] for name in kept]
    assert (again.act().uuid, again.act().update) == (CASE, True)
    assert again.values["step_date"] == day(-1)
