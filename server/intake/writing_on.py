"""What a corrected record wrote into entity lists says the same from then on, except where a later record wrote something
else: a record acts there only once by itself.
"""

from dataclasses import replace
from typing import Final

import orjson
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from forms.entities import EntityAct, read_acts
from forms.errors import FormError
from forms.instance import Instance, read_instance, read_values, value_at
from forms.schema import FormSchema
from server.intake.derive import follow_lists, is_sealed, reading_of
from server.intake.items import Item, Receipt
from server.models import BENEFIT_CASES, Dataset, Entity, EntityVersion, SubmissionVersion
from server.registry.applying import apply_named_anew, author_of
from server.registry.backlog import replay_followers
from server.registry.entities import Author, properties_of, write_update
from server.registry.sealing import Subject
from server.registry.taking_back import forget_waiting, take_back

Changed = dict[str, tuple[str, str]]
Named = dict[tuple[str, str], EntityAct]
SUBJECT_LISTS: Final = ("women", "households", BENEFIT_CASES)
"""Lists whose rows are people, homes or cases that records tell of."""


def changed_properties(schema: FormSchema, before: dict[str, object], instance: Instance) -> Changed:
    """What saves to an entity and is another answer now, {property: (before, now)}; what repeats is left as it was."""
    after = read_values(instance, schema)
    found: Changed = {}
    for one in schema.fields:
        was, now = value_at(before, one.path), value_at(after, one.path)
        if one.saveto and was != now and schema.repeat_of(one.path) is None:
            found[one.saveto] = (str(was or ""), str(now or ""))
    return found


def write_on(db: Session, receipt: Receipt, before: Instance, item: Item) -> None:
    """Into the rows that the record made or changed: a record acts there only once by itself. `before` is what it said so far.

    Where it names another row of the list by now, what it wrote into the one before is taken back (taking_back.py), and the
    other one is told all of it. Of a record that nobody may read nothing else follows.
    """
    schema, reading = item.asked.schema, reading_of(item, receipt)
    changed = changed_properties(schema, read_values(before, schema), item.instance)
    author, sealed = author_of(reading), is_sealed(db, receipt.submission_id)
    now = named_rows(item.xml, schema)
    left, listed = dict(now), {dataset for dataset, _ in now}
    for entity, dataset, stood in rows_written(db, receipt.submission_id, schema):
        act = left.get((dataset.name, entity.uuid))
        if entity.deleted_at is not None:
            left.pop((dataset.name, entity.uuid), None)
        elif act is None and dataset.name in listed:
            if stood:
                take_back(db, dataset, entity, author)
        elif not sealed and (act is None or stood or act.create):
            write_into(db, dataset, entity, changed, act, author)
            left.pop((dataset.name, entity.uuid), None)
    forget_waiting(db, author, set(now))
    if left and not sealed:
        apply_named_anew(db, reading, list(left.values()))
    if reading.project.kind == "care":
        follow_lists(db, reading, subjects_written(db, receipt.submission_version_id))


def named_rows(xml: bytes, schema: FormSchema) -> Named:
    """What a record says of rows, by list and uuid; nothing where it cannot be told."""
    try:
        return {(one.dataset, one.uuid): one for one in read_acts(read_instance(xml), schema)}
    except FormError:
        return {}


def rows_written(db: Session, submission_id: int, schema: FormSchema) -> list[tuple[Entity, Dataset, bool]]:
    """Rows that versions of the record made or changed, and whether it named them when it did so last: else it took that back."""
    last = (
        select(EntityVersion.entity_id, func.max(EntityVersion.submission_version_id).label("version_id"))
        .join(SubmissionVersion, SubmissionVersion.id == EntityVersion.submission_version_id)
        .where(SubmissionVersion.submission_id == submission_id)
        .group_by(EntityVersion.entity_id)
        .subquery()
    )
    query = (
        select(Entity, Dataset, SubmissionVersion.xml)
        .join(Dataset, Dataset.id == Entity.dataset_id)
        .join(last, last.c.entity_id == Entity.id)
        .join(SubmissionVersion, SubmissionVersion.id == last.c.version_id)
        .order_by(Entity.id)
    )
    return [
        (entity, dataset, (dataset.name, entity.uuid) in named_rows(bytes(xml), schema))
        for entity, dataset, xml in db.execute(query).all()
    ]


def subjects_written(db: Session, version_id: int) -> set[Subject]:
    """Whom those rows are about that this version of a record wrote to."""
    written = select(EntityVersion.entity_id).where(EntityVersion.submission_version_id == version_id)
    query = select(Dataset.name, Entity.uuid, Entity.about).join(Entity, Entity.dataset_id == Dataset.id)
    rows = db.execute(query.where(Entity.id.in_(written))).all()
    hers = {("women", about) for _, _, about in rows if about}
    return hers | {(name, uuid) for name, uuid, _ in rows if name in SUBJECT_LISTS}


def write_into(
    db: Session, dataset: Dataset, entity: Entity, changed: Changed, act: EntityAct | None, author: Author
) -> None:
    """One entity: what changed and is still as this record said it, and its name. `act`: what the record says of it now.

    A phone that filled in the record has changed its own row by it, and goes on from there: that version is written here
    too, also where it says nothing new, or all that the phone does later would wait for it (registry/backlog.py).
    """
    known, stands = properties_of(db, dataset.id), orjson.loads(entity.data_json)
    wanted = {name: now for name, (was, now) in changed.items() if name in known and stands.get(name, "") == was}
    label = act.label if act is not None and entity.label == said_label(db, entity, author) else ""
    goes_on = act if act is not None and is_news_of_branch(db, entity, act) else None
    if not wanted and goes_on is None and label in ("", entity.label):
        return
    meant = EntityAct(dataset.name, entity.uuid, False, True, entity.version, None, None, label, wanted)
    if goes_on is not None:
        phones = {name: getattr(goes_on, name) for name in ("base_version", "trunk_version", "branch_id")}
        meant = replace(meant, **phones)
    write_update(db, dataset, entity, entity.version, meant, author)
    if goes_on is not None:
        replay_followers(db, dataset, goes_on, author.now)


def is_news_of_branch(db: Session, entity: Entity, act: EntityAct) -> bool:
    """Whether a phone changed its own row by this act and that step is not known here yet."""
    if not act.update or act.branch_id is None:
        return False
    step = EntityVersion.branch_id == act.branch_id, EntityVersion.branch_base_version == act.base_version
    return db.scalar(select(EntityVersion.id).where(EntityVersion.entity_id == entity.id, *step).limit(1)) is None


def said_label(db: Session, entity: Entity, author: Author) -> str | None:
    """What the entity was called when this record last wrote to it."""
    versions = select(SubmissionVersion.id).where(SubmissionVersion.submission_id == author.submission_id)
    here = EntityVersion.entity_id == entity.id, EntityVersion.submission_version_id.in_(versions)
    return db.scalar(select(EntityVersion.label).where(*here).order_by(EntityVersion.version.desc()).limit(1))


def carry_on(db: Session, item: Item, receipt: Receipt) -> None:
    """For a record that was filled in anew in place of one that went back."""
    version = db.get_one(SubmissionVersion, receipt.submission_version_id)
    earlier = select(SubmissionVersion.xml).where(
        SubmissionVersion.submission_id == receipt.submission_id,
        SubmissionVersion.instance_id == version.deprecated_id,
    )
    xml = db.scalar(earlier)
    if xml:
        write_on(db, receipt, read_instance(bytes(xml)), item)
