"""A town's own versions of rules: drafted, tried, published once and for all, signed, switched, and tasks moved to them"""

import sqlalchemy as sa
from alembic import op

from server.models.base import BigId, UtcDateTime

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    make_table(
        "rule_version",
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("content_hash", sa.String(), nullable=False),
        sa.Column("whose", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        *person("made"),
        *person("published", nullable=True),
    )
    make_table("rule_signature", sa.Column("content_hash", sa.String(), nullable=False), *signed())
    make_table("rule_switch", sa.Column("enabled", sa.Boolean(), nullable=False), *person("switched"))
    make_table(
        "rule_migration",
        sa.Column("to_version", sa.Integer(), nullable=False),
        *person("previewed"),
        *person("confirmed", nullable=True),
    )
    numbers = ("after_list", "done", "total", "failed")
    make_table(
        "rule_run",
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("content_hash", sa.String(), nullable=False),
        sa.Column("from_day", sa.Date(), nullable=False),
        sa.Column("after_id", BigId, nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in numbers),
        sa.Column("found_json", sa.String(), nullable=False),
        *person("started"),
        sa.Column("finished_at", UtcDateTime(), nullable=True),
    )
    op.create_index("ix_rule_signature_rule", "rule_signature", ["project_id", "rule", "version"])
    for table in ("rule_switch", "rule_migration", "rule_run"):
        op.create_index(f"ix_{table}_rule", table, ["project_id", "rule"])
    op.create_index("ix_rule_run_open", "rule_run", ["finished_at", "from_day"])
    keep_what_is_published()


def make_table(name: str, *columns: sa.Column[object]) -> None:
    """A table of rules: its id, the project, the rule's id, perhaps a version, and these columns."""
    people = [column.name for column in columns if column.name.endswith("_by_id")]
    has_version = name in ("rule_version", "rule_signature", "rule_run")
    op.create_table(
        name,
        sa.Column("id", BigId, nullable=False),
        sa.Column("project_id", BigId, nullable=False),
        sa.Column("rule", sa.String(), nullable=False),
        *((sa.Column("version", sa.Integer(), nullable=False),) if has_version else ()),
        *columns,
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f(f"fk_{name}_project_id")),
        *(sa.ForeignKeyConstraint([one], ["actor.id"], name=op.f(f"fk_{name}_{one}")) for one in people),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{name}")),
        *(
            (
                sa.UniqueConstraint(
                    "project_id", "rule", "version", name=op.f("uq_rule_version_project_id_rule_version")
                ),
            )
            if name == "rule_version"
            else ()
        ),
    )


def person(did: str, nullable: bool = False) -> tuple[sa.Column[object], sa.Column[object]]:
    """Who did it, and when."""
    return (
        sa.Column(f"{did}_by_id", BigId, nullable=nullable),
        sa.Column(f"{did}_at", UtcDateTime(), nullable=nullable),
    )


def signed() -> tuple[sa.Column[object], ...]:
    return (*person("signed"), *person("withdrawn", nullable=True))


def keep_what_is_published() -> None:
    """A published version of a rule is never changed and never deleted: tasks say by which they were worked out."""
    refusal = "a published version of a rule is kept as it is"
    if op.get_bind().dialect.name == "sqlite":
        for name, event in (("deleted", "DELETE"), ("changed", "UPDATE")):
            op.execute(
                f"CREATE TRIGGER rule_version_not_{name} BEFORE {event} ON rule_version "
                f"WHEN OLD.state = 'published' BEGIN SELECT RAISE(ABORT, '{refusal}'); END"
            )
        return
    op.execute(
        "CREATE FUNCTION rule_version_is_kept() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{refusal}'; END $$"
    )
    op.execute(
        "CREATE TRIGGER rule_version_kept BEFORE DELETE OR UPDATE ON rule_version "
        "FOR EACH ROW WHEN (OLD.state = 'published') EXECUTE FUNCTION rule_version_is_kept()"
    )
