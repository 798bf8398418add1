"""Signing in by a real provider on the loopback, and everything of its answer that may be wrong."""

import html
import re
import time
import urllib.request
from dataclasses import replace
from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit

import pytest
from joserfc.jwk import ECKey
from sqlalchemy import select

from server.access import people
from server.config import OpenIdProvider
from server.models import Audit, OpenIdName, User
from tests.openid_provider import CLIENT_ID, CLIENT_SECRET, run_provider
from tests.server.web.pages.conftest import text_of
from tests.server.web.pages.test_second_step import set_up

LEADS_TO = re.compile(r'<meta http-equiv="refresh" content="0;url=([^"]+)">')


@pytest.fixture
def provider(town, config, clock):
    """The site names it; the clock is the real one, since the provider has no other."""
    clock.set(datetime.fromtimestamp(time.time(), UTC))
    with run_provider("http://localhost/sign-in/openid/back") as running:
        named = OpenIdProvider(running.issuer, CLIENT_ID, CLIENT_SECRET, "县政务")
        town.app.config["CONFIG"] = replace(config, openid=named)
        yield running


def leads_to(answer):
    return html.unescape(LEADS_TO.search(answer.get_data(as_text=True))[1])


def agree(address):
    """The person at the provider's page: where it sends the browser back to."""

    class Stay(urllib.request.HTTPRedirectHandler):
        def redirect_request(self, *_):
            return None

    try:
        urllib.request.build_opener(Stay()).open(address)
    except urllib.error.HTTPError as answer:
        with answer:
            return answer.headers["Location"]
    raise AssertionError("the provider sends nobody back")


def go_there(browser, where="/map"):
    left = browser.send("/sign-in/openid", {"next": where})
    assert left.status_code == 200, text_of(left)
    return leads_to(left)


def come_back(browser, address):
    return browser.see(urlsplit(address).path + "?" + urlsplit(address).query)


def sign_in(browser, where="/map"):
    return come_back(browser, agree(go_there(browser, where)))


def test_who_has_an_account_signs_in_by_the_provider_and_is_led_on(town, browse, provider, database):
    browser = browse()
    assert "用 县政务 登录" in text_of(browser.see("/sign-in"))
    back = sign_in(browser)
    assert (back.status_code, leads_to(back)) == (200, "/map")
    cookies = back.headers.getlist("Set-Cookie")
    assert any(one.startswith("session=") and "SameSite=Strict" in one and "HttpOnly" in one for one in cookies)
    assert browser.see("/review").status_code == 200
    with database.reading() as db:
        assert db.scalars(select(OpenIdName.subject)).all() == ["u-1"]
        assert db.scalars(select(Audit.action).where(Audit.action == "user.openid.link")).all()


def test_what_goes_to_the_provider_is_bound_to_this_browser(town, browse, provider):
    asked = parse_qs(urlsplit(go_there(browse())).query)
    assert asked["redirect_uri"] == ["http://localhost/sign-in/openid/back"]
    assert asked["code_challenge_method"] == ["S256"] and len(asked["state"][0]) == len(asked["nonce"][0]) == 48


def test_from_the_second_time_on_the_providers_own_name_counts_and_no_address(town, browse, provider, database):
    sign_in(browse())
    provider.person = {**provider.person, "email": "vera@example.test"}
    browser = browse()
    sign_in(browser)
    assert "rita" in text_of(browser.see("/me"))
    provider.person = {"sub": "u-2", "email": "rita@example.test", "email_verified": True}
    assert sign_in(browse()).status_code == 401, "another person got the address"


@pytest.mark.parametrize(
    "person",
    [
        {"sub": "u-9", "email": "nobody@example.test", "email_verified": True},
        {"sub": "u-9", "email": "rita@example.test", "email_verified": False},
        {"sub": "u-9", "email": "rita@example.test"},
        {"sub": "u-9", "email": "rita@example.test", "email_verified": "true"},
        {"sub": "u-9"},
    ],
)
def test_nobody_gets_in_without_an_account_and_an_address_that_the_provider_made_sure_of(
    town, browse, provider, person
):
    provider.person = person
    refused = sign_in(browse())
    assert refused.status_code == 401 and "没有账号" in text_of(refused)


def test_who_is_disabled_here_is_not_let_in_by_the_provider(town, browse, provider, database):
    sign_in(browse())
    with database.transaction() as db:
        rita = db.scalars(select(User.actor_id).where(User.email == "rita@example.test")).one()
        people.disable_user(db, rita, rita, datetime.now(UTC))
    assert sign_in(browse()).status_code == 401


