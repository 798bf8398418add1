"""One import under way: where it writes, under which project, and who of the other server is who here."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import Any, Final, TypeVar

from sqlalchemy import select
from sqlalchemy.exc import DataError, IntegrityError, StatementError
from sqlalchemy.orm import Session

from server.access.projects import create_project, get_project
from server.blobs import BlobStore
from server.db import Database
from server.errors import Problem, UnexpectedValue
from server.models import Move, MovedActor, Project
from server.moving.report import Report

Row = Mapping[str, Any]
T = TypeVar("T")
ODD: Final = (DataError, IntegrityError, AttributeError, IndexError, KeyError, TypeError, ValueError)
"""What comes of data that are not as they should be."""
TOGETHER: Final = 40  # records that are read side by side, and written in one transaction


@dataclass
class Bringing:
    """What every step is given. `note` stands beside each act in the audit; `progress(done, of)` is told of records.

    `actors` maps who is known there to who that is here; `accounts` are the web accounts there, by number.
    """

    database: Database
    store: BlobStore
    clock: Callable[[], datetime]
    report: Report
    note: str
    move_id: int = 0
    project_id: int = 0
    actors: dict[str, int] = field(default_factory=dict)
    accounts: dict[str, Row] = field(default_factory=dict)
    progress: Callable[[int, int], None] = lambda done, of: None

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        with self.database.transaction() as db:
            db.info["notes"] = self.note
            yield db

    def write_one(self, db: Session, kind: str, which: str, write: Callable[[], None]) -> None:
        """One of many, in a savepoint: what cannot be kept is named and keeps no other one out."""
        actors, came = dict(self.actors), Counter(self.report.came)
        try:
            with db.begin_nested():
                write()
            return
        except Problem as problem:
            why = problem.message
        except StatementError as error:
            if not isinstance(error, ODD) and not isinstance(error.orig, ODD):
                raise  # the database is not well
            why = type(error.orig).__name__
        except ODD as error:
            why = type(error).__name__
        self.actors, self.report.came = actors, came  # whoever was made for it is not here either
        self.report.leave(kind, which, "unreadable", why)

    @property
    def now(self) -> datetime:
        return self.clock()


def begin(bringing: Bringing, kind: str, source: str, theirs: int, project: Row, into: int | None = None) -> None:
    """Finds the import that was begun before, or begins it: in the project `into`, else in a new one.

    A new project gets the number that it has there where that is free: phones name it in every address.
    Raises NotFound where there is no project `into`, UnexpectedValue where the import goes into another project than
    before, or into a care project.
    """
    with bringing.transaction() as db:
        move = db.scalar(select(Move).where(Move.kind == kind, Move.source == source, Move.theirs == theirs))
        if move is None:
            project_id = (
                get_project(db, into).id if into is not None else new_project(db, project, theirs, bringing.now)
            )
            move = Move(kind=kind, source=source, theirs=theirs, project_id=project_id, started_at=bringing.now)
            db.add(move)
            db.flush()
        here = db.get(Project, move.project_id)
        if here is None or here.deleted_at is not None:
            raise UnexpectedValue(
                field="project", value=move.project_id, reason="the project that it went into was deleted"
            )
        if into not in (None, here.id):
            raise UnexpectedValue(
                field="project", value=move.project_id, reason="this was imported into another project"
            )
        if here.kind != "plain":
            raise UnexpectedValue(
                field="project", value=here.id, reason="records move into a plain project; make it a care project later"
            )
        bringing.move_id, bringing.project_id = move.id, move.project_id
        bringing.report.project_id = move.project_id
        rows = db.execute(select(MovedActor.theirs, MovedActor.actor_id).where(MovedActor.move_id == move.id))
        bringing.actors = dict(rows.all())


def find_move(db: Session, kind: str, source: str, theirs: int) -> Move | None:
    return db.scalar(select(Move).where(Move.kind == kind, Move.source == source, Move.theirs == theirs))


def end(bringing: Bringing) -> None:
    with bringing.transaction() as db:
        db.get_one(Move, bringing.move_id).finished_at = bringing.now


def new_project(db: Session, told: Row, number: int, now: datetime) -> int:
    made = create_project(db, told["name"], told.get("description"), None, now, number=number or None)
    made.archived = bool(told.get("archived"))
    made.created_at = read_time(told.get("createdAt")) or now
    db.flush()
    return made.id


def read_time(told: object) -> datetime | None:
    """An instant as Central writes it."""
    return datetime.fromisoformat(told) if isinstance(told, str) and told else None


def in_batches(rows: Iterable[T]) -> Iterator[list[T]]:
    rest = iter(rows)
    while some := list(islice(rest, TOGETHER)):
        yield some
