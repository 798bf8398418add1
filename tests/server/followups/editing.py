"""A town that writes its own version of a rule, in few words: draft, simulation, publication, move."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from server.clock import today as day_of
from server.followups.migrating import confirm_migration, preview_migration
from server.followups.rule_drafts import change_draft, make_draft, publish_draft
from server.followups.rule_runs import SIMULATE, advance_run, start_run
from server.models import Actor, Project, RuleRun, RuleVersion
from tests.server.followups.samples import at_noon

NOON = at_noon("2026-12-01")


def an_editor(db: Session) -> int:
    actor = Actor(type="user", display_name="廖主任", created_at=NOON)
    db.add(actor)
    db.flush()
    return actor.id


def finish(db: Session, run: RuleRun, now: datetime) -> RuleRun:
    """All batches of a run, one after the other."""
    while run.finished_at is None:
        run = advance_run(db, run.id, now)
    return run


def drafted(
    db: Session, town: Project, rule: str, by: int, *changes: tuple[str, str], now: datetime = NOON
) -> RuleVersion:
    """A draft in which each of these pieces of text was put in the place of another."""
    row = make_draft(db, town, rule, by, now)
    text = row.text
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new)
    change_draft(db, row, text, by, now)
    return row


def simulated(db: Session, town: Project, row: RuleVersion, by: int, now: datetime = NOON) -> RuleRun:
    from server.followups.rule_drafts import read_draft

    return finish(db, start_run(db, town, SIMULATE, read_draft(row), day_of(now), by, now), now)


def published(
    db: Session, town: Project, rule: str, by: int, *changes: tuple[str, str], now: datetime = NOON
) -> RuleVersion:
    row = drafted(db, town, rule, by, *changes, now=now)
    simulated(db, town, row, by, now)
    finish(db, publish_draft(db, town, row, day_of(now), by, now), now)
    return row


def moved(db: Session, town: Project, rule: str, by: int, now: datetime = NOON) -> RuleRun:
    """Previewed and confirmed, and everybody's open tasks brought there."""
    day = day_of(now)
    finish(db, preview_migration(db, town, rule, day, by, now), now)
    return finish(db, confirm_migration(db, town, rule, day, by, now + timedelta(minutes=1)), now)
