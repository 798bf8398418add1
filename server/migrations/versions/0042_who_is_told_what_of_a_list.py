"""Who is told what of an entity list: properties of phones and the rules that compare them; lists that were deleted"""

import sqlalchemy as sa
from alembic import op

from server.models.base import BigId, UtcDateTime

revision = "0042"
down_revision = "0041"


def upgrade() -> None:
    op.create_table(
        "actor_property",
        sa.Column("id", BigId, nullable=False),
        sa.Column("project_id", BigId, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_actor_property_project_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_actor_property")),
        sa.UniqueConstraint("project_id", "name", name=op.f("uq_actor_property_project_id_name")),
    )
    op.create_table(
        "actor_property_value",
        sa.Column("actor_id", BigId, nullable=False),
        sa.Column("property_id", BigId, nullable=False),
        sa.Column("value", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["actor_id"], ["actor.id"], name=op.f("fk_actor_property_value_actor_id")),
        sa.ForeignKeyConstraint(
            ["property_id"], ["actor_property.id"], name=op.f("fk_actor_property_value_property_id")
        ),
        sa.PrimaryKeyConstraint("actor_id", "property_id", name=op.f("pk_actor_property_value")),
    )
    op.create_table(
        "dataset_rule",
        sa.Column("dataset_id", BigId, nullable=False),
        sa.Column("property_id", BigId, nullable=False),
        sa.Column("actor_property_id", BigId, nullable=False),
        sa.ForeignKeyConstraint(["dataset_id"], ["dataset.id"], name=op.f("fk_dataset_rule_dataset_id")),
        sa.ForeignKeyConstraint(["property_id"], ["dataset_property.id"], name=op.f("fk_dataset_rule_property_id")),
        sa.ForeignKeyConstraint(
            ["actor_property_id"], ["actor_property.id"], name=op.f("fk_dataset_rule_actor_property_id")
        ),
        sa.PrimaryKeyConstraint("dataset_id", "property_id", "actor_property_id", name=op.f("pk_dataset_rule")),
    )
    op.add_column("dataset", sa.Column("deleted_at", UtcDateTime(), nullable=True))
    op.create_index("ix_entity_creator_id", "entity", ["dataset_id", "creator_id"])
