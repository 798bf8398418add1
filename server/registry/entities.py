"""Applies what a submission says of entity lists. Facts: odk-contract.md 5.3. Errors never fail the submission."""

from datetime import datetime
from typing import NamedTuple

import orjson
from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from forms.entities import EntityAct, read_acts
from forms.errors import FormError
from server.access.audit import record
from server.errors import EntityDeleted, EntityInvalid, NotFound, Problem, UniqueViolation
from server.models import Dataset, DatasetProperty, Entity, EntityVersion
from server.reading import Reading

VILLAGE_PROPERTY = "village_code"


class Author(NamedTuple):
    """Who changes an entity, by which submission version, when."""

    actor_id: int | None
    user_agent: str | None
    submission_version_id: int | None
    now: datetime


def apply_entities(db: Session, reading: Reading) -> None:
    """The deriver: does all acts of a record or none, and writes down beside the submission why it could not."""
    if not reading.entity_related or reading.is_edit or already_applied(db, reading):
        return
    author = Author(reading.actor_id, reading.user_agent, reading.submission_version_id, reading.now)
    try:
        with db.begin_nested():
            for act in read_acts(reading.instance, reading.schema):
                apply_act(db, reading.project.id, act, author)
    except (Problem, FormError) as error:
        note_error(db, reading, error)


def already_applied(db: Session, reading: Reading) -> bool:
    made = select(EntityVersion.id).where(EntityVersion.submission_version_id == reading.submission_version_id).limit(1)
    return db.scalar(made) is not None


def note_error(db: Session, reading: Reading, error: Problem | FormError) -> None:
    record(
        db,
        "entity.error",
        actor_id=reading.actor_id,
        project_id=reading.project.id,
        form_id=reading.form_id,
        submission_id=reading.submission_id,
        details={
            "submissionDefId": reading.submission_version_id,
            "problem": {"problemCode": getattr(error, "code", None) or 400.2, "problemDetails": {}},
            "errorMessage": error.message,
        },
        now=reading.now,
    )


def apply_act(db: Session, project_id: int, act: EntityAct, author: Author) -> None:
    """One creation or update; an act that asks for both updates what is there and creates what is not (5.3.3)."""
    dataset = db.scalar(select(Dataset).where(Dataset.project_id == project_id, Dataset.name == act.dataset))
    if dataset is None:
        raise NotFound("The entity list {dataset} is not in this project.", dataset=act.dataset)
    entity = db.scalar(select(Entity).where(Entity.dataset_id == dataset.id, Entity.uuid == act.uuid))
    if act.update and entity is not None:
        update_entity(db, entity, act, author)
    elif act.create:
        create_entity(db, dataset, entity, act, author)
    elif act.update:
        raise NotFound("The entity {uuid} is not in the list {dataset}.", uuid=act.uuid, dataset=act.dataset)
    touch(db, dataset.id, author.now)


def create_entity(db: Session, dataset: Dataset, known: Entity | None, act: EntityAct, author: Author) -> None:
    if known is not None and known.deleted_at is not None:
        raise EntityDeleted()
    if known is not None:
        raise UniqueViolation(fields=["uuid"], values=[act.uuid])
    if not act.label.strip():
        raise EntityInvalid(reason="its label is empty")
    data = {name: act.properties.get(name, "") for name in properties_of(db, dataset.id) if name in act.properties}
    text = orjson.dumps(data).decode()
    entity_id = db.execute(
        insert(Entity)
        .values(
            dataset_id=dataset.id,
            uuid=act.uuid,
            version=1,
            label=act.label,
            data_json=text,
            village_code=data.get(VILLAGE_PROPERTY) or None,
            creator_id=author.actor_id,
            created_at=author.now,
        )
        .returning(Entity.id)
    ).scalar_one()
    write_version(db, entity_id, 1, act.label, text, text, None, None, act, author)
    note(db, "entity.create", dataset, entity_id, act, author)


