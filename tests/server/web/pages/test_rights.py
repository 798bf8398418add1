"""The rights desk: what she asks for is answered in 72 hours: a copy, a correction, no more use, or nothing left of her."""

import json
import os
import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from server.access.people import create_user
from server.access.roles import CLINICIAN, DPO, PROJECT_MANAGER, REVIEWER, TOWN_LEAD, VILLAGE_WORKER
from server.blobs import BlobStore
from server.config import Config
from server.db import Database
from server.intake.derive import look_again
from server.models import (
    Assignment,
    Audit,
    Blob,
    Entity,
    RightsRequest,
    Submission,
    SubmissionComment,
    Village,
    VillageScope,
    Woman,
)
from server.registry import sealing
from server.registry.retention_runs import run_retention
from server.registry.rights_desk import open_request
from tests.conftest import MORNING, PASSWORD, Clock
from tests.server.registry.caring import Care, a_care_record, a_uuid, created, updated
from tests.server.web.pages.conftest import Browser, text_of

NAME, SECRET = "WORDNAME", "WORDSECRET"


@pytest.fixture
def care(paged: Flask, database: Database, project_id: int) -> Care:
    return Care(paged, database, project_id)


@pytest.fixture
def hire(paged: Flask, database: Database, project_id: int) -> Any:
    """`hire("dora", DPO)` is a browser of somebody new with a role; villages None is the whole town."""

    def start(name: str, role_id: int, villages: tuple[str, ...] | None = None, language: str = "zh_Hans") -> Browser:
        with database.transaction() as db:
            person = create_user(db, f"{name}@example.test", PASSWORD, name, None, MORNING)
            db.add(Assignment(actor_id=person.actor_id, role_id=role_id, project_id=project_id))
            ids = [None] if villages is None else db.scalars(select(Village.id).where(Village.code.in_(villages))).all()
            for village_id in ids:
                db.add(VillageScope(actor_id=person.actor_id, project_id=project_id, village_id=village_id))
        return Browser(paged, language).sign_in(f"{name}@example.test")

    return start


def a_course(care: Care) -> tuple[str, list[str]]:
    """A woman with a registration, a pregnancy, a check that was corrected, and a photo; the ids of her records."""
    woman, pregnancy = a_uuid(), a_uuid()
    sent = [care.register(woman, display_name=NAME), care.pregnancy(woman, pregnancy, danger_now="bleeding")]
    check = care.check(pregnancy, secret=SECRET)
    answers = {"pregnancy": pregnancy, "visit_date": "2026-02-20", "still_pregnant": "ongoing", "secret": "WORDLATER"}
    again = care.post("antenatal_check", answers, deprecated_id=check)
    photo = b"\xff\xd8\xff\xe0" + b"WORDPHOTO" * 9
    xml = a_care_record("antenatal_check", answers, instance_id=again, deprecated_id=check)
    assert care.phone.send(care.project_id, xml, {"WORDFILE.jpg": photo}).status_code == 201
    for file in blobs_of(care):
        os.utime(file, (MORNING.timestamp() - 60,) * 2)  # files have the machine's time, not the test's
    return woman, [*sent, check]


def blobs_of(care: Care) -> list[Path]:
    return list(care.phone.inner.application.config["CONFIG"].blob_dir.glob("??/*"))


def wish(browser: Browser, kind: str, code: str = "W-0231") -> str:
    browser.see("/rights")
    made = browser.send("/rights", {"code": code, "kind": kind})
    assert made.status_code == 303, text_of(made)
    return str(made.location)


def test_erasing_is_counted_first_asked_for_and_leaves_a_report_without_her(
    care: Care, hire: Any, database: Database, clock: Clock
) -> None:
    woman, sent = a_course(care)
    dora = hire("dora", DPO)
    address = wish(dora, "erasure")
    page = text_of(dora.see(address))
    assert "会删除什么" in page and "清空的记录 3" in page and "记录的版本 4" in page and "删除的附件 1" in page
    assert len(care.rows(Woman)) == 1, "counting changes nothing"
    refused = dora.send(f"{address}/erase")
    assert refused.status_code == 400 and len(care.rows(Woman)) == 1

    assert dora.send(f"{address}/erase", {"sure": "yes"}).status_code == 303
    report = dora.see(address)
    words = text_of(report)
    assert "备份里最晚留到 4月1日（周三）" in words and "清空的记录 3" in words and "随访" in words
    for word in (woman, "W-0231", NAME, SECRET):
        assert word not in report.get_data(as_text=True)
    assert care.rows(Woman) == care.rows(Entity) == care.rows(Blob) == []
    assert blobs_of(care) == []
    with database.reading() as db:
        assert all(woman not in json.dumps(one) for one in db.scalars(select(Audit.details)))
        assert db.scalars(select(RightsRequest.subject)).all() == [None]
    assert {care.seal_of(one) for one in sent} == {"erased"}

    assert dora.send(f"{address}/erase", {"sure": "yes"}).status_code == 404
    clock.forward(days=3)
    xml = a_care_record("antenatal_check", {"secret": SECRET}, instance_id=sent[2])
    late = care.phone.send(care.project_id, xml, {"late.jpg": b"\xff\xd8\xff\xe0WORDLATE"})
    assert late.status_code == 201, "a phone that sends once more keeps nothing back"
    assert care.rows(Blob) == []


