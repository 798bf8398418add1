"""Signing in with a second factor: what the desk asks, what programs are told, and who must set one up first."""

import re
from dataclasses import replace

import pyotp
import pytest
from sqlalchemy import select, update

from server.access.people import issue_link
from server.models import Project, Session, SignInStep, User
from tests.client import Client
from tests.conftest import PASSWORD
from tests.server.web.pages.conftest import text_of

SIX = re.compile(r"(?:[A-Z2-7]{4} ){7}[A-Z2-7]{4}")
PROGRAM = re.compile(r'id="program-secret"[^>]*>([A-Za-z0-9!$]{64})<')
PAPER = re.compile(r"[a-z2-7]{4}(?:-[a-z2-7]{4}){3}")


class App:
    """An authenticator app on somebody's phone; it waits for a new code each time."""

    def __init__(self, secret: str, clock) -> None:
        self.one_time, self.clock = pyotp.TOTP(secret.replace(" ", "")), clock

    def code(self) -> str:
        self.clock.forward(seconds=30)
        return self.one_time.at(self.clock.now())


def set_up(browser, clock) -> tuple[App, list[str]]:
    """Sets the app up on the page; the app, and the codes on paper."""
    shown = browser.send("/me/authenticator", {"password": PASSWORD})
    app = App(SIX.search(shown.get_data(as_text=True))[0], clock)
    done = browser.send("/me/authenticator/confirm", {"code": app.code()})
    return app, PAPER.findall(done.get_data(as_text=True))


@pytest.fixture
def rita(town, browse):
    return browse("rita")


def enter(browse, name="rita"):
    """A browser in which the password was typed."""
    browser = browse()
    answer = browser.send("/sign-in", {"email": f"{name}@example.test", "password": PASSWORD, "next": "/map"})
    assert (answer.status_code, answer.location) == (303, "/sign-in/code")
    return browser


def test_who_has_set_up_an_app_is_asked_for_its_code_and_led_on(browse, rita, clock, database):
    app, codes = set_up(rita, clock)
    assert len(codes) == 10
    assert rita.see("/review").status_code == 200, "the browser in which it was set up stays signed in"
    browser = enter(browse)
    assert browser.see("/review").status_code == 303, "the password alone opens nothing"
    assert "第二步" in text_of(browser.see("/sign-in/code"))
    assert "数字不对" in text_of(browser.send("/sign-in/code", {"code": "000000"}))
    answer = browser.send("/sign-in/code", {"code": app.code()})
    assert (answer.status_code, answer.location) == (303, "/map")
    assert browser.see("/review").status_code == 200
    with database.reading() as db:
        assert db.scalars(select(SignInStep)).all() == []
        assert all(row.second_factor for row in db.scalars(select(Session)))


def test_a_step_is_good_once_and_for_some_minutes(browse, rita, clock):
    app, _ = set_up(rita, clock)
    slow = enter(browse)
    clock.forward(minutes=10)
    assert slow.send("/sign-in/code", {"code": app.code()}).location == "/sign-in?away=1"
    assert browse().send("/sign-in/code", {"code": app.code()}).location == "/sign-in?away=1"


def test_a_password_that_was_changed_meanwhile_is_followed_by_no_second_step(browse, rita, clock, database):
    app, _ = set_up(rita, clock)
    waiting = enter(browse)
    rita.send("/me/password", {"password": PASSWORD, "new": "four green hills and a river"})
    assert rita.see("/review").status_code == 200
    assert waiting.send("/sign-in/code", {"code": app.code()}).location == "/sign-in?away=1"
    with database.reading() as db:
        assert len(db.scalars(select(Session)).all()) == 1, "hers, in which it was changed"


def test_a_code_on_paper_opens_once(browse, rita, clock):
    _, codes = set_up(rita, clock)
    assert enter(browse).send("/sign-in/code", {"code": codes[3]}).status_code == 303
    assert enter(browse).send("/sign-in/code", {"code": codes[3]}).status_code == 401
    assert "还没用的：9 个" in text_of(rita.see("/me/security"))


