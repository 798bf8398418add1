"""Links by which anybody fills in a form, what of the trash is gone for good, and who asked for a new password"""

import sqlalchemy as sa
from alembic import op

from server.models.base import BigId, UtcDateTime

revision = "0044"
down_revision = "0043"


def upgrade() -> None:
    op.create_table(
        "public_link",
        sa.Column("actor_id", BigId, nullable=False),
        sa.Column("form_id", BigId, nullable=False),
        sa.Column("once", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("created_by_id", BigId, nullable=True),
        sa.Column("token_hash", sa.LargeBinary(), nullable=True),
        sa.Column("token_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("revoked_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["actor_id"], ["actor.id"], name=op.f("fk_public_link_actor_id")),
        sa.ForeignKeyConstraint(["form_id"], ["form.id"], name=op.f("fk_public_link_form_id")),
        sa.ForeignKeyConstraint(["created_by_id"], ["actor.id"], name=op.f("fk_public_link_created_by_id")),
        sa.PrimaryKeyConstraint("actor_id", name=op.f("pk_public_link")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_public_link_token_hash")),
    )
    op.create_index(op.f("ix_public_link_form_id"), "public_link", ["form_id"])
    op.create_table(
        "purged_entity",
        sa.Column("dataset_id", BigId, autoincrement=False, nullable=False),
        sa.Column("uuid_hash", sa.LargeBinary(), nullable=False),
        sa.Column("purged_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["dataset_id"], ["dataset.id"], name=op.f("fk_purged_entity_dataset_id")),
        sa.PrimaryKeyConstraint("dataset_id", "uuid_hash", name=op.f("pk_purged_entity")),
    )
    op.create_table(
        "reset_wish",
        sa.Column("email_hash", sa.LargeBinary(), nullable=False),
        sa.Column("asked_at", UtcDateTime(), nullable=False),
        sa.Column("sent_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("email_hash", name=op.f("pk_reset_wish")),
    )
    op.add_column("submission", sa.Column("purged_at", UtcDateTime(), nullable=True))
    op.add_column("form", sa.Column("purged_at", UtcDateTime(), nullable=True))
