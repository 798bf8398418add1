"""What a corrected record wrote into entity lists says the same from then on, except where a later record wrote something
else: a record acts there only once by itself.
"""

from dataclasses import replace

import orjson
from sqlalchemy import select
from sqlalchemy.orm import Session

from forms.entities import EntityAct, read_acts
from forms.errors import FormError
from forms.instance import Instance, read_instance, read_values, value_at
from forms.schema import FormSchema
from server.intake.items import Item, Receipt
from server.models import Dataset, Entity, EntityVersion, Submission, SubmissionVersion
from server.registry.backlog import replay_followers
from server.registry.entities import Author, properties_of, write_update

Changed = dict[str, tuple[str, str]]


def changed_properties(schema: FormSchema, before: dict[str, object], instance: Instance) -> Changed:
    """What saves to an entity and is another answer now, {property: (before, now)}; what repeats is left as it was."""
    after = read_values(instance, schema)
    found: Changed = {}
    for one in schema.fields:
        was, now = value_at(before, one.path), value_at(after, one.path)
        if one.saveto and was != now and schema.repeat_of(one.path) is None:
            found[one.saveto] = (str(was or ""), str(now or ""))
    return found


def write_on(db: Session, receipt: Receipt, changed: Changed, item: Item) -> None:
    """Into the entities that the record made or changed: a record acts there only once by itself.

    Where it names another one of the list by now, what it tells is that one's: nothing is written into the one before.
    """
    versions = select(SubmissionVersion.id).where(SubmissionVersion.submission_id == receipt.submission_id)
    made = select(EntityVersion.entity_id).where(EntityVersion.submission_version_id.in_(versions))
    author = Author(item.actor_id, item.user_agent, receipt.submission_id, receipt.submission_version_id, item.now)
    acts = acts_of(item)
    listed = {one.dataset for one in acts}
    for entity in db.scalars(select(Entity).where(Entity.id.in_(made), Entity.deleted_at.is_(None))).all():
        dataset = db.get_one(Dataset, entity.dataset_id)
        act = next((one for one in acts if (one.dataset, one.uuid) == (dataset.name, entity.uuid)), None)
        if act is not None or dataset.name not in listed:
            write_into(db, dataset, entity, changed, act, author)


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


def acts_of(item: Item) -> list[EntityAct]:
    """What a record says of entities as it reads now."""
    try:
        return read_acts(item.instance, item.asked.schema)
    except FormError:
        return []


def carry_on(db: Session, item: Item, receipt: Receipt) -> None:
    """For a record that was filled in anew in place of one that went back. Of one that nobody may read nothing follows."""
    if db.scalar(select(Submission.sealed).where(Submission.id == receipt.submission_id)):
        return
    version = db.get_one(SubmissionVersion, receipt.submission_version_id)
    earlier = select(SubmissionVersion.xml).where(
        SubmissionVersion.submission_id == receipt.submission_id,
        SubmissionVersion.instance_id == version.deprecated_id,
    )
    xml = db.scalar(earlier)
    before = read_values(read_instance(bytes(xml)), item.asked.schema) if xml else {}
    if before:
        write_on(db, receipt, changed_properties(item.asked.schema, before, item.instance), item)
