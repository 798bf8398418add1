"""Feedback in tables of its own, in which no sender, no phone and no minute stands"""

import sqlalchemy as sa
from alembic import op

from server.models.base import BigId

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.create_table(
        "feedback",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("project_id", BigId, nullable=False),
        sa.Column("form_version_id", BigId, nullable=False),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("urgent", sa.Boolean(), nullable=False),
        sa.Column("counted", sa.Boolean(), nullable=False),
        sa.Column("answers_json", sa.LargeBinary(), nullable=False),
        sa.Column("taken_by_id", BigId, nullable=True),
        sa.Column("answered_on", sa.Date(), nullable=True),
        sa.Column("outcome", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_feedback_project_id")),
        sa.ForeignKeyConstraint(["form_version_id"], ["form_version.id"], name=op.f("fk_feedback_form_version_id")),
        sa.ForeignKeyConstraint(["taken_by_id"], ["actor.id"], name=op.f("fk_feedback_taken_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feedback")),
    )
    op.create_index("ix_feedback_list", "feedback", ["project_id", "answered_on", "due_on"])
    op.create_table(
        "feedback_channel",
        sa.Column("feedback_id", sa.String(), nullable=False),
        sa.Column("channel", sa.LargeBinary(), nullable=False),
        sa.Column("delete_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["feedback_id"], ["feedback.id"], name=op.f("fk_feedback_channel_feedback_id")),
        sa.PrimaryKeyConstraint("feedback_id", name=op.f("pk_feedback_channel")),
    )
    op.create_index("ix_feedback_channel_delete_on", "feedback_channel", ["delete_on"])
    op.create_table(
        "feedback_receipt",
        sa.Column("mark", sa.LargeBinary(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("mark", name=op.f("pk_feedback_receipt")),
    )
    op.create_table(
        "feedback_paper",
        sa.Column("mark", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("mark", name=op.f("pk_feedback_paper")),
    )
