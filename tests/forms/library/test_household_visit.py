"""F1 as a phone fills it: a first visit makes the household, a later one writes to it, and a no leaves little behind."""

import uuid

import pytest

from tests.forms.library.filling import (
    NO_VISITS,
    OTHER_VILLAGE,
    VILLAGE,
    Filled,
    Phone,
    Pocket,
    begun_earlier,
    day,
    due_row,
    entity,
    make_pocket,
    returned_row,
)

FORM = "household_visit"
HOME, NEIGHBOUR = (str(uuid.UUID(int=number, version=4)) for number in (41, 42))
MET = {"door_code": "A-0301", "visit_result": "met", "consent_household": "yes"}
OTHERS = ("start", "end", "audit", "door_code", "corrects")
"""What a record that is filled in anew has of its own."""
SAVED = {"village_code", "hamlet", "door_code"}


def home(name: str, door_code: str, **properties: str) -> dict[str, str]:
    known = {"village_code": OTHER_VILLAGE, "hamlet": "三社", "door_code": door_code, "no_contact_before": ""}
    return entity(name, f"{door_code} 三社", **{**known, **properties})


def pocket(*due: dict[str, str]) -> Pocket:
    return make_pocket(*due, households=[home(HOME, "A-0231"), home(NEIGHBOUR, "A-0232")])


def fill(phone: Phone, on: Pocket | None = None, **answers: object) -> Filled:
    """What the form fills in beforehand stays, as a person leaves it."""
    return phone.fill(FORM, on or pocket(), answers, leave_prefilled=True)


def test_a_first_visit_makes_the_household_in_the_village_of_the_phone(phone: Phone) -> None:
    filled = fill(phone, **MET, hamlet="五社")
    act = filled.act()

    assert (act.create, act.update, act.uuid, act.label) == (True, False, filled.values["new_id"], "A-0301 五社")
    assert act.properties == {"village_code": VILLAGE, "hamlet": "五社", "door_code": "A-0301"}


def test_with_several_villages_none_is_filled_in(phone: Phone) -> None:
    several = pocket()
    me = {**several.files["me"][0], "villages": f"{VILLAGE} {OTHER_VILLAGE}", "village_code": ""}

    assert fill(phone, several.with_rows("me", [me]), **MET).values["village_code"] == ""


def test_a_chosen_household_brings_its_village_hamlet_and_door_code(phone: Phone) -> None:
    filled = fill(phone, household=HOME, visit_result="absent")
    act = filled.act()

    assert (act.create, act.update, act.uuid) == (False, True, HOME)
    assert act.properties == {"village_code": OTHER_VILLAGE, "hamlet": "三社", "door_code": "A-0231"}
    assert "new_id" not in filled.shown


def test_a_visit_that_is_due_brings_its_household_and_its_key(phone: Phone) -> None:
    overdue = due_row(FORM, HOME, -3, "overdue", "households")
    on = pocket(
        overdue, due_row(FORM, NEIGHBOUR, 5, "open", "households"), due_row("antenatal_check", HOME, -3, "hers")
    )

    late, in_time = fill(phone, on, due_overdue="overdue", **MET), fill(phone, on, due_open="open", **MET)

    for filled, key, uuid_, door in ((late, "overdue", HOME, "A-0231"), (in_time, "open", NEIGHBOUR, "A-0232")):
        assert (filled.values["visit_key"], filled.act().uuid) == (key, uuid_)
        assert filled.values["village_code"] == OTHER_VILLAGE
        assert door != filled.values["door_code"] == "A-0301", "the worker may correct it"
    assert fill(phone, on, due_overdue="overdue").values["door_code"] == "A-0231"


@pytest.mark.parametrize(
    ("question", "row"),
    [("due_overdue", "open"), ("due_overdue", "hers"), ("due_open", "overdue"), ("due_open", "later")],
)
def test_each_list_holds_its_own_visits_of_this_form_only(phone: Phone, question: str, row: str) -> None:
    rows = [due_row(FORM, HOME, -3, "overdue", "households"), due_row(FORM, HOME, 5, "open", "households")]
    rows += [due_row("antenatal_check", HOME, -3, "hers"), due_row(FORM, HOME, 60, "later", "households")]

    assert fill(phone, pocket(*rows), **{question: row}).values[question] == ""


def test_without_visits_for_this_form_the_page_of_due_visits_is_not_there(phone: Phone) -> None:
    filled = fill(phone, pocket(due_row("antenatal_check", HOME, -3)), **MET)

    assert not filled.shown & {"due_overdue", "due_open"}
    assert filled.values["visit_key"] == ""


def test_a_correction_keeps_the_key_the_household_and_the_new_ones_id(phone: Phone) -> None:
    known = fill(
        phone, pocket(due_row(FORM, HOME, -3, "overdue", "households")), due_overdue="overdue", visit_result="met"
    )
    new = fill(phone, **MET)

    again = phone.fill(FORM, pocket(), {"visit_result": "absent"}, edit=known, leave_prefilled=True)
    anew = phone.fill(FORM, pocket(), {"hamlet": "六社"}, edit=new, leave_prefilled=True)

    assert (again.values["visit_key"], again.act().uuid) == ("overdue", HOME)
    assert (anew.act().uuid, anew.act().create) == (new.act().uuid, True)


