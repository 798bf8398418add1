"""Links for everybody, with their keys: whoever has one goes on sending by it once the server's name leads here.

They come after the records, so that one that takes a single record has it by the time it works. One whose record did not
come (it is in the trash there, or could not be kept) comes stopped.
"""

from collections.abc import Iterable, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.access import tokens
from server.access.public_links import note, revoke_link
from server.models import Actor, Form, MovedActor, PublicLink, Submission
from server.moving.bringing import Bringing, Row
from server.moving.central_source import CentralSource
from server.moving.people import add_actor, is_in_use, know
from server.publishing.versions import find_form


def bring_all_links(bringing: Bringing, source: CentralSource, forms: Sequence[Row], key: bytes) -> None:
    for form in forms:
        form_id = form["xmlFormId"]
        links = links_of(source, form_id)
        if was_refused(source, form_id):
            continue
        used = users_of(source, form) if any(one.get("once") for one in links) else frozenset()
        with bringing.transaction() as db:
            found = find_form(db, bringing.project_id, form_id)
            if found is None:
                if links:
                    bringing.report.leave("public_links", form_id, "no_form", len(links))
                continue
            end_those_gone(db, bringing, found[1], links)
            for told in links:
                bring_link(db, bringing, found[1], told, key)
                end_if_used(db, bringing, found[1], told, used)


def links_of(source: CentralSource, form_id: str) -> list[Row]:
    """A form's links; those that were revoked there have no key any more, and are named."""
    links = source.list_of(source.form_path(form_id, "public-links"))
    for told in links:
        if told.get("token") is None:
            source.report.leave("public_links", name_of(form_id, told), "revoked")
        if told.get("properties"):
            source.report.leave("public_links", name_of(form_id, told), "link_properties")
    return links


def was_refused(source: CentralSource, form_id: str) -> bool:
    """Whether its links were not told: that is another thing than that it has none."""
    path = source.form_path(form_id, "public-links")
    return any(one.what == "api" and one.which == path for one in source.report.left)


def end_those_gone(db: Session, bringing: Bringing, form: Form, listed: Sequence[Row]) -> None:
    """A link that was deleted there since it came opens nothing here any more."""
    working = (
        select(MovedActor.theirs, PublicLink.actor_id)
        .join(PublicLink, PublicLink.actor_id == MovedActor.actor_id)
        .where(
            MovedActor.move_id == bringing.move_id, PublicLink.form_id == form.id, PublicLink.token_hash.is_not(None)
        )
    )
    there = {str(one["id"]) for one in listed}
    for theirs, actor_id in db.execute(working).all():
        if theirs not in there:
            revoke_link(db, form, actor_id, None, bringing.now)
            bringing.report.leave("public_links", f"{form.xml_form_id} {theirs}", "revoked")


def name_of(form_id: str, told: Row) -> str:
    return f"{form_id} {told['id']} {told.get('displayName') or ''}".strip()


def users_of(source: CentralSource, form: Row) -> frozenset[str]:
    """Who sent records of a form there, also those in the trash: actors by number."""
    if not form.get("publishedAt"):
        return frozenset()
    form_id = form["xmlFormId"]
    gone: Iterable[Row] = source.list_of(source.form_path(form_id, "submissions"), deleted=True)
    return frozenset(str(one.get("submitterId")) for one in [*source.records(form_id), *gone])


def bring_link(db: Session, bringing: Bringing, form: Form, told: Row, key: bytes) -> None:
    """A link that is new here, or is stopped here when it was revoked there since. Whoever sent by it is known by now."""
    known = bringing.actors.get(str(told["id"]))
    row = db.get(PublicLink, known) if known is not None else None
    if row is None:
        add_link(db, bringing, form, told, known, key)
    elif told.get("token") is None and row.token_hash is not None:
        revoke_link(db, form, row.actor_id, None, bringing.now)


def add_link(db: Session, bringing: Bringing, form: Form, told: Row, known: int | None, key: bytes) -> None:
    token = told.get("token")
    if token is not None and (not tokens.is_token(token) or is_in_use(db, token)):
        token = None
        bringing.report.leave("public_links", name_of(form.xml_form_id, told), "key_taken")
    actor = db.get_one(Actor, known) if known is not None else add_actor(db, told, "public_link", bringing.now)
    actor.type, actor.display_name, actor.deleted_at = "public_link", told.get("displayName") or "–", None
    maker = (told.get("createdBy") or {}).get("id")
    row = PublicLink(
        actor_id=actor.id,
        form_id=form.id,
        once=bool(told.get("once")),
        created_by_id=bringing.actors.get(str(maker)),
        token_hash=tokens.hash_token(token) if token else None,
        token_sealed=tokens.seal(key, token) if token else None,
        revoked_at=None if token else bringing.now,
    )
    db.add(row)
    db.flush()
    know(db, bringing, told["id"], actor.id)
    note(db, "public_link.create", form, actor.id, None, bringing.now)
    bringing.report.came["public_links"] += 1


def end_if_used(db: Session, bringing: Bringing, form: Form, told: Row, used: frozenset[str]) -> None:
    """A link that takes one record and took it there, while that record is not here, would take a second one."""
    if not told.get("once") or str(told["id"]) not in used:
        return
    actor_id = bringing.actors[str(told["id"])]
    came = select(Submission.id).where(Submission.submitter_id == actor_id, Submission.form_id == form.id)
    if db.scalar(came.where(~Submission.draft).limit(1)) is not None:
        return
    bringing.report.leave("public_links", name_of(form.xml_form_id, told), "used_there")
    row = db.get_one(PublicLink, actor_id)
    if row.token_hash is not None:
        revoke_link(db, form, actor_id, None, bringing.now)
