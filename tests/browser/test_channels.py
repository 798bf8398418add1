"""Where words go beside the inbox: channels of one's own and of a town, a calendar's address, and what did not come through."""

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from server import clock
from server.followups.calendars import make_address
from server.followups.channels import Destination, Owner, put_channel
from server.models import Notification
from tests import sizes
from tests.browser.looking import LOOKS, look_at_pages
from tests.chromium import DESK

FAILED = (  # (channel, why, tries), the first of them the town's bot's
    ("dingtalk", "unknown", 1),
    ("email", "unknown", 1),
    ("wecom", "code:93000", 1),
    ("sms", "no_gateway", 1),
    ("webhook", "status:404", 10),
)
OWN = (Destination("wecom", "k" * 36), Destination("webhook", "https://hook.example.test/in", "s3cret"))
PAGES = {
    "wang": {"channels": "/me/channels", "calendar-address": "/me/calendar"},
    "lin": {"channels-none": "/me/channels", "calendar-none": "/me/calendar"},
    "ada": {"channels-town": "/admin/projects/{town}/channels", "dead-letters": "/notices/failed"},
}


@pytest.fixture
def linked(town):
    """wang has two channels and a calendar's address, the town has a bot and a gateway; five words did not come through."""
    now = clock.now()
    with town.database.transaction() as db:
        wang, ada = town.actor_id(db, "wang"), town.actor_id(db, "ada")
        for to in OWN:
            put_channel(db, Owner(actor_id=wang), to, alerts=True, digests=to.kind == "wecom", by=wang, now=now)
        for to in (Destination("dingtalk", "t" * 64, "SEC1"), Destination("sms", "https://gateway.example.test", "s")):
            put_channel(db, Owner(project_id=town.project_id), to, alerts=True, digests=False, by=ada, now=now)
        make_address(db, wang, now)
        for number, (channel, why, tries) in enumerate(FAILED):
            add_failed(db, town.project_id, wang if number else None, f"w{number}:late", channel, why, tries)


def add_failed(
    db: Session, project_id: int, reader: int | None, occasion: str, channel: str, why: str, tries: int
) -> None:
    tried_at = clock.now() - timedelta(hours=1)
    row = Notification(project_id=project_id, recipient_id=reader, occasion=occasion, channel=channel, tries=tries)
    row.kind, row.state, row.why = "escalated", "failed", why
    row.created_at = row.not_before = row.claimed_at = tried_at
    row.sent_at = tried_at if why == "unknown" else None
    db.add(row)


@pytest.mark.parametrize("name", list(PAGES))
def test_channels_fit_the_screen_and_axe_finds_nothing(town, linked, open_tab, name):
    pages = {picture: path.format(town=town.project_id) for picture, path in PAGES[name].items()}
    look_at_pages(open_tab(name), pages)


@pytest.mark.parametrize(("size", "language"), LOOKS[: sizes.size("page_looks")])
def test_a_new_calendar_address_fits_the_screen(town, open_tab, size, language):
    tab = open_tab("lin", size, language)
    tab.go("/me/calendar")
    tab.page.click("form[action='/me/calendar'] button.primary")
    assert tab.page.inner_text("#calendar-address").endswith(".ics")
    assert not tab.is_wider_than_the_screen()
    tab.shoot(f"calendar-made-{'desk' if size is DESK else 'phone'}-{language[:2]}")
