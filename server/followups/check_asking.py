"""Of the visits that were drawn for a back-check (F11), those whose people may be asked that day.

Whoever did not agree to be contacted is not, nor who took it back, whose data are kept unused, or who grieves; nor who said
no to an earlier check.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

import orjson
from sqlalchemy import ColumnElement, Select, or_, select
from sqlalchemy.orm import Session

from server.access.restricted import in_use
from server.clock import today as shanghai_day
from server.models import BACK_CHECK, CareEvent, Household, Pregnancy, Submission, SubmissionVersion, Village, Woman
from server.registry.back_checks import UUID_SCHEME
from server.registry.entities import UUID
from server.registry.events import events_by_woman
from server.registry.telling import flatten

AFTER_LOSS: Final = timedelta(days=365)
NO_CONTACT: Final = {"contact_ok": "none", "reminder_wish": "none", "consent_pnc": "no"}
"""Answers of hers by which nobody comes to ask."""


@dataclass(frozen=True)
class Visit:
    """A visit that was drawn and may be checked: by its record, whom it was about and who sent it."""

    submission_id: int
    name: str
    sent_by: int | None
    received_on: date
    subject_list: str
    subject: str
    label: str
    village_code: str
    village_id: int


def left_to_check(db: Session, project_id: int, drawn: Sequence[int], today: date) -> list[Visit]:
    """Of those that were drawn what may be checked that day; of one woman or home the newest alone."""
    found = [*homes_among(db, project_id, drawn, today), *women_among(db, project_id, drawn, today)]
    settled, declined = answered_about(db, project_id, {one.subject for one in found})
    newest: dict[str, Visit] = {}
    for one in sorted(found, key=lambda one: one.submission_id):
        if one.name not in settled and one.subject not in declined:
            newest[one.subject] = one
    return list(newest.values())


def homes_among(db: Session, project_id: int, drawn: Sequence[int], today: date) -> Iterator[Visit]:
    """Homes where somebody was met and which may be contacted; not the home of a woman in mourning."""
    grieving = select(Woman.household_uuid).where(
        Woman.project_id == project_id, Woman.household_uuid.is_not(None), Woman.uuid.in_(bereaved(project_id, today))
    )
    again = or_(Household.no_contact_before.is_(None), Household.no_contact_before <= today)
    query = visits_about(Household, "households", project_id, drawn).add_columns(SubmissionVersion.values_json)
    query = query.join(SubmissionVersion, SubmissionVersion.id == CareEvent.submission_version_id)
    agreed = Household.consents, again, Household.uuid.not_in(grieving)
    for submission, event, home, village_id, values in db.execute(query.where(*agreed)):
        told = dict(flatten(orjson.loads(values))) if values else {}
        if told.get("visit_result") == "met" and told.get("contact_pref") != "none":
            yield from visit_of(submission, event, home, village_id)


def women_among(db: Session, project_id: int, drawn: Sequence[int], today: date) -> Iterator[Visit]:
    """Women who agreed to be served, to be contacted and to share with the clinic, whose data are in use, after no loss."""
    query = visits_about(Woman, "women", project_id, drawn).where(
        Woman.consent_service,
        Woman.consent_until >= today,
        Woman.consent_reminder,
        Woman.consent_share_clinic,
        in_use(),
        Woman.uuid.not_in(bereaved(project_id, today)),
    )
    rows = db.execute(query).all()
    told = events_by_woman(db, project_id, {woman.uuid for _, _, woman, _ in rows})
    for submission, event, woman, village_id in rows:
        if not any(one.data.get(name) == said for one in told[woman.uuid] for name, said in NO_CONTACT.items()):
            yield from visit_of(submission, event, woman, village_id)


def visits_about(kind: Any, subject_list: str, project_id: int, drawn: Sequence[int]) -> Select[Any]:
    """(record, event, whom it is about, village id) of the records among these that stand."""
    there = (Village.project_id == project_id) & (Village.code == kind.village_code)
    return (
        select(Submission, CareEvent, kind, Village.id)
        .join(CareEvent, CareEvent.submission_id == Submission.id)
        .join(kind, (kind.project_id == project_id) & (kind.uuid == CareEvent.subject))
        .join(Village, there)
        .where(Submission.id.in_(drawn), CareEvent.subject_list == subject_list, *stands())
    )


def stands() -> tuple[ColumnElement[bool], ...]:
    accepted = or_(Submission.review_state.is_(None), Submission.review_state != "rejected")
    return Submission.project_id == CareEvent.project_id, ~Submission.sealed, Submission.deleted_at.is_(None), accepted


def bereaved(project_id: int, today: date) -> Select[str]:
    """Women one of whose pregnancies was lost within the year, or nobody knows when."""
    lately = or_(Pregnancy.ended_on.is_(None), Pregnancy.ended_on >= today - AFTER_LOSS)
    return select(Pregnancy.woman_uuid).where(Pregnancy.project_id == project_id, Pregnancy.status == "ended", lately)


def visit_of(submission: Submission, event: CareEvent, whom: Woman | Household, village_id: int) -> Iterator[Visit]:
    """Nothing for a record whose id is no uuid: lists name rows by one."""
    name = submission.instance_id.removeprefix(UUID_SCHEME)
    if UUID.fullmatch(name) and submission.instance_id != name:
        received_on = shanghai_day(submission.created_at)
        about = event.subject_list, event.subject, whom.label, whom.village_code, village_id
        yield Visit(submission.id, name, submission.submitter_id, received_on, *about)


def answered_about(db: Session, project_id: int, subjects: set[str]) -> tuple[set[str], set[str]]:
    """(records whose check is settled, subjects that wish for none any more), of these women and homes."""
    query = select(CareEvent).where(
        CareEvent.project_id == project_id,
        CareEvent.subject_list.in_(("women", "households")),
        CareEvent.subject.in_(subjects),
        CareEvent.form_id == BACK_CHECK,
    )
    settled, declined = set[str](), set[str]()
    for event in db.scalars(query):
        how = orjson.loads(event.data_json).get("settled")
        if how:
            settled.add(event.episode or "")
        if how == "declined":
            declined.add(event.subject)
    return settled, declined
