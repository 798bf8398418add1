"""A record goes back to the phone that sent it, with a reason, and its correction closes that"""

import sqlalchemy as sa
from alembic import op

from server.models.base import BigId, UtcDateTime

revision = "0024"
down_revision = "0023"


def upgrade() -> None:
    """Why it went back is a comment beside the record, sealed as all comments are."""
    op.create_table(
        "returned_record",
        sa.Column("id", BigId, nullable=False),
        sa.Column("submission_id", BigId, nullable=False),
        sa.Column("comment_id", BigId, nullable=False),
        sa.Column("to_id", BigId, nullable=True),
        sa.Column("by_id", BigId, nullable=False),
        sa.Column("returned_at", UtcDateTime(), nullable=False),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.Column("ended_how", sa.String(), nullable=True),
        sa.CheckConstraint(
            "ended_how IN ('corrected', 'taken_back', 'decided')", name=op.f("ck_returned_record_ended_how")
        ),
        sa.ForeignKeyConstraint(["submission_id"], ["submission.id"], name=op.f("fk_returned_record_submission_id")),
        sa.ForeignKeyConstraint(["comment_id"], ["submission_comment.id"], name=op.f("fk_returned_record_comment_id")),
        sa.ForeignKeyConstraint(["to_id"], ["actor.id"], name=op.f("fk_returned_record_to_id")),
        sa.ForeignKeyConstraint(["by_id"], ["actor.id"], name=op.f("fk_returned_record_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_returned_record")),
    )
    op.create_index("ix_returned_record_submission_id", "returned_record", ["submission_id", "ended_at"])
    op.create_index("ix_returned_record_to_id", "returned_record", ["to_id", "ended_at"])
    op.create_index(
        "uq_returned_record_open",
        "returned_record",
        ["submission_id"],
        unique=True,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
