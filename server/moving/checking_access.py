"""Both sides compared: what is said of phones, who is told what of the lists, and links for everybody."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.access import tokens
from server.access.actor_properties import ids_by_name, values_of
from server.models import MovedActor, Project, PublicLink
from server.moving.bringing import Row
from server.moving.comparison import Comparison
from server.moving.filters import filter_of, said_of, shape_here, shape_of
from server.moving.links import links_of, name_of
from server.registry.lists import find_dataset


def check_access(both: Comparison, forms: Sequence[Row]) -> None:
    source = both.source
    names = source.list_of(source.root + "/actor-properties")
    phones = source.list_of(source.root + "/app-users")
    lists = source.datasets()
    links = [(form["xmlFormId"], links_of(source, form["xmlFormId"])) for form in forms]
    with both.bringing.database.reading() as db:
        check_names(db, both, names)
        for told in phones:
            check_values(db, both, told)
        for told in lists:
            check_settings(db, both, told)
        for form_id, of_form in links:
            for told in of_form:
                check_link(db, both, form_id, told)


def check_names(db: Session, both: Comparison, names: Sequence[Row]) -> None:
    known = ids_by_name(db, db.get_one(Project, both.bringing.project_id))
    for told in names:
        both.count("actor_properties", 1, 1 if told.get("name") in known else 0)


def check_values(db: Session, both: Comparison, told: Row) -> None:
    if "properties" not in told:
        return
    actor_id = actor_here(db, both, told)
    theirs, ours = said_of(told), values_of(db, [actor_id]).get(actor_id, {})
    both.count("actor_values", len(theirs), len(ours))
    both.there.add("app_users", told["id"], sorted(theirs.items()))
    both.here.add("app_users", told["id"], sorted(ours.items()))
    if theirs != ours:
        both.differ("app_users", str(told["id"]))


def check_settings(db: Session, both: Comparison, told: Row) -> None:
    dataset = find_dataset(db, both.bringing.project_id, told["name"])
    theirs = shape_of(filter_of(told)), bool(told.get("approvalRequired"))
    ours = (shape_here(db, dataset), dataset.approval_required) if dataset else ("missing", False)
    both.there.add("datasets", told["name"], *theirs)
    both.here.add("datasets", told["name"], *ours)
    if theirs != ours:
        both.differ("datasets", told["name"])


def check_link(db: Session, both: Comparison, form_id: str, told: Row) -> None:
    """Of one that works on both sides that it is the same key; one that is stopped here was named where that was found."""
    row = db.get(PublicLink, actor_here(db, both, told))
    both.count("public_links", 1, 1 if row else 0)
    token = told.get("token")
    if row is None or row.token_hash is None or not token:
        return
    theirs, ours = (bool(told.get("once")), tokens.hash_token(token).hex()), (row.once, row.token_hash.hex())
    both.there.add("public_links", told["id"], *theirs)
    both.here.add("public_links", told["id"], *ours)
    if theirs != ours:
        both.differ("public_links", name_of(form_id, told))


def actor_here(db: Session, both: Comparison, told: Row) -> int:
    """0 for who is not here."""
    query = select(MovedActor.actor_id).filter_by(move_id=both.bringing.move_id, theirs=str(told["id"]))
    return db.scalar(query) or 0
