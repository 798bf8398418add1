"""One act upon many records at once: begun with the list of them, gone on with some at a time, and taken back as a whole.

The list is made in one statement from what the filter said then. A record that somebody decided otherwise meanwhile is left
as it is. Whatever stops half way is gone on with by the timetable.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import ColumnElement, String, cast, func, insert, literal, select, true, update
from sqlalchemy.orm import Session

from server.access.allow import Scope
from server.access.with_senders import RETURNED
from server.errors import MissingParameter, NotFound, UnexpectedValue
from server.intake.assigning import assign, assigned_to, check_reviewer
from server.intake.returning import return_record, take_back
from server.intake.returning_many import (
    MEANWHILE,
    RETURN,
    WITH_PHONE,
    state_or_returned,
    states_of,
    still_back,
    why_it_cannot,
)
from server.intake.review import set_review_state
from server.intake.wanted import Wanted, fits, in_scope
from server.models import Form, Project, ReviewAssignment, ReviewBatch, ReviewBatchItem, Submission

ASSIGN: Final = "assign"
STATES: Final = ("approved", "rejected", "hasIssues", "received")
AT_ONCE: Final = 50
IDLE: Final = timedelta(minutes=1)
"""How long nobody goes on with a batch before the timetable does."""
UNDO_FOR: Final = timedelta(days=30)


@dataclass(frozen=True)
class Progress:
    """How far a batch got: records in it, those done, those left as they were because somebody had decided otherwise."""

    batch: ReviewBatch
    total: int
    done: int
    left: int

    @property
    def waits(self) -> int:
        return self.total - self.done - self.left


@dataclass(frozen=True)
class Decision:
    """What is done to each record: `what` is one of STATES, ASSIGN with `to` (None: to nobody), or RETURN with a `reason`."""

    what: str
    to: int | None = None
    reason: str = ""

    @property
    def after(self) -> str:
        """How a record stands when it was done, as `standing` says it."""
        if self.what == RETURN:
            return RETURNED
        return str(self.to or "") if self.what == ASSIGN else self.what


def begin_batch(
    db: Session, project: Project, scope: Scope, wish: Decision, chosen: Wanted | Sequence[int], by: int, now: datetime
) -> ReviewBatch:
    """A batch over the records that were ticked, or all that fit a filter; as far as the scope reaches.

    Raises UnexpectedValue for an act that there is not, or for giving to who may not decide; MissingParameter for a return
    without a reason. What is back already is in a return, too, so that it is told.
    """
    if wish.what not in (*STATES, ASSIGN, RETURN):
        raise UnexpectedValue(field="state", value=wish.what[:40], reason="it is none of the review states")
    if wish.what == RETURN and not wish.reason:
        raise MissingParameter(field="reason")
    if wish.what == ASSIGN and wish.to is not None:
        check_reviewer(db, project, wish.to)
    reason = wish.reason or None
    batch = ReviewBatch(project_id=project.id, by_id=by, what=wish.what, reason=reason, made_at=now, worked_at=now)
    db.add(batch)
    db.flush()
    before, after = standing(wish.what), wish.after
    is_other = true() if wish.what == RETURN else before != after
    listed = (
        select(literal(batch.id), Submission.id, before, literal(after), literal("waits"))
        .select_from(Submission)
        .outerjoin(ReviewAssignment, ReviewAssignment.submission_id == Submission.id)
        .where(in_scope(scope), *which(db, scope, chosen), is_other)
    )
    columns = ["batch_id", "submission_id", "before", "after", "outcome"]
    db.execute(insert(ReviewBatchItem).from_select(columns, listed))
    return batch


def standing(what: str) -> ColumnElement[str]:
    """What a record is before the act, as text: its state, or whom it waits for."""
    if what == ASSIGN:
        return func.coalesce(cast(ReviewAssignment.actor_id, String), "")
    return state_or_returned() if what == RETURN else func.coalesce(Submission.review_state, "received")


def count_chosen(db: Session, scope: Scope, chosen: Wanted | Sequence[int]) -> int:
    """How many records an act would be about."""
    return db.scalar(select(func.count(Submission.id)).where(in_scope(scope), *which(db, scope, chosen))) or 0


def which(db: Session, scope: Scope, chosen: Wanted | Sequence[int]) -> list[ColumnElement[bool]]:
    return fits(db, scope, chosen) if isinstance(chosen, Wanted) else [Submission.id.in_(chosen)]


def undo_batch(db: Session, scope: Scope, batch: ReviewBatch, by: int, now: datetime) -> ReviewBatch:
    """A batch that puts everything back that the other did and nobody has changed since; what still waits stays undone.

    Only what the scope reaches by now: rights may have been taken away since. Raises UnexpectedValue for one that was taken
    back before, or is too old.
    """
    known = db.scalar(select(ReviewBatch.id).where(ReviewBatch.undoes_id == batch.id))
    if known is not None or now - batch.made_at > UNDO_FOR:
        raise UnexpectedValue(field="batch", value=batch.id, reason="it can no longer be taken back")
    stop_batch(db, batch, now)
    back = ReviewBatch(
        project_id=batch.project_id, by_id=by, what=batch.what, undoes_id=batch.id, made_at=now, worked_at=now
    )
    db.add(back)
    db.flush()
    item = ReviewBatchItem
    done = (
        select(literal(back.id), item.submission_id, item.after, item.before, literal("waits"))
        .join(Submission, Submission.id == item.submission_id)
        .join(Form, Form.id == Submission.form_id)
        .where(item.batch_id == batch.id, item.outcome == "done", in_scope(scope))
    )
    columns = ["batch_id", "submission_id", "before", "after", "outcome"]
    db.execute(insert(ReviewBatchItem).from_select(columns, done))
    return back


def stop_batch(db: Session, batch: ReviewBatch, now: datetime) -> None:
    """Leaves what still waits as it is."""
    if batch.ended_at is None:
        waiting = (ReviewBatchItem.batch_id == batch.id) & (ReviewBatchItem.outcome == "waits")
        db.execute(update(ReviewBatchItem).where(waiting).values(outcome="left"))
        end_batch(db, batch, now)


def end_batch(db: Session, batch: ReviewBatch, now: datetime) -> None:
    batch.ended_at, batch.reason = now, None
    db.flush()


def work_on(db: Session, batch: ReviewBatch, now: datetime) -> Progress:
    """Goes on with the next AT_ONCE records, and says how far it is."""
    waiting = select(ReviewBatchItem).where(ReviewBatchItem.batch_id == batch.id, ReviewBatchItem.outcome == "waits")
    items = list(db.scalars(waiting.order_by(ReviewBatchItem.submission_id).limit(AT_ONCE)))
    ids = [one.submission_id for one in items]
    records = {one.id: one for one in db.scalars(select(Submission).where(Submission.id.in_(ids)))}
    stands = stand_as(db, batch, ids)
    for item in items:
        record = records[item.submission_id]
        item.why = why_left(db, batch, record, item.before, stands.get(record.id))
        item.outcome = "left" if item.why else "done"
        if item.why is None:
            act(db, batch, record, item.after, now)
    batch.worked_at = now
    db.flush()
    found = progress_of(db, batch)
    if not found.waits:
        end_batch(db, batch, now)
    return found


def stand_as(db: Session, batch: ReviewBatch, ids: list[int]) -> dict[int, str]:
    """How these records stand now, as `standing` says it. What this batch takes back stands as it was made, or not at all."""
    if batch.what == ASSIGN:
        given = assigned_to(db, ids)
        return {one: str(given.get(one, "")) for one in ids}
    if batch.what != RETURN:
        rows = select(Submission.id, func.coalesce(Submission.review_state, "received"))
        return {row[0]: row[1] for row in db.execute(rows.where(Submission.id.in_(ids)))}
    if batch.undoes_id is None:
        return states_of(db, ids)
    return dict.fromkeys(still_back(db, db.get_one(ReviewBatch, batch.undoes_id), ids), RETURNED)


def why_left(db: Session, batch: ReviewBatch, record: Submission, before: str, stands: str | None) -> str | None:
    """Why a record stays as it is; None where the act is done."""
    if record.deleted_at is not None:
        return MEANWHILE
    if batch.what != RETURN or batch.undoes_id is not None:
        return None if stands == before else MEANWHILE
    if stands == RETURNED:
        return WITH_PHONE
    return why_it_cannot(db, record) if stands == before else MEANWHILE


def act(db: Session, batch: ReviewBatch, record: Submission, after: str, now: datetime) -> None:
    state = None if after == "received" else after
    if batch.what == ASSIGN:
        assign(db, record, int(after) if after else None, batch.by_id, now)
    elif batch.what == RETURN and batch.undoes_id is not None:
        take_back(db, record, state, batch.by_id, now)
    elif batch.what == RETURN:
        return_record(db, record, batch.reason or "", batch.by_id, now)
    else:
        set_review_state(db, record, state, batch.by_id, now)


def list_left(db: Session, batch: ReviewBatch, most: int) -> dict[int, str]:
    """Records that stayed as they were, by id, with why; the first so many."""
    left = (ReviewBatchItem.batch_id == batch.id) & ReviewBatchItem.why.is_not(None)
    rows = select(ReviewBatchItem.submission_id, ReviewBatchItem.why).where(left)
    return {row[0]: str(row[1]) for row in db.execute(rows.order_by(ReviewBatchItem.submission_id).limit(most))}


def progress_of(db: Session, batch: ReviewBatch) -> Progress:
    rows = select(ReviewBatchItem.outcome, func.count()).where(ReviewBatchItem.batch_id == batch.id)
    counted = {row[0]: row[1] for row in db.execute(rows.group_by(ReviewBatchItem.outcome))}
    return Progress(batch, sum(counted.values()), counted.get("done", 0), counted.get("left", 0))


def get_batch(db: Session, project_id: int, batch_id: int, by: int) -> ReviewBatch:
    """Somebody's own, for going on with it. Raises NotFound."""
    found = db.get(ReviewBatch, batch_id, with_for_update=True)
    if found is None or (found.project_id, found.by_id) != (project_id, by):
        raise NotFound()
    return found


def can_undo(db: Session, batch: ReviewBatch, now: datetime) -> bool:
    if batch.undoes_id is not None or now - batch.made_at > UNDO_FOR:
        return False
    return db.scalar(select(ReviewBatch.id).where(ReviewBatch.undoes_id == batch.id)) is None


def list_idle(db: Session, now: datetime) -> list[int]:
    """The batches that nobody has gone on with for a while, the one that waited longest first."""
    idle = select(ReviewBatch.id).where(ReviewBatch.ended_at.is_(None), ReviewBatch.worked_at <= now - IDLE)
    return list(db.scalars(idle.order_by(ReviewBatch.worked_at, ReviewBatch.id)))


def take_batch(db: Session, batch_id: int) -> ReviewBatch:
    """For working on it: of two that go on with a batch at once the second waits."""
    return db.get_one(ReviewBatch, batch_id, with_for_update=True)
