"""Who is registered twice in the demo town, and how rightly the timetable will ask about them and others of it."""

from collections import Counter
from datetime import date
from itertools import combinations

import pytest

from forms.check import check
from forms.instance import read_instance
from server.demo.health_records import form_of, send_all
from server.demo.told import Person
from server.demo.town import SEED, make_town
from server.demo.twice import KINDS, Twice, first_of, register_again
from server.demo.women import make_women
from server.registry.likeness import Traits, compare
from server.registry.person_words import words_to_compare
from tests.conftest import MORNING
from tests.server.registry.twice import Measured, by_kind

TODAY = date(2026, 3, 2)


@pytest.fixture(scope="module")
def women() -> list[Person]:
    return make_women(make_town(), TODAY, SEED)


@pytest.fixture(scope="module")
def twice(women: list[Person]) -> list[Twice]:
    return register_again(women, TODAY)


def test_two_of_each_kind_are_registered_again_and_nobody_a_third_time(women: list[Person], twice: list[Twice]) -> None:
    assert Counter(one.kind for one in twice) == dict.fromkeys(KINDS, 2)
    everybody = [*women, *(one.again for one in twice)]
    assert len({one.number for one in everybody}) == len({one.entity for one in everybody}) == len(everybody)
    assert len({one.first.number for one in twice}) == len(twice)
    assert all(first_of(one.first).on < first_of(one.again).on <= TODAY for one in twice)


def test_each_worker_has_some_of_them(twice: list[Twice]) -> None:
    assert {one.again.worker for one in twice} == set(range(5))


def test_a_phone_would_have_let_through_what_is_told_the_second_time_and_of_the_first(twice: list[Twice]) -> None:
    assert sum("phone_safe" in first_of(one.first).answers for one in twice) == 6
    for one in (person for pair in twice for person in pair[1:]):
        for sending in send_all(one, MORNING):
            assert check(read_instance(sending.xml), form_of(sending.form_id)[1]) == []


def test_all_of_them_are_found_and_few_others(
    women: list[Person], twice: list[Twice], capsys: pytest.CaptureFixture[str]
) -> None:
    """Of everybody in the demo who agrees, by the words by which the timetable compares."""
    traits = [traits_of(one) for one in [*women, *(pair.again for pair in twice)] if agrees(one)]
    known = {frozenset((one.first.entity, one.again.entity)): one.kind for one in twice}
    pairs = combinations([(one, set(words_to_compare(one))) for one in traits], 2)
    asked = {
        frozenset((one.uuid, other.uuid))
        for (one, hers), (other, its) in pairs
        if hers & its and compare(one, other).is_enough
    }
    measured = Measured(by_kind(known, asked), {}, len(asked - known.keys()))
    with capsys.disabled():
        print(f"\nthe demo town of {len(traits)} women, {measured}")
    assert measured.recall == 1
    assert measured.precision > 0.5


def agrees(one: Person) -> bool:
    said = [told.answers["save_service"] for told in one.told if told.form_id == "woman_consent" and told.writes]
    return said[-1:] == ["yes"]


def traits_of(one: Person) -> Traits:
    said = first_of(one).answers
    home, phone = said["household"], said.get("phone_safe", "")
    return Traits(one.entity, said["village_code"], one.name, one.code, phone, home, said["age_band"])
