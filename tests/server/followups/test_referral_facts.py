"""What a woman's records make of a device that she wants taken out: a task of the service, ended by nothing but that it was done
or that she thinks otherwise."""

import pytest

from server.followups.elsewhere import Referral
from server.followups.rules import due_for
from server.registry.referrals import referral_uuid
from server.registry.telling import Event
from tests.server.followups.samples import RULES, day
from tests.server.followups.test_histories import F6, read, told

F13 = "referral_outcome"
STARTED = told(F6, "2026-11-01", "f6", method="iud_cu", start_date="2026-11-01", reason="start", reminder_wish="phone")
ASKED = told(F6, "2026-11-10", "asked", reason="check", wish="remove_device")


def after(on: str, event: str = "later", episode: str = "c1", **answers: str) -> Event:
    return told(F6, on, event, episode=episode, **answers)


def outcome(on: str, **answers: str) -> Event:
    return told(F13, on, "f13", episode=referral_uuid("asked"), **answers)


def removal(*events: Event) -> Referral:
    (one,) = read(STARTED, ASKED, *events).referrals
    assert (one.urgency, one.referred_on) == ("removal", day("2026-11-10"))
    return one


def standing(on: str, *events: Event) -> dict[str, str]:
    return {one.rule: one.state for one in due_for(read(STARTED, ASKED, *events), RULES, day(on))}


def test_a_wish_is_enough_wherever_she_is_to_go_and_a_danger_sign_is_more_urgent() -> None:
    assert removal().outcome_on is None
    urgent = told(F6, "2026-11-10", "asked", reason="check", wish="remove_device", danger_fp="abdominal_pain")
    assert [one.urgency for one in read(STARTED, urgent).referrals] == ["urgent"]


@pytest.mark.parametrize("reason", ["stop", "switch"])
def test_it_is_done_when_a_record_of_that_method_ends_it(reason: str) -> None:
    one = removal(after("2026-11-14", reason=reason))
    assert (one.outcome_on, one.outcome_event) == (day("2026-11-14"), "later")
    assert removal(after("2026-11-14", episode="another", reason=reason)).outcome_on is None


@pytest.mark.parametrize(
    ("answers", "is_done"),
    [
        ({"arrived": "yes", "treated": "yes"}, True),
        ({"arrived": "yes", "treated": "no"}, False),
        ({"arrived": "no", "barrier": "money"}, False),
        ({"arrived": "unknown"}, False),
    ],
)
def test_that_she_was_turned_away_or_could_not_go_is_no_outcome_of_hers(answers: dict[str, str], is_done: bool) -> None:
    assert (removal(outcome("2026-11-14", **answers)).outcome_on == day("2026-11-14")) is is_done
    assert standing("2026-11-18", outcome("2026-11-14", **answers))["REF-O"] == (
        "done_on_time" if is_done else "overdue"
    )


def test_she_may_think_otherwise_and_nobody_was_late() -> None:
    assert standing("2026-11-20", after("2026-11-19", reason="check", wish="continue"))["REF-O"] == "declined"
    assert standing("2026-11-20", after("2026-11-19", reason="check", wish="undecided"))["REF-O"] == "overdue"
    assert standing("2026-11-20", outcome("2026-11-19", arrived="no", closed="yes"))["REF-O"] == "declined"


def test_who_wants_it_out_is_not_asked_to_have_it_looked_at_unless_she_goes_on_with_it() -> None:
    assert "IUD-1" not in standing("2026-11-25")
    assert standing("2026-11-25", after("2026-11-12", reason="check", wish="continue"))["IUD-1"] == "open"
