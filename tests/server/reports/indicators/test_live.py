"""I11 and I12: sums of what the board tells, hidden wherever one of it is."""

from datetime import UTC, date, datetime

from geo.masking import shown_as
from geo.month_ends import Rate
from server.followups.board import Board
from server.followups.lists_for_pages import Phone
from server.reports.indicators.live import Live, heard_in, overdue, overdue_though_heard

TODAY = date(2026, 3, 2)


def line(overdue, due, able):
    cells = {"overdue": overdue, "due": due, "open": able}
    return {name: shown_as(0, "few") if one is None else shown_as(one) for name, one in cells.items()}


def live(heard=(), total=(25, 20, 15), **villages):
    return Live(Board({code: line(*cells) for code, cells in villages.items()}, line(*total)), heard)


def phone(number, villages, day):
    at = None if day is None else datetime(2026, day[0], day[1], 4, tzinfo=UTC)
    return Phone(number, f"p{number}", villages and frozenset(villages), at)


def test_the_town_and_its_clusters_are_sums_of_what_is_told():
    town, clusters = overdue(live(a=(10, 10, 0), b=(5, 5, 5), c=(10, 5, 10)), {"a": "N", "b": "N", "c": "S"})
    assert town == Rate(25, 60)
    assert clusters == {"N": Rate(15, 35), "S": Rate(10, 25)}


def test_what_is_hidden_there_hides_what_is_made_of_it():
    town, clusters = overdue(live(a=(None, 10, 0), b=(10, 5, 10)), {"a": "N", "b": "S"})
    assert town == Rate(25, 60) and clusters == {"N": Rate(why="complement"), "S": Rate(10, 25)}
    assert overdue(live(total=(None, 20, 15)), {})[0] == Rate(why="complement")
    assert overdue(live(total=(0, 5, 0)), {})[0] == Rate(why="few_people")


def test_overdue_where_the_phones_have_spoken():
    told = live(heard={"a"}, a=(10, 0, 0), b=(15, 0, 0))
    assert overdue_though_heard(told) == Rate(10, 25)
    assert overdue_though_heard(live(heard={"a"}, a=(10, 0, 0), b=(None, 0, 0))) == Rate(why="complement")


def test_a_village_is_heard_where_every_phone_that_goes_there_spoke_within_three_days():
    board = live(a=(1, 1, 1), b=(1, 1, 1), c=(1, 1, 1)).board
    phones = [phone(1, ["a", "b"], (2, 27)), phone(2, ["b"], (2, 26)), phone(3, ["b"], None)]
    assert heard_in(board, phones, TODAY) == {"a"}
    assert heard_in(board, [phone(1, None, (3, 2))], TODAY) == {"a", "b", "c"}
    assert heard_in(board, [], TODAY) == frozenset()
