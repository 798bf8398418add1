"""Webhooks of a project: none yet, one that works, one that fails, one that stands still; and a secret shown once."""

from datetime import timedelta

import pytest

from server import clock
from server.feeds.deliveries import CHANGES, REPLAY, TEST, add_delivery
from server.feeds.webhooks import GROUPS, make_webhook, remove_webhook, set_pause
from tests import sizes
from tests.browser.looking import LOOKS, look_at_pages
from tests.chromium import DESK

LOCAL = frozenset({"hook.example.test", "other.example.test", "old.example.test"})
WENT = (  # (purpose, state, why, tries), the oldest first
    (TEST, "sent", None, 1),
    (CHANGES, "sent", None, 1),
    (CHANGES, "failed", "status:404", 1),
    (REPLAY, "empty", None, 1),
    (CHANGES, "waiting", "busy", 4),
)


@pytest.fixture
def hooks(town) -> list[int]:
    """One that has deliveries of every kind, one that is paused, one that was taken away."""
    now = clock.now()
    with town.database.transaction() as db:
        ada = town.actor_id(db, "ada")
        made = [
            make_webhook(db, town.project_id, f"https://{host}/in/key", GROUPS, LOCAL, ada, now)[0]
            for host in sorted(LOCAL)
        ]
        set_pause(db, made[2], True, ada, now)
        remove_webhook(db, made[1], ada, now)
        for number, (purpose, state, why, tries) in enumerate(WENT):
            row = add_delivery(db, made[0], purpose, number * 100 + 1, number * 100 + 100, now)
            row.state, row.why, row.tries, row.claimed_at = state, why, tries, now - timedelta(minutes=5)
            row.sent_at = now if state == "sent" else None
        return [row.id for row in made]


def test_webhooks_fit_the_screen_and_axe_finds_nothing(town, hooks, open_tab):
    path = f"/admin/projects/{town.project_id}/webhooks"
    pages = {"webhooks": path, "webhook": f"{path}/{hooks[0]}", "webhook-paused": f"{path}/{hooks[2]}"}
    look_at_pages(open_tab("ada"), pages)


@pytest.mark.parametrize(("size", "language"), LOOKS[: sizes.size("page_looks")])
def test_a_new_webhook_s_secret_fits_the_screen(town, open_tab, size, language):
    tab = open_tab("ada", size, language)
    where = f"{'desk' if size is DESK else 'phone'}-{language[:2]}"
    tab.go(f"/admin/projects/{town.project_id}/webhooks")
    tab.shoot(f"webhooks-none-{where}")
    tab.page.fill("#f-address", "https://127.0.0.1/in")
    tab.page.click("main button.primary")
    tab.page.wait_for_selector(".block.error, [role=alert]", state="attached")
    tab.shoot(f"webhooks-refused-{where}")
    with town.database.transaction() as db:
        row, _ = make_webhook(
            db, town.project_id, "https://hook.example.test/in", GROUPS, LOCAL, town.actor_id(db, "ada"), clock.now()
        )
        number = row.id
    tab.go(f"/admin/projects/{town.project_id}/webhooks/{number}")
    tab.page.click("details:has(form[action$='/secret']) summary")
    tab.page.click("form[action$='/secret'] button")
    assert len(tab.page.inner_text("#webhook-secret")) > 40
    assert not tab.is_wider_than_the_screen()
    tab.shoot(f"webhook-secret-{where}")
