"""Which records and entities are a woman's: what an export gives her and an erasure takes out."""

from collections.abc import Collection, Iterator
from typing import Final

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

from server.models import (
    CareEvent,
    Dataset,
    Entity,
    EntityVersion,
    Form,
    FormVersion,
    Seal,
    Submission,
    SubmissionVersion,
)
from server.registry.emptying import empty_versions, in_batches
from server.registry.telling import KEPT

ABOUT_HER: Final = ("pregnancies", "contraception_episodes", "referrals")
HER_LISTS: Final = ("women", *ABOUT_HER)


def entities_of(db: Session, project_id: int, woman: str, episodes: Collection[str]) -> list[Entity]:
    """She in the list of women, and what any list keeps about her, deleted ones too."""
    hers = (Dataset.name == "women") & (Entity.uuid == woman)
    episode = Dataset.name.in_(ABOUT_HER) & Entity.uuid.in_(episodes)
    query = select(Entity).join(Dataset, Dataset.id == Entity.dataset_id)
    where = Dataset.project_id == project_id, or_(hers, episode, Entity.about == woman)
    return list(db.scalars(query.where(*where).order_by(Entity.id)))


def records_of(
    db: Session, project_id: int, woman: str, uuids: Collection[str], entity_ids: Collection[int]
) -> tuple[list[int], list[int]]:
    """Her records, and those of others an earlier version of which was about her.

    Hers is what was told of her, what waits for her, what made or changed an entity about her, and what names her: a
    sealed record, or one of a form of the town's own that chooses from the lists about women. The search for names reads
    those records one by one, and only those.
    """
    candidates = set(db.scalars(told_or_made(project_id, woman, uuids, entity_ids)))
    candidates |= {one for one in may_name(db, project_id) if one not in candidates and names(db, one, uuids)}
    others = elsewhere(db, project_id, woman, candidates)
    return sorted(candidates - others), sorted(others)


def told_or_made(project_id: int, woman: str, uuids: Collection[str], entity_ids: Collection[int]) -> Select[int]:
    told = select(CareEvent.submission_id).where(
        CareEvent.project_id == project_id, CareEvent.subject_list == "women", CareEvent.subject == woman
    )
    waits = select(Seal.submission_id).where(Seal.project_id == project_id, Seal.waits_for.in_(uuids))
    made = (
        select(SubmissionVersion.submission_id)
        .join(EntityVersion, EntityVersion.submission_version_id == SubmissionVersion.id)
        .where(EntityVersion.entity_id.in_(entity_ids))
    )
    return select(Submission.id).where(
        Submission.project_id == project_id, or_(*(Submission.id.in_(one) for one in (told, waits, made)))
    )


def may_name(db: Session, project_id: int) -> Iterator[int]:
    """Records that may name her though nothing was worked out of them: sealed ones, and those of forms of the town's own."""
    shut = select(Submission.id).where(Submission.project_id == project_id, Submission.health)
    yield from db.scalars(shut.where(Submission.sealed))
    yield from db.scalars(shut.where(Submission.draft))
    choosing = or_(*(FormVersion.schema_json.contains(f"{name}.csv") for name in HER_LISTS))
    forms = select(FormVersion.form_id).join(Form, Form.id == FormVersion.form_id)
    own = forms.where(Form.project_id == project_id, Form.xml_form_id.not_in(KEPT), choosing)
    yield from db.scalars(select(Submission.id).where(Submission.form_id.in_(own)))


def names(db: Session, submission_id: int, uuids: Collection[str]) -> bool:
    """Whether some version of a record holds one of these uuids."""
    found = db.scalars(select(SubmissionVersion.xml).where(SubmissionVersion.submission_id == submission_id))
    return any(holds(xml, uuids) for xml in found)


def holds(xml: bytes, uuids: Collection[str]) -> bool:
    text = bytes(xml).lower()
    return any(uuid.encode() in text for uuid in uuids)


def elsewhere(db: Session, project_id: int, woman: str, candidates: Collection[int]) -> set[int]:
    """Those of these records that tell of somebody else as they stand now."""
    found: set[int] = set()
    for batch in in_batches(candidates):
        others = select(CareEvent.submission_id).where(
            CareEvent.project_id == project_id, CareEvent.submission_id.in_(batch), CareEvent.subject != woman
        )
        found |= set(db.scalars(others))
    return found


def empty_old_versions(db: Session, submission_ids: Collection[int], uuids: Collection[str]) -> None:
    """Empties the versions that name her, of records that are about somebody else by now."""
    query = select(SubmissionVersion.id, SubmissionVersion.xml)
    rows = db.execute(query.where(SubmissionVersion.submission_id.in_(submission_ids)))
    empty_versions(db, [row.id for row in rows if holds(row.xml, uuids)])
