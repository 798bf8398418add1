#!/usr/bin/env python3
"""What follow-ups cost: every woman of a large town by all rules, one woman, the daily step; seconds and memory.

    .venv/bin/python -m tests.benchmarks.follow_ups [WOMEN [DATABASE_URL]]

Women and what their records told are written as the registry writes them; then the engine works as it does in a town. CPU
seconds do not depend on what else the machine does. Without an address it uses a SpatiaLite file.
"""

import random
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import orjson
from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from server.db import Database
from server.followups.daily import recalculate_due
from server.followups.recalculate import recalculate, recalculate_many
from server.models import CareEvent, FollowUp, Form, Project, Submission, SubmissionVersion, Woman
from server.upgrading import upgrade
from tests.making import a_form, a_record, a_town

TODAY: Final = date(2026, 3, 2)
TOGETHER: Final = 200  # women a transaction, as the daily step has them
FORMS: Final = ("pregnancy_registration", "antenatal_check", "delivery_postnatal", "contraception_followup", "supplies")


@dataclass(frozen=True)
class Told:
    """One record about a woman: what it answered, when, about which pregnancy or method."""

    form_id: str
    on: date
    episode: str
    answers: dict[str, str]


def a_life(rng: random.Random, number: int) -> Iterator[Told]:
    """Of ten women three are pregnant, one gave birth lately, five use a method, one is only registered."""
    kind = number % 10
    if kind < 4:
        yield from a_pregnancy(rng, f"p{number}", with_birth=kind == 3)
    elif kind < 9:
        yield from a_method(rng, f"c{number}", ("dmpa", "dmpa", "coc", "iud_cu", "implant")[kind - 4])


def a_pregnancy(rng: random.Random, episode: str, with_birth: bool) -> Iterator[Told]:
    anchor = TODAY - timedelta(days=rng.randint(290, 320) if with_birth else rng.randint(45, 275))
    registered = anchor + timedelta(days=rng.randint(40, 80))
    registration = {
        "wants_registration": "yes",
        "lmp_known": "sure",
        "lmp_date": anchor.isoformat(),
        "contact_ok": "call",
    }
    yield Told("pregnancy_registration", min(registered, TODAY), episode, registration)
    for week in (11, 17, 22, 31, 38):
        on = anchor + timedelta(weeks=week, days=rng.randint(-3, 10))
        if registered < on <= TODAY and rng.random() < 0.8:
            told = {"still_pregnant": "yes", "done_by": "midwife", "place": "township"}
            yield Told("antenatal_check", on, episode, told)
    if with_birth:
        born = anchor + timedelta(days=rng.randint(270, 285))
        told = {"report_type": "birth", "birth_date": born.isoformat(), "live_births": "1", "birth_place": "hospital"}
        yield Told("delivery_postnatal", born + timedelta(days=1), episode, told)


def a_method(rng: random.Random, episode: str, method: str) -> Iterator[Told]:
    start = TODAY - timedelta(days=rng.randint(10, 700))
    on = start
    while on <= TODAY:
        told = {"reason": "visit", "method": method, "start_date": start.isoformat(), "reminder_wish": "yes"}
        told |= {"last_injection": on.isoformat()} if method == "dmpa" else {}
        told |= {"packs_given": "3", "supply_end": (on + timedelta(days=84)).isoformat()} if method == "coc" else {}
        yield Told("contraception_followup", on, episode, told)
        on += timedelta(days=rng.randint(80, 100)) if method in ("dmpa", "coc") else timedelta(days=365)


def fill(db: Session, women: int) -> Project:
    """Women with their records, in bulk."""
    rng = random.Random(7)
    project = a_town(db)
    forms = {name: a_form(db, project.id, name) for name in FORMS}
    record = {name: a_record(name) for name in FORMS}
    serial = 0
    for first in range(0, women, 2000):
        rows: dict[Any, list[dict[str, Any]]] = {
            model: [] for model in (Woman, Submission, SubmissionVersion, CareEvent)
        }
        for number in range(first, min(first + 2000, women)):
            rows[Woman].append(a_woman(project.id, number))
            for told in a_life(rng, number):
                serial += 1
                for model, row in rows_of(project.id, forms[told.form_id], record[told.form_id], serial, number, told):
                    rows[model].append(row)
        for model, values in rows.items():
            db.execute(insert(model), values)
        say(f"\r{min(first + 2000, women)} women, {serial} records written")
    say("\n")
    return project


