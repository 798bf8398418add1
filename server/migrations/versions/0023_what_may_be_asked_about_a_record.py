"""Questions about how a record was made, what they compare with, and the queue of records that wait to be judged"""

import sqlalchemy as sa
from alembic import op

from server.models.base import BigId, UtcDateTime

revision = "0023"
down_revision = "0022"


def upgrade() -> None:
    """Records that are here already wait to be judged, in the order in which they came."""
    op.create_table(
        "quality_flag",
        sa.Column("submission_id", BigId, nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("project_id", BigId, nullable=False),
        sa.Column("told_json", sa.LargeBinary(), nullable=False),
        sa.Column("found_at", UtcDateTime(), nullable=False),
        sa.Column("asked_at", UtcDateTime(), nullable=True),
        sa.Column("asked_by_id", BigId, nullable=True),
        sa.Column("settled_at", UtcDateTime(), nullable=True),
        sa.Column("settled_by_id", BigId, nullable=True),
        sa.ForeignKeyConstraint(["submission_id"], ["submission.id"], name=op.f("fk_quality_flag_submission_id")),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_quality_flag_project_id")),
        sa.ForeignKeyConstraint(["asked_by_id"], ["actor.id"], name=op.f("fk_quality_flag_asked_by_id")),
        sa.ForeignKeyConstraint(["settled_by_id"], ["actor.id"], name=op.f("fk_quality_flag_settled_by_id")),
        sa.PrimaryKeyConstraint("submission_id", "kind", name=op.f("pk_quality_flag")),
    )
    op.create_index("ix_quality_flag_kind", "quality_flag", ["project_id", "kind", "settled_at"])
    op.create_table(
        "quality_measure",
        sa.Column("submission_id", BigId, nullable=False),
        sa.Column("project_id", BigId, nullable=False),
        sa.Column("form_id", BigId, nullable=False),
        sa.Column("worker_id", BigId, nullable=True),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("began_at", UtcDateTime(), nullable=False),
        sa.Column("ended_at", UtcDateTime(), nullable=False),
        sa.Column("seconds", sa.Integer(), nullable=True),
        sa.Column("vector", sa.BigInteger(), nullable=True),
        sa.Column("readings", sa.Integer(), nullable=False),
        sa.Column("round_readings", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["submission_id"], ["submission.id"], name=op.f("fk_quality_measure_submission_id")),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_quality_measure_project_id")),
        sa.ForeignKeyConstraint(["form_id"], ["form.id"], name=op.f("fk_quality_measure_form_id")),
        sa.ForeignKeyConstraint(["worker_id"], ["actor.id"], name=op.f("fk_quality_measure_worker_id")),
        sa.PrimaryKeyConstraint("submission_id", name=op.f("pk_quality_measure")),
    )
    op.create_index("ix_quality_measure_form", "quality_measure", ["form_id", "worker_id", "submission_id"])
    op.create_index("ix_quality_measure_day", "quality_measure", ["project_id", "worker_id", "day"])
    op.create_table(
        "quality_wait",
        sa.Column("id", BigId, nullable=False),
        sa.Column("submission_id", BigId, nullable=False),
        sa.ForeignKeyConstraint(["submission_id"], ["submission.id"], name=op.f("fk_quality_wait_submission_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quality_wait")),
    )
    op.create_index("ix_quality_wait_submission_id", "quality_wait", ["submission_id"])
    op.create_index("ix_submission_attachment_blob_sha256", "submission_attachment", ["blob_sha256"])
    queue_records(op.get_bind())


def queue_records(connection: sa.Connection) -> None:
    waiting = "SELECT id FROM submission WHERE NOT draft AND NOT sealed AND deleted_at IS NULL ORDER BY id"
    connection.execute(sa.text(f"INSERT INTO quality_wait (submission_id) {waiting}"))
