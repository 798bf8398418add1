"""The lists made for phones, as bytes."""

from datetime import date

import pytest

from server.access.caller import ANONYMOUS, Caller
from server.followups.phone_lists import Me, due_visits_csv, key_of, label_of, me_csv, row_of
from server.followups.queries import Listed
from server.models import FollowUp

KEY = "1b6f8d2e-0000-4000-8000-000000000001"


def a_visit(label: str = "W-0231 王*", worker: str | None = None) -> Listed:
    row = FollowUp(
        rule="INJ-DMPA",
        visit_key=KEY,
        form_id="contraception_followup",
        subject_list="women",
        subject="u",
        opens_on=date(2028, 2, 22),
        due_on=date(2028, 2, 29),
        closes_on=date(2028, 3, 7),
        overdue_from=date(2028, 3, 8),
        village_code="A1",
        state="due",
        severity="red",
    )
    return Listed(row, label, worker)


def me(*villages: str, worker: str = "7") -> Me:
    return Me(KEY, "刘小燕", worker, "village_worker", villages)


@pytest.mark.parametrize(("villages", "ending"), [((), ",,"), (("A1",), ",A1,A1"), (("A1", "A2"), ",A1 A2,")])
def test_me_is_one_row_whatever_the_villages(villages: tuple[str, ...], ending: str) -> None:
    head = "name,label,worker,role,villages,village_code\n"
    assert me_csv(me(*villages)).decode() == f"{head}{KEY},刘小燕,7,village_worker{ending}\n"


def test_a_due_visit_has_no_word_of_its_rule_its_state_or_its_severity() -> None:
    head, row, end = due_visits_csv([a_visit()]).decode().split("\n")
    assert row == f"{KEY},W-0231 王* 02-29,{KEY},contraception_followup,women,u,2028-02-22,2028-02-29,2028-03-07,A1"
    assert len(head.split(",")) == len(row.split(",")) and end == ""
    assert due_visits_csv([]).decode() == head + "\n"


@pytest.mark.parametrize(
    ("rule", "named"),
    [
        ("REF-U", "referrals,r1"),
        ("REF-R", "referrals,r1"),
        ("REF-O", "referrals,r1"),
        ("REF-N", "women,u"),
        ("ANC2", "women,u"),
    ],
)
def test_a_visit_about_a_referral_names_the_referral_since_she_may_have_several(rule: str, named: str) -> None:
    visit = a_visit()
    visit.row.rule, visit.row.anchor_event = rule, "r1"
    assert f",contraception_followup,{named},2028-02-22," in due_visits_csv([visit]).decode()


def test_a_visit_after_a_birth_names_the_pregnancy_that_its_form_chooses_by() -> None:
    visit = a_visit()
    visit.row.form_id, visit.row.episode = "delivery_postnatal", "p"
    assert row_of(visit)[4:6] == ("pregnancies", "p")
    visit.row.form_id = "antenatal_check"
    assert row_of(visit)[4:6] == ("women", "u")


def test_a_label_is_whom_and_when() -> None:
    assert label_of("A12 上河组", date(2026, 12, 3)) == "A12 上河组 12-03"
    assert label_of("", date(2026, 12, 3)) == "12-03"


def test_a_label_with_a_comma_a_quote_or_a_line_stays_one_field() -> None:
    text = due_visits_csv([a_visit('王,"*\n')]).decode()
    assert f'{KEY},"王,""*\n 02-29",{KEY}' in text


def test_a_phones_row_is_its_own_in_each_project() -> None:
    phone, other = Caller(actor_id=1, type="field_key"), Caller(actor_id=2, type="field_key")
    keys = [key_of(1, phone), key_of(2, phone), key_of(1, other), key_of(1, ANONYMOUS)]
    assert len(set(keys)) == 4 and key_of(1, phone) == keys[0]
