"""Who manages which phones of a care project."""

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from server.access import roles
from server.access.assignments import assign, list_assignments, list_form_assignments, set_villages, unassign
from server.access.caller import Caller, Grant
from server.access.carers import list_carriers, set_carer
from server.access.people import create_user
from server.access.phone_reach import check_own_reach, get_phone, list_phones, managed_villages
from server.access.phones import create_app_user
from server.errors import Forbidden, NotFound, UnexpectedValue
from server.models import AppUser, Assignment, HandOver, HandOverVillage, Village, Woman
from tests.care_town import TODAY
from tests.conftest import MORNING, PASSWORD
from tests.making import a_form, a_town

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

    def worker(self, name: str, *codes: str) -> int:
        """A village worker of these villages."""
        user = create_user(self.db, f"{name}@example.test", PASSWORD, name, None, MORNING)
        self.db.add(Assignment(actor_id=user.actor_id, role_id=roles.VILLAGE_WORKER, project_id=self.project.id))
        set_villages(self.db, OFFICE, self.project, user.actor_id, codes, MORNING)
        return user.actor_id

    def hand(self, by: Caller, name: str, person: int | None) -> None:
        set_carer(self.db, by, self.project, self.ids[name], person, "village_worker", MORNING)

    def told(self, by: Caller) -> dict[str, bool]:
        """Whether the key of each phone is told."""
        found = list_phones(self.db, KEY, by, self.project, MORNING)
        for one in found:
            again = get_phone(self.db, KEY, by, self.project, one.actor.id, MORNING)
            assert (again.token, again.reaches_further) == (one.token, one.token is None)
        return {one.actor.display_name: one.token is not None for one in found}

    def hand_over(self, from_id: int, to_id: int, village: int, first_day: int = 0, last_day: int = 3) -> None:
        days = {"from_day": TODAY + timedelta(days=first_day), "until_day": TODAY + timedelta(days=last_day)}
        values = {
            "project_id": self.project.id,
            "care_role": "village_worker",
            "note": "x",
            "given_at": MORNING,
            "given_by_id": from_id,
        }
        self.db.add(row := HandOver(from_id=from_id, to_id=to_id, **days, **values))
        self.db.flush()
        self.db.add(HandOverVillage(hand_over_id=row.id, village_id=village))
        self.db.flush()

    def woman(self, village: str, chosen: int, **more: object) -> None:
        agreed = ("service", "reminder", "share_clinic", "location", "stats")
        values = {f"consent_{one}": True for one in agreed} | {"consent_until": TODAY} | more
        here = {"project_id": self.project.id, "village_code": village, "uuid": f"{village}-{chosen}"}
        self.db.add(Woman(label="W-0231 王*", assigned_worker=str(chosen), **here, **values))
        self.db.flush()

    def lead(self, *villages: int, actor_id: int | None = None, role: int = roles.TOWN_LEAD) -> Caller:
        here = {self.project.id: frozenset(villages)}
        return Caller(actor_id, "user", grants=(Grant(role, self.project.id, None),), villages=dict(here))

    def seen(self, caller: Caller) -> set[str]:
        found = {one.actor.display_name for one in list_phones(self.db, KEY, caller, self.project, MORNING)}
        for name, actor_id in self.ids.items():
            if name in found:
                assert get_phone(self.db, KEY, caller, self.project, actor_id, MORNING).actor.id == actor_id
            else:
                with pytest.raises(NotFound):
                    get_phone(self.db, KEY, caller, self.project, actor_id, MORNING)
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
    set_villages(db, lead, phones.project, phones.ids["one"], ["V1"], MORNING)
    for codes in (["V2"], ["V1", "V2"], None):
        with pytest.raises(UnexpectedValue), db.begin_nested():
            set_villages(db, lead, phones.project, phones.ids["one"], codes, MORNING)
    with pytest.raises(NotFound):
        set_villages(db, lead, phones.project, phones.ids["two"], ["V1"], MORNING)


def test_the_key_of_a_phone_that_reaches_further_is_not_told_and_no_new_one_is_made(
    phones: Phones, db: Session
) -> None:
    lead = phones.lead(phones.first)
    told = {
        one.actor.display_name: one.token is not None for one in list_phones(db, KEY, lead, phones.project, MORNING)
    }
    assert told == {"one": True, "both": False}, "with the key of both she would read the second village"
    both = get_phone(db, KEY, lead, phones.project, phones.ids["both"], MORNING)
    assert both.token is None and both.reaches_further
    with pytest.raises(Forbidden):
        check_own_reach(both)
    check_own_reach(get_phone(db, KEY, lead, phones.project, phones.ids["one"], MORNING))
    two = phones.lead(phones.first, phones.second)
    assert all(one.token for one in list_phones(db, KEY, two, phones.project, MORNING)), (
        "who leads both villages is told"
    )


def test_who_leads_some_villages_takes_the_role_of_no_other_phone_away(phones: Phones, db: Session) -> None:
    lead, phone_role = phones.lead(phones.first), roles.BY_ID[roles.APP_USER]
    for name in ("one", "two"):
        assign(db, OFFICE, phone_role, phones.ids[name], MORNING, phones.project, None)
    unassign(db, lead, phone_role, phones.ids["one"], MORNING, phones.project, None)
    assign(db, lead, phone_role, phones.ids["one"], MORNING, phones.project, None)
    for change in (unassign, assign):
        with pytest.raises(NotFound):
            change(db, lead, phone_role, phones.ids["two"], MORNING, phones.project, None)


