"""What the list of pregnancies says of each, kept as her records say it: phones choose by it whom a form may be about, and
count her weeks by it.

Phones write it themselves. Their records may arrive in another order than made, or be corrected, deleted or rejected
later, and a record writes once: a loss must not turn into "ongoing" by a check that was on another phone. What they write of
her weeks is provisional (domain.md 3, F3 `ga_anchor`): which scan counts is decided here.
"""

from datetime import date, datetime
from typing import Final

import orjson
from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from forms.entities import EntityAct
from server.db import ask
from server.models import Dataset, Entity, Pregnancy, Woman
from server.registry.entities import Author, properties_of, write_update

PREGNANCIES: Final = "pregnancies"
STATUS, ANCHOR = "status", "ga_anchor"


_LISTED: Final = (
    select(Entity.id, Entity.dataset_id, Entity.data_json, Pregnancy.status, Pregnancy.ga_anchor)
    .join(Dataset, Dataset.id == Entity.dataset_id)
    .join(Pregnancy, Pregnancy.uuid == Entity.uuid)
    .join(Woman, (Woman.project_id == Pregnancy.project_id) & (Woman.uuid == Pregnancy.woman_uuid))
    .where(Pregnancy.project_id == bindparam("project"), Pregnancy.woman_uuid == bindparam("woman"))
    .where(Woman.consent_service, Dataset.project_id == bindparam("project"), Dataset.name == bindparam("list"))
    .where(Entity.deleted_at.is_(None))
    .order_by(Entity.id)
)
"""Built once, and without objects: it is asked at every record about her, and nearly always all is right."""


def align_pregnancies(db: Session, project_id: int, woman: str, now: datetime) -> None:
    """Brings what the list says of her pregnancies in line with the registry's rows, while she agrees to be followed up."""
    for row in ask(db, _LISTED, {"project": project_id, "woman": woman, "list": PREGNANCIES}).all():
        wrong = wrong_in(orjson.loads(row.data_json), row.status, row.ga_anchor)
        known = properties_of(db, row.dataset_id) if wrong else []
        if wrong := {name: value for name, value in wrong.items() if name in known}:
            entity, dataset = db.get_one(Entity, row.id), db.get_one(Dataset, row.dataset_id)
            act = EntityAct(dataset.name, entity.uuid, False, True, entity.version, None, None, "", wrong)
            write_update(db, dataset, entity, entity.version, act, Author(None, None, None, None, now))


def wrong_in(told: dict[str, str], status: str, ga_anchor: date | None) -> dict[str, str]:
    """What a row of the list is to say instead; a status that was never written is "ongoing"."""
    right = {STATUS: status, ANCHOR: ga_anchor.isoformat() if ga_anchor else ""}
    before = {STATUS: "ongoing", ANCHOR: ""}
    return {name: value for name, value in right.items() if (told.get(name) or before[name]) != value}
