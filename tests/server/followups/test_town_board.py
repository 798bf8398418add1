"""What a board shows to those who care for nobody in it: no small number, and none that gives one back."""

from hypothesis import given
from hypothesis import strategies as st

from geo.masking import shown_as
from geo.releasing import release
from server.followups.board import COLUMNS, Board
from server.followups.overdue import Overdue
from server.followups.town_board import ELSEWHERE, board_of, gathered, told_band


def a_board(overdue: dict[str, int], people: dict[str, int], has_others: bool = False) -> Board:
    codes = [*overdue, ELSEWHERE]
    lines = {column: release(gathered({}, codes), people=people)[0] for column in COLUMNS}
    lines["overdue"] = release(gathered(overdue, codes), people=people)[0]
    return board_of(lines, has_others)


def test_more_visits_than_people_break_nothing() -> None:
    board = a_board({"a": 30}, {"a": 12})
    assert set(board.villages["a"]) == set(COLUMNS)
    assert board.villages["a"]["overdue"].value is None


def test_nobody_in_a_small_village_is_not_told_either() -> None:
    board = a_board({"a": 0, "b": 40}, {"a": 9, "b": 80})
    assert {shown.text for shown in board.villages["a"].values()} == {"n<10"}


def test_what_waits_outside_of_the_villages_has_a_row_of_its_own_where_there_is_any() -> None:
    assert ELSEWHERE not in a_board({"a": 30}, {"a": 100}).villages
    assert ELSEWHERE in a_board({"a": 30}, {"a": 100}, has_others=True).villages


def test_a_band_says_no_more_than_the_board() -> None:
    late = Overdue(tasks=12, late=12, people=90)
    assert told_band(shown_as(12), late).text == "10+"
    assert told_band(shown_as(7), late).text == "5-9", "the board's number, which moves in steps"
    assert told_band(shown_as(3, "few"), late).text == "1-4"
    assert told_band(shown_as(12, "complement"), late).text == "withheld", (
        "with the total it would say how many are few"
    )
    assert told_band(shown_as(12), Overdue(tasks=12, late=2, people=90)).text == "withheld", "of two people"
    assert told_band(shown_as(0, "few_people"), late).text == "n<10"


@given(st.lists(st.tuples(st.integers(0, 40), st.integers(0, 120)), min_size=1, max_size=8))
def test_no_number_under_five_and_none_of_few_people_is_ever_shown(villages: list[tuple[int, int]]) -> None:
    counts = {str(number): many for number, (many, _people) in enumerate(villages)}
    people = {str(number): of for number, (_many, of) in enumerate(villages)}
    board = a_board(counts, people)
    for code, line in board.villages.items():
        value = line["overdue"].value
        assert value is None or (people[code] >= 10 and value in (0, counts[code]) and value not in range(1, 5))
