"""Who read what, looked up: about one woman, by one person, in one project. Newest first, a page at a time."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session, aliased

from server.access.pseudonyms import pseudonym
from server.models import Actor, Audit, Form, Reading, Submission

KEY_HOLDER = aliased(Actor)
OF_MANY = ("submission.list", "entity.list", "followup.list", "map.read", "form.submission.export")


@dataclass(frozen=True)
class Looked:
    """One line: who, when, as what, by what way, at what. `times` within a second; `form_id` as the form calls itself.

    `number` tells apart whom the lines of one page are about, without telling who it is.
    """

    read_at: datetime
    name: str
    kind: str  # user or field_key
    action: str
    roles: str
    way: str
    times: int
    submission_id: int | None
    form_id: str | None
    about: str | None  # the hash, in hex
    phone: str  # whose key was looked at, by name; "" for anything else
    project_id: int


def readings_about(db: Session, project_id: int, uuids: Collection[str], offset: int, limit: int) -> list[Looked]:
    """Looks at a woman, under each of her registrations, her records and what is planned for her; also of one who was removed
    since."""
    return read_page(db, about(project_id, uuids), offset, limit)


def count_about(db: Session, project_id: int, uuids: Collection[str]) -> int:
    return count(db, about(project_id, uuids))


def about(project_id: int, uuids: Collection[str]) -> list[ColumnElement[bool]]:
    return [Reading.project_id == project_id, Reading.about.in_([pseudonym(project_id, one) for one in uuids])]


def lists_since(db: Session, project_id: int, since: datetime, offset: int, limit: int) -> list[Looked]:
    """Lists, maps and exports of a project since an instant: they may have held anybody's record."""
    where = [Reading.project_id == project_id, Reading.action.in_(OF_MANY), Reading.read_at >= since]
    return read_page(db, where, offset, limit)


def readings_of(db: Session, actor_id: int, offset: int, limit: int) -> list[Looked]:
    """What one person looked at."""
    return read_page(db, [Reading.actor_id == actor_id], offset, limit)


def count_of(db: Session, actor_id: int) -> int:
    return count(db, [Reading.actor_id == actor_id])


def readings_in(
    db: Session, project_id: int, start: datetime, end: datetime, actor_id: int | None, offset: int, limit: int
) -> list[Looked]:
    """All looks in a project from `start` until before `end`, perhaps of one person."""
    where = [Reading.project_id == project_id, Reading.read_at >= start, Reading.read_at < end]
    if actor_id is not None:
        where.append(Reading.actor_id == actor_id)
    return read_page(db, where, offset, limit)


def count(db: Session, where: Sequence[ColumnElement[bool]]) -> int:
    return db.scalar(select(func.count()).select_from(Reading).where(*where)) or 0


def read_page(db: Session, where: Sequence[ColumnElement[bool]], offset: int, limit: int) -> list[Looked]:
    rows = db.execute(looks().where(*where).order_by(Reading.audit_id.desc()).offset(offset).limit(limit))
    return [looked(row) for row in rows]


def looks() -> Select[Any]:
    return (
        select(
            Reading,
            Actor.display_name,
            Actor.type,
            Audit.details,
            Audit.submission_id,
            Form.xml_form_id,
            KEY_HOLDER.display_name.label("phone"),
        )
        .join(Audit, Audit.id == Reading.audit_id)
        .outerjoin(Actor, Actor.id == Reading.actor_id)
        .outerjoin(KEY_HOLDER, KEY_HOLDER.id == Audit.actee_actor_id)
        .outerjoin(Submission, Submission.id == Audit.submission_id)
        .outerjoin(Form, Form.id == func.coalesce(Submission.form_id, Audit.form_id))
    )


def looked(row: Any) -> Looked:
    said, one = row.details or {}, row.Reading
    return Looked(
        read_at=one.read_at,
        name=row.display_name or "",
        kind=row.type or "",
        action=one.action,
        roles=said.get("as", ""),
        way=one.way,
        times=int(said.get("times", 1)),
        submission_id=row.submission_id,
        form_id=row.xml_form_id or said.get("formId"),
        about=one.about.hex() if one.about else None,
        phone=row.phone or "",
        project_id=one.project_id,
    )
