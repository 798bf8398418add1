"""What names another woman too is corrected by who may read it anyhow; to who may not the desk says that it is there."""

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from server.access.people import create_user
from server.access.pseudonyms import pseudonym
from server.access.roles import CLINICIAN, DPO
from server.db import Database
from server.models import Assignment, Reading, Submission, SubmissionComment, SubmissionVersion, Village, VillageScope
from server.registry.rights_desk import open_request
from tests.conftest import MORNING, PASSWORD
from tests.server.registry.caring import VILLAGE, Care, a_uuid
from tests.server.registry.naming import a_care_with_talk, correct, registered, restrict, talk
from tests.server.web.pages.conftest import Browser, text_of

THERE = "519901201002"


@pytest.fixture
def care(paged: Flask, database: Database, project_id: int) -> Care:
    care = a_care_with_talk(paged, database, project_id)
    with database.transaction() as db:
        db.add(Village(project_id=project_id, code=THERE, name="二村", created_at=MORNING))
    return care


@pytest.fixture
def hire(paged: Flask, database: Database, project_id: int) -> Any:
    """`hire("lin", [CLINICIAN], [VILLAGE])` is a browser of somebody new; without villages she has the whole town."""

    def start(name: str, roles: list[int], villages: list[str] | None = None, language: str = "en") -> Browser:
        with database.transaction() as db:
            person = create_user(db, f"{name}@example.test", PASSWORD, name, None, MORNING)
            db.add_all(Assignment(actor_id=person.actor_id, role_id=one, project_id=project_id) for one in roles)
            ids = [None] if villages is None else db.scalars(select(Village.id).where(Village.code.in_(villages))).all()
            db.add_all(
                VillageScope(actor_id=person.actor_id, project_id=project_id, village_id=village_id)
                for village_id in ids
            )
        return Browser(paged, language).sign_in(f"{name}@example.test")

    return start


def page_of(care: Care, woman: str, instance_id: str) -> str:
    """Where a record is corrected at her wish."""
    with care.database.transaction() as db:
        wish = open_request(db, care.project_id, "correction", woman, None, MORNING).id
        record = db.scalars(select(Submission.id).where(Submission.instance_id == instance_id)).one()
    return f"/rights/{wish}/correct/{record}"


def two_of(care: Care) -> tuple[str, str]:
    """A woman of each of two villages."""
    woman, other = a_uuid(), a_uuid()
    care.register(woman)
    care.register(other, village_code=THERE)
    return woman, other


@pytest.mark.parametrize(
    ("roles", "villages"), [([DPO], None), ([CLINICIAN], [VILLAGE]), ([DPO, CLINICIAN], [VILLAGE])]
)
def test_who_may_not_read_a_record_that_names_another_is_told_that_it_is_there(
    care: Care, hire: Any, roles: list[int], villages: list[str] | None
) -> None:
    woman, other = two_of(care)
    page = page_of(care, woman, talk(care, women=f"{other} {woman}"))
    who = hire("lin", roles, villages)
    shown, asked = who.see(page), who.see(f"{page}?question=/note")
    refused = who.send(page, {"question": "/note", "value": "x"})
    assert [one.status_code for one in (shown, asked, refused)] == [200, 200, 403]
    for one in (shown, asked, refused):
        assert "It names others, too, so its answers are not shown here." in text_of(one)
        assert "WORDTALK" not in one.text and other not in one.text and "question=" not in one.text
    who.client.set_cookie("language", "zh_Hans")
    assert "看得到它的人会和她一起看关于她的部分" in text_of(who.see(page))
    assert len([one for one in care.rows(SubmissionVersion) if b"WORDTALK" in bytes(one.xml)]) == 1
    assert [one.review_state for one in care.rows(Submission)] == [None] * 3
    assert [one for one in care.rows(Reading) if one.action in ("rights.export", "submission.read")] == []


def test_her_word_of_a_record_that_is_not_shown_is_noted_beside_it(care: Care, hire: Any) -> None:
    woman, other = two_of(care)
    page = page_of(care, woman, talk(care, women=f"{woman} {other}"))
    dora = hire("dora", [DPO])
    dora.see(page)
    assert dora.send(f"{page}/note", {"note": "not on that day"}).status_code == 303
    assert [one.body for one in care.rows(SubmissionComment)] == ["not on that day"]


def test_who_reaches_the_villages_of_all_whom_it_names_corrects_it_and_each_of_them_is_told_who_looked(
    care: Care, hire: Any, project_id: int
) -> None:
    woman, other = two_of(care)
    page = page_of(care, woman, talk(care, women=f"{woman} {other}"))
    lin = hire("lin", [CLINICIAN], [VILLAGE, THERE])
    assert "WORDTALK" in lin.see(page).text
    looks = {one.about for one in care.rows(Reading) if one.action == "submission.read"}
    assert looks == {pseudonym(project_id, one) for one in (woman, other)}
    assert lin.send(page, {"question": "/note", "value": "WORDRIGHT"}).status_code == 303
    assert "WORDRIGHT" in lin.see(page).text


def test_while_one_of_them_lets_nobody_read_it_nobody_corrects_it(care: Care, hire: Any) -> None:
    woman, other = two_of(care)
    page = page_of(care, woman, talk(care, "2026-03-02", women=f"{woman} {other}"))
    restrict(care, other)
    lin = hire("lin", [CLINICIAN, DPO])
    assert "WORDTALK" not in lin.see(page).text
    assert lin.send(page, {"question": "/note", "value": "x"}).status_code == 403


def test_a_record_that_names_another_no_more_speaks_of_her_still(care: Care, hire: Any) -> None:
    woman, other = two_of(care)
    sent = talk(care, women=f"{woman} {other}")
    correct(care, sent, women=woman)
    page = page_of(care, woman, sent)
    assert "WORDLATER" not in hire("dora", [DPO]).see(page).text
    assert "WORDLATER" in hire("lin", [CLINICIAN], [VILLAGE]).see(page).text


def test_what_names_her_alone_is_corrected_by_whoever_answers_her_wish(care: Care, hire: Any) -> None:
    (woman,) = registered(care, 1)
    page = page_of(care, woman, talk(care, women=woman))
    dora = hire("dora", [DPO])
    assert "WORDTALK" in dora.see(page).text
    assert dora.send(page, {"question": "/note", "value": "WORDRIGHT"}).status_code == 303
    assert "WORDRIGHT" in dora.see(page).text
