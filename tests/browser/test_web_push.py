"""Web push in a real browser: offered where the town has it, and what arrives is shown with no page of ours in front."""

from typing import Any

import pytest

from server import clock
from server.followups.channels import WEB_PUSH, Destination, Owner, put_channel
from tests.browser.looking import look_at_pages
from tests.chromium import PATIENCE_MS

WORDS = "访视：一条提醒\nW-0231，上门访视：超期 1 天。\n请打开访视查看。"


@pytest.fixture
def switched_on(town):
    with town.database.transaction() as db:
        ada = town.actor_id(db, "ada")
        to = Destination(WEB_PUSH, contact="duty@town.test")
        put_channel(db, Owner(project_id=town.project_id), to, alerts=True, digests=False, by=ada, now=clock.now())


def test_it_fits_the_screen_where_the_town_has_it(town, switched_on, open_tab):
    look_at_pages(open_tab("lin"), {"channels-push": "/me/channels"})
    look_at_pages(open_tab("ada"), {"channels-town-push": f"/admin/projects/{town.project_id}/channels"})


def test_who_allows_no_push_is_told_so_and_nothing_is_stored(town, switched_on, open_tab):
    tab = open_tab("lin")
    tab.go("/me/channels")
    assert tab.page.is_hidden("[data-no-push]")
    tab.page.click("[data-push-key] button")  # a browser without a window asks nobody and says no
    tab.page.wait_for_selector("[data-push-said]:not([hidden])")
    assert "没有允许推送" in tab.page.inner_text("[data-push-said]")
    tab.go("/me/channels")
    assert tab.page.locator("form[action$='/web_push/remove']").count() == 0


def test_a_push_is_shown_by_the_browser(town, switched_on, open_tab):
    tab = open_tab("lin")
    tab.page.context.grant_permissions(["notifications"])
    tab.go("/me/channels")
    tab.page.evaluate("navigator.serviceWorker.register('/push-worker.js').then(() => navigator.serviceWorker.ready)")
    assert shown_after(tab, WORDS) == ["访视：一条提醒", "W-0231，上门访视：超期 1 天。\n请打开访视查看。"]


def shown_after(tab: Any, words: str) -> list[str]:
    """Title and text of what the browser shows. It is told again if it shows nothing: a busy one loses what its tools deliver."""
    told = "navigator.serviceWorker.ready.then((one) => one.getNotifications())"
    for turn in range(PATIENCE_MS // 100):
        if turn % 100 == 0:
            deliver(tab, words)
        if found := tab.page.evaluate(f"{told}.then((all) => all.map((one) => [one.title, one.body]))"):
            return list(found[0])
        tab.page.wait_for_timeout(100)
    return []


def deliver(tab: Any, words: str) -> None:
    """As the browser's maker would, once it has opened what was sealed."""
    known: list[str] = []
    wire = tab.page.context.new_cdp_session(tab.page)
    wire.on("ServiceWorker.workerRegistrationUpdated", lambda told: known.extend(_ids(told)))
    wire.send("ServiceWorker.enable")
    for _ in range(100):
        if known:
            wire.send(
                "ServiceWorker.deliverPushMessage", {"origin": tab.address, "registrationId": known[0], "data": words}
            )
            break
        tab.page.wait_for_timeout(100)
    wire.detach()


def _ids(told: Any) -> list[str]:
    return [one["registrationId"] for one in told["registrations"]]
