"""What a phone of a care project is given at a sync, by HTTP as the phone: its own lists and its own part of the others."""

import hashlib
import re
from datetime import UTC, date, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from server.access import tokens
from server.db import Database
from server.models import AppUser, FollowUp, Form, Project, Woman
from server.publishing import phone as phone_files
from tests.care_town import LISTS, TODAY, CareTown
from tests.client import Client
from tests.conftest import Clock, Counting

TODAY_UTC = datetime(2026, 3, 2, tzinfo=UTC)
MIDNIGHT = datetime(2026, 3, 2, 16, 0, tzinfo=UTC)  # the Shanghai day after TODAY begins
PRIVATE = ("ANC", "PILL", "IUD", "pill", "pregnan", "孕", "避孕", "method")


@pytest.fixture
def town(app: Flask, database: Database) -> CareTown:
    return CareTown(app, database)


@pytest.fixture
def two(town: CareTown) -> tuple[Client, Client]:
    """A phone of each village."""
    return town.phone("A1"), town.phone("A2")


def test_me_tells_who_carries_the_phone_and_which_villages_it_serves(town: CareTown) -> None:
    person = town.person("刘小燕", "village_worker", "A1")
    phone = town.phone("A1", care_role="clinician", person=person)

    (me,) = town.rows(phone, "me")
    assert re.fullmatch(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", me.pop("name"))
    assert me == {
        "label": "刘小燕",
        "worker": str(person),
        "role": "clinician",
        "villages": "A1",
        "village_code": "A1",
    }


def test_me_of_several_villages_puts_nobody_into_one_of_them(town: CareTown) -> None:
    for phone in (town.phone("A1", "A2"), town.phone()):
        (me,) = town.rows(phone, "me")
        assert (me["label"], me["worker"], me["role"]) == ("手机", "", "village_worker")
        assert (me["villages"], me["village_code"]) == ("A1 A2", "")


def test_the_row_of_me_keeps_its_name_and_differs_between_phones(
    town: CareTown, two: tuple[Client, Client], clock: Clock
) -> None:
    first, second = (town.names(phone, "me") for phone in two)
    clock.forward(days=400)
    assert town.names(two[0], "me") == first != second


def test_two_phones_of_two_villages_see_only_their_own_visits(town: CareTown, two: tuple[Client, Client]) -> None:
    keys = [town.follow_up(town.woman(village), village) for village in ("A1", "A2")]

    assert [town.names(phone, "due_visits") for phone in two] == [[keys[0]], [keys[1]]]
    assert set(town.names(town.phone(), "due_visits")) == set(keys)


def test_a_due_visit_says_whom_when_and_by_which_form_and_never_why(town: CareTown, two: tuple[Client, Client]) -> None:
    woman = town.woman("A1", "W-0231 王*")
    key = town.follow_up(woman, "A1", due_on=date(2026, 3, 4), rule="PILL-R", form_id="contraception_followup")

    text = two[0].get(f"{town.path}/attachments/due_visits.csv").text
    assert text == (
        "name,label,visit_key,form_id,subject_list,subject,opens_on,due_on,closes_on,village_code\n"
        f"{key},W-0231 王* 03-04,{key},contraception_followup,women,{woman},2026-02-18,2026-03-04,2026-03-13,A1\n"
    )
    assert not [word for word in PRIVATE if word in text]


def test_only_what_may_be_done_today_is_due_overdue_first(town: CareTown, two: tuple[Client, Client]) -> None:
    woman = town.woman("A1")
    later, late, latest, soon = (town.follow_up(woman, "A1", days) for days in (14, -11, -40, 3))
    town.follow_up(woman, "A1", 15)
    town.follow_up(woman, "A1", 1, ended=True, state="done_on_time")
    town.follow_up(woman, "A1", 2, inside="another")

    assert town.names(two[0], "due_visits") == [latest, late, soon, later]


def test_an_answered_visit_is_gone_at_the_next_sync(town: CareTown, two: tuple[Client, Client]) -> None:
    key = town.follow_up(town.woman("A1"), "A1")
    before, other = town.hashes(two[0]), town.hashes(two[1])
    town.change(FollowUp, key, ended=True, state="done_on_time")

    assert town.hashes(two[0])["due_visits.csv"] != before["due_visits.csv"]
    assert town.hashes(two[1]) == other
    assert town.names(two[0], "due_visits") == []


def test_the_manifests_hash_is_the_md5_of_what_is_given(town: CareTown, two: tuple[Client, Client]) -> None:
    town.follow_up(town.woman("A1"), "A1")
    hashes = town.hashes(two[0])
    for name in ("me.csv", "due_visits.csv"):
        answer = two[0].get(f"{town.path}/attachments/{name}")
        assert answer.content_type == "text/csv; charset=utf-8"
        assert hashlib.md5(answer.data).hexdigest() == hashes[name]
        assert answer.headers["ETag"] == f'"{hashes[name]}"'


def test_what_the_phone_has_is_not_sent_again(town: CareTown, two: tuple[Client, Client]) -> None:
    key = town.follow_up(town.woman("A1"), "A1")
    for name, md5 in town.hashes(two[0]).items():
        known = {"If-None-Match": f'"{md5}"'}
        assert two[0].get(f"{town.path}/attachments/{name}", headers=known).status_code == 304, name
    known = {"If-None-Match": f'"{town.hashes(two[0])["due_visits.csv"]}"'}
    town.change(FollowUp, key, ended=True)
    assert two[0].get(f"{town.path}/attachments/due_visits.csv", headers=known).status_code == 200


def test_nothing_is_asked_about_who_carries_the_phone_for_a_list_that_does_not_say_it(
    town: CareTown, two: tuple[Client, Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    key = town.follow_up(town.woman("A1"), "A1")
    monkeypatch.setattr(phone_files, "find_me", None)
    assert town.names(two[0], "due_visits") == [key]


def test_lists_made_for_a_phone_are_plain_files_that_it_replaces_whole(
    town: CareTown, two: tuple[Client, Client]
) -> None:
    manifest = two[0].get(f"{town.path}/manifest").text
    for name in ("me.csv", "due_visits.csv"):
        assert f"<mediaFile><filename>{name}" in manifest
    assert '<mediaFile type="entityList"><filename>women.csv' in manifest
    assert "datasets/due_visits" not in manifest


def test_the_hash_changes_at_midnight_in_shanghai_and_not_at_midnight_utc(
    town: CareTown, two: tuple[Client, Client], clock: Clock
) -> None:
    key = town.follow_up(town.woman("A1"), "A1", 15)
    seen = []
    for instant in (
        datetime(2026, 3, 1, 23, 59, tzinfo=UTC),
        datetime(2026, 3, 2, 0, 1, tzinfo=UTC),
        MIDNIGHT - timedelta(milliseconds=1),
        MIDNIGHT,
        datetime(2026, 3, 3, 0, 1, tzinfo=UTC),
        datetime(2026, 3, 3, 15, 59, tzinfo=UTC),
    ):
        clock.set(instant)
        seen.append(town.hashes(two[0])["due_visits.csv"])
    assert seen[0] == seen[1] == seen[2] != seen[3] == seen[4] == seen[5]
    assert town.names(two[0], "due_visits") == [key]


def test_a_new_day_that_brings_nothing_changes_no_hash(
    town: CareTown, two: tuple[Client, Client], clock: Clock
) -> None:
    town.follow_up(town.woman("A1"), "A1")
    before = town.hashes(two[0])
    clock.forward(days=1)
    assert town.hashes(two[0]) == before


def test_a_visit_that_gets_overdue_moves_to_the_front_that_day(
    town: CareTown, two: tuple[Client, Client], clock: Clock
) -> None:
    woman = town.woman("A1")
    first = town.follow_up(woman, "A1", -2)
    second = town.follow_up(woman, "A1", -1, overdue_from=TODAY + timedelta(days=1))
    assert town.names(two[0], "due_visits") == [first, second]
    clock.set(MIDNIGHT)
    assert town.names(two[0], "due_visits") == [second, first]


def test_the_worker_whom_she_chose_visits_her_alone(
    town: CareTown, two: tuple[Client, Client], database: Database
) -> None:
    chosen = town.person("刘小燕", "reviewer")
    own = town.phone("A1", "A2", person=chosen)
    key = town.follow_up(town.woman("A1", assigned_worker=str(chosen)), "A1")

    assert town.names(own, "due_visits") == [key]
    assert town.names(two[0], "due_visits") == []
    with database.transaction() as db:
        db.scalars(select(AppUser).where(AppUser.person_id == chosen)).one().revoked_at = TODAY_UTC
    assert town.names(two[0], "due_visits") == [key], "nobody is forgotten because a phone was stopped"


def test_the_worker_whom_she_chose_reaches_her_from_another_village_and_her_village_s_own_does_not(
    town: CareTown, two: tuple[Client, Client]
) -> None:
    chosen = town.person("刘小燕", "reviewer")
    elsewhere = town.phone("A2", person=chosen)
    woman = town.woman("A1", assigned_worker=str(chosen))
    pregnancy, key = town.about("pregnancies", woman, "A1"), town.follow_up(woman, "A1")

    for name, row in (("due_visits", key), ("women", woman), ("pregnancies", pregnancy)):
        assert town.names(elsewhere, name) == [row]
        assert town.names(two[0], name) == []


@pytest.mark.parametrize(
    "columns",
    [
        {"consent_service": False, "withdrawn_on": TODAY},
        {"consent_until": TODAY - timedelta(days=1)},
        {"consent_until": None},
    ],
)
def test_without_valid_consent_nobody_is_sent_to_her(
    town: CareTown, two: tuple[Client, Client], columns: dict[str, object]
) -> None:
    woman = town.woman("A1")
    key = town.follow_up(woman, "A1")
    assert town.names(two[0], "due_visits") == [key]
    town.change(Woman, woman, **columns)
    assert town.names(two[0], "due_visits") == []


def test_a_clinician_is_sent_only_to_who_shares_with_the_clinic(town: CareTown) -> None:
    clinic = town.phone(care_role="clinician")
    shared = town.follow_up(town.woman("A1"), "A1")
    town.follow_up(town.woman("A2", consent_share_clinic=False), "A2")

    assert town.names(clinic, "due_visits") == [shared]


def test_a_household_is_visited_without_a_womans_consent(town: CareTown, two: tuple[Client, Client]) -> None:
    key = town.follow_up("some-home", "A2", subject_list="households", form_id="household_visit")
    assert town.names(two[1], "due_visits") == [key]
    assert town.rows(two[1], "due_visits")[0]["label"] == "03-02"
    assert town.names(two[0], "due_visits") == []


def test_a_reviewer_at_a_desk_is_nobodys_visitor(town: CareTown, app: Flask, database: Database) -> None:
    town.follow_up(town.woman("A1"), "A1")
    rita = town.person("rita", "reviewer")
    desk = Client.signed_in(app, database, rita)

    assert town.names(desk, "due_visits") == []
    (me,) = town.rows(desk, "me")
    assert (me["label"], me["worker"], me["role"]) == ("rita", str(rita), "")


def test_the_address_of_a_draft_gives_the_lists_without_anybodys_visits(
    town: CareTown, as_nobody: Client, database: Database
) -> None:
    town.follow_up(town.woman("A1"), "A1")
    token = make_draft(town, database)
    draft = f"/test/{token}{town.path}/draft"

    manifest = as_nobody.get(draft + "/manifest").text
    for name in ("me.csv", "due_visits.csv"):
        md5 = re.search(
            rf"<filename>{name}</filename><hash>md5:(\w+)</hash><downloadUrl>[^<]+/v1({re.escape(draft)}[^<]+)<",
            manifest,
        )
        assert md5 is not None
        answer = as_nobody.get(md5[2])
        assert (answer.status_code, hashlib.md5(answer.data).hexdigest()) == (200, md5[1])
    assert as_nobody.get(draft + "/attachments/due_visits.csv").text.count("\n") == 1
    me = as_nobody.get(draft + "/attachments/me.csv").text.splitlines()
    assert len(me) == 2 and me[1].endswith(",,,,,")


def make_draft(town: CareTown, database: Database) -> str:
    """Makes the published version the draft too; the token of its test address."""
    token = tokens.make_token()
    with database.transaction() as db:
        form = db.get_one(Form, town.form_id)
        form.draft_version_id, form.draft_token_hash = form.current_version_id, tokens.hash_token(token)
    return token


def test_a_plain_project_has_no_such_lists(town: CareTown, two: tuple[Client, Client], database: Database) -> None:
    with database.transaction() as db:
        db.get_one(Project, town.project_id).kind = "plain"
    assert "me.csv" not in town.hashes(two[0])
    assert two[0].get(f"{town.path}/attachments/due_visits.csv").status_code == 404


def test_women_and_what_is_about_them_reach_only_phones_of_their_village(
    town: CareTown, two: tuple[Client, Client]
) -> None:
    women = [town.woman("A1"), town.woman("A2")]
    for name in ("pregnancies", "contraception_episodes", "referrals", "transfers"):
        about = [town.about(name, woman, village) for woman, village in zip(women, ("A1", "A2"), strict=True)]
        assert [town.names(phone, name) for phone in two] == [[about[0]], [about[1]]]
    assert [town.names(phone, "women") for phone in two] == [[women[0]], [women[1]]]


def test_what_is_about_a_woman_goes_where_she_lives_now(town: CareTown, two: tuple[Client, Client]) -> None:
    woman = town.woman("A1")
    pregnancy = town.about("pregnancies", woman, "A1")
    before = [town.hashes(phone)["pregnancies.csv"] for phone in two]
    town.change(Woman, woman, village_code="A2")

    assert [town.names(phone, "pregnancies") for phone in two] == [[], [pregnancy]]
    after = [town.hashes(phone)["pregnancies.csv"] for phone in two]
    assert before[0] != after[0] and before[1] != after[1]


def test_a_woman_who_took_her_consent_back_leaves_all_lists_at_the_next_sync(
    town: CareTown, two: tuple[Client, Client]
) -> None:
    woman, staying = town.woman("A1"), town.woman("A1")
    about = {name: town.about(name, woman, "A1") for name in LISTS if name not in ("women", "households")}
    before = town.hashes(two[0])
    town.change(Woman, woman, consent_service=False, withdrawn_on=TODAY)

    after = town.hashes(two[0])
    assert town.names(two[0], "women") == [staying]
    for name in ("women", *about):
        assert before[f"{name}.csv"] != after[f"{name}.csv"], name
    assert [town.names(two[0], name) for name in about] == [[]] * len(about)
    assert before["households.csv"] == after["households.csv"]


def test_a_woman_whose_consent_ran_out_can_still_be_chosen_to_renew_it(
    town: CareTown, two: tuple[Client, Client], clock: Clock
) -> None:
    woman = town.woman("A1", consent_until=TODAY)
    pregnancy = town.about("pregnancies", woman, "A1")
    before = town.hashes(two[0])
    clock.set(MIDNIGHT - timedelta(milliseconds=1))
    assert town.hashes(two[0]) == before
    assert town.names(two[0], "pregnancies") == [pregnancy]
    clock.set(MIDNIGHT)
    assert town.names(two[0], "women") == [woman]
    assert town.names(two[0], "pregnancies") == []
    after = town.hashes(two[0])
    assert {name for name in before if before[name] != after[name]} == {"pregnancies.csv"}


def test_a_clinician_gets_the_pregnancies_of_who_shares_with_the_clinic(town: CareTown) -> None:
    clinic = town.phone(care_role="clinician")
    shares, keeps = town.woman("A1"), town.woman("A1", consent_share_clinic=False)
    shared = town.about("pregnancies", shares, "A1")
    town.about("pregnancies", keeps, "A1")

    assert town.names(clinic, "pregnancies") == [shared]
    assert set(town.names(clinic, "women")) == {shares, keeps}, "she can renew, change and take back her consents there"


def test_who_is_in_no_care_role_gets_empty_lists_of_women(town: CareTown, app: Flask, database: Database) -> None:
    town.about("pregnancies", town.woman("A1"), "A1")
    for role in ("reviewer", "viewer", "town_lead"):
        desk = Client.signed_in(app, database, town.person(role, role))
        for name in ("women", "pregnancies", "contraception_episodes", "referrals", "transfers"):
            assert town.names(desk, name) == [], (role, name)
    worker = Client.signed_in(app, database, town.person("worker", "village_worker", "A1"))
    assert len(town.names(worker, "women")) == len(town.names(worker, "pregnancies")) == 1


def test_integrity_tells_a_phone_that_a_withdrawn_woman_is_gone_and_nobody_else_who_there_is(
    town: CareTown, two: tuple[Client, Client], app: Flask, database: Database
) -> None:
    woman = town.woman("A1")
    address = f"/projects/{town.project_id}/datasets/women/integrity"
    assert "<deleted>false</deleted>" in two[0].get(f"{address}?id={woman}").text
    assert "<deleted>true</deleted>" in two[1].get(f"{address}?id={woman}").text
    assert woman not in two[1].get(address).text
    rita = Client.signed_in(app, database, town.person("rita", "reviewer"))
    assert woman not in rita.get(address).text
    town.change(Woman, woman, consent_service=False)
    assert "<deleted>true</deleted>" in two[0].get(f"{address}?id={woman}").text
    assert "entity id" not in two[0].get(f"{address}?id=never-sent").text


def test_the_number_of_queries_grows_neither_with_rows_nor_with_forms(
    town: CareTown, two: tuple[Client, Client], count_queries: Counting, database: Database
) -> None:
    addresses = [f"{town.path}/manifest", f"{town.path}/attachments/due_visits.csv", f"{town.path}/attachments/me.csv"]
    addresses.append(f"/projects/{town.project_id}/datasets/women/integrity?id=x")

    def count() -> list[int]:
        numbers = []
        for address in addresses:
            with count_queries() as statements:
                assert two[0].get(address).status_code == 200
            numbers.append(len(statements))
        return numbers

    count()  # what is read once and remembered
    few = count()
    for number in range(12):
        woman = town.woman("A1", f"W-{number} 王*")
        town.follow_up(woman, "A1", number % 5)
        town.about("pregnancies", woman, "A1")
    with database.transaction() as db:
        for number in range(4):
            town.add_form(db, f"form{number}", ("me", "due_visits", "women"))
    assert count() == few
    assert max(few) < 30
