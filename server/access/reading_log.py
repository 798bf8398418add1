"""Who read what in care projects: noted in memory by the doors, written by one writer a second later at most.

A read neither waits for a write nor fails because of one. What is noted is on disk within a second, and when the process
is asked to stop; one that is killed loses that second. Plain projects are not logged.
"""

import logging
import threading
from collections import Counter, deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Row, insert, select
from sqlalchemy.orm import Session

from server.access import roles
from server.access.caller import Caller
from server.access.pseudonyms import pseudonym
from server.db import Database
from server.models import Audit, CareEvent, NamedWoman, Reading, Submission, Village, Woman
from server.models.facts import AnyProject

WRITE_EVERY = 1.0  # seconds
MOST_WAITING = 50_000  # when the database takes nothing for so long, the oldest are given up, and counted in the log

READS = (
    "submission.read",
    "submission.list",
    "entity.read",
    "entity.list",
    "person.read",
    "person.find",
    "followup.read",
    "followup.list",
    "household.locate",
    "map.read",
    "access.read",
    "field_key.read",
)
"""The actions that only read. Exports (form.submission.export) are written with them, and are acts as well."""

UPON = ("submission_id", "entity_id", "dataset_id", "form_id", "project_id", "actee_actor_id")

log = logging.getLogger("fangshi.reading")


@dataclass(frozen=True)
class Read:
    """One look: who, at what, when. `about` is the uuid of a woman or a household, `details` hold ids and counts."""

    action: str
    caller: Caller
    project_id: int
    at: datetime
    about: str | None = None
    submission_id: int | None = None
    entity_id: int | None = None
    dataset_id: int | None = None
    form_id: int | None = None
    village_id: int | None = None
    actee_actor_id: int | None = None  # whose key
    details: dict[str, Any] = field(default_factory=dict)

    @property
    def sameness(self) -> tuple[object, ...]:
        """Looks of the same person at the same thing within one batch become one row that counts them."""
        upon = (self.about, self.submission_id, self.entity_id, self.dataset_id, self.form_id, self.actee_actor_id)
        return (self.action, self.caller.actor_id, self.project_id, *upon, repr(sorted(self.details.items())))


@dataclass(frozen=True)
class Subjects:
    """What the looks of a batch were at, fetched in one query a kind."""

    of_record: dict[int, str]  # submission id -> uuid of the woman or household
    beside: dict[int, list[str]]  # submission id -> uuids of the other women whom it names
    villages: dict[int, int | None]  # submission id -> village id
    women: dict[
        tuple[int, str], tuple[int, str]
    ]  # (project, uuid of a woman) -> village id, whom she chose ("" nobody)


def as_what(caller: Caller, project_id: int) -> str:
    """In which role somebody reads: system names of the roles held there, "phone" for a phone, by comma."""
    if caller.type == "field_key":
        return f"phone,{caller.care_role}" if caller.care_role else "phone"
    held = {one.role_id for one in caller.grants if one.project_id in (None, project_id)}
    return ",".join(roles.BY_ID[one].system for one in sorted(held, reverse=True) if one in roles.BY_ID)


def by_what_way(caller: Caller, project_id: int, village_id: int | None, chosen: str = "") -> str:
    """own, handed (another's village or woman, handed over) or opened (in an emergency).

    `chosen` is the worker whom she chose. Where no village is known, the widest way is told.
    """
    if any(str(one.from_id) == chosen for one in caller.handed if one.project_id == project_id):
        return "handed"
    own = caller.villages.get(project_id, frozenset())
    opened = {one.village_id for one in caller.opened if one.project_id == project_id}
    another_s = chosen not in ("", str(caller.person_id or "")) and village_id in opened
    if not another_s and (own is None or (village_id is not None and village_id in own)):
        return "own"
    if opened and (village_id is None or village_id in opened):
        return "opened"
    handed = any(village_id in one.village_ids for one in caller.handed if one.project_id == project_id)
    return "handed" if handed else "own"


def write_reads(db: Session, reads: Sequence[Read]) -> int:
    """Writes looks into the audit and beside it, those that are the same as one row; how many rows."""
    if not reads:
        return 0
    times = Counter(one.sameness for one in reads)
    first: dict[tuple[object, ...], Read] = {}
    for one in reads:
        first.setdefault(one.sameness, one)
    wanted = list(first.values())
    subjects = find_subjects(db, wanted)
    rows = [row_of(each, subjects, times[one.sameness]) for one in wanted for each in at_each(one, subjects)]
    said = (Audit.id, Audit.project_id, Audit.actor_id, Audit.action, Audit.details, Audit.logged_at)
    db.execute(insert(Reading), [beside(row) for row in db.execute(insert(Audit).returning(*said), rows)])
    return len(rows)


def at_each(one: Read, subjects: Subjects) -> list[Read]:
    """A look at a record that names several women is one at each of them: it is in the log of each."""
    others = subjects.beside.get(one.submission_id or 0, ()) if one.about is None else ()
    return [one, *(replace(one, about=other) for other in others)]


