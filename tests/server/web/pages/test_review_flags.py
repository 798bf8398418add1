"""Questions about how a record was made: who sees them, how they are found, asked and settled."""

import re
from datetime import timedelta

import orjson
import pytest
from sqlalchemy import select, update

from server.intake.quality_flags import Flag
from server.intake.quality_judging import judge_waiting
from server.intake.quality_limits import KINDS
from server.models import Actor, AppUser, Audit, Form, Project, QualityFlag, Submission, SubmissionComment
from server.sending_jobs import empty_outbox
from server.web.pages.flag_words import QUESTIONS, SHORT, say_flag
from tests.client import Client
from tests.conftest import MORNING
from tests.making import new_id
from tests.server.web.pages.conftest import text_of

FAR = "30.005 105.005 0 80"


@pytest.fixture
def asked(town):
    """A record whose phone knew its place to 80 m only, judged."""
    record = town.record(gps=FAR)
    assert judge_waiting(town.database, MORNING, 50) == 1
    return record


def chips_in(answer) -> list[str]:
    return re.findall(r'class="card-asked"><span class="chip amber" title="([^"]*)"', answer.text)


def ids_in(answer) -> list[str]:
    return re.findall(r'data-record="(\d+)"', answer.get_data(as_text=True))


def test_every_kind_has_its_words_and_its_numbers_in_them(town):
    assert tuple(SHORT) == tuple(QUESTIONS) == KINDS
    told = dict.fromkeys(
        ("metres", "homes", "kmh", "seconds", "minutes", "files", "records", "readings", "percent"), 7919
    )
    told |= {"month": 7919, "record": 1, "usual": 7919, "days": 7919, "service": 1}
    with town.app.test_request_context():
        for kind in KINDS:
            assert "%(" not in say_flag(Flag(kind, told, None, None, None, None, None)), kind


def test_who_reviews_sees_what_is_to_be_asked_as_a_question(town, browse, asked):
    page = text_of(browse("rita").see(f"/review/{asked}"))
    assert "手机定位只准到 80 米" in page and "是不是走到门口才开定位？" in page
    assert "问问填表的人" in page and "没有问题" in page


def test_asking_writes_the_question_as_a_comment_and_settling_can_be_taken_back(town, browse, database, asked):
    rita, here = browse("rita"), f"/review/{asked}/flags/accuracy"
    assert rita.send(here, {"act": "ask"}).location == f"/review/{asked}"
    with database.reading() as db:
        assert db.get(Submission, asked).review_state == "hasIssues"
        assert "是不是走到门口才开定位？" in db.scalars(select(SubmissionComment.body)).one()
    page = text_of(rita.see(f"/review/{asked}"))
    assert "rita问过了" in page and "问过了：定位不够准" in page and "问问填表的人" not in page
    assert "没有问题" in text_of(rita.send(here, {"act": "settle", "in_place": "1"}, **{"HX-Request": "true"}))
    page = text_of(rita.see(f"/review/{asked}"))
    assert "rita看过，没有问题" in page and "重新打开" in page
    assert ids_in(rita.see("/review?flag=accuracy")) == []
    rita.send(here, {"act": "reopen"})
    assert ids_in(rita.see("/review?flag=accuracy")) == [str(asked)]
    with database.reading() as db:
        acts = db.scalars(select(Audit).where(Audit.action.like("submission.flag.%")).order_by(Audit.id)).all()
        assert [(one.action.rpartition(".")[2], one.submission_id) for one in acts] == [
            ("ask", asked),
            ("settle", asked),
            ("reopen", asked),
        ]
        assert all(one.details["flag"] == "accuracy" for one in acts)


@pytest.mark.parametrize(
    ("path", "act", "status"),
    [("accuracy", "x", 400), ("accuracy", "", 400), ("outside", "ask", 404), ("no", "ask", 404)],
)
def test_what_is_not_asked_cannot_be_answered(town, browse, database, asked, path, act, status):
    assert browse("rita").send(f"/review/{asked}/flags/{path}", {"act": act}).status_code == status
    with database.reading() as db:
        assert db.scalars(select(SubmissionComment.id)).all() == []
        assert db.scalars(select(QualityFlag.settled_at)).all() == [None]


