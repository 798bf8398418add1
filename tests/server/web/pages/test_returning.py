"""The buttons beside a record by which it goes back to its phone and is taken back, and what its sender's page says."""

import pytest
from sqlalchemy import select

from server.access import roles
from server.access.people import create_user
from server.access.phones import revoke_app_user
from server.models import AppUser, Assignment, ReturnedRecord, Submission, SubmissionComment, VillageScope
from tests.conftest import MORNING, PASSWORD
from tests.server.web.pages.conftest import Browser, text_of

WHY = "门牌不对 <b>x</b>"


@pytest.fixture
def carrier(town, browse, paged, database):
    """Who carries the phone of the town: a village worker, in her browser."""
    with database.transaction() as db:
        user = create_user(db, "wang@example.test", PASSWORD, "wang", None, MORNING)
        village = db.scalars(
            select(VillageScope.village_id).where(VillageScope.village_id.is_not(None)).limit(1)
        ).first()
        role = roles.BY_SYSTEM["village_worker"].id
        db.add(Assignment(actor_id=user.actor_id, role_id=role, project_id=town.project_id))
        db.add(VillageScope(actor_id=user.actor_id, project_id=town.project_id, village_id=village))
        for phone in db.scalars(select(AppUser)):
            phone.person_id = user.actor_id
    return Browser(paged, "zh_Hans").sign_in("wang@example.test")


def test_a_record_is_returned_with_a_reason_and_that_is_undone(town, browse, database):
    record = town.record()
    rita = browse("rita")
    answer = rita.send(f"/review/{record}/return", {"reason": WHY})
    assert answer.location == f"/review/{record}"
    page = rita.see(f"/review/{record}")
    assert "门牌不对 &lt;b&gt;x&lt;/b&gt;" in page.text and "<b>x</b>" not in page.text
    assert "已退回手机" in text_of(page) and "撤销" in text_of(page) and "不用更正了" in text_of(page)
    with database.reading() as db:
        assert db.get(Submission, record).review_state == "hasIssues"
        assert db.scalars(select(SubmissionComment.body)).all() == [WHY]
    rita.send(f"/review/{record}/return/back", {"state": "received"})
    with database.reading() as db:
        assert db.get(Submission, record).review_state is None
        assert db.scalars(select(ReturnedRecord.ended_how)).all() == ["taken_back"]
    assert "已退回手机" not in text_of(rita.see(f"/review/{record}")).split("经过")[0]


def test_beside_the_list_the_panel_answers_with_the_undo_of_that_very_return(town, browse):
    record = town.record()
    rita = browse("rita")
    rita.send(f"/review/{record}/state", {"state": "hasIssues"})
    page = rita.send(f"/review/{record}/return", {"reason": WHY, "in_place": "1"}, **{"HX-Request": "true"}).text
    assert "<html" not in page and f'action="/review/{record}/return/back"' in page
    assert 'name="state" value="hasIssues"' in page, "with it undone the record has issues, as before"


def test_where_no_phone_is_left_the_page_says_so_beforehand_and_the_way_that_remains(town, browse, database):
    record, rita = town.record(), browse("rita")
    assert "没有手机能更正它" not in text_of(rita.see(f"/review/{record}"))
    with database.transaction() as db:
        revoke_app_user(db, town.phone_id, None, MORNING)
    page = text_of(rita.see(f"/review/{record}"))
    assert "没有手机能更正它了。请在表单里更正，或者请人再去一次。" in page.partition("退回手机")[2]
    assert rita.send(f"/review/{record}/return", {"reason": WHY}).status_code == 303, "it goes back all the same"
    page = text_of(rita.see(f"/review/{record}"))
    assert "没有手机能更正它了。请在表单里更正" in page.partition("退回手机")[0]


def test_where_its_form_is_closed_the_page_says_so_beforehand_and_afterwards(town, browse, database):
    record, rita = town.record(), browse("rita")
    browse("lea").send("/forms/visit/state", {"state": "closed"})
    said = "这张表不再收记录。请先把表单打开，或者写成批注告诉同事。"
    assert said in text_of(rita.see(f"/review/{record}")).partition("退回手机")[2]
    rita.send(f"/review/{record}/return", {"reason": WHY})
    page = text_of(rita.see(f"/review/{record}"))
    assert "已退回；它的表单现在不再收记录。" in page and page.count(said) == 2


@pytest.mark.parametrize("reason", ["", "   ", "长" * 501, "a\x00b"])
def test_a_reason_that_is_none_or_too_long_changes_nothing(town, browse, database, reason):
    record = town.record()
    assert browse("rita").send(f"/review/{record}/return", {"reason": reason}).status_code == 400
    with database.reading() as db:
        assert db.get(Submission, record).review_state is None
        assert db.scalars(select(ReturnedRecord.id)).all() == []


def test_an_odd_state_to_go_back_to_is_refused(town, browse, database):
    record = town.record()
    rita = browse("rita")
    rita.send(f"/review/{record}/return", {"reason": WHY})
    assert rita.send(f"/review/{record}/return/back", {"state": "perfect"}).status_code == 400
    with database.reading() as db:
        assert db.scalars(select(ReturnedRecord.ended_how)).all() == [None]


@pytest.mark.parametrize(("name", "status"), [("vera", 404), ("lea", 403), ("otto", 404), ("ada", 403)])
def test_who_may_not_decide_about_it_returns_nothing(town, browse, name, status):
    record = town.record(village=2)
    browser = browse(name)
    for path in ("return", "return/back"):
        assert browser.send(f"/review/{record}/{path}", {"reason": WHY}).status_code == status


def test_the_list_shows_what_is_with_its_phone_and_has_a_tab_for_it(town, browse):
    record, other = town.record(), town.record()
    rita = browse("rita")
    assert "state=returned" not in rita.see("/review").text
    rita.send(f"/review/{record}/return", {"reason": WHY})
    rita.send(f"/review/{other}/state", {"state": "hasIssues"})
    everything = rita.see("/review").text
    rows = everything.partition("<tbody>")[2]  # above them is the button for many
    assert rows.count("#shape-returned") == 1 and "state=returned" in everything
    only = rita.see("/review?state=returned").text
    assert f'data-record="{record}"' in only and f'data-record="{other}"' not in only


def test_her_page_of_today_tells_who_carries_the_phone_what_came_back_and_why(town, browse, carrier):
    record = town.record()
    assert "退回的记录" not in text_of(carrier.see("/m"))
    browse("rita").send(f"/review/{record}/return", {"reason": WHY})
    page = carrier.see("/m")
    assert "门牌不对 &lt;b&gt;x&lt;/b&gt;" in page.text and "退回的记录" in text_of(page)
    assert "打开已发送的那一份来改" in text_of(page), "its form does not ask which one"
    browse("rita").send(f"/review/{record}/state", {"state": "approved"})
    assert "门牌不对" not in carrier.see("/m").text


def test_the_page_of_somebody_else_has_nothing_of_it(town, browse, carrier, database):
    record = town.record()
    browse("rita").send(f"/review/{record}/return", {"reason": WHY})
    with database.transaction() as db:
        for phone in db.scalars(select(AppUser)):
            phone.person_id = None
    assert "门牌不对" not in carrier.see("/m").text
