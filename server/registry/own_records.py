"""Which records and entities are a woman's: what an export gives her and an erasure takes out."""

from collections.abc import Collection, Iterator

import orjson
from sqlalchemy import ColumnElement, Select, exists, or_, select, update
from sqlalchemy.orm import Session

from forms.errors import FormError
from forms.instance import read_instance
from forms.schema import FormSchema
from server.models import (
    HER_FILES,
    CareEvent,
    Dataset,
    Entity,
    EntityVersion,
    Form,
    FormAttachment,
    FormVersion,
    NamedWoman,
    Seal,
    Submission,
    SubmissionVersion,
    table_of,
)
from server.registry.emptying import empty_versions, in_batches
from server.registry.entities import UUID
from server.registry.reach import ABOUT_HER
from server.registry.telling import KEPT, bare, tell


def entities_of(db: Session, project_id: int, women: Collection[str], episodes: Collection[str]) -> list[Entity]:
    """She in the list of women, under each of her registrations, and what any list keeps about her, deleted ones too."""
    hers = (Dataset.name == "women") & Entity.uuid.in_(women)
    episode = Dataset.name.in_(ABOUT_HER) & Entity.uuid.in_(episodes)
    query = select(Entity).join(Dataset, Dataset.id == Entity.dataset_id)
    where = Dataset.project_id == project_id, or_(hers, episode, Entity.about.in_(women))
    return list(db.scalars(query.where(*where).order_by(Entity.id)))


def records_of(
    db: Session, project_id: int, woman: str, uuids: Collection[str], entity_ids: Collection[int]
) -> tuple[list[int], list[int]]:
    """Her records, and those of others an earlier version of which was about her.

    Hers is what was told of her, what waits for her, what made or changed an entity about her, and what names her: a
    health record of which no event tells, or one of a form of the town's own that has the lists about women beside it: what
    a form looks up in them need not be chosen. The search for names reads those records, and only those.
    """
    candidates = set(db.scalars(told_or_made(project_id, woman, uuids, entity_ids)))
    names = {*uuids, *names_of(db, candidates)}
    candidates |= naming(db, set(may_name(db, project_id)) - candidates, names)
    others = elsewhere(db, project_id, woman, uuids, candidates)
    return sorted(candidates - others), sorted(others)


def names_of(db: Session, submission_ids: Collection[int]) -> set[str]:
    """By what a back-check (F11) names these records: it holds no uuid of hers."""
    found: set[str] = set()
    for batch in in_batches(submission_ids):
        ids = db.scalars(select(Submission.instance_id).where(Submission.id.in_(batch)))
        found |= {name for one in ids if (name := bare(one)) and UUID.fullmatch(name)}
    return found


def told_or_made(project_id: int, woman: str, uuids: Collection[str], entity_ids: Collection[int]) -> Select[int]:
    told = select(CareEvent.submission_id).where(CareEvent.project_id == project_id, CareEvent.subject == woman)
    named = select(NamedWoman.submission_id).where(NamedWoman.project_id == project_id, NamedWoman.woman_uuid == woman)
    waits = select(Seal.submission_id).where(Seal.project_id == project_id, Seal.waits_for.in_(uuids))
    made = (
        select(SubmissionVersion.submission_id)
        .join(EntityVersion, EntityVersion.submission_version_id == SubmissionVersion.id)
        .where(EntityVersion.entity_id.in_(entity_ids))
    )
    return select(Submission.id).where(
        Submission.project_id == project_id, or_(*(Submission.id.in_(one) for one in (told, named, waits, made)))
    )


def may_name(db: Session, project_id: int) -> Iterator[int]:
    """Records that may name her though nothing was worked out of them: health records, and those of forms of the town's own."""
    health = select(Submission.id).where(Submission.project_id == project_id, Submission.health)
    yield from db.scalars(health.where(untold()))
    choosing = or_(*(FormVersion.schema_json.contains(one) for one in HER_FILES))
    looking_up = exists().where(FormAttachment.form_version_id == FormVersion.id, FormAttachment.name.in_(HER_FILES))
    forms = select(FormVersion.form_id).join(Form, Form.id == FormVersion.form_id)
    own = forms.where(Form.project_id == project_id, Form.xml_form_id.not_in(KEPT), or_(choosing, looking_up))
    yield from db.scalars(select(Submission.id).where(Submission.form_id.in_(own)))


