"""Small numbers and stand-in points."""

import math

import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.crs import metres_between
from geo.masking import Shown, mask_point, suppress, suppress_band, suppress_table


@pytest.mark.parametrize(
    ("count", "of", "text", "reason"),
    [
        (0, None, "0", None),
        (1, None, "<5", "few"),
        (4, None, "<5", "few"),
        (5, None, "5", None),
        (12, None, "12", None),
        (0, 10, "0", None),
        (0, 9, "n<10", "few_people"),
        (9, 9, "n<10", "few_people"),
        (6, 9, "n<10", "few_people"),
        (3, 40, "<5", "few"),
        (40, 40, "withheld", "everybody"),
        (27, 31, "withheld", "by_subtraction"),
        (26, 31, "26", None),
        (0, 0, "n<10", "few_people"),
    ],
)
def test_a_count_is_shown_or_hidden_with_its_reason(count, of, text, reason):
    shown = suppress(count, of=of)
    assert shown == Shown(text, count if reason is None else None, reason is not None, reason)


@pytest.mark.parametrize(("count", "of"), [(-1, None), (3, 2)])
def test_what_cannot_be_a_count_is_an_error_not_a_number(count, of):
    with pytest.raises(ValueError, match="count"):
        suppress(count, of=of)


def test_another_k_is_honoured():
    assert suppress(9, k=10).text == "<10"
    assert suppress(10, k=10).text == "10"


def test_one_hidden_cell_takes_a_second_one_with_it():
    shown = suppress_table({"a": {"n": 3}, "b": {"n": 12}, "c": {"n": 30}})

    assert shown.cells["a"]["n"].text == "<5"
    assert shown.cells["b"]["n"] == Shown("withheld", None, True, "complement")
    assert shown.cells["c"]["n"].text == "30"
    assert shown.total.text == "45"


def test_a_table_without_small_numbers_is_shown_whole():
    shown = suppress_table({"a": {"x": 7, "y": 0}, "b": {"x": 12, "y": 5}})

    assert [[cell.text for cell in row.values()] for row in shown.cells.values()] == [["7", "0"], ["12", "5"]]
    assert [total.text for total in shown.row_totals.values()] == ["7", "17"]
    assert (shown.column_totals["x"].text, shown.column_totals["y"].text, shown.total.text) == ("19", "5", "24")


def test_no_more_is_hidden_than_must_be():
    """Row a hides 1 and its total; its 0 says nothing beyond that, and column y hides nothing."""
    shown = suppress_table({"a": {"x": 1, "y": 0}, "b": {"x": 7, "y": 9}, "c": {"x": 30, "y": 20}})

    assert {name: [cell.text for cell in row.values()] for name, row in shown.cells.items()} == {
        "a": ["<5", "0"],
        "b": ["withheld", "9"],
        "c": ["30", "20"],
    }


def test_two_hidden_ones_that_must_both_be_one_are_not_given_away_by_their_sum():
    shown = suppress_table({"a": {"n": 1}, "b": {"n": 1}, "c": {"n": 20}})

    assert shown.total.text == "22"
    assert shown.cells["c"]["n"].suppressed, "22 - 20 = 2 would say that both are exactly 1"


def test_four_and_four_are_not_given_away_by_their_sum():
    shown = suppress_table({"a": {"n": 4}, "b": {"n": 4}, "c": {"n": 20}, "d": {"n": 9}})
    assert shown.cells["d"]["n"].suppressed


def test_a_total_that_would_give_its_only_part_back_is_hidden_too():
    shown = suppress_table({"a": {"n": 2}})
    assert (shown.cells["a"]["n"].text, shown.row_totals["a"].text, shown.total.text) == ("<5", "<5", "<5")


def test_denominators_hide_small_villages():
    shown = suppress_table({"a": {"n": 6}, "b": {"n": 12}, "c": {"n": 30}}, denominators={
        "a": {"n": 8}, "b": {"n": 40}, "c": {"n": 90}
    })  # fmt: skip

    assert shown.cells["a"]["n"].text == "n<10"
    assert shown.cells["b"]["n"].reason == "complement"


