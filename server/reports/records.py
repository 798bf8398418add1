"""Which records a report is about, and what it knows of each."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any, Final, NamedTuple

import orjson
from sqlalchemy import ColumnElement, Row, Select
from sqlalchemy.orm import Session

from server.access.allow import Scope
from server.db import connection_of
from server.models import SubmissionVersion

BATCH: Final = 500
FIRST_BATCH: Final = 100  # a page of a table is read by these alone


@dataclass(frozen=True)
class Source:
    """Which records a report is about. `instance_id` narrows it to one record, `version_id` to an earlier state of it."""

    form_id: int
    scope: Scope
    draft: bool = False
    instance_id: str | None = None
    version_id: str | None = None

    @property
    def version(self) -> ColumnElement[bool]:
        """The version of a record that is meant, as a condition: the current one, or the one with this instance id."""
        if self.version_id is None:
            return SubmissionVersion.is_current.is_(True)
        return SubmissionVersion.instance_id == self.version_id


@dataclass(frozen=True)
class Narrowed:
    """What of a source is wanted: conditions on Submission, an order instead of the newest first, a stretch.

    Not `counted`: the records' files and edits are not asked for, each of which is a question more for every record.
    `is_page`: hardly more than the first of them will be read, of no limit that could be told, in a session that sees one
    moment (queries.take_snapshot).
    """

    conditions: tuple[ColumnElement[bool], ...] = ()
    order: tuple[ColumnElement[Any], ...] = ()
    with_deleted: bool = False
    offset: int = 0
    limit: int | None = None
    counted: bool = True
    is_page: bool = False


def iterate_in_batches(
    db: Session, query: Select[Any], narrowed: Narrowed = Narrowed()
) -> Iterator[Row[*tuple[Any, ...]]]:
    """The rows of a query of columns: flat memory however many there are, and whoever stops early has not read the rest.

    That takes a cursor, which on PostgreSQL is five ways there and back: what has few rows, and the first rows of a page,
    are asked for without one.
    """
    connection = connection_of(db)
    if narrowed.limit is not None and narrowed.limit <= BATCH:
        yield from connection.execute(query).all()
        return
    if narrowed.is_page:
        first = connection.execute(query.limit(FIRST_BATCH)).all()
        yield from first
        if len(first) < FIRST_BATCH:
            return
        query = query.offset(FIRST_BATCH)
    options, number = {"stream_results": True, "max_row_buffer": BATCH}, FIRST_BATCH
    with connection.execute(query, execution_options=options) as rows:
        while batch := rows.fetchmany(number):
            yield from batch
            number = min(2 * number, BATCH)


def read_tree(text: str | bytes | None) -> dict[str, Any]:
    """The answers that are kept with a record; none where it is encrypted or could not be read."""
    try:
        tree = orjson.loads(text or "{}")
    except orjson.JSONDecodeError:
        return {}
    return tree if isinstance(tree, dict) else {}


@dataclass(unsafe_hash=True)
class Record:
    """A record with what OData and CSV say about it. `values` is empty for one that is encrypted or could not be read.

    Nobody changes one. It is not frozen, because that would set each of its many members through a guard.
    """

    id: int
    instance_id: str
    created_at: datetime
    updated_at: datetime | None
    deleted_at: datetime | None
    submitter_id: int | None
    submitter_name: str | None
    review_state: str | None
    device_id: str | None
    form_version_id: int
    form_version: str
    version_id: int
    encrypted: bool
    files_expected: int
    files_present: int
    edits: int
    has_sealed_answers: bool
    values_json: str | None = field(repr=False)

    @cached_property
    def values(self) -> dict[str, Any]:
        return read_tree(self.values_json)

    @property
    def status(self) -> str | None:
        """What keeps the answers from being shown: Central's words, None when nothing does."""
        if not self.encrypted:
            return None
        return "notDecrypted" if self.has_sealed_answers else "missingEncryptedFormData"


class Position(NamedTuple):
    """Where a record stands in the order of the newest first."""

    created_at: datetime
    id: int
