"""What was done with visits by hand, as pages list it: of one visit, and of all that somebody reaches."""

from collections.abc import Collection
from typing import Final, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, func, select
from sqlalchemy.orm import Session, aliased

from server.followups.queries import Reached, is_household, is_woman, label_of, within
from server.models import Actor, CareEvent, FollowUp, FollowUpAct, Household, Woman

LISTED: Final = ("snooze", "done_elsewhere", "wrong_record", "reassign")
"""What is listed of several women. A "no" stands at her own visit alone: there is no list of those who said it."""

BY, TO, UNDID, CONFIRMED = (aliased(Actor) for _ in range(4))


class Told(NamedTuple):
    """An act with the names of who did it, to whom the visit was given, who took it back and who confirmed it."""

    act: FollowUpAct
    by: str
    to: str | None
    undone_by: str | None
    confirmed_by: str | None


class Listed(NamedTuple):
    """An act beside the visit that it is about, and the masked label of whom that is about."""

    told: Told
    row: FollowUp
    label: str


COLUMNS = (FollowUpAct, BY.display_name, TO.display_name, UNDID.display_name, CONFIRMED.display_name)


def history_of(db: Session, row: FollowUp) -> list[Told]:
    """Everything about one visit, what was undone too, the newest first."""
    hers = FollowUpAct.project_id == row.project_id, FollowUpAct.subject == row.subject
    query = named(select(*COLUMNS)).where(*hers, FollowUpAct.key.in_((row.key, "")))
    return [Told(*found) for found in db.execute(query.order_by(FollowUpAct.made_at.desc(), FollowUpAct.id.desc()))]


def named(query: Select) -> Select:  # type: ignore[type-arg]
    return (
        query.join(BY, BY.id == FollowUpAct.by_id)
        .outerjoin(TO, TO.id == FollowUpAct.to_id)
        .outerjoin(UNDID, UNDID.id == FollowUpAct.undone_by_id)
        .outerjoin(CONFIRMED, CONFIRMED.id == FollowUpAct.confirmed_by_id)
    )


def list_acts(
    db: Session, project_id: int, reached: Reached, kinds: Collection[str], offset: int, limit: int
) -> list[Listed]:
    """The newest first. What is about all of hers stands at each of her visits, and is not in this list."""
    query = named(about_visits(select(*COLUMNS, FollowUp, Woman.label, Household.label)))
    query = query.outerjoin(Woman, is_woman()).outerjoin(Household, is_household())
    query = query.where(*of_kinds(project_id, reached, kinds))
    rows = db.execute(query.order_by(FollowUpAct.made_at.desc(), FollowUpAct.id.desc()).offset(offset).limit(limit))
    return [Listed(Told(*found[:5]), found[5], label_of(found[6], found[7])) for found in rows]


def count_acts(db: Session, project_id: int, reached: Reached, kinds: Collection[str]) -> int:
    query = about_visits(select(func.count()).select_from(FollowUpAct))
    return db.scalar(query.where(*of_kinds(project_id, reached, kinds))) or 0


def about_visits(query: Select) -> Select:  # type: ignore[type-arg]
    return query.join(FollowUp, and_(FollowUp.project_id == FollowUpAct.project_id, FollowUp.key == FollowUpAct.key))


def of_kinds(project_id: int, reached: Reached, kinds: Collection[str]) -> tuple[ColumnElement[bool], ...]:
    return within(project_id, reached), FollowUpAct.kind.in_(kinds)


def find_source(db: Session, row: FollowUp) -> int | None:
    """The submission whose record a visit hangs on; None where that is no record of hers: a row of a list, say."""
    here = CareEvent.project_id == row.project_id, CareEvent.subject_list == row.subject_list
    about = CareEvent.subject == row.subject, CareEvent.event == row.anchor_event
    return db.scalar(select(CareEvent.submission_id).where(*here, *about).limit(1))
