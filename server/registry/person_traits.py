"""What is known of registrations to find and compare them by, opened for a moment: names, numbers, doors, ages."""

from collections.abc import Collection
from datetime import date
from typing import Any

import orjson
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from server.access.restricted import in_use
from server.models import CareEvent, Dataset, Entity, Household, Submission, SubmissionVersion, Woman
from server.registry.likeness import Traits
from server.registry.person_words import plain
from server.registry.telling import CONSENT, flatten

AGE, NAME, PHONE, KEEPS = "age_band", "display_name", "phone_safe", "keeps"


def traits_of(db: Session, project_id: int, uuids: Collection[str], today: date) -> dict[str, Traits]:
    """By uuid; whoever does not agree to be cared for today, or whose data are kept unused, is not among them. Two queries."""
    said = said_by(db, project_id, uuids)
    found = {}
    for woman, data, home in db.execute(agreeing(project_id, uuids, today)):
        told, answers = orjson.loads(data), said.get(woman.uuid, {})
        door = plain(home.door_code) if home and home.door_code else ""
        found[woman.uuid] = Traits(
            uuid=woman.uuid,
            village=woman.village_code,
            name=plain(told.get(NAME, answers.get(NAME, ""))),
            code=plain(told.get("code", "") or next(iter(woman.label.split()), "")),
            phone=answers.get(PHONE, ""),
            home=f"{home.village_code}:{door}" if door else woman.household_uuid or "",
            age=answers.get(AGE, ""),
        )
    return found


def agreeing(project_id: int, uuids: Collection[str], today: date) -> Any:
    home = (Household.project_id == Woman.project_id) & (Household.uuid == Woman.household_uuid)
    here = (Dataset.project_id == Woman.project_id) & (Dataset.name == "women")
    return (
        select(Woman, Entity.data_json, Household)
        .join(Dataset, here)
        .join(Entity, (Entity.dataset_id == Dataset.id) & (Entity.uuid == Woman.uuid) & Entity.deleted_at.is_(None))
        .outerjoin(Household, home)
        .where(Woman.project_id == project_id, Woman.uuid.in_(uuids), in_use(), Woman.withdrawn_on.is_(None))
        .where(Woman.consent_service, func.coalesce(Woman.consent_until, today) >= today)
        .order_by(Woman.uuid)
    )


def said_by(db: Session, project_id: int, uuids: Collection[str]) -> dict[str, dict[str, str]]:
    """Of each the newest name and number that she gave, blank or not, and her newest age band, by her records of consent."""
    query = (
        select(CareEvent.subject, SubmissionVersion.values_json)
        .join(SubmissionVersion, SubmissionVersion.id == CareEvent.submission_version_id)
        .join(Submission, Submission.id == CareEvent.submission_id)
        .where(CareEvent.project_id == project_id, CareEvent.subject_list == "women", CareEvent.subject.in_(uuids))
        .where(CareEvent.form_id == CONSENT, ~Submission.sealed, SubmissionVersion.values_json.is_not(None))
        .order_by(CareEvent.visit_date, CareEvent.received_at, CareEvent.submission_id)
    )
    found: dict[str, dict[str, str]] = {}
    for uuid, values in db.execute(query):
        answers, hers = dict(flatten(orjson.loads(values or "{}"))), found.setdefault(uuid, {})
        if answers.get(AGE):
            hers[AGE] = answers[AGE]
        if answers.get(KEEPS, "1") == "1":
            hers[NAME] = answers.get(NAME, "")
            hers[PHONE] = "".join(one for one in answers.get(PHONE, "") if one.isdigit())
    return found