def test_a_record_that_arrives_at_the_moment_of_an_erasure_does_not_outlive_it(
    care: Care, hire: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    woman, decided, erased = a_uuid(), Event(), Event()
    care.register(woman)
    dora = hire("dora", DPO)
    address = wish(dora, "erasure")
    dora.see(address)
    really_open = sealing.open_record

    def open_slowly(*what: Any) -> None:
        decided.set()
        erased.wait(3)
        really_open(*what)

    monkeypatch.setattr(sealing, "open_record", open_slowly)
    with ThreadPoolExecutor(1) as pool:
        arriving = pool.submit(care.pregnancy, woman, a_uuid())
        assert decided.wait(30)
        assert dora.send(f"{address}/erase", {"sure": "yes"}).status_code == 303
        erased.set()
    assert care.seal_of(arriving.result()) == "erased"
    assert care.rows(Woman) == care.rows(Entity) == []


def test_an_erasure_or_a_restriction_is_not_done_by_saying_so(care: Care, hire: Any) -> None:
    care.register(a_uuid())
    dora = hire("dora", DPO)
    for kind in ("erasure", "restriction"):
        address = wish(dora, kind)
        dora.see(address)
        for outcome in ("done", "erased"):
            assert dora.send(f"{address}/close", {"outcome": outcome}).status_code == 400, (kind, outcome)
    assert [one.state for one in care.rows(RightsRequest)] == ["open", "open"]
    assert dora.send(f"{address}/close", {"outcome": "declined_by_her"}).status_code == 303


def test_a_wish_that_came_while_the_same_waited_is_not_asked_anew_when_its_record_is_looked_at_again(
    care: Care, hire: Any, database: Database, clock: Clock
) -> None:
    woman = a_uuid()
    care.register(woman)
    dora = hire("dora", DPO)
    address = wish(dora, "export")
    clock.forward(minutes=5)
    asked = {"action": "export_request", "woman": woman, "visit_date": "2026-03-02"}
    record = care.post("woman_consent", asked, updated("women", woman))
    clock.forward(minutes=5)
    dora.see(address)
    assert dora.send(f"{address}/close", {"outcome": "done"}).status_code == 303
    clock.forward(days=1)
    with database.transaction() as db:
        look_again(db, db.scalars(select(Submission.id).where(Submission.instance_id == record)).one(), clock.now())
    assert [one.state for one in care.rows(RightsRequest)] == ["done"]
    care.post("woman_consent", asked, updated("women", woman))
    assert [one.state for one in care.rows(RightsRequest)] == ["done", "open"]


def test_a_copy_holds_every_version_what_she_agreed_to_and_who_looked(
    care: Care, hire: Any, database: Database, project_id: int
) -> None:
    woman, _sent = a_course(care)
    other = a_uuid()
    care.post("woman_consent", {"action": "register", "consent_service": "yes"}, created("women", other, "W-0999 李*"))
    dora, lin = hire("dora", DPO), hire("lin", CLINICIAN, language="en")
    assert lin.see(f"/people/{woman}").status_code == 200
    address = wish(dora, "export")
    page = dora.see(f"{address}/data")
    text = text_of(page)
    for word in ("W-0231", NAME, SECRET, "WORDLATER", "WORDFILE.jpg", "以前的版本", "为随访保存信息", "ANC"):
        assert word in text, word
    assert "W-0999" not in text
    flush(care)
    copy = dora.see(f"{address}/data.json")
    assert copy.headers["Content-Disposition"].startswith("attachment") and copy.headers["Cache-Control"] == "no-store"
    told = json.loads(copy.data)
    assert told["about"] == {"id": woman, "label": "W-0231 王*"}
    assert {one["form_id"] for one in told["records"]} == {"woman_consent", "pregnancy_registration", "antenatal_check"}
    assert [len(one["versions"]) for one in told["records"]] == [1, 1, 2]
    assert {one["purpose"]: one["given"] for one in told["consents"]}["service"] is True
    assert {"lin", "dora"} <= {one["who"] for one in told["who_read"]}
    assert "What is kept about her" in text_of(lin.see(f"{address}/data"))

    dora.see(address)
    assert dora.send(f"{address}/close", {"outcome": "done"}).status_code == 303
    assert dora.see(f"{address}/data").status_code == 404, "without an open wish nobody gets a copy"
    assert "已交给" not in text_of(dora.see(address))


def flush(care: Care) -> None:
    """What was looked at is written now, not in a second."""
    care.phone.inner.application.extensions["fangshi.readings"].flush()


def test_her_data_are_kept_unused_and_used_again_by_one_button(care: Care, hire: Any) -> None:
    woman, _sent = a_course(care)
    dora, lin = hire("dora", DPO), hire("lin", CLINICIAN)
    dora.see(wish(dora, "restriction"))
    address = wish(dora, "restriction")
    dora.see(address)
    assert dora.send(f"{address}/restrict").status_code == 303
    page = text_of(lin.see(f"/people/{woman}"))
    assert "她要求资料只保存，不使用" in page and "随访" not in page.split("她同意了什么")[0].split("W-0231")[1]
    again = wish(dora, "restriction")
    dora.see(again)
    assert dora.send(f"{again}/restrict").status_code == 303
    assert "她要求资料只保存，不使用" not in text_of(lin.see(f"/people/{woman}"))


def test_a_wish_from_a_phone_counts_whatever_she_agreed_to_and_once(care: Care, hire: Any, clock: Clock) -> None:
    woman = a_uuid()
    care.register(woman)
    care.withdraw(woman, "2026-03-01")
    clock.forward(minutes=5)
    asked = {"action": "export_request", "woman": woman, "visit_date": "2026-03-02"}
    first = care.post("woman_consent", asked, updated("women", woman))
    care.post("woman_consent", asked, updated("women", woman), instance_id=first)
    care.post("woman_consent", asked, updated("women", woman))
    (row,) = care.rows(RightsRequest)
    assert (row.kind, row.subject, row.due_at - row.received_at) == ("export", woman, row.due_at - row.received_at)
    assert (row.due_at - row.received_at).total_seconds() == 72 * 3600
    dora = hire("dora", DPO)
    page = text_of(dora.see("/rights"))
    assert "还剩 72 小时" in page and "从手机来" in page
    clock.forward(hours=75)
    dora = Browser(care.phone.inner.application).sign_in("dora@example.test")
    assert "超过 3 小时" in text_of(dora.see("/rights"))


def test_only_the_data_officer_and_clinicians_of_her_villages_open_the_desk(
    care: Care, hire: Any, as_alice: Any, database: Database
) -> None:
    care.register(a_uuid())
    with database.transaction() as db:
        db.add(Village(project_id=care.project_id, code="519901201002", name="二村", created_at=MORNING))
    address = wish(hire("dora", DPO), "erasure")
    others = {"rita": REVIEWER, "lea": TOWN_LEAD, "wang": VILLAGE_WORKER, "mia": PROJECT_MANAGER}
    for name, role in others.items():
        browser = hire(name, role)
        assert [browser.see(one).status_code for one in ("/rights", address)] == [403, 403], name
    here, there = hire("lin", CLINICIAN, ("519901201001",)), hire("nan", CLINICIAN, ("519901201002",))
    assert [one.see(address).status_code for one in (here, there)] == [200, 404]
    assert "W-0231 王" not in text_of(there.see("/rights")) and "W-0231 王" in text_of(here.see("/rights"))
    here.see("/rights")
    assert here.send(f"{address}/erase", {"sure": "yes"}).status_code == 403
    assert len(care.rows(Woman)) == 1
    there.see("/rights")
    assert there.send("/rights", {"code": "W-0231", "kind": "export"}).status_code == 404
    assert here.send("/rights", {"code": "王", "kind": "export"}).status_code == 404, "no search by name"
    assert here.send("/rights", {"code": "W-0231", "kind": "x"}).status_code == 400
    assert len(care.rows(Submission)) == 1


def test_the_retention_page_counts_what_comes_next_and_its_reports_are_signed_once(
    care: Care, hire: Any, database: Database, config: Config, clock: Clock
) -> None:
    care.register(a_uuid())
    clock.forward(days=380)
    dora = hire("dora", DPO)
    page = text_of(dora.see("/rights/retention"))
    assert "只留编号和份数的人 1" in page and "还没有哪一次有需要办的" in page
    run_retention(database, BlobStore(config.blob_dir), None, clock.now())
    shown = dora.see("/rights/retention")
    page = text_of(shown)
    assert "没有到期的" in page and "清空的记录 1" in page
    sign = re.findall(r'action="(/rights/retention/\d+/sign)"', shown.get_data(as_text=True))[0]
    assert dora.send(sign).status_code == 303
    assert "dora 已阅并签字" in text_of(dora.see("/rights/retention"))
    assert dora.send(sign).status_code == 400
    assert hire("lin", CLINICIAN).see("/rights/retention").status_code == 403


def test_the_retention_page_asks_as_often_for_many_women_as_for_one(
    care: Care, hire: Any, clock: Clock, count_queries: Any
) -> None:
    def asked() -> int:
        dora.see("/rights/retention")
        with count_queries() as statements:
            assert "附件，还有只是提到某人的记录" in text_of(dora.see("/rights/retention"))
        return len(statements)

    women = [a_uuid() for _ in range(4)]
    care.register(women[0])
    clock.forward(days=380)
    dora = hire("dora", DPO)
    one = asked()
    for woman in women[1:]:
        care.register(woman)
    clock.forward(days=380)
    dora.sign_in("dora@example.test")
    assert asked() == one


def test_a_correction_is_a_new_version_also_in_her_list_and_a_note_stands_beside_the_record(
    care: Care, hire: Any, database: Database
) -> None:
    woman, _sent = a_course(care)
    dora = hire("dora", DPO)
    address = wish(dora, "correction")
    with database.reading() as db:
        record = db.scalar(select(Submission.id).order_by(Submission.id))
    page = f"{address}/correct/{record}"
    assert page in dora.see(address).get_data(as_text=True)
    listed = dora.see(page).get_data(as_text=True)
    paths = {one.rpartition("/")[2]: one for one in re.findall(r"question=([^\"#]+)#asked", listed)}
    assert NAME in listed and 'value="WORDNAME"' in dora.see(f"{page}?question={paths['display_name']}").text
    assert dora.send(page, {"question": paths["display_name"], "value": "秀英"}).status_code == 303
    assert dora.send(page, {"question": paths["village_code"], "value": "519901201007"}).status_code == 303
    assert not [name for name in paths if name.startswith(("consent", "action", "withdraw"))], "her yes is hers"
    assert dora.send(page, {"question": "/consent_service", "value": "no"}).status_code == 404
    entity = care.entity(woman)
    assert entity is not None and entity.village_code == "519901201007"
    assert [one.village_code for one in care.rows(Woman)] == ["519901201007"]
    copy = text_of(dora.see(f"{address}/data"))
    assert "秀英" in copy and NAME in copy and "以前的版本" in copy
    assert dora.send(f"{page}/note", {"note": "她说日期不对"}).status_code == 303
    with database.reading() as db:
        kept = db.get_one(Submission, record)
        assert kept.review_state == "hasIssues"
        assert db.scalars(select(SubmissionComment.body)).all() == ["她说日期不对"]
    assert dora.send(page, {"question": "/meta/instanceID", "value": "x"}).status_code == 404
    other = care.post("woman_consent", {"action": "register", "consent_service": "yes"}, created("women", a_uuid()))
    with database.reading() as db:
        hers = db.scalar(select(Submission.id).where(Submission.instance_id == other))
    assert dora.see(f"{address}/correct/{hers}").status_code == 404


def test_the_list_asks_as_often_for_many_wishes_as_for_one(
    care: Care, hire: Any, database: Database, project_id: int, count_queries: Any
) -> None:
    dora = hire("dora", DPO)
    women = [a_uuid() for _ in range(12)]

    def asked(of: list[str]) -> int:
        with database.transaction() as db:
            for woman in of:
                open_request(db, project_id, "export", woman, None, MORNING)
        dora.see("/rights")
        with count_queries() as statements:
            assert dora.see("/rights").status_code == 200
        return len(statements)

    assert asked(women[:1]) == asked(women[1:])