def update_entity(db: Session, entity: Entity, act: EntityAct, author: Author) -> None:
    """A new version: what is there, with what was received on top. A change made from an older version is a conflict."""
    if entity.deleted_at is not None:
        raise EntityDeleted()
    current: dict[str, str] = orjson.loads(entity.data_json)
    base = find_base(db, entity, act)
    received = dict(act.properties)
    clashing = clashing_properties(base, current, received) if base.version != entity.version else []
    entity.data_json = orjson.dumps(current | received).decode()
    entity.label = act.label.strip() or entity.label
    entity.village_code = (current | received).get(VILLAGE_PROPERTY) or None
    entity.version += 1
    entity.updated_at = author.now
    if base.version != entity.version - 1:
        entity.conflict = "hard" if clashing or entity.conflict == "hard" else "soft"
    db.flush()
    write_version(
        db,
        entity.id,
        entity.version,
        entity.label,
        entity.data_json,
        orjson.dumps(received).decode(),
        base.version,
        orjson.dumps(clashing).decode() if clashing else None,
        act,
        author,
    )
    dataset = db.get(Dataset, entity.dataset_id)
    assert dataset is not None
    note(db, "entity.update.version", dataset, entity.id, act, author)


def find_base(db: Session, entity: Entity, act: EntityAct) -> EntityVersion:
    """The version that the phone made its change from (5.3.3); raises NotFound when it is not here."""
    query = select(EntityVersion).where(EntityVersion.entity_id == entity.id)
    if act.branch_id and act.base_version not in (None, 1, act.trunk_version):
        assert act.base_version is not None
        query = query.where(
            EntityVersion.branch_id == act.branch_id, EntityVersion.branch_base_version == act.base_version - 1
        )
    else:
        query = query.where(EntityVersion.version == act.base_version)
    base = db.scalar(query)
    if base is None:
        raise NotFound("Version {version} of the entity {uuid} is not here.", version=act.base_version, uuid=act.uuid)
    return base


def clashing_properties(base: EntityVersion, current: dict[str, str], received: dict[str, str]) -> list[str]:
    """Received properties whose value was changed by somebody else since the base, to something else."""
    before: dict[str, str] = orjson.loads(base.data_json)
    return sorted(
        name
        for name, value in received.items()
        if current.get(name, "") != before.get(name, "") and current.get(name, "") != value
    )


def write_version(
    db: Session,
    entity_id: int,
    version: int,
    label: str,
    data: str,
    received: str,
    base_version: int | None,
    clashing: str | None,
    act: EntityAct,
    author: Author,
) -> None:
    db.execute(
        insert(EntityVersion).values(
            entity_id=entity_id,
            version=version,
            label=label,
            data_json=data,
            received_json=received,
            base_version=base_version,
            branch_id=act.branch_id,
            trunk_version=act.trunk_version,
            branch_base_version=act.base_version if act.branch_id else None,
            conflicting_json=clashing,
            submission_version_id=author.submission_version_id,
            creator_id=author.actor_id,
            user_agent=author.user_agent,
            created_at=author.now,
        )
    )


def properties_of(db: Session, dataset_id: int) -> list[str]:
    """The list's properties in the order of making."""
    rows = db.scalars(
        select(DatasetProperty.name).where(DatasetProperty.dataset_id == dataset_id).order_by(DatasetProperty.id)
    )
    return list(rows)


def touch(db: Session, dataset_id: int, now: datetime) -> None:
    """Every change of a list changes its hash on the wire: phones refetch it, and only then."""
    db.execute(update(Dataset).where(Dataset.id == dataset_id).values(revision=Dataset.revision + 1, updated_at=now))


def note(db: Session, action: str, dataset: Dataset, entity_id: int, act: EntityAct, author: Author) -> None:
    record(
        db,
        action,
        actor_id=author.actor_id,
        project_id=dataset.project_id,
        dataset_id=dataset.id,
        entity_id=entity_id,
        details={"entity": {"uuid": act.uuid, "dataset": act.dataset}},
        now=author.now,
    )
