import re
import threading

import pytest
from sqlalchemy import select

from server.access import passwords
from server.access.people import find_link, issue_link
from server.access.signing_in import FAILURES_OF_ACCOUNT
from server.models import Session, User
from tests.client import Client
from tests.conftest import MORNING, PASSWORD
from tests.server.web.pages.conftest import text_of


def test_the_right_password_opens_a_session_whose_cookie_no_script_reads(town, browse, database):
    answer = browse().send("/sign-in", {"email": "Rita@example.test ", "password": PASSWORD, "next": "/map"})
    assert (answer.status_code, answer.location) == (303, "/map")
    cookie = next(value for value in answer.headers.getlist("Set-Cookie") if value.startswith("session="))
    assert "HttpOnly" in cookie and "SameSite=Strict" in cookie and "Path=/" in cookie
    with database.reading() as db:
        assert len(db.scalars(select(Session)).all()) == 1


def test_a_wrong_password_keeps_the_address_and_says_what_to_do(town, browse):
    answer = browse().send("/sign-in", {"email": "rita@example.test", "password": "not that one"})
    assert answer.status_code == 401
    assert 'value="rita@example.test"' in answer.get_data(as_text=True)
    assert "邮箱、密码不对" in text_of(answer)


def test_an_unknown_address_is_answered_like_a_wrong_password(town, browse):
    known = browse().send("/sign-in", {"email": "rita@example.test", "password": "not that one"})
    unknown = browse().send("/sign-in", {"email": "nobody@example.test", "password": "not that one"})
    assert text_of(known) == text_of(unknown)


def test_the_sixth_failure_has_to_wait_and_so_has_what_is_right_after_it(town, browse):
    browser, wrong = browse(), {"email": "rita@example.test", "password": "not that one"}
    assert [browser.send("/sign-in", wrong).status_code for _ in range(FAILURES_OF_ACCOUNT)] == [401] * 5 + [429]
    refused = browser.send("/sign-in", {"email": "rita@example.test", "password": PASSWORD})
    assert refused.status_code == 429 and 0 < int(refused.headers["Retry-After"]) <= 901
    assert "请对一下再试" not in text_of(refused), "nothing that was typed is wrong"


@pytest.mark.parametrize("target", ["//evil.test/x", "https://evil.test", "/\\evil.test", "javascript:alert(1)"])
def test_signing_in_never_leads_to_another_site(town, browse, target):
    answer = browse().send("/sign-in", {"email": "rita@example.test", "password": PASSWORD, "next": target})
    assert answer.location == "/"


def test_another_sites_form_signs_nobody_in(town, browse):
    fields = {"email": "rita@example.test", "password": PASSWORD}
    assert browse().send("/sign-in", fields, Origin="https://evil.test").status_code == 403


def test_signing_out_ends_the_session_on_the_server(town, browse, database):
    rita = browse("rita")
    assert rita.send("/sign-out").location == "/sign-in"
    with database.reading() as db:
        assert db.scalars(select(Session)).all() == []
    assert rita.see("/review").location.startswith("/sign-in")


def test_who_is_not_signed_in_is_led_to_sign_in_and_back(town, browse):
    assert browse().see("/review?state=approved").location == "/sign-in?next=%2Freview%3Fstate%3Dapproved"


def test_a_post_without_the_sessions_token_is_refused(town, browse):
    rita = browse("rita")
    rita.csrf = "0" * 64
    answer = rita.send("/sign-out")
    assert answer.status_code == 403
    assert "请刷新后再办一次" in text_of(answer)


def test_a_set_up_link_makes_the_first_administrator_once(app, browse, database):
    with database.transaction() as db:
        token = issue_link(db, "setup", None, MORNING)
    browser = browse()
    assert "设置这台服务器" in text_of(browser.see(f"/join/{token}"))
    weak = browser.send(f"/join/{token}", {"email": "zhou@hechuan.test", "password": "short"})
    assert weak.status_code == 400
    assert "至少要 10 个字符" in text_of(weak)
    with database.reading() as db:
        assert db.scalars(select(User)).all() == []
    made = browser.send(
        f"/join/{token}", {"email": "zhou@hechuan.test", "password": "山里的路通到家门口了", "name": "周主任"}
    )
    assert (made.status_code, made.location) == (303, "/")
    assert "设置" in text_of(browser.see("/admin"))
    assert "这个链接不能用了" in text_of(browse().see(f"/join/{token}"))


def test_a_password_link_sets_a_new_password_and_signs_in(town, browse, database):
    with database.transaction() as db:
        otto = db.scalars(select(User).where(User.email == "otto@example.test")).one().actor_id
        token = issue_link(db, "password", otto, MORNING)
    browser = browse()
    assert "otto@example.test" in text_of(browser.see(f"/join/{token}"))
    assert browser.send(f"/join/{token}", {"password": "a new and long one"}).status_code == 303
    with database.reading() as db:
        assert find_link(db, token, MORNING) is None
    assert (
        browse().send("/sign-in", {"email": "otto@example.test", "password": "a new and long one"}).status_code == 303
    )


def test_a_person_changes_the_password_and_stays_signed_in(town, browse):
    rita, elsewhere = browse("rita"), browse("rita")
    wrong = rita.send("/me/password", {"password": "not that one", "new": "a new and long one"})
    assert wrong.status_code == 403
    assert rita.send("/me/password", {"password": PASSWORD, "new": "a new and long one"}).status_code == 303
    assert rita.see("/me").status_code == 200
    assert elsewhere.see("/me").status_code == 303


def test_language_and_colours_are_remembered(town, browse):
    browser = browse()
    assert 'lang="zh-Hans"' in browser.see("/sign-in").get_data(as_text=True)
    browser.send("/language", {"lang": "en", "next": "/sign-in"})
    browser.send("/theme", {"theme": "dark", "next": "/sign-in"})
    page = browser.see("/sign-in").get_data(as_text=True)
    assert re.search(r'<html lang="en" data-theme="dark">', page)
    assert "Password" in page


def test_a_link_that_is_none_costs_no_hash(town, browse, app, monkeypatch):
    monkeypatch.setattr(passwords, "HASHER", None)
    answer = browse().send("/join/" + "x" * 64, {"password": "柳树湾村口那棵大柳树下"})
    assert answer.status_code == 404
    asked = Client(app, token="x" * 64).post("/users/reset/verify", json={"new": "a new and long one"})
    assert asked.status_code == 401


def test_where_too_many_sign_in_at_once_the_next_is_asked_to_come_again(town, browse, monkeypatch):
    monkeypatch.setattr(passwords, "IN_ALL", threading.BoundedSemaphore(1))
    with passwords.one_of_few():
        answer = browse().send("/sign-in", {"email": "rita@example.test", "password": PASSWORD})
    assert answer.status_code == 503 and answer.headers["Retry-After"] == "30"
    assert "登录的人太多" in text_of(answer)
    assert browse("rita").see("/me").status_code == 200, "it was no failed try"
