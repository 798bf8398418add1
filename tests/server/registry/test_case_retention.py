from datetime import timedelta

import orjson
import pytest
from sqlalchemy import event, func, select
from sqlalchemy.orm import Session

from server.access.caller import Caller, Grant
from server.access.roles import BENEFIT_OFFICER
from server.clock import begin_of
from server.models import CareEvent, Entity, EntityVersion, FollowUp, Project, SubmissionVersion
from server.registry.case_retention import past_cases, take_out_case
from server.registry.erasing import erase, plan_erasure
from server.registry.lists import find_dataset, integrity_of
from server.registry.reach import reach_of
from server.registry.retention import cutoff
from tests.making import a_town
from tests.server.followups.samples import at_noon, day
from tests.server.followups.told import F12, a_case, a_home, a_woman, tell, work_out


def past(db: Session, town: Project, today: str) -> list[str]:
    on = cutoff(at_noon(today))
    return past_cases(db, town.id, begin_of(on), on)


@pytest.mark.parametrize(
    ("answers", "goes"),
    [
        ({"step": "paid"}, True),
        ({"still_wanted": "no"}, True),
        ({"step": "submitted"}, False),
        ({"step": "paid", "renewal_date": "2027-12-01"}, False),
    ],
)
def test_a_case_that_is_over_goes_a_year_after_the_last_word_and_an_open_one_waits(
    db: Session, answers: dict[str, str], goes: bool
) -> None:
    town = a_town(db)
    a_case(db, town)
    tell(db, town, F12, "2026-01-10", received="2026-02-01", **answers)

    assert past(db, town, "2027-02-01") == []
    assert past(db, town, "2027-02-02") == (["b1"] if goes else [])


def test_answers_are_read_of_cases_alone_of_which_nothing_came_for_a_year(db: Session) -> None:
    town = a_town(db)
    for key, on in (("b1", "2026-01-10"), ("b2", "2027-01-10")):
        a_case(db, town, key)
        tell(db, town, F12, on, subject=key, step="paid")
    db.expunge_all()
    read: list[str] = []

    def note(row: CareEvent, _context: object) -> None:
        read.append(row.subject)

    event.listen(CareEvent, "load", note)
    try:
        assert past(db, town, "2027-02-01") == ["b1"]
    finally:
        event.remove(CareEvent, "load", note)
    assert read == ["b1"]


def test_nothing_is_left_of_it_and_phones_are_told_that_it_is_gone(db: Session) -> None:
    town, now = a_town(db), at_noon("2027-02-02")
    key = "b1b1b1b1-0000-4000-8000-000000000001"
    a_case(db, town, key)
    for on, step in (("2026-01-05", "asked"), ("2026-01-10", "paid")):
        tell(db, town, F12, on, subject=key, step=step)
    work_out(db, town, "2026-01-10", key, "benefit_cases")
    assert db.scalar(select(func.count()).select_from(FollowUp)) == 1

    records, _files = take_out_case(db, town.id, key, now)

    assert records == 2
    for model in (CareEvent, Entity, EntityVersion, FollowUp):
        assert db.scalar(select(func.count()).select_from(model)) == 0, model
    assert {bytes(xml) for xml in db.scalars(select(SubmissionVersion.xml))} == {b""}
    dataset = find_dataset(db, town.id, "benefit_cases")
    assert dataset is not None
    officer = Caller(1, "user", "", (Grant(BENEFIT_OFFICER, town.id, None),), {town.id: None})
    assert integrity_of(db, dataset, reach_of(officer, town, day("2027-02-02")), [key]) == [(key, True)]


def test_a_woman_who_has_her_data_removed_takes_no_case_of_her_household_along_and_is_given_none(db: Session) -> None:
    """No benefit hangs on what she agrees to, and others live there."""
    town = a_town(db)
    a_home(db, town)
    a_woman(db, town, household_uuid="h1")
    row = a_case(db, town)
    tell(db, town, F12, "2026-01-10", step="submitted")
    work_out(db, town, "2026-01-10", "b1", "benefit_cases")
    plan = plan_erasure(db, town.id, "w1")
    assert (plan.records, plan.entities) == ((), ()), "nor does her copy, which is made of this, hold any of it"

    erase(db, town.id, "w1", at_noon("2026-01-12") + timedelta(hours=1))

    assert orjson.loads(row.data_json)["status"] == "open"
    assert db.scalars(select(FollowUp.state)).all() == ["open"]
    assert "w1" not in row.data_json
