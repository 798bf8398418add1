"""Whose follow-ups somebody reaches: women by whom they chose for a village worker, by village for everybody else."""

import pytest
from flask import Flask

from server.access.caller import Caller, Grant
from server.access.roles import CLINICIAN, VILLAGE_WORKER
from server.db import Database
from server.followups.queries import Whose
from server.followups.whose import whose_follow_ups
from server.models import Project
from tests.server.web.pages.women import TODAY, CareTown

CODES = frozenset({"519901201001"})


@pytest.mark.parametrize(("role_id", "by_choice"), [(VILLAGE_WORKER, True), (CLINICIAN, False)])
def test_a_village_worker_s_women_go_by_whom_they_chose(
    app: Flask, database: Database, role_id: int, by_choice: bool
) -> None:
    town = CareTown(app, database)
    grant = Grant(role_id=role_id, project_id=town.project_id, form_id=None)
    with database.reading() as db:
        caller = Caller(
            actor_id=1, type="user", grants=(grant,), villages={town.project_id: frozenset({town.village_ids[0]})}
        )
        found = whose_follow_ups(caller, db.get_one(Project, town.project_id), CODES, TODAY)
    assert isinstance(found, Whose) is by_choice
    assert (found.codes if isinstance(found, Whose) else found) == CODES
