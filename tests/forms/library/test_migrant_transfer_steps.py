"""F8 as a phone fills it after the asking: what the other side says, a change, her coming, and her taking it back."""

import re

import pytest

from forms.library import read_library_form
from tests.forms.library.filling import LI, NO_VISITS, WANG, Phone, day, due_row, woman
from tests.forms.library.transferring import (
    ABOUT_HER,
    ALWAYS,
    ARRIVES,
    CAME,
    FORM,
    LEAVES,
    LIS,
    OUT,
    OVER,
    PRIVATE,
    UNKNOWN,
    fill,
    pocket,
    refused,
    transfer,
)

CHANGES = {"direction": "out", "transfer": OUT, "step": "change", **PRIVATE, "items": "contact"}
MEETS = {"direction": "in", "transfer": CAME, "step": "meet", **PRIVATE}


@pytest.mark.parametrize(
    ("ack", "status", "note"),
    [
        ("received", "received", False),
        ("problem", None, True),
        ("not_yet", None, False),
        (None, None, False),
    ],
)
def test_what_the_other_side_says_is_noted_without_her(
    phone: Phone, ack: str | None, status: str | None, note: bool
) -> None:
    for direction, chosen in (("out", OUT), ("in", CAME), ("in", UNKNOWN)):
        filled = fill(phone, direction=direction, transfer=chosen, step="receipt", receiver_ack=ack)

        expected = ALWAYS | {"visit_key", "step", "receiver_ack"} | ({"ack_problem_note"} if note else set())
        assert filled.shown - {"status"} == expected
        assert [(one.uuid, one.update, one.properties) for one in filled.acts] == (
            [(chosen, True, {"direction": direction, "status": status})] if status else []
        )


def test_without_her_consent_no_receipt_is_noted(phone: Phone) -> None:
    on = pocket(her=woman(WANG, "W-0231 王*", consent="no"))
    filled = fill(phone, on, direction="out", transfer=OUT, step="receipt", receiver_ack="received")

    assert "gate_note" in filled.shown and "receiver_ack" not in filled.shown
    assert filled.acts == []


@pytest.mark.parametrize(
    "her",
    [
        woman(WANG, "W-0231 王*"),
        woman(WANG, "W-0231 王*", consent="no"),
        woman(WANG, "W-0231 王*", until=day(-1)),
    ],
    ids=["consent holds", "no", "run out"],
)
@pytest.mark.parametrize(("direction", "chosen"), [("out", OUT), ("in", CAME), ("in", UNKNOWN)])
def test_she_takes_it_back_in_one_screen_without_reasons_or_consent(
    phone: Phone, her: dict[str, str], direction: str, chosen: str
) -> None:
    filled = fill(phone, pocket(her=her), direction=direction, transfer=chosen, step="cancel", pregnant_now="yes")

    assert filled.shown == ALWAYS | {"visit_key", "step", "cancel_note", "status"}
    assert (filled.act().uuid, filled.act().update) == (chosen, True)
    assert filled.act().properties == {"direction": direction, "status": "cancelled"}


def test_a_change_asks_her_consent_again_and_keeps_the_transfers_label(phone: Phone) -> None:
    filled = fill(phone, **CHANGES, consent_transfer="yes", dest_prov="51")
    act = filled.act()

    assert (act.uuid, act.create, act.update, act.base_version) == (OUT, False, True, 1)
    assert (act.label, act.properties) == (f"W-0231 王* {day(-9)}", {"direction": "out", "status": "asked"})
    assert not filled.shown & {"person", "village_code"}
    assert filled.values["her"] == WANG


def test_her_no_to_what_was_under_way_takes_it_back(phone: Phone) -> None:
    filled = fill(phone, **CHANGES, consent_transfer="no")
    assert (filled.act().uuid, filled.act().properties["status"]) == (OUT, "cancelled")


def test_what_somebody_else_wants_changed_changes_nothing(phone: Phone) -> None:
    for answers in (CHANGES, MEETS):
        filled = fill(phone, **{**answers, "she_asks": "no"})
        assert ("not_asked_note" in filled.shown, filled.acts) == (True, [])


def test_a_newcomer_without_a_package_is_served_and_listed_as_such(phone: Phone) -> None:
    filled = fill(phone, **ARRIVES, receiver_ack="none", services_in="anc folic_acid", move_date=day(-2))
    act = filled.act()

    assert (act.create, act.update, act.uuid) == (True, False, filled.values["new_id"])
    assert {name: act.properties[name] for name in ("direction", "woman", "status")} == {
        "direction": "in",
        "woman": WANG,
        "status": "started",
    }
    assert not filled.shown & {"items", "said_zh", "said_en", "consent_transfer", "dest_prov", "card_note"}
    assert filled.values["services_in"] == "anc folic_acid"


