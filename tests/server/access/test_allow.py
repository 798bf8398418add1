"""Who may what, as tables: Central's roles in a plain project, village scope and no content for administrators in a care one."""

import pytest

from server.access import roles
from server.access.allow import Scope, allow, may, scope_of, verbs_in
from server.access.caller import ANONYMOUS, Caller, Grant
from server.errors import Forbidden, Unauthenticated
from server.models import Form, Project

PLAIN, CARE = Project(id=1, kind="plain"), Project(id=2, kind="care")
FORM = Form(id=10, project_id=1)


def holding(role_id: int, project: Project | None = None, form: Form | None = None) -> Caller:
    grant = Grant(role_id, project.id if project else None, form.id if form else None)
    return Caller(actor_id=5, type="user", grants=(grant,))


SITE, HERE = None, PLAIN
CASES = [
    (roles.ADMIN, SITE, "user.create", None, True),
    (roles.ADMIN, SITE, "submission.read", PLAIN, True),
    (roles.PROJECT_MANAGER, HERE, "form.create", PLAIN, True),
    (roles.PROJECT_MANAGER, HERE, "user.create", None, False),
    (roles.PROJECT_MANAGER, HERE, "form.create", CARE, False),
    (roles.PROJECT_VIEWER, HERE, "submission.read", PLAIN, True),
    (roles.PROJECT_VIEWER, HERE, "submission.update", PLAIN, False),
    (roles.PROJECT_VIEWER, HERE, "form.update", PLAIN, False),
    (roles.DATA_COLLECTOR, HERE, "submission.create", PLAIN, True),
    (roles.DATA_COLLECTOR, HERE, "submission.list", PLAIN, False),
    (roles.APP_USER, HERE, "submission.create", PLAIN, True),
    (roles.APP_USER, HERE, "project.read", PLAIN, False),
    (roles.REVIEWER, HERE, "submission.update", PLAIN, False),
    (999, SITE, "form.read", PLAIN, False),
]


@pytest.mark.parametrize(("role_id", "granted", "verb", "asked", "answer"), CASES)
def test_a_role_gives_its_verbs_where_it_was_given(role_id, granted, verb, asked, answer) -> None:
    assert may(holding(role_id, granted), verb, asked) is answer


CARE_CASES = [
    (roles.ADMIN, SITE, "form.create", True),
    (roles.ADMIN, SITE, "field_key.create", True),
    (roles.ADMIN, SITE, "submission.list", False),
    (roles.ADMIN, SITE, "submission.read", False),
    (roles.ADMIN, SITE, "submission.create", False),
    (roles.ADMIN, SITE, "entity.read", False),
    (roles.PROJECT_MANAGER, CARE, "submission.read", True),
    (roles.REVIEWER, CARE, "submission.update", True),
    (roles.REVIEWER, CARE, "form.update", False),
    (roles.VILLAGE_WORKER, CARE, "submission.create", True),
    (roles.VILLAGE_WORKER, CARE, "submission.list", False),
    (roles.TOWN_LEAD, CARE, "assignment.create", True),
    (roles.TOWN_LEAD, CARE, "submission.read", False),
]


@pytest.mark.parametrize(("role_id", "granted", "verb", "answer"), CARE_CASES)
def test_in_a_care_project_an_administrator_has_no_content(role_id, granted, verb, answer) -> None:
    assert may(holding(role_id, granted), verb, CARE) is answer


def test_a_role_on_a_form_reaches_that_form_only() -> None:
    phone = holding(roles.APP_USER, PLAIN, FORM)

    assert may(phone, "open_form.read", PLAIN, FORM)
    assert not may(phone, "open_form.read", PLAIN, Form(id=11, project_id=1))
    assert not may(phone, "open_form.read", PLAIN)


def test_nobody_is_asked_to_sign_in_and_somebody_is_forbidden() -> None:
    with pytest.raises(Unauthenticated):
        allow(ANONYMOUS, "form.read", PLAIN)
    with pytest.raises(Forbidden):
        allow(holding(roles.APP_USER, PLAIN), "form.delete", PLAIN)


@pytest.mark.parametrize(
    ("project", "villages", "scope"),
    [
        (PLAIN, {}, Scope(1, everything=True, health=True, withheld=frozenset())),
        (CARE, {}, Scope(2, everything=False)),
        (CARE, {2: frozenset({7})}, Scope(2, everything=False, village_ids=frozenset({7}))),
        (CARE, {2: None}, Scope(2, everything=True)),
        (CARE, {1: None}, Scope(2, everything=False)),
    ],
)
def test_records_are_reached_by_village_in_a_care_project(project, villages, scope) -> None:
    assert scope_of(Caller(actor_id=5, villages=villages), project) == scope


def test_a_scope_without_villages_covers_nothing_not_even_the_unplaced() -> None:
    none, some = Scope(2, False), Scope(2, False, frozenset({7}))

    assert not none.covers(None) and not none.covers(7)
    assert some.covers(7) and not some.covers(8) and not some.covers(None)


def test_verbs_of_a_caller_are_all_he_holds_there() -> None:
    manager = holding(roles.PROJECT_MANAGER, PLAIN)
    assert verbs_in(manager, PLAIN) == sorted(roles.MANAGER)
    assert verbs_in(manager) == []


@pytest.mark.parametrize(
    ("grant", "sees"),
    [
        (Grant(roles.CLINICIAN, 2, None), True),
        (Grant(roles.CLINICIAN, 2, 10), False),
        (Grant(roles.CLINICIAN, 3, None), False),
        (Grant(roles.REVIEWER, 2, None), False),
        (Grant(roles.VILLAGE_WORKER, 2, None), False),
        (Grant(roles.PROJECT_MANAGER, 2, None), False),
        (Grant(roles.ADMIN, None, None), False),
        (Grant(roles.CLINICIAN, None, None), False),
    ],
)
def test_health_records_of_a_care_project_are_for_its_clinicians_alone(grant, sees) -> None:
    assert scope_of(Caller(actor_id=5, grants=(grant,), villages={2: None}), CARE).health is sees


@pytest.mark.parametrize(
    ("role_id", "own"), [(roles.BENEFIT_OFFICER, "benefit_case"), (roles.TRAINER, "training_quiz")]
)
def test_a_role_of_one_form_has_answers_and_lists_of_that_form_alone(role_id: int, own: str) -> None:
    who = holding(role_id, CARE)
    hers, others = Form(id=1, project_id=2, xml_form_id=own), Form(id=2, project_id=2, xml_form_id="household_visit")
    for verb in ("submission.read", "submission.list", "submission.create", "open_form.read", "form.read"):
        assert (may(who, verb, CARE, hers), may(who, verb, CARE, others)) == (True, False), verb
    assert not may(who, "submission.list", CARE), "nor anything of the whole project"
    assert not may(who, "submission.read", PLAIN, hers)


def test_a_data_protection_officer_has_no_verb_that_reads_answers() -> None:
    assert roles.BY_ID[roles.DPO].verbs & (roles.CONTENT | {"followup.read", "dataset.read"}) == set()
