"""A town as a small drawing: each village with its outline and the place of its name, and a scale."""

from server.places.town_picture import ROOM, draw_town
from tests.server.web.pages.conftest import CODES, Town


def test_each_village_is_drawn_by_code_within_the_picture_and_the_bar_is_as_long_as_it_says(app, database):
    town = Town(app, database)
    with database.reading() as db:
        drawn = draw_town(db, town.project_id)
        assert draw_town(db, town.project_id) is drawn, "drawn once"
        assert draw_town(db, town.project_id + 1) is None
    assert [one.code for one in drawn.villages] == list(CODES)
    assert drawn.width == ROOM[0] and 0 < drawn.height <= ROOM[1]
    assert all(0 < one.x < drawn.width and 0 < one.y < drawn.height for one in drawn.villages)
    # Two squares of 0.01 degrees at 30 north: 1,929 m across, in 676 units.
    assert abs(drawn.bar / drawn.bar_m - 676 / 1929) < 0.005
