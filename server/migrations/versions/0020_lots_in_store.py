"""What lies in store, lot by lot, so that what expires is seen ahead and handed out first"""

import sqlalchemy as sa
from alembic import op

from server.models.base import BigId, UtcDateTime

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    op.create_table(
        "supply_lot",
        sa.Column("id", BigId, nullable=False),
        sa.Column("project_id", BigId, nullable=False),
        sa.Column("village_id", BigId, nullable=True),
        sa.Column("item", sa.String(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("added_by_id", BigId, nullable=False),
        sa.Column("added_at", UtcDateTime(), nullable=False),
        sa.Column("ended_as", sa.String(), nullable=True),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("ended_by_id", BigId, nullable=True),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_supply_lot_project_id")),
        sa.ForeignKeyConstraint(["village_id"], ["village.id"], name=op.f("fk_supply_lot_village_id")),
        sa.ForeignKeyConstraint(["added_by_id"], ["actor.id"], name=op.f("fk_supply_lot_added_by_id")),
        sa.ForeignKeyConstraint(["ended_by_id"], ["actor.id"], name=op.f("fk_supply_lot_ended_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_supply_lot")),
    )
    op.create_index("ix_supply_lot_expires_on", "supply_lot", ["project_id", "ended_on", "expires_on"])
    op.create_table(
        "supply_count",
        sa.Column("id", BigId, nullable=False),
        sa.Column("lot_id", BigId, nullable=False),
        sa.Column("counted_on", sa.Date(), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("by_id", BigId, nullable=False),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["lot_id"], ["supply_lot.id"], name=op.f("fk_supply_count_lot_id")),
        sa.ForeignKeyConstraint(["by_id"], ["actor.id"], name=op.f("fk_supply_count_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_supply_count")),
    )
    op.create_index("ix_supply_count_lot_id", "supply_count", ["lot_id", "counted_on"])
