"""Where a follow-up stands in the words of the standard list, with dates at open, due, close, close + 1 and each level."""

from datetime import date, timedelta

import pytest
from sqlalchemy.orm import Session

from server.followups.due import END_STATES
from server.followups.queries import is_snoozed, state_at
from server.followups.standing import STANDINGS, standing_of
from server.models import FollowUp, Project
from tests.server.followups.samples import day
from tests.server.followups.told import injected, registered, rows_by_rule, tell, work_out


def row(**given: object) -> FollowUp:
    days = {"opens_on": "2028-02-14", "due_on": "2028-02-29", "overdue_from": "2028-03-20"}
    return FollowUp(**{**{name: day(on) for name, on in days.items()}, "ended": False, "severity": "info", **given})


@pytest.mark.parametrize(
    ("today", "given", "standing"),
    [
        ("2028-02-13", {}, "scheduled"),
        ("2028-02-14", {}, "open"),
        ("2028-02-28", {}, "open"),
        ("2028-02-29", {}, "due"),
        ("2028-03-19", {"severity": "amber"}, "due"),
        ("2028-03-19", {"severity": "critical", "escalates_on": "2028-03-01"}, "due"),
        ("2028-03-20", {}, "overdue_amber"),
        ("2028-03-20", {"severity": "amber"}, "overdue_amber"),
        ("2028-03-20", {"severity": "red", "escalates_on": "2028-03-23"}, "overdue_red"),
        ("2028-03-22", {"severity": "red", "escalates_on": "2028-03-23"}, "overdue_red"),
        ("2028-03-23", {"severity": "red", "escalates_on": "2028-03-23"}, "escalated"),
        ("2028-03-20", {"severity": "critical", "escalates_on": "2028-03-20"}, "escalated"),
        ("2028-03-23", {"ended": True, "state": "superseded", "cause": "transferred"}, "transferred"),
        ("2028-03-23", {"ended": True, "state": "superseded", "cause": "died"}, "superseded"),
        *(("2028-03-23", {"ended": True, "state": state}, state) for state in END_STATES),
    ],
)
def test_every_standing_has_its_days(today: str, given: dict[str, object], standing: str) -> None:
    values = {name: day(str(value)) if name.endswith("_on") else value for name, value in given.items()}
    assert standing_of(row(**values), day(today)) == standing
    assert standing in STANDINGS


@pytest.mark.parametrize("today", [day("2028-02-14") + timedelta(days=n) for n in range(50)])
@pytest.mark.parametrize("severity", ["info", "amber", "red", "critical"])
def test_the_finer_words_are_overdue_by_the_one_definition_and_nothing_else_is(today: date, severity: str) -> None:
    one = row(severity=severity, escalates_on=day("2028-03-23"), snoozed_until=day("2028-03-28"))
    finer = standing_of(one, today) in ("overdue_amber", "overdue_red", "escalated")
    assert finer == (state_at(one, today) == "overdue") == (today >= one.overdue_from)


def test_it_is_put_off_up_to_the_day_it_comes_back_and_an_ended_one_is_not() -> None:
    one = row(snoozed_until=day("2028-03-01"))
    assert [is_snoozed(one, day(on)) for on in ("2028-02-29", "2028-03-01")] == [True, False]
    assert not is_snoozed(row(snoozed_until=day("2028-03-01"), ended=True, state="declined"), day("2028-02-29"))


@pytest.mark.parametrize(
    ("rule", "today", "standing"),
    [
        # ANC2 closes 2027-01-25; red at once, and the lead hears three working days later, on Friday the 29th.
        ("ANC2", "2027-01-25", "due"),
        ("ANC2", "2027-01-26", "overdue_red"),
        ("ANC2", "2027-01-28", "overdue_red"),
        ("ANC2", "2027-01-29", "escalated"),
        # ANC1 closes 2026-11-30; amber on 12-01, red from 12-07, the lead hears on the 10th.
        ("ANC1", "2026-12-01", "overdue_amber"),
        ("ANC1", "2026-12-06", "overdue_amber"),
        ("ANC1", "2026-12-07", "overdue_red"),
        ("ANC1", "2026-12-10", "escalated"),
        # A danger sign of 2026-12-31 that no clinician saw is critical, and the lead hears at once.
        ("ANC-D", "2027-01-01", "due"),
        ("ANC-D", "2027-01-02", "escalated"),
        ("INJ-DMPA", "2027-01-19", "overdue_amber"),
    ],
)
def test_of_real_records_each_kind_stands_so(db: Session, woman: Project, rule: str, today: str, standing: str) -> None:
    if rule != "INJ-DMPA":
        registered(db, woman, "2026-10-20", "2026-09-01")
    if rule == "ANC-D":
        tell(db, woman, "antenatal_check", "2026-12-31", still_pregnant="ongoing", done_by="worker", danger="fever")
    if rule == "INJ-DMPA":
        injected(db, woman, "2026-10-19")
    work_out(db, woman, today)
    assert standing_of(rows_by_rule(db)[rule], day(today)) == standing
