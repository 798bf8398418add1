"""The part of the page of our rules that is about the office, and about what is no rule: in one language. Pure."""

from collections.abc import Iterable, Iterator
from typing import Final

from server.followups.office_rules import OfficeRule, shipped_office_rules
from server.followups.office_words import FIELDS, SOURCES, lines_of
from server.followups.rows_without_rules import NO_RULE
from server.followups.rule_tables import in_language, make_rows, say_sources
from server.followups.ruleset import Words

OFFICE: Final = Words("工作人员和办公室", "Staff and the office")
OFFICE_NOTE: Final = Words(
    "由 `server/followups/office_rules/*.yaml` 生成。这些不是访视任务，不进各村的名单：是本人或办公室自己的事。",
    "Made of `server/followups/office_rules/*.yaml`. They are no visits and in no list of a village, but somebody's own or "
    "the office's.",
)
WITHOUT: Final = Words("要求里有、这里不做成规则的，和理由", "Rows of the brief that are no rule here, and why")
RULE, SIGNED = Words("规则", "Rule"), Words("签字", "Signed")
WITHOUT_HEADS: Final = {"zh": ("要求", "理由"), "en": ("Row", "Why")}


def office_sections(lang: str) -> Iterator[str]:
    rules = shipped_office_rules()
    yield f"### {in_language(OFFICE, lang)}\n\n{in_language(OFFICE_NOTE, lang)}\n"
    yield "\n".join(make_rows(_heads(lang), (_cells(rules[name], lang) for name in sorted(rules)))) + "\n"
    yield f"### {in_language(WITHOUT, lang)}\n"
    rows = ((f"**{name}**", in_language(why, lang)) for name, why in NO_RULE.items())
    yield "\n".join(make_rows(WITHOUT_HEADS[lang], rows)) + "\n"


def _heads(lang: str) -> list[str]:
    return [in_language(one, lang) for one in (RULE, *FIELDS, SIGNED)]


def _cells(rule: OfficeRule, lang: str) -> Iterable[str]:
    title, reason = in_language(rule.title, lang), in_language(rule.reason, lang)
    yield f"**{rule.id}** {title} ({rule.version})<br>{reason}"
    for one in lines_of(rule):
        said = "<br>".join(in_language(each, lang) for each in one.says) or "–"
        yield say_sources(rule.sources, lang) if one.name == SOURCES else said
    yield in_language(Words("没有", "no"), lang)
