from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from server.errors import NotFound, UnexpectedValue
from server.followups.explaining import read_steps
from server.followups.town_calendar import (
    add_year,
    calendar_of,
    check_year,
    count_moved,
    list_town_years,
    look_again,
    remove_year,
)
from server.followups.working_days import Calendar
from server.models import Audit, Project, TownCalendar
from tests.conftest import MORNING
from tests.server.followups.samples import day
from tests.server.followups.staff import TODAY, Staff, a_follow_up
from tests.server.followups.test_calendar_files import GOOD
from tests.server.followups.told import pass_days, registered, rows_by_rule, work_out


def test_a_year_that_the_town_adds_holds_until_it_is_taken_out(db: Session, staff: Staff) -> None:
    project = staff.project
    assert calendar_of(db, project.id).is_provisional(2027)
    add_year(db, staff.lead, project, GOOD, TODAY, MORNING)
    known = calendar_of(db, project.id)
    assert (known.cause_of(day("2027-02-09")), known.is_rest_day(day("2027-02-14"))) == ("spring_festival", False)
    assert calendar_of(db, project.id + 1).is_provisional(2027)
    assert [(one.year.year, one.added_at) for one in list_town_years(db, project.id)] == [(2027, MORNING)]
    remove_year(db, staff.lead, project, 2027, TODAY, MORNING)
    assert calendar_of(db, project.id).is_provisional(2027) and list_town_years(db, project.id) == []
    row = db.scalars(select(TownCalendar)).one()
    assert (row.year, row.removed_by, row.removed_at) == (2027, staff.lead, MORNING)
    add_year(db, staff.lead, project, GOOD, TODAY, MORNING)
    assert not calendar_of(db, project.id).is_provisional(2027)
    acts = list(db.scalars(select(Audit).where(Audit.action.like("calendar.%")).order_by(Audit.id)))
    assert [one.action for one in acts] == ["calendar.create", "calendar.delete", "calendar.create"]
    assert {(one.actor_id, one.project_id, (one.details or {})["year"]) for one in acts} == {
        (staff.lead, project.id, 2027)
    }


def test_a_year_that_is_there_already_is_refused(db: Session, staff: Staff) -> None:
    with pytest.raises(UnexpectedValue, match="the product brings"):
        check_year(db, staff.project, GOOD.replace("2027", "2026").replace("[2026-02-14]", "[]"))
    add_year(db, staff.lead, staff.project, GOOD, TODAY, MORNING)
    with pytest.raises(UnexpectedValue, match="this town has it"):
        add_year(db, staff.lead, staff.project, GOOD, TODAY, MORNING)


@pytest.mark.parametrize("year", [2026, 2027, 2028])
def test_what_the_town_did_not_add_cannot_be_taken_out(db: Session, staff: Staff, year: int) -> None:
    with pytest.raises(NotFound):
        remove_year(db, staff.lead, staff.project, year, TODAY, MORNING)


@pytest.mark.parametrize(
    ("opens", "due", "overdue_from", "state", "looked_at"),
    [
        ("2027-01-20", "2027-02-09", "2027-03-01", "scheduled", True),
        ("2026-12-20", "2026-12-30", "2027-01-02", "scheduled", True),  # proposed into the next year perhaps
        ("2026-11-20", "2026-12-28", "2026-12-20", "scheduled", True),
        ("2026-10-01", "2026-10-20", "2026-11-01", "scheduled", False),  # over long before
        ("2028-01-01", "2028-01-10", "2028-02-01", "scheduled", False),
        ("2027-01-20", "2027-02-09", "2027-03-01", "done_on_time", False),
    ],
)
def test_the_daily_step_looks_at_what_reaches_into_the_year(
    db: Session, staff: Staff, opens: str, due: str, overdue_from: str, state: str, looked_at: bool
) -> None:
    dates = {"opens_on": day(opens), "due_on": day(due), "closes_on": day(due), "overdue_from": day(overdue_from)}
    row = a_follow_up(db, staff, state=state, ended=state.startswith("done"), look_on=None, **dates)
    look_again(db, staff.project.id, 2027, TODAY)
    db.refresh(row)
    assert (row.look_on == TODAY) is looked_at


