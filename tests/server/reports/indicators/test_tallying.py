"""Cases into numbers, by how many people they are of."""

from geo.month_ends import Part
from server.reports.indicators.tallying import Case, for_places, tally, tally_town

CASES = [Case("w1", "S", True), Case("w1", "S", True), Case("w2", "S", False), Case("w3", "N", False)]


def test_things_and_people_are_counted_by_place():
    assert tally(CASES) == {"S": Part(2, 1, 1, 1, 2), "N": Part(0, 1, 0, 1, 1)}
    assert tally_town(CASES) == {"": Part(2, 2, 1, 2, 3)}
    assert tally_town([]) == {}


def test_a_place_without_any_has_none():
    assert for_places(tally(CASES), ["N", "W"]) == {"N": Part(0, 1, 0, 1, 1), "W": Part()}
