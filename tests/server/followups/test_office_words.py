"""Every word that a rule of the office may use has words in both languages."""

from collections.abc import Iterable, Mapping

import pytest

from server.followups import office_rules, office_words
from server.followups.office_rules import shipped_office_rules
from server.followups.ruleset import Words

RULES = shipped_office_rules().values()


@pytest.mark.parametrize(
    ("words", "used"),
    [
        (office_words.DAYS, office_rules.DAYS),
        (office_words.WHOSE, office_rules.WHOSE),
        (office_words.ANSWERS, office_rules.ANSWERS),
        (office_words.LIMITS, {name for names in office_rules.LIMITS.values() for name in names}),
        (office_words.AFTER, {rule.severity for rule in RULES}),
        (office_words.OWNERS, {rule.owner for rule in RULES}),
    ],
)
def test_each_word_has_words_and_no_other_has(words: Mapping[str, Words], used: Iterable[str]) -> None:
    assert set(words) == set(used)
    assert all(one.zh.strip() and one.en.strip() for one in words.values())
