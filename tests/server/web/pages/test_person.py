import re

import pytest
from sqlalchemy import select

from server.access.phone_passwords import make_phone_password
from server.models import Audit, User
from tests.conftest import MORNING
from tests.server.web.pages.conftest import text_of
from tests.server.web.pages.test_second_step import set_up


@pytest.fixture
def rita_id(town, database):
    with database.reading() as db:
        return db.scalar(select(User.actor_id).where(User.email == "rita@example.test"))


def test_an_administrator_sees_where_somebody_is_signed_in_and_ends_it(town, browse, rita_id, database):
    first, second, ada = browse("rita"), browse("rita"), browse("ada")
    page = ada.see(f"/admin/people/{rita_id}")
    names = re.findall(r'name="place" value="([0-9a-f]{32})"', page.get_data(as_text=True))
    assert len(names) == 2 and "127.0.0.1" in text_of(page)
    ada.send(f"/admin/people/{rita_id}/sessions/end", {"place": names[0]})
    assert sorted(one.see("/me").status_code for one in (first, second)) == [200, 303]
    ada.send(f"/admin/people/{rita_id}/sessions/end", {"place": "all"})
    assert {one.see("/me").status_code for one in (first, second)} == {303}
    with database.reading() as db:
        rows = db.scalars(select(Audit).where(Audit.action == "user.session.end")).all()
    assert {row.actee_actor_id for row in rows} == {rita_id} and len(rows) == 2


def test_who_lost_phone_and_paper_is_helped_and_signed_out_everywhere(town, browse, rita_id, clock):
    rita, ada = browse("rita"), browse("ada")
    set_up(rita, clock)
    assert "已启用" in text_of(ada.see(f"/admin/people/{rita_id}"))
    ada.send(f"/admin/people/{rita_id}/second-factor/remove")
    assert rita.see("/me").status_code == 303
    assert "未启用" in text_of(ada.see(f"/admin/people/{rita_id}"))
    assert browse("rita").see("/me").status_code == 200


def test_whose_phone_is_lost_has_its_password_stopped_by_who_manages_accounts(town, browse, rita_id, database):
    ada, path = browse("ada"), f"/admin/people/{rita_id}/phone-password/remove"
    assert "手机密码" not in text_of(ada.see(f"/admin/people/{rita_id}"))
    with database.transaction() as db:
        make_phone_password(db, rita_id, MORNING)
    assert "手机密码" in text_of(ada.see(f"/admin/people/{rita_id}"))
    assert browse("lea").send(path).status_code == 403
    assert ada.send(path).status_code == 303 and ada.send(path).status_code == 404
    with database.reading() as db:
        (row,) = db.scalars(select(Audit).where(Audit.action == "user.phone_password.delete")).all()
    assert row.actee_actor_id == rita_id and row.actor_id not in (None, rita_id)


def test_nobody_takes_her_own_second_factor_away_without_her_password(town, browse, database):
    ada = browse("ada")
    with database.reading() as db:
        me = db.scalar(select(User.actor_id).where(User.email == "ada@example.test"))
    assert ada.send(f"/admin/people/{me}/second-factor/remove").status_code == 403
    assert ada.send(f"/admin/people/{me}/sessions/end", {"place": "all"}).status_code == 403
    assert 'name="place"' not in ada.see(f"/admin/people/{me}").get_data(as_text=True)


@pytest.mark.parametrize("name", ["rita", "lea", "otto"])
def test_only_who_manages_accounts_sees_one(town, browse, rita_id, name):
    browser = browse(name)
    assert browser.see(f"/admin/people/{rita_id}").status_code == 403
    assert browser.send(f"/admin/people/{rita_id}/sessions/end", {"place": "all"}).status_code == 403
    assert browser.send(f"/admin/people/{rita_id}/second-factor/remove").status_code == 403


def test_an_account_that_is_not_there_is_not_found(town, browse):
    assert browse("ada").see("/admin/people/999999").status_code == 404
    assert browse("ada").send("/admin/people/999999/sessions/end", {"place": "all"}).status_code == 404
