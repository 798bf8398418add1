"""Changes that phones made offline wait for the ones they were made from, when these arrive later"""

import sqlalchemy as sa
from alembic import op

from server.models.base import BigId, UtcDateTime

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_table(
        "entity_backlog",
        sa.Column("id", BigId, nullable=False),
        sa.Column("dataset_id", BigId, nullable=False),
        sa.Column("uuid", sa.String(), nullable=False),
        sa.Column("branch_id", sa.String(), nullable=False),
        sa.Column("base_version", sa.Integer(), nullable=False),
        sa.Column("act_json", sa.String(), nullable=False),
        sa.Column("submission_id", BigId, nullable=False),
        sa.Column("submission_version_id", BigId, nullable=False),
        sa.Column("actor_id", BigId, nullable=True),
        sa.Column("user_agent", sa.String(), nullable=True),
        sa.Column("held_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["actor_id"], ["actor.id"], name=op.f("fk_entity_backlog_actor_id")),
        sa.ForeignKeyConstraint(["dataset_id"], ["dataset.id"], name=op.f("fk_entity_backlog_dataset_id")),
        sa.ForeignKeyConstraint(["submission_id"], ["submission.id"], name=op.f("fk_entity_backlog_submission_id")),
        sa.ForeignKeyConstraint(
            ["submission_version_id"], ["submission_version.id"], name=op.f("fk_entity_backlog_submission_version_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_entity_backlog")),
    )
    op.create_index("ix_entity_backlog_next", "entity_backlog", ["dataset_id", "uuid", "base_version"])
    op.create_index("ix_entity_backlog_held_at", "entity_backlog", ["held_at"])
