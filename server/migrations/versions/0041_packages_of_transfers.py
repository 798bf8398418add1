"""Packages by which a transfer of care goes to another server, and which were opened here"""

import sqlalchemy as sa
from alembic import op

from server.models.base import BigId, UtcDateTime

revision = "0041"
down_revision = "0040"


def upgrade() -> None:
    op.create_table(
        "opened_package",
        sa.Column("name_sha256", sa.String(), nullable=False),
        sa.Column("forget_on", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("name_sha256", name=op.f("pk_opened_package")),
    )
    op.create_table(
        "transfer_package",
        sa.Column("id", BigId, nullable=False),
        sa.Column("project_id", BigId, nullable=False),
        sa.Column("direction", sa.String(), nullable=False),
        sa.Column("transfer", sa.String(), nullable=False),
        sa.Column("woman_uuid", sa.String(), nullable=False),
        sa.Column("told_of", sa.String(), nullable=True),
        sa.Column("event", sa.String(), nullable=False),
        sa.Column("agreed_as", sa.String(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("name_sha256", sa.String(), nullable=True),
        sa.Column("items", sa.LargeBinary(), nullable=False),
        sa.Column("place", sa.LargeBinary(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.Column("proof", sa.LargeBinary(), nullable=True),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.Column("made_by_id", BigId, nullable=False),
        sa.Column("made_on", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("answered_on", sa.Date(), nullable=True),
        sa.Column("answered_at", UtcDateTime(), nullable=True),
        sa.Column("answered_by_id", BigId, nullable=True),
        sa.CheckConstraint("direction IN ('out', 'in')", name=op.f("ck_transfer_package_direction")),
        sa.CheckConstraint(
            "state IN ('sent', 'told', 'received', 'expired', 'replaced', 'cancelled')",
            name=op.f("ck_transfer_package_state"),
        ),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_transfer_package_project_id")),
        sa.ForeignKeyConstraint(["made_by_id"], ["actor.id"], name=op.f("fk_transfer_package_made_by_id")),
        sa.ForeignKeyConstraint(["answered_by_id"], ["actor.id"], name=op.f("fk_transfer_package_answered_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_transfer_package")),
        sa.UniqueConstraint("event", name=op.f("uq_transfer_package_event")),
    )
    op.create_index("ix_transfer_package_woman_uuid", "transfer_package", ["project_id", "woman_uuid"])
    op.create_index("ix_transfer_package_transfer", "transfer_package", ["project_id", "transfer"])
    op.create_index(op.f("ix_transfer_package_name_sha256"), "transfer_package", ["name_sha256"])
    op.create_index(
        "uq_transfer_package_sent",
        "transfer_package",
        ["project_id", "transfer"],
        unique=True,
        sqlite_where=sa.text("state = 'sent'"),
        postgresql_where=sa.text("state = 'sent'"),
    )
