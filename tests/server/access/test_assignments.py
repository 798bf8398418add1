"""Villages of a person in a care project, and roles that cannot be given."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from server.access import roles
from server.access.assignments import assign, set_villages
from server.access.authenticate import villages_of
from server.access.caller import Caller, Grant
from server.access.people import create_user
from server.access.phones import create_app_user
from server.errors import Forbidden, NotFound, UnexpectedValue
from server.models import AppUser, Audit, Project, Village
from tests.conftest import MORNING
from tests.making import a_town


@pytest.fixture
def care(db: Session) -> Project:
    project = a_town(db)
    for code in ("01", "02"):
        db.add(Village(project_id=project.id, code=code, name=code, created_at=MORNING))
    db.flush()
    return project


@pytest.fixture
def people(db: Session) -> tuple[Caller, int]:
    lead = create_user(db, "lead@example.test", None, None, None, MORNING)
    worker = create_user(db, "worker@example.test", None, None, lead.actor_id, MORNING)
    return Caller(actor_id=lead.actor_id, type="user"), worker.actor_id


def test_villages_are_set_by_code_and_replace_what_was(db: Session, care: Project, people: tuple[Caller, int]) -> None:
    lead, worker = people
    ids = {village.code: village.id for village in db.scalars(select(Village))}
    assert villages_of(db, worker) == {}

    set_villages(db, lead, care, worker, ["01", "02", "01"], MORNING)
    db.flush()
    assert villages_of(db, worker) == {care.id: frozenset(ids.values())}
    set_villages(db, lead, care, worker, ["02"], MORNING)
    db.flush()
    assert villages_of(db, worker) == {care.id: frozenset({ids["02"]})}
    set_villages(db, lead, care, worker, None, MORNING)
    db.flush()
    assert villages_of(db, worker) == {care.id: None}
    set_villages(db, lead, care, worker, [], MORNING)
    db.flush()
    assert villages_of(db, worker).get(care.id, frozenset()) == frozenset()


def test_a_village_of_another_town_is_refused(db: Session, care: Project, people: tuple[Caller, int]) -> None:
    with pytest.raises(UnexpectedValue) as caught:
        set_villages(db, people[0], care, people[1], ["01", "99"], MORNING)
    assert caught.value.details["value"] == "99"


def test_nobody_sets_his_own_villages_or_role(db: Session, care: Project, people: tuple[Caller, int]) -> None:
    lead, _ = people
    with pytest.raises(Forbidden):
        set_villages(db, lead, care, lead.actor_id or 0, None, MORNING)
    with pytest.raises(Forbidden):
        assign(db, lead, roles.BY_SYSTEM["reviewer"], lead.actor_id or 0, MORNING, care, None)


def test_a_role_is_given_to_somebody_who_is_there(db: Session, care: Project, people: tuple[Caller, int]) -> None:
    with pytest.raises(NotFound):
        assign(db, people[0], roles.BY_SYSTEM["viewer"], 99999, MORNING, care, None)


def test_what_is_given_and_taken_is_written_down(db: Session, care: Project, people: tuple[Caller, int]) -> None:
    lead, worker = people
    assign(db, lead, roles.BY_SYSTEM["viewer"], worker, MORNING, care, None)
    set_villages(db, lead, care, worker, ["01"], MORNING)

    rows = db.scalars(select(Audit).where(Audit.actee_actor_id == worker).order_by(Audit.id)).all()
    assert [(row.action, row.details) for row in rows][1:] == [
        ("user.assignment.create", {"roleId": roles.PROJECT_VIEWER}),
        ("village_scope.set", {"villages": ["01"]}),
    ]


@pytest.fixture
def phone(db: Session, care: Project) -> int:
    return create_app_user(db, bytes(32), care.id, "手机", None, MORNING).actor.id


def test_nobody_sets_the_villages_or_a_role_of_the_phone_that_she_carries(
    db: Session, care: Project, people: tuple[Caller, int], phone: int
) -> None:
    lead, worker = people
    db.get_one(AppUser, phone).person_id = lead.actor_id
    db.flush()
    with pytest.raises(Forbidden):
        set_villages(db, lead, care, phone, None, MORNING)
    with pytest.raises(Forbidden):
        assign(db, lead, roles.BY_SYSTEM["app-user"], phone, MORNING, care, None)
    set_villages(db, Caller(actor_id=worker, type="user"), care, phone, ["01"], MORNING)


@pytest.mark.parametrize("role", ["clinician", "manager", "viewer", "village_worker", "formfill"])
def test_in_a_care_project_a_phone_has_the_role_of_phones_alone(
    db: Session, care: Project, people: tuple[Caller, int], phone: int, role: str
) -> None:
    """Who manages phones reads their keys: with a clinician's role on one she would read every health record."""
    with pytest.raises(UnexpectedValue):
        assign(db, people[0], roles.BY_SYSTEM[role], phone, MORNING, care, None)
    assign(db, people[0], roles.BY_SYSTEM["app-user"], phone, MORNING, care, None)


@pytest.mark.parametrize("role", ["town_lead", "manager"])
@pytest.mark.parametrize(
    ("before", "given", "after"),
    [
        (["01"], [], []),
        ([], ["01"], ["01"]),
        (["02"], [], ["02"]),
        (["02"], ["01"], ["01", "02"]),
        (["01", "02"], [], ["02"]),
        (None, [], None),
        (None, ["01"], None),
    ],
)
def test_who_has_some_villages_gives_and_takes_these_and_leaves_the_others(
    db: Session,
    care: Project,
    people: tuple[Caller, int],
    role: str,
    before: list[str] | None,
    given: list[str],
    after: list[str] | None,
) -> None:
    office, worker = people
    ids = {village.code: village.id for village in db.scalars(select(Village))}
    lead = a_lead_of(care, role, ids["01"])
    set_villages(db, office, care, worker, before, MORNING)
    set_villages(db, lead, care, worker, given, MORNING)
    db.flush()
    expected = None if after is None else frozenset(ids[code] for code in after)
    assert villages_of(db, worker).get(care.id, frozenset()) == expected
    last = db.scalars(select(Audit).where(Audit.action == "village_scope.set").order_by(Audit.id.desc())).first()
    assert last is not None and last.details == {"villages": "all" if after is None else after}


@pytest.mark.parametrize("codes", [["02"], ["01", "02"], None])
def test_who_has_some_villages_gives_nobody_any_other(
    db: Session, care: Project, people: tuple[Caller, int], codes: list[str] | None
) -> None:
    office, worker = people
    ids = {village.code: village.id for village in db.scalars(select(Village))}
    set_villages(db, office, care, worker, ["01"], MORNING)
    for lead in (a_lead_of(care, "town_lead", ids["01"]), a_lead_of(care, "manager")):
        with pytest.raises(UnexpectedValue):
            set_villages(db, lead, care, worker, codes, MORNING)
    assert villages_of(db, worker) == {care.id: frozenset({ids["01"]})}
    whole = Caller(None, "user", grants=a_lead_of(care, "town_lead").grants, villages={care.id: None})
    set_villages(db, whole, care, worker, codes, MORNING)


def a_lead_of(care: Project, role: str, *village_ids: int) -> Caller:
    grants = (Grant(roles.BY_SYSTEM[role].id, care.id, None),)
    return Caller(None, "user", grants=grants, villages={care.id: frozenset(village_ids)})
