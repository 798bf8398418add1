"""Referrals: made by the server of what a form answers, as entities of the list `referrals` (domain.md 3, F13).

One record makes at most one, under an id that follows from the record: worked out again it is the same, and a correction
that takes the reason away takes it back.
"""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID, uuid5

import orjson
from sqlalchemy import Row, bindparam, insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from forms.entities import EntityAct
from server.access.audit import record
from server.db import ask
from server.models import CareEvent, Dataset, DatasetProperty, Entity, Submission, Woman, table_of
from server.models.facts import AnyProject
from server.reading import Reading
from server.registry.births import NO_SIGN, her_signs
from server.registry.danger_limits import has_high_pressure, lacks_haemoglobin
from server.registry.entities import Author, add_entity, find_entity, note, properties_of, write_update
from server.registry.events import find_in_list
from server.registry.referral_outcomes import REFERRALS, TOLD_AFTER, align, find_list
from server.registry.telling import ANTENATAL, CONTRACEPTION, POSTNATAL

PROPERTIES: Final = ("woman", "pregnancy", "village_code", "urgency", "referred_on", "form_id", *TOLD_AFTER)
TAKEN_BACK: Final = {"urgency": ""}
NAMESPACE: Final = UUID("5d3a8c1e-6f0b-4a53-9c7e-2f1f6b0c9a44")

DANGER_QUESTIONS: Final = {
    "pregnancy_registration": "danger_now",
    "antenatal_check": "danger",
    CONTRACEPTION: "danger_fp",
    POSTNATAL: "danger_pp danger_nb",
}
"""The questions that ask for danger signs (3.1), by form."""


ToldRow = CareEvent | Row[*tuple[Any, ...]]
"""A row with all columns of CareEvent, to be read."""
_TOLD: Final = select(*table_of(CareEvent).c).where(CareEvent.submission_id == bindparam("record"))


def signs_of(form_id: str, answers: Mapping[str, str]) -> frozenset[str]:
    """The danger signs that a record chose, and what was critical beside them (3, 3.1); "none of these" is none."""
    if form_id not in DANGER_QUESTIONS:
        return frozenset()
    chosen = (sign for name in DANGER_QUESTIONS[form_id].split() for sign in answers.get(name, "").split())
    seen = her_signs(answers) if form_id == POSTNATAL else _seen(form_id, answers)
    return frozenset(chosen) - NO_SIGN | seen


def _seen(form_id: str, answers: Mapping[str, str]) -> frozenset[str]:
    """What F4 and F6 show their critical advice for, besides what was chosen."""
    if form_id not in (ANTENATAL, CONTRACEPTION):
        return frozenset()
    seen = {
        "blood_pressure": has_high_pressure(answers),
        "haemoglobin": lacks_haemoglobin(answers),
        "less_movement": answers.get("movement") in ("less", "none"),
    }
    return frozenset(name for name, is_seen in seen.items() if is_seen)


def urgency_of(form_id: str, answers: Mapping[str, str]) -> str | None:
    """urgent or routine when the record refers her, else None. A danger sign is an urgent referral (3.1), asked or not; so is
    a device that she wants taken out a routine one, wherever she is to go (3, F6 `removal_request`)."""
    if signs_of(form_id, answers):
        return "urgent"
    chosen = answers.get("refer_urgency") or ""
    refers = answers.get("refer") == "yes" if "refer" in answers else answers.get("refer_to", "none") != "none"
    refers = refers or wants_removal(form_id, answers) or chosen in ("urgent", "routine")
    return ("urgent" if chosen == "urgent" else "routine") if refers else None


def wants_removal(form_id: str, answers: Mapping[str, str]) -> bool:
    return form_id == CONTRACEPTION and answers.get("wish") == "remove_device"


def referral_uuid(event: str) -> str:
    """The referral that a record makes, by the instanceID of its first version.

    Collect changes rows of its own copy only where their names are of version 4 (LocalEntityUseCases.isV4UUID).
    """
    return str(UUID(bytes=uuid5(NAMESPACE, f"{event}/referral").bytes, version=4))


def note_referral(db: Session, reading: Reading) -> None:
    """The deriver; it comes after the one that writes the care event, and does nothing twice."""
    told = ask(db, _TOLD, {"record": reading.submission_id}).first()
    author = Author(
        reading.actor_id, reading.user_agent, reading.submission_id, reading.submission_version_id, reading.now
    )
    if told is not None:
        keep_referral(db, reading.project, told, author)
    elif reading.instance.form_id in DANGER_QUESTIONS:
        event = db.scalars(select(Submission.instance_id).where(Submission.id == reading.submission_id)).one()
        take_back_referral(db, reading.project.id, event, author)


