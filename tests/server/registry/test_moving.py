"""A pregnancy or method that a correction gives to another woman takes along what chose it."""

from typing import Any

import pytest
from flask import Flask

from server.db import Database
from server.models import CareEvent, Entity
from server.registry.moving import may_have_come
from tests.plans import plan_of
from tests.server.registry.caring import Care, a_uuid, created
from tests.server.registry.naming import a_care_with_talk, correct, event_of, others_of, registered, remove, talk


@pytest.fixture
def care(app: Flask, database: Database, project_id: int) -> Care:
    return a_care_with_talk(app, database, project_id)


def move_pregnancy(care: Care, first: str, pregnancy: str, woman: str, **answers: str) -> str:
    """A new version of the record that began it, which names another woman."""
    given = {"woman": woman, "visit_date": "2026-02-10", "wants_registration": "yes", "lmp_known": "exact"}
    given |= {"lmp_date": "2025-12-01", "village_code": "519901201001"} | answers
    return care.post("pregnancy_registration", given, created("pregnancies", pregnancy), deprecated_id=first)


def move_method(care: Care, first: str, episode: str, woman: str) -> str:
    given = {"client": woman, "visit_date": "2026-02-10", "reason": "start", "choice_hers": "yes", "method": "dmpa"}
    return care.post("contraception_followup", given, created("contraception_episodes", episode), deprecated_id=first)


def subjects(care: Care, form_id: str) -> list[str]:
    return [one.subject for one in care.rows(CareEvent) if one.form_id == form_id]


def test_checks_and_talks_that_chose_a_pregnancy_go_to_whose_it_is_by_the_correction(care: Care) -> None:
    wrong, meant = registered(care, 2)
    pregnancy = a_uuid()
    first = care.pregnancy(wrong, pregnancy)
    check = care.check(pregnancy)
    chose = talk(care, pregnancies=pregnancy)
    beside = talk(care, women=meant, pregnancies=pregnancy)
    assert others_of(care) == [wrong]
    move_pregnancy(care, first, pregnancy, meant)
    assert subjects(care, "antenatal_check") == [meant]
    assert subjects(care, "talk") == [meant, meant]
    assert others_of(care) == []
    remove(care, wrong)
    assert [care.seal_of(one) for one in (check, chose, beside)] == [None, None, None], "none of it is hers"
    remove(care, meant)
    assert [care.seal_of(one) for one in (check, chose, beside)] == ["erased"] * 3


def test_a_talk_that_chose_a_method_goes_to_whose_it_is_by_the_correction(care: Care) -> None:
    wrong, meant = registered(care, 2)
    episode = a_uuid()
    first = care.method(wrong, episode)
    talk(care, contraception_episodes=episode)
    move_method(care, first, episode, meant)
    assert event_of(care).subject == meant


def test_a_talk_that_chose_a_referral_goes_with_the_check_that_made_it(care: Care) -> None:
    wrong, meant = registered(care, 2)
    pregnancy = a_uuid()
    first = care.pregnancy(wrong, pregnancy)
    care.check(pregnancy, danger="bleeding")
    referral = next(one for one in care.rows(Entity) if one.uuid not in (wrong, meant, pregnancy))
    talk(care, referrals=referral.uuid)
    assert event_of(care).subject == wrong
    move_pregnancy(care, first, pregnancy, meant)
    assert event_of(care).subject == meant


def test_a_check_corrected_to_another_womans_pregnancy_takes_the_talk_of_its_referral_along(care: Care) -> None:
    wrong, meant = registered(care, 2)
    hers, other = a_uuid(), a_uuid()
    care.pregnancy(wrong, hers)
    care.pregnancy(meant, other)
    check = care.check(hers, danger="bleeding")
    referral = next(one for one in care.rows(Entity) if one.uuid not in (wrong, meant, hers, other))
    talk(care, referrals=referral.uuid)
    answers = {"pregnancy": other, "visit_date": "2026-02-20", "danger": "bleeding"}
    care.post("antenatal_check", answers, deprecated_id=check)
    assert event_of(care).subject == meant


def test_what_the_first_womans_no_had_sealed_opens_by_the_consent_of_whose_it_is(care: Care) -> None:
    wrong, meant = a_uuid(), a_uuid()
    care.register(wrong, until="2026-02-15")
    care.register(meant)
    pregnancy = a_uuid()
    first = care.pregnancy(wrong, pregnancy)
    check, chose = care.check(pregnancy), talk(care, pregnancies=pregnancy)
    assert [care.seal_of(one) for one in (check, chose)] == ["no_consent", "no_consent"]
    move_pregnancy(care, first, pregnancy, meant)
    assert [care.seal_of(one) for one in (check, chose)] == [None, None]


def test_a_move_that_waited_for_the_other_womans_consent_takes_them_along_when_it_comes(care: Care) -> None:
    wrong, meant = a_uuid(), a_uuid()
    care.register(wrong)
    pregnancy = a_uuid()
    first = care.pregnancy(wrong, pregnancy)
    check, chose = care.check(pregnancy), talk(care, pregnancies=pregnancy)
    move_pregnancy(care, first, pregnancy, meant)
    assert care.seal_of(first) == "unknown"
    care.register(meant)
    assert care.seal_of(first) is None
    assert subjects(care, "antenatal_check") + subjects(care, "talk") == [meant, meant]
    assert [care.seal_of(one) for one in (check, chose)] == [None, None]


def test_a_talk_that_names_the_first_woman_herself_stays_hers(care: Care) -> None:
    wrong, meant = registered(care, 2)
    pregnancy = a_uuid()
    first = care.pregnancy(wrong, pregnancy)
    sent = talk(care, women=wrong, pregnancies=pregnancy)
    move_pregnancy(care, first, pregnancy, meant)
    assert (event_of(care).subject, others_of(care)) == (wrong, [meant])
    correct(care, sent, women=wrong)
    assert others_of(care) == []


def test_a_correction_that_moves_nothing_looks_at_nothing_again(care: Care, count_queries: Any) -> None:
    (woman,) = registered(care, 1)
    pregnancy = a_uuid()
    first = care.pregnancy(woman, pregnancy)
    with count_queries() as alone:
        second = move_pregnancy(care, first, pregnancy, woman, lmp_date="2025-12-03")
    for _ in range(3):
        talk(care, pregnancies=pregnancy)
    with count_queries() as among:
        move_pregnancy(care, second, pregnancy, woman, lmp_date="2025-12-03")
    assert len(among) <= len(alone)


def test_what_is_left_behind_is_looked_up_by_keys(database: Database, project_id: int) -> None:
    if not database.is_sqlite:
        return  # its planner goes by how much there is
    event = CareEvent(submission_id=1, project_id=project_id, episode="x")
    for asked in may_have_come(event, ["y", "z"]):
        plan = plan_of(database, asked)
        assert plan and all(one.startswith("SEARCH") for one in plan), plan