def find_subjects(db: Session, reads: Iterable[Read]) -> Subjects:
    records = {one.submission_id for one in reads if one.submission_id is not None}
    query = (
        select(Submission.id, Submission.village_id, CareEvent.subject, NamedWoman.woman_uuid)
        .outerjoin(CareEvent, CareEvent.submission_id == Submission.id)
        .outerjoin(NamedWoman, NamedWoman.submission_id == Submission.id)
        .where(Submission.id.in_(records))
        .order_by(Submission.id, NamedWoman.woman_uuid)
    )
    found = db.execute(query).all() if records else []
    others: dict[int, list[str]] = {}
    for row in found:
        if row.woman_uuid:
            others.setdefault(row.id, []).append(row.woman_uuid)
    named = {one.about for one in reads if one.about is not None} | {row.subject for row in found if row.subject}
    named |= {row.woman_uuid for row in found if row.woman_uuid}
    return Subjects(
        {row.id: row.subject for row in found if row.subject},
        others,
        {row.id: row.village_id for row in found},
        places_of_women(db, named) if named else {},
    )


def places_of_women(db: Session, uuids: set[str]) -> dict[tuple[int, str], tuple[int, str]]:
    there = (Village.project_id == Woman.project_id) & (Village.code == Woman.village_code)
    query = select(Woman.project_id, Woman.uuid, Village.id, Woman.assigned_worker).join(Village, there)
    found = db.execute(query.where(Woman.uuid.in_(uuids)))
    return {(project_id, uuid): (village_id, chosen or "") for project_id, uuid, village_id, chosen in found}


def row_of(one: Read, subjects: Subjects, times: int) -> dict[str, Any]:
    """A row of the audit. Whom it is about stands there as a hash: after an erasure nothing needs to be taken out."""
    about = one.about or subjects.of_record.get(one.submission_id or 0)
    village_id = one.village_id or subjects.villages.get(one.submission_id or 0)
    home, chosen = subjects.women.get((one.project_id, about or ""), (None, ""))
    way = by_what_way(one.caller, one.project_id, village_id or home, chosen)
    details = {**one.details, "as": as_what(one.caller, one.project_id), "way": way}
    if about is not None:
        details["about"] = pseudonym(one.project_id, about).hex()
    if times > 1:
        details["times"] = times
    upon = {name: getattr(one, name) for name in UPON}
    return {**upon, "action": one.action, "actor_id": one.caller.actor_id, "details": details, "logged_at": one.at}


def beside(row: Row[Any]) -> dict[str, Any]:
    """The Reading of an audit row."""
    about = row.details.get("about")
    return {
        "audit_id": row.id,
        "project_id": row.project_id,
        "actor_id": row.actor_id,
        "action": row.action,
        "about": bytes.fromhex(about) if about else None,
        "way": row.details["way"],
        "read_at": row.logged_at,
    }


def is_logged(project: AnyProject) -> bool:
    return project.kind == "care"


class ReadingLog:
    """One process's looks that wait to be written. With `wait` 0 they are written by whoever notes them (tests)."""

    def __init__(self, database: Database, wait: float = WRITE_EVERY) -> None:
        self.database, self.wait = database, wait
        self.waiting: deque[Read] = deque()
        self.writing = threading.Lock()
        self.starting = threading.Lock()
        self.news = threading.Event()
        self.closed = threading.Event()
        self.writer: threading.Thread | None = None

    def note(self, reads: Iterable[Read]) -> None:
        """Takes looks over; returns at once. The writer is started by the first, in the process that notes it."""
        self.waiting.extend(reads)
        self.give_up_oldest()
        if self.wait == 0:
            self.flush()
            return
        with self.starting:
            if self.writer is None and not self.closed.is_set():
                self.writer = threading.Thread(target=self.write_on, name="reading-log", daemon=True)
                self.writer.start()
        self.news.set()

    def give_up_oldest(self) -> None:
        lost = len(self.waiting) - MOST_WAITING
        if lost > 0:
            for _ in range(lost):
                self.waiting.popleft()
            log.error("%d reads could not be written and are lost", lost)

    def write_on(self) -> None:
        """Until closed: sleeps while nothing is read, then writes what comes within a second."""
        while not self.closed.is_set():
            self.news.wait()
            self.closed.wait(self.wait)
            self.news.clear()
            self.flush()

    def flush(self) -> int:
        """Writes what waits now; how many rows. What the database did not take waits on. Never raises."""
        with self.writing:
            batch = [self.waiting.popleft() for _ in range(len(self.waiting))]
            if not batch:
                return 0
            try:
                with self.database.transaction() as db:
                    return write_reads(db, batch)
            except Exception as error:
                self.waiting.extendleft(reversed(batch))
                log.error("reads not written yet: %s", type(error).__name__)
                return 0

    def close(self) -> None:
        """Writes the rest: called when the process is asked to stop."""
        self.closed.set()
        self.news.set()
        self.flush()
