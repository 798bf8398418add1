"""A file that was made before a woman took her consent back is handed out no more, and goes."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from server.access.people import create_user
from server.access.roles import CLINICIAN
from server.config import Config
from server.db import Database
from server.intake.made_exports import FOLDER
from server.jobs import make_exports
from server.models import Assignment, MadeExport, VillageScope
from tests.conftest import MORNING, PASSWORD, Clock
from tests.server.registry.caring import Care, a_uuid
from tests.server.web.pages.conftest import Browser

WAYS = ("keep_minimal", "erase")


@pytest.fixture
def care(app: Flask, database: Database, project_id: int) -> Care:
    return Care(app, database, project_id)


@pytest.fixture
def lin(app: Flask, database: Database, project_id: int) -> Browser:
    """A clinician of the whole town."""
    with database.transaction() as db:
        actor_id = create_user(db, "lin@example.test", PASSWORD, "lin", None, MORNING).actor_id
        db.add(Assignment(actor_id=actor_id, role_id=CLINICIAN, project_id=project_id))
        db.add(VillageScope(actor_id=actor_id, project_id=project_id, village_id=None))
    return Browser(app).sign_in("lin@example.test")


def files(config: Config) -> list[Path]:
    return list((config.data_dir / FOLDER).glob("*"))


@pytest.mark.parametrize("what", WAYS)
def test_what_she_takes_back_ends_the_files_from_before(
    care: Care, lin: Any, database: Database, config: Config, clock: Clock, what: str
) -> None:
    woman = a_uuid()
    care.register(woman)
    record = care.pregnancy(woman, a_uuid())
    lin.see("/review/export")
    asked = lin.send("/review/export?form=pregnancy_registration", {"format": "zip"})
    assert asked.status_code == 303
    make_exports(database, config, clock.now())
    with database.reading() as db:
        address = f"/review/export/made/{db.scalars(select(MadeExport.id)).one()}"
    assert lin.see(address).status_code == 200
    assert len(files(config)) == 1
    clock.forward(minutes=1)
    care.withdraw(woman, "2026-03-02", erase=what)
    assert lin.see(address).status_code == 404
    make_exports(database, config, clock.now())
    assert (files(config), record in str(lin.see("/review/export").data)) == ([], False)
    with database.reading() as db:
        assert db.scalars(select(MadeExport.why)).one() == "gone"


def test_a_file_is_there_the_next_day_and_until_somebodys_consent_ends(
    care: Care, lin: Any, database: Database, config: Config, clock: Clock
) -> None:
    for until in ("2027-02-01", (clock.now() + timedelta(days=3)).date().isoformat()):
        woman = a_uuid()
        care.register(woman, until=until)
        care.pregnancy(woman, a_uuid())
    lin.see("/review/export")
    assert lin.send("/review/export?form=pregnancy_registration", {"format": "zip"}).status_code == 303
    make_exports(database, config, clock.now())
    with database.reading() as db:
        address = f"/review/export/made/{db.scalars(select(MadeExport.id)).one()}"
    for days, status in ((1, 200), (2, 200), (1, 404)):
        clock.forward(days=days)
        lin.sign_in("lin@example.test")
        assert lin.see(address).status_code == status, days
    make_exports(database, config, clock.now())
    assert files(config) == []
