"""Facts from rows. What the answers mean is tested in test_histories.py."""

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from server.followups.facts import Consent
from server.followups.gathering import facts_of, facts_of_many
from server.followups.recalculate import recalculate
from server.models import CareEvent, FollowUp, Project, table_of
from server.registry.editing import delete_entity
from server.registry.entities import Author, find_entity
from server.registry.lists import find_dataset
from server.registry.referrals import keep_referral
from tests.conftest import MORNING
from tests.making import a_town
from tests.server.followups.samples import VILLAGE, at_noon, day
from tests.server.followups.told import F1, a_home, a_woman, checked, injected, registered, tell


def test_whom_the_registry_does_not_know_has_no_facts(db: Session, town: Project) -> None:
    registered(db, town, "2026-10-20", "2026-09-01")
    assert facts_of(db, town, "women", "w1") is None
    assert facts_of(db, town, "households", "h1") is None


@pytest.mark.parametrize(
    ("given", "consent"),
    [
        ({}, Consent(True, day("2030-01-01"))),
        ({"consent_service": False}, Consent(False, day("2030-01-01"))),
        ({"withdrawn_on": day("2026-11-01")}, Consent(False, day("2030-01-01"))),
    ],
)
def test_consent_is_that_of_her_row(db: Session, town: Project, given: dict[str, object], consent: Consent) -> None:
    a_woman(db, town, **given)
    facts = facts_of(db, town, "women", "w1")
    assert facts is not None and (facts.consent, facts.village_code) == (consent, VILLAGE)


def test_a_household_has_its_visits(db: Session, town: Project) -> None:
    a_home(db, town)
    tell(db, town, F1, "2027-01-01", visit_result="met", consent_household="yes")
    facts = facts_of(db, town, "households", "h1")
    assert facts is not None and [one.agreed for one in facts.household_visits] == [True]


def test_a_visit_key_is_looked_up_among_her_own_follow_ups(db: Session, town: Project) -> None:
    a_woman(db, town)
    a_woman(db, town, "w2")
    registered(db, town, "2026-10-20", "2026-09-01")
    recalculate(db, town, "women", "w1", day("2026-10-20"), at_noon("2026-10-20"))
    row = db.scalars(select(FollowUp).where(FollowUp.rule == "ANC2")).one()
    checked(db, town, "2027-01-05", visit_key=row.visit_key)
    injected(db, town, "2027-01-05", subject="w2", episode="c2", visit_key=row.visit_key)
    hers, others = (facts_of(db, town, "women", name) for name in ("w1", "w2"))
    assert hers is not None and hers.visits[-1].answers == row.key
    assert others is not None and others.visits[-1].answers is None


def test_two_towns_with_the_same_ids_are_kept_apart(db: Session, town: Project) -> None:
    other = a_town(db, "另一镇")
    a_woman(db, town)
    a_woman(db, other)
    registered(db, town, "2026-10-20", "2026-09-01")
    facts = facts_of(db, other, "women", "w1")
    assert facts is not None and facts.pregnancies == ()


def test_a_referral_that_the_office_deleted_is_no_fact(db: Session, town: Project) -> None:
    a_woman(db, town)
    told = checked(db, town, "2027-01-05", refer="yes")
    author = Author(None, None, told.submission_id, told.submission_version_id, MORNING)
    keep_referral(db, town, told, author)
    facts = facts_of(db, town, "women", "w1")
    assert facts is not None and len(facts.referrals) == 1
    dataset = find_dataset(db, town.id, "referrals")
    assert dataset is not None
    entity = find_entity(db, dataset, facts.referrals[0].uuid)
    assert entity is not None
    delete_entity(db, dataset, entity, author)
    facts = facts_of(db, town, "women", "w1")
    assert facts is not None and facts.referrals == ()


def test_until_a_day_only_visits_up_to_it_are_known(db: Session, town: Project) -> None:
    a_woman(db, town)
    checked(db, town, "2027-01-05")
    checked(db, town, "2027-01-06")
    facts = facts_of_many(db, town, "women", ["w1"], until=day("2027-01-05"))["w1"]
    assert [one.visit_date for one in facts.visits] == [day("2027-01-05")]


def test_ten_women_cost_as_many_queries_as_one(
    db: Session, town: Project, count_queries: Callable[[], AbstractContextManager[list[str]]]
) -> None:
    names = [f"n{n}" for n in range(10)]
    for name in names:
        a_woman(db, town, name)
        checked(db, town, "2027-01-05", subject=name, episode=f"p-{name}", danger="fever")
    with count_queries() as one:
        facts_of_many(db, town, "women", names[:1])
    with count_queries() as ten:
        assert len(facts_of_many(db, town, "women", names)) == 10
    assert len(one) == len(ten) <= 6


def test_a_row_that_was_looked_at_before_is_read_anew(db: Session, town: Project) -> None:
    """Whoever waited for somebody else's transaction must not go by what it saw before."""
    a_woman(db, town)
    row = checked(db, town, "2027-01-05")
    table = table_of(CareEvent)
    db.execute(table.update().values(visit_date=day("2027-01-01")).where(table.c.submission_id == row.submission_id))
    facts = facts_of(db, town, "women", "w1")
    assert facts is not None and facts.visits[0].visit_date == day("2027-01-01")