def test_wrong_codes_count_like_wrong_passwords_and_the_password_does_not_clear_them(browse, rita, clock):
    app, _ = set_up(rita, clock)
    for _ in range(5):
        assert enter(browse).send("/sign-in/code", {"code": "000000"}).status_code == 401
    browser = enter(browse)
    assert browser.send("/sign-in/code", {"code": "000000"}).status_code == 429
    refused = browser.send("/sign-in/code", {"code": app.code()})
    assert refused.status_code == 429 and int(refused.headers["Retry-After"]) > 0
    clock.forward(minutes=15)
    assert enter(browse).send("/sign-in/code", {"code": app.code()}).status_code == 303


def test_another_sites_form_takes_no_step(browse, rita, clock):
    app, _ = set_up(rita, clock)
    answer = enter(browse).send("/sign-in/code", {"code": app.code()}, Origin="https://evil.test")
    assert answer.status_code == 403


def test_programs_send_the_code_with_the_password(town, browse, rita, clock):
    app, _ = set_up(rita, clock)
    client, typed = Client(town.app), {"email": "rita@example.test", "password": PASSWORD}
    without = client.post("/sessions", json=typed)
    assert (without.status_code, without.json["code"]) == (401, 401.6)
    wrong = client.post("/sessions", json={**typed, "code": "000000"})
    assert (wrong.status_code, wrong.json["code"]) == (401, 401.2)
    right = client.post("/sessions", json={**typed, "code": app.code()})
    assert right.status_code == 200
    assert Client(town.app, token=right.json["token"]).get("/users/current").json["email"] == "rita@example.test"


def test_basic_takes_a_password_made_for_the_program_and_not_ones_own(town, browse, rita, clock):
    before = Client.by_password(town.app, "rita@example.test", PASSWORD)
    assert before.get("/users/current").status_code == 200
    set_up(rita, clock)
    refused = before.get("/users/current")
    assert (refused.status_code, refused.json["code"]) == (401, 401.5)
    made = rita.send("/me/app-passwords", {"name": "Excel", "password": PASSWORD}).get_data(as_text=True)
    secret = PROGRAM.search(made)[1]
    assert Client.by_password(town.app, "rita@example.test", secret).get("/users/current").status_code == 200
    assert Client.by_password(town.app, "vera@example.test", secret).get("/users/current").status_code == 401
    session = Client(town.app).post("/sessions", json={"email": "rita@example.test", "password": secret})
    assert session.status_code == 200
    page = rita.see("/me/security").get_data(as_text=True)
    assert "Excel" in page and secret not in page and "还没用过" not in page
    begun = Client(town.app, token=session.json["token"])
    assert begun.get("/users/current").status_code == 200
    rita.send(re.search(r"/me/app-passwords/\d+/remove", page)[0])
    assert Client.by_password(town.app, "rita@example.test", secret).get("/users/current").status_code == 401
    assert begun.get("/users/current").status_code == 401, "nor in a session that was begun with it"
    assert rita.see("/me").status_code == 200


@pytest.mark.parametrize("door", ["basic", "session"])
def test_between_two_guesses_a_program_signs_in_and_the_guesses_are_counted_on(town, browse, rita, clock, door):
    set_up(rita, clock)
    made = rita.send("/me/app-passwords", {"name": "Excel", "password": PASSWORD}).get_data(as_text=True)
    secret = PROGRAM.search(made)[1]

    def guess_and_let_the_program_in():
        code = Client(town.app).post(
            "/sessions", json={"email": "rita@example.test", "password": PASSWORD, "code": "000000"}
        )
        if door == "basic":
            Client.by_password(town.app, "rita@example.test", secret).get("/users/current")
        else:
            Client(town.app).post("/sessions", json={"email": "rita@example.test", "password": secret})
        return code.status_code

    assert [guess_and_let_the_program_in() for _ in range(6)] == [401] * 5 + [429]


