"""Making and changing one entity: versions, conflicts, the list's revision. Facts: odk-contract.md 5.3.

`registry/applying.py` does what submissions ask for, `registry/backlog.py` keeps what came too early.
"""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final, NamedTuple

import orjson
from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.orm import Session
from sqlalchemy.orm.util import identity_key

from forms.entities import EntityAct
from server.access.audit import record
from server.db import ask, connection_of
from server.errors import (
    EntityDeleted,
    EntityUnknown,
    EntityVersionUnknown,
    EntityWasDeleted,
    MissingParameter,
    UniqueViolation,
)
from server.later import Row, write_later, written_together
from server.models import Dataset, DatasetProperty, Entity, EntityVersion, table_of
from server.registry.tombstones import REMOVED, buried_among, is_buried, purged_among

VILLAGE_PROPERTY = "village_code"
HER = "woman"  # the property that holds the uuid of whom an entity is about
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
BATCH = 500
AUTO_LABEL = "auto generated"  # Central's words for an entity whose creation never arrived


class Author(NamedTuple):
    """Who changes an entity, by which submission, when. Both ids are None where no submission did it."""

    actor_id: int | None
    user_agent: str | None
    submission_id: int | None
    submission_version_id: int | None
    now: datetime


class NotYet(Exception):
    """A change made offline whose predecessor has not arrived."""


# Built once: they run for every act, and to build one costs more than it does.
_BY_UUID: Final = select(Entity).where(Entity.dataset_id == bindparam("dataset"), Entity.uuid == bindparam("uuid"))
_TO_CHANGE: Final = _BY_UUID.with_for_update(key_share=True)
_PROPERTIES: Final = (
    select(DatasetProperty.name).where(DatasetProperty.dataset_id == bindparam("dataset")).order_by(DatasetProperty.id)
)
_INSERT: Final = insert(table_of(Entity))
_INSERT_MANY: Final = _INSERT.returning(table_of(Entity).c.uuid, table_of(Entity).c.id)
_INSERT_VERSION: Final = insert(table_of(EntityVersion)).inline()
_NAMED: Final = select(Dataset).where(Dataset.project_id == bindparam("project"), Dataset.name == bindparam("name"))
_LIST: Final = table_of(Dataset)
_TOUCH: Final = (
    update(_LIST)
    .where(_LIST.c.id == bindparam("dataset"))
    .values(revision=_LIST.c.revision + 1, updated_at=bindparam("now"))
)


def find_named(db: Session, project_id: int, name: str) -> Dataset | None:
    """A project's list by its name, also one that was deleted: what acts on it says why it may not."""
    return db.scalar(_NAMED, {"project": project_id, "name": name})


def create_entity(db: Session, dataset: Dataset, act: EntityAct, author: Author) -> None:
    """Raises EntityDeleted, UniqueViolation, MissingParameter. One that was made up for a later change takes it as an update."""
    known = find_entity(db, dataset, act.uuid)
    if was_removed(db, dataset, act.uuid, known) or (known is not None and known.deleted_at is not None):
        raise EntityDeleted(entityUuids=[act.uuid])
    if not act.label.strip():
        raise MissingParameter(field="label")
    if known is None:
        add_entity(db, dataset, act, act.label, author, made_up=False)
    elif was_made_up(db, known):
        write_update(db, dataset, known, known.version, act, author, came_late=True)
    else:
        raise UniqueViolation(fields=["uuid"], values=[act.uuid])


def find_entity(db: Session, dataset: Dataset, uuid: str) -> Entity | None:
    return db.scalar(_BY_UUID, {"dataset": dataset.id, "uuid": uuid})


def take_entity(db: Session, dataset: Dataset, uuid: str) -> Entity | None:
    """An entity that is to be changed, as the last one left it: whoever would change it meanwhile waits until this is done.

    SQLite has one writer anyway.
    """
    taken = {"dataset": dataset.id, "uuid": uuid}
    return db.scalar(_TO_CHANGE, taken, execution_options={"populate_existing": True})


