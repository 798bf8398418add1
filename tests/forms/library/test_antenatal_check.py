"""F4 as a phone fills it: whom it may ask, what ends it, and what it writes to her pregnancy."""

import pytest

from forms.library import read_library_form
from forms.media import MediaNeed
from forms.xform import XForm, read_xform
from tests.forms.library import antenatal
from tests.forms.library.antenatal import ASKED_ALONE, BEFORE_ALL, FORM, HERS, OTHERS, OVER, fill, pocket, pregnancy
from tests.forms.library.due_questions import check_no_key_without_a_visit, check_overdue_stand_apart
from tests.forms.library.filling import LI, NO_VISITS, WANG, Phone, day, due_row, returned_row, woman


@pytest.fixture(scope="module")
def form() -> XForm:
    return read_xform(read_library_form(FORM))


def test_it_updates_pregnancies_and_nothing_else(form: XForm) -> None:
    (use,) = form.datasets

    assert (use.name, use.creates, use.updates, use.entities_version) == ("pregnancies", False, True, "2024.1.0")
    assert use.properties == ("status", "last_weight")


def test_it_needs_the_lists_of_its_phone_and_the_towns_clinics(form: XForm) -> None:
    names = ("me", "women", "hotlines", "thresholds", "to_correct", "due_visits", "pregnancies", "clinics")
    assert [one for one in form.media if one.type == "file"] == [MediaNeed(f"{name}.csv", "file") for name in names]


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


def test_of_two_records_that_are_going_on_none_is_chosen_beforehand(phone: Phone) -> None:
    due = pocket(due_row(FORM, WANG, -3, "hers"), due_row(FORM, OTHERS, -3, "of a record", "pregnancies"))
    two = due.with_rows("pregnancies", [pregnancy(HERS, WANG), pregnancy(OTHERS, WANG)])

    assert phone.fill(FORM, two, {"due_overdue": "hers"}, leave_prefilled=True).values["pregnancy"] == ""
    of_one = phone.fill(FORM, two, {"due_overdue": "of a record"}, leave_prefilled=True)
    assert of_one.values["pregnancy"] == OTHERS


def test_overdue_visits_have_a_question_of_their_own(phone: Phone) -> None:
    check_overdue_stand_apart(phone, antenatal)


def test_a_visit_that_could_not_take_place_carries_no_key(phone: Phone) -> None:
    check_no_key_without_a_visit(phone, antenatal, "pregnancy", HERS, "not_private")


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


def test_the_name_of_a_record_is_her_masked_label_and_the_day(phone: Phone) -> None:
    assert f"<instanceName>W-0231 王* {day(0)}</instanceName>".encode() in fill(phone).xml


def test_a_returned_check_brings_her_the_day_and_the_visit_and_nothing_that_she_said(phone: Phone) -> None:
    due = due_row(FORM, HERS, 5, "open", "pregnancies")
    sent = phone.fill(FORM, pocket(due), {"due_open": "open", "visit_date": day(-2), **ASKED_ALONE, "place": "home"})
    told = {name: sent.values[name] for name in ("pregnancy", "visit_key", "visit_date")}
    row = returned_row(sent, "血压再看一看", **told)
    on = pocket().with_rows("to_correct", [row])

    again = phone.fill(FORM, on, {"to_fix": row["name"], **ASKED_ALONE}, leave_prefilled=True)

    assert {name: again.values[name] for name in told} == told
    assert (again.values["corrects"], again.values["place"]) == (row["name"], "")
    assert again.act().uuid == HERS
    assert "to_fix" not in fill(phone).shown
