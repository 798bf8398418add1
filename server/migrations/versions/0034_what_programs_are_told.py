"""The changes of a project in one order, the addresses of programs that are told of them, and each sending"""

import sqlalchemy as sa
from alembic import op

from server.models.base import BigId, UtcDateTime

revision = "0034"
down_revision = "0030"


def upgrade() -> None:
    op.create_table(
        "change",
        sa.Column("id", BigId, nullable=False),
        sa.Column("project_id", BigId, nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=True),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("about_id", sa.BigInteger(), nullable=True),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_change_project_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_change")),
        sa.UniqueConstraint("project_id", "seq", name=op.f("uq_change_project_id_seq")),
    )
    unnumbered = sa.text("seq IS NULL")
    op.create_index(
        "ix_change_unnumbered", "change", ["project_id", "id"], sqlite_where=unnumbered, postgresql_where=unnumbered
    )
    op.create_table(
        "webhook",
        sa.Column("id", BigId, nullable=False),
        sa.Column("project_id", BigId, nullable=False),
        sa.Column("destination_json", sa.LargeBinary(), nullable=False),
        sa.Column("groups", sa.String(), nullable=False),
        sa.Column("told_up_to", sa.BigInteger(), nullable=False),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.Column("made_by_id", BigId, nullable=False),
        sa.Column("old_until", UtcDateTime(), nullable=True),
        sa.Column("paused_at", UtcDateTime(), nullable=True),
        sa.Column("deleted_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_webhook_project_id")),
        sa.ForeignKeyConstraint(["made_by_id"], ["actor.id"], name=op.f("fk_webhook_made_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook")),
    )
    op.create_index("ix_webhook_project_id", "webhook", ["project_id"])
    op.create_table(
        "webhook_delivery",
        sa.Column("id", BigId, nullable=False),
        sa.Column("webhook_id", BigId, nullable=False),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("mark", sa.String(), nullable=False),
        sa.Column("first_seq", sa.BigInteger(), nullable=False),
        sa.Column("last_seq", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("not_before", UtcDateTime(), nullable=False),
        sa.Column("claimed_at", UtcDateTime(), nullable=True),
        sa.Column("sent_at", UtcDateTime(), nullable=True),
        sa.Column("why", sa.String(), nullable=True),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["webhook_id"], ["webhook.id"], name=op.f("fk_webhook_delivery_webhook_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook_delivery")),
    )
    op.create_index("ix_webhook_delivery_webhook_id", "webhook_delivery", ["webhook_id", "state", "id"])
    op.create_index("ix_webhook_delivery_state", "webhook_delivery", ["state", "not_before"])
    op.create_table(
        "made_export",
        sa.Column("id", BigId, nullable=False),
        sa.Column("project_id", BigId, nullable=False),
        sa.Column("actor_id", BigId, nullable=False),
        sa.Column("form_id", BigId, nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("wish_json", sa.LargeBinary(), nullable=False),
        sa.Column("mark", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("why", sa.String(), nullable=True),
        sa.Column("records", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=True),
        sa.Column("after_seq", sa.BigInteger(), nullable=False),
        sa.Column("asked_at", UtcDateTime(), nullable=False),
        sa.Column("claimed_at", UtcDateTime(), nullable=True),
        sa.Column("ready_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_made_export_project_id")),
        sa.ForeignKeyConstraint(["actor_id"], ["actor.id"], name=op.f("fk_made_export_actor_id")),
        sa.ForeignKeyConstraint(["form_id"], ["form.id"], name=op.f("fk_made_export_form_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_made_export")),
    )
    op.create_index("ix_made_export_actor_id", "made_export", ["actor_id", "project_id", "id"])
    op.create_index("ix_made_export_state", "made_export", ["state", "id"])
