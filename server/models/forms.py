"""What is asked, in versions."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from server.models.base import Base, BigId
from server.models.projects import Project


class Form(Base):
    """Kept. One xmlFormId of a project; `current_version_id` is what phones get, `draft_version_id` what is being tried."""

    __tablename__ = "form"
    __table_args__ = (
        CheckConstraint("state IN ('open', 'closing', 'closed')", name="state"),
        Index(
            "uq_form_project_id_xml_form_id",
            "project_id",
            "xml_form_id",
            unique=True,
            sqlite_where=text("deleted_at IS NULL"),
            postgresql_where=text("deleted_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"))
    xml_form_id: Mapped[str]
    state: Mapped[str] = mapped_column(default="open")
    current_version_id: Mapped[int | None] = mapped_column(
        ForeignKey("form_version.id", use_alter=True, name="fk_form_current_version_id")
    )
    draft_version_id: Mapped[int | None] = mapped_column(
        ForeignKey("form_version.id", use_alter=True, name="fk_form_draft_version_id")
    )
    draft_token_hash: Mapped[bytes | None] = mapped_column(unique=True)
    draft_token_sealed: Mapped[bytes | None]
    webforms_enabled: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime | None]
    deleted_at: Mapped[datetime | None]
    purged_at: Mapped[datetime | None]

    project: Mapped[Project] = relationship()
    current_version: Mapped["FormVersion | None"] = relationship(foreign_keys=[current_version_id], post_update=True)
    draft_version: Mapped["FormVersion | None"] = relationship(foreign_keys=[draft_version_id], post_update=True)


class FormVersion(Base):
    """Kept (a draft is replaced by the next). `xml` are the exact bytes served and hashed; `schema_json` is read from them.

    `version` is an opaque string, perhaps empty. `published_at` null means draft, or a draft that was replaced.
    """

    __tablename__ = "form_version"
    __table_args__ = (
        Index("ix_form_version_form_id", "form_id"),
        Index(
            "uq_form_version_published",
            "form_id",
            "version",
            unique=True,
            sqlite_where=text("published_at IS NOT NULL"),
            postgresql_where=text("published_at IS NOT NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    form_id: Mapped[int] = mapped_column(ForeignKey("form.id"))
    version: Mapped[str]
    name: Mapped[str | None]
    xml: Mapped[bytes]
    md5: Mapped[str] = mapped_column(String(32))
    sha1: Mapped[str] = mapped_column(String(40))
    sha256: Mapped[str] = mapped_column(String(64))
    schema_json: Mapped[str]  # derived from xml: forms.schema.FormSchema.to_json()
    entity_related: Mapped[bool] = mapped_column(default=False)
    encrypted: Mapped[bool] = mapped_column(default=False)
    xls_sha256: Mapped[str | None] = mapped_column(ForeignKey("blob.sha256"))
    xls_content_type: Mapped[str | None]
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("actor.id"))
    created_at: Mapped[datetime]
    published_at: Mapped[datetime | None]

    form: Mapped[Form] = relationship(foreign_keys=[form_id])


class FormAttachment(Base):
    """Kept. A file that a version of a form needs: filled by a blob, or linked to an entity list, or still missing."""

    __tablename__ = "form_attachment"
    __table_args__ = (UniqueConstraint("form_version_id", "name"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    form_version_id: Mapped[int] = mapped_column(ForeignKey("form_version.id"))
    name: Mapped[str]
    type: Mapped[str]  # image, audio, video, file
    blob_sha256: Mapped[str | None] = mapped_column(ForeignKey("blob.sha256"))
    dataset_id: Mapped[int | None] = mapped_column(ForeignKey("dataset.id"))
    updated_at: Mapped[datetime | None]
