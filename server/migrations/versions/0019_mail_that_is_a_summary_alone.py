"""Who has thirty visits that are overdue may have one mail of them instead of thirty; words about silent phones have an index"""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0017"


def upgrade() -> None:
    with op.batch_alter_table("notification_wish") as batch:
        batch.add_column(sa.Column("summaries_only", sa.Boolean(), nullable=False, server_default=sa.false()))
    with op.batch_alter_table("notification_wish") as batch:
        batch.alter_column("summaries_only", server_default=None)
    op.create_index("ix_notification_kind", "notification", ["kind", "taken_back_at"])
