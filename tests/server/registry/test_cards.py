"""A card goes by what she says, on whichever way it comes: by phones, at the office, on her own page."""

import pytest
from flask import Flask
from sqlalchemy import select

from server.clock import today
from server.db import Database
from server.errors import PinUnusable, UnexpectedValue
from server.intake.merging import merge, part
from server.intake.withdrawing import ERASE, withdraw
from server.models import CardVisit, Consent, Project, ServiceCard, Woman
from server.registry.cards import check_card, find_card, find_visit, make_card, open_visit, set_pin
from server.registry.on_cards import contact_of, name_to_use
from server.registry.own_data import as_json, collect
from tests.conftest import MORNING
from tests.server.registry.caring import Care, a_uuid
from tests.server.web.pages.carded import PIN, Hers
from tests.server.web.pages.conftest import text_of

DAY = today(MORNING)


@pytest.fixture
def care(app: Flask, database: Database, project_id: int) -> Care:
    return Care(app, database, project_id)


@pytest.fixture
def card(care: Care, cast: dict[str, int]) -> ServiceCard:
    """Of a woman who agreed to everything by a phone's record."""
    uuid = a_uuid()
    care.register(uuid)
    return give_card(care, uuid, cast["bob"])


def give_card(care: Care, uuid: str, by: int) -> ServiceCard:
    with care.database.transaction() as db:
        made = make_card(db, woman_of(db, uuid), "", by, MORNING)
        set_pin(db, made, PIN, by, MORNING)
        db.flush()
        db.expunge(made)
    return made


def woman_of(db, uuid):
    return db.scalars(select(Woman).where(Woman.uuid == uuid)).one()


def opens(care: Care, card: ServiceCard) -> bool:
    with care.database.reading() as db:
        return check_card(db, card.code, PIN, DAY) is not None


def test_what_she_takes_back_on_her_page_is_as_any_withdrawal_and_the_rest_stands(app, care, card) -> None:
    hers = Hers(app)
    hers.enter(card.code)
    hers.see()
    assert hers.ask("/c/withdraw", purpose=["reminder", "location"], sure="yes").status_code == 303
    page = text_of(hers.see())
    assert "已照您的意思办好" in page and "我下次的日子" in page
    with care.database.reading() as db:
        woman = woman_of(db, card.woman_uuid)
        assert (woman.consent_service, woman.consent_reminder, woman.consent_location) == (True, False, False)
        given = {row.purpose: (row.given, row.withdrawal_id is not None) for row in db.scalars(select(Consent))}
    assert given["reminder"] == given["location"] == (False, True) and given["stats"] == (True, False)


def test_a_no_from_a_phone_closes_what_is_open_and_a_later_yes_opens_the_same_card(app, care, card) -> None:
    hers = Hers(app)
    hers.enter(card.code)
    care.withdraw(card.woman_uuid, "2026-03-01")
    assert "卡上的编号" in text_of(hers.see()) and not opens(care, card)
    care.renew(card.woman_uuid, "2026-03-02", "2027-03-02", base=2)
    assert opens(care, card)


def test_an_erasure_from_a_phone_takes_every_card_of_hers(app, care, card, cast) -> None:
    second = give_card(care, card.woman_uuid, cast["bob"])
    Hers(app).enter(second.code)
    care.withdraw(card.woman_uuid, "2026-03-01", erase="erase")
    with care.database.reading() as db:
        assert list(db.scalars(select(ServiceCard))) == list(db.scalars(select(CardVisit))) == []
    assert not opens(care, second)


def test_a_number_given_meanwhile_lets_nobody_in_who_was_checked_by_the_old_one(care, card, cast) -> None:
    with care.database.reading() as db:
        checked = check_card(db, card.code, PIN, DAY)
    with care.database.transaction() as db:
        set_pin(db, find_card(db, card.project_id, card.woman_uuid), "730164", cast["bob"], MORNING)
    with care.database.transaction() as db:
        assert open_visit(db, card.code, checked or "", MORNING) is None


def test_what_is_open_ends_with_a_new_number_and_with_a_new_card(care, card, cast) -> None:
    for end in (
        lambda db: set_pin(db, find_card(db, card.project_id, card.woman_uuid), PIN, cast["bob"], MORNING),
        lambda db: make_card(db, woman_of(db, card.woman_uuid), "", cast["bob"], MORNING),
    ):
        with care.database.transaction() as db:
            token = open_visit(db, card.code, check_card(db, card.code, PIN, DAY) or "", MORNING)
            assert find_visit(db, token, MORNING) is not None
            end(db)
            assert find_visit(db, token, MORNING) is None


def test_only_whoever_agrees_now_gets_a_card_and_only_a_number_that_is_not_guessed(care, card, cast) -> None:
    care.withdraw(card.woman_uuid, "2026-03-01")
    with care.database.transaction() as db, pytest.raises(UnexpectedValue):
        make_card(db, woman_of(db, card.woman_uuid), "", cast["bob"], MORNING)
    with care.database.transaction() as db, pytest.raises(PinUnusable):
        set_pin(db, find_card(db, card.project_id, card.woman_uuid), "000000", cast["bob"], MORNING)


def test_a_contact_is_named_while_she_works_here_and_a_name_is_what_the_record_gave(care, card, cast) -> None:
    with care.database.transaction() as db:
        woman = woman_of(db, card.woman_uuid)
        for number, name in ((str(cast["bob"]), "Bob"), ("x", ""), (None, ""), ("9" * 30, ""), ("987654", "")):
            woman.assigned_worker = number
            assert contact_of(db, woman).casefold() == name.casefold()
        assert name_to_use(db, woman) == ""


def test_two_registrations_put_together_open_by_the_kept_ones_card_alone(care: Care, cast: dict[str, int]) -> None:
    """Were they two women after all, neither reads of the other meanwhile; taken apart, each card is as it was."""
    kept, other = a_uuid(), a_uuid()
    cards = []
    for uuid in (kept, other):
        care.register(uuid)
        cards.append(give_card(care, uuid, cast["bob"]))
    with care.database.transaction() as db:
        made = merge(db, db.get_one(Project, care.project_id), kept, other, cast["bob"], MORNING).id
    assert [opens(care, one) for one in cards] == [True, False]
    with care.database.transaction() as db:
        part(db, db.get_one(Project, care.project_id), made, cast["bob"], MORNING)
    assert [opens(care, one) for one in cards] == [True, True]


def test_who_is_removed_leaves_no_card_under_either_of_her_registrations(care: Care, cast: dict[str, int]) -> None:
    kept, other = a_uuid(), a_uuid()
    for uuid in (kept, other):
        care.register(uuid)
        give_card(care, uuid, cast["bob"])
    with care.database.transaction() as db:
        project = db.get_one(Project, care.project_id)
        merge(db, project, kept, other, cast["bob"], MORNING)
        withdraw(db, project, woman_of(db, kept), ["service"], ERASE, cast["bob"], MORNING)
    assert care.rows(ServiceCard) == []


def test_her_copy_tells_of_her_cards_and_not_what_opens_them(care: Care, card: ServiceCard) -> None:
    with care.database.reading() as db:
        copy = collect(db, db.get_one(Project, care.project_id), card.woman_uuid, MORNING)
    assert copy["cards"] == [{"made_at": MORNING, "stopped_at": None, "clinic": None}]
    assert card.code.encode() not in as_json(copy)
