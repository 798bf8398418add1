"""Real Chromium against the app in this process. What it says on its console and asks of other hosts fails the test."""

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page
from werkzeug.serving import make_server

from tests import sizes
from tests.chromium import DESK, PATIENCE_MS
from tests.conftest import PASSWORD
from tests.server.web.pages.conftest import compiled_catalogue  # noqa: F401 - the fixture comes with the import
from tests.server.web.pages.women import CareTown

ROOT = Path(__file__).parents[2]
SHOTS = ROOT / "build" / "screenshots"


@pytest.fixture
def clock() -> None:
    """The real one: a browser drops cookies that end in what it takes for the past."""


@pytest.fixture
def address(app: Flask) -> Iterator[str]:
    """The app on a free port of the loopback. What a page still asked when it was closed ends before the next test begins."""
    under_way: list[str] = []
    server = make_server("127.0.0.1", 0, closing(app, under_way), threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.port}"
    server.shutdown()
    thread.join(10)
    server.server_close()
    patience = time.monotonic() + PATIENCE_MS / 1000
    while under_way and time.monotonic() < patience:
        time.sleep(0.02)


def closing(app: Flask, under_way: list[str]) -> Callable[[Any, Any], Iterator[bytes]]:
    """The app, whose answers end even when the browser went away while one was written.

    Werkzeug's server reads what is left of a request before it closes the answer; when that finds the connection reset,
    a file that was being sent stays open until some later test.
    """

    def answer(environ: Any, start_response: Any) -> Iterator[bytes]:
        under_way.append(environ["PATH_INFO"])
        try:
            body = app(environ, start_response)
            try:
                yield from body
            finally:
                body.close()  # type: ignore[attr-defined]
        finally:
            under_way.pop()

    return answer


@pytest.fixture
def town(app: Flask, database: Any) -> CareTown:
    return CareTown(app, database)


class Tab:
    """One page of one person. `complaints` collects console errors, script errors and requests to other hosts."""

    def __init__(self, page: Page, address: str, theme: str = "light") -> None:
        self.page = page
        self.address = address
        self.theme = theme
        self.complaints: list[str] = []
        page.on("console", self.hear)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("request", self.watch)

    def hear(self, message: Any) -> None:
        if message.type == "error":
            self.complaints.append(message.text)

    def watch(self, request: Any) -> None:
        if not request.url.startswith((self.address, "data:", "blob:")):
            self.complaints.append(f"asked {request.url}")

    def sign_in(self, name: str) -> None:
        """A session without a look at the pages for it, the first of which may be a map."""
        typed = {"email": f"{name}@example.test", "password": PASSWORD}
        sent = self.page.context.request.post(f"{self.address}/sign-in", form=typed, max_redirects=0)
        assert sent.status == 303, sent.text()

    def become(self, name: str) -> None:
        """Somebody else from now on; "" is nobody."""
        self.page.context.clear_cookies(name="session")
        if name:
            self.sign_in(name)

    def sign_in_by_page(self, name: str) -> None:
        self.go("/sign-in")
        self.page.fill("#f-email", f"{name}@example.test")
        self.page.fill("#f-password", PASSWORD)
        self.page.click('form[action="/sign-in"] button.primary')
        self.page.wait_for_url(lambda url: "/sign-in" not in url)

    def speak(self, language: str) -> None:
        """The language of the pages from now on."""
        self.page.context.add_cookies([{"name": "language", "value": language, "url": self.address}])

    def go(self, path: str) -> int:
        """The status of the answer."""
        answer = self.page.goto(self.address + path, wait_until="load")
        return answer.status if answer else 0

    def shoot(self, name: str) -> None:
        """A picture for people to look at, in build/screenshots; a small run has nobody who looks."""
        if not sizes.FULL:
            return
        SHOTS.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=SHOTS / f"{name}.png", caret="initial")

    def is_wider_than_the_screen(self) -> bool:
        return bool(self.page.evaluate("document.documentElement.scrollWidth > window.innerWidth"))


@pytest.fixture
def open_tab(chromium: Browser, address: str) -> Iterator[Callable[..., Tab]]:
    """`open_tab("rita", PHONE, "en", theme="dark")`: a tab in which rita is signed in."""
    contexts: list[BrowserContext] = []

    def start(name: str | None, size: Any = None, language: str = "zh_Hans", theme: str = "light", **more: Any) -> Tab:
        context = chromium.new_context(viewport=size or DESK, color_scheme=theme, locale="zh-CN", **more)
        context.set_default_timeout(PATIENCE_MS)
        context.add_cookies([{"name": "language", "value": language, "url": address}])
        contexts.append(context)
        tab = Tab(context.new_page(), address, theme)
        if name:
            tab.sign_in(name)
        return tab

    yield start
    for context in contexts:
        context.close()
