"""Phones whose points seem to be GCJ-02 (geo/shift_detector.py): proposed to the office, corrected by a person, undoable.

What a phone sent stays as it is; a correction only says in which system the points of these records are read.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta

import orjson
from geoalchemy2.shape import to_shape
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from geo.crs import GCJ02
from geo.shift_detector import Observed, Suspect, find_shifted
from server.access.allow import Scope
from server.access.audit import record
from server.access.caller import Caller
from server.access.widening import with_parts
from server.errors import NotFound
from server.models import (
    Actor,
    AppUser,
    PointShift,
    PointShiftItem,
    Project,
    Submission,
    SubmissionGeometry,
    SubmissionVersion,
    Village,
    VillageScope,
)
from server.places.locating import VillageMap, village_map
from server.places.replacing import named_in
from server.places.wanted import records_in

LOOKS_BACK = timedelta(days=90)
MOST_POINTS = 5_000  # the newest of a town: each is unsealed to read the village that it names
SENT_AS, SOURCE = "EPSG:4326", "gps"  # what Collect says of every point


@dataclass(frozen=True)
class Proposal:
    """A phone, by the name of its card, and its points that would move into their villages: (from, to) codes, counted."""

    phone_id: int
    name: str
    suspect: Suspect
    moves: list[tuple[str | None, str | None, int]]


def list_proposals(db: Session, project: Project, scope: Scope, now: datetime) -> list[Proposal]:
    """What the detector finds among the records that the scope reaches, by phone."""
    known = village_map(db, project.id)
    if known is None:
        return []
    suspects = find_shifted(observe(db, project, scope, known, now), known.outlines)
    names = dict(
        db.execute(select(Actor.id, Actor.display_name).where(Actor.id.in_([one.phone for one in suspects]))).all()
    )
    return [Proposal(one.phone, names.get(one.phone, ""), one, moves_of(one, known)) for one in suspects]


def get_proposal(db: Session, project: Project, scope: Scope, phone_id: int, now: datetime) -> Proposal:
    """Raises NotFound for a phone about which nothing is proposed (any more)."""
    found = next((one for one in list_proposals(db, project, scope, now) if one.phone_id == phone_id), None)
    if found is None:
        raise NotFound()
    return found


def moves_of(suspect: Suspect, known: VillageMap) -> list[tuple[str | None, str | None, int]]:
    counted = Counter(
        (known.locate(one.lon, one.lat, one.accuracy)[0].code, known.locate(*back, one.accuracy)[0].code)
        for one, back in suspect.points
    )
    return [(before, after, number) for (before, after), number in counted.most_common()]


def observe(db: Session, project: Project, scope: Scope, known: VillageMap, now: datetime) -> list[Observed]:
    """The newest points of phones, none that are read in another system already."""
    expected = villages_of_phones(db, project.id)
    corrected = select(PointShiftItem.submission_id).join(PointShift).where(PointShift.undone_at.is_(None))
    rows = db.execute(
        select(
            Submission.id,
            Submission.submitter_id,
            SubmissionGeometry.geometry,
            SubmissionGeometry.accuracy,
            SubmissionVersion.values_json,
        )
        .join(SubmissionGeometry, SubmissionGeometry.submission_id == Submission.id)
        .join(SubmissionVersion, SubmissionVersion.id == SubmissionGeometry.submission_version_id)
        .join(AppUser, AppUser.actor_id == Submission.submitter_id)
        .where(*records_in(scope), SubmissionGeometry.is_place, Submission.created_at >= now - LOOKS_BACK)
        .where(Submission.id.not_in(corrected))
        .order_by(Submission.id.desc())
        .limit(MOST_POINTS)
    )
    found = []
    for row in rows:
        place = to_shape(row.geometry)
        if place.geom_type == "Point":
            named = named_in(orjson.loads(row.values_json or "{}"))
            codes = frozenset([named]) if named in known.ids else expected.get(row.submitter_id, frozenset())
            found.append(Observed(row.submitter_id, row.id, place.x, place.y, row.accuracy, codes))
    return found


def villages_of_phones(db: Session, project_id: int) -> dict[int, frozenset[str]]:
    """Codes of the villages that a phone is given; one of the whole town is expected anywhere in it."""
    given = with_parts(
        select(VillageScope.actor_id, VillageScope.village_id)
        .join(AppUser, AppUser.actor_id == VillageScope.actor_id)
        .where(VillageScope.project_id == project_id)
    ).subquery()
    rows = db.execute(select(given.c[0], Village.code).outerjoin(Village, Village.id == given.c[1]))
    town = list(db.scalars(select(Village.code).where(Village.project_id == project_id, Village.retired_at.is_(None))))
    found: dict[int, set[str]] = {}
    for phone, code in rows:
        found.setdefault(phone, set()).update(town if code is None else [code])
    return {phone: frozenset(codes) for phone, codes in found.items()}


def list_shifts(db: Session, project: Project) -> list[tuple[PointShift, str, int]]:
    """Corrections that stand, with the phone's name and how many records, the newest first."""
    records = select(func.count()).where(PointShiftItem.shift_id == PointShift.id).scalar_subquery()
    query = select(PointShift, Actor.display_name, records).join(Actor, Actor.id == PointShift.phone_id)
    here = query.where(PointShift.project_id == project.id, PointShift.undone_at.is_(None))
    rows = db.execute(here.order_by(PointShift.id.desc()).limit(50)).all()
    return [(shift, name, number) for shift, name, number in rows]


def correct(db: Session, caller: Caller, project: Project, scope: Scope, phone_id: int, now: datetime) -> list[int]:
    """Has the points that are proposed now read as GCJ-02; the records, which are to be placed again. Raises NotFound."""
    found = get_proposal(db, project, scope, phone_id, now)
    records = sorted({one.record for one, _ in found.suspect.points})
    shift = PointShift(project_id=project.id, phone_id=phone_id, read_as=GCJ02, made_by_id=caller.actor_id, made_at=now)
    db.add(shift)
    db.flush()
    sent = {"geo_source": SOURCE, "geo_crs_declared": SENT_AS}
    db.add_all(PointShiftItem(shift_id=shift.id, submission_id=one, **sent) for one in records)
    db.flush()
    note(db, caller, project, "point.correct", shift, len(records), now)
    return records


def undo(db: Session, caller: Caller, project: Project, scope: Scope, shift_id: int, now: datetime) -> list[int]:
    """The records, which are to be placed again as they were sent. Raises NotFound, also where some are out of reach."""
    shift = db.get(PointShift, shift_id)
    if shift is None or shift.project_id != project.id or shift.undone_at is not None:
        raise NotFound()
    records = records_of(db, shift)
    if len(list(db.scalars(select(Submission.id).where(Submission.id.in_(records), *records_in(scope))))) < len(
        records
    ):
        raise NotFound()
    shift.undone_at, shift.undone_by_id = now, caller.actor_id
    db.flush()
    note(db, caller, project, "point.correct.undo", shift, len(records), now)
    return records


def records_of(db: Session, shift: PointShift) -> list[int]:
    query = select(PointShiftItem.submission_id).where(PointShiftItem.shift_id == shift.id)
    return list(db.scalars(query.order_by(PointShiftItem.submission_id)))


def note(
    db: Session, caller: Caller, project: Project, action: str, shift: PointShift, records: int, now: datetime
) -> None:
    details = {"shiftId": shift.id, "phoneId": shift.phone_id, "records": records}
    record(db, action, actor_id=caller.actor_id, project_id=project.id, details=details, now=now)
