"""The sums that explain a follow-up, and the order in which follow-ups come."""

from server.followups.due import Step
from server.followups.rules import due_for
from tests.server.followups.samples import RULES, VILLAGE, check, day, injections, method, pregnancy, standing, woman


def test_a_follow_up_says_how_it_came_to_its_days() -> None:
    facts = woman(pregnancies=(pregnancy("2026-09-01", "2026-10-20", ("2026-11-10", "2026-09-08")),))
    due = standing(facts, "2027-02-02")["ANC2"]
    assert due.why == (
        Step("ga_anchor", "edd.ultrasound", day("2027-06-15"), -280, day("2026-09-08")),
        Step("opens_on", "ga_anchor", day("2026-09-08"), 112, day("2026-12-29")),
        Step("due_on", "ga_anchor", day("2026-09-08"), 126, day("2027-01-12")),
        Step("closes_on", "ga_anchor", day("2026-09-08"), 146, day("2027-02-01")),
        Step("overdue_from", "closes_on", day("2027-02-01"), 1, day("2027-02-02")),
        Step("severity.red", "close", day("2027-02-01"), 1, day("2027-02-02")),
    )
    assert (due.rule, due.rule_version, due.village_code, due.form_id) == ("ANC2", 1, VILLAGE, "antenatal_check")


def test_where_the_latest_of_two_days_counts_both_sums_are_told() -> None:
    due = standing(woman(pregnancies=(pregnancy("2026-09-01", "2026-12-10"),)), "2026-12-10")["ANC1"]
    assert [(step.fact, str(step.gives), step.counts) for step in due.why if step.what == "due_on"] == [
        ("ga_anchor", "2026-11-24", False),
        ("registered_on", "2026-12-13", True),
    ]


def test_an_answer_is_told_with_its_event() -> None:
    due = standing(
        woman(pregnancies=(pregnancy("2026-09-01", "2026-10-20"),), visits=(check("2027-01-05"),)), "2027-02-01"
    )["ANC2"]
    assert due.why[-1] == Step("answered_on", "check 2027-01-05", day("2027-01-05"), 0, day("2027-01-05"))


def test_follow_ups_come_by_target_day() -> None:
    facts = woman(
        pregnancies=(pregnancy("2026-09-01", "2026-10-20"),),
        contraception=(method("dmpa", injections=injections("2026-11-01")),),
    )
    days = [due.due_on for due in due_for(facts, RULES, day("2026-11-01"))]
    assert days == sorted(days) and len(days) == 8


def test_the_edd_is_280_days_after_the_anchor_over_a_leap_day() -> None:
    due = standing(woman(pregnancies=(pregnancy("2027-10-25", "2027-12-20"),)), "2028-01-01")["ANC2"]
    assert due.why[0] == Step("ga_anchor", "edd.lmp", day("2028-07-31"), -280, day("2027-10-25"))
