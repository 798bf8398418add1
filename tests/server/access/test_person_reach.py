"""Whose roles somebody gives and takes in a care project: who has some of its villages, of nobody who reaches further."""

from collections.abc import Callable

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from server.access.assignments import assign, set_villages, unassign
from server.access.caller import Caller, Grant
from server.access.deep_update import Wish, grant_wishes
from server.access.giving import give_role
from server.access.people import create_user
from server.access.person_reach import list_beyond, may_hand_out
from server.access.phones import revoke_app_user
from server.access.roles import BY_SYSTEM, CLINICIAN, DPO, PROJECT_MANAGER, REVIEWER, ROLES, TOWN_LEAD
from server.errors import Forbidden, NotFound
from server.models import Assignment, Form
from tests.conftest import MORNING, PASSWORD
from tests.making import a_form
from tests.server.access.test_phone_reach import OFFICE, Phones

ROLE = BY_SYSTEM["clinician"]


@pytest.fixture
def town(db: Session) -> Phones:
    """Two villages, V1 and V2."""
    return Phones(db)


@pytest.fixture
def form(town: Phones, db: Session) -> Form:
    return a_form(db, town.project.id, "visit")


@pytest.fixture
def person(town: Phones, db: Session) -> Callable[..., int]:
    """`person("li", "V2")` is somebody of these villages without any role; of None, of the whole town."""

    def make(name: str, *codes: str | None) -> int:
        made = create_user(db, f"{name}@example.test", PASSWORD, name, None, MORNING).actor_id
        if codes:
            wanted = None if None in codes else [code for code in codes if code]
            set_villages(db, OFFICE, town.project, made, wanted, MORNING)
        return made

    return make


def roles_of(db: Session, actor_id: int) -> set[tuple[int, int | None]]:
    here = Assignment.actor_id == actor_id
    return {(role, form) for role, form in db.execute(select(Assignment.role_id, Assignment.form_id).where(here))}


@pytest.mark.parametrize("role", [TOWN_LEAD, PROJECT_MANAGER])
@pytest.mark.parametrize("codes", [("V2",), ("V1", "V2"), (None,)])
@pytest.mark.parametrize("on_form", [False, True])
def test_who_has_some_villages_neither_gives_nor_takes_a_role_of_who_has_others(
    town: Phones, db: Session, form: Form, person: Callable[..., int], role: int, codes: tuple[str, ...], on_form: bool
) -> None:
    lead, li, there = town.lead(town.first, role=role), person("li", *codes), form if on_form else None
    with pytest.raises(Forbidden) as caught:
        give_role(db, lead, ROLE, li, MORNING, town.project, there)
    assert "also has villages that are not yours" in caught.value.message
    assert roles_of(db, li) == set()

    assign(db, OFFICE, ROLE, li, MORNING, town.project, there)
    with pytest.raises(Forbidden):
        unassign(db, lead, ROLE, li, MORNING, town.project, there)
    assert roles_of(db, li) == {(CLINICIAN, form.id if on_form else None)}


@pytest.mark.parametrize("codes", [(), ("V1",)])
@pytest.mark.parametrize("on_form", [False, True])
def test_she_gives_and_takes_the_roles_of_who_has_her_villages_or_none(
    town: Phones, db: Session, form: Form, person: Callable[..., int], codes: tuple[str, ...], on_form: bool
) -> None:
    lead, wang, there = town.lead(town.first), person("wang", *codes), form if on_form else None
    give_role(db, lead, ROLE, wang, MORNING, town.project, there)
    assert roles_of(db, wang) == {(CLINICIAN, form.id if on_form else None)}
    unassign(db, lead, ROLE, wang, MORNING, town.project, there)
    assert roles_of(db, wang) == set()


def test_who_leads_the_town_or_administers_the_site_gives_and_takes_everybodys(
    town: Phones, db: Session, person: Callable[..., int]
) -> None:
    whole = Caller(None, "user", grants=town.lead().grants, villages={town.project.id: None})
    both = town.lead(town.first, town.second)
    for name, giver, codes in (("a", whole, [None]), ("b", OFFICE, [None]), ("c", both, ["V1", "V2"])):
        li = person(name, *codes)
        give_role(db, giver, ROLE, li, MORNING, town.project)
        unassign(db, giver, ROLE, li, MORNING, town.project, None)


def test_in_a_plain_project_a_manager_gives_and_takes_everybodys(
    town: Phones, db: Session, person: Callable[..., int]
) -> None:
    li = person("li", "V2")
    town.project.kind = "plain"
    manager, viewer = town.lead(role=PROJECT_MANAGER), BY_SYSTEM["viewer"]
    give_role(db, manager, viewer, li, MORNING, town.project)
    unassign(db, manager, viewer, li, MORNING, town.project, None)


