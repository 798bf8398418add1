"""Referrals under names of version 4, the only ones whose rows Collect changes on the phone itself"""

import hashlib
import json
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"

dataset = sa.table("dataset", sa.column("id"), sa.column("name"))
entity = sa.table("entity", sa.column("id"), sa.column("dataset_id"), sa.column("uuid"))
follow_up = sa.table(
    "follow_up",
    *(sa.column(name) for name in ("id", "key", "rule", "subject", "episode", "anchor_event", "occurrence")),
)
notification = sa.table("notification", *(sa.column(name) for name in ("id", "follow_up_id", "occasion")))


def upgrade() -> None:
    rename_referrals(op.get_bind())


def rename_referrals(connection: sa.Connection) -> None:
    """The same digits but for the one that tells the version; what was asked for after a referral stays the same task."""
    lists = sa.select(dataset.c.id).where(dataset.c.name == "referrals")
    for number, uuid in connection.execute(
        sa.select(entity.c.id, entity.c.uuid).where(entity.c.dataset_id.in_(lists))
    ).all():
        name = str(UUID(bytes=UUID(uuid).bytes, version=4))
        connection.execute(sa.update(entity).where(entity.c.id == number).values(uuid=name))
        for task in connection.execute(sa.select(follow_up).where(follow_up.c.anchor_event == uuid)).all():
            rename_task(connection, task, name)


def rename_task(connection: sa.Connection, task: Any, name: str) -> None:
    """What was told of it keeps its occasion, which begins with the key: nobody is told twice."""
    key = key_of(task.rule, task.subject, task.episode, name, task.occurrence)
    hers = follow_up.c.id == task.id
    connection.execute(sa.update(follow_up).where(hers).values(anchor_event=name, key=key))
    of_it = sa.select(notification).where(notification.c.follow_up_id == task.id)
    for word in connection.execute(of_it).all():
        occasion = key + word.occasion.removeprefix(task.key)
        here = notification.c.id == word.id
        connection.execute(sa.update(notification).where(here).values(occasion=occasion))


def key_of(rule: str, subject: str, episode: str | None, anchor_event: str, occurrence: int) -> str:
    """As followups/due.py made keys when this was written."""
    parts = json.dumps([rule, subject, episode, anchor_event, occurrence], ensure_ascii=False)
    return hashlib.sha256(parts.encode()).hexdigest()
