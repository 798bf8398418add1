"""Our tiles, read by GDAL, which has a reader of its own."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.tiles import tile_box, tile_of
from geo.vector_tile import EXTENT, encode_points, place_in_tile
from tests.vector_tiles import read_tile

FACTS: list[dict[str, Any]] = [
    {"id": 7, "state": "approved", "accuracy": 4.5, "village": "519901201001", "village_name": "上河村"},
    {"id": -(2**40), "state": None, "accuracy": None, "village": "519901201001", "village_name": "下河村"},
    {"cluster": True, "count_text": "<5", "suppressed": True},
]


def test_gdal_reads_what_was_written() -> None:
    units = [(0, 0), (4095, 17), (2048, 4095)]
    rows = read_tile(encode_points("points", np.array(units), FACTS), "points")
    for row, place, facts in zip(rows, units, FACTS, strict=True):
        assert row.pop("at") == place
        assert row == {name: value for name, value in facts.items() if value is not None}


def test_a_tile_of_nothing_is_no_bytes() -> None:
    assert encode_points("points", np.empty((0, 2), dtype=np.int64), []) == b""


def test_true_and_one_are_two_values() -> None:
    facts: list[dict[str, Any]] = [{"a": 1}, {"b": True}]
    one, two = read_tile(encode_points("points", np.array([[1, 1], [2, 2]]), facts), "points")
    assert one["a"] == 1
    assert two["b"] == 1  # GDAL has numbers alone


@given(st.floats(-179.9, 179.9), st.floats(-84, 84), st.integers(0, 18))
def test_a_place_is_within_a_unit_of_where_the_tile_s_edges_say(lon: float, lat: float, zoom: int) -> None:
    x, y = tile_of(lon, lat, zoom)
    ((across, down),) = place_in_tile(np.array([[lon, lat]]), zoom, x, y).tolist()
    box = tile_box(zoom, x, y)
    assert -1 <= across <= EXTENT and -1 <= down <= EXTENT
    assert across == pytest.approx((lon - box.west) / (box.east - box.west) * EXTENT, abs=1.01)


@pytest.mark.parametrize(("dx", "dy"), [(1, 0), (-1, 0), (0, 1), (0, -1)])
def test_in_the_tile_beside_it_a_place_is_outside(dx: int, dy: int) -> None:
    x, y = tile_of(105.005, 30.005, 14)
    here = place_in_tile(np.array([[105.005, 30.005]]), 14, x, y)[0]
    there = place_in_tile(np.array([[105.005, 30.005]]), 14, x + dx, y + dy)[0]
    assert (here - there).tolist() == [dx * EXTENT, dy * EXTENT]


@given(st.lists(st.tuples(st.integers(0, 4095), st.integers(0, 4095), st.text(max_size=300)), min_size=1, max_size=40))
def test_whatever_the_properties_say_it_is_read_back(points: list[tuple[int, int, str]]) -> None:
    """The wire format by hand, since GDAL reads files: lengths nest without a byte too many."""
    units = np.array([point[:2] for point in points])
    tile = encode_points("points", units, [{"text": point[2]} for point in points])
    assert lengths_fit(tile)


def lengths_fit(tile: bytes) -> bool:
    """The one layer's length is that of all that follows it."""
    length, shift, at = 0, 0, 1
    while True:
        byte = tile[at]
        length |= (byte & 0x7F) << shift
        shift, at = shift + 7, at + 1
        if byte < 0x80:
            return tile[0] == 0x1A and length == len(tile) - at