def test_collect_is_asked_for_a_name_and_takes_the_password_made_for_it(town, browse, rita, clock):
    path = f"/projects/{town.project_id}/formList"
    asked = Client(town.app).get(path, headers={"X-Forwarded-Proto": "https"})
    assert asked.status_code == 401 and asked.headers["WWW-Authenticate"].startswith("Basic ")
    assert Client.by_password(town.app, "rita@example.test", PASSWORD).get(path).status_code == 200
    set_up(rita, clock)
    made = rita.send("/me/app-passwords", {"name": "Collect", "password": PASSWORD}).get_data(as_text=True)
    refused = Client.by_password(town.app, "rita@example.test", PASSWORD).get(path)
    assert refused.status_code == 401 and "WWW-Authenticate" in refused.headers
    taken = Client.by_password(town.app, "rita@example.test", PROGRAM.search(made)[1]).get(path)
    assert taken.status_code == 200 and taken.headers["X-OpenRosa-Version"] == "1.0"


def test_a_password_for_a_program_changes_nothing_on_the_persons_page(town, browse, rita, clock):
    set_up(rita, clock)
    made = rita.send("/me/app-passwords", {"name": "Excel", "password": PASSWORD}).get_data(as_text=True)
    secret = PROGRAM.search(made)[1]
    assert rita.send("/me/authenticator/remove", {"password": secret}).status_code == 403
    assert browse().send("/sign-in", {"email": "rita@example.test", "password": secret}).status_code == 401


def ask_second_factor(database, project_id):
    with database.transaction() as db:
        db.execute(update(Project).where(Project.id == project_id).values(asks_second_factor=True))


def test_where_a_project_asks_for_it_nobody_reaches_it_with_a_password_alone(town, browse, database, clock):
    rita, ada, otto = browse("rita"), browse("ada"), browse("otto")
    record = town.record()
    ask_second_factor(database, town.project_id)
    assert rita.see(f"/review/{record}").location == "/me/security"
    assert ada.see("/admin/people").location == "/me/security", "the site's role reaches every project"
    assert otto.see("/me").status_code == 200, "who has no role is asked nothing"
    assert rita.send(f"/review/{record}/approve").status_code in (403, 404)
    client = Client(town.app)
    refused = client.post("/sessions", json={"email": "rita@example.test", "password": PASSWORD})
    assert (refused.status_code, refused.json["code"]) == (401, 401.7)
    seen = Client.by_password(town.app, "rita@example.test", PASSWORD).get(f"/projects/{town.project_id}/forms")
    assert seen.status_code == 403
    assert "您的角色要求第二步验证" in text_of(rita.see("/me/security"))
    set_up(rita, clock)
    assert rita.see(f"/review/{record}").status_code == 200
    assert Client(town.app, key=town.key).get(f"/projects/{town.project_id}/formList").status_code == 200


@pytest.mark.parametrize(
    ("policy", "ada_waits", "rita_waits"), [("administrators", True, False), ("everybody", True, True)]
)
def test_the_site_may_ask_it_of_administrators_or_of_everybody(town, browse, config, policy, ada_waits, rita_waits):
    town.app.config["CONFIG"] = replace(config, second_factor=policy)
    assert (browse("ada").see("/admin").status_code == 303) is ada_waits
    assert (browse("rita").see("/review").status_code == 303) is rita_waits


def test_a_password_link_does_not_get_around_the_second_step(town, browse, database, clock):
    rita = browse("rita")
    set_up(rita, clock)
    with database.transaction() as db:
        actor_id = db.scalars(select(User.actor_id).where(User.email == "rita@example.test")).one()
        token = issue_link(db, "password", actor_id, clock.now())
    assert browse().send(f"/join/{token}", {"password": "a new and long one"}).location == "/sign-in/code"
