"""Whose roles somebody gives and takes in a care project: whoever has some of its villages, those of people who reach no
further.

A role opens what a person's villages hold, so with one given beyond her own villages somebody would have others' records read by
whom she picks, and with one taken she would shut out who works for others.
"""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.access.caller import Caller
from server.access.carrier_reach import Villages, reach_of_people
from server.access.phone_reach import managed_villages
from server.access.roles import Role
from server.errors import Forbidden
from server.models import AppUser, Form, Project, VillageScope

OF_THE_TOWN = frozenset({"rights.erase", "reading.list"})
"""What no village binds: copies of everybody's data, and who looked at whom."""


def may_hand_out(caller: Caller, project: Project, role: Role, form: Form | None = None) -> bool:
    """Whether somebody's villages are no bar to giving and taking this role: one that reads of the whole town wants it."""
    return managed_villages(caller, project, form) is None or role.verbs.isdisjoint(OF_THE_TOWN)


def check_person(
    db: Session, caller: Caller, role: Role, actor_id: int, now: datetime, project: Project, form: Form | None
) -> None:
    """Raises Forbidden for a role that reads of the whole town, and for a person who reaches further than the caller. Her own
    role anybody lays down.
    """
    if actor_id == caller.actor_id:
        return
    if not may_hand_out(caller, project, role, form):
        raise Forbidden("This role reaches the whole town. Ask who leads the whole town to give or take it.")
    if list_beyond(db, caller, project, {actor_id}, now, form):
        raise Forbidden(
            "This person also has villages that are not yours. Ask who leads the whole town to give or take a role."
        )


def list_beyond(
    db: Session, caller: Caller, project: Project, people: Collection[int], now: datetime, form: Form | None = None
) -> set[int]:
    """Who of these reaches a village that is not the caller's. Whoever has no village yet reaches nothing."""
    managed = managed_villages(caller, project, form)
    if managed is None:
        return set()
    own, carried = reach_of_people(db, project, people, now), carried_villages(db, project, people)
    return {one for one in people if not managed.issuperset(own.get(one, set()) | carried.get(one, set()))}


def carried_villages(db: Session, project: Project, people: Collection[int]) -> dict[int | None, Villages]:
    """What working phones reach that people carry: they give it out while the person has a role in the project."""
    rows = db.execute(
        select(AppUser.person_id, VillageScope.village_id)
        .join(VillageScope, VillageScope.actor_id == AppUser.actor_id)
        .where(AppUser.project_id == project.id, AppUser.person_id.in_(people), AppUser.revoked_at.is_(None))
        .where(VillageScope.project_id == project.id)
    )
    found: dict[int | None, Villages] = {}
    for person_id, village_id in rows:
        found.setdefault(person_id, set()).add(village_id)
    return found
