"""How an entity list works and who is told what of it, and taking a list or one of its properties away (odk-contract.md 6.9)."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from server.access.actor_properties import ids_by_name
from server.access.audit import record
from server.access.changes import note_changes
from server.errors import DatasetInUse, NotFound, PendingSubmissions, PropertyInUse, UnexpectedValue
from server.models import Dataset, DatasetProperty, DatasetRule, Entity, Project
from server.publishing.sources import FormOfList, forms_of_list, sources_of
from server.registry.entities import touch
from server.registry.list_filters import clear_rules, rules_of
from server.registry.pending import pending_of
from server.registry.reach import UNFILTERED

SHOWN = 3  # entities that keep a property from being deleted
FILTERS = ("ownerOnly", "property")


def change_settings(
    db: Session,
    project: Project,
    dataset: Dataset,
    sent: Mapping[str, Any],
    convert: bool | None,
    by: int | None,
    now: datetime,
) -> list[int]:
    """What `sent` says of approvalRequired, ownerOnly and accessFilter, of which the last wins over the one before.

    Returns the ids of the records that waited for approval and, by `convert`, are to make their entities now. Raises
    PendingSubmissions (400.29) where there are some and nobody said what becomes of them, UnexpectedValue (400.8).
    """
    if sent.get("ownerOnly") or sent.get("accessFilter") is not None:
        refuse_filter(project, dataset.name)
    waiting: list[int] = []
    if sent.get("approvalRequired") is False:
        waiting = pending_of(db, dataset)
        if waiting and convert is None:
            raise pending_problem(project, len(waiting))
    dataset.approval_required = sent.get("approvalRequired", dataset.approval_required)
    if "accessFilter" in sent:
        set_filter(db, project, dataset, sent["accessFilter"])
    elif "ownerOnly" in sent:
        dataset.owner_only = sent["ownerOnly"]
        if dataset.owner_only:
            clear_rules(db, dataset)
    if sent:
        touch(db, dataset.id, now)
        note(db, "dataset.update", dataset, changes_told(dataset, sent, convert), by, now)
    return waiting if convert else []


def changes_told(dataset: Dataset, sent: Mapping[str, Any], convert: bool | None) -> dict[str, Any]:
    """What the audit says, as Central's: a filter tells `ownerOnly` too, and who ends approval what became of what waited."""
    own = {"ownerOnly": dataset.owner_only} if sent.keys() & {"ownerOnly", "accessFilter"} else {}
    ends = sent.get("approvalRequired") is False
    return {"data": {**sent, **own}, **({"autoConvert": bool(convert)} if ends else {})}


def pending_problem(project: Project, count: int) -> PendingSubmissions:
    """In a care project without how many: it may be a small number of women."""
    if project.kind == "care":
        return PendingSubmissions(
            "Records wait for approval before they make entities. "
            "Say with ?convert=true that they do so now, or with ?convert=false that they do not."
        )
    return PendingSubmissions(count=count)


def refuse_filter(project: Project, name: str) -> None:
    """Raises UnexpectedValue (400.8) for a list of women or homes: filtered, it would keep them from those who care for them."""
    if project.kind == "care" and name in UNFILTERED:
        reason = "in a care project villages and roles say who is told of this list"
        raise UnexpectedValue(field="accessFilter", value=name, reason=reason)


def set_filter(db: Session, project: Project, dataset: Dataset, wanted: Mapping[str, Any] | None) -> None:
    """None lets everybody who reads a form with the list have all of it. Raises UnexpectedValue (400.8)."""
    kind = wanted.get("type") if wanted is not None else None
    if wanted is not None and kind not in FILTERS:
        raise UnexpectedValue(field="accessFilter.type", value=str(kind)[:100], reason="it is none of the filters")
    rules = checked_rules(db, project, dataset, wanted.get("rules")) if wanted and kind == "property" else []
    dataset.owner_only = kind == "ownerOnly"
    clear_rules(db, dataset)
    db.add_all(rules)
    db.flush()


