"""Villages are cut from one sheet: neighbours share every corner of their border."""

import random

import pytest
import shapely

from server.demo.outlines import crooked_line, crooked_ring, cut_into_villages

SEEDS = [(-3000.0, 0.0), (0.0, 500.0), (3000.0, -400.0), (200.0, 3200.0), (-300.0, -3100.0)]


@pytest.mark.parametrize("seed", range(8))
def test_cut_villages_leave_no_gap_and_share_no_ground(seed: int) -> None:
    drawn = random.Random(seed)
    areas = cut_into_villages(SEEDS, crooked_ring((0, 0), 6000, 5500, drawn), drawn)

    assert len(areas) == len(SEEDS)
    assert all(area.is_valid and area.contains(shapely.Point(place)) for area, place in zip(areas, SEEDS, strict=True))
    assert shapely.coverage_is_valid(areas)
    whole = shapely.union_all(areas)
    assert whole.geom_type == "Polygon"
    assert not whole.interiors
    assert sum(area.area for area in areas) == pytest.approx(whole.area)


def test_borders_are_crooked() -> None:
    drawn = random.Random(1)
    areas = cut_into_villages(SEEDS, crooked_ring((0, 0), 6000, 5500, drawn), drawn)
    border = shapely.line_merge(shapely.intersection(areas[0], areas[1]))
    straight = shapely.Point(border.coords[0]).distance(shapely.Point(border.coords[-1]))
    assert len(border.coords) > 30
    assert border.length > 1.02 * straight


def test_a_seed_outside_the_outline_is_an_error() -> None:
    with pytest.raises(ValueError, match="seed"):
        cut_into_villages(
            [*SEEDS, (50_000.0, 0.0)], crooked_ring((0, 0), 6000, 5500, random.Random(1)), random.Random(1)
        )


def test_a_river_runs_through_the_places_it_is_given() -> None:
    line = crooked_line([(0, 0), (1000, 0), (2000, 500)], 0.1, random.Random(1))
    assert (line.coords[0], line.coords[-1]) == ((0, 0), (2000, 500))
    assert (1000, 0) in list(line.coords)
