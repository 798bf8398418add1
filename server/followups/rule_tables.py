"""The rules that come with the product as a page in Chinese and English: one table a section. Pure."""

from collections.abc import Callable, Iterable, Sequence
from typing import Final

from server.followups.rule_vocabulary import ANSWERS, CONSENTS, OWNERS, STOPS, WHOSE, word
from server.followups.rule_words import edge, level_words
from server.followups.ruleset import OF_A_METHOD, Rule, Source, Words, may_be_switched_on

SECTIONS: Final = (
    (
        Words("孕期、分娩、产后", "Pregnancy, birth, after birth"),
        (
            *("ga_anchor", "undated_on", "extra_on", "reported_on", "referred_on", "wants_help_on"),
            *("born_on", "lost_on"),
        ),
    ),
    (Words("避孕方法", "Contraception"), (*OF_A_METHOD, "cared_on")),
    (
        Words("孕前和营养补充", "Before pregnancy, supplements"),
        ("planned_on", "without_on", "fa_begun_on", "fa_supply_until", "dose_asked_on", "sampled_on"),
    ),
    (
        Words("住户、同意、待遇、转移", "Homes, consent, benefits, transfers"),
        (
            *("visited_on", "missed_on", "consented_on"),
            *("sent_on", "taken_over_on", "arrived_on", "stepped_on", "renewal_on", "chosen_on"),
        ),
    ),
)
OTHERS: Final = Words("其他", "Others")
HEADS: Final = {
    "zh": ("规则", "最早", "建议", "最后", "轻重", "停", "怎样算做了", "时间表", "来源", "负责人", "签字"),
    "en": (
        "Rule",
        "First day",
        "Target day",
        "Last day",
        "Levels",
        "Ends by",
        "Answered by",
        "Schedule",
        "Sources",
        "Owner",
        "Signed",
    ),
}
INTRO: Final = """# 规则 / Rules

由 `server/followups/rules/*.yaml` 生成，不手改；重新生成：`./fangshi rule-docs`。
Made of `server/followups/rules/*.yaml`, not edited by hand; made again by `./fangshi rule-docs`.

[A] 读过原文，[B] 众所周知、没有再读，[C] 要请医生确认。产品里的规则都没有签字：由本镇的医生在“规则”页上签。
[A] read in the source itself, [B] well known and not read again, [C] to be confirmed by a clinician. Every rule ships unsigned:
a clinician of the town signs it on the page “Rules”. What a file may look like: [rules.schema.json](rules.schema.json).
"""


def make_page(rules: Sequence[Rule], others: Callable[[str], Iterable[str]]) -> str:
    """`others` gives the sections that follow in a language."""
    parts = [INTRO]
    for lang in ("zh", "en"):
        parts.append(f"## {'中文' if lang == 'zh' else 'English'}\n")
        for title, chosen in sections(rules):
            parts.append(f"### {in_language(title, lang)}\n")
            parts.append("\n".join(make_rows(HEADS[lang], (_cells(rule, lang) for rule in chosen))) + "\n")
        parts += others(lang)
    return "\n".join(parts)


def sections(rules: Sequence[Rule]) -> Iterable[tuple[Words, list[Rule]]]:
    """Each section with its rules by id and version; what hangs on a day of none of them comes last."""
    known = {anchor for _, anchors in SECTIONS for anchor in anchors}
    ordered = sorted(rules, key=lambda one: (one.id, one.version))
    for title, anchors in SECTIONS:
        yield title, [one for one in ordered if one.anchor in anchors]
    if left := [one for one in ordered if one.anchor not in known]:
        yield OTHERS, left


def make_rows(heads: Sequence[str], rows: Iterable[Iterable[str]]) -> Iterable[str]:
    """The lines of a table."""
    yield "| " + " | ".join(heads) + " |"
    yield "|" + " --- |" * len(heads)
    for cells in rows:
        yield "| " + " | ".join(_cell(one) for one in cells) + " |"


def _cells(rule: Rule, lang: str) -> list[str]:
    off = Words("，出厂关着", ", ships switched off") if not rule.enabled else Words("", "")
    clinicians = word(WHOSE, rule.whose) if rule.whose == "clinician" else None
    title = f"**{rule.id}** {in_language(rule.title, lang)} ({rule.version}{in_language(off, lang)})"
    sources = say_sources(rule.sources, lang)
    unsigned = Words("没有", "no")
    return [
        "<br>".join([title, *(in_language(one, lang) for one in (clinicians, unasked(rule)) if one)]),
        *(_joined(edge(offsets, rule), lang) for offsets in (rule.open, rule.due, rule.close)),
        _joined([level_words(step) for step in rule.severity], lang),
        _joined([word(STOPS, one) for one in rule.stops], lang),
        in_language(word(ANSWERS, rule.answer), lang),
        ", ".join(rule.profiles),
        sources + (f"<br>{in_language(rule.disagreement, lang)}" if rule.disagreement else ""),
        in_language(word(OWNERS, rule.owner), lang),
        rule.signed_by or in_language(unsigned, lang),
    ]


def unasked(rule: Rule) -> Words | None:
    """Why nobody can switch it on."""
    if may_be_switched_on(rule):
        return None
    consent = word(CONSENTS, rule.needs_consent or "")
    return Words(
        f"打不开：要先有{consent.zh}，还没有表单问",
        f"cannot be switched on: it needs {consent.en}, and no form asks for that yet",
    )


def say_sources(sources: Iterable[Source], lang: str) -> str:
    return "<br>".join(f"[{one.mark}] {one.name}: {in_language(one.says, lang)}" for one in sources)


def _joined(words: Iterable[Words], lang: str) -> str:
    return "<br>".join(in_language(one, lang) for one in words) or "–"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


def in_language(words: Words, lang: str) -> str:
    return words.en if lang == "en" else words.zh
