"""What the list of pregnancies says of each, kept as her records say it: phones choose by it whom a form may be about.

Phones write it themselves. Their records may arrive in another order than made, or be corrected, deleted or rejected
later, and a record writes once: a loss must not turn into "ongoing" by a check that was on another phone.
"""

from datetime import datetime
from typing import Final

import orjson
from sqlalchemy import select
from sqlalchemy.orm import Session

from forms.entities import EntityAct
from server.models import Dataset, Entity, Pregnancy, Woman
from server.registry.entities import Author, properties_of, write_update

PREGNANCIES: Final = "pregnancies"
STATUS: Final = "status"


def align_pregnancies(db: Session, project_id: int, woman: str, now: datetime) -> None:
    """Brings the statuses of her pregnancies in line with the registry's rows, while she agrees to be followed up."""
    hers = (Pregnancy.project_id == project_id) & (Pregnancy.woman_uuid == woman)
    agrees = (Woman.project_id == project_id) & (Woman.uuid == woman) & Woman.consent_service
    here = (Dataset.project_id == project_id) & (Dataset.name == PREGNANCIES)
    rows = db.execute(
        select(Entity, Dataset, Pregnancy.status)
        .join(Dataset, Dataset.id == Entity.dataset_id)
        .join(Pregnancy, Pregnancy.uuid == Entity.uuid)
        .join(Woman, agrees)
        .where(hers, here, Entity.deleted_at.is_(None))
        .order_by(Entity.id)
    ).all()
    for entity, dataset, status in rows:
        told = orjson.loads(entity.data_json).get(STATUS, "")
        if told != status and (told or status != "ongoing") and STATUS in properties_of(db, dataset.id):
            act = EntityAct(dataset.name, entity.uuid, False, True, entity.version, None, None, "", {STATUS: status})
            write_update(db, dataset, entity, entity.version, act, Author(None, None, None, None, now))
