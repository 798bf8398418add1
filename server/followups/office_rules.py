"""Rules about staff and the town's office as data (domain.md 2.6), one YAML file each: what they ask for is no FollowUp.

Those are listed by village to everybody who works there; a quiz, a check, feedback and a meeting are somebody's own.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Final

from server.followups import ruleset
from server.followups.rule_fields import Fields, RuleInvalid
from server.followups.rule_files import hash_of, read_offsets, read_signature, read_source, read_words
from server.followups.rule_lint import refuse_red_lines
from server.followups.rule_yaml import NotReadable, read_yaml
from server.followups.ruleset import Offset, Source, Words
from server.followups.working_days import Calendar

FOLDER: Final = Path(__file__).parent / "office_rules"
RETAKE, BACK, FEEDBACK, TRAINING, MEETING = "TRN-RT", "BACK", "GRV", "TRN-Q", "MTG"

STOCK, COUNT = "STOCK", "STOCK-C"

DAYS: Final = (
    *("quiz_on", "record_on", "received_on", "expires_on"),
    *("quarter_start", "quarter_middle", "quarter_end", "month_start", "month_end"),
)
"""What an edge of a window may count from; of one quarter or month in the order in which they come."""
WHOSE: Final = ("worker", "reviewer", "dpo", "trainer", "town_lead")
ANSWERS: Final = ("passed", "checked", "answered", "held", "issued", "ended", "counted")
LIMITS: Final = {RETAKE: ("coaching_from",), FEEDBACK: ("pressed_days",), TRAINING: ("times",)}
"""Whole numbers that a rule has besides its window, each from 1 on."""


@dataclass(frozen=True)
class OfficeRule:
    """One version of a rule. `severity` is the level from the day after the last day on; before that it is `info`, or that of
    the last of `steps` (level, and since when, in days of the calendar) that was reached.

    `content_hash` is over everything that its file says: a signature (signing.py) holds for that alone.
    """

    id: str
    version: int
    effective_from: date
    form_id: str
    whose: str
    title: Words
    reason: Words
    opens: Offset
    due: Offset
    closes: Offset
    in_working_days: bool
    severity: str
    answer: str
    limits: Mapping[str, int]
    sources: tuple[Source, ...]
    owner: str
    content_hash: str
    steps: tuple[tuple[str, Offset], ...] = ()

    def level_on(self, today: date, days: Mapping[str, date], closes: date) -> str:
        """How serious it is that day, while nobody did it."""
        if today > closes:
            return self.severity
        reached = [level for level, since in self.steps if today >= days[since.fact] + timedelta(days=since.days)]
        return max(reached, key=ruleset.LEVELS.index, default="info")

    @property
    def offsets(self) -> tuple[Offset, Offset, Offset]:
        return self.opens, self.due, self.closes

    def edges(self, days: Mapping[str, date], calendar: Calendar) -> tuple[date, date, date]:
        """When it opens, is due and closes, by what its edges count from and the town's own calendar."""
        opens, due, closes = (self._edge(one, days[one.fact], calendar) for one in self.offsets)
        return opens, due, closes

    def _edge(self, offset: Offset, day: date, calendar: Calendar) -> date:
        if self.in_working_days:
            return calendar.add_working_days(day, offset.days)
        return day + timedelta(days=offset.days)


@cache
def shipped_office_rules() -> Mapping[str, OfficeRule]:
    """The rules that come with the product by id, read once a process. Raises RuleInvalid as `read_office_rule`."""
    found: dict[str, OfficeRule] = {}
    for path in sorted(FOLDER.glob("*.yaml")):
        rule = read_office_rule(path.read_bytes(), path.name)
        if rule.id in found:
            raise RuleInvalid(file=path.name, field="id", reason=f"{rule.id} is in another file too")
        found[rule.id] = rule
    return found


def read_office_rule(content: bytes, file: str) -> OfficeRule:
    """Raises RuleInvalid for text that is no YAML, a field that is missing, unknown or of the wrong kind, edges that can come
    in the wrong order, or a red line; `file` is only named in it.
    """
    try:
        table, text = read_yaml(content)
    except NotReadable as broken:
        raise RuleInvalid(file=file, field="yaml", reason=str(broken)) from broken
    refuse_red_lines(table, text, file)
    fields = Fields(file, "", table)
    rule = _read_fields(fields, hash_of(table))
    fields.end()
    return rule


def _read_fields(fields: Fields, content_hash: str) -> OfficeRule:
    """No file is signed: clinicians of a town sign there, on the page of its office."""
    rule_id, window, answer = fields.text("id"), fields.table("window"), fields.table("answer")
    if read_signature(fields) != (None, None):
        raise fields.wrong("signature", "must be unsigned")
    opens, due, closes = _read_window(window)
    rule = OfficeRule(
        id=rule_id,
        version=fields.whole("version", 1),
        effective_from=fields.day("effective_from"),
        form_id=fields.text("form_id") if "form_id" in fields.table_left else "",
        whose=fields.choice("whose", WHOSE),
        title=read_words(fields.table("title")),
        reason=read_words(fields.table("reason")),
        opens=opens,
        due=due,
        closes=closes,
        in_working_days=window.choice("counted_in", ruleset.COUNTED_IN, "days") == "working_days",
        severity=fields.choice("severity", ruleset.LEVELS),
        answer=answer.choice("by", ANSWERS),
        limits=_read_limits(fields.table("limits", {}), LIMITS.get(rule_id, ())),
        sources=tuple(read_source(one) for one in fields.tables("sources")),
        owner=fields.text("owner"),
        content_hash=content_hash,
        steps=tuple(_read_step(one) for one in fields.tables("steps")) if "steps" in fields.table_left else (),
    )
    window.end()
    answer.end()
    return rule


def _read_window(fields: Fields) -> list[Offset]:
    edges = [_read_edge(fields.table(name)) for name in ("open", "due", "close")]
    if edges != sorted(edges, key=lambda one: (DAYS.index(one.fact), one.days)):
        raise fields.wrong("", "its edges come in the wrong order")
    return edges


def _read_step(fields: Fields) -> tuple[str, Offset]:
    step = fields.choice("level", ruleset.LEVELS), _read_edge(fields.table("since"))
    fields.end()
    return step


def _read_edge(fields: Fields) -> Offset:
    edges = read_offsets(fields, DAYS)
    if len(edges) != 1 or edges[0].months:
        raise fields.wrong("", "must count days from one day")
    return edges[0]


def _read_limits(fields: Fields, names: tuple[str, ...]) -> dict[str, int]:
    limits = {name: fields.whole(name, 1) for name in names}
    fields.end()
    return limits
