"""Text that would be a script, in every field that somebody writes, on every page, in a real browser (threats.md row 10).

Nothing of it may run, none of its elements may come to be, and no browser may have anything to report of a page's policy.
"""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import String
from werkzeug.test import TestResponse

from server.models import Base
from server.models.sealed import SealedText
from server.web.blueprints import WEB_FOLDER
from server.web.pages.headers import POLICY
from server.web.policy_reports import ADDRESS
from tests import sizes
from tests.browser.addresses import NO_PAGES, PAGES, filled, rules_of
from tests.browser.conftest import Tab
from tests.browser.hostile import FILE, HOSTILE, TYPED, WRITTEN, HostileTown
from tests.server.web.pages.conftest import Browser, a_file
from tests.server.web.pages.women import main_of

# What is on these is ours alone, in this town.
QUIET = {
    "/c",
    "/admin/projects/<project_id>/webhooks/<webhook_id>",
    "/calendar",
    "/consents",
    "/follow-ups/acts",
    "/follow-ups/before-break",
    "/follow-ups/schedule",
    "/forms/upload",
    "/inbox",
    "/library",
    "/library/publish",
    "/map/find",
    "/me/calendar",
    "/me/channels",
    "/me/notices",
    "/me/work",
    "/not-built",
    "/notices/failed",
    "/office",
    "/people",
    "/phones/roster",
    "/places/import",
    "/reports",
    "/reports/indicators/<name>",
    "/reports/pack",
    "/reports/training",
    "/review/<submission_id>/case",
    "/review/batches/<batch_id>",
    "/review/health/<village>",
    "/review/sealed",
    "/rights/feedback",
    "/rights/retention",
    "/rules",
    "/rules/<rule>",
    "/rules/<rule>/move",
    "/sign-in/code",
    "/timetable",
    "/timetable/<name>",
}
# It takes seconds, and says nothing of what was sent.
LEFT_ALONE = {"/forms/library"}
LOOK = """() => ({
    elements: document.querySelectorAll('xss-probe, [onerror], [onload], iframe').length,
    ran: window.__ran ?? null,
    refused: window.__refused ?? [],
    told: (document.querySelector('main') ?? document.body).innerHTML.includes('xss-probe'),
})"""
HEAR = "addEventListener('securitypolicyviolation', e => (window.__refused ??= []).push(e.effectiveDirective), true)"


@pytest.fixture
def hostile(app, database) -> HostileTown:
    return HostileTown(app, database)


def watch_policy(tab: Tab) -> list[str]:
    """Every report that the browser sends of a page's policy, from now on."""
    reports: list[str] = []
    tab.page.add_init_script(HEAR)
    tab.page.on("request", lambda asked: reports.append(asked.post_data or "") if ADDRESS in asked.url else None)
    return reports


def look(tab: Tab, where: tuple[str, str]) -> bool:
    """Looks at what the tab shows; whether anything that somebody wrote is in its main part."""
    if tab.page.query_selector("[data-village-map]"):
        tab.page.wait_for_selector("[data-ready=true]")
    if tab.page.query_selector("#fill"):
        tab.page.wait_for_selector(".form-initialization-status.ready", state="attached")
    found = tab.page.evaluate(LOOK)
    assert (where, found["elements"], found["ran"], found["refused"]) == (where, 0, None, [])
    return bool(found["told"])


def look_at_pages(tab: Tab, person: str, ids: dict[str, str]) -> Iterator[str]:
    """Opens the pages of a person, at full size every page whoever may see it; gives those that told what was written."""
    tab.become("" if person == "vera" else person)
    if person == "vera":  # her keys ask for a second step
        tab.page.context.add_cookies([{"name": "session", "value": ids["session"], "url": tab.address}])
    for rule, whose in PAGES.items():
        if whose == person or sizes.FULL:
            status = tab.go(filled(rule, ids))
            assert whose != person or status == 200 or rule == "/sign-in/openid/back", (rule, status)
            if look(tab, (person, rule)) and whose == person:
                yield rule


def test_every_page_is_listed_with_who_opens_it(hostile):
    assert rules_of(hostile.app, "GET") == PAGES.keys() | NO_PAGES


def test_no_text_that_anybody_writes_becomes_an_element_or_a_script(hostile, open_tab):
    ids = hostile.poison()
    tab = open_tab(None)
    tab.page.context.add_cookies([{"name": "step", "value": ids["step"], "url": tab.address}])
    reports = watch_policy(tab)
    told = {rule for person in dict.fromkeys(PAGES.values()) for rule in look_at_pages(tab, person, ids)}
    assert PAGES.keys() - told == QUIET
    assert reports == [] and complaints_of_pages(tab) == []


