"""Which villages are given by code, and which somebody keeps whatever is given her."""

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.access.caller import Caller
from server.access.phone_reach import managed_villages
from server.errors import UnexpectedValue
from server.models import Project, Village, VillageScope


def find_villages(db: Session, project: Project, codes: Iterable[str] | None) -> dict[int | None, str]:
    """Villages by id, with their codes; of None the whole town, which has no id. Raises UnexpectedValue."""
    if codes is None:
        return {None: ""}
    wanted = sorted(set(codes))
    found = db.execute(
        select(Village.code, Village.id).where(Village.project_id == project.id, Village.code.in_(wanted))
    )
    by_code = {row.code: row.id for row in found}
    for code in wanted:
        if code not in by_code:
            raise UnexpectedValue(field="villages", value=code, reason="the project has no village of that code")
    return {village_id: code for code, village_id in by_code.items()}


def kept_villages(db: Session, caller: Caller, project: Project, actor_id: int) -> dict[int | None, str]:
    """What an actor has that is not the caller's to take: of a person who has the whole town, that."""
    managed = managed_villages(caller, project)
    if managed is None:
        return {}
    query = (
        select(VillageScope.village_id, Village.code)
        .outerjoin(Village, Village.id == VillageScope.village_id)
        .where(VillageScope.actor_id == actor_id, VillageScope.project_id == project.id)
    )
    return {village_id: code or "" for village_id, code in db.execute(query) if village_id not in managed}
