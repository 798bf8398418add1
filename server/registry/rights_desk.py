"""What women ask of their own data, and the 72 hours in which it is answered (domain.md 6.3, P9; PIPL 44-47)."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

import orjson
from sqlalchemy import ColumnElement, and_, func, or_, select, true
from sqlalchemy.orm import Session

from server.access.allow import Scope
from server.access.audit import record
from server.access.pseudonyms import pseudonym
from server.clock import today
from server.errors import NotFound, UnexpectedValue
from server.models import Dataset, Entity, RightsRequest, Submission, Village, Woman
from server.registry.telling import Told
from server.registry.tombstones import is_buried

EXPORT, CORRECTION, RESTRICTION, ERASURE = "export", "correction", "restriction", "erasure"
CONTACT: Final = "contact"
KINDS: Final = (EXPORT, CORRECTION, RESTRICTION, ERASURE, CONTACT)
WISHES: Final = ("other_person", "no_home_visits", "other_number", "ask_me")
"""How she wishes to be reached from now on: by somebody else, not at her door, by another number; or to be asked about it."""
ANSWER_WITHIN: Final = timedelta(hours=72)
OPEN, DONE = "open", "done"
OUTCOMES: Final = ("done", "noted", "declined_by_her", "erased")
"""What became of a request: it was done; her word was noted beside the record; she let it rest; she was removed meanwhile."""
BY_WORD: Final = {
    EXPORT: ("done", "declined_by_her"),
    CORRECTION: ("done", "noted", "declined_by_her"),
    RESTRICTION: ("declined_by_her",),
    ERASURE: ("declined_by_her",),
    CONTACT: ("done", "declined_by_her"),
}
"""The ends that somebody may write down by hand. A restriction or an erasure is done by doing it."""


def open_request(
    db: Session, project_id: int, kind: str, woman: str, by: int | None, now: datetime, submission_id: int | None = None
) -> RightsRequest:
    """Takes a request; the one that waits already, where she asked for the same before. Raises UnexpectedValue."""
    if kind not in KINDS:
        raise UnexpectedValue(field="kind", value=kind[:40], reason="there is no such right")
    waiting = find_open(db, project_id, kind, woman)
    if waiting is not None:
        return waiting
    request = RightsRequest(
        project_id=project_id,
        kind=kind,
        subject=woman,
        subject_hash=pseudonym(project_id, woman),
        submission_id=submission_id,
        opened_by_id=by,
        received_at=now,
        due_at=now + ANSWER_WITHIN,
        state=OPEN,
    )
    db.add(request)
    db.flush()
    note(db, "rights.create", request, by, now)
    return request


def wish_for_contact(
    db: Session, project_id: int, woman: str, wish: str, by: int | None, now: datetime
) -> RightsRequest:
    """How she wishes to be reached; the newest word of hers counts while one waits. Raises UnexpectedValue."""
    if wish not in WISHES:
        raise UnexpectedValue(field="wish", value=wish[:40], reason="there is no such wish")
    request = open_request(db, project_id, CONTACT, woman, by, now)
    request.wish = wish
    db.flush()
    return request


def find_open(db: Session, project_id: int, kind: str, woman: str) -> RightsRequest | None:
    here = RightsRequest.project_id == project_id, RightsRequest.kind == kind, RightsRequest.subject == woman
    return db.scalar(select(RightsRequest).where(*here, RightsRequest.state == OPEN))


def note_wish(db: Session, project_id: int, submission_id: int, told: Told | None, now: datetime) -> None:
    """A phone brought her wish for a copy of her data. It counts whatever she agreed to, and once a record."""
    if told is None or told.data.get("action") != "export_request" or told.subject is None:
        return
    if is_buried(db, project_id, [told.subject]):
        return
    if not is_answered(db, project_id, submission_id, told.subject):
        open_request(db, project_id, EXPORT, told.subject, None, now, submission_id)


def is_answered(db: Session, project_id: int, submission_id: int, woman: str) -> bool:
    """Whether a record's wish stands here already, or came while the same wish of hers waited: that one answered it."""
    arrived = db.scalars(select(Submission.created_at).where(Submission.id == submission_id)).one()
    same = RightsRequest.project_id == project_id, RightsRequest.kind == EXPORT, RightsRequest.subject == woman
    meanwhile = and_(*same, RightsRequest.received_at <= arrived, RightsRequest.closed_at >= arrived)
    known = select(RightsRequest.id).where(or_(RightsRequest.submission_id == submission_id, meanwhile))
    return db.scalar(known.limit(1)) is not None