def test_a_newcomer_need_answer_nothing_about_herself(phone: Phone) -> None:
    filled = fill(phone, **ARRIVES)

    about = ("move_date", "back_date", "pregnant_now", "receiver_ack", "services_in")
    assert [filled.values[name] for name in about] == [""] * 5
    assert filled.act().properties["status"] == "started"


def test_her_coming_starts_the_transfer_that_was_sent(phone: Phone) -> None:
    filled = fill(phone, **MEETS, receiver_ack="problem", services_in="none")

    assert (filled.act().uuid, filled.act().update) == (CAME, True)
    assert filled.act().properties == {"direction": "in", "status": "started"}
    assert "ack_problem_note" in filled.shown and "person" not in filled.shown


def test_who_was_not_known_here_yet_is_chosen_after_she_registered(phone: Phone) -> None:
    filled = fill(phone, **{**MEETS, "transfer": UNKNOWN}, person=LI)

    assert filled.act().properties == {"direction": "in", "woman": LI, "status": "started"}
    assert filled.values["her"] == LI


def test_no_services_yet_stands_alone(phone: Phone) -> None:
    assert refused(phone, **ARRIVES, services_in="none anc") == ["services_in"]
    assert refused(phone, **ARRIVES, services_in="none") == []
    assert refused(phone, **ARRIVES, services_in="anc rti_screen benefit child fp") == []


def test_that_there_is_no_package_is_an_answer_for_a_newcomer_alone(phone: Phone) -> None:
    assert fill(phone, **ARRIVES, receiver_ack="none").values["receiver_ack"] == "none"
    assert fill(phone, **MEETS, receiver_ack="none").values["receiver_ack"] == ""


@pytest.mark.parametrize(
    ("direction", "chosen", "step", "offered"),
    [
        ("out", OUT, "change", True),
        ("out", OUT, "meet", False),
        ("in", CAME, "meet", True),
        ("in", CAME, "change", False),
    ],
)
def test_a_change_is_for_who_leaves_and_a_meeting_for_who_has_come(
    phone: Phone, direction: str, chosen: str, step: str, offered: bool
) -> None:
    answers = {"visit_date": day(0), "direction": direction, "transfer": chosen, "step": step}
    filled = phone.fill(FORM, pocket(), answers, leave_prefilled=True)

    assert filled.values["step"] == (step if offered else "")


def test_only_transfers_of_the_same_direction_can_be_chosen_and_none_that_are_over(phone: Phone) -> None:
    for direction, chosen in (("in", OUT), ("out", CAME)):
        answers = {"visit_date": day(0), "direction": direction, "transfer": chosen}
        assert phone.fill(FORM, pocket(), answers, leave_prefilled=True).values["transfer"] == ""
    (filter_,) = re.findall(r'nodeset="instance\(\'transfers\'\)/root/item\[([^"]*)"', read_library_form(FORM).decode())
    assert all(f"status = '{over}'" in filter_ for over in ("cancelled", "started", "expired"))


@pytest.mark.parametrize("status", ["sent", "cancelled"])
def test_a_visit_that_is_due_for_a_woman_brings_her_and_her_one_open_transfer(phone: Phone, status: str) -> None:
    due = pocket(due_row(FORM, WANG, -3, "late"), rows=[transfer(OUT, status=status), transfer(LIS, LI)])
    given = {"due_overdue": "late", "direction": "out", "step": "change", **PRIVATE}
    given |= {"items": "contact", "consent_transfer": "yes"}
    if status == "sent":
        del given["direction"]

    filled = phone.fill(FORM, due, given, leave_prefilled=True)

    assert (filled.values["direction"], filled.values["her"], filled.values["visit_key"]) == ("out", WANG, "late")
    assert filled.values["transfer"] == (OUT if status == "sent" else "")
    assert (filled.act().create, filled.act().properties["status"]) == (status != "sent", "asked")


def test_a_visit_that_is_due_for_a_transfer_brings_that_transfer(phone: Phone) -> None:
    due = pocket(due_row(FORM, UNKNOWN, 5, "open", "transfers"))
    given = {"due_open": "open", "step": "receipt", "receiver_ack": "received"}
    filled = phone.fill(FORM, due, given, leave_prefilled=True)

    assert (filled.values["direction"], filled.act().uuid) == ("in", UNKNOWN)
    assert filled.values["visit_key"] == "open"


