"""Transfers of care as a clinician meets them: a key to write down, a package opened with her, a code for the other side."""

import re
from datetime import timedelta
from typing import Any

import orjson
import pytest

from server.clock import now, today
from server.models import Entity, Project, SubmissionVersion, TransferPackage
from server.registry.care_records import bring_in_line
from server.registry.packages import seal_package
from tests.browser.looking import look_at_pages
from tests.chromium import DESK, PHONE
from tests.making import a_dataset
from tests.server.followups.told import F8, tell
from tests.server.registry.caring import CONSENTS, a_uuid
from tests.server.web.pages.conftest import CODES

ASKS = {"direction": "out", "she_asks": "yes", "consent_transfer": "yes"}
SAID = {"items": "next_dates anc_summary contact", "place_zh": "城东卫生院", "place_en": "East clinic"}
MAKE = "details:has(form[action$='/package'])"
BROUGHT = {
    "next_dates": [
        {
            "zh": "第 3 次约定的访视",
            "en": "3rd visit",
            "opens_on": "2026-03-01",
            "due_on": "2026-03-10",
            "closes_on": "2026-03-20",
        }
    ],
    "anc_summary": [
        {"ga_anchor": "2025-11-20", "dated_by": "ultrasound"},
        {"on": "2026-02-12", "bp_sys": "118", "bp_dia": "76", "hb_gl": "112"},
    ],
    "contact": [{"number": "13800000001", "shared": "no"}],
}


def a_package() -> Any:
    told = {"code": "W-0107", "from": "柳河镇", "place": {"zh": "禾川镇", "en": "Hechuan", "county": ""}}
    return seal_package(told | {"made_on": today(now()).isoformat(), "items": BROUGHT})


def register(db: Any, project: Project, label: str, village: str) -> str:
    """A woman who registered by herself and agreed to everything; her uuid."""
    women, uuid, day = a_dataset(db, project.id, "women", ["village_code"]), a_uuid(), today(now())
    data = orjson.dumps({"village_code": village}).decode()
    db.add(Entity(dataset_id=women.id, uuid=uuid, label=label, data_json=data, created_at=now()))
    agreed = {"action": "register", "village_code": village, **dict.fromkeys(CONSENTS, "yes")}
    agreed["consent_until"] = (day + timedelta(days=365)).isoformat()
    tell(db, project, "woman_consent", day.isoformat(), subject=uuid, **agreed)
    bring_in_line(db, project.id, ("women", uuid), now(), of_consent=True)
    return uuid


@pytest.fixture
def leaving(town) -> dict[str, str]:
    """Two women: one who asked for a transfer, and one who has come with a package."""
    with town.database.transaction() as db:
        project = db.get_one(Project, town.project_id)
        leaves, comes = (register(db, project, label, CODES[0]) for label in ("W-0231 王*", "W-0388 李*"))
        transfers = a_dataset(db, project.id, "transfers", ["direction", "woman", "village_code", "status"])
        found = {"leaves": leaves, "comes": comes, "transfer": a_uuid()}
        told = {"direction": "out", "woman": leaves, "village_code": CODES[0], "status": "asked"}
        row = {"uuid": found["transfer"], "label": "W-0231 王* 2026-03-02", "data_json": orjson.dumps(told).decode()}
        db.add(Entity(dataset_id=transfers.id, about=leaves, created_at=now(), **row))
        event = tell(db, project, F8, today(now()).isoformat(), subject=leaves, episode=found["transfer"], **ASKS)
        version = db.get_one(SubmissionVersion, event.submission_version_id)
        version.values_json = orjson.dumps(ASKS | SAID).decode()
    return found


def bring(tab: Any, comes: str, made: Any) -> None:
    tab.go(f"/people/{comes}/brought")
    tab.page.set_input_files("#package-file", {"name": "x.fangshi", "mimeType": "", "buffer": made.file})
    tab.page.fill("#f-key", made.key)
    tab.page.click("button.primary")
    tab.page.wait_for_selector("input[name=agrees]")


def test_the_pages_of_transfers_look_as_they_should(leaving, town, open_tab):
    tab = open_tab("lin")
    bring(tab, leaving["comes"], a_package())
    tab.page.check("input[name=agrees]")
    tab.page.click("button.primary")
    tab.page.wait_for_selector(".key-digits")
    kept = re.sub(r"^https?://[^/]+", "", tab.page.url)
    hers = f"/people/{leaving['leaves']}/transfers"
    look_at_pages(tab, {"transfers-list": "/people/transfers", "transfers-asked": hers})
    tab.go(hers)
    tab.page.click(f"{MAKE} button.primary")
    tab.page.wait_for_selector(".key-digits")
    pages = {
        "transfers-key": hers,
        "transfers-sent": hers,
        "transfers-come": f"/people/{leaving['comes']}/transfers",
        "transfers-open": f"/people/{leaving['comes']}/brought",
        "transfers-kept": kept,
    }
    look_at_pages(tab, pages, {"transfers-key": (f"{MAKE} > summary", f"{MAKE} button.primary")})


@pytest.mark.parametrize(("name", "size", "language"), [("phone-zh", PHONE, "zh_Hans"), ("desk-en", DESK, "en")])
def test_she_looks_at_what_is_in_it_before_anything_is_kept(leaving, town, open_tab, name, size, language):
    tab = open_tab("lin", size)
    tab.speak(language)
    bring(tab, leaving["comes"], a_package())
    tab.shoot(f"transfers-look-{name}")
    assert not tab.is_wider_than_the_screen()
    with town.database.reading() as db:
        assert db.query(TransferPackage).count() == 0
    tab.page.click("button.primary")  # without her yes: the browser itself asks for it
    assert tab.page.locator("input[name=agrees]").count() == 1
    tab.page.check("input[name=agrees]")
    tab.page.click("button.primary")
    tab.page.wait_for_selector(".key-digits")
    with town.database.reading() as db:
        assert [row.state for row in db.query(TransferPackage)] == ["received"]
    assert tab.complaints == []
