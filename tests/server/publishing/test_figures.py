from geo.masking import shown_as
from server.publishing.figures import show_exactly, show_told
from server.publishing.queries import FormFigures
from tests.conftest import MORNING


def test_who_reads_no_records_is_told_one_number_and_neither_states_nor_days() -> None:
    shown = show_told(shown_as(32), None)
    assert (shown.submissions.value, shown.last_submission, shown.created_by) == (32, None, None)
    assert {one.value for one in shown.review_states.values()} == {None}


def test_who_reads_the_records_reads_their_number() -> None:
    shown = show_exactly(FormFigures(3, MORNING, {None: 2, "approved": 1}))
    assert (shown.submissions.value, shown.last_submission) == (3, MORNING)
    assert {state: one.value for state, one in shown.review_states.items()} == {
        "received": 2,
        "hasIssues": 0,
        "edited": 0,
        "approved": 1,
        "rejected": 0,
    }
