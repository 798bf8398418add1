"""Service cards: made, replaced and stopped by her care team; opened by her alone, with the card's code and her own number.

A card works while her consent to the service holds. A code that was stopped, one of a woman who took her consent back or was
removed, and one that no card ever had are told apart by nobody: the same question is asked of the database for all of them,
and the number that was typed is hashed whatever the answer was.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from sqlalchemy import ColumnElement, Select, delete, or_, select, update
from sqlalchemy.orm import Session

from server.access.audit import record
from server.access.card_codes import hash_code, is_easy, make_code, read_pin
from server.access.passwords import hash_password, password_fits
from server.access.pseudonyms import pseudonym
from server.access.restricted import is_restricted
from server.access.tokens import hash_token, make_token
from server.clock import today
from server.errors import PinUnusable, UnexpectedValue
from server.models import CardVisit, Project, ServiceCard, Woman

OPEN_FOR: Final = timedelta(minutes=15)
MOST_TOLD: Final = 3
"""How often she writes to the rights officer from one opening of her page."""


@dataclass(frozen=True)
class Hers:
    """What a card opens: the woman whose it is, in her town. `visit` is None only while she signs in."""

    card: ServiceCard
    woman: Woman
    project: Project
    visit: CardVisit | None = None


def find_card(db: Session, project_id: int, woman: str) -> ServiceCard | None:
    """The card that a woman has now; whether it works is her consent's to say."""
    return db.scalar(select(ServiceCard).where(*in_force(project_id, woman)))


def in_force(project_id: int, woman: str) -> tuple[ColumnElement[bool], ...]:
    return ServiceCard.project_id == project_id, ServiceCard.woman_uuid == woman, ServiceCard.stopped_at.is_(None)


def agrees(day: date) -> tuple[ColumnElement[bool], ...]:
    """Women whose consent to the service holds that day, as conditions on Woman."""
    holds = or_(Woman.consent_until.is_(None), Woman.consent_until >= day)
    return Woman.consent_service.is_(True), Woman.withdrawn_on.is_(None), holds


def make_card(db: Session, woman: Woman, place: str, by: int, now: datetime) -> ServiceCard:
    """A new card, without a secret number yet. One that she had before is stopped by it, at once.

    Raises UnexpectedValue where her consent does not hold, or her data are kept unused.
    """
    here = select(Woman.id).where(Woman.project_id == woman.project_id, Woman.uuid == woman.uuid, *agrees(today(now)))
    if db.scalar(here.with_for_update()) is None or is_restricted(db, woman.project_id, woman.uuid):
        raise UnexpectedValue(field="card", value="…", reason="a card is for whoever agrees to the service now")
    had = end_cards(db, woman.project_id, woman.uuid, now)
    code = make_code()
    while db.scalar(select(ServiceCard.id).where(ServiceCard.code_hash == hash_code(code))) is not None:
        code = make_code()
    card = ServiceCard(
        project_id=woman.project_id,
        woman_uuid=woman.uuid,
        code_hash=hash_code(code),
        code=code,
        pin_hash=None,
        place=place,
        made_by_id=by,
        made_at=now,
    )
    db.add(card)
    db.flush()
    note(db, "card.replace" if had else "card.create", card, by, now)
    return card


def end_cards(db: Session, project_id: int, woman: str, now: datetime) -> bool:
    """Stops what she has, and ends what is open of it; whether there was any."""
    ids = list(db.scalars(select(ServiceCard.id).where(*in_force(project_id, woman))))
    db.execute(delete(CardVisit).where(CardVisit.card_id.in_(ids)))
    gone = {"stopped_at": now, "pin_hash": None}
    db.execute(update(ServiceCard).where(ServiceCard.id.in_(ids)).values(**gone))
    return bool(ids)


def stop_card(db: Session, card: ServiceCard, by: int, now: datetime) -> None:
    end_cards(db, card.project_id, card.woman_uuid, now)
    note(db, "card.delete", card, by, now)


def change_place(db: Session, card: ServiceCard, place: str) -> None:
    card.place = place
    db.flush()


def set_pin(db: Session, card: ServiceCard, typed: str, by: int, now: datetime) -> None:
    """Her secret number, as she typed it or as it stands on a slip. What was open with another is closed.

    Raises PinUnusable for what is not six digits, or what everybody tries first.
    """
    pin = read_pin(typed)
    if pin is None or is_easy(pin):
        raise PinUnusable()
    card.pin_hash = hash_password(pin)
    db.execute(delete(CardVisit).where(CardVisit.card_id == card.id))
    db.flush()
    note(db, "card.update", card, by, now)


def note(db: Session, action: str, card: ServiceCard, by: int, now: datetime) -> None:
    """Who did it, and of whose card; neither its code nor its number."""
    about = {"about": pseudonym(card.project_id, card.woman_uuid).hex()}
    record(db, action, actor_id=by, project_id=card.project_id, details=about, now=now)


def working(day: date) -> Select[ServiceCard, Woman, Project]:
    """Cards that open something that day."""
    hers = (Woman.project_id == ServiceCard.project_id) & (Woman.uuid == ServiceCard.woman_uuid)
    return (
        select(ServiceCard, Woman, Project)
        .join(Woman, hers)
        .join(Project, Project.id == ServiceCard.project_id)
        .where(ServiceCard.stopped_at.is_(None), *agrees(day))
        .where(Project.kind == "care", Project.deleted_at.is_(None))
    )


def check_card(db: Session, code: str, typed: str, day: date) -> str | None:
    """The sealed card's own hash of the number where code and number belong together, None for everything else.

    It takes the same steps for whatever was typed.
    """
    found = db.execute(working(day).where(ServiceCard.code_hash == hash_code(code))).first()
    stored = found[0].pin_hash if found else None
    return stored if password_fits(read_pin(typed) or "no number", stored) else None


def open_visit(db: Session, code: str, checked: str, now: datetime) -> str | None:
    """Begins her minutes: the token of her page. None where the card was stopped or given another number meanwhile."""
    db.execute(delete(CardVisit).where(CardVisit.ends_at <= now))
    found = db.execute(working(today(now)).where(ServiceCard.code_hash == hash_code(code))).first()
    if found is None or found[0].pin_hash != checked:
        return None
    token = make_token()
    db.add(CardVisit(token_hash=hash_token(token), card_id=found[0].id, ends_at=now + OPEN_FOR, told=0))
    db.flush()
    return token


def find_visit(db: Session, token: str, now: datetime) -> Hers | None:
    """Whose page is open by this token; None once its minutes are over, or the card works no longer."""
    query = working(today(now)).add_columns(CardVisit).join(CardVisit, CardVisit.card_id == ServiceCard.id)
    found = db.execute(query.where(CardVisit.token_hash == hash_token(token), CardVisit.ends_at > now)).first()
    return Hers(*found) if found else None


def end_visit(db: Session, token: str) -> None:
    db.execute(delete(CardVisit).where(CardVisit.token_hash == hash_token(token)))


def count_told(db: Session, hers: Hers) -> bool:
    """Whether she may write once more from this opening of her page; it is counted."""
    assert hers.visit is not None
    if hers.visit.told >= MOST_TOLD:
        return False
    hers.visit.told += 1
    db.flush()
    return True
