"""A town switches a rule on or off. What was open of one that is off ends; what was done stays done."""

from datetime import date, datetime

from sqlalchemy.orm import Session

from server.access.audit import record
from server.errors import ConsentNotAsked, NotFound
from server.followups.rule_runs import APPLY, start_run
from server.followups.ruleset import may_be_switched_on
from server.followups.town_rules import rules_of
from server.models import Project, RuleRun, RuleSwitch


def switch_rule(
    db: Session, project: Project, rule: str, enabled: bool, today: date, by: int, now: datetime
) -> RuleRun | None:
    """Everybody is looked at afterwards; None where it was so already.

    Raises NotFound for a rule that is not in force, ConsentNotAsked for one that needs a consent that nobody can give.
    """
    newest = rules_of(db, project.id).on(today).newest.get(rule)
    if newest is None:
        raise NotFound()
    if newest.enabled == enabled:
        return None
    if enabled and not may_be_switched_on(newest):
        raise ConsentNotAsked()
    db.add(RuleSwitch(project_id=project.id, rule=rule, enabled=enabled, switched_by_id=by, switched_at=now))
    db.flush()
    record(db, "rule.switch", actor_id=by, project_id=project.id, now=now, details={"rule": rule, "enabled": enabled})
    return start_run(db, project, APPLY, newest, today, by, now)
