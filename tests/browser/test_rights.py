"""The rights desk in a real browser: list, each kind of wish, the copy that she is given, and the retention."""

import pytest
from flask import Flask
from sqlalchemy import select

from server import clock
from server.access.people import create_user
from server.access.roles import DPO
from server.db import Database
from server.models import Assignment, Submission, VillageScope
from server.registry.rights_desk import KINDS, open_request
from tests.browser.looking import look_at_pages
from tests.conftest import MORNING, PASSWORD
from tests.server.registry.caring import Care, a_uuid


@pytest.fixture
def pages(app: Flask, database: Database, project_id: int) -> dict[str, str]:
    """A woman with records and one wish of each kind; the pages by name."""
    care, woman, pregnancy = Care(app, database, project_id), a_uuid(), a_uuid()
    care.register(woman, display_name="王秀英")
    care.pregnancy(woman, pregnancy)
    check = care.check(pregnancy)
    care.post("antenatal_check", {"pregnancy": pregnancy, "visit_date": "2026-02-20"}, deprecated_id=check)
    with database.transaction() as db:
        dora = create_user(db, "dora@example.test", PASSWORD, "dora", None, MORNING).actor_id
        db.add(Assignment(actor_id=dora, role_id=DPO, project_id=project_id))
        db.add(VillageScope(actor_id=dora, project_id=project_id, village_id=None))
        wishes = {kind: open_request(db, project_id, kind, woman, dora, clock.now()).id for kind in KINDS}
        record = db.scalar(select(Submission.id).order_by(Submission.id))
    found = {f"rights-{kind}": f"/rights/{number}" for kind, number in wishes.items()}
    return {
        "rights": "/rights",
        **found,
        "rights-data": f"/rights/{wishes['export']}/data",
        "rights-correct": f"/rights/{wishes['correction']}/correct/{record}?question=/display_name",
        "retention": "/rights/retention",
    }


def test_the_desk_fits_the_screen_and_axe_finds_nothing(pages, open_tab):
    look_at_pages(open_tab("dora"), pages)
