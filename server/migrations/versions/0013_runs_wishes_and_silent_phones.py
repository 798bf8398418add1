"""A job's last runs and what people wished of it, and which follow-ups wait for a phone to synchronise before others hear"""

import sqlalchemy as sa
from alembic import op

from server.models.base import BigId, UtcDateTime

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    op.add_column("timetable_run", sa.Column("due_at", UtcDateTime(), nullable=True))
    op.create_table(
        "timetable_past",
        sa.Column("id", BigId, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("due_at", UtcDateTime(), nullable=False),
        sa.Column("started_at", UtcDateTime(), nullable=False),
        sa.Column("finished_at", UtcDateTime(), nullable=True),
        sa.Column("result", sa.String(), nullable=True),
        sa.Column("asked", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_timetable_past")),
    )
    op.create_index("ix_timetable_past_name", "timetable_past", ["name", "id"])
    op.create_table(
        "timetable_wish",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("asked_at", UtcDateTime(), nullable=True),
        sa.Column("asked_by_id", BigId, nullable=True),
        sa.Column("paused_at", UtcDateTime(), nullable=True),
        sa.Column("paused_until", UtcDateTime(), nullable=True),
        sa.Column("paused_by_id", BigId, nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["asked_by_id"], ["actor.id"], name=op.f("fk_timetable_wish_asked_by_id")),
        sa.ForeignKeyConstraint(["paused_by_id"], ["actor.id"], name=op.f("fk_timetable_wish_paused_by_id")),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_timetable_wish")),
    )
    waits = sa.Column("waits_for_sync", sa.Boolean(), server_default=sa.false(), nullable=False)
    op.add_column("follow_up", waits)
    op.create_index("ix_follow_up_waits_for_sync", "follow_up", ["waits_for_sync", "project_id"])
    op.create_table(
        "follow_up_tally",
        sa.Column("id", BigId, nullable=False),
        sa.Column("counted_at", UtcDateTime(), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in ("created", "waiting", "done", "stopped")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_follow_up_tally")),
    )
