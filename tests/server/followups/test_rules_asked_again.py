"""What is asked for again and again, told by records: each time stands in its row as in the table, by the daily step alone."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from server.followups.facts import Facts
from server.models import Actor, FollowUp, Project, RuleSwitch
from tests.server.followups import table_of_methods_again as table
from tests.server.followups.samples import at_noon, day
from tests.server.followups.stories_of_methods import Record, comes, starts
from tests.server.followups.table_of_methods_again import AGAIN
from tests.server.followups.told import a_woman, pass_days, tell, work_out

TOLD: dict[str, tuple[Record, ...]] = {
    "MONTH_END": starts("iud_cu", "2026-01-31"),
    "LEAP_DAY": starts("iud_lng", "2024-02-29"),
    "ONTO_LEAP_DAY": starts("iud_cu", "2028-01-29"),
    "OVER_NEW_YEAR": starts("iud_cu", "2026-12-01"),
    "ONTO_EACH": starts("iud_cu", "2027-11-30"),
    "OVER_FESTIVAL": starts("iud_cu", "2028-01-10"),
    "OLD_CARD": comes("iud_cu", "2027-01-01", reason="check", expiry_on_card="2027-11-30"),
    "REVIEWED": comes("coc", "2027-02-28", reason="check"),
    "REVIEWED_ON_LEAP_DAY": comes("coc", "2024-02-29", reason="check"),
    "FIRST_TABLETS": (("supplies", "2027-12-01", {"item": "folic_acid", "qty": "84", "fa_supply_end": "2030-12-31"}),),
}
UNTOLD = ("PAC-1", "PPS", "BEN-60")
"""No form asks for what they hang on: as facts alone."""


def facts_in(story: str) -> Facts:
    found: Facts = getattr(table, story)
    return found


def switch_on(db: Session, town: Project, rule: str) -> None:
    """The town did so before anything was told."""
    by = Actor(type="user", display_name="王医生", created_at=at_noon("2024-01-01"))
    db.add(by)
    db.flush()
    row = RuleSwitch(
        project_id=town.id, rule=rule, enabled=True, switched_by_id=by.id, switched_at=at_noon("2024-01-01")
    )
    db.add(row)
    db.flush()


def test_every_story_is_told_but_those_of_which_no_form_asks() -> None:
    told = [facts_in(story) for story in TOLD]
    assert {rule for rule, facts, *_ in AGAIN if not any(facts is one for one in told)} == set(UNTOLD)


@pytest.mark.parametrize("story", TOLD)
def test_each_time_stands_as_in_the_table_when_it_is_worked_out_from_records(
    db: Session, town: Project, story: str
) -> None:
    """Worked out once, then brought from day to day."""
    a_woman(db, town, consent_until=day("2035-01-01"))
    switch_on(db, town, "IUD-CN")
    for form_id, on, answers in TOLD[story]:
        tell(db, town, form_id, on, **answers)
    rows = sorted((row for row in AGAIN if row[1] is facts_in(story)), key=lambda row: row[2])
    work_out(db, town, rows[0][2])
    for rule, _, today, number, state, severity in rows:
        pass_days(db, today)
        row = db.scalars(select(FollowUp).where(FollowUp.rule == rule, FollowUp.occurrence == number)).one()
        assert (today, number, row.state, row.severity) == (today, number, state, severity)