def test_beyond_one_s_villages_nothing_is_asked_or_settled(town, browse, database):
    elsewhere = town.record(village=2, gps="30.005 105.015 0 80")
    judge_waiting(database, MORNING, 50)
    vera = browse("vera")
    assert vera.send(f"/review/{elsewhere}/flags/accuracy", {"act": "settle"}).status_code == 404
    assert ids_in(vera.see("/review?flag=any")) == []


def test_the_list_is_narrowed_by_a_kind_or_any_and_the_view_can_be_kept(town, browse, asked):
    other = town.record(village=2)
    rita = browse("rita")
    assert ids_in(rita.see("/review")) == [str(other), str(asked)]
    for flag, found in (("accuracy", [str(asked)]), ("any", [str(asked)]), ("speed", []), ("nonsense", [])):
        assert ids_in(rita.see(f"/review?flag={flag}")) == found
    page = rita.see("/review?flag=accuracy").get_data(as_text=True)
    assert (
        '<option value="accuracy" selected>' in page
        and 'href="/review?state=received&amp;flag=accuracy"'
        in page.replace("flag=accuracy&amp;state=received", "state=received&amp;flag=accuracy")
    )
    assert rita.see("/review?flag=sealed").location == "/review/sealed"


def test_another_record_is_named_only_to_who_may_open_it(town, browse, database):
    picture = b"\xff\xd8\xff\xe0" + bytes(20)
    first = town.record(village=2, photo="a.jpg", files={"a.jpg": picture})
    again = town.record(village=1, photo="b.jpg", files={"b.jpg": picture})
    judge_waiting(database, MORNING, 50)
    for name, shown in (("rita", True), ("vera", False)):
        page = browse(name).see(f"/review/{again}").get_data(as_text=True)
        assert "有一张图和以前一份记录里的完全一样" in page
        assert (f'href="/review/{first}"' in page) is shown


def test_an_earlier_version_asks_nothing(town, browse, database):
    first = new_id()
    record = town.record(gps=FAR, instance_id=first)
    town.record(gps=FAR, instance_id=new_id(), deprecated_id=first)
    judge_waiting(database, MORNING, 50)
    rita = browse("rita")
    page = rita.see(f"/review/{record}").get_data(as_text=True)
    older = re.search(rf"/review/{record}\?version=(\d+)", page)
    assert "手机定位只准到 80 米" in page
    assert older and "手机定位只准到 80 米" not in text_of(rita.see(f"/review/{record}?version={older[1]}"))


def test_the_list_asks_as_many_questions_with_flags_as_without(town, browse, database, count_queries):
    rita = browse("rita")
    town.record()
    counted = []
    for gps in ("30.005 105.005 0 5", FAR):
        for _ in range(5):
            town.record(gps=gps)
        judge_waiting(database, MORNING, 50)
        for path in ("/review", "/review?flag=any"):
            rita.see(path)
            with count_queries() as statements:
                rita.see(path)
            counted.append(len(statements))
    assert len(set(counted)) == 1


def test_who_sent_it_reads_the_question_in_her_inbox_until_it_is_settled_and_nobody_else_does(
    town, browse, database, asked, config
):
    with database.transaction() as db:
        vera = db.scalars(select(Actor.id).where(Actor.display_name == "vera")).one()
        db.get(AppUser, town.phone_id).person_id = vera
    rita, here = browse("rita"), f"/review/{asked}/flags/accuracy"
    rita.send(here, {"act": "ask"})
    empty_outbox(database, config, MORNING + timedelta(hours=2))
    page = text_of(browse("vera").see("/inbox"))
    assert "想问问您交来的一份记录是怎么填的" in page and "是不是走到门口才开定位？" in page
    assert "想问问您" not in text_of(rita.see("/inbox"))
    with database.transaction() as db:
        db.get(AppUser, town.phone_id).person_id = None
    assert "走到门口" not in text_of(browse("vera").see("/inbox")), "another carries that phone now"
    with database.transaction() as db:
        db.get(AppUser, town.phone_id).person_id = vera
    rita.send(here, {"act": "settle"})
    assert "走到门口" not in text_of(browse("vera").see("/inbox"))


