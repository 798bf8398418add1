"""What a phone is told beside "received" where a woman's consent keeps a record closed; and the same into an inbox.

Nobody did anything wrong: the visit was made before the phone could know.
"""

from typing import Any, Final

import orjson
from sqlalchemy import CompoundSelect, bindparam, null, select, union_all
from sqlalchemy.orm import Session

from server.clock import today
from server.db import ask
from server.followups.plain_notices import KEPT_CLOSED, tell
from server.intake.items import NAMELESS, Item
from server.intake.receive import is_health
from server.models import AppUser, CareEvent, NamedWoman, Seal, User, Woman
from server.registry.consent import says_of_service
from server.registry.telling import CONSENT

RECEIVED: Final = "Received and safe on the server."
TAKEN_BACK: Final = (
    "Received. She has taken her consent back meanwhile, so nobody reads this record. "
    "Nothing is left for you to do. Thank you for your care."
)
NOT_COVERED: Final = "Received and kept closed: no consent of hers covers this visit. She can be asked anew."

_SEALED: Final = (
    select(null(), Seal.reason, Woman.withdrawn_on)
    .outerjoin(Woman, (Woman.project_id == Seal.project_id) & (Woman.uuid == Seal.waits_for))
    .where(Seal.submission_id == bindparam("record"))
)
_BESIDE: Final = select(NamedWoman.woman_uuid).where(NamedWoman.submission_id == bindparam("record"))
_LATE: Final = (
    select(CareEvent.data_json, null().label("reason"), null())
    .join(
        Woman,
        (Woman.project_id == CareEvent.project_id)
        & ((Woman.uuid == CareEvent.subject) | Woman.uuid.in_(_BESIDE))
        & Woman.withdrawn_on.is_not(None),
    )
    .where(CareEvent.submission_id == bindparam("record"), CareEvent.subject_list == "women")
)
_SEALED_OR_LATE: Final[CompoundSelect[*tuple[Any, ...]]] = union_all(_LATE, _SEALED)
"""Why a record is sealed, and what one told that is of (or names) a woman who took her consent back. Built once: it is asked
at every record of a woman."""


def word_of(db: Session, item: Item, submission_id: int) -> str:
    """One of the sentences above, for a record that was just stored and read."""
    if submission_id == NAMELESS or item.asked.draft or not is_health(item):
        return RECEIVED
    word = word_of_health(db, item.asked.project.id, submission_id, item.asked.form.xml_form_id)
    if word == TAKEN_BACK:
        tell_carrier(db, item)
    return word


def word_of_health(db: Session, project_id: int, submission_id: int, form_id: str) -> str:
    rows = ask(db, _SEALED_OR_LATE, {"record": submission_id}).all()
    told, reason, withdrawn = next((row for row in rows if row.reason), rows[0] if rows else (None, None, None))
    if reason == "erased" or (reason == "no_consent" and withdrawn):
        return TAKEN_BACK
    if reason == "no_consent" and form_id != CONSENT:
        return NOT_COVERED
    return TAKEN_BACK if told is not None and comes_too_late(told) else RECEIVED


def comes_too_late(told: str) -> bool:
    """Whether what a woman told who took her consent back is not the record by which she did."""
    return says_of_service(orjson.loads(told)) is not False


def tell_carrier(db: Session, item: Item) -> None:
    """Into the inbox of who carries the phone: once a day, however many records were still on it."""
    carrier = select(AppUser.person_id).join(User, User.actor_id == AppUser.person_id)
    person = db.scalar(carrier.where(AppUser.actor_id == item.actor_id, User.disabled_at.is_(None)))
    if person is not None:
        occasion = f"phone {item.actor_id} {today(item.now).isoformat()}"
        tell(db, item.asked.project.id, [person], KEPT_CLOSED, occasion, item.now)
