"""Everybody who has a right in a project, as the callers that they are when they ask: people and phones."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, CompoundSelect, Select, and_, or_, select, true
from sqlalchemy.orm import Session

from server import clock
from server.access.caller import Caller, Grant, Handed, Opened
from server.access.widening import HANDED_VILLAGES, OPENED_VILLAGES, cares_in, holds, villages_by_id, with_parts
from server.models import Actor, AppUser, Assignment, BreakGlass, Form, HandOver, User, VillageScope
from server.models.facts import AnyProject


@dataclass(frozen=True)
class ForATime:
    """What was handed over to whom and who opened what, at that moment, by the actor id of the person."""

    handed: dict[int, list[tuple[str, Handed]]]  # with the care role
    opened: dict[int, list[Opened]]


Among = Select[int] | CompoundSelect[int] | None
"""A query of the actor ids that are asked about; None is everybody."""


def list_callers(db: Session, project: AnyProject, now: datetime, among: Among = None) -> list[Caller]:
    """By name, those of the site too. As many queries for a hundred as for one.

    A phone that is among them is known by who carries it, so that one is to be among them, too.
    """
    villages, grants = villages_in(db, project, among), grants_in(db, project, among)
    for_a_time = what_is_for_a_time(db, project, now)
    found = [
        replace(one, grants=grants[one.actor_id], villages={project.id: villages.get(one.actor_id, frozenset())})
        for one in actors_in(db, project, grants, among)
        if one.actor_id in grants
    ]
    dated = (replace(widened(one, for_a_time), today=clock.today(now)) for one in found)
    return sorted(dated, key=lambda one: (one.display_name, one.actor_id or 0))


def is_among(column: Any, among: Among) -> ColumnElement[bool]:
    return true() if among is None else column.in_(among)


def actors_in(
    db: Session, project: AnyProject, grants: dict[int | None, tuple[Grant, ...]], among: Among
) -> list[Caller]:
    """People whose account works, and the project's phones that are not stopped: without their rights.

    In a care project a phone whose carrier's account no longer works, or who has no role there any more, is stopped too.
    """
    works = and_(User.actor_id.is_not(None), User.disabled_at.is_(None))
    runs = and_(AppUser.project_id == project.id, AppUser.revoked_at.is_(None))
    rows = db.execute(
        select(Actor.id, Actor.type, Actor.display_name, AppUser.care_role, AppUser.person_id)
        .outerjoin(User, User.actor_id == Actor.id)
        .outerjoin(AppUser, AppUser.actor_id == Actor.id)
        .where(Actor.deleted_at.is_(None), or_(works, runs), is_among(Actor.id, among))
    ).all()
    people = {row.id for row in rows if row.type == "user" and is_member(grants.get(row.id, ()), project)}
    gone = {row.id for row in rows if row.person_id is not None and row.person_id not in people}
    return [
        Caller(actor_id, kind, name, (), {}, project.id, care_role, person_id if person_id in people else None)
        if kind == "field_key"
        else Caller(actor_id, kind, name)
        for actor_id, kind, name, care_role, person_id in rows
        if project.kind != "care" or actor_id not in gone
    ]


def is_member(grants: tuple[Grant, ...], project: AnyProject) -> bool:
    """As care_roles.members_of."""
    return any(one.project_id == project.id and one.form_id is None for one in grants)


def grants_in(db: Session, project: AnyProject, among: Among) -> dict[int | None, tuple[Grant, ...]]:
    """By actor: in the project, on its forms, on the site."""
    forms = select(Form.id).where(Form.project_id == project.id)
    on_site = and_(Assignment.project_id.is_(None), Assignment.form_id.is_(None))
    rows = db.execute(
        select(Assignment.actor_id, Assignment.role_id, Assignment.project_id, Assignment.form_id).where(
            or_(Assignment.project_id == project.id, Assignment.form_id.in_(forms), on_site),
            is_among(Assignment.actor_id, among),
        )
    )
    found: dict[int | None, tuple[Grant, ...]] = {}
    for actor_id, role_id, project_id, form_id in rows:
        found[actor_id] = (*found.get(actor_id, ()), Grant(role_id, project_id, form_id))
    return found


def villages_in(db: Session, project: AnyProject, among: Among) -> dict[int | None, frozenset[int] | None]:
    here = VillageScope.project_id == project.id, is_among(VillageScope.actor_id, among)
    own = select(VillageScope.actor_id, VillageScope.village_id).where(*here)
    found: dict[int | None, frozenset[int] | None] = {}
    for actor_id, village in db.execute(with_parts(own)):
        known = found.get(actor_id, frozenset())
        found[actor_id] = None if village is None or known is None else known | {village}
    return found


def what_is_for_a_time(db: Session, project: AnyProject, now: datetime) -> ForATime:
    day = clock.today(now)
    given = db.execute(
        select(HandOver.id, HandOver.to_id, HandOver.from_id, HandOver.care_role).where(
            HandOver.project_id == project.id,
            HandOver.ended_at.is_(None),
            HandOver.from_day <= day,
            HandOver.until_day >= day,
        )
    ).all()
    open_now = db.execute(
        select(BreakGlass.id, BreakGlass.actor_id, BreakGlass.ends_at).where(
            BreakGlass.project_id == project.id, BreakGlass.closed_at.is_(None), BreakGlass.ends_at > now
        )
    ).all()
    handed: dict[int, list[tuple[str, Handed]]] = {}
    villages = villages_by_id(db, HANDED_VILLAGES, [row.id for row in given])
    for row in given:
        one = Handed(project.id, row.from_id, frozenset(villages.get(row.id, ())))
        handed.setdefault(row.to_id, []).append((row.care_role, one))
    opened: dict[int, list[Opened]] = {}
    villages = villages_by_id(db, OPENED_VILLAGES, [row.id for row in open_now])
    for opening, person, ends_at in open_now:
        rows = [Opened(opening, project.id, village, ends_at) for village in sorted(villages.get(opening, ()))]
        opened.setdefault(person, []).extend(rows)
    return ForATime(handed, opened)


def widened(caller: Caller, for_a_time: ForATime) -> Caller:
    """As access/widening.py widens whoever asks."""
    given = for_a_time.handed.get(caller.person_id or 0, [])
    handed = tuple(one for care_role, one in given if holds(caller, one.project_id, care_role))
    opened = for_a_time.opened.get(caller.actor_id or 0, []) if caller.is_person else []
    still = tuple(one for one in opened if cares_in(caller, one.project_id))
    return replace(caller, handed=handed, opened=still)
