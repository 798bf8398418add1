"""Projects that came from another server, and who is who there"""

import sqlalchemy as sa
from alembic import op

from server.models.base import BigId, UtcDateTime

revision = "0045"
down_revision = "0044"


def upgrade() -> None:
    op.create_table(
        "move",
        sa.Column("id", BigId, nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("theirs", sa.Integer(), nullable=False),
        sa.Column("project_id", BigId, nullable=False),
        sa.Column("started_at", UtcDateTime(), nullable=False),
        sa.Column("finished_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint("kind IN ('central', 'kobo')", name=op.f("ck_move_kind")),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_move_project_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_move")),
        sa.UniqueConstraint("kind", "source", "theirs", name=op.f("uq_move_kind_source_theirs")),
    )
    op.create_table(
        "moved_actor",
        sa.Column("move_id", BigId, nullable=False),
        sa.Column("theirs", sa.String(), nullable=False),
        sa.Column("actor_id", BigId, nullable=False),
        sa.ForeignKeyConstraint(["move_id"], ["move.id"], name=op.f("fk_moved_actor_move_id")),
        sa.ForeignKeyConstraint(["actor_id"], ["actor.id"], name=op.f("fk_moved_actor_actor_id")),
        sa.PrimaryKeyConstraint("move_id", "theirs", name=op.f("pk_moved_actor")),
    )
