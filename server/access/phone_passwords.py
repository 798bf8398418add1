"""Phone passwords: what a person's phone signs in with by name, where she has no QR code of a phone of the project.

HTTP Digest needs the password itself, or what is as good as it, on the server (odk-contract.md 2.2). So it is never the one
that she chose: it is made here, stored sealed, shown once, and opens only what a phone asks for.
"""

import re
import secrets
from collections.abc import Callable
from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from server.access import sign_in_places
from server.access.audit import record
from server.access.authenticate import person
from server.access.caller import Caller
from server.access.credentials import active
from server.access.second_factors import asks_second_factor
from server.errors import NotFound, Unauthenticated
from server.models import Actor, PhonePassword, User

LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # none that is taken for another: it is typed on a phone
SHAPE = re.compile(f"[{LETTERS}]{{4}}(-[{LETTERS}]{{4}}){{3}}")


def make_phone_password(db: Session, actor_id: int, now: datetime) -> str:
    """A new one in place of the one before: 79 bits, so that what is heard of it on a network cannot be guessed from."""
    secret = "-".join("".join(secrets.choice(LETTERS) for _ in range(4)) for _ in range(4))
    db.execute(delete(PhonePassword).where(PhonePassword.actor_id == actor_id))
    db.add(PhonePassword(actor_id=actor_id, secret=secret, created_at=now))
    db.flush()
    record(db, "user.phone_password.create", actor_id=actor_id, actee_actor_id=actor_id, now=now)
    return secret


def remove_phone_password(db: Session, actor_id: int, by: int, now: datetime) -> None:
    """Raises NotFound when there is none."""
    if not end_phone_password(db, actor_id, by, now):
        raise NotFound()


def end_phone_password(db: Session, actor_id: int, by: int | None, now: datetime) -> bool:
    """What was made by who knew the password alone ends with it; whether there was one."""
    found = db.get(PhonePassword, actor_id)
    if found is None:
        return False
    db.delete(found)
    db.flush()
    record(db, "user.phone_password.delete", actor_id=by, actee_actor_id=actor_id, now=now)
    return True


def find_phone_password(db: Session, actor_id: int) -> PhonePassword | None:
    return db.get(PhonePassword, actor_id)


def is_shaped(text: str) -> bool:
    """Whether it can be a phone password at all."""
    return SHAPE.fullmatch(text) is not None


def check_phone(db: Session, email: str, fits: Callable[[str], bool], asked_of: str = "nobody") -> Caller:
    """The person at this address, when her phone password fits. Raises Unauthenticated.

    `asked_of`: the site's policy for second factors. Who has set one up has shown it when she made the phone password: one
    from before ended then.
    """
    row = db.execute(
        select(Actor.id, Actor.display_name, PhonePassword.secret)
        .join(User, User.actor_id == Actor.id)
        .join(PhonePassword, PhonePassword.actor_id == Actor.id)
        .where(active(email))
    ).first()
    if not fits(row.secret if row else secrets.token_hex(10)) or row is None:
        raise Unauthenticated()
    return person(db, row.id, row.display_name, None, asks_second_factor(db, row.id), asked_of)


def is_due(db: Session, actor_id: int, now: datetime) -> bool:
    """Whether to write down again that a phone used it."""
    last = db.scalar(select(PhonePassword.last_used_at).where(PhonePassword.actor_id == actor_id))
    return sign_in_places.is_due(last, now)


def note_use(db: Session, actor_id: int, now: datetime) -> None:
    db.execute(update(PhonePassword).where(PhonePassword.actor_id == actor_id).values(last_used_at=now))
