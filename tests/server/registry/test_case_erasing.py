import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from server.access.allow import Scope
from server.access.people import create_user
from server.models import Audit, CareEvent, Entity, FollowUp, Seal, Village
from server.registry.case_erasing import erase_case, find_case
from tests.conftest import MORNING, PASSWORD
from tests.making import a_town
from tests.server.followups.samples import VILLAGE, at_noon
from tests.server.followups.told import F12, a_case, tell, work_out

CASE = "b1b1b1b1-0000-4000-8000-000000000001"


@pytest.mark.parametrize("here", [True, False])
def test_a_case_is_its_officers_by_the_village_in_which_it_lies(db: Session, here: bool) -> None:
    town = a_town(db)
    village = Village(project_id=town.id, code=VILLAGE if here else "elsewhere", name="村", created_at=MORNING)
    db.add(village)
    a_case(db, town, CASE)
    told = tell(db, town, F12, "2026-01-05", subject=CASE, step="asked")
    work_out(db, town, "2026-01-10", CASE, "benefit_cases")

    found = find_case(db, Scope(town.id, False, frozenset({village.id})), told.submission_id)

    assert (found is not None) is here
    if found:
        assert (found.uuid, found.records, found.follow_ups) == (CASE, 1, 1)


def test_a_record_of_anything_else_tells_of_no_case(db: Session) -> None:
    town = a_town(db)
    a_case(db, town, CASE)
    visit = tell(db, town, "household_visit", "2026-01-05")

    assert find_case(db, Scope(town.id, everything=True), visit.submission_id) is None


def test_a_case_that_is_removed_leaves_a_hash_in_the_audit_and_its_records_empty(db: Session) -> None:
    town, now = a_town(db), at_noon("2026-01-12")
    officer = create_user(db, "officer@example.test", PASSWORD, "officer", None, MORNING).actor_id
    a_case(db, town, CASE)
    told = tell(db, town, F12, "2026-01-05", subject=CASE, step="asked")
    work_out(db, town, "2026-01-10", CASE, "benefit_cases")

    assert erase_case(db, town.id, CASE, officer, now) == set()

    assert find_case(db, Scope(town.id, everything=True), told.submission_id) is None
    for model in (CareEvent, Entity, FollowUp):
        assert db.scalar(select(func.count()).select_from(model)) == 0, model
    assert db.scalars(select(Seal.reason)).all() == ["case_removed"]
    (row,) = db.scalars(select(Audit).where(Audit.action == "benefit.erase"))
    assert (row.actor_id, (row.details or {})["records"]) == (officer, 1)
    assert CASE not in str([one.details for one in db.scalars(select(Audit))])
