"""Points against villages whose corners are known: distances by the geodesic, the shift by places published for it."""

from datetime import timedelta

import pytest
import shapely

from geo.crs import metres_between, wgs84_to_gcj02
from geo.plausible import is_far_outside, metres_outside, metres_shifted, speed_between

# A village a kilometre wide and high, by Lezhi (Sichuan), where GCJ-02 shifts by 416 m (domain.md 6.6).
WEST, SOUTH, EAST, NORTH = 105.010, 30.300, 105.0204, 30.309
VILLAGE = shapely.MultiPolygon([shapely.box(WEST, SOUTH, EAST, NORTH)])
MIDDLE = (105.0152, 30.3045)


def test_inside_and_on_the_border_is_no_distance() -> None:
    assert metres_outside(VILLAGE, *MIDDLE) == 0
    assert metres_outside(VILLAGE, WEST, SOUTH) == 0


@pytest.mark.parametrize(
    ("lon", "lat", "nearest"),
    [
        (WEST - 0.003, MIDDLE[1], (WEST, MIDDLE[1])),
        (MIDDLE[0], NORTH + 0.002, (MIDDLE[0], NORTH)),
        (EAST + 0.004, SOUTH - 0.004, (EAST, SOUTH)),
    ],
)
def test_outside_is_measured_to_the_nearest_border_in_metres(
    lon: float, lat: float, nearest: tuple[float, float]
) -> None:
    assert metres_outside(VILLAGE, lon, lat) == pytest.approx(metres_between(lon, lat, *nearest), rel=1e-3)


@pytest.mark.parametrize(("metres", "accuracy", "far"), [(100, None, False), (101, None, True), (150, 60, False)])
def test_a_point_is_outside_beyond_what_phone_and_outline_explain(
    metres: float, accuracy: float | None, far: bool
) -> None:
    assert is_far_outside(metres, accuracy) is far


def test_a_home_written_down_in_gcj_02_is_found_and_a_neighbour_s_home_is_not() -> None:
    shifted = wgs84_to_gcj02(WEST + 0.009, MIDDLE[1])
    assert not VILLAGE.intersects(shapely.Point(shifted)), "the village is too wide for this test"
    moved = metres_shifted(VILLAGE, *shifted, 8.0)
    assert moved == pytest.approx(416, abs=25)
    assert metres_shifted(VILLAGE, WEST - 0.004, MIDDLE[1], 8.0) is None, "its inverse lies farther west"


def test_a_point_inside_or_outside_by_its_accuracy_is_no_suspect() -> None:
    assert metres_shifted(VILLAGE, *MIDDLE, None) is None
    shifted = wgs84_to_gcj02(WEST + 0.009, MIDDLE[1])
    assert metres_shifted(VILLAGE, *shifted, 900.0) is None


def test_where_maps_are_not_shifted_nothing_is_suspected() -> None:
    """Taipei: the same place in both systems."""
    island = shapely.box(121.50, 25.00, 121.51, 25.01)
    assert metres_shifted(island, 121.514, 25.005, 5.0) is None


@pytest.mark.parametrize(
    ("metres", "accuracies", "minutes", "kmh"),
    [(10_000, (None, None), 10, 60), (10_100, (60.0, 40.0), 10, 60), (50, (30.0, 30.0), 0, 0), (2_000, (0, 0), 0, 120)],
)
def test_speed_is_the_least_that_it_can_have_been(
    metres: float, accuracies: tuple[float | None, float | None], minutes: int, kmh: float
) -> None:
    assert speed_between(metres, accuracies, timedelta(minutes=minutes)) == pytest.approx(kmh)