def keep_referral(db: Session, project: AnyProject, told: ToldRow, author: Author) -> None:
    """Brings the referral of one record in line with its current version: made, changed or taken back.

    One that somebody deleted by hand stays deleted. How it went (F13) is not written here.
    """
    urgency = urgency_of(told.form_id, orjson.loads(told.data_json)) if told.subject_list == "women" else None
    if urgency is None:
        take_back_referral(db, project.id, told.event, author)
        return
    dataset = referrals_of(db, project, author)
    act = act_of(db, told, urgency)
    known = find_entity(db, dataset, act.uuid)
    if known is None:
        add_entity(db, dataset, act, act.label, author, made_up=False)
    elif says_otherwise(known, act) and not was_deleted_by_hand(known):
        was_gone = known.deleted_at is not None
        restore(db, dataset, known, act, author)
        write_update(db, dataset, known, known.version, act, author)
        if was_gone:  # how it went may have been told meanwhile
            align(db, dataset, known, author)


def take_back_referral(db: Session, project_id: int, event: str, author: Author) -> None:
    """The record gives no reason any more: it was corrected, deleted or sealed. Nothing happens where there is none."""
    known = find_in_list(db, project_id, REFERRALS, referral_uuid(event))
    if known is None:
        return
    dataset = db.get_one(Dataset, known.dataset_id)
    act = EntityAct(REFERRALS, known.uuid, False, True, known.version, None, None, known.label, TAKEN_BACK)
    write_update(db, dataset, known, known.version, act, author)
    known.deleted_at = author.now
    note(db, "entity.delete", dataset, known.id, act, author)


def was_deleted_by_hand(known: Entity) -> bool:
    """Whether a person deleted it: what the server took back has lost its urgency."""
    return known.deleted_at is not None and orjson.loads(known.data_json).get("urgency") != ""


def restore(db: Session, dataset: Dataset, known: Entity, act: EntityAct, author: Author) -> None:
    if known.deleted_at is not None:
        known.deleted_at = None
        note(db, "entity.restore", dataset, known.id, act, author)


def act_of(db: Session, told: ToldRow, urgency: str) -> EntityAct:
    """What the entity says. Its label is hers and the day: no reason, no method."""
    label, village = db.execute(
        select(Woman.label, Woman.village_code).where(Woman.project_id == told.project_id, Woman.uuid == told.subject)
    ).one_or_none() or ("", "")
    properties = {
        "woman": told.subject,
        "pregnancy": told.episode or "" if told.form_id != CONTRACEPTION else "",
        "village_code": village,
        "urgency": urgency,
        "referred_on": told.visit_date.isoformat(),
        "form_id": told.form_id,
    }
    name = f"{label} {told.visit_date:%m-%d}".strip()
    return EntityAct(REFERRALS, referral_uuid(told.event), True, False, None, None, None, name, properties)


def says_otherwise(known: Entity, act: EntityAct) -> bool:
    """Of what the server itself says: the rest is how it went, which F13 tells."""
    told = orjson.loads(known.data_json)
    return known.label != act.label or any(told.get(name) != value for name, value in act.properties.items())


def referrals_of(db: Session, project: AnyProject, author: Author) -> Dataset:
    """The list with its properties, made when it is first needed or when the library is published."""
    dataset = find_list(db, project.id)
    try:
        with db.begin_nested():
            return give_properties(db, dataset or make_list(db, project, author), author)
    except IntegrityError:  # somebody else made it meanwhile
        if (found := find_list(db, project.id)) is None:
            raise
        return found


def make_list(db: Session, project: AnyProject, author: Author) -> Dataset:
    dataset = Dataset(project_id=project.id, name=REFERRALS, created_at=author.now)
    db.add(dataset)
    db.flush()
    record(db, "dataset.create", actor_id=author.actor_id, project_id=project.id, dataset_id=dataset.id, now=author.now)
    return dataset


def give_properties(db: Session, dataset: Dataset, author: Author) -> Dataset:
    known = properties_of(db, dataset.id)
    for name in PROPERTIES:
        if name not in known:
            db.execute(insert(DatasetProperty).values(dataset_id=dataset.id, name=name, published_at=author.now))
    return dataset
