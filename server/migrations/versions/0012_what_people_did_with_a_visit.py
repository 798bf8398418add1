"""What people did with a visit by hand: put off, closed with a reason, given to somebody else; and how much one worker has"""

import sqlalchemy as sa
from alembic import op

from server.models.base import BigId, UtcDateTime

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    op.create_table(
        "follow_up_act",
        sa.Column("id", BigId, nullable=False),
        sa.Column("project_id", BigId, nullable=False),
        sa.Column("event", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("subject_list", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("episode", sa.String(), nullable=True),
        sa.Column("village_code", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("day", sa.Date(), nullable=True),
        sa.Column("until_day", sa.Date(), nullable=True),
        sa.Column("place", sa.String(), nullable=False),
        sa.Column("note", sa.LargeBinary(), nullable=False),
        sa.Column("never_again", sa.String(), nullable=True),
        sa.Column("by_supervisor", sa.Boolean(), nullable=False),
        sa.Column("to_id", BigId, nullable=True),
        sa.Column("by_id", BigId, nullable=False),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.Column("undone_at", UtcDateTime(), nullable=True),
        sa.Column("undone_by_id", BigId, nullable=True),
        sa.Column("confirmed_at", UtcDateTime(), nullable=True),
        sa.Column("confirmed_by_id", BigId, nullable=True),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_follow_up_act_project_id")),
        sa.ForeignKeyConstraint(["to_id"], ["actor.id"], name=op.f("fk_follow_up_act_to_id")),
        sa.ForeignKeyConstraint(["by_id"], ["actor.id"], name=op.f("fk_follow_up_act_by_id")),
        sa.ForeignKeyConstraint(["undone_by_id"], ["actor.id"], name=op.f("fk_follow_up_act_undone_by_id")),
        sa.ForeignKeyConstraint(["confirmed_by_id"], ["actor.id"], name=op.f("fk_follow_up_act_confirmed_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_follow_up_act")),
        sa.UniqueConstraint("event", name=op.f("uq_follow_up_act_event")),
    )
    op.create_index("ix_follow_up_act_key", "follow_up_act", ["key"])
    op.create_index("ix_follow_up_act_subject", "follow_up_act", ["project_id", "subject_list", "subject"])
    op.create_index("ix_follow_up_act_made_at", "follow_up_act", ["project_id", "made_at"])
    op.add_column("follow_up", sa.Column("snoozed_until", sa.Date(), nullable=True))
    op.add_column("follow_up", sa.Column("given_to_id", BigId, nullable=True))
    op.add_column("follow_up", sa.Column("given_until", sa.Date(), nullable=True))
    op.add_column("follow_up", sa.Column("escalates_on", sa.Date(), nullable=True))
    op.add_column("project", sa.Column("workload_cap", sa.Integer(), nullable=False, server_default="40"))
