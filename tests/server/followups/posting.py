"""Telling, delivering and mailing in few words: what tests of the outbox and of the summaries have in common."""

from datetime import datetime, timedelta

from sqlalchemy import select

from server.db import Database
from server.followups.notices import follow_up_changed
from server.followups.outbox import Letterhead, deliver_inbox, send_one
from server.followups.smtp import SmtpPost
from server.models import FollowUp, Notification
from tests.server.followups.staff import MORNING, SHIQIAO, TODAY, Staff, a_follow_up
from tests.server.followups.told import a_woman

HEAD = Letterhead("fangshi@town.test", "https://town.test")
MINUTE = timedelta(minutes=1)


def tell(database: Database, staff: Staff, now: datetime = MORNING, **given: object) -> FollowUp:
    """A follow-up that is overdue, told to its worker."""
    with database.transaction() as db:
        row = a_follow_up(db, staff, **{"state": "overdue", "overdue_from": TODAY, **given})
        a_woman(db, staff.project, row.subject, village_code=SHIQIAO)
        follow_up_changed(db, staff.project, row, now)
        return row


def end(database: Database, staff: Staff, row: FollowUp, now: datetime) -> None:
    with database.transaction() as db:
        again = db.get(FollowUp, row.id)
        assert again is not None
        again.ended, again.state = True, "superseded"
        follow_up_changed(db, staff.project, again, now)


def deliver(database: Database, now: datetime, with_mail: bool = True) -> int:
    with database.transaction() as db:
        return deliver_inbox(db, now, with_mail=with_mail)


def send_all(database: Database, post: SmtpPost, now: datetime) -> int:
    sent = 0
    while send_one(database, post, HEAD, lambda: now):
        sent += 1
    return sent


def rows(database: Database, channel: str) -> list[Notification]:
    with database.reading() as db:
        return list(db.scalars(select(Notification).where(Notification.channel == channel).order_by(Notification.id)))


def states(database: Database, channel: str = "email") -> list[str]:
    return [row.state for row in rows(database, channel)]
