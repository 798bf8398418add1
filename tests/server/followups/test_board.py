"""What a board shows to those who care for nobody in it: no small number, and none that gives one back."""

from hypothesis import given
from hypothesis import strategies as st

from server.followups.board import COLUMNS, exact, show_counts
from server.followups.queries import Counts


def test_a_worker_s_sum_with_a_hidden_part_is_hidden():
    counts = {"a": Counts(overdue=2), "b": Counts(overdue=30), "c": Counts(overdue=40), "d": Counts(overdue=50)}
    board = show_counts(counts, dict.fromkeys(counts, 100), is_care_team=False)
    shown = {code: line["overdue"].text for code, line in board.villages.items()}
    assert shown == {"a": "<5", "b": "withheld", "c": "40", "d": "50"}
    assert board.of_worker({"c", "d"})["overdue"].text == "90"
    assert board.of_worker({"a", "c"})["overdue"].text == "withheld"
    assert board.of_worker({"a"})["overdue"].text == "<5"
    assert board.of_worker(None) == board.total
    assert show_counts(counts, {}, is_care_team=True).of_worker({"a", "c"})["overdue"] == exact(42)


def test_more_visits_than_people_break_nothing():
    board = show_counts({"a": Counts(open=30)}, {"a": 12}, is_care_team=False)
    assert set(board.villages["a"]) == set(COLUMNS)
    assert board.villages["a"]["open"].value is None


def test_nobody_in_a_small_village_is_not_told_either():
    board = show_counts({"a": Counts(), "b": Counts(due=40)}, {"a": 9, "b": 80}, is_care_team=False)
    assert {shown.text for shown in board.villages["a"].values()} == {"n<10"}


@given(st.lists(st.tuples(st.integers(0, 40), st.integers(0, 120)), min_size=1, max_size=8))
def test_no_number_under_five_and_none_of_few_people_is_ever_shown(villages):
    counts = {str(number): Counts(overdue=many) for number, (many, _people) in enumerate(villages)}
    people = {str(number): of for number, (_many, of) in enumerate(villages)}
    board = show_counts(counts, people, is_care_team=False)
    for code, line in board.villages.items():
        value = line["overdue"].value
        assert value is None or (people[code] >= 10 and value in (0, counts[code].overdue) and value not in range(1, 5))
    hidden = [code for code, line in board.villages.items() if line["overdue"].value is None]
    assert len(hidden) != 1 or board.total["overdue"].value is None, "the total would give the only hidden one back"
