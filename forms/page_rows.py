"""What the page about a form says of one field: what is asked, when, by what rule, who sees it, and where it comes from."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

from forms.about import About
from forms.outline import Outline, Row, Said, plain_text
from forms.wording import say, say_flag

KINDS: Final = {
    "text": Said("文字", "text"),
    "integer": Said("整数", "whole number"),
    "decimal": Said("小数", "decimal number"),
    "date": Said("日期", "date"),
    "geopoint": Said("位置", "point"),
    "image": Said("图（手写签名）", "image (a signature)"),
    "select_one": Said("单选", "one choice"),
    "select_multiple": Said("多选", "several choices"),
    "select_one_from_file": Said("从名单里选", "chosen from a list"),
    "acknowledge": Said("确认", "to be confirmed"),
    "note": Said("提示，不保存", "a text to read, nothing is kept"),
    "calculate": Said("自动算出，不问", "worked out, not asked"),
    "start": Said("开始填的时刻，手机记", "when filling in began, by the phone"),
    "end": Said("填完的时刻，手机记", "when it ended, by the phone"),
    "today": Said("填表那天，手机记", "the day of filling in, by the phone"),
    "deviceid": Said("手机编号，手机记", "the phone's id, by the phone"),
    "audit": Said("填表过程（不含位置），手机记", "how it was filled in (no places), by the phone"),
}
PICTURES: Final = "../../forms/library/pictures"  # from docs/forms
GRADED: Final = {
    "A": Said("原文核对过", "read in the source"),
    "B": Said("公认标准，等本镇临床人员确认", "a known standard, awaiting the town's clinician"),
    "C": Said("没有把握，先取稳妥的，等本镇确认", "unsure, the careful choice stands, awaiting the town"),
}


@dataclass(frozen=True)
class Handling:
    """What the server does with a form's records: who reads them, how long they stay, and what holds of a field beside."""

    readers: Said
    kept: Said
    beside: dict[str, tuple[Said, ...]] = field(default_factory=dict)


def write_row(row: Row, form: Outline, about: About, handling: Handling) -> Iterator[str]:
    """The lines about one field, under a heading of its name."""
    yield f"### {row.name}\n"
    if row.label:
        yield f"**{plain_text(row.label.zh)}** / **{plain_text(row.label.en)}**\n"
    must = " · 必答 / required" if row.required == "yes" else ""
    yield f"- {slashed(KINDS[row.kind])}{must}"
    if row.hint:
        yield f"- 提示 / hint：{slashed(row.hint)}"
    if row.required not in ("", "yes"):
        yield from _told("什么时候必答", "Required when", worded(row.required, form, row))
    yield from _when(row, form)
    yield from _rules(row, form)
    if row.options:
        yield f"- 选项 / choices：{'；'.join(f'`{one.name}` {slashed(one.label)}' for one in row.options)}"
    yield from _pictures(row)
    if row.listed.endswith(".csv"):
        yield f"- 名单 / list：`{row.listed}`"
    if row.choice_filter:
        yield from _told("只列出", "Only those where", worded(row.choice_filter, form, row))
    if row.keeps_answer:
        beside = "；".join(slashed(one) for one in handling.beside.get(row.name, ()))
        yield f"- 谁看、存多久 / who sees it, how long：同整份记录 / as the whole record{'；' if beside else ''}{beside}"
    yield from _sources(row, about)


def _pictures(row: Row) -> Iterator[str]:
    """Shown as phones show them, small, in the order of the choices."""
    shown = [(row.picture, row.label), *((one.picture, one.label) for one in row.options)]
    tags = [f'<img src="{PICTURES}/{name}" width="48" alt="{plain_text(label.zh)}">' for name, label in shown if name]
    if tags:
        yield f"- 图 / pictures：{' '.join(tags)}"


def _when(row: Row, form: Outline) -> Iterator[str]:
    if not row.relevant:
        return
    zh, en = ("问", "Asked") if row.is_question else ("显示", "Shown") if row.kind == "note" else ("保存", "Kept")
    together = worded(" and ".join(f"({one})" for one in row.relevant), form, row)
    yield from _told(f"什么时候{zh}", f"{en} when", together)


def _rules(row: Row, form: Outline) -> Iterator[str]:
    if row.constraint:
        said = worded(row.constraint, form, row)
        zh = f"{said.zh}。不合时说：“{plain_text(row.message.zh)}”"
        yield from _told("规则", "Rule", Said(zh, f"{said.en}. Otherwise: “{plain_text(row.message.en)}”"))
    if row.calculation:
        flag = say_flag(row.calculation, form)
        labels = ("成立的条件", "Holds when") if flag else ("算法", "Worked out as")
        if row.is_question:
            labels = ("预先填上", "Filled in beforehand with")
        yield from _told(*labels, flag or worded(row.calculation, form, row))
    if row.trigger:
        names = [name.strip()[2:-1] for name in row.trigger.split(",")]
        yield f"- 只在这些改动时重算 / worked out anew only when these change：{links(names)}"
    if row.default:
        yield from _told("开始时", "At the start", worded(row.default, form, row))
    if row.parameters:
        yield f"- 参数 / parameters：`{row.parameters}`"


def _sources(row: Row, about: About) -> Iterator[str]:
    if row.name in about.asked:
        part = "§3.0" if row.name in about.everywhere else f"§3 {about.code}"
        yield f"- 来源 / source：项目说明 / the brief {part}"
    for one in about.reasons_of(row.name) if row.keeps_answer and row.name not in about.asked else ():
        yield f"- 来源 / source：项目说明里没有 / not in the brief：{slashed(one.said)}"
    for one in about.grades_of(row.name):
        yield f"- **[{one.grade}]** {slashed(GRADED[one.grade])}：{slashed(one.said)}"


def _told(zh: str, en: str, said: Said) -> Iterator[str]:
    if said.zh == said.en:  # an expression for which there are no words is shown once
        yield f"- {zh} / {en[:1].lower()}{en[1:]}：{said.zh}"
        return
    yield f"- {zh}：{said.zh}"
    yield f"- {en}: {said.en}"


def worded(expression: str, form: Outline, own: Row | None = None) -> Said:
    """An expression in words, or as it is written."""
    return say(expression, form, own) or Said(f"`{expression}`", f"`{expression}`")


def slashed(said: Said) -> str:
    zh, en = (plain_text(one) for one in said)
    return zh if zh == en else f"{zh} / {en}"


def links(names: Iterable[str]) -> str:
    return "、".join(f"[`{name}`](#{name})" for name in names)
