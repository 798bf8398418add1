"""Many records go back to their phones at once, with one reason; why one of them did not is kept beside it"""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"


def upgrade() -> None:
    """The reason is sealed, as the comment is that it becomes beside each record."""
    op.add_column("review_batch", sa.Column("reason", sa.LargeBinary(), nullable=True))
    op.add_column("review_batch_item", sa.Column("why", sa.String(), nullable=True))
