"""Entity lists as phones read them: CSV, hash, integrity; cut to what the caller reaches in a care project."""

import hashlib
from collections.abc import Iterator, Sequence
from typing import Final

import orjson
from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import Session

from forms.media import entity_csv
from server.access.allow import Scope
from server.access.her_worker import in_villages
from server.access.restricted import in_use
from server.models import BENEFIT, BENEFIT_CASES, WORKERS, Dataset, Entity, Woman
from server.registry.entities import properties_of
from server.registry.list_filters import meets, wanted_of
from server.registry.reach import (
    CARE_LISTS,
    Reach,
    is_benefit_list,
    is_care_list,
    is_filtered,
    is_homes_by_door,
    is_results_list,
    visible,
)
from server.registry.tombstones import REMOVED, gone_among, purged_among
from server.registry.workers_list import own_row, told_rows

DOOR: Final = ("village_code", "hamlet", "door_code")
"""What a benefit officer is told of a home, beside its label."""


def find_dataset(db: Session, project_id: int, name: str) -> Dataset | None:
    here = Dataset.project_id == project_id, Dataset.name == name, Dataset.deleted_at.is_(None)
    return db.scalar(select(Dataset).where(*here))


def rows_in(db: Session, dataset: Dataset, reach: Reach) -> Select[str, str, int, str]:
    """What is told of each entity: columns, since a phone's list of thousands need not be objects of the session first."""
    told = select(Entity.uuid, Entity.label, Entity.version, Entity.data_json)
    return told.where(*listed(db, dataset, reach)).order_by(Entity.id)


def listed(db: Session, dataset: Dataset, reach: Reach) -> tuple[ColumnElement[bool], ...]:
    return Entity.dataset_id == dataset.id, Entity.deleted_at.is_(None), visible(db, dataset, reach)


def list_hash(db: Session, dataset: Dataset, reach: Reach) -> str:
    """MD5 that changes when the list changes, and differs between scopes; phones fetch the CSV only then (2.8).

    A list about women also changes with somebody's consent, on a day on which nothing was sent: so its hash is made of
    what is listed, and that of the workers' of what each is told. So is that of benefits, which tells others of no change,
    and of a list that tells each his own. That of any other list is made of its revision, and of the rules for this caller.
    """
    if is_results_list(dataset, reach):
        return digest(dataset, orjson.dumps(results_as_told(db, dataset, reach)).decode())
    wanted = wanted_of(db, dataset, reach)
    own = reach.actor_id if is_filtered(dataset, reach) and dataset.owner_only else None
    if is_care_list(dataset, reach) or is_benefit_list(dataset, reach) or own:
        rows = db.execute(select(Entity.id, Entity.version).where(*listed(db, dataset, reach)).order_by(Entity.id))
        content = [properties_of(db, dataset.id), [tuple(row) for row in rows], *filter(None, (own, wanted))]
        return digest(dataset, orjson.dumps(content).decode())
    if reach.care and not reach.reads:
        return digest(dataset, "")  # whose list is empty hears of no change either
    scope = reach.scope
    told = ":doors" if is_homes_by_door(dataset, reach) else ""
    asked = f":{reach.actor_id}:{orjson.dumps(wanted).decode()}" if wanted else ""
    return digest(dataset, f"{dataset.revision}:{'' if scope.everything else sorted(scope.village_ids)}{told}{asked}")


def digest(dataset: Dataset, content: str) -> str:
    return hashlib.md5(f"{dataset.id}:{content}".encode(), usedforsecurity=False).hexdigest()


def list_csv(db: Session, dataset: Dataset, reach: Reach) -> bytes:
    """The list as Collect imports it: name,label,__version and the properties in order of making.

    Homes of which only the door is told have no point, and nothing else that a visit noted.
    """
    told = properties_of(db, dataset.id)
    if is_homes_by_door(dataset, reach):
        told = [one for one in told if one in DOOR]
    return entity_csv(told, rows_of(db, dataset, reach))


