"""What F7 handed out, as facts and as follow-ups."""

from itertools import permutations
from typing import Any

import pytest

from server.followups.facts import Facts, Stop
from server.followups.methods import Supply
from server.followups.pregnancies import Dating, Outcome, Pregnancy
from server.followups.rules import due_for, stopped_for
from server.registry.telling import Event
from tests.server.followups.samples import RULES, at_noon, day, lost, pregnancy, standing, supplies, woman
from tests.server.followups.test_histories import F6, read, told

F7 = "supplies"


def pills(on: str, item: str = "coc", qty: str = "3", episode: str = "c1", **answers: str) -> Event:
    return told(F7, on, f"f7 {on}", episode=episode, item=item, qty=qty, **answers)


def method(on: str = "2026-01-10", name: str = "coc", episode: str = "c1", **answers: str) -> Event:
    given = {"reason": "start", "method": name, "choice_hers": "yes", "reminder_wish": "visit", **answers}
    return told(F6, on, f"f6 {episode} {on}", episode=episode, **given)


def given_to(facts: Facts) -> dict[str, list[str]]:
    return {one.uuid: [each.supply_until.isoformat() for each in one.supplies] for one in facts.contraception}


def test_packs_beside_her_name_last_four_weeks_each_and_belong_to_the_method_that_was_chosen() -> None:
    events = [method(packs_given="1"), pills("2026-02-01"), pills("2026-04-01", supply_end="2026-04-30")]
    for order in permutations(events):
        assert given_to(read(*order)) == {"c1": ["2026-02-07", "2026-04-26", "2026-04-30"]}


@pytest.mark.parametrize(
    ("handed", "owner"),
    [
        (pills("2026-02-01", episode=""), "c1"),  # her only one of this pill
        (pills("2026-02-01", item="pop"), None),  # another pill than the method is
        (pills("2026-02-01", episode="somebody else's"), None),
        (pills("2026-04-01"), None),  # she had stopped
        (pills("2026-03-31"), "c1"),
    ],
)
def test_they_count_for_a_method_of_that_pill_that_had_not_ended(handed: Event, owner: str | None) -> None:
    facts = read(method(), told(F6, "2026-04-01", "f6 end", reason="stop"), handed)
    (found,) = [one for one in facts.contraception if one.supplies]
    assert (found.uuid if found.wants_follow_up else None) == owner


def test_packs_that_were_handed_out_answer_the_refill_and_ask_for_the_next_one() -> None:
    facts = read(method(packs_given="1"), pills("2026-02-05"))
    refills = [due for due in due_for(facts, RULES, day("2026-02-05")) if due.rule == "PILL-R"]
    found = {due.anchor_event: (due.state, str(due.closes_on)) for due in refills}
    assert found == {"f6 c1 2026-01-10": ("done_on_time", "2026-02-07"), "f7 2026-02-05": ("scheduled", "2026-04-30")}


def test_packs_that_belong_to_no_method_of_hers_answer_and_ask_nothing() -> None:
    facts = read(method(packs_given="1"), pills("2026-02-05", item="pop", episode=""))
    (due,) = [due for due in due_for(facts, RULES, day("2026-02-05")) if due.rule == "PILL-R"]
    assert (due.anchor_event, due.state) == ("f6 c1 2026-01-10", "done_on_time")


@pytest.mark.parametrize("qty", ["", "0", "many", "-3", "99999"])
def test_an_amount_that_is_none_gives_nothing(qty: str) -> None:
    facts = read(method(), pills("2026-02-05", qty=qty), pills("2026-02-06", item="folic_acid", qty=qty))
    assert given_to(facts) == {"c1": []} and facts.folic_acid == ()


def test_folic_acid_lasts_a_day_a_tablet_unless_the_form_says_when_it_begins() -> None:
    facts = read(
        pills("2026-02-01", item="folic_acid", qty="31", episode=""),
        pills("2026-03-01", item="folic_acid", qty="31", fa_supply_end="2026-04-05", episode=""),
        pills("2026-03-02", item="condom", qty="10", episode=""),
    )
    assert facts.folic_acid == (
        Supply("f7 2026-02-01", day("2026-02-01"), day("2026-03-04"), at_noon("2026-02-01")),
        Supply("f7 2026-03-01", day("2026-03-01"), day("2026-04-05"), at_noon("2026-03-01")),
    )
    assert facts.contraception == ()


