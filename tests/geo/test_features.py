"""GeoJSON as RFC 7946 wants it, and clusters that lose nobody."""

import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geo.features import Pin, cluster, collection, feature


def test_a_feature_has_longitude_first_and_six_decimals() -> None:
    assert feature(7, (105.12345678, 30.1), {"a": 1}) == {
        "type": "Feature",
        "id": 7,
        "geometry": {"type": "Point", "coordinates": [105.123457, 30.1]},
        "properties": {"a": 1},
    }


def test_a_shape_is_rounded_in_all_its_corners() -> None:
    ring = feature(None, shapely.Polygon([(0.12345678, 0), (1, 0), (1, 1)]), {})["geometry"]
    assert ring == {"type": "Polygon", "coordinates": [[[0.123457, 0.0], [1.0, 0.0], [1.0, 1.0], [0.123457, 0.0]]]}


@pytest.mark.parametrize("nowhere", [None, shapely.Point()])
def test_a_thing_without_a_place_is_still_a_feature(nowhere) -> None:
    assert feature("a", nowhere, None) == {"type": "Feature", "id": "a", "geometry": None, "properties": None}


def test_a_collection_holds_its_features() -> None:
    assert collection(iter([])) == {"type": "FeatureCollection", "features": []}


def test_pins_that_would_lie_on_one_another_are_gathered_with_their_box() -> None:
    pins = [Pin("a", 105.001, 30.001, {}), Pin("b", 105.002, 30.003, {}), Pin("far", 110.0, 30.0, {"n": 1})]
    gathered, alone = sorted(cluster(pins, zoom=8), key=lambda one: "cluster" not in one["properties"])

    assert gathered["properties"] == {"cluster": True, "count": 2, "box": [105.001, 30.001, 105.002, 30.003]}
    assert gathered["geometry"]["coordinates"] == [105.0015, 30.002]
    assert (alone["id"], alone["properties"]) == ("far", {"n": 1})


def test_close_up_every_pin_stands_alone() -> None:
    pins = [Pin("a", 105.0, 30.0, {}), Pin("b", 105.0, 30.0, {})]
    assert [one["id"] for one in cluster(pins, zoom=17)] == ["a", "b"]


def test_no_pins_make_no_features() -> None:
    assert cluster([], zoom=5) == []


places = st.tuples(st.floats(-180, 180), st.floats(-90, 90))


@given(st.lists(places, max_size=60), st.floats(0, 24))
def test_every_pin_is_counted_once_at_every_zoom(points, zoom) -> None:
    pins = [Pin(str(number), lon, lat, {}) for number, (lon, lat) in enumerate(points)]
    found = cluster(pins, zoom)
    assert sum(one["properties"].get("count", 1) for one in found) == len(pins)
    assert len({one["id"] for one in found}) == len(found)
