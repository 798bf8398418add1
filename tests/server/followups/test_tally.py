from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from server.followups.due import END_STATES, TASK_STATES
from server.followups.tally import DONE, KEPT, STOPPED, add_tally, last_tally
from server.models import FollowUpTally
from tests.server.followups.staff import MORNING, a_follow_up, a_staff


def test_every_state_is_of_one_kind() -> None:
    assert {*TASK_STATES, *END_STATES, "superseded"} == {*TASK_STATES, *DONE, *STOPPED}
    assert len({*TASK_STATES, *DONE, *STOPPED}) == len(TASK_STATES) + len(DONE) + len(STOPPED)


def test_what_was_asked_for_is_waiting_done_or_stopped(db: Session) -> None:
    staff = a_staff(db)
    for state in (*TASK_STATES, *END_STATES, "superseded"):
        a_follow_up(db, staff, state=state, ended=state not in TASK_STATES)
    tally = add_tally(db, MORNING)
    assert (tally.created, tally.waiting, tally.done, tally.stopped) == (12, 4, 3, 5)
    assert tally.holds


@pytest.mark.parametrize(("state", "ended"), [("overdue", True), ("done_late", False), ("lost", True)])
def test_a_row_that_says_two_things_of_itself_does_not_add_up(db: Session, state: str, ended: bool) -> None:
    staff = a_staff(db)
    a_follow_up(db, staff)
    a_follow_up(db, staff, state=state, ended=ended)
    assert not add_tally(db, MORNING).holds


def test_the_last_counts_are_kept(db: Session) -> None:
    assert last_tally(db) is None
    for day in range(KEPT + 3):
        add_tally(db, MORNING + timedelta(days=day))
    assert db.scalar(select(func.count()).select_from(FollowUpTally)) == KEPT
    found = last_tally(db)
    assert found is not None
    assert (found.counted_at, found.created, found.holds) == (MORNING + timedelta(days=KEPT + 2), 0, True)
