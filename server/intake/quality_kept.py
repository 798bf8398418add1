"""What is stored of records that are to be judged: asked once for a few of them, since a question costs as much as its answer."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from geoalchemy2.shape import to_shape
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from geo.crs import metres_between
from server.intake.derive import read_as
from server.intake.quality_pictures import pictures_of
from server.models import (
    FormVersion,
    Project,
    QualityFlag,
    QualityMeasure,
    QualityPicture,
    Submission,
    SubmissionAttachment,
    SubmissionGeometry,
    SubmissionVersion,
)
from server.reading import Reading


@dataclass(frozen=True)
class Point:
    """Degrees, WGS-84, and the phone's accuracy in metres where it gave one."""

    lon: float
    lat: float
    accuracy: float | None

    def metres_to(self, other: "Point") -> float:
        return metres_between(self.lon, self.lat, other.lon, other.lat)


@dataclass(frozen=True)
class Kept:
    """A record that somebody reads. `point` is the one that places it; None where it has none, or a line or an area.

    `files_aside` are the older bytes of files of which two came under one name; `pictures` what its pictures are called in
    the store.
    """

    submission: Submission
    version: SubmissionVersion
    form_version: FormVersion
    project: Project
    files_aside: int
    point: Point | None
    pictures: frozenset[str]
    looks: Sequence[QualityPicture]
    measure: QualityMeasure | None
    flags: Sequence[QualityFlag]

    def read(self, db: Session, now: datetime) -> Reading:
        return read_as(db, self.version, self.submission, self.form_version, self.project, now)


def read_kept(db: Session, submission_ids: Sequence[int]) -> dict[int, Kept]:
    """By record, as it is now; without those that are sealed, trials, deleted or gone."""
    rows = db.execute(
        select(Submission, SubmissionVersion, FormVersion, Project)
        .join(SubmissionVersion, (SubmissionVersion.submission_id == Submission.id) & SubmissionVersion.is_current)
        .join(FormVersion, FormVersion.id == SubmissionVersion.form_version_id)
        .join(Project, Project.id == Submission.project_id)
        .where(
            Submission.id.in_(submission_ids), ~Submission.sealed, ~Submission.draft, Submission.deleted_at.is_(None)
        )
        .execution_options(populate_existing=True)
    ).all()
    aside, points = count_aside(db, [row[1].id for row in rows]), find_points(db, submission_ids)
    pictures = grouped(db.execute(pictures_of(submission_ids)), lambda row: row[0])
    looks = of_records(db, QualityPicture, submission_ids)
    measures = of_records(db, QualityMeasure, submission_ids)
    flags = of_records(db, QualityFlag, submission_ids)
    return {
        submission.id: Kept(
            submission=submission,
            version=version,
            form_version=form_version,
            project=project,
            files_aside=aside.get(version.id, 0),
            point=points.get(submission.id),
            pictures=frozenset(sha256 for _, sha256 in pictures.get(submission.id, ()) if sha256),
            looks=looks.get(submission.id, ()),
            measure=next(iter(measures.get(submission.id, ())), None),
            flags=flags.get(submission.id, ()),
        )
        for submission, version, form_version, project in rows
    }


def count_aside(db: Session, version_ids: Sequence[int]) -> dict[int, int]:
    here = SubmissionAttachment.submission_version_id
    query = select(here, func.count()).where(here.in_(version_ids), SubmissionAttachment.copy > 0)
    return dict(db.execute(query.group_by(here)).all())


def find_points(db: Session, submission_ids: Sequence[int]) -> dict[int, Point]:
    about = SubmissionGeometry.submission_id, SubmissionGeometry.geometry, SubmissionGeometry.accuracy
    rows = db.execute(
        select(*about).where(SubmissionGeometry.submission_id.in_(submission_ids), SubmissionGeometry.is_place)
    )
    points = ((number, read_point(geometry, accuracy)) for number, geometry, accuracy in rows)
    return {number: point for number, point in points if point is not None}


def read_point(geometry: Any, accuracy: float | None) -> Point | None:
    shape = to_shape(geometry)
    return Point(shape.x, shape.y, accuracy) if shape.geom_type == "Point" else None


AboutQuality = TypeVar("AboutQuality", QualityFlag, QualityMeasure, QualityPicture)


def of_records(
    db: Session, model: type[AboutQuality], submission_ids: Sequence[int]
) -> Mapping[int, list[AboutQuality]]:
    rows = db.scalars(select(model).where(model.submission_id.in_(submission_ids)))
    return grouped(rows, lambda row: row.submission_id)


One = TypeVar("One")


def grouped(rows: Iterable[One], by: Callable[[One], int]) -> Mapping[int, list[One]]:
    found = defaultdict[int, list[One]](list)
    for row in rows:
        found[by(row)].append(row)
    return found
