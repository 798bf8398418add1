import base64
import json
import re
import zlib
from dataclasses import replace

import pytest
from sqlalchemy import select

from server.models import PhonePassword
from server.publishing.phone_settings import settings_text
from tests.conftest import PASSWORD
from tests.server.web.pages.conftest import text_of
from tests.server.web.pages.test_second_step import set_up

SECRET = re.compile(r'id="phone-secret"[^>]*>([a-z0-9-]{19})<')


@pytest.fixture
def switched_on(town):
    town.app.config["CONFIG"] = replace(town.app.config["CONFIG"], digest=True)
    return town


def test_where_it_is_off_there_is_nothing_to_make(town, browse):
    rita = browse("rita")
    assert "手机密码" not in text_of(rita.see("/me/security"))
    assert rita.send("/me/phone-password", {"password": PASSWORD}).status_code == 404


def test_a_phone_password_is_shown_once_with_a_code_for_each_project_of_hers(
    switched_on, browse, database, monkeypatch
):
    drawn = []
    monkeypatch.setattr("server.web.pages.own_phone.draw_qr", lambda text: drawn.append(text) or "")
    rita = browse("rita")
    assert "手机密码" in text_of(rita.see("/me/security"))
    assert rita.send("/me/phone-password", {"password": "not that one"}).status_code == 403
    page = rita.send("/me/phone-password", {"password": PASSWORD}).get_data(as_text=True)
    secret = SECRET.search(page)[1]
    with database.reading() as db:
        assert db.scalars(select(PhonePassword.secret)).all() == [secret]
    (told,) = [json.loads(zlib.decompress(base64.b64decode(text))) for text in drawn]
    login = {name: told["general"][name] for name in ("username", "password")}
    assert login == {"username": "rita@example.test", "password": secret}
    assert told["general"]["server_url"].endswith(f"/v1/projects/{switched_on.project_id}")
    assert secret not in rita.see("/me/security").get_data(as_text=True)


def test_she_stops_it_also_where_it_was_switched_off_meanwhile(switched_on, browse, database):
    rita, vera = browse("rita"), browse("vera")
    rita.send("/me/phone-password", {"password": PASSWORD})
    switched_on.app.config["CONFIG"] = replace(switched_on.app.config["CONFIG"], digest=False)
    assert "本站没有开启" in text_of(rita.see("/me/security"))
    assert vera.send("/me/phone-password/remove").status_code == 404, "hers alone"
    assert rita.send("/me/phone-password/remove").status_code == 303
    with database.reading() as db:
        assert db.scalars(select(PhonePassword)).all() == []


def test_a_new_second_factor_ends_it_and_it_is_made_anew(switched_on, browse, database, clock):
    """Whoever knew the password alone may have made it, and from then on it counts as more than a password."""
    rita = browse("rita")
    rita.send("/me/phone-password", {"password": PASSWORD})
    set_up(rita, clock)
    with database.reading() as db:
        assert db.scalars(select(PhonePassword)).all() == []
    assert SECRET.search(rita.send("/me/phone-password", {"password": PASSWORD}).get_data(as_text=True))


def test_the_settings_of_who_has_a_key_name_nobody(town):
    class Named:
        name = "禾川镇"

    told = json.loads(zlib.decompress(base64.b64decode(settings_text(Named(), "https://x.test/v1/key/k/projects/1"))))
    assert "username" not in told["general"] and "password" not in told["general"]
