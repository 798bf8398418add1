#!/usr/bin/env python3
"""What follow-ups cost: every woman of a large town by all rules, one woman, a record, the daily step; seconds and memory.

    .venv/bin/python -m tests.benchmarks.follow_ups [WOMEN [SUBJECTS [DATABASE_URL]]]

The town and its records are written as the registry writes them (filling.py); then the engine works as it does in a town. CPU
seconds, of this process alone, do not depend on what else the machine does. With SUBJECTS only so many of all whose records
there are have follow-ups, which is a tenth of the time. Without an address it uses a SpatiaLite file.
"""

import gc
import random
import resource
import statistics
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from server.db import Database
from server.followups.daily import recalculate_due
from server.followups.recalculate import Subject, recalculate, recalculate_many
from server.followups.town_rules import shipped
from server.intake.derive import FOLLOW_UPS, follow_up, read_again, run_deriver
from server.models import CareEvent, FollowUp, Project
from server.upgrading import upgrade
from tests.benchmarks.filling import fill, noon
from tests.benchmarks.lives import CHECK, METHOD, TODAY
from tests.server.followups.told import tell

TOGETHER: Final = 200  # subjects a transaction, as a published rule has them worked out
SOME: Final = 300
PASSES: Final = 5  # over other women each: machines are noisy
DAYS: Final = 30
NOW: Final = noon(0)
A_RECORD: Final = {
    "p": (CHECK, {"still_pregnant": "ongoing", "done_by": "midwife", "place": "township"}),
    "c": (METHOD, {"reason": "check", "choice_hers": "yes", "reminder_wish": "phone"}),
}
"""What comes in about a pregnancy or a method: by the first letter of its name, the form and the answers."""


class Clock:
    """CPU and wall milliseconds since it was made."""

    def __init__(self) -> None:
        self.began = time.process_time(), time.monotonic()

    def read(self) -> tuple[float, float]:
        return (time.process_time() - self.began[0]) * 1000, (time.monotonic() - self.began[1]) * 1000


def measure(database: Database, project_id: int, women: int, only: int | None) -> None:
    with database.reading() as db:
        here = CareEvent.project_id == project_id
        query = select(CareEvent.subject_list, CareEvent.subject).where(here).distinct()
        everybody: list[Subject] = sorted((name, subject) for name, subject in db.execute(query))
    everybody = sorted(random.Random(9).sample(everybody, min(only, len(everybody)))) if only else everybody
    timed("everybody by all rules, the first time", partial(recompute, database, project_id, everybody), women)
    say_what_came(database, project_id)
    timed("everybody again, nothing changes", partial(recompute, database, project_id, everybody), women)
    hers = [one for one in everybody if one[0] == "women"]
    some = random.Random(3).sample(hers, min(SOME * PASSES, len(hers)))
    say_each("one woman worked out again", one_by_one(database, project_id, some[:SOME]))
    days_pass(database)
    for first in range(0, len(some), SOME):
        uuids = [uuid for _, uuid in some[first : first + SOME]]
        say_each("a record's own recalculation", record_by_record(database, project_id, uuids))
        say_each("  of the same women, another one", record_by_record(database, project_id, uuids))


def recompute(database: Database, project_id: int, everybody: list[Subject]) -> None:
    for first in range(0, len(everybody), TOGETHER):
        with database.transaction() as db:
            recalculate_many(db, db.get_one(Project, project_id), everybody[first : first + TOGETHER], TODAY, NOW)
        if first // TOGETHER % 50 == 0:
            say(f"\r{first} of {len(everybody)} subjects\r")


def say_what_came(database: Database, project_id: int) -> None:
    """How many follow-ups there are, and which rules asked for none: the town is to have work for each."""
    with database.reading() as db:
        query = select(FollowUp.rule, func.count()).where(FollowUp.project_id == project_id).group_by(FollowUp.rule)
        asked: Counter[str] = Counter(dict(db.execute(query).all()))
    without = sorted({rule.id for rule in shipped().every} - set(asked))
    say(f"  {asked.total()} follow-ups of {len(asked)} rules; none of {', '.join(without) or 'no other'}\n")


def one_by_one(database: Database, project_id: int, some: Iterable[Subject]) -> list[tuple[float, float]]:
    """Each in a transaction of its own, as when somebody acts on a visit; committing is not counted."""
    took = []
    for subject_list, subject in some:
        with database.transaction() as db:
            project, clock = db.get_one(Project, project_id), Clock()
            recalculate(db, project, subject_list, subject, TODAY, NOW)
            took.append(clock.read())
    return took


