"""Every requirement of the three classes of OGC API - Features that we name, asked of our server; and what we leave, and why."""

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import update

from server.db import Database
from server.models import FollowUp, Village
from tests.conftest import MORNING, Clock
from tests.server.web.gis import Gis, add_tasks
from tests.server.web.pages.women import CareTown
from tests.walks.ogc_requirements import ASKED, WISHED, Check

CORE = """
    api-definition-op api-definition-success conformance-op conformance-success crs84 f-links f-op f-success
    fc-bbox-definition fc-bbox-response fc-limit-definition fc-limit-response-1 fc-links fc-md-extent fc-md-extent-multi
    fc-md-items fc-md-items-links fc-md-links fc-md-op fc-md-success fc-numberMatched fc-numberReturned fc-op fc-rel-type
    fc-response fc-time-definition fc-time-response fc-timeStamp http query-param-invalid query-param-unknown root-op
    root-success sfc-md-op sfc-md-success
"""
OAS30 = "completeness exceptions-codes oas-definition-1 oas-definition-2 oas-impl security"
GEOJSON = "content definition"
STANDARD = {
    f"{one}/{name}" for one, names in (("core", CORE), ("oas30", OAS30), ("geojson", GEOJSON)) for name in names.split()
}
RECOMMENDED = """
    core/api-definition-oas core/cross-origin core/etag core/fc-extent core/fc-filters core/fc-md-descriptions
    core/fc-md-extent-single core/fc-md-license core/fc-md-self-links core/fc-next-1 core/fc-next-2 core/fc-next-3
    core/geojson core/head core/html core/link-header core/rfc3339 core/root-links core/sfc-md-links core/string-i18n
    oas30/f-key-properties
"""
LEFT = {
    "core/cross-origin": "nobody's page elsewhere reads a town's data from a browser",
    "core/etag": "features may not be kept anywhere: they are no-store",
    "core/fc-extent": "a page tells no extent",
    "core/fc-filters": "bbox and datetime alone; the pages of the desk have filters",
    "core/fc-md-descriptions": "the definition itself describes every property",
    "core/fc-md-license": "a town's data are licensed to nobody",
    "core/html": "people have the map's pages; the definition alone is for people, too",
    "core/string-i18n": "JSON has no place for it; words are in the language of who asks",
}


@pytest.fixture
def gis(app: Flask, database: Database, clock: Clock) -> Gis:
    """Records and follow-ups in both villages on different days, and one follow-up in a village that has no label."""
    town = CareTown(app, database)
    for village in (1, 2, 1):
        town.record(village=village)
        clock.forward(days=1)
    add_tasks(town, 1, -4, 3)
    add_tasks(town, 2, 3)
    with database.transaction() as db:
        db.add(Village(project_id=town.project_id, code="510000000099", name="山上村", created_at=MORNING))
    [key] = add_tasks(town, 1, 5)
    with database.transaction() as db:
        db.execute(update(FollowUp).where(FollowUp.visit_key == key).values(village_code="510000000099"))
    return Gis(town)


def rows() -> list[Any]:
    """Each check once, under the names of all requirements that it is asked for."""
    names: dict[Check, list[str]] = {}
    for name, check in (*ASKED.items(), *WISHED.items()):
        names.setdefault(check, []).append(name)
    return [pytest.param(check, id=" ".join(its)) for check, its in names.items()]


@pytest.mark.parametrize("check", rows())
def test_what_the_standard_requires_and_recommends(gis: Gis, check: Check) -> None:
    check(gis)


def test_each_requirement_has_a_check_and_each_recommendation_one_or_a_reason() -> None:
    assert set(ASKED) == STANDARD
    assert set(WISHED) | set(LEFT) == set(RECOMMENDED.split()) and not set(WISHED) & set(LEFT)
