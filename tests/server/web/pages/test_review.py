import re

import orjson
import pytest
from sqlalchemy import func, select, update

from server.models import Audit, Form, Submission, SubmissionComment, SubmissionVersion
from tests.server.web.pages.conftest import text_of


def test_the_list_shows_what_the_scope_reaches_and_nothing_else(town, browse):
    first, second = town.record(village=1), town.record(village=2)
    everything = browse("rita").see("/review").get_data(as_text=True)
    assert f'data-record="{first}"' in everything and f'data-record="{second}"' in everything
    some = browse("vera").see("/review").get_data(as_text=True)
    assert f'data-record="{first}"' in some and f'data-record="{second}"' not in some


def test_a_record_outside_the_scope_is_as_if_it_were_not_there(town, browse):
    second = town.record(village=2)
    vera = browse("vera")
    for path in (f"/review/{second}", f"/review/{second}/panel", f"/review/{second}/files/x.jpg"):
        assert vera.see(path).status_code == 404
    assert vera.send(f"/review/{second}/state", {"state": "approved"}).status_code == 404


@pytest.mark.parametrize("name", ["ada", "lea", "otto"])
def test_an_administrator_a_lead_and_a_stranger_read_no_records_of_a_care_project(town, browse, name):
    record = town.record()
    browser = browse(name)
    for path in ("/review", f"/review/{record}", "/map/features"):
        assert browser.see(path).status_code in (403, 404)


def test_approving_is_kept_written_down_and_can_be_undone(town, browse, database):
    record = town.record()
    rita = browse("rita")
    answer = rita.send(f"/review/{record}/state", {"state": "approved", "comment": "看过了"})
    assert answer.location == f"/review/{record}"
    page = text_of(rita.see(f"/review/{record}"))
    assert "已通过" in page and "看过了" in page and "撤销" in page
    with database.reading() as db:
        assert db.get(Submission, record).review_state == "approved"
        assert db.scalars(select(SubmissionComment.body)).all() == ["看过了"]
        assert "submission.update" in db.scalars(select(Audit.action)).all()
    rita.send(f"/review/{record}/state", {"state": "received", "undo": "1"})
    with database.reading() as db:
        assert db.get(Submission, record).review_state is None


def test_a_decision_beside_the_list_answers_with_the_panel_and_an_undo_button(town, browse):
    record = town.record()
    rita = browse("rita")
    answer = rita.send(f"/review/{record}/state", {"state": "hasIssues", "in_place": "1"}, **{"HX-Request": "true"})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 200 and "<html" not in page
    assert "有疑问" in page and 'name="state" value="received"' in page
    assert answer.headers["HX-Trigger"] == f'{{"reviewed": {{"id": {record}}}}}'


def test_a_comment_alone_leaves_the_state(town, browse, database):
    record = town.record()
    browse("rita").send(f"/review/{record}/state", {"state": "comment", "comment": "请再看一眼"})
    with database.reading() as db:
        assert db.get(Submission, record).review_state is None
        assert db.scalar(select(func.count()).select_from(SubmissionComment)) == 1


def test_an_unknown_state_is_refused_and_nothing_is_stored(town, browse, database):
    record = town.record()
    answer = browse("rita").send(f"/review/{record}/state", {"state": "perfect", "comment": "x"})
    assert answer.status_code == 400
    with database.reading() as db:
        assert db.scalar(select(func.count()).select_from(SubmissionComment)) == 0


def test_filters_live_in_the_address(town, browse):
    town.record(village=1)
    away = town.record(village=0)
    rita = browse("rita")
    rita.send(f"/review/{away}/state", {"state": "rejected"})
    assert re.findall(r'data-record="(\d+)"', rita.see("/review?state=rejected").get_data(as_text=True)) == [str(away)]
    assert re.findall(r'data-record="(\d+)"', rita.see("/review?village=unknown").get_data(as_text=True)) == [str(away)]
    assert "没有符合这个筛选的" in text_of(rita.see("/review?state=approved&village=519901201002"))


@pytest.mark.parametrize("query", ["page=0", "page=999999999", "page=x", "state=%00", "village=%F0", "form=%27%22"])
def test_odd_filters_are_answered_without_an_error_of_ours(town, browse, query):
    town.record()
    assert browse("rita").see(f"/review?{query}").status_code in (200, 400)


def test_answers_that_look_like_html_are_shown_as_text(town, browse):
    record = town.record(note="&lt;script&gt;alert(1)&lt;/script&gt;")
    page = browse("rita").see(f"/review/{record}").get_data(as_text=True)
    assert "<script>alert" not in page and "&lt;script&gt;alert(1)" in page


