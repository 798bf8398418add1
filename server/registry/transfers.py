"""How each transfer of care stands, by all F8 records about it: what its row in the list says, and what rules read.

She alone asks for one, and her "no" ends it at once: whichever phone's record of it comes first or last, and also when she
takes back her consent to the service altogether. Only she begins it anew. domain.md 3, F8.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Final

import orjson
from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from forms.entities import EntityAct
from server.db import ask
from server.models import Dataset, Entity, TransferPackage, Woman
from server.registry.consent import consents_in_order, place_in_time, says_of_service
from server.registry.entities import Author, write_update
from server.registry.people import day_of
from server.registry.telling import TRANSFER, Event
from server.registry.transfer_told import agreed_as, running_of, shut

TRANSFERS: Final = "transfers"
OUT, IN = "out", "in"
ASKED, RECEIVED, STARTED, CANCELLED = "asked", "received", "started", "cancelled"
SENT, EXPIRED = "sent", "expired"
"""Written by the server alone: what became of the package that she asked for."""
OVER: Final = frozenset((STARTED, CANCELLED, EXPIRED))

When = tuple[date, str]
"""The day of a record, and its event."""


@dataclass(frozen=True)
class Course:
    """One transfer. `status` is "" while no record of it came to anything.

    `agreed`: the record by which she last agreed to just this being passed on, `received`: the first that says that the
    other side has it, `started`: the first on which she had come here, `served`: the first that tells of services, or the
    next talk with her; `cancelled`: her "no". `needs_checks` is the last answer to `pregnant_now`; `asked_at`: when she
    last asked.
    """

    uuid: str
    direction: str = ""
    status: str = ""
    agreed: When | None = None
    received: When | None = None
    started: When | None = None
    served: When | None = None
    cancelled: When | None = None
    needs_checks: str = ""
    asked_at: tuple[date, datetime] | None = None


def courses_of(events: Sequence[Event]) -> dict[str, Course]:
    """A woman's transfers by uuid, in whatever order their records came. `events` may hold her consents, too."""
    told: dict[str, list[Event]] = {}
    for one in events:
        if one.form_id == TRANSFER and one.episode:
            told.setdefault(one.episode, []).append(one)
    refusals = [one for one in consents_in_order(events) if says_of_service(one.data) is False]
    courses = (ended_by(refusals, course_of(uuid, records)) for uuid, records in told.items())
    return {one.uuid: one for one in courses if one.status}


def course_of(uuid: str, records: Iterable[Event]) -> Course:
    course = Course(uuid)
    for one in sorted(records, key=place_of):
        course = follow(course, one)
    return course


def place_of(event: Event) -> tuple[bool, date, bool, datetime, str]:
    """What begins a transfer comes first, whatever its clock said; of one day her "no" comes last."""
    return "step" in event.data, day_of(event), says_no(event.data), event.received_at, event.event


def says_no(data: dict[str, str]) -> bool:
    """That she does not want it any more, or not what it would be now. A "no" to a new one begins nothing."""
    return data.get("step") == "cancel" or ("step" in data and data.get("consent_transfer") == "no")


def follow(before: Course, event: Event) -> Course:
    data, when = event.data, (day_of(event), event.event)
    course = replace(before, direction=before.direction or data.get("direction", ""))
    if says_no(data):
        return replace(course, status=CANCELLED, cancelled=course.cancelled or when)
    if data.get("step") == "receipt":
        return is_with_them(course, event, when) if data.get("receiver_ack") == "received" else course
    if data.get("she_asks") != "yes":
        return course
    course = replace(course, needs_checks=data.get("pregnant_now") or course.needs_checks)
    if course.direction == IN:
        return has_come(course, event, when)
    return asked_for(course, event, when) if data.get("consent_transfer") == "yes" else course


def is_with_them(course: Course, event: Event, when: When) -> Course:
    """Nothing comes of it after her "no", nor where she is here already."""
    if course.status in (CANCELLED, STARTED):
        return course
    asked_at = course.asked_at or (when[0], event.received_at)
    return replace(course, status=RECEIVED, received=course.received or when, asked_at=asked_at)


def asked_for(course: Course, event: Event, when: When) -> Course:
    """What somebody got before is not what she wants passed on now."""
    asked_at = (when[0], event.received_at)
    return replace(course, status=ASKED, agreed=when, received=None, cancelled=None, asked_at=asked_at)


