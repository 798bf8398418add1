"""A large town in the database: its people, and the rows that the registry writes of what lives.py tells, in bulk."""

import random
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any, Final

import orjson
from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from server.access.roles import CLINICIAN, TOWN_LEAD, VILLAGE_WORKER
from server.followups.due import key_of
from server.models import (
    AppUser,
    CareEvent,
    Entity,
    FollowUpAct,
    Form,
    Household,
    Project,
    ScheduleChoice,
    Submission,
    SubmissionVersion,
    Village,
    Woman,
)
from server.registry.benefits import SAID_IN_LIST
from tests.benchmarks.lives import COURSES, FORMS, PREGNANCY, TODAY, TRANSFER, Told, a_case, a_home, a_woman
from tests.making import a_dataset, a_form, a_record, a_town
from tests.server.followups.staff import a_carried_phone, a_person

VILLAGES: Final = [f"5101210010{number:02}" for number in range(40)]
A_WORKERS: Final = 2  # villages
TOGETHER: Final = 2000
CONSENTS: Final = {f"consent_{one}": True for one in ("service", "reminder", "share_clinic", "location", "stats")}
SCHEDULES: Final = {5: "CN5+WHO", 6: "CN-clinic", 8: "CN5+WHO"}
"""By number of a course; the others follow the town's own, CN5."""
ACTS: Final = (
    {"kind": "snooze", "reason": "not_home", "day": TODAY + timedelta(days=3)},
    {"kind": "done_elsewhere", "reason": "done_elsewhere", "day": TODAY - timedelta(days=2)},
    {"kind": "reassign", "reason": "away", "until_day": TODAY + timedelta(days=20)},
)
MODELS: Final = (Woman, Household, Entity, Submission, SubmissionVersion, CareEvent, ScheduleChoice, FollowUpAct)
"""In the order in which they need each other."""

Row = tuple[Any, dict[str, Any]]


def fill(db: Session, women: int, say: Callable[[str], None]) -> Project:
    """Women with half as many homes, and a benefit case for every twentieth."""
    project, rng, serials = a_town(db), random.Random(7), count(1)
    town = Town(db, project)
    for first in range(0, women, TOGETHER):
        rows: dict[Any, list[dict[str, Any]]] = {model: [] for model in MODELS}
        for number in range(first, min(first + TOGETHER, women)):
            for model, row in town.rows_about(rng, number, serials):
                rows[model].append(row)
        for model, values in rows.items():
            for same in by_columns(values):
                db.execute(insert(model), same)
        say(f"\r{min(first + TOGETHER, women)} women written")
    go_on_counting(db)
    say(f", {next(serials) - 1} records\n")
    return project


def go_on_counting(db: Session) -> None:
    """Ids of records were given here: PostgreSQL's own go on after them."""
    if db.get_bind().dialect.name == "postgresql":
        for model in (Submission, SubmissionVersion):
            sequence = func.pg_get_serial_sequence(model.__tablename__, "id")
            db.execute(select(func.setval(sequence, func.max(model.id))).having(func.count() > 0))


def by_columns(rows: list[dict[str, Any]]) -> list[list[dict[str, Any]]]:
    """A statement of many rows wants the same columns in each."""
    found: dict[frozenset[str], list[dict[str, Any]]] = {}
    for row in rows:
        found.setdefault(frozenset(row), []).append(row)
    return list(found.values())


