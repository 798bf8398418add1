"""The sentences of inbox and mail, made when they are shown: a code, a number, a day, and nothing about why (domain.md 6.4).

`english` chooses the language; Chinese is the other one.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from server.followups.working_days import FESTIVALS, Break
from server.models import BENEFIT_CASES, FollowUp

CLASSES: Final = {
    "women": ("上门访视", "visit"),
    "households": ("家庭走访", "household visit"),
    "contact": ("联系一次", "contact"),
    BENEFIT_CASES: ("窗口待办", "office task"),
}
"""What a task is to somebody who is not of the care team (domain.md 5.4, point 8: code and class)."""


NOT_AT_HOME: Final = frozenset(("PN1-C", "PL1", "PAC-1", "PPS"))
"""Rules for whose sake nobody goes to her home: she said no to it, or it is a clinician's question alone."""


@dataclass(frozen=True)
class Subject:
    """What a sentence may say of a follow-up. `code` is the first word of the masked label, "" when there is none;
    `subject_list` one of CLASSES."""

    code: str
    subject_list: str
    due_on: date
    overdue_from: date


def subject_of(row: FollowUp, label: str) -> Subject:
    kind = "contact" if row.rule in NOT_AT_HOME else row.subject_list
    return Subject(code_of(label), kind, row.due_on, row.overdue_from)


def code_of(label: str) -> str:
    """`W-0231 王*` is W-0231; a word without a digit is no code."""
    first = next(iter(label.split()), "")
    return first if any(letter.isdigit() for letter in first) and first.isascii() else ""


def name(subject: Subject, english: bool) -> str:
    """What it is about, in code and class."""
    kind = CLASSES.get(subject.subject_list, CLASSES["women"])[english]
    if not subject.code:
        return kind.capitalize()
    return f"{subject.code}{' ' if english else '，'}{kind}"


def say(level: str, subject: Subject, today: date, english: bool) -> str:
    """One line about one follow-up."""
    what = name(subject, english)
    over = max((today - subject.overdue_from + timedelta(days=1)).days, 1)
    if english:
        return _in_english(level, what, subject.due_on, over)
    return _in_chinese(level, what, subject.due_on, over)


def say_silence(since: date, english: bool) -> str:
    """What is added to a critical word whose answer may be on a worker's phone: it is told at once all the same."""
    if english:
        return f"The worker's phone has not synchronised since {since.day} {since:%b}: ring to ask."
    return f"访视员的手机从 {since.month}月{since.day}日 起没有同步，请打电话问问。"


def _in_chinese(level: str, what: str, due_on: date, over: int) -> str:
    if level == "due":
        return f"{what}：到期，建议日 {due_on.month}月{due_on.day}日。"
    if level == "critical":
        return f"{what}：紧急，请今天跟进。"
    if level == "late":
        return f"{what}：超期 {over} 天，已过 3 个工作日。"
    return f"{what}：超期 {over} 天。" if level == "overdue" else f"{what}：请尽快跟进。"


def _in_english(level: str, what: str, due_on: date, over: int) -> str:
    days = "1 day" if over == 1 else f"{over} days"
    if level == "due":
        return f"{what}: due, target day {due_on.day} {due_on:%b}."
    if level == "critical":
        return f"{what}: critical. Follow up today."
    if level == "late":
        return f"{what}: {days} over, more than 3 working days."
    return f"{what}: {days} over." if level == "overdue" else f"{what}: follow up soon."


def say_counts(due: int, overdue: int, english: bool, closing: int = 0) -> str:
    """The day's summary; `closing` before a long break."""
    if english:
        return f"Due: {due}. Overdue: {overdue}." + (f" Last day in the coming break: {closing}." if closing else "")
    return f"到期 {due} 个，超期 {overdue} 个。" + (f"最后一天在长假里的 {closing} 个。" if closing else "")


def say_break(found: Break, number: int, english: bool) -> str:
    """A long break and how many tasks have their last day in it."""
    names = [FESTIVALS[one] for one in found.festivals if one in FESTIVALS]
    ends = [found.first] if found.first == found.last else [found.first, found.last]
    if english:
        days = " – ".join(f"{one.day} {one:%b}" for one in ends)
        return f"{', '.join(one.en for one in names)}, {days}: {number}."
    days = "–".join(f"{one.month}月{one.day}日" for one in ends)
    return f"{'、'.join(one.zh for one in names)}（{days}）：{number} 个。"


def calendar_name(english: bool) -> str:
    return "Fangshi" if english else "访视"


def say_day(number: int, village_code: str, english: bool) -> str:
    """A day's tasks in one village, for a calendar: a number, and the end of the village's code."""
    if english:
        return f"Visits: {number} · village {village_code[-4:]}"
    return f"随访 {number} 件 · 村 {village_code[-4:]}"


def say_test(english: bool) -> str:
    """What a channel is tried out with: the word that bots may be told to look for, and nothing to do."""
    if english:
        return "Fangshi: a test\nThis channel works. There is nothing to do."
    return "访视：试发\n这个渠道是通的，没有事要做。"


def head_of(level: str | None, english: bool) -> str:
    """A mail's subject: that there is something, and how pressing. None is the day's summary."""
    if level is None:
        return "Fangshi: today" if english else "访视：今天的汇总"
    if level == "critical":
        return "Fangshi: critical" if english else "访视：紧急提醒"
    return "Fangshi: a reminder" if english else "访视：一条提醒"


def foot_of(address: str | None, english: bool) -> str:
    """Where to go on; `address` is the office's own, None when it is not known."""
    where = f"{address}/inbox" if address else ""
    if english:
        return f"Open Fangshi to see more: {where}" if where else "Open Fangshi to see more."
    return f"请打开访视查看：{where}" if where else "请打开访视查看。"
