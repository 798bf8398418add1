"""Records of the town's own forms that choose a woman from our lists: they are hers, and go by what she agreed to."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from server.access.allow import Scope
from server.access.projects import submissions_within
from server.access.roles import CLINICIAN, REVIEWER
from server.db import Database
from server.followups.restricting import use_again
from server.intake.withdrawing import withdraw
from server.models import (
    Assignment,
    CareEvent,
    FollowUp,
    Project,
    Submission,
    SubmissionGeometry,
    SubmissionVersion,
    VillageScope,
    Woman,
)
from server.registry.events import OF_HER, told_of_her
from tests.client import Client
from tests.conftest import MORNING, Clock
from tests.plans import plan_of
from tests.server.registry.caring import Care, a_care_record, a_uuid
from tests.server.registry.naming import (
    LISTS,
    a_care_with_talk,
    correct,
    event_of,
    others_of,
    registered,
    remove,
    restrict,
    seen,
    stop_sharing,
    take_back,
    talk,
)

Hire = Callable[[str, int], Client]


@pytest.fixture
def care(app: Flask, database: Database, project_id: int) -> Care:
    return a_care_with_talk(app, database, project_id)


@pytest.fixture
def hire(app: Flask, database: Database, cast: dict[str, int], project_id: int) -> Hire:
    """Somebody of the cast with a role for the whole town."""

    def start(name: str, role: int) -> Client:
        with database.transaction() as db:
            db.add(VillageScope(actor_id=cast[name], project_id=project_id, village_id=None))
            db.add(Assignment(actor_id=cast[name], role_id=role, project_id=project_id))
        return Client.signed_in(app, database, cast[name])

    return start


@pytest.mark.parametrize("by", LISTS)
def test_a_record_that_names_her_is_for_her_clinician_alone_and_without_a_point(
    care: Care, hire: Hire, by: str
) -> None:
    woman, pregnancy, method = a_uuid(), a_uuid(), a_uuid()
    care.register(woman)
    care.pregnancy(woman, pregnancy, danger_now="bleeding")
    care.method(woman, method)
    tasks = sorted((one.key, one.state, one.due_on) for one in care.rows(FollowUp))
    entities = f"/projects/{care.project_id}/datasets/referrals/entities"
    clinician, reviewer = hire("bob", CLINICIAN), hire("chelsea", REVIEWER)
    (referral,) = [one["uuid"] for one in clinician.get(entities).json]
    chosen = dict(zip(LISTS, (woman, pregnancy, method, referral), strict=True))
    sent = talk(care, **{by: chosen[by]}, gps="30.5 105.5 0 5")
    assert care.seal_of(sent) is None
    assert seen(clinician, care) == [1, 1, 1]
    assert seen(reviewer, care) == [0, 0, 0]
    event = event_of(care)
    assert (event.subject_list, event.subject, event.episode, event.data_json) == ("women", woman, None, "{}")
    assert care.rows(SubmissionGeometry) == []
    assert sorted((one.key, one.state, one.due_on) for one in care.rows(FollowUp)) == tasks, "no rule goes by it"


def test_a_record_that_names_nobody_is_the_towns_like_any_other(care: Care, hire: Hire) -> None:
    talk(care, gps="30.5 105.5 0 5")
    assert seen(hire("chelsea", REVIEWER), care) == [1, 1, 1]
    assert [one for one in care.rows(CareEvent) if one.form_id == "talk"] == []
    assert len(care.rows(SubmissionGeometry)) == 1


def test_what_is_kept_unused_or_not_shared_is_in_no_list_feed_or_export(
    care: Care, hire: Hire, database: Database, project_id: int
) -> None:
    woman, other = a_uuid(), a_uuid()
    for one in (woman, other):
        care.register(one)
        talk(care, women=one)
    clinician = hire("bob", CLINICIAN)
    assert seen(clinician, care) == [2, 2, 2]
    restrict(care, woman)
    assert seen(clinician, care) == [1, 1, 1]
    with database.transaction() as db:
        use_again(db, db.get_one(Project, project_id), woman, None, MORNING)
    assert seen(clinician, care) == [2, 2, 2]
    care.withdraw(other, "2026-03-01", scope="share_clinic")
    assert seen(clinician, care) == [1, 1, 1]


def test_after_her_last_day_it_is_shown_no_more(
    care: Care, hire: Hire, app: Flask, database: Database, cast: dict[str, int], clock: Clock
) -> None:
    woman = a_uuid()
    care.register(woman, until="2026-03-10")
    talk(care, women=woman)
    assert seen(hire("bob", CLINICIAN), care) == [1, 1, 1]
    clock.forward(days=20)
    assert seen(Client.signed_in(app, database, cast["bob"]), care) == [0, 0, 0]
    assert care.seal_of(talk(care, "2026-03-20", women=woman)) == "no_consent"


def test_what_she_took_back_seals_what_comes_late_and_shows_nothing_of_before(
    care: Care, hire: Hire, database: Database, cast: dict[str, int], project_id: int, clock: Clock
) -> None:
    woman = a_uuid()
    care.register(woman)
    before = talk(care, women=woman)
    clock.forward(minutes=5)
    with database.transaction() as db:
        row = db.scalars(select(Woman).where(Woman.uuid == woman)).one()
        withdraw(db, db.get_one(Project, project_id), row, ["service"], "keep_minimal", cast["alice"], clock.now())
    clock.forward(minutes=5)
    late = talk(care, "2026-02-21", women=woman)
    assert care.seal_of(late) == "no_consent"
    again = a_care_record("talk", {"visit_date": "2026-02-21", "women": woman})
    answer = care.phone.send(care.project_id, again, headers={"Accept-Language": "zh"}).get_data(as_text=True)
    assert "她这期间撤回了同意" in answer, "and the phone is told kindly"
    assert seen(hire("bob", CLINICIAN), care) == [0, 0, 0]
    assert care.seal_of(before) is None, "as the records of our own forms: kept, and shown to nobody"


def test_it_waits_for_her_consent_and_for_the_pregnancy_it_names(care: Care) -> None:
    woman, pregnancy = a_uuid(), a_uuid()
    of_her, of_it = talk(care, women=woman), talk(care, pregnancies=pregnancy)
    assert [care.seal_of(one) for one in (of_her, of_it)] == ["unknown", "unknown"]
    care.register(woman)
    assert [care.seal_of(one) for one in (of_her, of_it)] == [None, "unknown"]
    care.pregnancy(woman, pregnancy)
    assert [care.seal_of(one) for one in (of_her, of_it)] == [None, None]
    assert {one.subject for one in care.rows(CareEvent) if one.form_id == "talk"} == {woman}


@pytest.mark.parametrize("by", ["women", "pregnancies"])
def test_what_comes_after_she_was_removed_is_emptied(care: Care, by: str) -> None:
    woman, pregnancy = a_uuid(), a_uuid()
    care.register(woman)
    care.pregnancy(woman, pregnancy)
    before = talk(care, women=woman)
    remove(care, woman)
    late = talk(care, **{by: woman if by == "women" else pregnancy})
    assert [care.seal_of(one) for one in (before, late)] == ["erased", "erased"]
    assert [one.xml for one in care.rows(SubmissionVersion)] == [b""] * 4


def test_a_correction_that_names_another_woman_makes_it_hers(
    care: Care, hire: Hire, database: Database, project_id: int
) -> None:
    woman, meant = a_uuid(), a_uuid()
    for one in (woman, meant):
        care.register(one)
    first = talk(care, women=woman)
    correct(care, first, women=meant)
    assert event_of(care).subject == meant
    clinician = hire("bob", CLINICIAN)
    restrict(care, woman)
    assert seen(clinician, care) == [1, 1, 1]
    remove(care, woman)
    versions = [one for one in care.rows(SubmissionVersion) if b'id="talk"' in one.xml or not one.xml]
    assert [bool(one.xml) for one in versions if one.is_current] == [False, True], "the other woman's record stays"
    assert care.seal_of(first) is None


def test_a_correction_to_a_woman_who_said_no_seals_and_one_to_nobody_opens(care: Care, clock: Clock) -> None:
    woman, gone = a_uuid(), a_uuid()
    for one in (woman, gone):
        care.register(one)
    clock.forward(minutes=1)
    care.withdraw(gone, "2026-03-01")
    clock.forward(minutes=1)
    first = talk(care, women=woman)
    second = correct(care, first, women=gone)
    assert care.seal_of(first) == "no_consent"
    correct(care, second)
    assert care.seal_of(first) is None
    assert [one for one in care.rows(CareEvent) if one.form_id == "talk"] == []


def test_one_that_names_several_is_opened_only_where_each_lets_it_be_read(
    care: Care, clock: Clock, count_queries: Any
) -> None:
    women = [a_uuid() for _ in range(4)]
    for one in women[:3]:
        care.register(one)
    assert care.seal_of(talk(care, women=" ".join(women[:2]))) is None
    with count_queries() as of_two:
        talk(care, women=" ".join(women[:2]))
    with count_queries() as of_three:
        talk(care, women=" ".join(women[:3]))
    assert len(of_three) == len(of_two)
    assert care.seal_of(talk(care, women=" ".join(women))) == "unknown"
    clock.forward(minutes=1)
    care.withdraw(women[1], "2026-03-01")
    clock.forward(minutes=1)
    assert care.seal_of(talk(care, women=" ".join(women[:3]))) == "no_consent"


def test_who_is_removed_takes_what_names_her_beside_another_woman(care: Care) -> None:
    woman, other = a_uuid(), a_uuid()
    for one in (woman, other):
        care.register(one)
    sent = talk(care, women=f"{other} {woman}")
    remove(care, woman)
    assert care.seal_of(sent) == "erased"


@pytest.mark.parametrize("change", [stop_sharing, take_back, restrict, remove])
def test_what_any_of_several_women_says_later_holds_for_the_record(
    care: Care, hire: Hire, clock: Clock, change: Callable[[Care, str], None]
) -> None:
    woman, first, other, pregnancy = (a_uuid() for _ in range(4))
    for one in (woman, first, other):
        care.register(one)
    care.pregnancy(woman, pregnancy)
    beside, by_pregnancy = talk(care, women=f"{first} {woman}"), talk(care, women=first, pregnancies=pregnancy)
    talk(care, women=f"{first} {other}")
    assert others_of(care) == sorted([woman, woman, other])
    clinician = hire("bob", CLINICIAN)
    assert seen(clinician, care) == [3, 3, 3]
    clock.forward(minutes=1)
    change(care, woman)
    assert seen(clinician, care) == [1, 1, 1]
    if change is remove:
        assert [care.seal_of(one) for one in (beside, by_pregnancy)] == ["erased", "erased"]
        assert others_of(care) == [other]


def test_a_visit_that_her_late_no_does_not_cover_is_sealed_also_where_she_is_named_beside_another(
    care: Care, clock: Clock
) -> None:
    woman, first = registered(care, 2)
    sent = talk(care, "2026-02-20", women=f"{first} {woman}")
    clock.forward(minutes=1)
    care.withdraw(woman, "2026-02-10")
    assert (care.seal_of(sent), others_of(care)) == ("no_consent", [])
    care.renew(woman, "2026-02-15", "2027-02-01", base=2)
    assert (care.seal_of(sent), others_of(care)) == (None, [woman])


def test_a_correction_that_leaves_her_out_frees_the_record_of_her(care: Care, hire: Hire) -> None:
    woman, first = registered(care, 2)
    sent = talk(care, women=f"{first} {woman}")
    correct(care, sent, women=first)
    assert others_of(care) == []
    restrict(care, woman)
    assert seen(hire("bob", CLINICIAN), care) == [1, 1, 1]


def test_what_the_office_set_aside_stays_out_of_sight_with_any_of_them(
    care: Care, hire: Hire, cast: dict[str, int], project_id: int
) -> None:
    woman, first = registered(care, 2)
    sent = talk(care, women=f"{first} {woman}")
    clinician = hire("bob", CLINICIAN)
    there = f"/projects/{project_id}/forms/talk/submissions/{sent}"
    assert clinician.patch(there, json={"reviewState": "rejected"}).status_code == 200
    assert seen(clinician, care) == [1, 1, 1]
    restrict(care, woman)
    assert seen(clinician, care) == [0, 0, 0]


def test_whom_it_reaches_is_looked_up_by_keys(database: Database, project_id: int) -> None:
    if not database.is_sqlite:
        return  # its planner goes by how much there is
    scope = Scope(project_id, False, frozenset({1, 2}), health=True, shared_only=True, today=MORNING.date())
    for asked, times in (
        (select(Submission.id).where(submissions_within(scope)), 3),
        (select(CareEvent.submission_id).where(told_of_her(project_id, "x")), 1),
        (OF_HER.params(project=project_id, woman="x"), 1),
    ):
        plan = plan_of(database, asked)
        tables = ("named_woman", "care_event", "consent_withdrawal", "transfer_package")
        looks = [one for one in plan if any(table in one for table in tables)]
        assert len([one for one in looks if "named_woman" in one]) == times
        assert all(one.startswith("SEARCH") for one in looks), plan
