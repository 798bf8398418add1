"""The newest records of a project are found without reading all of them"""

from alembic import op

revision = "0028"
down_revision = "0027"


def upgrade() -> None:
    op.create_index("ix_submission_newest", "submission", ["project_id", "created_at", "id"])