def test_what_is_looked_at_sooner_stays_so(db: Session, staff: Staff) -> None:
    sooner = TODAY - timedelta(days=1)
    row = a_follow_up(db, staff, opens_on=day("2027-01-20"), overdue_from=day("2027-03-01"), look_on=sooner)
    look_again(db, staff.project.id, 2027, TODAY)
    db.refresh(row)
    assert row.look_on == sooner


def moved(db: Session, staff: Staff, *rows: dict[str, object]) -> int:
    for values in rows:
        a_follow_up(db, staff, **values)
    before = calendar_of(db, staff.project.id)
    year = check_year(db, staff.project, GOOD)
    return count_moved(db, staff.project.id, before, Calendar({**before.years, 2027: year}), 2027)


def task(rule: str, opens: str, due: str, closes: str) -> dict[str, object]:
    return {"rule": rule, "opens_on": day(opens), "due_on": day(due), "closes_on": day(closes), "proposed_on": day(due)}


@pytest.mark.parametrize(
    ("values", "number"),
    [
        (task("ANC2", "2027-01-20", "2027-02-09", "2027-03-01"), 1),  # a Tuesday in the break
        (task("ANC2", "2027-02-05", "2027-02-09", "2027-03-01"), 0),  # no working day before it in the window
        (task("ANC2", "2027-01-20", "2027-02-14", "2027-03-01"), 1),  # a Sunday on which people work
        (task("ANC2", "2027-01-20", "2027-02-16", "2027-03-01"), 0),
        (task("ANC2", "2027-01-20", "2027-02-20", "2027-03-01"), 0),  # a Saturday before and after
        (task("ANC2", "2026-12-20", "2027-01-02", "2027-01-20"), 1),  # a Saturday: Friday the 1st is off, too
        (task("HH-V", "2026-12-20", "2026-12-31", "2027-01-20"), 0),
        (task("HH-V", "2027-01-20", "2027-02-06", "2027-03-01"), 1),  # from Monday the 8th to Friday the 12th
        (task("ANC2", "2026-02-01", "2026-02-16", "2026-03-01"), 0),
        ({**task("ANC2", "2027-01-20", "2027-02-09", "2027-03-01"), "ended": True}, 0),
    ],
)
def test_the_preview_counts_tasks_that_would_be_proposed_for_another_day(
    db: Session, staff: Staff, values: dict[str, object], number: int
) -> None:
    assert moved(db, staff, values) == number


def test_a_step_of_the_office_moves_with_its_working_days(db: Session, staff: Staff) -> None:
    why = (
        '[{"what":"opens_on","fact":"stepped_on","on":"2027-02-04","days":0,"gives":"2027-02-04","counts":true},'
        '{"what":"due_on","fact":"stepped_on","on":"2027-02-04","days":3,"gives":"2027-02-09","counts":true},'
        '{"what":"closes_on","fact":"stepped_on","on":"2027-02-04","days":5,"gives":"2027-02-11","counts":true}]'
    )
    dates = task("BEN-STEP", "2027-02-04", "2027-02-09", "2027-02-11")
    office = {**dates, "subject_list": "benefit_cases", "why_json": why, "overdue_from": day("2027-02-12")}
    assert moved(db, staff, office) == 1


def test_the_year_moves_the_proposed_day_by_the_daily_step_and_back(db: Session, staff: Staff, woman: Project) -> None:
    def proposed() -> tuple[str, list[tuple[str, bool]]]:
        row = rows_by_rule(db)["ANC3"]
        steps = [one for one in read_steps(row.why_json) if one.what == "proposed_on"]
        return str(row.proposed_on), [(one.because, one.provisional) for one in steps]

    registered(db, woman, "2026-10-20", "2026-09-08")
    work_out(db, woman, "2026-10-20")
    assert proposed() == ("2027-02-09", [("", True)])
    add_year(db, staff.lead, woman, GOOD, day("2026-11-20"), MORNING)
    assert proposed() == ("2027-02-09", [("", True)])  # not on the request
    assert pass_days(db, "2026-11-21") == 1
    assert proposed() == ("2027-02-04", [("spring_festival", False)])
    remove_year(db, staff.lead, woman, 2027, day("2026-11-22"), MORNING)
    assert pass_days(db, "2026-11-23") == 1
    assert proposed() == ("2027-02-09", [("", True)])
