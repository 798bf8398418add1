"""Whom an entity is about: the one property that the database may see, and only where it is a uuid."""

import pytest
from flask import Flask
from sqlalchemy import select

from server.db import Database
from server.models import Entity
from server.registry.entities import about_of
from tests.server.registry.caring import Care, a_uuid, created

HER = "0d4f6d0a-7a0c-4a5e-9a53-000000000231"


@pytest.mark.parametrize(
    ("told", "about"),
    [
        (HER, HER),
        (f" uuid:{HER.upper()} ", HER),
        ("", None),
        (None, None),
        ("王秀英", None),
        (HER + "x", None),
        (HER[:-1], None),
    ],
)
def test_an_entity_is_about_a_uuid_and_never_about_a_name(told: str | None, about: str | None) -> None:
    assert about_of({} if told is None else {"woman": told}) == about


def test_a_pregnancy_is_found_by_whose_it_is_and_a_correction_moves_it(
    app: Flask, database: Database, project_id: int
) -> None:
    care, first, second, pregnancy = Care(app, database, project_id), a_uuid(), a_uuid(), a_uuid()
    for woman in (first, second):
        care.register(woman)
    sent = care.pregnancy(first, pregnancy)
    with database.reading() as db:
        assert db.scalars(select(Entity.uuid).where(Entity.about == first)).all() == [pregnancy]
    answers = {"woman": second, "visit_date": "2026-02-10", "wants_registration": "yes", "lmp_known": "exact"}
    answers |= {"lmp_date": "2025-12-01", "village_code": "519901201001"}
    act = created("pregnancies", pregnancy, "W-0231 #1")
    care.post("pregnancy_registration", answers, act, deprecated_id=sent)
    with database.reading() as db:
        assert db.scalars(select(Entity.uuid).where(Entity.about == first)).all() == []
        assert db.scalars(select(Entity.uuid).where(Entity.about == second)).all() == [pregnancy]
