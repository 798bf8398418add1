"""What a rule says, line by line, in plain Chinese and English: the page of a rule, its docs, and what two versions differ in."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from server.followups.rule_vocabulary import (
    ANSWERS,
    APPLIES,
    CHOSEN,
    CONSENTS,
    FACTS,
    KINDS,
    LEVELS,
    LISTS,
    MARKS,
    ONLY,
    OWNERS,
    PROFILES,
    STOPS,
    WHOSE,
    word,
)
from server.followups.ruleset import Offset, Rule, SeverityStep, Source, Words


@dataclass(frozen=True)
class Line:
    """One field of a rule: its name, and what stands there; several where it is a list."""

    name: Words
    says: tuple[Words, ...]


def lines_of(rule: Rule) -> list[Line]:
    """All that a rule says but its title and reason, in the order in which a reader asks."""
    return [Line(name, says) for name, says in _fields(rule) if says]


def _fields(rule: Rule) -> Iterator[tuple[Words, tuple[Words, ...]]]:
    yield Words("关于", "About"), (word(LISTS, rule.subject_list), *_only_for(rule))
    yield Words("从哪天算", "Counts from"), (word(FACTS, rule.anchor),)
    yield Words("最早", "First day"), edge(rule.open, rule)
    yield Words("建议日", "Target day"), edge(rule.due, rule)
    yield Words("最后一天", "Last day"), edge(rule.close, rule)
    yield Words("宽限", "Grace"), (_days(rule.grace),) if rule.grace else ()
    yield Words("再也不问，过了", "No longer asked for after"), edge(rule.latest, rule)
    yield Words("反复", "Again and again"), _repeat(rule)
    yield Words("轻重", "Levels"), tuple(_level(rule))
    yield Words("怎样算做了", "What answers it"), (word(ANSWERS, rule.answer), *_before_open(rule))
    yield Words("什么时候停", "What ends it"), tuple(word(STOPS, one) for one in rule.stops)
    yield Words("启用时代替", "While on, in the place of"), tuple(Words(one, one) for one in rule.replaces)
    yield Words("先要她同意", "Needs first"), (word(CONSENTS, rule.needs_consent),) if rule.needs_consent else ()
    yield Words("归谁做", "Whose task it is"), (word(WHOSE, rule.whose),)
    yield Words("表单", "Form"), (Words(rule.form_id, rule.form_id),)
    yield Words("时间表", "Schedule"), tuple(word(PROFILES, one) for one in rule.profiles)
    yield Words("遇到休息日", "On a day off"), (word(KINDS, rule.kind),)
    yield Words("来源", "Sources"), tuple(source_words(rule.sources))
    yield Words("说法不一", "Sources differ"), (rule.disagreement,) if rule.disagreement else ()
    yield Words("负责人", "Owner"), (word(OWNERS, rule.owner),)
    yield Words("自", "In force from"), (Words(rule.effective_from.isoformat(), rule.effective_from.isoformat()),)
    yield Words("出厂", "As it ships"), (on_or_off(rule.enabled),)


def on_or_off(enabled: bool) -> Words:
    return Words("开着", "switched on") if enabled else Words("关着", "switched off")


def edge(offsets: tuple[Offset, ...], rule: Rule) -> tuple[Words, ...]:
    """`孕周起算日 + 112 天`; of several the latest counts."""
    said = [offset_words(one, rule.in_working_days) for one in offsets]
    if len(said) > 1:
        latest = Words("取最晚的：", "the latest of: ")
        return (Words(latest.zh + "；".join(one.zh for one in said), latest.en + "; ".join(one.en for one in said)),)
    return tuple(said)


def offset_words(offset: Offset, in_working_days: bool = False, facts: dict[str, Words] = FACTS) -> Words:
    fact = word(facts, offset.fact)
    parts = [(offset.months, "个月", "month")] if offset.months else []
    if offset.days or not parts:
        parts.append(
            (offset.days, "个工作日" if in_working_days else "天", "working day" if in_working_days else "day")
        )
    if not any(number for number, _, _ in parts):
        return Words(fact.zh if fact.zh.endswith("天") else f"{fact.zh}当天", f"{fact.en} itself")
    zh = "".join(f" {_sign(number)} {abs(number)} {unit}" for number, unit, _ in parts)
    en = "".join(f" {_sign(number)} {abs(number)} {unit}{'' if abs(number) == 1 else 's'}" for number, _, unit in parts)
    return Words(fact.zh + zh, fact.en + en)


def _sign(number: int) -> str:
    return "−" if number < 0 else "+"


def _days(days: int) -> Words:
    return Words(f"{days} 天", f"{days} day{'' if days == 1 else 's'}")


def _repeat(rule: Rule) -> tuple[Words, ...]:
    if rule.repeat is None:
        return ()
    months, days, first = rule.repeat.months, rule.repeat.days, rule.repeat.first_months
    zh = [f"{months} 个月"] * bool(months) + [f"{days} 天"] * bool(days)
    en = [f"{months} month{'' if months == 1 else 's'}"] * bool(months) + [_days(days).en] * bool(days)
    begins_zh = f"先在第 {'、'.join(map(str, first))} 个月，再" if first else ""
    begins_en = f"at months {', '.join(map(str, first))}, then " if first else ""
    times = rule.repeat.times
    return (
        Words(
            f"{begins_zh}每隔 {' '.join(zh)}，{f'共 {times} 次' if times else '直到停'}",
            f"{begins_en}every {' and '.join(en)}, {f'{times} times in all' if times else 'until it ends'}",
        ),
    )


def level_words(step: SeverityStep) -> Words:
    """From when on a task has that level, and of whom alone; the advice is not in it."""
    level, since = word(LEVELS, step.level), offset_words(step.since)
    only = word(ONLY, step.only) if step.only else None
    zh, en = (f"（{only.zh}）", f" ({only.en})") if only else ("", "")
    return Words(f"{level.zh}：从{since.zh}起{zh}", f"{level.en}: from {since.en}{en}")


def _level(rule: Rule) -> Iterator[Words]:
    for step in rule.severity:
        says, advice = level_words(step), step.advice
        if advice is None:
            yield says
        else:
            yield Words(f"{says.zh}。提示：{advice.zh}", f"{says.en}. Advice: {advice.en}")


def _before_open(rule: Rule) -> Iterator[Words]:
    if rule.answers_before_open:
        yield Words("开始之前做的也算", "one before the first day counts as well")


def _only_for(rule: Rule) -> Iterator[Words]:
    """Whom of all it is for. What is told of whose danger signs only narrows rules of such signs."""
    one = {"urgency": rule.urgency, "birth": rule.birth, "checks": rule.checks}
    several = {"methods": rule.methods, "signs": rule.signs if rule.anchor == "reported_on" else ()}
    several |= {"complaints": rule.complaints, **{name: (value,) for name, value in one.items() if value}}
    for name, values in several.items():
        if values:
            field, said = word(APPLIES, name), [word(CHOSEN, value) for value in values]
            zh, en = "、".join(each.zh for each in said), ", ".join(each.en for each in said)
            yield Words(f"只限{field.zh}：{zh}", f"only {field.en}: {en}")


def source_words(sources: Iterable[Source]) -> Iterator[Words]:
    for one in sources:
        mark = word(MARKS, one.mark)
        yield Words(
            f"[{one.mark}] {one.name}：{one.says.zh}（{mark.zh}）",
            f"[{one.mark}] {one.name}: {one.says.en} ({mark.en})",
        )


@dataclass(frozen=True)
class Difference:
    """A field that two versions say differently: what went, and what came."""

    name: Words
    before: tuple[Words, ...]
    after: tuple[Words, ...]


def differences(before: Rule, after: Rule) -> list[Difference]:
    """In the order of the fields; a field that neither changed is not named."""
    heads = [
        (Words("标题", "Title"), before.title, after.title),
        (Words("理由", "Reason"), before.reason, after.reason),
    ]
    found = [Difference(name, (old,), (new,)) for name, old, new in heads if old != new]
    old, new = ({one.name: one.says for one in lines_of(rule)} for rule in (before, after))
    for name in dict.fromkeys((*old, *new)):
        was, now = old.get(name, ()), new.get(name, ())
        if was != now:
            gone, come = tuple(one for one in was if one not in now), tuple(one for one in now if one not in was)
            found.append(Difference(name, gone, come))
    return found
