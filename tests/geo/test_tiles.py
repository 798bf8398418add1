import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.tiles import Box, box_around, tile_box, tile_of


def test_the_first_tile_is_the_whole_mercator_world() -> None:
    box = tile_box(0, 0, 0)
    assert (box.west, box.east) == (-180, 180)
    assert (box.south, box.north) == pytest.approx((-85.0511, 85.0511), abs=1e-4)


def test_a_known_tile_holds_a_known_place() -> None:
    """Chengdu, 104.0665 E 30.5728 N, worked out by hand: x = 0.789074 * 2^10, y = 0.411165 * 2^10."""
    assert tile_of(104.0665, 30.5728, 10) == (808, 420)


@given(st.floats(-180, 179.999), st.floats(-85, 85), st.integers(0, 22))
def test_a_place_lies_in_the_tile_that_is_told_for_it(lon, lat, zoom) -> None:
    box = tile_box(zoom, *tile_of(lon, lat, zoom))
    assert box.west - 1e-9 <= lon <= box.east + 1e-9
    assert box.south - 1e-9 <= lat <= box.north + 1e-9


@pytest.mark.parametrize("tile", [(-1, 0, 0), (3, 8, 0), (3, 0, -1), (25, 0, 0)])
def test_a_tile_that_does_not_exist_is_refused(tile) -> None:
    with pytest.raises(ValueError, match="no tile"):
        tile_box(*tile)


def test_a_box_is_plain_degrees() -> None:
    assert Box(1, 2, 3, 4) == Box(west=1, south=2, east=3, north=4)


def test_a_box_around_others_reaches_to_the_outermost_edges() -> None:
    assert box_around([Box(1, 2, 3, 4), Box(2, 1, 2, 9)]) == Box(1, 1, 3, 9)
    assert box_around([]) is None
