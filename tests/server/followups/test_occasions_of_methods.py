"""What asks for a follow-up about a method, and what does not."""

from dataclasses import replace

import pytest

from server.followups.facts import Facts
from server.followups.finding_occasions import occasions_of
from tests.server.followups.samples import RULES, born, day, lost, pregnancy, standing, woman
from tests.server.followups.stories_of_methods import BREASTFED, began, breastfeeding, card, complaint, her, review

RULE = {rule.id: rule for rule in RULES}


def lam_until(facts: Facts, today: str) -> str:
    (one,) = occasions_of(RULE["LAM-6"], facts, day(today))
    return one.days["lam_until"].isoformat()


def calls(*kinds: tuple[str, str]) -> list[tuple[str, str]]:
    """Rule and day of each call-back that complaints of these days and kinds ask for."""
    facts = her("coc", complaints=tuple(complaint(on, kind) for on, kind in kinds))
    found = [
        (one.day.isoformat(), rule)
        for rule in ("SE", "SE-S", "SE-D")
        for one in occasions_of(RULE[rule], facts, day("2028-12-31"))
    ]
    return [(rule, on) for on, rule in sorted(found)]


def test_a_card_that_is_told_late_leaves_days_to_talk_about_it() -> None:
    late = her("iud_cu", cards=(card("2028-02-20", "2026-05-01"),))
    due = standing(late, "2028-02-20")["IUD-X"]
    assert [str(one) for one in (due.opens_on, due.due_on, due.closes_on)] == ["2028-02-20", "2028-02-27", "2028-03-05"]
    assert due.severity == "info" and standing(late, "2028-03-05")["IUD-X"].severity == "amber"
    assert str(standing(late, "2028-02-20")["IUD-XQ"].opens_on) == "2028-05-20", "a quarter after it was told"


def test_breastfeeding_is_counted_from_the_birth_and_from_its_own_first_day_where_no_birth_was_told() -> None:
    (one,) = BREASTFED.contraception
    later = replace(BREASTFED, contraception=(replace(one, started_on=day("2028-01-13"), noted_on=day("2028-01-13")),))
    assert lam_until(later, "2028-02-01") == "2028-06-02"
    assert lam_until(began("lam", "2028-01-13"), "2028-02-01") == "2028-07-14"
    another = pregnancy("2025-01-01", "2025-03-01", outcome=born("2025-10-08"))
    assert lam_until(replace(later, pregnancies=(another,)), "2028-02-01") == "2028-07-14"


def test_other_milk_ends_it_on_the_day_it_was_told_and_not_before_it_was() -> None:
    facts = breastfeeding("2027-12-02", "2028-02-20")
    assert (lam_until(facts, "2028-02-19"), lam_until(facts, "2028-02-20")) == ("2028-06-02", "2028-02-20")
    assert lam_until(breastfeeding("2027-12-02", "2028-06-20"), "2028-06-20") == "2028-06-02", "it was over before"


def test_a_loss_that_was_told_without_a_birth_ends_what_is_said_about_breastfeeding() -> None:
    facts = replace(
        began("lam", "2028-01-13"), pregnancies=(pregnancy("2027-02-25", "2027-05-01", outcome=lost("2028-02-01")),)
    )
    assert "LAM-6" not in standing(facts, "2028-06-20")
    old = replace(facts, pregnancies=(pregnancy("2026-02-25", "2026-05-01", outcome=lost("2026-09-01")),))
    assert standing(old, "2028-06-20")["LAM-6"].is_task


@pytest.mark.parametrize(
    ("told", "found"),
    [
        ([("2028-01-01", "plain"), ("2028-01-28", "plain")], [("SE", "2028-01-01")]),
        ([("2028-01-01", "plain"), ("2028-01-29", "plain")], [("SE", "2028-01-01"), ("SE", "2028-01-29")]),
        ([("2028-01-01", "plain"), ("2028-01-02", "severe")], [("SE", "2028-01-01"), ("SE-S", "2028-01-02")]),
        ([("2028-01-01", "severe"), ("2028-01-02", "plain")], [("SE-S", "2028-01-01")]),
        ([("2028-01-01", "danger"), ("2028-01-02", "severe")], [("SE-D", "2028-01-01")]),
        ([("2028-01-01", "severe"), ("2028-01-02", "danger")], [("SE-S", "2028-01-01"), ("SE-D", "2028-01-02")]),
    ],
)
def test_she_is_called_back_once_for_what_she_tells_again_and_at_once_for_what_is_worse(
    told: list[tuple[str, str]], found: list[tuple[str, str]]
) -> None:
    assert calls(*told) == calls(*told[::-1]) == found


def test_two_reviews_of_one_day_ask_once() -> None:
    facts = her("coc", reviews=(review("2028-01-01"), replace(review("2028-01-01"), event="again")))
    assert [one.day for one in occasions_of(RULE["COC-Y"], facts, day("2028-01-01"))] == [day("2028-01-01")]


def test_what_is_dated_later_is_not_known_yet() -> None:
    facts = woman(
        contraception=(
            *her("coc", complaints=(complaint("2028-01-02", "danger"),), reviews=(review("2028-01-02"),)).contraception,
            *her("iud_cu", uuid="c2", cards=(card("2028-01-02", "2030-01-01"),)).contraception,
        )
    )
    rules = ("SE-D", "COC-Y", "IUD-X")
    for on, count in (("2028-01-01", 0), ("2028-01-02", 1)):
        assert [len(list(occasions_of(RULE[rule], facts, day(on)))) for rule in rules] == [count] * 3
