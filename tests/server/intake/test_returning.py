"""A record goes back to who sent it, and what is filled in anew for it takes its place: once, whatever happens meanwhile."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from server.access.people import create_user
from server.access.phones import revoke_app_user
from server.db import Database
from server.errors import MissingParameter
from server.intake.returned import find_returned, was_returned_to
from server.intake.returning import find_receiver, return_record, take_back
from server.intake.review import delete_submission, set_review_state
from server.models import (
    AppUser,
    Notification,
    ReturnedRecord,
    Submission,
    SubmissionVersion,
    Village,
    VillageScope,
)
from server.registry.emptying import empty_records
from tests.client import Client
from tests.conftest import MORNING, PASSWORD
from tests.making import a_form, a_phone, a_record, new_id
from tests.returned import a_correcting_form, a_correction

WHY = "点位不对"


class Office:
    """A project with two phones, and somebody who returns what they send."""

    def __init__(self, app: Flask, database: Database, project_id: int) -> None:
        self.database, self.project_id, self.key = database, project_id, app.extensions["fangshi.key"]
        with database.transaction() as db:
            self.form = a_form(db, project_id, xml=a_correcting_form())
            self.by = create_user(db, "rita@example.test", PASSWORD, "rita", None, MORNING).actor_id
            made = [a_phone(db, self.key, project_id, self.form, name) for name in ("手机一", "手机二")]
        self.ids = [one[0] for one in made]
        self.phones = [Client(app, key=one[1]) for one in made]

    def send(self, xml: bytes, phone: int = 0) -> int:
        return self.phones[phone].send(self.project_id, xml).status_code

    def sent(self, **answers: Any) -> tuple[int, str]:
        """A record of the first phone: its number and its instanceID."""
        instance_id = new_id()
        assert self.send(a_record(instance_id=instance_id, **answers)) == 201
        with self.database.reading() as db:
            return db.scalars(select(Submission.id).where(Submission.instance_id == instance_id)).one(), instance_id

    def act(self, verb: Callable[..., Any], number: int, *more: Any) -> Any:
        with self.database.transaction() as db:
            return verb(db, db.get_one(Submission, number), *more, self.by, MORNING)

    def returned(self, **answers: Any) -> tuple[int, str]:
        number, instance_id = self.sent(**answers)
        self.act(return_record, number, WHY)
        return number, instance_id

    def rows(self, model: type, *where: Any) -> list[Any]:
        with self.database.reading() as db:
            return list(db.scalars(select(model).where(*where).order_by(model.id)))

    def state(self, number: int) -> tuple[str | None, str | None, int]:
        """The review state, how the last return ended, and how many versions there are."""
        (record,) = self.rows(Submission, Submission.id == number)
        how = [one.ended_how for one in self.rows(ReturnedRecord, ReturnedRecord.submission_id == number)]
        versions = self.rows(SubmissionVersion, SubmissionVersion.submission_id == number)
        assert sum(one.is_current for one in versions) == 1
        return record.review_state, how[-1] if how else None, len(versions)


@pytest.fixture
def office(app: Flask, database: Database, project_id: int) -> Office:
    return Office(app, database, project_id)


def test_a_return_names_who_sent_it_why_and_who_returned_it(office: Office) -> None:
    number, _ = office.returned()
    with office.database.reading() as db:
        found = find_returned(db, number)
    assert found is not None
    assert (found.to, found.by, found.reason) == ("手机一", "rita", WHY)
    assert office.state(number) == ("hasIssues", None, 1)


@pytest.mark.parametrize("reason", ["", "  \n"])
def test_without_a_reason_nothing_goes_back(office: Office, reason: str) -> None:
    number, _ = office.sent()
    with pytest.raises(MissingParameter):
        office.act(return_record, number, reason)
    assert office.state(number) == (None, None, 1)


def test_a_correction_takes_the_returned_records_place_and_is_told_of_once(office: Office) -> None:
    number, instance_id = office.returned(note="三社")
    correction = a_correction(instance_id, note="五社")
    assert [office.send(correction), office.send(correction)] == [201, 201]

    assert office.state(number) == ("edited", "corrected", 2)
    assert len(office.rows(Submission)) == 1
    (told,) = office.rows(Notification)
    assert (told.recipient_id, told.kind) == (office.by, "return_answered")
    old, new = office.rows(SubmissionVersion)
    assert (old.is_current, new.deprecated_id) == (False, instance_id)


def test_an_edit_of_the_sent_record_closes_the_return_as_well(office: Office) -> None:
    number, instance_id = office.returned()
    assert office.send(a_record(deprecated_id=instance_id, note="五社")) == 201
    assert office.state(number) == ("edited", "corrected", 2)


def test_two_corrections_of_one_record_are_one_record_and_the_later_one_stands(office: Office) -> None:
    number, instance_id = office.returned()
    assert [office.send(a_correction(instance_id, note=one)) for one in ("一", "二")] == [201, 201]
    assert office.state(number) == ("edited", "corrected", 3)
    assert "二" in str([one.values_json for one in office.rows(SubmissionVersion) if one.is_current])


def test_another_phone_corrects_nothing_by_naming_it(office: Office) -> None:
    number, instance_id = office.returned()
    assert office.send(a_correction(instance_id), phone=1) == 201
    assert office.state(number) == ("hasIssues", None, 1)
    assert len(office.rows(Submission)) == 2


@pytest.mark.parametrize("named", ["uuid:nobody", "三社", "'; drop table submission; --"])
def test_what_names_no_returned_record_is_a_record_of_its_own(office: Office, named: str) -> None:
    number, instance_id = office.sent()
    assert [office.send(a_correction(one)) for one in (named, instance_id)] == [201, 201]
    assert office.state(number) == (None, None, 1)
    assert len(office.rows(Submission)) == 3


@pytest.mark.parametrize("state", ["approved", "rejected", None])
def test_a_decision_ends_it_and_what_was_on_its_way_is_taken_all_the_same(office: Office, state: str | None) -> None:
    number, instance_id = office.returned()
    office.act(set_review_state, number, state)
    assert office.state(number) == (state, "taken_back" if state is None else "decided", 1)
    assert office.send(a_correction(instance_id)) == 201
    assert office.state(number)[0] == "edited"
    assert office.rows(Notification) == []


def test_more_issues_leave_it_with_the_phone(office: Office) -> None:
    number, _ = office.returned()
    office.act(set_review_state, number, "hasIssues")
    assert office.state(number) == ("hasIssues", None, 1)


def test_a_return_is_taken_back_and_the_record_is_what_it_was(office: Office) -> None:
    number, _ = office.returned()
    office.act(take_back, number, "approved")
    assert office.state(number) == ("approved", "taken_back", 1)
    office.act(take_back, number, None)
    assert office.state(number)[0] == "approved", "what is not with a phone cannot be taken back"


def test_once_more_is_a_new_reason_in_place_of_the_old(office: Office) -> None:
    number, _ = office.returned()
    office.act(return_record, number, "还有门牌")
    with office.database.reading() as db:
        found = find_returned(db, number)
    assert found is not None and found.reason == "还有门牌"
    assert [one.ended_how for one in office.rows(ReturnedRecord)] == ["taken_back", None]


def test_a_correction_of_what_was_emptied_meanwhile_is_received_and_nothing_is_kept(office: Office) -> None:
    number, instance_id = office.returned(note="WORDOLD")
    with office.database.transaction() as db:
        empty_records(db, [number])
    assert office.send(a_correction(instance_id, note="WORDNEW")) == 201
    assert office.rows(ReturnedRecord) == []
    assert b"WORD" not in b"".join(bytes(one.xml) for one in office.rows(SubmissionVersion))


def test_a_correction_of_what_the_office_took_away_is_refused_with_a_word(office: Office) -> None:
    number, instance_id = office.returned()
    office.act(delete_submission, number)
    assert office.send(a_correction(instance_id)) == 409
    assert office.rows(ReturnedRecord)[0].ended_how == "decided"


def test_a_correction_after_the_office_corrected_it_is_the_latest_version_and_both_are_kept(office: Office) -> None:
    number, instance_id = office.returned(note="一")
    assert office.send(a_record(deprecated_id=instance_id, note="二")) == 201
    assert office.send(a_correction(instance_id, note="三")) == 201
    assert office.state(number) == ("edited", "corrected", 3)
    assert len({one.deprecated_id for one in office.rows(SubmissionVersion)}) == 3, "each replaced the one before"


def test_a_phone_that_works_no_more_leaves_it_to_another_of_the_same_person(office: Office) -> None:
    number, _ = office.sent()
    first, second = office.ids
    with office.database.transaction() as db:
        for one in office.ids:
            db.get_one(AppUser, one).person_id = office.by
        record = db.get_one(Submission, number)
        assert find_receiver(db, record) == first
        revoke_app_user(db, first, None, MORNING)
        assert find_receiver(db, record) == second
        db.get_one(AppUser, second).person_id = None
        assert find_receiver(db, record) is None


def test_a_home_goes_to_the_phone_that_has_its_village_now_and_a_womans_record_to_nobody(office: Office) -> None:
    number, _ = office.sent()
    first, second = office.ids
    with office.database.transaction() as db:
        village = Village(project_id=office.project_id, code="A1", name="A1", created_at=MORNING)
        db.add(village)
        db.flush()
        db.add(VillageScope(actor_id=second, project_id=office.project_id, village_id=village.id))
        revoke_app_user(db, first, None, MORNING)
        record = db.get_one(Submission, number)
        record.village_id = village.id
        assert find_receiver(db, record) == second
        record.health = True
        assert find_receiver(db, record) is None


def test_nobody_was_returned_a_record_that_has_no_sender(office: Office) -> None:
    number, _ = office.returned()
    with office.database.reading() as db:
        assert [was_returned_to(db, number, one) for one in (office.ids[0], office.ids[1], None)] == [
            True,
            False,
            False,
        ]
