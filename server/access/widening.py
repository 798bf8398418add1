"""What a caller's rights reach for a time: villages handed over for some days, a village opened in an emergency.

Asked at every request, so nothing has to be switched on or off: it holds from its first moment and is gone after its last.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import CompoundSelect, Select, bindparam, cast, literal_column, null, select
from sqlalchemy.orm import Session

from server import clock
from server.access import roles
from server.access.caller import Caller, Handed, Opened
from server.access.care_roles import CARE_ROLES
from server.models import BreakGlass, HandOver, HandOverVillage, Village, table_of

HAND_OVER, HANDED_VILLAGE, BREAK_GLASS, VILLAGE = map(table_of, (HandOver, HandOverVillage, BreakGlass, Village))
CARING = frozenset(roles.BY_SYSTEM[name].id for name in CARE_ROLES)


def with_parts(villages: Select | CompoundSelect) -> Select:  # type: ignore[type-arg]
    """The rows (key, village id), and one more for every part of these villages, however deep."""
    reached = villages.cte("reached", recursive=True)
    parts = select(reached.c[0], VILLAGE.c.id).join(reached, VILLAGE.c.parent_id == reached.c[1])
    reached = reached.union(parts)
    return select(*reached.c)


# Built once: the first runs at every request of those who care for women, the others where something was found.
HANDED = select(
    literal_column("'handed'").label("kind"),
    HAND_OVER.c.id,
    HAND_OVER.c.project_id,
    HAND_OVER.c.from_id,
    HAND_OVER.c.care_role,
    cast(null(), BREAK_GLASS.c.ends_at.type).label("ends_at"),
).where(
    HAND_OVER.c.to_id == bindparam("person"),
    HAND_OVER.c.ended_at.is_(None),
    HAND_OVER.c.from_day <= bindparam("today"),
    HAND_OVER.c.until_day >= bindparam("today"),
)
OPENED = select(
    literal_column("'opened'"),
    BREAK_GLASS.c.id,
    BREAK_GLASS.c.project_id,
    cast(null(), HAND_OVER.c.from_id.type),
    cast(null(), HAND_OVER.c.care_role.type),
    BREAK_GLASS.c.ends_at,
).where(
    BREAK_GLASS.c.actor_id == bindparam("opener"),
    BREAK_GLASS.c.closed_at.is_(None),
    BREAK_GLASS.c.ends_at > bindparam("now"),
)
FOR_A_TIME = HANDED.union_all(OPENED)
HANDED_VILLAGES = with_parts(
    select(HANDED_VILLAGE.c.hand_over_id, HANDED_VILLAGE.c.village_id).where(
        HANDED_VILLAGE.c.hand_over_id.in_(bindparam("ids", expanding=True))
    )
)
OPENED_VILLAGES = with_parts(
    select(BREAK_GLASS.c.id, BREAK_GLASS.c.village_id).where(BREAK_GLASS.c.id.in_(bindparam("ids", expanding=True)))
)


def widen(db: Session, caller: Caller, now: datetime) -> Caller:
    """The caller with what is hers for a time. A phone gets what was handed to who carries it, and opens nothing itself."""
    if not cares(caller):
        return caller
    caller = replace(caller, today=clock.today(now))
    who = {"person": caller.person_id, "opener": caller.actor_id if caller.is_person else None}
    rows = db.connection().execute(FOR_A_TIME, {**who, "today": caller.today, "now": now}).all()
    if not rows:
        return caller
    handed = [row for row in rows if row.kind == "handed" and holds(caller, row.project_id, row.care_role)]
    opened = [row for row in rows if row.kind == "opened" and cares_in(caller, row.project_id)]
    handed_ids = villages_by_id(db, HANDED_VILLAGES, [row.id for row in handed])
    opened_ids = villages_by_id(db, OPENED_VILLAGES, [row.id for row in opened])
    return replace(
        caller,
        handed=tuple(Handed(row.project_id, row.from_id, frozenset(handed_ids.get(row.id, ()))) for row in handed),
        opened=tuple(
            Opened(row.id, row.project_id, village, row.ends_at)
            for row in opened
            for village in sorted(opened_ids.get(row.id, ()))
        ),
    )


def cares(caller: Caller) -> bool:
    """Whether she may have a part in women's care anywhere: everybody else is asked nothing more of."""
    if caller.type == "field_key":
        return caller.carrier_id is not None
    return any(grant.role_id in CARING and grant.project_id is not None for grant in caller.grants)


def holds(caller: Caller, project_id: int, care_role: str) -> bool:
    """Whether the caller asks in that care role: what was handed over reaches her in no other."""
    if caller.type == "field_key":
        return caller.home_project_id == project_id and caller.care_role == care_role
    wanted = roles.BY_SYSTEM[care_role].id
    return any((one.role_id, one.project_id, one.form_id) == (wanted, project_id, None) for one in caller.grants)


def cares_in(caller: Caller, project_id: int) -> bool:
    """Whether she is of the care team there: who is no longer has nothing open."""
    return any(holds(caller, project_id, one) for one in CARE_ROLES)


def villages_by_id(db: Session, query: Select, ids: Sequence[int]) -> dict[int, set[int]]:  # type: ignore[type-arg]
    """The villages of each hand-over or opening, with their parts; no question where there is none."""
    found: dict[int, set[int]] = {}
    if ids:
        for key, village in db.connection().execute(query, {"ids": list(ids)}):
            found.setdefault(key, set()).add(village)
    return found
