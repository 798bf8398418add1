"""The second thing shown at sign-in: a code of an authenticator app (RFC 6238), or one of ten codes on paper.

A passkey is a second factor too (access/passkeys.py): it lives in a device, and the device asks for a finger or a PIN.
"""

import base64
import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass
from datetime import datetime

import pyotp
from sqlalchemy import ColumnElement, delete, exists, func, insert, or_, select, update
from sqlalchemy.orm import InstrumentedAttribute, Session

from server.access.audit import record
from server.errors import Unauthenticated
from server.models import AppPassword, Authenticator, Passkey, PhonePassword, RecoveryCode

STEP_SECONDS = 30
STEPS_AROUND = (0, -1, 1)  # clocks of phones are off by half a minute at most
RECOVERY_CODES = 10
ISSUER = "Fangshi"


@dataclass(frozen=True)
class Factors:
    """What a person has beside a password, as her own page says it."""

    authenticator_since: datetime | None
    passkeys: tuple[Passkey, ...]
    recovery_codes_left: int
    app_passwords: tuple[AppPassword, ...]

    @property
    def has_one(self) -> bool:
        return self.authenticator_since is not None or bool(self.passkeys)


def has_second_factor(actor_id: int | InstrumentedAttribute[int]) -> ColumnElement[bool]:
    """As a condition: whether this person signs in with more than a password."""
    return or_(
        exists().where(Authenticator.actor_id == actor_id, Authenticator.confirmed_at.is_not(None)),
        exists().where(Passkey.actor_id == actor_id),
    )


def asks_second_factor(db: Session, actor_id: int) -> bool:
    return bool(db.scalar(select(has_second_factor(actor_id))))


def get_factors(db: Session, actor_id: int) -> Factors:
    since = db.scalar(select(Authenticator.confirmed_at).where(Authenticator.actor_id == actor_id))
    keys = db.scalars(select(Passkey).where(Passkey.actor_id == actor_id).order_by(Passkey.created_at, Passkey.id))
    left = select(func.count()).where(RecoveryCode.actor_id == actor_id, RecoveryCode.used_at.is_(None))
    programs = db.scalars(select(AppPassword).where(AppPassword.actor_id == actor_id).order_by(AppPassword.id))
    return Factors(since, tuple(keys), db.scalar(left) or 0, tuple(programs))


def begin_authenticator(db: Session, actor_id: int, now: datetime) -> str:
    """A new secret for an app, which counts once a code of it is typed; the one before goes on until then.

    Returns it in base32. Raises Unauthenticated when an app is set up already: that one is taken away first.
    """
    if db.scalar(select(Authenticator.confirmed_at).where(Authenticator.actor_id == actor_id)) is not None:
        raise Unauthenticated("An authenticator app is set up already. Take it away first.")
    secret = pyotp.random_base32()
    db.execute(delete(Authenticator).where(Authenticator.actor_id == actor_id))
    db.add(Authenticator(actor_id=actor_id, secret=secret, created_at=now))
    db.flush()
    return secret


def pending_secret(db: Session, actor_id: int) -> str | None:
    """The secret that waits for its first code."""
    row = db.get(Authenticator, actor_id)
    return row.secret if row is not None and row.confirmed_at is None else None


def address_of(secret: str, account: str) -> str:
    """What an authenticator app reads from a QR code."""
    return pyotp.TOTP(secret, interval=STEP_SECONDS).provisioning_uri(name=account, issuer_name=ISSUER)


def confirm_authenticator(db: Session, actor_id: int, code: str, now: datetime) -> list[str]:
    """The first code of a new app: from now on it is asked for. Returns recovery codes where there were none.

    Raises Unauthenticated for a wrong code.
    """
    row = db.get(Authenticator, actor_id)
    step = matching_step(row.secret, code, now) if row is not None else None
    if row is None or row.confirmed_at is not None or step is None:
        raise Unauthenticated("The code was not right. Wait for the next one and type it.")
    row.confirmed_at, row.last_step = now, step
    db.flush()
    record(db, "user.second_factor.create", actor_id=actor_id, actee_actor_id=actor_id, now=now)
    return make_first_codes(db, actor_id, now)


