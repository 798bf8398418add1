"""Links by which anybody fills in one form (odk-contract.md 6.7). The key in it is all it has, so it can be stopped at once.

Only in plain projects: in a care project every record has an author, and feedback without a name has a door of its own.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from server.access import tokens
from server.access.audit import record
from server.errors import Forbidden, MissingParameter, NotFound
from server.models import Actor, Form, Project, PublicLink


@dataclass(frozen=True)
class Link:
    """A link as those see it who may manage it; `token` is None once revoked."""

    actor: Actor
    row: PublicLink
    token: str | None


def create_link(
    db: Session, key: bytes, project: Project, form: Form, display_name: str, once: bool, by: int | None, now: datetime
) -> Link:
    """Raises Forbidden in a care project, MissingParameter for an empty name."""
    if project.kind == "care":
        raise Forbidden("In a care project each record has an author, so there are no links for everybody.")
    actor = Actor(type="public_link", display_name=checked_name(display_name), created_at=now)
    db.add(actor)
    db.flush()
    token = tokens.make_token()
    row = PublicLink(
        actor_id=actor.id,
        form_id=form.id,
        once=once,
        created_by_id=by,
        token_hash=tokens.hash_token(token),
        token_sealed=tokens.seal(key, token),
    )
    db.add(row)
    db.flush()
    note(db, "public_link.create", form, actor.id, by, now)
    return Link(actor, row, token)


def checked_name(display_name: str) -> str:
    if not display_name.strip():
        raise MissingParameter(field="displayName")
    return display_name.strip()


def list_links(db: Session, key: bytes, form: Form) -> list[Link]:
    """A form's links, those that work first, then the newest."""
    order = (PublicLink.revoked_at.is_not(None), Actor.created_at.desc(), Actor.id.desc())
    return [read_link(key, *row) for row in db.execute(links_of(form).order_by(*order))]


def get_link(db: Session, key: bytes, form: Form, actor_id: int) -> Link:
    """Raises NotFound, also for a link of another form."""
    row = db.execute(links_of(form).where(Actor.id == actor_id)).first()
    if row is None:
        raise NotFound()
    return read_link(key, *row)


def links_of(form: Form) -> Any:
    return (
        select(Actor, PublicLink)
        .join(PublicLink, PublicLink.actor_id == Actor.id)
        .where(PublicLink.form_id == form.id, Actor.deleted_at.is_(None))
    )


def read_link(key: bytes, actor: Actor, row: PublicLink) -> Link:
    return Link(actor, row, tokens.unseal(key, row.token_sealed))


def change_link(
    db: Session, form: Form, link: Link, display_name: str | None, once: bool | None, by: int | None, now: datetime
) -> None:
    """What is None stays. Raises MissingParameter for an empty name."""
    if display_name is not None:
        link.actor.display_name = checked_name(display_name)
    if once is not None:
        link.row.once = once
    link.actor.updated_at = now
    db.flush()
    note(db, "public_link.update", form, link.actor.id, by, now)


def delete_link(db: Session, form: Form, link: Link, by: int | None, now: datetime) -> None:
    """What came by it stays, and under its name."""
    stop(db, link.actor.id, now)
    link.actor.deleted_at = now
    db.flush()
    note(db, "public_link.delete", form, link.actor.id, by, now)


def revoke_link(db: Session, form: Form, actor_id: int, by: int | None, now: datetime) -> None:
    """Stops a link's key at once; the link stays in the list."""
    stop(db, actor_id, now)
    note(db, "public_link.session.end", form, actor_id, by, now)


def stop(db: Session, actor_id: int, now: datetime) -> None:
    ended = {"token_hash": None, "token_sealed": None, "revoked_at": func.coalesce(PublicLink.revoked_at, now)}
    db.execute(update(PublicLink).where(PublicLink.actor_id == actor_id).values(**ended))


def find_link_by_token(db: Session, token: str) -> tuple[int, Project, Form] | None:
    """Whose key this is, with its project and form: DELETE /sessions/{token} revokes by it."""
    row = db.execute(
        select(PublicLink.actor_id, Project, Form)
        .join(Form, Form.id == PublicLink.form_id)
        .join(Project, Project.id == Form.project_id)
        .where(PublicLink.token_hash == tokens.hash_token(token))
    ).first()
    return (row[0], row[1], row[2]) if row else None


def count_links(db: Session, form_ids: Collection[int]) -> dict[int, int]:
    """How many links of each form work; forms without one are left out."""
    rows = db.execute(
        select(PublicLink.form_id, func.count())
        .where(PublicLink.form_id.in_(form_ids), PublicLink.revoked_at.is_(None))
        .group_by(PublicLink.form_id)
    )
    return dict(rows.all())


def note(db: Session, action: str, form: Form, actor_id: int, by: int | None, now: datetime) -> None:
    upon = {"project_id": form.project_id, "form_id": form.id, "actee_actor_id": actor_id}
    record(db, action, actor_id=by, now=now, **upon)
