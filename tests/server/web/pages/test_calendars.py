"""The calendar's address is made on a page, shown once, and read without a session."""

import re

from sqlalchemy import select

from server.models import Assignment, Audit
from tests.client import Client
from tests.server.web.pages.conftest import text_of


def make(browser) -> str:
    """The path of a new address."""
    page = browser.send("/me/calendar").get_data(as_text=True)
    found = re.search(r"/calendar/[A-Za-z0-9!$]{64}\.ics", page)
    assert found
    return found[0]


def test_it_is_shown_once_and_read_by_anybody_who_knows_it(town, app, browse):
    lea = browse("lea")
    assert "生成地址" in text_of(lea.see("/me/calendar"))
    path = make(lea)
    assert path not in lea.see("/me/calendar").get_data(as_text=True)
    answer = app.test_client().get(path)
    assert (answer.status_code, answer.mimetype) == (200, "text/calendar")
    assert answer.headers["X-Robots-Tag"] == "noindex"
    assert answer.headers["Cache-Control"] == "private, no-cache"
    assert "Set-Cookie" not in answer.headers
    assert answer.data.startswith(b"BEGIN:VCALENDAR")


def test_what_did_not_change_is_not_sent_again(town, app, browse):
    path = make(browse("lea"))
    client = app.test_client()
    etag = client.get(path).headers["ETag"]
    again = client.get(path, headers={"If-None-Match": etag})
    assert (again.status_code, again.data) == (304, b"")
    assert client.get(path, headers={"If-None-Match": '"other"'}).status_code == 200


def test_a_new_address_ends_the_old_one_and_none_is_left_after_it_is_taken_away(town, app, browse):
    lea = browse("lea")
    old, new = make(lea), make(lea)
    assert [app.test_client().get(path).status_code for path in (old, new)] == [404, 200]
    assert lea.send("/me/calendar/remove").status_code == 303
    assert app.test_client().get(new).status_code == 404
    assert app.test_client().get("/calendar/x.ics").status_code == 404


def test_a_role_that_was_lost_ends_it(town, app, browse, database):
    path = make(browse("lea"))
    with database.transaction() as db:
        db.query(Assignment).delete()
    assert app.test_client().get(path).status_code == 404


def test_it_is_only_read(town, app, browse):
    path = make(browse("lea"))
    for method in ("post", "put", "delete"):
        assert getattr(app.test_client(), method)(path).status_code == 405


def test_the_address_is_in_no_log_and_no_audit(town, app, browse, database, caplog):
    caplog.set_level(0)
    path = make(browse("lea"))
    Client(app, token=None).get(path)
    token = path.removeprefix("/calendar/").removesuffix(".ics")
    assert token not in caplog.text
    with database.reading() as db:
        acts = db.scalars(select(Audit).where(Audit.action.startswith("calendar"))).all()
        assert [act.action for act in acts] == ["calendar_address.create"]
        assert token not in str([act.details for act in acts])


def test_who_is_not_signed_in_makes_none(town, browse):
    assert browse().see("/me/calendar").status_code == 303
