"""What no follow-up rule may be about, told with its line and in both languages."""

import pytest

from server.followups.rule_fields import RuleInvalid
from server.followups.rule_files import RULES, load_rules, read_rule

IUD = (RULES / "IUD-1.yaml").read_text()


@pytest.mark.parametrize(
    ("old", "new", "field", "term"),
    [
        ('before_open: false', 'before_open: false\n  method: "iud_cu"', "answer.method", "method"),
        ("window:", 'done_when: "consent = yes"\n\nwindow:', "done_when", "done_when"),
        ('version: 1', 'version: 1\nquota: 12', "quota", "quota"),
        ('zh: "约定的一次访视"', 'zh: "查环"', "title.zh", "查环"),
        ('en: "An agreed visit"', 'en: "mandatory IUD check"', "title.en", "mandatory_iud_check"),
        ('name: "Family planning training toolkits"', 'name: "结扎任务"', "sources.2.name", "结扎任务"),
        ('id: IUD-1', 'id: "iud_check_mandatory"', "id", "iud_check_mandatory"),
    ],
)  # fmt: skip
def test_a_rule_that_breaks_a_red_line_is_refused_with_its_line_and_why(
    old: str, new: str, field: str, term: str
) -> None:
    assert old in IUD
    text = IUD.replace(old, new, 1)
    with pytest.raises(RuleInvalid) as refused:
        read_rule(text.encode(), "IUD-1.yaml")
    told = refused.value.details
    assert (told["field"], told["term"]) == (field, term)
    assert any("\u4e00" <= one <= "\u9fff" for one in told["reason"]) and " / " in told["reason"]
    if term in text:
        assert term in text.splitlines()[told["line"] - 1]


def test_the_rules_that_come_with_the_product_break_none() -> None:
    assert load_rules()


def test_that_a_rule_is_for_those_who_have_a_method_is_no_task_to_have_it() -> None:
    assert read_rule(IUD.encode(), "IUD-1.yaml").methods == ("iud_cu", "iud_lng")
