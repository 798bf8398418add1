import re

from sqlalchemy import select

from server.access.signing_in import FAILURES_OF_ACCOUNT
from server.models import Project, Session
from tests.client import Client
from tests.conftest import PASSWORD
from tests.server.web.pages.conftest import text_of
from tests.server.web.pages.test_second_step import PAPER, PROGRAM, set_up


def test_a_person_sees_where_she_is_signed_in_and_signs_out_there(town, browse):
    here, there, third = browse("rita"), browse("rita"), browse("rita")
    page = here.see("/me/security")
    assert text_of(page).count("这里") >= 1
    names = re.findall(r'name="place" value="([0-9a-f]{32})"', page.get_data(as_text=True))
    assert len(names) == 2, "not the one that asks"
    here.send("/me/sessions/end", {"place": names[0]})
    assert sorted(one.see("/me").status_code for one in (there, third)) == [200, 303]
    here.send("/me/sessions/end", {"place": "others"})
    assert {one.see("/me").status_code for one in (there, third)} == {303}
    assert here.see("/me").status_code == 200


def test_somebody_elses_place_is_not_found(town, browse, database):
    rita, vera = browse("rita"), browse("vera")
    browse("rita")
    name = re.search(r'name="place" value="([0-9a-f]{32})"', rita.see("/me/security").get_data(as_text=True))[1]
    assert vera.send("/me/sessions/end", {"place": name}).status_code == 404
    assert vera.send("/me/sessions/end", {"place": "' OR 1=1"}).status_code == 404
    with database.reading() as db:
        assert len(db.scalars(select(Session)).all()) == 3


def test_every_change_asks_for_the_password_and_counts_wrong_ones(town, browse, clock):
    rita = browse("rita")
    set_up(rita, clock)
    paths = ("/me/authenticator/remove", "/me/recovery-codes", "/me/app-passwords", "/me/password", "/me/authenticator")
    for path in paths:
        refused = rita.send(path, {"password": "not that one", "name": "x", "new": "a new and long one"})
        assert refused.status_code == 403 and "什么都没有改" in text_of(refused)
    assert len(paths) == FAILURES_OF_ACCOUNT - 1
    assert rita.send(paths[0], {"password": "not that one"}).status_code == 429
    for path in ("/me/recovery-codes", "/me/passkeys/options"):
        refused = rita.send(path, {"password": PASSWORD})
        assert refused.status_code == 429 and int(refused.headers["Retry-After"]) > 0
    clock.forward(minutes=15)
    assert len(PAPER.findall(rita.send("/me/recovery-codes", {"password": PASSWORD}).get_data(as_text=True))) == 10


def test_taking_the_app_away_leaves_the_password(town, browse, clock):
    rita = browse("rita")
    set_up(rita, clock)
    assert rita.send("/me/authenticator/remove", {"password": PASSWORD}).status_code == 303
    assert browse("rita").see("/me").status_code == 200


def test_with_the_last_second_factor_go_the_programs_and_what_they_had_begun(town, browse, clock):
    rita = browse("rita")
    set_up(rita, clock)
    made = rita.send("/me/app-passwords", {"name": "pyODK", "password": PASSWORD}).get_data(as_text=True)
    typed = {"email": "rita@example.test", "password": PROGRAM.search(made)[1]}
    begun = Client(town.app, token=Client(town.app).post("/sessions", json=typed).json["token"])
    assert begun.get("/users/current").status_code == 200
    rita.send("/me/authenticator/remove", {"password": PASSWORD})
    assert begun.get("/users/current").status_code == 401
    assert rita.see("/me").status_code == 200


def test_setting_up_a_factor_ends_the_other_places(town, browse, clock):
    elsewhere, rita = browse("rita"), browse("rita")
    set_up(rita, clock)
    assert elsewhere.see("/me").status_code == 303


def test_a_wrong_first_code_shows_the_same_qr_code_again(town, browse, clock):
    rita = browse("rita")
    shown = rita.send("/me/authenticator", {"password": PASSWORD})
    again = rita.send("/me/authenticator/confirm", {"code": "000000"})
    secret = re.search(r"<code>([A-Z2-7 ]{39})</code>", shown.get_data(as_text=True))[1]
    assert again.status_code == 401 and secret in again.get_data(as_text=True)


def test_a_project_asks_for_a_second_factor_by_a_tick(town, browse, database):
    lea, rita = browse("lea"), browse("rita")
    path = f"/admin/projects/{town.project_id}/second-factor"
    assert rita.send(path, {"asks": "1"}).status_code in (403, 404)
    assert lea.send(path, {"asks": "1"}).status_code == 303
    assert lea.see("/phones").location == "/me/security"
    with database.reading() as db:
        assert db.get(Project, town.project_id).asks_second_factor


def test_nobody_without_a_session_sees_the_page(town, browse):
    browser = browse()
    assert browser.see("/me/security").status_code == 303
    for path in ("/me/authenticator", "/me/passkeys/options", "/me/sessions/end", "/me/recovery-codes"):
        assert browser.send(path, {"password": PASSWORD}).status_code in (401, 303)
