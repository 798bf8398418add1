"""What ends a dating check, a clinician's own date, the early look after a birth, and the offer to talk about methods."""

from dataclasses import replace

import pytest

from server.followups.facts import Facts, Visit
from server.followups.pregnancies import Birth, Dating, ExtraContact, Outcome, Talk
from server.followups.rules import stopped_for
from tests.server.followups.samples import RULES, at_noon, born, check, day, lost, pregnancy, standing, tasks, woman

# Anchor 2026-09-01: 28+0 is 2027-03-16, 30+0 2027-03-30, 36+6 2027-05-17.
REGISTERED = "2026-10-20"


def with_extra(*dates: tuple[str, str], visits: tuple[Visit, ...] = ()) -> Facts:
    """Each date is (set on, wanted on)."""
    extra = tuple(ExtraContact(f"set {on}", day(on), day(wanted)) for on, wanted in dates)
    return woman(pregnancies=(pregnancy("2026-09-01", REGISTERED, extra_contacts=extra),), visits=visits)


def with_talks(*talks: tuple[str, bool], visits: tuple[Visit, ...] = (), birth: str = "") -> Facts:
    told = tuple(Talk(f"talk {on}", day(on), wants) for on, wants in talks)
    ends: dict[str, Outcome | Birth] = {}
    if birth:
        ends = {"outcome": born(birth), "birth": Birth(day(birth), day(birth))}
    return woman(pregnancies=(pregnancy("2026-09-01", REGISTERED, talks=told, **ends),), visits=visits)


def after_birth(on: str, event: str = "visit") -> Visit:
    return Visit(event, "delivery_postnatal", day(on), at_noon(on), "p1", report="pnc_visit")


def state(facts: Facts, rule: str, today: str) -> str | None:
    found = standing(facts, today)
    return found[rule].state if rule in found else None


def test_a_dating_ends_the_search_for_one_and_the_weeks_count_from_then_on() -> None:
    none = woman(pregnancies=(pregnancy("2026-09-01", REGISTERED, datings=()),))
    assert tasks(none, "2026-10-28") == ["ANC0"]
    scan = Dating("scan", day("2026-09-01"), "ultrasound", day("2026-10-25"))
    dated = woman(pregnancies=(pregnancy("2026-09-01", REGISTERED, datings=(scan,)),))
    found = standing(dated, "2026-10-28")
    assert (found["ANC0"].state, found["ANC0"].answered_by) == ("done_on_time", "scan")
    assert found["ANC1"].state == "open"
    assert "ANC0" not in standing(woman(pregnancies=(pregnancy("2026-09-01", REGISTERED),)), "2026-10-28")


def test_a_check_without_a_dating_does_not_end_that_search() -> None:
    none = woman(pregnancies=(pregnancy("2026-09-01", REGISTERED, datings=()),), visits=(check("2026-10-25"),))
    assert state(none, "ANC0", "2026-10-28") == "overdue"


def test_a_birth_ends_it_too() -> None:
    over = pregnancy("2026-09-01", REGISTERED, datings=(), outcome=born("2027-05-20"))
    assert [one.rule for one in stopped_for(woman(pregnancies=(over,)), RULES, day("2027-05-20"))] == ["ANC0"]


@pytest.mark.parametrize(
    ("on", "clinician", "ended"),
    [
        ("2026-12-23", True, "scheduled"),  # a week and a day before
        ("2026-12-24", True, "done_on_time"),
        ("2026-12-31", True, "done_on_time"),
        ("2027-01-02", True, "done_late"),
        ("2026-12-31", False, "due"),  # only a clinician closes it
    ],
)
def test_only_a_clinicians_contact_from_a_week_before_on_ends_a_date_that_she_set(
    on: str, clinician: bool, ended: str
) -> None:
    facts = with_extra(("2026-12-01", "2026-12-31"), visits=(check(on, by_clinician=clinician),))
    assert state(facts, "ANC-H", on) == ended


def test_the_check_at_which_it_was_set_does_not_end_it() -> None:
    told = check("2026-12-28", event="set 2026-12-28", by_clinician=True)
    facts = with_extra(("2026-12-28", "2026-12-31"), visits=(told,))
    assert state(facts, "ANC-H", "2026-12-28") == "open"
    key = standing(facts, "2026-12-28")["ANC-H"].key
    made_for_it = check("2026-12-28", event="again", by_clinician=True, answers=key)
    assert state(replace(facts, visits=(made_for_it,)), "ANC-H", "2026-12-28") == "done_on_time"


def test_a_date_that_is_set_anew_before_its_days_come_replaces_the_first() -> None:
    facts = with_extra(("2026-12-01", "2026-12-31"), ("2026-12-10", "2027-01-10"))
    assert str(standing(facts, "2026-12-10")["ANC-H"].due_on) == "2027-01-10"
    stopped = [(one.rule, one.cause) for one in stopped_for(facts, RULES, day("2026-12-10")) if one.rule == "ANC-H"]
    assert stopped == [("ANC-H", "replaced")]


