"""Passkeys (WebAuthn level 2): a key in a phone or computer that signs once the device has asked for a finger or a PIN.

It is two things in one, so whoever shows it has shown a second factor. webauthn is imported where it is used: it takes most
of a second, and a server without passkeys never needs it.
"""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from server.access.audit import record
from server.access.second_factors import drop_codes_without_factor, make_first_codes
from server.access.sign_in_steps import begin_step, data_of, end_step, find_step
from server.errors import MissingParameter, NotFound, Unauthenticated
from server.models import Actor, Passkey, User

NAME = "Fangshi"
LONGEST_NAME = 60
LONGEST_ID = 1023  # bytes of a credential's id (WebAuthn level 3, 7.1 step 25)


@dataclass(frozen=True)
class Site:
    """Where keys are good: `host` is what they are bound to, `origin` the address of the pages that ask for them."""

    host: str
    origin: str


def begin_registration(db: Session, actor_id: int, site: Site, now: datetime) -> tuple[str, dict[str, Any]]:
    """The step's token, and the options that a browser makes a new key by."""
    from webauthn import generate_registration_options, options_to_json
    from webauthn.helpers import bytes_to_base64url
    from webauthn.helpers.structs import (
        AuthenticatorSelectionCriteria,
        PublicKeyCredentialDescriptor,
        ResidentKeyRequirement,
        UserVerificationRequirement,
    )

    actor, user = db.execute(
        select(Actor, User).join(User, User.actor_id == Actor.id).where(Actor.id == actor_id)
    ).one()
    known = db.scalars(select(Passkey.credential_id).where(Passkey.actor_id == actor_id))
    options = generate_registration_options(
        rp_id=site.host,
        rp_name=NAME,
        user_id=actor_id.to_bytes(8, "big"),
        user_name=user.email,
        user_display_name=actor.display_name,
        exclude_credentials=[PublicKeyCredentialDescriptor(id=one) for one in known],
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED, user_verification=UserVerificationRequirement.REQUIRED
        ),
    )
    held = {"challenge": bytes_to_base64url(options.challenge)}
    return begin_step(db, "new_passkey", actor_id, held, now), json.loads(options_to_json(options))


def finish_registration(
    db: Session, actor_id: int, token: str | None, answer: dict[str, Any], name: str, site: Site, now: datetime
) -> list[str]:
    """Keeps the key that a browser made. Returns recovery codes where there were none.

    Raises Unauthenticated when the answer is not to what was asked, MissingParameter without a name.
    """
    if not name.strip():
        raise MissingParameter(field="name")
    made = verify_registration(answer, take_challenge(db, token, "new_passkey", actor_id, now), site)
    if len(made.credential_id) > LONGEST_ID:
        raise Unauthenticated("The passkey could not be made. Begin again.")
    if db.scalar(select(Passkey.id).where(Passkey.credential_id == made.credential_id)) is not None:
        raise Unauthenticated("This passkey is known already.")
    db.add(
        Passkey(
            actor_id=actor_id,
            credential_id=made.credential_id,
            public_key=made.credential_public_key,
            sign_count=made.sign_count,
            name=name.strip()[:LONGEST_NAME],
            created_at=now,
        )
    )
    db.flush()
    record(db, "user.passkey.create", actor_id=actor_id, actee_actor_id=actor_id, now=now)
    return make_first_codes(db, actor_id, now)


def take_challenge(db: Session, token: str | None, purpose: str, actor_id: int | None, now: datetime) -> bytes:
    """What was asked of the browser, once. Raises Unauthenticated."""
    from webauthn.helpers import base64url_to_bytes

    step = find_step(db, token, purpose, now)
    if step is None or step.actor_id != actor_id or not end_step(db, step):
        raise Unauthenticated("That took too long. Begin again.")
    return base64url_to_bytes(data_of(step)["challenge"])


