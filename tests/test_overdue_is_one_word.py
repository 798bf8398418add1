"""Overdue means the same to everybody who is told of it: the phone, the pages, the numbers, the map, the day's summary.

Windows of which the last day has grace, asked at the minutes around midnight in Shanghai, before and after the daily step.
"""

import csv
import io
import re
from datetime import date, datetime
from pathlib import Path

import pytest
from sqlalchemy import update

from forms import library
from server import reports as reports_package
from server.access.assignments import assign, set_villages
from server.access.caller import Caller
from server.access.phones import create_app_user
from server.access.roles import APP_USER, BY_ID
from server.clock import SHANGHAI
from server.followups.digests import numbers_of
from server.followups.windows import Window, is_overdue, state_on
from server.models import AppUser, FollowUp, FormVersion, Project, Woman
from server.publishing.datasets import link_by_name
from tests.care_town import naming
from tests.client import Client
from tests.conftest import MORNING
from tests.making import a_form, an_xform
from tests.matrix_routes import ROUTES
from tests.server.web.pages.conftest import (  # noqa: F401 - the fixtures come with the import
    CODES,
    browse,
    compiled_catalogue,
    compiled_templates,
    paged,
    text_of,
)
from tests.server.web.pages.women import DAY, CareTown, a_follow_up, a_woman

CLOSES, GRACE = date(2026, 3, 4), 3
FOLLOW_UPS = "/v1/projects/<int:project_id>/ogc/collections/follow-ups/items"
MANY = 12
"""Enough that the town may be told the number, too."""
MOMENTS = [
    ("2026-03-04 23:59", False),  # the last day on time
    ("2026-03-05 00:01", False),  # late, and nobody calls it overdue yet
    ("2026-03-07 00:01", False),  # the last day of grace
    ("2026-03-07 23:59", False),
    ("2026-03-08 00:01", True),
    ("2026-03-08 23:59", True),
]


@pytest.fixture
def town(paged, database):  # noqa: F811
    return CareTown(paged, database)


@pytest.fixture
def phone(town):
    """The phone of a village worker of village 1, with a form that lists who is due."""
    with town.database.transaction() as db:
        project, by = db.get_one(Project, town.project_id), Caller(actor_id=town.actor_id(db, "ada"), type="user")
        form = a_form(db, project.id, "due", xml=naming(an_xform("due"), ("due_visits",)))
        link_by_name(db, project, db.get_one(FormVersion, form.current_version_id), MORNING)
        made = create_app_user(db, town.app.extensions["fangshi.key"], project.id, "手机", by.actor_id, MORNING)
        assign(db, by, BY_ID[APP_USER], made.actor.id, MORNING, project, None)
        set_villages(db, by, project, made.actor.id, CODES[:1], MORNING)
        db.get_one(AppUser, made.actor.id).care_role = "village_worker"
        return Client(town.app, key=made.token)


def fill(town):
    """MANY women whose last day is CLOSES with its grace; as many who have time, there and in village 2. The key of one of
    the first."""
    window = {"overdue_from": CLOSES + (GRACE + 1) * DAY, "opens_on": CLOSES - 30 * DAY, "due_on": CLOSES - 9 * DAY}
    with town.database.transaction() as db:
        for number in range(MANY):
            late = a_woman(db, town.project_id, f"W-1{number:03} 王*")
            row = a_follow_up(db, late, CLOSES, left=0, **window)
            for village in (1, 2):
                punctual = a_woman(db, town.project_id, f"W-2{number:03} 李*", village)
                a_follow_up(db, punctual, CLOSES, left=90, due_on=CLOSES - 9 * DAY)
        return row.visit_key


def run_daily_step(town, today):
    """What it writes: where each row stands that day. Nobody who is asked may need it."""
    window = Window(CLOSES - 30 * DAY, CLOSES - 9 * DAY, CLOSES, GRACE, None)
    with town.database.transaction() as db:
        here = FollowUp.closes_on == CLOSES
        db.execute(update(FollowUp).where(here).values(state=state_on(today, window), stands_on=today))


def numbers_told(town, phone, browsers, visit_key, today):
    """By who tells it: of how many visits it says that they are overdue; for one visit alone, of 0 or of MANY."""
    wang, lin, lea = (browsers[name] for name in ("wang", "lin", "lea"))
    listed = phone.get(f"/projects/{town.project_id}/forms/due/attachments/due_visits.csv").text
    rows = list(csv.DictReader(io.StringIO(listed)))
    found = {"phone": sum(date.fromisoformat(row["closes_on"]) < today for row in rows)}
    late_first = [row["label"].startswith("W-1") for row in rows]
    if found["phone"]:
        assert late_first == sorted(late_first, reverse=True), "overdue visits stand first on the phone"
    for name, path in (("today", "/m"), ("paper", "/follow-ups/print"), ("list", "/follow-ups/list")):
        found[name] = len(re.findall(r"超期 \d+ 天", text_of(wang.see(path))))
    found["today's number"] = int(re.search(r"(\d+) 超期", text_of(wang.see("/m")))[1])
    found["today, cut"] = len(re.findall('class="who"', wang.see("/m?state=overdue").get_data(as_text=True)))
    found["list, cut"] = len(
        re.findall('class="title"', wang.see("/follow-ups/list?state=overdue").get_data(as_text=True))
    )
    found["why"] = MANY * ("超期" in text_of(wang.see(f"/follow-ups/{visit_key}")))
    for name, browser in (("worker's board", wang), ("clinician's board", lin), ("town's board", lea)):
        found[name] = overdue_on_board(browser)
    for name, browser in (("worker's map", wang), ("clinician's map", lin), ("town's map", lea)):
        found[name] = MANY * (overdue_on_map(browser) == "10+")
    for name, browser in (("worker's GIS", wang), ("clinician's GIS", lin)):
        found[name] = overdue_by_api(browser, town.project_id)
    with town.database.reading() as db:
        found["day's summary"] = numbers_of(db, town.actor_id(db, "wang"), today).overdue
    return found


