"""Changing a list of the town: written once, and every form that names the file has it; what it was stays to be read.

There is no table of lists. An edit is an audit row with the hashes of the file before and after, the files stay in the
store, and the newest row says what the list is (`town_lists.own_list`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from forms.library import library_ids
from server.access.audit import record
from server.blobs import BlobStore, remember
from server.errors import ListChanged, NotFound, UnexpectedValue
from server.keys import SealBroken
from server.models import Audit, Form, FormAttachment, Project
from server.publishing.list_checking import Wrong, check_rows, find_red_lines
from server.publishing.list_files import ListUnreadable, Row, read_rows, write_rows
from server.publishing.list_kinds import BY_FILE, BY_NAME, PLACEHOLDER, TownList
from server.publishing.town_lists import (
    LIST_CHANGED,
    as_it_comes,
    edited_to,
    fill,
    hash_as_it_comes,
    hold_lists,
    own_list,
    put_file,
    slots_of,
    unlinked,
    villages_of,
)


@dataclass(frozen=True)
class ListNow:
    """A list as phones get it. `sha256` is that of its file; `is_own` whether the town has filled it."""

    kind: TownList
    rows: list[Row]
    sha256: str
    is_own: bool

    @property
    def is_placeholder(self) -> bool:
        return not self.is_own and self.kind.has_note


def get_kind(name: str) -> TownList:
    """Raises NotFound."""
    if name not in BY_NAME:
        raise NotFound()
    return BY_NAME[name]


def list_now(db: Session, store: BlobStore, project: Project, kind: TownList) -> ListNow:
    """The list as it is. What was put beside a form by hand and cannot be read counts as no rows."""
    own = own_list(db, project, kind)
    if own is None:
        return ListNow(kind, our_rows(kind), hash_as_it_comes(kind), is_own=False)
    return ListNow(kind, rows_of(store, kind, own) or [], own, is_own=True)


def rows_of(store: BlobStore, kind: TownList, sha256: str) -> list[Row] | None:
    """The rows of a stored file, None where it is no more, damaged, or no such list.

    Rows that forms read by name and that came after the town filled its list are ours, as phones without them have it.
    """
    try:
        rows = read_rows(kind, store.read(sha256))
    except (FileNotFoundError, SealBroken, ListUnreadable):
        return None
    known = {row["name"] for row in rows}
    return rows + [row for row in our_rows(kind) if row["name"] in kind.fixed - known]


def our_rows(kind: TownList) -> list[Row]:
    return [dict(zip(kind.header, row, strict=True)) for row in kind.rows]


def find_wrong(db: Session, project: Project, kind: TownList, rows: Sequence[Row]) -> list[Wrong]:
    """What is wrong with rows that are to be the list."""
    villages = {code for code, _name in villages_of(db, project)}
    return check_rows(kind, rows, villages) or find_red_lines(kind, rows)


def refuse_bad_lists(db: Session, store: BlobStore, project: Project, form: Form) -> None:
    """Raises UnexpectedValue (400.8) for a list beside a draft of ours, put there by hand, of which a cell is wrong.

    The pages ask as much when a list is edited. Another form's files are its author's.
    """
    if project.kind != "care" or form.xml_form_id not in library_ids():
        return
    draft = FormAttachment.form_version_id == form.draft_version_id
    for slot in db.scalars(select(FormAttachment).where(draft, FormAttachment.name.in_(BY_FILE))):
        if slot.blob_sha256 is not None and not _is_usable(db, store, project, BY_FILE[slot.name], slot.blob_sha256):
            reason = "this list is not one that phones can go by: edit it on its page under Forms"
            raise UnexpectedValue(field="files", value=slot.name, reason=reason)


def _is_usable(db: Session, store: BlobStore, project: Project, kind: TownList, sha256: str) -> bool:
    rows = rows_of(store, kind, sha256)
    return rows is not None and (rows == our_rows(kind) or not find_wrong(db, project, kind, rows))


def without_note(kind: TownList, rows: Sequence[Row]) -> list[Row]:
    """The row that only says that the list is not filled goes as soon as another one comes."""
    told = [row for row in rows if not (kind.has_note and row["name"] == PLACEHOLDER)]
    return told or list(rows)


def save_list(
    db: Session,
    store: BlobStore,
    project: Project,
    kind: TownList,
    rows: Sequence[Row],
    was: str,
    by: int,
    now: datetime,
) -> bool:
    """Makes these rows the list, in every form that has it; whether anything changed.

    `was` is the hash of the list that the rows were made of. Raises ListChanged (409.31) where it is another by now,
    UnexpectedValue (400.8) for rows in which `find_wrong` finds something.
    """
    before = hold_list(db, store, project, kind, was)
    if wrong := find_wrong(db, project, kind, rows):
        raise UnexpectedValue(field=wrong[0].column, value=kind.file, reason=wrong[0].why)
    return write_list(db, store, project, before, write_rows(kind, rows), by, now)


def hold_list(db: Session, store: BlobStore, project: Project, kind: TownList, was: str) -> ListNow:
    """The list as it is, held until this transaction ends. Raises ListChanged where it is not `was` any more."""
    hold_lists(db, project)
    before = list_now(db, store, project, kind)
    if before.sha256 != was:
        raise ListChanged(name=kind.file)
    return before


def write_list(
    db: Session,
    store: BlobStore,
    project: Project,
    before: ListNow,
    content: bytes,
    by: int,
    now: datetime,
    undoes: int | None = None,
) -> bool:
    stored = store.put(content)
    if stored.sha256 == before.sha256:
        return False
    remember(db, stored, "text/csv", now)
    if not before.is_own:  # no form may have it yet, and the past is read from files
        put_file(db, store, as_it_comes(before.kind), now)
    for slot in every_slot(db, project, before):
        fill(slot, stored.sha256, now)
    details = {"name": before.kind.file, "before": before.sha256, "after": stored.sha256}
    more = {"undoes": undoes} if undoes is not None else {}
    record(db, LIST_CHANGED, actor_id=by, project_id=project.id, details={**details, **more}, now=now)
    db.flush()
    return True


def every_slot(db: Session, project: Project, before: ListNow) -> list[FormAttachment]:
    """The files of our forms; of other forms, and of drafts, those that held this list or nothing: another file is theirs."""
    ours = slots_of(db, project, before.kind.file)
    known = {slot.id for slot in ours}
    others = db.scalars(unlinked(project, before.kind.file).where(Form.deleted_at.is_(None)))
    return ours + [one for one in others if one.id not in known and one.blob_sha256 in (None, before.sha256)]


def undo_last(
    db: Session, store: BlobStore, project: Project, kind: TownList, change: int, by: int, now: datetime
) -> None:
    """Puts back what stood before the newest change; that is a change of its own, so it can be taken back as well.

    Raises NotFound, ListChanged where another change came after it, or what stood before can no longer be read.
    """
    last = next(iter(edits_of(db, project, kind)), None)
    if last is None:
        raise NotFound()
    before = hold_list(db, store, project, kind, edited_to(last) or "")
    rows = rows_of(store, kind, (last.details or {}).get("before") or "")
    if last.id != change or rows is None:
        raise ListChanged(name=kind.file)
    write_list(db, store, project, before, write_rows(kind, rows), by, now, undoes=last.id)


def edits_of(db: Session, project: Project, kind: TownList) -> list[Audit]:
    """Newest first."""
    here = select(Audit).where(Audit.project_id == project.id, Audit.action == LIST_CHANGED)
    rows = db.scalars(here.order_by(Audit.id.desc()))
    return [row for row in rows if (row.details or {}).get("name") == kind.file]