def a_woman(project_id: int, number: int) -> dict[str, Any]:
    consents = {f"consent_{one}": True for one in ("service", "reminder", "share_clinic", "location", "stats")}
    village = f"5101210010{number % 40:02}"
    return {
        "project_id": project_id,
        "uuid": f"w{number}",
        "label": f"W-{number:05}",
        "village_code": village,
        **consents,
    }


def rows_of(
    project_id: int, form: Form, xml: bytes, serial: int, number: int, told: Told
) -> Iterator[tuple[Any, dict[str, Any]]]:
    at = datetime.combine(told.on, datetime.min.time(), UTC) + timedelta(hours=4)
    instance = f"uuid:{UUID(int=serial)}"
    here = {"id": serial, "form_id": form.id, "instance_id": instance, "created_at": at}
    yield Submission, {**here, "project_id": project_id, "health": True}
    yield (
        SubmissionVersion,
        {
            **here,
            "submission_id": serial,
            "form_version_id": form.current_version_id,
            "is_current": True,
            "xml": xml,
        },
    )
    event = {"submission_id": serial, "submission_version_id": serial, "project_id": project_id, "event": instance}
    about = {"form_id": told.form_id, "subject_list": "women", "subject": f"w{number}", "episode": told.episode}
    when = {"visit_date": told.on, "received_at": at, "data_json": orjson.dumps(told.answers).decode()}
    yield CareEvent, {**event, **about, **when}


def measure(database: Database, project_id: int, women: int) -> None:
    everybody = [f"w{number}" for number in range(women)]
    now = datetime.combine(TODAY, datetime.min.time(), UTC)

    def recompute() -> None:
        for first in range(0, women, TOGETHER):
            with database.transaction() as db:
                subjects = [("women", uuid) for uuid in everybody[first : first + TOGETHER]]
                recalculate_many(db, db.get_one(Project, project_id), subjects, TODAY, now)

    timed("all women by all rules, the first time", recompute, women)
    with database.reading() as db:
        say(f"  {db.scalar(select(func.count()).select_from(FollowUp))} follow-ups\n")
    timed("all women again, nothing changes", recompute, women)
    one_by_one(database, project_id, random.Random(3).sample(everybody, min(300, women)), now)
    days_pass(database, now)


def one_by_one(database: Database, project_id: int, some: list[str], now: datetime) -> None:
    """As after a submission: one woman in the caller's transaction, which is there already."""
    took = []
    with database.transaction() as db:
        project = db.get_one(Project, project_id)
        for uuid in some:
            began = time.process_time()
            recalculate(db, project, "women", uuid, TODAY, now)
            db.flush()
            took.append((time.process_time() - began) * 1000)
    took.sort()
    say(
        f"one woman: median {statistics.median(took):.2f} ms, 95 of 100 below {took[len(took) * 95 // 100]:.2f} ms of CPU\n"
    )


def days_pass(database: Database, now: datetime) -> None:
    """The daily step of thirty days, each in batches as the timetable has them."""
    for day in range(1, 31):
        today, at = TODAY + timedelta(days=day), now + timedelta(days=day)
        began, done = time.process_time(), 0
        while True:
            with database.transaction() as db:
                batch = recalculate_due(db, today, at)
            if not batch:
                break
            done += batch
        if day in (1, 2, 30):
            say(f"daily step of {today}: {done} women, {time.process_time() - began:.1f} CPU s; {memory()}\n")


def timed(what: str, do: Callable[[], None], women: int) -> None:
    began, clock = time.process_time(), time.monotonic()
    do()
    cpu, wall = time.process_time() - began, time.monotonic() - clock
    say(f"{what}: {cpu:.1f} CPU s, {wall:.1f} s, {cpu * 1000 / women:.2f} ms a woman; {memory()}\n")


def memory() -> str:
    return f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MB at most"


def say(words: str) -> None:
    print(words, end="", flush=True)


def main() -> None:
    women = int(sys.argv[1]) if len(sys.argv) > 1 else 50_000
    with tempfile.TemporaryDirectory() as folder:
        url = sys.argv[2] if len(sys.argv) > 2 else f"sqlite:///{folder}/fangshi.db"
        database = Database(url, Path(folder) / "secret.key")
        upgrade(database, Path(folder), datetime.combine(TODAY, datetime.min.time(), UTC))
        with database.transaction() as db:
            project_id = fill(db, women).id
        measure(database, project_id, women)
        database.dispose()


if __name__ == "__main__":
    main()
