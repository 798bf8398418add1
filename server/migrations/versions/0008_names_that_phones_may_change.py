"""Referrals under names of version 4, the only ones whose rows Collect changes on the phone itself"""

from uuid import UUID

import sqlalchemy as sa
from alembic import op

from server.followups.due import key_of

revision = "0008"
down_revision = "0007"

dataset = sa.table("dataset", sa.column("id"), sa.column("name"))
entity = sa.table("entity", sa.column("id"), sa.column("dataset_id"), sa.column("uuid"))
follow_up = sa.table(
    "follow_up",
    *(sa.column(name) for name in ("id", "key", "rule", "subject", "episode", "anchor_event", "occurrence")),
)


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
            key = key_of(task.rule, task.subject, task.episode, name, task.occurrence)
            hers = follow_up.c.id == task.id
            connection.execute(sa.update(follow_up).where(hers).values(anchor_event=name, key=key))
