import re
from pathlib import Path

import pytest
from flask import abort
from sqlalchemy.exc import OperationalError

from server.web.pages import review
from server.web.pages.problems import SECRET
from tests.conftest import PASSWORD
from tests.server.web.pages.conftest import Browser, text_of

TEMPLATES = Path(review.__file__).parent.parent / "templates"


def test_an_address_that_is_not_there_is_a_page_in_the_frame(town, browse):
    answer = browse("rita").see("/no/such/page")
    assert answer.status_code == 404
    assert "这个网址没有内容" in text_of(answer) and "审核" in text_of(answer)


def test_a_page_of_another_role_says_why_in_both_languages(town, browse):
    assert "这一页您的角色看不到" in text_of(browse("rita").see("/phones"))
    assert "not for your role" in text_of(browse("rita", language="en").see("/phones"))


def test_when_the_database_is_away_the_page_stands_alone_and_asks_to_try_again(app, town, browse, monkeypatch):
    rita = browse("rita")

    def away(*_args, **_more):
        raise OperationalError("SELECT 1", {}, Exception("unable to open database file"))

    monkeypatch.setattr(app.extensions["fangshi.database"], "reading", away)
    answer = rita.see("/review")
    assert answer.status_code == 503 and answer.headers["Retry-After"] == "30"
    assert "服务器现在办不了" in text_of(answer) and "再试一次" in text_of(answer)


def test_an_error_nobody_foresaw_shows_a_number_and_nothing_of_what_happened(town, browse, monkeypatch, caplog):
    answer_given = " ".join(["her", "answer"])

    def fail(*_args, **_more):
        raise RuntimeError(answer_given)

    monkeypatch.setattr(review.desk, "list_records", fail)
    answer = browse("rita").see("/review")
    page = text_of(answer)
    assert answer.status_code == 500
    assert answer_given not in page and answer_given not in caplog.text
    assert "已经记下来" in page


def test_a_fragment_gets_its_problem_as_a_fragment(town, browse):
    answer = browse("rita").see("/review/4242/panel", **{"HX-Request": "true"})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 404 and "<html" not in page and "或者您不能看" in page


def test_a_session_that_ended_sends_a_fragment_to_the_sign_in_page_and_back_to_its_page(town, browse):
    page = {"HX-Request": "true", "HX-Current-URL": "http://localhost/review?state=approved"}
    answer = browse().see("/review/1/panel", **page)
    assert answer.status_code == 401
    assert answer.headers["HX-Redirect"] == "/sign-in?away=1&next=%2Freview%3Fstate%3Dapproved"


def test_a_form_that_a_session_ended_under_stays_where_it_is(town, browse):
    answer = browse().send("/review/1/state", {"comment": "看过了"}, **{"HX-Request": "true"})
    assert answer.status_code == 401 and "HX-Redirect" not in answer.headers


@pytest.mark.parametrize("wrong", ["http://[", "http://[::1/review"])
def test_a_header_that_is_no_address_breaks_no_page(town, browse, wrong):
    answer = browse().see("/review/1/panel", **{"HX-Request": "true", "HX-Current-URL": wrong})
    assert (answer.status_code, answer.headers["HX-Redirect"]) == (401, "/sign-in?away=1&next=%2F")
    assert browse("rita").send("/review/batches", {}, Referer=wrong).status_code == 400


def test_what_stands_behind_an_address_is_asked_for_again_whatever_it_is(town, browse):
    answer = browse().client.get("/review", environ_overrides={"QUERY_STRING": "form=\xff&village=1"})
    assert (answer.status_code, answer.location) == (303, "/sign-in?next=%2Freview%3Fform%3D%25FF%26village%3D1")


def database_away(app, monkeypatch):
    def away(*_args, **_more):
        raise OperationalError("SELECT 1", {}, Exception("unable to open database file"))

    monkeypatch.setattr(app.extensions["fangshi.database"], "writing", away)


def test_what_the_server_could_not_store_is_still_there_for_one_press(app, town, browse, monkeypatch):
    ada = browse("ada")
    with monkeypatch.context() as broken:
        database_away(app, broken)
        answer = ada.send("/admin/projects", {"name": '石桥镇 "一"', "kind": "plain"})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 503 and "写好的都还在" in text_of(answer)
    sent = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', page))
    assert sent == {"__csrf": ada.csrf, "name": "石桥镇 &#34;一&#34;", "kind": "plain"}
    assert '<form method="post" action="/admin/projects">' in page
    assert ada.send("/admin/projects", {"name": '石桥镇 "一"', "kind": "plain"}).status_code == 303


