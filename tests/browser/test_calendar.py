"""The days off, a year that is added and taken out, what closes before a break, and a lunar day: in a real browser."""

from datetime import date, datetime, timedelta
from datetime import time as clock_time

import orjson
import pytest

from server import clock
from server.clock import SHANGHAI, today
from server.followups.before_breaks import tell_before_breaks
from server.followups.outbox import deliver_inbox
from server.followups.town_calendar import add_year
from server.models import Pregnancy, Project
from tests.browser.looking import list_faults, look_at_pages
from tests.server.followups.test_calendar_files import GOOD
from tests.server.web.pages.women import a_follow_up, a_woman, an_event

NEXT = today().year + 1


def next_year() -> str:
    """A notice of the next year with a break in February, whichever year that is."""
    sunday = next(day for day in (date(NEXT, 9, 1) + timedelta(days=at) for at in range(8)) if day.weekday() == 6)
    return (
        GOOD.partition("rest:")[0].replace("2027", str(NEXT)).replace("2026", str(NEXT - 1))
        + f"rest:\n  - {{festivals: [new_year], first: {NEXT}-01-01, last: {NEXT}-01-03}}\n"
        + f"  - {{festivals: [spring_festival], first: {NEXT}-02-05, last: {NEXT}-02-11}}\n"
        + f"working:\n  - {sunday}\n"
    )


@pytest.fixture
def closing(town):
    """Two of wang's tasks close in the next Spring Festival, and she was told; lin's page of the first has a lunar day."""
    eve = datetime.combine(date(NEXT, 2, 4), clock_time(0, 20), SHANGHAI)
    record = town.record()
    with town.database.transaction() as db:
        project = db.get_one(Project, town.project_id)
        add_year(db, town.actor_id(db, "lea"), project, next_year(), today(), clock.now())
        for label in ("W-0231 王*", "W-0555 欧阳*"):
            woman = a_woman(db, town.project_id, label, consent_until=date(NEXT, 12, 31))
            on = date(NEXT, 2, 8)
            dates = {"opens_on": today(), "due_on": on, "closes_on": on, "proposed_on": date(NEXT, 2, 4)}
            row = a_follow_up(db, woman, today(), overdue_from=on + timedelta(days=1), **dates, episode="p1")
        steps = orjson.loads(row.why_json)
        steps[0]["fact"] = "edd.lmp"
        shift = {"what": "proposed_on", "fact": "due_on", "on": f"{NEXT}-02-08", "days": -4, "gives": f"{NEXT}-02-04"}
        steps.append({**shift, "counts": True, "because": "spring_festival"})
        row.why_json = orjson.dumps(steps).decode()
        event = an_event(db, woman, record, "pregnancy_registration")
        told = {"lmp_known": "exact", "lmp_calendar": "lunar", "lmp_lunar": "闰四月初三", "lmp_date": str(today())}
        event.episode, event.data_json = "p1", orjson.dumps(told).decode()
        hers = {"project_id": town.project_id, "woman_uuid": woman.uuid, "registered_on": today()}
        db.add(Pregnancy(uuid="p1", ga_anchor=today() - timedelta(days=70), status="ongoing", **hers))
        tell_before_breaks(db, date(NEXT, 2, 4), eve)
        deliver_inbox(db, eve + timedelta(hours=9), with_mail=False)
        return {"visit": row.visit_key, "woman": woman.uuid}


def test_the_days_off_fit_the_screen_and_axe_finds_nothing(town, closing, open_tab):
    look_at_pages(open_tab("lea"), {"days-off": "/calendar", "days-off-next": f"/calendar?year={NEXT}"})


def test_a_provisional_year_fits_the_screen_and_axe_finds_nothing(town, open_tab):
    pages = {"days-off-provisional": f"/calendar?year={NEXT}", "before-break-unknown": "/follow-ups/before-break"}
    look_at_pages(open_tab("wang"), pages)


def test_what_closes_before_a_break_fits_the_screen_and_axe_finds_nothing(town, closing, open_tab):
    look_at_pages(open_tab("wang"), {"before-break": "/follow-ups/before-break", "before-break-told": "/inbox"})


def test_a_shift_and_a_lunar_day_fit_the_screen_and_axe_finds_nothing(town, closing, open_tab):
    pages = {"lunar-why": f"/follow-ups/{closing['visit']}", "lunar-course": f"/people/{closing['woman']}"}
    tab = open_tab("lin")
    look_at_pages(tab, pages)
    tab.go(pages["lunar-why"])
    tab.page.locator(".because-steps").scroll_into_view_if_needed()
    tab.shoot("lunar-why-steps")


@pytest.mark.parametrize("language", ["zh_Hans", "en"])
@pytest.mark.parametrize("size", [{"width": 390, "height": 844}, {"width": 1440, "height": 900}])
def test_a_year_is_looked_at_added_and_taken_out_by_hand(town, open_tab, language, size):
    tab = open_tab("lea", size, language)
    name = f"{size['width']}-{language[:2]}"
    tab.go("/calendar")
    tab.page.fill("#f-notice", "year: 1")
    tab.page.click("button[value=check]")
    tab.page.wait_for_selector("[role=alert]")
    tab.shoot(f"days-off-refused-{name}")
    tab.page.fill("#f-notice", next_year())
    tab.page.click("button[value=check]")
    tab.page.wait_for_selector("button[value=add]")
    assert list_faults(tab.page) == [] and not tab.is_wider_than_the_screen()
    tab.shoot(f"days-off-preview-{name}")
    tab.page.click("button[value=add]")
    tab.page.wait_for_url(f"**/calendar?year={NEXT}")
    tab.page.click(f"form[action='/calendar/{NEXT}/remove'] button")
    tab.page.wait_for_selector("button[value=remove]")
    assert list_faults(tab.page) == [] and not tab.is_wider_than_the_screen()
    tab.shoot(f"days-off-remove-{name}")
    tab.page.click("button[value=remove]")
    tab.page.wait_for_url(f"**/calendar?year={NEXT}")
    assert tab.page.query_selector(f"form[action='/calendar/{NEXT}/remove']") is None
