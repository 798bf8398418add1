"""How a session begins on the desk: at once, or after a second step; and the cookies that carry both."""

from flask import Response, redirect, request
from sqlalchemy.orm import Session

from server.access import second_factors, signing_in
from server.access.sign_in_steps import STEP_LIFE, begin_step
from server.web import session


def go_on(actor_id: int, where: str) -> Response:
    """After the password: the second step for who has a second factor, else the session."""
    if not second_factors.asks_second_factor(session.db(), actor_id):
        return begin_session(actor_id, where)
    return with_code_step(to("/sign-in/code"), session.db(), actor_id, where)


def with_code_step(answer: Response, db: Session, actor_id: int, where: str) -> Response:
    return with_step(answer, begin_step(db, "code", actor_id, {"next": where}, session.now()))


def begin_session(actor_id: int, where: str, second_factor: bool = False) -> Response:
    """A new session, with a cookie that no script reads and no other site sends."""
    return with_session(to(where), session.db(), actor_id, second_factor)


def with_session(answer: Response, db: Session, actor_id: int, second_factor: bool) -> Response:
    agent, address = request.headers.get("User-Agent"), request.remote_addr
    token, _created, expires_at = signing_in.sign_in(db, actor_id, agent, session.now(), second_factor, address)
    secure = request.scheme == "https"
    answer.set_cookie(
        session.cookie_name(), token, expires=expires_at, httponly=True, samesite="Strict", secure=secure, path="/"
    )
    answer.delete_cookie(step_cookie(), path="/", secure=secure, samesite="Strict")
    return answer


def step_cookie(name: str = "step") -> str:
    return f"__Host-{name}" if request.scheme == "https" else name


def with_step(answer: Response, token: str, name: str = "step", same_site: str = "Strict") -> Response:
    """The token of a step under way. `Lax` only where another site leads back here (OpenID Connect)."""
    answer.set_cookie(
        step_cookie(name),
        token,
        max_age=int(STEP_LIFE.total_seconds()),
        httponly=True,
        samesite=same_site,
        secure=request.scheme == "https",
        path="/",
    )
    return answer


def sent_step(name: str = "step") -> str | None:
    return request.cookies.get(step_cookie(name))


def to(path: str) -> Response:
    return redirect(path, 303)  # type: ignore[return-value]