def test_a_point_outside_every_village_is_asked_about_not_blamed(town, browse):
    record = town.record(gps="30.005 106.0 0 80")
    page = text_of(browse("rita").see(f"/review/{record}"))
    assert "点位不在任何一个村里" in page


def test_a_picture_is_shown_and_anything_else_is_a_download_in_a_sandbox(town, browse):
    picture = b"\xff\xd8\xff\xe0" + bytes(20)
    record = town.record(photo="door.jpg", files={"door.jpg": picture})
    rita = browse("rita")
    shown = rita.see(f"/review/{record}/files/door.jpg")
    assert shown.data == picture and shown.headers["Content-Disposition"].startswith("inline")
    assert "sandbox" in shown.headers["Content-Security-Policy"]
    script = town.record(photo="door.jpg", files={"door.jpg": b"<svg onload=alert(1)>"})
    hidden = rita.see(f"/review/{script}/files/door.jpg")
    assert hidden.headers["Content-Disposition"].startswith("attachment")


def test_a_correction_shows_what_changed_and_keeps_the_history(town, browse):
    first = "uuid:00000000-0000-4000-8000-000000000001"
    record = town.record(instance_id=first, note="旧的说法")
    town.record(instance_id=first[:-1] + "2", deprecated_id=first, note="新的说法")
    page = browse("rita").see(f"/review/{record}").get_data(as_text=True)
    assert re.search(r"<del>旧的说法</del>\s*新的说法", page)
    assert "手机上更正过" in page


def test_looking_at_a_record_of_a_care_project_is_written_down(town, browse, database):
    record = town.record()
    browse("rita").see(f"/review/{record}/panel")
    with database.reading() as db:
        looks = db.scalars(select(Audit).where(Audit.action == "submission.read")).all()
    assert [look.submission_id for look in looks] == [record]


def test_the_list_asks_as_many_questions_for_thirty_records_as_for_one(town, browse, count_queries):
    town.record()
    rita = browse("rita")
    rita.see("/review")
    with count_queries() as few:
        rita.see("/review")
    for _ in range(29):
        town.record()
    with count_queries() as many:
        rita.see("/review")
    assert len(many) == len(few)


def test_every_version_can_be_looked_at_and_only_the_current_one_decided_upon(town, browse):
    first = "uuid:00000000-0000-4000-8000-000000000001"
    record = town.record(instance_id=first, note="旧的说法")
    town.record(instance_id=first[:-1] + "2", deprecated_id=first, note="新的说法")
    other = town.record(note="别人的")
    rita = browse("rita")
    link = re.search(rf"/review/{record}\?version=(\d+)", rita.see(f"/review/{record}").get_data(as_text=True))
    old = rita.see(link[0]).get_data(as_text=True)
    assert "旧的说法" in old and "新的说法" not in old and 'value="approved"' not in old
    assert rita.see(f"/review/{other}?version={link[1]}").status_code == 404


@pytest.mark.parametrize(
    ("said", "calendar", "words"),
    [
        ("闰四月初三", "lunar", "末次月经的农历日子 那段时间的农历里没有这一天"),
        ("六月初三", "lunar", "末次月经的农历日子 她说的农历日子和阳历对不上"),
        ("闰六月初三", "lunar", ""),
        ("六月初三", "solar", ""),
    ],
)
def test_a_lunar_day_that_cannot_be_is_a_question_and_refuses_nothing(town, browse, database, said, calendar, words):
    record = town.record()
    told = {"lmp_known": "exact", "lmp_calendar": calendar, "lmp_lunar": said, "lmp_date": "2025-07-27"}
    with database.transaction() as db:
        version = db.query(SubmissionVersion).filter_by(submission_id=record, is_current=True).one()
        version.values_json = orjson.dumps({"dating": told}).decode()
        db.execute(update(Form).values(xml_form_id="pregnancy_registration"))
    page = text_of(browse("rita").see(f"/review/{record}"))
    assert words in page and ("末次月经的农历日子" in page) is bool(words)


def test_a_record_is_drawn_in_its_village_but_beside_the_map_which_shows_it_already(town, browse):
    record = town.record(village=1, gps="30.005 105.005 0 5")
    rita = browse("rita")
    assert '<figure class="spot-sketch">' in rita.see(f"/review/{record}").get_data(as_text=True)
    assert '<figure class="spot-sketch">' in rita.see(f"/review/{record}/panel").get_data(as_text=True)
    assert '<figure class="spot-sketch">' not in rita.see(f"/review/{record}/panel?from=map").get_data(as_text=True)
