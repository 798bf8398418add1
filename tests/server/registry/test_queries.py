"""Earlier versions of an entity about a woman or a home tell her place no more, once she does not agree to it."""

import pytest
from flask import Flask

from server.db import Database
from tests.client import Client
from tests.server.registry.caring import VILLAGE, Care, a_clinician, a_uuid, created, updated

POINT = "30.1 104.5 0 5"


@pytest.fixture
def care(app: Flask, database: Database, project_id: int) -> Care:
    return Care(app, database, project_id)


@pytest.fixture
def clinician(care: Care, as_bob: Client, cast: dict[str, int]) -> Client:
    a_clinician(care, cast["bob"])
    return as_bob


def versions(care: Care, clinician: Client, name: str, uuid: str) -> str:
    return clinician.get(f"/projects/{care.project_id}/datasets/{name}/entities/{uuid}/versions").get_data(as_text=True)


def test_her_home_is_in_no_version_once_she_takes_back_the_location(care: Care, clinician: Client) -> None:
    woman, home = a_uuid(), a_uuid()
    care.register(woman, household=home)
    assert home in versions(care, clinician, "women", woman)
    care.withdraw(woman, "2026-03-01", scope="location")
    told = versions(care, clinician, "women", woman)
    assert home not in told and VILLAGE in told


def test_the_point_of_a_home_is_in_no_version_once_its_people_say_no(care: Care, clinician: Client) -> None:
    home = a_uuid()
    visit = {"visit_date": "2026-02-20", "visit_result": "met", "consent_household": "yes", "village_code": VILLAGE}
    care.post("household_visit", visit | {"geometry": POINT}, created("households", home, "A-1 二社"))
    assert POINT in versions(care, clinician, "households", home)
    refusal = visit | {"visit_date": "2026-03-01", "household": home, "location_ok": "no"}
    care.post("household_visit", refusal, updated("households", home))
    told = versions(care, clinician, "households", home)
    assert POINT not in told and VILLAGE in told
