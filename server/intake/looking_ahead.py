"""What is asked before records are written, for all of them together: which are new, and what writing a new one needs to know.

Ids are set aside beforehand, so that a record and its version can wait and be written with all that refers to them
(server/later.py). Of PostgreSQL's sequences one that is not used is lost, as after any rollback.
"""

from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from functools import lru_cache
from itertools import count
from typing import Any, Final

from sqlalchemy import BigInteger, Insert, Select, Table, bindparam, exists, func, insert, literal_column, select
from sqlalchemy.orm import Session

from server.db import KEPT
from server.intake.answer_index import KEY, key_question
from server.intake.items import Item
from server.later import ITS, is_waiting, write_later
from server.models import Submission, SubmissionVersion, table_of
from server.places.locating import NEWEST, boundaries_question
from server.postgresql import by_itself

SUBMISSION, VERSION = table_of(Submission), table_of(SubmissionVersion)
FIND_ANY = select(VERSION.c.instance_id).where(
    VERSION.c.form_id == bindparam("form_id"),
    VERSION.c.draft == bindparam("draft"),
    VERSION.c.instance_id.in_(bindparam("instance_ids", expanding=True)),
)
KNOWN = exists().where(
    VERSION.c.form_id == bindparam("form_id"),
    VERSION.c.draft == bindparam("draft"),
    VERSION.c.instance_id == bindparam("instance_id"),
)
INSERT_SUBMISSION, INSERT_VERSION = insert(SUBMISSION), insert(VERSION)
LATER_ACTS: Final = ("review_state", "updated_at", "deleted_at", "purged_at")
GIVEN: Final = tuple(one.name for one in SUBMISSION.c if one.name not in LATER_ACTS)
INSERT_PLACED = insert(SUBMISSION).from_select(
    GIVEN,
    select(*(bindparam(ITS + name, type_=SUBMISSION.c[name].type) for name in GIVEN)).where(
        NEWEST.with_only_columns(NEWEST.selected_columns.id)
        .scalar_subquery()
        .is_not_distinct_from(bindparam("boundaries", type_=BigInteger))
    ),
)
"""A record that was placed before this statement waited for an import of boundaries, which locks the table (places/villages.py):
PostgreSQL looks at the rest after it has the lock. Where there are others by now it is not written; what refers to it
fails, and so all is written once more, each row at once.
"""
NEW: Final = "new"
"""In a session's `info`: what nothing is stored under yet, as far as it was asked for beforehand."""
IDS: Final = "ids"
"""In a session's `info`: by table, the ids that were set aside for its new rows."""

Place = tuple[int, bool, str]
"""Form, draft or not, instanceID: one version at most is stored there."""


def place_in(item: Item) -> Place:
    return item.asked.form.id, item.asked.draft, item.instance.instance_id


def look_ahead(db: Session, items: Sequence[Item]) -> None:
    """Where rows may wait, ids are set aside; one item's questions are one then, several items' one more for each form."""
    if len(items) == 1:
        if is_waiting(db):
            look_for_one(db, items[0])
        return
    look_for_all(db, items)
    if is_waiting(db) and db.get_bind().dialect.name == "sqlite":
        prepare_for_all(db, {item.asked.project.id for item in items})


def prepare_for_all(db: Session, project_ids: set[int]) -> None:
    """The next ids, and with them what the derivers of one project would ask for. Of several projects each asks by itself."""
    connection = db.connection()
    if len(project_ids) > 1:
        set_aside(db, *connection.execute(next_ids("sqlite")).one())
        return
    (project_id,) = project_ids
    keep_asked(db, project_id, connection.execute(asked_of_project("sqlite"), {"project": project_id}).one())


def look_for_all(db: Session, items: Sequence[Item]) -> None:
    """Which of several items are new; nearly all are."""
    found: set[Place] = set()
    by_form: dict[tuple[int, bool], set[str]] = {}
    for item in items:
        by_form.setdefault((item.asked.form.id, item.asked.draft), set()).add(item.instance.instance_id)
    for (form_id, draft), ids in by_form.items():
        wanted = {"form_id": form_id, "draft": draft, "instance_ids": sorted(ids)}
        here = set(db.connection().execute(FIND_ANY, wanted).scalars())
        found.update((form_id, draft, one) for one in ids - here)
    db.info[NEW] = found


