"""Rule files (YAML, one version of one rule each) into Rules, strictly: a rule that is half understood is not used."""

import hashlib
import json
from datetime import date
from pathlib import Path
from typing import Any, Final

from server.followups import ruleset
from server.followups.elsewhere import URGENCIES
from server.followups.facts import SUBJECT_LISTS
from server.followups.methods import COMPLAINTS, METHODS
from server.followups.pregnancies import BIRTHS, SIGNS
from server.followups.rule_checks import check_rule
from server.followups.rule_fields import Fields, RuleInvalid
from server.followups.rule_lint import refuse_red_lines
from server.followups.rule_yaml import NotReadable, read_yaml
from server.followups.ruleset import Offset, Repeat, Rule, SeverityStep, Source, Words

RULES: Final = Path(__file__).parent / "rules"
"""The rules that come with the product. They ship unsigned: a clinician of the town signs them."""


def load_rules(folder: Path = RULES) -> tuple[Rule, ...]:
    """Every `*.yaml` of the folder as a Rule, ordered by id and version.

    Raises RuleInvalid for text that is no YAML, a field that is missing, unknown or of the wrong kind, a window whose
    edges can come in the wrong order, a severity that falls, a source without a mark, or one version given twice.
    """
    found: dict[tuple[str, int], Rule] = {}
    for path in sorted(folder.glob("*.yaml")):
        rule = read_rule(path.read_bytes(), path.name)
        if (rule.id, rule.version) in found:
            raise RuleInvalid(
                file=path.name, field="version", reason=f"{rule.id} {rule.version} is in another file too"
            )
        found[rule.id, rule.version] = rule
    return tuple(found[key] for key in sorted(found))


def read_rule(content: bytes, file: str) -> Rule:
    """One rule file. Raises RuleInvalid as `load_rules` does, and for what no rule may ask; `file` is only named in it."""
    try:
        table, text = read_yaml(content)
    except NotReadable as broken:
        raise RuleInvalid(file=file, field="yaml", reason=str(broken)) from broken
    refuse_red_lines(table, text, file)
    fields = Fields(file, "", table)
    rule = _read_fields(fields, hash_of(table))
    fields.end()
    check_rule(rule, fields)
    return rule


def hash_of(table: dict[str, Any]) -> str:
    """Of everything that a rule file says but its signature, however it is laid out."""
    content = {name: value for name, value in table.items() if name != "signature"}
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def _read_fields(fields: Fields, content_hash: str) -> Rule:
    anchor = fields.choice("anchor", tuple(ruleset.ANCHORS))
    named = ruleset.ANCHORS[anchor]
    window = fields.table("window")
    applies = fields.table("applies", {})
    answer = fields.table("answer")
    signed_by, signed_on = read_signature(fields)
    rule = Rule(
        id=fields.text("id"),
        version=fields.whole("version", 1),
        effective_from=fields.day("effective_from"),
        kind=fields.choice("kind", ruleset.KINDS),
        subject_list=fields.choice("subject_list", SUBJECT_LISTS),
        form_id=fields.text("form_id"),
        profiles=fields.choices("profiles", ruleset.PROFILES),
        title=read_words(fields.table("title")),
        reason=read_words(fields.table("reason")),
        anchor=anchor,
        methods=applies.choices("methods", METHODS, ()),
        urgency=applies.choice("urgency", URGENCIES, None),
        open=read_offsets(window.table("open"), named),
        due=read_offsets(window.table("due"), named),
        close=read_offsets(window.table("close"), named),
        latest=read_offsets(window.table("latest", {}), named, may_be_empty=True),
        grace=window.whole("grace", 0),
        severity=tuple(_read_step(one, (*ruleset.WINDOW_DAYS, *named)) for one in fields.tables("severity", [])),
        answer=answer.choice("by", tuple(ruleset.ANSWERS)),
        answers_before_open=answer.flag("before_open"),
        stops=fields.choices("stops", ruleset.STOPS),
        sources=tuple(read_source(one) for one in fields.tables("sources")),
        disagreement=read_words(fields.table("disagreement")) if "disagreement" in fields.table_left else None,
        owner=fields.text("owner"),
        signed_by=signed_by,
        signed_on=signed_on,
        content_hash=content_hash,
        signs=applies.choices("signs", SIGNS, ("pregnancy",)),
        birth=applies.choice("birth", BIRTHS, None),
        whose=fields.choice("whose", ruleset.WHOSE, "care_team"),
        checks=applies.choice("checks", ruleset.CHECKS, None),
        in_working_days=window.choice("counted_in", ruleset.COUNTED_IN, "days") == "working_days",
        enabled=fields.flag("enabled", True),
        repeat=_read_repeat(fields.table("repeat")) if "repeat" in fields.table_left else None,
        complaints=applies.choices("complaints", COMPLAINTS, ()),
        replaces=fields.names("replaces", ()),
        needs_consent=fields.choice("needs_consent", ruleset.CONSENTS, None),
    )
    for one in (window, applies, answer):
        one.end()
    return rule


def read_words(fields: Fields) -> Words:
    words = Words(fields.text("zh"), fields.text("en"))
    fields.end()
    return words


def read_offsets(fields: Fields, named: tuple[str, ...], may_be_empty: bool = False) -> tuple[Offset, ...]:
    offsets = tuple(_read_offset(fields, fact) for fact in named if fact in fields.table_left)
    fields.end()
    if not offsets and not may_be_empty:
        raise fields.wrong("", f"names none of {', '.join(named)}")
    return offsets


def _read_offset(fields: Fields, fact: str) -> Offset:
    """So many days, or a map of months and days: months by the calendar, then the days."""
    if not isinstance(fields.table_left[fact], dict):
        return Offset(fact, fields.whole(fact, None))
    parts = fields.table(fact)
    offset = Offset(fact, parts.whole("days", None, 0), parts.whole("months", None))
    parts.end()
    return offset


def _read_repeat(fields: Fields) -> Repeat:
    every = fields.table("every")
    times, first = fields.whole("times", 2, None), fields.wholes("first_months", 1, ())
    repeat = Repeat(every.whole("days", 0, 0), every.whole("months", 0, 0), times, first)
    if not (repeat.days or repeat.months):
        raise every.wrong("", "names neither days nor months")
    every.end()
    fields.end()
    return repeat


def _read_step(fields: Fields, named: tuple[str, ...]) -> SeverityStep:
    level = fields.choice("level", ruleset.LEVELS)
    advice = read_words(fields.table("advice")) if "advice" in fields.table_left else None
    since = fields.table("since")
    offsets = read_offsets(since, named)
    if len(offsets) != 1:
        raise since.wrong("", "must name one day to count from")
    only = fields.choice("only", ruleset.ONLY, None)
    fields.end()
    return SeverityStep(level, offsets[0], advice, only)


def read_source(fields: Fields) -> Source:
    source = Source(fields.text("name"), fields.choice("mark", ruleset.MARKS), read_words(fields.table("says")))
    fields.end()
    return source


def read_signature(fields: Fields) -> tuple[str | None, date | None]:
    """`signature = "unsigned"`, or a table with `by` and `on`."""
    if fields.table_left.get("signature") == "unsigned":
        fields.text("signature")
        return None, None
    signature = fields.table("signature")
    signed = signature.text("by"), signature.day("on")
    signature.end()
    return signed
