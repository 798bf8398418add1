"""Whom a service card names: her contact, and herself where she says that her name may stand there."""

import orjson
from sqlalchemy import select
from sqlalchemy.orm import Session

from server.models import Actor, Dataset, Entity, User, Woman
from server.registry.workers import MOST_DIGITS


def contact_of(db: Session, woman: Woman) -> str:
    """The name of the worker whom she chose; "" where she chose nobody, or who it was works here no longer."""
    number = woman.assigned_worker or ""
    if not (number.isascii() and number.isdigit() and len(number) <= MOST_DIGITS):
        return ""
    here = select(Actor.display_name).join(User, User.actor_id == Actor.id).where(Actor.id == int(number))
    return db.scalar(here.where(Actor.deleted_at.is_(None), User.disabled_at.is_(None))) or ""


def name_to_use(db: Session, woman: Woman) -> str:
    """What she wishes to be called, as her record of consent gave it (F2, `display_name`); "" where it gave nothing."""
    query = (
        select(Entity.data_json)
        .join(Dataset, Dataset.id == Entity.dataset_id)
        .where(Dataset.project_id == woman.project_id, Dataset.name == "women", Entity.uuid == woman.uuid)
        .where(Entity.deleted_at.is_(None))
    )
    data = db.scalar(query)
    return str(orjson.loads(data).get("display_name") or "") if data else ""
