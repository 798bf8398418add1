"""Many records go back with one reason: each to its sender, what cannot go is told with why, and all of it is taken back."""

from datetime import timedelta

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.orm import Session

from server.db import Database
from server.errors import MissingParameter
from server.intake import batches
from server.intake.batches import Decision, Progress, begin_batch, list_left, stop_batch, undo_batch, work_on
from server.intake.returning import return_record
from server.intake.returning_many import FORM_CLOSED, MEANWHILE, NO_PHONE, RETURN, WITH_PHONE
from server.intake.review import delete_submission, set_review_state
from server.models import AppUser, Form, Project, ReturnedRecord, ReviewBatch, Submission, SubmissionComment
from tests.client import Client
from tests.conftest import MORNING
from tests.making import a_record
from tests.server.intake.test_batches import scope_in

WHY = "门牌不对，请再看一看"
LATER = MORNING + timedelta(minutes=2)


@pytest.fixture
def four(phone: Client, project_id: int, database: Database) -> list[int]:
    """Four records of one phone; their ids."""
    for _ in range(4):
        phone.send(project_id, a_record())
    with database.reading() as db:
        return list(db.scalars(select(Submission.id).order_by(Submission.id)))


def begin(db: Session, project_id: int, by: int, ids: list[int], reason: str = WHY) -> ReviewBatch:
    project, scope = db.get_one(Project, project_id), scope_in(project_id)
    return begin_batch(db, project, scope, Decision(RETURN, reason=reason), ids, by, MORNING)


def undo(db: Session, project_id: int, batch_id: int, by: int) -> Progress:
    return work_on(db, undo_batch(db, scope_in(project_id), db.get_one(ReviewBatch, batch_id), by, LATER), LATER)


def states(db: Session, ids: list[int]) -> list[str | None]:
    return [db.get_one(Submission, one).review_state for one in ids]


def record(db: Session, number: int) -> Submission:
    return db.get_one(Submission, number)


def test_each_goes_back_with_the_one_reason_and_is_as_before_when_that_is_undone(
    four: list[int], project_id: int, cast: dict[str, int], database: Database
) -> None:
    with database.transaction() as db:
        set_review_state(db, record(db, four[1]), "approved", cast["bob"], MORNING)
        batch = begin(db, project_id, cast["bob"], four[:2])
        progress = work_on(db, batch, MORNING)
        assert (progress.done, progress.left) == (2, 0)
        number = batch.id
        back = db.scalars(select(ReturnedRecord).where(ReturnedRecord.ended_at.is_(None))).all()
        assert sorted(one.submission_id for one in back) == four[:2] and {one.by_id for one in back} == {cast["bob"]}
        assert db.scalars(select(SubmissionComment.body)).all() == [WHY, WHY]
        assert states(db, four) == ["hasIssues", "hasIssues", None, None]
    with database.transaction() as db:
        assert undo(db, project_id, number, cast["bob"]).done == 2
        assert states(db, four) == [None, "approved", None, None]
        assert {one.ended_how for one in db.scalars(select(ReturnedRecord))} == {"taken_back"}


def test_what_cannot_go_back_stays_and_each_is_told_with_why(
    four: list[int], project_id: int, cast: dict[str, int], database: Database
) -> None:
    with database.transaction() as db:
        return_record(db, record(db, four[0]), "以前的原因", cast["bob"], MORNING)
        batch = begin(db, project_id, cast["bob"], four)
        set_review_state(db, record(db, four[1]), "approved", cast["bob"], MORNING)
        delete_submission(db, record(db, four[2]), cast["bob"], MORNING)
        progress = work_on(db, batch, LATER)
        assert (progress.done, progress.left) == (1, 3)
        told = {four[0]: WITH_PHONE, four[1]: MEANWHILE, four[2]: MEANWHILE}
        assert list_left(db, batch, 10) == told
        assert len(list_left(db, batch, 2)) == 2
        assert db.scalars(select(SubmissionComment.body).order_by(SubmissionComment.id)).all() == ["以前的原因", WHY]


@pytest.mark.parametrize(("what", "why"), [("phone", NO_PHONE), ("form", FORM_CLOSED)])
def test_what_nobody_could_correct_is_not_returned(
    four: list[int], project_id: int, cast: dict[str, int], database: Database, what: str, why: str
) -> None:
    with database.transaction() as db:
        if what == "phone":
            db.execute(update(AppUser).values(revoked_at=MORNING))
        else:
            db.execute(update(Form).values(state="closed"))
        batch = begin(db, project_id, cast["bob"], four)
        assert work_on(db, batch, MORNING).left == 4
        assert set(list_left(db, batch, 10).values()) == {why}
        assert states(db, four) == [None] * 4 and db.scalars(select(ReturnedRecord.id)).all() == []


def test_a_colleagues_later_reason_stands_when_the_many_are_taken_back(
    four: list[int], project_id: int, cast: dict[str, int], database: Database
) -> None:
    with database.transaction() as db:
        batch = begin(db, project_id, cast["bob"], four[:2])
        work_on(db, batch, MORNING)
        return_record(db, record(db, four[0]), "另一个原因", cast["alice"], LATER)
        progress = undo(db, project_id, batch.id, cast["bob"])
        assert (progress.done, progress.left) == (1, 1)
        assert states(db, four[:2]) == ["hasIssues", None]


def test_the_reason_lies_sealed_and_in_the_batch_only_until_it_has_ended(
    four: list[int], project_id: int, cast: dict[str, int], database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batches, "AT_ONCE", 1)
    with database.transaction() as db:
        batch = begin(db, project_id, cast["bob"], four[:2])
        assert work_on(db, batch, MORNING).waits == 1
        assert batch.reason == WHY
        assert WHY not in str(db.scalar(text("SELECT reason FROM review_batch")))
        work_on(db, batch, LATER)
        assert batch.reason is None
        stopped = begin(db, project_id, cast["bob"], four[2:])
        stop_batch(db, stopped, LATER)
        assert stopped.reason is None and list_left(db, stopped, 10) == {}


def test_without_a_reason_nothing_is_begun(
    four: list[int], project_id: int, cast: dict[str, int], database: Database
) -> None:
    with database.transaction() as db:
        with pytest.raises(MissingParameter):
            begin(db, project_id, cast["bob"], four, reason="")
        assert db.scalars(select(ReviewBatch.id)).all() == []
