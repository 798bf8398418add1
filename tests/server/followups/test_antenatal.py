import pytest

from server.followups.facts import Facts
from server.followups.rules import extra_contacts
from tests.server.followups.samples import (
    RULES,
    at_noon,
    born,
    check,
    day,
    lost,
    pregnancy,
    standing,
    tasks,
    woman,
)

# Anchor 2026-09-01. Windows: ANC1 up to 11-30, ANC2 12-22..01-25, ANC3 01-26..02-22, ANC4 03-16..05-17, ANC5 05-18..06-14.
ONE = pregnancy("2026-09-01", "2026-10-20")


def with_checks(*days: str) -> Facts:
    return woman(pregnancies=(ONE,), visits=tuple(check(on) for on in days))


def extra(facts: Facts, today: str) -> list[str]:
    return [visit.event for visit in extra_contacts(facts, RULES, day(today))]


@pytest.mark.parametrize(
    ("checks", "rule", "today", "state"),
    [
        (["2026-10-20"], "ANC1", "2026-10-20", "done_on_time"),
        (["2026-11-30"], "ANC1", "2026-11-30", "done_on_time"),
        (["2026-12-01"], "ANC1", "2026-12-01", "done_late"),
        (["2026-12-21"], "ANC1", "2026-12-21", "done_late"),
        (["2026-12-22"], "ANC1", "2026-12-22", "missed_merged"),
        (["2026-12-21"], "ANC2", "2026-12-22", "open"),
        (["2026-12-22"], "ANC2", "2026-12-22", "done_on_time"),
        (["2027-01-25"], "ANC2", "2027-01-25", "done_on_time"),
        (["2027-01-26"], "ANC2", "2027-01-26", "missed_merged"),
        (["2027-01-26"], "ANC3", "2027-01-26", "done_on_time"),
        (["2027-02-22"], "ANC3", "2027-02-22", "done_on_time"),
        (["2027-02-23"], "ANC3", "2027-02-23", "done_late"),
        (["2027-03-15"], "ANC3", "2027-03-15", "done_late"),
        (["2027-03-16"], "ANC3", "2027-03-16", "missed_merged"),
        (["2027-03-16"], "ANC4", "2027-03-16", "done_on_time"),
        (["2027-05-18"], "ANC4", "2027-05-18", "missed_merged"),
        (["2027-05-18"], "ANC5", "2027-05-18", "done_on_time"),
        (["2027-06-15"], "ANC5", "2027-06-15", "done_late"),
        (["2027-06-15"], "ANC6", "2027-06-16", "overdue"),
    ],
)
def test_a_contact_answers_the_rule_whose_window_holds_it(checks: list[str], rule: str, today: str, state: str) -> None:
    due = standing(with_checks(*checks), today)[rule]
    assert due.state == state
    if state.startswith("done"):
        assert (due.answered_on, due.answered_by, due.severity) == (day(checks[0]), f"check {checks[0]}", "info")


def test_a_missed_contact_stays_overdue_until_a_visit_counts_for_the_next_one() -> None:
    facts = with_checks("2026-11-10")
    assert standing(facts, "2027-01-25")["ANC2"].state == "due"
    assert standing(facts, "2027-01-26")["ANC2"].state == "overdue"
    merged = standing(with_checks("2026-11-10", "2027-02-01"), "2027-02-01")
    assert (merged["ANC2"].state, merged["ANC3"].state) == ("missed_merged", "done_on_time")
    assert merged["ANC2"].merged_into == merged["ANC3"].key and merged["ANC2"].answered_on is None


def test_when_the_next_contact_is_overdue_too_one_late_contact_is_asked_for_and_not_two() -> None:
    facts = with_checks("2026-11-10")
    before, after = standing(facts, "2027-02-22"), standing(facts, "2027-02-23")
    assert (before["ANC2"].state, before["ANC3"].state) == ("overdue", "due")
    assert (after["ANC2"].state, after["ANC3"].state) == ("missed_merged", "overdue")
    assert after["ANC2"].merged_into == after["ANC3"].key