def was_removed(db: Session, dataset: Dataset, uuid: str, known: Entity | None) -> bool:
    """Whether it went out of the trash, or was about somebody who asked to be removed: then nobody makes it anew."""
    if known is not None:
        return False
    removed = dataset.name in REMOVED and is_buried(db, dataset.project_id, [uuid])
    return removed or bool(purged_among(db, dataset, [uuid]))


def was_made_up(db: Session, entity: Entity) -> bool:
    """Whether its first version came from a change that was forced through: only those carry a branch."""
    first = select(EntityVersion.branch_base_version).where(
        EntityVersion.entity_id == entity.id, EntityVersion.version == 1
    )
    return db.scalar(first) is not None


def refuse_taken(db: Session, dataset: Dataset, uuids: Sequence[str]) -> None:
    """Raises UniqueViolation (409.3) for what is here or comes twice, EntityDeleted (409.19) for what nobody makes anew."""
    here = select(Entity.uuid, Entity.deleted_at).where(Entity.dataset_id == dataset.id)
    taken = [uuid for uuid, times in Counter(uuids).items() if times > 1]
    gone: list[str] = []
    for start in range(0, len(uuids), BATCH):
        part = uuids[start : start + BATCH]
        for uuid, deleted_at in db.execute(here.where(Entity.uuid.in_(part))):
            (taken if deleted_at is None else gone).append(uuid)
        gone += sorted(purged_among(db, dataset, part))
        if dataset.name in REMOVED:
            gone += sorted(buried_among(db, dataset.project_id, part))
    if gone:
        raise EntityDeleted(entityUuids=gone)
    if taken:
        raise UniqueViolation(fields=["uuid"], values=taken)


def add_entities(db: Session, dataset: Dataset, acts: Sequence[EntityAct], author: Author) -> None:
    """Many new ones. Raises as refuse_taken."""
    refuse_taken(db, dataset, [act.uuid for act in acts])
    names = properties_of(db, dataset.id)
    for start in range(0, len(acts), BATCH):
        insert_entities(db, dataset, names, acts[start : start + BATCH], author)
    touch(db, dataset.id, author.now)


def insert_entities(
    db: Session, dataset: Dataset, names: Sequence[str], acts: Sequence[EntityAct], author: Author
) -> None:
    """A few statements for all of them: one for each was four fifths of what many cost."""
    rows = [entity_row(dataset, names, act, act.label, author) for act in acts]
    ids: dict[str, int] = dict(connection_of(db).execute(_INSERT_MANY, rows).all())
    with written_together(db):
        for act, row in zip(acts, rows, strict=True):
            entity_id = ids[act.uuid]
            write_later(db, _INSERT_VERSION, [first_version(entity_id, row, act, None, author)])
            note(db, "entity.create", dataset, entity_id, act, author)


def add_entity(db: Session, dataset: Dataset, act: EntityAct, label: str, author: Author, made_up: bool) -> None:
    insert_entity(db, dataset, properties_of(db, dataset.id), act, label, author, made_up)
    touch(db, dataset.id, author.now)


def insert_entity(
    db: Session, dataset: Dataset, names: Sequence[str], act: EntityAct, label: str, author: Author, made_up: bool
) -> None:
    """`names` are the list's properties."""
    row = entity_row(dataset, names, act, label, author)
    key = ask(db, _INSERT, row).inserted_primary_key
    assert key is not None
    entity_id = int(key[0])
    ask(db, _INSERT_VERSION, first_version(entity_id, row, act, act if made_up else None, author))
    note(db, "entity.create", dataset, entity_id, act, author)


def entity_row(dataset: Dataset, names: Sequence[str], act: EntityAct, label: str, author: Author) -> Row:
    data = {name: act.properties[name] for name in names if name in act.properties}
    return {
        "dataset_id": dataset.id,
        "uuid": act.uuid,
        "version": 1,
        "label": label,
        "data_json": orjson.dumps(data).decode(),
        "about": about_of(data),
        "village_code": data.get(VILLAGE_PROPERTY) or None,
        "creator_id": author.actor_id,
        "created_at": author.now,
    }


