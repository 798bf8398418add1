from collections import Counter
from datetime import date, timedelta

import pytest

from forms.check import check
from forms.instance import read_instance
from server.demo.health_records import form_of, send_all
from server.demo.told import Person
from server.demo.town import SEED, make_town
from server.demo.women import COUNTS, FIRST_OF_EACH, make_women
from tests.conftest import MORNING

TODAY = date(2026, 3, 2)


@pytest.fixture(scope="module")
def women() -> list[Person]:
    return make_women(make_town(), TODAY, SEED)


def test_there_are_enough_women_who_agreed(women: list[Person]) -> None:
    agreed = [one for one in women if any(told.answers.get("consent_service") == "yes" for told in one.told)]
    assert len(agreed) >= 250
    assert len(women) == sum(COUNTS.values())


def test_the_same_seed_tells_the_same_lives(women: list[Person]) -> None:
    again = make_women(make_town(), TODAY, SEED)
    assert [one.told for one in again] == [one.told for one in women]
    assert [one.told for one in make_women(make_town(), TODAY, SEED + 1)] != [one.told for one in women]


def test_the_first_women_are_one_of_each_course(women: list[Person]) -> None:
    forms = [{told.form_id for told in one.told} for one in women[:FIRST_OF_EACH]]
    assert set().union(*forms) == {
        "woman_consent",
        "pregnancy_registration",
        "antenatal_check",
        "contraception_followup",
        "delivery_postnatal",
    }
    reports = Counter(told.answers.get("report_type") for one in women for told in one.told)
    assert reports["loss"] == 1
    assert reports["birth"] >= 20
    assert reports["pnc_visit"] >= 20


def test_some_are_past_the_last_agreed_visit_and_some_stopped_their_method(women: list[Person]) -> None:
    going_on = [
        {told.form_id: told.answers for told in one.told}
        for one in women
        if all(told.form_id != "delivery_postnatal" for told in one.told)
    ]
    starts = [told["pregnancy_registration"]["lmp_date"] for told in going_on if "pregnancy_registration" in told]
    days = [(TODAY - date.fromisoformat(start)).days for start in starts]
    assert any(day >= 288 for day in days)  # ANC6 is red: domain.md 2.3
    assert any(told.answers.get("reason") == "stop" for one in women for told in one.told)


def test_nothing_is_told_of_days_to_come_or_out_of_order(women: list[Person]) -> None:
    for one in women:
        days = [told.on for told in one.told]
        assert days == sorted(days)
        assert all(TODAY - timedelta(days=365) < day <= TODAY for day in days), one.number


def test_each_change_of_an_entity_knows_the_one_before(women: list[Person]) -> None:
    for one in women:
        seen: Counter[str] = Counter()
        for told in one.told:
            if told.writes:
                assert told.writes.base == seen[told.writes.entity], one.number
                seen[told.writes.entity] += 1


def test_a_phone_would_have_let_each_record_through(women: list[Person]) -> None:
    for one in women[:40]:
        for sending in send_all(one, MORNING):
            instance = read_instance(sending.xml)
            version, schema = form_of(sending.form_id)
            assert (instance.form_id, instance.version) == (sending.form_id, version)
            assert check(instance, schema) == []
