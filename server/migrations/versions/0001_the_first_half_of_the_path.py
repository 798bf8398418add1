"""Projects, people, forms, submissions, places, entities: the first half of the path"""

import sqlalchemy as sa
from alembic import op
from geoalchemy2 import Geometry

from server.models.base import BigId, UtcDateTime

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "actor",
        sa.Column("id", BigId, nullable=False),
        sa.Column("type", sa.String(), nullable=False),
        sa.Column("display_name", sa.String(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=True),
        sa.Column("deleted_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint("type IN ('user', 'field_key', 'public_link', 'singleUse')", name=op.f("ck_actor_type")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_actor")),
    )
    op.create_table(
        "blob",
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("md5", sa.String(length=32), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("content_type", sa.String(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_blob")),
    )
    op.create_table(
        "project",
        sa.Column("id", BigId, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("description", sa.String(), nullable=True),
        sa.Column("archived", sa.Boolean(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=True),
        sa.Column("deleted_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint("kind IN ('plain', 'care')", name=op.f("ck_project_kind")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_project")),
    )
    op.create_table(
        "timetable_lease",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("holder", sa.String(), nullable=False),
        sa.Column("fence", sa.Integer(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_timetable_lease")),
    )
    op.create_table(
        "timetable_run",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("started_at", UtcDateTime(), nullable=False),
        sa.Column("finished_at", UtcDateTime(), nullable=True),
        sa.Column("result", sa.String(), nullable=True),
        sa.Column("next_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_timetable_run")),
    )
    op.create_table(
        "app_user",
        sa.Column("actor_id", BigId, nullable=False),
        sa.Column("project_id", BigId, nullable=False),
        sa.Column("created_by_id", BigId, nullable=True),
        sa.Column("token_hash", sa.LargeBinary(), nullable=True),
        sa.Column("token_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("revoked_at", UtcDateTime(), nullable=True),
        sa.Column("last_used_at", UtcDateTime(), nullable=True),
        sa.Column("last_device_id", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["actor_id"], ["actor.id"], name=op.f("fk_app_user_actor_id")),
        sa.ForeignKeyConstraint(["created_by_id"], ["actor.id"], name=op.f("fk_app_user_created_by_id")),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_app_user_project_id")),
        sa.PrimaryKeyConstraint("actor_id", name=op.f("pk_app_user")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_app_user_token_hash")),
    )
    op.create_index(op.f("ix_app_user_project_id"), "app_user", ["project_id"], unique=False)
    op.create_table(
        "audit",
        sa.Column("id", BigId, nullable=False),
        sa.Column("actor_id", BigId, nullable=True),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=True),
        sa.Column("form_id", sa.Integer(), nullable=True),
        sa.Column("submission_id", sa.Integer(), nullable=True),
        sa.Column("actee_actor_id", sa.Integer(), nullable=True),
        sa.Column("dataset_id", sa.Integer(), nullable=True),
        sa.Column("entity_id", sa.Integer(), nullable=True),
        sa.Column("details", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("notes", sa.String(), nullable=True),
        sa.Column("logged_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["actor_id"], ["actor.id"], name=op.f("fk_audit_actor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit")),
    )
    op.create_index("ix_audit_action", "audit", ["action"], unique=False)
    op.create_index("ix_audit_logged_at", "audit", ["logged_at"], unique=False)
    op.create_index("ix_audit_submission_id", "audit", ["submission_id"], unique=False)
    op.create_table(
        "boundary_set",
        sa.Column("id", BigId, nullable=False),
        sa.Column("project_id", BigId, nullable=False),
        sa.Column("source_name", sa.String(), nullable=False),
        sa.Column("source_crs", sa.String(), nullable=False),
        sa.Column("report_json", sa.String(), nullable=False),
        sa.Column("created_by_id", BigId, nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["created_by_id"], ["actor.id"], name=op.f("fk_boundary_set_created_by_id")),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_boundary_set_project_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_boundary_set")),
    )
    op.create_index(op.f("ix_boundary_set_project_id"), "boundary_set", ["project_id"], unique=False)
    op.create_table(
        "dataset",
        sa.Column("id", BigId, nullable=False),
        sa.Column("project_id", BigId, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("approval_required", sa.Boolean(), nullable=False),
        sa.Column("owner_only", sa.Boolean(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_dataset_project_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dataset")),
        sa.UniqueConstraint("project_id", "name", name=op.f("uq_dataset_project_id_name")),
    )
    op.create_table(
        "form",
        sa.Column("id", BigId, nullable=False),
        sa.Column("project_id", BigId, nullable=False),
        sa.Column("xml_form_id", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("current_version_id", BigId, nullable=True),
        sa.Column("draft_version_id", BigId, nullable=True),
        sa.Column("draft_token_hash", sa.LargeBinary(), nullable=True),
        sa.Column("draft_token_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("webforms_enabled", sa.Boolean(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=True),
        sa.Column("deleted_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint("state IN ('open', 'closing', 'closed')", name=op.f("ck_form_state")),
        sa.ForeignKeyConstraint(
            ["current_version_id"], ["form_version.id"], name="fk_form_current_version_id", use_alter=True
        ),
        sa.ForeignKeyConstraint(
            ["draft_version_id"], ["form_version.id"], name="fk_form_draft_version_id", use_alter=True
        ),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_form_project_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_form")),
        sa.UniqueConstraint("draft_token_hash", name=op.f("uq_form_draft_token_hash")),
    )
    op.create_index(
        "uq_form_project_id_xml_form_id",
        "form",
        ["project_id", "xml_form_id"],
        unique=True,
        sqlite_where=sa.text("deleted_at IS NULL"),
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_table(
        "one_time_token",
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("actor_id", BigId, nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["actor_id"], ["actor.id"], name=op.f("fk_one_time_token_actor_id")),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_one_time_token")),
    )
    op.create_table(
        "session",
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("actor_id", BigId, nullable=False),
        sa.Column("project_id", BigId, nullable=True),
        sa.Column("user_agent", sa.String(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["actor_id"], ["actor.id"], name=op.f("fk_session_actor_id")),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_session_project_id")),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_session")),
    )
    op.create_index(op.f("ix_session_actor_id"), "session", ["actor_id"], unique=False)
    op.create_table(
        "user",
        sa.Column("actor_id", BigId, nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("password_hash", sa.String(), nullable=True),
        sa.Column("language", sa.String(), nullable=True),
        sa.Column("last_login_at", UtcDateTime(), nullable=True),
        sa.Column("disabled_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["actor_id"], ["actor.id"], name=op.f("fk_user_actor_id")),
        sa.PrimaryKeyConstraint("actor_id", name=op.f("pk_user")),
        sa.UniqueConstraint("email", name=op.f("uq_user_email")),
    )
    op.create_table(
        "village",
        sa.Column("id", BigId, nullable=False),
        sa.Column("project_id", BigId, nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("label_lon", sa.Double(), nullable=True),
        sa.Column("label_lat", sa.Double(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("retired_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_village_project_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_village")),
        sa.UniqueConstraint("project_id", "code", name=op.f("uq_village_project_id_code")),
    )
    op.create_table(
        "assignment",
        sa.Column("id", BigId, nullable=False),
        sa.Column("actor_id", BigId, nullable=False),
        sa.Column("role_id", sa.Integer(), nullable=False),
        sa.Column("project_id", BigId, nullable=True),
        sa.Column("form_id", BigId, nullable=True),
        sa.ForeignKeyConstraint(["actor_id"], ["actor.id"], name=op.f("fk_assignment_actor_id")),
        sa.ForeignKeyConstraint(["form_id"], ["form.id"], name=op.f("fk_assignment_form_id")),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_assignment_project_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assignment")),
    )
    op.create_index("ix_assignment_actor_id", "assignment", ["actor_id"], unique=False)
    op.create_index("ix_assignment_scope", "assignment", ["project_id", "form_id"], unique=False)
    op.create_table(
        "dataset_property",
        sa.Column("id", BigId, nullable=False),
        sa.Column("dataset_id", BigId, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("published_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["dataset_id"], ["dataset.id"], name=op.f("fk_dataset_property_dataset_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dataset_property")),
        sa.UniqueConstraint("dataset_id", "name", name=op.f("uq_dataset_property_dataset_id_name")),
    )
    op.create_table(
        "entity",
        sa.Column("id", BigId, nullable=False),
        sa.Column("dataset_id", BigId, nullable=False),
        sa.Column("uuid", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("label", sa.String(), nullable=False),
        sa.Column("data_json", sa.String(), nullable=False),
        sa.Column("village_code", sa.String(), nullable=True),
        sa.Column("conflict", sa.String(), nullable=True),
        sa.Column("creator_id", BigId, nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=True),
        sa.Column("deleted_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["creator_id"], ["actor.id"], name=op.f("fk_entity_creator_id")),
        sa.ForeignKeyConstraint(["dataset_id"], ["dataset.id"], name=op.f("fk_entity_dataset_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_entity")),
        sa.UniqueConstraint("dataset_id", "uuid", name=op.f("uq_entity_dataset_id_uuid")),
    )
    op.create_index("ix_entity_village_code", "entity", ["dataset_id", "village_code"], unique=False)
    op.create_table(
        "form_version",
        sa.Column("id", BigId, nullable=False),
        sa.Column("form_id", BigId, nullable=False),
        sa.Column("version", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=True),
        sa.Column("xml", sa.LargeBinary(), nullable=False),
        sa.Column("md5", sa.String(length=32), nullable=False),
        sa.Column("sha1", sa.String(length=40), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("schema_json", sa.String(), nullable=False),
        sa.Column("entity_related", sa.Boolean(), nullable=False),
        sa.Column("encrypted", sa.Boolean(), nullable=False),
        sa.Column("xls_sha256", sa.String(length=64), nullable=True),
        sa.Column("xls_content_type", sa.String(), nullable=True),
        sa.Column("created_by_id", BigId, nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("published_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["created_by_id"], ["actor.id"], name=op.f("fk_form_version_created_by_id")),
        sa.ForeignKeyConstraint(["form_id"], ["form.id"], name=op.f("fk_form_version_form_id")),
        sa.ForeignKeyConstraint(["xls_sha256"], ["blob.sha256"], name=op.f("fk_form_version_xls_sha256")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_form_version")),
    )
    op.create_index("ix_form_version_form_id", "form_version", ["form_id"], unique=False)
    op.create_index(
        "uq_form_version_published",
        "form_version",
        ["form_id", "version"],
        unique=True,
        sqlite_where=sa.text("published_at IS NOT NULL"),
        postgresql_where=sa.text("published_at IS NOT NULL"),
    )
    op.create_table(
        "submission",
        sa.Column("id", BigId, nullable=False),
        sa.Column("project_id", BigId, nullable=False),
        sa.Column("form_id", BigId, nullable=False),
        sa.Column("draft", sa.Boolean(), nullable=False),
        sa.Column("instance_id", sa.String(), nullable=False),
        sa.Column("submitter_id", BigId, nullable=True),
        sa.Column("device_id", sa.String(), nullable=True),
        sa.Column("user_agent", sa.String(), nullable=True),
        sa.Column("review_state", sa.String(), nullable=True),
        sa.Column("village_id", BigId, nullable=True),
        sa.Column("place_how", sa.String(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=True),
        sa.Column("deleted_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint(
            "review_state IS NULL OR review_state IN ('hasIssues', 'edited', 'rejected', 'approved')",
            name=op.f("ck_submission_review_state"),
        ),
        sa.ForeignKeyConstraint(["form_id"], ["form.id"], name=op.f("fk_submission_form_id")),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_submission_project_id")),
        sa.ForeignKeyConstraint(["submitter_id"], ["actor.id"], name=op.f("fk_submission_submitter_id")),
        sa.ForeignKeyConstraint(["village_id"], ["village.id"], name=op.f("fk_submission_village_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_submission")),
    )
    op.create_index("ix_submission_form_list", "submission", ["form_id", "draft", "created_at", "id"], unique=False)
    op.create_index("ix_submission_village", "submission", ["project_id", "village_id", "created_at"], unique=False)
    op.create_geospatial_table(
        "village_boundary",
        sa.Column("id", BigId, nullable=False),
        sa.Column("boundary_set_id", BigId, nullable=False),
        sa.Column("village_id", BigId, nullable=False),
        sa.Column(
            "geometry",
            Geometry(
                geometry_type="MULTIPOLYGON",
                srid=4326,
                dimension=2,
                spatial_index=False,
                from_text="ST_GeomFromEWKT",
                name="geometry",
                nullable=False,
            ),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["boundary_set_id"], ["boundary_set.id"], name=op.f("fk_village_boundary_boundary_set_id")
        ),
        sa.ForeignKeyConstraint(["village_id"], ["village.id"], name=op.f("fk_village_boundary_village_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_village_boundary")),
        sa.UniqueConstraint(
            "boundary_set_id", "village_id", name=op.f("uq_village_boundary_boundary_set_id_village_id")
        ),
    )
    op.create_geospatial_index(
        "idx_village_boundary_geometry",
        "village_boundary",
        ["geometry"],
        unique=False,
        postgresql_using="gist",
        postgresql_ops={},
    )
    op.create_index(op.f("ix_village_boundary_village_id"), "village_boundary", ["village_id"], unique=False)
    op.create_table(
        "village_scope",
        sa.Column("id", BigId, nullable=False),
        sa.Column("actor_id", BigId, nullable=False),
        sa.Column("project_id", BigId, nullable=False),
        sa.Column("village_id", BigId, nullable=True),
        sa.ForeignKeyConstraint(["actor_id"], ["actor.id"], name=op.f("fk_village_scope_actor_id")),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_village_scope_project_id")),
        sa.ForeignKeyConstraint(["village_id"], ["village.id"], name=op.f("fk_village_scope_village_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_village_scope")),
        sa.UniqueConstraint(
            "actor_id", "project_id", "village_id", name=op.f("uq_village_scope_actor_id_project_id_village_id")
        ),
    )
    op.create_index(op.f("ix_village_scope_actor_id"), "village_scope", ["actor_id"], unique=False)
    op.create_table(
        "form_attachment",
        sa.Column("id", BigId, nullable=False),
        sa.Column("form_version_id", BigId, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("type", sa.String(), nullable=False),
        sa.Column("blob_sha256", sa.String(length=64), nullable=True),
        sa.Column("dataset_id", BigId, nullable=True),
        sa.Column("updated_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["blob_sha256"], ["blob.sha256"], name=op.f("fk_form_attachment_blob_sha256")),
        sa.ForeignKeyConstraint(["dataset_id"], ["dataset.id"], name=op.f("fk_form_attachment_dataset_id")),
        sa.ForeignKeyConstraint(
            ["form_version_id"], ["form_version.id"], name=op.f("fk_form_attachment_form_version_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_form_attachment")),
        sa.UniqueConstraint("form_version_id", "name", name=op.f("uq_form_attachment_form_version_id_name")),
    )
    op.create_table(
        "submission_comment",
        sa.Column("id", BigId, nullable=False),
        sa.Column("submission_id", BigId, nullable=False),
        sa.Column("actor_id", BigId, nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["actor_id"], ["actor.id"], name=op.f("fk_submission_comment_actor_id")),
        sa.ForeignKeyConstraint(["submission_id"], ["submission.id"], name=op.f("fk_submission_comment_submission_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_submission_comment")),
    )
    op.create_index(op.f("ix_submission_comment_submission_id"), "submission_comment", ["submission_id"], unique=False)
    op.create_table(
        "submission_version",
        sa.Column("id", BigId, nullable=False),
        sa.Column("submission_id", BigId, nullable=False),
        sa.Column("form_id", BigId, nullable=False),
        sa.Column("draft", sa.Boolean(), nullable=False),
        sa.Column("form_version_id", BigId, nullable=False),
        sa.Column("instance_id", sa.String(), nullable=False),
        sa.Column("instance_name", sa.String(), nullable=True),
        sa.Column("deprecated_id", sa.String(), nullable=True),
        sa.Column("is_current", sa.Boolean(), nullable=False),
        sa.Column("xml", sa.LargeBinary(), nullable=False),
        sa.Column("values_json", sa.String(), nullable=True),
        sa.Column("complaints_json", sa.String(), nullable=True),
        sa.Column("encrypted", sa.Boolean(), nullable=False),
        sa.Column("submitter_id", BigId, nullable=True),
        sa.Column("device_id", sa.String(), nullable=True),
        sa.Column("user_agent", sa.String(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["form_id"], ["form.id"], name=op.f("fk_submission_version_form_id")),
        sa.ForeignKeyConstraint(
            ["form_version_id"], ["form_version.id"], name=op.f("fk_submission_version_form_version_id")
        ),
        sa.ForeignKeyConstraint(["submission_id"], ["submission.id"], name=op.f("fk_submission_version_submission_id")),
        sa.ForeignKeyConstraint(["submitter_id"], ["actor.id"], name=op.f("fk_submission_version_submitter_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_submission_version")),
        sa.UniqueConstraint(
            "form_id", "draft", "instance_id", name=op.f("uq_submission_version_form_id_draft_instance_id")
        ),
    )
    op.create_index(
        "ix_submission_version_submission_id", "submission_version", ["submission_id", "is_current"], unique=False
    )
    op.create_index(
        "uq_submission_version_current",
        "submission_version",
        ["submission_id"],
        unique=True,
        sqlite_where=sa.text("is_current"),
        postgresql_where=sa.text("is_current"),
    )
    op.create_table(
        "derive_problem",
        sa.Column("id", BigId, nullable=False),
        sa.Column("submission_version_id", BigId, nullable=False),
        sa.Column("deriver", sa.String(), nullable=False),
        sa.Column("error", sa.String(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("look_at", UtcDateTime(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["submission_version_id"], ["submission_version.id"], name=op.f("fk_derive_problem_submission_version_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_derive_problem")),
        sa.UniqueConstraint(
            "submission_version_id", "deriver", name=op.f("uq_derive_problem_submission_version_id_deriver")
        ),
    )
    op.create_index(op.f("ix_derive_problem_look_at"), "derive_problem", ["look_at"], unique=False)
    op.create_table(
        "entity_version",
        sa.Column("id", BigId, nullable=False),
        sa.Column("entity_id", BigId, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("label", sa.String(), nullable=False),
        sa.Column("data_json", sa.String(), nullable=False),
        sa.Column("received_json", sa.String(), nullable=False),
        sa.Column("base_version", sa.Integer(), nullable=True),
        sa.Column("branch_id", sa.String(), nullable=True),
        sa.Column("trunk_version", sa.Integer(), nullable=True),
        sa.Column("branch_base_version", sa.Integer(), nullable=True),
        sa.Column("conflicting_json", sa.String(), nullable=True),
        sa.Column("submission_version_id", BigId, nullable=True),
        sa.Column("creator_id", BigId, nullable=True),
        sa.Column("user_agent", sa.String(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["creator_id"], ["actor.id"], name=op.f("fk_entity_version_creator_id")),
        sa.ForeignKeyConstraint(["entity_id"], ["entity.id"], name=op.f("fk_entity_version_entity_id")),
        sa.ForeignKeyConstraint(
            ["submission_version_id"], ["submission_version.id"], name=op.f("fk_entity_version_submission_version_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_entity_version")),
        sa.UniqueConstraint("entity_id", "version", name=op.f("uq_entity_version_entity_id_version")),
    )
    op.create_index(
        op.f("ix_entity_version_submission_version_id"), "entity_version", ["submission_version_id"], unique=False
    )
    op.create_table(
        "submission_attachment",
        sa.Column("id", BigId, nullable=False),
        sa.Column("submission_version_id", BigId, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("copy", sa.Integer(), nullable=False),
        sa.Column("expected", sa.Boolean(), nullable=False),
        sa.Column("blob_sha256", sa.String(length=64), nullable=True),
        sa.Column("updated_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["blob_sha256"], ["blob.sha256"], name=op.f("fk_submission_attachment_blob_sha256")),
        sa.ForeignKeyConstraint(
            ["submission_version_id"],
            ["submission_version.id"],
            name=op.f("fk_submission_attachment_submission_version_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_submission_attachment")),
        sa.UniqueConstraint(
            "submission_version_id",
            "name",
            "copy",
            name=op.f("uq_submission_attachment_submission_version_id_name_copy"),
        ),
    )
    op.create_geospatial_table(
        "submission_geometry",
        sa.Column("id", BigId, nullable=False),
        sa.Column("submission_id", BigId, nullable=False),
        sa.Column("submission_version_id", BigId, nullable=False),
        sa.Column("project_id", BigId, nullable=False),
        sa.Column("path", sa.String(), nullable=False),
        sa.Column("is_place", sa.Boolean(), nullable=False),
        sa.Column("village_id", BigId, nullable=True),
        sa.Column("how", sa.String(), nullable=False),
        sa.Column("metres", sa.Double(), nullable=True),
        sa.Column("accuracy", sa.Double(), nullable=True),
        sa.Column(
            "geometry",
            Geometry(
                srid=4326,
                dimension=2,
                spatial_index=False,
                from_text="ST_GeomFromEWKT",
                name="geometry",
                nullable=False,
            ),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_submission_geometry_project_id")),
        sa.ForeignKeyConstraint(
            ["submission_id"], ["submission.id"], name=op.f("fk_submission_geometry_submission_id")
        ),
        sa.ForeignKeyConstraint(
            ["submission_version_id"],
            ["submission_version.id"],
            name=op.f("fk_submission_geometry_submission_version_id"),
        ),
        sa.ForeignKeyConstraint(["village_id"], ["village.id"], name=op.f("fk_submission_geometry_village_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_submission_geometry")),
    )
    op.create_geospatial_index(
        "idx_submission_geometry_geometry",
        "submission_geometry",
        ["geometry"],
        unique=False,
        postgresql_using="gist",
        postgresql_ops={},
    )
    op.create_index("ix_submission_geometry_submission_id", "submission_geometry", ["submission_id"], unique=False)
    if op.get_bind().dialect.name == "postgresql":  # SQLite has written them into the table above
        op.create_foreign_key("fk_form_current_version_id", "form", "form_version", ["current_version_id"], ["id"])
        op.create_foreign_key("fk_form_draft_version_id", "form", "form_version", ["draft_version_id"], ["id"])