WRONG = {
    "another's token": {"aud": "somebody else"},
    "another provider's": {"iss": "https://evil.test"},
    "another sign-in's": {"nonce": "x" * 48},
    "an old one": {"exp": 1_000_000_000},
    "one without an end": {"exp": None},
    "one for another access token": {"at_hash": "AAAAAAAAAAAAAAAAAAAAAA"},
}


@pytest.mark.parametrize("claims", WRONG.values(), ids=list(WRONG))
def test_a_token_of_which_one_thing_is_wrong_signs_nobody_in(town, browse, provider, claims):
    provider.claims = claims
    assert sign_in(browse()).status_code == 401


def test_a_token_signed_by_another_key_signs_nobody_in(town, browse, provider):
    provider.signing_key = ECKey.generate_key("P-256", parameters={"kid": "k1"})
    assert sign_in(browse()).status_code == 401


def test_an_answer_is_taken_once_by_the_browser_that_asked(town, browse, provider):
    browser, other = browse(), browse()
    address = agree(go_there(browser))
    assert come_back(other, address).status_code == 401, "no step is under way there"
    go_there(other)
    assert come_back(other, address).status_code == 401, "its step is another"
    assert come_back(browser, address.replace("state=", "state=x")).status_code == 401
    assert come_back(browser, address).status_code == 200
    assert come_back(browser, address).status_code == 401


@pytest.mark.parametrize(
    "query", ["", "error=access_denied", "code=x", "state=x", "code=%00", "iss=https://evil.test&code=x"]
)
def test_an_answer_that_is_none_says_so(town, browse, provider, query):
    browser = browse()
    state = parse_qs(urlsplit(go_there(browser)).query)["state"][0]
    assert browser.see(f"/sign-in/openid/back?{query}").status_code in (400, 401)
    assert browser.see(f"/sign-in/openid/back?state={state}&error=access_denied").status_code == 401


@pytest.mark.parametrize(
    "configuration",
    [
        {"issuer": "https://evil.test"},
        {"token_endpoint": "http://10.0.0.1/token"},
        {"jwks_uri": "file:///etc/passwd"},
        {"authorization_endpoint": "javascript:alert(1)"},
        {"authorization_endpoint": None},
        {"authorization_endpoint": "https://[fe80"},
        {"jwks_uri": "https://[::1"},
    ],
)
def test_a_provider_that_names_strange_addresses_is_not_asked(town, browse, provider, configuration):
    provider.configuration = configuration
    answer = browse().send("/sign-in/openid", {"next": "/"})
    assert answer.status_code == 401 and "暂时联系不上" in text_of(answer)


def test_a_provider_is_not_followed_elsewhere(town, browse, provider):
    provider.configuration = {"jwks_uri": f"{provider.issuer}/elsewhere?to={provider.issuer}/keys"}
    assert sign_in(browse()).status_code == 401
    provider.configuration = {"token_endpoint": f"{provider.issuer}/elsewhere?to={provider.issuer}/token"}
    assert sign_in(browse()).status_code == 401


def test_a_provider_that_is_away_leaves_the_password(town, browse, config):
    named = OpenIdProvider("http://127.0.0.1:9", CLIENT_ID, CLIENT_SECRET, "县政务")
    town.app.config["CONFIG"] = replace(config, openid=named)
    assert browse().send("/sign-in/openid", {"next": "/"}).status_code == 401
    assert browse("rita").see("/review").status_code == 200


def test_without_a_provider_there_is_no_such_page(town, browse):
    assert browse().send("/sign-in/openid", {"next": "/"}).status_code == 404
    assert browse().see("/sign-in/openid/back?code=x").status_code == 404
    assert "openid" not in browse().see("/sign-in").get_data(as_text=True)


def test_the_provider_stands_for_the_password_only_unless_it_says_that_it_asked_for_more(town, browse, provider, clock):
    set_up(browse("rita"), clock)
    browser = browse()
    assert leads_to(sign_in(browser)) == "/sign-in/code"
    assert browser.see("/review").status_code == 303
    provider.claims = {"amr": ["pwd", "otp", "mfa"]}
    browser = browse()
    assert leads_to(sign_in(browser)) == "/map"
    assert browser.see("/review").status_code == 200


@pytest.mark.parametrize("target", ["//evil.test", "https://evil.test/", "javascript:alert(1)"])
def test_coming_back_leads_to_no_other_site(town, browse, provider, target):
    assert leads_to(sign_in(browse(), target)) == "/"
