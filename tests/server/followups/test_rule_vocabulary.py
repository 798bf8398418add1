"""Every word that a rule file may use has words in both languages."""

from collections.abc import Iterable, Mapping

import pytest

from server.followups import rule_vocabulary, ruleset
from server.followups.elsewhere import URGENCIES
from server.followups.facts import SUBJECT_LISTS
from server.followups.methods import COMPLAINTS, METHODS
from server.followups.pregnancies import BIRTHS, SIGNS
from server.followups.rule_schema import make_schema
from server.followups.ruleset import Words
from server.followups.town_rules import shipped_rules

FACTS = {name for anchor, named in ruleset.ANCHORS.items() for name in (anchor, *named)}


@pytest.mark.parametrize(
    ("words", "used"),
    [
        (rule_vocabulary.FACTS, {*FACTS, *ruleset.WINDOW_DAYS}),
        (rule_vocabulary.ANSWERS, ruleset.ANSWERS),
        (rule_vocabulary.STOPS, ruleset.STOPS),
        (rule_vocabulary.LEVELS, ruleset.LEVELS),
        (rule_vocabulary.MARKS, ruleset.MARKS),
        (rule_vocabulary.KINDS, ruleset.KINDS),
        (rule_vocabulary.WHOSE, ruleset.WHOSE),
        (rule_vocabulary.ONLY, ruleset.ONLY),
        (rule_vocabulary.CONSENTS, ruleset.CONSENTS),
        (rule_vocabulary.PROFILES, ruleset.PROFILES),
        (rule_vocabulary.OWNERS, {rule.owner for rule in shipped_rules()}),
        (rule_vocabulary.APPLIES, make_schema()["properties"]["applies"]["properties"]),
        (rule_vocabulary.CHOSEN, {*METHODS, *URGENCIES, *SIGNS, *BIRTHS, *ruleset.CHECKS, *COMPLAINTS}),
        (rule_vocabulary.LISTS, SUBJECT_LISTS),
    ],
)
def test_each_word_has_words_and_no_other_has(words: Mapping[str, Words], used: Iterable[str]) -> None:
    assert set(words) == set(used)
    assert all(one.zh.strip() and one.en.strip() for one in words.values())
