"""What transfers of care end and begin: when she is cared for elsewhere, and whom checks are for."""

from dataclasses import replace

import pytest

from server.followups.calendar_files import calendar_with
from server.followups.elsewhere import Transfer
from server.followups.facts import Facts, Stop
from server.followups.histories import Person, read_woman
from server.followups.rules import due_for, stopped_for
from server.followups.transfer_facts import cared_for_elsewhere, checked_in, needs_checks, over_by_the_list
from server.registry.telling import TRANSFER, Event
from tests.server.followups.samples import RULES, at_noon, born, day, lost, pregnancy, woman
from tests.server.followups.table import NEW_YEAR, SIGN


def out(received: str = "", uuid: str = "out", **given: str) -> Transfer:
    got = (day(received), "receipt") if received else None
    return Transfer(uuid, "out", agreed=(day("2026-11-02"), "asked"), received=got, **given)


def back(on: str) -> Transfer:
    return Transfer("in", "in", started=(day(on), "came"))


def stops(*transfers: Transfer, **status: str) -> list[Stop]:
    return list(cared_for_elsewhere(transfers, {"out": "received", "in": "started", **status}))


def test_she_is_cared_for_elsewhere_since_the_other_side_has_it() -> None:
    gone = Stop("transferred", day("2026-11-10"), "receipt")
    assert stops(out()) == []
    assert stops(out("2026-11-10")) == [gone]
    assert stops(out("2026-11-10"), out=("cancelled")) == []
    assert stops(back("2026-11-09"), out("2026-11-10")) == [gone], "she came before she left"
    assert stops(out("2026-11-10"), back("2026-11-10")) == []


def ended(facts: Facts, today: str) -> dict[str, str]:
    return {one.rule: one.cause for one in stopped_for(facts, RULES, day(today))}


def open_rules(facts: Facts, today: str) -> set[str]:
    return {one.rule for one in due_for(facts, RULES, day(today)) if one.is_task}


def with_stop(facts: Facts, on: str) -> Facts:
    return replace(facts, stops=(Stop("transferred", day(on), "receipt"),))


def test_what_was_planned_before_ends_and_what_begins_here_afterwards_is_ours() -> None:
    assert set(ended(with_stop(NEW_YEAR, "2026-12-01"), "2027-01-05").values()) == {"transferred"}
    assert open_rules(with_stop(NEW_YEAR, "2026-12-01"), "2027-01-05") == set()
    assert "ANC-D" in open_rules(with_stop(SIGN, "2026-12-30"), "2026-12-31"), "a danger sign that was told here since"
    assert ended(with_stop(SIGN, "2026-12-31"), "2026-12-31")["ANC-D"] == "transferred"


def test_the_other_side_has_three_and_seven_of_the_town_s_working_days() -> None:
    agreed = replace(
        out(), agreed=(day("2026-02-12"), "asked")
    )  # a Thursday: Saturday is worked, then nine days are off
    found = due_for(woman(transfers=(agreed,)), RULES, day("2026-02-12"), calendar_with())
    (due,) = (one for one in found if one.rule == "MIG-TR")
    assert (due.due_on, due.closes_on) == (day("2026-02-24"), day("2026-02-28"))
    assert due.overdue_from == day("2026-03-01")


def test_what_the_list_says_is_over_ends_what_is_asked_about_that_transfer_alone() -> None:
    asked = out(uuid="a"), out(uuid="b")
    (stop,) = over_by_the_list(asked, {"a": "asked", "b": "expired"})
    assert stop == Stop("transfer_over", day("2026-11-02"), "asked", episode="b")
    facts = woman(transfers=asked, stops=(stop,))
    assert [(one.rule, one.anchor_event) for one in due_for(facts, RULES, day("2026-11-05"))] == [("MIG-TR", "a")]
    assert ended(facts, "2026-11-05") == {"MIG-TR": "transfer_over"}


def test_one_that_the_office_took_out_of_the_list_is_asked_about_no_more() -> None:
    data = {"direction": "out", "she_asks": "yes", "consent_transfer": "yes"}
    told = Event("asked", TRANSFER, day("2026-11-02"), at_noon("2026-11-02"), "a", data)
    person = Person("w1", "V", NEW_YEAR.consent)
    assert [one.uuid for one in read_woman(person, [told], {}, (), {"a": "asked"}).transfers] == ["a"]
    assert read_woman(person, [told], {}, (), {}).transfers == ()


@pytest.mark.parametrize(
    ("said", "outcome", "needs"),
    [
        ("yes", None, True),
        ("no", None, False),
        ("", None, True),
        ("prefer_not", None, True),
        ("", born("2026-10-20", "2026-10-21"), False),
        ("prefer_not", lost("2026-11-20"), True),  # it went on when she asked
        ("yes", lost("2026-10-20"), True),
    ],
)
def test_checks_go_on_as_she_said_or_where_a_pregnancy_was_known_to_go_on(
    said: str, outcome: object, needs: bool
) -> None:
    facts = woman(pregnancies=(pregnancy("2026-09-01", "2026-10-20", outcome=outcome),))
    assert needs_checks(facts, out(needs_checks=said)) is needs


def test_who_is_not_known_to_be_pregnant_and_does_not_say_needs_no_checks() -> None:
    assert not needs_checks(woman(), out()) and checked_in(woman(), out()) is None


@pytest.mark.parametrize("said", ["yes", "", "prefer_not"])
def test_after_a_loss_nobody_asks_about_a_transfer_that_was_for_checks(said: str) -> None:
    asked = woman(pregnancies=(pregnancy("2026-09-01", "2026-10-20"),), transfers=(out(needs_checks=said),))
    assert "MIG-TR-P" in open_rules(asked, "2026-11-12")
    after = replace(asked, pregnancies=(replace(asked.pregnancies[0], outcome=lost("2026-11-12")),))
    assert open_rules(after, "2026-11-12") == {"PL1"}
    assert ended(after, "2026-11-12")["MIG-TR-P"] == "pregnancy_ended"


@pytest.mark.parametrize(
    ("transfer", "rule", "state"),
    [
        (out("2026-11-11"), "MIG-TR", "done_on_time"),
        (out("2026-11-12"), "MIG-TR", "done_late"),
        (replace(out(), cancelled=(day("2026-11-20"), "no")), "MIG-TR", "declined"),
        (replace(back("2026-11-05"), received=(day("2026-11-02"), "package")), "MIG-TR2", "done_on_time"),
        (replace(back("2026-11-05"), served=(day("2026-11-05"), "came")), "MIG-ARR", "done_on_time"),
        (replace(back("2026-11-05"), cancelled=(day("2026-11-06"), "no")), "MIG-ARR", "declined"),
    ],
)
def test_how_what_is_asked_about_a_transfer_ends(transfer: Transfer, rule: str, state: str) -> None:
    dues = due_for(woman(transfers=(transfer,)), RULES, day("2026-12-01"))
    assert {one.rule: one.state for one in dues}[rule] == state