def test_the_key_of_a_phone_is_not_told_where_who_carries_it_reaches_further(phones: Phones, db: Session) -> None:
    lead, wang, li = phones.lead(phones.first), phones.worker("wang", "V1"), phones.worker("li", "V1", "V2")
    phones.hand(OFFICE, "one", wang)
    assert phones.told(lead) == {"one": True, "both": False}
    phones.hand(OFFICE, "one", li)
    assert phones.told(lead) == {"one": False, "both": False}, "she also works in the second village"
    assert phones.told(phones.lead(phones.first, phones.second)) == {"one": True, "two": True, "both": True}


@pytest.mark.parametrize(
    ("first_day", "last_day", "told"), [(0, 3, False), (2, 3, False), (-3, 0, False), (-3, -1, True)]
)
def test_what_is_handed_over_to_who_carries_a_phone_counts_until_it_is_over(
    phones: Phones, first_day: int, last_day: int, told: bool
) -> None:
    wang, li = phones.worker("wang", "V1"), phones.worker("li", "V2")
    phones.hand(OFFICE, "one", wang)
    phones.hand_over(li, wang, phones.second, first_day, last_day)
    assert phones.told(phones.lead(phones.first))["one"] is told


@pytest.mark.parametrize(
    ("village", "agrees", "told"), [("V1", True, True), ("V2", True, False), ("", True, False), ("V2", False, True)]
)
def test_women_who_chose_who_carries_a_phone_count_where_they_live(
    phones: Phones, village: str, agrees: bool, told: bool
) -> None:
    wang = phones.worker("wang", "V1")
    phones.hand(OFFICE, "one", wang)
    phones.woman(village, wang, consent_service=agrees)
    assert phones.told(phones.lead(phones.first))["one"] is told


def test_who_leads_some_villages_hands_no_phone_to_who_reaches_further(phones: Phones) -> None:
    lead, wang, li = phones.lead(phones.first), phones.worker("wang", "V1"), phones.worker("li", "V1", "V2")
    town = phones.worker("he")
    set_villages(phones.db, OFFICE, phones.project, town, None, MORNING)
    assert [one.id for one in list_carriers(phones.db, lead, phones.project, MORNING)] == [wang]
    assert len(list_carriers(phones.db, OFFICE, phones.project, MORNING)) == 3
    for person in (li, town):
        with pytest.raises(UnexpectedValue):
            phones.hand(lead, "one", person)
    phones.hand(lead, "one", wang)
    phones.hand(phones.lead(phones.first, phones.second), "one", li)
    assert phones.db.get_one(AppUser, phones.ids["one"]).person_id == li


def test_a_phone_that_reaches_further_is_handed_on_and_given_villages_by_who_has_them_all(phones: Phones) -> None:
    lead, wang, db = phones.lead(phones.first), phones.worker("wang", "V1"), phones.db
    phones.hand(OFFICE, "both", wang)
    for person in (None, wang):
        with pytest.raises(Forbidden):
            set_carer(db, lead, phones.project, phones.ids["both"], person, "clinician", MORNING)
    for codes in ([], ["V1"]):
        with pytest.raises(Forbidden), db.begin_nested():
            set_villages(db, lead, phones.project, phones.ids["both"], codes, MORNING)
    two = phones.lead(phones.first, phones.second)
    phones.hand(two, "both", None)
    set_villages(db, two, phones.project, phones.ids["both"], ["V1"], MORNING)
    phones.hand(lead, "both", wang)
    with pytest.raises(NotFound):
        phones.hand(lead, "two", wang)


def test_the_phones_of_a_village_take_as_many_questions_as_one(phones: Phones, count_queries) -> None:  # type: ignore[no-untyped-def]
    lead, counts = phones.lead(phones.first), []
    for number in range(2):
        for nth in range(3 * number + 1):
            worker, name = phones.worker(f"w{number}{nth}", "V1"), f"p{number}{nth}"
            phones.ids[name] = phones.make(name)
            set_villages(phones.db, OFFICE, phones.project, phones.ids[name], ["V1"], MORNING)
            phones.hand(OFFICE, name, worker)
        with count_queries() as asked:
            list_phones(phones.db, KEY, lead, phones.project, MORNING)
        counts.append(len(asked))
    assert counts[0] == counts[1] <= 5, counts


def test_who_has_which_role_names_no_phone_that_the_phone_list_does_not(phones: Phones, db: Session) -> None:
    form, wang = a_form(db, phones.project.id), phones.worker("wang", "V2")
    for actor_id in phones.ids.values():
        for at in (None, form):
            assign(db, OFFICE, roles.BY_ID[roles.APP_USER], actor_id, MORNING, phones.project, at)
    lead, project = phones.lead(phones.first), phones.project
    hers = {phones.ids["one"], phones.ids["both"]}
    assert {actor.id for _, actor in list_assignments(db, lead, project)} == {*hers, wang}, "people are told"
    assert {actor.id for _, actor in list_assignments(db, lead, project, form)} == hers
    assert {row.actor_id for row, _ in list_form_assignments(db, lead, project)} == hers
    assert {row.actor_id for row, _ in list_form_assignments(db, OFFICE, project)} == set(phones.ids.values())
    project.kind = "plain"
    everybody = {*phones.ids.values(), wang}
    manager = phones.lead(phones.first, role=roles.PROJECT_MANAGER)
    assert {actor.id for _, actor in list_assignments(db, manager, project)} == everybody