@settings(max_examples=150)
@given(st.lists(st.integers(0, 12), min_size=1, max_size=4), st.integers(0, 25))
def test_no_column_with_its_total_lets_a_small_number_be_worked_out(small, large):
    """Tries every value that a reader can think of for each hidden cell: a small one must stay open."""
    counts = {str(i): {"n": count} for i, count in enumerate([*small, large])}
    shown = suppress_table(counts)
    cells = [row["n"] for row in shown.cells.values()]
    hidden = [cell for cell in cells if cell.suppressed]
    if not any(cell.reason == "few" for cell in hidden) or shown.total.value is None:
        return

    rest = shown.total.value - sum(cell.value or 0 for cell in cells)
    for cell in hidden:
        if cell.reason == "few":
            others = [other for other in hidden if other is not cell]
            possible = [value for value in range(1, 5) if rest - value in _sums(others, rest)]
            assert len(possible) > 1


def _sums(hidden: list[Shown], most: int) -> set[int]:
    """Every sum that these cells can have in a reader's mind: a small one is 1-4, a withheld one 5 or more."""
    sums = {0}
    for cell in hidden:
        values = range(1, 5) if cell.reason == "few" else range(5, most + 1)
        sums = {have + value for have in sums for value in values if have + value <= most}
    return sums


VILLAGE = shapely.box(105.00, 30.00, 105.02, 30.02)


def test_a_masked_point_lies_200_to_500_metres_away_in_the_same_village():
    for number in range(300):
        lon, lat = mask_point(105.009, 30.011, f"secret-{number}", VILLAGE)
        assert 199 < metres_between(105.009, 30.011, lon, lat) < 501
        assert shapely.intersects_xy(VILLAGE, lon, lat)


def test_masked_points_go_in_every_direction():
    turns = set()
    for number in range(200):
        lon, lat = mask_point(105.01, 30.01, f"secret-{number}", VILLAGE)
        turns.add(round(math.atan2(lat - 30.01, lon - 105.01) / math.tau * 8) % 8)
    assert turns == set(range(8))


def test_asking_again_does_not_average_out():
    first = mask_point(105.01, 30.01, "secret-1", VILLAGE)
    assert {mask_point(105.01, 30.01, "secret-1", VILLAGE) for _ in range(5)} == {first}
    assert mask_point(105.01, 30.01, "secret-2", VILLAGE) != first


def test_a_home_at_the_border_is_not_masked_into_the_next_village():
    for number in range(200):
        lon, lat = mask_point(105.0001, 30.0001, f"secret-{number}", VILLAGE)
        assert shapely.intersects_xy(VILLAGE, lon, lat)


def test_a_hamlet_of_few_homes_is_shown_at_the_village_committee():
    assert mask_point(105.01, 30.01, "s", VILLAGE, committee=(105.005, 30.015), homes_near=9) == (105.005, 30.015)
    assert mask_point(105.01, 30.01, "s", VILLAGE, committee=(105.005, 30.015), homes_near=10) != (105.005, 30.015)


def test_a_village_without_room_for_the_ring_shows_its_middle():
    tiny = shapely.box(105.0, 30.0, 105.001, 30.001)
    assert mask_point(105.0005, 30.0005, "s", tiny) == pytest.approx((105.0005, 30.0005))


@pytest.mark.parametrize(
    ("count", "people", "of", "text", "reason"),
    [
        (0, 0, 10, "0", None),
        (1, 1, 30, "1-4", None),
        (4, 4, 30, "1-4", None),
        (5, 5, 30, "5-9", None),
        (9, 9, 30, "5-9", None),
        (10, 10, 30, "10+", None),
        (500, 20, 30, "10+", None),
        (0, 0, 9, "n<10", "few_people"),
        (0, 0, 0, "n<10", "few_people"),
        (12, 12, 12, "withheld", "everybody"),
        (9, 9, 12, "withheld", "by_subtraction"),
        (6, 2, 30, "withheld", "few"),
    ],
)
def test_a_band_is_shown_only_where_the_people_behind_it_may_be(
    count: int, people: int, of: int, text: str, reason: str | None
) -> None:
    shown = suppress_band(count, people, of)
    assert (shown.text, shown.reason, shown.suppressed) == (text, reason, reason is not None)
    assert shown.value is None, "a band never brings its number along"