def close_request(
    db: Session,
    request: RightsRequest,
    outcome: str,
    by: int | None,
    now: datetime,
    report: dict[str, Any] | None = None,
) -> None:
    """Raises UnexpectedValue for an unknown outcome and for a request that is closed."""
    if outcome not in OUTCOMES or request.state != OPEN:
        raise UnexpectedValue(field="outcome", value=outcome[:40], reason="the request is closed, or knows no such end")
    request.state, request.outcome, request.closed_by_id, request.closed_at = DONE, outcome, by, now
    request.report_json = orjson.dumps(report).decode() if report is not None else None
    db.flush()
    note(db, "rights.update", request, by, now)


def note(db: Session, action: str, request: RightsRequest, by: int | None, now: datetime) -> None:
    told = {
        "requestId": request.id,
        "kind": request.kind,
        "outcome": request.outcome,
        "about": request.subject_hash.hex(),
    }
    record(db, action, actor_id=by, project_id=request.project_id, details=told, now=now)


def within(scope: Scope | None, project_id: int) -> ColumnElement[bool]:
    """The requests that somebody reaches: all (None, who looks after everybody's rights), or those of women of her villages."""
    here = RightsRequest.project_id == project_id
    if scope is None or scope.everything:
        return here
    there = select(Village.code).where(Village.id.in_(scope.village_ids))
    women = select(Woman.uuid).where(Woman.project_id == project_id, Woman.village_code.in_(there))
    return here & RightsRequest.subject.in_(women)


def list_requests(
    db: Session, project_id: int, scope: Scope | None, state: str, offset: int, limit: int
) -> list[tuple[RightsRequest, str]]:
    """Those of a state with the label of whom they are about ("" once she was removed): the first due first."""
    order = (
        (RightsRequest.due_at, RightsRequest.id)
        if state == OPEN
        else (RightsRequest.closed_at.desc(), RightsRequest.id)
    )
    query = select(RightsRequest).where(within(scope, project_id), in_state(state)).order_by(*order)
    found = list(db.scalars(query.offset(offset).limit(limit)))
    labels = labels_of(db, project_id, [one.subject for one in found if one.subject])
    return [(one, labels.get(one.subject or "", "")) for one in found]


def count_requests(db: Session, project_id: int, scope: Scope | None, state: str) -> int:
    query = select(func.count()).select_from(RightsRequest).where(within(scope, project_id), in_state(state))
    return db.scalar(query) or 0


def in_state(state: str) -> ColumnElement[bool]:
    return RightsRequest.state == state if state else true()


def get_request(db: Session, project_id: int, scope: Scope | None, request_id: int) -> RightsRequest:
    """Raises NotFound, also for a request about a woman of other villages."""
    found = db.scalar(select(RightsRequest).where(RightsRequest.id == request_id, within(scope, project_id)))
    if found is None:
        raise NotFound()
    return found


def women_in_list(project_id: int) -> ColumnElement[bool]:
    here = select(Dataset.id).where(Dataset.project_id == project_id, Dataset.name == "women")
    return Entity.dataset_id.in_(here)


def labels_of(db: Session, project_id: int, women: Sequence[str]) -> dict[str, str]:
    """What the list of women calls them, by uuid: also her who took her consent back, for her rights stay."""
    query = select(Entity.uuid, Entity.label).where(women_in_list(project_id), Entity.uuid.in_(women))
    return dict(db.execute(query).all())


def find_by_code(db: Session, project_id: int, scope: Scope | None, code: str) -> list[str]:
    """The women whose card has this code (`W-0231`), by uuid. Never by name.

    Labels are sealed, so those of the town's women are read one after the other: it is asked when a request is taken.
    """
    wanted = code.strip().upper()
    query = select(Entity.uuid, Entity.label).where(women_in_list(project_id), Entity.deleted_at.is_(None))
    if scope is not None and not scope.everything:
        there = select(Village.code).where(Village.id.in_(scope.village_ids))
        query = query.where(Entity.village_code.in_(there))
    rows = db.execute(query, execution_options={"yield_per": 500})
    return [uuid for uuid, label in rows if wanted and code_of(label).upper() == wanted]


def code_of(label: str) -> str:
    """`W-0231 王*` -> `W-0231`: what stays when the rest goes."""
    return label.split()[0] if label.split() else ""


def hours_left(request: RightsRequest, now: datetime) -> int:
    """Whole hours until it is due, negative for so many over it."""
    return int((request.due_at - now).total_seconds() // 3600)


def is_late(request: RightsRequest, now: datetime) -> bool:
    """Open past its 72 hours, or closed after them."""
    return (request.closed_at or now) > request.due_at


def last_day(request: RightsRequest) -> Any:
    """The Shanghai day on which it is due."""
    return today(request.due_at)