def first_version(entity_id: int, row: Row, act: EntityAct, branch: EntityAct | None, author: Author) -> Row:
    """`row` is the entity's; a branch has who was made up by a change that was forced through."""
    received = received_text(orjson.loads(row["data_json"]), act)
    return version_row(entity_id, 1, row["label"], row["data_json"], received, None, [], branch, author)


def received_text(properties: Mapping[str, str], act: EntityAct) -> str:
    """What an act said, as JSON: properties, and the label where it gave one. No property is called so."""
    return orjson.dumps({**properties, **({"label": act.label.strip()} if act.label.strip() else {})}).decode()


def about_of(data: Mapping[str, str]) -> str | None:
    """Whom an entity is about. The database sees no property, and this one only where it is a uuid: never a name."""
    told = (data.get(HER) or "").strip().lower().removeprefix("uuid:")
    return told if UUID.fullmatch(told) else None


def update_entity(db: Session, dataset: Dataset, act: EntityAct, author: Author, force: bool = False) -> None:
    """A new version: what is there, with what was received on top. A change made from an older version is a conflict.

    Raises EntityUnknown, EntityWasDeleted, EntityVersionUnknown; NotYet for an offline change that came too early, unless
    it is forced: then it is put on the newest version, or makes the entity.
    """
    entity = take_entity(db, dataset, act.uuid)
    if was_removed(db, dataset, act.uuid, entity):
        raise EntityWasDeleted(uuid=act.uuid)
    if entity is None:
        if force:
            return add_entity(db, dataset, act, act.label.strip() or AUTO_LABEL, author, made_up=True)
        raise NotYet() if act.branch_id else EntityUnknown(uuid=act.uuid, dataset=dataset.name)
    if entity.deleted_at is not None:
        raise EntityWasDeleted(uuid=act.uuid)
    base = find_base(db, entity, act)
    if base is None and act.branch_id and not force:
        raise NotYet()
    if base is None and not force:
        raise EntityVersionUnknown(version=act.base_version, uuid=act.uuid)
    return write_update(db, dataset, entity, base if base is not None else entity.version, act, author)


def find_base(db: Session, entity: Entity, act: EntityAct) -> int | None:
    """The version that the phone made its change from (5.3.3), None when it is not here."""
    query = select(EntityVersion.version).where(EntityVersion.entity_id == entity.id)
    if act.branch_id and act.base_version not in (None, 1, act.trunk_version):
        assert act.base_version is not None
        return db.scalar(
            query.where(
                EntityVersion.branch_id == act.branch_id, EntityVersion.branch_base_version == act.base_version - 1
            )
        )
    if act.base_version == entity.version:  # what it says now is a version of its own
        return entity.version
    return db.scalar(query.where(EntityVersion.version == act.base_version))


def write_update(
    db: Session,
    dataset: Dataset,
    entity: Entity,
    base_version: int,
    act: EntityAct,
    author: Author,
    came_late: bool = False,
) -> None:
    """`came_late`: the act was to create the entity, which was made up meanwhile: what differs now is a conflict."""
    current: dict[str, str] = orjson.loads(entity.data_json)
    known = set(properties_of(db, dataset.id))
    received = {name: value for name, value in act.properties.items() if name in known}
    outdated = base_version != entity.version
    clashing = clashing_properties(db, entity, base_version, current, received, act.label) if outdated else []
    if came_late:
        clashing = differing_properties(entity, current, received, act.label)
    in_conflict = outdated or came_late or is_interrupted(db, entity, act, author)
    entity.data_json = orjson.dumps(current | received).decode()
    entity.label = act.label.strip() or entity.label
    entity.about = about_of(current | received)
    entity.village_code = (current | received).get(VILLAGE_PROPERTY) or None
    entity.version += 1
    entity.updated_at = author.now
    if in_conflict:  # what is a conflict stays one until somebody has looked
        entity.conflict = "hard" if clashing or entity.conflict == "hard" else "soft"
    db.flush()
    text = received_text(received, act)
    ask(
        db,
        _INSERT_VERSION,
        version_row(
            entity.id, entity.version, entity.label, entity.data_json, text, base_version, clashing, act, author
        ),
    )
    note(db, "entity.update.version", dataset, entity.id, act, author)
    touch(db, dataset.id, author.now)


