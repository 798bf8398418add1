"""What the migration does to referrals that are there already."""

from datetime import date
from importlib import import_module
from typing import Any
from uuid import UUID, uuid5

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.access.people import create_user
from server.followups.due import key_of
from server.models import Entity, FollowUp, Notification
from server.registry.entities import Author
from server.registry.referrals import NAMESPACE, keep_referral, referral_uuid
from tests.conftest import MORNING
from tests.making import a_town
from tests.server.followups.told import a_woman, checked

RULE: dict[str, Any] = {
    "rule": "REF-R", "rule_version": 1, "rule_hash": "", "subject_list": "women", "subject": "w1", "episode": "p1",
    "occurrence": 1, "village_code": "A1", "form_id": "referral_outcome", "state": "open", "ended": False,
    "severity": "none", "why_json": "[]",
}  # fmt: skip
DAYS = ("opens_on", "due_on", "closes_on", "overdue_from", "proposed_on", "stands_on")


def test_a_referral_of_before_is_the_same_one_under_a_name_that_phones_may_change(db: Session) -> None:
    town = a_town(db)
    a_woman(db, town)
    check = checked(db, town, "2027-01-05", refer="yes", refer_urgency="routine", event="uuid:one")
    author = Author(None, None, check.submission_id, check.submission_version_id, MORNING)
    keep_referral(db, town, check, author)
    row = db.scalars(select(Entity)).one()
    before, now = str(uuid5(NAMESPACE, "uuid:one/referral")), referral_uuid("uuid:one")
    row.uuid = before
    task = FollowUp(
        project_id=town.id, key=key_of("REF-R", "w1", "p1", before), visit_key="k", anchor_event=before,
        made_at=MORNING, changed_at=MORNING, **RULE, **dict.fromkeys(DAYS, date(2027, 1, 12)),
    )  # fmt: skip
    db.add(task)
    db.flush()
    reader = create_user(db, "wang@example.test", "correct horse battery", "王", None, MORNING).actor_id
    word = Notification(
        project_id=town.id, recipient_id=reader, follow_up_id=task.id, occasion=f"{task.key}:red", channel="inbox",
        kind="escalated", state="sent", tries=0, not_before=MORNING, created_at=MORNING,
    )  # fmt: skip
    db.add(word)
    db.flush()

    import_module("server.migrations.versions.0008_names_that_phones_may_change").rename_referrals(db.connection())

    db.expire_all()
    assert UUID(now).version == 4 and row.uuid == now
    assert word.occasion == f"{task.key}:red", "who was told of it is not told again"
    assert (task.anchor_event, task.key) == (now, key_of("REF-R", "w1", "p1", now))
    keep_referral(db, town, check, author)
    assert [one.uuid for one in db.scalars(select(Entity))] == [now]
