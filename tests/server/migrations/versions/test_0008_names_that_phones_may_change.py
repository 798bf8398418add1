"""What the migration does to referrals that are there already."""

from datetime import date
from importlib import import_module
from typing import Any
from uuid import UUID, uuid5

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.followups.due import key_of
from server.models import Entity, FollowUp
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
    told = checked(db, town, "2027-01-05", refer="yes", refer_urgency="routine", event="uuid:one")
    author = Author(None, None, told.submission_id, told.submission_version_id, MORNING)
    keep_referral(db, town, told, author)
    row = db.scalars(select(Entity)).one()
    before, now = str(uuid5(NAMESPACE, "uuid:one/referral")), referral_uuid("uuid:one")
    row.uuid = before
    task = FollowUp(
        project_id=town.id, key=key_of("REF-R", "w1", "p1", before), visit_key="k", anchor_event=before,
        made_at=MORNING, changed_at=MORNING, **RULE, **dict.fromkeys(DAYS, date(2027, 1, 12)),
    )  # fmt: skip
    db.add(task)
    db.flush()

    import_module("server.migrations.versions.0008_names_that_phones_may_change").rename_referrals(db.connection())

    db.expire_all()
    assert UUID(now).version == 4 and row.uuid == now
    assert (task.anchor_event, task.key) == (now, key_of("REF-R", "w1", "p1", now))
    keep_referral(db, town, told, author)
    assert [one.uuid for one in db.scalars(select(Entity))] == [now]
