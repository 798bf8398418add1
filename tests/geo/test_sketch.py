"""A picture of outlines: north up, one scale, no more corners than an eye tells."""

import re

import numpy as np
import pytest
import shapely

from geo.sketch import sketch

SQUARE = shapely.box(105.00, 30.00, 105.02, 30.02)


def corners(path: str) -> list[tuple[float, float]]:
    return [(float(x), float(y)) for x, y in re.findall(r"([\d.]+) ([\d.]+)", path)]


def test_north_is_up_and_both_directions_have_one_scale() -> None:
    found = sketch({"new": [SQUARE]}, [("村", SQUARE)])
    xs, ys = zip(*corners(found.layers["new"]), strict=True)
    wide, high = max(xs) - min(xs), max(ys) - min(ys)
    assert high / wide == pytest.approx(110_852 / 96_476, rel=0.01)
    assert (found.width, found.height) == (600, pytest.approx(high + 24, abs=0.2))
    assert found.names[0][0] == "村" and found.names[0][1] == pytest.approx(300, abs=1)


def test_what_lies_north_is_drawn_above() -> None:
    north = shapely.box(105.00, 30.03, 105.02, 30.04)
    found = sketch({"south": [SQUARE], "north": [north]})
    assert max(y for _, y in corners(found.layers["north"])) < min(y for _, y in corners(found.layers["south"]))


def test_a_circle_of_ten_thousand_corners_is_drawn_with_few() -> None:
    turn = np.linspace(0, 2 * np.pi, 10_000)
    circle = shapely.Polygon(np.column_stack((105 + 0.01 * np.cos(turn), 30 + 0.01 * np.sin(turn))))
    assert len(corners(sketch({"new": [circle]}).layers["new"])) < 150


def test_an_outline_that_crosses_itself_is_drawn_as_it_is() -> None:
    bow = shapely.Polygon([(105.02, 30.00), (105.04, 30.02), (105.04, 30.00), (105.02, 30.02)])
    assert len(corners(sketch({"drawn": [bow]}).layers["drawn"])) == 5


def test_nothing_is_an_empty_picture() -> None:
    assert sketch({"new": []}).layers == {}
