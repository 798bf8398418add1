"""Data that are kept and not used: out of every list, record door and follow-up at once, and back when she says so."""

import pytest
from flask import Flask
from sqlalchemy import select, update

from server.db import Database
from server.followups.restricting import keep_unused, use_again
from server.models import Audit, FollowUp, Project, Submission, Woman
from server.registry.restriction import since
from tests.client import Client
from tests.conftest import MORNING, Clock
from tests.server.registry.caring import Care, a_clinician, a_uuid


@pytest.fixture
def care(app: Flask, database: Database, project_id: int) -> Care:
    return Care(app, database, project_id)


def hire_clinician(care: Care, app: Flask, database: Database, cast: dict[str, int]) -> Client:
    a_clinician(care, cast["bob"])
    return Client.signed_in(app, database, cast["bob"])


def seen(client: Client, project_id: int) -> tuple[list[str], int, int, str]:
    """Women listed, records of a form listed, rows by OData, and the mark of an export."""
    base = f"/projects/{project_id}"
    women = [one["uuid"] for one in client.get(f"{base}/datasets/women/entities").json]
    records = client.get(f"{base}/forms/pregnancy_registration/submissions").json
    rows = client.get(f"{base}/forms/pregnancy_registration.svc/Submissions").json["value"]
    mark = client.get(f"{base}/forms/pregnancy_registration/submissions.csv").headers.get("ETag", "")
    return women, len(records), len(rows), mark


def test_data_kept_unused_leave_lists_records_and_follow_ups_and_come_back(
    care: Care, app: Flask, database: Database, cast: dict[str, int], project_id: int, clock: Clock
) -> None:
    woman, other = a_uuid(), a_uuid()
    for one in (woman, other):
        care.register(one)
        care.pregnancy(one, a_uuid())
    clinician = hire_clinician(care, app, database, cast)
    before = seen(clinician, project_id)
    assert (sorted(before[0]), before[1], before[2]) == (sorted([woman, other]), 2, 2)
    tasks = {one.key for one in care.rows(FollowUp) if not one.ended}

    with database.transaction() as db:
        project = db.get_one(Project, project_id)
        assert keep_unused(db, project, woman, cast["alice"], clock.now())
        assert not keep_unused(db, project, woman, cast["alice"], clock.now())
        assert since(db, project_id, woman) == MORNING
    unused = seen(clinician, project_id)
    assert unused[:3] == ([other], 1, 1)
    assert unused[3] != before[3] or not before[3]
    assert {one.subject for one in care.rows(FollowUp) if not one.ended} == {other}
    assert sorted(one.uuid for one in care.rows(Woman)) == sorted([woman, other]), "nothing is deleted"

    care.pregnancy(woman, a_uuid(), "2026-02-20")
    assert seen(clinician, project_id)[:3] == ([other], 1, 1), "what comes meanwhile is kept unused too"

    with database.transaction() as db:
        assert use_again(db, db.get_one(Project, project_id), woman, cast["alice"], clock.now())
        assert since(db, project_id, woman) is None
        told = db.scalars(select(Audit).where(Audit.action.in_(("rights.restrict", "rights.lift")))).all()
        assert len(told) == 2
        assert all(woman not in str(one.details) for one in told)
    assert sorted(seen(clinician, project_id)[0]) == sorted([woman, other])
    assert seen(clinician, project_id)[1:3] == (3, 3)
    assert tasks <= {one.key for one in care.rows(FollowUp) if not one.ended}


def test_a_restriction_of_one_project_touches_no_other(care: Care, database: Database, cast: dict[str, int]) -> None:
    woman = a_uuid()
    care.register(woman)
    with database.transaction() as db:
        other = Project(name="x", kind="care", created_at=MORNING)
        db.add(other)
        db.flush()
        keep_unused(db, other, woman, cast["alice"], MORNING)
        assert since(db, care.project_id, woman) is None
        assert db.scalars(select(Submission.sealed)).all() == [False]
        db.execute(update(Submission).values(sealed=False))
