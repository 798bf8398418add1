from datetime import date

import pytest

from server.followups.notice_words import Subject, code_of, foot_of, head_of, name, say, say_counts, subject_of
from server.followups.notices import LEVELS
from server.models import FollowUp

WOMAN = Subject("W-0231", "women", date(2026, 12, 3), date(2026, 12, 9))
TODAY = date(2026, 12, 12)
HEALTH = ("孕", "产", "避孕", "月经", "环", "pregnan", "antenatal", "contracep", "birth", "ANC", "IUD")


@pytest.mark.parametrize(
    ("level", "zh", "en"),
    [
        ("due", "W-0231，上门访视：到期，建议日 12月3日。", "W-0231 visit: due, target day 3 Dec."),
        ("red", "W-0231，上门访视：请尽快跟进。", "W-0231 visit: follow up soon."),
        ("overdue", "W-0231，上门访视：超期 4 天。", "W-0231 visit: 4 days over."),
        (
            "late",
            "W-0231，上门访视：超期 4 天，已过 3 个工作日。",
            "W-0231 visit: 4 days over, more than 3 working days.",
        ),
        ("critical", "W-0231，上门访视：紧急，请今天跟进。", "W-0231 visit: critical. Follow up today."),
    ],
)
def test_each_level_has_its_sentence_in_both_languages(level: str, zh: str, en: str) -> None:
    assert (say(level, WOMAN, TODAY, False), say(level, WOMAN, TODAY, True)) == (zh, en)


def test_the_first_overdue_day_is_one_day_over() -> None:
    assert say("overdue", WOMAN, WOMAN.overdue_from, True) == "W-0231 visit: 1 day over."


def test_of_a_masked_label_only_the_code_is_said() -> None:
    assert [code_of(label) for label in ("W-0231 王*", "A-0231 上社", "王小丽", "王2", "")] == [
        "W-0231",
        "A-0231",
        "",
        "",
        "",
    ]


def test_without_a_code_the_kind_alone_is_said() -> None:
    household = Subject("", "households", date(2026, 12, 3), date(2026, 12, 9))
    assert say("due", household, TODAY, False) == "家庭走访：到期，建议日 12月3日。"


@pytest.mark.parametrize(("rule", "zh"), [("PN42", "上门访视"), ("PN1-C", "联系一次"), ("PL1", "联系一次")])
def test_where_nobody_is_to_go_to_her_home_no_word_sends_anybody_there(rule: str, zh: str) -> None:
    row = FollowUp(rule=rule, subject_list="women", due_on=date(2026, 12, 3), overdue_from=date(2026, 12, 9))
    assert name(subject_of(row, "W-0231 王*"), english=False) == f"W-0231，{zh}"


def test_no_sentence_has_a_word_of_health() -> None:
    said = [say(level, WOMAN, TODAY, english) for level in LEVELS for english in (True, False)]
    said += [head_of(level, english) for level in (None, *LEVELS) for english in (True, False)]
    said += [say_counts(3, 1, english) + foot_of("https://a.test", english) for english in (True, False)]
    assert not [(word, line) for word in HEALTH for line in said if word.lower() in line.lower()]
