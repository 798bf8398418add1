"""What the list of women says of each, kept as her consents stand; and which lists phones fetch anew for her sake."""

from collections.abc import Iterable
from datetime import datetime

import orjson
from sqlalchemy import update
from sqlalchemy.orm import Session

from forms.entities import EntityAct
from server.models import PURPOSES, Dataset, Entity, Woman
from server.registry.entities import Author, properties_of, write_update
from server.registry.events import find_in_list
from server.registry.people import find
from server.registry.reach import CARE_LISTS


def align_list(db: Session, project_id: int, woman: str, now: datetime) -> None:
    """Her entity says of each consent what stands, and her household, name and worker only where it may: phones ask by it.

    Records may arrive in another order than made.
    """
    row, entity = find(db, Woman, project_id, woman), find_in_list(db, project_id, "women", woman)
    if row is None or entity is None:
        return
    dataset = db.get_one(Dataset, entity.dataset_id)
    known, told = properties_of(db, dataset.id), orjson.loads(entity.data_json)
    wrong = {name: value for name, value in said_in_list(row).items() if name in known and told.get(name, "") != value}
    if not row.consent_service and told.get("consent_service") == "no":
        wrong.pop("consent_until", None)  # over is over; the phone wrote its own day
    label = label_of(entity, row)
    if wrong or label:
        act = EntityAct(dataset.name, woman, False, True, entity.version, None, None, label, wrong)
        write_update(db, dataset, entity, entity.version, act, Author(None, None, None, None, now))


def label_of(entity: Entity, row: Woman) -> str:
    """Her code alone, where her consent is over and the label still says more; "" leaves it as it is."""
    code = next(iter(entity.label.split()), "")
    return code if not row.consent_service and code != entity.label else ""


def said_in_list(row: Woman) -> dict[str, str]:
    words = {f"consent_{name}": "yes" if getattr(row, f"consent_{name}") else "no" for name in PURPOSES}
    until = row.consent_until.isoformat() if row.consent_until else ""
    over = {} if row.consent_service else {"display_name": "", "assigned_worker": ""}
    return words | {"consent_until": until, "household": row.household_uuid or ""} | over


def touch_lists(db: Session, project_id: int, now: datetime, names: Iterable[str] = CARE_LISTS) -> None:
    """Phones fetch these lists anew."""
    wanted = (Dataset.project_id == project_id) & Dataset.name.in_(list(names))
    db.execute(update(Dataset).where(wanted).values(revision=Dataset.revision + 1, updated_at=now))
