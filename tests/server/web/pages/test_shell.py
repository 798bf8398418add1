import re

import pytest

from server.access import roles
from server.access.people import create_user
from server.access.roles import DPO
from server.models import Assignment, User, VillageScope
from tests.conftest import MORNING, PASSWORD
from tests.server.web.pages.conftest import make_project, text_of
from tests.server.web.pages.women import CareTown


def rail_of(answer):
    rail = re.search(r'<div class="rail">.*?</nav>', answer.get_data(as_text=True), re.DOTALL)[0]
    return re.findall(r'<a href="(/[^"]*)"', rail)


OFFICE = ("/map", "/forms", "/phones", "/places", "/audit")


@pytest.mark.parametrize(
    ("name", "entries"),
    [
        ("ada", [*OFFICE, "/consents/texts", "/rules", "/hand-overs", "/admin"]),
        ("rita", ["/review", "/map", "/forms"]),
        (
            "lea",
            [
                *("/", "/follow-ups", *OFFICE, "/reports", "/consents/texts", "/rules"),
                *("/office", "/supplies", "/hand-overs", "/emergency", "/admin"),
            ],
        ),
        ("otto", []),
    ],
)
def test_the_rail_shows_what_the_role_opens_and_every_entry_opens(town, browse, name, entries):
    browser = browse(name)
    assert rail_of(browser.see("/me")) == entries
    assert [browser.see(path).status_code for path in entries] == [200] * len(entries)


LINK = re.compile(r'<a [^>]*href="(/[^"#]*)"')


@pytest.mark.parametrize("name", ["ada", "rita", "vera", "lea"])
def test_no_page_links_to_a_page_that_the_role_may_not_open(town, browse, name):
    town.record(village=1)
    town.record(village=0)
    assert len(follow_links(browse(name))) > 5


@pytest.mark.parametrize("role", [one for one in roles.ROLES if one.purpose], ids=lambda one: one.system)
def test_nor_does_one_in_a_town_where_nothing_happened_yet(paged, database, browse, role):
    town = CareTown(paged, database)
    with database.transaction() as db:
        somebody = create_user(db, "somebody@example.test", PASSWORD, "somebody", None, MORNING).actor_id
        db.add(Assignment(actor_id=somebody, role_id=role.id, project_id=town.project_id))
        db.add(VillageScope(actor_id=somebody, project_id=town.project_id, village_id=None))
    assert len(follow_links(browse("somebody"))) > 3


def follow_links(browser) -> set[str]:
    """Everything that is reached from the first page, each answered."""
    seen, waiting = set(), ["/"]
    while waiting:
        path = waiting.pop()
        if path in seen or path == "/sign-in":
            continue
        seen.add(path)
        answer = browser.see(path)
        assert answer.status_code in (200, 303), path
        page = answer.get_data(as_text=True) if answer.mimetype == "text/html" else ""  # files lead nowhere
        waiting += LINK.findall(page) + ([answer.location] if answer.location else [])
    return seen


def test_on_a_phone_who_protects_data_finds_the_desk_and_the_audit_at_the_thumb(town, browse, database):
    with database.transaction() as db:
        otto = db.query(User.actor_id).filter_by(email="otto@example.test").scalar()
        db.add(Assignment(actor_id=otto, role_id=DPO, project_id=town.project_id))
        db.add(VillageScope(actor_id=otto, project_id=town.project_id, village_id=None))
    page = browse("otto").see("/me").get_data(as_text=True)
    tabs = page.split('<nav class="tabs"')[1].split("</nav>")[0]
    assert re.findall(r'<a href="(/[^"]*)"', tabs) == ["/rights", "/forms", "/audit", "/me"]


def test_a_person_without_a_role_is_told_so(town, browse):
    otto = browse("otto")
    assert otto.see("/").location == "/me"
    assert "还没有项目" in text_of(otto.see("/review"))


def test_the_start_page_is_the_first_that_opens(town, browse):
    assert browse("rita").see("/").location == "/review"
    assert browse("ada").see("/").location == "/map"
    assert browse().see("/").location == "/sign-in"


def test_the_project_asked_for_is_remembered(town, browse):
    ada = browse("ada")
    ada.see(f"/forms?project={make_project(ada)}")
    assert "<small>柳河镇</small>" in ada.see("/forms").get_data(as_text=True)
    ada.see(f"/forms?project={town.project_id}")
    assert "<small>禾川镇</small>" in ada.see("/forms").get_data(as_text=True)


def test_a_project_one_may_not_see_is_not_found(town, browse):
    other = make_project(browse("ada"))
    assert browse("rita").see(f"/forms?project={other}").status_code == 404


def test_records_waiting_are_counted_in_the_rail_within_the_scope(town, browse):
    town.record(village=1)
    town.record(village=2)
    for name, count in (("rita", 2), ("vera", 1)):
        page = browse(name).see("/map").get_data(as_text=True)
        assert f'<span>审核</span><span class="count">{count}</span>' in page


@pytest.mark.parametrize("path", ["/timetable", "/timetable/daily", "/notices/failed", "/calendar", "/admin"])
def test_what_the_settings_lead_to_is_marked_as_theirs(town, browse, path):
    page = browse("lea").see(path)
    assert re.findall(
        r'<a href="(/[^"]*)"[^>]*aria-current="page"', page.get_data(as_text=True).split("</nav>")[0]
    ) == ["/admin"]
