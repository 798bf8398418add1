"""Records of the care forms follow the woman: where her household is while she lets that be used, else to her village."""

import pytest
from flask import Flask
from sqlalchemy import select

from server.db import Database
from server.models import Submission, SubmissionGeometry, Village
from tests.conftest import MORNING
from tests.server.registry.caring import VILLAGE, Care, a_uuid, created, updated

OTHER = "519901201002"
# home, consent, pregnancy, check
ORDERS = ((0, 1, 2, 3), (1, 0, 2, 3), (1, 2, 3, 0), (2, 3, 1, 0), (3, 1, 0, 2), (3, 2, 0, 1))


@pytest.fixture
def care(app: Flask, database: Database, project_id: int) -> Care:
    made = Care(app, database, project_id)
    with database.transaction() as db:
        db.add(Village(project_id=project_id, code=OTHER, name="二村", created_at=MORNING))
    return made


def places(care: Care) -> dict[str, tuple[str | None, str | None]]:
    """Village and how it was told, by form; the newest record of each."""
    with care.database.reading() as db:
        rows = db.execute(
            select(Submission, Village.code)
            .outerjoin(Village, Village.id == Submission.village_id)
            .where(Submission.health)
            .order_by(Submission.id)
        ).all()
        assert db.scalars(select(SubmissionGeometry)).all() == []
        return {row.form.xml_form_id: (code, row.place_how) for row, code in rows}


def a_home(care: Care, home: str, village: str = OTHER, base: int = 0) -> str:
    answers = {"visit_date": "2026-01-20", "visit_result": "met", "consent_household": "yes", "village_code": village}
    entity = updated("households", home, base) if base else created("households", home, "A-12")
    return care.post("household_visit", {"household": home if base else "", **answers}, entity)


@pytest.mark.parametrize("order", ORDERS, ids=str)
def test_in_whatever_order_records_arrive_they_lie_where_her_household_is(care: Care, order: tuple[int, ...]) -> None:
    woman, pregnancy, home = a_uuid(), a_uuid(), a_uuid()
    sends = (
        lambda: a_home(care, home),
        lambda: care.register(woman, household=home),
        lambda: care.pregnancy(woman, pregnancy),
        lambda: care.check(pregnancy),
    )
    for number in order:
        sends[number]()
    at_home = (OTHER, "household")
    assert places(care) == {
        "woman_consent": at_home,
        "pregnancy_registration": at_home,
        "antenatal_check": at_home,
    }


def test_taking_back_her_consent_to_the_place_moves_all_her_records_to_her_village(care: Care) -> None:
    woman, pregnancy, home = a_uuid(), a_uuid(), a_uuid()
    a_home(care, home)
    care.register(woman, household=home)
    care.pregnancy(woman, pregnancy)
    assert places(care)["pregnancy_registration"] == (OTHER, "household")
    care.withdraw(woman, "2026-02-20", scope="location")
    assert set(places(care).values()) == {(VILLAGE, "village")}


def test_a_household_that_moves_takes_her_records_along(care: Care) -> None:
    woman, home = a_uuid(), a_uuid()
    a_home(care, home, village=VILLAGE)
    care.register(woman, household=home)
    assert places(care)["woman_consent"] == (VILLAGE, "household")
    answers = {"household": home, "visit_date": "2026-02-21", "visit_result": "met", "village_code": OTHER}
    care.post("household_visit", {**answers, "consent_household": "yes"}, updated("households", home))
    assert places(care)["woman_consent"] == (OTHER, "household")
