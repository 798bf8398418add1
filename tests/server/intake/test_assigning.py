"""Whom a record waits for: somebody who may decide about it."""

import pytest
from sqlalchemy import select

from server.db import Database
from server.errors import UnexpectedValue
from server.intake.assigning import assign, assigned_to, check_reviewer, list_reviewers
from server.models import Audit, Project, Submission
from tests.client import Client
from tests.conftest import MORNING
from tests.making import a_record


def test_a_record_waits_for_one_person_and_that_is_written_down(
    phone: Client, project_id: int, cast: dict[str, int], database: Database
) -> None:
    phone.send(project_id, a_record())
    with database.transaction() as db:
        record = db.get_one(Submission, 1)
        for to in (cast["bob"], None, cast["bob"]):
            assign(db, record, to, cast["bob"], MORNING)
            assert assigned_to(db, [1]) == ({1: to} if to else {})
        told = db.scalars(select(Audit.details).where(Audit.action == "submission.assign").order_by(Audit.id)).all()
        assert [one["to"] for one in told if one] == [cast["bob"], None, cast["bob"]]


def test_who_only_reads_is_given_nothing(
    phone: Client, project_id: int, cast: dict[str, int], database: Database
) -> None:
    phone.send(project_id, a_record())
    with database.transaction() as db:
        project = db.get_one(Project, project_id)
        assert cast["bob"] in list_reviewers(db, project)
        assert cast["chelsea"] not in list_reviewers(db, project)
        with pytest.raises(UnexpectedValue):
            check_reviewer(db, project, cast["chelsea"])
