"""What a board shows to those who care for the women in it: the numbers as they are."""

from server.followups.board import COLUMNS, exact, show_counts
from server.followups.queries import Counts


def test_the_care_team_reads_every_number_and_every_sum_of_a_worker_s_villages() -> None:
    board = show_counts({"a": Counts(overdue=2), "b": Counts(overdue=30), "c": Counts(overdue=40)})
    assert board.of_worker({"a", "c"})["overdue"] == exact(42)
    assert board.of_worker({"a"})["overdue"] == exact(2)
    assert board.of_worker(None) == board.total
    assert set(board.villages["a"]) == set(COLUMNS)
