"""A sign-in that takes more than one step: what the next step is held to, for some minutes and once.

Whoever takes a step shows the token that the step before gave; only its SHA-256 is kept.
"""

import json
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from server.access import tokens
from server.models import SignInStep

STEP_LIFE = timedelta(minutes=10)


def begin_step(db: Session, purpose: str, actor_id: int | None, data: dict[str, Any], now: datetime) -> str:
    """Writes down what the next step is held to; returns its token."""
    db.execute(delete(SignInStep).where(SignInStep.expires_at <= now))
    token = tokens.make_token()
    db.add(
        SignInStep(
            token_hash=tokens.hash_token(token),
            purpose=purpose,
            actor_id=actor_id,
            data_json=json.dumps(data),
            created_at=now,
            expires_at=now + STEP_LIFE,
        )
    )
    db.flush()
    return token


def find_step(db: Session, token: str | None, purpose: str, now: datetime) -> SignInStep | None:
    """The step under way; None when it is unknown, over, or another one's."""
    if not token:
        return None
    return db.scalar(
        select(SignInStep).where(
            SignInStep.token_hash == tokens.hash_token(token),
            SignInStep.purpose == purpose,
            SignInStep.expires_at > now,
        )
    )


def data_of(step: SignInStep) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(step.data_json)
    return found


def end_step(db: Session, step: SignInStep) -> bool:
    """Takes it away; False when somebody else did a moment ago, who then has gone on with it."""
    result = db.execute(delete(SignInStep).where(SignInStep.token_hash == step.token_hash))
    return bool(result.rowcount)  # type: ignore[attr-defined]
