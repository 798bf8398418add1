"""Feedback at the rights desk: taken in without who sent it, read, answered, and forgotten in its time (domain.md F9, P12).

Whoever calls these has asked access/feedback_officers.py. Nothing here is in scope of any list, count, export or map: those
read records (Submission), and feedback is none. Rows of the audit name no feedback, so that they tell of none.
"""

import hashlib
from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from typing import Final
from uuid import uuid4

import orjson
from sqlalchemy import ColumnElement, Select, delete, exists, func, select, update
from sqlalchemy.orm import Session

from server.access.audit import record
from server.clock import today
from server.errors import NotFound, UnexpectedValue
from server.models import Feedback, FeedbackChannel, FeedbackPaper
from server.registry.feedback_told import Told
from server.registry.retention import KEEP_FOR

OPEN, DONE = "open", "done"
OUTCOMES: Final = ("replied", "dealt_with", "nothing_to_do")
"""What became of it: whoever said it has a reply; it was seen to without one; there was nothing to see to."""

DueDay = Callable[[bool, date], date]
"""By which day it is answered: whether somebody was pressed, and the day it came (followups/feedback_days.py)."""

CHANNEL_FOR: Final = timedelta(days=30)
"""How long after the reply the way to reach somebody stays (domain.md F9)."""


def take_in(db: Session, project_id: int, form_version_id: int, told: Told, now: datetime, due_day: DueDay) -> None:
    """Keeps what was told, under a number drawn by lot and with the day alone. A paper form counts once."""
    day = today(now)
    case = Feedback(
        id=str(uuid4()),
        project_id=project_id,
        form_version_id=form_version_id,
        received_on=day,
        due_on=due_day(told.urgent, day),
        urgent=told.urgent,
        counted=is_first_of(db, project_id, told.paper_code),
        answers_json=orjson.dumps(told.answers).decode(),
    )
    db.add(case)
    db.flush()
    if told.reply_channel:
        db.add(FeedbackChannel(feedback_id=case.id, channel=told.reply_channel))
        db.flush()


def is_first_of(db: Session, project_id: int, paper_code: str) -> bool:
    """Whether no paper form of this code came before; from now on one has. Without a code every one is the first."""
    if not paper_code:
        return True
    mark = hashlib.sha256(f"{project_id} {paper_code}".encode()).digest()
    if db.get(FeedbackPaper, mark) is not None:
        return False
    db.add(FeedbackPaper(mark=mark))
    db.flush()
    return True


def in_state(project_id: int, state: str) -> ColumnElement[bool]:
    is_open = Feedback.answered_on.is_(None)
    return (Feedback.project_id == project_id) & (is_open if state == OPEN else ~is_open)


def list_since(db: Session, project_id: int, day: date) -> Sequence[Feedback]:
    """What came since that day, and what still waits however old it is: first what waits, by its last day."""
    waits = Feedback.answered_on.is_(None)
    query = select(Feedback).where(Feedback.project_id == project_id, (Feedback.received_on >= day) | waits)
    order = waits.desc(), Feedback.due_on, Feedback.id
    return db.scalars(query.order_by(*order)).all()


def list_cases(db: Session, project_id: int, state: str, offset: int, limit: int) -> Sequence[Feedback]:
    """Who was pressed first, then what is due first; of those answered, the last first."""
    order = (
        (Feedback.urgent.desc(), Feedback.due_on, Feedback.id)
        if state == OPEN
        else (Feedback.answered_on.desc(), Feedback.id)
    )
    query: Select[Feedback] = select(Feedback).where(in_state(project_id, state)).order_by(*order)
    return db.scalars(query.offset(offset).limit(limit)).all()


def count_cases(db: Session, project_id: int, state: str, urgent: bool = False) -> int:
    query = select(func.count()).select_from(Feedback).where(in_state(project_id, state))
    return db.scalar(query.where(Feedback.urgent) if urgent else query) or 0


def get_case(db: Session, project_id: int, case_id: str) -> Feedback:
    """Raises NotFound, also for another project's."""
    found = db.scalar(select(Feedback).where(Feedback.project_id == project_id, Feedback.id == case_id))
    if found is None:
        raise NotFound()
    return found


def has_channel(db: Session, case: Feedback) -> bool:
    return db.scalar(select(exists().where(FeedbackChannel.feedback_id == case.id))) is True


def take_case(db: Session, case: Feedback, by: int, now: datetime) -> None:
    """From now on `by` answers it, and nobody else reads how to reach who said it. Raises UnexpectedValue once answered."""
    refuse_answered(case)
    case.taken_by_id = by
    db.flush()
    note(db, "feedback.take", case, by, now)


def refuse_answered(case: Feedback) -> None:
    if case.answered_on is not None:
        raise UnexpectedValue(field="feedback", value=case.id, reason="it is answered already")


def read_channel(db: Session, case: Feedback, by: int, now: datetime) -> str:
    """How to reach who said it, for who answers; it is written down. Raises NotFound for anybody else, and when it is gone."""
    channel = db.get(FeedbackChannel, case.id)
    if case.taken_by_id != by or channel is None:
        raise NotFound()
    note(db, "feedback.reveal", case, by, now)
    return channel.channel


def answer_case(db: Session, case: Feedback, outcome: str, by: int, now: datetime) -> None:
    """Closes it and sets the day on which the way to reach somebody goes.

    Raises NotFound for who did not take it, UnexpectedValue for an unknown outcome, and once it is answered.
    """
    refuse_answered(case)
    if case.taken_by_id != by:
        raise NotFound()
    if outcome not in OUTCOMES:
        raise UnexpectedValue(field="outcome", value=outcome[:40], reason="there is no such end")
    case.answered_on, case.outcome = today(now), outcome
    kept_until = today(now) + CHANNEL_FOR
    db.execute(update(FeedbackChannel).where(FeedbackChannel.feedback_id == case.id).values(delete_on=kept_until))
    db.flush()
    note(db, "feedback.answer", case, by, now)


def note(db: Session, action: str, case: Feedback, by: int, now: datetime) -> None:
    record(db, action, actor_id=by, project_id=case.project_id, now=now)


def forget(db: Session, day: date) -> None:
    """Deletes what is past its time on a Shanghai day: ways to reach somebody, and what was answered a year ago.

    How many is not told: whoever may see the timetable would learn that there was something.
    """
    old = select(Feedback.id).where(Feedback.answered_on < day - KEEP_FOR)
    db.execute(delete(FeedbackChannel).where((FeedbackChannel.delete_on <= day) | FeedbackChannel.feedback_id.in_(old)))
    db.execute(delete(Feedback).where(Feedback.id.in_(old)))
