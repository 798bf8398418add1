"""Geo answers as phones send them, and as they should never have been sent."""

import math
import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from geo.errors import UnreadableGeometry
from geo.odk_text import MAX_POINTS, Place, read_geometry, read_position, write_point


@pytest.mark.parametrize(
    ("text", "lonlat", "altitude", "accuracy"),
    [
        ("30.12345 104.5 512.3 4.7", (104.5, 30.12345), 512.3, 4.7),
        ("30.12345 104.5 0 0", (104.5, 30.12345), 0.0, None),
        ("30.12345 104.5 0.0 0.0;", (104.5, 30.12345), 0.0, None),
        ("30.12345 104.5", (104.5, 30.12345), None, None),
        ("30.12345 104.5 512", (104.5, 30.12345), 512.0, None),
        ("  -30.5   -104.25\t1 2\n", (-104.25, -30.5), 1.0, 2.0),
        ("1.0E-5 104 0 3", (104.0, 0.00001), 0.0, 3.0),
        ("30 104 1e400 4.7", (104.0, 30.0), None, 4.7),
        ("30 104 NaN -3", (104.0, 30.0), None, None),
        ("90 180 0 5", (180.0, 90.0), 0.0, 5.0),
    ],
)
def test_a_point_is_read_with_what_the_phone_knew_of_it(text, lonlat, altitude, accuracy):
    found = read_geometry(text, "point")

    assert (found.geometry.x, found.geometry.y) == lonlat
    assert (found.altitude, found.accuracy, found.kind) == (altitude, accuracy, "point")


@pytest.mark.parametrize(
    "text",
    [
        *("", " ", ";", "30", "30,104", "NaN 104 0 0", "30 nan 0 0", "inf 104", "30 1e400 0 0", "1e400 104"),
        *(
            "91 104",
            "30 180.1",
            "-90.0001 0",
            "30 104 1 2 3",
            "1_0 104",
            "３０ 104",
            "abc def",
            "0x10 104",
            "30 104;30 105",
            "30 104 1 2" + " " * 200,
        ),
    ],
)
def test_what_is_no_place_is_not_read_as_a_point(text):
    with pytest.raises(UnreadableGeometry):
        read_geometry(text, "point")


@pytest.mark.parametrize("separator", [";", "; ", " ;", ";;"])
@pytest.mark.parametrize("end", ["", ";", "; "])
def test_a_trace_is_read_whatever_stands_between_its_points(separator, end):
    found = read_geometry(separator.join(["30 104 1 2", "30.1 104.1 3 9", "30.2 104.2 0 0"]) + end, "trace")

    assert list(found.geometry.coords) == [(104.0, 30.0), (104.1, 30.1), (104.2, 30.2)]
    assert found.accuracies == [2.0, 9.0, None]
    assert found.accuracy == 9.0


def test_bad_points_of_a_trace_are_skipped_and_counted():
    found = read_geometry("30 104; NaN 1; 91 0; 30.1 104.1 0 5; x", "trace")

    assert list(found.geometry.coords) == [(104.0, 30.0), (104.1, 30.1)]
    assert found.skipped == 3


@pytest.mark.parametrize(
    "text", ["30 104 0 0; 31 104; 31 105; 30 104", "30 104;31 104;31 105", "30 104;31 104;31 105;"]
)
def test_a_shape_ends_where_it_began_even_if_the_phone_forgot(text):
    found = read_geometry(text, "shape")

    assert list(found.geometry.exterior.coords) == [(104, 30), (104, 31), (105, 31), (104, 30)]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("30 104;x", "trace"),
        ("30 104; 31 104", "shape"),
        ("30 104; 31 104; 30 104", "shape"),
        ("30 104;30 104;30 104;30 104", "shape"),
        ("x;y", None),
        (";;;", None),
    ],
)
def test_too_few_good_points_make_no_line_and_no_area(text, kind):
    with pytest.raises(UnreadableGeometry):
        read_geometry(text, kind)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("30 104", "point"),
        ("30 104;", "point"),
        ("30 104;31 104", "trace"),
        ("30 104;31 104;31 105", "trace"),
        ("30 104;31 104;30 104", "trace"),
        ("30 104;31 104;31 105;30 104", "shape"),
    ],
)
def test_the_kind_is_told_from_the_text_when_nobody_says_it(text, kind):
    assert read_geometry(text).kind == kind


