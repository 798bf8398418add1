"""A draft, or a move of open tasks, tried on some subjects: their tasks as they are beside what they would be. Writes nothing
but counts.

Counted are those who agreed to be counted (consent_stats), and every home.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from itertools import groupby
from typing import Final

import orjson
from sqlalchemy import select
from sqlalchemy.orm import Session

from server.access.restricted import in_use
from server.followups.comparing import Change, Tally, compare, count
from server.followups.gathering import facts_of_many
from server.followups.judging import judge
from server.followups.known_rows import rows_of
from server.followups.recalculate import Subject
from server.followups.recipients import Staff, staff_of
from server.followups.rule_files import read_rule
from server.followups.ruleset import Rule
from server.followups.town_calendar import calendar_of
from server.followups.town_rules import TownRules, rules_of, with_rule
from server.models import BENEFIT_CASES, Project, RuleRun, RuleVersion, Woman

WOMEN: Final = "women"


def try_out(db: Session, project: Project, run: RuleRun, batch: Iterable[Subject], today: date) -> str:
    """The counts of the run with those of these subjects added, as its found_json keeps them."""
    town = rules_of(db, project.id)
    rule = find_tried(db, project.id, town, run.rule, run.version)
    if rule is None or rule.content_hash != run.content_hash:
        return run.found_json  # the draft was changed meanwhile: nothing of it is tried any more
    then, staff = with_rule(town, rule), staff_of(db, project.id, today)
    tally = Tally.from_json(orjson.loads(run.found_json))
    for subject_list, group in groupby(sorted(batch), key=lambda one: one[0]):
        uuids = [uuid for _, uuid in group]
        counted = counted_among(db, project.id, subject_list, uuids)
        for uuid, change in changes_among(db, project, subject_list, list(counted), (town, then), today):
            count(tally, change, workers_of(staff, subject_list, change, counted[uuid]), today)
    return orjson.dumps(tally.as_json()).decode()


def find_tried(db: Session, project_id: int, town: TownRules, rule: str, version: int) -> Rule | None:
    """The version that is in the town's rules, or the draft of that number, as it reads now."""
    known = town.find(rule, version)
    if known is not None:
        return known
    here = RuleVersion.project_id == project_id, RuleVersion.rule == rule, RuleVersion.version == version
    text = db.scalar(select(RuleVersion.text).where(*here))
    return read_rule(text.encode(), rule) if text is not None else None


def changes_among(
    db: Session, project: Project, subject_list: str, uuids: list[str], towns: tuple[TownRules, TownRules], today: date
) -> Iterator[tuple[str, Change]]:
    """Each task of these subjects by the one set of rules beside the other."""
    facts, calendar = facts_of_many(db, project, subject_list, uuids), calendar_of(db, project.id)
    rows = rows_of(db, project.id, subject_list, uuids)
    for uuid in uuids:
        if uuid in facts:
            before, after = (judge(facts[uuid], town, rows.get(uuid, {}), today, calendar).dues for town in towns)
            yield from ((uuid, change) for change in compare(before, after))


def counted_among(db: Session, project_id: int, subject_list: str, uuids: list[str]) -> Mapping[str, str | None]:
    """Those of them who may be counted, each with the worker whom she chose."""
    if subject_list != WOMEN:
        return dict.fromkeys(uuids)
    here = Woman.project_id == project_id, Woman.uuid.in_(uuids)
    agrees = Woman.consent_service, Woman.consent_stats, in_use()
    rows = db.execute(select(Woman.uuid, Woman.assigned_worker).where(*here, *agrees).order_by(Woman.uuid))
    return dict(rows.all())


def workers_of(staff: Staff, subject_list: str, change: Change, chosen: str | None) -> Iterable[int]:
    """The village workers whose task it is; of what is clinicians' or officers' there are none."""
    due = change.after or change.before
    if due is None or subject_list == BENEFIT_CASES or due.rule in staff.of_clinicians:
        return ()
    return staff.recipients(due.village_code, chosen).workers
