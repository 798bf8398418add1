"""What is known of a thing over time: entity lists, as ODK means them."""

from datetime import datetime

from sqlalchemy import Boolean, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from server.models.base import Base, BigId
from server.models.sealed import SealedText


class Dataset(Base):
    """Kept. An entity list. `revision` counts every change of the list; its hash on the wire is made of it.

    `owner_only` and the rules (DatasetRule) say what of it somebody is told who may not list entities: not both at once.
    A deleted one gives its name away: `name` is then followed by a space and its id, as no list can be called.
    """

    __tablename__ = "dataset"
    __table_args__ = (UniqueConstraint("project_id", "name"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"))
    name: Mapped[str]
    approval_required: Mapped[bool] = mapped_column(Boolean, default=False)
    owner_only: Mapped[bool] = mapped_column(Boolean, default=False)
    revision: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime | None]
    deleted_at: Mapped[datetime | None]

    @property
    def called(self) -> str:
        """The name that people know it by, also after it was deleted."""
        return self.name.removesuffix(f" {self.id}")


class DatasetProperty(Base):
    """Kept. A column of an entity list, in the order of making."""

    __tablename__ = "dataset_property"
    __table_args__ = (UniqueConstraint("dataset_id", "name"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    dataset_id: Mapped[int] = mapped_column(ForeignKey("dataset.id"))
    name: Mapped[str]
    published_at: Mapped[datetime]


class DatasetRule(Base):
    """Kept. One way in which a filtered list is told: where an entity's property says what the asker's property says."""

    __tablename__ = "dataset_rule"

    dataset_id: Mapped[int] = mapped_column(ForeignKey("dataset.id"), primary_key=True)
    property_id: Mapped[int] = mapped_column(ForeignKey("dataset_property.id"), primary_key=True)
    actor_property_id: Mapped[int] = mapped_column(ForeignKey("actor_property.id"), primary_key=True)


class Entity(Base):
    """Kept. `village_code` repeats the property of that name, so that lists can be cut by village.

    `about` repeats the uuid in the property `woman`, so that what is about her is found: the database sees no property.
    """

    __tablename__ = "entity"
    __table_args__ = (
        UniqueConstraint("dataset_id", "uuid"),
        Index("ix_entity_village_code", "dataset_id", "village_code"),
        Index("ix_entity_about", "dataset_id", "about"),
        Index("ix_entity_creator_id", "dataset_id", "creator_id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    dataset_id: Mapped[int] = mapped_column(ForeignKey("dataset.id"))
    uuid: Mapped[str]
    version: Mapped[int] = mapped_column(default=1)  # of the current EntityVersion
    label: Mapped[str] = mapped_column(SealedText("entity.label"))
    data_json: Mapped[str] = mapped_column(SealedText("entity.data_json"))
    about: Mapped[str | None]
    village_code: Mapped[str | None]
    conflict: Mapped[str | None]  # soft, hard
    creator_id: Mapped[int | None] = mapped_column(ForeignKey("actor.id"))
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime | None]
    deleted_at: Mapped[datetime | None]


class EntityVersion(Base):
    """Kept. What an entity was, what was received to make it so, and from which submission."""

    __tablename__ = "entity_version"
    __table_args__ = (UniqueConstraint("entity_id", "version"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    entity_id: Mapped[int] = mapped_column(ForeignKey("entity.id"))
    version: Mapped[int]
    label: Mapped[str] = mapped_column(SealedText("entity_version.label"))
    data_json: Mapped[str] = mapped_column(SealedText("entity_version.data_json"))
    received_json: Mapped[str] = mapped_column(SealedText("entity_version.received_json"))
    base_version: Mapped[int | None]
    branch_id: Mapped[str | None]
    trunk_version: Mapped[int | None]
    branch_base_version: Mapped[int | None]
    conflicting_json: Mapped[str | None]  # names of properties
    submission_version_id: Mapped[int | None] = mapped_column(ForeignKey("submission_version.id"), index=True)
    creator_id: Mapped[int | None] = mapped_column(ForeignKey("actor.id"))
    user_agent: Mapped[str | None]
    created_at: Mapped[datetime]


class PurgedEntity(Base):
    """Kept. An entity that went out of the trash, remembered by a hash of its uuid (access/pseudonyms.py)."""

    __tablename__ = "purged_entity"

    dataset_id: Mapped[int] = mapped_column(ForeignKey("dataset.id"), primary_key=True, autoincrement=False)
    uuid_hash: Mapped[bytes] = mapped_column(primary_key=True)
    purged_at: Mapped[datetime]


class EntityBacklog(Base):
    """Kept until done. A change made offline whose predecessor has not arrived; `act_json` is forms.entities.EntityAct."""

    __tablename__ = "entity_backlog"
    __table_args__ = (
        Index("ix_entity_backlog_next", "dataset_id", "uuid", "base_version"),
        Index("ix_entity_backlog_held_at", "held_at"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    dataset_id: Mapped[int] = mapped_column(ForeignKey("dataset.id"))
    uuid: Mapped[str]
    branch_id: Mapped[str]
    base_version: Mapped[int]
    act_json: Mapped[str] = mapped_column(SealedText("entity_backlog.act_json"))
    submission_id: Mapped[int] = mapped_column(ForeignKey("submission.id"))
    submission_version_id: Mapped[int] = mapped_column(ForeignKey("submission_version.id"))
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("actor.id"))
    user_agent: Mapped[str | None]
    held_at: Mapped[datetime]