def has_come(course: Course, event: Event, when: When) -> Course:
    told = set(event.data.get("services_in", "").split()) - {"none"}
    served = course.served or (when if told or course.started else None)
    asked_at = (when[0], event.received_at)
    started = course.started or when
    return replace(course, status=STARTED, started=started, served=served, cancelled=None, asked_at=asked_at)


def ended_by(refusals: Sequence[Event], course: Course) -> Course:
    """What is under way ends with her consent to the service; a later consent of hers brings none back."""
    if course.status in OVER or course.asked_at is None:
        return course
    later = [one for one in refusals if place_in_time(one)[:2] >= course.asked_at]
    if not later:
        return course
    return replace(course, status=CANCELLED, cancelled=(place_in_time(later[0])[0], later[0].event))


_LISTED: Final = (
    select(Entity.id, Entity.dataset_id, Entity.uuid, Entity.data_json)
    .join(Dataset, Dataset.id == Entity.dataset_id)
    .where(Dataset.project_id == bindparam("project"), Dataset.name == bindparam("list"))
    .where(Entity.about == bindparam("woman"), Entity.deleted_at.is_(None))
    .order_by(Entity.id)
)
"""Built once: it is asked at every record about a woman, and few have a transfer."""


def align_transfers(db: Session, project_id: int, woman: str, events: Sequence[Event], now: datetime) -> None:
    """Brings the rows of her transfers in line with what she said: records may arrive late, or be corrected or taken out."""
    rows = ask(db, _LISTED, {"project": project_id, "list": TRANSFERS, "woman": woman}).all()
    courses = courses_of(events) if rows else {}
    running = running_of(db, project_id, [row.uuid for row in rows]) if rows else {}
    agrees = rows and db.scalar(
        select(Woman.consent_service).where(Woman.project_id == project_id, Woman.uuid == woman)
    )
    for row in rows:
        told, course = orjson.loads(row.data_json), courses.get(row.uuid)
        package = hers_of(db, running.get(row.uuid), course, woman)
        status = beside_package(db, package, course, status_of(told, course, bool(agrees)))
        if status != told.get("status", ""):
            entity, dataset = db.get_one(Entity, row.id), db.get_one(Dataset, row.dataset_id)
            act = EntityAct(dataset.name, entity.uuid, False, True, entity.version, None, None, "", {"status": status})
            write_update(db, dataset, entity, entity.version, act, Author(None, None, None, None, now))


def hers_of(db: Session, row: TransferPackage | None, course: Course | None, woman: str) -> TransferPackage | None:
    """The package of a transfer, where it is of this woman. The record by which another one agreed was about her by mistake:
    what was made of that goes nowhere."""
    if row is None or row.woman_uuid == woman:
        return row
    if course is not None:
        shut(row, "replaced")
        db.flush()
    return None


def beside_package(db: Session, row: TransferPackage | None, course: Course | None, status: str) -> str:
    """What a row is to say, by the package of it that is under way or whose time is over; one that is not what she wants now
    ends. Without one nothing is under way, whatever a phone wrote."""
    if row is None:
        return ASKED if course is not None and status in (SENT, EXPIRED) else status
    if ends_package(db, row, course):
        return ASKED if status in (SENT, EXPIRED) else status
    return SENT if row.state == "sent" else EXPIRED


def ends_package(db: Session, row: TransferPackage, course: Course | None) -> bool:
    """Whether what is under way is not what she wants now: it is shut then. What the other side has is not under way."""
    if course is None or course.status not in (ASKED, RECEIVED):
        shut(row, "cancelled")
    elif course.status == RECEIVED:
        shut(row, "told")
    elif agreed_as(db, row.project_id, course.agreed) != row.agreed_as:
        shut(row, "replaced")
    else:
        return False
    db.flush()
    return True


def status_of(told: dict[str, str], course: Course | None, agrees: bool) -> str:
    """What a row is to say. What the server wrote of a package stands beside "asked"; a row without any record that counts
    is one that came from elsewhere, or is not asked for any more."""
    status = told.get("status", "")
    if course is not None:
        return status if course.status == ASKED and status in (SENT, EXPIRED) else course.status
    if status in OVER or (agrees and told.get("direction") == IN):
        return status
    return CANCELLED
