"""Villages have other names, boundaries a day since which they hold, a merged village a successor; points may be read again"""

import sqlalchemy as sa
from alembic import op

from server.models.base import BigId, UtcDateTime

revision = "0027"
down_revision = "0026"


def upgrade() -> None:
    op.execute(
        "ALTER TABLE village ADD COLUMN successor_id BIGINT CONSTRAINT fk_village_successor_id REFERENCES village (id)"
    )
    op.add_column("boundary_set", sa.Column("valid_from", sa.Date(), nullable=True))
    op.add_column("boundary_set", sa.Column("how", sa.String(), nullable=False, server_default="import"))
    make_aliases()
    make_merges()
    make_shifts()


def make_aliases() -> None:
    op.create_table(
        "village_alias",
        sa.Column("id", BigId, nullable=False),
        sa.Column("village_id", BigId, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("created_by_id", BigId, nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["village_id"], ["village.id"], name=op.f("fk_village_alias_village_id")),
        sa.ForeignKeyConstraint(["created_by_id"], ["actor.id"], name=op.f("fk_village_alias_created_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_village_alias")),
        sa.UniqueConstraint("village_id", "name", name=op.f("uq_village_alias_village_id")),
    )


def make_merges() -> None:
    op.create_table(
        "village_merge",
        sa.Column("id", BigId, nullable=False),
        sa.Column("project_id", BigId, nullable=False),
        sa.Column("into_id", BigId, nullable=False),
        sa.Column("boundary_set_id", BigId, nullable=False),
        sa.Column("made_by_id", BigId, nullable=True),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.Column("undone_by_id", BigId, nullable=True),
        sa.Column("undone_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_village_merge_project_id")),
        sa.ForeignKeyConstraint(["into_id"], ["village.id"], name=op.f("fk_village_merge_into_id")),
        sa.ForeignKeyConstraint(
            ["boundary_set_id"], ["boundary_set.id"], name=op.f("fk_village_merge_boundary_set_id")
        ),
        sa.ForeignKeyConstraint(["made_by_id"], ["actor.id"], name=op.f("fk_village_merge_made_by_id")),
        sa.ForeignKeyConstraint(["undone_by_id"], ["actor.id"], name=op.f("fk_village_merge_undone_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_village_merge")),
    )
    op.create_index("ix_village_merge_project_id", "village_merge", ["project_id"])
    op.create_table(
        "village_merge_part",
        sa.Column("merge_id", BigId, nullable=False),
        sa.Column("village_id", BigId, nullable=False),
        sa.Column("parent_before_id", BigId, nullable=True),
        sa.Column("successor_before_id", BigId, nullable=True),
        sa.ForeignKeyConstraint(["merge_id"], ["village_merge.id"], name=op.f("fk_village_merge_part_merge_id")),
        sa.ForeignKeyConstraint(["village_id"], ["village.id"], name=op.f("fk_village_merge_part_village_id")),
        sa.ForeignKeyConstraint(
            ["parent_before_id"], ["village.id"], name=op.f("fk_village_merge_part_parent_before_id")
        ),
        sa.ForeignKeyConstraint(
            ["successor_before_id"], ["village.id"], name=op.f("fk_village_merge_part_successor_before_id")
        ),
        sa.PrimaryKeyConstraint("merge_id", "village_id", name=op.f("pk_village_merge_part")),
    )


def make_shifts() -> None:
    op.create_table(
        "point_shift",
        sa.Column("id", BigId, nullable=False),
        sa.Column("project_id", BigId, nullable=False),
        sa.Column("phone_id", BigId, nullable=False),
        sa.Column("read_as", sa.String(), nullable=False),
        sa.Column("made_by_id", BigId, nullable=False),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.Column("undone_by_id", BigId, nullable=True),
        sa.Column("undone_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_point_shift_project_id")),
        sa.ForeignKeyConstraint(["phone_id"], ["actor.id"], name=op.f("fk_point_shift_phone_id")),
        sa.ForeignKeyConstraint(["made_by_id"], ["actor.id"], name=op.f("fk_point_shift_made_by_id")),
        sa.ForeignKeyConstraint(["undone_by_id"], ["actor.id"], name=op.f("fk_point_shift_undone_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_point_shift")),
    )
    op.create_index("ix_point_shift_project_id", "point_shift", ["project_id"])
    op.create_table(
        "point_shift_item",
        sa.Column("shift_id", BigId, nullable=False),
        sa.Column("submission_id", BigId, nullable=False),
        sa.Column("geo_source", sa.String(), nullable=False),
        sa.Column("geo_crs_declared", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["shift_id"], ["point_shift.id"], name=op.f("fk_point_shift_item_shift_id")),
        sa.ForeignKeyConstraint(["submission_id"], ["submission.id"], name=op.f("fk_point_shift_item_submission_id")),
        sa.PrimaryKeyConstraint("shift_id", "submission_id", name=op.f("pk_point_shift_item")),
    )
    op.create_index("ix_point_shift_item_submission_id", "point_shift_item", ["submission_id"])
