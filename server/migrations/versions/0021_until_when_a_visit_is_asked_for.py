"""The day after which nobody asks for a visit any more, so that it is late nowhere before the daily step has said so"""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    """Rows get it when they are next worked out: at the latest on that very day."""
    op.add_column("follow_up", sa.Column("latest_on", sa.Date(), nullable=True))
