"""Follow-ups as they would stand on a day, worked out anew and written nowhere: what `fangshi follow-ups` prints."""

from collections.abc import Iterator, Sequence
from datetime import date
from functools import reduce
from typing import Any, Final

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from server.followups.comparing import CHANGES, Change, compare
from server.followups.due import Due
from server.followups.explaining import fields_of
from server.followups.facts import Facts
from server.followups.gathering import facts_of_many
from server.followups.judging import judge
from server.followups.known_rows import Known, rows_of
from server.followups.ruleset import Rule
from server.followups.town_calendar import calendar_of
from server.followups.town_rules import rules_of, with_rule
from server.models import BENEFIT_CASES, Dataset, Entity, Household, Project, Woman

BATCH: Final = 200
STATES: Final = {
    "scheduled": "未到",
    "open": "可做",
    "due": "到期",
    "overdue": "过期",
    "done_on_time": "按时完成",
    "done_late": "迟做完成",
    "done_elsewhere": "别处做过了",
    "declined": "本人不要",
    "not_wanted": "不用了",
    "expired": "不再问",
    "missed_merged": "并入下次",
}
LEVELS: Final = {"info": "一般", "amber": "留意", "red": "要紧", "critical": "紧急"}
HEADING: Final = (
    "规则 rule",
    "对象 subject",
    "村 village",
    "开 open",
    "到期 due",
    "截止 close",
    "状态 state",
    "级别 severity",
)


def standing_on(db: Session, project: Project, today: date) -> Iterator[Due]:
    """Every follow-up of a project as it would stand that day, subject by subject, by target day. Reads in batches.

    It is judged by all that is known now, without the visits of later days; consent is as it stands now, and open tasks
    keep their versions.
    """
    town, calendar = rules_of(db, project.id), calendar_of(db, project.id)
    for facts, rows in facts_in(db, project, today):
        yield from judge(facts, town, rows, today, calendar).dues


def changed_by(db: Session, project: Project, today: date, drafts: Sequence[Rule]) -> Iterator[Change]:
    """What these versions would add, take away or move, if they held that day for everybody."""
    town, calendar = rules_of(db, project.id), calendar_of(db, project.id)
    then = reduce(with_rule, drafts, town)
    for facts, rows in facts_in(db, project, today):
        before, after = (judge(facts, one, rows, today, calendar).dues for one in (town, then))
        yield from (one for one in compare(before, after) if one.kind in CHANGES)


def facts_in(db: Session, project: Project, today: date) -> Iterator[tuple[Facts, Known]]:
    """Everybody's facts, without the visits of later days, and known follow-ups by key."""
    for subject_list, query, key in subjects_in(project):
        for subjects in _batches(db, query, key):
            facts = facts_of_many(db, project, subject_list, subjects, until=today)
            rows = rows_of(db, project.id, subject_list, subjects)
            yield from ((facts[uuid], rows.get(uuid, {})) for uuid in subjects if uuid in facts)


def subjects_in(project: Project) -> Iterator[tuple[str, Select[int, str], Any]]:
    """All that follow-ups may be about: list, query of (id, uuid), and the column of the id."""
    for model, subject_list in ((Woman, "women"), (Household, "households")):
        yield subject_list, select(model.id, model.uuid).where(model.project_id == project.id), model.id
    here = Dataset.project_id == project.id, Dataset.name == BENEFIT_CASES, Entity.deleted_at.is_(None)
    cases = select(Entity.id, Entity.uuid).join(Dataset, Dataset.id == Entity.dataset_id)
    yield BENEFIT_CASES, cases.where(*here), Entity.id


def _batches(db: Session, query: Select[int, str], key: Any) -> Iterator[Sequence[str]]:
    last = 0
    while rows := db.execute(query.where(key > last).order_by(key).limit(BATCH)).all():
        last = rows[-1][0]
        yield [uuid for _, uuid in rows]


def as_json(due: Due) -> dict[str, Any]:
    """One follow-up as the command prints it: days as YYYY-MM-DD, `why` the sums that led to them."""
    return {
        "key": due.key,
        "rule": due.rule,
        "version": due.rule_version,
        "subject_list": due.subject_list,
        "subject": due.subject,
        "village": due.village_code,
        "form_id": due.form_id,
        "open": due.opens_on.isoformat(),
        "due": due.due_on.isoformat(),
        "close": due.closes_on.isoformat(),
        "overdue_from": due.overdue_from.isoformat(),
        "proposed": due.proposed_on.isoformat(),
        "state": due.state,
        "severity": due.severity,
        "answered_on": due.answered_on.isoformat() if due.answered_on else None,
        "answered_by": due.answered_by,
        "inside": due.inside,
        "merged_into": due.merged_into,
        "why": [{**fields_of(one), "on": one.on.isoformat(), "gives": one.gives.isoformat()} for one in due.why],
    }


def change_as_json(change: Change) -> dict[str, Any]:
    """One change as the command prints it: `before` and `after` as `as_json` has them, None where there is none."""
    return {"change": change.kind, **{side: as_json(due) if due else None for side, due in sides(change)}}


def change_as_lines(change: Change) -> Iterator[str]:
    """+ what comes, − what goes, and of what moves both."""
    for side, due in sides(change):
        if due:
            sign = "−" if side == "before" else "+"
            yield f"{sign} {next(as_lines(due))}"


def sides(change: Change) -> tuple[tuple[str, Due | None], ...]:
    return ("before", change.before), ("after", change.after)


def as_lines(due: Due) -> Iterator[str]:
    """One follow-up for a person to read: a row of the table, and its sums indented below."""
    days = (one.isoformat() for one in (due.opens_on, due.due_on, due.closes_on))
    state, level = f"{STATES[due.state]} {due.state}", f"{LEVELS[due.severity]} {due.severity}"
    yield "  ".join((f"{due.rule:8}", due.subject, due.village_code, *days, state, level))
    for one in due.why:
        if one.counts:
            months = f" + {one.months} 个月 months" if one.months else ""
            sign = "+" if one.days >= 0 else "-"
            yield f"    {one.what} {one.gives} = {one.fact} {one.on}{months} {sign} {abs(one.days)}"
