"""What became of a list of the town: who changed which rows when, which names it ever had, and which forms have it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.access.profiles import find_actors
from server.blobs import BlobStore
from server.models import Form, FormAttachment, FormVersion, Project
from server.publishing.list_editing import edits_of, rows_of
from server.publishing.list_files import Row
from server.publishing.list_kinds import TownList

MOST_CHANGES: Final = 50  # told of one list


@dataclass(frozen=True)
class RowChange:
    """One row, before and after; None where it was not there."""

    name: str
    before: Row | None
    after: Row | None


@dataclass(frozen=True)
class Change:
    """One edit. `rows` is None where a file of then is no more; `undoes` where it took an earlier one back."""

    id: int
    at: datetime
    by: str
    rows: list[RowChange] | None
    undoes: bool
    is_last: bool


def history_of(db: Session, store: BlobStore, project: Project, kind: TownList) -> list[Change]:
    """Who changed what in the list, newest first."""
    edits = edits_of(db, project, kind)[:MOST_CHANGES]
    people = find_actors(db, {row.actor_id for row in edits if row.actor_id})
    return [
        Change(
            id=row.id,
            at=row.logged_at,
            by=people[row.actor_id].display_name if row.actor_id in people else "",
            rows=changes_of(store, kind, row.details or {}),
            undoes="undoes" in (row.details or {}),
            is_last=number == 0,
        )
        for number, row in enumerate(edits)
    ]


def changes_of(store: BlobStore, kind: TownList, details: Mapping[str, Any]) -> list[RowChange] | None:
    before, after = (rows_of(store, kind, details.get(side) or "") for side in ("before", "after"))
    return None if before is None or after is None else compare_rows(before, after)


def compare_rows(before: Sequence[Row], after: Sequence[Row]) -> list[RowChange]:
    """Rows that differ, by name; the order of rows is no difference."""
    old, new = ({row["name"]: row for row in rows} for rows in (before, after))
    names = [*old, *(name for name in new if name not in old)]
    return [RowChange(name, old.get(name), new.get(name)) for name in names if old.get(name) != new.get(name)]


def names_ever(db: Session, store: BlobStore, project: Project, kind: TownList) -> set[str]:
    """Names of rows that are or were in the list: records may hold them, so a new row gets none of them."""
    hashes = {(row.details or {}).get(side) for row in edits_of(db, project, kind) for side in ("before", "after")}
    return {row["name"] for one in hashes if one for row in rows_of(store, kind, one) or []}


def forms_with(db: Session, project: Project, kind: TownList) -> list[tuple[str, str]]:
    """(form id, name) of the forms on phones that have the list's file."""
    named = (
        select(Form.xml_form_id, FormVersion.name)
        .join(FormVersion, FormVersion.id == Form.current_version_id)
        .join(FormAttachment, FormAttachment.form_version_id == FormVersion.id)
        .where(Form.project_id == project.id, Form.deleted_at.is_(None), FormAttachment.name == kind.file)
    )
    return [(form_id, name or form_id) for form_id, name in db.execute(named.order_by(Form.xml_form_id))]
