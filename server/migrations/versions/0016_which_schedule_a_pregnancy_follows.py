"""Which of the schedules that exclude each other a town and a pregnancy follow, so that a change shows who chose it and when"""

import sqlalchemy as sa
from alembic import op

from server.models.base import BigId, UtcDateTime

revision = "0016"
down_revision = "0014"


def upgrade() -> None:
    op.create_table(
        "schedule_choice",
        sa.Column("id", BigId, nullable=False),
        sa.Column("project_id", BigId, nullable=False),
        sa.Column("pregnancy", sa.String(), nullable=True),
        sa.Column("profile", sa.String(), nullable=False),
        sa.Column("chosen_by_id", BigId, nullable=False),
        sa.Column("chosen_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_schedule_choice_project_id")),
        sa.ForeignKeyConstraint(["chosen_by_id"], ["actor.id"], name=op.f("fk_schedule_choice_chosen_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_schedule_choice")),
    )
    op.create_index("ix_schedule_choice_pregnancy", "schedule_choice", ["project_id", "pregnancy"])
