"""What a rule of the office says in plain Chinese and English: for its page and for the docs."""

from typing import Final

from server.followups import rule_vocabulary
from server.followups.office_rules import OfficeRule
from server.followups.rule_vocabulary import word
from server.followups.rule_words import Line, offset_words, source_words
from server.followups.ruleset import Offset, Words

DAYS: Final = {
    "quiz_on": Words("测验那天", "the day of the quiz"),
    "record_on": Words("收到记录那天", "the day its record came"),
    "received_on": Words("收到那天", "the day it came"),
    "expires_on": Words("有效期那天", "its expiry"),
    "month_start": Words("本月 1 号", "the 1st of the month"),
    "quarter_start": Words("本季度第一天", "the quarter's first day"),
    "quarter_middle": Words("本季度中间那个月的 15 号那天", "the 15th of the quarter's second month"),
    "quarter_end": Words("本季度最后一天", "the quarter's last day"),
    "month_end": Words("本月最后一个工作日", "the month's last working day"),
}
WHOSE: Final = {
    "worker": Words("她本人", "whom it is about"),
    "reviewer": Words("审核员和临床人员", "reviewers and clinicians"),
    "dpo": Words("个人信息负责人", "the data protection officer"),
    "trainer": Words("培训员", "the trainer"),
    "town_lead": Words("镇卫生负责人", "the town's health lead"),
}
ANSWERS: Final = {
    "passed": Words("通过测验", "a quiz that was passed"),
    "checked": Words("回访过，或她不愿意", "the check, or her no to it"),
    "answered": Words("答复了", "an answer"),
    "held": Words("办了培训", "a session that was held"),
    "issued": Words("材料发了", "the papers are issued"),
    "ended": Words("用完、退回或销毁", "used up, returned or destroyed"),
    "counted": Words("每一批都数过", "every lot was counted"),
}
LIMITS: Final = {
    "coaching_from": Words("没通过几次起有人陪着学", "tries without a pass from which on somebody helps"),
    "pressed_days": Words("说到被强迫的几天内答复", "days in which a word of pressure is answered"),
    "times": Words("几次", "how many times"),
}
AFTER: Final = {
    "info": Words("一般", "plain"),
    "amber": Words("留意", "amber"),
    "red": Words("要紧", "red"),
}
SOURCES, OWNER = Words("来源", "Sources"), Words("负责人", "Owner")
FIELDS: Final = (
    Words("最早", "First day"),
    Words("建议", "Target day"),
    Words("最后", "Last day"),
    Words("过了最后一天", "After the last day"),
    Words("怎样算做了", "Answered by"),
    Words("归谁", "Whose"),
    Words("另外", "Besides"),
    SOURCES,
    OWNER,
)
OWNERS: Final = {**rule_vocabulary.OWNERS, "town trainer": Words("镇培训员", "town trainer")}


def edge_words(offset: Offset, rule: OfficeRule) -> Words:
    """`本月最后一个工作日 − 3 个工作日`."""
    return offset_words(offset, rule.in_working_days, DAYS)


def lines_of(rule: OfficeRule) -> list[Line]:
    """What a rule says in each of FIELDS, in the order in which a reader asks."""
    edges = ((edge_words(offset, rule),) for offset in rule.offsets)
    levels = (*(_step_words(*one, rule) for one in rule.steps), word(AFTER, rule.severity))
    besides = tuple(_limit_words(*one) for one in rule.limits.items())
    every = (
        *edges,
        levels,
        (word(ANSWERS, rule.answer),),
        (word(WHOSE, rule.whose),),
        besides,
        tuple(source_words(rule.sources)),
        (word(OWNERS, rule.owner),),
    )
    return [Line(*one) for one in zip(FIELDS, every, strict=True)]


def _step_words(level: str, since: Offset, rule: OfficeRule) -> Words:
    said, day = word(AFTER, level), edge_words(since, rule)
    return Words(f"{said.zh}: {day.zh}", f"{said.en}: {day.en}")


def _limit_words(name: str, number: int) -> Words:
    said = word(LIMITS, name)
    return Words(f"{said.zh}: {number}", f"{said.en}: {number}")
