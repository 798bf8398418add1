"""Entity lists that a form declares: made when it is published, shown beforehand."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from forms.datasets import DatasetUse, dataset_name_ok, property_name_ok
from server.access.audit import record
from server.errors import DatasetNameCase, PropertyNameCase, TooLong, UnexpectedValue, UniqueViolation
from server.models import Dataset, DatasetProperty, FormAttachment, FormVersion, Project
from server.publishing.dataset_settings import refuse_filter
from server.publishing.made_lists import refuse_made_lists
from server.publishing.rights import refuse_properties
from server.registry.entities import properties_of, touch
from server.registry.lists import find_dataset

LONGEST_NAME = 255


@dataclass(frozen=True)
class PropertyChange:
    """What publishing means for one property of a list."""

    name: str
    is_new: bool
    in_form: bool


@dataclass(frozen=True)
class DatasetChange:
    """What publishing means for one entity list."""

    name: str
    is_new: bool
    properties: tuple[PropertyChange, ...]


def create_dataset(
    db: Session,
    project: Project,
    name: str,
    by: int | None,
    now: datetime,
    approval_required: bool = False,
    owner_only: bool = False,
) -> Dataset:
    """A new, empty list. Raises UnexpectedValue (400.8), UniqueViolation (409.3), DatasetNameCase (409.16)."""
    if not dataset_name_ok(name) or len(name) > LONGEST_NAME:
        raise UnexpectedValue(
            field="name", value=name[:LONGEST_NAME], reason="it is not a valid name of an entity list"
        )
    refuse_made_lists(project, [name])
    refuse_same_name(db, project, name)
    if owner_only:
        refuse_filter(project, name)
    dataset = Dataset(
        project_id=project.id, name=name, approval_required=approval_required, owner_only=owner_only, created_at=now
    )
    db.add(dataset)
    db.flush()
    record(db, "dataset.create", actor_id=by, project_id=project.id, dataset_id=dataset.id, now=now)
    return dataset


def refuse_same_name(db: Session, project: Project, name: str) -> None:
    same = db.scalars(
        select(Dataset.name).where(Dataset.project_id == project.id, func.lower(Dataset.name) == name.lower())
    )
    for current in same:
        if current == name:
            raise UniqueViolation(fields=["name", "projectId"], values=[name, project.id])
        raise DatasetNameCase(current=current, provided=name)


def add_property(db: Session, dataset: Dataset, name: str, by: int | None, now: datetime) -> None:
    """A new column. Raises UnexpectedValue (400.8), UniqueViolation (409.3), PropertyNameCase (409.17)."""
    if not property_name_ok(name):
        raise UnexpectedValue(field="name", value=name[:LONGEST_NAME], reason="it is not a valid name of a property")
    if len(name) > LONGEST_NAME:
        raise TooLong(field="name", limit=LONGEST_NAME)
    refuse_properties(db.get_one(Project, dataset.project_id), dataset.name, [name])
    if name in properties_of(db, dataset.id):
        raise UniqueViolation(fields=["name", "datasetId"], values=[name, dataset.id])
    take_properties(db, dataset, [name], now)
    note_change(db, dataset, [name], by, now)


def take_properties(db: Session, dataset: Dataset, names: Iterable[str], now: datetime) -> list[str]:
    """Adds the properties that a list lacks and returns them. Raises PropertyNameCase (409.17)."""
    known = {name.lower(): name for name in properties_of(db, dataset.id)}
    added = [name for name in names if name.lower() not in known]
    for name in names:
        if known.get(name.lower(), name) != name:
            raise PropertyNameCase(current=known[name.lower()], provided=name)
    if added:
        db.add_all(DatasetProperty(dataset_id=dataset.id, name=name, published_at=now) for name in added)
        db.flush()
        touch(db, dataset.id, now)
    return added


def note_change(db: Session, dataset: Dataset, properties: Sequence[str], by: int | None, now: datetime) -> None:
    record(
        db,
        "dataset.update",
        actor_id=by,
        project_id=dataset.project_id,
        dataset_id=dataset.id,
        details={"properties": list(properties)},
        now=now,
    )


def take_datasets(db: Session, project: Project, uses: Iterable[DatasetUse], by: int | None, now: datetime) -> None:
    """Makes the lists and properties that a published form declares and the project lacks. Raises as `create_dataset`."""
    for use in uses:
        refuse_made_lists(project, [use.name])
        dataset = find_dataset(db, project.id, use.name)
        if dataset is None:
            dataset = create_dataset(db, project, use.name, by, now)
        if added := take_properties(db, dataset, use.properties, now):
            note_change(db, dataset, added, by, now)


def link_by_name(db: Session, project: Project, version: FormVersion, now: datetime) -> None:
    """Links the files named `<list>.csv` that nothing fills yet to the project's lists of that name."""
    empty = db.scalars(
        select(FormAttachment).where(
            FormAttachment.form_version_id == version.id,
            FormAttachment.type == "file",
            FormAttachment.blob_sha256.is_(None),
            FormAttachment.dataset_id.is_(None),
        )
    )
    for attachment in empty:
        name = list_name_of(attachment.name)
        dataset = find_dataset(db, project.id, name) if name else None
        if dataset is not None:
            attachment.dataset_id, attachment.updated_at = dataset.id, now
    db.flush()


def list_name_of(file_name: str) -> str | None:
    """The entity list that a file of this name would be; None when it could be none."""
    return file_name.removesuffix(".csv") if file_name.endswith(".csv") else None


def compare_datasets(db: Session, project: Project, uses: Sequence[DatasetUse]) -> list[DatasetChange]:
    """What publishing a form with these uses makes new."""
    names = [use.name for use in uses]
    known = {
        dataset.name: dataset
        for dataset in db.scalars(select(Dataset).where(Dataset.project_id == project.id, Dataset.name.in_(names)))
    }
    wanted: dict[str, list[str]] = {}
    for use in uses:
        wanted.setdefault(use.name, []).extend(use.properties)
    return [compare_dataset(db, name, known.get(name), properties) for name, properties in wanted.items()]


def compare_dataset(db: Session, name: str, dataset: Dataset | None, wanted: Sequence[str]) -> DatasetChange:
    there = properties_of(db, dataset.id) if dataset else []
    names = [*there, *(one for one in dict.fromkeys(wanted) if one not in there)]
    return DatasetChange(
        name, dataset is None, tuple(PropertyChange(one, one not in there, one in wanted) for one in names)
    )


def list_datasets(db: Session, project: Project, deleted: bool = False) -> list[Dataset]:
    """By name; or those that were deleted, under the names that they gave away."""
    which = Dataset.deleted_at.is_not(None) if deleted else Dataset.deleted_at.is_(None)
    return list(db.scalars(select(Dataset).where(Dataset.project_id == project.id, which).order_by(Dataset.name)))


def list_properties(db: Session, dataset: Dataset) -> list[DatasetProperty]:
    rows = select(DatasetProperty).where(DatasetProperty.dataset_id == dataset.id).order_by(DatasetProperty.id)
    return list(db.scalars(rows))