def results_as_told(db: Session, dataset: Dataset, reach: Reach) -> list[object]:
    """What the caller gets of the workers' list, with nothing in it that moves when somebody else takes a quiz."""
    own = own_row(dataset.project_id, reach.carer.worker)
    rows = told_rows(db, own, listed(db, dataset, reach))
    return [properties_of(db, dataset.id), own, [[key, version] for key, _label, version, _data in rows]]


def rows_of(db: Session, dataset: Dataset, reach: Reach) -> Iterator[tuple[str, str, int, dict[str, str | None]]]:
    if is_results_list(dataset, reach):
        own = own_row(dataset.project_id, reach.carer.worker)
        yield from told_rows(db, own, listed(db, dataset, reach))
        return
    wanted = wanted_of(db, dataset, reach)
    for uuid, label, version, sealed in db.execute(rows_in(db, dataset, reach)):
        data = orjson.loads(sealed)
        if meets(wanted, data):
            yield uuid, label, version, data


def integrity_of(db: Session, dataset: Dataset, reach: Reach, uuids: Sequence[str] | None) -> list[tuple[str, bool]]:
    """Which of these are gone for this caller. Ids never received are left out: their records may be underway.

    Of what went out of the trash, of who asked to be removed or was not met for a year only a hash is left: gone.

    Without ids it is about the whole list; in a care project then only about those that the caller reaches.
    """
    found = states_of(db, dataset, reach, uuids)
    if uuids is None:
        return found
    missing = {uuid.lower().removeprefix("uuid:") for uuid in uuids} - {uuid for uuid, _ in found}
    gone = purged_among(db, dataset, missing)
    if dataset.name in REMOVED:
        gone |= gone_among(db, dataset.project_id, missing)
    return found + [(uuid, True) for uuid in sorted(gone)]


def states_of(db: Session, dataset: Dataset, reach: Reach, uuids: Sequence[str] | None) -> list[tuple[str, bool]]:
    seen, wanted = visible(db, dataset, reach), wanted_of(db, dataset, reach)
    query = select(Entity.uuid, Entity.deleted_at.is_not(None) | ~seen).where(Entity.dataset_id == dataset.id)
    if uuids is not None:
        query = query.where(Entity.uuid.in_([uuid.lower().removeprefix("uuid:") for uuid in uuids]))
    elif reach.care:
        query = query.where(seen)
    if wanted is None:
        return [(uuid, bool(gone)) for uuid, gone in db.execute(query)]
    rows = db.execute(query.add_columns(Entity.data_json))
    told = [(uuid, bool(gone), meets(wanted, orjson.loads(data))) for uuid, gone, data in rows]
    return [(uuid, gone or not met) for uuid, gone, met in told if met or uuids is not None or not reach.care]


def labels_of(db: Session, project_id: int, uuids: Sequence[str], scope: Scope) -> dict[str, dict[str, str]]:
    """The labels of these entities by list name and uuid, as far as the scope reaches: what an answer that chose one says.

    In a care project those of a woman, and of what is about her, only while she wishes to be in a list at all.
    """
    if not uuids:
        return {}
    found: dict[str, dict[str, str]] = {}
    names = Dataset.name == WORKERS  # of no village
    query = (
        select(Dataset.name, Entity.uuid, Entity.label)
        .join(Entity, Entity.dataset_id == Dataset.id)
        .where(
            Dataset.project_id == project_id, Entity.uuid.in_(uuids), in_villages(Entity.village_code, scope) | names
        )
    )
    if not scope.reads(BENEFIT):
        query = query.where(Dataset.name != BENEFIT_CASES)
    if not scope.health:
        query = query.where(Dataset.name.not_in(CARE_LISTS))
    elif scope.shared_only:
        listed = select(Woman.uuid).where(Woman.project_id == project_id, Woman.consent_service, in_use())
        hers = Entity.uuid.in_(listed) | Entity.about.in_(listed)
        query = query.where(Dataset.name.not_in(CARE_LISTS) | hers)
    for name, uuid, label in db.execute(query):
        found.setdefault(name, {})[uuid] = label
    return found
