"""What somebody was told, newest first; taken-back words stay listed, since what was said is not hidden afterwards."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, func, select, update
from sqlalchemy.orm import Session

from server.followups.acknowledging import Taken, taken_of
from server.followups.notice_words import Subject, subject_of
from server.followups.notices import CRITICAL, INBOX, level_of
from server.followups.queries import is_household, is_woman, label_of
from server.followups.syncing import silences_of
from server.models import CriticalWatch, FollowUp, Household, Notification, Woman

MOST_CRITICAL: Final = 20  # on top of a page


@dataclass(frozen=True)
class Notice:
    """One line of an inbox. `visit_key` is the follow-up's; `is_over` when it was taken back.

    One about no visit has a `kind` of plain_notices.SENTENCES, and neither subject nor visit_key; `occasion` is its own.
    """

    kind: str
    level: str
    subject: Subject | None
    visit_key: str
    project_id: int
    told_at: datetime
    is_over: bool
    is_unread: bool
    occasion: str = ""
    taken: Taken | None = None  # of one that is critical: who has it


def list_notices(db: Session, person: int, project_ids: Collection[int], offset: int, limit: int) -> list[Notice]:
    """`project_ids` are those where the person still has a role: what was said of others is not hers to read any more."""
    query = (
        select(Notification, FollowUp, Woman.label, Household.label)
        .outerjoin(FollowUp, FollowUp.id == Notification.follow_up_id)
        .outerjoin(Woman, is_woman())
        .outerjoin(Household, is_household())
        .where(*_told(person, project_ids))
        .order_by(Notification.sent_at.desc(), Notification.id.desc())
    )
    rows = db.execute(query.offset(offset).limit(limit)).all()
    critical = {row.id for notice, row, *_ in rows if row is not None and level_of(notice) == CRITICAL}
    taken = taken_of(db, critical) if critical else {}
    return [_read(*row, taken) for row in rows]


def list_critical(db: Session, person: int, project_id: int) -> list[Notice]:
    """What is critical and nobody has taken on, of what this person was told in a town; each once."""
    query = (
        select(Notification, FollowUp, Woman.label, Household.label)
        .join(FollowUp, FollowUp.id == Notification.follow_up_id)
        .join(CriticalWatch, CriticalWatch.follow_up_id == FollowUp.id)
        .outerjoin(Woman, is_woman())
        .outerjoin(Household, is_household())
        .where(*_told(person, [project_id]), Notification.taken_back_at.is_(None), CriticalWatch.taken_at.is_(None))
        .where(Notification.occasion == FollowUp.key + f":{CRITICAL}", FollowUp.severity == CRITICAL)
        .order_by(Notification.id)
        .limit(MOST_CRITICAL)
    )
    return [_read(*row, {}) for row in db.execute(query)]


def _read(
    notice: Notification, row: FollowUp | None, hers: str | None, home: str | None, taken: Mapping[int, Taken]
) -> Notice:
    told_at, over = notice.sent_at or notice.created_at, notice.taken_back_at is not None
    unread = not over and notice.read_at is None
    subject = subject_of(row, label_of(hers, home)) if row else None
    visit_key = row.visit_key if row else ""
    known = (notice.kind, level_of(notice), subject, visit_key, notice.project_id, told_at, over, unread)
    by = taken.get(row.id) if row is not None and level_of(notice) == CRITICAL and not over else None
    return Notice(*known, occasion=notice.occasion, taken=by)


def silent_behind(db: Session, notices: Collection[Notice], today: date) -> dict[str, datetime]:
    """By occasion of those that are critical: since when the phone has not synchronised on which its answer may be.

    As many queries for many as for one of a town.
    """
    critical = {one.visit_key: one for one in notices if one.level == "critical" and not one.is_over}
    query = select(FollowUp).where(FollowUp.visit_key.in_(critical)).order_by(FollowUp.project_id)
    found: dict[str, datetime] = {}
    for project_id, group in groupby(db.scalars(query) if critical else (), key=lambda row: row.project_id):
        rows = {row.id: row for row in group}
        silences = silences_of(db, project_id, rows.values(), today)
        found |= {critical[rows[one].visit_key].occasion: silence.since for one, silence in silences.items()}
    return found


def count_notices(db: Session, person: int, project_ids: Collection[int]) -> int:
    return db.scalar(select(func.count()).select_from(Notification).where(*_told(person, project_ids))) or 0


def unread_count(person: int, project_ids: Collection[int]) -> Select[int]:
    """Asks how many are unread: a page asks it together with other things."""
    return select(func.count()).select_from(Notification).where(*_told(person, project_ids), *_unread())


def mark_read(db: Session, person: int, now: datetime) -> int:
    """Everything that was delivered by now; how many were unread."""
    here = (Notification.recipient_id == person, Notification.channel == INBOX, Notification.sent_at <= now)
    done: Any = db.execute(update(Notification).where(*here, *_unread()).values(read_at=now))
    return int(done.rowcount)


def _told(person: int, project_ids: Collection[int]) -> tuple[ColumnElement[bool], ...]:
    return (
        Notification.recipient_id == person,
        Notification.channel == INBOX,
        Notification.state.in_(("sent", "taken_back")),
        Notification.sent_at.is_not(None),
        Notification.project_id.in_(project_ids),
    )


def _unread() -> tuple[ColumnElement[bool], ...]:
    return Notification.state == "sent", Notification.read_at.is_(None)