def test_of_two_open_transfers_the_one_of_this_direction_is_brought_and_of_two_such_none(phone: Phone) -> None:
    due = pocket(due_row(FORM, WANG, 5, "open"))
    two = due.with_rows("transfers", [transfer(CAME, direction="in"), transfer(UNKNOWN, direction="in")])
    given = {"due_open": "open", "direction": "in"}

    one_of_each = phone.fill(FORM, due, given, leave_prefilled=True)
    both_the_same = phone.fill(FORM, two, given, leave_prefilled=True)

    assert (one_of_each.values["transfer"], one_of_each.values["her"]) == (CAME, WANG)
    assert (both_the_same.values["transfer"], both_the_same.values["person"]) == ("", WANG)


@pytest.mark.parametrize(("question", "row"), [("due_overdue", "open"), ("due_open", "late"), ("due_open", "other")])
def test_each_list_holds_its_own_visits_of_this_form_only(phone: Phone, question: str, row: str) -> None:
    due = [due_row(FORM, WANG, -3, "late"), due_row(FORM, LI, 5, "open"), due_row("household_visit", WANG, 5, "other")]
    assert phone.fill(FORM, pocket(*due), {question: row}, leave_prefilled=True).values[question] == ""


def test_a_visit_that_could_not_take_place_carries_no_key(phone: Phone) -> None:
    due = pocket(due_row(FORM, WANG, 5, "open"), rows=[transfer(OUT, status="cancelled")])
    given = {"due_open": "open", "direction": "in"}

    for answers, carried in (
        ({"privacy_now": "not_private"}, False),
        ({"privacy_now": "alone", "she_asks": "no"}, True),
    ):
        filled = phone.fill(FORM, due, {**given, **answers}, leave_prefilled=True)
        assert ("visit_key" in filled.shown) is carried


def test_taking_it_back_answers_the_visit_that_was_due(phone: Phone) -> None:
    due = pocket(due_row(FORM, OUT, 5, "open", "transfers"))
    filled = phone.fill(FORM, due, {"due_open": "open", "step": "cancel"}, leave_prefilled=True)

    assert (filled.values["visit_key"], filled.act().properties["status"]) == ("open", "cancelled")


def test_a_correction_keeps_the_visit_key_whose_transfer_it_is_and_the_step(phone: Phone) -> None:
    due = pocket(due_row(FORM, OUT, 5, "open", "transfers"))
    given = {"due_open": "open", "step": "change", **PRIVATE, "items": "contact", "consent_transfer": "yes"}
    first = phone.fill(FORM, due, given, leave_prefilled=True)

    later = pocket().with_rows("due_visits", NO_VISITS)
    again = {"dest_prov": "51", "consent_transfer": "yes"}
    second = phone.fill(FORM, later, again, edit=first, leave_prefilled=True)

    assert (second.values["visit_key"], second.values["her"]) == ("open", WANG)
    assert (second.act().uuid, second.values["dest_prov"]) == (OUT, "51")


def test_a_transfer_that_is_over_is_not_brought_by_a_visit(phone: Phone) -> None:
    due = pocket(due_row(FORM, WANG, 5, "open"), rows=[transfer(OVER, status="cancelled"), transfer(OUT)])
    assert phone.fill(FORM, due, {"due_open": "open"}, leave_prefilled=True).values["transfer"] == OUT


def test_another_transfer_or_direction_asks_for_the_step_again(phone: Phone) -> None:
    rows = [transfer(OUT), transfer(LIS, LI), transfer(CAME, direction="in")]
    first = fill(phone, pocket(rows=rows), direction="out", transfer=OUT, step="cancel")

    other = phone.fill(FORM, pocket(rows=rows), {"transfer": LIS}, edit=first, leave_prefilled=True)
    turned = phone.fill(FORM, pocket(rows=rows), {"direction": "in"}, edit=first, leave_prefilled=True)

    assert (other.values["step"], other.values["her"], other.acts) == ("", LI, [])
    assert (turned.values["transfer"], "step" in turned.shown, turned.acts) == ("", False, [])


def test_nothing_about_her_is_asked_before_a_transfer_has_its_step(phone: Phone) -> None:
    answers = {"visit_date": day(0), "direction": "out", "transfer": OUT, **LEAVES}
    filled = phone.fill(FORM, pocket(), {**answers, "person": None}, leave_prefilled=True)

    assert not filled.shown & (ABOUT_HER | {"privacy_now", "person"})
    assert filled.acts == []
