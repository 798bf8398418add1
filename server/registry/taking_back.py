"""What a record wrote into a row that its correction no longer names is taken back: the row says again what others say of it.

Every version stays. A row that the record made leaves its list where nobody else spoke of it; one that others have used stays,
marked as a conflict, so that somebody looks at it.
"""

from collections.abc import Sequence

import orjson
from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from forms.entities import EntityAct
from server.models import CareEvent, Dataset, Entity, EntityBacklog, EntityVersion, SubmissionVersion, Woman
from server.registry.editing import delete_entity
from server.registry.entities import Author, properties_of, write_update


def take_back(db: Session, dataset: Dataset, entity: Entity, author: Author) -> None:
    """`author` names the record by its correction. What the server worked out itself is left: it works it out anew."""
    own = set(db.scalars(versions_of(author)))
    query = select(EntityVersion).where(EntityVersion.entity_id == entity.id).order_by(EntityVersion.version)
    history = db.scalars(query).all()
    if history[0].submission_version_id not in own:
        write_before(db, dataset, entity, history, own, author)
    elif history[0].branch_base_version is None and not is_used(db, dataset, entity, history, own, author):
        delete_entity(db, dataset, entity, author)
    else:
        entity.conflict = entity.conflict or "soft"


def forget_waiting(db: Session, author: Author, named: set[tuple[str, str]]) -> None:
    """What the record would still have changed once its time came, of rows that are not among (list, uuid) `named` now."""
    query = select(EntityBacklog, Dataset.name).join(Dataset, Dataset.id == EntityBacklog.dataset_id)
    for row, name in db.execute(query.where(EntityBacklog.submission_id == author.submission_id)).all():
        if (name, row.uuid) not in named:
            db.delete(row)
    db.flush()


def versions_of(author: Author) -> Select[int]:
    return select(SubmissionVersion.id).where(SubmissionVersion.submission_id == author.submission_id)


def write_before(
    db: Session, dataset: Dataset, entity: Entity, history: Sequence[EntityVersion], own: set[int], author: Author
) -> None:
    """Each property that this record wrote last, and the name if it gave it, as they were before."""
    wanted = {}
    for name in properties_of(db, dataset.id):
        told = [one for one in history if name in orjson.loads(one.received_json)]
        if told and told[-1].submission_version_id in own:
            others = [one for one in told if one.submission_version_id not in own]
            wanted[name] = orjson.loads(others[-1].received_json)[name] if others else ""
    stands = orjson.loads(entity.data_json)
    wanted = {name: text for name, text in wanted.items() if stands.get(name, "") != text}
    label = label_before(history, own)
    if wanted or label != entity.label:
        act = EntityAct(dataset.name, entity.uuid, False, True, entity.version, None, None, label, wanted)
        write_update(db, dataset, entity, entity.version, act, author)


def label_before(history: Sequence[EntityVersion], own: set[int]) -> str:
    """The newest name that somebody else gave: a version has the name that it found where it gave none."""
    label = found = history[0].label
    for one in history:
        if one.label != found and one.submission_version_id not in own:
            label = one.label
        found = one.label
    return label


def is_used(
    db: Session, dataset: Dataset, entity: Entity, history: Sequence[EntityVersion], own: set[int], author: Author
) -> bool:
    """Whether somebody else wrote to it, or a record, a woman or another row is about it."""
    by_others = [one for one in history if one.submission_version_id not in own]
    if any(one.submission_version_id is not None or one.creator_id is not None for one in by_others):
        return True
    others = CareEvent.project_id == dataset.project_id, CareEvent.submission_id != author.submission_id
    about = (
        select(CareEvent.submission_id).where(*others, CareEvent.subject == entity.uuid),
        select(CareEvent.submission_id).where(*others, CareEvent.episode == entity.uuid),
        select(Woman.uuid).where(Woman.project_id == dataset.project_id, Woman.household_uuid == entity.uuid),
        select(EntityBacklog.id).where(EntityBacklog.dataset_id == dataset.id, EntityBacklog.uuid == entity.uuid),
        select(Entity.id).join(Dataset).where(Dataset.project_id == dataset.project_id, Entity.about == entity.uuid),
    )
    return any(db.execute(query.limit(1)).first() is not None for query in about)
