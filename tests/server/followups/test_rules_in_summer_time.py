"""Days of the summers in which China set its clocks forward, from the table: as facts, and told by records on machines of
several time zones."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from server.clock import SHANGHAI
from server.clock import today as shanghai_day
from server.followups.due import Due
from server.followups.facts import Facts
from server.followups.gathering import facts_of
from server.followups.rules import due_for
from server.models import FollowUp, Project
from tests.server.followups.every_table import NEWEST, SHIPPED, as_if_in_force
from tests.server.followups.samples import day
from tests.server.followups.table_of_summers import BACK, FORWARD, IN_SUMMERS, TOLD_LATE, as_facts, tell_it
from tests.server.followups.told import work_out

STATES = ("open", "due", "due", "overdue")
NEVER_LATE = ("PPFP-1", "PPFP-42")
RULES = sorted({rule for rule, *_ in IN_SUMMERS})
FROM_BIRTHS = {rule.id for rule in SHIPPED.values() if rule.anchor in ("born_on", "lam_until")}


@pytest.fixture(params=["UTC", "Asia/Shanghai", "America/New_York"])
def zone(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The time zone of the machine."""
    with monkeypatch.context() as patch:
        patch.setenv("TZ", request.param)
        time.tzset()
        yield request.param
    time.tzset()


def stands(facts: Facts, rule: str, number: int, today: str) -> Due:
    dues = due_for(facts, as_if_in_force(rule, NEWEST[rule]), day(today))
    (found,) = (one for one in dues if (one.rule, one.occurrence) == (rule, number))
    return found


def check_row(facts: Facts, rule: str, number: int, *days: str) -> None:
    """Its window, and how it stands on each of its days; where it is due on the day that it opens it never stands open."""
    states = STATES if rule not in NEVER_LATE else (*STATES[:3], "expired")
    wanted = ["due" if on == days[1] else state for on, state in zip(days, states, strict=True)]
    assert [stands(facts, rule, number, on).state for on in days] == wanted
    due = stands(facts, rule, number, days[0])
    assert (due.opens_on, due.due_on, due.closes_on, due.overdue_from) == tuple(map(day, days))


def test_the_days_are_those_on_which_the_clocks_were_set() -> None:
    for clocks, days, hours in (("forward", FORWARD, (8, 9)), ("back", BACK, (9, 8))):
        for on in days:
            noons = (datetime.combine(day(on), datetime.min.time(), SHANGHAI).replace(hour=at) for at in (0, 12))
            offsets = [offset for noon in noons if (offset := noon.utcoffset())]
            assert [one.total_seconds() // 3600 for one in offsets] == list(hours), clocks


@pytest.mark.parametrize("on", FORWARD + BACK)
def test_the_table_counts_from_each_such_day(on: str) -> None:
    """Every rule that counts from a birth from the first and from the last one."""
    counted = {rule for rule, _, since, *_ in IN_SUMMERS if since == on}
    assert counted >= {"PN42", "ANC6", "IUD-1", "IUD-X", "IUD-CN"}
    assert on not in (FORWARD[0], BACK[-1]) or counted >= FROM_BIRTHS


@pytest.mark.parametrize(("rule", "number", "on", "opens", "due", "closes", "overdue"), IN_SUMMERS)
def test_what_counts_from_such_a_day_has_its_own_days(
    rule: str, number: int, on: str, opens: str, due: str, closes: str, overdue: str
) -> None:
    check_row(as_facts(rule, day(on)), rule, number, opens, due, closes, overdue)


@pytest.mark.parametrize("rule", RULES)
def test_records_tell_the_same_days_on_machines_of_every_time_zone(
    db: Session, town: Project, zone: str, rule: str
) -> None:
    rows = [row for row in IN_SUMMERS if row[0] == rule]
    for _, number, on, *days in rows:
        tell_it(db, town, rule, day(on), subject=f"of {on}")
        facts = facts_of(db, town, "women", f"of {on}")
        assert facts, zone
        check_row(facts, rule, number, *days)


def test_a_device_of_those_years_that_is_told_of_today_has_the_same_days_in_its_row(
    db: Session, town: Project, zone: str
) -> None:
    """Long over: nobody is asked about it."""
    for _, _, on, *days in (row for row in IN_SUMMERS if row[0] == "IUD-1"):
        tell_it(db, town, "IUD-CN", day(on), subject=f"of {on}")
        work_out(db, town, TOLD_LATE, f"of {on}")
        row = db.scalars(select(FollowUp).where(FollowUp.rule == "IUD-1", FollowUp.subject == f"of {on}")).one()
        assert (row.state, row.opens_on, row.due_on, row.closes_on) == ("expired", *map(day, days[:3])), zone


@pytest.mark.parametrize(
    ("instant", "date"),
    [
        (datetime(1986, 5, 3, 15, 59, tzinfo=UTC), "1986-05-03"),
        (datetime(1986, 5, 3, 16, 0, tzinfo=UTC), "1986-05-04"),
        (datetime(1986, 5, 4, 14, 59, tzinfo=UTC), "1986-05-04"),  # an hour ahead from two in the morning on
        (datetime(1986, 5, 4, 15, 0, tzinfo=UTC), "1986-05-05"),
        (datetime(1991, 9, 14, 15, 0, tzinfo=UTC), "1991-09-15"),
        (datetime(1991, 9, 15, 15, 59, tzinfo=UTC), "1991-09-15"),  # no longer ahead
        (datetime(1991, 9, 15, 16, 0, tzinfo=UTC), "1991-09-16"),
    ],
)
def test_an_instant_of_those_summers_lies_on_the_day_that_clocks_in_shanghai_showed(
    zone: str, instant: datetime, date: str
) -> None:
    assert shanghai_day(instant) == day(date), zone