def test_of_several_contacts_that_wait_the_one_due_first_stands_for_the_others() -> None:
    both = standing(with_checks("2026-11-10"), "2027-01-26")
    assert both["ANC2"].inside is None and both["ANC3"].inside == both["ANC2"].key
    assert both["ANC4"].inside is None  # scheduled only
    alone = standing(with_checks("2026-11-10", "2027-01-05"), "2027-01-26")
    assert alone["ANC3"].inside is None


def test_a_visit_outside_any_window_is_an_extra_contact() -> None:
    facts = with_checks("2026-11-10", "2027-01-05", "2027-02-02", "2027-02-25")
    assert extra(facts, "2027-03-01") == ["check 2027-02-25"]
    assert standing(facts, "2027-03-16")["ANC4"].state == "open"


def test_a_second_visit_in_one_window_is_an_extra_contact_and_the_first_one_is_the_answer() -> None:
    facts = with_checks("2027-01-12", "2027-01-05")
    assert standing(facts, "2027-01-12")["ANC2"].answered_by == "check 2027-01-05"
    assert extra(facts, "2027-01-12") == ["check 2027-01-12"]


def test_a_report_of_birth_or_loss_is_never_thanked_for_as_an_extra_contact() -> None:
    for status, outcome in (("gave_birth", born("2027-02-25")), ("ended", lost("2027-02-25"))):
        told = check("2027-02-25", status=status)
        facts = woman(pregnancies=(pregnancy("2026-09-01", "2026-10-20", outcome=outcome),), visits=(told,))
        assert extra(facts, "2027-03-01") == []


def test_a_visit_inside_the_window_that_arrives_late_is_on_time_and_takes_the_overdue_back() -> None:
    assert standing(with_checks(), "2027-01-30")["ANC2"].state == "overdue"
    late_upload = check("2027-01-20", received_at=at_noon("2027-01-30"))
    now = standing(woman(pregnancies=(ONE,), visits=(late_upload,)), "2027-01-30")["ANC2"]
    assert (now.state, now.answered_on, now.severity) == ("done_on_time", day("2027-01-20"), "info")


def test_a_missed_contact_is_never_merged_into_one_that_is_done() -> None:
    """She registered late: the first contact, done, closes after the third, and no day was foretold for the merging."""
    late = woman(pregnancies=(pregnancy("2027-06-01", "2027-11-16"),), visits=(check("2027-06-01"),))
    third = [standing(late, on)["ANC3"] for on in ("2027-11-23", "2027-11-24")]
    assert [(one.state, one.merged_into) for one in third] == [("overdue", None)] * 2
    assert standing(late, "2028-02-15")["ANC3"].merged_into == standing(late, "2028-02-15")["ANC4"].key


def test_a_late_upload_turns_a_merged_contact_into_one_that_was_kept() -> None:
    facts = with_checks("2027-02-01", "2027-01-20")
    assert standing(facts, "2027-02-01")["ANC2"].state == "done_on_time"


def test_a_visit_dated_in_the_future_answers_nothing_yet() -> None:
    facts = with_checks("2027-01-10")
    assert standing(facts, "2027-01-09")["ANC2"].state == "due"
    assert standing(facts, "2027-01-10")["ANC2"].state == "done_on_time"


def test_a_first_check_told_at_registration_answers_the_first_contact() -> None:
    for told, state in (("2026-10-12", "done_on_time"), ("2026-12-05", "done_late")):
        facts = woman(pregnancies=(pregnancy("2026-09-01", "2026-10-20", first_check_on=day(told)),))
        assert standing(facts, "2026-12-06")["ANC1"].state == state


def test_one_visit_answers_every_open_rule_of_a_late_registration() -> None:
    facts = woman(pregnancies=(pregnancy("2026-09-01", "2026-12-30"),), visits=(check("2027-01-02"),))
    found = standing(facts, "2027-01-02")
    assert (found["ANC1"].state, found["ANC2"].state) == ("done_on_time", "done_on_time")


