"""The part of the page of our rules that is about the office, and about what is no rule: in one language. Pure."""

from collections.abc import Iterable, Iterator
from typing import Final

from server.followups.office_rules import OfficeRule, shipped_office_rules
from server.followups.office_words import AFTER, ANSWERS, LIMITS, OWNERS, WHOSE, edge_words
from server.followups.rows_without_rules import NO_RULE
from server.followups.rule_tables import in_language, make_rows, say_sources
from server.followups.rule_vocabulary import word
from server.followups.ruleset import Words

OFFICE: Final = Words("工作人员和办公室", "Staff and the office")
OFFICE_NOTE: Final = Words(
    "由 `server/followups/office_rules/*.yaml` 生成。这些不是访视任务，不进各村的名单：是本人或办公室自己的事。",
    "Made of `server/followups/office_rules/*.yaml`. They are no visits and in no list of a village, but somebody's own or "
    "the office's.",
)
WITHOUT: Final = Words("要求里有、这里不做成规则的，和理由", "Rows of the brief that are no rule here, and why")
HEADS: Final = {
    "zh": ("规则", "最早", "建议", "最后", "过了最后一天", "怎样算做了", "归谁", "另外", "来源", "负责人", "签字"),
    "en": (
        *("Rule", "First day", "Target day", "Last day", "After the last day", "Answered by", "Whose", "Besides"),
        *("Sources", "Owner", "Signed"),
    ),
}
WITHOUT_HEADS: Final = {"zh": ("要求", "理由"), "en": ("Row", "Why")}


def office_sections(lang: str) -> Iterator[str]:
    rules = shipped_office_rules()
    yield f"### {in_language(OFFICE, lang)}\n\n{in_language(OFFICE_NOTE, lang)}\n"
    yield "\n".join(make_rows(HEADS[lang], (_cells(rules[name], lang) for name in sorted(rules)))) + "\n"
    yield f"### {in_language(WITHOUT, lang)}\n"
    rows = ((f"**{name}**", in_language(why, lang)) for name, why in NO_RULE.items())
    yield "\n".join(make_rows(WITHOUT_HEADS[lang], rows)) + "\n"


def _levels(rule: OfficeRule, lang: str) -> Iterator[str]:
    for level, since in rule.steps:
        yield f"{in_language(word(AFTER, level), lang)}: {in_language(edge_words(since, rule), lang)}"
    yield in_language(word(AFTER, rule.severity), lang)


def _cells(rule: OfficeRule, lang: str) -> Iterable[str]:
    title, reason = in_language(rule.title, lang), in_language(rule.reason, lang)
    limits = [f"{in_language(LIMITS[name], lang)}: {number}" for name, number in rule.limits.items()]
    return (
        f"**{rule.id}** {title} ({rule.version})<br>{reason}",
        *(in_language(edge_words(offset, rule), lang) for offset in rule.offsets),
        "<br>".join(_levels(rule, lang)),
        in_language(word(ANSWERS, rule.answer), lang),
        in_language(word(WHOSE, rule.whose), lang),
        "<br>".join(limits) or "–",
        say_sources(rule.sources, lang),
        in_language(word(OWNERS, rule.owner), lang),
        in_language(Words("没有", "no"), lang),
    )
