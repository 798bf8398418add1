"""Text that would be a script, in every field that somebody writes, on every page, in a real browser (threats.md row 10).

Nothing of it may run, none of its elements may come to be, and no browser may have anything to report of a page's policy.
"""

import re
from datetime import UTC, datetime, timedelta
from html import escape

import pytest
from sqlalchemy import String, select
from sqlalchemy.orm import Session

from server.access import roles
from server.access.assignments import assign, set_villages
from server.access.caller import Caller
from server.access.people import create_user
from server.clock import now, today
from server.models import Base, Form, Project, RightsRequest
from server.models.sealed import SealedText
from server.web.pages.headers import POLICY
from server.web.policy_reports import ADDRESS
from tests import sizes
from tests.browser.conftest import Tab
from tests.conftest import MORNING, PASSWORD
from tests.making import a_form, an_xform
from tests.server.web.pages.conftest import CODES, Browser
from tests.server.web.pages.women import CareTown

HOSTILE = (
    "\"'><xss-probe></xss-probe><script>window.__ran=1</script><img src=x onerror=window.__ran=1>"
    "<svg onload=window.__ran=1></svg></textarea></title></script><iframe srcdoc='<script>parent.__ran=1</script>'>"
    "</iframe><a href='javascript:window.__ran=1'>{{7*7}}${7*7}"
)
FILE = "<xss-probe><img src=x onerror=window.__ran=1>.jpg"  # as a file may be called

# Every text column that somebody's words come to, and those that hold words of ours, numbers and names of things.
WRITTEN = {
    "project": ("name", "description"),
    "actor": ("display_name",),
    "app_user": ("last_device_id", "first_device_id", "other_device_id"),
    "app_password": ("name",),
    "audit": (),
    "boundary_set": ("source_name",),
    "break_glass": ("reason",),
    "consent_text": ("zh", "en"),
    "derive_problem": ("error",),
    "entity": ("label",),
    "entity_version": ("label", "user_agent"),
    "form_version": ("name",),
    "hand_over": ("note",),
    "household": ("label", "hamlet", "door_code"),
    "passkey": ("name",),
    "session": ("user_agent",),
    "submission": ("device_id", "user_agent"),
    "submission_comment": ("body",),
    "submission_version": ("instance_name", "device_id", "user_agent"),
    "village": ("name",),
    "woman": ("label",),
}
PEOPLE = {
    "ada": ("/admin", "/places/import", "/timetable"),
    "rita": ("/review", "/map"),
    "lin": ("/people/<uuid:woman_uuid>", "/follow-ups/<uuid:visit_key>"),
    "wang": ("/m", "/emergency"),
    "lea": ("/phones", "/forms/upload", "/hand-overs"),
    "dora": ("/audit", "/rights"),
}
# Pages that this town shows to nobody: a link that was used, a form's draft, a record of a woman who has none, …
CORRECTING = "/rights/<int(max=9007199254740991):request_id>/correct/<int(max=9007199254740991):submission_id>"
UNSEEN = {"/join/<token>", "/forms/<form_id>/draft", "/phones/roster", "/map/home/<uuid:woman>", CORRECTING}


class HostileTown(CareTown):
    """A town in which everybody who could write anything wrote the hostile text. Also dora, who protects data."""

    def make(self, db: Session) -> int:
        project_id = super().make(db)
        by = Caller(actor_id=self.actor_id(db, "ada"), type="user")
        dora = create_user(db, "dora@example.test", PASSWORD, "dora", by.actor_id, MORNING)
        project = db.get_one(Project, project_id)
        assign(db, by, roles.BY_SYSTEM["dpo"], dora.actor_id, MORNING, project, None)
        set_villages(db, by, project, dora.actor_id, None, MORNING)
        return project_id

    def poison(self) -> dict[str, str]:
        """The ids of what was made, for addresses."""
        with self.database.transaction() as db:
            labelled = re.sub(
                r"<label>.*?</label>", f"<label>{escape(HOSTILE)}</label>", an_xform(version="2").decode()
            )
            a_form(db, self.project_id, version="2", xml=labelled.replace("走访", escape(HOSTILE)).encode())
        text = escape(HOSTILE)
        answers = {"note": text, "members": [(text, "4")], "photo": escape(FILE), "version": "2"}
        records = [self.record(village=1, files={FILE: b"\xff\xd8\xff\xe0"}, **answers) for _ in range(2)]
        Browser(self.app).sign_in("rita@example.test").send(
            f"/review/{records[0]}/state", {"state": "hasIssues", "comment": HOSTILE}
        )
        made = self.fill(today(now()))
        with self.database.transaction() as db:
            request = self.ask_for_data(db, made["woman"])
            poison_columns(db)
            form = db.scalars(select(Form.xml_form_id).where(Form.project_id == self.project_id)).first()
            person = self.actor_id(db, "wang")
        ids = {"submission_id": records[0], "request_id": request, "project_id": self.project_id, "form_id": form}
        people = {"woman_uuid": made["woman"], "visit_key": made["visit"], "village": CODES[0], "person_id": person}
        return {name: str(value) for name, value in {**ids, **people}.items()}

    def ask_for_data(self, db: Session, woman: str) -> int:
        asked = datetime.now(UTC)
        row = RightsRequest(
            project_id=self.project_id,
            kind="export",
            subject=woman,
            subject_hash=b"\x00" * 32,
            state="open",
            received_at=asked,
            due_at=asked + timedelta(hours=72),
        )
        db.add(row)
        db.flush()
        return int(row.id)


def poison_columns(db: Session) -> None:
    for mapper in Base.registry.mappers:
        for name in WRITTEN.get(mapper.local_table.name, ()):  # type: ignore[attr-defined]
            for row in db.scalars(select(mapper.class_)):
                if getattr(row, name) is not None:
                    setattr(row, name, HOSTILE)
    db.flush()


