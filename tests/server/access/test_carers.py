"""Handing a phone to a person of the town."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from server.access import roles
from server.access.caller import Caller
from server.access.carers import list_carriers, set_carer
from server.access.people import create_user, disable_user
from server.access.phones import create_app_user, delete_app_user
from server.errors import Forbidden, NotFound, UnexpectedValue
from server.models import AppUser, Assignment, Audit, Project
from tests.conftest import MORNING, PASSWORD

LEA = Caller(actor_id=None, type="user")


class Care:
    """A care project with a phone and a worker; another project with a phone and a worker of its own."""

    def __init__(self, db: Session) -> None:
        self.db = db
        self.project, self.other = (Project(name=name, kind="care", created_at=MORNING) for name in ("禾川镇", "别镇"))
        db.add_all([self.project, self.other])
        db.flush()
        self.phone, self.far_phone = (
            create_app_user(db, bytes(32), one.id, "手机", None, MORNING).actor.id for one in (self.project, self.other)
        )
        self.worker, self.far_worker = (
            self.person(name, one) for name, one in (("w", self.project), ("far", self.other))
        )

    def person(self, name: str, project: Project) -> int:
        user = create_user(self.db, f"{name}@example.test", PASSWORD, name, None, MORNING)
        self.db.add(Assignment(actor_id=user.actor_id, role_id=roles.VILLAGE_WORKER, project_id=project.id))
        self.db.flush()
        return user.actor_id

    def hand(
        self, person: int | None, role: str = "village_worker", phone: int | None = None, by: Caller = LEA
    ) -> None:
        set_carer(self.db, by, self.project, phone or self.phone, person, role, MORNING)


@pytest.fixture
def care(db: Session) -> Care:
    return Care(db)


def test_a_phone_is_handed_to_a_person_in_a_role_and_taken_back(care: Care, db: Session) -> None:
    row = db.get_one(AppUser, care.phone)
    assert (row.person_id, row.care_role) == (None, "village_worker")
    care.hand(care.worker, "clinician")
    assert (row.person_id, row.care_role) == (care.worker, "clinician")
    care.hand(None)
    assert (row.person_id, row.care_role) == (None, "village_worker")


def test_the_audit_says_who_carried_it_before_and_after(care: Care, db: Session) -> None:
    care.hand(care.worker, "clinician")
    care.hand(care.worker, "clinician")
    noted = db.scalars(select(Audit).where(Audit.action == "field_key.carer.set")).all()
    assert [(one.project_id, one.actee_actor_id, one.details) for one in noted] == [
        (
            care.project.id,
            care.phone,
            {
                "before": {"userId": None, "role": "village_worker"},
                "after": {"userId": care.worker, "role": "clinician"},
            },
        )
    ]


def test_people_and_phones_of_another_project_are_refused(care: Care, db: Session) -> None:
    with pytest.raises(UnexpectedValue):
        care.hand(care.far_worker)
    with pytest.raises(UnexpectedValue):
        care.hand(care.phone)
    with pytest.raises(NotFound):
        care.hand(care.worker, phone=care.far_phone)
    with pytest.raises(NotFound):
        care.hand(care.worker, phone=care.worker)
    assert db.get_one(AppUser, care.phone).person_id is None


def test_a_deleted_phone_and_a_disabled_person_are_refused(care: Care, db: Session) -> None:
    disable_user(db, care.worker, care.far_worker, MORNING)
    with pytest.raises(UnexpectedValue):
        care.hand(care.worker)
    delete_app_user(db, care.project.id, care.phone, care.worker, MORNING)
    db.expire_all()
    with pytest.raises(NotFound):
        care.hand(None, "clinician")


def test_a_role_that_is_no_care_role_is_refused(care: Care) -> None:
    for role in ("reviewer", "", "Clinician"):
        with pytest.raises(UnexpectedValue):
            care.hand(care.worker, role)


def test_nobody_hands_a_phone_to_herself(care: Care) -> None:
    herself = Caller(actor_id=care.worker, type="user")
    with pytest.raises(Forbidden):
        care.hand(care.worker, by=herself)
    assert [one.id for one in list_carriers(care.db, LEA, care.project, MORNING)] == [care.worker]
    assert list_carriers(care.db, herself, care.project, MORNING) == []


def test_in_a_plain_project_nobody_carries_a_phone(care: Care) -> None:
    care.project.kind = "plain"
    with pytest.raises(UnexpectedValue):
        care.hand(care.worker)


def test_who_carries_a_phone_does_not_make_it_a_clinician_s(care: Care, db: Session) -> None:
    care.hand(care.worker)
    with pytest.raises(Forbidden):
        care.hand(care.worker, "clinician", by=Caller(actor_id=care.worker, type="user"))
    assert db.get_one(AppUser, care.phone).care_role == "village_worker"


def test_a_benefit_officers_phone_is_carried_by_an_officer_or_nobody(care: Care, db: Session) -> None:
    row = db.get_one(AppUser, care.phone)
    with pytest.raises(UnexpectedValue):
        care.hand(care.worker, "benefit_officer")
    care.hand(None, "benefit_officer")
    db.add(Assignment(actor_id=care.worker, role_id=roles.BENEFIT_OFFICER, project_id=care.project.id))
    db.flush()
    care.hand(care.worker, "benefit_officer")
    assert (row.person_id, row.care_role) == (care.worker, "benefit_officer")


@pytest.mark.parametrize(("before", "after"), [("clinician", "benefit_officer"), ("benefit_officer", "clinician")])
def test_a_phone_that_was_used_goes_from_care_to_benefits_by_a_new_card_only(
    care: Care, db: Session, before: str, after: str
) -> None:
    care.hand(None, before)
    db.get_one(AppUser, care.phone).last_used_at = MORNING
    with pytest.raises(UnexpectedValue):
        care.hand(None, after)
    if before == "clinician":
        care.hand(None, "village_worker")
