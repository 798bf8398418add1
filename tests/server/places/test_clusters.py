"""What stands above villages without a boundary of its own is a cluster, and is no village itself."""

import pytest
from sqlalchemy import select

from server.models import Village
from server.places.clusters import clusters_of
from tests.conftest import MORNING
from tests.server.web.pages.conftest import CODES
from tests.server.web.pages.women import CareTown


@pytest.fixture
def town(app, database):
    return CareTown(app, database)


def put(town, code, above=None):
    with town.database.transaction() as db:
        whole = db.scalar(select(Village).where(Village.code == above)) if above else None
        found = db.scalar(select(Village).where(Village.code == code))
        if found is None:
            found = Village(project_id=town.project_id, code=code, name=f"{code}片", created_at=MORNING)
            db.add(found)
        found.parent_id = whole.id if whole else None


def clusters(town):
    with town.database.reading() as db:
        return clusters_of(db, town.project_id)


def test_a_town_without_clusters_has_none(town):
    assert clusters(town) == (dict.fromkeys(CODES[:2], ""), {})


def test_a_village_and_its_hamlets_are_of_the_cluster_above_it(town):
    put(town, "S")
    put(town, CODES[0], "S")
    put(town, "H", CODES[0])
    assert clusters(town) == ({CODES[0]: "S", CODES[1]: "", "H": "S"}, {"S": "S片"})


def test_a_hamlet_of_a_village_without_a_cluster_is_of_none(town):
    put(town, "H", CODES[0])
    assert clusters(town) == ({**dict.fromkeys(CODES[:2], ""), "H": ""}, {})
