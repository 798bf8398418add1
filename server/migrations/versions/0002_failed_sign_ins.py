"""Failed sign-ins are counted in the database: several workers share one count, and a restart does not forget it"""

import sqlalchemy as sa
from alembic import op

from server.models.base import BigId, UtcDateTime

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "failed_sign_in",
        sa.Column("id", BigId, nullable=False),
        sa.Column("key", sa.LargeBinary(), nullable=False),
        sa.Column("failed_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_failed_sign_in")),
    )
    op.create_index("ix_failed_sign_in_key", "failed_sign_in", ["key", "failed_at"])
    op.create_index("ix_failed_sign_in_failed_at", "failed_sign_in", ["failed_at"])