def a_checked_visit(town) -> tuple[int, int]:
    """A visit and the record of its back-check, which differs."""
    visit, sent = town.record(village=1), town.record(village=1)
    with town.database.transaction() as db:
        told = orjson.dumps({"record": sent, "happened": 1}).decode()
        db.add(
            QualityFlag(
                submission_id=visit, kind="checked", project_id=town.project_id, told_json=told, found_at=MORNING
            )
        )
    return visit, sent


def test_that_a_check_differs_is_told_to_who_may_read_the_check_and_leads_to_it(town, browse, database):
    visit, sent = a_checked_visit(town)
    rita = browse("rita")
    page = rita.see(f"/review/{visit}")
    assert len(chips_in(rita.see("/review"))) == 1
    assert "回访时说法不一样的：有没有来过" in text_of(page) and f'href="/review/{sent}"' in page.text
    assert ids_in(rita.see("/review?flag=checked")) == [str(visit)]
    rita.send(f"/review/{visit}/flags/checked", {"act": "ask"})
    page = text_of(rita.see(f"/review/{visit}"))
    assert "问过了：日期和做了什么" in page, "the course is read by others too"
    with database.reading() as db:
        assert "回访" not in db.scalars(select(SubmissionComment.body)).one()


def test_who_may_not_read_the_check_neither_sees_nor_settles_what_it_gave(town, browse, database):
    visit, sent = a_checked_visit(town)
    with database.transaction() as db:
        db.get_one(Submission, sent).sealed = True
    rita = browse("rita")
    assert "回访时说法不一样" not in text_of(rita.see(f"/review/{visit}"))
    assert chips_in(rita.see("/review")) == [], "nor on the list"
    assert rita.send(f"/review/{visit}/flags/checked", {"act": "settle"}).status_code == 404


def test_who_made_the_record_does_not_find_it_by_what_the_check_gave(town, browse, database):
    visit, _sent = a_checked_visit(town)
    assert ids_in(browse("rita").see("/review?flag=any")) == [str(visit)]
    with database.transaction() as db:
        rita = db.scalars(select(Actor.id).where(Actor.display_name == "rita")).one()
        db.get_one(AppUser, town.phone_id).person_id = rita
        db.execute(update(Project).values(kind="care"))
    for flag in ("checked", "any"):
        assert ids_in(browse("rita").see(f"/review?flag={flag}")) == []


def test_nor_does_the_list_say_it_beside_the_record_to_who_may_not_read_the_check(town, browse, database):
    visit, sent = a_checked_visit(town)
    assert "回访" in row_of(browse("rita"), visit)
    with database.transaction() as db:
        db.get_one(Submission, sent).sealed = True
    assert "回访" not in row_of(browse("rita"), visit)


def test_nor_do_the_acts_upon_a_record_say_that_it_was_checked(town, browse, database):
    """The API gives them to whoever may read the record, which may be who made it."""
    visit, _sent = a_checked_visit(town)
    browse("rita").send(f"/review/{visit}/flags/checked", {"act": "ask"})
    with database.reading() as db:
        record = db.get_one(Submission, visit)
        rita = db.scalars(select(Actor.id).where(Actor.display_name == "rita")).one()
        form = db.get_one(Form, record.form_id).xml_form_id
        path = f"/projects/{town.project_id}/forms/{form}/submissions/{record.instance_id}/audits"
    for headers in ({}, {"X-Extended-Metadata": "true"}):
        answer = Client.signed_in(town.app, database, rita).get(path, headers=headers)
        assert "submission.flag.ask" in answer.text and "checked" not in answer.text


def row_of(reader, record: int) -> str:
    row = re.search(rf'data-record="{record}".*?</tr>', reader.see("/review").text, re.S)
    assert row is not None
    return row[0]
