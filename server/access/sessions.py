"""The rows of sessions: begun, ended, and taken away when they are over. Whose a token is says authenticate.py."""

from datetime import datetime, timedelta

from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from server.access import tokens
from server.models import Session as SessionRow
from server.models import SignInStep, User

SESSION_LIFE = timedelta(hours=24)


def open_session(
    db: Session,
    actor_id: int,
    now: datetime,
    user_agent: str | None = None,
    second_factor: bool = False,
    address: str | None = None,
) -> tuple[str, datetime]:
    """Starts a session; returns its token (the only time it is seen whole) and when it ends."""
    token, expires_at = tokens.make_token(), now + SESSION_LIFE
    db.add(
        SessionRow(
            token_hash=tokens.hash_token(token),
            actor_id=actor_id,
            user_agent=(user_agent or "")[:255] or None,
            created_at=now,
            expires_at=expires_at,
            second_factor=second_factor,
            last_used_at=now,
            address=address,
        )
    )
    db.execute(update(User).where(User.actor_id == actor_id).values(last_login_at=now))
    return token, expires_at


def end_session(db: Session, session_hash: bytes) -> bool:
    result = db.execute(delete(SessionRow).where(SessionRow.token_hash == session_hash))
    return bool(result.rowcount)  # type: ignore[attr-defined]


def end_sessions_of(db: Session, actor_id: int, but: bytes | None = None) -> None:
    """Ends every session of a person, perhaps but the one that is asking; and what would become one by a second step."""
    db.execute(delete(SessionRow).where(SessionRow.actor_id == actor_id, SessionRow.token_hash != (but or b"")))
    db.execute(delete(SignInStep).where(SignInStep.actor_id == actor_id, SignInStep.purpose == "code"))


def delete_old_sessions(db: Session, now: datetime) -> int:
    """Takes away sessions that are over; returns how many."""
    return int(db.execute(delete(SessionRow).where(SessionRow.expires_at <= now)).rowcount)  # type: ignore[attr-defined]
