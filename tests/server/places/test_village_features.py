"""Villages as pages of features: those of the newest boundaries alone, and the box of them all."""

import pytest

from server.db import Database
from server.errors import NotFound
from server.models import Project
from server.places.outlines import village_counts, whole_town
from server.places.stretch import Stretch
from server.places.village_features import extent_of, get_village_feature, list_village_features
from server.places.villages import import_boundaries
from tests.conftest import MORNING
from tests.server.places.squares import EAST, NORTH_EAST, NORTH_WEST, WEST, a_boundary_file


def test_villages_are_those_in_force(database: Database, project_id: int) -> None:
    with database.transaction() as db:
        assert extent_of(db, project_id) is None
        import_boundaries(db, project_id, a_boundary_file(), None, MORNING)
        import_boundaries(db, project_id, a_boundary_file(**{f"v{EAST}": None}), None, MORNING)
    with database.reading() as db:
        project = db.get_one(Project, project_id)
        counts = village_counts(db, whole_town(project))
        page = list_village_features(db, project, counts, Stretch(2))
        rest = list_village_features(db, project, counts, Stretch(2, page.features[-1]["id"]))
        assert get_village_feature(db, project, counts, WEST) == page.features[0]
        with pytest.raises(NotFound):
            get_village_feature(db, project, counts, EAST)
        extent = extent_of(db, project_id)
    assert [one["id"] for one in (*page.features, *rest.features)] == [WEST, NORTH_WEST, NORTH_EAST]
    assert (page.has_more, rest.has_more) == (True, False)
    assert extent is not None
    edges = (extent.west, extent.south, extent.east, extent.north)
    assert edges == pytest.approx((105.0, 30.0, 105.04, 30.04))
