"""The numbers of each month's pack, and the town's own tables with the workbooks that were given for them"""

import sqlalchemy as sa
from alembic import op

from server.models.base import BigId, UtcDateTime

revision = "0038"
down_revision = "0037"


def upgrade() -> None:
    op.create_table(
        "monthly_pack",
        sa.Column("id", BigId, nullable=False),
        sa.Column("project_id", BigId, nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("told_json", sa.LargeBinary(), nullable=False),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_monthly_pack_project_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_monthly_pack")),
        sa.UniqueConstraint("project_id", "month", name=op.f("uq_monthly_pack_project_id_month")),
    )
    op.create_table(
        "town_table",
        sa.Column("id", BigId, nullable=False),
        sa.Column("project_id", BigId, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.Column("removed_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_town_table_project_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_town_table")),
    )
    op.create_index("ix_town_table_project_id", "town_table", ["project_id", "removed_at"])
    op.create_table(
        "town_table_version",
        sa.Column("id", BigId, nullable=False),
        sa.Column("table_id", BigId, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("workbook", sa.LargeBinary(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("added_by_id", BigId, nullable=False),
        sa.Column("added_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["table_id"], ["town_table.id"], name=op.f("fk_town_table_version_table_id")),
        sa.ForeignKeyConstraint(["added_by_id"], ["actor.id"], name=op.f("fk_town_table_version_added_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_town_table_version")),
        sa.UniqueConstraint("table_id", "number", name=op.f("uq_town_table_version_table_id_number")),
    )
