"""Women who may be registered twice: words to find them by, pairs, what was decided, and which count as one"""

import sqlalchemy as sa
from alembic import op

from server.models.base import BigId, UtcDateTime

revision = "0037"
down_revision = "0036"


def upgrade() -> None:
    """Who is here already waits to be looked at."""
    op.add_column("care_event", sa.Column("told_of", sa.String(), nullable=True))
    op.create_table(
        "person_key",
        sa.Column("project_id", BigId, nullable=False),
        sa.Column("key", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_person_key_project_id")),
        sa.PrimaryKeyConstraint("project_id", name=op.f("pk_person_key")),
    )
    op.create_table(
        "person_word",
        sa.Column("project_id", BigId, nullable=False),
        sa.Column("word", sa.BigInteger(), nullable=False),
        sa.Column("woman_uuid", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_person_word_project_id")),
        sa.PrimaryKeyConstraint("project_id", "word", "woman_uuid", name=op.f("pk_person_word")),
    )
    op.create_index("ix_person_word_woman_uuid", "person_word", ["project_id", "woman_uuid"])
    op.create_table(
        "person_wait",
        sa.Column("project_id", BigId, nullable=False),
        sa.Column("woman_uuid", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_person_wait_project_id")),
        sa.PrimaryKeyConstraint("project_id", "woman_uuid", name=op.f("pk_person_wait")),
    )
    op.create_table(
        "person_pair",
        sa.Column("id", BigId, nullable=False),
        sa.Column("project_id", BigId, nullable=False),
        sa.Column("first_uuid", sa.String(), nullable=False),
        sa.Column("second_uuid", sa.String(), nullable=False),
        sa.Column("weight", sa.Integer(), nullable=False),
        sa.Column("reasons", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("found_at", UtcDateTime(), nullable=False),
        sa.Column("decided_by_id", BigId, nullable=True),
        sa.Column("decided_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint("state IN ('open', 'different')", name=op.f("ck_person_pair_state")),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_person_pair_project_id")),
        sa.ForeignKeyConstraint(["decided_by_id"], ["actor.id"], name=op.f("fk_person_pair_decided_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person_pair")),
        sa.UniqueConstraint(
            "project_id", "first_uuid", "second_uuid", name=op.f("uq_person_pair_project_id_first_uuid_second_uuid")
        ),
    )
    op.create_index("ix_person_pair_second_uuid", "person_pair", ["project_id", "second_uuid"])
    op.create_index("ix_person_pair_state", "person_pair", ["project_id", "state", "weight"])
    op.create_table(
        "person_merge",
        sa.Column("id", BigId, nullable=False),
        sa.Column("project_id", BigId, nullable=False),
        sa.Column("kept_uuid", sa.String(), nullable=False),
        sa.Column("other_uuid", sa.String(), nullable=False),
        sa.Column("moved_json", sa.String(), nullable=False),
        sa.Column("made_by_id", BigId, nullable=False),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.Column("undone_by_id", BigId, nullable=True),
        sa.Column("undone_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_person_merge_project_id")),
        sa.ForeignKeyConstraint(["made_by_id"], ["actor.id"], name=op.f("fk_person_merge_made_by_id")),
        sa.ForeignKeyConstraint(["undone_by_id"], ["actor.id"], name=op.f("fk_person_merge_undone_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person_merge")),
    )
    op.create_index("ix_person_merge_kept_uuid", "person_merge", ["project_id", "kept_uuid"])
    in_force = sa.text("undone_at IS NULL")
    op.create_index(
        "uq_person_merge_in_force",
        "person_merge",
        ["project_id", "other_uuid"],
        unique=True,
        sqlite_where=in_force,
        postgresql_where=in_force,
    )
    op.execute("INSERT INTO person_wait (project_id, woman_uuid) SELECT project_id, uuid FROM woman")
