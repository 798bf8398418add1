"""Reading the feed: the changes after a number, as far as a reader's rights go at that moment.

The numbers of others' changes are passed over, so what a reader sees has holes; `next` leads past them only where more comes
behind: at the end it stays at what he was told, so that it does not count what others did.
"""

from collections.abc import Callable, Collection, Iterable
from datetime import date, datetime
from typing import Final, NamedTuple

from sqlalchemy import ColumnElement, exists, or_, select
from sqlalchemy.orm import Session

from server.access.changes import GONE
from server.access.projects import submissions_within
from server.access.restricted import in_use
from server.feeds.readers import Reader
from server.followups.queries import is_woman, of_hers, within
from server.models import Change, Dataset, Entity, FollowUp, Form, Submission, Woman
from server.registry.reach import visible

LARGEST: Final = 1000


class Told(NamedTuple):
    """A change as a program hears of it. `id` is an instanceID, an entity's uuid or a visit's key; "" for what is gone.

    `home` is the form's id or the list's name, "" for a follow-up.
    """

    seq: int
    kind: str
    id: str
    home: str
    at: datetime


class Stretch(NamedTuple):
    """Changes in their order; `next` is the number to go on after, `more` whether there is anything after it already."""

    told: list[Told]
    next: int
    more: bool


Names = dict[int, tuple[str, str]]
"""By a row's id in the database: what programs know it by, and its form or list."""


def read_changes(db: Session, reader: Reader, after: int, limit: int, last: int | None = None) -> Stretch:
    """What comes after a number, of the next `limit` changes of the project (up to `last`); those beyond reach are left out."""
    here = Change.project_id == reader.project.id, Change.seq > after
    upto = () if last is None else (Change.seq <= last,)
    rows = list(db.scalars(select(Change).where(*here, *upto).order_by(Change.seq).limit(limit + 1)))
    taken = rows[:limit]
    told, more = tell(db, reader, taken), len(rows) > limit
    seen = (taken if more else told)[-1:]
    return Stretch(told, (seen[0].seq or after) if seen else after, more)


def tell(db: Session, reader: Reader, rows: Collection[Change]) -> list[Told]:
    names = {prefix: find(db, reader, ids_in(rows, prefix)) for prefix, find in FINDERS.items()}
    told = []
    for row in rows:
        name = ("", "") if row.kind == GONE else names[prefix_of(row)].get(row.about_id or 0)
        if name is not None:
            told.append(Told(row.seq or 0, row.kind, *name, row.made_at))
    return told


def prefix_of(row: Change) -> str:
    return row.kind.partition(".")[0]


def ids_in(rows: Iterable[Change], prefix: str) -> set[int]:
    return {row.about_id for row in rows if prefix_of(row) == prefix and row.about_id is not None}


def name_records(db: Session, reader: Reader, ids: set[int]) -> Names:
    """Records within the reader's scope, those that were taken away too; no trials of drafts."""
    if not ids:
        return {}
    query = (
        select(Submission.id, Submission.instance_id, Form)
        .join(Form, Form.id == Submission.form_id)
        .where(Submission.id.in_(ids), ~Submission.draft, Form.deleted_at.is_(None), submissions_within(reader.scope))
    )
    return {id_: (name, form.xml_form_id) for id_, name, form in db.execute(query) if reader.reads_form(form)}


def name_entities(db: Session, reader: Reader, ids: set[int]) -> Names:
    """Entities of the lists that the reader may fetch, those that were taken away too; one question a list."""
    if not ids:
        return {}
    of_these = select(Entity.dataset_id).where(Entity.id.in_(ids))
    lists = db.scalars(select(Dataset).where(Dataset.project_id == reader.project.id, Dataset.id.in_(of_these)))
    names: Names = {}
    for dataset in lists:
        if reader.reads_list(dataset):
            here = Entity.dataset_id == dataset.id, Entity.id.in_(ids), visible(db, dataset, reader.reach)
            rows = db.execute(select(Entity.id, Entity.uuid).where(*here))
            names |= {id_: (uuid, dataset.called) for id_, uuid in rows}
    return names


def name_follow_ups(db: Session, reader: Reader, ids: set[int]) -> Names:
    if not ids or reader.follow_ups == frozenset():
        return {}
    project_id = reader.project.id
    hers = of_hers(project_id, reader.follow_ups, reader.today), agreed_to(reader.today)
    here = FollowUp.id.in_(ids), within(project_id, reader.follow_ups), *hers
    return {id_: (key, "") for id_, key in db.execute(select(FollowUp.id, FollowUp.visit_key).where(*here))}


def agreed_to(today: date) -> ColumnElement[bool]:
    """Of women only those who agree to the service that day, and whose data may be used."""
    agrees = (
        exists().where(is_woman(), Woman.consent_service, Woman.consent_until >= today, in_use()).correlate(FollowUp)
    )
    return or_(FollowUp.subject_list != "women", agrees)


FINDERS: Final[dict[str, Callable[[Session, Reader, set[int]], Names]]] = {
    "submission": name_records,
    "entity": name_entities,
    "follow_up": name_follow_ups,
}