def record_by_record(database: Database, project_id: int, some: Iterable[str]) -> list[tuple[float, float]]:
    """A record about each comes in after the days that passed, and answers something or not; what its follow-ups cost the
    request is counted.

    That is the deriver as intake runs it, in its savepoint of the record's transaction, with all that it writes and tells.
    """
    took = []
    for subject in some:
        with database.transaction() as db:
            reading = read_again(db, a_new_record(db, project_id, subject), NOW + timedelta(days=DAYS))
            clock = Clock()
            went_well = run_deriver(db, FOLLOW_UPS, partial(follow_up, {("women", subject)}), reading)
            took.append(clock.read())
            assert went_well
    return took


def a_new_record(db: Session, project_id: int, subject: str) -> int:
    """A check where she has a pregnancy, else a visit about a method; gives the id of its version."""
    hers = CareEvent.project_id == project_id, CareEvent.subject_list == "women", CareEvent.subject == subject
    known = db.scalars(select(CareEvent.episode).where(*hers).order_by(CareEvent.submission_id))
    episode = next((one for one in known if one and one[0] in A_RECORD), "c")
    form_id, answers = A_RECORD[episode[0]]
    project = db.get_one(Project, project_id)
    told = tell(
        db, project, form_id, (TODAY + timedelta(days=DAYS)).isoformat(), subject=subject, episode=episode, **answers
    )
    return told.submission_version_id


def days_pass(database: Database) -> None:
    """The daily step of DAYS days, each in batches as the timetable has them, and once more on a day that is done."""
    for day in range(1, DAYS + 1):
        clock, done = Clock(), day_of(database, day)
        cpu, wall = clock.read()
        if day in (1, 2, DAYS):
            say(f"daily step of {TODAY + timedelta(days=day)}: {done} subjects, {spent(cpu, wall)}; {memory()}\n")
    clock, done = Clock(), day_of(database, DAYS)
    cpu, wall = clock.read()
    say(f"daily step of a quiet day: {done} subjects, {cpu:.1f} CPU ms, {wall:.1f} ms; {memory()}\n")


def day_of(database: Database, day: int) -> int:
    done = 0
    while True:
        with database.transaction() as db:
            batch = recalculate_due(db, TODAY + timedelta(days=day), NOW + timedelta(days=day))
        if not batch:
            return done
        done += batch


def timed(what: str, do: Callable[[], object], women: int) -> None:
    clock = Clock()
    do()
    cpu, wall = clock.read()
    say(f"{what}: {spent(cpu, wall)}, {cpu / women:.2f} CPU ms a woman; {memory()}\n")


def say_each(what: str, took: list[tuple[float, float]]) -> None:
    for name, values in zip(("CPU", "wall"), zip(*took, strict=True), strict=True):
        ordered = sorted(values)
        high = ordered[len(ordered) * 95 // 100]
        say(f"{what}: median {statistics.median(ordered):.2f}, 95 of 100 below {high:.2f} {name} ms\n")


def spent(cpu: float, wall: float) -> str:
    return f"{cpu / 1000:.1f} CPU s, {wall / 1000:.1f} s"


def memory() -> str:
    return f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MB at most"


def say(words: str) -> None:
    print(words, end="", flush=True)


def fill_town(database: Database, women: int) -> int:
    with database.transaction() as db:
        return fill(db, women, say).id


def main() -> None:
    women = int(sys.argv[1]) if len(sys.argv) > 1 else 50_000
    with tempfile.TemporaryDirectory() as folder:
        only = int(sys.argv[2]) if len(sys.argv) > 2 else None
        url = sys.argv[3] if len(sys.argv) > 3 else f"sqlite:///{folder}/fangshi.db"
        database = Database(url, Path(folder) / "secret.key")
        upgrade(database, Path(folder), datetime.combine(TODAY, datetime.min.time(), NOW.tzinfo))
        projects: list[int] = []
        timed("writing the town", lambda: projects.append(fill_town(database, women)), women)
        gc.collect()
        gc.freeze()  # as the web process does before it serves (server/serving.py)
        measure(database, projects[0], women, only)
        database.dispose()


if __name__ == "__main__":
    main()
