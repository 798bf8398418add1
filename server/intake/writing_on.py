"""What a corrected record wrote into entity lists says the same from then on, except where a later record wrote something
else: a record acts there only once by itself.
"""

import orjson
from sqlalchemy import select
from sqlalchemy.orm import Session

from forms.entities import EntityAct, read_acts
from forms.errors import FormError
from forms.instance import Instance, read_instance, read_values, value_at
from forms.schema import FormSchema
from server.intake.items import Item, Receipt
from server.models import Dataset, Entity, EntityVersion, Submission, SubmissionVersion
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
    named = named_in(item)
    for entity in db.scalars(select(Entity).where(Entity.id.in_(made), Entity.deleted_at.is_(None))).all():
        dataset = db.get_one(Dataset, entity.dataset_id)
        if entity.uuid not in named.get(dataset.name, {entity.uuid}):
            continue
        known, stands = properties_of(db, dataset.id), orjson.loads(entity.data_json)
        wanted = {name: now for name, (was, now) in changed.items() if name in known and stands.get(name, "") == was}
        if wanted:
            act = EntityAct(dataset.name, entity.uuid, False, True, entity.version, None, None, "", wanted)
            write_update(db, dataset, entity, entity.version, act, author)


def named_in(item: Item) -> dict[str, set[str]]:
    """The entities that a record is about as it reads now, by list; a list of which it names none is left out."""
    found: dict[str, set[str]] = {}
    try:
        for act in read_acts(item.instance, item.asked.schema):
            found.setdefault(act.dataset, set()).add(act.uuid)
    except FormError:
        return {}
    return found


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
    changed = changed_properties(item.asked.schema, before, item.instance) if before else {}
    if changed:
        write_on(db, receipt, changed, item)
