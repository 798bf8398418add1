from dataclasses import replace
from datetime import timedelta

from server.followups.benefit_cases import BenefitCase
from server.followups.case_facts import read_case
from server.followups.facts import Consent, Facts
from server.followups.histories import Person
from server.followups.rules import due_for
from server.registry.telling import Event
from tests.server.followups.samples import RULES, VILLAGE, at_noon, day

CASE = Person("b1", VILLAGE, Consent(True))


def told(on: str, step: str = "", received: str = "", event: str = "", **answers: str) -> Event:
    data = {"step": step, "step_date": on, **answers} if step else answers
    return Event(event or f"{step} {on}", "benefit_case", day(on), at_noon(received or on), None, data)


def read(*events: Event, keys: dict[str, str] | None = None) -> Facts:
    return read_case(CASE, events, keys or {})


def known(*events: Event) -> BenefitCase:
    case = read(*events).case
    assert case is not None
    return case


def standing(facts: Facts, today: str) -> list[tuple[str, str]]:
    return [(due.rule, due.state) for due in due_for(facts, RULES, day(today))]


def test_each_step_asks_for_the_next_until_it_is_paid() -> None:
    case = known(told("2027-01-04", "asked"), told("2027-01-11", "submitted"), told("2027-02-01", "paid"))

    assert [(one.on, one.waits) for one in case.steps] == [
        (day("2027-01-04"), True),
        (day("2027-01-11"), True),
        (day("2027-02-01"), False),
    ]


def test_the_same_step_noted_again_wins_no_days() -> None:
    facts = read(told("2027-01-04", "asked"), told("2027-01-20", "asked"))

    (due,) = due_for(facts, RULES, day("2027-02-02"))
    assert (due.state, due.overdue_from) == ("overdue", day("2027-02-02"))


def test_the_next_step_answers_the_one_before_and_is_asked_for_the_next() -> None:
    facts = read(told("2027-01-04", "asked"), told("2027-02-03", "problem"))

    assert standing(facts, "2027-02-03") == [("BEN-STEP", "done_late"), ("BEN-STEP", "open")]


def test_what_went_to_the_wrong_person_is_not_over_when_it_is_paid() -> None:
    facts = read(told("2027-01-04", "paid", amount_ok="no"))

    assert standing(facts, "2027-01-04") == [("BEN-STEP", "open")]
    assert standing(read(told("2027-01-04", "paid", amount_ok="unknown")), "2027-01-04") == []


def test_a_household_that_says_no_is_asked_nothing_more_whatever_comes_late() -> None:
    approved = told("2027-01-04", "approved", renewal_date="2027-12-01")
    late = told("2027-01-20", "paid", received="2027-02-01", renewal_date="2028-12-01")
    facts = read(approved, told("2027-01-10", still_wanted="no"), late)

    for today in ("2027-01-10", "2027-02-01", "2027-11-20"):
        assert {state for _, state in standing(facts, today)} == {"declined"}
    assert len(standing(facts, "2027-11-20")) == 2


def test_records_of_one_day_count_in_the_order_in_which_they_came() -> None:
    first = told("2027-01-04", "approved", event="uuid:z")
    second = told("2027-01-04", "paid", event="uuid:a")
    first, second = replace(first, submission_id=1), replace(second, submission_id=2)

    assert [one.event for one in known(second, first).steps] == ["uuid:z", "uuid:a"]


def test_a_renewal_is_filed_by_handing_in_or_by_the_next_day_not_by_the_money_of_this_year() -> None:
    approved = told("2027-01-04", "approved", renewal_date="2027-12-01")
    paid = told("2027-11-15", "paid")
    for filing, state in (
        (told("2027-11-20", "submitted"), "done_on_time"),
        (told("2027-11-20", "approved", renewal_date="2028-12-01"), "done_on_time"),
        (told("2027-12-05", "submitted"), "done_late"),
        (paid, "due"),
        (told("2027-11-20", "docs_ok"), "due"),
    ):
        found = standing(read(approved, filing), "2027-11-30" if state != "done_late" else "2027-12-05")
        assert next(each for rule, each in found if rule == "BEN-REN") == state, filing


def test_money_that_was_noted_for_the_renewal_answers_it() -> None:
    approved = told("2027-01-04", "approved", renewal_date="2027-12-01")
    key = next(one.key for one in due_for(read(approved), RULES, day("2027-11-30")) if one.rule == "BEN-REN")
    paid = told("2027-11-20", "paid", visit_key="shown")

    found = dict(standing(read(approved, paid, keys={"shown": key}), "2027-11-30"))
    other = dict(standing(read(approved, paid, keys={"shown": "of another"}), "2027-11-30"))

    assert (found["BEN-REN"], other["BEN-REN"]) == ("done_on_time", "due")


def test_a_day_told_earlier_in_the_year_replaces_the_one_before() -> None:
    first = told("2027-01-04", "approved", renewal_date="2027-12-01")
    later, earlier = (told("2027-03-01", "approved", renewal_date=on) for on in ("2027-12-20", "2027-11-01"))

    assert [
        due.closes_on for due in due_for(read(first, later), RULES, day("2027-11-30")) if due.rule == "BEN-REN"
    ] == [day("2027-12-20")]
    assert [one.renewal_on for one in known(first, earlier).renewals] == [day("2027-11-01")]


def test_a_day_that_is_over_when_it_is_told_is_asked_for_at_once() -> None:
    facts = read(told("2027-01-04", "approved", renewal_date="2027-01-02"))
    (due,) = (one for one in due_for(facts, RULES, day("2027-01-04")) if one.rule == "BEN-REN")

    assert (due.opens_on, due.closes_on, due.state) == (day("2027-01-04"), day("2027-01-04"), "due")
    assert due.overdue_from - due.closes_on == timedelta(days=1)