@pytest.mark.parametrize(("first_day", "last_day", "hers"), [(0, 3, False), (2, 3, False), (-3, -1, True)])
def test_what_was_handed_over_to_a_person_counts_until_it_is_over(
    town: Phones, db: Session, first_day: int, last_day: int, hers: bool
) -> None:
    wang, li = town.worker("wang", "V1"), town.worker("li", "V2")
    town.hand_over(li, wang, town.second, first_day, last_day)
    check_given(town, db, wang, hers)


@pytest.mark.parametrize(("village", "hers"), [("V1", True), ("V2", False), ("", False)])
def test_women_who_chose_a_person_count_where_they_live(town: Phones, db: Session, village: str, hers: bool) -> None:
    wang = town.worker("wang", "V1")
    town.woman(village, wang)
    check_given(town, db, wang, hers)


def test_a_phone_that_a_person_carries_counts_until_it_is_stopped(
    town: Phones, db: Session, person: Callable[..., int]
) -> None:
    """Without any role here her phone only sends; a role wakes it up, and taking her last one puts it to sleep."""
    wang = town.worker("wang", "V1")
    town.hand(OFFICE, "two", wang)
    check_given(town, db, wang, False)
    revoke_app_user(db, town.ids["two"], None, MORNING)
    db.flush()
    check_given(town, db, wang, True)


def check_given(town: Phones, db: Session, actor_id: int, given: bool) -> None:
    """Gives a role as who leads V1, or sees it refused; the page's list says the same."""
    lead = town.lead(town.first)
    assert list_beyond(db, lead, town.project, {actor_id}, MORNING) == (set() if given else {actor_id})
    if given:
        give_role(db, lead, ROLE, actor_id, MORNING, town.project)
        return
    with pytest.raises(Forbidden):
        give_role(db, lead, ROLE, actor_id, MORNING, town.project)


def test_a_role_that_reads_of_the_whole_town_is_given_and_taken_by_who_has_it(
    town: Phones, db: Session, person: Callable[..., int]
) -> None:
    """Who guards the data gives out copies of everybody's, and no village binds her (pages/rights.py `desk`)."""
    lead, wang, guarding = town.lead(town.first), person("wang"), BY_SYSTEM["dpo"]
    with pytest.raises(Forbidden) as caught:
        give_role(db, lead, guarding, wang, MORNING, town.project)
    assert "reaches the whole town" in caught.value.message
    give_role(db, OFFICE, guarding, wang, MORNING, town.project)
    with pytest.raises(Forbidden):
        unassign(db, lead, guarding, wang, MORNING, town.project, None)
    assert [role.id for role in ROLES if not may_hand_out(lead, town.project, role)] == [DPO]
    assert all(may_hand_out(OFFICE, town.project, role) for role in ROLES)


def test_a_role_that_a_person_has_is_given_again_without_a_word_and_her_own_is_laid_down(
    town: Phones, db: Session, person: Callable[..., int]
) -> None:
    """So a village of hers goes to who has another village too: the page sends the role along."""
    li = person("li", "V2")
    assign(db, OFFICE, ROLE, li, MORNING, town.project, None)
    give_role(db, town.lead(town.first), ROLE, li, MORNING, town.project)
    herself = town.lead(town.first, actor_id=li)
    unassign(db, herself, ROLE, li, MORNING, town.project, None)
    assert roles_of(db, li) == set()


def test_who_manages_one_form_is_bound_by_her_villages_too(
    town: Phones, db: Session, form: Form, person: Callable[..., int]
) -> None:
    grants, here = (Grant(PROJECT_MANAGER, town.project.id, form.id),), {town.project.id: frozenset({town.first})}
    manager, li, wang = Caller(None, "user", grants=grants, villages=here), person("li", "V2"), person("wang", "V1")
    give_role(db, manager, ROLE, wang, MORNING, town.project, form)
    with pytest.raises(Forbidden):
        give_role(db, manager, ROLE, li, MORNING, town.project, form)
    phone = BY_SYSTEM["app-user"]
    give_role(db, manager, phone, town.ids["one"], MORNING, town.project, form)
    with pytest.raises(NotFound):
        give_role(db, manager, phone, town.ids["two"], MORNING, town.project, form)


def test_a_deep_update_gives_and_takes_no_others_roles(
    town: Phones, db: Session, form: Form, person: Callable[..., int]
) -> None:
    lead, li, wang = town.lead(town.first), person("li", "V2"), person("wang", "V1")
    assign(db, OFFICE, BY_SYSTEM["reviewer"], li, MORNING, town.project, form)
    hers, others = (REVIEWER, li), (CLINICIAN, wang)
    grant_wishes(db, lead, town.project, [Wish("visit", None, frozenset({hers, others}))], MORNING)
    for wanted in ({others}, {hers, (CLINICIAN, li)}):
        with pytest.raises(Forbidden), db.begin_nested():
            grant_wishes(db, lead, town.project, [Wish("visit", None, frozenset(wanted))], MORNING)
    assert roles_of(db, li) == {(REVIEWER, form.id)}
