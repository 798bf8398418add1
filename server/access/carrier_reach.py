"""What a phone reaches by who carries it, beyond its own villages: as far as that person reaches, and as her women live."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import String, cast, select
from sqlalchemy.orm import Session

from server import clock
from server.models import Actor, HandOver, HandOverVillage, Project, Village, VillageScope, Woman

Villages = set[int | None]
"""Ids of villages; None among them stands for the whole town, or for a place that is no village of the project."""


def reach_of_people(
    db: Session, project: Project, people: Collection[int | None], now: datetime
) -> dict[int | None, Villages]:
    """By actor id of a person: her villages, those handed over to her now or from a later day on, and where women live who
    chose her. Without the parts of villages: who has a village has its parts.
    """
    known = {one for one in people if one is not None}
    found: dict[int | None, Villages] = {}
    if not known:
        return found
    own = select(VillageScope.actor_id, VillageScope.village_id).where(
        VillageScope.project_id == project.id, VillageScope.actor_id.in_(known)
    )
    handed = (
        select(HandOver.to_id, HandOverVillage.village_id)
        .join(HandOverVillage, HandOverVillage.hand_over_id == HandOver.id)
        .where(HandOver.project_id == project.id, HandOver.to_id.in_(known))
        .where(HandOver.ended_at.is_(None), HandOver.until_day >= clock.today(now))
    )
    there = (Village.project_id == Woman.project_id) & (Village.code == Woman.village_code)
    chosen = (
        select(Actor.id, Village.id)
        .join(Woman, Woman.assigned_worker == cast(Actor.id, String))
        .outerjoin(Village, there)
        .where(Actor.id.in_(known), Woman.project_id == project.id, Woman.consent_service.is_(True))
        .distinct()
    )
    for query in (own, handed, chosen):
        for person_id, village_id in db.execute(query):
            found.setdefault(person_id, set()).add(village_id)
    return found
