"""A worker's answer to a question, how pictures look, and judging that is tried again"""

import sqlalchemy as sa
from alembic import op

from server.models.base import BigId, UtcDateTime

revision = "0030"
down_revision = "0029"


def upgrade() -> None:
    """Records with pictures wait to be judged again: nobody looked at the pictures yet."""
    op.create_table(
        "quality_picture",
        sa.Column("submission_id", BigId, nullable=False),
        sa.Column("blob_sha256", sa.String(64), nullable=False),
        sa.Column("look", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["submission_id"], ["submission.id"], name=op.f("fk_quality_picture_submission_id")),
        sa.PrimaryKeyConstraint("submission_id", "blob_sha256", name=op.f("pk_quality_picture")),
    )
    op.add_column("quality_flag", sa.Column("answered_at", UtcDateTime(), nullable=True))
    op.add_column("quality_wait", sa.Column("tries", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("quality_wait", sa.Column("not_before", UtcDateTime(), nullable=True))
    queue_pictures(op.get_bind())


def queue_pictures(connection: sa.Connection) -> None:
    pictures = (
        "SELECT 1 FROM submission_version v JOIN submission_attachment a ON a.submission_version_id = v.id "
        "JOIN blob b ON b.sha256 = a.blob_sha256 "
        "WHERE v.submission_id = s.id AND v.is_current AND b.content_type LIKE 'image/%'"
    )
    waiting = f"SELECT s.id FROM submission s WHERE NOT s.draft AND NOT s.sealed AND s.deleted_at IS NULL AND EXISTS ({pictures})"  # noqa: S608
    connection.execute(sa.text(f"INSERT INTO quality_wait (submission_id) {waiting} ORDER BY s.id"))
