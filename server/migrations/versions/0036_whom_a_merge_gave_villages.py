"""Whom a merge of villages gave the successor, or not: for undoing it"""

import sqlalchemy as sa
from alembic import op

from server.models.base import BigId

revision = "0036"
down_revision = "0035"


def upgrade() -> None:
    op.create_table(
        "village_merge_right",
        sa.Column("merge_id", BigId, nullable=False),
        sa.Column("actor_id", BigId, nullable=False),
        sa.Column("village_id", BigId, nullable=False),
        sa.Column("given", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["merge_id"], ["village_merge.id"], name=op.f("fk_village_merge_right_merge_id")),
        sa.ForeignKeyConstraint(["actor_id"], ["actor.id"], name=op.f("fk_village_merge_right_actor_id")),
        sa.ForeignKeyConstraint(["village_id"], ["village.id"], name=op.f("fk_village_merge_right_village_id")),
        sa.PrimaryKeyConstraint("merge_id", "actor_id", "village_id", name=op.f("pk_village_merge_right")),
    )
    op.create_index("ix_village_merge_right_actor_id", "village_merge_right", ["actor_id"])