def matching_step(secret: str, code: str, now: datetime) -> int | None:
    """The half minute whose code this is; None for none near."""
    digits = re.sub(r"\s", "", code)
    if not re.fullmatch(r"[0-9]{6}", digits):
        return None
    step = int(now.timestamp()) // STEP_SECONDS
    one_time = pyotp.TOTP(secret, interval=STEP_SECONDS)
    found = [step + off for off in STEPS_AROUND if hmac.compare_digest(one_time.generate_otp(step + off), digits)]
    return found[0] if found else None


def check_code(db: Session, actor_id: int, code: str, now: datetime) -> None:
    """Uses up a code of the app, or one on paper; each is good once. Raises Unauthenticated."""
    if not (use_app_code(db, actor_id, code, now) or use_recovery_code(db, actor_id, code, now)):
        raise Unauthenticated("The code was not right, or was used before. Wait for the next one and type it.")


def use_app_code(db: Session, actor_id: int, code: str, now: datetime) -> bool:
    row = db.get(Authenticator, actor_id)
    step = matching_step(row.secret, code, now) if row is not None and row.confirmed_at is not None else None
    if step is None:
        return False
    fresh = or_(Authenticator.last_step.is_(None), Authenticator.last_step < step)
    used = db.execute(update(Authenticator).where(Authenticator.actor_id == actor_id, fresh).values(last_step=step))
    return bool(used.rowcount)  # type: ignore[attr-defined]


def use_recovery_code(db: Session, actor_id: int, code: str, now: datetime) -> bool:
    hers = (RecoveryCode.actor_id == actor_id) & (RecoveryCode.code_hash == hash_code(code))
    used = db.execute(update(RecoveryCode).where(hers, RecoveryCode.used_at.is_(None)).values(used_at=now))
    if used.rowcount:  # type: ignore[attr-defined]
        record(db, "user.recovery_code.use", actor_id=actor_id, actee_actor_id=actor_id, now=now)
    return bool(used.rowcount)  # type: ignore[attr-defined]


def make_first_codes(db: Session, actor_id: int, now: datetime) -> list[str]:
    """Recovery codes for who has no unused one; else an empty list, and those on paper go on."""
    return [] if get_factors(db, actor_id).recovery_codes_left else make_recovery_codes(db, actor_id, now)


def make_recovery_codes(db: Session, actor_id: int, now: datetime) -> list[str]:
    """Ten new codes of 80 bits, seen this once; those before no longer work."""
    codes = [make_recovery_code() for _ in range(RECOVERY_CODES)]
    db.execute(delete(RecoveryCode).where(RecoveryCode.actor_id == actor_id))
    db.execute(insert(RecoveryCode), [{"actor_id": actor_id, "code_hash": hash_code(code)} for code in codes])
    record(db, "user.recovery_code.create", actor_id=actor_id, actee_actor_id=actor_id, now=now)
    return codes


def make_recovery_code() -> str:
    text = base64.b32encode(secrets.token_bytes(10)).decode().lower()
    return "-".join(text[at : at + 4] for at in range(0, 16, 4))


def hash_code(code: str) -> bytes:
    """However it is typed: capitals, spaces and hyphens do not matter."""
    return hashlib.sha256(re.sub(r"[^a-z2-7]", "", code.lower()).encode()).digest()


def remove_authenticator(db: Session, actor_id: int, now: datetime) -> None:
    db.execute(delete(Authenticator).where(Authenticator.actor_id == actor_id))
    drop_codes_without_factor(db, actor_id)
    record(db, "user.second_factor.delete", actor_id=actor_id, actee_actor_id=actor_id, now=now)


def drop_codes_without_factor(db: Session, actor_id: int) -> None:
    """Codes on paper and programs' passwords go with the last second factor: alone they are none."""
    if not asks_second_factor(db, actor_id):
        db.execute(delete(RecoveryCode).where(RecoveryCode.actor_id == actor_id))
        db.execute(delete(AppPassword).where(AppPassword.actor_id == actor_id))


def drop_factors(db: Session, actor_id: int) -> None:
    """All that signs her in beside her password, in a browser, a program or a phone."""
    for table in (Authenticator, Passkey, RecoveryCode, AppPassword, PhonePassword):
        db.execute(delete(table).where(table.actor_id == actor_id))


def remove_all(db: Session, actor_id: int, by: int | None, now: datetime) -> None:
    """An administrator's help for who lost everything: only the password is left, until a new factor is set up."""
    drop_factors(db, actor_id)
    record(db, "user.second_factor.delete", actor_id=by, actee_actor_id=actor_id, now=now, details={"all": True})