def clashing_properties(
    db: Session, entity: Entity, base_version: int, current: dict[str, str], received: dict[str, str], label: str
) -> list[str]:
    """What somebody else changed since the base, and is now changed to something else."""
    base = db.scalars(
        select(EntityVersion).where(EntityVersion.entity_id == entity.id, EntityVersion.version == base_version)
    ).one()
    before: dict[str, str] = orjson.loads(base.data_json)
    clashing = [
        name
        for name, value in received.items()
        if current.get(name, "") != before.get(name, "") and current.get(name, "") != value
    ]
    if label.strip() and entity.label != base.label and entity.label != label.strip():
        clashing.append("label")
    return sorted(clashing)


def differing_properties(entity: Entity, current: dict[str, str], received: dict[str, str], label: str) -> list[str]:
    named = ["label"] if label.strip() and label.strip() != entity.label else []
    return sorted([*(name for name, value in received.items() if current.get(name, "") != value), *named])


def is_interrupted(db: Session, entity: Entity, act: EntityAct, author: Author) -> bool:
    """Whether somebody else changed it since the phone began its branch: without a trunk, since the first version. What the
    same record did, or we did ourselves because of one, such as a status that follows a correction, is nobody else's.
    """
    if act.branch_id is None:
        return False
    record = EntityVersion.submission_version_id
    others = (
        EntityVersion.branch_id.is_(None) | (EntityVersion.branch_id != act.branch_id),
        EntityVersion.creator_id.is_not(None) | record.is_not(None),
        record.is_(None) | (record != author.submission_version_id),
    )
    since = EntityVersion.entity_id == entity.id, EntityVersion.version > (act.trunk_version or 1)
    return db.scalar(select(EntityVersion.id).where(*since, *others).limit(1)) is not None


def version_row(
    entity_id: int,
    version: int,
    label: str,
    data: str,
    received: str,
    base_version: int | None,
    clashing: list[str],
    act: EntityAct | None,
    author: Author,
) -> Row:
    branch_id = act.branch_id if act else None
    return {
        "entity_id": entity_id,
        "version": version,
        "label": label,
        "data_json": data,
        "received_json": received,
        "base_version": base_version,
        "branch_id": branch_id,
        "trunk_version": act.trunk_version if act else None,
        "branch_base_version": act.base_version if act and branch_id else None,
        "conflicting_json": orjson.dumps(clashing).decode() if clashing else None,
        "submission_version_id": author.submission_version_id,
        "creator_id": author.actor_id,
        "user_agent": author.user_agent,
        "created_at": author.now,
    }


def properties_of(db: Session, dataset_id: int) -> list[str]:
    """The list's properties in the order of making."""
    return list(ask(db, _PROPERTIES, {"dataset": dataset_id}).scalars())


def touch(db: Session, dataset_id: int, now: datetime) -> None:
    """Every change of a list changes its hash on the wire: phones refetch it, and only then."""
    ask(db, _TOUCH, {"dataset": dataset_id, "now": now})
    if (dataset := db.identity_map.get(identity_key(Dataset, dataset_id))) is not None:
        db.expire(dataset, ["revision", "updated_at"])


def note(db: Session, action: str, dataset: Dataset, entity_id: int, act: EntityAct, author: Author) -> None:
    record(
        db,
        action,
        actor_id=author.actor_id,
        project_id=dataset.project_id,
        dataset_id=dataset.id,
        entity_id=entity_id,
        submission_id=author.submission_id,
        details={"entity": {"uuid": act.uuid, "dataset": act.dataset}},
        now=author.now,
    )
