"""The rows of the timetable: name, how often, and the step; timetable.py runs them."""

import logging
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from time import monotonic

from server import clock
from server.access.audit_chain import TOGETHER, chain_rows, find_head
from server.access.audit_heads import anchor
from server.access.sessions import delete_old_sessions
from server.backups import BackupBroken, BackupRefused
from server.backups.carried_key import has_public
from server.backups.folders import delete_old
from server.backups.making import make_backup
from server.backups.state import write_state
from server.blobs import BlobStore, sweep_orphans
from server.clock import SHANGHAI
from server.config import Config
from server.db import Database
from server.followups.before_breaks import tell_before_breaks
from server.followups.daily import recalculate_due
from server.followups.feedback_days import count_again
from server.followups.feedback_notices import tell_of_feedback
from server.followups.rates import count_months_due
from server.followups.rule_runs import advance_oldest
from server.followups.sync_words import settle_syncs
from server.followups.tally import add_tally
from server.intake.answer_index import list_older
from server.intake.batches import list_idle, take_batch, work_on
from server.intake.derive import index_older, retry_one
from server.intake.made_exports import sweep_made
from server.intake.making_exports import make_one
from server.intake.purging import run_purge
from server.intake.quality_judging import judge_waiting
from server.intake.taking_over import forget_opened
from server.intake.transferring import expire_one
from server.models import TimetableRun
from server.registry.backlog import force_one
from server.registry.duplicates import MOST, look_at_waiting
from server.registry.erasing import BACKUPS_FOR
from server.registry.feedback_desk import forget
from server.registry.overwriting import overwrite_deleted
from server.registry.retention_runs import run_retention, sweep_backups
from server.reports.indicators.keeping import count_indicators
from server.reports.making import sweep_exports
from server.reports.pack.keeping import make_packs
from server.runs import begin_run, end_run
from server.sending_jobs import add_summaries, empty_outbox, send_resets, tell_programs

MOST_RETRIES = 500  # in one run, so that other rows of the timetable get their turn
MOST_OLDER = 1000  # records made findable in one run, TOGETHER_OLDER in one transaction
TOGETHER_OLDER = 100
MOST_JUDGED = 500
RULES_FOR = 40.0  # seconds of one run
ORPHAN_AGE = timedelta(days=1)
TRY_AGAIN = timedelta(minutes=10)  # after a daily row failed

log = logging.getLogger("fangshi.jobs")


@dataclass(frozen=True)
class Job:
    """One row of the timetable. `step(database, config, now)` does its work and says on how many things.

    With `at` it runs once a Shanghai day, from that time on, and makes up for days on which nothing ran.
    """

    name: str
    every: timedelta
    step: Callable[[Database, Config, datetime], int]
    at: time | None = None

    def next_after(self, started: datetime) -> datetime:
        """When it runs again after a run that went well."""
        if self.at is None:
            return started + self.every
        day = clock.today(started)
        today = datetime.combine(day, self.at, SHANGHAI).astimezone(UTC)
        return today if today > started else today + timedelta(days=1)

    def is_ripe(self, last: TimetableRun | None, now: datetime) -> bool:
        """Whether a daily row's time has come: its last run is of an earlier day, was cut off, failed, or lies ahead."""
        if last is None or last.next_at is None or last.started_at > now:
            return True
        if last.finished_at is None:
            return now >= last.started_at + TRY_AGAIN
        return now >= last.next_at


def retry_derivers(database: Database, _config: Config, now: datetime) -> int:
    """Readings of records that failed and whose time has come again, each in a transaction of its own."""
    for done in range(MOST_RETRIES):
        with database.transaction() as db:
            if not retry_one(db, now):
                return done
    return MOST_RETRIES


def force_backlog(database: Database, _config: Config, now: datetime) -> int:
    """Changes made offline that waited five days for the ones before them, each in a transaction of its own."""
    for done in range(MOST_RETRIES):
        with database.transaction() as db:
            if not force_one(db, now):
                return done
    return MOST_RETRIES


def finish_batches(database: Database, _config: Config, now: datetime) -> int:
    """What was decided of many records at once, and nobody's page goes on with; some records in each transaction."""
    with database.reading() as db:
        waiting = list_idle(db, now)
    for batch_id in waiting:
        waits = 1
        while waits:
            with database.transaction() as db:
                batch = take_batch(db, batch_id)
                waits = work_on(db, batch, now).waits if batch.ended_at is None else 0
    return len(waiting)