def test_a_door_code_is_not_taken_by_the_household_that_this_very_record_made(phone: Phone) -> None:
    new = fill(phone, **MET, village_code=VILLAGE)
    own = pocket().with_rows("households", [home(new.act().uuid, "A-0301", village_code=VILLAGE)])

    again = phone.fill(FORM, own, {"hamlet": "六社"}, edit=new, leave_prefilled=True)
    other = fill(phone, own, **MET, village_code=VILLAGE)

    assert ("door_code_note" in again.shown, "door_code_note" in other.shown) == (False, True)


@pytest.mark.parametrize(
    ("answers", "name", "in_days"),
    [({**MET}, "next_visit_wish", 3), ({**MET, "visit_result": "declined"}, "decline_recheck", 95)],
)
def test_a_correction_keeps_a_day_that_was_agreed_though_it_has_passed(
    phone: Phone, answers: dict[str, str], name: str, in_days: int
) -> None:
    first = begun_earlier(fill(phone, **answers, **{name: day(in_days)}), 10)

    again = phone.fill(FORM, pocket(), {"door_code": "A-0302"}, edit=first, leave_prefilled=True)

    assert (again.refused, again.values[name]) == ([], day(in_days - 10))


def test_after_a_no_only_door_code_and_result_are_kept(phone: Phone) -> None:
    answers = {**MET, "consent_household": "no", "hamlet": "五社", "contact_pref": "visit", "location_ok": "yes"}
    filled = fill(phone, **answers, next_visit_wish=day(9))

    assert filled.act().properties == {"village_code": VILLAGE, "door_code": "A-0301"}
    assert not filled.shown & {"hamlet", "contact_pref", "contact_phone", "location_ok", "location", "next_visit_wish"}


@pytest.mark.parametrize(("distance", "kept"), [(90, False), (91, True)])
def test_who_declines_names_the_day_from_which_we_may_ask_again(phone: Phone, distance: int, kept: bool) -> None:
    filled = fill(phone, door_code="A-0301", visit_result="declined", decline_recheck=day(distance))

    assert filled.act().properties["no_contact_before"] == (day(distance) if kept else "")


def test_a_plain_project_without_the_lists_of_a_phone_can_use_the_form(phone: Phone) -> None:
    on = pocket()
    files = {"villages": on.files["villages"]}

    assert fill(phone, Pocket(on.lists, files), **MET, village_code=VILLAGE).act().create


def test_an_empty_list_of_due_visits_is_no_obstacle(phone: Phone) -> None:
    assert fill(phone, pocket().with_rows("due_visits", NO_VISITS), **MET).act().properties.keys() == SAVED


def test_a_record_that_was_returned_is_filled_in_as_it_was_and_keeps_what_it_was_about(phone: Phone) -> None:
    place = "30.1 105.2 300 8"
    answers = {"contact_pref": "visit", "location_ok": "yes", "services_wanted": "anc child", "health_topic": "newborn"}
    sent = fill(phone, **MET, **answers, hamlet="五社", visit_date=day(-3), location=place)
    row = returned_row(sent, "门牌不对")
    on = pocket().with_rows("to_correct", [row])

    again = fill(phone, on, to_fix=row["name"], door_code="A-0302")

    kept = {name: value for name, value in sent.values.items() if name not in OTHERS}
    assert {name: again.values[name] for name in kept} == kept
    assert (again.values["corrects"], again.values["door_code"]) == (row["name"], "A-0302")
    assert (again.act().uuid, again.act().create) == (sent.act().uuid, True)


def test_a_correction_of_a_due_visit_keeps_its_household_and_its_key(phone: Phone) -> None:
    due = due_row(FORM, HOME, -3, "overdue", "households")
    sent = fill(phone, pocket(due), due_overdue="overdue", visit_result="absent", door_code="A-9")
    row = returned_row(sent, "结果不对")

    again = fill(phone, pocket().with_rows("to_correct", [row]), to_fix=row["name"], visit_result="met")

    assert (again.values["visit_key"], again.act().uuid, again.act().update) == ("overdue", HOME, True)
    assert (again.values["door_code"], again.values["visit_result"]) == ("A-9", "met")


def test_a_correction_that_names_another_household_takes_over_what_is_known_of_that(phone: Phone) -> None:
    row = returned_row(fill(phone, household=HOME, visit_result="absent", door_code="A-9"), "不是这一户")

    again = fill(phone, pocket().with_rows("to_correct", [row]), to_fix=row["name"], household=NEIGHBOUR)

    assert (again.act().uuid, again.values["door_code"]) == (NEIGHBOUR, "A-0232")


def test_who_has_nothing_returned_or_leaves_it_blank_fills_in_a_visit_as_ever(phone: Phone) -> None:
    row = returned_row(fill(phone, **MET), "门牌不对")
    nothing, blank = fill(phone, **MET), fill(phone, pocket().with_rows("to_correct", [row]), **MET)

    assert "to_fix" not in nothing.shown and "to_fix" in blank.shown
    for one in (nothing, blank):
        assert (one.values["corrects"], one.values["visit_date"]) == ("", day(0))
        assert one.act().uuid == one.values["new_id"] != row["was_new_id"]
