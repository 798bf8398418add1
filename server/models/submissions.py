"""What was answered, in versions, with its files."""

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, UniqueConstraint, false, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from server.models.base import Base, BigId
from server.models.forms import Form
from server.models.sealed import SealedBytes, SealedText


class Submission(Base):
    """Kept. One visit's record; `instance_id` is that of its first version and stable for life.

    `village_id` and `place_how` are derived (places/place.py): they are here because every list is scoped by village.
    `health` says that it holds somebody's health answers, for the care team alone; `sealed` that nobody reads it (Seal).
    What was purged is empty; its id stays, so that it is known when a phone sends it again.
    """

    __tablename__ = "submission"
    __table_args__ = (
        CheckConstraint(
            "review_state IS NULL OR review_state IN ('hasIssues', 'edited', 'rejected', 'approved')",
            name="review_state",
        ),
        Index("ix_submission_form_list", "form_id", "draft", "created_at", "id"),
        Index("ix_submission_village", "project_id", "village_id", "created_at"),
        Index("ix_submission_submitter", "project_id", "submitter_id", "created_at"),
        Index("ix_submission_newest", "project_id", "created_at", "id"),
        Index(
            "ix_submission_at_label",
            "project_id",
            "village_id",
            "id",
            sqlite_where=text("place_how = 'village'"),
            postgresql_where=text("place_how = 'village'"),
        ),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"))
    form_id: Mapped[int] = mapped_column(ForeignKey("form.id"))
    draft: Mapped[bool] = mapped_column(default=False)
    instance_id: Mapped[str]
    submitter_id: Mapped[int | None] = mapped_column(ForeignKey("actor.id"))
    device_id: Mapped[str | None]
    user_agent: Mapped[str | None]
    review_state: Mapped[str | None]
    village_id: Mapped[int | None] = mapped_column(ForeignKey("village.id"))
    place_how: Mapped[str | None]  # places.locating.Place
    health: Mapped[bool] = mapped_column(default=False, server_default=false())
    sealed: Mapped[bool] = mapped_column(default=False, server_default=false())
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime | None]
    deleted_at: Mapped[datetime | None]
    purged_at: Mapped[datetime | None]

    form: Mapped[Form] = relationship()


class SubmissionVersion(Base):
    """Kept. One set of bytes as sent. `values_json` is derived from them: forms.instance.read_values.

    Of a (form, draft, instance id) there is one row: the unique key decides races between identical uploads.
    """

    __tablename__ = "submission_version"
    __table_args__ = (
        UniqueConstraint("form_id", "draft", "instance_id"),
        Index("ix_submission_version_submission_id", "submission_id", "is_current"),
        Index(
            "uq_submission_version_current",
            "submission_id",
            unique=True,
            sqlite_where=text("is_current"),
            postgresql_where=text("is_current"),
        ),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    submission_id: Mapped[int] = mapped_column(ForeignKey("submission.id"))
    form_id: Mapped[int] = mapped_column(ForeignKey("form.id"))
    draft: Mapped[bool] = mapped_column(default=False)
    form_version_id: Mapped[int] = mapped_column(ForeignKey("form_version.id"))
    instance_id: Mapped[str]
    instance_name: Mapped[str | None] = mapped_column(SealedText("submission_version.instance_name"))
    deprecated_id: Mapped[str | None]
    is_current: Mapped[bool]
    xml: Mapped[bytes] = mapped_column(SealedBytes("submission_version.xml"))
    # null: our reading of it failed, see DeriveProblem
    values_json: Mapped[str | None] = mapped_column(SealedText("submission_version.values_json"))
    complaints_json: Mapped[str | None] = mapped_column(SealedText("submission_version.complaints_json"))
    encrypted: Mapped[bool] = mapped_column(default=False)
    submitter_id: Mapped[int | None] = mapped_column(ForeignKey("actor.id"))
    device_id: Mapped[str | None]
    user_agent: Mapped[str | None]
    created_at: Mapped[datetime]

    submission: Mapped[Submission] = relationship()


class SubmissionAttachment(Base):
    """Kept. A file of a version. `copy` 0 is what is served by name; 1, 2, … are later files of the same name, kept aside.

    `expected`: the XML names it. `blob_sha256` null: named but not arrived.
    """

    __tablename__ = "submission_attachment"
    __table_args__ = (
        UniqueConstraint("submission_version_id", "name", "copy"),
        Index("ix_submission_attachment_blob_sha256", "blob_sha256"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    submission_version_id: Mapped[int] = mapped_column(ForeignKey("submission_version.id"))
    name: Mapped[str]
    copy: Mapped[int] = mapped_column(default=0)
    expected: Mapped[bool] = mapped_column(default=True)
    blob_sha256: Mapped[str | None] = mapped_column(ForeignKey("blob.sha256"))
    updated_at: Mapped[datetime | None]


class SubmissionComment(Base):
    """Kept. What a reviewer wrote beside a record."""

    __tablename__ = "submission_comment"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    submission_id: Mapped[int] = mapped_column(ForeignKey("submission.id"), index=True)
    actor_id: Mapped[int] = mapped_column(ForeignKey("actor.id"))
    body: Mapped[str] = mapped_column(SealedText("submission_comment.body"))
    created_at: Mapped[datetime]


class AnswerWord(Base):
    """Derived. An answer that can be looked for (forms/findable.py), as a number that only the project's AnswerKey gives.

    Answers are sealed where they lie; this says that two records answered alike, and to nobody without the key what.
    """

    __tablename__ = "answer_word"
    __table_args__ = (
        Index("ix_answer_word_submission_id", "submission_id"),
        {"sqlite_with_rowid": False},
    )

    word: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    submission_id: Mapped[int] = mapped_column(ForeignKey("submission.id"), primary_key=True)


class AnswerKey(Base):
    """Kept. What a project's answer words are made with: random bytes, sealed, so that rotating keys leaves the words alone.

    Records with an id under `left_below` came before there were words, and have none yet; 0 when all have.
    """

    __tablename__ = "answer_key"

    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"), primary_key=True)
    key: Mapped[bytes] = mapped_column(SealedBytes("answer_key.key"))
    left_below: Mapped[int] = mapped_column(BigInteger, default=0)


class DeriveProblem(Base):
    """Derived. A deriver failed on a version; a job tries again, five times with growing gaps, then leaves it to people."""

    __tablename__ = "derive_problem"
    __table_args__ = (UniqueConstraint("submission_version_id", "deriver"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    submission_version_id: Mapped[int] = mapped_column(ForeignKey("submission_version.id"))
    deriver: Mapped[str]
    error: Mapped[str]  # class and place only, never an answer
    tries: Mapped[int] = mapped_column(default=1)
    look_at: Mapped[datetime | None] = mapped_column(index=True)
    created_at: Mapped[datetime]