class Town:
    """Its forms, lists and people: a worker with a phone for every two villages, two clinicians and a lead."""

    def __init__(self, db: Session, project: Project) -> None:
        self.project_id = project.id
        self.forms: dict[str, Form] = {name: a_form(db, project.id, name) for name in FORMS}
        self.records = {name: a_record(name) for name in FORMS}
        self.transfers = a_dataset(db, project.id, "transfers", ["woman", "village_code", "direction", "status"]).id
        self.cases = a_dataset(db, project.id, "benefit_cases", ["village_code", "household", *SAID_IN_LIST]).id
        villages = [Village(project_id=project.id, code=code, name=code, created_at=noon(0)) for code in VILLAGES]
        db.add_all(villages)
        db.flush()
        ids = [one.id for one in villages]
        self.workers = [self.a_worker(db, project, ids[at : at + A_WORKERS]) for at in range(0, len(ids), A_WORKERS)]
        for name, role in (("doctor", CLINICIAN), ("midwife", CLINICIAN), ("lead", TOWN_LEAD)):
            a_person(db, project, name, role, None)

    def a_worker(self, db: Session, project: Project, villages: list[int]) -> int:
        worker = a_person(db, project, f"worker{villages[0]}", VILLAGE_WORKER, villages[0])
        phone = a_carried_phone(db, project, worker, villages[0])
        db.get_one(AppUser, phone).last_used_at = noon(0)
        return worker

    def rows_about(self, rng: random.Random, number: int, serials: Iterator[int]) -> Iterator[Row]:
        """A woman, perhaps a home and a benefit case, with all that was told of them."""
        here = {"project_id": self.project_id, "village_code": VILLAGES[number % len(VILLAGES)]}
        chosen = {"assigned_worker": str(self.workers[number % len(self.workers)]) if number % 10 == 9 else None}
        woman = {"uuid": f"w{number}", "label": f"W-{number:05}", "consent_until": TODAY + timedelta(days=200)}
        yield Woman, {**here, **woman, **CONSENTS, **chosen}
        told = a_woman(rng, number)
        if number % 2 == 0:
            yield Household, {**here, "uuid": f"h{number}", "label": f"H-{number:05}", "consents": True}
            told += a_home(rng, number)
        if number % 20 == 0:
            yield Entity, self.an_entity(self.cases, f"b{number}", number, {"status": "open"})
            told += a_case(rng, number)
        for one in told:
            yield from self.rows_of(one, next(serials), number)

    def rows_of(self, told: Told, serial: int, number: int) -> Iterator[Row]:
        """A record as it is kept, and what it told."""
        form, at = self.forms[told.form_id], noon((TODAY - told.on).days)
        here = {"id": serial, "form_id": form.id, "instance_id": told.event, "created_at": at}
        yield Submission, {**here, "project_id": self.project_id, "health": told.subject_list == "women"}
        version = {"submission_id": serial, "form_version_id": form.current_version_id, "is_current": True}
        yield SubmissionVersion, {**here, **version, "xml": self.records[told.form_id]}
        event = {"submission_id": serial, "submission_version_id": serial, "project_id": self.project_id}
        about = {"event": told.event, "form_id": told.form_id, "subject_list": told.subject_list}
        whose = {"subject": told.subject, "episode": told.episode}
        when = {"visit_date": told.on, "received_at": at, "data_json": orjson.dumps(told.answers).decode()}
        yield CareEvent, {**event, **about, **whose, **when}
        if told.form_id == PREGNANCY:
            yield from self.chosen_for(told, serial, number)
        if told.form_id == TRANSFER:
            status = (
                "asked" if told.answers["direction"] == "out" else "received" if "step" in told.answers else "started"
            )
            yield Entity, self.an_entity(self.transfers, told.episode or "", number, {"status": status}, told.subject)

    def chosen_for(self, told: Told, serial: int, number: int) -> Iterator[Row]:
        """What people did about a pregnancy: another schedule, or something with one of its visits by hand."""
        by = self.workers[number % len(self.workers)]
        if schedule := SCHEDULES.get(number % COURSES):
            choice = {"pregnancy": told.episode, "profile": schedule, "chosen_by_id": by, "chosen_at": noon(400)}
            yield ScheduleChoice, {"project_id": self.project_id, **choice}
        if serial % 5 == 0:
            act = ACTS[serial // 5 % len(ACTS)]
            to = {"to_id": by} if act["kind"] == "reassign" else {}
            here = {"project_id": self.project_id, "village_code": VILLAGES[number % len(VILLAGES)]}
            about = {"subject_list": "women", "subject": told.subject, "episode": told.episode}
            key = key_of("ANC3", told.subject, told.episode, told.event)
            when = {"on_day": TODAY - timedelta(days=1), "made_at": noon(1)}
            made = {"event": f"act {serial}", "key": key, "place": "", "note": "", "by_id": by}
            yield FollowUpAct, {**here, **about, **made, **when, **act, **to, "by_supervisor": False}

    def an_entity(self, dataset: int, uuid: str, number: int, data: dict[str, str], about: str = "") -> dict[str, Any]:
        text = {"label": f"{number:05}", "data_json": orjson.dumps(data).decode()}
        where = {"dataset_id": dataset, "village_code": VILLAGES[number % len(VILLAGES)], "created_at": noon(0)}
        return {"uuid": uuid, "version": 1, **where, **text, "about": about or None}


def noon(days_ago: int) -> datetime:
    """Of that day in Shanghai."""
    return datetime.combine(TODAY - timedelta(days=days_ago), datetime.min.time(), UTC) + timedelta(hours=4)
