"""Worked out again from what is kept: records of the town's own forms and all whom they name."""

import pytest
from flask import Flask
from sqlalchemy import delete, update

from server.db import Database
from server.intake.rederiving import rederive
from server.models import CareEvent, NamedWoman, Submission
from tests.conftest import MORNING
from tests.server.registry.caring import Care, a_uuid
from tests.server.registry.naming import a_care_with_talk, event_of, others_of, registered, talk


@pytest.fixture
def care(app: Flask, database: Database, project_id: int) -> Care:
    return a_care_with_talk(app, database, project_id)


def test_working_out_again_brings_records_of_before_along(care: Care, database: Database, project_id: int) -> None:
    woman = a_uuid()
    care.register(woman)
    sent = talk(care, women=woman)
    with database.transaction() as db:
        db.execute(delete(CareEvent).where(CareEvent.form_id == "talk"))
        db.execute(update(Submission).where(Submission.instance_id == sent).values(health=False))
    rederive(database, project_id, MORNING, lambda done, of: None)
    assert event_of(care).subject == woman
    assert [one.health for one in care.rows(Submission) if one.instance_id == sent] == [True]


def test_working_out_again_finds_all_whom_a_record_names(care: Care, database: Database, project_id: int) -> None:
    women = registered(care, 3)
    talk(care, women=" ".join(women))
    with database.transaction() as db:
        db.execute(delete(NamedWoman))
        db.add(NamedWoman(submission_id=event_of(care).submission_id, woman_uuid=a_uuid(), project_id=project_id))
    rederive(database, project_id, MORNING, lambda done, of: None)
    assert others_of(care) == sorted(women[1:])
