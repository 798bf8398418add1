"""Rates month by month: whoever keeps every table and subtracts learns of nobody."""

import numpy
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from geo.month_ends import SIDES, Memory, Month, Part, Rate, release_month, why_hidden

Clusters = dict[str, str]
Counts = dict[str, tuple[int, int]]
ONE: Clusters = dict.fromkeys("abc", "")


def part(done: int, missed: int) -> Part:
    """Each thing is of another person."""
    return Part(done, missed, done, missed, done + missed)


def tell(months: list[Counts], clusters: list[Clusters] | None = None) -> list[tuple[Month, Memory]]:
    memory, found = Memory(), []
    for number, counts in enumerate(months):
        cluster_of = clusters[number] if clusters else dict.fromkeys(counts, "")
        month, memory = release_month({key: part(*one) for key, one in counts.items()}, cluster_of, memory)
        found.append((month, memory))
    return found


def shown(rate: Rate) -> str:
    return rate.why or f"{rate.done}/{rate.of}"


def test_a_village_s_rate_is_told_with_how_many_it_is_of() -> None:
    ((month, _),) = tell([{"a": (20, 10), "b": (40, 8)}])
    assert [shown(month.villages[key]) for key in "ab"] == ["20/30", "40/48"]
    assert shown(month.clusters[""]) == shown(month.town) == "60/78"
    assert month.villages["a"].percent == 66


@pytest.mark.parametrize(
    ("one", "why"),
    [
        (part(6, 3), "few_people"),  # of nine
        (part(27, 4), "few"),  # four by subtraction
        (part(3, 20), "few"),
        (part(30, 0), "everybody"),
        (part(0, 9), "few_people"),
        (part(0, 12), "everybody"),
        (Part(20, 10, 4, 3, 6), "few_people"),  # many visits of six people
        (Part(20, 10, 12, 3, 14), "few"),  # ten visits missed, of three people
    ],
)
def test_a_rate_needs_ten_people_and_five_on_either_side(one: Part, why: str | None) -> None:
    assert why_hidden(one) == why


def test_what_is_hidden_is_not_the_rest_of_its_cluster() -> None:
    ((month, _),) = tell([{"a": (6, 3), "b": (20, 10), "c": (40, 20)}])
    assert [shown(month.villages[key]) for key in "abc"] == ["few_people", "complement", "40/60"]
    assert shown(month.clusters[""]) == "66/99"


def test_a_cluster_is_told_where_its_villages_are_not() -> None:
    small = {"a": (6, 3), "b": (7, 2), "c": (20, 10)}
    ((month, _),) = tell([small], [{"a": "南", "b": "南", "c": "北"}])
    assert [shown(month.villages[key]) for key in "abc"] == ["few_people", "few_people", "20/30"]
    assert {name: shown(one) for name, one in month.clusters.items()} == {"南": "13/18", "北": "20/30"}
    assert shown(month.town) == "33/48"


def test_next_month_moves_by_five_or_not_at_all() -> None:
    first, second, third = (month for month, _ in tell([{"a": (20, 10)}, {"a": (23, 11)}, {"a": (26, 14)}]))
    assert [shown(one.villages["a"]) for one in (first, second, third)] == ["20/30", "20/30", "26/36"]


def test_a_village_that_goes_to_another_cluster_takes_along_what_is_known_of_it() -> None:
    clusters = [{"a": "南", "b": "南", "c": "北"}, {"a": "北", "b": "南", "c": "北"}]
    counts = {"a": (20, 10), "b": (30, 10), "c": (40, 10)}
    (first, _), (second, _) = tell([counts, {**counts, "a": (22, 10)}], clusters)
    assert shown(first.villages["a"]) == shown(second.villages["a"]) == "20/30"
    assert shown(second.clusters["北"]) == "60/80"


numbers = st.one_of(st.integers(0, 12), st.integers(0, 40))
tables = st.lists(
    st.tuples(
        st.fixed_dictionaries({key: st.tuples(numbers, numbers) for key in "abcd"}),
        st.fixed_dictionaries({key: st.sampled_from(["南", "南", "北"]) for key in "abcd"}),
    ),
    min_size=1,
    max_size=4,
)


@settings(max_examples=60, deadline=None)
@given(tables)
@example([({"a": (6, 3), "b": (20, 10), "c": (40, 20), "d": (0, 0)}, dict.fromkeys("abcd", "南"))])
def test_no_tables_together_give_a_hidden_number_back(months: list[tuple[Counts, Clusters]]) -> None:
    told = tell([counts for counts, _ in months], [clusters for _, clusters in months])
    for side in SIDES:
        sums, seen = [], set()
        for (month, memory), (counts, clusters) in zip(told, months, strict=True):
            names = {key: f"{key}#{memory.told[side].moves.get(key, 0)}" for key in counts}
            seen |= {names[key] for key in counts if month.villages[key].done is not None}
            lines = {name: [key for key in counts if clusters[key] == name] for name in month.clusters}
            sums += [
                [names[key] for key in keys if month.villages[key].done is None]
                for name, keys in lines.items()
                if month.clusters[name].done is not None
            ]
        hidden = [[name for name in one if name not in seen] for one in sums]
        assert not determined([one for one in hidden if one])


def determined(sums: list[list[str]]) -> list[str]:
    """The names whose number follows from these sums: those that stand alone in a combination of them."""
    names = sorted({name for one in sums for name in one})
    if not names:
        return []
    table = numpy.array([[name in one for name in names] for one in sums], dtype=float)
    rank = numpy.linalg.matrix_rank(table)
    alone = numpy.eye(len(names))
    return [name for at, name in enumerate(names) if numpy.linalg.matrix_rank(numpy.vstack([table, alone[at]])) == rank]


@settings(max_examples=60, deadline=None)
@given(tables)
def test_one_month_and_the_next_never_differ_by_less_than_five(
    months: list[tuple[Counts, Clusters]],
) -> None:
    fixed = months[0][1]  # clusters stay: a total of other villages is another number
    last: dict[tuple[str, str], int] = {}
    for month, _ in tell([counts for counts, _ in months], [fixed] * len(months)):
        rates = {**month.villages, **{f"cluster {name}": one for name, one in month.clusters.items()}}
        for key, rate in rates.items():
            if rate.done is None or rate.of is None:
                for side in SIDES:
                    last.pop((key, side), None)  # by as many went as came, or more: it is about others
                continue
            assert rate.of >= 10 and rate.of - rate.done >= 5 and (rate.done == 0 or rate.done >= 5)
            for side, number in (("done", rate.done), ("missed", rate.of - rate.done)):
                moved = abs(number - last.get((key, side), number))
                assert moved == 0 or moved >= 5, (key, side)
                last[key, side] = number