def checked_rules(db: Session, project: Project, dataset: Dataset, sent: Any) -> list[DatasetRule]:
    """Both names must be known: a rule that was dropped in silence would leave a list open to all."""
    if not isinstance(sent, list) or not sent:
        raise UnexpectedValue(field="accessFilter.rules", value="[]", reason="there must be at least one rule")
    query = select(DatasetProperty.name, DatasetProperty.id).where(DatasetProperty.dataset_id == dataset.id)
    of_list, of_actors = dict(db.execute(query).all()), ids_by_name(db, project)
    found = {}
    for one in sent:
        names = (one.get("datasetProperty"), one.get("actorProperty")) if isinstance(one, dict) else (None, None)
        if not all(isinstance(name, str) for name in names) or names[0] not in of_list or names[1] not in of_actors:
            shown = orjson.dumps(one).decode()[:100]
            reason = "a rule names a property of the list and a property of the project's phones"
            raise UnexpectedValue(field="accessFilter.rules", value=shown, reason=reason)
        found[names] = DatasetRule(
            dataset_id=dataset.id, property_id=of_list[names[0]], actor_property_id=of_actors[names[1]]
        )
    return list(found.values())


def delete_dataset(db: Session, project: Project, dataset: Dataset, by: int | None, now: datetime) -> None:
    """Takes the list away with all that is on it; another may be called so from then on. Raises DatasetInUse (409.21)."""
    if project.kind == "care" and dataset.name in UNFILTERED:
        raise DatasetInUse("A care project keeps the list {name}: it cannot be deleted.", name=dataset.name)
    if found := forms_of_list(db, dataset):
        raise DatasetInUse(
            sourceForms=told(found.sources),
            linkedForms=told(found.linked),
            draftSourceForms=told(found.draft_sources),
            draftLinkedForms=told(found.draft_linked),
        )
    here = (Entity.dataset_id == dataset.id) & Entity.deleted_at.is_(None)
    gone = db.scalars(select(Entity.id).where(here)).all()
    db.execute(update(Entity).where(here).values(deleted_at=now))
    note_changes(db, dataset.project_id, "entity.delete", gone, now)
    dataset.deleted_at, dataset.name = now, f"{dataset.name} {dataset.id}"
    touch(db, dataset.id, now)
    note(db, "dataset.delete", dataset, None, by, now)


def delete_property(db: Session, project: Project, dataset: Dataset, name: str, by: int | None, now: datetime) -> None:
    """Raises NotFound; PropertyInUse (409.22) where a form or a rule uses it, or an entity says something in it."""
    of_name = (DatasetProperty.dataset_id == dataset.id) & (DatasetProperty.name == name)
    if db.scalar(select(DatasetProperty.id).where(of_name)) is None:
        raise NotFound()
    if found := uses_of(db, project, dataset, name):
        raise PropertyInUse(propertyName=name, prerequisites=found)
    db.execute(delete(DatasetProperty).where(of_name))
    touch(db, dataset.id, now)
    note(db, "dataset.update.property.delete", dataset, {"properties": [name]}, by, now)


def uses_of(db: Session, project: Project, dataset: Dataset, name: str) -> dict[str, Any]:
    """What keeps a property from being deleted, as Central tells it; of entities the uuids, never what they say, and in a
    care project not even how many: it may be a small number of women.
    """
    found: dict[str, Any] = {}
    _, filled = sources_of(db, dataset, draft=False)
    if name in filled:
        forms = [{"formName": one.name, "xmlFormId": one.form_id} for one in filled[name]]
        found["dependentForms"] = {"message": "There are Form(s) that write it.", "details": {"forms": forms}}
    if name in {one.dataset_property for one in rules_of(db, dataset)}:
        found["accessFilter"] = {"message": "The access filter uses it.", "details": {"datasetProperty": name}}
    query = select(Entity.uuid, Entity.data_json).where(Entity.dataset_id == dataset.id, Entity.deleted_at.is_(None))
    full = [uuid for uuid, data in db.execute(query) if (orjson.loads(data).get(name) or "").strip()]
    if full:
        entities = [{"uuid": uuid} for uuid in full[:SHOWN]]
        found["nonEmptyEntities"] = {
            "message": "There are Entity(ies) with a non-empty value of it.",
            "details": {} if project.kind == "care" else {"totalCount": len(full), "entities": entities},
        }
    return found


def told(forms: Sequence[FormOfList]) -> list[dict[str, str]]:
    return [{"name": one.name, "xmlFormId": one.form_id} for one in forms]


def note(
    db: Session, action: str, dataset: Dataset, details: dict[str, Any] | None, by: int | None, now: datetime
) -> None:
    here: dict[str, Any] = {"project_id": dataset.project_id, "dataset_id": dataset.id}
    record(db, action, actor_id=by, details=details, now=now, **here)
