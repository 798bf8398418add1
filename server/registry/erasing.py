"""Removing a woman who asked for it: her rows go, her records are sealed for good, a hash keeps late ones from undoing it."""

from datetime import datetime

import orjson
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from server.models import (
    CareEvent,
    ContraceptionEpisode,
    Dataset,
    Entity,
    EntityBacklog,
    EntityVersion,
    Pregnancy,
    Woman,
)
from server.registry.sealing import Effects, Verdict, bury, seal_record, waiting_for

ERASED = Verdict("erased")
ABOUT_HER = ("pregnancies", "contraception_episodes", "referrals")


def erase(db: Session, project_id: int, woman: str, now: datetime) -> Effects:
    """Takes out all that is known of her. What only waits for her or for an episode of hers is sealed with the rest."""
    events = CareEvent.project_id == project_id, CareEvent.subject_list == "women", CareEvent.subject == woman
    told = db.execute(select(CareEvent.submission_id, CareEvent.episode).where(*events)).all()
    episodes = {row.episode for row in told if row.episode}
    entities = entities_of(db, project_id, woman, episodes)
    uuids = {woman, *episodes, *(entity.uuid for entity in entities)}
    for uuid in sorted(uuids):
        bury(db, project_id, uuid, now)
    for submission_id in [*(row.submission_id for row in told), *waiting_for(db, project_id, uuids)]:
        seal_record(db, project_id, submission_id, ERASED, now)
    for entity in entities:
        redact(db, entity, now)
    db.execute(delete(Woman).where(Woman.project_id == project_id, Woman.uuid == woman))
    for model in (Pregnancy, ContraceptionEpisode):
        db.execute(delete(model).where(model.project_id == project_id, model.woman_uuid == woman))
    lists = select(Dataset.id).where(Dataset.project_id == project_id)
    db.execute(delete(EntityBacklog).where(EntityBacklog.dataset_id.in_(lists), EntityBacklog.uuid.in_(uuids)))
    return Effects({("women", woman)})


def entities_of(db: Session, project_id: int, woman: str, episodes: set[str]) -> list[Entity]:
    """She in the list of women, and what the other lists keep about her, deleted ones too."""
    hers = (Dataset.name == "women") & (Entity.uuid == woman)
    about = Dataset.name.in_(ABOUT_HER) & (Entity.data_json.contains(woman) | Entity.uuid.in_(episodes))
    query = select(Entity).join(Dataset, Dataset.id == Entity.dataset_id)
    found = db.scalars(query.where(Dataset.project_id == project_id, hers | about).order_by(Entity.id))
    return [one for one in found if one.uuid in {woman, *episodes} or orjson.loads(one.data_json).get("woman") == woman]


def redact(db: Session, entity: Entity, now: datetime) -> None:
    """The entity leaves every list at once, and neither it nor an earlier version of it says anything any more."""
    entity.deleted_at = entity.deleted_at or now
    entity.label, entity.data_json, entity.village_code, entity.updated_at = "", "{}", None, now
    blank = {"label": "", "data_json": "{}", "received_json": "{}", "conflicting_json": None}
    db.execute(update(EntityVersion).where(EntityVersion.entity_id == entity.id).values(**blank))
    lists = update(Dataset).where(Dataset.id == entity.dataset_id)
    db.execute(lists.values(revision=Dataset.revision + 1, updated_at=now))