def overdue_on_board(browser):
    page = browser.see("/follow-ups").get_data(as_text=True)
    [row] = [one for one in page.split("<tr>") if "村1" in one and "</td>" in one and "data-label" in one][:1]
    cell = re.search(r'<td class="num" data-label="超期">(.*?)</td>', row, re.DOTALL)[1]
    return int(re.sub(r"<[^>]+>", "", cell).strip())


def overdue_on_map(browser):
    found = browser.see("/map/villages").get_json()["features"]
    return {one["properties"]["code"]: one["properties"]["overdue"] for one in found}[CODES[0]]


def overdue_by_api(browser, project_id):
    address = FOLLOW_UPS.replace("<int:project_id>", str(project_id))
    features = browser.see(f"{address}?f=json").get_json(force=True)["features"]
    return sum(one["properties"]["state"] == "overdue" for one in features)


@pytest.mark.parametrize(("moment", "late"), MOMENTS)
def test_avni_client_758_and_fhircore_1909_overdue_is_one_word_on_every_screen_whenever_the_daily_step_runs(
    town,
    phone,
    browse,  # noqa: F811
    clock,
    moment,
    late,
):
    visit_key = fill(town)
    now = datetime.fromisoformat(moment).replace(tzinfo=SHANGHAI)
    clock.set(now)
    browsers = {name: browse(name) for name in ("wang", "lin", "lea")}
    assert is_overdue(now.date(), CLOSES, GRACE) is late
    before = numbers_told(town, phone, browsers, visit_key, now.date())
    assert set(before.values()) == {MANY if late else 0}, before
    run_daily_step(town, now.date())
    assert numbers_told(town, phone, browsers, visit_key, now.date()) == before


def test_whose_consent_has_run_out_is_overdue_nowhere_before_the_daily_step_as_after_it(town, phone, browse, clock):  # noqa: F811
    visit_key = fill(town)
    now = datetime(2026, 3, 9, 0, 1, tzinfo=SHANGHAI)
    clock.set(now)
    with town.database.transaction() as db:
        db.execute(update(Woman).values(consent_until=date(2026, 3, 8)))
    browsers = {name: browse(name) for name in ("wang", "lin", "lea")}
    found = numbers_told(town, phone, browsers, visit_key, now.date())
    assert set(found.values()) == {0}, found


@pytest.mark.parametrize(("latest_on", "many"), [(date(2026, 3, 9), MANY), (date(2026, 3, 8), 0)])
def test_what_nobody_asks_for_any_more_is_overdue_nowhere_before_the_daily_step_as_after_it(
    town,
    phone,
    browse,  # noqa: F811
    clock,
    latest_on,
    many,
):
    visit_key = fill(town)
    now = datetime(2026, 3, 9, 0, 1, tzinfo=SHANGHAI)
    clock.set(now)
    with town.database.transaction() as db:
        db.execute(update(FollowUp).where(FollowUp.closes_on == CLOSES).values(latest_on=latest_on))
    browsers = {name: browse(name) for name in ("wang", "lin", "lea")}
    found = numbers_told(town, phone, browsers, visit_key, now.date())
    assert set(found.values()) == {many}, found


def test_forms_ask_the_list_of_the_phone_for_what_is_overdue_in_one_way():
    texts = [path.read_text(encoding="utf-8") for path in sorted(Path(library.__file__).parent.glob("*/form.md"))]
    asked = [re.findall(r"date\(closes_on\) (\S+) today\(\)", text) for text in texts if "| due_overdue |" in text]
    assert len(asked) > 6 and all(found == ["<", ">="] for found in asked)


def test_no_report_and_no_other_address_of_the_api_or_of_odata_tells_of_follow_ups_by_a_word_of_its_own():
    """Who adds one adds it to the numbers above."""
    collection = FOLLOW_UPS.removesuffix("/items")
    known = {collection, FOLLOW_UPS, FOLLOW_UPS + "/<uuid:visit_key>"}
    reports = Path(reports_package.__file__).parent.glob("*.py")
    assert [path.name for path in reports if re.search("FollowUp|overdue", path.read_text(encoding="utf-8"))] == []
    found = {one for one in ROUTES.split() if one.startswith("/v1") and re.search("follow|due|overdue", one)}
    assert found == known