def make_findable(database: Database, _config: Config, now: datetime) -> int:
    """Words of answers of records from before there were any, a thousand in a run."""
    done = 0
    with database.reading() as db:
        waiting = list_older(db)
    for project_id in waiting:
        batch = 1
        while batch and done < MOST_OLDER:
            with database.transaction() as db:
                batch = index_older(db, project_id, TOGETHER_OLDER, now)
            done += batch
    return done


def judge_quality(database: Database, config: Config, now: datetime) -> int:
    """What may be asked about records that came or changed, some in each transaction."""
    return judge_waiting(database, now, MOST_JUDGED, BlobStore(config.blob_dir, database.keys))


def bring_follow_ups_to_today(database: Database, _config: Config, now: datetime) -> int:
    """What changes by the mere passing of days; each batch in a transaction of its own, so that phones get in between.

    The days of feedback are set by the calendar, and what came the day before and waits is told to its reader; none of it is
    counted.
    """
    with database.transaction() as db:
        count_again(db)
        tell_of_feedback(db, clock.today(now), now)
    done = 0
    while True:
        with database.transaction() as db:
            batch = recalculate_due(db, clock.today(now), now)
        if not batch:
            break
        done += batch
    with database.transaction() as db:
        if not add_tally(db, now).holds:
            log.error("follow-ups do not add up: some are neither waiting nor done nor stopped")
    return done


def watch_syncs(database: Database, _config: Config, now: datetime) -> int:
    """Words about phones that have not synchronised, and what goes on because one has."""
    with database.transaction() as db:
        return settle_syncs(db, now)


def tell_ahead_of_breaks(database: Database, _config: Config, now: datetime) -> int:
    """Before a long break: how many people have tasks whose last day lies in it."""
    with database.transaction() as db:
        return tell_before_breaks(db, clock.today(now), now)


def work_on_rules(database: Database, _config: Config, now: datetime) -> int:
    """What a rule that was tried, published, moved or switched asks for; each batch in a transaction of its own.

    It ends before the next minute, so that other rows get their turn. How many batches.
    """
    done, began = 0, monotonic()
    while monotonic() - began < RULES_FOR:
        with database.transaction() as db:
            if not advance_oldest(db, now):
                break
        done += 1
    return done


def make_exports(database: Database, config: Config, now: datetime) -> int:
    """Files with many records that somebody asked for, one after the other; what is past its time goes."""
    with database.transaction() as db:
        sweep_made(db, config.data_dir, min(now, clock.now()))
    done, began = 0, monotonic()
    blobs = BlobStore(config.blob_dir, database.keys)
    while monotonic() - began < RULES_FOR and make_one(database, config.data_dir, blobs, now):
        done += 1
    return done


def chain_audit(database: Database, config: Config, now: datetime) -> int:
    """What was written into the audit since the last run, batch by batch; then the new head goes into the data folder."""
    done, chained = 0, TOGETHER
    while chained == TOGETHER:
        with database.transaction() as db:
            chained = chain_rows(db)
        done += chained
    with database.reading() as db:
        anchor(config.data_dir, find_head(db), now)
    return done


def shut_packages(database: Database, _config: Config, now: datetime) -> int:
    """Packages of transfers whose last day is over, each in a transaction of its own."""
    with database.transaction() as db:
        forget_opened(db, clock.today(now))
    for done in range(MOST_RETRIES):
        with database.transaction() as db:
            if not expire_one(db, now):
                return done
    return MOST_RETRIES


def end_old_sessions(database: Database, _config: Config, now: datetime) -> int:
    with database.transaction() as db:
        return delete_old_sessions(db, now)


def sweep_files(database: Database, config: Config, now: datetime) -> int:
    """Files that a crash left without a row, exports that broke off; younger ones may be under way.

    Their age is by the machine's clock: a step that is run as of a later day must not take them for old.
    """
    before = min(now, clock.now()) - ORPHAN_AGE
    swept = sweep_exports(config.data_dir, before)
    with database.reading() as db:
        return swept + sweep_orphans(db, BlobStore(config.blob_dir, database.keys), before)


def keep_no_longer(database: Database, config: Config, now: datetime) -> int:
    """What is past its time shrinks, old backups go; what an erasure deleted is overwritten.

    By the machine's clock, as the files above: a step that is run as of a later day takes nobody for long unmet.
    """
    at = min(now, clock.now())
    with database.transaction() as db:
        forget(db, clock.today(at))  # not counted: the timetable's page would tell that feedback was answered
    done = run_retention(database, BlobStore(config.blob_dir, database.keys), None, at)
    overwrite_deleted(database)
    swept = sweep_backups(config.data_dir, at)
    return swept + sum(one.women + one.sealed_records + one.cases for one in done.values())


