"""Real Chromium for tests: Debian's own, with nothing that calls home, and a note of whatever a page complains of."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from playwright.sync_api import Browser, Page, sync_playwright

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
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


@contextmanager
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=ARGUMENTS)
        try:
            yield browser
        finally:
            browser.close()


def watch(browser: Browser, home: str, size: dict[str, int] = DESK, locale: str = "zh-CN") -> Watched:
    """A new page of its own context; `home` ends in a slash."""
    page = browser.new_context(viewport=size, locale=locale).new_page()  # type: ignore[arg-type]
    watched = Watched(page, home)
    page.on("console", lambda line: watched.complaints.append(line.text) if line.type == "error" else None)
    page.on("pageerror", lambda error: watched.complaints.append(str(error)))
    page.on("request", lambda asked: None if is_own(asked.url, home) else watched.strangers.append(asked.url))
    return watched


def is_own(url: str, home: str) -> bool:
    return url.startswith((home, "data:", "blob:"))
