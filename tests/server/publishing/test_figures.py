from server.publishing.figures import show_exactly, show_guarded
from server.publishing.queries import FormFigures
from tests.conftest import MORNING


def test_few_records_are_few_and_their_day_is_hidden_too() -> None:
    shown = show_guarded(FormFigures(3, MORNING, {None: 3}))
    assert (shown.submissions.text, shown.submissions.value, shown.last_submission) == ("<5", None, None)
    assert shown.review_states["received"].value is None


def test_what_a_total_would_give_back_is_hidden_as_well() -> None:
    shown = show_guarded(FormFigures(32, MORNING, {None: 30, "hasIssues": 2}))
    assert (shown.submissions.value, shown.last_submission) == (32, MORNING)
    assert (shown.review_states["hasIssues"].value, shown.review_states["received"].value) == (None, None)


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
