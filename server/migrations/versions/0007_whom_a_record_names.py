"""All the women whom a record of a form of the town's own names, not only the first"""

import sqlalchemy as sa
from alembic import op

from server.models.base import BigId

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Records of before are filled in by `fangshi rederive`."""
    op.create_table(
        "named_woman",
        sa.Column("submission_id", BigId, autoincrement=False, nullable=False),
        sa.Column("woman_uuid", sa.String(), nullable=False),
        sa.Column("project_id", BigId, nullable=False),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_named_woman_project_id")),
        sa.ForeignKeyConstraint(["submission_id"], ["submission.id"], name=op.f("fk_named_woman_submission_id")),
        sa.PrimaryKeyConstraint("submission_id", "woman_uuid", name=op.f("pk_named_woman")),
    )
    op.create_index("ix_named_woman_woman_uuid", "named_woman", ["project_id", "woman_uuid"])
