"""Service cards that women hold themselves; what a woman takes back on her own page, nobody at the office wrote down"""

import sqlalchemy as sa
from alembic import op

from server.models.base import BigId, UtcDateTime

revision = "0040"
down_revision = "0039"


def upgrade() -> None:
    op.create_table(
        "service_card",
        sa.Column("id", BigId, nullable=False),
        sa.Column("project_id", BigId, nullable=False),
        sa.Column("woman_uuid", sa.String(), nullable=False),
        sa.Column("code_hash", sa.LargeBinary(), nullable=False),
        sa.Column("code", sa.LargeBinary(), nullable=False),
        sa.Column("pin_hash", sa.LargeBinary(), nullable=True),
        sa.Column("place", sa.String(), nullable=False),
        sa.Column("made_by_id", BigId, nullable=False),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.Column("stopped_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_service_card_project_id")),
        sa.ForeignKeyConstraint(["made_by_id"], ["actor.id"], name=op.f("fk_service_card_made_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_service_card")),
        sa.UniqueConstraint("code_hash", name=op.f("uq_service_card_code_hash")),
    )
    op.create_index("ix_service_card_woman", "service_card", ["project_id", "woman_uuid"])
    op.create_table(
        "card_visit",
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("card_id", BigId, nullable=False),
        sa.Column("ends_at", UtcDateTime(), nullable=False),
        sa.Column("told", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["card_id"], ["service_card.id"], name=op.f("fk_card_visit_card_id")),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_card_visit")),
    )
    op.create_index(op.f("ix_card_visit_card_id"), "card_visit", ["card_id"])
    op.create_index(op.f("ix_card_visit_ends_at"), "card_visit", ["ends_at"])
    op.create_table(
        "card_try",
        sa.Column("key", sa.LargeBinary(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("waits_until", UtcDateTime(), nullable=False),
        sa.Column("last_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_card_try")),
    )
    op.create_index(op.f("ix_card_try_last_at"), "card_try", ["last_at"])
    with op.batch_alter_table("consent_withdrawal") as batch:
        batch.alter_column("noted_by", existing_type=BigId, nullable=True)
    op.add_column("rights_request", sa.Column("wish", sa.String(), nullable=True))
