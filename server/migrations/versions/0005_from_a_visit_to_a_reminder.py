"""From a visit to a reminder: whom we care for, what consent seals, who is due and who was told"""

import sqlalchemy as sa
from alembic import op

from server.models.base import BigId, UtcDateTime

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    add_columns()
    make_people()
    make_consent()
    make_follow_ups()


def add_columns() -> None:
    """In plain SQL: Alembic gives a new column of SQLite no foreign key without copying the table."""
    op.add_column("submission", sa.Column("health", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column("submission", sa.Column("sealed", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column("app_user", sa.Column("care_role", sa.String(), server_default="village_worker", nullable=False))
    op.execute(
        "ALTER TABLE app_user ADD COLUMN person_id BIGINT CONSTRAINT fk_app_user_person_id REFERENCES actor (id)"
    )


def make_people() -> None:
    make_care_event()
    make_household()
    make_woman()
    make_pregnancy()
    make_contraception_episode()


def make_care_event() -> None:
    op.create_table(
        "care_event",
        sa.Column("submission_id", BigId, autoincrement=False, nullable=False),
        sa.Column("submission_version_id", BigId, nullable=False),
        sa.Column("project_id", BigId, nullable=False),
        sa.Column("event", sa.String(), nullable=False),
        sa.Column("form_id", sa.String(), nullable=False),
        sa.Column("subject_list", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("episode", sa.String(), nullable=True),
        sa.Column("visit_date", sa.Date(), nullable=False),
        sa.Column("received_at", UtcDateTime(), nullable=False),
        sa.Column("data_json", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_care_event_project_id")),
        sa.ForeignKeyConstraint(["submission_id"], ["submission.id"], name=op.f("fk_care_event_submission_id")),
        sa.ForeignKeyConstraint(
            ["submission_version_id"], ["submission_version.id"], name=op.f("fk_care_event_submission_version_id")
        ),
        sa.PrimaryKeyConstraint("submission_id", name=op.f("pk_care_event")),
    )
    op.create_index("ix_care_event_episode", "care_event", ["episode"])
    op.create_index("ix_care_event_subject", "care_event", ["project_id", "subject_list", "subject"])


def make_household() -> None:
    op.create_table(
        "household",
        sa.Column("id", BigId, nullable=False),
        sa.Column("project_id", BigId, nullable=False),
        sa.Column("uuid", sa.String(), nullable=False),
        sa.Column("label", sa.String(), nullable=False),
        sa.Column("village_code", sa.String(), nullable=False),
        sa.Column("hamlet", sa.String(), nullable=True),
        sa.Column("door_code", sa.String(), nullable=True),
        sa.Column("consents", sa.Boolean(), nullable=False),
        sa.Column("no_contact_before", sa.Date(), nullable=True),
        sa.Column("last_visit_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_household_project_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_household")),
        sa.UniqueConstraint("project_id", "uuid", name=op.f("uq_household_project_id_uuid")),
    )
    op.create_index("ix_household_village_code", "household", ["village_code"])


def make_woman() -> None:
    op.create_table(
        "woman",
        sa.Column("id", BigId, nullable=False),
        sa.Column("project_id", BigId, nullable=False),
        sa.Column("uuid", sa.String(), nullable=False),
        sa.Column("label", sa.String(), nullable=False),
        sa.Column("village_code", sa.String(), nullable=False),
        sa.Column("household_uuid", sa.String(), nullable=True),
        sa.Column("assigned_worker", sa.String(), nullable=True),
        sa.Column("consent_service", sa.Boolean(), nullable=False),
        sa.Column("consent_until", sa.Date(), nullable=True),
        sa.Column("consent_reminder", sa.Boolean(), nullable=False),
        sa.Column("consent_share_clinic", sa.Boolean(), nullable=False),
        sa.Column("consent_location", sa.Boolean(), nullable=False),
        sa.Column("consent_stats", sa.Boolean(), nullable=False),
        sa.Column("withdrawn_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_woman_project_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_woman")),
        sa.UniqueConstraint("project_id", "uuid", name=op.f("uq_woman_project_id_uuid")),
    )
    op.create_index("ix_woman_village_code", "woman", ["village_code"])


def make_pregnancy() -> None:
    op.create_table(
        "pregnancy",
        sa.Column("id", BigId, nullable=False),
        sa.Column("project_id", BigId, nullable=False),
        sa.Column("uuid", sa.String(), nullable=False),
        sa.Column("woman_uuid", sa.String(), nullable=False),
        sa.Column("registered_on", sa.Date(), nullable=False),
        sa.Column("ga_anchor", sa.Date(), nullable=True),
        sa.Column("dated_by", sa.String(), nullable=True),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_pregnancy_project_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pregnancy")),
        sa.UniqueConstraint("project_id", "uuid", name=op.f("uq_pregnancy_project_id_uuid")),
    )
    op.create_index("ix_pregnancy_woman_uuid", "pregnancy", ["woman_uuid"])


def make_contraception_episode() -> None:
    op.create_table(
        "contraception_episode",
        sa.Column("id", BigId, nullable=False),
        sa.Column("project_id", BigId, nullable=False),
        sa.Column("uuid", sa.String(), nullable=False),
        sa.Column("woman_uuid", sa.String(), nullable=False),
        sa.Column("method", sa.String(), nullable=False),
        sa.Column("wants_follow_up", sa.Boolean(), nullable=False),
        sa.Column("started_on", sa.Date(), nullable=True),
        sa.Column("last_injection_on", sa.Date(), nullable=True),
        sa.Column("supply_until", sa.Date(), nullable=True),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_contraception_episode_project_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contraception_episode")),
        sa.UniqueConstraint("project_id", "uuid", name=op.f("uq_contraception_episode_project_id_uuid")),
    )
    op.create_index("ix_contraception_episode_woman_uuid", "contraception_episode", ["woman_uuid"])


def make_consent() -> None:
    op.create_table(
        "seal",
        sa.Column("submission_id", BigId, autoincrement=False, nullable=False),
        sa.Column("project_id", BigId, nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("waits_for", sa.String(), nullable=True),
        sa.Column("sealed_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_seal_project_id")),
        sa.ForeignKeyConstraint(["submission_id"], ["submission.id"], name=op.f("fk_seal_submission_id")),
        sa.PrimaryKeyConstraint("submission_id", name=op.f("pk_seal")),
    )
    op.create_index("ix_seal_waits_for", "seal", ["waits_for"])
    op.create_table(
        "tombstone",
        sa.Column("id", BigId, nullable=False),
        sa.Column("project_id", BigId, nullable=False),
        sa.Column("uuid_hash", sa.LargeBinary(), nullable=False),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_tombstone_project_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tombstone")),
        sa.UniqueConstraint("project_id", "uuid_hash", name=op.f("uq_tombstone_project_id_uuid_hash")),
    )


def make_follow_ups() -> None:
    make_follow_up()
    make_notification()


def make_follow_up() -> None:
    op.create_table(
        "follow_up",
        sa.Column("id", BigId, nullable=False),
        sa.Column("project_id", BigId, nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("visit_key", sa.String(), nullable=False),
        sa.Column("rule", sa.String(), nullable=False),
        sa.Column("rule_version", sa.Integer(), nullable=False),
        sa.Column("rule_hash", sa.String(), nullable=False),
        sa.Column("subject_list", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("episode", sa.String(), nullable=True),
        sa.Column("anchor_event", sa.String(), nullable=False),
        sa.Column("occurrence", sa.Integer(), nullable=False),
        sa.Column("village_code", sa.String(), nullable=False),
        sa.Column("form_id", sa.String(), nullable=False),
        sa.Column("opens_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("closes_on", sa.Date(), nullable=False),
        sa.Column("overdue_from", sa.Date(), nullable=False),
        sa.Column("proposed_on", sa.Date(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("ended", sa.Boolean(), nullable=False),
        sa.Column("severity", sa.String(), nullable=False),
        sa.Column("stands_on", sa.Date(), nullable=False),
        sa.Column("look_on", sa.Date(), nullable=True),
        sa.Column("answered_on", sa.Date(), nullable=True),
        sa.Column("answered_by", sa.String(), nullable=True),
        sa.Column("inside", sa.String(), nullable=True),
        sa.Column("merged_into", sa.String(), nullable=True),
        sa.Column("cause", sa.String(), nullable=True),
        sa.Column("why_json", sa.String(), nullable=False),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.Column("changed_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_follow_up_project_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_follow_up")),
        sa.UniqueConstraint("project_id", "key", name=op.f("uq_follow_up_project_id_key")),
        sa.UniqueConstraint("visit_key", name=op.f("uq_follow_up_visit_key")),
    )
    op.create_index("ix_follow_up_look_on", "follow_up", ["project_id", "look_on"])
    op.create_index("ix_follow_up_subject", "follow_up", ["project_id", "subject_list", "subject"])
    op.create_index("ix_follow_up_village", "follow_up", ["project_id", "village_code", "ended", "due_on"])


def make_notification() -> None:
    op.create_table(
        "notification",
        sa.Column("id", BigId, nullable=False),
        sa.Column("project_id", BigId, nullable=False),
        sa.Column("occasion", sa.String(), nullable=False),
        sa.Column("recipient_id", BigId, nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("follow_up_id", BigId, nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("not_before", UtcDateTime(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("claimed_at", UtcDateTime(), nullable=True),
        sa.Column("sent_at", UtcDateTime(), nullable=True),
        sa.Column("taken_back_at", UtcDateTime(), nullable=True),
        sa.Column("read_at", UtcDateTime(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["follow_up_id"], ["follow_up.id"], name=op.f("fk_notification_follow_up_id")),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_notification_project_id")),
        sa.ForeignKeyConstraint(["recipient_id"], ["actor.id"], name=op.f("fk_notification_recipient_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notification")),
        sa.UniqueConstraint(
            "occasion", "recipient_id", "channel", name=op.f("uq_notification_occasion_recipient_id_channel")
        ),
    )
    op.create_index("ix_notification_follow_up_id", "notification", ["follow_up_id"])
    op.create_index("ix_notification_next", "notification", ["state", "not_before"])
    op.create_index("ix_notification_recipient", "notification", ["recipient_id", "channel", "created_at"])
    op.create_table(
        "notification_wish",
        sa.Column("actor_id", BigId, autoincrement=False, nullable=False),
        sa.Column("by_email", sa.Boolean(), nullable=False),
        sa.Column("digest_at", sa.Time(), nullable=False),
        sa.Column("quiet_from", sa.Time(), nullable=False),
        sa.Column("quiet_until", sa.Time(), nullable=False),
        sa.Column("quiet_noon", sa.Boolean(), nullable=False),
        sa.Column("changed_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["actor_id"], ["actor.id"], name=op.f("fk_notification_wish_actor_id")),
        sa.PrimaryKeyConstraint("actor_id", name=op.f("pk_notification_wish")),
    )