def test_a_window_that_closed_before_she_registered_is_not_asked_for() -> None:
    facts = woman(pregnancies=(pregnancy("2026-09-01", "2027-03-01"),))
    assert tasks(facts, "2027-03-01") == ["ANC1", "ANC4", "PPFP", "ANC5", "ANC6"]


def test_a_visit_without_a_record_is_placed_by_the_follow_up_that_it_answers() -> None:
    key = standing(with_checks(), "2027-01-05")["ANC2"].key
    for answers, state in ((key, "done_on_time"), ("another key", "due"), (None, "due")):
        visit = check("2027-01-05", episode=None, answers=answers)
        assert standing(woman(pregnancies=(ONE,), visits=(visit,)), "2027-01-05")["ANC2"].state == state


def test_a_visit_of_another_record_or_form_answers_nothing() -> None:
    for given in ({"episode": "p0"}, {"form_id": "contraception_followup"}):
        facts = woman(pregnancies=(ONE,), visits=(check("2027-01-05", **given),))
        assert standing(facts, "2027-01-05")["ANC2"].state == "due"


# An ultrasound on 2027-01-20 moves the anchor from 2026-09-01 to 2026-09-15 (two weeks younger).
RESCANNED = pregnancy("2026-09-01", "2026-10-20", ("2027-01-20", "2026-09-15"))


def test_a_corrected_date_moves_the_open_tasks_and_doubles_none() -> None:
    before = standing(woman(pregnancies=(ONE,)), "2027-01-21")
    after = standing(woman(pregnancies=(RESCANNED,)), "2027-01-21")
    assert {rule: due.key for rule, due in after.items()} == {rule: due.key for rule, due in before.items()}
    assert (before["ANC3"].opens_on, after["ANC3"].opens_on) == (day("2027-01-26"), day("2027-02-09"))
    assert (before["ANC2"].closes_on, after["ANC2"].closes_on) == (day("2027-01-25"), day("2027-02-08"))


def test_what_was_done_by_the_old_date_stays_done_after_a_correction() -> None:
    facts = woman(pregnancies=(RESCANNED,), visits=(check("2026-12-23"),))  # 16+1 then, 14+1 by the scan
    assert standing(facts, "2027-01-21")["ANC2"].state == "done_on_time"


def test_the_scan_counts_from_its_own_day() -> None:
    facts = woman(pregnancies=(RESCANNED,), visits=(check("2027-02-01"),))  # 21+6 by last period, 19+6 by the scan
    found = standing(facts, "2027-02-01")
    assert (found["ANC2"].state, found["ANC3"].state) == ("done_on_time", "scheduled")


def test_a_contact_missed_by_the_old_weeks_is_asked_for_while_its_window_is_open_by_the_new_ones() -> None:
    scanned = pregnancy("2026-09-01", "2026-10-20", ("2027-01-30", "2026-09-15"))
    facts = woman(pregnancies=(scanned,), visits=(check("2027-01-27"),))  # 21+1 by last period: ANC3
    assert standing(facts, "2027-01-29")["ANC2"].state == "missed_merged"
    after = standing(facts, "2027-01-30")
    assert (after["ANC2"].state, after["ANC3"].state) == ("due", "done_on_time")
    assert standing(facts, "2027-02-09")["ANC2"].state == "missed_merged"


def test_without_a_dating_no_rule_counts_from_her_weeks_and_a_check_of_them_is_booked() -> None:
    facts = woman(pregnancies=(pregnancy("2026-09-01", "2026-10-20", datings=()),), visits=(check("2027-01-05"),))
    assert tasks(facts, "2027-01-05") == ["ANC0"]


def test_a_pregnancy_on_another_schedule_has_none_of_these_rules() -> None:
    facts = woman(pregnancies=(pregnancy("2026-09-01", "2026-10-20", profile="CN-clinic"),))
    assert set(tasks(facts, "2027-01-05")) == {*(f"ANC-C{number}" for number in range(1, 8)), "ANC6", "PPFP"}
