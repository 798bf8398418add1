"""Filling a form in ODK Web Forms as somebody would who reads only what it complains of."""

import uuid
from datetime import date

import orjson
from playwright.sync_api import Locator, Page, expect
from sqlalchemy import select

from server.clock import now, today
from server.models import Dataset, Entity, Project, Woman
from server.publishing.datasets import add_property
from server.publishing.library import publish_library
from server.publishing.town_lists import put_list
from server.registry.entities import about_of
from tests.chromium import PATIENCE_MS
from tests.conftest import MORNING
from tests.server.web.pages.conftest import CODES
from tests.server.web.pages.women import CareTown, a_follow_up, a_woman

SEND = {"zh_Hans": "送出", "en": "Send"}
MOST_ROUNDS = 12
ASKED = ".question-container.highlight"


class FormTown(CareTown):
    """With the forms that come with Fangshi, and a woman of village 1 on the lists that they begin with."""

    def make(self, db) -> int:
        project_id = super().make(db)
        blobs, key = self.app.extensions["fangshi.blobs"], self.app.extensions["fangshi.key"]
        publish_library(db, blobs, db.get_one(Project, project_id), None, now(), key)
        return project_id

    def invite(self) -> str:
        """A woman with all her consents, her home, a pregnancy, a method and a referral, on the lists; her uuid."""
        with self.database.transaction() as db:
            woman = a_woman(db, self.project_id, consent_until=date(2099, 1, 1))
            db.flush()
            her = {"woman": woman.uuid, "village_code": CODES[0]}
            consents = dict.fromkeys(("service", "reminder", "share_clinic", "stats"), "yes")
            told = {f"consent_{name}": said for name, said in consents.items()}
            hers = {"code": "W-0231", "village_code": CODES[0], "consent_until": "2099-01-01", **told}
            put(db, self.project_id, "women", woman.uuid, woman.label, hers)
            put(db, self.project_id, "households", str(uuid.uuid4()), "014 二社", {"village_code": CODES[0]})
            put(db, self.project_id, "pregnancies", str(uuid.uuid4()), "W-0231 #1", {**her, "status": "ongoing"})
            put(db, self.project_id, "contraception_episodes", str(uuid.uuid4()), "W-0231 #2", {**her, "method": "coc"})
            put(db, self.project_id, "referrals", str(uuid.uuid4()), "W-0231 #3", {**her, "status": "open"})
            going = {**her, "direction": "out", "status": "asked"}
            put(db, self.project_id, "transfers", str(uuid.uuid4()), "W-0231 #4", going)
            return woman.uuid


LISTS = {
    "clinics": "name,label,phone\ntown,柳河镇卫生院,0825-5550120\n",
    "supply_points": f"name,label,village_code\nclinic,柳河镇卫生院,{CODES[0]}\n",
    "destinations": "name,label,level,parent\nsc,四川省,prov,\nxs,柳河县,county,sc\nlh,柳河镇卫生院,site,xs\n",
}


def furnish(town: FormTown) -> None:
    """The town's own lists are filled, a second woman has not agreed to anything, and visits of the first are due."""
    blobs = town.app.extensions["fangshi.blobs"]
    with town.database.transaction() as db:
        project, woman = db.get_one(Project, town.project_id), db.query(Woman).first()
        for name, rows in LISTS.items():
            put_list(db, blobs, project, f"{name}.csv", rows.encode(), now())
        assert woman is not None
        referrals = db.scalars(
            select(Dataset).where(Dataset.project_id == project.id, Dataset.name == "referrals")
        ).one()
        add_property(db, referrals, "woman", None, now())
        for left, form_id in ((-4, "antenatal_check"), (4, "antenatal_check"), (4, "delivery_postnatal")):
            a_follow_up(db, woman, today(), left=left, form_id=form_id, why_json="[]")
        other = a_woman(db, town.project_id, "W-0388 李*", consent_until=None)
        hers = {"code": "W-0388", "village_code": CODES[0], "consent_service": "no"}
        put(db, town.project_id, "women", other.uuid, other.label, hers)
        pregnancy = {"woman": other.uuid, "village_code": CODES[0], "status": "ongoing"}
        put(db, town.project_id, "pregnancies", str(uuid.uuid4()), "W-0388 #1", pregnancy)


def put(db, project_id: int, name: str, key: str, label: str, data: dict[str, str]) -> None:
    """A row of an entity list, where the town has the list."""
    here = (Dataset.project_id == project_id) & (Dataset.name == name)
    dataset = db.scalar(select(Dataset).where(here))
    if dataset is None:
        return
    row = Entity(dataset_id=dataset.id, uuid=key, label=label, data_json=orjson.dumps(data).decode())
    row.about, row.village_code, row.created_at = about_of(data), CODES[0], MORNING
    db.add(row)
    db.flush()


def wait_for_form(page: Page, language: str = "zh_Hans") -> None:
    """Until the form can be sent; what keeps it from opening is told."""
    ready = page.locator(".form-initialization-status.ready, .form-initialization-status.error, #told:not([hidden])")
    ready.first.wait_for(state="attached")
    assert page.locator(".form-initialization-status.error").count() == 0, page.inner_text("body")[:800]
    page.get_by_role("button", name=SEND[language], exact=True).wait_for()


def send(page: Page, language: str = "zh_Hans") -> None:
    page.get_by_role("button", name=SEND[language], exact=True).click()


def fill_and_send(page: Page, language: str = "zh_Hans") -> bool:
    """Answers what it complains of, the first answer of each, until it goes; whether it went."""
    for _ in range(MOST_ROUNDS):
        send(page, language)
        page.wait_for_timeout(400)
        page.locator(f"{ASKED}:visible, .fill-done:visible, #told [data-again]:visible").first.wait_for()
        asked = page.locator(ASKED)
        if asked.count() == 0:
            return page.locator(".fill-done").count() == 1
        for name in asked.evaluate_all("boxes => boxes.map(box => box.id)"):
            answer(page, page.locator(f'[id="{name}"]'))
    return False


def answer(page: Page, box: Locator) -> None:
    if (choice := box.locator("input[type=radio], input[type=checkbox]")).count():
        choice.first.evaluate("one => one.click()")
    elif (dropdown := box.locator(".p-select")).count():
        dropdown.first.click()
        page.locator(".p-select-overlay").last.wait_for()
        if (filter_of_list := page.locator(".p-select-overlay input")).count():
            # closed before that, it would look for the field that is gone
            expect(filter_of_list.last).to_be_focused(timeout=PATIENCE_MS)
        options = page.locator(".p-select-option")
        if options.count():
            options.first.click()
        else:
            page.keyboard.press("Escape")
    elif (typed := box.locator("input:not([type=file]), textarea")).count():
        typed.first.fill(date.today().isoformat() if box.locator(".p-datepicker").count() else "A-0231")  # noqa: DTZ011
        typed.first.press("Enter")
        typed.first.press("Escape")
