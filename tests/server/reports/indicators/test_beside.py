"""Rates of one family side by side: no two of them give a small number."""

import itertools

from hypothesis import given
from hypothesis import strategies as st

from geo.month_ends import Memory, Month, Part, Rate, release_month
from server.reports.indicators.beside import HIDDEN, Beside, hide_near


def a_month(town, **clusters):
    return Month({}, clusters, town)


def test_rates_that_differ_by_five_or_nothing_stay():
    month = a_month(Rate(20, 40), S=Rate(20, 40))
    assert hide_near(month, [Beside(a_month(Rate(25, 40), S=Rate(25, 40)), nested=True)]) == month
    assert hide_near(month, [Beside(month, nested=True)]) == month


def test_a_town_that_is_near_is_hidden_with_its_clusters_that_would_give_it_back():
    month = a_month(Rate(20, 40), S=Rate(10, 20), N=Rate(10, 20))
    other = a_month(Rate(22, 40), S=HIDDEN, N=HIDDEN)
    found = hide_near(month, [Beside(other, nested=True)])
    assert found == a_month(HIDDEN, S=HIDDEN, N=HIDDEN)


def test_a_cluster_that_is_near_is_hidden_with_the_town():
    month = a_month(Rate(60, 100), S=Rate(10, 20), N=Rate(50, 80))
    found = hide_near(month, [Beside(a_month(Rate(82, 140), S=Rate(12, 30), N=Rate(70, 110)), nested=True)])
    assert found == a_month(HIDDEN, S=HIDDEN, N=Rate(50, 80))


def test_of_two_that_are_no_part_of_each_other_only_the_denominators_are_held_against_each_other():
    month = a_month(Rate(20, 40))
    assert hide_near(month, [Beside(a_month(Rate(22, 40)), nested=False)]) == month
    assert hide_near(month, [Beside(a_month(Rate(30, 42)), nested=False)]).town == HIDDEN


def test_what_was_hidden_keeps_its_reason():
    few = Rate(why="few_people")
    month = a_month(Rate(20, 40), S=few, N=Rate(20, 40))
    assert hide_near(month, [Beside(a_month(Rate(22, 40)), nested=True)]).clusters["S"] == few


numbers = st.integers(0, 40)
places = st.fixed_dictionaries({"N": st.tuples(numbers, numbers, numbers), "S": st.tuples(numbers, numbers, numbers)})


@given(st.lists(places, min_size=1, max_size=4))
def test_no_two_windows_and_no_two_rates_of_nested_people_give_a_small_number(ends):
    """All births, and those of some of them: (done by both, missed by both, missed by the first and in no other)."""
    outer, inner = Memory(), Memory()
    told: list[tuple[Month, Month]] = []
    for at_end in ends:
        first = {place: part(done, missed + out) for place, (done, missed, out) in at_end.items()}
        second = {place: part(done, missed) for place, (done, missed, _) in at_end.items()}
        line, outer = release_month(first, dict.fromkeys(first, ""), outer)
        whole = Month({}, line.villages, line.town)
        line, inner = release_month(second, dict.fromkeys(second, ""), inner)
        known = [Beside(one, nested=True) for one in (whole, *(before for before, _ in told[-1:]))]
        told.append((whole, hide_near(Month({}, line.villages, line.town), known)))
    for one, other in told:
        for place in (None, "N", "S"):
            assert_no_small(rate_at(one, place), rate_at(other, place))
    for series in zip(*told, strict=True):
        for before, after in itertools.pairwise(series):
            for place in (None, "N", "S"):
                assert_no_small(rate_at(before, place), rate_at(after, place))


def part(done, missed):
    return Part(done, missed, done, missed, done + missed)


def rate_at(month, place):
    return month.town if place is None else month.clusters[place]


def assert_no_small(one, other):
    if one.done is None or other.done is None:
        return
    for apart in (one.done - other.done, (one.of - one.done) - (other.of - other.done)):
        assert apart == 0 or abs(apart) >= 5, (one, other)
