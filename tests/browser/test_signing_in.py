"""Passkeys and the pages around them in a real browser, whose device is a virtual one; and the sheets of cards on paper."""

import re
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Page
from sqlalchemy import select

from server import clock
from server.access.sign_in_steps import begin_step
from server.config import OpenIdProvider
from server.models import Passkey, User
from tests.browser.conftest import SHOTS
from tests.browser.looking import list_faults, look_at_pages
from tests.chromium import DESK, PHONE
from tests.conftest import PASSWORD

DEVICE = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture
def address(address: str) -> str:
    """Passkeys are bound to a name, not to an address of numbers."""
    return address.replace("127.0.0.1", "localhost")


def plug_in(page: Page) -> None:
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    session.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})


def test_a_passkey_is_made_on_the_page_and_signs_in_without_a_password(town, open_tab) -> None:
    tab = open_tab("rita", DESK)
    plug_in(tab.page)
    tab.go("/me/security")
    tab.page.click("[data-passkeys] summary")
    tab.page.fill("#f-passkey-name", "办公室电脑")
    tab.page.fill("#f-passkey-password", "not that one")
    tab.page.click("[data-passkey-add] button.primary")
    tab.page.wait_for_selector("[data-passkey-said]:not([hidden])")
    assert "密码不对" in tab.page.inner_text("[data-passkey-add] [data-passkey-said]")
    tab.complaints.clear()  # the console names the refusal
    tab.page.fill("#f-passkey-password", PASSWORD)
    tab.page.click("[data-passkey-add] button.primary")
    tab.page.wait_for_selector(".codes code")
    assert tab.page.locator(".codes code").count() == 10
    tab.shoot("recovery-codes-desk-zh")
    tab.go("/me/security")
    assert "办公室电脑" in tab.page.inner_text("main")
    tab.page.context.clear_cookies(name="session")
    tab.go("/sign-in?next=%2Freview")
    tab.page.click("[data-passkey-sign-in] button")
    tab.page.wait_for_url(re.compile("/review"))
    assert tab.complaints == []


def test_after_the_password_a_passkey_is_the_second_step(town, open_tab) -> None:
    tab = open_tab("rita", PHONE)
    plug_in(tab.page)
    tab.go("/me/security")
    tab.page.click("[data-passkeys] summary")
    tab.page.fill("#f-passkey-name", "手机")
    tab.page.fill("#f-passkey-password", PASSWORD)
    tab.page.click("[data-passkey-add] button.primary")
    tab.page.wait_for_selector(".codes code")
    tab.page.context.clear_cookies(name="session")
    tab.go("/sign-in")
    tab.page.fill("#f-email", "rita@example.test")
    tab.page.fill("#f-password", PASSWORD)
    tab.page.click('form[action="/sign-in"] button.primary')
    tab.page.wait_for_url(re.compile("/sign-in/code"))
    tab.shoot("second-step-phone-zh")
    tab.page.click("[data-passkey-sign-in] button")
    tab.page.wait_for_url(lambda url: "/sign-in" not in url)
    assert tab.complaints == []


@pytest.mark.parametrize(
    ("name", "paths"),
    [
        ("lea", {"security": "/me/security", "cards": "/phones/cards", "roster": "/phones/roster"}),
        ("ada", {"person": "/admin/people/{rita}", "people": "/admin/people"}),
    ],
)
def test_pages_of_signing_in_fit_the_screen_and_axe_finds_nothing(town, open_tab, database, name, paths) -> None:
    with database.reading() as db:
        rita = db.scalar(select(User.actor_id).where(User.email == "rita@example.test"))
    look_at_pages(open_tab(name), {picture: path.format(rita=rita) for picture, path in paths.items()})


def test_the_steps_before_somebody_is_in_fit_the_screen_and_axe_finds_nothing(town, open_tab, database) -> None:
    with database.transaction() as db:
        rita = town.actor_id(db, "rita")
        device = {"credential_id": b"1", "public_key": b"1", "sign_count": 0}
        db.add(Passkey(actor_id=rita, name="办公室电脑", created_at=clock.now(), **device))
        step = begin_step(db, "code", rita, {"next": "/"}, clock.now())
    named = OpenIdProvider("https://id.example.test", "fangshi", "secret", "县政务")
    town.app.config["CONFIG"] = replace(town.app.config["CONFIG"], openid=named)
    tab = open_tab(None)
    tab.page.context.add_cookies([{"name": "step", "value": step, "url": tab.address}])
    look_at_pages(tab, {"second-step": "/sign-in/code", "sign-in-again": "/sign-in?away=1"})


@pytest.mark.parametrize(("size", "kind", "language"), [(PHONE, "phone", "zh_Hans"), (DESK, "desk", "en")])
def test_a_phone_password_is_made_on_the_page_and_shown_with_its_code(town, open_tab, size, kind, language) -> None:
    town.app.config["CONFIG"] = replace(town.app.config["CONFIG"], digest=True)
    tab = open_tab("rita", size, language)
    tab.go("/me/security")
    tab.page.click('details:has(form[action="/me/phone-password"]) summary')
    tab.page.fill("#f-phone-password", PASSWORD)
    tab.shoot(f"phone-password-asked-{kind}-{language}")
    tab.page.click('form[action="/me/phone-password"] button')
    tab.page.wait_for_selector("#phone-secret")
    assert tab.page.locator(".qr svg").first.is_visible() and not tab.is_wider_than_the_screen()
    assert list_faults(tab.page) == [] and tab.complaints == []
    tab.shoot(f"phone-password-{kind}-{language}")
    tab.page.click('a[href="/me/security"].button')
    tab.page.wait_for_selector('form[action="/me/phone-password/remove"]')
    assert list_faults(tab.page) == [] and not tab.is_wider_than_the_screen()


def test_ten_cards_fill_an_a4_page_and_eleven_take_two(town, open_tab) -> None:
    tab = open_tab("lea", DESK)
    tab.go("/phones/roster")
    people = "姓名,村\n" + "".join(f"访视员{number},全镇\n" for number in range(11))
    tab.page.set_input_files("#f-file", {"name": "r.csv", "mimeType": "text/csv", "buffer": people.encode()})
    tab.page.click("button.primary")
    tab.page.wait_for_url(re.compile("/phones/cards"))
    assert tab.page.locator(".qr-card").count() == 11
    SHOTS.mkdir(parents=True, exist_ok=True)
    paper = SHOTS / "cards.pdf"
    tab.page.pdf(path=paper, prefer_css_page_size=True)
    assert count_pages(paper) == 2
    tab.page.set_viewport_size({"width": 718, "height": 1020})  # what A4 leaves between its margins
    tab.page.emulate_media(media="print")
    tab.shoot("cards-print")
    assert tab.complaints == []


def count_pages(paper: Path) -> int:
    return len(re.findall(rb"/Type\s*/Page\b", paper.read_bytes()))