def look_for_one(db: Session, item: Item) -> None:
    """Whether it is new, the next ids, and what its derivers would ask for: each question is a way there and back."""
    wanted: dict[str, Any] = dict(zip(("form_id", "draft", "instance_id"), place_in(item), strict=True))
    wanted["project"] = project_id = item.asked.project.id
    connection = db.connection()
    dialect = connection.dialect.name
    with by_itself(connection) if dialect == "postgresql" else nullcontext():
        asked = connection.execute(all_at_once(dialect), wanted)
    known, *rest = asked.one()
    db.info[NEW] = set() if known else {place_in(item)}
    keep_asked(db, project_id, rest)


def keep_asked(db: Session, project_id: int, asked: Sequence[Any]) -> None:
    """What `asked_of_project` found, where each record's derivers look for it."""
    submission, version, boundaries, made_at, key = asked
    set_aside(db, submission, version)
    db.info[KEPT][boundaries_question(project_id)] = None if boundaries is None else (boundaries, made_at)
    if key is not None:  # else whoever needs one makes it
        db.info[KEPT][key_question(project_id)] = key


@lru_cache
def all_at_once(dialect: str) -> Select[Any]:
    return select(KNOWN, *asked_of_project(dialect).selected_columns)


@lru_cache
def asked_of_project(dialect: str) -> Select[Any]:
    newest = (NEWEST.with_only_columns(column).scalar_subquery() for column in NEWEST.selected_columns)
    return next_ids(dialect).add_columns(*newest, KEY.scalar_subquery())


@lru_cache
def next_ids(dialect: str) -> Select[Any]:
    """SQLite counts on from the highest one, as it would itself: whoever writes has the file to himself."""
    if dialect == "sqlite":
        tops = (select(func.coalesce(func.max(table.c.id), 0) + 1).scalar_subquery() for table in (SUBMISSION, VERSION))
        return select(*tops)
    return select(
        *(func.nextval(literal_column(f"'{table.name}_id_seq'::regclass")) for table in (SUBMISSION, VERSION))
    )


def set_aside(db: Session, submission: int, version: int) -> None:
    """These ids; on SQLite all that follow them too."""
    here = ((SUBMISSION.name, submission), (VERSION.name, version))
    many = db.get_bind().dialect.name == "sqlite"
    db.info[IDS] = {name: count(first) if many else iter((first,)) for name, first in here}


def write_submission(db: Session, **values: Any) -> int:
    """A new record's row, and its id. Where one was set aside for it, the row waits for its place, and for the rest."""
    row_id = take_id(db, SUBMISSION)
    if row_id is None:
        return insert_id(db, INSERT_SUBMISSION, **values)
    row = {"id": row_id, **values}
    if db.get_bind().dialect.name == "sqlite":
        write_later(db, INSERT_SUBMISSION, [row])
    else:
        project_id, its = values["project_id"], {ITS + name: value for name, value in row.items()}
        boundaries, _ = db.info[KEPT][boundaries_question(project_id)] or (None, None)
        write_later(db, INSERT_PLACED, [{**its, "project": project_id, "boundaries": boundaries}])
    return row_id


def write_version(db: Session, **values: Any) -> int:
    row_id = take_id(db, VERSION)
    if row_id is None:
        return insert_id(db, INSERT_VERSION, **values)
    write_later(db, INSERT_VERSION, [{"id": row_id, **values}])
    return row_id


def take_id(db: Session, table: Table) -> int | None:
    ids: Iterator[int] = db.info.get(IDS, {}).get(table.name, iter(()))
    return next(ids, None)


def insert_id(db: Session, statement: Insert, **values: Any) -> int:
    """Inserts one row at once and gives its id."""
    key = db.connection().execute(statement, values).inserted_primary_key
    assert key is not None
    return int(key[0])
