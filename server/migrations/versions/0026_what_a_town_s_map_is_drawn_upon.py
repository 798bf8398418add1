"""What a town's map is drawn upon: nothing, its own file, or Tianditu by its key"""

import sqlalchemy as sa
from alembic import op

from server.models.base import BigId, UtcDateTime

revision = "0026"
down_revision = "0024"


def upgrade() -> None:
    op.create_table(
        "map_base",
        sa.Column("id", BigId, nullable=False),
        sa.Column("project_id", BigId, nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("shift", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=True),
        sa.Column("tiles", sa.String(), nullable=True),
        sa.Column("min_zoom", sa.Integer(), nullable=True),
        sa.Column("max_zoom", sa.Integer(), nullable=True),
        sa.Column("west", sa.Float(), nullable=True),
        sa.Column("south", sa.Float(), nullable=True),
        sa.Column("east", sa.Float(), nullable=True),
        sa.Column("north", sa.Float(), nullable=True),
        sa.Column("tk", sa.LargeBinary(), nullable=True),
        sa.Column("by_id", BigId, nullable=False),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint("kind IN ('blank', 'file', 'tianditu')", name=op.f("ck_map_base_kind")),
        sa.CheckConstraint("shift IN ('wgs84', 'gcj02')", name=op.f("ck_map_base_shift")),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_map_base_project_id")),
        sa.ForeignKeyConstraint(["sha256"], ["blob.sha256"], name=op.f("fk_map_base_sha256")),
        sa.ForeignKeyConstraint(["by_id"], ["actor.id"], name=op.f("fk_map_base_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_map_base")),
    )
    op.create_index("ix_map_base_project_id", "map_base", ["project_id", "id"])
