"""The audit as it is read: newest first, cut by action and time."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, String, and_, cast, func, not_, or_, select
from sqlalchemy.orm import Session, aliased

from server.access.allow import may
from server.access.caller import Caller
from server.access.feedback_officers import is_officer
from server.access.profiles import find_actors
from server.access.reading_log import READS
from server.errors import UnexpectedValue
from server.models import Actor, Audit, Dataset, Form, Project

GROUPS = ("user", "project", "form", "submission", "dataset", "entity", "field_key", "public_link", "config")
OF_MANY = ("entity.bulk.delete", "entity.bulk.restore")  # one row names many entities
VERBOSE = ("submission", "entity")  # one row a record; `nonverbose` leaves them out, and what only reads
OF_PEOPLE = (*VERBOSE, "consent", "rights", "field", "retention", "audit", "feedback", "benefit")
"""One row for something of one woman, or numbers of women: counted by worker and form, they are small numbers of women."""
Before = aliased(Audit)


class OneEntity(NamedTuple):
    """An entity whose rows are asked for, those too that name many of its list."""

    id: int
    dataset_id: int
    uuid: str


@dataclass(frozen=True)
class Wanted:
    """Which rows: `action` is one action or a group; `start` is inside, `end` is not.

    `guarded`: projects of which no row of single people is given out (`guarded_from`). `unheard`: those of which no row
    about feedback is, not even to who guards the data and works there besides (`unheard_by`).
    """

    action: str | None = None
    start: datetime | None = None
    end: datetime | None = None
    offset: int = 0
    limit: int | None = None
    submission_id: int | None = None
    entity: OneEntity | None = None
    project_id: int | None = None
    with_reads: bool = True
    guarded: frozenset[int] = frozenset()
    unheard: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Acts:
    """Rows with what they speak of, looked up in one query a kind."""

    rows: list[Audit]
    actors: dict[int, Actor]
    projects: dict[int, Project]
    forms: dict[int, Form]
    datasets: dict[int, Dataset]


def list_audits(db: Session, wanted: Wanted) -> list[Audit]:
    """Raises UnexpectedValue for an action that holds anything but letters, dots and underscores."""
    query = select(Audit).order_by(Audit.logged_at.desc(), Audit.id.desc()).offset(wanted.offset)
    if wanted.limit is not None:
        query = query.limit(wanted.limit)
    if wanted.action is not None:
        query = query.where(of_action(wanted.action))
    if wanted.submission_id is not None:
        query = query.where(of_record(wanted.submission_id))
    if wanted.entity is not None:
        query = query.where(of_entity(wanted.entity))
    if wanted.project_id is not None:
        query = query.where(Audit.project_id == wanted.project_id)
    if not wanted.with_reads:
        query = query.where(Audit.action.not_in(READS))
    if wanted.guarded:
        elsewhere = Audit.project_id.is_(None) | Audit.project_id.not_in(wanted.guarded)
        query = query.where(or_(elsewhere, not_(is_of_people())))
    if wanted.unheard:
        elsewhere = Audit.project_id.is_(None) | Audit.project_id.not_in(wanted.unheard)
        query = query.where(or_(elsewhere, not_(of_group("feedback"))))
    if wanted.start is not None:
        query = query.where(Audit.logged_at >= wanted.start)
    if wanted.end is not None:
        query = query.where(Audit.logged_at < wanted.end)
    return list(db.scalars(query))


def of_record(submission_id: int) -> ColumnElement[bool]:
    """Rows of this record. SQLite gives the number of what is gone to what comes next: its rows are from before this came."""
    came = select(func.max(Before.id)).where(
        Before.submission_id == submission_id, Before.action == "submission.create"
    )
    return and_(Audit.submission_id == submission_id, Audit.id >= func.coalesce(came.scalar_subquery(), 0))


def of_entity(one: OneEntity) -> ColumnElement[bool]:
    """As of_record."""
    made = select(func.max(Before.id)).where(Before.entity_id == one.id, Before.action == "entity.create")
    own = and_(Audit.entity_id == one.id, Audit.id >= func.coalesce(made.scalar_subquery(), 0))
    many = Audit.dataset_id == one.dataset_id, Audit.entity_id.is_(None), Audit.action.in_(OF_MANY)
    return or_(own, and_(*many, cast(Audit.details, String).contains(one.uuid)))


def guarded_from(db: Session, caller: Caller) -> frozenset[int]:
    """The care projects in which the caller does not guard the data: he reads there what was done, not to whom and how often."""
    every = db.scalars(select(Project).where(Project.kind == "care"))
    return frozenset(project.id for project in every if not may(caller, "reading.list", project))


def unheard_by(db: Session, caller: Caller) -> frozenset[int]:
    """The care projects whose feedback is not for the caller: that somebody answered some of it would tell that it came."""
    every = db.scalars(select(Project).where(Project.kind == "care"))
    return frozenset(project.id for project in every if not is_officer(db, caller, project))


def is_of_people() -> ColumnElement[bool]:
    return or_(Audit.action.in_(READS), *map(of_group, OF_PEOPLE))


def of_action(action: str) -> ColumnElement[bool]:
    if action == "nonverbose":
        return and_(not_(or_(*(of_group(group) for group in VERBOSE))), Audit.action.not_in(READS))
    if action in GROUPS:
        return of_group(action)
    if not action.replace(".", "").replace("_", "").isalpha():
        raise UnexpectedValue(field="action", value=action[:100], reason="there is no such action")
    return Audit.action == action


def of_group(group: str) -> ColumnElement[bool]:
    return Audit.action.startswith(f"{group}.", autoescape=True)


def look_up(db: Session, rows: list[Audit]) -> Acts:
    """The actors and things that rows speak of: as many queries for a thousand rows as for one."""
    return Acts(
        rows,
        find_actors(db, [*(row.actor_id for row in rows), *(row.actee_actor_id for row in rows)]),
        find_by_id(db, Project, (row.project_id for row in rows)),
        find_by_id(db, Form, (row.form_id for row in rows)),
        find_by_id(db, Dataset, (row.dataset_id for row in rows)),
    )


def find_by_id(db: Session, model: Any, ids: Iterable[int | None]) -> dict[int, Any]:
    found = db.scalars(select(model).where(model.id.in_({one for one in ids if one is not None})))
    return {row.id: row for row in found}
