"""Which schedule a pregnancy follows from which day on, by what was chosen for the town and for itself."""

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from server.db import Database
from server.errors import NotFound, UnexpectedValue
from server.followups.choosing_schedules import choose_for_pregnancy, choose_for_town
from server.followups.gathering import facts_of, facts_of_many
from server.followups.schedule_choices import CHOICES, Choice, profiles_of, towns_choice
from server.models import FollowUp, Pregnancy, Project, ScheduleChoice, Woman
from tests.plans import plan_of
from tests.server.followups.samples import at_noon, day
from tests.server.followups.told import a_woman, checked, choose, pass_days, registered, states, work_out


def said(*choices: tuple[str | None, str, str]) -> list[tuple[str, str]]:
    told = profiles_of("p1", [Choice(whose, profile, day(on)) for whose, profile, on in choices])
    return [(str(on), profile) for on, profile in told]


def test_the_town_is_followed_until_there_is_a_choice_of_its_own() -> None:
    assert said() == []
    assert said((None, "CN-clinic", "2026-10-01")) == [("2026-10-01", "CN-clinic")]
    own = (("p1", "CN5+WHO", "2026-11-01"), (None, "CN-clinic", "2026-12-01"))
    assert said(*own) == [("2026-11-01", "CN5+WHO")], "what the town chooses later changes nothing about it"
    assert said(*own, ("p1", "town", "2027-01-01")) == [("2026-11-01", "CN5+WHO"), ("2027-01-01", "CN-clinic")]
    assert said(("p2", "CN5+WHO", "2026-11-01")) == [], "another one's choice is not its own"


def test_what_was_chosen_before_she_registered_is_what_it_followed_first(db: Session, woman: Project) -> None:
    choose(db, woman, "CN-clinic", "2026-10-01")
    choose(db, woman, "CN5+WHO", "2026-12-01")
    registered(db, woman, "2026-10-20", "2026-09-01")
    facts = facts_of(db, woman, "women", "w1")
    assert facts is not None
    assert (facts.pregnancies[0].profile, facts.pregnancies[0].schedule) == (
        "CN-clinic",
        ((day("2026-12-01"), "CN5+WHO"),),
    )


def test_the_choices_of_many_are_one_query(
    db: Session, woman: Project, count_queries: Callable[[], AbstractContextManager[list[str]]]
) -> None:
    for name in ("w2", "w3"):
        a_woman(db, woman, name)
        registered(db, woman, "2026-10-20", "2026-09-01", subject=name, episode=f"p-{name}", event=f"e-{name}")
    registered(db, woman, "2026-10-20", "2026-09-01")
    choose(db, woman, "CN5+WHO", "2026-12-01", "p-w2")
    with count_queries() as one:
        facts_of_many(db, woman, "women", ["w1"])
    with count_queries() as many:
        found = facts_of_many(db, woman, "women", ["w1", "w2", "w3"])
    assert len(one) == len(many)
    assert [bool(found[name].pregnancies[0].schedule) for name in ("w1", "w2", "w3")] == [False, True, False]


@pytest.fixture
def doctor(db: Session, woman: Project) -> int:
    choose(db, woman, "CN5", "2026-01-01")
    found = towns_choice(db, woman.id)
    assert found.by == "王医生"
    return db.scalars(select(ScheduleChoice.chosen_by_id)).one()


def pregnant(db: Session, town: Project) -> Woman:
    registered(db, town, "2026-10-20", "2026-09-01")
    checked(db, town, "2026-11-10")
    db.add(Pregnancy(project_id=town.id, uuid="p1", woman_uuid="w1", registered_on=day("2026-10-20"), status="ongoing"))
    db.flush()
    work_out(db, town, "2026-12-01")
    return db.scalars(select(Woman).where(Woman.uuid == "w1")).one()


def test_what_was_done_stays_done_and_the_rest_of_the_old_schedule_ends_with_a_cause_of_its_own(
    db: Session, woman: Project, doctor: int
) -> None:
    her = pregnant(db, woman)
    choose_for_pregnancy(db, woman, her, "p1", "CN-clinic", doctor, at_noon("2026-12-01"))
    found = states(db)
    assert found["ANC1"] == "done_on_time"
    assert {rule for rule, state in found.items() if state == "superseded other_schedule"} == {
        "ANC2",
        "ANC3",
        "ANC4",
        "ANC5",
    }
    assert (found["ANC-C1"], found["ANC-C2"]) == ("done_on_time", "scheduled")
    choose_for_pregnancy(db, woman, her, "p1", "town", doctor, at_noon("2026-12-02"))
    assert (states(db)["ANC2"], states(db)["ANC-C2"]) == ("scheduled", "superseded other_schedule")


def test_the_towns_choice_reaches_pregnancies_under_way_by_the_daily_step(
    db: Session, woman: Project, doctor: int
) -> None:
    pregnant(db, woman)
    choose_for_town(db, woman, "CN-clinic", doctor, at_noon("2026-12-01"))
    assert "ANC-C2" not in states(db)
    assert pass_days(db, "2026-12-01") == 1
    assert (states(db)["ANC1"], states(db)["ANC-C2"], states(db)["ANC2"]) == (
        ("done_on_time", "scheduled", "superseded other_schedule")
    )
    assert pass_days(db, "2026-12-01") == 0


def test_a_second_choice_of_the_same_is_none(db: Session, woman: Project, doctor: int) -> None:
    her = pregnant(db, woman)
    looks = [row.look_on for row in db.scalars(select(FollowUp))]
    choose_for_town(db, woman, "CN5", doctor, at_noon("2026-12-01"))
    choose_for_pregnancy(db, woman, her, "p1", "town", doctor, at_noon("2026-12-01"))
    assert [row.look_on for row in db.scalars(select(FollowUp))] == looks


def test_what_there_is_not_cannot_be_chosen(db: Session, woman: Project, doctor: int) -> None:
    her = pregnant(db, woman)
    with pytest.raises(UnexpectedValue):
        choose_for_town(db, woman, "town", doctor, at_noon("2026-12-01"))
    with pytest.raises(NotFound):
        choose_for_pregnancy(db, woman, her, "p2", "CN5", doctor, at_noon("2026-12-01"))


def test_the_choices_of_other_pregnancies_are_not_read(database: Database) -> None:
    """A town may have thousands: at each record of one pregnancy its own and the town's alone are looked up."""
    if not database.is_sqlite:
        return
    for asked in (CHOICES.of_one, CHOICES.of_many):
        plan = plan_of(database, asked.params(project=1, subject="p1", subjects=["p1", "p2"]))
        found = [line for line in plan if "schedule_choice" in line]
        assert len(found) == 2
        assert all("(project_id=? AND pregnancy=?)" in line for line in found), plan
