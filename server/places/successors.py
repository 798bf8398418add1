"""Villages that were merged into others (合村): what was told under the old code counts where it lies now.

Nothing that was sent is changed for it; only whoever counts by village asks here.
"""

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from sqlalchemy import Select, bindparam, or_, select
from sqlalchemy.orm import Session, aliased

from server.db import ask
from server.models import Village

_INTO: Final = aliased(Village)
_SUCCESSORS: Final = (
    select(Village.code, _INTO.code)
    .join(_INTO, _INTO.id == Village.successor_id)
    .where(Village.project_id == bindparam("project"))
)
"""Built once: every phone's lists ask it at each sync."""


class Named(NamedTuple):
    """A village, and the code and name of what it is a part of now, if it was merged."""

    id: int
    code: str
    name: str
    into: str | None
    into_name: str | None


def list_named(db: Session, project_id: int) -> list[Named]:
    """The villages in force and those that were merged, by code."""
    into = aliased(Village)
    rows = db.execute(
        select(Village.id, Village.code, Village.name, into.code, into.name)
        .outerjoin(into, into.id == Village.successor_id)
        .where(Village.project_id == project_id, or_(Village.retired_at.is_(None), into.id.is_not(None)))
        .order_by(Village.code)
    )
    return [Named(*row) for row in rows]


def codes_merged_into(project_id: int, code: str) -> Select[str]:
    """A query of the codes of the villages that were merged into this one."""
    into = aliased(Village)
    return (
        select(Village.code)
        .join(into, into.id == Village.successor_id)
        .where(Village.project_id == project_id, into.code == code)
    )


def successor_codes(db: Session, project_id: int) -> dict[str, str]:
    """The code of each merged village, to that of the one it is a part of now."""
    return dict(ask(db, _SUCCESSORS, {"project": project_id}).all())


def rolled_up(numbers: Mapping[str, Any], successors: Mapping[str, str]) -> dict[str, Any]:
    """Numbers by village code (anything that adds), those of merged villages added to their successors'."""
    found: dict[str, Any] = {}
    for code, number in numbers.items():
        here = successors.get(code, code)
        found[here] = found[here] + number if here in found else number
    return found
