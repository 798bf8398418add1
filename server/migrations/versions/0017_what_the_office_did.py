"""Training sessions held and meeting papers issued, so that the office is no longer asked for what it did"""

import sqlalchemy as sa
from alembic import op

from server.models.base import BigId, UtcDateTime

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    op.create_table(
        "office_act",
        sa.Column("id", BigId, nullable=False),
        sa.Column("project_id", BigId, nullable=False),
        sa.Column("rule", sa.String(), nullable=False),
        sa.Column("rule_version", sa.Integer(), nullable=False),
        sa.Column("period", sa.Date(), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("by_id", BigId, nullable=False),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.Column("undone_by_id", BigId, nullable=True),
        sa.Column("undone_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_office_act_project_id")),
        sa.ForeignKeyConstraint(["by_id"], ["actor.id"], name=op.f("fk_office_act_by_id")),
        sa.ForeignKeyConstraint(["undone_by_id"], ["actor.id"], name=op.f("fk_office_act_undone_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_office_act")),
    )
    op.create_index(
        "ix_office_act_standing",
        "office_act",
        ["project_id", "rule", "period", "on_day"],
        unique=True,
        sqlite_where=sa.text("undone_at IS NULL"),
        postgresql_where=sa.text("undone_at IS NULL"),
    )
