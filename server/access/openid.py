"""Signing in by a provider (OpenID Connect): a code for a token, a token for a person who has an account here.

Authorization code with PKCE, state and nonce (OpenID Connect Core 1.0, 3.1; RFC 7636; RFC 9207). What the provider says is
read by openid_wire.py; nobody gets an account by it. The first time a person is found by her address, and only where the
provider has made sure that it is hers; from then on by the provider's own name for her, so that an address which somebody
else has later opens nothing.
"""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.access.audit import record
from server.access.credentials import active
from server.access.openid_wire import Endpoints, Told
from server.access.sign_in_steps import begin_step, data_of, end_step, find_step
from server.config import OpenIdProvider
from server.errors import Unauthenticated
from server.models import Actor, OpenIdName, User

SCOPE = "openid email"


@dataclass(frozen=True)
class Pending:
    """What a browser that comes back from the provider is held to."""

    nonce: str
    verifier: str
    where: str


def begin_openid(
    db: Session, provider: OpenIdProvider, endpoints: Endpoints, back: str, where: str, now: datetime
) -> tuple[str, str]:
    """The step's token, and the provider's address to go to. `back` is ours, to which the browser returns."""
    # Here, since few sites have a provider, and every start of every site would wait for these.
    from authlib.common.security import generate_token  # type: ignore[import-untyped]
    from authlib.oauth2.rfc6749.parameters import prepare_grant_uri  # type: ignore[import-untyped]
    from authlib.oauth2.rfc7636 import create_s256_code_challenge  # type: ignore[import-untyped]

    state, nonce, verifier = (generate_token(48) for _ in range(3))
    token = begin_step(db, "openid", None, {"state": state, "nonce": nonce, "verifier": verifier, "next": where}, now)
    address = prepare_grant_uri(
        endpoints.authorization,
        provider.client_id,
        "code",
        redirect_uri=back,
        scope=SCOPE,
        state=state,
        nonce=nonce,
        code_challenge=create_s256_code_challenge(verifier),
        code_challenge_method="S256",
    )
    return token, address


def take_answer(
    db: Session, provider: OpenIdProvider, token: str | None, answer: Mapping[str, str], now: datetime
) -> Pending:
    """Uses the step up and compares what came back with it. Raises Unauthenticated."""
    step = find_step(db, token, "openid", now)
    if step is None or not end_step(db, step):
        raise Unauthenticated("That took too long. Begin again.")
    held = data_of(step)
    if not hmac.compare_digest(held["state"].encode(), answer.get("state", "").encode()):
        raise Unauthenticated("The provider's answer was not to this sign-in. Begin again.")
    if answer.get("iss", provider.issuer).rstrip("/") != provider.issuer or not answer.get("code"):
        raise Unauthenticated("The provider did not sign you in.")
    return Pending(held["nonce"], held["verifier"], held["next"])


def find_person(db: Session, provider: OpenIdProvider, told: Told, now: datetime) -> int:
    """The actor whom the provider vouches for. Raises Unauthenticated for who has no account here that works."""
    works = User.disabled_at.is_(None) & Actor.deleted_at.is_(None)
    named = db.execute(
        select(OpenIdName.actor_id, works.label("works"))
        .join(Actor, Actor.id == OpenIdName.actor_id)
        .join(User, User.actor_id == Actor.id)
        .where(OpenIdName.issuer == provider.issuer, OpenIdName.subject == told.subject)
    ).first()
    if named is not None and named.works:
        return int(named.actor_id)
    actor_id = None if named is not None else find_by_address(db, told)
    if actor_id is None:
        raise Unauthenticated("You have no account here under that name. Ask the administrator of your town.")
    db.add(OpenIdName(actor_id=actor_id, issuer=provider.issuer, subject=told.subject, created_at=now))
    db.flush()
    record(db, "user.openid.link", actor_id=actor_id, actee_actor_id=actor_id, now=now)
    return actor_id


def find_by_address(db: Session, told: Told) -> int | None:
    """Who has the address; nobody when the provider is not sure of it, or has named her otherwise before."""
    if not told.email or not told.email_verified:
        return None
    actor_id = db.scalar(select(Actor.id).join(User, User.actor_id == Actor.id).where(active(told.email)))
    named: Any = select(OpenIdName.id).where(OpenIdName.actor_id == actor_id)
    return None if actor_id is None or db.scalar(named) is not None else actor_id
