"""By which number somebody may be called: read from what she said, when a call is to be made, and kept nowhere else.

A woman: the safe number of her newest record of consent (F2), where she agreed to reminders and no later wish of hers says
otherwise (F3, F6). A household: the number of its newest visit (F1) that wishes for calls. Blank is a no.
"""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

import orjson
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from server.models import CareEvent, FollowUp, Submission, SubmissionVersion, Woman
from server.registry.telling import CONSENT, CONTRACEPTION, HOUSEHOLD, PREGNANCY, flatten

WISHES = ("contact_ok", "reminder_wish")
BY_PHONE = "phone"


class SafeNumber(NamedTuple):
    """`shared`: others see that phone, so that nothing but a greeting may be said. `submission_id` is where it was told."""

    number: str
    shared: bool
    submission_id: int


def find_number(db: Session, row: FollowUp) -> SafeNumber | None:
    """For the woman or household whom a follow-up is about; None where no number was given or no call is wished."""
    if row.subject_list == "households":
        return number_of_home(db, row.project_id, row.subject)
    if row.subject_list == "women":
        return number_of_woman(db, row.project_id, row.subject)
    return None


def number_of_woman(db: Session, project_id: int, uuid: str) -> SafeNumber | None:
    agrees = select(Woman.consent_service & Woman.consent_reminder)
    agrees = agrees.where(Woman.project_id == project_id, Woman.uuid == uuid)
    if not db.scalar(agrees) or last_wish(db, project_id, uuid) not in ("", BY_PHONE):
        return None
    for submission_id, said in answers_of(db, project_id, "women", uuid, CONSENT):
        if said.get("keeps") == "1":
            return number_in(said, "phone_safe", said.get("phone_safe_who") != "no", submission_id)
    return None


def number_of_home(db: Session, project_id: int, uuid: str) -> SafeNumber | None:
    for submission_id, said in answers_of(db, project_id, "households", uuid, HOUSEHOLD):
        if said.get("visit_result") == "met":
            wished = said.get("consent_household") == "yes" and said.get("contact_pref") == BY_PHONE
            return number_in(said, "contact_phone", True, submission_id) if wished else None
    return None


def number_in(said: Mapping[str, str], question: str, shared: bool, submission_id: int) -> SafeNumber | None:
    number = said.get(question, "")
    return SafeNumber(number, shared, submission_id) if number.isdigit() else None


def last_wish(db: Session, project_id: int, uuid: str) -> str:
    """How she last wished to be reminded, in the word of the forms; "" where she was never asked."""
    query = select(CareEvent.data_json).where(
        CareEvent.project_id == project_id,
        CareEvent.subject_list == "women",
        CareEvent.subject == uuid,
        CareEvent.form_id.in_((PREGNANCY, CONTRACEPTION)),
    )
    newest = query.order_by(CareEvent.visit_date.desc(), CareEvent.received_at.desc())
    said = (orjson.loads(data) for data in db.scalars(newest))
    return next((str(one[wish]) for one in said for wish in WISHES if one.get(wish)), "")


def answers_of(
    db: Session, project_id: int, subject_list: str, subject: str, form_id: str
) -> Iterator[tuple[int, dict[str, str]]]:
    """The records of a form about somebody that count, the newest first: (id, answers by name)."""
    query = (
        select(CareEvent.submission_id, SubmissionVersion.values_json)
        .join(SubmissionVersion, SubmissionVersion.id == CareEvent.submission_version_id)
        .join(Submission, Submission.id == CareEvent.submission_id)
        .where(
            CareEvent.project_id == project_id,
            CareEvent.subject_list == subject_list,
            CareEvent.subject == subject,
            CareEvent.form_id == form_id,
            Submission.deleted_at.is_(None),
            ~Submission.sealed,
            ~Submission.draft,
            func.coalesce(Submission.review_state, "") != "rejected",
        )
        .order_by(CareEvent.visit_date.desc(), CareEvent.received_at.desc(), CareEvent.submission_id.desc())
    )
    for submission_id, values in db.execute(query):
        if values:
            yield submission_id, dict(flatten(orjson.loads(values)))
