"""Channels beside inbox and mail, why a notice failed, who has taken on a critical one, and addresses of calendars"""

import sqlalchemy as sa
from alembic import op

from server.models.base import BigId, UtcDateTime

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.create_table(
        "notification_channel",
        sa.Column("id", BigId, nullable=False),
        sa.Column("actor_id", BigId, nullable=True),
        sa.Column("project_id", BigId, nullable=True),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("destination_json", sa.LargeBinary(), nullable=False),
        sa.Column("alerts", sa.Boolean(), nullable=False),
        sa.Column("digests", sa.Boolean(), nullable=False),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.Column("tested_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint(
            "(actor_id IS NULL) != (project_id IS NULL)", name=op.f("ck_notification_channel_one_owner")
        ),
        sa.ForeignKeyConstraint(["actor_id"], ["actor.id"], name=op.f("fk_notification_channel_actor_id")),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_notification_channel_project_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notification_channel")),
        sa.UniqueConstraint("actor_id", "kind", name=op.f("uq_notification_channel_actor_id")),
        sa.UniqueConstraint("project_id", "kind", name=op.f("uq_notification_channel_project_id")),
    )
    op.create_table(
        "critical_watch",
        sa.Column("follow_up_id", BigId, nullable=False),
        sa.Column("project_id", BigId, nullable=False),
        sa.Column("began_at", UtcDateTime(), nullable=False),
        sa.Column("next_at", UtcDateTime(), nullable=True),
        sa.Column("repeats", sa.Integer(), nullable=False),
        sa.Column("taken_by_id", BigId, nullable=True),
        sa.Column("taken_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["follow_up_id"], ["follow_up.id"], name=op.f("fk_critical_watch_follow_up_id")),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_critical_watch_project_id")),
        sa.ForeignKeyConstraint(["taken_by_id"], ["actor.id"], name=op.f("fk_critical_watch_taken_by_id")),
        sa.PrimaryKeyConstraint("follow_up_id", name=op.f("pk_critical_watch")),
    )
    op.create_index("ix_critical_watch_next_at", "critical_watch", ["next_at"])
    op.create_table(
        "calendar_address",
        sa.Column("actor_id", BigId, nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.Column("hour_began_at", UtcDateTime(), nullable=True),
        sa.Column("fetches", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["actor_id"], ["actor.id"], name=op.f("fk_calendar_address_actor_id")),
        sa.PrimaryKeyConstraint("actor_id", name=op.f("pk_calendar_address")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_calendar_address_token_hash")),
    )
    with op.batch_alter_table("notification") as batch:
        batch.alter_column("recipient_id", existing_type=BigId, nullable=True)
        batch.add_column(sa.Column("why", sa.String(), nullable=True))
    op.create_index(
        "uq_notification_town",
        "notification",
        ["project_id", "occasion", "channel"],
        unique=True,
        sqlite_where=sa.text("recipient_id IS NULL"),
        postgresql_where=sa.text("recipient_id IS NULL"),
    )
