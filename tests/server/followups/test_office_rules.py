"""Rules of the office as data: each is read whole or not at all, and says where it comes from."""

import pytest

from server.followups.office_rules import FOLDER, read_office_rule, shipped_office_rules
from server.followups.rule_fields import RuleInvalid

RULES = shipped_office_rules()
RETAKE = (FOLDER / "TRN-RT.yaml").read_text(encoding="utf-8")


def test_each_file_is_named_for_its_rule() -> None:
    assert {path.stem for path in FOLDER.iterdir()} == set(RULES)


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
def test_each_rule_has_words_in_both_languages_and_a_source_that_the_town_may_doubt(rule) -> None:
    assert all(words.zh and words.en for words in (rule.title, rule.reason))
    assert "C" in {one.mark for one in rule.sources} and {one.mark for one in rule.sources} <= {"B", "C"}


@pytest.mark.parametrize(
    ("rule", "days", "severity"),
    [
        ("TRN-RT", [("quiz_on", 0), ("quiz_on", 14), ("quiz_on", 30)], "amber"),
        ("BACK", [("record_on", 0), ("record_on", 14), ("record_on", 30)], "info"),
        ("TRN-Q", [("quarter_start", 0), ("quarter_middle", 0), ("quarter_end", 0)], "amber"),
        ("MTG", [("month_end", -3), ("month_end", -1), ("month_end", 0)], "info"),
        ("STOCK", [("expires_on", -90), ("expires_on", -30), ("expires_on", 0)], "red"),
        ("STOCK-C", [("month_start", 0), ("month_end", -2), ("month_end", 0)], "amber"),
        ("GRV", [("received_on", 2), ("received_on", 15), ("received_on", 30)], "red"),
    ],
)
def test_the_windows_are_those_of_the_brief(rule: str, days: list[tuple[str, int]], severity: str) -> None:
    found = RULES[rule]
    assert [(one.fact, one.days) for one in found.offsets] == days
    assert (found.in_working_days, found.severity) == (rule in ("GRV", "MTG", "STOCK-C"), severity)


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        ("due: { quiz_on: 14 }", "due: { quiz_on: 31 }", "window"),
        ("due: { quiz_on: 14 }", "due: { birth_on: 14 }", "window.due.birth_on"),
        ("due: { quiz_on: 14 }", "due: { quiz_on: 14, month_end: 0 }", "window.due"),
        ("due: { quiz_on: 14 }", "due: { quiz_on: { months: 1 } }", "window.due"),
        ("coaching_from: 2", "{}", "limits"),
        ("coaching_from: 2", "coaching_from: 0", "limits.coaching_from"),
        ("coaching_from: 2", "coaching_from: 2\n  fine: 5", "limits.fine"),
        ("signature: unsigned", "signature: { by: me, on: 2026-01-01 }", "signature"),
        ("by: passed", "by: promised", "answer.by"),
        ("by: passed", "by: passed\n  unless: asked", "answer.unless"),
        ("severity: amber", "severity: black", "severity"),
        ("whose: worker", "whose: anybody", "whose"),
        ("form_id:", "form:", "form"),
        ("window:", "window: [", "yaml"),
        ("补考", "查环", "title.zh"),
    ],
)
def test_a_rule_that_is_half_understood_or_breaks_a_red_line_is_not_used(old: str, new: str, field: str) -> None:
    assert old in RETAKE
    with pytest.raises(RuleInvalid) as raised:
        read_office_rule(RETAKE.replace(old, new, 1).encode(), "TRN-RT.yaml")
    assert str(raised.value.details["field"]).startswith(field)


@pytest.mark.parametrize("rule", RULES)
def test_a_signature_holds_for_every_word_of_a_rule_and_for_no_comment(rule: str) -> None:
    text = (FOLDER / f"{rule}.yaml").read_text(encoding="utf-8")

    def hash_of(changed: str) -> str:
        return read_office_rule(changed.encode(), f"{rule}.yaml").content_hash

    assert hash_of(f"# Another word on it.\n{text}") == RULES[rule].content_hash
    others = [("effective_from: 2025", "effective_from: 2024"), ("severity:", "severity: critical #"), ("C\n", "B\n")]
    changed = [text.replace(old, new, 1) for old, new in others]
    changed.append(text.replace(RULES[rule].reason.zh, "为了别的。"))
    assert text not in changed
    assert len({RULES[rule].content_hash, *map(hash_of, changed)}) == 5
