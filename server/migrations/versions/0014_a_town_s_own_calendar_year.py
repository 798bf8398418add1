"""The notice of next year's days off, which comes in November: a town adds it when its version of the product is older"""

import sqlalchemy as sa
from alembic import op

from server.models.base import BigId, UtcDateTime

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    op.create_table(
        "town_calendar",
        sa.Column("id", BigId, nullable=False),
        sa.Column("project_id", BigId, nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("notice", sa.String(), nullable=False),
        sa.Column("added_by", BigId, nullable=False),
        sa.Column("added_at", UtcDateTime(), nullable=False),
        sa.Column("removed_by", BigId, nullable=True),
        sa.Column("removed_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_town_calendar_project_id")),
        sa.ForeignKeyConstraint(["added_by"], ["actor.id"], name=op.f("fk_town_calendar_added_by")),
        sa.ForeignKeyConstraint(["removed_by"], ["actor.id"], name=op.f("fk_town_calendar_removed_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_town_calendar")),
    )
    op.create_index(
        "ix_town_calendar_in_force",
        "town_calendar",
        ["project_id", "year"],
        unique=True,
        sqlite_where=sa.text("removed_at IS NULL"),
        postgresql_where=sa.text("removed_at IS NULL"),
    )