def untold() -> ColumnElement[bool]:
    """Records of which no event tells: sealed, set aside by the office, drafts, those that our reading failed on."""
    told = (CareEvent.submission_id == Submission.id) & CareEvent.subject_list.in_(("women", "households"))
    return ~exists().where(told).correlate(Submission)


def naming(
    db: Session, submission_ids: Collection[int], uuids: Collection[str], *which: ColumnElement[bool]
) -> set[int]:
    """Those of these records of which some version (or of these versions) holds one of the uuids."""
    query = select(SubmissionVersion.submission_id, SubmissionVersion.xml).where(*which)
    found: set[int] = set()
    for batch in in_batches(submission_ids):
        rows = db.execute(query.where(SubmissionVersion.submission_id.in_(batch)))
        found |= {submission_id for submission_id, xml in rows if holds(xml, uuids)}
    return found


def holds(xml: bytes, uuids: Collection[str]) -> bool:
    text = bytes(xml).lower()
    return any(uuid.encode() in text for uuid in uuids)


def begun_by(db: Session, woman: str, submission_ids: Collection[int]) -> set[str]:
    """The pregnancies and methods that these records of hers speak of and no event tells: what waits for those is hers."""
    query = (
        select(SubmissionVersion.xml, FormVersion.schema_json)
        .join(FormVersion, FormVersion.id == SubmissionVersion.form_version_id)
        .join(Submission, Submission.id == SubmissionVersion.submission_id)
        .where(untold())
    )
    found: set[str | None] = set()
    for batch in in_batches(submission_ids):
        for xml, schema in db.execute(query.where(Submission.id.in_(batch))):
            found.add(episode_in(bytes(xml), schema, woman))
    return {one for one in found if one}


def episode_in(xml: bytes, schema_json: str, woman: str) -> str | None:
    try:
        told = tell(read_instance(xml), FormSchema.from_json(orjson.loads(schema_json))) if xml else None
    except FormError:
        return None
    return told.episode if told and told.subject in (None, woman) else None


def only_hers(db: Session, project_id: int, woman: str, episodes: Collection[str]) -> set[str]:
    """Those of these episodes that are no other woman's: a record of hers may name one by mistake."""
    others = select(CareEvent.episode).where(
        CareEvent.project_id == project_id, CareEvent.episode.in_(episodes), CareEvent.subject != woman
    )
    return set(episodes) - {one for one in db.scalars(others) if one}


def elsewhere(
    db: Session, project_id: int, woman: str, uuids: Collection[str], candidates: Collection[int]
) -> set[int]:
    """Those of these records that tell of somebody else as they stand now.

    One of the town's own forms that names her and another woman is hers, too.
    """
    found, own = set[int](), set[int]()
    for batch in in_batches(candidates):
        others = select(CareEvent.submission_id, CareEvent.form_id).where(
            CareEvent.project_id == project_id, CareEvent.submission_id.in_(batch), CareEvent.subject != woman
        )
        rows = db.execute(others).all()
        found |= {row.submission_id for row in rows}
        own |= {row.submission_id for row in rows if row.form_id not in KEPT}
    return found - naming(db, own, uuids, SubmissionVersion.is_current.is_(True))


def empty_old_versions(db: Session, submission_ids: Collection[int], uuids: Collection[str]) -> set[str]:
    """Empties the versions that name her, of records that are about somebody else by now, and what they said in lists.

    The SHA-256 of their files that nobody else has any more.
    """
    query = select(SubmissionVersion.id, SubmissionVersion.xml)
    rows = db.execute(query.where(SubmissionVersion.submission_id.in_(submission_ids)))
    old = [row.id for row in rows if holds(row.xml, uuids)]
    said = table_of(EntityVersion)
    nothing = {"label": "", "data_json": "{}", "received_json": "{}"}
    db.execute(update(said).where(said.c.submission_version_id.in_(old)).values(**nothing))
    return empty_versions(db, old)
