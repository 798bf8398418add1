"""A page of features: how many are read, where it ends, and what stands at a label."""

import pytest
from sqlalchemy import column

from geo.features import feature
from geo.tiles import Box
from server.places.stretch import Stretch, page_of

FOUND = [feature(number, (105, 30), {}) for number in range(4)]


@pytest.mark.parametrize(
    ("limit", "ids", "more"), [(3, [0, 1, 2], True), (4, [0, 1, 2, 3], False), (9, [0, 1, 2, 3], False)]
)
def test_one_more_than_the_page_has_tells_that_others_follow(limit: int, ids: list[int], more: bool) -> None:
    stretch = Stretch(limit)
    page = page_of(FOUND[: stretch.reads], stretch)
    assert ([one["id"] for one in page.features], page.has_more) == (ids, more)


def test_a_page_goes_on_behind_a_key_and_a_label_lies_in_any_of_the_boxes() -> None:
    key, lon, lat = column("key"), column("lon"), column("lat")
    assert str(Stretch(1, 7).goes_on(key)) == "key > :key_1"
    boxes = Box(170, 0, 180, 1), Box(-180, 0, -170, 1)
    asked = str(Stretch(1, boxes=boxes).at_label(lon, lat))
    assert asked.count("lon BETWEEN") == asked.count("lat BETWEEN") == 2 and " OR " in asked
    assert {str(Stretch(1).goes_on(key)), str(Stretch(1).at_label(lon, lat))} == {"true"}