def test_no_answer_that_says_again_what_was_sent_holds_an_element_or_a_script(hostile, open_tab):
    answered = refusals(hostile, hostile.poison())
    assert {"/admin/people", "/admin/projects", "/admin/projects/<project_id>"} <= answered.keys()
    tab = open_tab(None)
    reports = watch_policy(tab)
    show_answers(tab, answered)
    assert reports == [] and complaints_of_pages(tab) == []


def complaints_of_pages(tab: Tab) -> list[str]:
    """Without the console's word for an answer that is no 200."""
    return [one for one in tab.complaints if not one.startswith("Failed to load resource")]


def refusals(town: HostileTown, ids: dict[str, str]) -> dict[str, TestResponse]:
    """Answers that say again what was sent: every form with the hostile text in every field, every page asked with it."""
    fields = names_of_fields()
    browsers = {one: Browser(town.app) for one in PAGES.values()}
    for one, browser in browsers.items():
        if one == "vera":
            browser.client.set_cookie("session", ids["session"])
            browser.see("/me")
        elif one:
            browser.sign_in(f"{one}@example.test")
    found = {}
    for rule in sorted(rules_of(town.app, "POST") - LEFT_ALONE):
        sent: dict[str, Any] = {
            **dict.fromkeys(fields, TYPED),
            "file": a_file(f"姓名,村\n{TYPED},{TYPED}\n".encode(), FILE),
        }
        found[rule] = browsers[nearest(rule)].send(filled(rule, ids), sent)
    for rule, person in PAGES.items():
        path = filled(rule, ids)
        browsers[person].client.set_cookie("step", ids["step"])
        found[f"{path}?"] = browsers[person].client.get(path, query_string=dict.fromkeys(fields, TYPED))
    found["404"] = browsers["rita"].see(f"/forms/{HOSTILE}")
    assert [(rule, one.status_code) for rule, one in found.items() if one.status_code >= 500 != 503] == []
    again = {rule: one for rule, one in found.items() if one.status_code >= 400 and one.mimetype == "text/html"}
    return {rule: one for rule, one in again.items() if "&lt;xss-probe" in main_of(one)}


def names_of_fields() -> set[str]:
    """Everything that a form of ours may send, but the token."""
    pages = "".join(one.read_text() for one in (WEB_FOLDER / "templates").rglob("*.html"))
    return {*re.findall(r'name="([a-z]\w*)"', pages), *re.findall(r"field\('(\w+)'", pages)}


def nearest(rule: str) -> str:
    """Whoever opens the page that the form stands on."""
    return PAGES[max((page for page in PAGES if rule.startswith(page)), key=len, default="/sign-in")]


def show_answers(tab: Tab, answers: dict[str, TestResponse]) -> None:
    """Shows what the server answered, under its own policy."""
    shown: list[TestResponse] = []
    tab.page.route("**/answer", lambda route: route.fulfill(body=shown[-1].data, headers=under_policy(shown[-1])))
    for rule, answer in answers.items():
        shown.append(answer)
        tab.go("/answer")
        look(tab, ("answer", rule))


def under_policy(answer: TestResponse) -> dict[str, str]:
    return {name: answer.headers[name] for name in ("Content-Type", "Content-Security-Policy")}


def test_a_page_that_forgot_to_escape_is_noticed_three_ways(hostile, open_tab):
    """The planted fault: the same text put raw into a page under our own policy."""
    tab = open_tab("rita")
    reports = watch_policy(tab)
    page = f"<!doctype html><title>x</title><body>{HOSTILE}"
    headers = {"Content-Security-Policy": POLICY, "Content-Type": "text/html"}
    tab.page.route("**/me", lambda route: route.fulfill(body=page, headers=headers))
    with tab.page.expect_request(f"**{ADDRESS}"):
        tab.go("/me")
    found = tab.page.evaluate(LOOK)
    assert found["elements"] > 0 and found["told"]
    assert "script-src-elem" in found["refused"] and "script-src-attr" in found["refused"]
    assert reports and tab.complaints
    assert found["ran"] is None, "the policy alone keeps it from running"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        (
            "page.svg",
            b"<svg xmlns='http://www.w3.org/2000/svg' onload='window.__ran=1'><script>window.__ran=1</script></svg>",
        ),
        ("page.html", b"<script>window.__ran=1</script>"),
        ("photo.jpg", b"<script>window.__ran=1</script>"),
        (
            "page.xml",
            b"<?xml version='1.0'?><html xmlns='http://www.w3.org/1999/xhtml'><script>window.__ran=1</script></html>",
        ),
    ],
)
def test_a_file_that_somebody_sent_is_never_opened_as_a_page(hostile, open_tab, name, content):
    record = hostile.record(photo=name, files={name: content})
    tab = open_tab("rita")
    tab.go("/me")
    with tab.page.expect_download() as download:
        tab.page.evaluate("path => { location.href = path }", f"/review/{record}/files/{name}")
    assert download.value.suggested_filename == name
    assert tab.page.evaluate("window.__ran") is None


