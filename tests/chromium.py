"""Real Chromium for tests: Debian's own, with nothing that calls home, and a note of whatever a page complains of."""

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from server.deploy.web_part import build_web_part, is_built

ROOT = Path(__file__).parent.parent
CHROMIUM = os.environ.get("FANGSHI_TEST_CHROMIUM", "/usr/bin/chromium")
# What each new window would begin a process for: a page made in advance, and the address bar's own pages, a second of
# work for every test.
UNUSED = ("SpareRendererForSitePerProcess", "WebUIOmniboxPopup", "WebUIOmniboxAimPopup")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    f"--disable-features={','.join(UNUSED)}",
    "--enable-unsafe-swiftshader",  # WebGL without a graphics card, for the map
]
PATIENCE_MS = 120_000  # a map is drawn without a graphics card, beside the other database's tests, on two cores
DESK, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}


@dataclass
class Watched:
    """A page, the errors of its console, and addresses it asked for outside its own server."""

    page: Page
    home: str
    complaints: list[str] = field(default_factory=list)
    strangers: list[str] = field(default_factory=list)

    def is_clean(self) -> bool:
        return not self.complaints and not self.strangers

    def sign_in(self, email: str, password: str) -> None:
        self.page.goto(self.home + "sign-in")
        self.page.fill("input[name=email]", email)
        self.page.fill("input[name=password]", password)
        self.page.click("form[action='/sign-in'] button.primary")
        self.page.wait_for_url(lambda url: "/sign-in" not in url)


@pytest.fixture(scope="session")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """One browser for the whole run, since Playwright starts only once in a process; each test opens contexts of its own."""
    if not is_built(ROOT):
        build_web_part(ROOT, os.environ, tmp_path_factory.mktemp("build") / "log")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


def watch(browser: Browser, home: str, size: dict[str, int] = DESK, locale: str = "zh-CN") -> Watched:
    """A new page of its own context; `home` ends in a slash."""
    page = browser.new_context(viewport=size, locale=locale).new_page()  # type: ignore[arg-type]
    page.set_default_timeout(PATIENCE_MS)
    watched = Watched(page, home)
    page.on("console", lambda line: watched.complaints.append(line.text) if line.type == "error" else None)
    page.on("pageerror", lambda error: watched.complaints.append(str(error)))
    page.on("request", lambda asked: None if is_own(asked.url, home) else watched.strangers.append(asked.url))
    return watched


def is_own(url: str, home: str) -> bool:
    return url.startswith((home, "data:", "blob:"))
