"""How a referral went, by all F13 records that tell of it (domain.md 3, F13): what its row in the list says, and what rules read.

Going was her decision. That somebody would rather not say, or that nobody knows, closes a referral and is no outcome.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

import orjson
from sqlalchemy.orm import Session

from forms.entities import EntityAct
from server.models import CareEvent, Dataset, Entity
from server.reading import Reading
from server.registry.entities import Author, find_entity, find_named, write_update
from server.registry.events import read_events
from server.registry.people import day_of, in_time
from server.registry.telling import REFERRAL_OUTCOME, Event, read_day

REFERRALS: Final = "referrals"
TOLD_AFTER: Final = ("status", "outcome", "outcome_on")
"""The properties that F13 writes; the server brings them in line with what its records say together."""

OPEN, CLOSED = "open", "closed"
KNOWN: Final = ("yes", "no")

When = tuple[date, str]
"""The day of a record's visit, and its event."""


@dataclass(frozen=True)
class Course:
    """What was told of one referral. `status`, `outcome` and `outcome_on` are its properties in the list ("" for nothing).

    `known`: when an outcome (she went, or did not) was first told. `closed`: since when it is closed, None while it is
    open. `arrived_on`: when she went and was not turned away. `wishes`: the visits on which she needed more of us,
    each with the next one about this referral.
    """

    status: str = ""
    outcome: str = ""
    outcome_on: str = ""
    known: When | None = None
    closed: When | None = None
    arrived_on: date | None = None
    wishes: tuple[tuple[When, When | None], ...] = ()


def course_of(events: Iterable[Event]) -> Course:
    """The course of one referral by its records, in whatever order they came; of any other form nothing counts."""
    course = Course()
    for one in in_time([one for one in events if one.form_id == REFERRAL_OUTCOME and one.data.get("arrived")]):
        course = follow(course, one)
    return course


def follow(before: Course, event: Event) -> Course:
    """One record more, of a later visit: the last word counts, but an outcome that was known stays known since then."""
    arrived, when = event.data["arrived"], (day_of(event), event.event)
    course = talked_again(before, event.data, when)
    if event.data.get("closed") == "yes" or arrived == "prefer_not":
        course = replace(course, status=CLOSED, closed=before.closed or when)
    else:
        course = replace(course, status=OPEN, closed=None)
    if arrived != "prefer_not":
        course = replace(course, outcome=arrived)
    if arrived in KNOWN:
        course = replace(course, outcome_on=event.visit_date.isoformat(), known=before.known or when)
    if arrived == "yes" and event.data.get("treated") != "no":
        course = replace(course, arrived_on=before.arrived_on or arrival(event))
    return course


def talked_again(before: Course, data: dict[str, str], when: When) -> Course:
    """Each talk about it meets the wishes before it, whatever was said; where she needs more (again), that is one more."""
    met = tuple((asked, then or when) for asked, then in before.wishes)
    return replace(before, wishes=(*met, (when, None)) if data.get("needs_more") == "yes" else met)


def arrival(event: Event) -> date:
    """The day that she went, at the latest that of the visit on which it was told."""
    return min(read_day(event.data.get("arrived_date")) or day_of(event), day_of(event))


def align_referrals(db: Session, reading: Reading, referrals: Iterable[str | None]) -> None:
    """Brings the rows of these referrals in line with all records about them: one came, changed or counts no more."""
    author = Author(
        reading.actor_id, reading.user_agent, reading.submission_id, reading.submission_version_id, reading.now
    )
    for uuid in sorted(one for one in referrals if one):
        align_referral(db, reading.project.id, uuid, author)


def align_referral(db: Session, project_id: int, uuid: str, author: Author) -> None:
    """One of them, by its uuid; nothing happens where there is none."""
    dataset = find_list(db, project_id)
    known = find_entity(db, dataset, uuid) if dataset else None
    if dataset is not None and known is not None:
        align(db, dataset, known, author)


def align(db: Session, dataset: Dataset, known: Entity, author: Author) -> None:
    """Writes what differs, if anything. One that was taken back is left alone until it is asked for anew."""
    if known.deleted_at is not None:
        return
    course = course_of(told_of(db, dataset.project_id, known.uuid))
    said, told = {name: getattr(course, name) for name in TOLD_AFTER}, orjson.loads(known.data_json)
    wrong = {name: value for name, value in said.items() if told.get(name, "") != value}
    if wrong:
        act = EntityAct(dataset.name, known.uuid, False, True, known.version, None, None, "", wrong)
        write_update(db, dataset, known, known.version, act, author)


def told_of(db: Session, project_id: int, referral: str) -> Sequence[Event]:
    """The F13 records about one referral that count."""
    here = CareEvent.project_id == project_id, CareEvent.subject_list == "women", CareEvent.episode == referral
    return read_events(db, *here, CareEvent.form_id == REFERRAL_OUTCOME)


def find_list(db: Session, project_id: int) -> Dataset | None:
    return find_named(db, project_id, REFERRALS)