OURS = frozenset(
    re.findall(
        r"\w+",
        """
        type sha256 md5 content_type kind key_id holder result care_role action notes secret source_crs
        report_json purpose event woman_uuid purposes uuid method key visit_key rule rule_hash subject_list
        subject episode anchor_event village_code form_id state severity answered_by inside merged_into
        cause why_json xml_form_id code counts_json issuer dated_by status measure told_json digest outcome
        address data_json email password_hash language term household_uuid assigned_worker conflict
        about version sha1 schema_json xls_sha256 xls_content_type occasion channel way instance_id
        review_state place_how text_sha256 blob_sha256 waits_for deprecated_id xml values_json
        never_again destination_json found_json whose pregnancy profile why
        complaints_json deriver act_json branch_id received_json conflicting_json path how
        """,
    )
)
# Columns that are called as something that people write elsewhere.
ALSO_OURS = {
    ("service_card", "code"),
    ("service_card", "pin_hash"),
    ("service_card", "place"),  # the code of a row of the town's list, checked against it
    ("rights_request", "wish"),
    ("timetable_run", "name"),
    ("timetable_past", "name"),
    ("timetable_wish", "name"),
    ("timetable_wish", "reason"),
    ("person_pair", "first_uuid"),
    ("person_pair", "second_uuid"),
    ("person_pair", "reasons"),
    ("person_merge", "kept_uuid"),
    ("person_merge", "other_uuid"),
    ("person_merge", "moved_json"),
    ("care_event", "told_of"),
    ("opened_package", "name_sha256"),
    ("transfer_package", "agreed_as"),
    ("transfer_package", "direction"),
    ("transfer_package", "items"),
    ("transfer_package", "name_sha256"),
    ("transfer_package", "told_of"),
    ("transfer_package", "transfer"),
    ("map_base", "shift"),
    ("map_base", "tiles"),
    ("map_base", "tk"),  # letters and digits alone, and on no page
    ("dataset", "name"),
    ("feedback", "answers_json"),
    ("feedback", "id"),
    ("feedback_channel", "feedback_id"),
    ("dataset_property", "name"),
    ("actor_property", "name"),
    ("actor_property_value", "value"),  # on no page
    ("form_attachment", "name"),
    ("submission_attachment", "name"),
    ("returned_record", "ended_how"),
    ("review_batch", "what"),
    ("review_batch", "reason"),  # on no page, and gone when the batch has ended
    ("review_batch_item", "before"),
    ("review_batch_item", "after"),
    ("saved_view", "wanted"),  # an address of ours, worked out anew from what was asked
    ("seal", "reason"),
    ("entity_backlog", "user_agent"),
    ("follow_up_act", "reason"),
    ("boundary_set", "how"),
    ("point_shift", "read_as"),
    ("point_shift_item", "geo_source"),
    ("point_shift_item", "geo_crs_declared"),
    ("rule_run", "content_hash"),
    ("supply_lot", "item"),
    ("supply_movement", "kind"),
    ("supply_movement", "reason"),
    ("rule_signature", "content_hash"),
    ("rule_version", "content_hash"),
    ("rule_version", "text"),  # a whole file: write_a_rule has the words in it
    ("town_calendar", "notice"),  # so with add_days_off
    ("made_export", "mark"),
    ("move", "kind"),
    ("move", "source"),  # typed at the terminal, and on no page
    ("moved_actor", "theirs"),  # on no page
    ("made_export", "wish_json"),  # a filter, on no page
    ("webhook", "groups"),
    ("webhook_delivery", "mark"),
}


def test_every_text_column_is_known_to_be_written_by_people_or_not():
    unknown = []
    for table in Base.metadata.sorted_tables:
        for column in table.columns:
            is_text = isinstance(column.type, String | SealedText)
            known = column.name in OURS or column.name in WRITTEN.get(table.name, ())
            if is_text and not known and (table.name, column.name) not in ALSO_OURS:
                unknown.append(f"{table.name}.{column.name}")
    assert unknown == []
