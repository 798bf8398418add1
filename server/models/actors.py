"""Who acts: people with a password, phones with a key, and what each may do where."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column

from server.models.base import Base, BigId
from server.models.sealed import SealedText


class Actor(Base):
    """Kept. `type` as Central writes it: user, field_key (app user), public_link, singleUse."""

    __tablename__ = "actor"
    __table_args__ = (CheckConstraint("type IN ('user', 'field_key', 'public_link', 'singleUse')", name="type"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    type: Mapped[str]
    display_name: Mapped[str]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime | None]
    deleted_at: Mapped[datetime | None]


class User(Base):
    """Kept. A web account. `email` is lower case; a disabled one keeps its row and cannot sign in."""

    __tablename__ = "user"

    actor_id: Mapped[int] = mapped_column(ForeignKey("actor.id"), primary_key=True)
    email: Mapped[str] = mapped_column(unique=True)
    password_hash: Mapped[str | None]
    language: Mapped[str | None]
    last_login_at: Mapped[datetime | None]
    disabled_at: Mapped[datetime | None]


class AppUser(Base):
    """Kept. A phone's key: SHA-256 for look-up, AES-GCM so that who may manage it sees it again; both null once revoked.

    `first_device_id` is the device that used the key first; another one is written beside it, for the office to ask about.
    `person_id` is the worker who carries it, who is told of what is due in its villages; `care_role` what lists it gets
    in a care project: village_worker, clinician or benefit_officer.
    """

    __tablename__ = "app_user"

    actor_id: Mapped[int] = mapped_column(ForeignKey("actor.id"), primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"), index=True)
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("actor.id"))
    token_hash: Mapped[bytes | None] = mapped_column(unique=True)
    token_sealed: Mapped[bytes | None]
    revoked_at: Mapped[datetime | None]
    last_used_at: Mapped[datetime | None]
    last_device_id: Mapped[str | None]
    first_used_at: Mapped[datetime | None]
    first_device_id: Mapped[str | None]
    other_device_at: Mapped[datetime | None]
    other_device_id: Mapped[str | None]
    person_id: Mapped[int | None] = mapped_column(ForeignKey("actor.id"))
    care_role: Mapped[str] = mapped_column(default="village_worker", server_default="village_worker")


class PublicLink(Base):
    """Kept. A link by which anybody fills in one form of a plain project; the key in it as a phone's, null once revoked.

    `once`: it takes one record and no second.
    """

    __tablename__ = "public_link"

    actor_id: Mapped[int] = mapped_column(ForeignKey("actor.id"), primary_key=True)
    form_id: Mapped[int] = mapped_column(ForeignKey("form.id"), index=True)
    once: Mapped[bool] = mapped_column(default=False, server_default=false())
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("actor.id"))
    token_hash: Mapped[bytes | None] = mapped_column(unique=True)
    token_sealed: Mapped[bytes | None]
    revoked_at: Mapped[datetime | None]


class ActorProperty(Base):
    """Kept. Something that is said of the phones of a project, by which its entity lists are cut (DatasetRule)."""

    __tablename__ = "actor_property"
    __table_args__ = (UniqueConstraint("project_id", "name"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"))
    name: Mapped[str]


class ActorPropertyValue(Base):
    """Kept as long as the phone. What is said of one phone: it may be what entities say, so it is sealed as they are."""

    __tablename__ = "actor_property_value"

    actor_id: Mapped[int] = mapped_column(ForeignKey("actor.id"), primary_key=True)
    property_id: Mapped[int] = mapped_column(ForeignKey("actor_property.id"), primary_key=True)
    value: Mapped[str] = mapped_column(SealedText("actor_property_value.value"))


class Session(Base):
    """Kept while it lives. A signed-in browser or API client; only the SHA-256 of its token is here.

    `second_factor` says that more than a password was shown when it began.
    """

    __tablename__ = "session"

    token_hash: Mapped[bytes] = mapped_column(primary_key=True)
    actor_id: Mapped[int] = mapped_column(ForeignKey("actor.id"), index=True)
    project_id: Mapped[int | None] = mapped_column(ForeignKey("project.id"))  # the one last looked at on a page
    user_agent: Mapped[str | None]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    second_factor: Mapped[bool] = mapped_column(default=False, server_default=false())
    last_used_at: Mapped[datetime | None]
    address: Mapped[str | None]


class Assignment(Base):
    """Kept. An actor has a role on the whole site (both null), in a project, or on one form."""

    __tablename__ = "assignment"
    __table_args__ = (
        Index("ix_assignment_actor_id", "actor_id"),
        Index("ix_assignment_scope", "project_id", "form_id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    actor_id: Mapped[int] = mapped_column(ForeignKey("actor.id"))
    role_id: Mapped[int]
    project_id: Mapped[int | None] = mapped_column(ForeignKey("project.id"))
    form_id: Mapped[int | None] = mapped_column(ForeignKey("form.id"))


class VillageScope(Base):
    """Kept. Which villages an actor's rights reach in a care project; a row without a village means the whole town."""

    __tablename__ = "village_scope"
    __table_args__ = (UniqueConstraint("actor_id", "project_id", "village_id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    actor_id: Mapped[int] = mapped_column(ForeignKey("actor.id"), index=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"))
    village_id: Mapped[int | None] = mapped_column(ForeignKey("village.id"))


class OneTimeToken(Base):
    """Kept until used. `purpose` is setup (the first administrator) or password (set a new one without mail)."""

    __tablename__ = "one_time_token"

    token_hash: Mapped[bytes] = mapped_column(primary_key=True)
    purpose: Mapped[str]
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("actor.id"))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]


class ResetWish(Base):
    """Kept for a quarter of an hour. Somebody asked for a mail to set a new password: a SHA-256 of the address, known or not."""

    __tablename__ = "reset_wish"

    email_hash: Mapped[bytes] = mapped_column(primary_key=True)
    asked_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]


class FailedSignIn(Base):
    """Kept for a quarter of an hour. `key` is a SHA-256 of the account or the network address: people mistype passwords there."""

    __tablename__ = "failed_sign_in"
    __table_args__ = (Index("ix_failed_sign_in_key", "key", "failed_at"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    key: Mapped[bytes]
    failed_at: Mapped[datetime] = mapped_column(index=True)