def test_a_line_of_endless_points_is_refused_before_it_is_read():
    with pytest.raises(UnreadableGeometry, match="more than"):
        read_geometry("30 104;" * (MAX_POINTS + 2), "trace")


@pytest.mark.parametrize("text", ["9" * 1_000_000, "30 " + "1" * 1_000_000, " " * 1_000_000, "1." * 500_000])
def test_a_hostile_number_is_refused_at_once(text):
    started = time.process_time()
    with pytest.raises(UnreadableGeometry):
        read_geometry(text, "point")
    assert time.process_time() - started < 1


def test_an_error_quotes_no_more_than_the_beginning_of_an_answer():
    with pytest.raises(UnreadableGeometry) as raised:
        read_geometry("9" * 100_000, "point")

    assert len(raised.value.message) < 200


@given(
    st.floats(-180, 180, allow_subnormal=False),
    st.floats(-90, 90, allow_subnormal=False),
    st.floats(0.1, 9000),
    st.floats(0.1, 9000),
)
def test_a_written_point_reads_back_as_the_same_place(lon, lat, altitude, accuracy):
    found = read_geometry(write_point(lon, lat, altitude, accuracy), "point")

    assert math.isclose(found.geometry.x, lon, abs_tol=1e-11)
    assert math.isclose(found.geometry.y, lat, abs_tol=1e-11)
    assert (found.altitude, found.accuracy) == (altitude, accuracy)


NUMBERS = "0 1 7 9 30.5 104.25 -0 90 180 180.1 + - . 5. .5 e E ; _ , 0x1 inf nan NaN Infinity 1e400 1e-5 1_0 ３ ² ٣"
BLANKS = [" ", "  ", "\t", "\n", "\x0b", "\x1c", "\x85", "\u3000", "\xa0"]
PIECES = st.sampled_from([*NUMBERS.split(" "), *BLANKS])


def place_or_none(text: str) -> str | None:
    try:
        return repr(read_position(text))
    except UnreadableGeometry:
        return None


@given(st.lists(PIECES, max_size=12).map("".join) | st.lists(PIECES, min_size=2, max_size=5).map(" ".join))
@example("30 104 5 ")
@example("30 104 5 1 2")
@example("30 104 - 5")
@example("30 104 1_0 5")
@example("30 104 .5 5.")
@example("-0 -0 -0 -0")
@example("30 104 -5 -1")
@example("90.0 180.0 +1 +2")
@example("90.1 180 1 2")
def test_four_simple_numbers_are_read_in_haste_as_they_are_read_with_care(text):
    """A tab behind them is no part of the place, but is not simple either."""
    assert place_or_none(text) == place_or_none(text + "\t")


@pytest.mark.parametrize("place", [(math.nan, 0), (0, math.inf), (181, 0), (0, -91)])
def test_what_is_no_place_is_not_written(place):
    with pytest.raises(UnreadableGeometry):
        write_point(*place)


@given(st.text(max_size=60), st.sampled_from(["point", "trace", "shape", None]))
def test_any_text_is_a_place_or_a_clear_refusal(text, kind):
    try:
        found = read_geometry(text, kind)
    except UnreadableGeometry:
        return
    west, south, east, north = found.geometry.bounds
    assert -180 <= west <= east <= 180
    assert -90 <= south <= north <= 90


NUMBERS = (
    "30",
    "104.5",
    "-0.75",
    ".5",
    "5.",
    "+7",
    "-3",
    "0",
    "91",
    "181",
    ".",
    "+-5",
    "1.2.3",
    "",
    "9" * 199,
    "x",
    "1e3",
)


def position(text: str) -> Place | None:
    try:
        return read_position(text)
    except UnreadableGeometry:
        return None


@given(st.lists(st.sampled_from(NUMBERS), max_size=6))
def test_numbers_with_single_spaces_are_read_as_with_any_others(numbers: list[str]) -> None:
    assert position(" ".join(numbers)) == position("\t".join(numbers))
