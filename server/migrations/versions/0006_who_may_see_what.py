"""Who may see what, and a woman's rights over her data: consents, hand-overs, the chain, second factors, sealed columns"""

import re
from typing import Any

import orjson
import sqlalchemy as sa
from alembic import op

from server.models.base import BigId, UtcDateTime
from server.models.sealed import keys_of

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """One function a subject, in this order."""
    make_consents()
    make_temporary_rights()
    make_sign_in()
    make_rights()
    chain_the_audit()
    guard_photos()
    make_releases()
    make_waivers()
    seal_columns()


def make_sign_in() -> None:
    """Second factors, passkeys, where one is signed in, and which device used a phone's key first."""
    op.add_column("session", sa.Column("second_factor", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column("session", sa.Column("last_used_at", UtcDateTime(), nullable=True))
    op.add_column("session", sa.Column("address", sa.String(), nullable=True))
    op.add_column("project", sa.Column("asks_second_factor", sa.Boolean(), server_default=sa.false(), nullable=False))
    for name in ("first_device_id", "other_device_id"):
        op.add_column("app_user", sa.Column(name, sa.String(), nullable=True))
    for name in ("first_used_at", "other_device_at"):
        op.add_column("app_user", sa.Column(name, UtcDateTime(), nullable=True))
    op.create_table(
        "authenticator",
        sa.Column("actor_id", BigId, nullable=False),
        sa.Column("secret", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("confirmed_at", UtcDateTime(), nullable=True),
        sa.Column("last_step", BigId, nullable=True),
        sa.ForeignKeyConstraint(["actor_id"], ["actor.id"], name=op.f("fk_authenticator_actor_id")),
        sa.PrimaryKeyConstraint("actor_id", name=op.f("pk_authenticator")),
    )
    op.create_table(
        "recovery_code",
        sa.Column("id", BigId, nullable=False),
        sa.Column("actor_id", BigId, nullable=False),
        sa.Column("code_hash", sa.LargeBinary(), nullable=False),
        sa.Column("used_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["actor_id"], ["actor.id"], name=op.f("fk_recovery_code_actor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recovery_code")),
        sa.UniqueConstraint("actor_id", "code_hash", name=op.f("uq_recovery_code_actor_id_code_hash")),
    )
    make_passkeys()
    make_steps()


def make_passkeys() -> None:
    op.create_table(
        "passkey",
        sa.Column("id", BigId, nullable=False),
        sa.Column("actor_id", BigId, nullable=False),
        sa.Column("credential_id", sa.LargeBinary(), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("sign_count", BigId, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("last_used_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["actor_id"], ["actor.id"], name=op.f("fk_passkey_actor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_passkey")),
        sa.UniqueConstraint("credential_id", name=op.f("uq_passkey_credential_id")),
    )
    op.create_index("ix_passkey_actor_id", "passkey", ["actor_id"])
    op.create_table(
        "app_password",
        sa.Column("id", BigId, nullable=False),
        sa.Column("actor_id", BigId, nullable=False),
        sa.Column("secret_hash", sa.LargeBinary(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("last_used_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["actor_id"], ["actor.id"], name=op.f("fk_app_password_actor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_app_password")),
        sa.UniqueConstraint("secret_hash", name=op.f("uq_app_password_secret_hash")),
    )
    op.create_index("ix_app_password_actor_id", "app_password", ["actor_id"])


def make_steps() -> None:
    op.create_table(
        "sign_in_step",
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("actor_id", BigId, nullable=True),
        sa.Column("data_json", sa.String(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["actor_id"], ["actor.id"], name=op.f("fk_sign_in_step_actor_id")),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_sign_in_step")),
    )
    op.create_index("ix_sign_in_step_expires_at", "sign_in_step", ["expires_at"])
    op.create_table(
        "open_id_name",
        sa.Column("id", BigId, nullable=False),
        sa.Column("actor_id", BigId, nullable=False),
        sa.Column("issuer", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["actor_id"], ["actor.id"], name=op.f("fk_open_id_name_actor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_open_id_name")),
        sa.UniqueConstraint("issuer", "subject", name=op.f("uq_open_id_name_issuer_subject")),
    )
    op.create_index("ix_open_id_name_actor_id", "open_id_name", ["actor_id"])


def make_temporary_rights() -> None:
    op.execute(
        "ALTER TABLE village ADD COLUMN parent_id BIGINT CONSTRAINT fk_village_parent_id REFERENCES village (id)"
    )
    op.create_index("ix_village_parent_id", "village", ["parent_id"])
    op.create_index("ix_woman_assigned_worker", "woman", ["project_id", "assigned_worker"])
    op.create_table(
        "hand_over",
        sa.Column("id", BigId, nullable=False),
        sa.Column("project_id", BigId, nullable=False),
        sa.Column("from_id", BigId, nullable=False),
        sa.Column("to_id", BigId, nullable=False),
        sa.Column("care_role", sa.String(), nullable=False),
        sa.Column("from_day", sa.Date(), nullable=False),
        sa.Column("until_day", sa.Date(), nullable=False),
        sa.Column("note", sa.LargeBinary(), nullable=False),
        sa.Column("given_by_id", BigId, nullable=False),
        sa.Column("given_at", UtcDateTime(), nullable=False),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.Column("ended_by_id", BigId, nullable=True),
        sa.ForeignKeyConstraint(["ended_by_id"], ["actor.id"], name=op.f("fk_hand_over_ended_by_id")),
        sa.ForeignKeyConstraint(["from_id"], ["actor.id"], name=op.f("fk_hand_over_from_id")),
        sa.ForeignKeyConstraint(["given_by_id"], ["actor.id"], name=op.f("fk_hand_over_given_by_id")),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_hand_over_project_id")),
        sa.ForeignKeyConstraint(["to_id"], ["actor.id"], name=op.f("fk_hand_over_to_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hand_over")),
    )
    op.create_index("ix_hand_over_to", "hand_over", ["to_id", "until_day"])
    op.create_index("ix_hand_over_project", "hand_over", ["project_id", "until_day"])
    op.create_table(
        "hand_over_village",
        sa.Column("id", BigId, nullable=False),
        sa.Column("hand_over_id", BigId, nullable=False),
        sa.Column("village_id", BigId, nullable=False),
        sa.ForeignKeyConstraint(["hand_over_id"], ["hand_over.id"], name=op.f("fk_hand_over_village_hand_over_id")),
        sa.ForeignKeyConstraint(["village_id"], ["village.id"], name=op.f("fk_hand_over_village_village_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hand_over_village")),
        sa.UniqueConstraint("hand_over_id", "village_id", name=op.f("uq_hand_over_village_hand_over_id_village_id")),
    )
    op.create_table(
        "break_glass",
        sa.Column("id", BigId, nullable=False),
        sa.Column("project_id", BigId, nullable=False),
        sa.Column("actor_id", BigId, nullable=False),
        sa.Column("village_id", BigId, nullable=False),
        sa.Column("reason", sa.LargeBinary(), nullable=False),
        sa.Column("opened_at", UtcDateTime(), nullable=False),
        sa.Column("ends_at", UtcDateTime(), nullable=False),
        sa.Column("closed_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["actor_id"], ["actor.id"], name=op.f("fk_break_glass_actor_id")),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_break_glass_project_id")),
        sa.ForeignKeyConstraint(["village_id"], ["village.id"], name=op.f("fk_break_glass_village_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_break_glass")),
    )
    op.create_index("ix_break_glass_actor", "break_glass", ["actor_id", "ends_at"])
    op.create_index("ix_break_glass_project", "break_glass", ["project_id", "opened_at"])


def make_consents() -> None:
    """The words that women are asked in, what they took back at the office, and what stands of it."""
    op.create_table(
        "consent_text",
        sa.Column("id", BigId, nullable=False),
        sa.Column("project_id", BigId, nullable=False),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("zh", sa.String(), nullable=False),
        sa.Column("en", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("published_by", BigId, nullable=True),
        sa.Column("published_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_consent_text_project_id")),
        sa.ForeignKeyConstraint(["published_by"], ["actor.id"], name=op.f("fk_consent_text_published_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consent_text")),
        sa.UniqueConstraint(
            "project_id", "purpose", "version", name=op.f("uq_consent_text_project_id_purpose_version")
        ),
    )
    op.create_table(
        "consent_withdrawal",
        sa.Column("id", BigId, nullable=False),
        sa.Column("project_id", BigId, nullable=False),
        sa.Column("event", sa.String(), nullable=False),
        sa.Column("woman_uuid", sa.String(), nullable=False),
        sa.Column("purposes", sa.String(), nullable=False),
        sa.Column("taken_on", sa.Date(), nullable=False),
        sa.Column("received_at", UtcDateTime(), nullable=False),
        sa.Column("noted_by", BigId, nullable=False),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_consent_withdrawal_project_id")),
        sa.ForeignKeyConstraint(["noted_by"], ["actor.id"], name=op.f("fk_consent_withdrawal_noted_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consent_withdrawal")),
        sa.UniqueConstraint("event", name=op.f("uq_consent_withdrawal_event")),
    )
    op.create_index("ix_consent_withdrawal_woman", "consent_withdrawal", ["project_id", "woman_uuid"])
    op.create_table(
        "consent",
        sa.Column("id", BigId, nullable=False),
        sa.Column("project_id", BigId, nullable=False),
        sa.Column("woman_uuid", sa.String(), nullable=False),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("given", sa.Boolean(), nullable=False),
        sa.Column("said_on", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("text_version", sa.Integer(), nullable=True),
        sa.Column("text_sha256", sa.String(), nullable=True),
        sa.Column("submission_id", BigId, nullable=True),
        sa.Column("withdrawal_id", BigId, nullable=True),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_consent_project_id")),
        sa.ForeignKeyConstraint(["submission_id"], ["submission.id"], name=op.f("fk_consent_submission_id")),
        sa.ForeignKeyConstraint(["withdrawal_id"], ["consent_withdrawal.id"], name=op.f("fk_consent_withdrawal_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consent")),
        sa.UniqueConstraint(
            "project_id", "woman_uuid", "purpose", name=op.f("uq_consent_project_id_woman_uuid_purpose")
        ),
    )


def make_rights() -> None:
    """What women ask of their data, restrictions, and what retention left."""
    op.create_table(
        "rights_request",
        sa.Column("id", BigId, nullable=False),
        sa.Column("project_id", BigId, nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=True),
        sa.Column("subject_hash", sa.LargeBinary(), nullable=False),
        sa.Column("submission_id", BigId, nullable=True),
        sa.Column("opened_by_id", BigId, nullable=True),
        sa.Column("received_at", UtcDateTime(), nullable=False),
        sa.Column("due_at", UtcDateTime(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=True),
        sa.Column("closed_by_id", BigId, nullable=True),
        sa.Column("closed_at", UtcDateTime(), nullable=True),
        sa.Column("report_json", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["closed_by_id"], ["actor.id"], name=op.f("fk_rights_request_closed_by_id")),
        sa.ForeignKeyConstraint(["opened_by_id"], ["actor.id"], name=op.f("fk_rights_request_opened_by_id")),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_rights_request_project_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rights_request")),
        sa.UniqueConstraint("submission_id", name=op.f("uq_rights_request_submission_id")),
    )
    op.create_index("ix_rights_request_list", "rights_request", ["project_id", "state", "due_at"])
    op.create_index("ix_rights_request_subject", "rights_request", ["project_id", "subject"])
    op.create_table(
        "restriction",
        sa.Column("id", BigId, nullable=False),
        sa.Column("project_id", BigId, nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("since_at", UtcDateTime(), nullable=False),
        sa.Column("by_id", BigId, nullable=True),
        sa.Column("lifted_at", UtcDateTime(), nullable=True),
        sa.Column("lifted_by_id", BigId, nullable=True),
        sa.ForeignKeyConstraint(["by_id"], ["actor.id"], name=op.f("fk_restriction_by_id")),
        sa.ForeignKeyConstraint(["lifted_by_id"], ["actor.id"], name=op.f("fk_restriction_lifted_by_id")),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_restriction_project_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_restriction")),
    )
    op.create_index("ix_restriction_subject", "restriction", ["project_id", "subject", "lifted_at"])
    make_retention()


def make_retention() -> None:
    op.create_table(
        "retention_run",
        sa.Column("id", BigId, nullable=False),
        sa.Column("project_id", BigId, nullable=False),
        sa.Column("ran_at", UtcDateTime(), nullable=False),
        sa.Column("last_contact_before", sa.Date(), nullable=False),
        sa.Column("report_json", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("signed_by_id", BigId, nullable=True),
        sa.Column("signed_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_retention_run_project_id")),
        sa.ForeignKeyConstraint(["signed_by_id"], ["actor.id"], name=op.f("fk_retention_run_signed_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_retention_run")),
    )
    op.create_index("ix_retention_run_project_id", "retention_run", ["project_id", "ran_at"])
    op.create_table(
        "minimised",
        sa.Column("id", BigId, nullable=False),
        sa.Column("project_id", BigId, nullable=False),
        sa.Column("subject_hash", sa.LargeBinary(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("village_code", sa.String(), nullable=False),
        sa.Column("counts_json", sa.String(), nullable=False),
        sa.Column("minimised_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_minimised_project_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_minimised")),
        sa.UniqueConstraint("project_id", "subject_hash", name=op.f("uq_minimised_project_id_subject_hash")),
    )


def make_releases() -> None:
    """Which numbers were told to whom."""
    op.create_table(
        "release",
        sa.Column("id", BigId, nullable=False),
        sa.Column("project_id", BigId, nullable=False),
        sa.Column("measure", sa.String(), nullable=False),
        sa.Column("number", BigId, nullable=False),
        sa.Column("told_json", sa.String(), nullable=False),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_release_project_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_release")),
        sa.UniqueConstraint("project_id", "measure", "number", name=op.f("uq_release_project_id_measure_number")),
    )
    op.create_table(
        "release_look",
        sa.Column("id", BigId, nullable=False),
        sa.Column("release_id", BigId, nullable=False),
        sa.Column("actor_id", BigId, nullable=False),
        sa.Column("looked_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["actor_id"], ["actor.id"], name=op.f("fk_release_look_actor_id")),
        sa.ForeignKeyConstraint(["release_id"], ["release.id"], name=op.f("fk_release_look_release_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_release_look")),
        sa.UniqueConstraint("release_id", "actor_id", name=op.f("uq_release_look_release_id_actor_id")),
    )
    op.create_index("ix_release_look_actor_id", "release_look", ["actor_id"])


def make_waivers() -> None:
    """False alarms of the rights linter, with the two people who looked at each."""
    op.create_table(
        "waiver",
        sa.Column("id", BigId, nullable=False),
        sa.Column("project_id", BigId, nullable=False),
        sa.Column("xml_form_id", sa.String(), nullable=False),
        sa.Column("term", sa.String(), nullable=False),
        sa.Column("sentence", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("asked_by_id", BigId, nullable=False),
        sa.Column("asked_at", UtcDateTime(), nullable=False),
        sa.Column("confirmed_by_id", BigId, nullable=True),
        sa.Column("confirmed_at", UtcDateTime(), nullable=True),
        sa.Column("ended_by_id", BigId, nullable=True),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["asked_by_id"], ["actor.id"], name=op.f("fk_waiver_asked_by_id")),
        sa.ForeignKeyConstraint(["confirmed_by_id"], ["actor.id"], name=op.f("fk_waiver_confirmed_by_id")),
        sa.ForeignKeyConstraint(["ended_by_id"], ["actor.id"], name=op.f("fk_waiver_ended_by_id")),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_waiver_project_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_waiver")),
    )
    op.create_index("ix_waiver_form", "waiver", ["project_id", "xml_form_id"])


def guard_photos() -> None:
    """Photos go out without the place and the day that they tell, where a project does not say otherwise."""
    op.add_column("project", sa.Column("keeps_photo_metadata", sa.Boolean(), server_default=sa.false(), nullable=False))


def chain_the_audit() -> None:
    """The audit's chain, who read what, and triggers that keep both from being rewritten."""
    op.create_table(
        "audit_link",
        sa.Column("position", BigId, autoincrement=False, nullable=False),
        sa.Column("audit_id", BigId, nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["audit_id"], ["audit.id"], name=op.f("fk_audit_link_audit_id")),
        sa.PrimaryKeyConstraint("position", name=op.f("pk_audit_link")),
        sa.UniqueConstraint("audit_id", name=op.f("uq_audit_link_audit_id")),
    )
    op.create_table(
        "reading",
        sa.Column("audit_id", BigId, autoincrement=False, nullable=False),
        sa.Column("project_id", BigId, nullable=False),
        sa.Column("actor_id", BigId, nullable=True),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("about", sa.LargeBinary(), nullable=True),
        sa.Column("way", sa.String(), nullable=False),
        sa.Column("read_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["audit_id"], ["audit.id"], name=op.f("fk_reading_audit_id")),
        sa.PrimaryKeyConstraint("audit_id", name=op.f("pk_reading")),
    )
    op.create_index("ix_reading_about", "reading", ["project_id", "about", "audit_id"])
    op.create_index("ix_reading_read_at", "reading", ["project_id", "read_at"])
    op.create_index("ix_reading_actor_id", "reading", ["actor_id", "audit_id"])
    guard_rows("audit", AUDIT_KEPT)
    guard_rows("audit_link", "position, audit_id, content, hash")


AUDIT_KEPT = (
    "id, actor_id, action, project_id, form_id, submission_id, actee_actor_id, dataset_id, entity_id, logged_at"
)


def guard_rows(table: str, columns: str) -> None:
    """Rows of the table are never deleted, and these columns of it never changed."""
    refusal = f"rows of {table} are kept as they are"
    if op.get_bind().dialect.name == "sqlite":
        for name, event in (("deleted", "DELETE"), ("changed", f"UPDATE OF {columns}")):
            op.execute(
                f"CREATE TRIGGER {table}_not_{name} BEFORE {event} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{refusal}'); END"
            )
        return
    op.execute(
        f"CREATE FUNCTION {table}_is_kept() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{refusal}'; END $$"
    )
    op.execute(
        f"CREATE TRIGGER {table}_kept BEFORE DELETE OR UPDATE OF {columns} ON {table} "
        f"FOR EACH ROW EXECUTE FUNCTION {table}_is_kept()"
    )


SEALED = {
    "submission_version": ("id", ("instance_name", "xml", "values_json", "complaints_json")),
    "submission_comment": ("id", ("body",)),
    "entity": ("id", ("label", "data_json")),
    "entity_version": ("id", ("label", "data_json", "received_json")),
    "entity_backlog": ("id", ("act_json",)),
    "care_event": ("submission_id", ("data_json",)),
    "follow_up": ("id", ("why_json",)),
    "household": ("id", ("label", "door_code")),
    "woman": ("id", ("label",)),
    "contraception_episode": ("id", ("method",)),
}
AT_ONCE = 500


def seal_columns() -> None:
    """Answers and names are sealed under a key outside the database; `entity.about` takes the place of a search in them."""
    op.create_table(
        "sealing_key",
        sa.Column("key_id", sa.String(), nullable=False),
        sa.Column("proof", sa.LargeBinary(), nullable=False),
        sa.Column("first_used_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("key_id", name=op.f("pk_sealing_key")),
    )
    op.add_column("entity", sa.Column("about", sa.String(), nullable=True))
    op.create_index("ix_entity_about", "entity", ["dataset_id", "about"])
    for table, (key, columns) in SEALED.items():
        if op.get_bind().dialect.name == "postgresql":  # a column of SQLite takes bytes as it is
            store_bytes(table, [column for column in columns if column != "xml"])
        last: int | None = -1
        while last is not None:
            last = seal_some(table, key, columns, last)


def store_bytes(table: str, columns: list[str]) -> None:
    changes = (f"ALTER COLUMN {column} TYPE bytea USING convert_to({column}, 'UTF8')" for column in columns)
    op.execute(f"ALTER TABLE {table} {', '.join(changes)}")


def seal_some(table: str, key: str, columns: tuple[str, ...], last: int) -> int | None:
    """Seals the rows of a table that come after the key `last`; the key it came to, None at the end."""
    connection, written = op.get_bind(), (*columns, "about") if table == "entity" else columns
    rows_of = sa.table(table, *(sa.column(name) for name in (key, *written)))
    by, listed = rows_of.c[key], [rows_of.c[name] for name in columns]
    rows = connection.execute(sa.select(by, *listed).where(by > last).order_by(by).limit(AT_ONCE)).all()
    if not rows:
        return None
    changed = [{"this_key": row[0], **sealed_row(connection, table, columns, row[1:])} for row in rows]
    changes = {name: sa.bindparam(f"new_{name}") for name in written}
    connection.execute(sa.update(rows_of).where(by == sa.bindparam("this_key")).values(changes), changed)
    return int(rows[-1][0])


def sealed_row(connection: Any, table: str, columns: tuple[str, ...], values: Any) -> dict[str, Any]:
    keys, found = keys_of(connection.dialect), {}
    for column, value in zip(columns, values, strict=True):
        plain = value.encode() if isinstance(value, str) else None if value is None else bytes(value)
        found[f"new_{column}"] = None if plain is None else keys.seal(plain, f"{table}.{column}".encode())
        if (table, column) == ("entity", "data_json"):
            found["new_about"] = about_of(plain or b"{}")
    return found


def about_of(data: bytes) -> str | None:
    """The uuid in the property `woman`, as registry/entities.py keeps it."""
    told = str(orjson.loads(data).get("woman") or "").strip().lower().removeprefix("uuid:")
    return told if re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", told) else None
