"""`backcheck_sample`: the visits that a phone's carrier is asked to back-check (F11), made for that phone alone at each sync.

A row says whose visit and where, and nothing of what was done: it is asked blind. A visit is on one phone's list, from the
day that its record came for thirty days, until it is answered or declined; who declined once is never drawn again.
"""

import hashlib
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Final

import orjson
from sqlalchemy import ColumnElement, Select, or_, select
from sqlalchemy.orm import Session

from forms.media import choice_csv
from server.access.caller import Caller
from server.access.restricted import in_use
from server.clock import SHANGHAI
from server.clock import today as shanghai_day
from server.followups.check_lots import CLOSES, DUE, OPENS, Arrived, choose, draw
from server.followups.checkers import carriers_of_phones, is_checker, list_checkers
from server.keys import derive
from server.models import (
    BACK_CHECK,
    CareEvent,
    Household,
    Pregnancy,
    Project,
    Submission,
    SubmissionVersion,
    Village,
    Woman,
)
from server.models.sealed import keys_of
from server.registry.back_checks import UUID_SCHEME, checked_forms
from server.registry.entities import UUID
from server.registry.events import events_by_woman
from server.registry.reach import Reach
from server.registry.telling import flatten

SAMPLE_COLUMNS: Final = ("name", "label", "village_code", "subject_list")
AFTER_LOSS: Final = timedelta(days=365)
NO_CONTACT: Final = {"contact_ok": "none", "reminder_wish": "none", "consent_pnc": "no"}
"""Answers of hers by which nobody comes to ask."""


@dataclass(frozen=True)
class Drawn:
    """A row of the list. `name` is the bare uuid of the record that is checked, `key` what names the row among due visits."""

    name: str
    label: str
    village_code: str
    subject_list: str
    key: str
    opens_on: date
    due_on: date
    closes_on: date


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


def find_sample(db: Session, caller: Caller, project: Project, reach: Reach) -> list[Drawn]:
    """The caller's rows, the most pressing first; none for who does not back-check."""
    if not is_checker(db, project, caller):
        return []
    key = lot_key(db, project.id)
    visits = left_to_check(db, project.id, visits_drawn(db, project.id, reach.today, key), reach.today)
    checkers, carried = list_checkers(db, project, reach.today), carriers_of_phones(db, project)
    found = []
    for one in visits:
        about = one.village_id, one.subject_list == "women", one.sent_by, carried
        phones = [checker.phone_id for checker in checkers if checker.may_check(*about)]
        if choose(key, one.submission_id, phones) == caller.actor_id:
            found.append(drawn_of(one))
    return sorted(found, key=lambda row: (row.due_on, row.name))


def lot_key(db: Session, project_id: int) -> bytes:
    """What the lots of a project follow from; with a new key of the server they are drawn anew."""
    secret = keys_of(db.get_bind().dialect).current_secret()
    return derive(secret, f"fangshi back-checks {project_id}".encode())


def visits_drawn(db: Session, project_id: int, today: date, key: bytes) -> list[int]:
    """The records that the lot drew among the visits of the last days in which they may be checked."""
    first = (today - timedelta(days=CLOSES)).replace(day=1)
    since = datetime.combine(first, time(), SHANGHAI)
    query = select(Submission.id, Submission.created_at).where(
        Submission.form_id.in_(checked_forms(project_id)), ~Submission.draft, Submission.created_at >= since
    )
    arrived = (Arrived(*row) for row in db.execute(query.order_by(Submission.id)))
    recent = (one for one in draw(arrived, key) if shanghai_day(one.received_at) >= today - timedelta(days=CLOSES))
    return [one.submission_id for one in recent]


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
    query = visits_about(Household, "households", project_id, drawn).where(
        Household.consents, again, Household.uuid.not_in(grieving)
    )
    answers = select(SubmissionVersion.values_json)
    for submission, event, home, village_id in db.execute(query):
        values = db.scalar(answers.where(SubmissionVersion.id == event.submission_version_id))
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


def drawn_of(visit: Visit) -> Drawn:
    digest = hashlib.sha256(f"{BACK_CHECK}:{visit.name}".encode()).digest()
    key = str(uuid.UUID(bytes=digest[:16], version=4))
    opens, due, closes = (visit.received_on + timedelta(days=days) for days in (OPENS, DUE, CLOSES))
    return Drawn(visit.name, visit.label, visit.village_code, visit.subject_list, key, opens, due, closes)


def sample_csv(drawn: Sequence[Drawn]) -> bytes:
    return choice_csv(SAMPLE_COLUMNS, [(one.name, one.label, one.village_code, one.subject_list) for one in drawn])
