"""Where. Geometry lives in narrow tables only: batch migrations on SQLite break a table that has one."""

from datetime import date, datetime

from geoalchemy2 import Geometry, WKBElement
from sqlalchemy import BigInteger, ForeignKey, Index, UniqueConstraint
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
    successor_id: Mapped[int | None] = mapped_column(
        ForeignKey("village.id")
    )  # in force: what it was merged into (合村)


class VillageAlias(Base):
    """Kept. What people also call a village; a boundary file may call it so."""

    __tablename__ = "village_alias"
    __table_args__ = (UniqueConstraint("village_id", "name"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    village_id: Mapped[int] = mapped_column(ForeignKey("village.id"))
    name: Mapped[str]
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("actor.id"))
    created_at: Mapped[datetime]


class BoundarySet(Base):
    """Kept. One version of a project's boundaries; the newest is in force.

    `valid_from` is the day since which they hold outside of here (None: the day they came), `how` they came: import,
    drawn, merged, undone (a merge), restored (an import undone).
    """

    __tablename__ = "boundary_set"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"), index=True)
    source_name: Mapped[str]
    source_crs: Mapped[str]
    report_json: Mapped[str]
    valid_from: Mapped[date | None]
    how: Mapped[str] = mapped_column(default="import", server_default="import")
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


class VillageMerge(Base):
    """Kept. Villages that became a part of another one; `boundary_set_id` are the boundaries that made it so."""

    __tablename__ = "village_merge"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"), index=True)
    into_id: Mapped[int] = mapped_column(ForeignKey("village.id"))
    boundary_set_id: Mapped[int] = mapped_column(ForeignKey("boundary_set.id"))
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey("actor.id"))
    made_at: Mapped[datetime]
    undone_by_id: Mapped[int | None] = mapped_column(ForeignKey("actor.id"))
    undone_at: Mapped[datetime | None]


class VillageMergePart(Base):
    """Kept. One village of a merge, or one that had been merged into such a one before; with what it was, for undoing."""

    __tablename__ = "village_merge_part"

    merge_id: Mapped[int] = mapped_column(ForeignKey("village_merge.id"), primary_key=True)
    village_id: Mapped[int] = mapped_column(ForeignKey("village.id"), primary_key=True)
    parent_before_id: Mapped[int | None] = mapped_column(ForeignKey("village.id"))
    successor_before_id: Mapped[int | None] = mapped_column(ForeignKey("village.id"))


class VillageMergeRight(Base):
    """Kept. Whether a merge gave the successor to somebody whose rights had reached a merged village, and by which of her own
    villages (`village_id`) they did: undoing the merge gives her these instead.
    """

    __tablename__ = "village_merge_right"

    merge_id: Mapped[int] = mapped_column(ForeignKey("village_merge.id"), primary_key=True)
    actor_id: Mapped[int] = mapped_column(ForeignKey("actor.id"), primary_key=True, index=True)
    village_id: Mapped[int] = mapped_column(ForeignKey("village.id"), primary_key=True)
    given: Mapped[bool]


class PointShift(Base):
    """Kept. Somebody had points of one phone read in another system than they were sent in (geo/shift_detector.py).

    While it is not undone, places/place.py reads them so. What was sent stays as it is.
    """

    __tablename__ = "point_shift"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"), index=True)
    phone_id: Mapped[int] = mapped_column(ForeignKey("actor.id"))
    read_as: Mapped[str]
    made_by_id: Mapped[int] = mapped_column(ForeignKey("actor.id"))
    made_at: Mapped[datetime]
    undone_by_id: Mapped[int | None] = mapped_column(ForeignKey("actor.id"))
    undone_at: Mapped[datetime | None]


class PointShiftItem(Base):
    """Kept. A record of such a correction, with how its point came to be and what system it was sent in."""

    __tablename__ = "point_shift_item"

    shift_id: Mapped[int] = mapped_column(ForeignKey("point_shift.id"), primary_key=True)
    submission_id: Mapped[int] = mapped_column(ForeignKey("submission.id"), primary_key=True, index=True)
    geo_source: Mapped[str]
    geo_crs_declared: Mapped[str]


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


class MapCell(Base):
    """Derived, by triggers in the database alone: how many records that may be drawn lie in a part of the map.

    At levels 8, 12 and 16 a cell is a fifth of the side of a tile of that zoom, `cx` and `cy` counted from the west and the
    north; at level 0 are the records that stand at their village's name. `village_id` is 0 for none. `ids` is the sum of the
    records' ids: of a cell with one record, its id. `part`: on PostgreSQL each connection counts in one of its own, so
    that nobody waits for another (fold_cells of places/cells.py); a part alone may be less than nothing.
    """

    __tablename__ = "map_cell"
    __table_args__ = ({"sqlite_with_rowid": False},)

    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"), primary_key=True)
    level: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    cx: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    cy: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    form_id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    village_id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    part: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    number: Mapped[int]
    ids: Mapped[int] = mapped_column(BigInteger)
