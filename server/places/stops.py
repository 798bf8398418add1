"""Where the doors of a worker's list are, so that her phone can put them in an order to walk (domain.md 6.3, P4 T2).

A door and its point, and nothing of why anybody goes there. For her care team alone, as the page of one home is.
"""

from collections.abc import Collection
from datetime import date
from typing import NamedTuple

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from server.access.allow import scope_of
from server.access.caller import Caller
from server.access.care_roles import care_role_of
from server.access.her_worker import carer_of, hers_to_care_for
from server.access.restricted import in_use
from server.errors import Forbidden
from server.models import Household, Project, Village, Woman
from server.places.joined import consents, last_points, may_go_there

Point = tuple[float, float]


class Door(NamedTuple):
    """A home that somebody goes to: for its own visit (`itself`), and for these women, by uuid."""

    household: str
    itself: bool
    women: frozenset[str]

    @property
    def about(self) -> frozenset[str]:
        """About whom a look at its place is written down."""
        return self.women | {self.household} if self.itself else self.women


def points_of_doors(
    db: Session, caller: Caller, project: Project, doors: Collection[Door], today: date
) -> dict[str, Point]:
    """(longitude, latitude) in degrees by household, of those whose point the caller may know; two queries and one more.

    For its own visit a household's point is told in the caller's villages; for a woman's sake where she agreed to it, as
    in `joined.find_home`. In both cases the household said yes, and no later visit of it said no. Raises Forbidden for who
    cares for nobody.
    """
    role, scope = care_role_of(caller, project), scope_of(caller, project)
    if role is None:
        raise Forbidden()
    there = and_(Village.project_id == Household.project_id, Village.code == Household.village_code)
    homes = (
        select(Household.uuid, Village.id.label("village_id"))
        .join(Village, there)
        .where(Household.project_id == project.id, Household.consents)
        .where(Household.uuid.in_([one.household for one in doors]))
    )
    found = {row.uuid: row for row in db.execute(homes)}
    hers = select(Woman).where(
        Woman.project_id == project.id,
        Woman.uuid.in_([woman for one in doors for woman in one.women]),
        hers_to_care_for(scope, carer_of(caller, project)),
        in_use(),
    )
    agreeing = {(one.household_uuid, one.uuid) for one in db.scalars(hers) if consents(one, role, today)}
    known = [
        door.household
        for door in doors
        if (home := found.get(door.household))
        and (
            (door.itself and scope.covers(home.village_id))
            or (may_go_there(role, scope, home) and any((door.household, one) in agreeing for one in door.women))
        )
    ]
    return {uuid: one.place for uuid, one in last_points(db, scope, known).items()}