def test_what_is_sent_again_goes_where_it_was_going_with_all_that_its_address_says(app, town, browse, monkeypatch):
    rita = browse("rita")
    address = "/review/batches?state=approved&amp;form=%E7%94%B2%20a"
    with monkeypatch.context() as broken:
        database_away(app, broken)
        answer = rita.send(address.replace("&amp;", "&"), {"all": "1", "to": "approved"})
    assert answer.status_code == 503
    assert f'<form method="post" action="{address}">' in answer.get_data(as_text=True)


@pytest.mark.parametrize(("path", "name"), [("/me/channels", "secret"), ("/admin/projects/1/map-base", "tk")])
def test_nor_is_what_opens_something_elsewhere(app, town, browse, monkeypatch, path, name):
    ada = browse("ada")
    database_away(app, monkeypatch)
    monkeypatch.setattr(app.extensions["fangshi.database"], "reading", app.extensions["fangshi.database"].writing)
    answer = ada.send(path, {name: "SEC4711"})
    assert answer.status_code == 503
    assert "SEC4711" not in answer.get_data(as_text=True)


def test_every_field_that_hides_what_is_typed_is_one_that_no_page_holds_again():
    drawn = "".join(path.read_text(encoding="utf-8") for path in TEMPLATES.rglob("*.html"))
    fields = re.findall(r"""ui\.field\('(\w+)',[^}]*?type='password'""", drawn)
    assert {"secret", "tk"} <= set(fields) <= SECRET


def test_a_form_too_large_to_be_read_is_not_read_again_for_the_page_of_a_server_that_is_away(
    app, town, browse, monkeypatch
):
    database_away(app, monkeypatch)
    monkeypatch.setattr(app.extensions["fangshi.database"], "reading", app.extensions["fangshi.database"].writing)
    monkeypatch.setitem(app.config, "MAX_CONTENT_LENGTH", 2000)
    answer = browse().send("/admin/projects", {"name": "x" * 5000})
    assert answer.status_code == 503 and "服务器现在办不了" in text_of(answer)


@pytest.mark.parametrize("referrer", ["http://[", "http://[::1/review", "//[x]/"])
def test_a_referrer_that_is_no_address_is_none(town, browse, referrer):
    answer = browse("ada").send("/admin/projects", {"name": ""}, Referer=referrer)
    assert answer.status_code == 400 or "镇" in text_of(answer)
    fragment = {"HX-Request": "true", "HX-Current-URL": referrer}
    answer = browse().see("/review/1/panel", **fragment)
    assert answer.status_code == 401 and answer.headers["HX-Redirect"] == "/sign-in?away=1&next=%2F"


def test_one_press_sends_it_with_the_filter_that_it_was_sent_with(app, town, browse, monkeypatch):
    rita = browse("rita")
    database_away(app, monkeypatch)
    answer = rita.send("/review/batches?form=visit&answer=%2Fnote%3Dred", {"state": "approved", "all": "1"})
    page = answer.get_data(as_text=True)
    assert '<form method="post" action="/review/batches?form=visit&amp;answer=%2Fnote%3Dred">' in page


def test_a_password_is_in_no_page_again(app, town, browse, monkeypatch):
    database_away(app, monkeypatch)
    fields = {"email": "rita@example.test", "password": PASSWORD}
    monkeypatch.setattr(app.extensions["fangshi.database"], "reading", app.extensions["fangshi.database"].writing)
    answer = browse().send("/sign-in", fields)
    assert answer.status_code == 503
    assert PASSWORD not in answer.get_data(as_text=True) and "写好的" not in text_of(answer)


@pytest.mark.parametrize(("limit", "said"), [(2000, "2 kB"), (25_000_000, "25 MB")])
def test_a_file_that_is_too_large_has_a_page_of_its_own_and_a_way_back(app, town, browse, monkeypatch, limit, said):
    ada = browse("ada")
    monkeypatch.setitem(app.config, "MAX_CONTENT_LENGTH", limit)
    if limit > 2000:
        monkeypatch.setitem(app.view_functions, "pages.make_project", lambda: abort(413))
    answer = ada.send("/admin/projects", {"name": "石" * 1000}, Referer="http://localhost/admin?project=1")
    assert answer.status_code == 413 and "文件太大" in text_of(answer) and said in text_of(answer)
    assert 'class="button primary" href="/admin"' in answer.get_data(as_text=True)


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH"])
def test_a_method_nobody_takes_is_a_page_too(app, town, method):
    answer = Browser(app).client.open("/sign-in", method=method, headers={"Accept": "text/html"})
    assert answer.status_code == 405 and answer.mimetype == "text/html"