def test_it_is_a_clinicians_and_stands_for_nothing_else() -> None:
    (rule,) = [one for one in RULES if one.id == "ANC-H"]
    assert rule.whose == "clinician"
    found = standing(with_extra(("2026-12-01", "2026-12-31")), "2026-12-31")
    assert (found["ANC-H"].inside, found["ANC2"].inside) == (None, found["ANC1"].key)


@pytest.mark.parametrize(("wants", "ended"), [(True, "done_on_time"), (False, "declined")])
def test_any_answer_ends_the_offer_and_not_now_is_one(wants: bool, ended: str) -> None:
    facts = with_talks(("2027-03-20", wants))
    assert state(facts, "PPFP", "2027-03-19") == "open"
    assert state(facts, "PPFP", "2027-03-20") == ended
    assert state(facts, "PPFP", "2027-05-20") == ended, "and it is not asked again"


def test_an_answer_before_its_weeks_ends_it_as_well() -> None:
    assert state(with_talks(("2027-01-05", False)), "PPFP", "2027-03-16") == "declined"


def test_the_offer_is_made_with_a_visit_and_nobody_goes_there_for_it() -> None:
    found = standing(with_talks(), "2027-03-16")
    assert found["PPFP"].inside in {due.key for due in found.values() if due.inside is None}
    seen = with_talks(visits=(check("2027-03-30"),))
    assert state(seen, "PPFP", "2027-03-30") == "done_on_time", "who left the question out was offered it"


def test_the_offer_is_never_overdue_and_rises_above_nothing() -> None:
    for rule in ("PPFP", "PPFP-1", "PPFP-42"):
        facts = with_talks(birth="2027-06-01") if rule != "PPFP" else with_talks()
        levels = {(due.state, due.severity) for on in DAYS if (due := standing(facts, on).get(rule))}
        assert levels <= {("scheduled", "info"), ("open", "info"), ("due", "info"), ("expired", "info")}
        assert ("due", "info") in levels and ("expired", "info") in levels


DAYS = [f"2027-{month:02}-{number:02}" for month in range(3, 10) for number in range(1, 29)]


def test_who_answered_before_the_birth_is_not_asked_after_it_and_who_did_not_is() -> None:
    assert {"PPFP-1", "PPFP-42"} <= set(tasks(with_talks(birth="2027-06-01"), "2027-06-01"))
    asked = set(standing(with_talks(("2027-03-20", False), birth="2027-06-01"), "2027-06-01"))
    assert not asked & {"PPFP-1", "PPFP-42"}


def test_an_answer_at_the_first_visit_after_the_birth_ends_the_offer_at_six_weeks_too() -> None:
    facts = with_talks(("2027-06-05", False), birth="2027-06-01")
    assert (state(facts, "PPFP-1", "2027-06-05"), state(facts, "PPFP-42", "2027-06-05")) == ("declined", "declined")


def test_a_visit_without_an_answer_leaves_the_offer_of_the_next_one() -> None:
    facts = with_talks(visits=(after_birth("2027-06-05"),), birth="2027-06-01")
    assert (state(facts, "PPFP-1", "2027-06-05"), state(facts, "PPFP-42", "2027-06-05")) == (
        "done_on_time",
        "scheduled",
    )


def test_a_loss_ends_the_offer_at_once() -> None:
    one = pregnancy("2026-09-01", REGISTERED, outcome=lost("2027-03-20"))
    assert tasks(woman(pregnancies=(one,)), "2027-03-20") == ["PL1"]


BORN = "2027-06-01"  # 39+0


@pytest.mark.parametrize(
    ("born_on", "given", "birth", "watched"),
    [
        (BORN, {}, {}, False),
        (BORN, {"has_named_risk": True}, {}, True),
        (BORN, {}, {"is_worry": True}, True),
        ("2027-05-17", {}, {}, True),  # 36+6
        ("2027-05-18", {}, {}, False),  # 37+0
        ("2027-05-17", {"datings": ()}, {}, False),  # nobody knows her weeks
    ],
)
def test_an_early_look_is_asked_for_where_a_risk_was_named_or_the_baby_is_small_or_a_worry(
    born_on: str, given: dict[str, object], birth: dict[str, object], watched: bool
) -> None:
    told = {"outcome": born(born_on), "birth": Birth(day(born_on), day(born_on), day(born_on), **birth)}  # type: ignore[arg-type]
    facts = woman(pregnancies=(pregnancy("2026-09-01", REGISTERED, **given, **told),))
    found = standing(facts, born_on)
    assert ("PN1-H" in found) is watched
    if watched:
        early = found["PN1-H"]
        assert ((early.due_on - day(born_on)).days, (early.closes_on - day(born_on)).days) == (1, 3)
        assert found["PN1"].inside == early.key


def test_one_visit_answers_the_early_look_and_the_home_visit() -> None:
    told = {"outcome": born(BORN), "birth": Birth(day(BORN), day(BORN), day(BORN), is_worry=True)}
    facts = woman(pregnancies=(pregnancy("2026-09-01", REGISTERED, **told),), visits=(after_birth("2027-06-03"),))
    assert (state(facts, "PN1-H", "2027-06-03"), state(facts, "PN1", "2027-06-03")) == ("done_on_time", "done_on_time")
