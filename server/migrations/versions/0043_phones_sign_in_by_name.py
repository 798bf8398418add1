"""Phones may sign in by a person's name: their generated passwords, sealed, and the answers that were taken once"""

import sqlalchemy as sa
from alembic import op

from server.models.base import BigId, UtcDateTime

revision = "0043"
down_revision = "0042"


def upgrade() -> None:
    op.create_table(
        "phone_password",
        sa.Column("actor_id", BigId, nullable=False),
        sa.Column("secret", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("last_used_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["actor_id"], ["actor.id"], name=op.f("fk_phone_password_actor_id")),
        sa.PrimaryKeyConstraint("actor_id", name=op.f("pk_phone_password")),
    )
    op.create_table(
        "digest_use",
        sa.Column("mark", sa.LargeBinary(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("mark", name=op.f("pk_digest_use")),
    )
    op.create_index(op.f("ix_digest_use_expires_at"), "digest_use", ["expires_at"])
