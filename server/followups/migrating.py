"""Open tasks move to the newest version of their rule: somebody looks at what that moves, and confirms it."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from server.access.audit import record
from server.errors import NotFound, NotPreviewed
from server.followups.rule_runs import MIGRATE, PREVIEW, find_looked_at, start_run
from server.followups.ruleset import Rule
from server.followups.town_rules import TownRules, rules_of
from server.models import FollowUp, Project, RuleMigration, RuleRun


@dataclass(frozen=True)
class Waiting:
    """Open tasks of a rule that stand by older versions than `newest`, by village code."""

    newest: Rule
    villages: dict[str, int]


def rules_behind(db: Session, project: Project, today: date) -> dict[str, Waiting]:
    """By rule id: the rules of which open tasks wait to be moved. One question, and none where no rule has two versions."""
    town = rules_of(db, project.id)
    newest = {one.id: one for one in town.on(today).newest.values() if has_older(town, one)}
    if not newest:
        return {}
    here = FollowUp.project_id == project.id, FollowUp.ended.is_(False), FollowUp.rule.in_(newest)
    columns = (FollowUp.rule, FollowUp.rule_version, FollowUp.village_code)
    found: dict[str, Waiting] = {}
    for rule, version, village, number in db.execute(select(*columns, func.count()).where(*here).group_by(*columns)):
        if version < newest[rule].version:
            waiting = found.setdefault(rule, Waiting(newest[rule], {}))
            waiting.villages[village] = waiting.villages.get(village, 0) + number
    return found


def has_older(town: TownRules, rule: Rule) -> bool:
    return any(one.id == rule.id and one.version < rule.version for one in town.every)


def preview_migration(db: Session, project: Project, rule: str, today: date, by: int, now: datetime) -> RuleRun:
    """Begins to work out what would move. Raises NotFound for a rule without an older version."""
    newest = get_newest(db, project, rule, today)
    what = {"project_id": project.id, "rule": rule, "to_version": newest.version}
    db.add(RuleMigration(**what, previewed_by_id=by, previewed_at=now))
    db.flush()
    _note(db, "rule.migrate.preview", project, newest, by, now)
    return start_run(db, project, PREVIEW, newest, today, by, now)


def confirm_migration(db: Session, project: Project, rule: str, today: date, by: int, now: datetime) -> RuleRun:
    """From now on open tasks of the rule go by its newest version; the run brings them there.

    Raises NotFound as above, NotPreviewed where nobody looked at what would move within the last day.
    """
    newest = get_newest(db, project, rule, today)
    looked = find_looked_at(db, project.id, PREVIEW, rule, newest.content_hash, now)
    row = db.scalars(_migrations(project.id, rule, newest.version)).first()
    if looked is None or row is None:
        raise NotPreviewed()
    row.confirmed_by_id, row.confirmed_at = by, now
    db.flush()
    _note(db, "rule.migrate", project, newest, by, now)
    return start_run(db, project, MIGRATE, newest, today, by, now)


def get_newest(db: Session, project: Project, rule: str, today: date) -> Rule:
    town = rules_of(db, project.id)
    newest = town.on(today).newest.get(rule)
    if newest is None or not has_older(town, newest):
        raise NotFound()
    return newest


def _migrations(project_id: int, rule: str, version: int) -> Select[RuleMigration]:
    here = RuleMigration.project_id == project_id, RuleMigration.rule == rule, RuleMigration.to_version == version
    return select(RuleMigration).where(*here).order_by(RuleMigration.id.desc()).with_for_update()


def _note(db: Session, action: str, project: Project, rule: Rule, by: int, now: datetime) -> None:
    details = {"rule": rule.id, "version": rule.version, "contentHash": rule.content_hash}
    record(db, action, actor_id=by, project_id=project.id, now=now, details=details)
