"""What somebody can work out of sums."""

import math

import pytest

from geo.subtracting import Sum, can_work_out

FEW, MORE = (1, 4), (5, math.inf)


@pytest.mark.parametrize(
    ("sums", "ranges", "out"),
    [
        ([("a", 3)], {"a": FEW}, True),
        ([("ab", 15)], {"a": FEW, "b": MORE}, False),
        ([("ab", 6)], {"a": FEW, "b": MORE}, True),
        ([("ab", 8)], {"a": FEW, "b": FEW}, True),
        ([("ab", 2)], {"a": FEW, "b": FEW}, True),
        ([("ab", 5)], {"a": FEW, "b": FEW}, False),
        ([("abd", 14), ("ad", 11)], {"a": FEW, "b": FEW, "d": MORE}, True),
        ([("abd", 14), ("acd", 21)], {"a": FEW, "b": FEW, "c": MORE, "d": MORE}, False),
        ([("ab", 20), ("bc", 20), ("ac", 20)], {"a": MORE, "b": MORE, "c": MORE}, True),
        ([("ab", 20), ("cd", 20), ("abcd", 40)], dict.fromkeys("abcd", MORE), False),
        ([], {}, False),
    ],
)
def test_sums_are_solved_together_and_each_is_held_against_what_is_known(
    sums: list[tuple[str, int]], ranges: dict[str, tuple[float, float]], out: bool
) -> None:
    assert can_work_out([Sum(frozenset(parts), total) for parts, total in sums], ranges) is out
