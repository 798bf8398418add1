"""Records can be found by what they answered, in views that somebody keeps, and be decided about many at a time"""

import sqlalchemy as sa
from alembic import op

from server.models.base import BigId, UtcDateTime

revision = "0022"
down_revision = "0021"


def upgrade() -> None:
    """Words of records that are here already come from the job `answers`, once the next record has made the project's key."""
    op.create_table(
        "answer_key",
        sa.Column("project_id", BigId, nullable=False),
        sa.Column("key", sa.LargeBinary(), nullable=False),
        sa.Column("left_below", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_answer_key_project_id")),
        sa.PrimaryKeyConstraint("project_id", name=op.f("pk_answer_key")),
    )
    op.create_table(
        "answer_word",
        sa.Column("word", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("submission_id", BigId, nullable=False),
        sa.ForeignKeyConstraint(["submission_id"], ["submission.id"], name=op.f("fk_answer_word_submission_id")),
        sa.PrimaryKeyConstraint("word", "submission_id", name=op.f("pk_answer_word")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_answer_word_submission_id", "answer_word", ["submission_id"])
    op.create_table(
        "saved_view",
        sa.Column("id", BigId, nullable=False),
        sa.Column("project_id", BigId, nullable=False),
        sa.Column("actor_id", BigId, nullable=False),
        sa.Column("name", sa.LargeBinary(), nullable=False),
        sa.Column("wanted", sa.LargeBinary(), nullable=False),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_saved_view_project_id")),
        sa.ForeignKeyConstraint(["actor_id"], ["actor.id"], name=op.f("fk_saved_view_actor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_view")),
    )
    op.create_index("ix_saved_view_actor_id", "saved_view", ["actor_id", "project_id"])
    op.create_table(
        "review_batch",
        sa.Column("id", BigId, nullable=False),
        sa.Column("project_id", BigId, nullable=False),
        sa.Column("by_id", BigId, nullable=False),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("undoes_id", BigId, nullable=True),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.Column("worked_at", UtcDateTime(), nullable=False),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_review_batch_project_id")),
        sa.ForeignKeyConstraint(["by_id"], ["actor.id"], name=op.f("fk_review_batch_by_id")),
        sa.ForeignKeyConstraint(["undoes_id"], ["review_batch.id"], name=op.f("fk_review_batch_undoes_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review_batch")),
    )
    op.create_index("ix_review_batch_ended_at", "review_batch", ["ended_at", "worked_at"])
    op.create_table(
        "review_batch_item",
        sa.Column("batch_id", BigId, nullable=False),
        sa.Column("submission_id", BigId, nullable=False),
        sa.Column("before", sa.String(), nullable=False),
        sa.Column("after", sa.String(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.CheckConstraint("outcome IN ('waits', 'done', 'left')", name=op.f("ck_review_batch_item_outcome")),
        sa.ForeignKeyConstraint(["batch_id"], ["review_batch.id"], name=op.f("fk_review_batch_item_batch_id")),
        sa.ForeignKeyConstraint(["submission_id"], ["submission.id"], name=op.f("fk_review_batch_item_submission_id")),
        sa.PrimaryKeyConstraint("batch_id", "submission_id", name=op.f("pk_review_batch_item")),
    )
    op.create_index("ix_review_batch_item_outcome", "review_batch_item", ["batch_id", "outcome", "submission_id"])
    op.create_table(
        "review_assignment",
        sa.Column("submission_id", BigId, nullable=False),
        sa.Column("actor_id", BigId, nullable=False),
        sa.Column("by_id", BigId, nullable=False),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["submission_id"], ["submission.id"], name=op.f("fk_review_assignment_submission_id")),
        sa.ForeignKeyConstraint(["actor_id"], ["actor.id"], name=op.f("fk_review_assignment_actor_id")),
        sa.ForeignKeyConstraint(["by_id"], ["actor.id"], name=op.f("fk_review_assignment_by_id")),
        sa.PrimaryKeyConstraint("submission_id", name=op.f("pk_review_assignment")),
    )
    op.create_index("ix_review_assignment_actor_id", "review_assignment", ["actor_id", "submission_id"])
    op.create_index("ix_submission_submitter", "submission", ["project_id", "submitter_id", "created_at"])