FOLIC = supplies(("2026-10-20", "2026-11-20"))


def folic_acid(today: str, *pregnancies: Pregnancy, **given: Any) -> tuple[str, str]:
    facts = woman(folic_acid=FOLIC, pregnancies=pregnancies, **given)
    dues = {due.rule: due.state for due in due_for(facts, RULES, day(today))}
    return dues.get("FA-REFILL", ""), {one.rule: one.cause for one in stopped_for(facts, RULES, day(today))}.get(
        "FA-REFILL", ""
    )


def test_more_tablets_answer_and_who_plans_without_a_pregnancy_is_asked_too() -> None:
    again = supplies(("2026-10-20", "2026-11-20"), ("2026-11-15", "2026-12-15"))
    assert folic_acid("2026-11-15") == ("due", "")
    found = [due.state for due in due_for(woman(folic_acid=again), RULES, day("2026-11-15")) if due.rule == "FA-REFILL"]
    assert found == ["done_on_time", "scheduled"]


@pytest.mark.parametrize(
    ("anchor", "today", "found"),
    [
        ("2026-09-01", "2026-11-15", ("due", "")),  # 13+0 on 2026-12-01
        ("2026-09-01", "2026-11-30", ("overdue", "")),
        ("2026-09-01", "2026-12-01", ("", "thirteen_weeks")),
        ("2026-08-21", "2026-11-01", ("", "thirteen_weeks")),  # 13+0 on the day that the tablets end
        ("2026-08-22", "2026-11-01", ("open", "")),
    ],
)
def test_nothing_more_is_asked_from_13_weeks_on_or_where_the_tablets_last_until_then(
    anchor: str, today: str, found: tuple[str, str]
) -> None:
    assert folic_acid(today, pregnancy(anchor, "2026-10-20")) == found


def test_the_day_of_13_weeks_is_looked_at_though_no_edge_of_the_window_lies_there() -> None:
    facts = woman(folic_acid=FOLIC, pregnancies=(pregnancy("2026-09-01", "2026-10-20"),))
    assert standing(facts, "2026-11-25")["FA-REFILL"].changes_on == day("2026-12-01")


def test_a_registration_that_comes_later_makes_no_second_task() -> None:
    before = due_for(woman(folic_acid=FOLIC), RULES, day("2026-11-10"))
    after = due_for(
        woman(folic_acid=FOLIC, pregnancies=(pregnancy("2026-09-01", "2026-11-09"),)), RULES, day("2026-11-10")
    )
    keys = [{one.key for one in dues if one.rule == "FA-REFILL"} for dues in (before, after)]
    assert keys[0] and keys[0] == keys[1]


def test_a_loss_and_a_wish_not_to_be_contacted_end_it() -> None:
    ended = pregnancy("2026-09-01", "2026-10-20", outcome=lost("2026-11-10"))
    quiet = Stop("contact_declined", day("2026-11-10"), "r", episode="p1")
    assert folic_acid("2026-11-10", ended) == ("", "pregnancy_ended")
    assert folic_acid("2026-11-10", pregnancy("2026-09-01", "2026-10-20"), stops=(quiet,)) == ("", "contact_declined")


def test_a_pregnancy_that_was_over_before_or_registered_long_after_is_another_matter() -> None:
    over = pregnancy(
        "2026-01-01", "2026-03-01", outcome=Outcome("b", "gave_birth", day("2026-10-01"), day("2026-10-01"))
    )
    later = Pregnancy(
        "p2",
        "r2",
        day("2027-03-01"),
        at_noon("2027-03-01"),
        (Dating("r2", day("2027-01-20"), "lmp", day("2027-03-01")),),
    )
    assert folic_acid("2026-11-15", over) == ("due", "")
    assert folic_acid("2027-03-01", later) == ("expired", "")
