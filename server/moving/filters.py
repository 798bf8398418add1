"""Who is told what of an entity list, and what is said of phones, by which lists are cut (odk-contract.md 5.4, 6.4).

A filter that cannot be kept here leaves the list to its owners: nobody is told more of it than there, and the report says so.
What somebody here decided about a list or a phone since it came stays as it is.
"""

from collections.abc import Iterable
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.access.actor_properties import LONGEST, add_property, ids_by_name, set_values, values_of
from server.errors import Problem
from server.models import Audit, Dataset, Project
from server.moving.bringing import ODD, Bringing, Row
from server.publishing.dataset_settings import change_settings
from server.registry.list_filters import rules_of

OWN: Final = {"type": "ownerOnly"}
FILTER_WORDS: Final = frozenset({"accessFilter", "ownerOnly"})
APPROVAL_WORDS: Final = frozenset({"approvalRequired"})


def bring_actor_properties(bringing: Bringing, told: Iterable[Row]) -> None:
    """The names of what the project says of phones; one that is none here is named, and so are the filters that need it."""
    with bringing.transaction() as db:
        project = db.get_one(Project, bringing.project_id)
        for one in told:
            name = str(one.get("name"))
            if name in ids_by_name(db, project):
                continue
            try:
                add_property(db, project, name, None, bringing.now)
            except Problem as problem:
                bringing.report.leave("actor_properties", name[:LONGEST], "unusable", problem.message)
                continue
            bringing.report.came["actor_properties"] += 1


def bring_values(db: Session, bringing: Bringing, told: Row, actor_id: int) -> None:
    """What is said of one phone, as far as it is another thing than here; an older Central says nothing of it."""
    if "properties" not in told:
        return
    project = db.get_one(Project, bringing.project_id)
    wanted, here = said_of(told), values_of(db, [actor_id]).get(actor_id, {})
    known = ids_by_name(db, project)
    for name in [name for name, value in wanted.items() if name not in known or not is_text(value)]:
        bringing.report.leave("app_users", told["id"], "unusable", name)
        del wanted[name]
    new = {name: wanted.get(name) for name in wanted.keys() | here.keys() if wanted.get(name) != here.get(name)}
    if not new:
        return
    if by_somebody_here(db, "field_key.property.set", Audit.actee_actor_id == actor_id):
        bringing.report.leave("app_users", told["id"], "changed_here")
        return
    set_values(db, project, actor_id, new, None, bringing.now)
    bringing.report.came["actor_values"] += sum(value is not None for value in new.values())


def said_of(told: Row) -> dict[str, Any]:
    """By name, without what is empty; null where nothing is said."""
    found = told.get("properties")
    if not isinstance(found, dict):
        return {}
    texts = {name: value.strip() if isinstance(value, str) else value for name, value in found.items()}
    return {name: value for name, value in texts.items() if value not in (None, "")}


def is_text(value: object) -> bool:
    return isinstance(value, str) and len(value) <= LONGEST


def bring_settings(db: Session, bringing: Bringing, dataset: Dataset, told: Row) -> None:
    """A list's filter and whether its records wait for approval, as they are there now."""
    bring_filter(db, bringing, dataset, told)
    wanted = told.get("approvalRequired")
    if wanted is None or bool(wanted) == dataset.approval_required:
        return
    if was_set_here(db, dataset, APPROVAL_WORDS):
        bringing.report.leave("datasets", dataset.name, "changed_here")
        return
    change(db, bringing, dataset, {"approvalRequired": bool(wanted)})


def bring_filter(db: Session, bringing: Bringing, dataset: Dataset, told: Row) -> None:
    wanted = filter_of(told)
    if shape_of(wanted) == shape_here(db, dataset) or (wanted is None and "ownerOnly" not in told):
        return  # one that came is not taken away because the other side says nothing of filters
    if was_set_here(db, dataset, FILTER_WORDS):
        bringing.report.leave("datasets", dataset.name, "changed_here")
        return
    try:
        with db.begin_nested():
            change(db, bringing, dataset, {"accessFilter": wanted})
    except (Problem, *ODD):
        bringing.report.leave("datasets", dataset.name, "filter")
        if not dataset.owner_only:
            change(db, bringing, dataset, {"accessFilter": OWN})


def change(db: Session, bringing: Bringing, dataset: Dataset, sent: dict[str, Any]) -> None:
    """Records that waited there make nothing here: their entities come by themselves."""
    change_settings(db, db.get_one(Project, bringing.project_id), dataset, sent, False, None, bringing.now)


def filter_of(told: Row) -> Any:
    """As Central tells it: since 2025.2 `ownerOnly`, later `accessFilter` beside it, which is left out where there is none."""
    found = told.get("accessFilter")
    return found if found is not None else OWN if told.get("ownerOnly") else None


def shape_of(wanted: Any) -> str:
    """A filter in words that are the same on both sides."""
    if wanted is None:
        return "open"
    if wanted == OWN:
        return "ownerOnly"
    try:
        if wanted["type"] == "property":
            return told_rules((one["datasetProperty"], one["actorProperty"]) for one in wanted["rules"])
    except ODD:
        pass
    return "unknown"


def shape_here(db: Session, dataset: Dataset) -> str:
    if dataset.owner_only:
        return "ownerOnly"
    rules = rules_of(db, dataset)
    return told_rules((one.dataset_property, one.actor_property) for one in rules) if rules else "open"


def told_rules(rules: Iterable[tuple[str, str]]) -> str:
    return " ".join(["property", *sorted({f"{ours}={theirs}" for ours, theirs in rules})])


def was_set_here(db: Session, dataset: Dataset, words: frozenset[str]) -> bool:
    return by_somebody_here(db, "dataset.update", Audit.dataset_id == dataset.id, words)


def by_somebody_here(db: Session, action: str, upon: Any, words: frozenset[str] = frozenset()) -> bool:
    """Whether the audit names somebody who did it; what an import does is nobody's. `words` are what it was about."""
    rows = db.scalars(select(Audit.details).where(Audit.action == action, Audit.actor_id.is_not(None), upon))
    return any(not words or words & ((one or {}).get("data") or {}).keys() for one in rows)