def verify_registration(answer: dict[str, Any], challenge: bytes, site: Site) -> Any:
    """webauthn's VerifiedRegistration. Raises Unauthenticated."""
    from webauthn import verify_registration_response
    from webauthn.helpers.exceptions import WebAuthnException

    try:
        return verify_registration_response(
            credential=answer,
            expected_challenge=challenge,
            expected_rp_id=site.host,
            expected_origin=site.origin,
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError, TypeError, LookupError, AttributeError):
        raise Unauthenticated("The passkey could not be made. Begin again.") from None


def begin_passkey_sign_in(db: Session, site: Site, now: datetime) -> tuple[str, dict[str, Any]]:
    """The step's token, and the options that a browser signs by. Any key of this site will do: nobody is named."""
    from webauthn import generate_authentication_options, options_to_json
    from webauthn.helpers import bytes_to_base64url
    from webauthn.helpers.structs import UserVerificationRequirement

    options = generate_authentication_options(rp_id=site.host, user_verification=UserVerificationRequirement.REQUIRED)
    held = {"challenge": bytes_to_base64url(options.challenge)}
    return begin_step(db, "passkey", None, held, now), json.loads(options_to_json(options))


def finish_passkey_sign_in(db: Session, token: str | None, answer: dict[str, Any], site: Site, now: datetime) -> int:
    """The actor whose key signed. Raises Unauthenticated, also for an account that works no more."""
    challenge = take_challenge(db, token, "passkey", None, now)
    key = find_key(db, answer)
    count = verify_signature(answer, challenge, key, site)
    fresh = db.execute(
        update(Passkey)
        .where(Passkey.id == key.id, Passkey.sign_count == key.sign_count)
        .values(sign_count=count, last_used_at=now)
    )
    if not fresh.rowcount:  # type: ignore[attr-defined]
        raise Unauthenticated("That took too long. Begin again.")
    return key.actor_id


def find_key(db: Session, answer: dict[str, Any]) -> Passkey:
    from webauthn.helpers import base64url_to_bytes

    try:
        credential_id = base64url_to_bytes(str(answer["id"]))
    except (KeyError, ValueError):
        raise Unauthenticated("This passkey is not known here.") from None
    works = User.disabled_at.is_(None) & Actor.deleted_at.is_(None)
    key = db.scalar(
        select(Passkey)
        .join(Actor, Actor.id == Passkey.actor_id)
        .join(User, User.actor_id == Actor.id)
        .where(Passkey.credential_id == credential_id, works)
    )
    if key is None:
        raise Unauthenticated("This passkey is not known here.")
    return key


def verify_signature(answer: dict[str, Any], challenge: bytes, key: Passkey, site: Site) -> int:
    """How often the key has signed. Raises Unauthenticated; a count that went back is a copied key."""
    from webauthn import verify_authentication_response
    from webauthn.helpers.exceptions import WebAuthnException

    try:
        verified = verify_authentication_response(
            credential=answer,
            expected_challenge=challenge,
            expected_rp_id=site.host,
            expected_origin=site.origin,
            credential_public_key=key.public_key,
            credential_current_sign_count=key.sign_count,
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError, TypeError, LookupError, AttributeError):
        raise Unauthenticated("The passkey did not fit. Begin again.") from None
    return int(verified.new_sign_count)


def rename_passkey(db: Session, actor_id: int, passkey_id: int, name: str) -> None:
    """Raises NotFound, also for somebody else's, and MissingParameter."""
    if not name.strip():
        raise MissingParameter(field="name")
    get_own(db, actor_id, passkey_id).name = name.strip()[:LONGEST_NAME]
    db.flush()


def remove_passkey(db: Session, actor_id: int, passkey_id: int, now: datetime) -> None:
    """Raises NotFound, also for somebody else's."""
    get_own(db, actor_id, passkey_id)
    db.execute(delete(Passkey).where(Passkey.id == passkey_id))
    drop_codes_without_factor(db, actor_id)
    record(db, "user.passkey.delete", actor_id=actor_id, actee_actor_id=actor_id, now=now)


def get_own(db: Session, actor_id: int, passkey_id: int) -> Passkey:
    found = db.scalar(select(Passkey).where(Passkey.id == passkey_id, Passkey.actor_id == actor_id))
    if found is None:
        raise NotFound()
    return found
