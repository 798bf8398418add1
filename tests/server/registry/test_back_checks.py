"""A back-check goes by the record that it checks: one about a woman is hers, one about a home is like the visit to it."""

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select, update

from server.access.roles import CLINICIAN, REVIEWER
from server.db import Database
from server.models import (
    AppUser,
    Assignment,
    CareEvent,
    DeriveProblem,
    Household,
    Seal,
    Submission,
    SubmissionGeometry,
    SubmissionVersion,
    VillageScope,
)
from server.registry.erasing import erase_person, plan_erasure
from tests.client import Client
from tests.conftest import MORNING
from tests.making import new_id
from tests.server.registry.caring import Care
from tests.server.registry.checking import a_care_with_checks, a_checked_woman, a_home, check, outcomes

Hire = Callable[[str, int], Client]
POINT = "30.07 105.21 0 5"


@pytest.fixture
def care(app: Flask, database: Database, project_id: int) -> Care:
    return a_care_with_checks(app, database, project_id)


@pytest.fixture
def hire(app: Flask, database: Database, cast: dict[str, int], project_id: int) -> Hire:
    """Somebody of the cast with a role for the whole town."""

    def start(name: str, role: int) -> Client:
        with database.transaction() as db:
            db.add(VillageScope(actor_id=cast[name], project_id=project_id, village_id=None))
            db.add(Assignment(actor_id=cast[name], role_id=role, project_id=project_id))
        return Client.signed_in(app, database, cast[name])

    return start


def seen(client: Client, care: Care) -> int:
    return len(client.get(f"/projects/{care.project_id}/forms/back_check/submissions").json)


def record_of(care: Care, instance_id: str) -> Submission:
    (found,) = [one for one in care.rows(Submission) if one.instance_id == instance_id]
    return found


def test_one_about_a_home_is_read_by_reviewers_and_may_have_a_point(care: Care, hire: Hire) -> None:
    visit, home = a_home(care)
    sent = check(care, visit, location=POINT, date_known="exact", date_match="2026-02-20")

    (event,) = [one for one in care.rows(CareEvent) if one.form_id == "back_check"]
    assert (event.subject_list, event.subject, event.episode) == ("households", home, visit.removeprefix("uuid:"))
    assert (record_of(care, sent).health, care.seal_of(sent)) == (False, None)
    assert len(care.rows(SubmissionGeometry)) == 1
    assert outcomes(care)[sent]["date"] == "agrees"
    assert seen(hire("chelsea", REVIEWER), care) == 1


def test_what_was_said_of_ones_own_visit_is_not_ones_own_to_read(care: Care, hire: Hire, cast: dict[str, int]) -> None:
    hers, another = hire("chelsea", REVIEWER), hire("bob", REVIEWER)
    visit, _home = a_home(care)
    check(care, visit)
    assert (seen(hers, care), seen(another, care)) == (1, 1)
    with care.database.transaction() as db:
        db.execute(update(AppUser).values(person_id=cast["chelsea"]))
    assert (seen(hers, care), seen(another, care)) == (0, 1)


def test_one_about_a_woman_is_her_clinicians_alone_and_has_no_point(care: Care, hire: Hire) -> None:
    visit, woman = a_checked_woman(care)
    sent = check(care, visit, location=POINT)

    (event,) = [one for one in care.rows(CareEvent) if one.form_id == "back_check"]
    assert (event.subject_list, event.subject) == ("women", woman)
    assert (record_of(care, sent).health, care.seal_of(sent), care.rows(SubmissionGeometry)) == (True, None, [])
    reviewer, clinician = hire("chelsea", REVIEWER), hire("bob", CLINICIAN)
    assert (seen(reviewer, care), seen(clinician, care)) == (0, 1)
    care.withdraw(woman, "2026-02-26", scope="share_clinic")
    assert seen(clinician, care) == 0


def test_once_she_takes_her_consent_back_nobody_reads_it_and_what_was_asked_after_that_is_sealed(
    care: Care, hire: Hire
) -> None:
    visit, woman = a_checked_woman(care)
    before, clinician = check(care, visit), hire("bob", CLINICIAN)
    assert seen(clinician, care) == 1
    care.withdraw(woman, "2026-02-26")
    late = check(care, visit, visit_date="2026-02-27")

    assert care.seal_of(late) == "no_consent" and list(outcomes(care)) == [before]
    assert seen(clinician, care) == 0


def test_she_takes_it_along_when_she_is_removed_and_nothing_late_brings_her_back(care: Care) -> None:
    visit, woman = a_checked_woman(care)
    before = check(care, visit)
    with care.database.transaction() as db:
        plan = plan_erasure(db, care.project_id, woman)
        assert record_of(care, before).id in plan.records
        erase_person(db, plan, None, MORNING)
    late = check(care, visit)

    assert [care.seal_of(one) for one in (before, late)] == ["erased", "erased"]
    assert not any("WORDCHECK" in text for text in care_texts(care))


def care_texts(care: Care) -> list[str]:
    with care.database.reading() as db:
        return [bytes(xml).decode() for xml in db.scalars(select(SubmissionVersion.xml))]


def test_one_that_could_not_be_read_yet_is_found_to_be_hers_by_what_it_checks(
    care: Care, monkeypatch: pytest.MonkeyPatch
) -> None:
    visit, woman = a_checked_woman(care)
    monkeypatch.setattr("server.registry.back_checks.judge", lambda *_: 1 / 0)
    sent = check(care, visit)

    assert care.seal_of(sent) == "unread" and len(care.rows(DeriveProblem)) == 1
    with care.database.reading() as db:
        assert record_of(care, sent).id in plan_erasure(db, care.project_id, woman).records


@pytest.mark.parametrize("sample", ["", "nonsense", "00000000-0000-4000-8000-000000000000"])
def test_one_of_a_record_that_nobody_knows_is_read_by_nobody(care: Care, sample: str) -> None:
    assert care.seal_of(check(care, sample)) == "unknown"


def test_a_correction_that_checks_another_record_is_read_by_nobody(care: Care) -> None:
    visit, _home = a_home(care)
    about_her, _woman = a_checked_woman(care)
    sent = check(care, about_her)
    check(care, visit, deprecated_id=sent)

    assert care.seal_of(sent) == "unknown" and outcomes(care) == {}


def test_when_the_visit_is_corrected_the_two_are_compared_again(care: Care) -> None:
    visit, home = a_home(care)
    sent = check(care, visit, date_known="exact", date_match="2026-02-20")
    assert outcomes(care)[sent]["date"] == "agrees"
    answers = {"household": home, "visit_date": "2026-02-10", "visit_result": "met", "consent_household": "yes"}
    care.post("household_visit", answers, "", instance_id=new_id(), deprecated_id=visit)

    assert outcomes(care)[sent]["date"] == "differs"


def test_a_check_is_no_visit_of_the_household(care: Care) -> None:
    visit, _home = a_home(care)
    check(care, visit)

    (home,) = care.rows(Household)
    assert home.last_visit_on is not None and home.last_visit_on.isoformat() == "2026-02-20"
    assert care.rows(Seal) == []
