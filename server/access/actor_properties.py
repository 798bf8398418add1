"""What is said of a project's phones, by names that the project chose: entity lists may be cut by it (odk-contract.md 5.4, 6.4).

Names are as those of an entity's properties. The audit names what was set and never says to what.
"""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from forms.datasets import property_name_ok
from server.access.audit import record
from server.errors import TooLong, UnexpectedValue, UniqueViolation
from server.models import ActorProperty, ActorPropertyValue, Project

LONGEST = 255
TAKEN = "displayname"  # what every actor has, in any case of letters


def list_properties(db: Session, project: Project) -> list[str]:
    """The names, sorted."""
    return sorted(ids_by_name(db, project))


def list_values(db: Session, project: Project, without: Collection[int] = ()) -> dict[str, list[str]]:
    """By name, sorted, what is said of the project's phones but those `without`, by actor id; each value once."""
    query = (
        select(ActorProperty.name, ActorPropertyValue.value, ActorPropertyValue.actor_id)
        .outerjoin(ActorPropertyValue, ActorPropertyValue.property_id == ActorProperty.id)
        .where(ActorProperty.project_id == project.id)
    )
    found: dict[str, set[str]] = {}
    for name, value, actor_id in db.execute(query):
        found.setdefault(name, set()).update([] if value is None or actor_id in without else [value])
    return {name: sorted(found[name]) for name in sorted(found)}


def add_property(db: Session, project: Project, name: str, by: int | None, now: datetime) -> None:
    """Raises UnexpectedValue (400.8), TooLong (400.13), UniqueViolation (409.3)."""
    if not property_name_ok(name) or name.lower() == TAKEN:
        raise UnexpectedValue(field="name", value=name[:LONGEST], reason="it is not a valid name of a property")
    if len(name) > LONGEST:
        raise TooLong(field="name", limit=LONGEST)
    if name in ids_by_name(db, project):
        raise UniqueViolation(fields=["projectId", "name"], values=[project.id, name])
    db.add(ActorProperty(project_id=project.id, name=name))
    db.flush()
    record(db, "actor_property.create", actor_id=by, project_id=project.id, details={"name": name}, now=now)


def ids_by_name(db: Session, project: Project) -> dict[str, int]:
    query = select(ActorProperty.name, ActorProperty.id).where(ActorProperty.project_id == project.id)
    return dict(db.execute(query).all())


def values_of(db: Session, actor_ids: Collection[int]) -> dict[int, dict[str, str]]:
    """What is said of these phones, by actor id, as far as anything is; names sorted."""
    query = (
        select(ActorPropertyValue.actor_id, ActorProperty.name, ActorPropertyValue.value)
        .join(ActorProperty, ActorProperty.id == ActorPropertyValue.property_id)
        .where(ActorPropertyValue.actor_id.in_(actor_ids))
        .order_by(ActorProperty.name)
    )
    found: dict[int, dict[str, str]] = {}
    for actor_id, name, value in db.execute(query):
        found.setdefault(actor_id, {})[name] = value
    return found


def set_values(db: Session, project: Project, actor_id: int, sent: Any, by: int | None, now: datetime) -> None:
    """What is said of a phone from now on; null or nothing but spaces takes a property away, others stay as they are.

    Raises UnexpectedValue (400.8) for what is no object, a name that the project does not have, what is no text.
    """
    if not isinstance(sent, Mapping):
        raise UnexpectedValue(
            field="properties", value=str(sent)[:LONGEST], reason="it is not an object of names and texts"
        )
    known = ids_by_name(db, project)
    wanted = {name: checked(name, value, known) for name, value in sent.items()}
    if not wanted:
        return
    here = ActorPropertyValue.actor_id == actor_id
    db.execute(delete(ActorPropertyValue).where(here, ActorPropertyValue.property_id.in_(known[one] for one in wanted)))
    db.add_all(
        ActorPropertyValue(actor_id=actor_id, property_id=known[name], value=value)
        for name, value in wanted.items()
        if value
    )
    db.flush()
    whose: dict[str, Any] = {"project_id": project.id, "actee_actor_id": actor_id}
    record(db, "field_key.property.set", actor_id=by, details={"properties": sorted(wanted)}, now=now, **whose)


def checked(name: str, value: Any, known: Collection[str]) -> str:
    if name not in known:
        raise UnexpectedValue(field="properties", value=name[:LONGEST], reason="the project has no such property")
    if value is not None and not isinstance(value, str):
        raise UnexpectedValue(field=name, value=str(value)[:LONGEST], reason="it is neither a text nor null")
    if value is not None and len(value) > LONGEST:
        raise TooLong(field=name, limit=LONGEST)
    return (value or "").strip()