def empty_trash(database: Database, config: Config, now: datetime) -> int:
    """What was deleted thirty days ago by the machine's clock: how many records, entities and forms went."""
    return run_purge(database, BlobStore(config.blob_dir, database.keys), min(now, clock.now())).number


def back_up(database: Database, config: Config, now: datetime) -> int:
    """A sealed backup that was tried, of so many rows; those from before thirty days go. None without a backup key."""
    at, folder = min(now, clock.now()), config.backup_folder
    delete_old(folder, at, BACKUPS_FOR)
    if not has_public(config.data_dir):
        return 0
    try:
        made = make_backup(database, BlobStore(config.blob_dir, database.keys), config.data_dir, folder, at)
    except (BackupBroken, BackupRefused) as why:
        log.error("backup: %s", why)  # of the disk or the program, never of anybody
        raise
    write_state(config.data_dir, made, at)
    if made.lost:
        log.error("backup: %d stored files are missing or damaged", made.lost)
    return made.rows


def keep_indicators(database: Database, _config: Config, now: datetime) -> int:
    """The windows of indicators that have come to be told: how many. Of most days none has."""
    return count_indicators(database, now)


TIMETABLE = (
    Job("derivers", timedelta(minutes=1), retry_derivers),
    Job("backlog", timedelta(hours=1), force_backlog),
    Job("batches", timedelta(minutes=1), finish_batches),
    Job("answers", timedelta(minutes=1), make_findable),
    Job("quality", timedelta(minutes=1), judge_quality),
    Job("duplicates", timedelta(minutes=1), lambda database, _config, now: look_at_waiting(database, MOST, now)),
    Job("follow_ups", timedelta(days=1), bring_follow_ups_to_today, at=time(0, 5)),
    Job("before_breaks", timedelta(days=1), tell_ahead_of_breaks, at=time(0, 20)),
    Job("indicators", timedelta(days=1), keep_indicators, at=time(1, 10)),
    Job("packs", timedelta(days=1), lambda database, _config, now: make_packs(database, now), at=time(6, 30)),
    Job("syncs", timedelta(minutes=1), watch_syncs),
    Job("rules", timedelta(minutes=1), work_on_rules),
    Job("months", timedelta(minutes=10), lambda database, _config, now: count_months_due(database, now)),
    Job("summaries", timedelta(minutes=1), add_summaries),
    Job("outbox", timedelta(minutes=1), empty_outbox),
    Job("resets", timedelta(minutes=1), send_resets),
    Job("exports", timedelta(minutes=1), make_exports),
    Job("webhooks", timedelta(minutes=1), tell_programs),
    Job("audit", timedelta(minutes=1), chain_audit),
    Job("packages", timedelta(hours=1), shut_packages),
    Job("sessions", timedelta(hours=1), end_old_sessions),
    Job("orphans", timedelta(hours=6), sweep_files),
    Job("retention", timedelta(days=1), keep_no_longer, at=time(3, 10)),
    Job("trash", timedelta(days=1), empty_trash, at=time(3, 20)),
    Job("backup", timedelta(days=1), back_up, at=time(3, 40)),  # after what shrinks: no backup holds it any longer
)


def run_one(database: Database, config: Config, job: Job, now: datetime) -> str:
    """Runs a step and writes down how it went: a count, or the error's class. Never raises for a failing step."""
    note_run(database, job, now, None, None)
    try:
        result = str(job.step(database, config, now))
    except Exception as error:
        result = type(error).__name__
        where = "".join(traceback.format_tb(error.__traceback__))  # without the message, which may hold an answer
        log.error("job %s failed: %s\n%s", job.name, result, where)
    note_run(database, job, now, clock.now(), result)
    log.info("job %s: %s", job.name, result)
    return result


def note_run(database: Database, job: Job, started: datetime, finished: datetime | None, result: str | None) -> None:
    """Writes down that a run began, or how it went; one of a daily row that failed is tried again before its next day."""
    failed = job.at is not None and result is not None and not result.isdigit()
    next_at = started + TRY_AGAIN if failed else job.next_after(started)
    with database.transaction() as db:
        if finished is None:
            begin_run(db, job.name, started, next_at)
        else:
            end_run(db, job.name, started, finished, result or "", next_at)


def run_all_once(database: Database, config: Config, now: datetime) -> dict[str, str]:
    """Every step once, in order, as of an instant: name to result."""
    return {job.name: run_one(database, config, job, now) for job in TIMETABLE}
