"""Who manages which phones of a care project."""

import pytest
from sqlalchemy.orm import Session

from server.access import roles
from server.access.assignments import assign, set_villages, unassign
from server.access.caller import Caller, Grant
from server.access.phone_reach import check_own_reach, get_phone, list_phones, managed_villages
from server.access.phones import create_app_user
from server.errors import Forbidden, NotFound, UnexpectedValue
from server.models import Village
from tests.conftest import MORNING
from tests.making import a_town

KEY = bytes(32)
OFFICE = Caller(type="user", grants=(Grant(roles.ADMIN, None, None),))


class Phones:
    """A town of two villages with a phone of the first, of the second, of both, of the whole town, and of none."""

    def __init__(self, db: Session) -> None:
        self.db, self.project = db, a_town(db, kind="care")
        self.villages = [
            Village(project_id=self.project.id, code=code, name=code, created_at=MORNING) for code in ("V1", "V2")
        ]
        db.add_all(self.villages)
        db.flush()
        self.first, self.second = (one.id for one in self.villages)
        given = {"one": ["V1"], "two": ["V2"], "both": ["V1", "V2"], "town": None}
        self.ids = {name: self.make(name) for name in (*given, "none")}
        for name, codes in given.items():
            set_villages(db, OFFICE, self.project, self.ids[name], codes, MORNING)

    def make(self, name: str, by: int | None = None) -> int:
        return create_app_user(self.db, KEY, self.project.id, name, by, MORNING).actor.id

    def lead(self, *villages: int, actor_id: int | None = None, role: int = roles.TOWN_LEAD) -> Caller:
        here = {self.project.id: frozenset(villages)}
        return Caller(actor_id, "user", grants=(Grant(role, self.project.id, None),), villages=dict(here))

    def seen(self, caller: Caller) -> set[str]:
        found = {one.actor.display_name for one in list_phones(self.db, KEY, caller, self.project)}
        for name, actor_id in self.ids.items():
            if name in found:
                assert get_phone(self.db, KEY, caller, self.project, actor_id).actor.id == actor_id
            else:
                with pytest.raises(NotFound):
                    get_phone(self.db, KEY, caller, self.project, actor_id)
        return found


@pytest.fixture
def phones(db: Session) -> Phones:
    return Phones(db)


def test_who_leads_some_villages_manages_their_phones_and_no_other(phones: Phones) -> None:
    assert phones.seen(phones.lead(phones.first)) == {"one", "both"}
    assert phones.seen(phones.lead(phones.first, role=roles.PROJECT_MANAGER)) == {"one", "both"}
    assert phones.seen(phones.lead()) == set()


def test_who_leads_the_town_or_administers_the_site_manages_all(phones: Phones) -> None:
    whole = Caller(1, "user", phones.lead().display_name, phones.lead().grants, {phones.project.id: None})
    assert phones.seen(whole) == phones.seen(OFFICE) == set(phones.ids)
    both = Caller(1, "user", grants=(*phones.lead().grants, *OFFICE.grants))
    assert managed_villages(both, phones.project) is None


def test_in_a_plain_project_every_manager_manages_all(phones: Phones) -> None:
    phones.project.kind = "plain"
    assert phones.seen(phones.lead(role=roles.PROJECT_MANAGER)) == set(phones.ids)


def test_a_phone_without_villages_is_hers_who_made_it(phones: Phones) -> None:
    maker = phones.ids["one"]  # any actor
    phones.ids["mine"] = phones.make("mine", by=maker)
    assert phones.seen(phones.lead(phones.first, actor_id=maker)) == {"one", "both", "mine"}
    assert phones.seen(phones.lead(phones.first)) == {"one", "both"}


def test_nobody_gives_a_phone_villages_beyond_her_own_or_takes_anothers_over(phones: Phones, db: Session) -> None:
    lead = phones.lead(phones.first)
    set_villages(db, lead, phones.project, phones.ids["both"], ["V1"], MORNING)
    for codes in (["V2"], ["V1", "V2"], None):
        with pytest.raises(UnexpectedValue), db.begin_nested():
            set_villages(db, lead, phones.project, phones.ids["one"], codes, MORNING)
    with pytest.raises(NotFound):
        set_villages(db, lead, phones.project, phones.ids["two"], ["V1"], MORNING)


def test_the_key_of_a_phone_that_reaches_further_is_not_told_and_no_new_one_is_made(
    phones: Phones, db: Session
) -> None:
    lead = phones.lead(phones.first)
    told = {one.actor.display_name: one.token is not None for one in list_phones(db, KEY, lead, phones.project)}
    assert told == {"one": True, "both": False}, "with the key of both she would read the second village"
    both = get_phone(db, KEY, lead, phones.project, phones.ids["both"])
    assert both.token is None and both.reaches_further
    with pytest.raises(Forbidden):
        check_own_reach(both)
    check_own_reach(get_phone(db, KEY, lead, phones.project, phones.ids["one"]))
    two = phones.lead(phones.first, phones.second)
    assert all(one.token for one in list_phones(db, KEY, two, phones.project)), "who leads both villages is told"


def test_who_leads_some_villages_takes_the_role_of_no_other_phone_away(phones: Phones, db: Session) -> None:
    lead, phone_role = phones.lead(phones.first), roles.BY_ID[roles.APP_USER]
    for name in ("one", "two"):
        assign(db, OFFICE, phone_role, phones.ids[name], MORNING, phones.project, None)
    unassign(db, lead, phone_role, phones.ids["one"], MORNING, phones.project, None)
    assign(db, lead, phone_role, phones.ids["one"], MORNING, phones.project, None)
    for change in (unassign, assign):
        with pytest.raises(NotFound):
            change(db, lead, phone_role, phones.ids["two"], MORNING, phones.project, None)
