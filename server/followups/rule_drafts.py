"""A town writes its own version of a rule: a draft that anybody who may can change, then published once and for all.

A town changes days, words, levels and sources of a rule. What the rule is about, and whose task it is, is not the town's.
"""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Final

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from server.access.audit import record
from server.errors import NotFound, NotSimulated
from server.followups.rule_fields import RuleInvalid
from server.followups.rule_files import RULES, read_rule
from server.followups.rule_runs import APPLY, SIMULATE, find_looked_at, start_run, stop_runs
from server.followups.rule_text import with_head
from server.followups.ruleset import Rule
from server.followups.town_rules import FIRST_OF_A_TOWN, rules_of, shipped_rules
from server.models import Project, RuleRun, RuleVersion

DRAFT: Final = "draft"
PUBLISHED: Final = "published"
FIXED: Final = (
    *("subject_list", "form_id", "kind", "anchor", "answer", "urgency", "birth", "checks"),
    *("complaints", "needs_consent", "replaces"),
)
"""What of a rule is the product's: whom and what it is about, what answers it, and in whose place it stands."""
NAME: Final = "YAML"


def make_draft(db: Session, project: Project, rule: str, by: int, now: datetime) -> RuleVersion:
    """A draft that reads as the newest version, with the next number. Where there is one, that one. Raises NotFound."""
    known = find_draft(db, project.id, rule)
    if known is not None:
        return known
    text, number = text_of_newest(db, project.id, rule), next_number(db, project.id, rule)
    row = RuleVersion(project_id=project.id, rule=rule, version=number, state=DRAFT, made_by_id=by, made_at=now)
    _take(row, with_head(text, number))
    db.add(row)
    db.flush()
    _note(db, "rule.draft", row, by, now)
    return row


def change_draft(db: Session, row: RuleVersion, text: str, by: int, now: datetime) -> Rule:
    """Another text in the place of the draft's. Raises RuleInvalid for the first thing in it that no town's rule may say."""
    before, rule = row.content_hash, _take(row, text.replace("\r\n", "\n"))
    if rule.content_hash != before:
        stop_runs(db, row.project_id, SIMULATE, row.rule, now)
    row.made_by_id, row.made_at = by, now
    db.flush()
    _note(db, "rule.draft", row, by, now)
    return rule


def discard_draft(db: Session, row: RuleVersion, by: int, now: datetime) -> None:
    _note(db, "rule.draft.discard", row, by, now)
    db.delete(row)
    db.flush()


def publish_draft(db: Session, project: Project, row: RuleVersion, today: date, by: int, now: datetime) -> RuleRun:
    """From its day on new tasks go by it; those that are open keep theirs. Everybody is looked at for new ones.

    Raises NotSimulated without a simulation of this very content in the last 24 hours.
    """
    if not was_tried(db, row, now):
        raise NotSimulated()
    rule = _take(row, row.text)
    row.state, row.published_by_id, row.published_at = PUBLISHED, by, now
    db.flush()
    _note(db, "rule.publish", row, by, now)
    return start_run(db, project, APPLY, rule, max(rule.effective_from, today), by, now)


def was_tried(db: Session, row: RuleVersion, now: datetime) -> bool:
    """Whether this very content was simulated to the end within the last day."""
    return find_looked_at(db, row.project_id, SIMULATE, row.rule, row.content_hash, now) is not None


def drafts_of(db: Session, project_id: int) -> set[str]:
    """The ids of rules of which there is one."""
    here = RuleVersion.project_id == project_id, RuleVersion.state == DRAFT
    return set(db.scalars(select(RuleVersion.rule).where(*here)))


def find_draft(db: Session, project_id: int, rule: str) -> RuleVersion | None:
    return db.scalar(_draft(project_id, rule))


def _draft(project_id: int, rule: str) -> Select[RuleVersion]:
    here = RuleVersion.project_id == project_id, RuleVersion.rule == rule, RuleVersion.state == DRAFT
    return select(RuleVersion).where(*here)


def get_draft(db: Session, project_id: int, rule: str) -> RuleVersion:
    """Held until the transaction ends. Raises NotFound."""
    found = db.scalar(_draft(project_id, rule).with_for_update())
    if found is None:
        raise NotFound()
    return found


def read_draft(row: RuleVersion) -> Rule:
    """Raises RuleInvalid where a newer program reads it otherwise."""
    return read_rule(row.text.encode(), NAME)


def text_of_newest(db: Session, project_id: int, rule: str) -> str:
    """As it was published, or as the file has it that comes with the product. Raises NotFound."""
    newest = max((one.version for one in rules_of(db, project_id).every if one.id == rule), default=None)
    if newest is None:
        raise NotFound()
    return text_of(db, project_id, rule, newest)


def text_of(db: Session, project_id: int, rule: str, version: int) -> str:
    """The text of a published or shipped version. Raises NotFound."""
    if version >= FIRST_OF_A_TOWN:
        here = RuleVersion.project_id == project_id, RuleVersion.rule == rule, RuleVersion.version == version
        found = db.scalar(select(RuleVersion.text).where(*here, RuleVersion.state == PUBLISHED))
        if found is None:
            raise NotFound()
        return found
    for path in sorted(RULES.glob(f"{rule}*.yaml")) if any(one.id == rule for one in shipped_rules()) else ():
        content = path.read_bytes()
        shipped = read_rule(content, path.name)
        if (shipped.id, shipped.version) == (rule, version):
            return content.decode()
    raise NotFound()


def next_number(db: Session, project_id: int, rule: str) -> int:
    here = RuleVersion.project_id == project_id, RuleVersion.rule == rule
    last = db.scalar(select(func.max(RuleVersion.version)).where(*here))
    return max(FIRST_OF_A_TOWN, (last or 0) + 1)


def _take(row: RuleVersion, text: str) -> Rule:
    rule = read_rule(text.encode(), NAME)
    for field, reason in complaints_of(rule, row):
        raise RuleInvalid(file=NAME, field=field, reason=reason)
    row.text, row.content_hash, row.whose = text, rule.content_hash, rule.whose
    return rule


def complaints_of(rule: Rule, row: RuleVersion) -> Iterator[tuple[str, str]]:
    """What a town's version may not say, by field: most of it would take away what protects her."""
    if rule.id != row.rule:
        yield "id", f"must be {row.rule}"
    if rule.version != row.version:
        yield "version", f"must be {row.version}"
    if rule.signed_by is not None:
        yield "signature", "must be unsigned: a version is signed on its page, by a clinician"
    for one in (one for one in shipped_rules() if one.id == row.rule):
        for name in FIXED:
            if getattr(rule, name) != getattr(one, name):
                yield name, "is not changed in a town"
        if one.whose == "clinician" and rule.whose != "clinician":
            yield "whose", "stays a clinician's"
        missing = [stop for stop in one.stops if stop not in rule.stops]
        if missing:
            yield "stops", f"must keep {', '.join(missing)}"


def _note(db: Session, action: str, row: RuleVersion, by: int, now: datetime) -> None:
    details = {"rule": row.rule, "version": row.version, "contentHash": row.content_hash}
    record(db, action, actor_id=by, project_id=row.project_id, now=now, details=details)
