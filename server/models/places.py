"""Where. Geometry lives in narrow tables only: batch migrations on SQLite break a table that has one."""

from datetime import datetime

from geoalchemy2 import Geometry, WKBElement
from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from server.models.base import Base, BigId


class Village(Base):
    """Kept. `code` is the official 12-digit one where there is one. The label point stands for the village as a whole.

    `parent_id` is what it is a part of: a cluster of villages (片), or the village of a hamlet (社). Rights in a village
    reach its parts.
    """

    __tablename__ = "village"
    __table_args__ = (UniqueConstraint("project_id", "code"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"))
    code: Mapped[str]
    name: Mapped[str]
    label_lon: Mapped[float | None]
    label_lat: Mapped[float | None]
    created_at: Mapped[datetime]
    retired_at: Mapped[datetime | None]  # no longer in the newest boundaries; its history stays
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("village.id"), index=True)


class BoundarySet(Base):
    """Kept. One import of boundaries; the newest of a project is in force."""

    __tablename__ = "boundary_set"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"), index=True)
    source_name: Mapped[str]
    source_crs: Mapped[str]
    report_json: Mapped[str]
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("actor.id"))
    created_at: Mapped[datetime]


class VillageBoundary(Base):
    """Kept. A village's outline in one boundary set, WGS-84."""

    __tablename__ = "village_boundary"
    __table_args__ = (UniqueConstraint("boundary_set_id", "village_id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    boundary_set_id: Mapped[int] = mapped_column(ForeignKey("boundary_set.id"))
    village_id: Mapped[int] = mapped_column(ForeignKey("village.id"), index=True)
    geometry: Mapped[WKBElement] = mapped_column(Geometry("MULTIPOLYGON", srid=4326))


class SubmissionGeometry(Base):
    """Derived. One geographic answer of a submission's current version, with the village it fell in and how that was told.

    `how` is inside, nearest (then `metres` to the village) or unknown; `accuracy` is the phone's, in metres.
    """

    __tablename__ = "submission_geometry"
    __table_args__ = (Index("ix_submission_geometry_submission_id", "submission_id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    submission_id: Mapped[int] = mapped_column(ForeignKey("submission.id"))
    submission_version_id: Mapped[int] = mapped_column(ForeignKey("submission_version.id"))
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"))
    path: Mapped[str]
    is_place: Mapped[bool]  # the answer that places the submission: the first point of the form
    village_id: Mapped[int | None] = mapped_column(ForeignKey("village.id"))
    how: Mapped[str]
    metres: Mapped[float | None]
    accuracy: Mapped[float | None]
    geometry: Mapped[WKBElement] = mapped_column(Geometry("GEOMETRY", srid=4326))