@pytest.fixture
def hostile(app, database) -> HostileTown:
    return HostileTown(app, database)


def page_rules(town: HostileTown) -> list[str]:
    rules = town.app.url_map.iter_rules()
    return sorted(str(one) for one in rules if one.endpoint.startswith("pages.") and "GET" in (one.methods or ()))


def filled(rule: str, ids: dict[str, str], town: HostileTown) -> str:
    actor = {
        "actor_id": str(town.phone_id if rule.startswith("/phones") else ids["person_id"]),
        "name": FILE,
        "token": "x",
    }
    known = {**ids, **actor, "woman": ids["woman_uuid"]}
    return re.sub(r"<(?:[^<>:]+:)?(\w+)>", lambda part: known[part[1]], rule)


def pages_of(town: HostileTown, person: str, ids: dict[str, str]) -> dict[str, str]:
    """The pages that a person is shown: {rule: address}."""
    browser = Browser(town.app).sign_in(f"{person}@example.test")
    found = {}
    for rule in page_rules(town):
        answer = browser.see(filled(rule, ids, town))
        assert answer.status_code < 500 or answer.status_code == 503, rule
        if answer.status_code == 200 and answer.mimetype == "text/html":
            found[rule] = filled(rule, ids, town)
        answer.close()
    return found


def watch_policy(tab: Tab) -> list[str]:
    """Every report that the browser sends of a page's policy, from now on."""
    reports: list[str] = []
    tab.page.on("request", lambda asked: reports.append(asked.post_data or "") if ADDRESS in asked.url else None)
    return reports


def test_no_text_that_anybody_writes_becomes_an_element_or_a_script(hostile, open_tab):
    ids = hostile.poison()
    seen: set[str] = set()
    for person, expected in PEOPLE.items():
        pages = pages_of(hostile, person, ids)
        assert set(expected) <= set(pages), person
        new = {rule: path for rule, path in pages.items() if rule not in seen or sizes.FULL}
        tab = open_tab(person)
        reports = watch_policy(tab)
        for rule, path in new.items():
            tab.go(path)
            if tab.page.query_selector("[data-village-map]"):
                tab.page.wait_for_selector("[data-ready=true]")
            assert tab.page.locator("xss-probe, [onerror], [onload], iframe").count() == 0, (person, rule)
            assert tab.page.evaluate("window.__ran") is None, (person, rule)
        refused = [one for one in tab.complaints if "404" not in one]  # the icon, which a fragment does not name
        assert (person, reports, refused) == (person, [], [])
        seen |= set(pages)
    looked_at = {rule for rule in page_rules(hostile) if not is_data(rule)}
    assert looked_at - seen <= UNSEEN


def is_data(rule: str) -> bool:
    """What answers with JSON, with a file, or by leading elsewhere."""
    if rule.startswith("/sign-in"):  # steps that nobody stands before
        return True
    return rule.endswith((".json", "/features", "/map/health", "/map/villages", "<name>")) or rule == "/"


def test_hostile_text_is_on_these_pages_indeed(hostile):
    ids = hostile.poison()
    for person, path in (
        ("rita", "/review"),
        ("rita", "/review/{submission_id}"),
        ("lin", "/people/{woman_uuid}"),
        ("wang", "/m"),
        ("lea", "/phones"),
        ("ada", "/admin"),
        ("lea", "/forms"),
    ):
        page = Browser(hostile.app).sign_in(f"{person}@example.test").see(path.format(**ids)).get_data(as_text=True)
        assert "&lt;xss-probe&gt;" in page and "<xss-probe>" not in page, path


def test_a_page_that_forgot_to_escape_is_noticed_three_ways(hostile, open_tab):
    """The planted fault: the same text put raw into a page under our own policy."""
    tab = open_tab("rita")
    reports = watch_policy(tab)
    page = f"<!doctype html><title>x</title><body>{HOSTILE}"
    tab.page.route(
        "**/me",
        lambda route: route.fulfill(
            body=page, headers={"Content-Security-Policy": POLICY, "Content-Type": "text/html"}
        ),
    )
    with tab.page.expect_request(f"**{ADDRESS}"):
        tab.go("/me")
    assert tab.page.locator("xss-probe").count() > 0
    assert reports and tab.complaints
    assert tab.page.evaluate("window.__ran") is None, "the policy alone keeps it from running"


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
    for path in (f"/review/{record}/files/{name}",):
        with tab.page.expect_download() as download:
            tab.page.evaluate("path => { location.href = path }", path)
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
        address data_json email password_hash language term sentence household_uuid assigned_worker conflict
        about version sha1 schema_json xls_sha256 xls_content_type occasion channel way instance_id
        review_state place_how text_sha256 blob_sha256 waits_for deprecated_id xml values_json
        complaints_json deriver act_json branch_id received_json conflicting_json path how
        """,
    )
)


def test_every_text_column_is_known_to_be_written_by_people_or_not():
    unknown = []
    for table in Base.metadata.sorted_tables:
        for column in table.columns:
            is_text = isinstance(column.type, String | SealedText)
            known = column.name in OURS or column.name in WRITTEN.get(table.name, ())
            if is_text and not known and (table.name, column.name) not in ALSO_OURS:
                unknown.append(f"{table.name}.{column.name}")
    assert unknown == []


# Columns that are called as something that people write elsewhere.
ALSO_OURS = {
    ("timetable_run", "name"),
    ("dataset", "name"),
    ("dataset_property", "name"),
    ("form_attachment", "name"),
    ("submission_attachment", "name"),
    ("waiver", "reason"),
    ("seal", "reason"),
    ("entity_backlog", "user_agent"),
}
